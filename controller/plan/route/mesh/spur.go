package mesh

// spur is the memory of a search for the best end of a route whose beginning
// is given.
type spur struct {
	least []cost
	stamp []uint32 // as in tree; epoch+2: settled, and on a best route
	epoch uint32
	wait  queue
	stack []int32
	route []Edge
}

// resolve works a candidate out: it finds the first route of its set, and puts
// the candidate back into the queue. A set without routes is dropped.
func (sp *space) resolve(id int32) {
	c := &sp.cands[id]
	at := sp.depart()
	sp.spur.route = sp.spur.route[:0]
	for _, e := range sp.arena[c.at : c.at+c.dev] {
		at = sp.pass(at, e)
		sp.spur.route = append(sp.spur.route, e)
	}
	sp.forbid(c.bans)
	if !sp.glide(at, c.key) {
		sp.main.grow(&sp.field, -1, &sp.left)
		key, ok := sp.detour(at)
		if !ok {
			return
		}
		c.key = key
	}
	c.at, c.n = int32(len(sp.arena)), int32(len(sp.spur.route))
	sp.arena = append(sp.arena, sp.spur.route...)
	sp.enqueue(id)
}

// glide follows the tree of least costs from a place. It reports false where
// the tree leads back into the beginning; else the route is the best there can
// be, because its cost is the lower bound, and the first of its cost.
func (sp *space) glide(at place, key cost) bool {
	start := len(sp.spur.route)
	from := at
	for at.node != sp.to {
		next := Edge(-1)
		for _, e := range sp.m.Out(at.node) {
			if at == from && sp.shut[e] == sp.shutTurn || !sp.usable(e) {
				continue
			}
			head := sp.m.head[e]
			rest, ok := sp.main.toGo(sp.cross(at.stage, e, head)*sp.nodes + int32(head))
			if ok && at.key.step(sp.units[e]).plus(rest) == key && (at != from || sp.affords(e, head)) {
				if sp.mark[head] == sp.markTurn {
					if at == from {
						continue
					}
					sp.spur.route = sp.spur.route[:start]
					return false
				}
				next = e
				break
			}
		}
		if next < 0 {
			sp.spur.route = sp.spur.route[:start]
			return false
		}
		sp.spur.route = append(sp.spur.route, next)
		head := sp.m.head[next]
		at = place{head, sp.cross(at.stage, next, head), at.key.step(sp.units[next])}
	}
	return true
}

// detour searches for the best end around the nodes of the beginning. The tree
// gives exact distances without that hindrance, so that few nodes beside the
// way are looked at (A*).
func (sp *space) detour(at place) (cost, bool) {
	x, f := &sp.spur, &sp.field
	n := f.size()
	x.least, x.stamp = sized(x.least, n), sized(x.stamp, n)
	if x.epoch += 3; x.epoch < 3 {
		clear(x.stamp[:cap(x.stamp)])
		x.epoch = 3
	}
	x.wait = x.wait[:0]
	start := at.stage*f.nodes + int32(at.node)
	goal := f.count*f.nodes + int32(f.to)
	x.least[start], x.stamp[start] = at.key, x.epoch
	x.wait.push(entry{at.key, start})
	best := never()
	// All states as good as the goal are settled too: the first of several
	// equal routes may pass any of them.
	for len(x.wait) > 0 && !best.less(x.wait[0].key) {
		top := x.wait.pop()
		if x.stamp[top.state] != x.epoch {
			continue
		}
		x.stamp[top.state] = x.epoch + 1
		if sp.left--; sp.left < 0 {
			return cost{}, false
		}
		if top.state == goal {
			best = x.least[goal]
			continue
		}
		here := place{Node(top.state % f.nodes), top.state / f.nodes, x.least[top.state]}
		for _, e := range f.m.Out(here.node) {
			if top.state == start && sp.shut[e] == sp.shutTurn {
				continue
			}
			key, ok := sp.onward(here, e)
			if !ok {
				continue
			}
			head := f.m.head[e]
			state := f.cross(here.stage, e, head)*f.nodes + int32(head)
			sum := here.key.step(f.units[e])
			if x.stamp[state] == x.epoch+1 || x.stamp[state] == x.epoch && !sum.less(x.least[state]) {
				continue
			}
			x.least[state], x.stamp[state] = sum, x.epoch
			x.wait.push(entry{key, state})
		}
	}
	if best == never() {
		return cost{}, false
	}
	sp.trace(start, goal)
	return best, true
}

// trace writes down the first of the best routes that detour found: it marks
// backwards what lies on any of them, and goes forwards by the smallest edges.
func (sp *space) trace(start, goal int32) {
	x, f := &sp.spur, &sp.field
	const onBest = 2
	x.stamp[goal] = x.epoch + onBest
	x.stack = append(x.stack[:0], goal)
	for len(x.stack) > 0 {
		state := x.stack[len(x.stack)-1]
		x.stack = x.stack[:len(x.stack)-1]
		if state == start {
			continue
		}
		stage, v := state/f.nodes, Node(state%f.nodes)
		for _, e := range f.m.In(v) {
			for s := stage; s >= 0; s-- {
				from := s*f.nodes + int32(f.m.tail[e])
				if f.cross(s, e, v) == stage && x.stamp[from] == x.epoch+1 && sp.tight(from, e, state, start) {
					x.stamp[from] = x.epoch + onBest
					x.stack = append(x.stack, from)
				}
			}
		}
	}
	for state := start; state != goal; {
		for _, e := range f.m.Out(Node(state % f.nodes)) {
			head := f.m.head[e]
			to := f.cross(state/f.nodes, e, head)*f.nodes + int32(head)
			if x.stamp[to] == x.epoch+onBest && sp.tight(state, e, to, start) {
				x.route = append(x.route, e)
				state = to
				break
			}
		}
	}
}

// tight reports whether the edge lies on a best route between two settled
// states.
func (sp *space) tight(from int32, e Edge, to, start int32) bool {
	if from == start && sp.shut[e] == sp.shutTurn || !sp.usable(e) {
		return false
	}
	return sp.spur.least[from].step(sp.units[e]) == sp.spur.least[to]
}
