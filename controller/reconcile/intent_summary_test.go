package reconcile

import (
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
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

// TestAFailedWavelengthIsStalled: a wavelength of its own, of which nothing is left after
// a device refused it, asks for no capacity, and takes a person all the same.
func TestAFailedWavelengthIsStalled(t *testing.T) {
	s := &Stages{now: func() time.Time { return clock }}
	failed := records.Circuit{Generation: 1, Tombstones: []records.Tombstone{{Reason: models.DeviceRejected, Words: "r2 refused: no"}}}
	for _, c := range []struct {
		name  string
		rec   records.Circuit
		sum   summary
		asked int
		want  string
	}{
		{"a wavelength", failed, summary{}, 0, "True"},
		{"a circuit, one of two", failed, summary{live: 1, liveGbps: 400}, 800, "True"},
		{"a circuit that has all it asks for", failed, summary{live: 2, liveGbps: 800}, 800, "False"},
		{"an earlier generation", records.Circuit{Tombstones: failed.Tombstones}, summary{}, 0, "False"},
	} {
		conds := &conditions{stages: s}
		s.setStalled(conds, &store.Entry[records.Intent]{Value: records.Intent{Generation: 1}}, c.rec, &c.sum, c.asked)
		if got := conds.list[0]; got.Status != c.want {
			t.Errorf("%s: Stalled is %s: %s, want %s", c.name, got.Status, got.Message, c.want)
		}
	}
}
