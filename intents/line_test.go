package intents

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/models/catalogue"
)

// Documents of line equipment that are right; the tests below break them.
const (
	goodAmplifierType = header + `kind: AmplifierType
metadata: {name: corp}
spec:
  gainDb: [15, 26]
  maxOutputDbm: 23
  bandTHz: [191.275, 196.125]
  noise: {model: variable, nfMinDb: 6, nfMaxDb: 10}
`
	goodFiberType = header + `kind: FiberType
metadata: {name: corp}
spec:
  lossDbPerKm: 0.2
  dispersionPsPerNmKm: 16.7
`
	goodLine = header + `kind: Link
metadata: {name: a-b}
spec:
  ends: [roadm-a1/deg1, roadm-b1/deg2]
  spans:
    - {km: 60, lossDb: 14, padDb: 1, connectorInDb: 0.5, lumped: [{atKm: 20, lossDb: 0.3}], raman: {pumps: [{thz: 205, mw: 200, direction: against}]}}
    - {patchLossDb: 1}
    - {way: az, amplifier: {type: edfa-25, gainDb: 17, tiltDb: 1, outVoaDb: 2}}
    - {amplifier: {bands: [{type: edfa-25}, {type: edfa-20}]}}
`
	goodSwitch = header + `kind: Device
metadata: {name: roadm-a1}
spec:
  site: dc-a
  profile: generic-roadm-openconfig
  address: 127.0.0.1:9339
  ports: {deg1: {egressDbm: -20}, add1: {bank: srg1}}
  banks: {srg1: {colourless: true, degrees: [deg1]}}
  switch: {addDropOsnrDb: 38, paths: [{path: add, from: add1, osnrDb: 41}, {path: express, insertionLossDb: 16}]}
`
)

