package mesh_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

// conflicts reports whether two routes share something that the query forbids.
func (p plant) conflicts(q mesh.PairQuery, a, b []mesh.Edge) bool {
	for i, e := range a {
		for j, f := range b {
			if p.LinkOf(e) == p.LinkOf(f) {
				return true
			}
			if q.Nodes && i < len(a)-1 && j < len(b)-1 && p.Head(e) == p.Head(f) {
				return true
			}
			for _, r := range p.RisksOf(e) {
				if q.Risks && !slices.Contains(q.Share, r) && slices.Contains(p.RisksOf(f), r) {
					return true
				}
			}
		}
	}
	return false
}

func (p plant) drawPair(rng *rand.Rand) mesh.PairQuery {
	q := mesh.PairQuery{Query: p.drawQuery(rng)}
	q.Via = nil
	q.Nodes, q.Risks, q.Even = rng.IntN(2) == 0, rng.IntN(2) == 0, rng.IntN(2) == 0
	if p.Risks() > 0 && rng.IntN(2) == 0 {
		q.Share = []mesh.Risk{mesh.Risk(rng.IntN(p.Risks()))}
	}
	return q
}

func TestPairAgreesWithExhaustion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, rng := drawPlant(t)
		for range 100 {
			p.checkPair(t, p.drawPair(rng))
		}
	})
}

// checkPair compares a pair with the best of all pairs of routes.
func (p plant) checkPair(t *rapid.T, q mesh.PairQuery) {
	ways := slices.DeleteFunc(p.all(q.From, q.To), func(w []mesh.Edge) bool { return !p.allowed(q.Query, w) })
	least, heavier := math.MaxInt, math.MaxInt
	for i, a := range ways {
		x := tenths(p.by, a)
		for _, b := range ways[i:] {
			y := tenths(p.by, b)
			if x+y > least || x+y == least && max(x, y) >= heavier || p.conflicts(q, a, b) {
				continue
			}
			least, heavier = x+y, max(x, y)
		}
	}
	got, err := p.Pair(q)
	if least == math.MaxInt {
		p.checkPairRefusal(t, q, len(ways), err)
		return
	}
	if err != nil {
		t.Fatalf("%v, but there is a pair of weight %d", err, least)
	}
	a, b := got.Legs[0].Edges, got.Legs[1].Edges
	x, y := tenths(p.by, a), tenths(p.by, b)
	if x+y != least || x > y || !got.Proven {
		t.Fatalf("weights %d + %d, proven %v, want %d in all", x, y, got.Proven, least)
	}
	if p.conflicts(q, a, b) || !p.allowed(q.Query, a) || !p.allowed(q.Query, b) {
		t.Fatalf("%v and %v are not what was asked for", a, b)
	}
	if math.Abs(got.Least-got.Weight) > 1e-9 || math.Abs(got.Weight-float64(least)/10) > 1e-9 {
		t.Fatalf("weight %v, least %v, want %v", got.Weight, got.Least, float64(least)/10)
	}
	if q.Even && (y != heavier || !got.MostEven) {
		t.Fatalf("heavier leg %d, most even %v, want %d", y, got.MostEven, heavier)
	}
}

// checkPairRefusal holds what the refusal says against all routes.
func (p plant) checkPairRefusal(t *rapid.T, q mesh.PairQuery, within int, err error) {
	r, ok := err.(*mesh.Refusal)
	if !ok {
		t.Fatalf("no refusal but %v", err)
	}
	plain := mesh.Query{From: q.From, To: q.To, Without: q.Without}
	ways := slices.DeleteFunc(p.all(q.From, q.To), func(w []mesh.Edge) bool { return !p.allowed(plain, w) })
	common := func(names func(way []mesh.Edge) []string) []string {
		var out []string
		for _, name := range names(ways[0]) {
			if !slices.ContainsFunc(ways, func(w []mesh.Edge) bool { return !slices.Contains(names(w), name) }) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		return out
	}
	var want []string
	switch r.Reason {
	case mesh.SharedLink:
		want = common(func(way []mesh.Edge) (s []string) {
			for _, e := range way {
				s = append(s, p.LinkName(p.LinkOf(e)))
			}
			return s
		})
	case mesh.SharedNode:
		want = common(func(way []mesh.Edge) (s []string) {
			for _, e := range way[:len(way)-1] {
				s = append(s, p.NodeName(p.Head(e)))
			}
			return s
		})
	case mesh.SharedRisk:
		want = common(func(way []mesh.Edge) (s []string) {
			for _, e := range way {
				for _, k := range p.RisksOf(e) {
					if !slices.Contains(q.Share, k) {
						s = append(s, p.RiskName(k))
					}
				}
			}
			return s
		})
	case mesh.NoPair, mesh.NoPairWithin:
		if within == 0 {
			t.Fatalf("%v, but there is not even one route", r)
		}
		return
	default:
		if within > 0 {
			t.Fatalf("%v, but there are %d routes", r, within)
		}
		return
	}
	slices.Sort(want)
	got := slices.Sorted(slices.Values(r.Shared))
	if len(got) == 0 || !slices.Equal(got, want) {
		t.Fatalf("%v, want %v to be named", r, want)
	}
}

func TestGroupAgreesWithExhaustion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, rng := drawPlant(t)
		for range 100 {
			p.checkGroup(t, rng)
		}
	})
}

// checkGroup draws a group and goes through all its combinations.
func (p plant) checkGroup(t *rapid.T, rng *rand.Rand) {
	var g mesh.GroupQuery
	lists := make([][][]mesh.Edge, 1+rng.IntN(3))
	alone := true
	for i := range lists {
		q := p.drawQuery(rng)
		g.Routes = append(g.Routes, q)
		lists[i] = slices.DeleteFunc(p.all(q.From, q.To), func(w []mesh.Edge) bool { return !p.allowed(q, w) })
		p.inOrder(lists[i])
		alone = alone && len(lists[i]) > 0
	}
	if rng.IntN(2) == 0 { // neighbours only
		g.Apart = func(i, j int) bool { return j == i+1 }
	}
	want, found := p.firstCombination(g, lists, nil)
	got, err := p.Group(g)
	if found != (err == nil) {
		t.Fatalf("%v, want %v", err, want)
	}
	if r, ok := err.(*mesh.Refusal); err != nil && alone && (!ok || r.Reason != mesh.NoGroup) {
		t.Fatalf("%v, want no group", err)
	}
	for i := range got {
		if !slices.Equal(got[i].Edges, want[i]) {
			t.Fatalf("route %d: %v, want %v", i, got[i].Edges, want[i])
		}
	}
}

func (p plant) firstCombination(g mesh.GroupQuery, lists [][][]mesh.Edge, begun [][]mesh.Edge) ([][]mesh.Edge, bool) {
	i := len(begun)
	if i == len(lists) {
		return begun, true
	}
	for _, w := range lists[i] {
		clash := false
		for j, other := range begun {
			clash = clash || (g.Apart == nil || g.Apart(j, i)) && p.shareRisk(w, other)
		}
		if clash {
			continue
		}
		if whole, ok := p.firstCombination(g, lists, append(slices.Clone(begun), w)); ok {
			return whole, true
		}
	}
	return nil, false
}

func (p plant) shareRisk(a, b []mesh.Edge) bool {
	for _, e := range a {
		for _, f := range b {
			if slices.ContainsFunc(p.RisksOf(e), func(r mesh.Risk) bool { return slices.Contains(p.RisksOf(f), r) }) {
				return true
			}
		}
	}
	return false
}
