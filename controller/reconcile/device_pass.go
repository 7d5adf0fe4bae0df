package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
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
	phase    store.Entry[records.Phase]
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
	if worker == nil {
		return 0, nil
	}
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
	s.waiting.setHeld(device, held)
	for owner := range held {
		s.wakeOwner(owner)
	}
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
func (s *Stages) duePass(cat *catalogue.Catalogue, device string, view *deviceView) (due []*share, held map[string]string) {
	held = map[string]string{}
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
		drifted := len(differences(before, view.State)) > 0
		sh.repair = drifted && acked != nil && s.repairPermitted(device, sh)
		if sh.digest == ackedDigest && !sh.repair {
			continue
		}
		if r := sh.applied.Value.Refused; r != nil && r.Digest == sh.digest && !sh.repair && !s.retryAfter(sh.decision, r.At) {
			continue
		}
		sh.removal = len(sh.wanted) == 0
		if _, stop := s.paused("device/"+device, targetOf(sh.decision.Intent)); stop {
			continue
		}
		if drifted && !sh.repair && !outgoing(sh.phase.Value.Name) {
			held[owner] = "its configuration was changed on the device; repair or restore it first"
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
			held[owner] = why
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

// disturbs tells why a share must not be sent: it would touch light that is on
// beyond what its own phase consists of, and nobody permitted that.
func (s *Stages) disturbs(sh *share) string {
	if sh.repair || outgoing(sh.phase.Value.Name) {
		return ""
	}
	lit := func(string) bool { return sh.phase.Value.Name.Lit() }
	for _, c := range sh.changes {
		if plan.Class(c, sh.phase.Value.Name, lit) == models.Hit {
			return fmt.Sprintf("%s: %s of a wavelength in %s would be changed", models.OutageNotAllowed, c.Object, sh.phase.Value.Name)
		}
	}
	return ""
}

func boolOrder(first bool) int {
	if first {
		return 0
	}
	return 1
}

// outgoing reports whether a phase takes things away.
func outgoing(p records.PhaseName) bool {
	return p == records.PhaseDrain || p == records.PhaseRemove || p == records.PhaseUndo
}

func (s *Stages) shareFor(cat *catalogue.Catalogue, device, owner string) (*share, bool) {
	key := owner[len("circuit/"):]
	d, ok := get(s.caches.decisions, key)
	p, ok2 := get(s.caches.phases, key)
	if !ok || !ok2 {
		return nil, false
	}
	sh := &share{owner: owner, key: device + "/" + owner, decision: &d.Value, phase: p, digest: emptyDigest}
	sh.applied, sh.exists = get(s.caches.applied, sh.key)
	r, err := s.renderings.of(cat, d, p)
	if err != nil {
		s.log.Error("a decision cannot be rendered", "device", device, "intent", intentKey(d.Value.Intent), "err", err)
		return nil, false
	}
	sh.wanted, sh.digest = r.objects[device], r.digest(device)
	return sh, true
}

// lowered is what draining may ask of a device that shows something else than
// was acknowledged: nothing is added, turned on or tuned on the way out. A laser
// that a person turned off stays off, what a reboot lost stays lost, and light
// that was retuned is not moved once more before it goes off.
func lowered(wanted []models.Object, state models.State) []models.Object {
	var out []models.Object
	for _, o := range wanted {
		found, there := state.Objects[o.ObjectID]
		if !there || !tagged(o, found) {
			continue
		}
		leaves := found.Restrict(o.Leaves)
		for leaf, value := range o.Leaves {
			admin := leaf == models.LeafEnabled || leaf == models.LeafAdmin
			if admin && value != "true" && value != models.AdminEnabled {
				leaves[leaf] = value
			}
		}
		out = append(out, models.Object{ObjectID: o.ObjectID, Leaves: leaves})
	}
	return out
}

// tagged reports whether an object on a device carries the owner's name; shared
// objects carry none.
func tagged(o models.Object, found models.Leaves) bool {
	switch o.Kind {
	case models.KindLogicalChannel:
		return found[models.LeafDescription] == o.Leaves[models.LeafDescription]
	case models.KindMediaChannel:
		return found[models.LeafChannelName] == o.Leaves[models.LeafChannelName]
	}
	return true
}

// changesFor computes what to send for one owner, from what the device shows
// to what is wanted, and remembers what shared objects carried before.
func changesFor(sh *share, state models.State) ([]models.Change, map[models.ObjectID]models.Leaves) {
	original := map[models.ObjectID]models.Leaves{}
	for id, leaves := range sh.applied.Value.Original {
		original[id] = leaves
	}
	known := map[models.ObjectID]models.Leaves{}
	if acked := sh.applied.Value.Acked; acked != nil {
		for _, o := range acked.Objects {
			known[o.ObjectID] = o.Leaves
		}
	}
	var from, to []models.Object
	for _, o := range sh.wanted {
		found, there := state.Objects[o.ObjectID]
		if _, ours := known[o.ObjectID]; !ours && !o.Kind.Whole() {
			if _, kept := original[o.ObjectID]; !kept {
				original[o.ObjectID] = found.Restrict(o.Leaves)
			}
		}
		if there {
			from = append(from, models.Object{ObjectID: o.ObjectID, Leaves: found.Restrict(o.Leaves)})
		}
		to = append(to, o)
		delete(known, o.ObjectID)
	}
	for id, leaves := range known { // ours until now, not wanted any more
		found, there := state.Objects[id]
		if !there || !tagged(models.Object{ObjectID: id, Leaves: leaves}, found) {
			continue // gone, or somebody else's under the same number by now
		}
		from = append(from, models.Object{ObjectID: id, Leaves: found.Restrict(leaves)})
		if id.Kind.Whole() {
			continue
		}
		back := original[id].Restrict(leaves)
		if _, isLaser := leaves[models.LeafEnabled]; isLaser {
			back[models.LeafEnabled] = "false" // nothing turns light on by itself
		}
		if len(back) > 0 {
			to = append(to, models.Object{ObjectID: id, Leaves: back})
		}
	}
	return plan.Diff(sh.owner, from, to), original
}

// foreign tells why a new owner must not be written: what it would take is
// somebody else's.
func foreign(sh *share, state models.State) string {
	if sh.applied.Value.Acked != nil || sh.removal {
		return ""
	}
	for _, o := range sh.wanted {
		found, there := state.Objects[o.ObjectID]
		if !there {
			continue
		}
		switch {
		case o.Kind == models.KindLogicalChannel && !tagged(o, found):
			return fmt.Sprintf("%s exists and is not ours (description %q)", o.ObjectID, found[models.LeafDescription])
		case o.Kind == models.KindMediaChannel && !tagged(o, found):
			return fmt.Sprintf("%s exists and is not ours (name %q)", o.ObjectID, found[models.LeafChannelName])
		case o.Kind == models.KindOpticalChannel && mapped(o.Key, sh.wanted, state) != "":
			return fmt.Sprintf("%s is used by logical channel %s, which is not ours: unmap it or take the port out of the device's ports", o.ObjectID, mapped(o.Key, sh.wanted, state))
		case o.Kind == models.KindLaser && found[models.LeafEnabled] == "true":
			return fmt.Sprintf("%s is on though no record lights it: turn it off or take it out of the device's ports", o.ObjectID)
		}
	}
	return ""
}

// mapped names a logical channel, not among those wanted, that an optical channel
// carries already: tuning it would move somebody else's light.
func mapped(channel string, wanted []models.Object, state models.State) string {
	ours := map[models.ObjectID]bool{}
	for _, o := range wanted {
		ours[o.ObjectID] = true
	}
	first := ""
	for id, leaves := range state.Objects {
		if id.Kind == models.KindLogicalChannel && leaves[models.LeafAssignOptical] == channel && !ours[id] && (first == "" || id.Key < first) {
			first = id.Key
		}
	}
	return first
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
	return s.caches.applied.WaitRevision(ctx, rev)
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

// sendPass sends the attempts and records what became of them.
func (s *Stages) sendPass(ctx context.Context, w *deviceWorker, session drivers.Session, grant *store.Grant, due []*share) (time.Duration, error) {
	var live []*share
	for _, sh := range due {
		if sh.applied.Value.Attempt != nil {
			live = append(live, sh)
		}
	}
	refused := map[string]string{}
	err := s.sendSplit(ctx, w, session, grant, live, refused)
	switch kind := drivers.KindOf(err); kind {
	case "":
	case drivers.KindDenied:
		// A later term holds the device: our right to write is gone.
		w.condemn(err)
		return 0, fmt.Errorf("device pass: %w", err)
	case drivers.KindOutcomeUnknown, drivers.KindUnreachable, drivers.KindConflict:
		// The attempts stay on record. A new connection brings a full picture,
		// and that decides what took effect.
		s.log.Warn("outcome open", "device", w.device.Name, "op", "apply", "err", err)
		w.condemn(err)
		return 0, nil
	default:
		return 0, fmt.Errorf("device pass: %w", err)
	}
	state, err := s.readBack(ctx, w, session, live)
	if err != nil {
		w.condemn(err)
		return 0, nil
	}
	return s.settleAttempts(ctx, w, grant, live, refused, state)
}

// readBack is the picture that decides what took effect. A session that tells
// news shows a change of configuration by itself, and the attempts stay open
// until it does. The device is asked outright when it tells nothing, and when
// the pass changed light, because then the readings are news too.
func (s *Stages) readBack(ctx context.Context, w *deviceWorker, session drivers.Session, live []*share) (models.State, error) {
	ask := true
	if _, tells := session.(drivers.Watcher); tells {
		ask = slices.ContainsFunc(live, func(sh *share) bool {
			p := sh.phase.Value.Name
			return p == records.PhaseLaunch || p == records.PhaseOpen
		})
	}
	if !ask {
		return s.board.view(w.device.Name).State, nil
	}
	state, err := session.Observe(ctx)
	if err == nil {
		s.board.merge(w.device.Name, s.board.view(w.device.Name).Session, fullDelta(state))
	}
	return state, err
}

// sendSplit applies the shares as one transaction of the device. When the
// device refuses the content, the owner it names is left out; when it names
// none, the pass is halved until the guilty are alone.
func (s *Stages) sendSplit(ctx context.Context, w *deviceWorker, session drivers.Session, grant *store.Grant, shares []*share, refused map[string]string) error {
	var changes []models.Change
	for _, sh := range shares {
		changes = append(changes, sh.changes...)
	}
	if len(changes) == 0 {
		return nil
	}
	pass := drivers.Pass{ID: shares[0].applied.Value.Attempt.Pass, Term: s.termOf(grant), Changes: changes}
	result, err := session.Apply(ctx, pass)
	switch drivers.KindOf(err) {
	case "":
		s.log.Info("applied", "device", w.device.Name, "op", "apply", "owners", len(shares), "changes", len(changes), "sent", result.Sent)
		return nil
	case drivers.KindRejected, drivers.KindUnsupported, drivers.KindInvalid:
	default:
		return err
	}
	var e *drivers.Error
	words := err.Error()
	if errors.As(err, &e) && e.Words != "" {
		words = e.Words
	}
	if len(shares) == 1 {
		refused[shares[0].owner] = words
		s.log.Warn("refused", "device", w.device.Name, "op", "apply", "intent", intentKey(shares[0].decision.Intent), "err", err)
		return nil
	}
	named := false
	rest := slices.DeleteFunc(slices.Clone(shares), func(sh *share) bool {
		words, guilty := result.Refused[sh.owner]
		if guilty {
			refused[sh.owner] = words
			named = true
		}
		return guilty
	})
	if named {
		return s.sendSplit(ctx, w, session, grant, rest, refused)
	}
	half := len(shares) / 2
	if err := s.sendSplit(ctx, w, session, grant, shares[:half], refused); err != nil {
		return err
	}
	return s.sendSplit(ctx, w, session, grant, shares[half:], refused)
}

// settleAttempts records the outcome of every attempt of a pass: acknowledged
// where the read-back shows it, refused with the device's words, or still open
// where the device has yet to show it.
func (s *Stages) settleAttempts(ctx context.Context, w *deviceWorker, grant *store.Grant, shares []*share, refused map[string]string, state models.State) (time.Duration, error) {
	now := s.now().UTC()
	var ops []store.Op
	var again time.Duration
	for _, sh := range shares {
		rec := sh.applied.Value
		words, no := refused[sh.owner]
		missing := notThere(sh, state)
		switch {
		case no:
			rec.Refused = &records.Refused{Digest: sh.digest, Words: words, At: now, Phase: sh.phase.Value.Name}
			rec.Attempt = nil
			ops = append(ops, s.event(sh.decision.Intent, string(models.DeviceRejected), fmt.Sprintf("%s: %s refused: %s", sh.decision.Name, w.device.Name, words), w.device.Name))
		case missing != "":
			s.waiting.start(sh.key, now)
			again = 200 * time.Millisecond
			continue
		case sh.digest == emptyDigest:
			rec = records.Applied{}
		default:
			rec.Acked, rec.Attempt, rec.Refused = &rec.Attempt.Image, nil, nil
		}
		ops = append(ops, s.finishApplied(sh, rec))
	}
	if len(ops) == 0 {
		return again, nil
	}
	rev, err := s.cfg.Store.Commit(ctx, grant.Guard, ops...)
	if err != nil {
		return 0, fmt.Errorf("record the outcome on %s: %w", w.device.Name, err)
	}
	return again, s.caches.applied.WaitRevision(ctx, rev)
}

// finishApplied writes an applied record, or deletes it when nothing of the
// owner is left on the device.
func (s *Stages) finishApplied(sh *share, rec records.Applied) store.Op {
	if rec.Acked == nil && rec.Attempt == nil && rec.Refused == nil {
		return s.tables.Applied.DeleteAt(sh.key, sh.applied.Revision)
	}
	return s.tables.Applied.Update(sh.key, rec, sh.applied.Revision)
}

// notThere returns the first difference between what was attempted and what
// the device shows; "" when it is all there.
func notThere(sh *share, state models.State) string {
	if diffs := differences(sh.wanted, state); len(diffs) > 0 {
		return diffs[0].String()
	}
	if acked := sh.applied.Value.Acked; sh.digest == emptyDigest && acked != nil {
		for _, o := range acked.Objects {
			if found, there := state.Objects[o.ObjectID]; there && o.Kind.Whole() && tagged(o, found) {
				return o.ObjectID.String() + " is still there"
			}
		}
	}
	return ""
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
