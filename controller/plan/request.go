package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

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
// first.
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
	for _, d := range req.leastFirst(stand) {
		rest := slices.DeleteFunc(slices.Clone(stand), func(other *records.Decision) bool { return other == d })
		if p.have-d.CapacityGbps < p.want.capacity || p.spread(stand) && !p.spread(rest) {
			break
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

// leastFirst is the order in which wavelengths are given up.
func (r *Request) leastFirst(list []*records.Decision) []*records.Decision {
	worth := func(d *records.Decision) int {
		switch {
		case r.Carrying[d.WL]:
			return 2
		case r.Lit[d.WL]:
			return 1
		}
		return 0
	}
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b *records.Decision) int {
		return cmp.Or(worth(a)-worth(b), b.WL-a.WL)
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

// want is a request in the planner's own terms, the same for circuits and for
// wavelengths written by hand.
type want struct {
	ref      records.IntentRef
	capacity int
	most     int // wavelengths; 0 means any number
	ends     [2]endWant
	modes    []string
	hostRate int
	via      []string
	avoid    []string
	latency  *float64
	skew     *float64
	share    int    // percent that may be lost with one thing; 0 means all
	by       string // what counts as one thing
	apart    []Apart
	disjoint string // what two routes must not share; empty where one is enough
	floor    float64
	onFail   string

	byHand bool // a Wavelength document
	route  []string
	centre *models.Frequency
	width  *models.Frequency
	txDbm  *float64

	shunnedPorts map[string]bool
	shunnedSlots []models.Slot
}

// endWant is where one end may be.
type endWant struct {
	site string
	pins []string // device/port, line or client; empty means any line port of the site
}

func wanted(n *Network, req *Request) (*want, *records.Refusal) {
	w := &want{ref: req.Intent, apart: req.Apart, floor: DefaultMinMarginDb, shunnedPorts: map[string]bool{}}
	for _, t := range req.Tombstones {
		if t.Generation != req.Intent.Generation {
			continue
		}
		for _, p := range t.Ports {
			w.shunnedPorts[p] = true
		}
		if len(t.Ports) == 0 && t.Slot.Valid() {
			w.shunnedSlots = append(w.shunnedSlots, t.Slot)
		}
	}
	var err error
	switch {
	case req.Circuit != nil:
		err = w.circuit(n, req.Circuit)
	case req.Wavelength != nil:
		err = w.wavelength(n, req.Wavelength)
	default:
		err = fmt.Errorf("neither a circuit nor a wavelength")
	}
	if err != nil {
		return nil, &records.Refusal{Reason: models.NoRoute, Message: err.Error()}
	}
	return w, nil
}

func (w *want) circuit(n *Network, s *intents.CircuitSpec) error {
	w.capacity, w.most, w.modes, w.via, w.avoid = s.CapacityGbps, s.MaxWavelengths, s.Modes, s.Via, s.Avoid
	w.latency, w.skew, w.onFail = s.MaxLatencyMs, s.MaxSkewMs, s.OnVerifyFailure
	if protected(s) {
		w.disjoint = cmp.Or(s.Protection.Disjoint, intents.DisjointRisk)
	}
	if d := s.Diversity; d != nil {
		w.by = cmp.Or(d.By, intents.DisjointRisk)
		if d.MaxSharePercent != nil {
			w.share = *d.MaxSharePercent
		}
	}
	w.ends = [2]endWant{{site: s.From}, {site: s.To}}
	if s.MinMarginDb != nil {
		w.floor = *s.MinMarginDb
	}
	if s.Handoff != nil {
		w.hostRate = s.Handoff.RateGbps
		w.ends[0].pins, w.ends[1].pins = s.Handoff.From, s.Handoff.To
	}
	for _, e := range w.ends {
		if _, ok := n.sites[e.site]; !ok {
			return fmt.Errorf("no site %q", e.site)
		}
		for _, pin := range e.pins {
			if device, _, _ := strings.Cut(pin, "/"); n.topo.Devices[device] == nil {
				return fmt.Errorf("handoff %s: no device %q", pin, device)
			}
		}
	}
	for _, name := range slices.Concat(s.Via, s.Avoid) {
		if !n.names[name] {
			return fmt.Errorf("%q is no site, device, link or shared risk", name)
		}
	}
	for _, name := range s.Modes {
		if _, ok := n.topo.Catalogue.Modes[name]; !ok {
			return fmt.Errorf("no mode %q", name)
		}
	}
	return nil
}

func (w *want) wavelength(n *Network, s *intents.WavelengthSpec) error {
	w.byHand, w.capacity, w.most, w.route, w.txDbm = true, 1, 1, s.Route, s.TxDbm
	if s.MinMarginDb != nil {
		w.floor = *s.MinMarginDb
	}
	for i, ref := range []string{s.From, s.To} {
		p := n.topo.Port(ref)
		if p == nil {
			return fmt.Errorf("no port %q", ref)
		}
		w.ends[i] = endWant{site: p.Device.Site, pins: []string{ref}}
	}
	for _, name := range s.Route {
		if n.topo.Links[name] == nil {
			return fmt.Errorf("no link %q", name)
		}
	}
	if s.Mode != "" {
		if _, ok := n.topo.Catalogue.Modes[s.Mode]; !ok {
			return fmt.Errorf("no mode %q", s.Mode)
		}
		w.modes = []string{s.Mode}
	}
	var err error
	if w.centre, err = frequency(s.CentreGHz); err != nil {
		return err
	}
	w.width, err = frequency(s.SlotGHz)
	return err
}

func frequency(ghz *float64) (*models.Frequency, error) {
	if ghz == nil {
		return nil, nil
	}
	f, err := models.FrequencyFromGHz(*ghz)
	return &f, err
}

// takes reports whether the intent allows a line port as its end.
func (e endWant) takes(device, port string, clients []string) bool {
	if len(e.pins) == 0 {
		return true
	}
	for _, pin := range e.pins {
		d, p, _ := strings.Cut(pin, "/")
		if d == device && (p == port || slices.Contains(clients, p)) {
			return true
		}
	}
	return false
}

// ceilTo rounds up to a number of decimals, for advice that is then enough.
func ceilTo(x float64, decimals int) float64 {
	f := math.Pow(10, float64(decimals))
	return math.Ceil(x*f-1e-9) / f
}
