package gn_test

import (
	"runtime"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
)

const tenSpans = "testdata/qot/v02-ten-spans-80km.json"

func announce(b *testing.B, file string) {
	b.Helper()
	b.Logf("%s, %d CPUs, %s/%s, case %s", runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, file)
}

// BenchmarkTenSpans evaluates ten spans with 96 channels, from switch to
// switch: warm with kernels that are there, cold with kernels made anew.
func BenchmarkTenSpans(b *testing.B) {
	b.Run("warm", func(b *testing.B) {
		announce(b, tenSpans)
		_, line, comb, e := evaluated(b, tenSpans)
		b.ReportAllocs()
		for b.Loop() {
			if err := e.Run(line, comb, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cold", func(b *testing.B) {
		announce(b, tenSpans)
		_, line, comb, _ := evaluated(b, tenSpans)
		b.ReportAllocs()
		for b.Loop() {
			solver, err := gn.NewSolver(gn.Model{}, 0)
			if err != nil {
				b.Fatal(err)
			}
			if err := solver.NewEvaluation().Run(line, comb, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAddChannel adds the middle one of the 96 channels to the line that
// the others are evaluated on, at another symbol rate than theirs: as a trial,
// and for good, the copy of the evaluation included.
func BenchmarkAddChannel(b *testing.B) {
	_, line, comb, e := evaluated(b, tenSpans)
	candidate, others := without(b, comb, comb.Len()/2)
	candidate.SymbolRate = 31.5e9
	if err := e.Run(line, others, nil); err != nil {
		b.Fatal(err)
	}
	b.Run("try", func(b *testing.B) {
		announce(b, tenSpans)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := e.Try(candidate, 1e-3); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("copy and add", func(b *testing.B) {
		announce(b, tenSpans)
		var work gn.Evaluation
		b.ReportAllocs()
		for b.Loop() {
			work.CopyFrom(e)
			if _, err := work.Add(candidate, 1e-3); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// without takes a channel out of a comb.
func without(t testing.TB, comb *gn.Comb, i int) (gn.Channel, *gn.Comb) {
	t.Helper()
	var others []gn.Channel
	for j := range comb.Len() {
		if j != i {
			others = append(others, comb.Channel(j))
		}
	}
	rest, err := gn.NewComb(others)
	if err != nil {
		t.Fatal(err)
	}
	return comb.Channel(i), rest
}
