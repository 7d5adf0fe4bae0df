package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
)

// repairsFor returns the repair requests that cover an owner on a device.
func (s *Stages) repairsFor(device string, d *records.Decision) []store.Entry[records.Request] {
	var out []store.Entry[records.Request]
	for _, e := range s.caches.requests.List(string(records.RequestRepair) + "/") {
		if e.Value.Target != "device/"+device && e.Value.Target != targetOf(d.Intent) {
			continue
		}
		if _, no := e.Value.Refused[device]; no || slices.Contains(e.Value.Served, device) {
			continue
		}
		if e.Value.Until == nil || s.now().Before(*e.Value.Until) {
			out = append(out, *e)
		}
	}
	return out
}

// repairPermitted reports whether a person asked for this owner's
// configuration to be sent again, with all the permission it takes.
func (s *Stages) repairPermitted(device string, sh *share) bool {
	view := s.board.view(device)
	for _, e := range s.repairsFor(device, sh.decision) {
		if s.repairLate(e.Value) == "" && repairDenied(e.Value, sh, view.State) == "" {
			return true
		}
	}
	return false
}

// repairTime is how long after a person looked and asked a repair may begin: what a
// device shows later may be another person's work.
const repairTime = freshAttempt

// repairLate tells that a request is too old to begin with; "" when it is not.
func (s *Stages) repairLate(r records.Request) string {
	if s.now().Sub(r.At) <= repairTime {
		return ""
	}
	return fmt.Sprintf("%s: not done within %v of being asked for, and what differs now may be something else: look at it and ask again", models.DriftHeld, repairTime)
}

// repairDenied tells why a request does not go far enough for what a repair
// would do; "" when it does.
func repairDenied(r records.Request, sh *share, state models.State) string {
	if sh.phase.Value.Name.Lit() && !r.AllowOutage {
		return fmt.Sprintf("%s: %s carries light: repeat with --allow-outage", models.OutageNotAllowed, sh.decision.Name)
	}
	if off := turnedOff(sh.applied.Value.Acked, state, sh.phase.Value.Name.Lit()); off != "" && !r.LasersOn {
		return fmt.Sprintf("%s: %s; make sure nobody works on the fibre, then repeat with --lasers-on", models.PossiblyManned, off)
	}
	return ""
}

// turnedOff tells of the first thing that we had enabled and that the device
// shows disabled, or does not show any more though it lights: putting that back
// turns a laser or an amplifier on. Of lit light also what it goes through counts:
// putting that back brings light onto a fibre that is dark.
func turnedOff(acked *records.Image, state models.State, lit bool) string {
	if acked == nil {
		return ""
	}
	apart := lasersApart(acked.Objects)
	for _, diff := range differences(acked.Objects, state) {
		if diff.leaf != "" {
			on := diff.applied == "true" || diff.applied == models.AdminEnabled
			if on && diff.found != diff.applied {
				return fmt.Sprintf("%s %s was turned off on the device", diff.id, diff.leaf)
			}
			if lit && diff.leaf == models.LeafFrequency && diff.found == "" {
				return fmt.Sprintf("%s has no frequency any more on the device, and its light is gone with it", diff.id)
			}
			continue
		}
		if i := slices.IndexFunc(acked.Objects, func(o models.Object) bool { return o.ObjectID == diff.id }); lights(acked.Objects[i], apart) || lit && carries(acked.Objects[i]) {
			return fmt.Sprintf("%s is gone from the device, and its light with it", diff.id)
		}
	}
	return ""
}

// lasersApart reports whether lasers are switched by objects of their own.
func lasersApart(objects []models.Object) bool {
	return slices.ContainsFunc(objects, func(o models.Object) bool { return o.Kind == models.KindLaser })
}

// carries reports whether lit light goes through an object: the optical channel itself,
// a connection of a circuit switch, an open media channel.
func carries(o models.Object) bool {
	switch o.Kind {
	case models.KindOpticalChannel, models.KindCrossConnect:
		return true
	case models.KindMediaChannel:
		return o.Leaves[models.LeafAdmin] == models.AdminEnabled
	}
	return false
}

// lights reports whether an object turns light on: a laser, an amplifier, or where
// lasers are not switched apart, the line side's logical channel.
func lights(o models.Object, apart bool) bool {
	switch o.Kind {
	case models.KindLaser, models.KindAmplifier:
		return o.Leaves[models.LeafEnabled] == "true"
	case models.KindLogicalChannel:
		_, line := o.Leaves[models.LeafAssignOptical]
		return line && !apart && o.Leaves[models.LeafAdmin] == models.AdminEnabled
	}
	return false
}

