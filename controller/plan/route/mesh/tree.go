package mesh

// field is what a search moves over.
type field struct {
	stages
	m        *Mesh
	units    []int64
	mask     *Mask
	from, to Node
	cut      int64 // routes of more units are of no interest
}

// usable reports whether the edge may be used at all. No route comes back to
// where it began, or goes on from where it ends.
func (f *field) usable(e Edge) bool {
	tail, head := f.m.tail[e], f.m.head[e]
	if tail == f.to || head == f.from {
		return false
	}
	k := f.mask
	return k == nil || !k.HasEdge(e) && !k.HasNode(tail) && !k.HasNode(head)
}

// tree holds the least cost from states to the goal. It grows backwards from
// the goal in the order of cost, as far as it is asked to.
type tree struct {
	least []cost
	stamp []uint32 // epoch: seen; epoch+1: settled; anything else: neither
	epoch uint32
	wait  queue
}

// plant begins a new tree at the goal of the field: its target with all items
// of Via touched.
func (t *tree) plant(f *field) {
	n := f.size()
	t.least, t.stamp = sized(t.least, n), sized(t.stamp, n)
	t.epoch += 2
	if t.epoch < 2 { // after 2³¹ plantings old stamps would look new
		clear(t.stamp[:cap(t.stamp)])
		t.epoch = 2
	}
	t.wait = t.wait[:0]
	if f.mask.HasNode(f.to) || f.mask.HasNode(f.from) {
		return
	}
	goal := f.count*f.nodes + int32(f.to)
	t.least[goal], t.stamp[goal] = cost{}, t.epoch
	t.wait.push(entry{cost{}, goal})
}

// grow settles states until this one is settled, or all where it is negative.
// Every settled state takes one of left; grow stops when none is left, and then
// left is negative.
func (t *tree) grow(f *field, until int32, left *int) {
	m := f.m
	for len(t.wait) > 0 {
		if until >= 0 && t.stamp[until] == t.epoch+1 {
			return
		}
		top := t.wait.pop()
		if t.stamp[top.state] == t.epoch+1 {
			continue
		}
		t.stamp[top.state] = t.epoch + 1
		if *left--; *left < 0 {
			return
		}
		stage, v := top.state/f.nodes, Node(top.state%f.nodes)
		if v == f.from {
			continue
		}
		for _, e := range m.In(v) {
			key := top.key.step(f.units[e])
			if key.w > f.cut || !f.usable(e) {
				continue
			}
			u := int32(m.tail[e])
			for s := stage; s >= 0; s-- {
				if to := f.cross(s, e, v); to < stage {
					break // and lower stages end lower still
				} else if to == stage {
					t.reach(s*f.nodes+u, key)
				}
			}
		}
	}
}

func (t *tree) reach(state int32, key cost) {
	switch t.stamp[state] {
	case t.epoch + 1:
		return
	case t.epoch:
		if !key.less(t.least[state]) {
			return
		}
	}
	t.least[state], t.stamp[state] = key, t.epoch
	t.wait.push(entry{key, state})
}

// toGo returns the least cost from a settled state to the goal, and whether
// there is a way.
func (t *tree) toGo(state int32) (cost, bool) {
	return t.least[state], t.stamp[state] == t.epoch+1
}
