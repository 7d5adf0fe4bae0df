package traffic

import (
	"iter"
	"math/rand/v2"
)

// Request is one connection that is asked for.
type Request struct {
	At    float64 // time of arrival, in mean holding times
	Hold  float64 // how long it would stay, in mean holding times
	Pair  int     // number in Scenario.Pairs
	Class int     // number in Scenario.Classes
}

// source draws requests. Arrivals, holding times and demands come from streams
// of their own, so that runs that differ in load only see the same requests,
// nearer together or farther apart.
type source struct {
	arrivals, holding *rand.Rand
	demands           *rand.PCG
	gap               float64 // mean time between arrivals
	cap               float64 // holding times at or above are redrawn
	model             *Model
	now               float64
}

func newSource(m *Model, r Run) *source {
	return &source{
		arrivals: rand.New(rand.NewPCG(r.Seed, 1)),
		holding:  rand.New(rand.NewPCG(r.Seed, 2)),
		demands:  rand.NewPCG(r.Seed, 3),
		gap:      1 / r.Erlang,
		cap:      r.HoldBelow,
		model:    m,
	}
}

// next draws a request. A blocked request has used up its holding time like any
// other.
func (s *source) next() Request {
	s.now += s.arrivals.ExpFloat64() * s.gap
	hold := s.holding.ExpFloat64()
	for s.cap > 0 && hold >= s.cap {
		hold = s.holding.ExpFloat64()
	}
	random := s.demands.Uint64()
	return Request{
		At: s.now, Hold: hold,
		Pair:  s.model.byPair.draw(uint32(random >> 32)),
		Class: s.model.byClass.draw(uint32(random)),
	}
}

// Requests returns the very requests that Simulate serves in this run, warm-up
// included, so that another program can be given the same. A run that Simulate
// would refuse has none.
func (m *Model) Requests(r Run) iter.Seq[Request] {
	return func(yield func(Request) bool) {
		if r.check() != nil {
			return
		}
		s := newSource(m, r)
		for range r.WarmUp + r.Requests {
			if !yield(s.next()) {
				return
			}
		}
	}
}
