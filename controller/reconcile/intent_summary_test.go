package reconcile

import (
	"testing"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// TestWhatTakesAPerson: a wavelength that a person must help on is stalled, one that
// waits for something that comes by itself is not.
func TestWhatTakesAPerson(t *testing.T) {
	for _, c := range []struct {
		phase  records.PhaseName
		reason models.Reason
		want   string
	}{
		{records.PhaseDark, models.DriftHeld, "c-1 is Dark: why"},
		{records.PhaseDark, models.OutageNotAllowed, "c-1 is Dark: why"},
		{records.PhaseDark, models.Progressing, ""},
		{records.PhaseDark, models.DeviceUnreachable, ""},
		{records.PhaseDark, models.Paused, ""},
		{records.PhaseHeld, models.LightNotSeen, "c-1 is Held: why"},
		{records.PhaseStuck, models.UndoFailed, "c-1 is Stuck: why"},
		{records.PhaseInService, models.LightVerified, ""},
	} {
		sum := &summary{}
		(&Stages{}).noteStuck(sum, &records.Decision{Name: "c-1"}, records.Phase{Name: c.phase, Reason: c.reason, Message: "why"})
		if sum.stalled != c.want || c.want != "" && sum.stalledWhy != c.reason {
			t.Errorf("%s, %s: stalled %q, %s; want %q", c.phase, c.reason, sum.stalled, sum.stalledWhy, c.want)
		}
	}
}
