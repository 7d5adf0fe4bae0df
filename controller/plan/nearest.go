package plan

import (
	"slices"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// Limits on planning again after a refusal.
const (
	replansPerRefusal = 64
	replansPerCompute = 4096 // of all requests together; later refusals go without
	picksPerRefusal   = 200_000
)

// probe looks for the smallest relaxation of a refused request that passes, by
// planning again: what it says has been tried. Axes are looked at one by one and
// the first on which any step passes is taken. In this order, from what costs
// the person who asked least to what costs most:
//
//	maxLatencyMs            raised, in steps of 0.01 ms
//	maxSkewMs               raised, in steps of 0.01 ms
//	minMarginDb             lowered, in steps of 0.1 dB, not below 0
//	modes                   with the fewest more; of those the best by the objective
//	via, avoid              without one entry, the first that does
//	maxWavelengths          raised
//	diversity               maxSharePercent raised, or apartFrom without one entry
//	protection.disjoint     the next weaker
//	capacityGbps            lowered to the most that fits, in steps of 100
//	protection.type         none
//
// Wavelengths written by hand have minMarginDb and the pins: the first that must
// be left out. With neighbours that are evaluated at their real powers, more
// freedom may turn acceptance into refusal (another mode is taken, and stands in
// the way of itself): a step is found by halving, and where there are few below
// it, each of them is tried besides.
type probe struct {
	p    *planner
	req  *Request
	left *int // how often it may plan again
	out  bool // it wanted to and could not: what is not known is not said
}

// step is a relaxed request.
type step struct {
	circuit    *intents.CircuitSpec
	wavelength *intents.WavelengthSpec
	without    string // circuit that it need not be apart from
	anywhere   bool   // it need not be apart from any
}

func (p *planner) nearest(req *Request, left *int) string {
	here := min(*left, replansPerRefusal)
	used := here
	b := &probe{p: p, req: req, left: &here}
	answer := ""
	if req.Circuit != nil {
		answer = b.circuit()
	} else {
		answer = b.wavelength()
	}
	*left -= used - here
	return answer
}

// relaxed returns a copy of the circuit with a change.
func (b *probe) relaxed(change func(*intents.CircuitSpec)) step {
	s := *b.req.Circuit
	change(&s)
	return step{circuit: &s}
}

// passes plans a relaxed request and takes everything back.
func (b *probe) passes(s step) bool {
	_, ok := b.plan(s)
	return ok
}

func (b *probe) plan(s step) (Outcome, bool) {
	if *b.left <= 0 || b.p.memory.picks > picksPerRefusal {
		b.out = true
		return Outcome{}, false
	}
	*b.left--
	req := *b.req
	req.Circuit, req.Wavelength = s.circuit, s.wavelength
	if s.anywhere {
		req.Apart = nil
	} else if s.without != "" {
		req.Apart = slices.DeleteFunc(slices.Clone(req.Apart), func(a Apart) bool { return a.Name == s.without })
	}
	w, refusal := wanted(b.p.net, &req)
	if refusal != nil {
		return Outcome{}, false
	}
	memory := b.p.memory
	if s.wavelength != nil {
		memory = newMemory() // pins are not part of what it goes by
	}
	q := &planner{net: b.p.net, ledger: b.p.ledger, est: b.p.est, want: w, objective: b.p.objective, trail: &trail{}, memory: memory}
	out := Outcome{NextWL: nextWL(&req)}
	q.attempt(&req, &out)
	q.release(out.Add)
	return out, out.planned()
}

// least returns the first of n steps, each wider than the one before, that
// passes; −1 when none does.
func (b *probe) least(n int, at func(int) step) int {
	if n == 0 || !b.passes(at(n-1)) {
		return -1
	}
	low, high := 0, n-1 // high passes
	refused := map[int]bool{}
	for low < high {
		if mid := (low + high) / 2; b.passes(at(mid)) {
			high = mid
		} else {
			low, refused[mid] = mid+1, true
		}
	}
	for i := 0; i < high && high <= fewSteps; i++ {
		if !refused[i] && b.passes(at(i)) {
			high = i
		}
	}
	if b.out {
		return -1
	}
	return high
}

// fewSteps is how many steps are tried one by one.
const fewSteps = 32

func (b *probe) circuit() string {
	all := b.relaxed(func(s *intents.CircuitSpec) {
		zero := 0.0
		s.MaxLatencyMs, s.MaxSkewMs, s.MinMarginDb = nil, nil, &zero
		s.Modes, s.Via, s.Avoid, s.MaxWavelengths, s.Diversity, s.Protection = nil, nil, nil, 0, nil, nil
		s.CapacityGbps = 1
		if h := s.Handoff; h != nil {
			s.CapacityGbps = max(1, h.RateGbps)
		}
	})
	all.anywhere = true
	if !b.passes(all) {
		return ""
	}
	for _, axis := range []func(*intents.CircuitSpec) string{
		b.latency, b.skew, b.margin, b.modes, b.via, b.avoid, b.wavelengths, b.diversity, b.disjoint, b.capacity, b.unprotected,
	} {
		if answer := axis(b.req.Circuit); answer != "" || b.out {
			return answer
		}
	}
	return ""
}

// planned reports whether the request is answered, or would be if what is asked
// for were built.
func (o *Outcome) planned() bool { return o.Refusal == nil || o.Pair != nil }

// decisions lists what an outcome adds, or would add.
func (o *Outcome) decisions() []records.Decision {
	if o.Pair == nil {
		return o.Add
	}
	return slices.Concat(o.Pair.Legs[0].Wavelengths, o.Pair.Legs[1].Wavelengths)
}

// improves reports whether a refusal for this reason may have a nearest
// relaxation at all.
func improves(r models.Reason) bool { return r != models.NoTransceiver && r != models.Unsupported }
