package route

import (
	"slices"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
	"github.com/waveplane/waveplane/controller/plan/topo"
)

// How much Through looks at.
const (
	anyOrder     = 4       // up to so many places are tried in every order
	perOrder     = 8       // lines for each order
	orderEffort  = 200_000 // nodes between one line and the next: about a tenth of a second
	throughLines = 32
)

// Through returns ways from one switch to another that use none of the excluded
// links and touch every place, in whatever order, best first; a place is a list
// of links of which any one will do. The best way is among them. When there are
// none, proven tells that there is none at all: the search came to its end, and
// every order of the places was tried.
func (f *Finder) Through(from, to *topo.Device, without Without, places [][]string) (lines []Line, proven bool) {
	g := f.graph
	a, okA := g.node[from.Name]
	b, okB := g.node[to.Name]
	if !okA || !okB || a == b || g.latency == nil || len(places) > mesh.MaxVia {
		return nil, true
	}
	mask := g.mesh.NewMask()
	for name := range without.links {
		if l, ok := g.link[name]; ok {
			mask.Link(l)
		}
	}
	via := make([]mesh.Via, len(places))
	for i, place := range places {
		for _, name := range place {
			if l, ok := g.link[name]; ok {
				via[i].Edges = append(via[i].Edges, g.mesh.EdgesOf(l)...)
			}
		}
		if len(via[i].Edges) == 0 {
			return nil, true // no line touches it
		}
	}
	proven = len(via) <= anyOrder
	seen := map[string]bool{}
	for order := range orders(len(via)) {
		q := mesh.Query{From: a, To: b, By: g.latency, Without: mask, Effort: orderEffort}
		for _, i := range order {
			q.Via = append(q.Via, via[i])
		}
		some, ended := g.take(q, perOrder)
		proven = proven && ended
		for _, l := range some {
			if !seen[l.key] {
				seen[l.key] = true
				lines = append(lines, l)
			}
		}
	}
	slices.SortFunc(lines, compareLines)
	return lines[:min(len(lines), throughLines)], proven || len(lines) > 0
}

// take returns the first lines of a search, and whether it came to its end or
// had enough.
func (g *graph) take(q mesh.Query, n int) (lines []Line, ended bool) {
	search, err := g.mesh.Search(q)
	if err != nil {
		return nil, false // the question is too large for the mesh
	}
	defer search.Close()
	for len(lines) < n {
		p, ok := search.Next()
		if !ok {
			return lines, search.Err() == nil
		}
		legs := make([]Leg, len(p.Edges))
		for i, e := range p.Edges {
			legs[i] = g.legs[e]
		}
		lines = append(lines, newLine(legs))
	}
	return lines, true
}

// orders yields every order of n things, or only the given one where that would
// be too many.
func orders(n int) func(func([]int) bool) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return func(yield func([]int) bool) {
		if n > anyOrder {
			yield(order)
			return
		}
		var permute func(k int) bool
		permute = func(k int) bool {
			if k == n {
				return yield(order)
			}
			for i := k; i < n; i++ {
				order[k], order[i] = order[i], order[k]
				more := permute(k + 1)
				order[k], order[i] = order[i], order[k]
				if !more {
					return false
				}
			}
			return true
		}
		permute(0)
	}
}
