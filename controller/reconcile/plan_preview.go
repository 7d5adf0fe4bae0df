package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Plan answers what would become of the network with these documents. It
// writes nothing: what it reserves on the way is given back before it returns.
func (s *Stages) Plan(ctx context.Context, docs []intents.Document, remove []records.IntentRef, native bool) (records.PlanReport, error) {
	if err := s.caughtUp(ctx); err != nil {
		return records.PlanReport{}, err
	}
	network, err := s.previewNetwork(docs)
	if err != nil {
		return records.PlanReport{}, err
	}
	s.planner.mu.Lock()
	defer s.planner.mu.Unlock()
	report := records.PlanReport{Estimator: s.cfg.Estimator.Name(), Circuits: []records.CircuitPlan{}}
	ledger := s.planner.ledger

	var released []*records.Decision
	defer func() {
		for _, d := range released {
			if _, err := ledger.Reserve(network, d); err != nil {
				s.log.Error("a preview could not give back what it released", "op", "plan", "err", err)
			}
		}
	}()
	for _, ref := range remove {
		for _, d := range s.liveDecisions(ref.UID) {
			ledger.Release(&d)
			released = append(released, &d)
			report.Summary.Remove++
			report.Summary.SpectrumGHz -= spectrumOf(&d)
		}
		report.Circuits = append(report.Circuits, records.CircuitPlan{Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name, Action: "remove"})
	}
	var requests []plan.Request
	for _, doc := range docs {
		if r, ok := s.previewRequest(doc); ok {
			requests = append(requests, r)
		}
	}
	outcomes := plan.Compute(network, ledger, s.cfg.Estimator, requests)
	var added []*records.Decision
	for i := range outcomes {
		for j := range outcomes[i].Add {
			added = append(added, &outcomes[i].Add[j])
		}
		report.Circuits = append(report.Circuits, s.circuitPlan(&requests[i], &outcomes[i], &report.Summary))
	}
	report.Devices = s.devicePlans(network, added, native)
	for _, d := range added {
		ledger.Release(d)
	}
	sum := &report.Summary
	sum.Text = fmt.Sprintf("%d add, %d keep, %d remove, %d refused; spectrum %+g GHz", sum.Add, sum.Keep, sum.Remove, sum.Refused, sum.SpectrumGHz)
	return report, nil
}

// caughtUp waits until the caches show everything stored so far: whoever asks
// right after an apply must not be answered from half a network.
func (s *Stages) caughtUp(ctx context.Context) error {
	rev, err := s.cfg.Store.Revision(ctx)
	if err != nil {
		return err
	}
	for _, wait := range []func(context.Context, int64) error{s.caches.intents.WaitRevision, s.caches.circuits.WaitRevision, s.caches.decisions.WaitRevision, s.caches.phases.WaitRevision} {
		if err := wait(ctx, rev); err != nil {
			return err
		}
	}
	return nil
}

// spectrumOf is the slot width times the links it is taken on.
func spectrumOf(d *records.Decision) float64 {
	return d.Slot.Width().GHz() * float64(len(d.Route))
}

// previewNetwork is the stored network with the given documents over it.
func (s *Stages) previewNetwork(docs []intents.Document) (*plan.Network, error) {
	overlay := map[string]intents.Document{}
	changed := false
	for _, doc := range docs {
		if slices.Contains(plan.Kinds(), doc.Kind) {
			overlay[doc.Kind+"/_/"+doc.Metadata.Name] = doc
			changed = true
		}
	}
	if !changed {
		network, _, err := s.network.current()
		return network, err
	}
	var all []intents.Document
	modes := s.network.catalogue()
	for _, kind := range plan.Kinds() {
		for _, e := range s.caches.intents.List(kind + "/") {
			if _, replaced := overlay[e.Key]; replaced || e.Value.Deletion != nil {
				continue
			}
			doc, err := decodeIntent(*e)
			if err != nil {
				return nil, err
			}
			all = append(all, doc)
		}
	}
	for _, doc := range overlay {
		intents.Default(&doc)
		all = append(all, doc)
		if spec, ok := doc.Spec.(*intents.ModeSpec); ok {
			mode, err := spec.Catalogue(doc.Metadata.Name)
			if err != nil {
				return nil, err
			}
			modes = modes.WithModes(map[string]catalogue.Mode{mode.Name: mode})
		}
	}
	slices.SortFunc(all, func(a, b intents.Document) int {
		return strings.Compare(a.Kind+"/"+a.Metadata.Name, b.Kind+"/"+b.Metadata.Name)
	})
	return plan.NewNetwork(all, modes, 0)
}

