package plan_test

import (
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// TestDefaultCatalogue plans with the figures that ship in the binary.
func TestDefaultCatalogue(t *testing.T) {
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	amp := func(kind string, gain float64) intents.Span {
		return intents.Span{Amplifier: &intents.AmpSpec{Type: kind, GainDb: &intents.PerWay{Az: gain, Za: gain}}}
	}
	fibre := func(km float64) intents.Span { return intents.Span{ID: "s1", Km: km} }
	for name, c := range map[string]struct {
		pluggable, profile string
		spans              []intents.Span
		reason             models.Reason // "" means accepted
	}{
		"400ZR, dark 10 km":    {"QDD-400G-ZR", "lab-router-zr", []intents.Span{fibre(10)}, ""},
		"ZR+, dark 10 km":      {"QDD-400G-ZRP", "lab-router-zr", []intents.Span{fibre(10)}, ""},
		"bright, dark 25 km":   {"QDD-400G-ZRP-HP", "lab-router-zr", []intents.Span{fibre(25)}, ""},
		"terminal, dark 25 km": {"TERM-400G-CFP2", "lab-terminal", []intents.Span{fibre(25)}, ""},
		"ZR+, bare 80 km":      {"QDD-400G-ZRP", "lab-router-zr", []intents.Span{fibre(80)}, models.RxPowerLow},
		"ZR+, 80 km amplified": {"QDD-400G-ZRP", "lab-router-zr", []intents.Span{amp("edfa-20", 12), fibre(80), amp("edfa-20", 14)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			docs := edit(pairDocs(1, 1, false), "f0", func(s *intents.LinkSpec) { s.Spans = c.spans })
			for _, d := range []string{"r-a", "r-b"} {
				docs = edit(docs, d, func(s *intents.DeviceSpec) { s.Profile = c.profile })
				docs = allPorts(docs, d, func(p *intents.Port) { p.Pluggable = c.pluggable })
			}
			n, err := plan.NewNetwork(docs, cat, 1)
			if err != nil {
				t.Fatal(err)
			}
			req := circuit("c", "a", "b", 400)
			out := one(n, plan.NewLedger(), req)
			switch {
			case c.reason == "" && out.Refusal != nil:
				t.Errorf("refused: %s: %s", out.Refusal.Reason, out.Refusal.Message)
			case c.reason != "" && (out.Refusal == nil || out.Refusal.Reason != c.reason):
				t.Errorf("got %+v, want %s", out.Refusal, c.reason)
			case c.reason == "":
				d := out.Add[0]
				t.Logf("%s launch %v rx %v osnr %v margin %v", d.Mode, d.LaunchPower, d.Forecast[1].Expected, d.Osnr, d.Margin)
			}
		})
	}
}
