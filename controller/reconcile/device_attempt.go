package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
)

// readbackMemory remembers since when this process waits for a device to show
// what it acknowledged, and which owners stay out of passes.
type readbackMemory struct {
	mu    sync.Mutex
	since map[string]time.Time       // device/owner
	held  map[string]map[string]kept // device → owner → why
}

// kept is why an owner stays out of a pass.
type kept struct {
	reason models.Reason
	why    string
}

func newReadbackMemory() *readbackMemory {
	return &readbackMemory{since: map[string]time.Time{}, held: map[string]map[string]kept{}}
}

func (m *readbackMemory) start(key string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.since[key]; !ok {
		m.since[key] = now
	}
}

func (m *readbackMemory) get(key string) (time.Time, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.since[key]
	return t, ok
}

func (m *readbackMemory) done(key string) {
	m.mu.Lock()
	delete(m.since, key)
	m.mu.Unlock()
}

// setHeld notes who is held on a device, and returns who is not any more.
func (m *readbackMemory) setHeld(device string, held map[string]kept) (released []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for owner := range m.held[device] {
		if _, still := held[owner]; !still {
			released = append(released, owner)
		}
	}
	m.held[device] = held
	return released
}

func (m *readbackMemory) heldWhy(device, owner string) kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.held[device][owner]
}

// resolveAttempts decides about attempts whose outcome is not on record: after
// a crash, a lost reply, or an acknowledgement that the device has yet to
// follow. Observed as attempted: acknowledged. Observed as before: it is sent
// again. Neither: said so, and sent again from what is there, because the
// attempt was ours. It is never called drift.
func (s *Stages) resolveAttempts(ctx context.Context, w *deviceWorker, grant *store.Grant, view *deviceView, settle time.Duration) (time.Duration, error) {
	device := w.device.Name
	now := s.now().UTC()
	var ops []store.Op
	var again time.Duration
	cat := s.network.catalogue()
	for _, owner := range s.owners.on(device) {
		if a, _ := get(s.caches.applied, device+"/"+owner); a.Value.Attempt == nil {
			continue
		}
		sh, ok := s.shareFor(cat, device, owner)
		if !ok || sh.applied.Value.Attempt == nil {
			continue
		}
		rec := sh.applied.Value
		attempt := rec.Attempt
		sh.wanted, sh.digest = attempt.Objects, attempt.Digest
		missing := notThere(sh, view.State)
		began, waiting := s.waiting.get(sh.key)
		if waiting && began.Before(view.Since) {
			// Acknowledged over an earlier connection: a device that was away
			// has not refused anything, it is sent again.
			s.waiting.done(sh.key)
			waiting = false
		}
		switch {
		case missing == "":
			if attempt.Digest == emptyDigest {
				rec = records.Applied{}
			} else {
				rec.Acked, rec.Attempt, rec.Refused = attempt.Acknowledged(now), nil, nil
			}
			s.waiting.done(sh.key)
		case waiting && now.Sub(began) < readbackBudget*settle+time.Second:
			if now.Sub(began) > time.Second { // not told by itself: ask
				s.refresh(ctx, device)
			}
			again = 200 * time.Millisecond
			continue
		case waiting:
			words := "acknowledged, but does not show it: " + missing
			rec.Refused = &records.Refused{Digest: attempt.Digest, Words: words, At: now, Phase: attempt.Phase}
			rec.Acked, rec.Attempt = leftOf(rec, view.State), nil
			s.waiting.done(sh.key)
			ops = append(ops, s.event(sh.decision.Intent, string(models.OutcomeUnknown), fmt.Sprintf("%s: %s %s", sh.decision.Name, device, words), device))
			s.log.Warn("not applied", "device", device, "intent", intentKey(sh.decision.Intent), "op", "read back", "err", words)
		default:
			left := leftOf(rec, view.State)
			rec.Attempt = nil
			if off := maybeTurnedOff(rec.Acked, attempt, view.State); off != "" && now.Sub(attempt.At) > freshAttempt {
				rec.Refused = &records.Refused{Digest: attempt.Digest, At: now, Phase: attempt.Phase, Reason: models.PossiblyManned,
					Words: fmt.Sprintf("%s: whether the device took the change %v ago or somebody undid it is not known; make sure nobody works on the fibre, then retry", off, now.Sub(attempt.At).Round(time.Second))}
				ops = append(ops, s.event(sh.decision.Intent, string(models.PossiblyManned), fmt.Sprintf("%s: %s: %s", sh.decision.Name, device, rec.Refused.Words), device))
			}
			if left != nil && (rec.Acked == nil || len(differences(rec.Acked.Objects, view.State)) > 0) {
				// Neither before nor after: what is there belongs to this
				// attempt all the same, so the acknowledged image goes and the
				// next pass starts from what is found.
				ops = append(ops, s.event(sh.decision.Intent, string(models.OutcomeUnknown),
					fmt.Sprintf("%s: after an interrupted change %s shows neither the old nor the new configuration: %s", sh.decision.Name, device, missing), device))
				rec.Acked = left
			}
		}
		if rec.Acked == nil && rec.Attempt == nil && rec.Refused == nil && rec.Original != nil {
			rec.Original = nil
		}
		ops = append(ops, s.finishApplied(sh, rec))
	}
	if len(ops) == 0 {
		return again, nil
	}
	rev, err := s.cfg.Store.Commit(ctx, grant.Guard, ops...)
	if err != nil {
		return 0, fmt.Errorf("resolve attempts on %s: %w", device, err)
	}
	return again, s.caches.applied.WaitWritten(ctx, rev)
}

