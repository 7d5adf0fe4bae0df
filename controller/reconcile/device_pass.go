package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// How long a device may take to show what it acknowledged, in settle times.
const readbackBudget = 10

// share is one owner's part of a pass.
type share struct {
	owner    string
	key      string // device/owner
	decision *records.Decision
	phase    *store.Entry[records.Phase]
	applied  store.Entry[records.Applied]
	exists   bool // an applied record exists
	wanted   []models.Object
	digest   string
	changes  []models.Change
	original map[models.ObjectID]models.Leaves
	repair   bool
	removal  bool
}

// devicePass sends everything that is due on a device as one commit. It is the
// only place from which a device is written. The order is the write-ahead
// rule: look, record the attempts of the whole pass in one transaction, send,
// read back, record what became of each.
func (s *Stages) devicePass(ctx context.Context, device string) (time.Duration, error) {
	worker := s.worker(device)
	if worker == nil || !s.gate.enter() {
		return 0, nil
	}
	defer s.gate.leave()
	session, grant := worker.current(), worker.grant.Load()
	view := s.board.view(device)
	if session == nil || grant == nil || !view.Synced {
		return 0, nil // the next full picture wakes us
	}
	cat := s.network.catalogue()
	settle := durationOf(worker.device.Profile.Settle, time.Second)
	again, err := s.resolveAttempts(ctx, worker, grant, view, settle)
	if err != nil {
		return again, err
	}
	if !worker.device.Manage {
		return again, s.serveRepairs(ctx, device)
	}
	due, held := s.duePass(cat, device, view)
	for _, owner := range slices.AppendSeq(s.waiting.setHeld(device, held), maps.Keys(held)) {
		s.wakeOwner(owner)
	}
	due, leave := s.admitLoads(due)
	defer leave()
	if len(due) == 0 {
		return again, s.serveRepairs(ctx, device)
	}
	if err := s.recordAttempts(ctx, worker, grant, due, view.State); err != nil {
		if errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotOwner) {
			return 5 * time.Millisecond, nil // a phase moved: look again
		}
		return 0, err
	}
	again2, err := s.sendPass(ctx, worker, session, grant, due)
	if err == nil {
		err = s.serveRepairs(ctx, device)
	}
	return soonest(again, again2), err
}

// duePass lists the owners whose wanted part moved since the device
// acknowledged it. Owners that have drifted stay out unless a person permitted
// a repair or the part is on its way out; held names them.
func (s *Stages) duePass(cat *catalogue.Catalogue, device string, view *deviceView) (due []*share, held map[string]kept) {
	held = map[string]kept{}
	for _, owner := range s.owners.on(device) {
		sh, ok := s.shareFor(cat, device, owner)
		if !ok || sh.applied.Value.Attempt != nil {
			continue
		}
		acked := sh.applied.Value.Acked
		ackedDigest := emptyDigest
		var before []models.Object
		if acked != nil {
			ackedDigest, before = acked.Digest, acked.Objects
		}
		permitted := acked != nil && s.repairPermitted(device, sh)
		if sh.digest == ackedDigest && !permitted {
			continue
		}
		drifted := len(differences(before, view.State)) > 0
		sh.repair = drifted && permitted
		if sh.digest == ackedDigest && !sh.repair {
			continue
		}
		if r := sh.applied.Value.Refused; stillRefused(r, sh.phase.Value, sh.digest) && !sh.repair && !s.retryAfter(sh.decision, r.At) {
			continue
		}
		sh.removal = len(sh.wanted) == 0
		if _, stop := s.paused("device/"+device, targetOf(sh.decision.Intent)); stop {
			continue
		}
		if drifted && !sh.repair && !outgoing(sh.phase.Value.Name) {
			held[owner] = kept{models.DriftHeld, "its configuration was changed on the device; repair or restore it first"}
			continue
		}
		if sh.repair && sh.digest != ackedDigest {
			// Repair without advance: back to what was approved last.
			sh.wanted, sh.digest = before, ackedDigest
		}
		if sh.phase.Value.Name == records.PhaseDrain && !sh.repair {
			sh.wanted = lowered(sh.wanted, view.State)
		}
		sh.changes, sh.original = changesFor(sh, view.State)
		if why := s.disturbs(sh); why != "" {
			held[owner] = kept{models.OutageNotAllowed, why}
			continue
		}
		due = append(due, sh)
	}
	// Removals first: they free what others may need.
	slices.SortStableFunc(due, func(a, b *share) int {
		return boolOrder(a.removal) - boolOrder(b.removal)
	})
	return due, held
}

func boolOrder(first bool) int {
	if first {
		return 0
	}
	return 1
}

func (s *Stages) shareFor(cat *catalogue.Catalogue, device, owner string) (*share, bool) {
	key := owner[len("circuit/"):]
	d, ok := get(s.caches.decisions, key)
	p, ok2 := get(s.caches.phases, key)
	if !ok || !ok2 {
		return nil, false
	}
	sh := &share{owner: owner, key: device + "/" + owner, decision: &d.Value, phase: p, digest: emptyDigest}
	if a, ok := get(s.caches.applied, sh.key); ok {
		sh.applied, sh.exists = *a, true
	}
	r, err := s.renderings.of(cat, d, p)
	if err != nil {
		s.log.Error("a decision cannot be rendered", "device", device, "intent", intentKey(d.Value.Intent), "err", err)
		return nil, false
	}
	sh.wanted, sh.digest = r.objects[device], r.digest(device)
	return sh, true
}

// recordAttempts writes all attempts of a pass in one transaction, comparing
// the device's owner key and the phase of each owner.
func (s *Stages) recordAttempts(ctx context.Context, w *deviceWorker, grant *store.Grant, due []*share, state models.State) error {
	now := s.now().UTC()
	pass := fmt.Sprintf("%d-%d", grant.Term, s.passes.Add(1))
	var ops []store.Op
	for _, sh := range due {
		rec := sh.applied.Value
		rec.Original = sh.original
		if words := foreign(sh, state); words != "" {
			rec.Refused = &records.Refused{Digest: sh.digest, Words: words, At: now, Phase: sh.phase.Value.Name}
			sh.changes, sh.wanted = nil, nil
		} else {
			rec.Attempt = &records.Attempt{Image: imageOf(sh, now), Pass: pass, Term: grant.Term}
		}
		ops = append(ops, s.tables.Phases.Exists(sh.phase.Key, sh.phase.Revision), s.putApplied(sh, rec))
		sh.applied.Value = rec
	}
	rev, err := s.cfg.Store.Commit(ctx, grant.Guard, ops...)
	if err != nil {
		return fmt.Errorf("record attempts on %s: %w", w.device.Name, err)
	}
	for _, sh := range due {
		sh.applied.Revision, sh.exists = rev, true
	}
	// No need to wait for the cache: what follows goes by the shares, and a pass
	// that looks too early fails at the comparison.
	return nil
}

func imageOf(sh *share, now time.Time) records.Image {
	return records.Image{
		Objects: sh.wanted, Digest: sh.digest, DecisionRev: sh.decision.Rev, Phase: sh.phase.Value.Name, Step: sh.phase.Value.Step,
		Renderer: plan.Renderer, At: now,
	}
}

func (s *Stages) putApplied(sh *share, rec records.Applied) store.Op {
	if sh.exists {
		return s.tables.Applied.Update(sh.key, rec, sh.applied.Revision)
	}
	return s.tables.Applied.Create(sh.key, rec)
}

func durationOf(text string, otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(text); err == nil {
		return d
	}
	return otherwise
}

func soonest(a, b time.Duration) time.Duration {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}
