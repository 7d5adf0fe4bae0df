package controller_test

import (
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

func across(name string, gbps int) intents.Document {
	return document(intents.KindCircuit, name, &intents.CircuitSpec{From: "dc-a", To: "dc-c", CapacityGbps: gbps})
}

func (s *site) metro() {
	s.t.Helper()
	docs := example(s.t.(*testing.T), "metro", "intents")
	s.apply(docs...)
	var names []string
	for _, d := range docs {
		names = append(names, d.Metadata.Name)
	}
	s.wait("ready", 40*time.Second, names, isReady)
}

// TestLightIsNotJudgedByWhatWasThereBefore brings up wavelengths of two widths in
// turn in the same place, where they get the same channels of the same switches:
// what the monitors saw of the last one says nothing of the next.
func TestLightIsNotJudgedByWhatWasThereBefore(t *testing.T) {
	s := newSite(t, example(t, "metro", "network"))
	s.metro()
	for range 3 {
		for _, gbps := range []int{800, 400} {
			s.apply(across("again", gbps))
			s.wait("ready", 40*time.Second, []string{"again"}, isReady)
			s.remove("again")
			s.vanish("again")
		}
	}
}

// TestMendedWhileItOpens cuts the ring before light is let into it. It is held
// where it got to, and when the fibre is mended goes on from there by itself.
func TestMendedWhileItOpens(t *testing.T) {
	s := newSite(t, example(t, "metro", "network"))
	s.metro()
	for _, link := range []string{"a-b", "d-a"} {
		if err := s.lab.Cut(sim.Span{Link: link, Direction: "both"}); err != nil {
			t.Fatal(err)
		}
	}
	s.apply(across("late", 400))
	s.wait("held before its last section", time.Minute, []string{"late"}, func(st records.Status) bool {
		return len(st.Wavelengths) == 1 && st.Wavelengths[0].Phase == records.PhaseHeld && condition(st, models.Ready).Reason == models.LightNotSeen
	})
	t.Logf("%s", condition(s.status("late"), models.Ready).Message)
	for _, link := range []string{"a-b", "d-a"} {
		if err := s.lab.Restore(sim.Span{Link: link}); err != nil {
			t.Fatal(err)
		}
	}
	s.wait("ready after the repair", time.Minute, []string{"late"}, isReady)
}
