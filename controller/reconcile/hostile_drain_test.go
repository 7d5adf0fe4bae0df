package reconcile_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// TestLaserThatStaysOnIsNotForgotten: a device takes everything and turns nothing off.
// Its light must not be left on a fibre of which the records say that it is dark.
func TestLaserThatStaysOnIsNotForgotten(t *testing.T) {
	w, d, _ := lit(t, 1)
	w.with(func() { w.devices["r2"].glowing = true })
	d.remove(circuit("c1", "r1", "r2", 400))
	s := d.status("c1", "stalled", stalled)
	if words := condition(s, models.Stalled).Message; !strings.Contains(words, "r2 acknowledged the laser off and goes on sending light: tx power -10.00 dBm") {
		t.Errorf("it says %q", words)
	}
	line := false
	w.with(func() {
		for id := range w.devices["r2"].objects {
			line = line || id.Kind == models.KindLogicalChannel
		}
	})
	if !line {
		t.Error("it was taken off a device that sends its light")
	}

	retry := func(id string) {
		d.request(id, records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1", Reason: "test"})
	}
	retry("circuit/default/c1/1")
	d.phase("uid-c1/1", records.PhaseDrain)
	d.phase("uid-c1/1", records.PhaseStuck)

	// Somebody turns it off by hand.
	w.with(func() { w.devices["r2"].glow = map[string]bool{} })
	retry("circuit/default/c1/2")
	d.gone("c1")
}

// acknowledgedDark waits until a device has acknowledged the laser off and nothing of
// it is under way any more.
func acknowledgedDark(d *daemon, device, owner string) {
	d.t.Helper()
	d.until(device+" has acknowledged the laser off", func() bool {
		a, err := d.st.Tables().Applied.Get(d.t.Context(), device+"/"+owner)
		return err == nil && a.Value.Attempt == nil && a.Value.Acked != nil && a.Value.Acked.Phase == records.PhaseDrain && a.Value.Acked.Step == 2
	})
}

// waitsInDrain waits until the phase of c1's wavelength says that it waits for a device
// out of reach, and fails if it goes on to the removal meanwhile.
func waitsInDrain(d *daemon, device string) {
	d.t.Helper()
	d.until("the drain waits for "+device, func() bool {
		p, err := d.st.Tables().Phases.Get(d.t.Context(), "uid-c1/1")
		if err != nil || p.Value.Name != records.PhaseDrain {
			d.t.Fatalf("it is in %s (%v) while nobody knows of %s's light", p.Value.Name, err, device)
		}
		return strings.Contains(p.Value.Message, device+" is out of reach")
	})
}

// TestDarknessIsProvenAfterARestart: the daemon dies with the laser acknowledged off and
// on all the same. Its successor has no reading of it yet, and that proves nothing.
func TestDarknessIsProvenAfterARestart(t *testing.T) {
	w, d, _ := lit(t, 1)
	w.with(func() { w.devices["r2"].glowing = true })
	d.remove(circuit("c1", "r1", "r2", 400))
	acknowledgedDark(d, "r2", "circuit/uid-c1/1")
	d.stop()
	w.with(func() { w.devices["r2"].down = true })
	d = start(t, w, d.dir)
	waitsInDrain(d, "r2")
	w.with(func() { w.devices["r2"].down = false })
	s := d.status("c1", "stalled", stalled)
	if words := condition(s, models.Stalled).Message; !strings.Contains(words, "r2 acknowledged the laser off and goes on sending light") {
		t.Errorf("it says %q", words)
	}
}

// TestDarknessIsProvenAfterAnAbsence: the device goes out of reach right after it
// acknowledged the laser off, and comes back with the laser on.
func TestDarknessIsProvenAfterAnAbsence(t *testing.T) {
	w, d, _ := lit(t, 1)
	w.with(func() { w.devices["r2"].glowing = true })
	d.remove(circuit("c1", "r1", "r2", 400))
	acknowledgedDark(d, "r2", "circuit/uid-c1/1")
	w.with(func() { w.devices["r2"].down = true })
	waitsInDrain(d, "r2")
	w.with(func() { w.devices["r2"].down = false })
	s := d.status("c1", "stalled", stalled)
	if words := condition(s, models.Stalled).Message; !strings.Contains(words, "r2 acknowledged the laser off and goes on sending light") {
		t.Errorf("it says %q", words)
	}
}
