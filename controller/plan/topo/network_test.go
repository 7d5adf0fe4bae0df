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
	for dir, way := range l.Ways {
		for _, s := range way {
			x := section{s.Kind, s.LossDb, s.GainDb, s.Span, s.Device + s.Key, 0}
			if s.TargetDbmPer50GHz != nil {
				x.Target = *s.TargetDbmPer50GHz
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
