package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// planWork is one intent on its way through a batch.
type planWork struct {
	key      string
	ref      records.IntentRef
	intent   *store.Entry[records.Intent]
	rec      records.Circuit
	recEntry *store.Entry[records.Circuit]
	deleting bool
	request  *plan.Request
	outcome  *plan.Outcome
	dropped  []*records.Decision // decisions that end in this transaction
	ops      []store.Op
	changed  bool // the circuit record changed
	finished bool // nothing is left of a deleted intent
}

// planBatch decides for many intents in one transaction.
func (s *Stages) planBatch(ctx context.Context, keys []string) error {
	topology, err := s.cfg.Store.TopologyRevision(ctx)
	if err != nil {
		return fmt.Errorf("read the topology revision: %w", err)
	}
	if err := s.caches.intents.WaitRevision(ctx, topology); err != nil {
		return err
	}
	network, _, err := s.network.current()
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	s.planner.mu.Lock()
	defer s.planner.mu.Unlock()

	var batch []*planWork
	for _, key := range keys {
		if w := s.planPrepare(key); w != nil {
			batch = append(batch, w)
		}
	}
	touched := newTouchedSet()
	var requests []plan.Request
	var asked []*planWork
	apart := s.apartness()
	for _, w := range batch {
		s.review(w, network)
		for _, d := range w.dropped {
			touched.add(s.planner.ledger.Release(d))
		}
		if w.request != nil {
			w.request.Apart = apart.of(s, w.ref, w.request.Circuit)
			requests = append(requests, *w.request)
			asked = append(asked, w)
		}
	}
	for i, out := range plan.Compute(network, s.planner.ledger, s.cfg.Estimator, requests) {
		w := asked[i]
		w.outcome = &out
		s.permitRetire(w)
		for i := range w.outcome.Add {
			touched.add(s.planner.ledger.Held(w.outcome.Add[i].Owner()))
		}
		s.planRecord(w)
	}
	var ops []store.Op
	for _, w := range batch {
		s.planOps(w)
		ops = append(ops, w.ops...)
	}
	if len(ops) == 0 {
		return nil
	}
	puts, after := s.ledgerOps(touched)
	ops = append(ops, puts...)
	ops = append(ops, s.cfg.Store.CheckTopology(topology))
	rev, err := s.commit(ctx, ops...)
	if err != nil {
		if reload := s.reloadLedger(ctx); reload != nil {
			return errors.Join(err, reload)
		}
		var conflict *store.ConflictError
		if errors.As(err, &conflict) {
			s.log.Debug("planning starts over", "err", err)
			for _, key := range keys {
				s.planQueue.Add(key)
			}
			return nil
		}
		return fmt.Errorf("store decisions: %w", err)
	}
	for key, gone := range after {
		if gone {
			delete(s.planner.revs, key)
		} else {
			s.planner.revs[key] = rev
		}
	}
	freed := false
	for _, w := range batch {
		freed = freed || len(w.dropped) > 0
		s.logOutcome(w)
	}
	// The next batch must see this one's records.
	for _, wait := range []func(context.Context, int64) error{s.caches.circuits.WaitWritten, s.caches.decisions.WaitWritten, s.caches.phases.WaitWritten} {
		if err := wait(ctx, rev); err != nil {
			return err
		}
	}
	if freed {
		s.replanRefused()
	}
	return nil
}