// serveRepairs notes in the repair requests what this device has done or will
// not do. A request that every device has answered is removed; one that was
// refused stays until a person has read it or its time is over.
func (s *Stages) serveRepairs(ctx context.Context, device string) error {
	view := s.board.view(device)
	cat := s.network.catalogue()
	for _, e := range s.caches.requests.List(string(records.RequestRepair) + "/") {
		r := e.Value
		if slices.Contains(r.Served, device) || r.Refused[device] != "" || !s.repairCovers(r, device) {
			continue
		}
		open, denied := false, ""
		for _, owner := range s.owners.on(device) {
			sh, ok := s.shareFor(cat, device, owner)
			if !ok || (r.Target != "device/"+device && r.Target != targetOf(sh.decision.Intent)) {
				continue
			}
			acked := sh.applied.Value.Acked
			open = open || sh.applied.Value.Attempt != nil
			if acked == nil || len(view.differences(acked)) == 0 {
				continue
			}
			open = true
			if why := s.repairRefused(r, device, sh, view.State); why != "" {
				denied = why
			}
		}
		if open && denied == "" {
			continue // still at it
		}
		if err := s.answerRepair(ctx, *e, device, denied); err != nil {
			return err
		}
	}
	return nil
}

// repairRefused tells why what differs is not put back; "" when it is to be, or under
// way.
func (s *Stages) repairRefused(r records.Request, device string, sh *share, state models.State) string {
	if w := s.worker(device); w != nil && !w.device.Manage {
		return fmt.Sprintf("%s: %s is in mode observe", models.AdoptionNeeded, device)
	}
	if why := repairDenied(r, sh, state); why != "" {
		return why
	}
	if x := sh.applied.Value.Refused; x != nil && x.Digest == sh.applied.Value.Acked.Digest && x.At.After(r.At) {
		return "device refused: " + x.Words
	}
	if sh.applied.Value.Attempt != nil {
		return ""
	}
	if why, stop := s.paused("device/"+device, targetOf(sh.decision.Intent)); stop {
		return fmt.Sprintf("%s: %s; resume, and ask again", models.Paused, why)
	}
	return s.repairLate(r)
}

func (s *Stages) repairCovers(r records.Request, device string) bool {
	if strings.HasPrefix(r.Target, "device/") {
		return r.Target == "device/"+device
	}
	return slices.Contains(s.devicesOf(r.Target), device)
}

// devicesOf lists the devices of an intent by its target name.
func (s *Stages) devicesOf(target string) []string {
	var out []string
	for _, d := range s.caches.decisions.List("") {
		if targetOf(d.Value.Intent) == target {
			out = append(out, d.Value.Devices()...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *Stages) answerRepair(ctx context.Context, e store.Entry[records.Request], device, denied string) error {
	r := e.Value
	r.Served = slices.Clone(r.Served)
	if denied == "" {
		r.Served = append(r.Served, device)
	} else {
		refused := map[string]string{device: denied}
		for k, v := range r.Refused {
			refused[k] = v
		}
		r.Refused = refused
	}
	ref := records.IntentRef{Kind: "Device", Name: device}
	message := "configuration is again as it was acknowledged"
	if denied != "" {
		message = denied
	}
	ops := []store.Op{s.event(ref, "Repair", fmt.Sprintf("%s (%s): %s", r.Target, r.Reason, message), device)}
	all := strings.HasPrefix(r.Target, "device/") || len(r.Served)+len(r.Refused) >= len(s.devicesOf(r.Target))
	if all && len(r.Refused) == 0 {
		ops = append(ops, s.tables.Requests.DeleteAt(e.Key, e.Revision))
	} else {
		ops = append(ops, s.tables.Requests.Update(e.Key, r, e.Revision))
	}
	rev, err := s.commit(ctx, ops...)
	if errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotOwner) {
		s.passQueue.AddAfter(device, 0) // another device answered at the same time
		return nil
	}
	if err != nil {
		return fmt.Errorf("answer repair: %w", err)
	}
	s.log.Info("repair", "device", device, "op", "repair", "intent", r.Target, "message", message)
	return s.caches.requests.WaitWritten(ctx, rev)
}
