package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
)

// admitFinished removes the last traces of a deleted intent of which no
// wavelength is left: the document, its circuit record, status, reasons and
// the requests that were made for it.
func (s *Stages) admitFinished(w *planWork) []store.Op {
	ops := []store.Op{
		s.tables.Intents.DeleteAt(w.key, w.intent.Revision),
		s.tables.Status.Delete(w.key),
		s.tables.Reasons.Delete(w.ref.UID),
		s.event(w.ref, "Deleted", leftBehind(w.intent.Value.WrittenOff)+"; reservation freed", ""),
	}
	if w.recEntry != nil {
		ops = append(ops, s.tables.Circuits.DeleteAt(w.ref.UID, w.recEntry.Revision))
	}
	for _, e := range s.caches.requests.List("") {
		if e.Value.Target == targetOf(w.ref) {
			ops = append(ops, s.tables.Requests.Delete(e.Key))
		}
	}
	return ops
}

// writtenOff reports whether a person gave a device up for a wavelength that is on its
// way out: it counts as done with, whatever is on it. Should it answer again before
// the wavelength is gone, it is told like any other.
func (s *Stages) writtenOff(device string, d *records.Decision, p records.PhaseName) bool {
	if !outgoing(p) && p != records.PhaseStuck {
		return false
	}
	e, ok := get(s.caches.intents, intentKey(d.Intent))
	return ok && !s.board.view(device).Synced && e.Value.Deletion != nil && slices.Contains(e.Value.WrittenOff, device)
}

func leftBehind(writtenOff []string) string {
	if len(writtenOff) == 0 {
		return "nothing is left on devices"
	}
	return "nothing is left on devices that answered; written off: " + strings.Join(writtenOff, ", ")
}

// event builds the operation that tells what happened; it goes into the
// transaction of the change it tells.
func (s *Stages) event(ref records.IntentRef, reason, message, device string) store.Op {
	return s.tables.Events.Append(records.Event{
		Time: s.now().UTC(), Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name, Reason: reason, Message: message, Device: device,
	})
}

// targetOf is how requests name an intent: circuit/<namespace>/<name>. Both
// kinds of intents share the form: their names cannot collide.
func targetOf(ref records.IntentRef) string { return "circuit/" + ref.Namespace + "/" + ref.Name }

// requested returns the newest request of a kind for a target.
func (s *Stages) requested(kind records.RequestKind, target string) *store.Entry[records.Request] {
	var found *store.Entry[records.Request]
	for _, e := range s.caches.requests.List(string(kind) + "/") {
		if e.Value.Kind == kind && e.Value.Target == target && (e.Value.Until == nil || s.now().Before(*e.Value.Until)) {
			if found == nil || e.Value.At.After(found.Value.At) {
				found = e
			}
		}
	}
	return found
}

// paused tells whether a person stopped work on a device or intent, and why.
func (s *Stages) paused(targets ...string) (string, bool) {
	for _, target := range append([]string{"all"}, targets...) {
		if r := s.requested(records.RequestPause, target); r != nil {
			return fmt.Sprintf("paused (%s): %s", target, r.Value.Reason), true
		}
	}
	return "", false
}

// wakeRequest wakes whatever a request is about.
func (s *Stages) wakeRequest(e *store.Entry[records.Request]) {
	if e == nil {
		return
	}
	if device, ok := strings.CutPrefix(e.Value.Target, "device/"); ok {
		s.passQueue.Add(device)
		for _, owner := range s.owners.on(device) {
			s.wakeOwner(owner)
		}
		return
	}
	for _, d := range s.caches.decisions.List("") {
		if e.Value.Target != "all" && targetOf(d.Value.Intent) != e.Value.Target {
			continue
		}
		s.lightQueue.Add(d.Key)
		for _, device := range d.Value.Devices() {
			s.passQueue.Add(device)
		}
		s.wakeIntent(d.Value.Intent)
	}
	if rest, ok := strings.CutPrefix(e.Value.Target, "circuit/"); ok {
		s.planQueue.Add("Circuit/" + rest)
		s.planQueue.Add("Wavelength/" + rest)
	}
}

// sweep removes what nobody needs any more.
func (s *Stages) sweep(ctx context.Context) error {
	if err := s.sweepRequests(ctx); err != nil && !errors.Is(err, store.ErrConflict) {
		return err
	}
	n, err := s.tables.Events.Trim(ctx, s.leader.Load().Guard, time.Time{}, s.cfg.EventsKept)
	if n > 0 {
		s.log.Info("oldest events dropped", "events", n, "kept", s.cfg.EventsKept)
	}
	return err
}

// sweepRequests removes requests that are served or whose time is over.
func (s *Stages) sweepRequests(ctx context.Context) error {
	var ops []store.Op
	now := s.now()
	for _, e := range s.caches.requests.List("") {
		expired := e.Value.Until != nil && now.After(*e.Value.Until)
		spent := e.Value.Kind != records.RequestPause && now.Sub(e.Value.At) > time.Hour
		if expired || spent {
			ops = append(ops, s.tables.Requests.DeleteAt(e.Key, e.Revision))
		}
	}
	if len(ops) == 0 {
		return nil
	}
	_, err := s.commit(ctx, ops...)
	return err
}
