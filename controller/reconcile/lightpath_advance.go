package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// advanceBatch moves many wavelengths one phase each, in one transaction. Each
// move compares the revision of the phase it starts from, so a wavelength that
// changed meanwhile is looked at again.
func (s *Stages) advanceBatch(ctx context.Context, keys []string) error {
	if err := s.waitForRemovals(ctx, keys); err != nil {
		return err
	}
	var ops []store.Op
	var moved []string
	var ended []*records.Decision
	var loading []*lightpath
	for _, key := range keys {
		l, entry, ok := s.lightpathOf(key)
		if !ok {
			continue
		}
		m := l.next()
		if l.loading && !loads(l.decision, l.phase.Name) {
			loading = append(loading, l)
		}
		if m.wake > 0 {
			s.lightQueue.AddAfter(key, m.wake)
		}
		if m.to == nil {
			continue
		}
		ops = append(ops, s.tables.Phases.Update(key, *m.to, entry.Revision))
		if m.why != "" {
			ops = append(ops, s.stepEvent(l, m))
		}
		moved = append(moved, key)
		if m.to.Name == records.PhaseInService || m.to.Name.Ended() {
			s.forgetNeighbours(key)
		}
		if !loads(l.decision, m.to.Name) && loads(l.decision, l.phase.Name) {
			ended = append(ended, l.decision)
		}
	}
	if len(ops) == 0 {
		return nil
	}
	rev, err := s.commit(ctx, ops...)
	if err != nil { // the step that needed the sections was not taken
		for _, l := range loading {
			for _, key := range s.loader.release(l.decision.Key()) {
				s.lightQueue.Add(key)
			}
		}
	}
	var conflict *store.ConflictError
	switch {
	case errors.As(err, &conflict) && !errors.Is(err, store.ErrNotOwner):
		if len(moved) == 1 {
			s.lightQueue.AddAfter(moved[0], 5*time.Millisecond)
			return nil
		}
		for _, key := range moved { // one of them is stale: take them one by one
			if err := s.advanceBatch(ctx, []string{key}); err != nil {
				return err
			}
		}
		return nil
	case err != nil:
		return fmt.Errorf("store phases: %w", err)
	}
	for _, d := range ended {
		for _, key := range s.loader.release(d.Key()) {
			s.lightQueue.Add(key)
		}
	}
	return s.caches.phases.WaitWritten(ctx, rev)
}

// waitForRemovals lets the cache of applied records catch up with the phases
// of wavelengths on their way out. An attempt of an earlier phase was written
// before the phase moved; a lagging cache must not make it look as if nothing
// were on the devices.
func (s *Stages) waitForRemovals(ctx context.Context, keys []string) error {
	var newest int64
	for _, key := range keys {
		p, ok := get(s.caches.phases, key)
		if ok && (p.Value.Name == records.PhaseRemove || p.Value.Name == records.PhaseUndo) {
			newest = max(newest, p.Revision)
		}
	}
	if newest == 0 {
		return nil
	}
	return s.caches.applied.WaitWritten(ctx, newest)
}

// lightpathOf gathers everything about one wavelength.
func (s *Stages) lightpathOf(key string) (*lightpath, *store.Entry[records.Phase], bool) {
	p, ok := get(s.caches.phases, key)
	if !ok || p.Value.Name.Ended() {
		return nil, p, false
	}
	de, ok := get(s.caches.decisions, key)
	if !ok {
		return nil, p, false
	}
	if s.caches.circuits.Revision() < de.Revision {
		// The circuit's record of the same transaction is still on its way;
		// without it the wavelength would look unwanted.
		s.lightQueue.AddAfter(key, 2*time.Millisecond)
		return nil, p, false
	}
	d := &de.Value
	cat := s.network.catalogue()
	l := &lightpath{}
	*l = lightpath{
		decision: d, phase: p.Value, now: s.now(),
		steps: plan.Steps(d), drainSteps: plan.DrainSteps(d),
		retry:   s.retryAfter(d, p.Value.Since),
		yielded: loads(d, p.Value.Name) && !s.loader.holds(d),
		loader:  func() string { return s.takeSections(l) },
	}
	if c, ok := get(s.caches.circuits, d.Intent.UID); ok {
		for _, wl := range c.Value.Live {
			l.wanted = l.wanted || wl == d.WL
		}
	}
	l.settle, l.soak = timing(cat, d)
	s.blocked(l)
	wanted, err := s.renderings.of(cat, de, p)
	if err != nil {
		s.log.Error("a decision cannot be rendered", "intent", intentKey(d.Intent), "err", err)
		return nil, p, false
	}
	for _, device := range d.Witnesses() {
		share := s.shareOf(device, d, p.Value, wanted.digest(device))
		if p.Value.Name == records.PhaseDrain && p.Value.Step >= l.drainSteps && share.acked && !share.off {
			share.lit, share.unseen = s.darkness(cat, device, d, p.Value)
		}
		l.devices = append(l.devices, share)
	}
	if l.phase.Name.Lit() && !l.allGood() {
		verdicts := s.verdicts(d)
		_, l.badHop = plan.FirstBadHop(d, verdicts)
		l.txDark = len(plan.DarkTransmitters(d, verdicts)) > 0 && s.asAcknowledged(d)
	}
	l.restored = p.Value.Name == records.PhaseHeld && p.Value.Reason == models.DriftHeld && s.asAcknowledged(d)
	rising := l.phase.Name == records.PhaseOpen || l.phase.Name == records.PhaseVerify || l.phase.Name == records.PhaseLaunch && loads(d, l.phase.Name)
	if rising && !l.yielded { // while others load the sections it is not its light that hurts
		l.hurt = s.hurtNeighbours(d)
	}
	if l.phase.Name == records.PhaseVerify && l.allGood() && l.soakLeft() <= 0 {
		l.acceptance = s.acceptanceOf(l)
	}
	return l, p, true
}

