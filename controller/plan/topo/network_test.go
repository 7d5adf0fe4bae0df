package topo_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

func doc(kind, name string, spec any) intents.Document {
	return intents.Document{Kind: kind, Metadata: intents.Metadata{Name: name}, Spec: spec}
}

func ptr[T any](v T) *T { return &v }

func base() *catalogue.Catalogue {
	band := models.Band{Lower: 191_300_000, Upper: 196_100_000}
	return &catalogue.Catalogue{
		Fibres: map[string]catalogue.Fibre{"g.652.d": {Name: "g.652.d", LossDbPerKm: 0.2, ConnectorDb: 0.5, IndexOfRefraction: 1.4682}},
		Amplifiers: map[string]catalogue.Amplifier{
			"small": {Name: "small", Gain: [2]models.Ratio{800, 1700}, Band: models.Band{Lower: 192_000_000, Upper: 195_000_000}},
		},
		Pluggables: map[string]catalogue.Pluggable{"zr": {Name: "zr"}},
		Profiles: map[string]catalogue.Profile{
			"router": {Name: "router", Role: catalogue.RoleRouter},
			"roadm":  {Name: "roadm", Role: catalogue.RoleRoadm, Band: band},
			"ila":    {Name: "ila", Role: catalogue.RoleAmplifier, AmplifierType: "small", Band: band},
		},
	}
}

func device(profile string, ports ...string) *intents.DeviceSpec {
	d := &intents.DeviceSpec{Site: "s", Profile: profile, Ports: map[string]intents.Port{}}
	for _, p := range ports {
		d.Ports[p] = intents.Port{}
	}
	return d
}

// line is two switches with a link of two fibres and an amplifier site between
// them, and whatever else is given.
func line(spans []intents.Span, more ...intents.Document) []intents.Document {
	return append([]intents.Document{
		doc("Site", "s", &intents.SiteSpec{}), doc("Device", "x", device("roadm", "d1", "et/1", "et/2")), doc("Device", "y", device("roadm", "d1")),
		doc("Device", "ila", &intents.DeviceSpec{Site: "s", Profile: "ila", Ports: map[string]intents.Port{"amp2": {EgressDbmPer50GHz: ptr(1.5)}}}),
		doc("Link", "l", &intents.LinkSpec{Ends: [2]string{"x/d1", "y/d1"}, Spans: spans}),
	}, more...)
}

