package gn_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
)

// rig evaluates combs on one line; lines whose noise exceeds their signal are
// not of interest.
type rig struct {
	t      *rapid.T
	solver *gn.Solver
	line   *gn.Line
}

func newRig(t *rapid.T, noble bool) *rig {
	line, err := gn.Compile(drawLine(t, noble)...)
	if err != nil {
		t.Fatal(err)
	}
	solver, err := gn.NewSolver(gn.Model{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{t, solver, line}
}

func (r *rig) run(channels []gn.Channel) *gn.Evaluation {
	comb, err := gn.NewComb(channels)
	if err != nil {
		r.t.Fatal(err)
	}
	e := r.solver.NewEvaluation()
	if err := e.Run(r.line, comb, nil); err != nil {
		r.t.Fatal(err)
	}
	return e
}

func gsnr(t gn.Transfer) float64 {
	noise := t.AseShare + t.NliShare
	return (1 - noise) / noise
}

func TestRemovingAChannelLowersNoOthersGsnr(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t, true)
		channels := drawChannels(t, 2)
		gone := rapid.IntRange(0, len(channels)-1).Draw(t, "gone")
		all := r.run(channels)
		rest := r.run(slices.Delete(slices.Clone(channels), gone, gone+1))
		for i := range channels {
			if i == gone {
				continue
			}
			j := i
			if i > gone {
				j--
			}
			before, after := gsnr(all.Transfer(i)), gsnr(rest.Transfer(j))
			if after < before*(1-1e-12) {
				t.Fatalf("channel %d: GSNR %g with all, %g without channel %d", i, before, after, gone)
			}
		}
	})
}

func TestMoreLaunchPowerMeansMoreInterference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fibres := drawLine(t, true)
		if _, levels := fibres[0].(gn.Switch); levels {
			fibres = fibres[1:] // it would take the power away again
		}
		line, err := gn.Compile(fibres...)
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t, true)
		r.line = line
		channels := drawChannels(t, 1)
		low := r.run(channels)
		for i := range channels {
			channels[i].LaunchDbm += rapid.Float64Range(0.1, 2).Draw(t, "more")
		}
		high := r.run(channels)
		for i := range channels {
			if a, b := low.Transfer(i), high.Transfer(i); b.NliShare <= a.NliShare || b.AseShare >= a.AseShare {
				t.Fatalf("channel %d: NLI %g and ASE %g became %g and %g", i, a.NliShare, a.AseShare, b.NliShare, b.AseShare)
			}
		}
	})
}

// same compares an evaluation or trial of n channels with one from scratch.
func same(t *rapid.T, what string, n int, got, want func(int) gn.Transfer) {
	for i := range n {
		a, b := got(i), want(i)
		for _, v := range [][2]float64{{a.PowerW, b.PowerW}, {a.AseShare, b.AseShare}, {a.NliShare, b.NliShare},
			{a.DispersionPsNm, b.DispersionPsNm}, {a.PmdPs2, b.PmdPs2}, {a.PdlDb2, b.PdlDb2}, {a.LatencyMs, b.LatencyMs}, {a.AddDropNoise, b.AddDropNoise}} {
			if math.Abs(v[0]-v[1]) > 1e-9*math.Abs(v[1]) {
				t.Fatalf("%s, channel %d:\n got %+v\nwant %+v", what, i, a, b)
			}
		}
	}
}

func TestAddingIsEvaluatingAnew(t *testing.T) {
	whole, alone := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t, rapid.Bool().Draw(t, "noble"))
		channels := drawChannels(t, 3)
		want := r.run(channels)
		order := rapid.Permutation([]int{0, 1, 2}).Draw(t, "order")
		first, second := order[0], order[1]
		base := slices.Clone(channels)
		base = slices.DeleteFunc(base, func(c gn.Channel) bool { return c == channels[first] || c == channels[second] })
		e := r.run(base)
		before := transfers(e, len(base))

		work := r.solver.NewEvaluation()
		work.CopyFrom(e)
		if _, err := work.Add(channels[first], gn.Watt(channels[first].LaunchDbm)); err != nil {
			t.Fatal(err)
		}
		trial, err := work.Try(channels[second], gn.Watt(channels[second].LaunchDbm))
		if err != nil {
			t.Fatal(err)
		}
		if trial.Whole() {
			whole++
		} else {
			alone++
		}
		same(t, "trial", trial.Len(), trial.Transfer, want.Transfer)
		for k := range r.line.Len() {
			for i, q := range want.Powers(k) {
				if p := trial.Power(k, i); math.Abs(p-q) > 1e-9*q {
					t.Fatalf("trial: power of channel %d after element %d: %g, want %g", i, k, p, q)
				}
			}
		}
		if _, err := work.Add(channels[second], gn.Watt(channels[second].LaunchDbm)); err != nil {
			t.Fatal(err)
		}
		same(t, "added", len(channels), work.Transfer, want.Transfer)
		for k := range r.line.Len() {
			for i, p := range work.Powers(k) {
				if q := want.Powers(k)[i]; math.Abs(p-q) > 1e-9*q {
					t.Fatalf("power of channel %d after element %d: %g, want %g", i, k, p, q)
				}
			}
		}
		if !slices.Equal(transfers(e, len(base)), before) {
			t.Fatal("a trial on a copy changed the evaluation")
		}
	})
	if whole == 0 || alone == 0 {
		t.Errorf("%d trials were evaluated anew, %d were not: both ways should be seen", whole, alone)
	}
}

func transfers(e *gn.Evaluation, n int) []gn.Transfer {
	var all []gn.Transfer
	for i := range n {
		all = append(all, e.Transfer(i))
	}
	return all
}

func TestTheSameAgainAndAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t, false)
		channels := drawChannels(t, 1)
		first := r.run(channels)
		again := r.run(channels)
		r.solver, _ = gn.NewSolver(gn.Model{}, 1) // no room for kernels
		cold := r.run(channels)
		if n := len(channels); !slices.Equal(transfers(first, n), transfers(again, n)) || !slices.Equal(transfers(first, n), transfers(cold, n)) {
			t.Fatal("three runs differ")
		}
	})
}

// TestStretchesCompose cuts a line in two: the transfers of the parts, strung
// together, are that of the whole.
func TestStretchesCompose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		elements := drawLine(t, false)
		line, err := gn.Compile(elements...)
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t, false)
		r.line = line
		channels := drawChannels(t, 1)
		want := r.run(channels)

		cut := rapid.IntRange(0, len(elements)).Draw(t, "cut")
		var parts [2]*gn.Line
		for i, part := range [][]gn.Element{elements[:cut], elements[cut:]} {
			if parts[i], err = gn.Compile(part...); err != nil {
				t.Fatal(err)
			}
		}
		comb, err := gn.NewComb(channels)
		if err != nil {
			t.Fatal(err)
		}
		a, b := r.solver.NewEvaluation(), r.solver.NewEvaluation()
		if err := a.Run(parts[0], comb, nil); err != nil {
			t.Fatal(err)
		}
		entrance := make([]float64, len(channels))
		for i := range entrance {
			entrance[i] = a.Transfer(i).PowerW
		}
		if err := b.Run(parts[1], comb, entrance); err != nil {
			t.Fatal(err)
		}
		same(t, "composed", len(channels), func(i int) gn.Transfer { return a.Transfer(i).Then(b.Transfer(i)) }, want.Transfer)
	})
}
