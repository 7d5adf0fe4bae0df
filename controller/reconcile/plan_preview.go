package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/preview"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
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
	change := preview.Change{Native: native}
	for _, ref := range remove {
		change.Remove = append(change.Remove, preview.Removal{Intent: ref, Decisions: s.liveDecisions(ref.UID)})
	}
	apart := s.apartness()
	for _, doc := range docs {
		if r, ok := s.previewRequest(doc, apart); ok {
			change.Requests = append(change.Requests, r)
		}
	}
	report, err := preview.Plan(s.previewWorld(network), change)
	if err != nil {
		s.log.Error("a preview is not whole", "op", "plan", "err", err)
	}
	return report, nil
}

// previewWorld is what previews start from; planner.mu is held while one runs.
func (s *Stages) previewWorld(network *plan.Network) preview.World {
	return preview.World{Network: network, Ledger: s.planner.ledger, Estimator: s.cfg.Estimator, Devices: shownDevices{s}}
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

// previewNetwork is the stored network with the given documents over it.
func (s *Stages) previewNetwork(docs []intents.Document) (*plan.Network, error) {
	kinds := plan.Kinds()
	if !slices.ContainsFunc(docs, func(d intents.Document) bool { return slices.Contains(kinds, d.Kind) }) {
		network, _, err := s.network.current()
		return network, err
	}
	var stored []intents.Document
	for _, kind := range kinds {
		for _, e := range s.caches.intents.List(kind + "/") {
			if e.Value.Deletion != nil {
				continue
			}
			doc, err := s.cfg.Documents.Of(e)
			if err != nil {
				return nil, err
			}
			stored = append(stored, doc)
		}
	}
	return preview.Overlay(stored, docs, s.cfg.Catalogue)
}

// previewRequest asks about a document, with what is decided for it already.
func (s *Stages) previewRequest(doc intents.Document, apart apartness) (plan.Request, bool) {
	req, ok := preview.Request(doc)
	if !ok {
		return req, false
	}
	req.Apart = apart.of(s, req.Intent, req.Circuit)
	e, ok := get(s.caches.intents, intentKey(req.Intent))
	if !ok {
		return req, true
	}
	req.Intent.UID, req.Intent.Generation = e.Value.UID, e.Value.Generation
	if c, ok := get(s.caches.circuits, req.Intent.UID); ok {
		req.NextWL = c.Value.NextWL
		req.Tombstones = c.Value.Tombstones
	}
	s.hasNow(&req, s.liveDecisions(req.Intent.UID))
	return req, true
}

func (s *Stages) liveDecisions(uid string) []records.Decision {
	c, ok := get(s.caches.circuits, uid)
	if !ok {
		return nil
	}
	return s.decisions(uid, c.Value.Live)
}

// allDecisions are those that live and those that are on their way out.
func (s *Stages) allDecisions(uid string) []records.Decision {
	c, ok := get(s.caches.circuits, uid)
	if !ok {
		return nil
	}
	return s.decisions(uid, slices.Concat(c.Value.Retiring, c.Value.Live))
}

func (s *Stages) decisions(uid string, wavelengths []int) []records.Decision {
	var out []records.Decision
	for _, wl := range wavelengths {
		if d, ok := get(s.caches.decisions, records.WavelengthKey(uid, wl)); ok {
			out = append(out, d.Value)
		}
	}
	return out
}

// shownDevices are the devices as last heard.
type shownDevices struct{ *Stages }

// Found returns what the device shows now of the objects a fragment is about.
func (s shownDevices) Found(f models.Fragment) []models.Object {
	view := s.board.view(f.Device)
	var out []models.Object
	for _, o := range f.Objects {
		if found, there := view.State.Objects[o.ObjectID]; there {
			out = append(out, models.Object{ObjectID: o.ObjectID, Leaves: found.Restrict(o.Leaves)})
		}
	}
	return out
}

// Removed returns what the removal of an owner would send, as far as it is known now:
// of a device that is not connected, as it was left.
func (s shownDevices) Removed(device, owner string) []models.Change {
	a, ok := get(s.caches.applied, device+"/"+owner)
	if !ok {
		return nil
	}
	sh := &share{owner: owner, applied: *a}
	ours := a.Value.Acked
	if a.Value.Attempt != nil { // it may have taken effect by now
		ours = &a.Value.Attempt.Image
	}
	if ours == nil {
		return nil
	}
	sh.applied.Value.Acked = ours
	view := s.board.view(device)
	state := view.State
	if !view.Synced {
		state = models.State{Objects: map[models.ObjectID]models.Leaves{}}
		for _, o := range ours.Objects {
			state.Objects[o.ObjectID] = o.Leaves
		}
	}
	changes, _ := changesFor(sh, state)
	return changes
}

// Native shows changes as the device would get them, where it is connected and
// its driver can tell.
func (s shownDevices) Native(device string, changes []models.Change) string {
	w := s.worker(device)
	if w == nil {
		return preview.NotConnected
	}
	p, ok := w.current().(drivers.Previewer)
	if !ok {
		return preview.NotConnected
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
	network, req, err := s.storedRequest(ctx, kind, namespace, name)
	if err != nil {
		return records.CircuitPlan{}, err
	}
	if e, ok := get(s.caches.intents, intentKey(req.Intent)); ok && e.Value.Deletion != nil {
		return preview.Leaving(req.Intent, s.allDecisions(req.Intent.UID)), nil
	}
	s.planner.mu.Lock()
	world := s.previewWorld(network)
	world.Ledger = world.Ledger.Copy()
	s.planner.mu.Unlock() // explaining takes longer than planning may wait
	cp := preview.Explain(world, req)
	if c, ok := get(s.caches.circuits, req.Intent.UID); ok && c.Value.Refusal != nil {
		cp.Action, cp.Refusal = "refused", c.Value.Refusal
	}
	return cp, nil
}

// Replan answers what would be decided for one circuit today, beside what it
// has. Nothing is changed.
func (s *Stages) Replan(ctx context.Context, kind, namespace, name string) (records.PlanReport, error) {
	network, req, err := s.storedRequest(ctx, kind, namespace, name)
	if err != nil {
		return records.PlanReport{}, err
	}
	s.planner.mu.Lock()
	defer s.planner.mu.Unlock()
	report, err := preview.Replan(s.previewWorld(network), req, false)
	if err != nil {
		s.log.Error("a replan is not whole", "op", "replan", "err", err)
	}
	return report, nil
}

// storedRequest is what a stored document asks of the planner, with what it
// has, and the network to plan it in.
func (s *Stages) storedRequest(ctx context.Context, kind, namespace, name string) (*plan.Network, plan.Request, error) {
	if err := s.caughtUp(ctx); err != nil {
		return nil, plan.Request{}, err
	}
	key := kind + "/" + namespace + "/" + name
	e, ok := get(s.caches.intents, key)
	if !ok {
		return nil, plan.Request{}, fmt.Errorf("no %s %s/%s", strings.ToLower(kind), namespace, name)
	}
	doc, err := s.cfg.Documents.Of(e)
	if err != nil {
		return nil, plan.Request{}, err
	}
	network, _, err := s.network.current()
	if err != nil {
		return nil, plan.Request{}, err
	}
	req, ok := s.previewRequest(doc, s.apartness())
	if !ok {
		return nil, plan.Request{}, fmt.Errorf("%s is not planned", key)
	}
	return network, req, nil
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
	return records.WavelengthReport{}, fmt.Errorf("no wavelength %s/%s: %w", namespace, name, store.ErrNotFound)
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
