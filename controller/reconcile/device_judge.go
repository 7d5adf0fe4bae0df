package reconcile

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// judgeMemory keeps what the judging of this process remembers between looks:
// the last verdict per device and owner, error counters, and since when a
// difference has been seen.
type judgeMemory struct {
	mu         sync.Mutex
	verdicts   map[string]plan.Verdict // device/owner
	errors     map[string]uint64       // device/logical index → uncorrectable blocks
	driftSince map[string]time.Time    // device/owner → first seen, not yet reported
	// driftShown is what somebody who asked the device was shown before it is on
	// record, by device/owner: a report without asking must not contradict it.
	driftShown map[string][]models.DriftItem
	plant      map[string]string    // device/owner → fibres whose loss is off the documents
	asked      map[string]time.Time // device or device/owner → last asked out of turn
	neighbours neighbourMemory
}

func newJudgeMemory() *judgeMemory {
	return &judgeMemory{
		verdicts: map[string]plan.Verdict{}, errors: map[string]uint64{}, driftSince: map[string]time.Time{}, driftShown: map[string][]models.DriftItem{}, plant: map[string]string{}, asked: map[string]time.Time{},
		neighbours: neighbourMemory{before: map[string]map[string]models.Ratio{}},
	}
}

func (m *judgeMemory) verdict(device, owner string) plan.Verdict {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.verdicts[device+"/"+owner]
}

// forget drops what was remembered of a wavelength that is gone.
func (m *judgeMemory) forget(d *records.Decision) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, device := range d.Witnesses() {
		key := device + "/" + d.Owner()
		delete(m.verdicts, key)
		delete(m.driftSince, key)
		delete(m.driftShown, key)
		delete(m.plant, key)
		delete(m.asked, key)
	}
	for _, end := range d.Ends {
		delete(m.errors, end.Device+"/"+end.Receiver())
	}
}

func (m *judgeMemory) show(key string, items []models.DriftItem) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.driftShown[key] = items
}

func (m *judgeMemory) shown(key string) []models.DriftItem {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.driftShown[key]
}

// blocksRose reports whether uncorrectable blocks went up since the last look.
// A counter that fell was reset; the next rise counts.
func (m *judgeMemory) blocksRose(key string, now *uint64) bool {
	if now == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	before, seen := m.errors[key]
	m.errors[key] = *now
	return seen && *now > before
}

// judgeDevice turns the current picture of a device into evidence for the
// phases of its owners, into drift, and into the device's health. It writes
// only what changed in kind: readings that move within their limits cost
// nothing.
func (s *Stages) judgeDevice(ctx context.Context, device string) (time.Duration, error) {
	worker := s.worker(device)
	if worker == nil {
		return 0, nil
	}
	grant := worker.grant.Load()
	if grant == nil {
		return 0, nil
	}
	view := s.board.view(device)
	if view.Synced && s.wentDark(device, worker, view) {
		// A receiver lost its light: the powers that were sampled are from
		// before. Asking now names the fault at once and not a sample later.
		s.refreshAround(ctx, device)
		view = s.board.view(device)
	}
	var ops []store.Op
	// written are the caches that must show this look before the next one.
	written := map[string]func(context.Context, int64) error{}
	if health := s.healthOps(worker, view); len(health) > 0 {
		ops = append(ops, health...)
		written["health"] = s.caches.health.WaitWritten
	}
	var again time.Duration
	if view.Synced {
		if left := s.forgetLeft(device, view); len(left) > 0 {
			ops = append(ops, left...)
			written["applied"] = s.caches.applied.WaitWritten
		}
		cat := s.network.catalogue()
		fast := false
		var news []*share
		for _, owner := range s.owners.on(device) {
			sh, ok := s.shareFor(cat, device, owner)
			if !ok {
				continue
			}
			switch sh.phase.Value.Name {
			case records.PhaseLaunch, records.PhaseOpen, records.PhaseVerify:
				fast = true
			}
			if s.underWay(sh) {
				continue
			}
			s.judgePlant(device, sh)
			var diffs []difference
			if acked := sh.applied.Value.Acked; acked != nil {
				diffs = view.differences(acked)
			}
			evidence := s.judgeShare(cat, worker.device.Profile, device, sh, view, diffs)
			if justLocked(device, sh, view, evidence) || s.justLit(sh, evidence) || s.justDrained(sh, evidence) {
				if s.memory.mayAsk(sh.key, s.now()) {
					news = append(news, sh)
				}
				again = soonest(again, askPause)
			}
			if evidence.OKSince == nil {
				again = soonest(again, s.rising(sh))
			}
			if e, changed := s.evidenceOp(sh, evidence, diffs); changed {
				ops = append(ops, e)
				written["evidence"] = s.caches.evidence.WaitWritten
			}
			drift, wait := s.driftOp(worker, sh, diffs)
			if len(drift) > 0 {
				ops = append(ops, drift...)
				written["observed"] = s.caches.observed.WaitWritten
			}
			again = soonest(again, wait)
		}
		worker.setFast(fast)
		if len(news) > 0 {
			s.askNow(ctx, worker, news)
			again = time.Millisecond
		}
	}
	if len(ops) == 0 {
		return again, nil
	}
	rev, err := s.cfg.Store.Commit(ctx, grant.Guard, ops...)
	if err != nil {
		return 0, fmt.Errorf("record evidence of %s: %w", device, err)
	}
	for _, wait := range written {
		if err := wait(ctx, rev); err != nil {
			return 0, err
		}
	}
	return again, nil
}

