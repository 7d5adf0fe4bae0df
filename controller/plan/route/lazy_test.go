package route_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/topo"
)

// ladder is a network of two rows with rungs, two fibres in every place, so
// that there are very many ways between its corners.
func ladder(t testing.TB, n int) *topo.Network {
	t.Helper()
	var links []string
	add := func(name, a, b string, km int) {
		links = append(links, fmt.Sprintf("%s-1 %s %s %d", name, a, b, km), fmt.Sprintf("%s-2 %s %s %d", name, a, b, km+7))
	}
	for i := range n {
		add(fmt.Sprint("rung", i), fmt.Sprint("a", i), fmt.Sprint("b", i), 10+i)
		if i > 0 {
			add(fmt.Sprint("upper", i), fmt.Sprint("a", i-1), fmt.Sprint("a", i), 100+i)
			add(fmt.Sprint("lower", i), fmt.Sprint("b", i-1), fmt.Sprint("b", i), 100+2*i)
		}
	}
	return switches(t, links...)
}

// TestStoppingEarlyGoesOnWhereItStopped takes lines in bits, between so many
// switches that searches are put to rest, and compares them with lines taken in
// one go.
func TestStoppingEarlyGoesOnWhereItStopped(t *testing.T) {
	n := ladder(t, 8)
	bits, once := finder(t, n), finder(t, n)
	for _, k := range []int{1, 3, 40, 1000} {
		for a := range 8 {
			for b := range 8 {
				from, to := n.Devices[fmt.Sprint("a", a)], n.Devices[fmt.Sprint("b", b)]
				want := names(once.Between(from, to, route.Without{}, false))
				var got []string
				for line := range bits.Between(from, to, route.Without{}, false) {
					if len(got) == k {
						break
					}
					got = append(got, names(slices.Values([]route.Line{line}))...)
				}
				if diff := cmp.Diff(want[:min(k, len(want))], got); diff != "" {
					t.Fatalf("a%d to b%d, %d lines: (-want +got)\n%s", a, b, k, diff)
				}
			}
		}
	}
}

func TestLinesAreInOrder(t *testing.T) {
	n := ladder(t, 6)
	var last route.Line
	count := 0
	for line := range finder(t, n).Between(n.Devices["a0"], n.Devices["b5"], route.Without{}, true) {
		if line.LatencyMs < last.LatencyMs-1e-12 {
			t.Fatalf("%v after %v ms", line.LatencyMs, last.LatencyMs)
		}
		last = line
		count++
	}
	if want := 32 * route.PerSequence; count != want {
		t.Errorf("%d lines, want %d", count, want)
	}
}

func TestFinderIsForMany(t *testing.T) {
	n := ladder(t, 6)
	f := finder(t, n)
	want := names(finder(t, n).Between(n.Devices["a0"], n.Devices["b5"], route.Without{}, false))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := names(f.Between(n.Devices["a0"], n.Devices["b5"], route.Without{}, false)); !slices.Equal(got, want) {
				t.Errorf("got %v", got)
			}
		})
	}
	wg.Wait()
}

func TestLinkWithoutLatencyIsNamed(t *testing.T) {
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
		n := switches(t, "ab a b 10", "broken a b 5")
		n.Links["broken"].LatencyMs = bad
		f, err := route.NewFinder(n)
		if err == nil || !strings.Contains(err.Error(), "link broken: latency of") {
			t.Errorf("%v: got %v, want the link named", bad, err)
		}
		if got := names(f.Between(n.Devices["a"], n.Devices["b"], route.Without{}, false)); !slices.Equal(got, []string{"ab:az"}) {
			t.Errorf("%v: ways %v, want the link that is left", bad, got)
		}
	}
}

// BenchmarkBetween compares the first line with all of them.
func BenchmarkBetween(b *testing.B) {
	n := ladder(b, 20)
	for name, k := range map[string]int{"first": 1, "all": math.MaxInt} {
		b.Run(name, func(b *testing.B) {
			f := finder(b, n)
			excluded := 0
			b.ReportAllocs()
			for b.Loop() {
				// Another name excluded every time, or the answer comes from memory.
				without := route.WithoutLinks([]string{fmt.Sprint("none", excluded)})
				excluded++
				got := 0
				for range f.Between(n.Devices["a0"], n.Devices["b19"], without, false) {
					if got++; got == k {
						break
					}
				}
			}
		})
	}
}
