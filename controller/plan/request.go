package plan

import (
	"cmp"
	"slices"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// DefaultMinMarginDb is the margin asked for when an intent gives none.
const DefaultMinMarginDb = 2.0

// Request asks the planner about one intent. Exactly one of Circuit and
// Wavelength is set.
type Request struct {
	Intent     records.IntentRef
	Circuit    *intents.CircuitSpec
	Wavelength *intents.WavelengthSpec
	// Current are the intent's decisions that count, not those on their way
	// out. They are kept as long as they stand.
	Current []records.Decision
	// Lit holds the wavelengths whose phase is past Launch. A reserved or
	// faulty port and a range reserved later do not move those.
	Lit map[int]bool
	// Carrying holds those of them that are in service with good light: of what is
	// more than asked for they go last, after those that are only lit, and what is
	// not lit goes first.
	Carrying map[int]bool
	// NextWL is the number of the next wavelength; 0 means one more than the
	// highest of Current.
	NextWL     int
	Tombstones []records.Tombstone
	// Objective says which of two sets of wavelengths is better; empty means
	// DefaultObjective.
	Objective Objective
	// Apart are stored circuits to share nothing with: those that the circuit's
	// diversity names, and those whose diversity names the circuit. Compute adds
	// the ones among its requests.
	Apart []Apart
}

// Outcome is the answer. With a Refusal nothing is added or retired, all of
// the current decisions are kept and the ledger is as it was before.
type Outcome struct {
	Intent  records.IntentRef
	Add     []records.Decision // reserved in the ledger
	Keep    []int
	Retire  []int // stay reserved until released
	NextWL  int
	Touched Touched // ledger records that Add changed
	Refusal *records.Refusal
	Reasons records.Reasons
	// Pair is what a circuit with protection 1+1 would get. The Refusal beside it
	// is Unsupported: such a circuit can be planned, not lit.
	Pair *Pair
}

// Compute answers the requests in order; each sees what the ones before it
// took. A request is planned as a set: all its wavelengths are reserved in the
// ledger or none. A refusal names the smallest relaxation that would pass, see
// probe.
func Compute(n *Network, l *Ledger, est Estimator, reqs []Request) []Outcome {
	out := make([]Outcome, 0, len(reqs))
	apart := apartOf(reqs)
	replans := replansPerCompute
	for i := range reqs {
		req := reqs[i]
		req.Apart = mergeApart(req.Apart, apart[req.Intent.UID])
		out = append(out, compute(n, l, est, &req, &replans))
	}
	return out
}

func compute(n *Network, l *Ledger, est Estimator, req *Request, replans *int) Outcome {
	out := Outcome{Intent: req.Intent, NextWL: nextWL(req), Reasons: records.Reasons{Generation: req.Intent.Generation}}
	p, refusal := newPlanner(n, l, est, req)
	if refusal != nil {
		return refuse(out, req, refusal)
	}
	p.attempt(req, &out)
	if r := out.Refusal; r != nil && improves(r.Reason) {
		if *replans <= 0 {
			r.Message += "; what would pass was not looked for after so many refusals: ask why"
			return out
		}
		r.Nearest = p.nearest(req, replans)
	}
	return out
}

func newPlanner(n *Network, l *Ledger, est Estimator, req *Request) (*planner, *records.Refusal) {
	w, refusal := wanted(n, req)
	if refusal != nil {
		return nil, refusal
	}
	if err := req.Objective.Check(); err != nil {
		return nil, &records.Refusal{Reason: models.Unsupported, Message: err.Error()}
	}
	return &planner{net: n, ledger: l, est: est, want: w, objective: req.Objective.whole(), trail: &trail{}, memory: newMemory()}, nil
}

// attempt answers a request: what is kept, what goes, what is added.
func (p *planner) attempt(req *Request, out *Outcome) {
	p.sort(req, out)
	var refusal *records.Refusal
	if p.want.disjoint == "" {
		out.Add, refusal = p.fill(out.NextWL)
	} else if out.Pair, refusal = p.pair(out.NextWL); refusal == nil {
		refusal = unlit(out.Pair)
	}
	out.Reasons = p.trail.reasons(req.Intent.Generation)
	if refusal != nil {
		*out = refuse(*out, req, refusal)
		return
	}
	out.NextWL += len(out.Add)
	for i := range out.Add {
		out.Touched = out.Touched.Merge(p.ledger.Held(out.Add[i].Owner()))
	}
}

// sort divides the current decisions into those that are kept and those that
// go: what no longer stands, what does not go with the ones of lower number, and
// of the rest what is beyond the capacity asked for, worst light and highest number
// first. One that is too large to go does not keep a smaller one of the same worth.
func (p *planner) sort(req *Request, o *Outcome) {
	current := slices.Clone(req.Current)
	slices.SortFunc(current, func(a, b records.Decision) int { return a.WL - b.WL })
	var stand []*records.Decision
	for i := range current {
		if d := &current[i]; p.net.stands(p.want, d, req.Lit[d.WL]) && p.goesWith(stand, d) {
			stand = append(stand, d)
			p.have += d.CapacityGbps
		} else {
			o.Retire = append(o.Retire, d.WL)
		}
	}
	stays := worthLight // the worth of the least that cannot go: nothing worth more goes in its place
	for _, d := range req.leastFirst(stand) {
		if req.worth(d) > stays {
			break
		}
		rest := slices.DeleteFunc(slices.Clone(stand), func(other *records.Decision) bool { return other == d })
		if p.have-d.CapacityGbps < p.want.capacity || p.spread(stand) && !p.spread(rest) {
			stays = req.worth(d)
			continue
		}
		p.have -= d.CapacityGbps
		o.Retire = append(o.Retire, d.WL)
		stand = rest
	}
	for _, d := range stand {
		o.Keep = append(o.Keep, d.WL)
	}
	slices.Sort(o.Retire)
	p.keep = stand
}

// What a wavelength is worth when some are to go.
const (
	worthDark  = iota // or on its way up
	worthLit          // its light is not good
	worthLight        // carries traffic
)

func (r *Request) worth(d *records.Decision) int {
	switch {
	case r.Carrying[d.WL]:
		return worthLight
	case r.Lit[d.WL]:
		return worthLit
	}
	return worthDark
}

// leastFirst is the order in which wavelengths are given up.
func (r *Request) leastFirst(list []*records.Decision) []*records.Decision {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b *records.Decision) int {
		return cmp.Or(r.worth(a)-r.worth(b), b.WL-a.WL)
	})
	return out
}

func refuse(out Outcome, req *Request, r *records.Refusal) Outcome {
	out.Refusal, out.Add, out.Retire, out.Touched, out.Keep = r, nil, nil, Touched{}, nil
	out.NextWL = nextWL(req)
	for _, d := range req.Current {
		out.Keep = append(out.Keep, d.WL)
	}
	slices.Sort(out.Keep)
	return out
}

func nextWL(req *Request) int {
	next := max(req.NextWL, 1)
	for _, d := range req.Current {
		next = max(next, d.WL+1)
	}
	return next
}
