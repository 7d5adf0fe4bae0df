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
