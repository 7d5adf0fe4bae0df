package examples_test

import (
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// TestNationalIsPlanned plans every circuit of the national example with the
// full model, one after the other: all have light of one wavelength each, those
// that are lit first share no line, and nobody ends below the margin that was
// asked for.
func TestNationalIsPlanned(t *testing.T) {
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	decode := func(dir string) (docs []intents.Document) {
		for _, f := range files(t, "national", dir) {
			d, err := intents.Decode([]byte(f.Content), f.Name, intents.WithCatalogue(cat))
			if err != nil {
				t.Fatal(err)
			}
			docs = append(docs, d...)
		}
		return docs
	}
	net, err := plan.NewNetwork(decode("network"), cat, 1)
	if err != nil {
		t.Fatal(err)
	}
	est, err := plan.FullEstimator()
	if err != nil {
		t.Fatal(err)
	}
	led := plan.NewLedger()
	var lit []records.Decision
	for dir, count := range map[string]int{"intents": 20, "demands": 238} {
		if got := len(decode(dir)); got != count {
			t.Errorf("%d circuits in %s, want %d", got, dir, count)
		}
	}
	gbps, taken := 0, map[string]bool{}
	for _, d := range append(decode("intents"), decode("demands")...) {
		out := plan.Compute(net, led, est, []plan.Request{{
			Intent:  records.IntentRef{Kind: d.Kind, Namespace: d.Metadata.Namespace, Name: d.Metadata.Name, UID: d.Metadata.Name, Generation: 1},
			Circuit: d.Spec.(*intents.CircuitSpec),
		}})[0]
		if out.Refusal != nil {
			t.Errorf("%s: refused: %s: %s", d.Metadata.Name, out.Refusal.Reason, out.Refusal.Message)
			continue
		}
		lit = append(lit, out.Add...)
		if len(lit) <= 20 {
			for _, leg := range out.Add[0].Route {
				if taken[leg.Link] {
					t.Errorf("%s shares line %s with another that is lit first", d.Metadata.Name, leg.Link)
				}
				taken[leg.Link] = true
			}
		}
		gbps += d.Spec.(*intents.CircuitSpec).CapacityGbps
	}
	if len(lit) != 258 || gbps != 49_800 {
		t.Errorf("%d wavelengths for %d Gbit/s, want 258 for 49800", len(lit), gbps)
	}
	for i := range lit {
		e, ok := led.Predicted(net, est, lit[i].Owner())
		if m := e.Worst().MarginDb; !ok || m < plan.DefaultMinMarginDb {
			t.Errorf("%s ends with a margin of %.2f dB", lit[i].Owner(), m)
		}
	}
}
