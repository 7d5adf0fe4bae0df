package route_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/topo"
)

// TestThrough compares with every way there is, on small networks with links
// side by side.
func TestThrough(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	found, none := 0, 0
	for range 300 {
		var links []string
		nodes, edges := 4+r.IntN(3), 5+r.IntN(6)
		for i := range edges {
			a, b := r.IntN(nodes), r.IntN(nodes)
			if a != b {
				links = append(links, fmt.Sprintf("l%d n%d n%d %d", i, a, b, 5+r.IntN(90)))
			}
		}
		if len(links) < 3 {
			continue
		}
		n := switches(t, links...)
		from, to := n.Devices["n0"], n.Devices["n1"]
		if from == nil || to == nil {
			continue
		}
		all := make([]string, 0, len(n.Links))
		for name := range n.Links {
			all = append(all, name)
		}
		slices.Sort(all)
		var places [][]string
		for range 1 + r.IntN(3) {
			place := []string{all[r.IntN(len(all))]}
			if r.IntN(2) == 0 {
				place = append(place, all[r.IntN(len(all))])
			}
			places = append(places, place)
		}
		avoid := all[r.IntN(len(all))]
		lines, proven := finder(t, n).Through(from, to, route.WithoutLinks([]string{avoid}), places)
		best := quickest(n, from, to, avoid, places)
		switch {
		case !proven:
			t.Fatalf("%v through %v: not proven", links, places)
		case math.IsInf(best, 1):
			none++
			if len(lines) > 0 {
				t.Fatalf("%v through %v without %s: %v, but there is none", links, places, avoid, lines[0])
			}
		default:
			found++
			if len(lines) == 0 || math.Abs(lines[0].LatencyMs-best) > 1e-9 {
				t.Fatalf("%v through %v without %s: best of %d is not %v ms", links, places, avoid, len(lines), best)
			}
			for _, l := range lines {
				if !touches(l.Legs, places) {
					t.Fatalf("%v through %v: %v does not", links, places, l)
				}
			}
		}
	}
	if found < 30 || none < 30 {
		t.Errorf("%d found, %d without a way: too few to tell", found, none)
	}
}

func touches(legs []route.Leg, places [][]string) bool {
	for _, place := range places {
		if !slices.ContainsFunc(legs, func(l route.Leg) bool { return slices.Contains(place, l.Link.Name) }) {
			return false
		}
	}
	return true
}

// quickest walks every way without a loop.
func quickest(n *topo.Network, from, to *topo.Device, avoid string, places [][]string) float64 {
	best := math.Inf(1)
	seen := map[*topo.Device]bool{from: true}
	var legs []route.Leg
	var walk func(at *topo.Device, ms float64)
	walk = func(at *topo.Device, ms float64) {
		if at == to {
			if touches(legs, places) {
				best = min(best, ms)
			}
			return
		}
		for name, l := range n.Links {
			for i, e := range l.Ends {
				next := l.Ends[1-i].Device
				if e.Device != at || name == avoid || seen[next] {
					continue
				}
				seen[next] = true
				legs = append(legs, route.Leg{Link: l})
				walk(next, ms+l.LatencyMs)
				legs = legs[:len(legs)-1]
				delete(seen, next)
			}
		}
	}
	walk(from, 0)
	return best
}