// planPrepare looks at one intent; nil means that there is nothing to do.
func (s *Stages) planPrepare(key string) *planWork {
	e, ok := get(s.caches.intents, key)
	if !ok {
		return nil
	}
	kind, namespace, name := parseIntentKey(key)
	w := &planWork{key: key, intent: e, deleting: e.Value.Deletion != nil}
	w.ref = records.IntentRef{Kind: kind, Namespace: namespace, Name: name, UID: e.Value.UID, Generation: e.Value.Generation}
	w.rec = records.Circuit{Intent: w.ref, NextWL: 1}
	if c, ok := get(s.caches.circuits, e.Value.UID); ok {
		w.recEntry = c
		w.rec = c.Value
		w.rec.Live = slices.Clone(w.rec.Live)
		w.rec.Retiring = slices.Clone(w.rec.Retiring)
		w.rec.Tombstones = slices.Clone(w.rec.Tombstones)
	}
	s.planEnded(w)
	if w.deleting {
		if len(w.rec.Live) > 0 {
			w.rec.Retiring = append(w.rec.Retiring, w.rec.Live...)
			w.rec.Live, w.changed = nil, true
		}
		w.finished = len(w.rec.Retiring) == 0
		return w
	}
	retry := s.requested(records.RequestRetry, targetOf(w.ref))
	if retry != nil && answeredBefore(&w.rec, retry.Value.At) {
		w.rec.Tombstones, w.rec.Generation, w.changed = nil, 0, true
		w.ops = append(w.ops, s.tables.Requests.DeleteAt(retry.Key, retry.Revision)) // served
	}
	if w.rec.Generation == e.Value.Generation && w.rec.Refusal == nil {
		return w
	}
	doc, err := s.cfg.Documents.Of(e)
	if err != nil {
		s.log.Error("a stored document cannot be read", "intent", key, "err", err)
		return w
	}
	req := &plan.Request{Intent: w.ref, NextWL: w.rec.NextWL, Tombstones: w.rec.Tombstones}
	switch spec := doc.Spec.(type) {
	case *intents.CircuitSpec:
		req.Circuit = spec
	case *intents.WavelengthSpec:
		req.Wavelength = spec
	}
	s.hasNow(req, s.decisions(w.ref.UID, w.rec.Live))
	w.request = req
	return w
}

// hasNow tells a request what its intent has, and what is known of its light.
func (s *Stages) hasNow(req *plan.Request, current []records.Decision) {
	req.Current, req.Lit, req.Carrying = current, map[int]bool{}, map[int]bool{}
	for i := range current {
		d := &current[i]
		p, ok := get(s.caches.phases, d.Key())
		if !ok {
			continue
		}
		_, fault := s.lightFault(d, p.Value)
		req.Lit[d.WL] = p.Value.Name.Lit()
		req.Carrying[d.WL] = p.Value.Name == records.PhaseInService && fault == ""
	}
}

// planEnded drops the wavelengths of which nothing is left on devices.
func (s *Stages) planEnded(w *planWork) {
	drop := func(list []int) []int {
		return slices.DeleteFunc(list, func(wl int) bool {
			key := records.WavelengthKey(w.ref.UID, wl)
			p, ok := get(s.caches.phases, key)
			if !ok || !p.Value.Name.Ended() {
				return false
			}
			d, ok := get(s.caches.decisions, key)
			if !ok {
				return true
			}
			if p.Value.Name == records.PhaseFailed {
				w.rec.Tombstones = append(w.rec.Tombstones, tombstoneOf(&d.Value, p.Value))
			}
			w.dropped = append(w.dropped, &d.Value)
			w.ops = append(w.ops, s.tables.Decisions.DeleteAt(key, d.Revision), s.tables.Phases.DeleteAt(key, p.Revision))
			for _, device := range d.Value.Witnesses() {
				k := device + "/" + d.Value.Owner()
				w.ops = append(w.ops, s.tables.Evidence.Delete(k), s.tables.Observed.Delete(k), s.leave(k, &d.Value, w.deleting && slices.Contains(w.intent.Value.WrittenOff, device)))
			}
			w.changed = true
			return true
		})
	}
	w.rec.Live = drop(w.rec.Live)
	w.rec.Retiring = drop(w.rec.Retiring)
	if len(w.rec.Tombstones) > 8 {
		w.rec.Tombstones = w.rec.Tombstones[len(w.rec.Tombstones)-8:]
	}
}

// answeredBefore reports whether there is a refusal or failure older than a
// retry. A retry that nothing needed must not revive what fails later.
func answeredBefore(rec *records.Circuit, at time.Time) bool {
	if rec.Refusal != nil && rec.Refusal.At.Before(at) {
		return true
	}
	return slices.ContainsFunc(rec.Tombstones, func(t records.Tombstone) bool { return t.At.Before(at) })
}

func tombstoneOf(d *records.Decision, p records.Phase) records.Tombstone {
	t := records.Tombstone{Generation: d.Intent.Generation, WL: d.WL, Reason: p.Reason, Words: p.Message, At: p.Since, Slot: d.Slot}
	if p.FailedAt != nil {
		t.At = *p.FailedAt
	}
	words := strings.FieldsFunc(p.Message, func(r rune) bool { return r == ' ' || r == ':' || r == ',' })
	for _, end := range d.Ends {
		if slices.Contains(words, end.Device) {
			t.Ports = append(t.Ports, end.Device+"/"+end.Port)
		}
	}
	return t
}

