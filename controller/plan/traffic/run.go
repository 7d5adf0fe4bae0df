package traffic

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
)

// Run says what is simulated.
type Run struct {
	// Erlang is the load: the mean number of requests that arrive in a mean
	// holding time, 0.001 to 1,000,000.
	Erlang float64
	// Requests is how many are counted, at least 1.
	Requests int
	// WarmUp is how many come before them and are not counted. The network is
	// empty at the start.
	WarmUp int
	Seed   uint64
	// HoldBelow, if positive, has a holding time drawn again until it is below so
	// many mean holding times. This lowers the load: Result.Offered tells to what.
	// It is there for comparison with simulators that do so. At least 0.01.
	HoldBelow float64
}

// maxRequests bounds a run. At a million requests a second it takes twelve days;
// a context ends it sooner.
const maxRequests = 1 << 40

func (r Run) check() error {
	var faults []error
	if !(r.Erlang >= 0.001 && r.Erlang <= 1e6) {
		faults = append(faults, fmt.Errorf("load %v erlang: want 0.001 to 1,000,000", r.Erlang))
	}
	if r.Requests < 1 || r.Requests > maxRequests {
		faults = append(faults, fmt.Errorf("%d requests: want 1 to %d", r.Requests, maxRequests))
	}
	if r.WarmUp < 0 || r.WarmUp > maxRequests {
		faults = append(faults, fmt.Errorf("%d requests of warm-up: want 0 to %d", r.WarmUp, maxRequests))
	}
	if r.HoldBelow != 0 && !(r.HoldBelow >= 0.01) {
		faults = append(faults, fmt.Errorf("holding times below %v times the mean: want at least 0.01, or 0 for no limit", r.HoldBelow))
	}
	return errors.Join(faults...)
}

// offered returns the load that is really offered. The mean of an exponential
// time of mean 1, given that it is below c, is 1 - c/(e^c - 1).
func (r Run) offered() float64 {
	if c := r.HoldBelow; c > 0 && !math.IsInf(c, 0) {
		return r.Erlang * (1 - c/math.Expm1(c))
	}
	return r.Erlang
}

// Simulate runs the model. It fails on a Run out of range, and with the
// context's error when that ends first. It takes memory for the connections
// that are up at the same time, however many requests there are.
func (m *Model) Simulate(ctx context.Context, r Run) (Result, error) {
	if err := r.check(); err != nil {
		return Result{}, err
	}
	s := &simulation{
		Model: m, source: newSource(m, r), departures: newWheel(r.Erlang),
		used:         make([]uint64, m.links*m.words),
		classTallies: make([]tally, m.classes), pairTallies: make([]tally, len(m.pairs)-1),
	}
	if m.tail != 0 {
		for i := m.words - 1; i < len(s.used); i += m.words {
			s.used[i] = m.tail
		}
	}
	if err := s.serve(ctx, r.WarmUp); err != nil {
		return Result{}, err
	}
	clear(s.classTallies)
	clear(s.pairTallies)
	s.blocked, s.busySum, s.upSum, s.departures.most = 0, 0, 0, s.departures.up
	var batches [batchCount]int
	for i := range batches {
		before := s.blocked
		if err := s.serve(ctx, batchEnd(r.Requests, i)-batchEnd(r.Requests, i-1)); err != nil {
			return Result{}, err
		}
		batches[i] = s.blocked - before
	}
	return s.result(r, batches), nil
}

// simulation is a run on its way.
type simulation struct {
	*Model
	source       *source
	departures   *wheel
	used         []uint64 // what is taken on each link, words for each
	classTallies []tally
	pairTallies  []tally
	blocked      int
	busy         int     // slots taken, over all links
	busySum      float64 // of busy as arrivals find it
	upSum        float64 // of connections as arrivals find them
	scratch      [spectrum.Granules / 64]uint64
}

type tally struct{ requests, blocked int }

// serve serves the next requests.
func (s *simulation) serve(ctx context.Context, requests int) error {
	for n := range requests {
		if n%8192 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r := s.source.next()
		for {
			c, ok := s.departures.drop(r.At)
			if !ok {
				break
			}
			s.flip(int(c.route), int(c.slot), int(c.width))
			s.busy -= int(c.width) * s.hopsOf(int(c.route))
		}
		s.busySum += float64(s.busy)
		s.upSum += float64(s.departures.up)
		s.classTallies[r.Class].requests++
		s.pairTallies[r.Pair].requests++
		way, slot, width, ok := s.place(r.Pair, r.Class)
		if !ok {
			s.blocked++
			s.classTallies[r.Class].blocked++
			s.pairTallies[r.Pair].blocked++
			continue
		}
		s.flip(way, slot, width)
		s.busy += width * s.hopsOf(way)
		s.departures.add(connection{end: r.At + r.Hold, route: int32(way), slot: uint16(slot), width: uint16(width)})
	}
	return nil
}

// place finds room for a request.
func (s *simulation) place(pair, class int) (way, slot, width int, ok bool) {
	for way := s.pairs[pair]; way < s.pairs[pair+1]; way++ {
		r := &s.routes[way]
		need := s.needs[int(r.tier)*s.classes+class]
		if need.first == need.last {
			continue
		}
		joined := s.scratch[:s.words]
		for i, hop := range s.hops[r.first:r.last] {
			link := s.used[hop:][:len(joined)]
			if i == 0 {
				copy(joined, link)
				continue
			}
			for w, u := range link {
				joined[w] |= u
			}
		}
		for _, width := range s.widths[need.first:need.last] {
			if slot, _, ok := spectrum.NextRun(joined, 0, int(width)); ok {
				return int(way), slot, int(width), true
			}
		}
	}
	return 0, 0, 0, false
}

// flip takes free slots on all links of a route, or frees taken ones.
func (s *simulation) flip(way, slot, width int) {
	r := &s.routes[way]
	hops := s.hops[r.first:r.last]
	for width > 0 {
		w, bit := slot/64, slot%64
		n := min(width, 64-bit)
		mask := (^uint64(0) >> (64 - n)) << bit
		for _, hop := range hops {
			s.used[int(hop)+w] ^= mask
		}
		slot, width = slot+n, width-n
	}
}

func (s *simulation) hopsOf(way int) int { return int(s.routes[way].last - s.routes[way].first) }
