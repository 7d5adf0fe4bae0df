package controller_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/models"
)

// TestCutInARingIsNamed cuts a section between amplifiers and wavelength
// switches. The booster before the cut reduces its power, and still the span
// behind it must be named, not the booster.
func TestCutInARingIsNamed(t *testing.T) {
	s := newSite(t, example(t, "metro", "network"))
	docs := example(t, "metro", "intents")
	s.apply(docs...)
	var names []string
	for _, d := range docs {
		names = append(names, d.Metadata.Name)
	}
	s.wait("ready", 40*time.Second, names, isReady)
	before := s.writes()
	for _, direction := range []string{"az", "za", "both"} {
		if err := s.lab.Cut(sim.Span{Link: "a-b", Direction: direction}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		way := direction
		if way == "both" {
			way = ""
		}
		s.wait("not ready within 2 s naming link, span and direction", 2*time.Second, []string{"storage-a-b"}, func(st records.Status) bool {
			c := condition(st, models.Ready)
			return c.Status == "False" && c.Reason == models.LossOfSignal && strings.Contains(c.Message, "link a-b span") && strings.Contains(c.Message, way)
		})
		t.Logf("cut %s named after %v", direction, time.Since(began))
		if err := s.lab.Restore(sim.Span{Link: "a-b"}); err != nil {
			t.Fatal(err)
		}
		s.wait("ready after the repair", 20*time.Second, names, isReady)
	}
	if after := s.writes(); after != before {
		t.Errorf("cuts and repairs cost %d writes", after-before)
	}
	events, err := s.client.Events(t.Context(), "storage-a-b", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range events.Items {
		if e.Reason == string(models.LossOfSignal) || e.Reason == string(models.LightVerified) {
			told = append(told, e.Reason)
		}
	}
	lost, back := string(models.LossOfSignal), string(models.LightVerified)
	if diff := cmp.Diff([]string{lost, back, lost, back, lost, back}, told); diff != "" {
		t.Errorf("events of the cuts (-want +got):\n%s", diff)
	}
}

// TestSpanOffItsDocumentIsNamed gives a span 2 dB more than it has, one way at a
// time: the light stays in service, and the status says which fibre loses what;
// without the loss it says that no more. The plant has a dirty connector of 1.2 dB
// on the way back, which is said from the start.
func TestSpanOffItsDocumentIsNamed(t *testing.T) {
	s := newSite(t, example(t, "metro", "network"))
	docs := example(t, "metro", "intents")
	s.apply(docs...)
	var names []string
	for _, d := range docs {
		names = append(names, d.Metadata.Name)
	}
	s.wait("ready", 40*time.Second, names, isReady)
	before := s.writes()
	loses := func(st records.Status, way string) bool {
		for _, w := range st.Wavelengths {
			if w.Reason == models.PlantMismatch && strings.Contains(w.Message, "link a-b span s1 "+way+" loses ") && strings.Contains(w.Message, " dB in the documents") {
				return true
			}
		}
		return false
	}
	s.wait("the dirty connector is named", 10*time.Second, []string{"storage-a-b"}, func(st records.Status) bool { return loses(st, "za") && !loses(st, "az") })
	for _, way := range []string{"az", "za"} {
		if err := s.lab.Degrade(sim.Span{Link: "a-b", Span: "s1", Direction: way}, 2); err != nil {
			t.Fatal(err)
		}
		s.wait("in service, and the fibre is named", 10*time.Second, []string{"storage-a-b"}, func(st records.Status) bool {
			return isReady(st) && loses(st, way)
		})
		if err := s.lab.Restore(sim.Span{Link: "a-b"}); err != nil {
			t.Fatal(err)
		}
		s.wait("what the plant itself has is all that is off", 10*time.Second, []string{"storage-a-b"}, func(st records.Status) bool {
			return isReady(st) && !loses(st, "az") && loses(st, "za")
		})
	}
	if after := s.writes(); after != before {
		t.Errorf("losses cost %d writes", after-before)
	}
}
