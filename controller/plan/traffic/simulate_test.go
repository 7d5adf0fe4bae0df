package traffic_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/traffic"
)

// scenarios draws small networks in which much is blocked.
func scenarios(t *rapid.T) traffic.Scenario {
	s := traffic.Scenario{Network: traffic.Network{Nodes: []string{"a", "b", "c", "d"}, Slots: rapid.IntRange(1, 150).Draw(t, "slots")}}
	for i, from := range s.Network.Nodes {
		for j, to := range s.Network.Nodes {
			if i != j && rapid.IntRange(0, 4).Draw(t, "link") > 0 {
				s.Network.Links = append(s.Network.Links, traffic.Link{From: from, To: to, Km: float64(rapid.IntRange(0, 5).Draw(t, "km"))})
			}
		}
	}
	pairs, err := s.Network.ShortestPairs(rapid.IntRange(1, 4).Draw(t, "routes"))
	if err != nil {
		t.Fatal(err)
	}
	s.Pairs = pairs
	for range rapid.IntRange(1, 4).Draw(t, "classes") {
		c := traffic.Class{Gbps: 100, Weight: float64(rapid.IntRange(0, 3).Draw(t, "weight"))}
		for range rapid.IntRange(1, 4).Draw(t, "options") {
			c.Options = append(c.Options, traffic.Option{Slots: rapid.IntRange(1, 100).Draw(t, "width"), ReachKm: float64(rapid.IntRange(0, 8).Draw(t, "reach"))})
		}
		s.Classes = append(s.Classes, c)
	}
	return s
}

// naive serves the requests of a run slot by slot, looking at every connection
// for every request.
func naive(t interface{ Fatalf(string, ...any) }, s traffic.Scenario, m *traffic.Model, r traffic.Run) (blocked []int, peak int) {
	type connection struct {
		end        float64
		links      []int
		slot, upTo int
	}
	var up []connection
	taken := map[[2]int]bool{} // link, slot
	set := func(c connection, to bool) {
		for _, l := range c.links {
			for slot := c.slot; slot < c.upTo; slot++ {
				if taken[[2]int{l, slot}] == to {
					t.Fatalf("slot %d of link %d is given twice, or given back twice", slot, l)
				}
				taken[[2]int{l, slot}] = to
			}
		}
	}
	place := func(links []int, width int) (int, bool) {
		for slot := 0; slot+width <= s.Network.Slots; slot++ {
			free := true
			for _, l := range links {
				for i := slot; i < slot+width; i++ {
					free = free && !taken[[2]int{l, i}]
				}
			}
			if free {
				return slot, true
			}
		}
		return 0, false
	}
	n := 0
	for req := range m.Requests(r) {
		var still []connection
		for _, c := range up {
			if c.end <= req.At {
				set(c, false)
			} else {
				still = append(still, c)
			}
		}
		up = still
		served := false
		for _, links := range s.Pairs[req.Pair].Routes {
			km := 0.0
			for _, l := range links {
				km += s.Network.Links[l].Km
			}
			for _, o := range s.Classes[req.Class].Options {
				if slot, ok := place(links, o.Slots); ok && o.ReachKm >= km && !served {
					served = true
					c := connection{req.At + req.Hold, links, slot, slot + o.Slots}
					set(c, true)
					up = append(up, c)
				}
			}
		}
		if n >= r.WarmUp {
			peak = max(peak, len(up))
			if !served {
				blocked = append(blocked, n)
			}
		}
		n++
	}
	return blocked, peak
}

func TestSimulationAgreesWithTryingEverySlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := scenarios(t)
		m, err := traffic.Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		r := traffic.Run{
			Erlang:   rapid.Float64Range(0.5, 40).Draw(t, "erlang"),
			Requests: rapid.IntRange(1, 300).Draw(t, "requests"), WarmUp: rapid.IntRange(0, 30).Draw(t, "warm-up"),
			Seed: rapid.Uint64().Draw(t, "seed"), HoldBelow: float64(rapid.IntRange(0, 2).Draw(t, "below")),
		}
		blocked, peak := naive(t, s, m, r)
		got, err := m.Simulate(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		if got.Blocked != len(blocked) || got.Requests != r.Requests {
			t.Fatalf("%d of %d blocked, want %d", got.Blocked, got.Requests, len(blocked))
		}
		if r.WarmUp == 0 && got.Peak != peak {
			t.Fatalf("peak %d, want %d", got.Peak, peak)
		}
		sum := traffic.Count{}
		for _, c := range got.Classes {
			sum.Requests, sum.Blocked = sum.Requests+c.Requests, sum.Blocked+c.Blocked
		}
		for _, c := range got.Pairs {
			sum.Requests, sum.Blocked = sum.Requests-c.Requests, sum.Blocked-c.Blocked
		}
		if sum != (traffic.Count{}) || got.Utilisation < 0 || got.Utilisation > 1 {
			t.Fatalf("classes and pairs differ by %+v, utilisation %v", sum, got.Utilisation)
		}
	})
}