func (s *Stages) previewRequest(doc intents.Document) (plan.Request, bool) {
	intents.Default(&doc)
	ref := records.IntentRef{Kind: doc.Kind, Namespace: doc.Metadata.Namespace, Name: doc.Metadata.Name, UID: "preview-" + doc.Metadata.Namespace + "-" + doc.Metadata.Name, Generation: 1}
	req := plan.Request{NextWL: 1, Lit: map[int]bool{}}
	switch spec := doc.Spec.(type) {
	case *intents.CircuitSpec:
		req.Circuit = spec
	case *intents.WavelengthSpec:
		req.Wavelength = spec
	default:
		return req, false
	}
	if e, ok := get(s.caches.intents, intentKey(ref)); ok {
		ref.UID, ref.Generation = e.Value.UID, e.Value.Generation
		if c, ok := get(s.caches.circuits, ref.UID); ok {
			req.NextWL = c.Value.NextWL
			req.Tombstones = c.Value.Tombstones
		}
		req.Current = s.liveDecisions(ref.UID)
		for _, d := range req.Current {
			if p, ok := get(s.caches.phases, d.Key()); ok && p.Value.Name.Lit() {
				req.Lit[d.WL] = true
			}
		}
	}
	req.Intent = ref
	return req, true
}

func (s *Stages) liveDecisions(uid string) []records.Decision {
	c, ok := get(s.caches.circuits, uid)
	if !ok {
		return nil
	}
	var out []records.Decision
	for _, wl := range c.Value.Live {
		if d, ok := get(s.caches.decisions, records.WavelengthKey(uid, wl)); ok {
			out = append(out, d.Value)
		}
	}
	return out
}

func (s *Stages) circuitPlan(req *plan.Request, out *plan.Outcome, sum *records.PlanSummary) records.CircuitPlan {
	cp := records.CircuitPlan{
		Kind: req.Intent.Kind, Namespace: req.Intent.Namespace, Name: req.Intent.Name, Refusal: out.Refusal, Candidates: out.Reasons.Candidates,
	}
	retire := map[int]bool{}
	for _, wl := range out.Retire {
		retire[wl] = true
		cp.Retire = append(cp.Retire, fmt.Sprintf("%s-%d", req.Intent.Name, wl))
		sum.Remove++
	}
	for i := range req.Current {
		d := &req.Current[i]
		action := "keep"
		if retire[d.WL] {
			action = "remove"
			sum.SpectrumGHz -= spectrumOf(d)
		} else {
			sum.Keep++
		}
		cp.Wavelengths = append(cp.Wavelengths, plannedOf(d, action))
	}
	for i := range out.Add {
		d := &out.Add[i]
		cp.Wavelengths = append(cp.Wavelengths, plannedOf(d, "add"))
		sum.Add++
		sum.SpectrumGHz += spectrumOf(d)
	}
	switch {
	case out.Refusal != nil:
		cp.Action = "refused"
		sum.Refused++
	case len(req.Current) == 0:
		cp.Action = "add"
	case len(out.Add)+len(out.Retire) > 0:
		cp.Action = "change"
	default:
		cp.Action = "none"
	}
	return cp
}

func plannedOf(d *records.Decision, action string) records.PlannedWavelength {
	p := records.PlannedWavelength{
		Name: d.Name, Action: action, Mode: d.Mode, CapacityGbps: d.CapacityGbps, CentreGHz: d.Slot.Centre().GHz(), SlotGHz: d.Slot.Width().GHz(),
		LaunchDbm: d.LaunchPower.Dbm(), LengthKm: d.LengthKm, LatencyMs: d.LatencyMs, OsnrDb: d.Osnr.Db(), MarginDb: d.Margin.Db(), Forecast: d.Forecast,
	}
	for i, end := range d.Ends {
		p.Ends[i] = end.Device + "/" + end.Port
	}
	for _, leg := range d.Route {
		p.Route = append(p.Route, leg.Link)
	}
	return p
}

// devicePlans renders what the added wavelengths would put on each device by
// the time they are in service.
func (s *Stages) devicePlans(network *plan.Network, added []*records.Decision, native bool) []records.DevicePlan {
	changes := map[string][]models.Change{}
	for _, d := range added {
		fragments, err := plan.Render(network.Catalogue(), d, records.PhaseInService, 0)
		if err != nil {
			s.log.Error("a plan cannot be rendered", "op", "plan", "err", err)
			continue
		}
		for _, f := range fragments {
			if len(f.Objects) > 0 {
				changes[f.Device] = append(changes[f.Device], plan.Diff(d.Owner(), s.foundOf(f), f.Objects)...)
			}
		}
	}
	var out []records.DevicePlan
	for device, list := range changes {
		dp := records.DevicePlan{Device: device, Changes: list}
		if native {
			dp.Native = s.nativeOf(device, list)
		}
		out = append(out, dp)
	}
	slices.SortFunc(out, func(a, b records.DevicePlan) int { return strings.Compare(a.Device, b.Device) })
	return out
}

