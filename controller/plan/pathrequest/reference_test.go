package pathrequest_test

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan/pathrequest"
)

// casesVariable names a directory with further cases below rmsa/.
const casesVariable = "WAVEPLANE_CASES"

const toleranceDb = 0.001

func TestReferenceRMSA(t *testing.T) {
	for _, file := range caseFiles(t) {
		t.Run(baseName(file), func(t *testing.T) {
			t.Parallel()
			checkCase(t, readCase(t, file))
		})
	}
}

func baseName(file string) string {
	return strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".gz"), ".json")
}

// caseFiles lists the cases of testdata and those of the directory that the
// variable names, where files of other schemas may lie beside them.
func caseFiles(t testing.TB) []string {
	t.Helper()
	files := casesBelow(t, filepath.Join("testdata", "rmsa"))
	if len(files) == 0 {
		t.Fatal("there are no cases in testdata")
	}
	if more := os.Getenv(casesVariable); more != "" {
		if _, err := os.Stat(more); err != nil {
			t.Fatalf("%s: %v", casesVariable, err)
		}
		dir := filepath.Join(more, "rmsa")
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			files = append(files, casesBelow(t, dir)...)
		}
	}
	return files
}

func casesBelow(t testing.TB, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(strings.TrimSuffix(path, ".gz"), ".json") {
			return err
		}
		// Below rmsa/ everything is a case but blocking scenarios; elsewhere what
		// says it is one. What cannot be read fails in its own test.
		var head struct{ Schema string }
		err = json.Unmarshal(content(t, path), &head)
		ours := filepath.Base(filepath.Dir(path)) == "rmsa" && head.Schema != "dynamic-rmsa/1"
		if ours || err == nil && head.Schema == pathrequest.Schema {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// content reads a file, compressed or not.
func content(t testing.TB, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return b
}

func readCase(t testing.TB, file string) *pathrequest.Case {
	t.Helper()
	c, err := pathrequest.Read(strings.NewReader(string(content(t, file))))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return c
}

func planner(t testing.TB, c *pathrequest.Case, o pathrequest.Options) *pathrequest.Planner {
	t.Helper()
	network, err := pathrequest.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pathrequest.NewPlanner(network, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// checkCase compares light first: a mode or a status that differs because GSNR
// does is no finding of its own.
func checkCase(t *testing.T, c *pathrequest.Case) {
	got, err := planner(t, c, pathrequest.Options{}).Serve(c.Requests, c.Disjunctions)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(c.Expected) || len(got) == 0 {
		t.Fatalf("%d answers, want %d", len(got), len(c.Expected))
	}
	j := &judge{t: t}
	lit := 0
	for i, want := range c.Expected {
		lit += j.light(got[i], want)
	}
	t.Logf("%d answers, %d combs of light, greatest difference %.2g dB: %s", len(got), lit, j.worst, j.at)
	if t.Failed() {
		return
	}
	for i, want := range c.Expected {
		j.decision(got[i], want)
	}
}

// judge compares answers and remembers the greatest difference of light.
type judge struct {
	t     *testing.T
	worst float64
	at    string
}

func (j *judge) near(what string, got, want, tolerance float64) {
	diff := math.Abs(got - want)
	if diff > j.worst && tolerance == toleranceDb {
		j.worst, j.at = diff, what
	}
	if !(diff <= tolerance) {
		j.t.Errorf("%s = %.9g, want %.9g", what, got, want)
	}
}

// light compares metrics where both used the same route and mode, and tells how
// many there were.
func (j *judge) light(got, want pathrequest.Answer) int {
	if tied(got, want) {
		j.t.Logf("request %s: route %v is as good as %v; not compared", want.ID, got.RoadmPath, want.RoadmPath)
		return 0
	}
	if !slices.Equal(got.RoadmPath, want.RoadmPath) {
		j.t.Errorf("request %s: route %v of %g km, want %v of %g km", want.ID, got.RoadmPath, got.FibreKm, want.RoadmPath, want.FibreKm)
		return 0
	}
	n := 0
	for _, m := range []struct {
		name      string
		got, want *pathrequest.Metrics
	}{{"metrics", got.Metrics, want.Metrics}, {"reverse metrics", got.Reverse, want.Reverse}} {
		switch {
		case (m.got == nil) != (m.want == nil):
			j.t.Errorf("request %s has %s: %t, want %t", want.ID, m.name, m.got != nil, m.want != nil)
		case m.want != nil && got.Mode != want.Mode:
			j.t.Errorf("request %s: mode %q, want %q; worst GSNR %v, want %v", want.ID, got.Mode, want.Mode, deref(m.got.WorstDb), deref(m.want.WorstDb))
		case m.want != nil:
			n++
			j.metrics("request "+want.ID+" "+m.name, m.got, m.want)
		}
	}
	return n
}

func deref(p *float64) float64 {
	if p == nil {
		return math.Inf(-1)
	}
	return *p
}

func (j *judge) metrics(at string, got, want *pathrequest.Metrics) {
	if got.Channels != want.Channels {
		j.t.Errorf("%s: %d channels, want %d", at, got.Channels, want.Channels)
	}
	for _, s := range []struct {
		name      string
		got, want pathrequest.Spread
	}{{"GSNR in 0.1 nm", got.GsnrIn01nmDb, want.GsnrIn01nmDb}, {"GSNR", got.GsnrDb, want.GsnrDb}, {"OSNR", got.OsnrIn01nmDb, want.OsnrIn01nmDb}} {
		j.near(at+" mean "+s.name, s.got.Mean, s.want.Mean, toleranceDb)
		j.near(at+" least "+s.name, s.got.Min, s.want.Min, toleranceDb)
		j.near(at+" greatest "+s.name, s.got.Max, s.want.Max, toleranceDb)
	}
	// Files have nine digits.
	j.near(at+" dispersion", got.DispersionPsNm, want.DispersionPsNm, 1e-6*math.Abs(want.DispersionPsNm))
	j.near(at+" PMD", got.PmdPs, want.PmdPs, 1e-6*want.PmdPs)
	j.near(at+" PDL", got.PdlDb, want.PdlDb, 1e-6*want.PdlDb)
	j.near(at+" latency", got.LatencyMs, want.LatencyMs, 1e-6*want.LatencyMs)
	if (got.WorstDb == nil) != (want.WorstDb == nil) || len(got.PenaltiesDb) != len(want.PenaltiesDb) {
		j.t.Errorf("%s: penalties %v, want %v", at, got.PenaltiesDb, want.PenaltiesDb)
		return
	}
	if want.WorstDb != nil {
		j.near(at+" worst GSNR", *got.WorstDb, *want.WorstDb, toleranceDb)
	}
	for what, penalty := range want.PenaltiesDb {
		if g, known := got.PenaltiesDb[what]; !known || (g == nil) != (penalty == nil) {
			j.t.Errorf("%s: penalty for %s is %v, want %v", at, what, g, penalty)
		} else if g != nil {
			j.near(at+" penalty for "+what, *g, *penalty, toleranceDb)
		}
	}
}

// tied tells whether two different routes are of the same length, so that
// either will do.
func tied(got, want pathrequest.Answer) bool {
	return !slices.Equal(got.RoadmPath, want.RoadmPath) && got.Elements == want.Elements && got.FibreKm != 0 &&
		math.Abs(got.FibreKm-want.FibreKm) < 1e-9*want.FibreKm
}

// decision compares all the rest.
func (j *judge) decision(got, want pathrequest.Answer) {
	if tied(got, want) {
		return
	}
	j.near("request "+want.ID+" fibre", got.FibreKm, want.FibreKm, 1e-6*want.FibreKm)
	j.near("request "+want.ID+" required OSNR", got.RequiredOsnrDb, want.RequiredOsnrDb, 1e-9)
	for _, a := range []*pathrequest.Answer{&got, &want} {
		a.Metrics, a.Reverse, a.FibreKm, a.RequiredOsnrDb = nil, nil, 0, 0
	}
	if len(want.Path) == 0 {
		got.Path = nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		j.t.Errorf("request %s: (-want +got)\n%s", want.ID, diff)
	}
}