// one is a single link on which every request takes one slot.
func one(t testing.TB, slots int) *traffic.Model {
	t.Helper()
	m, err := traffic.Compile(traffic.Scenario{
		Network: traffic.Network{Nodes: []string{"a", "b"}, Links: []traffic.Link{{From: "a", To: "b", Km: 80}}, Slots: slots},
		Pairs:   []traffic.Pair{{From: "a", To: "b", Routes: [][]int{{0}}}},
		Classes: []traffic.Class{{Gbps: 400, Options: []traffic.Option{{Slots: 1, ReachKm: math.Inf(1)}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// erlangB is the blocking of n servers (Erlang, 1917), which does not depend on
// how holding times are distributed.
func erlangB(erlang float64, n int) float64 {
	b := 1.0
	for i := 1; i <= n; i++ {
		b = erlang * b / (float64(i) + erlang*b)
	}
	return b
}

func TestErlangB(t *testing.T) {
	for _, c := range []struct {
		slots  int
		erlang float64
		below  float64
	}{{1, 0.1, 0}, {1, 3, 0}, {10, 6, 0}, {64, 60, 0}, {100, 90, 0}, {100, 140, 2}, {300, 330, 0}, {300, 280, 0}, {2, 0.02, 0}, {20, 200, 0.1}} {
		r, err := one(t, c.slots).Simulate(t.Context(), traffic.Run{Erlang: c.erlang, Requests: 1_000_000, WarmUp: 10_000, HoldBelow: c.below})
		if err != nil {
			t.Fatal(err)
		}
		want := erlangB(r.Offered, c.slots)
		if off := math.Abs(r.Blocking() - want); off > 4*r.StdErr+1e-12 {
			t.Errorf("%d slots, %v erlang below %v: blocking %v ± %v, want %v", c.slots, c.erlang, c.below, r.Blocking(), r.StdErr, want)
		}
		carried := r.Offered * (1 - want)
		if math.Abs(r.Carried/carried-1) > 0.02 || math.Abs(r.Utilisation*float64(c.slots)/r.Carried-1) > 1e-9 {
			t.Errorf("%d slots, %v erlang: carried %v, want %v; utilisation %v", c.slots, c.erlang, r.Carried, carried, r.Utilisation)
		}
		if math.Abs(r.BandwidthBlocking()-r.Blocking()) > 1e-12 {
			t.Errorf("bandwidth blocking %v, blocking %v", r.BandwidthBlocking(), r.Blocking())
		}
	}
}

func TestCarriesInvertsErlangB(t *testing.T) {
	erlang, r, err := one(t, 50).Carries(t.Context(), 0.01, traffic.Run{Requests: 400_000, WarmUp: 5000})
	if err != nil {
		t.Fatal(err)
	}
	if want := 0.01; r.Blocking() > want || math.Abs(erlangB(erlang, 50)/want-1) > 0.1 {
		t.Errorf("carries %v erlang with blocking %v; by Erlang's formula it is %v there", erlang, r.Blocking(), erlangB(erlang, 50))
	}
}

func TestWeightsAreShares(t *testing.T) {
	s := traffic.Scenario{
		Network: traffic.Network{Nodes: []string{"a", "b", "c"}, Slots: 10},
		Pairs:   []traffic.Pair{{From: "a", To: "b", Weight: 1}, {From: "b", To: "c"}, {From: "c", To: "a", Weight: 3}},
		Classes: []traffic.Class{{Weight: 0.5, Options: []traffic.Option{{Slots: 1}}}, {Weight: 4.5, Options: []traffic.Option{{Slots: 1}}}},
	}
	m, err := traffic.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := m.Simulate(t.Context(), traffic.Run{Erlang: 1, Requests: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	if r.Blocking() != 1 {
		t.Errorf("blocking %v without routes, want 1", r.Blocking())
	}
	for i, want := range []float64{0.25, 0, 0.75} {
		if got := float64(r.Pairs[i].Requests) / 1e6; math.Abs(got-want) > 0.002 {
			t.Errorf("pair %d has %v of the requests, want %v", i, got, want)
		}
	}
	for i, want := range []float64{0.1, 0.9} {
		if got := float64(r.Classes[i].Requests) / 1e6; math.Abs(got-want) > 0.002 {
			t.Errorf("class %d has %v of the requests, want %v", i, got, want)
		}
	}
}

func TestSameRunSameResult(t *testing.T) {
	p := pointsOf(t, "testdata/dynamic-nsfnet-flexnetsim.json")[3]
	p.run.Requests = 50_000
	results := make([]traffic.Result, 4)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			run := p.run
			run.Seed = uint64(i / 3) // the last one is another
			results[i], _ = p.model.Simulate(context.Background(), run)
		})
	}
	wg.Wait()
	if !reflect.DeepEqual(results[0], results[1]) || !reflect.DeepEqual(results[0], results[2]) {
		t.Errorf("same seed, other results: %+v %+v %+v", results[0], results[1], results[2])
	}
	if results[0].Blocked == results[3].Blocked && results[0].Carried == results[3].Carried {
		t.Error("another seed gives the same result")
	}
}

// A request allocates nothing: what a run allocates does not grow with it.
func TestRequestsAllocateNothing(t *testing.T) {
	p := pointsOf(t, "testdata/dynamic-nsfnet-flexnetsim.json")[4]
	count := func(requests int) float64 {
		return testing.AllocsPerRun(3, func() {
			run := p.run
			run.Requests = requests
			if _, err := p.model.Simulate(context.Background(), run); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := count(20_000), count(400_000); many > few+4 {
		t.Errorf("20,000 requests allocate %v times, 400,000 %v times", few, many)
	}
}

func TestSimulationEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := one(t, 8).Simulate(ctx, traffic.Run{Erlang: 1, Requests: 1 << 40}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if _, _, err := one(t, 8).Carries(ctx, 0.1, traffic.Run{Requests: 1 << 40}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
