package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

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
// until it does; the light that the pass changed is the judge's to ask for. A
// session that tells nothing, and a device that has just been repaired, is read
// as a whole.
func (s *Stages) readBack(ctx context.Context, w *deviceWorker, session drivers.Session, live []*share) (models.State, error) {
	_, tells := session.(drivers.Watcher)
	if !tells || slices.ContainsFunc(live, func(sh *share) bool { return sh.repair }) {
		before := s.board.view(w.device.Name)
		state, err := session.Observe(ctx)
		if err == nil {
			s.board.answer(before, fullDelta(state))
		}
		return state, err
	}
	return s.toldBack(ctx, w.device.Name, live), nil
}

// measure asks for the readings of some owners' objects and puts them on the
// board. A session that cannot be asked for that tells them in its own time.
func (s *Stages) measure(ctx context.Context, w *deviceWorker, shares []*share) error {
	sampler, ok := w.current().(drivers.Sampler)
	if !ok || len(shares) == 0 {
		return nil
	}
	var objects []models.ObjectID
	for _, sh := range shares {
		for _, o := range sh.wanted {
			if o.Kind == models.KindLogicalChannel && !arrives(sh.phase.Value.Name) {
				continue // the receiver has nothing to say yet
			}
			objects = append(objects, o.ObjectID)
		}
	}
	before := s.board.view(w.device.Name)
	readings, err := sampler.Measure(ctx, objects)
	if err == nil {
		s.board.answer(before, models.Delta{At: s.now(), Readings: readings})
	}
	return err
}

// arrives reports whether light can be expected at the far end in a phase.
func arrives(phase records.PhaseName) bool {
	return phase != records.PhaseLaunch && phase != records.PhaseOpen
}

// newsLimit is how long a pass waits for the device to tell what it was sent.
// What comes later is settled by the next pass.
const newsLimit = 250 * time.Millisecond

// toldBack waits, for a moment, until the device has told by itself that it
// took what was sent, and returns its picture.
func (s *Stages) toldBack(ctx context.Context, device string, live []*share) models.State {
	late := time.NewTimer(newsLimit)
	defer late.Stop()
	open := slices.Clone(live)
	for {
		moved := s.board.moved(device)
		state := s.board.view(device).State
		open = slices.DeleteFunc(open, func(sh *share) bool { return notThere(sh, state) == "" })
		if len(open) == 0 {
			return state
		}
		select {
		case <-moved:
		case <-late.C:
			return state
		case <-ctx.Done():
			return state
		}
	}
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
			rec.Acked, rec.Attempt, rec.Refused = rec.Attempt.Acknowledged(now), nil, nil
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
	return again, s.caches.applied.WaitWritten(ctx, rev)
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