// underWay reports whether a change is being made to an owner's part, or about to be,
// of which nothing is known yet: there is nothing to judge before its outcome.
func (s *Stages) underWay(sh *share) bool {
	unsent := sh.phase.Value.Name == records.PhaseDark && sh.applied.Value.Acked == nil && sh.digest != emptyDigest
	if sh.applied.Value.Attempt == nil && !unsent || sh.phase.Value.Name == records.PhaseInService {
		return false
	}
	e, ok := get(s.caches.evidence, sh.key)
	return !ok || !evidenceCounts(e.Value, sh.phase.Value)
}

// judgeShare judges one owner's light and configuration on one device; diffs are
// what the device shows otherwise than it acknowledged.
func (s *Stages) judgeShare(cat *catalogue.Catalogue, profile catalogue.Profile, device string, sh *share, view *deviceView, diffs []difference) records.Evidence {
	d, p := sh.decision, sh.phase.Value
	v := plan.Judge(d, cat.Modes[d.Mode], profile, device, p.Name, p.Step, &view.State)
	for _, end := range d.Ends {
		if end.Device != device || !v.Good || (p.Name != records.PhaseVerify && p.Name != records.PhaseInService && p.Name != records.PhaseHeld) {
			continue
		}
		r := view.State.Readings.Logical[end.Receiver()]
		if s.memory.blocksRose(device+"/"+end.Receiver(), r.Uncorrectable) {
			v.Good, v.Fault = false, "uncorrectable blocks rising"
		}
	}
	e := records.Evidence{
		DecisionRev: d.Rev, Phase: p.Name, Step: p.Step, Session: view.Session, Hops: v.Hops, End: v.End, Fault: v.Fault,
	}
	acked := sh.applied.Value.Acked
	nothing := acked == nil && sh.digest == emptyDigest // a device that only measures
	e.ReadBack = nothing || acked != nil && sh.applied.Value.Attempt == nil && acked.Digest == sh.digest && len(diffs) == 0
	if !e.ReadBack && v.Good && p.Name != records.PhaseInService {
		v.Good, e.Fault = false, unread(sh, diffs)
	}
	s.memory.mu.Lock()
	s.memory.verdicts[sh.key] = v
	s.memory.mu.Unlock()
	if v.Good {
		since := s.seen(view)
		e.OKSince, e.Fault = &since, ""
	}
	return e
}

// seen is when the newest of a picture came in: what is found good in it has been
// good since then, however long it waited to be looked at.
func (s *Stages) seen(view *deviceView) time.Time {
	now := s.now().UTC()
	if at := view.State.At.UTC(); !at.IsZero() && at.Before(now) {
		return at
	}
	return now
}

