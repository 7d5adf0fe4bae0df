package sim

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

func both(db float64) *intents.PerWay { return &intents.PerWay{Az: db, Za: db} }

// layer lays links between two switches, r and s, of a laboratory that is not
// running.
func layer(t *testing.T, plant *light.Plant, docs ...intents.Document) *sections {
	t.Helper()
	base, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	types, err := intents.Extend(base, docs)
	if err != nil {
		t.Fatal(err)
	}
	ila, err := base.Profile("lab-ila")
	if err != nil {
		t.Fatal(err)
	}
	lab := &Lab{plant: plant, catalogue: base, light: light.New(light.Config{Plant: plant})}
	devices := map[string]*device{}
	for _, name := range []string{"r", "s"} {
		devices[name] = &device{name: name, spec: &intents.DeviceSpec{}, profile: ila, lab: lab}
	}
	return &sections{lab: lab, catalogue: types, devices: devices, amplifiers: map[string]*amplifierPart{}}
}

func (b *sections) mustWay(t *testing.T, d light.Direction, launch float64, spans ...intents.Span) []light.Element {
	t.Helper()
	out, err := b.way("l", &intents.LinkSpec{Spans: spans}, d, launch)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// same compares elements without their functions.
func same(t *testing.T, want, got []light.Element) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(light.AmplifierSpec{}, "Noise", "NoiseFigureDb")); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

const standardMHz = light.DefaultReferenceMHz

// glass is a fibre of type g.652.d.
func glass(km, loss float64) light.Fibre {
	return light.Fibre{Km: km, LossDb: loss, DispersionPsNmKm: 16.7, EffectiveAreaUm2: 83, PmdPsPerSqrtKm: 0.04, ReferenceMHz: standardMHz}
}

func TestEachWayHasWhatStandsInIt(t *testing.T) {
	b := layer(t, &light.Plant{Exact: true})
	spans := []intents.Span{
		{Way: "az", ID: "east", Km: 40, LossDb: both(9)},
		{Way: "za", ID: "west", Km: 45, LossDb: both(10)},
		{PatchLossDb: &intents.PerWay{Az: 1, Za: 2}},
		{Way: "za", Amplifier: &intents.AmpSpec{Type: "edfa-20", GainDb: both(12)}},
		{ID: "last", Km: 5, LossDb: &intents.PerWay{Az: 2, Za: 3}},
	}
	edfa := light.Element{Amplifiers: []light.AmplifierSpec{{GainDb: 12, MaxOutputDbm: 20, Enabled: true, LowerMHz: 191_300_000, UpperMHz: 196_100_000}}}
	patch := func(db float64) light.Element { return light.Element{Fibre: light.Fibre{LossDb: db}} }
	same(t, []light.Element{{Span: "east", Fibre: glass(40, 9)}, patch(1), {Span: "last", Fibre: glass(5, 2)}}, b.mustWay(t, light.AZ, math.NaN(), spans...))
	same(t, []light.Element{{Span: "last", Fibre: glass(5, 3)}, edfa, patch(2), {Span: "west", Fibre: glass(45, 10)}}, b.mustWay(t, light.ZA, math.NaN(), spans...))
}