func TestWays(t *testing.T) {
	n, err := topo.Build(line([]intents.Span{
		{Amplifier: &intents.AmpSpec{Type: "small"}},
		{ID: "s1", Km: 80, LossDb: &intents.PerWay{Az: 16, Za: 17}, SharedRisks: []string{"river"}},
		{Site: "hut", Amplifier: &intents.AmpSpec{Az: "ila/amp1", Za: "ila/amp2"}},
		{Km: 20, Fiber: "G.652.D", SharedRisks: []string{"river", "road"}},
		{Amplifier: &intents.AmpSpec{Type: "small", GainDb: &intents.PerWay{Az: 9, Za: 10}}},
	}), base())
	if err != nil {
		t.Fatal(err)
	}
	l := n.Links["l"]
	type section struct {
		Kind         qot.Kind
		Loss, Gain   float64
		Span, Device string
		Target       float64
	}
	got := map[records.Direction][]section{}
	for _, dir := range []records.Direction{records.AZ, records.ZA} {
		for _, s := range l.Ways.Of(dir) {
			x := section{Kind: s.Kind, Loss: s.LossDb, Span: s.Span, Device: s.Device + s.Key}
			if s.Kind == qot.Amplifier {
				x.Gain = s.Amplifiers[0].GainDb
			}
			if s.Target != nil {
				x.Target = s.Target.Dbm
			}
			got[dir] = append(got[dir], x)
		}
	}
	want := map[records.Direction][]section{
		records.AZ: {
			{qot.Amplifier, 0, 8, "", "", 0}, // a booster gives its least gain
			{qot.Fibre, 16, 0, "s1", "", 0},
			{qot.Amplifier, 0, 16, "", "ilaamp1", 0}, // makes up for the span
			{qot.Fibre, 5, 0, "4", "", 0},            // from length and type, connectors included
			{qot.Amplifier, 0, 9, "", "", 0},
		},
		records.ZA: {
			{qot.Amplifier, 0, 10, "", "", 0},
			{qot.Fibre, 5, 0, "4", "", 0},
			{qot.Amplifier, 0, 8, "", "ilaamp2", 1.5},
			{qot.Fibre, 17, 0, "s1", "", 0},
			{qot.Amplifier, 0, 17, "", "", 0},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if l.LengthKm != 100 || math.Abs(l.LatencyMs-0.48974) > 1e-5 {
		t.Errorf("%g km, %g ms", l.LengthKm, l.LatencyMs)
	}
	if diff := cmp.Diff([]string{"river", "road"}, l.Risks); diff != "" {
		t.Error(diff)
	}
	if s := (models.Slot{N: -200, M: 4}); !l.Outside.Overlaps(s) { // 191.85 THz, below the amplifier's band
		t.Error("the amplifier's band does not bound the link")
	}
}

func TestReservedRangesAreUnusableNotOutside(t *testing.T) {
	docs := line([]intents.Span{{Km: 1}})
	docs[4].Spec.(*intents.LinkSpec).Reserved = []intents.Reserved{{FromGHz: 193000, ToGHz: 193200}}
	n, err := topo.Build(docs, base())
	if err != nil {
		t.Fatal(err)
	}
	l, s := n.Links["l"], models.Slot{N: 0, M: 2}
	if l.Outside.Overlaps(s) || !l.Unusable.Overlaps(s) {
		t.Error("a reserved range belongs to Unusable alone")
	}
}

// TestInconsistentDocuments: each fault is named, and the rest of the network
// stands.
func TestInconsistentDocuments(t *testing.T) {
	bad := func(edit func(*intents.LinkSpec)) intents.Document {
		s := &intents.LinkSpec{Ends: [2]string{"x/et/1", "y/d1"}}
		edit(s)
		return doc("Link", "bad", s)
	}
	for name, c := range map[string]struct {
		more intents.Document
		want string
	}{
		"site":       {doc("Device", "z", &intents.DeviceSpec{Site: "nowhere", Profile: "roadm"}), `device z: no site "nowhere"`},
		"profile":    {doc("Device", "z", &intents.DeviceSpec{Site: "s", Profile: "toaster"}), `device z: no profile "toaster"`},
		"pluggable":  {doc("Device", "z", &intents.DeviceSpec{Site: "s", Profile: "router", Ports: map[string]intents.Port{"p": {Pluggable: "cfp9"}}}), `port p: no pluggable "cfp9"`},
		"bank":       {doc("Device", "z", &intents.DeviceSpec{Site: "s", Profile: "roadm", Ports: map[string]intents.Port{"p": {Bank: "srg9"}}}), `port p: no bank "srg9"`},
		"degree":     {doc("Device", "z", &intents.DeviceSpec{Site: "s", Profile: "roadm", Banks: map[string]intents.Bank{"b": {Degrees: []string{"d9"}}}}), `bank b: no degree "d9"`},
		"device":     {bad(func(s *intents.LinkSpec) { s.Ends[0] = "zz/p" }), `no device "zz"`},
		"port":       {bad(func(s *intents.LinkSpec) { s.Ends[0] = "x/d9" }), `device x has no port "d9"`},
		"no slash":   {bad(func(s *intents.LinkSpec) { s.Ends[0] = "x" }), `want device/port`},
		"taken port": {doc("Link", "m", &intents.LinkSpec{Ends: [2]string{"x/et/1", "y/d1"}}), `already has link l`},
		"loop":       {bad(func(s *intents.LinkSpec) { s.Ends[1] = "x/et/1" }), `both ends are x/et/1`},
		"fibre":      {bad(func(s *intents.LinkSpec) { s.Ends[1] = "x/et/2"; s.Spans = []intents.Span{{Km: 1, Fiber: "rope"}} }), `span 1: no fibre type "rope"`},
		"amplifier": {bad(func(s *intents.LinkSpec) {
			s.Ends[1] = "x/et/2"
			s.Spans = []intents.Span{{Amplifier: &intents.AmpSpec{Type: "huge"}}}
		}), `no amplifier type "huge"`},
		"ila": {bad(func(s *intents.LinkSpec) {
			s.Ends[1] = "x/et/2"
			s.Spans = []intents.Span{{Amplifier: &intents.AmpSpec{Az: "q/1", Za: "q/2"}}}
		}), `no device "q"`},
		"reserved": {bad(func(s *intents.LinkSpec) {
			s.Ends[1] = "x/et/2"
			s.Reserved = []intents.Reserved{{FromGHz: 2, ToGHz: 1}}
		}), `is no range`},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := topo.Build(line([]intents.Span{{Km: 1}}, c.more), base())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q in it", err, c.want)
			}
			if n.Links["l"] == nil || n.Links["bad"] != nil || n.Devices["z"] != nil {
				t.Error("want the good documents and not the bad one")
			}
		})
	}
}

