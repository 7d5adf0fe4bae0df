package sim_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// apart is two routers joined by fibres of one way each.
func apart(more ...intents.Span) []intents.Document {
	w := func(db float64) *intents.PerWay { return &intents.PerWay{Az: db, Za: db} }
	return []intents.Document{
		router("r1", "et-0/0/0"), router("r2", "et-0/0/0"),
		document(intents.KindLink, "a-b", &intents.LinkSpec{
			Ends: [2]string{"r1/et-0/0/0", "r2/et-0/0/0"},
			Spans: append([]intents.Span{
				{ID: "there", Way: "az", Km: 20, LossDb: w(5)},
				{ID: "back", Way: "za", Km: 20, LossDb: w(4), SharedRisks: []string{"duct"}},
				{ID: "back2", Way: "za", Km: 5, LossDb: w(2)},
				{PatchLossDb: &intents.PerWay{Az: 1, Za: 0.5}},
			}, more...),
		}),
	}
}

func TestFibresOfOneWay(t *testing.T) {
	lab, dir := start(t, sim.Config{Documents: apart(), Plant: exact(), Timing: quick()})
	a, b := dial(t, dir, lab, "r1"), dial(t, dir, lab, "r2")
	a.light("193100000", 1, "-10.0")
	b.light("193100000", 1, "-10.0")
	arrives := func(c *client, dbm float64) func() bool {
		return func() bool { return math.Abs(c.number(oc+"/state/input-power/instant")-dbm) < 0.2 }
	}
	until(t, "light at b", arrives(b, -16))
	until(t, "light at a", arrives(a, -16.5))
	// A cable of the link is cut: the first fibre of each way.
	must(t, lab.Cut(sim.Span{Link: "a-b"}))
	until(t, "both dark", func() bool { return arrives(a, -40)() && arrives(b, -40)() })
	var cut []string
	for _, f := range lab.Status().Faults {
		cut = append(cut, f.Span+"/"+f.Direction)
	}
	if got := strings.Join(cut, " "); got != "back/za there/az" {
		t.Errorf("cut %q", got)
	}
	must(t, lab.Restore(sim.Span{Link: "a-b", Direction: "za"}))
	until(t, "light at a again", arrives(a, -16.5))
	must(t, lab.Restore(sim.Span{Link: "a-b"}))
	until(t, "light at b again", arrives(b, -16))
	must(t, lab.Degrade(sim.Span{Link: "a-b", Span: "back2"}, 2))
	until(t, "2 dB less at a", arrives(a, -18.5))
	keys, err := lab.CutRisk("duct")
	must(t, err)
	if len(keys) != 1 || keys[0] != "a-b/back" {
		t.Errorf("the duct holds %v", keys)
	}
	if err := lab.Cut(sim.Span{Link: "a-b", Span: "there", Direction: "za"}); !errors.Is(err, sim.ErrUnknown) || !strings.Contains(err.Error(), "does not stand in direction za") {
		t.Errorf("cut of a way that the span has not: %v", err)
	}
}

func TestLaboratoryNamesWhatItHasNoModelOf(t *testing.T) {
	cat, err := catalogue.Default()
	must(t, err)
	docs := apart(intents.Span{ID: "pumped", Km: 60, Raman: &intents.RamanSpec{Pumps: []intents.RamanPump{{THz: 205, Mw: 100, Direction: "with"}}}})
	docs = append(docs, document(intents.KindAmplifierType, "two", &intents.AmplifierTypeSpec{
		GainDb: [2]float64{10, 20}, MaxOutputDbm: 19, BandTHz: [2]float64{191, 196}, Noise: intents.NoiseSpec{Model: "dual-stage", Preamp: "edfa-20", Booster: "ghost"},
	}))
	_, err = sim.NewLab(t.Context(), sim.Config{Documents: docs, Catalogue: cat, StateDir: t.TempDir()})
	for _, want := range []string{"link a-b: span pumped az", "link a-b: span pumped za", "Raman pumps", `"ghost"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
