package mesh

import (
	"errors"
	"math"
	"slices"
)

// PairQuery asks for two routes between the same nodes that share no link, in
// whatever direction.
type PairQuery struct {
	// Query gives ends and weight. Without, Bounds and MaxEdges hold for each
	// leg, Effort for the whole question. Via is not for pairs.
	Query
	// Nodes asks for legs that share no node but the ends either.
	Nodes bool
	// Risks asks for legs that share no risk either, but for those in Share.
	Risks bool
	Share []Risk
	// Even asks for the most even among the pairs of least total weight.
	Even bool
}

// Pair is two routes that are apart.
type Pair struct {
	Legs   [2]Path // the lighter one first
	Weight float64 // of both together
	// Least is a lower bound on the weight of any such pair.
	Least float64
	// Proven tells that no such pair is lighter, MostEven that besides none of
	// the same weight is more even; MostEven is set only when it was asked for.
	Proven, MostEven bool
}

// Pair returns the pair of least total weight; its split between the legs comes
// second, see PairQuery.Even. The error is a *Refusal where there is no such
// pair, with the links, nodes or risks common to all routes where that is the
// cause, or where effort ran out before any was found. If effort runs out later
// the best pair found is returned with Proven false.
func (m *Mesh) Pair(q PairQuery) (Pair, error) {
	if err := m.check(&q.Query); err != nil {
		return Pair{}, err
	}
	if len(q.Via) > 0 {
		return Pair{}, errors.New("query: Via is for single routes; find a pair on each side of what must be passed")
	}
	for _, r := range q.Share {
		if r < 0 || int(r) >= len(m.risks) {
			return Pair{}, errors.New("query: Share names a risk that the mesh does not have")
		}
	}
	plain := q.Query
	plain.Bounds, plain.MaxEdges = nil, 0
	s := m.open(plain)
	defer s.Close()
	s.left = q.effort()
	f := &flow{sp: s.space, m: m, weights: q.By, apart: q.Nodes}
	switch ok := f.run(); {
	case s.left < 0:
		return Pair{}, m.refuse(&q.Query, OutOfEffort)
	case len(f.first) == 0:
		return Pair{}, m.explain(q.Query)
	case !ok:
		links, nodes := f.blocked()
		if len(links) > 0 {
			return Pair{}, m.refuse(&q.Query, SharedLink, links...)
		}
		return Pair{}, m.refuse(&q.Query, SharedNode, nodes...)
	}
	legs := f.legs()
	fits := m.pathsApart(&q, legs[0], legs[1]) && q.keeps(legs[0]) && q.keeps(legs[1])
	if fits && !q.Even {
		return q.pair(legs, q.units(legs[0])+q.units(legs[1])), nil
	}
	if err := m.commonRisk(&q, f.first, &s.left); err != nil {
		return Pair{}, err
	}
	h := hunt{m: m, q: &q, left: s.left, priced: f.prices()}
	if fits {
		h.take(legs)
	}
	return h.run(f.first)
}

func (q *PairQuery) units(edges []Edge) int64 {
	sum := int64(0)
	for _, e := range edges {
		sum += q.By.units[e]
	}
	return sum
}

// pair makes the answer out of two legs and a lower bound in units.
func (q *PairQuery) pair(legs [2][]Edge, least int64) Pair {
	var p Pair
	for i, edges := range legs {
		p.Legs[i] = Path{slices.Clone(edges), q.By.Sum(edges)}
	}
	a, b := q.units(legs[0]), q.units(legs[1])
	if b < a || a == b && slices.Compare(p.Legs[1].Edges, p.Legs[0].Edges) < 0 {
		p.Legs[0], p.Legs[1] = p.Legs[1], p.Legs[0]
	}
	p.Weight = p.Legs[0].Weight + p.Legs[1].Weight
	p.Proven = least >= a+b
	if p.Least = p.Weight; !p.Proven {
		p.Least = min(p.Weight, float64(least)/q.By.scale)
	}
	return p
}

// pathsApart reports whether two routes share none of what the query names.
func (m *Mesh) pathsApart(q *PairQuery, a, b []Edge) bool {
	mask := m.NewMask()
	q.forbid(mask, a)
	for i, e := range b {
		if mask.HasEdge(e) || i < len(b)-1 && mask.HasNode(m.head[e]) {
			return false
		}
	}
	return true
}

