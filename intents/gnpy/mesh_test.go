package gnpy

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

func standard(tb testing.TB) *catalogue.Catalogue {
	tb.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		tb.Fatal(err)
	}
	return cat
}

func file(tb testing.TB, name string) intents.File {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return intents.File{Name: name, Data: data}
}

// mesh is GNPy's example mesh.
func mesh(tb testing.TB) Input {
	tb.Helper()
	services := file(tb, "meshTopologyExampleV2_services.json")
	return Input{Topology: file(tb, "meshTopologyExampleV2.json"), Equipment: file(tb, "eqpt_config.json"), Services: &services,
		Extra: []intents.File{file(tb, "std_medium_gain_advanced_config.json")}}
}

func imported(tb testing.TB, in Input) ([]intents.Document, []Note) {
	tb.Helper()
	docs, notes, err := Import(in, standard(tb))
	if err != nil {
		tb.Fatal(err)
	}
	return docs, notes
}

// around exports documents and imports what was written.
func around(tb testing.TB, docs []intents.Document) []intents.Document {
	tb.Helper()
	for i := range docs {
		intents.Default(&docs[i])
	}
	out, _, err := Export(docs, standard(tb))
	if err != nil {
		tb.Fatal(err)
	}
	in := Input{Topology: intents.File{Name: "t", Data: out.Topology}, Equipment: intents.File{Name: "e", Data: out.Equipment}, Extra: out.Extra}
	if out.Services != nil {
		in.Services = &intents.File{Name: "s", Data: out.Services}
	}
	again, _ := imported(tb, in)
	return again
}

// fixed fails unless importing what was exported gives the same documents.
func fixed(tb testing.TB, docs []intents.Document) {
	tb.Helper()
	want, got := text(tb, docs), text(tb, around(tb, docs))
	if diff := cmp.Diff(want, got); diff != "" {
		tb.Errorf("export and import change the documents:\n%s", diff)
	}
}

// text is what documents say, defaults included.
func text(tb testing.TB, docs []intents.Document) string {
	tb.Helper()
	docs = slices.Clone(docs)
	for i := range docs {
		intents.Default(&docs[i])
	}
	raw, err := intents.EncodeYAML(docs...)
	if err != nil {
		tb.Fatal(err)
	}
	return string(raw)
}

func named[S any](tb testing.TB, docs []intents.Document, kind, name string) S {
	tb.Helper()
	for _, d := range docs {
		if s, ok := d.Spec.(S); ok && d.Kind == kind && d.Metadata.Name == name {
			return s
		}
	}
	tb.Fatalf("no %s %s", kind, name)
	var none S
	return none
}

func TestMeshIsAFixedPoint(t *testing.T) {
	docs, _ := imported(t, mesh(t))
	fixed(t, docs)
}

// TestMesh counts what becomes of the example mesh and looks at one of each.
func TestMesh(t *testing.T) {
	docs, notes := imported(t, mesh(t))
	kinds := map[string]int{}
	for _, d := range docs {
		kinds[d.Kind]++
	}
	// 6 lines between 5 Roadms, and 36 patch cords: the requests need 15, 12, 4, 3 and 2 wavelengths at most.
	// Two of the 6 modes are asked for in slots of 50 and 75 GHz as well.
	want := map[string]int{"Site": 9, "Device": 10, "AmplifierType": 14, "FiberType": 3, "Mode": 10, "Link": 42, "Circuit": 8}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	link := named[*intents.LinkSpec](t, docs, "Link", "brest-kla--lannion-cas")
	raw, err := intents.Encode(intents.Document{Kind: "Link", Spec: link})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`{"way":"az","site":"brest-kla","amplifier":{"type":"std-medium-gain"}},{"way":"za","site":"brest-kla","amplifier":{"type":"std-low-gain"}}`,
		`{"km":35,"fiber":"ssmf","lossDb":{"az":7,"za":7}}`,
		`{"site":"morlaix","patchLossDb":{"az":1,"za":1}}`,
	} {
		if !strings.Contains(string(raw), part) {
			t.Errorf("%s is not in %s", part, raw)
		}
	}
	switched := named[*intents.DeviceSpec](t, docs, "Device", "roadm-lannion-cas")
	if p := switched.Ports["deg1"].EgressDbmPerGBd; p == nil || math.Abs(*p+33.9794) > 1e-4 || *switched.Switch.AddDropOsnrDb != 38 {
		t.Errorf("roadm-lannion-cas: %+v, %+v", switched.Ports["deg1"], switched.Switch)
	}
	if p := named[*intents.DeviceSpec](t, docs, "Device", "roadm-rennes-sta").Ports["deg1"].EgressDbm; p == nil || *p != -20 {
		t.Errorf("roadm-rennes-sta levels to %v", p)
	}
	fibre := named[*intents.FiberTypeSpec](t, docs, "FiberType", "ssmf")
	if *fibre.DispersionPsPerNmKm != 16.7 || math.Abs(fibre.PmdPsPerSqrtKm-0.04) > 1e-5 || math.Abs(*fibre.EffectiveAreaUm2-83) > 0.1 || *fibre.LossDbPerKm != 0.2 {
		t.Errorf("ssmf: %+v", fibre)
	}
	two := named[*intents.AmplifierTypeSpec](t, docs, "AmplifierType", "hybrid-4pumps-lowgain")
	if two.GainDb != [2]float64{25, 28} || two.MaxOutputDbm != 23 || two.Noise.Preamp != "4pumps-raman" {
		t.Errorf("two stages: %+v", two)
	}
	mode := named[*intents.ModeSpec](t, docs, "Mode", "voyager-mode-1.75ghz")
	if mode.SlotGHz != 75 || mode.BaudGBd != 32 || *mode.RequiredOsnrDb != 12 || *mode.RollOff != 0.15 {
		t.Errorf("a mode in a wider slot: %+v", mode)
	}
	circuit := named[*intents.CircuitSpec](t, docs, "Circuit", "request-1")
	if diff := cmp.Diff([]string{"roadm-lannion-cas", "roadm-lorient-kma"}, circuit.Via); diff != "" || circuit.CapacityGbps != 200 || *circuit.MinMarginDb != 2 {
		t.Errorf("request 1: %+v", circuit)
	}
	apart := named[*intents.CircuitSpec](t, docs, "Circuit", "request-5")
	if diff := cmp.Diff(&intents.Diversity{By: intents.DisjointSite, ApartFrom: []string{"request-4"}}, apart.Diversity); diff != "" {
		t.Errorf("requests that shall be disjoint (-want +got):\n%s", diff)
	}
	automatic := named[*intents.CircuitSpec](t, docs, "Circuit", "request-4")
	if diff := cmp.Diff([]string{"vendora-trx-type1-mode-2", "vendora-trx-type1-mode-1.75ghz"}, automatic.Modes); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"amplifiers without gain_target make up for the loss before them: save the network after the design step to import its gains (17): east edfa"} {
		if !slices.ContainsFunc(notes, func(n Note) bool { return strings.HasPrefix(n.String(), want) }) {
			t.Errorf("no note says %q", want)
		}
	}
}