// TestBadLine is the bad-input table of types, elements of lines and switches.
func TestBadLine(t *testing.T) {
	cat := defaultCatalogue(t)
	tests := []struct{ name, good, old, new, field, says string }{
		{"gain range upside down", goodAmplifierType, "[15, 26]", "[26, 15]", "spec.gainDb", "write [least, greatest]"},
		{"gain not a number", goodAmplifierType, "[15, 26]", "[.nan, 26]", "spec.gainDb[0]", "write a number"},
		{"band in GHz", goodAmplifierType, "191.275", "191275", "spec.bandTHz[0]", "write 191.275"},
		{"band empty", goodAmplifierType, "[191.275, 196.125]", "[196, 196]", "spec.bandTHz", "not above its begin"},
		{"unknown noise model", goodAmplifierType, "variable", "varible", "spec.noise.model", "did you mean variable?"},
		{"noise of another model", goodAmplifierType, "variable", "fixed", "spec.noise.nfDb", "needs nfDb"},
		{"coils beside their origin", goodAmplifierType, "nfMaxDb: 10", "nfMaxDb: 10, coils: {nf1Db: 5, nf2Db: 6, deltaPDb: 5}", "spec.noise.coils", "both given"},
		{"more gain, more noise", goodAmplifierType, "nfMaxDb: 10", "nfMaxDb: 5", "spec.noise", "more gain must mean less noise"},
		{"polynomial without coefficients", goodAmplifierType, "model: variable, nfMinDb: 6, nfMaxDb: 10", "model: openroadm", "spec.noise.coefficients", "needs coefficients"},
		{"three coefficients", goodAmplifierType, "model: variable, nfMinDb: 6, nfMaxDb: 10", "model: openroadm, coefficients: [1, 2, 3]", "spec.noise.coefficients", "found 3 items, want 4"},
		{"name of the catalogue", goodAmplifierType, "name: corp", "name: edfa-25", "metadata.name", "is the catalogue's"},
		{"flat tilt shape", goodAmplifierType, "  noise", "  tiltShape: [1]\n  noise", "spec.tiltShape", "two samples"},
		{"fibre name of the catalogue", goodFiberType, "name: corp", "name: g.652.d", "metadata.name", "is the catalogue's"},
		{"no loss", goodFiberType, "  lossDbPerKm: 0.2\n", "", "spec.lossDbPerKm", "is required"},
		{"negative loss", goodFiberType, "0.2", "-0.2", "spec.lossDbPerKm", "out of range"},
		{"loss twice", goodFiberType, "0.2", "0.2\n  lossTable: [[191, 0.2], [196, 0.2]]", "spec.lossTable", "keep one"},
		{"table falls", goodFiberType, "  lossDbPerKm: 0.2", "  lossTable: [[196, 0.2], [191, 0.2]]", "spec.lossTable[1]", "do not rise"},
		{"no dispersion", goodFiberType, "16.7", "0", "spec.dispersionPsPerNmKm", "unbounded"},
		{"Raman profile of one row", goodFiberType, "16.7", "16.7\n  raman: {pumpTHz: 206, profile: [[0, 0]]}", "spec.raman.profile", "two rows"},
		{"negative length", goodLine, "km: 60", "km: -60", "spec.spans[0].km", "is no length"},
		{"way unknown", goodLine, "way: az", "way: ab", "spec.spans[2].way", "unknown value"},
		{"fibre and loss", goodLine, "patchLossDb: 1", "patchLossDb: 1, km: 4", "spec.spans[1]", "not both"},
		{"negative loss of a patch", goodLine, "patchLossDb: 1", "patchLossDb: -1", "spec.spans[1].patchLossDb", "out of range"},
		{"lumped loss off the fibre", goodLine, "atKm: 20", "atKm: 61", "spec.spans[0].lumped[0].atKm", "not on the fibre"},
		{"loss below its parts", goodLine, "padDb: 1", "padDb: 14", "spec.spans[0].lossDb", "not more than attenuator"},
		{"pump without direction", goodLine, "direction: against", "direction: back", "spec.spans[0].raman.pumps[0].direction", "unknown value"},
		{"pump of infinite power", goodLine, "mw: 200", "mw: .inf", "spec.spans[0].raman.pumps[0].mw", "write a number"},
		{"one way managed", goodLine, "type: edfa-25, gainDb: 17, tiltDb: 1, outVoaDb: 2", "az: a/1, za: a/2", "spec.spans[2].way", "both ways"},
		{"bands and type", goodLine, "bands:", "type: edfa-25, bands:", "spec.spans[3].amplifier", "under bands"},
		{"one band", goodLine, ", {type: edfa-20}", "", "spec.spans[3].amplifier.bands", "only one"},
		{"gain of a band", goodLine, "{type: edfa-20}", "{type: edfa-20, gainDb: 30}", "spec.spans[3].amplifier.bands[1].gainDb", "30 dB az is no gain of edfa-20"},
		{"settings without a type", goodLine, "type: edfa-25, gainDb: 17, ", "", "spec.spans[2].amplifier", "needs its type"},
		{"two targets", goodSwitch, "egressDbm: -20", "egressDbm: -20, egressDbmPer50GHz: -20", "spec.ports.deg1.egressDbm", "given twice"},
		{"unknown path", goodSwitch, "path: add", "path: ad", "spec.switch.paths[0].path", "unknown value"},
		{"path from a degree", goodSwitch, "from: add1", "from: deg1", "spec.switch.paths[0].from", "is a degree"},
		{"path from nowhere", goodSwitch, "from: add1", "from: add9", "spec.switch.paths[0].from", "unknown port"},
		{"noise of express", goodSwitch, "insertionLossDb: 16", "osnrDb: 30", "spec.switch.paths[1].osnrDb", "no add/drop stage"},
		{"a router switches nothing", goodSwitch, "generic-roadm-openconfig", "generic-router-zr-openconfig", "spec.switch", "switches no wavelengths"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(tt.good, tt.old, tt.new, 1)
			if text == tt.good {
				t.Fatal("nothing was replaced")
			}
			_, err := Decode([]byte(text), "f", WithCatalogue(cat))
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("accepted, or no Faults: %v", err)
			}
			for _, f := range faults {
				if f.Field == tt.field && strings.Contains(f.Error(), tt.says) && f.Line > 0 && f.Column > 0 {
					return
				}
			}
			t.Errorf("no fault of %s says %q:\n%v", tt.field, tt.says, err)
		})
	}
	for _, good := range []string{goodAmplifierType, goodFiberType, goodLine, goodSwitch} {
		if _, err := Decode([]byte(good), "f", WithCatalogue(cat)); err != nil {
			t.Errorf("the good one is refused: %v", err)
		}
	}
}

// TestCheckTypes breaks one reference to a type at a time.
func TestCheckTypes(t *testing.T) {
	cat := defaultCatalogue(t)
	if err := Check(goodFile(t, "line.yaml"), nil, cat); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown amplifier type of one band", "{type: corp-l-band", "{type: corp-s-band", `spec.spans[5].amplifier.bands[1].type: unknown amplifier type "corp-s-band"; did you mean "corp-l-band"?`},
		{"unknown stage", "booster: edfa-17", "booster: edfa-71", `spec.noise.booster: unknown amplifier type "edfa-71"; did you mean "edfa-17"?`},
		{"stage of a stage", "booster: edfa-17", "booster: corp-two-stage", `spec.noise.booster: "corp-two-stage" is in two stages itself; name a type in one`},
		{"fibre type of a document, misspelt", "fiber: old-cable", "fiber: odl-cable", `unknown fibre type "odl-cable"; did you mean "old-cable"?`},
		{"gain of a document's type", "gainDb: 17.5", "gainDb: 29", `spec.spans[0].amplifier.gainDb: 29 dB az is no gain of corp-variable; write a value from 0 to 28.5 dB`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Check(goodFile(t, "line.yaml", tt.old, tt.new), nil, cat)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %s\ngot  %v", tt.want, err)
			}
		})
	}
}