// asAcknowledged reports whether every device of a wavelength shows what it has
// acknowledged. Where a laser was turned off by hand, turning all off for a while
// would hide it, and it would come on with the others.
func (s *Stages) asAcknowledged(d *records.Decision) bool {
	for _, device := range d.Devices() {
		view := s.board.view(device)
		a, ok := get(s.caches.applied, device+"/"+d.Owner())
		if !ok || !view.Synced || a.Value.Acked == nil || a.Value.Attempt != nil || len(view.differences(a.Value.Acked)) > 0 {
			return false
		}
	}
	return true
}

// verdicts are what is found of a wavelength's light, by device. A device that is away
// has none: what it told last says nothing of now.
func (s *Stages) verdicts(d *records.Decision) map[string]plan.Verdict {
	judged := map[string]plan.Verdict{}
	for _, device := range d.Witnesses() {
		if s.board.view(device).Synced {
			judged[device] = s.memory.verdict(device, d.Owner())
		}
	}
	return judged
}

// calledByKey is what people call a wavelength, by its key.
func (s *Stages) calledByKey(key string) string {
	if d, ok := get(s.caches.decisions, key); ok {
		return d.Value.Called()
	}
	return key
}

// blocked tells why nothing new may be sent for a wavelength. What is under
// way downwards (drain, removal) is not blocked by an observed device: it
// could not have got there.
func (s *Stages) blocked(l *lightpath) {
	targets := []string{targetOf(l.decision.Intent)}
	for _, device := range l.decision.Devices() {
		targets = append(targets, "device/"+device)
		spec, ok := s.network.device(device)
		if ok && spec.Mode != "manage" {
			l.blocked, l.blockWhy = fmt.Sprintf("device %s is in mode observe: set mode: manage to let Waveplane write to it", device), models.AdoptionNeeded
			return
		}
	}
	if why, ok := s.paused(targets...); ok {
		l.blocked, l.blockWhy = why, models.Paused
	}
}

func (s *Stages) retryAfter(d *records.Decision, since time.Time) bool {
	r := s.requested(records.RequestRetry, targetOf(d.Intent))
	return r != nil && r.Value.At.After(since)
}

// shareOf sums up one device's part.
func (s *Stages) shareOf(device string, d *records.Decision, p records.Phase, wanted string) deviceShare {
	share := deviceShare{device: device}
	if s.writtenOff(device, d, p.Name) {
		share.empty, share.acked, share.off = true, true, true
		return share
	}
	key := device + "/" + d.Owner()
	a, ok := get(s.caches.applied, key)
	share.empty = !ok || (a.Value.Acked == nil && a.Value.Attempt == nil)
	acked := ""
	if ok && a.Value.Acked != nil {
		acked = a.Value.Acked.Digest
	}
	share.acked = a.Value.Attempt == nil && (acked == wanted || (share.empty && wanted == emptyDigest))
	if ok && stillRefused(a.Value.Refused, p, wanted) && !s.retryAfter(d, a.Value.Refused.At) {
		share.refused, share.manned = a.Value.Refused.Words, a.Value.Refused.Reason == models.PossiblyManned
	}
	view := s.board.view(device)
	if !view.Synced && view.Message != "" {
		share.lost = view.away()
	}
	share.held = s.waiting.heldWhy(device, d.Owner())
	share.counting = view.Since
	if ok && a.Value.Acked != nil && a.Value.Acked.At.After(share.counting) {
		share.counting = a.Value.Acked.At
	}
	e, ok := get(s.caches.evidence, key)
	if !ok || !view.Synced || e.Value.Session != view.Session || !evidenceCounts(e.Value, p) {
		return share
	}
	share.judged = true
	share.fault = e.Value.Fault
	if e.Value.OKSince != nil {
		share.good, share.since = true, *e.Value.OKSince
		if p.Since.After(share.since) && p.Name == records.PhaseVerify {
			share.since = p.Since
		}
	}
	return share
}

// stillRefused reports whether a refusal stands against what a phase wants. Taking
// light down is asked for anew: what was refused before, to a repair of the same
// configuration, was not refused to it.
func stillRefused(r *records.Refused, p records.Phase, wanted string) bool {
	if r == nil || r.Digest != wanted {
		return false
	}
	switch p.Name {
	case records.PhaseDrain, records.PhaseRemove, records.PhaseUndo:
		return !r.At.Before(p.Since)
	}
	return true
}

// evidenceCounts reports whether evidence is about a phase. Verify and
// InService ask the same of the light.
func evidenceCounts(e records.Evidence, p records.Phase) bool {
	return e.DecisionRev == p.DecisionRev && stationOf(e.Phase) == stationOf(p.Name) && e.Step == p.Step
}

func stationOf(p records.PhaseName) records.PhaseName {
	if p == records.PhaseInService {
		return records.PhaseVerify
	}
	return p
}

// emptyDigest is the digest of wanting nothing.
var emptyDigest = models.Digest(nil)

// timing is the longest settle and soak among the devices of a wavelength.
func timing(cat *catalogue.Catalogue, d *records.Decision) (settle, soak time.Duration) {
	add := func(profile string) {
		p := cat.Profiles[profile]
		if v, err := time.ParseDuration(p.Settle); err == nil {
			settle = max(settle, v)
		}
		if v, err := time.ParseDuration(p.Soak); err == nil {
			soak = max(soak, v)
		}
	}
	add(d.Ends[0].Profile)
	add(d.Ends[1].Profile)
	for _, m := range d.Media {
		add(m.Profile)
	}
	for _, c := range d.Joins {
		add(c.Profile)
	}
	return max(settle, 100*time.Millisecond), soak
}
