package gn_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
)

// TestWarmEvaluationAllocatesNothing, nor does a trial on it, nor an addition
// to a copy.
func TestWarmEvaluationAllocatesNothing(t *testing.T) {
	for _, file := range []string{tenSpans, "testdata/qot/v09-advanced-amp-tilt.json", "testdata/qot/v14-saturated-amplifiers.json", "testdata/qot/v16-dispersion-slope-freq-loss.json"} {
		_, line, comb, e := evaluated(t, file)
		candidate, others := without(t, comb, comb.Len()/2)
		var work gn.Evaluation
		for what, do := range map[string]func() error{
			"run": func() error { return e.Run(line, comb, nil) },
			"run and try": func() error {
				if err := e.Run(line, others, nil); err != nil {
					return err
				}
				_, err := e.Try(candidate, 1e-3)
				return err
			},
			"copy and add": func() error {
				if err := e.Run(line, others, nil); err != nil {
					return err
				}
				work.CopyFrom(e)
				_, err := work.Add(candidate, 1e-3)
				return err
			},
		} {
			run := func() {
				if err := do(); err != nil {
					t.Fatal(err)
				}
			}
			run() // an addition that evaluates anew swaps two workspaces: both warm up
			run()
			run()
			if n := testing.AllocsPerRun(5, run); n != 0 {
				t.Errorf("%s: %s: %g allocations", file, what, n)
			}
		}
	}
}

// TestOneWorkspaceForAllCases: what a workspace did before leaves no trace.
func TestOneWorkspaceForAllCases(t *testing.T) {
	e := solverOf(t, gn.Model{}).NewEvaluation()
	files := caseFiles(t)
	slices.Reverse(files)
	for _, file := range files {
		if !strings.HasPrefix(filepath.Base(file), "v") {
			continue
		}
		_, line, comb, fresh := evaluated(t, file)
		if err := e.Run(line, comb, nil); err != nil {
			t.Fatal(err)
		}
		if n := comb.Len(); !slices.Equal(transfers(e, n), transfers(fresh, n)) {
			t.Errorf("%s differs in a used workspace", file)
		}
	}
}

// TestOneSolverForMany: evaluations side by side share kernels and agree.
func TestOneSolverForMany(t *testing.T) {
	_, line, comb, want := evaluated(t, "testdata/qot/v03-mixed-fibres.json")
	solver, err := gn.NewSolver(gn.Model{}, 200_000) // room for two of its three kernels
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			e := solver.NewEvaluation()
			for range 5 {
				if err := e.Run(line, comb, nil); err != nil {
					t.Error(err)
				} else if n := comb.Len(); !slices.Equal(transfers(e, n), transfers(want, n)) {
					t.Error("evaluations side by side differ")
				}
			}
		})
	}
	wg.Wait()
}

// TestAddingWithOtherModels evaluates anew, and agrees.
func TestAddingWithOtherModels(t *testing.T) {
	for _, file := range []string{"testdata/qot/ggn/g01-ggn-one-span-9ch.json", "testdata/qot/raman/r01-srs-analytic-3spans.json", "testdata/qot/v10-sweden-openroadm4.json"} {
		_, line, comb, e := evaluated(t, file)
		want := transfers(e, comb.Len())
		candidate, others := without(t, comb, 3)
		if err := e.Run(line, others, nil); err != nil {
			t.Fatal(err)
		}
		trial, err := e.Try(candidate, gn.Watt(candidate.LaunchDbm))
		if err != nil {
			t.Fatal(err)
		}
		if !trial.Whole() || trial.Index != 3 {
			t.Errorf("%s: whole %v, index %d", file, trial.Whole(), trial.Index)
		}
		for i := range want {
			got := trial.Transfer(i)
			if d := gsnr(got)/gsnr(want[i]) - 1; d > 1e-9 || d < -1e-9 {
				t.Errorf("%s: channel %d differs by %g", file, i, d)
			}
			if ase, nli := trial.Noise(i); ase != got.AseShare || nli != got.NliShare {
				t.Errorf("%s: channel %d: noise %g and %g", file, i, ase, nli)
			}
		}
	}
}

