package mesh

import "fmt"

// GroupQuery asks for one route per query, some of which must not share risks.
type GroupQuery struct {
	Routes []Query // their Effort is not used
	// Apart tells whether two of the routes, i < j, must share no risk. Nil
	// stands for all.
	Apart func(i, j int) bool
	// Effort is the number of nodes that may be looked at in all; 0 stands for
	// DefaultEffort.
	Effort int
}

// Group returns the first combination: the first route of the first query for
// which the other queries have routes apart from it, with it the first such one
// of the second query, and so on. This is what comes of listing all routes of
// every query and going through their combinations in order, without the list:
// what earlier routes occupy is taken out of the network before the next is
// searched for. The last query varies fastest; GNPy's planner does it the other
// way round, so for its answers the queries are given in reverse order.
//
// The error is a *Refusal with reason NoGroup where there is no combination,
// with OutOfEffort where that is not known, and tells which query where one has
// no route by itself.
func (m *Mesh) Group(q GroupQuery) ([]Path, error) {
	if q.Effort < 0 {
		return nil, fmt.Errorf("query: Effort is %d, want 0 for the default, or more", q.Effort)
	}
	if len(q.Routes) == 0 {
		return nil, nil
	}
	g := grouping{m: m, q: &q, left: q.Effort, chosen: make([]Path, 0, len(q.Routes))}
	if g.left == 0 {
		g.left = DefaultEffort
	}
	for i, r := range q.Routes {
		r.Effort = g.left
		if _, err := m.Shortest(r); err != nil {
			return nil, fmt.Errorf("route %d of the group: %w", i+1, err)
		}
	}
	if g.choose(0) {
		return g.chosen, nil
	}
	r := m.refuse(&q.Routes[0], NoGroup)
	if g.left <= 0 {
		r.Reason, r.Effort = OutOfEffort, q.Effort
		if q.Effort == 0 {
			r.Effort = DefaultEffort
		}
	}
	return nil, r
}

type grouping struct {
	m      *Mesh
	q      *GroupQuery
	left   int
	chosen []Path
}

// choose completes the combination from query number i on.
func (g *grouping) choose(i int) bool {
	if i == len(g.q.Routes) {
		return true
	}
	q := g.q.Routes[i]
	q.Without = q.Without.Clone(g.m)
	for j, p := range g.chosen {
		if g.q.Apart != nil && !g.q.Apart(j, i) {
			continue
		}
		for _, e := range p.Edges {
			for _, r := range g.m.RisksOf(e) {
				q.Without.Risk(r)
			}
		}
	}
	s := g.m.open(q)
	defer s.Close()
	for g.left > 0 {
		s.q.Effort = g.left
		p, ok := s.Next()
		g.left = s.left
		if !ok {
			return false
		}
		g.chosen = append(g.chosen, p)
		if g.choose(i + 1) {
			return true
		}
		g.chosen = g.chosen[:i]
	}
	return false
}
