package mesh

// entry is a state waiting in a queue.
type entry struct {
	key   cost
	state int32
}

func (a entry) before(b entry) bool {
	if a.key.w != b.key.w {
		return a.key.w < b.key.w
	}
	if a.key.hops != b.key.hops {
		return a.key.hops < b.key.hops
	}
	return a.state < b.state
}

// queue is a heap of states, least key first. container/heap would cost an
// allocation per state.
type queue []entry

func (q *queue) push(e entry) {
	h := append(*q, e)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !e.before(h[up]) {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = e
	*q = h
}

func (q *queue) pop() entry {
	h := *q
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	if len(h) == 0 {
		return top
	}
	i := 0
	for {
		c := 2*i + 1
		if c >= len(h) {
			break
		}
		if c+1 < len(h) && h[c+1].before(h[c]) {
			c++
		}
		if !h[c].before(last) {
			break
		}
		h[i] = h[c]
		i = c
	}
	h[i] = last
	return top
}
