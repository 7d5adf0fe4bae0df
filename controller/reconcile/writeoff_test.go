package reconcile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
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
		d.gone("c1")
		w.mu.Lock()
		if w.devices["r1"].laser("et-0/0/0") {
			t.Error("the laser of the device that answers is still on")
		}
		w.devices["r2"].down = false
		w.mu.Unlock()
		d.until("r2 is back and tells of what it still has", func() bool {
			e, err := d.st.Tables().Health.Get(t.Context(), "r2")
			return err == nil && e.Value.Reachable && len(e.Value.Foreign) > 0 && strings.Contains(e.Value.Foreign[0].Message, "stands in no record")
		})
		if n := w.writes("r2"); n != before {
			t.Errorf("%d passes were sent to a device that was written off", n-before)
		}
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
