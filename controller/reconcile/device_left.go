package reconcile

import (
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
)

// leave ends the record of what a wavelength that is gone had on a device: it is
// deleted, or of a device that was written off kept as what was left there.
func (s *Stages) leave(key string, d *records.Decision, writtenOff bool) store.Op {
	a, _ := get(s.caches.applied, key)
	left := records.Applied{Acked: a.Value.Acked, Left: d.Called()}
	if left.Acked == nil && a.Value.Attempt != nil {
		left.Acked = &a.Value.Attempt.Image
	}
	if !writtenOff || left.Acked == nil || len(left.Acked.Objects) == 0 {
		return s.tables.Applied.Delete(key)
	}
	return s.tables.Applied.Put(key, left)
}

// leftOn lists what is on record as left on a device. There is hardly ever any, and
// this is asked with every news of it.
func (s *Stages) leftOn(device string) []*store.Entry[records.Applied] {
	if s.left.Load() == 0 {
		return nil
	}
	var out []*store.Entry[records.Applied]
	for _, e := range s.caches.applied.List(device + "/") {
		if e.Value.Left != "" {
			out = append(out, e)
		}
	}
	return out
}

// countLeft keeps count of the records of what was left on devices.
func (s *Stages) countLeft(old, new *store.Entry[records.Applied]) {
	if old != nil && old.Value.Left != "" {
		s.left.Add(-1)
	}
	if new != nil && new.Value.Left != "" {
		s.left.Add(1)
	}
}

// stillLeft lists what a device still has of a wavelength that ended without it: its
// own objects, and of shared ones the lasers that are on. What another wavelength has
// there by now is that one's.
func (s *Stages) stillLeft(device string, rec records.Applied, state models.State) []models.ObjectID {
	theirs := map[models.ObjectID]bool{}
	for _, owner := range s.owners.on(device) {
		a, _ := get(s.caches.applied, device+"/"+owner)
		if a.Value.Acked != nil {
			for _, o := range a.Value.Acked.Objects {
				theirs[o.ObjectID] = true
			}
		}
	}
	apart := lasersApart(rec.Acked.Objects)
	var out []models.ObjectID
	for _, o := range rec.Acked.Objects {
		found, there := state.Objects[o.ObjectID]
		if !there || theirs[o.ObjectID] || !tagged(o, found) {
			continue
		}
		if o.Kind.Whole() || lights(models.Object{ObjectID: o.ObjectID, Leaves: found}, apart) {
			out = append(out, o.ObjectID)
		}
	}
	return out
}

// forgetLeft deletes the records of what was left on a device, once nothing of it is
// there any more.
func (s *Stages) forgetLeft(device string, view *deviceView) []store.Op {
	var out []store.Op
	for _, e := range s.leftOn(device) {
		if len(s.stillLeft(device, e.Value, view.State)) == 0 {
			out = append(out, s.tables.Applied.DeleteAt(e.Key, e.Revision))
		}
	}
	return out
}
