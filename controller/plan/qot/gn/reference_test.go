package gn_test

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
)

// casesVariable names a directory with further cases below qot/.
const casesVariable = "WAVEPLANE_CASES"

func TestReferenceQoT(t *testing.T) {
	for _, file := range caseFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			checkCase(t, file)
		})
	}
}

func caseFiles(t testing.TB) []string {
	t.Helper()
	files := filesBelow(t, filepath.Join("testdata", "qot"))
	more := os.Getenv(casesVariable)
	if more == "" {
		return files
	}
	if _, err := os.Stat(more); err != nil {
		t.Fatalf("%s: %v", casesVariable, err)
	}
	// A directory may hold cases of other kinds only.
	dir := filepath.Join(more, "qot")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is not there: no further cases", dir)
		return files
	}
	return append(files, filesBelow(t, dir)...)
}

func filesBelow(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(path) == ".json" {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases below %s: %v", dir, err)
	}
	return files
}

// evaluated is a case evaluated as a whole.
func evaluated(t testing.TB, file string) (*refCase, *gn.Line, *gn.Comb, *gn.Evaluation) {
	t.Helper()
	c, err := readCase(file)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	model, err := c.model()
	if err != nil {
		t.Fatal(err)
	}
	elements, err := c.elements()
	if err != nil {
		t.Fatal(err)
	}
	line, err := gn.Compile(elements...)
	if err != nil {
		t.Fatal(err)
	}
	comb, err := c.comb()
	if err != nil {
		t.Fatal(err)
	}
	solver, err := gn.NewSolver(model, 0)
	if err != nil {
		t.Fatal(err)
	}
	e := solver.NewEvaluation()
	if err := e.Run(line, comb, nil); err != nil {
		t.Fatal(err)
	}
	return c, line, comb, e
}

// judge compares figures and remembers the greatest difference.
type judge struct {
	t      *testing.T
	worst  float64
	at     string
	faults int
}

func (j *judge) near(what string, got, want, tolerance float64) {
	diff := math.Abs(got - want)
	if got == want || math.IsInf(want, 0) && math.IsInf(got, 0) {
		diff = 0
	}
	if diff > j.worst {
		j.worst, j.at = diff, what
	}
	if !(diff <= tolerance) {
		if j.faults++; j.faults <= 10 {
			j.t.Errorf("%s = %.9g, want %.9g", what, got, want)
		}
	}
}

func checkCase(t *testing.T, file string) {
	c, line, comb, e := evaluated(t, file)
	tolerance := 0.001
	if strings.HasPrefix(c.Model.NliMethod, "ggn") || strings.Contains(strings.Join(c.Tags, " "), "raman") {
		tolerance = 0.05
	}
	j := &judge{t: t}
	if len(c.Expected.Trace) != line.Len() {
		t.Fatalf("a trace of %d elements for a path of %d", len(c.Expected.Trace), line.Len())
	}
	for k, want := range c.Expected.Trace {
		checkTrace(j, c, e, k, want, tolerance)
	}
	if len(c.Expected.Receiver) == 0 {
		t.Fatal("nothing is expected at the receiver")
	}
	for i := range comb.Len() {
		a, err := e.Transfer(i).Arrive(comb.Channel(i).SymbolRate, c.Spectrum.TxOsnr.at(i))
		if err != nil {
			t.Fatal(err)
		}
		got := receiverFields(a)
		for name, values := range c.Expected.Receiver {
			value, known := got[name]
			if !known {
				t.Fatalf("receiver field %q is not known", name)
			}
			want, bound := values.at(i), tolerance
			switch name {
			case "cd_ps_per_nm", "pmd_ps", "pdl_db", "latency_ms":
				// Files round to ten digits; PDL and PMD may be zero.
				bound = 1e-6 * math.Abs(want)
			}
			j.near(name+" of "+comb.Channel(i).Name(), value, want, bound)
		}
	}
	t.Logf("greatest difference %.2g: %s", j.worst, j.at)
}

func receiverFields(a gn.Arrival) map[string]float64 {
	per := a.Per01nmDb
	return map[string]float64{
		"power_dbm": a.PowerDbm, "signal_dbm": a.SignalDbm, "ase_dbm": a.AseDbm, "nli_dbm": a.NliDbm,
		"osnr_ase_bw_db": a.OsnrDb, "osnr_ase_01nm_db": a.OsnrDb + per,
		"snr_nli_bw_db": a.SnrNliDb, "snr_nli_01nm_db": a.SnrNliDb + per,
		"gsnr_bw_db": a.GsnrDb, "gsnr_01nm_db": a.GsnrDb + per,
		"final_osnr_ase_bw_db": a.FinalOsnrDb, "final_osnr_ase_01nm_db": a.FinalOsnrDb + per,
		"final_gsnr_bw_db": a.FinalGsnrDb, "final_gsnr_01nm_db": a.FinalGsnrDb + per,
		"cd_ps_per_nm": a.DispersionPsNm, "pmd_ps": a.PmdPs, "pdl_db": a.PdlDb, "latency_ms": a.LatencyMs,
	}
}

func checkTrace(j *judge, c *refCase, e *gn.Evaluation, k int, want refTrace, tolerance float64) {
	total := 0.0
	for _, p := range e.Powers(k) {
		total += p
	}
	j.near("total power after "+want.UID, gn.Dbm(total), want.Total, tolerance)
	for n, i := range c.Expected.TraceIndex {
		after := " after " + want.UID
		p := e.Powers(k)[i]
		_, ase, nli := e.Shares(k, i)
		j.near("power"+after, gn.Dbm(p), want.Power.at(n), tolerance)
		j.near("ASE"+after, gn.Dbm(p*ase), want.Ase.at(n), tolerance)
		j.near("NLI"+after, gn.Dbm(p*nli), want.Nli.at(n), tolerance)
		if want.Gain == nil {
			continue
		}
		gain, nf, ok := e.Gain(k, i)
		if !ok {
			j.t.Errorf("%s does not amplify channel %d", want.UID, i)
			continue
		}
		j.near("gain of "+want.UID, gain, want.Gain.at(n), tolerance)
		j.near("noise figure of "+want.UID, nf, want.Nf.at(n), tolerance)
	}
}