func TestFullComb(t *testing.T) {
	_, _, want, _ := evaluated(t, tenSpans)
	got, err := gn.FullComb(191.3e12, 196.1e12, 50e9, want.Channel(0))
	if err != nil {
		t.Fatal(err)
	}
	if got.Len() != want.Len() {
		t.Fatalf("%d channels, want %d", got.Len(), want.Len())
	}
	for i := range want.Len() {
		if got.Channel(i) != want.Channel(i) {
			t.Errorf("channel %d: %+v, want %+v", i, got.Channel(i), want.Channel(i))
		}
	}
	for _, bad := range [][3]float64{{196e12, 191e12, 50e9}, {191e12, 196e12, 0}, {191e12, 196e12, -50e9}, {191e12, 196e12, 1}, {math.NaN(), 196e12, 50e9}, {191e12, 196e12, 25e9}} {
		if _, err := gn.FullComb(bad[0], bad[1], bad[2], want.Channel(0)); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

// Two stretches with a switch between them: traffic leaves and enters there,
// and the switch levels what goes on.
func Example() {
	fibre := &gn.FibreType{Name: "G.652", LossDbPerKm: gn.Constant(0.2), DispersionPsNm: gn.Constant(16.7), PmdPsPerSqrtKm: 0.04}
	edfa := &gn.AmplifierType{Name: "edfa", MaxOutputDbm: 23, Stage: gn.Stage{MinGainDb: 10, MaxGainDb: 25, Noise: "fixed", NfDb: 5.5}}
	channel := func(thz float64) gn.Channel {
		return gn.Channel{CentreHz: thz * 1e12, SymbolRate: 64e9, SlotHz: 75e9, RollOff: 0.15}
	}
	stretch := func(spans int, lit ...gn.Channel) *gn.Evaluation {
		elements := []gn.Element{gn.Amplifier{Name: "booster", Type: edfa, GainDb: 19}}
		for i := range spans {
			name := fmt.Sprint("span ", i+1)
			elements = append(elements, gn.Fibre{Name: name, Type: fibre, Km: 80, InDb: 0.5, OutDb: 0.5}, gn.Amplifier{Name: "after " + name, Type: edfa, GainDb: 17})
		}
		line, err := gn.Compile(elements...)
		if err != nil {
			panic(err)
		}
		comb, err := gn.NewComb(lit)
		if err != nil {
			panic(err)
		}
		solver, err := gn.NewSolver(gn.Model{}, 0) // one for all in real use
		if err != nil {
			panic(err)
		}
		entrance := make([]float64, len(lit))
		for i := range entrance {
			entrance[i] = gn.Watt(-18) // what the switch before it levels to
		}
		e := solver.NewEvaluation()
		if err := e.Run(line, comb, entrance); err != nil {
			panic(err)
		}
		return e
	}
	ab := stretch(3, channel(193.0), channel(193.1), channel(193.3))
	bc := stretch(2, channel(193.0), channel(193.4))

	candidate := channel(193.2)
	var path gn.Transfer
	for _, e := range []*gn.Evaluation{ab, bc} {
		trial, err := e.Try(candidate, gn.Watt(-18))
		if err != nil {
			panic(err)
		}
		path = path.Then(trial.Transfer(trial.Index))
		for i := range trial.Len() {
			if i != trial.Index {
				_, nli := trial.Noise(i)
				fmt.Printf("neighbour %d: share of nonlinear noise %.2e\n", i, nli)
			}
		}
	}
	arrival, err := path.Arrive(candidate.SymbolRate, 36)
	if err != nil {
		panic(err)
	}
	fmt.Printf("GSNR %.2f dB in 0.1 nm, %.0f ps/nm, %.3f ms\n", arrival.FinalGsnrDb+arrival.Per01nmDb, arrival.DispersionPsNm, arrival.LatencyMs)
	// Output:
	// neighbour 0: share of nonlinear noise 5.57e-04
	// neighbour 1: share of nonlinear noise 6.19e-04
	// neighbour 3: share of nonlinear noise 5.62e-04
	// neighbour 0: share of nonlinear noise 3.07e-04
	// neighbour 2: share of nonlinear noise 3.10e-04
	// GSNR 26.40 dB in 0.1 nm, 6680 ps/nm, 1.959 ms
}