// permitRetire refuses an outcome that would take light away without a
// person's permission.
func (s *Stages) permitRetire(w *planWork) {
	var lit []string
	for _, wl := range w.outcome.Retire {
		if w.request.Lit[wl] {
			lit = append(lit, fmt.Sprintf("%s-%d", w.ref.Name, wl))
		}
	}
	p := w.intent.Value.Permission
	if len(lit) == 0 || (p != nil && p.Generation == w.ref.Generation && s.now().Before(p.Until)) {
		return
	}
	for i := range w.outcome.Add {
		s.planner.ledger.Release(&w.outcome.Add[i])
	}
	w.outcome.Add, w.outcome.Retire = nil, nil
	w.outcome.Refusal = &records.Refusal{
		Reason:  models.OutageNotAllowed,
		Message: "would turn off light that is on: " + strings.Join(lit, ", ") + "; apply again with --allow-outage and a reason",
	}
}

// planRecord turns an outcome into the circuit record and the decisions' ops.
func (s *Stages) planRecord(w *planWork) {
	out := w.outcome
	before, _ := json.Marshal(w.rec)
	if r, old := out.Refusal, w.rec.Refusal; r != nil {
		r.At = s.now().UTC()
		if old != nil && old.Reason == r.Reason && old.Message == r.Message {
			r.At = old.At
		}
	}
	w.rec.Intent, w.rec.Generation, w.rec.Refusal = w.ref, w.ref.Generation, out.Refusal
	for _, wl := range out.Retire {
		w.rec.Live = slices.DeleteFunc(w.rec.Live, func(l int) bool { return l == wl })
		w.rec.Retiring = append(w.rec.Retiring, wl)
	}
	for i := range out.Add {
		d := &out.Add[i]
		w.rec.Live = append(w.rec.Live, d.WL)
		w.rec.NextWL = max(w.rec.NextWL, d.WL+1)
		w.ops = append(w.ops, s.tables.Decisions.Create(d.Key(), *d))
	}
	after, _ := json.Marshal(w.rec)
	if string(before) != string(after) {
		w.changed = true
		w.ops = append(w.ops, s.tables.Reasons.Put(w.ref.UID, out.Reasons), s.planEvent(w))
	}
	for i := range out.Add {
		w.ops = append(w.ops, s.begin(&out.Add[i])...)
	}
}

func (s *Stages) planEvent(w *planWork) store.Op {
	if r := w.outcome.Refusal; r != nil {
		return s.event(w.ref, string(r.Reason), r.Message, "")
	}
	var names []string
	for _, d := range w.outcome.Add {
		names = append(names, d.Name)
	}
	text := "keeps what it has"
	switch {
	case len(names) > 0:
		text = fmt.Sprintf("decided %s: %s", plural(len(names), "wavelength"), strings.Join(names, ", "))
	case len(w.outcome.Retire) > 0:
		text = "gives up " + plural(len(w.outcome.Retire), "wavelength")
	}
	return s.event(w.ref, string(models.Planned), text, "")
}

// planOps finishes the operations of one intent.
func (s *Stages) planOps(w *planWork) {
	if w.finished {
		w.ops = append(w.ops, s.admitFinished(w)...)
		return
	}
	if !w.changed {
		return
	}
	if w.recEntry == nil {
		w.ops = append(w.ops, s.tables.Circuits.Create(w.ref.UID, w.rec))
	} else {
		w.ops = append(w.ops, s.tables.Circuits.Update(w.ref.UID, w.rec, w.recEntry.Revision))
	}
}

// replanRefused gives the refused another chance after spectrum, ports or
// links came free.
func (s *Stages) replanRefused() {
	for _, c := range s.caches.circuits.List("") {
		if c.Value.Refusal != nil {
			s.planQueue.Add(intentKey(c.Value.Intent))
		}
	}
}

func (s *Stages) logOutcome(w *planWork) {
	if w.outcome == nil || !w.changed {
		return
	}
	if r := w.outcome.Refusal; r != nil {
		s.log.Info("refused", "intent", w.key, "op", "plan", "reason", r.Reason, "message", r.Message)
		return
	}
	s.log.Info("decided", "intent", w.key, "op", "plan", "add", len(w.outcome.Add), "retire", len(w.outcome.Retire))
}