// TestCheckTypesAgainstStored: types may be stored already, and offline only a
// name that looks misspelt is a fault.
func TestCheckTypesAgainstStored(t *testing.T) {
	cat := defaultCatalogue(t)
	link := []Document{*find(t, goodFile(t, "line.yaml"), KindLink)}
	stored := slices.DeleteFunc(goodFile(t, "line.yaml"), func(d Document) bool { return d.Kind == KindLink })
	if err := Check(link, stored, cat); err != nil {
		t.Error(err)
	}
	unchecked, err := CheckOffline(link, cat)
	if err != nil || !strings.Contains(strings.Join(unchecked, "\n"), "Link a-b-south refers to amplifiertype corp-variable") {
		t.Errorf("%v\n%v", unchecked, err)
	}
	link[0].Spec.(*LinkSpec).Spans[2].Fiber = "g.652.z"
	if _, err := CheckOffline(link, cat); err == nil || !strings.Contains(err.Error(), `did you mean "g.652.d"?`) {
		t.Errorf("a misspelt name: %v", err)
	}
}

func find(t *testing.T, docs []Document, kind string) *Document {
	t.Helper()
	for i := range docs {
		if docs[i].Kind == kind {
			return &docs[i]
		}
	}
	t.Fatalf("no %s", kind)
	return nil
}

// TestLineRoundTrip: what was read is written and read as the same.
func TestLineRoundTrip(t *testing.T) {
	docs := goodFile(t, "line.yaml")
	text, err := EncodeYAML(docs...)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Decode(text, "again", WithCatalogue(defaultCatalogue(t)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range docs {
		if !EqualSpec(docs[i], again[i]) {
			t.Errorf("%s %s differs:\n%s", docs[i].Kind, docs[i].Metadata.Name, text)
		}
	}
}

// TestExtend: documents' types mean to the catalogue what they say.
func TestExtend(t *testing.T) {
	cat, err := Extend(defaultCatalogue(t), goodFile(t, "line.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	a := cat.Amplifiers["corp-variable"]
	if a.Noise.Kind != catalogue.NoiseVariable || math.Abs(a.Noise.Coils.DeltaPDb-5) > 1e-9 || a.NoiseFigure.Db() < 6 || a.NoiseFigure.Db() > 10 ||
		a.Gain[1].Db() != 26 || a.Band.Lower.GHz() != 191275 || len(a.TiltShape) != 3 || a.Tags[""] != catalogue.TagManifest {
		t.Errorf("corp-variable: %+v", a)
	}
	if two := cat.Amplifiers["corp-two-stage"]; two.NoiseFigure < a.NoiseFigure || two.NoiseFigure > a.NoiseFigure+20 {
		t.Errorf("corp-two-stage: %v, its first stage %v", two.NoiseFigure, a.NoiseFigure)
	}
	f := cat.Fibres["tabulated"]
	if f.LossDbPerKm < 0.195 || f.LossDbPerKm > 0.197 || f.DispersionPsNmKm < 16.5 || f.DispersionPsNmKm > 17 || f.EffectiveAreaUm2 != 83 {
		t.Errorf("tabulated: %+v", f)
	}
	if old := cat.Fibres["old-cable"]; old.Raman == nil || len(old.Raman.Profile) != 3 || *old.DispersionSlope != 0.058 || old.ReferenceFrequency().GHz() != 193400 {
		t.Errorf("old-cable: %+v", old)
	}
	m := cat.Modes["my-200g"]
	if len(m.PMDPenalties) != 2 || len(m.PDLPenalties) != 2 || m.Shape() != 0.2 || m.EqualizationOffset.Db() != 1.5 {
		t.Errorf("my-200g: %+v", m)
	}
}

// TestExtendWithoutAStage: a type that cannot be is left out, the others stand.
func TestExtendWithoutAStage(t *testing.T) {
	nf := 5.0
	stage := func(name, preamp string) Document {
		return Document{APIVersion: APIVersion, Kind: KindAmplifierType, Metadata: Metadata{Name: name}, Spec: &AmplifierTypeSpec{GainDb: [2]float64{10, 20}, MaxOutputDbm: 20,
			BandTHz: [2]float64{191, 196}, Noise: NoiseSpec{Model: "dual-stage", Preamp: preamp, Booster: "edfa-17"}}}
	}
	single := stage("single", "")
	single.Spec.(*AmplifierTypeSpec).Noise = NoiseSpec{Model: "fixed", NfDb: &nf}
	cat, err := Extend(defaultCatalogue(t), []Document{stage("good", "single"), stage("bad", "nowhere"), single})
	if err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("error: %v", err)
	}
	_, bad := cat.Amplifiers["bad"]
	_, good := cat.Amplifiers["good"]
	if bad || !good || cat.Amplifiers["single"].NoiseFigure != 500 {
		t.Errorf("good %v, bad %v, single %+v", good, bad, cat.Amplifiers["single"])
	}
}