func TestPortNamesMayHoldSlashes(t *testing.T) {
	n, err := topo.Build(line([]intents.Span{{Km: 1}}), base())
	if err != nil {
		t.Fatal(err)
	}
	p := n.Port("x/et/1")
	if p == nil || p.Key != "x/et/1" || p.Ingress() != "et/1-in" || p.Egress() != "et/1-out" {
		t.Errorf("got %+v", p)
	}
}

// TestLineElements lays a link with everything that a document can say and
// compares what light meets in either direction.
func TestLineElements(t *testing.T) {
	cat := base()
	cat.Amplifiers["pre"] = catalogue.Amplifier{Name: "pre", Gain: [2]models.Ratio{800, 1500}, NoiseFigure: 500}
	cat.Amplifiers["two"] = catalogue.Amplifier{Name: "two", Gain: [2]models.Ratio{1500, 3000}, NoiseFigure: 500,
		Noise: catalogue.NoiseModel{Kind: catalogue.NoiseDualStage, Preamp: "pre", Booster: "small"}}
	cat.Amplifiers["long"] = catalogue.Amplifier{Name: "long", Gain: [2]models.Ratio{800, 1700}, Band: models.Band{Lower: 186_000_000, Upper: 190_500_000}}
	wide := cat.Profiles["roadm"]
	wide.Band = models.Band{Lower: 186_000_000, Upper: 197_000_000}
	cat.Profiles["roadm"] = wide
	n, err := topo.Build(line([]intents.Span{
		{Amplifier: &intents.AmpSpec{Bands: []intents.BandAmp{{Type: "small"}, {Type: "long", TiltDb: &intents.PerWay{Az: -1, Za: 1}}}}},
		{ID: "s1", Km: 60, PadDb: &intents.PerWay{Az: 2}, ConnectorInDb: &intents.PerWay{Az: 0.3, Za: 0.4}, Lumped: []intents.LumpedLoss{{AtKm: 10, LossDb: 1}}, Way: "az"},
		{ID: "s2", Km: 70, Way: "za", LossDb: &intents.PerWay{Za: 7.5}, Raman: &intents.RamanSpec{Pumps: []intents.RamanPump{{THz: 205, Mw: 300, Direction: "against"}}}},
		{PatchLossDb: &intents.PerWay{Az: 3, Za: 4}},
		{Amplifier: &intents.AmpSpec{Type: "two", InVoaDb: &intents.PerWay{Az: 1}, OutVoaDb: &intents.PerWay{Za: 2}}},
	}), cat)
	if err != nil {
		t.Fatal(err)
	}
	l := n.Links["l"]
	az, za := l.Ways.Of(records.AZ), l.Ways.Of(records.ZA)
	if len(az) != 4 || len(za) != 4 {
		t.Fatalf("%d and %d elements, want 4 each: a fibre stands in one way only", len(az), len(za))
	}
	if x := az[0].Amplifiers; len(x) != 2 || x[1].TiltDb != -1 || za[3].Amplifiers[1].TiltDb != 1 {
		t.Errorf("amplifiers side by side: %+v", x)
	}
	one := az[1]
	if one.LossDb != 60*0.2+2+0.3+0.5+1 || one.Element.Span.Lumped[0].AtKm != 10 || math.Abs(one.GlassDb()-12) > 1e-9 {
		t.Errorf("first fibre: %g dB, %g dB of glass, %+v", one.LossDb, one.GlassDb(), one.Element.Span)
	}
	two := za[2]
	if two.Span != "s2" || two.LossDb != 7.5 || two.Element.Span.Pumps[0] != (qot.Pump{THz: 205, Mw: 300, Against: true}) || two.Element.Span.TemperatureK != 283 {
		t.Errorf("second fibre: %+v %+v", two, two.Element.Span)
	}
	if az[2].LossDb != 3 || za[1].LossDb != 4 || az[2].Kind != qot.Patch {
		t.Errorf("passive losses: %+v, %+v", az[2], za[1])
	}
	last := az[3].Amplifiers[0]
	if len(last.Stages) != 2 || last.Stages[0].Name != "pre" || math.Abs(last.GainDb-(one.LossDb+3+1)) > 1e-9 {
		t.Errorf("dual stage: %+v", last)
	}
	if after := za[3].Amplifiers[0]; math.Abs(after.GainDb-(2+4+7.5)) > 1e-9 {
		t.Errorf("the last amplifier of z→a has %g dB, want what the attenuator behind the first, loss and fibre take", after.GainDb)
	}
	if l.LengthKm != 70 {
		t.Errorf("%g km, want the longer way's 70", l.LengthKm)
	}
	for thz, free := range map[int]bool{188: true, 191: false, 193: true} {
		slot, err := models.SlotOf(models.Frequency(thz)*1_000_000, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		if got := !l.Outside.Overlaps(slot); got != free {
			t.Errorf("%d THz free: %v, want %v", thz, got, free)
		}
	}
}

// TestCrossings picks what a switch does to light by kind of path and port.
func TestCrossings(t *testing.T) {
	profile := catalogue.Profile{Role: catalogue.RoleRoadm, InsertionLossDb: map[string]float64{"add": 8, "drop": 7, "express": 11}, AddDropOsnrDb: 33}
	d := topo.Device{Profile: &profile, Spec: &intents.DeviceSpec{}}
	if got := d.Crossings(qot.Add, "a1", "d1"); len(got) != 1 || got[0] != (qot.Crossing{LossDb: 8, OsnrDb: 36.01}) {
		t.Errorf("the profile's figures: %+v", got)
	}
	d.Spec.Switch = &intents.SwitchSpec{PdlDb: ptr(0.5), Paths: []intents.SwitchPath{
		{Path: "add", InsertionLossDb: 9, OsnrDb: ptr(41.0), BandTHz: &[2]float64{191, 194}},
		{Path: "drop", InsertionLossDb: 5},
		{Path: "add", To: "d2", InsertionLossDb: 6, PdlDb: ptr(1.0)},
		{Path: "add", From: "a7", InsertionLossDb: 1},
	}}
	got := d.Crossings(qot.Add, "a1", "d2")
	want := []qot.Crossing{
		{LossDb: 6, OsnrDb: 36.01, PdlDb: 1}, // names a port
		{Band: models.Band{Lower: 191_000_000, Upper: 194_000_000}, LossDb: 9, OsnrDb: 41, PdlDb: 0.5},
		{LossDb: 8, OsnrDb: 36.01, PdlDb: 0.5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if x := d.Crossings(qot.Express, "d1", "d2"); x[0].OsnrDb != 0 || x[0].LossDb != 11 {
		t.Errorf("express adds no noise of its own: %+v", x)
	}
}