// freshAttempt is how long after an attempt to turn light on, of which nothing more
// was heard, a device that shows it off may be told again: nobody has been called to
// the fibre, connected and turned it off by then. Later it takes a person.
const freshAttempt = 15 * time.Second

// maybeTurnedOff tells what an attempt was to turn on that the device shows off: it
// may never have taken it, or somebody has turned it off since.
func maybeTurnedOff(acked *records.Image, attempt *records.Attempt, state models.State) string {
	if !attempt.Phase.Lit() || turnedOff(acked, state, true) != "" {
		return "" // what was on before is drift
	}
	apart := lasersApart(attempt.Objects)
	var light records.Image // clients and interfaces bring none onto a fibre
	for _, o := range attempt.Objects {
		if lights(o, apart) || carries(o) {
			light.Objects = append(light.Objects, o)
		}
	}
	return turnedOff(&light, state, true)
}

// leftOf is what an attempt that did not take effect as a whole has left on the
// device, to be recorded as acknowledged: nothing that may be ours is forgotten,
// so undoing and removing find it, and none of it is called drift. It is nil
// when the device shows what it showed before our first attempt.
func leftOf(rec records.Applied, state models.State) *records.Image {
	image := rec.Attempt.Image
	var acked []models.Object
	if rec.Acked != nil {
		image, acked = *rec.Acked, rec.Acked.Objects
	}
	image.Objects = attemptedImage(acked, rec.Attempt.Objects, state)
	image.Digest = models.Digest(image.Objects)
	if rec.Acked != nil {
		return &image
	}
	for _, o := range image.Objects {
		if o.Kind.Whole() || !o.Leaves.Equal(rec.Original[o.ObjectID]) {
			return &image
		}
	}
	return nil
}

// attemptedImage is the part of an interrupted change that the device shows,
// leaf by leaf, over the objects that were ours before or were to become ours.
// What the change would have left as it was stands as acknowledged: if it is
// missing or different, the device or somebody else did that, and it is drift.
func attemptedImage(acked, attempted []models.Object, state models.State) []models.Object {
	next := map[models.ObjectID]models.Leaves{}
	for _, o := range attempted {
		next[o.ObjectID] = o.Leaves
	}
	leaves := map[models.ObjectID]models.Leaves{}
	for _, list := range [][]models.Object{attempted, acked} {
		for _, o := range list {
			found, there := state.Objects[o.ObjectID]
			if !there || !tagged(o, found) {
				continue
			}
			if leaves[o.ObjectID] == nil {
				leaves[o.ObjectID] = models.Leaves{}
			}
			maps.Copy(leaves[o.ObjectID], found.Restrict(o.Leaves))
		}
	}
	for _, o := range acked {
		kept, stays := next[o.ObjectID]
		switch {
		case !stays: // it was to go: what is there of it is ours, no more
		case leaves[o.ObjectID] == nil:
			leaves[o.ObjectID] = o.Leaves
		default:
			for leaf, value := range o.Leaves {
				if kept[leaf] == value {
					leaves[o.ObjectID][leaf] = value
				}
			}
		}
	}
	var out []models.Object
	for id, l := range leaves {
		out = append(out, models.Object{ObjectID: id, Leaves: l})
	}
	slices.SortFunc(out, func(a, b models.Object) int {
		if a.ObjectID.String() < b.ObjectID.String() {
			return -1
		}
		return 1
	})
	return out
}
