package traffic

import "math"

// wheel holds the connections that are up, in lists by the tick in which they
// end. The wheel turns many times; a connection that ends in a later turn stays
// in its list.
type wheel struct {
	ticks    float64 // per mean holding time
	lists    []int32 // head of each list, -1 when empty; a power of two of them
	tick     uint64  // all earlier ticks are cleared
	held     []connection
	free     int32 // head of the list of unused places in held, -1 when none
	up, most int
}

type connection struct {
	end   float64
	next  int32
	route int32
	slot  uint16
	width uint16
}

// turn is how many mean holding times a turn of the wheel takes. One connection
// in e^8 = 3000 outlives it.
const turn = 8

// newWheel makes a wheel for so many arrivals in a mean holding time: about one
// in a tick, within what memory is worth (512 KiB).
func newWheel(arrivals float64) *wheel {
	ticks := math.Exp2(min(max(math.Ceil(math.Log2(arrivals)), 0), 14))
	w := &wheel{ticks: ticks, lists: make([]int32, turn*int(ticks)), free: -1}
	for i := range w.lists {
		w.lists[i] = -1
	}
	return w
}

// add takes up a connection.
func (w *wheel) add(c connection) {
	i := w.free
	if i >= 0 {
		w.free = w.held[i].next
	} else {
		i = int32(len(w.held))
		w.held = append(w.held, connection{})
	}
	list := &w.lists[uint64(c.end*w.ticks)&uint64(len(w.lists)-1)]
	c.next = *list
	w.held[i] = c
	*list = i
	w.up++
	w.most = max(w.most, w.up)
}

// drop takes out a connection that has ended by now, and reports whether there
// was one. It is called until there is none, and from then on with a later now.
func (w *wheel) drop(now float64) (connection, bool) {
	last := uint64(now * w.ticks)
	if turn := uint64(len(w.lists)); last-w.tick > turn {
		w.tick = last - turn // each list once is enough
	}
	for {
		at := &w.lists[w.tick&uint64(len(w.lists)-1)]
		for i := *at; i >= 0; i = *at {
			c := &w.held[i]
			if c.end <= now {
				*at = c.next
				c.next, w.free = w.free, i
				w.up--
				return *c, true
			}
			at = &c.next
		}
		if w.tick == last {
			return connection{}, false
		}
		w.tick++
	}
}
