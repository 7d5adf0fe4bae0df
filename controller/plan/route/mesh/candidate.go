package mesh

import "slices"

// candidate is a set of routes: those that share a beginning and leave it by an
// edge not banned. It is worked out when edges are known, the first route of
// the set; until then key is a lower bound.
type candidate struct {
	key  cost
	at   int32 // place in the arena: of the edges, or of the route that the beginning belongs to
	n    int32 // number of edges, 0 when not worked out
	dev  int32 // number of edges in the beginning
	bans int32 // first of the list of bans, -1: none
}

// ban is one edge in a list.
type ban struct {
	edge Edge
	next int32
}

func (sp *space) edgesOf(c *candidate) []Edge { return sp.arena[c.at : c.at+c.n] }

// earlier orders candidates. One that is not worked out comes before those of
// the same cost, because its route may have the smaller edges.
func (sp *space) earlier(a, b int32) bool {
	x, y := &sp.cands[a], &sp.cands[b]
	if x.key != y.key {
		return x.key.less(y.key)
	}
	if x.n == 0 || y.n == 0 {
		if (x.n == 0) != (y.n == 0) {
			return x.n == 0
		}
		return a < b
	}
	return slices.Compare(sp.edgesOf(x), sp.edgesOf(y)) < 0
}

func (sp *space) pushCandidate(c candidate) {
	sp.cands = append(sp.cands, c)
	sp.enqueue(int32(len(sp.cands) - 1))
}

func (sp *space) enqueue(id int32) {
	h := append(sp.heap, id)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !sp.earlier(h[i], h[up]) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
	sp.heap = h
}

func (sp *space) popCandidate() int32 {
	h := sp.heap
	top := h[0]
	h[0] = h[len(h)-1]
	h = h[:len(h)-1]
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && sp.earlier(h[c+1], h[c]) {
			c++
		}
		if !sp.earlier(h[c], h[i]) {
			break
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
	sp.heap = h
	return top
}

// place is where a route stands after some of its edges. The limits' share is
// in space.spent, the nodes passed are marked.
type place struct {
	node  Node
	stage int32
	key   cost
}

// depart stands at the start of a route.
func (sp *space) depart() place {
	sp.turnMarks()
	clear(sp.spent)
	sp.mark[sp.from] = sp.markTurn
	return place{node: sp.from, stage: sp.begin(sp.from)}
}

// pass goes over one edge.
func (sp *space) pass(p place, e Edge) place {
	head := sp.m.head[e]
	for i := range sp.limits {
		sp.spent[i] += sp.limits[i].units[e]
	}
	sp.mark[head] = sp.markTurn
	return place{head, sp.cross(p.stage, e, head), p.key.step(sp.units[e])}
}

// onward returns the lower bound of routes that go on over this edge, and
// whether there can be any.
func (sp *space) onward(p place, e Edge) (cost, bool) {
	head := sp.m.head[e]
	if sp.mark[head] == sp.markTurn || !sp.usable(e) {
		return cost{}, false
	}
	rest, ok := sp.main.toGo(sp.cross(p.stage, e, head)*sp.nodes + int32(head))
	if !ok {
		return cost{}, false
	}
	key := p.key.step(sp.units[e]).plus(rest)
	return key, key.w <= sp.cut && sp.affords(e, head)
}

// affords reports whether the limits can be kept over this edge.
func (sp *space) affords(e Edge, head Node) bool {
	for i := range sp.limits {
		l := &sp.limits[i]
		rest, ok := l.tree.toGo(int32(head))
		if !ok || sp.spent[i]+l.units[e]+rest.w > l.cut {
			return false
		}
	}
	return true
}

// split divides what is left of a candidate's set, its own route taken out, by
// the place at which routes leave it: up to edge number last, beyond which
// there is none.
func (sp *space) split(id int32, last int) {
	sp.main.grow(&sp.field, -1, &sp.left)
	if sp.left < 0 {
		return
	}
	c := sp.cands[id]
	edges := sp.edgesOf(&c)
	at := sp.depart()
	for i, e := range edges {
		if i > last {
			return
		}
		if i >= int(c.dev) {
			next := candidate{at: c.at, dev: int32(i), bans: -1}
			if i == int(c.dev) {
				next.bans = c.bans
			}
			sp.bans = append(sp.bans, ban{e, next.bans})
			next.bans = int32(len(sp.bans) - 1)
			if key, ok := sp.cheapest(at, next.bans); ok {
				next.key = key
				sp.pushCandidate(next)
			}
		}
		at = sp.pass(at, e)
	}
}

// cheapest returns the least lower bound over the edges that are not banned.
func (sp *space) cheapest(at place, bans int32) (cost, bool) {
	sp.forbid(bans)
	best := never()
	for _, e := range sp.m.Out(at.node) {
		if sp.shut[e] == sp.shutTurn {
			continue
		}
		if key, ok := sp.onward(at, e); ok && key.less(best) {
			best = key
		}
	}
	return best, best != never()
}

func (sp *space) forbid(bans int32) {
	sp.turnShut()
	for b := bans; b >= 0; b = sp.bans[b].next {
		sp.shut[sp.bans[b].edge] = sp.shutTurn
	}
}
