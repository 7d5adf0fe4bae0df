package reconcile_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// TestDeletionGoesOnWithoutAWrittenOffDevice: what answers is taken down in order, the
// reservation comes free, and should the device come back nothing is sent to it and
// what it still has is told.
func TestDeletionGoesOnWithoutAWrittenOffDevice(t *testing.T) {
	for _, begun := range []bool{false, true} {
		w, d, _ := lit(t, 1)
		w.with(func() { w.devices["r2"].down = true })
		doc := circuit("c1", "r1", "r2", 400)
		if begun { // the deletion is waiting already
			d.remove(doc)
			d.status("c1", "deletion waiting for r2", func(s records.Status) bool {
				return condition(s, models.Ready).Reason == models.DeviceUnreachable
			})
		}
		before := w.writes("r2")
		d.writeOff(doc, "r2")
		d.until("the document is gone", func() bool {
			_, err := d.st.Tables().Intents.Get(t.Context(), "Circuit/default/c1")
			return errors.Is(err, store.ErrNotFound)
		})
		w.mu.Lock()
		if w.devices["r1"].laser("et-0/0/0") {
			t.Error("the laser of the device that answers is still on")
		}
		w.devices["r2"].down = false
		w.mu.Unlock()
		d.until("r2 is back and tells of what it still has", func() bool {
			e, err := d.st.Tables().Health.Get(t.Context(), "r2")
			return err == nil && e.Value.Reachable && slices.ContainsFunc(e.Value.Foreign, func(it models.DriftItem) bool {
				return it.Path == laser0.String() && it.Wavelength == "default/c1-1" && it.Impact == models.Hit && it.Message == "left on the device when it was written off, and lets light through"
			})
		})
		if begun { // a new process knows too
			d.stop()
			d = start(t, w, d.dir)
			d.connected("r2")
			d.until("r2 still tells of it", func() bool {
				r, err := d.stages.Drift(t.Context(), true, "r2")
				return err == nil && slices.ContainsFunc(r.Items, func(it models.DriftItem) bool { return it.Wavelength == "default/c1-1" })
			})
		}
		if n := w.writes("r2"); n != before {
			t.Errorf("%d passes were sent to a device that was written off", n-before)
		}
		// Its laser is on, and nobody takes the port over. Once somebody has cleared it
		// nothing is left on record either.
		d.put(circuit("c2", "r1", "r2", 400))
		d.status("c2", "refused by what is there", func(s records.Status) bool {
			return strings.Contains(condition(s, models.IsPlanned).Message+condition(s, models.Stalled).Message, "r2 refused")
		})
		d.remove(circuit("c2", "r1", "r2", 400))
		w.with(func() {
			for id := range w.devices["r2"].objects {
				if id.Kind.Whole() {
					delete(w.devices["r2"].objects, id)
				}
			}
			w.devices["r2"].objects[laser0][models.LeafEnabled] = "false"
		})
		d.gone("c2")
		e, err := d.st.Tables().Health.Get(t.Context(), "r2")
		if err != nil || len(e.Value.Foreign) != 0 {
			t.Errorf("cleared: %+v, %v", e.Value.Foreign, err)
		}
	}
}

// TestAWrittenOffDeviceThatIsBackIsToldLikeAnyOther: the light that can be turned off is
// not left on, though somebody gave it up before.
func TestAWrittenOffDeviceThatIsBackIsToldLikeAnyOther(t *testing.T) {
	w, d, _ := lit(t, 1)
	w.with(func() { w.devices["r1"].down, w.devices["r2"].down = true, true })
	doc := circuit("c1", "r1", "r2", 400)
	d.writeOff(doc, "r2")
	d.status("c1", "deletion waiting for r1", func(s records.Status) bool {
		c := condition(s, models.Ready)
		return c.Reason == models.DeviceUnreachable && strings.HasPrefix(c.Message, "being deleted without r2; r1 is out of reach")
	})
	before := w.writes("r2")
	w.with(func() { w.devices["r2"].down = false })
	d.until("r2 is told", func() bool { return w.writes("r2") > before })
	w.with(func() { w.devices["r1"].down = false })
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.devices["r2"].laser("et-0/0/0") {
		t.Error("the laser of r2 is still on")
	}
}

// writeOff deletes a document without a device.
func (d *daemon) writeOff(doc intents.Document, device string) {
	d.t.Helper()
	intents.Default(&doc)
	e, err := d.st.Tables().Intents.Get(d.t.Context(), keyOf(doc))
	if err != nil {
		d.t.Fatal(err)
	}
	now := time.Now()
	e.Value.Deletion, e.Value.WrittenOff = &now, []string{device}
	if _, err := d.st.Commit(d.t.Context(), nil, d.st.Tables().Intents.Update(e.Key, e.Value, e.Revision)); err != nil {
		d.t.Fatal(err)
	}
}