func TestLossesOfAFibre(t *testing.T) {
	b := layer(t, &light.Plant{Exact: true})
	lumped := []intents.LumpedLoss{{AtKm: 0, LossDb: 0.1}, {AtKm: 30, LossDb: 0.4}, {AtKm: 10, LossDb: 0.2}, {AtKm: 30, LossDb: 0.3}, {AtKm: 50, LossDb: 0.6}}
	for name, c := range map[string]struct {
		span intents.Span
		d    light.Direction
		want func(*light.Fibre)
	}{
		"all from the type": {intents.Span{Km: 50}, light.AZ, func(f *light.Fibre) { f.LossDb, f.InDb, f.OutDb = 11, 0.5, 0.5 }},
		"attenuator and connectors": {intents.Span{Km: 50, PadDb: &intents.PerWay{Az: 3, Za: 4}, ConnectorInDb: both(0.7), ConnectorOutDb: &intents.PerWay{Az: 0.2, Za: 0.9}}, light.ZA,
			func(f *light.Fibre) { f.LossDb, f.InDb, f.OutDb = 10+4+0.7+0.9, 4.7, 0.9 }},
		"a loss of its own has them in it": {intents.Span{Km: 50, LossDb: both(15), PadDb: both(3), ConnectorInDb: both(0.7)}, light.AZ,
			func(f *light.Fibre) { f.LossDb, f.InDb = 15, 3.7 }},
		"lumped losses a→z": {intents.Span{Km: 50, Lumped: lumped}, light.AZ, func(f *light.Fibre) {
			f.LossDb, f.InDb, f.OutDb = 11+1.6, 0.6, 1.1
			f.Lumped = []light.Lumped{{AtKm: 10, LossDb: 0.2}, {AtKm: 30, LossDb: 0.7}}
		}},
		"lumped losses z→a": {intents.Span{Km: 50, Lumped: lumped}, light.ZA, func(f *light.Fibre) {
			f.LossDb, f.InDb, f.OutDb = 11+1.6, 1.1, 0.6
			f.Lumped = []light.Lumped{{AtKm: 20, LossDb: 0.7}, {AtKm: 40, LossDb: 0.2}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c.span.ID = "s"
			want := glass(50, 0)
			c.want(&want)
			same(t, []light.Element{{Span: "s", Fibre: want}}, b.mustWay(t, c.d, math.NaN(), c.span))
		})
	}
}

func TestThePlantSpoilsAFibre(t *testing.T) {
	plant := &light.Plant{Exact: true, DirtyConnector: "l/dirty/az", DirtyDb: 0.8, SpanLossDb: map[string]float64{"l/more/az": 2, "l/much/az": 40, "l/less/az": -2.5}}
	b := layer(t, plant)
	got := b.mustWay(t, light.AZ, math.NaN(), intents.Span{ID: "dirty", Km: 20}, intents.Span{ID: "more", Km: 20}, intents.Span{ID: "much", Km: 2}, intents.Span{ID: "less", Km: 10})
	fibre := func(km, loss, in, out float64) light.Fibre {
		f := glass(km, loss)
		f.InDb, f.OutDb = in, out
		return f
	}
	same(t, []light.Element{
		{Span: "dirty", Fibre: fibre(20, 5.8, 1.3, 0.5)},
		{Span: "more", Fibre: fibre(20, 7, 0.5, 0.5)},
		{Span: "much", Fibre: fibre(2, 41.4, 0.5, 30.9)}, // no glass loses more than 5 dB/km
		{Span: "less", Fibre: fibre(10, 1, 0, 0)},        // nor less than 0.1 dB/km
	}, got)
	// The other direction is as documented.
	same(t, []light.Element{{Span: "dirty", Fibre: fibre(20, 5, 0.5, 0.5)}}, b.mustWay(t, light.ZA, math.NaN(), intents.Span{ID: "dirty", Km: 20}))
}

func TestPlantKnowsOnlyFibresThatStand(t *testing.T) {
	docs := []intents.Document{{Metadata: intents.Metadata{Name: "l"}, Spec: &intents.LinkSpec{Spans: []intents.Span{
		{ID: "both", Km: 1}, {ID: "one", Way: "za", Km: 1}, {PatchLossDb: both(1)}, {Amplifier: &intents.AmpSpec{Type: "edfa-20"}}, {Km: 3, Way: "az"},
	}}}}
	if diff := cmp.Diff([]string{"l/both/az", "l/both/za", "l/one/za", "l/5/az"}, spanKeys(docs)); diff != "" {
		t.Error(diff)
	}
}

func TestSettingsOfAmplifiers(t *testing.T) {
	b := layer(t, &light.Plant{Exact: true})
	edfa := light.AmplifierSpec{GainDb: 17, MaxOutputDbm: 20, Enabled: true, LowerMHz: 191_300_000, UpperMHz: 196_100_000}
	for name, c := range map[string]struct {
		launch float64
		spans  []intents.Span
		want   []float64 // gains
	}{
		"makes up for what was lost": {math.NaN(), []intents.Span{{Km: 60, LossDb: both(13)}, {PatchLossDb: both(1.5)}, {Amplifier: &intents.AmpSpec{Type: "edfa-20"}}}, []float64{14.5}},
		"its own attenuators too": {math.NaN(), []intents.Span{
			{Km: 60, LossDb: both(12)}, {Amplifier: &intents.AmpSpec{Type: "edfa-25", InVoaDb: both(1), OutVoaDb: both(3)}},
			{Km: 60, LossDb: both(12)}, {Amplifier: &intents.AmpSpec{Type: "edfa-25"}},
		}, []float64{13, 15}},
		"not beyond the type":   {math.NaN(), []intents.Span{{Amplifier: &intents.AmpSpec{Type: "edfa-20"}}, {Km: 110, LossDb: both(28)}, {Amplifier: &intents.AmpSpec{Type: "edfa-20"}}}, []float64{10, 20}},
		"to a declared density": {-20, []intents.Span{{Amplifier: &intents.AmpSpec{Az: "r/boost", Za: "r/pre"}}}, []float64{18}},
	} {
		t.Run(name, func(t *testing.T) {
			b.devices["r"].spec.Ports = map[string]intents.Port{"boost": {EgressDbmPer50GHz: at(both(-2))}}
			b.amplifiers = map[string]*amplifierPart{}
			var got []float64
			for _, e := range b.mustWay(t, light.AZ, c.launch, c.spans...) {
				for _, a := range e.Amplifiers {
					got = append(got, a.GainDb)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("attenuators and tilt", func(t *testing.T) {
		got := b.mustWay(t, light.ZA, math.NaN(), intents.Span{Amplifier: &intents.AmpSpec{Type: "edfa-20", GainDb: both(17), InVoaDb: &intents.PerWay{Za: 2}, OutVoaDb: both(1), TiltDb: both(3)}})
		shape := got[0].Amplifiers[0].GainShapeDb
		if fall := -riseOf(shape); len(shape) != 96 || math.Abs(fall-3) > 1e-9 || shape[0] < 1 {
			t.Errorf("%d samples fall by %.3f dB from %.3f dB, want 96 that fall by 3", len(shape), fall, shape[0])
		}
		got[0].Amplifiers[0].GainShapeDb = nil
		want := edfa
		want.InVoaDb, want.OutVoaDb = 2, 1
		same(t, []light.Element{{Amplifiers: []light.AmplifierSpec{want}}}, got)
	})
}

// at is the number for a→z.
func at(w *intents.PerWay) *float64 { return &w.Az }

func TestTypesOfTheUsersOwn(t *testing.T) {
	table := [][2]float64{{191, 0.19}, {196, 0.21}}
	area, nf := 125.0, 4.0
	docs := []intents.Document{
		{Kind: intents.KindFiberType, Metadata: intents.Metadata{Name: "deep-sea"}, Spec: &intents.FiberTypeSpec{LossTable: table, DispersionTable: [][2]float64{{191, 20}, {196, 22}}, EffectiveAreaUm2: &area, ConnectorDb: 0.2}},
		{Kind: intents.KindAmplifierType, Metadata: intents.Metadata{Name: "low"}, Spec: &intents.AmplifierTypeSpec{GainDb: [2]float64{10, 20}, MaxOutputDbm: 19, BandTHz: [2]float64{186, 191}, Noise: intents.NoiseSpec{Model: "fixed", NfDb: &nf}, PmdPs: 1, PdlDb: 0.2, GainRippleDb: []float64{1, 0}, NoiseRippleDb: []float64{0, 1}}},
	}
	b := layer(t, &light.Plant{Exact: true, NoiseFigureDb: map[string]float64{"l/2/az/1": 0.25}}, docs...)
	got := b.mustWay(t, light.AZ, math.NaN(), intents.Span{ID: "s", Km: 60, Fiber: "deep-sea"},
		intents.Span{Amplifier: &intents.AmpSpec{Bands: []intents.BandAmp{{Type: "low", GainDb: both(13), OutVoaDb: both(1)}, {Type: "edfa-20"}}}})
	f := got[0].Fibre
	loss := 0.19 + 0.02*(193.414489-191)/5
	if math.Abs(f.LossDb-(60*loss+0.4)) > 1e-9 || f.EffectiveAreaUm2 != 125 || len(f.LossTable) != 2 || math.Abs(f.LossTable[0].Value-(0.19-loss)) > 1e-9 ||
		len(f.DispersionTable) != 2 || f.DispersionTable[1] != (light.Point{FrequencyMHz: 196_000_000, Value: 22}) {
		t.Errorf("fibre %+v", f)
	}
	low, c := got[1].Amplifiers[0], got[1].Amplifiers[1]
	if low.GainDb != 13 || low.OutVoaDb != 1 || low.LowerMHz != 186_000_000 || low.UpperMHz != 191_000_000 || low.PmdPs != 1 || low.PdlDb != 0.2 ||
		cmp.Diff([]float64{0.5, -0.5}, low.GainShapeDb) != "" || cmp.Diff([]float64{0, 1}, low.NoiseShapeDb) != "" || low.MaxOutputDbm != 19 {
		t.Errorf("lower band %+v", low)
	}
	if nf := low.NoiseFigureDb + low.Noise(13, -20); math.Abs(nf-4.25) > 1e-9 {
		t.Errorf("noise figure %.3f dB, want 4 and the plant's 0.25", nf)
	}
	if c.LowerMHz != 191_300_000 || c.GainDb != 12.4 {
		t.Errorf("upper band %+v, want the 12.4 dB that the fibre lost", c)
	}
}

func TestWhatTheLaboratoryHasNoModelOf(t *testing.T) {
	docs := []intents.Document{{Kind: intents.KindAmplifierType, Metadata: intents.Metadata{Name: "wide"}, Spec: &intents.AmplifierTypeSpec{
		GainDb: [2]float64{10, 20}, MaxOutputDbm: 19, BandTHz: [2]float64{190, 192}, Noise: intents.NoiseSpec{Model: "fixed", NfDb: at(both(5))}, TiltShape: []float64{1, 1},
	}}}
	raman := &intents.RamanSpec{Pumps: []intents.RamanPump{{THz: 205, Mw: 200, Direction: "against"}}}
	spans := []intents.Span{
		{ID: "pumped", Km: 80, Raman: raman},
		{ID: "odd", Km: 80, Fiber: "g.999"},
		{Site: "hut", Amplifier: &intents.AmpSpec{Type: "edfa-999"}},
		{Amplifier: &intents.AmpSpec{Type: "wide", TiltDb: both(1)}},
		{Amplifier: &intents.AmpSpec{Bands: []intents.BandAmp{{Type: "wide"}, {Type: "edfa-20"}}}},
		{Amplifier: &intents.AmpSpec{Az: "q/1", Za: "q/2"}},
	}
	_, err := layer(t, &light.Plant{Exact: true}, docs...).way("l", &intents.LinkSpec{Spans: spans}, light.ZA, math.NaN())
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"span pumped za: the laboratory has no model of Raman pumps", `span odd za: unknown fibre type "g.999"`, `amplifier 3 at hut za: unknown amplifier type "edfa-999"`,
		`amplifier 4 za: amplifier type "wide" cannot be tilted`, "amplifier 5 za: amplifier 2 side by side, type edfa-20: its band overlaps", `amplifier 6 za: "q/2": unknown device`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

func TestDensityThatAPortSends(t *testing.T) {
	for _, c := range []struct {
		port intents.Port
		want float64
	}{
		{intents.Port{EgressDbmPer50GHz: at(both(-2))}, -2},
		{intents.Port{EgressDbm: at(both(0))}, -1.7609},
		{intents.Port{EgressDbmPerGBd: at(both(-20))}, -3.7675},
	} {
		if got := density(c.port); !(math.Abs(got-c.want) < 1e-3) {
			t.Errorf("%+v: %.4f dBm per 50 GHz, want %.4f", c.port, got, c.want)
		}
	}
	if got := density(intents.Port{}); !math.IsNaN(got) {
		t.Errorf("a port that says nothing sends %g", got)
	}
}
