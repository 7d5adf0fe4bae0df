package plan

import (
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// Explanation is everything that is known of why a request is answered as it
// is.
type Explanation struct {
	Objective Objective `json:"objective"`
	// Candidates lists every way between the ends with every mode that ports
	// there have in common, best first by the objective; before them the ways that
	// are left out whole.
	Candidates []Considered `json:"candidates"`
	// Chosen is what a plan from scratch, without the request's current
	// decisions, gives. Refusal is why there is none.
	Chosen  []records.Decision `json:"chosen,omitempty"`
	Pair    *Pair              `json:"pair,omitempty"`
	Refusal *records.Refusal   `json:"refusal,omitempty"`
}

// Considered is a candidate with what became of it: Reason is Planned where it
// is taken (by the current decisions, or without any by the plan), why it is
// none, or empty where it would do; then Lost says in what it is worse than what
// is taken.
type Considered struct {
	records.Candidate
	Slot models.Slot `json:"slot,omitzero"` // first one in which its light arrives
	Lost string      `json:"lost,omitempty"`
}

// Explain works out every candidate for a request, also those that Compute has
// no need to look at. It works on a copy: the ledger stays as it is.
func Explain(n *Network, l *Ledger, est Estimator, req Request) Explanation {
	led := l.copy()
	for i := range req.Current {
		led.Release(&req.Current[i])
	}
	fresh := req
	fresh.Current, fresh.Lit = nil, nil
	p, refusal := newPlanner(n, led, est, &fresh)
	if refusal != nil {
		return Explanation{Refusal: refusal}
	}
	out := Explanation{Objective: p.objective}
	var res resources
	choices := p.choices(p.options(p.ways()), 0, &res)
	for _, c := range p.trail.candidates {
		out.Candidates = append(out.Candidates, Considered{Candidate: c})
	}
	for _, c := range choices {
		p.ask(c, 1)
	}
	replans := replansPerRefusal
	answer := compute(n, led, est, &fresh, &replans)
	out.Chosen, out.Pair, out.Refusal = answer.Add, answer.Pair, answer.Refusal
	taken := req.Current
	if len(taken) == 0 {
		taken = answer.decisions()
	}
	for _, c := range choices {
		out.Candidates = append(out.Candidates, p.consider(c, taken))
	}
	return out
}

func (p *planner) consider(c *choice, taken []records.Decision) Considered {
	v := &c.found.verdict
	out := Considered{Candidate: records.Candidate{
		Route: c.way.links(), Mode: c.offer.mode.Name, LengthKm: c.way.lengthKm, LatencyMs: c.way.latencyMs,
		Margin: v.light.margin, Reason: v.reason(), Message: v.message(),
	}}
	if out.Reason == "" {
		out.Slot = v.slot
	}
	for i := range taken {
		if d := &taken[i]; d.Mode == out.Mode && slices.Equal(p.net.inner(d), out.Route) {
			out.Reason, out.Message, out.Slot = models.Planned, "", d.Slot
			return out
		}
	}
	if out.Reason == "" && len(taken) > 0 {
		out.Lost = p.lost(c, taken)
	}
	return out
}

// inner lists the links of a decision without those by which its light is added and
// dropped; of a chain through one circuit switch, all.
func (n *Network) inner(d *records.Decision) []string {
	var out []string
	for _, name := range linksOf(d) {
		if l := n.topo.Links[name]; l == nil || l.Ends[0].AddDrop() == l.Ends[1].AddDrop() {
			out = append(out, name)
		}
	}
	if len(out) == 0 {
		return linksOf(d)
	}
	return out
}

// lost compares as many wavelengths of a choice as the capacity takes with what
// is taken, and names the first criterion in which they are worse.
func (p *planner) lost(c *choice, taken []records.Decision) string {
	var theirs cost
	for i := range taken {
		d := &taken[i]
		w := &way{latencyMs: d.LatencyMs}
		w.line.Legs = make([]route.Leg, len(p.net.inner(d)))
		theirs = theirs.plus(p.objective.costOf(w, d.CapacityGbps, d.Slot.M))
	}
	var mine cost
	for range ceilDiv(max(p.want.capacity, 1), c.offer.mode.RateGbps) {
		mine = mine.plus(c.cost)
	}
	for i, criterion := range p.objective {
		if mine[i] == theirs[i] {
			continue
		}
		if mine[i] < theirs[i] {
			return "better by itself, but does not go with the rest of what is asked for"
		}
		return criterion.compare(mine[i], theirs[i])
	}
	return "as good; what is taken comes first by name"
}

// compare says in words that one figure is worse than another.
func (c Criterion) compare(mine, theirs int64) string {
	switch c {
	case FewestWavelengths:
		return fmt.Sprintf("%d wavelengths instead of %d", mine, theirs)
	case LeastSpectrum:
		return fmt.Sprintf("%v of spectrum instead of %v", models.Frequency(mine)*models.SlotWidthStep, models.Frequency(theirs)*models.SlotWidthStep)
	case LeastLatency:
		return fmt.Sprintf("%.3f ms instead of %.3f ms, all wavelengths together", float64(mine)/1e9, float64(theirs)/1e9)
	case LeastExcess:
		return fmt.Sprintf("%d Gbit/s instead of %d", mine, theirs)
	}
	return fmt.Sprintf("%v of spectrum on all links together instead of %v", models.Frequency(mine)*models.SlotWidthStep, models.Frequency(theirs)*models.SlotWidthStep)
}

// copy returns a ledger of its own with the same records.
func (l *Ledger) copy() *Ledger {
	out := NewLedger()
	for name := range l.links {
		out.SetSpectrum(name, *l.Spectrum(name))
	}
	for key, owner := range l.ports {
		out.SetPort(key, records.PortUse{Owner: owner})
	}
	for key := range l.banks {
		out.SetBank(key, *l.Bank(key))
	}
	for device := range l.devices {
		out.SetIndex(device, *l.Index(device))
	}
	for _, d := range l.lights.decisions {
		out.SetDecision(d)
	}
	return out
}
