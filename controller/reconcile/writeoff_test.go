package reconcile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/records"
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
		d.remove(doc, "r2")
		d.ended("c1")
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
	d.remove(circuit("c1", "r1", "r2", 400), "r2")
	d.status("c1", "deletion waiting for r1", func(s records.Status) bool {
		c := condition(s, models.Ready)
		return c.Reason == models.DeviceUnreachable && strings.HasPrefix(c.Message, "being deleted without r2; r1 is out of reach")
	})
	// It is back, and lets nothing go: the deletion does not end without it.
	w.with(func() {
		w.devices["r2"].down = false
		w.devices["r2"].refuse = func(models.Change) string { return "the module is busy" }
	})
	d.status("c1", "refused by r2", func(s records.Status) bool {
		return strings.Contains(condition(s, models.Stalled).Message, "r2 refused to drain: the module is busy")
	})
	w.with(func() { w.devices["r1"].down, w.devices["r2"].refuse = false, nil })
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1"})
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.devices["r2"].laser("et-0/0/0") {
		t.Error("the laser of r2 is still on")
	}
}
