package mesh

import (
	"math"
	"slices"
)

// flow sends two units from one node to another at least cost: Suurballe's
// algorithm. The second unit moves over what the first leaves, with costs
// reduced by the distance to the target, and may push the first back.
//
// Where nodes must be apart, a node inside the first route is two states, one
// that is entered and one that is left.
type flow struct {
	search  *Search // whose memory this is
	sp      *space
	m       *Mesh
	weights *Weights
	apart   bool // by node too

	first  []Edge // the shortest route
	prev   []Edge // by node: the edge of first that leads to it, or -1
	next   []Edge // by node: the edge of first that leaves it, or -1
	least  []cost // by state: node for its entry, node + nodes for its exit
	status []int8 // by state
	by     []arc  // by state: how it was reached
	wait   queue
	used   []Edge // of both routes
}

// arc is a move of the second unit.
type arc struct {
	from int32
	edge Edge // ^edge where the first unit is pushed back over it; inside where the node is
}

const inside = math.MinInt32

const (
	unseen int8 = iota
	seen
	settled
)

// run finds both routes. It reports false when there is no first route (then
// first is empty), no second one, or no effort left.
func (f *flow) run() bool {
	f.sp.main.grow(&f.sp.field, -1, &f.sp.left)
	start := int32(f.sp.from)
	key, ok := f.sp.main.toGo(start)
	if !ok || f.sp.left < 0 {
		return false
	}
	f.sp.turnShut()
	f.sp.spur.route = f.sp.spur.route[:0]
	if !f.sp.glide(f.sp.depart(), key) {
		return false
	}
	f.first = slices.Clone(f.sp.spur.route)
	n := len(f.m.nodes)
	f.prev, f.next = make([]Edge, n), make([]Edge, n)
	for i := range n {
		f.prev[i], f.next[i] = -1, -1
	}
	for _, e := range f.first {
		f.next[f.m.tail[e]], f.prev[f.m.head[e]] = e, e
	}
	f.least, f.status, f.by = make([]cost, 2*n), make([]int8, 2*n), make([]arc, 2*n)
	f.reach(f.exit(f.sp.from), cost{}, arc{-1, 0})
	f.spread()
	if f.sp.left < 0 || f.status[f.entry(f.sp.to)] != settled {
		return false
	}
	f.augment()
	return true
}

// between reports whether a node has an entry and an exit of its own.
func (f *flow) between(n Node) bool { return f.apart && f.prev[n] >= 0 && f.next[n] >= 0 }

func (f *flow) entry(n Node) int32 { return int32(n) }

func (f *flow) exit(n Node) int32 {
	if f.between(n) {
		return int32(n) + int32(len(f.m.nodes))
	}
	return int32(n)
}

// reduced is the cost of an edge less what it brings nearer to the target.
func (f *flow) reduced(e Edge) (cost, bool) {
	from, okFrom := f.sp.main.toGo(int32(f.m.tail[e]))
	to, okTo := f.sp.main.toGo(int32(f.m.head[e]))
	return to.step(f.sp.units[e]).minus(from), okFrom && okTo
}

func (f *flow) reach(state int32, key cost, by arc) {
	if f.status[state] == settled || f.status[state] == seen && !key.less(f.least[state]) {
		return
	}
	f.least[state], f.status[state], f.by[state] = key, seen, by
	f.wait.push(entry{key, state})
}

// spread settles all states that can be reached, in the order of cost.
func (f *flow) spread() {
	n := int32(len(f.m.nodes))
	for len(f.wait) > 0 {
		top := f.wait.pop()
		if f.status[top.state] == settled {
			continue
		}
		f.status[top.state] = settled
		if f.sp.left--; f.sp.left < 0 {
			return
		}
		u := Node(top.state % n)
		if u == f.sp.to {
			continue
		}
		if f.prev[u] >= 0 && top.state == f.entry(u) {
			back := f.m.tail[f.prev[u]]
			f.reach(f.exit(back), top.key, arc{top.state, ^f.prev[u]})
		}
		if top.state != f.exit(u) {
			continue
		}
		if f.between(u) {
			f.reach(f.entry(u), top.key, arc{top.state, inside})
		}
		f.leave(u, top)
	}
}

// leave goes over the edges that the first route does not use in either
// direction.
func (f *flow) leave(u Node, top entry) {
	for _, e := range f.m.Out(u) {
		if e == f.next[u] || f.prev[u] >= 0 && f.m.link[e] == f.m.link[f.prev[u]] || !f.sp.usable(e) {
			continue
		}
		if c, ok := f.reduced(e); ok {
			f.reach(f.entry(f.m.head[e]), top.key.plus(c), arc{top.state, e})
		}
	}
}

// augment joins both units.
func (f *flow) augment() {
	pushed := map[Edge]bool{}
	for at := f.entry(f.sp.to); at != f.exit(f.sp.from); at = f.by[at].from {
		switch e := f.by[at].edge; {
		case e == inside:
		case e < 0:
			pushed[^e] = true
		default:
			f.used = append(f.used, e)
		}
	}
	for _, e := range f.first {
		if !pushed[e] {
			f.used = append(f.used, e)
		}
	}
	slices.Sort(f.used)
}

// legs takes the two units apart again. Where the routes meet in a node, each
// leaves it by the smallest edge left.
func (f *flow) legs() [2][]Edge {
	left := slices.Clone(f.used)
	var legs [2][]Edge
	for i := range legs {
		for at := f.sp.from; at != f.sp.to; {
			k := slices.IndexFunc(left, func(e Edge) bool { return f.m.tail[e] == at })
			legs[i] = append(legs[i], left[k])
			at = f.m.head[left[k]]
			left = slices.Delete(left, k, k+1)
		}
	}
	return legs
}

// blocked names the links and the nodes that every route uses, in order. It is
// for a flow that found no second route: what the first route crosses from
// states reached to states not reached cannot be avoided. The search then goes
// on behind it.
func (f *flow) blocked() (links, nodes []string) {
	f.sp.left = math.MaxInt // every state is settled once at most, and half an answer would be wrong
	pass := func(from, to int32) bool {
		if f.status[from] == settled && f.status[to] != settled && f.status[f.entry(f.sp.to)] != settled {
			f.reach(to, f.least[from], arc{from, inside})
			f.spread()
			return true
		}
		return false
	}
	for _, e := range f.first {
		u, v := f.m.tail[e], f.m.head[e]
		if f.between(u) && pass(f.entry(u), f.exit(u)) {
			nodes = append(nodes, f.m.nodes[u])
		}
		if pass(f.exit(u), f.entry(v)) {
			links = append(links, f.m.links[f.m.link[e]])
		}
	}
	return links, nodes
}
