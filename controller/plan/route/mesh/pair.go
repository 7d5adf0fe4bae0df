package mesh

import (
	"errors"
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
	left := q.effort()
	f, err := m.flow(&q, &left)
	if err != nil {
		return Pair{}, err
	}
	defer f.search.Close()
	if p, ok := f.answer(&q); ok {
		return p, nil
	}
	if err := m.commonRisk(&q, f.first, &left); err != nil {
		return Pair{}, err
	}
	h := hunt{m: m, q: &q, left: left, priced: f.prices()}
	if legs := f.legs(); m.pathsApart(&q, legs[0], legs[1]) && q.keeps(legs[0]) && q.keeps(legs[1]) {
		h.take(legs)
	}
	return h.run()
}

// flow answers the plain question: no shared link, or node, and nothing else.
// Where that has no answer the error is final.
func (m *Mesh) flow(q *PairQuery, left *int) (*flow, error) {
	plain := q.Query
	plain.Bounds, plain.MaxEdges = nil, 0
	s := m.open(plain)
	f := &flow{search: s, sp: s.space, m: m, weights: q.By, apart: q.Nodes}
	s.left = *left
	ok := f.run()
	*left = s.left
	if ok {
		return f, nil
	}
	defer s.Close()
	if s.left < 0 {
		return nil, m.refuse(&q.Query, OutOfEffort)
	}
	if len(f.first) == 0 {
		return nil, m.explain(q.Query)
	}
	links, nodes := f.blocked()
	if len(links) > 0 {
		return nil, m.refuse(&q.Query, SharedLink, links...)
	}
	return nil, m.refuse(&q.Query, SharedNode, nodes...)
}

// answer makes the answer out of the flow, if that is all that was asked for.
func (f *flow) answer(q *PairQuery) (Pair, bool) {
	legs := f.legs()
	if q.Even || !f.m.pathsApart(q, legs[0], legs[1]) || !q.keeps(legs[0]) || !q.keeps(legs[1]) {
		return Pair{}, false
	}
	return q.pair(legs, q.units(legs[0])+q.units(legs[1])), true
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
	for _, e := range b {
		if mask.HasEdge(e) || mask.HasNode(m.head[e]) {
			return false
		}
	}
	return true
}

// forbid adds to the mask all that a route must not use beside one that begins
// with these edges.
func (q *PairQuery) forbid(mask *Mask, edges []Edge) {
	m := mask.mesh
	for _, e := range edges {
		mask.Link(m.link[e])
		if q.Nodes && m.head[e] != q.To {
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