// judgePlant compares the losses of the fibres before a device's amplifiers with
// the documents, and has the status told when that changed in kind.
func (s *Stages) judgePlant(device string, sh *share) {
	was := s.memory.offDocument(device, sh.owner)
	now := ""
	if sh.phase.Value.Name == records.PhaseInService || sh.phase.Value.Name == records.PhaseVerify || sh.phase.Value.Name == records.PhaseHeld {
		now = plan.OffDocument(sh.decision, device, was, func(device, key string) (models.AmplifierReading, bool) {
			view := s.board.view(device)
			r, ok := view.State.Readings.Amplifiers[key]
			return r, ok && view.Synced
		})
	}
	s.memory.mu.Lock()
	s.memory.plant[sh.key] = now
	s.memory.mu.Unlock()
	if strings.Count(was, " loses ") != strings.Count(now, " loses ") {
		s.statusQueue.Add(intentKey(sh.decision.Intent))
	}
}

// offDocument is what the last look found about the fibres before a device.
func (m *judgeMemory) offDocument(device, owner string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.plant[device+"/"+owner]
}

// unread tells why the configuration does not count as read back.
func unread(sh *share, diffs []difference) string {
	acked := sh.applied.Value.Acked
	switch {
	case sh.applied.Value.Attempt != nil:
		return "a change is under way"
	case acked == nil || acked.Digest != sh.digest:
		return "not yet configured for this phase"
	}
	if len(diffs) > 0 {
		return "configuration differs from what was acknowledged: " + diffs[0].String()
	}
	return "not yet configured for this phase"
}

// evidenceOp decides whether evidence is news. Good evidence keeps the moment
// since which it has been good; diffs are what the device shows otherwise than it
// acknowledged.
func (s *Stages) evidenceOp(sh *share, e records.Evidence, diffs []difference) (store.Op, bool) {
	switch sh.phase.Value.Name {
	case records.PhasePlanned, records.PhaseRemove, records.PhaseUndo, records.PhaseFailed, records.PhaseGone, records.PhaseDrain, records.PhaseStuck:
		return store.Op{}, false // these phases are judged by the applied records
	}
	old, ok := get(s.caches.evidence, sh.key)
	configuring := !e.ReadBack && (len(diffs) == 0 || sh.applied.Value.Attempt != nil)
	if configuring && sh.phase.Value.Name != records.PhaseInService && (!ok || old.Value.OKSince == nil || !evidenceCounts(old.Value, sh.phase.Value)) {
		return store.Op{}, false // still being configured: that nothing is known yet needs no record
	}
	if !ok {
		return s.tables.Evidence.Put(sh.key, e), true
	}
	o := old.Value
	if e.OKSince == nil && s.rising(sh) > 0 && !evidenceCounts(o, sh.phase.Value) {
		return store.Op{}, false // not there yet, as expected
	}
	same := o.DecisionRev == e.DecisionRev && stationOf(o.Phase) == stationOf(e.Phase) && o.Step == e.Step && o.Session == e.Session
	if same && (o.OKSince != nil) == (e.OKSince != nil) && o.ReadBack == e.ReadBack && faultKind(o) == faultKind(e) {
		return store.Op{}, false
	}
	return s.tables.Evidence.Put(sh.key, e), true
}

// faultKind reduces evidence to what is wrong where, without the numbers.
func faultKind(e records.Evidence) string {
	if e.Fault == "" {
		return ""
	}
	kind := "fault"
	for _, h := range e.Hops {
		kind += "|" + string(h.Direction) + h.Key + h.Verdict
	}
	return kind
}

// healthOps writes the device's health when it changed.
func (s *Stages) healthOps(w *deviceWorker, view *deviceView) []store.Op {
	if !view.Synced && view.Since.IsZero() {
		return nil // still dialling for the first time
	}
	h := records.DeviceHealth{
		Reachable: view.Reachable, Since: view.Since.UTC(), Kind: string(view.Kind), Message: view.Message, Identity: view.State.Identity, Rest: view.State.Rest,
	}
	if view.Reachable && !view.Synced {
		return nil
	}
	if view.Synced {
		h.Foreign = s.strangers(w, view)
	}
	old, ok := get(s.caches.health, w.device.Name)
	silent := !h.Reachable && h.Kind == "" // no answer yet says less than what is on record
	if ok && old.Value.Reachable == h.Reachable && (silent || old.Value.Kind == h.Kind) && (!h.Reachable || old.Value.Rest == h.Rest && old.Value.Identity == h.Identity && sameItems(old.Value.Foreign, h.Foreign)) {
		return nil
	}
	return []store.Op{s.tables.Health.Put(w.device.Name, h)}
}
