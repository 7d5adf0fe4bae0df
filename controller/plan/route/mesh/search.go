package mesh

import (
	"iter"
	"math"
	"slices"
)

// Search hands out the routes of a query in their order. It belongs to one
// goroutine; any number of searches may run in one Mesh.
type Search struct {
	m *Mesh
	q Query
	*space
	begun   bool
	pending int32 // candidate handed out last, to be split before the next; -1: none
	last    int   // up to which of its edges
	err     error
}

// space is the memory of a search, kept from one to the next.
type space struct {
	field
	main   tree
	limits []limit
	left   int

	arena []Edge      // edges of all candidates worked out
	cands []candidate // all candidates of the search
	bans  []ban
	heap  []int32 // queue of candidates

	mark     []uint32 // by node: on the route so far
	markTurn uint32
	shut     []uint32 // by edge: banned at the deviation
	shutTurn uint32
	spent    []int64 // by limit: units used so far
	spur     spur
}

// limit is a bound other than on By, with the least that is needed from every
// node to the target.
type limit struct {
	units []int64
	cut   int64
	tree  tree
}

// Search prepares a search. The error names what is wrong with the query; that
// there is no route shows in the first Next. Close gives the memory back.
func (m *Mesh) Search(q Query) (*Search, error) {
	if err := m.check(&q); err != nil {
		return nil, err
	}
	return m.open(q), nil
}

// Shortest returns the first route. The error is a *Refusal where there is
// none, and tells why.
func (m *Mesh) Shortest(q Query) (Path, error) {
	if err := m.check(&q); err != nil {
		return Path{}, err
	}
	p, ok, err := m.first(q)
	if err == nil && !ok {
		err = m.explain(q)
	}
	return p, err
}

// open begins a search for a query that has been checked.
func (m *Mesh) open(q Query) *Search {
	sp, ok := m.idle.Get().(*space)
	if !ok {
		sp = &space{}
	}
	s := &Search{m: m, q: q, space: sp, pending: -1}
	sp.field = field{stages: sp.field.stages, m: m, units: q.By.units, mask: q.Without, from: q.From, to: q.To, cut: math.MaxInt64 / 2}
	sp.prepare(m, q.Via)
	sp.arena, sp.cands, sp.bans, sp.heap = sp.arena[:0], sp.cands[:0], sp.bans[:0], sp.heap[:0]
	sp.mark, sp.shut = sized(sp.mark, len(m.nodes)), sized(sp.shut, len(m.edges))
	sp.setLimits(&q)
	sp.main.plant(&sp.field)
	return s
}

// setLimits takes a bound on By into the field itself, and plants a tree for
// each of the others.
func (sp *space) setLimits(q *Query) {
	n := 0
	add := func(units []int64, cut int64) {
		if n == cap(sp.limits) {
			sp.limits = append(sp.limits[:n], limit{})
		}
		sp.limits = sp.limits[:max(n+1, len(sp.limits))]
		l := &sp.limits[n]
		l.units, l.cut = units, cut
		n++
	}
	for _, b := range q.Bounds {
		switch {
		case math.IsInf(b.Limit, 1):
		case b.Of == q.By:
			sp.cut = min(sp.cut, b.Of.cut(b.Limit))
		default:
			add(b.Of.units, b.Of.cut(b.Limit))
		}
	}
	if q.MaxEdges > 0 {
		add(sp.m.ones, int64(q.MaxEdges))
	}
	sp.limits = sp.limits[:n]
	sp.spent = sized(sp.spent, n)
}

// Close gives the memory of the search back. Routes already handed out stay
// valid. Next returns nothing afterwards.
func (s *Search) Close() {
	if s.space != nil {
		s.q.Without, s.space.mask = nil, nil
		s.m.idle.Put(s.space)
		s.space = nil
	}
}

// Err returns nil while there are more routes or after the last one, and a
// *Refusal with reason OutOfEffort where the search was broken off.
func (s *Search) Err() error { return s.err }

// All iterates over the routes that are left and closes the search at the end
// of the loop. See Err for whether the last route was really the last.
func (s *Search) All() iter.Seq[Path] {
	return func(yield func(Path) bool) {
		defer s.Close()
		for {
			p, ok := s.Next()
			if !ok || !yield(p) {
				return
			}
		}
	}
}

// Next returns the next route, and whether there is one.
func (s *Search) Next() (Path, bool) {
	if s.space == nil || s.err != nil {
		return Path{}, false
	}
	s.left = s.q.effort()
	c := s.advance()
	if s.left < 0 {
		s.err = s.m.refuse(&s.q, OutOfEffort)
		return Path{}, false
	}
	if c < 0 {
		return Path{}, false
	}
	edges := slices.Clone(s.edgesOf(&s.cands[c]))
	return Path{edges, s.q.By.Sum(edges)}, true
}

// skip leaves out all routes to come that begin with the first n edges of the
// route handed out last.
func (s *Search) skip(n int) { s.last = n - 1 }

// advance finds the next candidate that is a route, or -1.
func (s *Search) advance() int32 {
	if !s.begun {
		s.begun = true
		s.root()
	}
	if s.pending >= 0 {
		s.split(s.pending, s.last)
		s.pending = -1
	}
	for len(s.heap) > 0 && s.left >= 0 {
		id := s.popCandidate()
		s.left--
		if s.cands[id].n == 0 {
			s.resolve(id)
			continue
		}
		edges := s.edgesOf(&s.cands[id])
		if at := s.firstLoop(edges); at >= 0 {
			s.split(id, at)
			continue
		}
		if !s.q.keeps(edges) {
			s.split(id, math.MaxInt)
			continue
		}
		s.pending, s.last = id, math.MaxInt
		return id
	}
	return -1
}

// root makes the shortest route the first candidate. The tree grows no further
// than that takes.
func (s *Search) root() {
	at := s.begin(s.from)*s.nodes + int32(s.from)
	for i := range s.limits {
		l := &s.limits[i]
		f := field{stages: stages{nodes: s.nodes}, m: s.m, units: l.units, mask: s.mask, from: s.from, to: s.to, cut: l.cut}
		l.tree.plant(&f)
		l.tree.grow(&f, -1, &s.left)
		if _, ok := l.tree.toGo(int32(s.from)); !ok {
			return
		}
	}
	s.main.grow(&s.field, at, &s.left)
	if key, ok := s.main.toGo(at); ok && s.left >= 0 {
		s.pushCandidate(candidate{key: key, bans: -1})
	}
}

// firstLoop returns the place of the first edge that leads to a node passed
// before, or -1. Only routes with Via can have one.
func (s *Search) firstLoop(edges []Edge) int {
	if s.count == 0 {
		return -1
	}
	s.turnMarks()
	s.mark[s.from] = s.markTurn
	for i, e := range edges {
		head := s.m.head[e]
		if s.mark[head] == s.markTurn {
			return i
		}
		s.mark[head] = s.markTurn
	}
	return -1
}

// turnMarks takes all marks off nodes.
func (sp *space) turnMarks() {
	if sp.markTurn++; sp.markTurn == 0 {
		clear(sp.mark[:cap(sp.mark)])
		sp.markTurn = 1
	}
}

// turnShut takes all bans off edges.
func (sp *space) turnShut() {
	if sp.shutTurn++; sp.shutTurn == 0 {
		clear(sp.shut[:cap(sp.shut)])
		sp.shutTurn = 1
	}
}
