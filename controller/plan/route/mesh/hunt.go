package mesh

import (
	"math"
	"slices"
)

// hunt looks for the best pair where the flow alone does not answer.
//
// It goes through first legs in the order of their priced weight w and completes
// each by the lightest second one. Both legs of a pair weigh w or more, or the
// pair was met before, and every price is charged to one leg at most: what is
// still to come weighs 2w less all prices, or more.
//
// A beginning beside which no second leg is light enough to matter is cut off
// with all its continuations. Since the trouble may lie near either end, the
// hunt goes on from both in turn; either may come to the conclusion.
type hunt struct {
	m      *Mesh
	q      *PairQuery
	left   int
	priced prices

	best  [2][]Edge
	total int64 // of best, in units
}

// side is the hunt from one end: in the mesh as it is, or turned round.
type side struct {
	m      *Mesh
	q      PairQuery
	turned bool
	first  *Search
	mask   *Mask
}

func (h *hunt) run() (Pair, error) {
	sides := [2]side{h.side(h.m, false), h.side(h.m.reversed(), true)}
	defer sides[0].first.Close()
	defer sides[1].first.Close()
	for turn := 0; h.left > 0; turn = 1 - turn {
		if h.step(&sides[turn]) {
			return h.finished()
		}
	}
	if h.best[0] == nil {
		return Pair{}, h.m.refuse(&h.q.Query, OutOfEffort)
	}
	return h.q.pair(h.best, h.priced.least), nil
}

func (h *hunt) side(m *Mesh, turned bool) side {
	s := side{m: m, q: *h.q, turned: turned, mask: m.NewMask()}
	if turned {
		s.q.From, s.q.To = h.q.To, h.q.From
	}
	by := s.q.Query
	by.By = h.priced.weights
	s.first = m.open(by)
	return s
}

// step tries one first leg and reports whether the hunt is over.
func (h *hunt) step(s *side) bool {
	s.first.q.Effort = h.left
	first, ok := s.first.Next()
	h.left = s.first.left
	if !ok {
		return s.first.err == nil
	}
	w := h.priced.sum(first.Edges)
	h.priced.least = max(h.priced.least, 2*w-h.priced.all)
	if h.enough(h.priced.least) {
		return true
	}
	h.second(s, first.Edges)
	s.first.skip(h.cutAt(s, first.Edges, w))
	return false
}

// enough reports whether pairs of this weight or more are of no interest.
func (h *hunt) enough(least int64) bool {
	return h.best[0] != nil && (least > h.total || !h.q.Even && least == h.total)
}

// beside opens a search for a second leg beside these first edges.
func (h *hunt) beside(s *side, edges []Edge, by *Weights) *Search {
	s.mask.set(s.q.Without)
	s.q.forbid(s.mask, edges)
	return s.m.open(Query{From: s.q.From, To: s.q.To, By: by, Without: s.mask, Effort: max(h.left, 1)})
}

// second completes a first leg by the lightest route beside it.
func (h *hunt) second(s *side, first []Edge) {
	x := h.beside(s, first, h.q.By)
	defer x.Close()
	x.q.Bounds, x.q.MaxEdges = s.q.Bounds, s.q.MaxEdges
	x.setLimits(&x.q)
	if h.best[0] != nil {
		x.cut = min(x.cut, h.total-h.q.units(first))
	}
	second, ok := x.Next()
	h.left = x.left
	if !ok {
		return
	}
	legs := [2][]Edge{slices.Clone(first), second.Edges}
	if s.turned {
		slices.Reverse(legs[0])
		slices.Reverse(legs[1])
	}
	h.take(legs)
}

// cutAt returns the number of edges with which a route must begin to be of no
// interest: beside them, every second leg makes the pair too heavy, however the
// first goes on.
func (h *hunt) cutAt(s *side, first []Edge, w int64) int {
	low, high := 1, len(first)+1 // the answer; high stands for no such beginning
	for low < high {
		n := (low + high) / 2
		x := h.beside(s, first[:n], h.priced.weights)
		second, ok := x.Next()
		h.left = x.left
		x.Close()
		if x.err != nil {
			return math.MaxInt
		}
		if ok && !h.enough(w+h.priced.sum(second.Edges)-h.priced.all) {
			low = n + 1
		} else {
			high = n
		}
	}
	if low > len(first) {
		return math.MaxInt
	}
	return low
}

// take keeps a pair if it is better than what there is.
func (h *hunt) take(legs [2][]Edge) {
	a, b := h.q.units(legs[0]), h.q.units(legs[1])
	if h.best[0] != nil && a+b >= h.total && !(h.q.Even && a+b == h.total && max(a, b) < h.heavier()) {
		return
	}
	h.best, h.total = legs, a+b
}

func (h *hunt) heavier() int64 { return max(h.q.units(h.best[0]), h.q.units(h.best[1])) }

// finished is the end of a hunt that has seen all there is.
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