// foundOf is what the device shows now of the objects a fragment is about.
func (s *Stages) foundOf(f models.Fragment) []models.Object {
	view := s.board.view(f.Device)
	var out []models.Object
	for _, o := range f.Objects {
		if found, there := view.State.Objects[o.ObjectID]; there {
			out = append(out, models.Object{ObjectID: o.ObjectID, Leaves: found.Restrict(o.Leaves)})
		}
	}
	return out
}

// nativeOf shows changes as the device would get them, where it is connected
// and its driver can tell.
func (s *Stages) nativeOf(device string, changes []models.Change) string {
	w := s.worker(device)
	if w == nil {
		return "not connected"
	}
	p, ok := w.current().(drivers.Previewer)
	if !ok {
		return "not connected"
	}
	text, err := p.Preview(drivers.Pass{ID: "preview", Changes: changes})
	if err != nil {
		return err.Error()
	}
	return text
}

// Why explains one circuit: what it has, and every candidate that was tried,
// planned again now with its own reservation given back first.
func (s *Stages) Why(ctx context.Context, kind, namespace, name string) (records.CircuitPlan, error) {
	if err := s.caughtUp(ctx); err != nil {
		return records.CircuitPlan{}, err
	}
	key := kind + "/" + namespace + "/" + name
	e, ok := get(s.caches.intents, key)
	if !ok {
		return records.CircuitPlan{}, fmt.Errorf("no %s %s/%s", strings.ToLower(kind), namespace, name)
	}
	doc, err := decodeIntent(e)
	if err != nil {
		return records.CircuitPlan{}, err
	}
	network, _, err := s.network.current()
	if err != nil {
		return records.CircuitPlan{}, err
	}
	req, ok := s.previewRequest(doc)
	if !ok {
		return records.CircuitPlan{}, fmt.Errorf("%s is not planned", key)
	}
	s.planner.mu.Lock()
	defer s.planner.mu.Unlock()
	current := req.Current
	for i := range current {
		s.planner.ledger.Release(&current[i])
	}
	fresh := req
	fresh.Current = nil
	out := plan.Compute(network, s.planner.ledger, s.cfg.Estimator, []plan.Request{fresh})[0]
	for i := range out.Add {
		s.planner.ledger.Release(&out.Add[i])
	}
	for i := range current {
		if _, err := s.planner.ledger.Reserve(network, &current[i]); err != nil {
			s.log.Error("an explanation could not give back what it released", "op", "why", "err", err)
		}
	}
	cp := records.CircuitPlan{Kind: kind, Namespace: namespace, Name: name, Action: "none", Refusal: out.Refusal, Candidates: out.Reasons.Candidates}
	for i := range current {
		cp.Wavelengths = append(cp.Wavelengths, plannedOf(&current[i], "keep"))
	}
	if c, ok := get(s.caches.circuits, req.Intent.UID); ok && c.Value.Refusal != nil {
		cp.Action, cp.Refusal = "refused", c.Value.Refusal
	}
	return cp, nil
}

// Wavelength reports everything known of one wavelength.
func (s *Stages) Wavelength(_ context.Context, namespace, name string) (records.WavelengthReport, error) {
	for _, e := range s.caches.decisions.List("") {
		d := &e.Value
		if d.Name != name || (namespace != "" && d.Intent.Namespace != namespace) {
			continue
		}
		p, _ := get(s.caches.phases, e.Key)
		r := records.WavelengthReport{Decision: *d, Phase: p.Value}
		cat := s.network.catalogue()
		for _, device := range d.Witnesses() {
			r.Applied = append(r.Applied, s.appliedSummary(device, d))
			view := s.board.view(device)
			w := s.worker(device)
			if !view.Synced || w == nil {
				continue
			}
			v := plan.Judge(d, cat.Modes[d.Mode], w.device.Profile, device, p.Value.Name, p.Value.Step, &view.State)
			r.Hops = append(r.Hops, v.Hops...)
			for i, end := range d.Ends {
				if end.Device == device && v.End != nil && v.End.Port == end.Port {
					r.Ends[i] = *v.End
				}
			}
		}
		return r, nil
	}
	return records.WavelengthReport{}, fmt.Errorf("no wavelength %s/%s", namespace, name)
}

func (s *Stages) appliedSummary(device string, d *records.Decision) records.AppliedSummary {
	sum := records.AppliedSummary{Device: device}
	a, ok := get(s.caches.applied, device+"/"+d.Owner())
	if !ok {
		return sum
	}
	if a.Value.Acked != nil {
		sum.Acked = a.Value.Acked.Phase
	}
	if a.Value.Attempt != nil {
		sum.Attempt = a.Value.Attempt.Phase
	}
	if a.Value.Refused != nil {
		sum.Refused = a.Value.Refused.Words
	}
	return sum
}

// Ready is nil once the stages work.
func (s *Stages) Ready() error {
	select {
	case <-s.serving:
		return nil
	default:
		return fmt.Errorf("the caches are being filled")
	}
}