// forbid adds to the mask all that a route beside this one must not use.
func (q *PairQuery) forbid(mask *Mask, edges []Edge) {
	m := mask.mesh
	for i, e := range edges {
		mask.Link(m.link[e])
		if q.Nodes && i < len(edges)-1 {
			mask.Node(m.head[e])
		}
		if !q.Risks {
			continue
		}
		for _, r := range m.RisksOf(e) {
			if !slices.Contains(q.Share, r) {
				mask.Risk(r)
			}
		}
	}
}

// commonRisk names the risks that every route carries, which must all be on the
// shortest one.
func (m *Mesh) commonRisk(q *PairQuery, shortest []Edge, left *int) error {
	if !q.Risks {
		return nil
	}
	seen := map[Risk]bool{}
	var shared []string
	mask := m.NewMask()
	for _, e := range shortest {
		for _, r := range m.RisksOf(e) {
			if seen[r] || slices.Contains(q.Share, r) {
				continue
			}
			seen[r] = true
			mask.set(q.Without)
			mask.Risk(r)
			s := m.open(Query{From: q.From, To: q.To, By: q.By, Without: mask, Effort: max(*left, 1)})
			_, ok := s.Next()
			*left = s.left
			s.Close()
			if s.err == nil && !ok {
				shared = append(shared, m.risks[r])
			}
		}
	}
	if len(shared) > 0 {
		return m.refuse(&q.Query, SharedRisk, shared...)
	}
	return nil
}

// hunt looks for the best pair where the plain answer does not do.
type hunt struct {
	m      *Mesh
	q      *PairQuery
	left   int
	priced prices

	best  [2][]Edge
	total int64 // of best, in units; 0 edges: none yet
}

// take keeps a pair if it is better than what there is.
func (h *hunt) take(legs [2][]Edge) {
	a, b := h.q.units(legs[0]), h.q.units(legs[1])
	if h.best[0] != nil && a+b >= h.total && !(h.q.Even && a+b == h.total && max(a, b) < h.heavier()) {
		return
	}
	h.best, h.total = [2][]Edge{slices.Clone(legs[0]), slices.Clone(legs[1])}, a+b
}

func (h *hunt) heavier() int64 { return max(h.q.units(h.best[0]), h.q.units(h.best[1])) }

// run goes through first legs by their priced weight w. Both legs of a pair
// weigh at least the lighter one's w, and prices can be charged once each: a
// pair weighs 2w less all prices, or more. So the order of w proves the end.
func (h *hunt) run(shortest []Edge) (Pair, error) {
	h.second(shortest)
	q := h.q.Query
	q.By = h.priced.weights
	s := h.m.open(q)
	defer s.Close()
	for h.left > 0 {
		s.q.Effort = h.left
		first, ok := s.Next()
		h.left = s.left
		switch {
		case s.err != nil:
			return h.unfinished()
		case !ok:
			return h.finished()
		}
		h.priced.reach(first.Edges)
		if h.best[0] != nil && (h.priced.least > h.total || !h.q.Even && h.priced.least == h.total) {
			return h.finished()
		}
		h.second(first.Edges)
	}
	return h.unfinished()
}

// second completes a first leg by the lightest route beside it.
func (h *hunt) second(first []Edge) {
	if h.left <= 0 || !h.q.keeps(first) {
		return
	}
	q := h.q.Query
	q.Without = q.Without.Clone(h.m)
	h.q.forbid(q.Without, first)
	q.Effort = h.left
	s := h.m.open(q)
	defer s.Close()
	if h.best[0] != nil {
		s.cut = min(s.cut, h.total-h.q.units(first))
	}
	second, ok := s.Next()
	h.left = s.left
	if ok {
		h.take([2][]Edge{first, second.Edges})
	}
}

func (h *hunt) finished() (Pair, error) {
	if h.best[0] == nil {
		if len(h.q.Bounds) == 0 && h.q.MaxEdges == 0 {
			return Pair{}, h.m.refuse(&h.q.Query, NoPair)
		}
		if ok, err := h.m.exists(h.q.Query); !ok && err == nil {
			return Pair{}, h.m.explain(h.q.Query)
		}
		return Pair{}, h.m.refuse(&h.q.Query, NoPairWithin)
	}
	p := h.q.pair(h.best, math.MaxInt64)
	p.MostEven = h.q.Even
	return p, nil
}

func (h *hunt) unfinished() (Pair, error) {
	if h.best[0] == nil {
		return Pair{}, h.m.refuse(&h.q.Query, OutOfEffort)
	}
	return h.q.pair(h.best, h.priced.least), nil
}
