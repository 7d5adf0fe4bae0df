package intents

import (
	"fmt"
	"math"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// AmplifierTypeSpec is an amplifier type of the user's own; it has the fields
// of catalogue.Amplifier with units in the names.
type AmplifierTypeSpec struct {
	GainDb        [2]float64 `json:"gainDb"`
	MaxOutputDbm  float64    `json:"maxOutputDbm"`
	BandTHz       [2]float64 `json:"bandTHz"`
	Noise         NoiseSpec  `json:"noise"`
	PmdPs         float64    `json:"pmdPs,omitempty" jsonschema:"minimum=0"`
	PdlDb         float64    `json:"pdlDb,omitempty" jsonschema:"minimum=0"`
	GainRippleDb  []float64  `json:"gainRippleDb,omitempty"`
	NoiseRippleDb []float64  `json:"noiseRippleDb,omitempty"`
	TiltShape     []float64  `json:"tiltShape,omitempty"`
	Source        string     `json:"source,omitempty"`
}

// NoiseSpec says how much noise an amplifier adds. Which fields go with a model
// stands in explanations, and in noiseFields.
type NoiseSpec struct {
	Model        string      `json:"model" jsonschema:"enum=fixed,enum=variable,enum=polynomial,enum=openroadm,enum=openroadm-preamp,enum=openroadm-booster,enum=dual-stage"`
	NfDb         *float64    `json:"nfDb,omitempty"`
	NfMinDb      *float64    `json:"nfMinDb,omitempty"`
	NfMaxDb      *float64    `json:"nfMaxDb,omitempty"`
	Coils        *CoilsSpec  `json:"coils,omitempty"`
	Coefficients *[4]float64 `json:"coefficients,omitempty"`
	Preamp       string      `json:"preamp,omitempty"`
	Booster      string      `json:"booster,omitempty"`
}

// CoilsSpec are the two coils of a variable-gain amplifier, where they are
// known; otherwise they are solved from nfMinDb and nfMaxDb.
type CoilsSpec struct {
	Nf1Db    float64 `json:"nf1Db"`
	Nf2Db    float64 `json:"nf2Db"`
	DeltaPDb float64 `json:"deltaPDb"`
}

// maxSamples bounds the shapes over the band.
const maxSamples = 4096

func amplifierTypeKind() Kind {
	return kindOf(KindAmplifierType, "amplifiertypes", []string{"amptype"}, false, checkAmplifierType, nil)
}

// noiseFields names the fields that each noise model has, beside model.
func noiseFields(model string) []string {
	switch catalogue.NoiseKind(model) {
	case catalogue.NoiseFixed:
		return []string{"nfDb"}
	case catalogue.NoiseVariable:
		return []string{"nfMinDb", "nfMaxDb", "coils"}
	case catalogue.NoisePolynomial, catalogue.NoiseOpenRoadm:
		return []string{"coefficients"}
	case catalogue.NoiseDualStage:
		return []string{"preamp", "booster"}
	}
	return nil
}

func checkAmplifierType(c *checker, s *AmplifierTypeSpec) {
	before := len(*c.faults)
	at := func(field ...any) []any { return append([]any{"spec"}, field...) }
	if c.cat != nil {
		if _, taken := c.cat.Amplifiers[c.doc.Metadata.Name]; taken {
			c.fault("amplifier type "+quoted(c.doc.Metadata.Name)+" is the catalogue's", "choose another name: links that name it mean that one", "metadata", "name")
		}
	}
	for i := range s.GainDb {
		c.between(&s.GainDb[i], -10, 60, "dB", at("gainDb", i)...)
	}
	if s.GainDb[0] > s.GainDb[1] && c.read(at("gainDb", 0)...) && c.read(at("gainDb", 1)...) {
		c.fault("the range begins at "+number(s.GainDb[0])+" dB, above its end of "+number(s.GainDb[1])+" dB", "write [least, greatest]", at("gainDb")...)
	}
	c.between(&s.MaxOutputDbm, -10, 40, "dBm", at("maxOutputDbm")...)
	if c.read(at("bandTHz")...) {
		c.checkLineBand(&s.BandTHz, at("bandTHz")...)
	}
	c.between(&s.PmdPs, 0, 1000, "ps", at("pmdPs")...)
	c.between(&s.PdlDb, 0, 20, "dB", at("pdlDb")...)
	checkSamples(c, s.GainRippleDb, 20, "dB", at("gainRippleDb")...)
	checkSamples(c, s.NoiseRippleDb, 20, "dB", at("noiseRippleDb")...)
	checkSamples(c, s.TiltShape, 1000, "", at("tiltShape")...)
	if len(s.TiltShape) == 1 {
		c.fault("a tilt shape of one sample is flat", "give two samples or more, or leave it out", at("tiltShape")...)
	}
	c.checkText(s.Source, at("source")...)
	checkNoise(c, s, at)
	if len(*c.faults) == before && c.bound.whole() {
		if _, err := s.Catalogue(c.doc.Metadata.Name); err != nil {
			c.fault(err.Error(), "", at("noise")...)
		}
	}
}

func checkSamples(c *checker, samples []float64, most float64, unit string, path ...any) {
	if len(samples) > maxSamples {
		c.fault(fmt.Sprintf("%d samples", len(samples)), fmt.Sprintf("write at most %d", maxSamples), path...)
		return
	}
	for i := range samples {
		c.between(&samples[i], -most, most, unit, append(path[:len(path):len(path)], i)...)
	}
}

func checkNoise(c *checker, s *AmplifierTypeSpec, at func(...any) []any) {
	n := s.Noise
	var models []string
	for _, k := range catalogue.NoiseKinds() {
		models = append(models, string(k))
	}
	if n.Model == "" {
		c.fault("the noise model is empty", "write one of "+join(models), at("noise", "model")...)
		return
	}
	before := len(*c.faults)
	c.oneOf(n.Model, models, at("noise", "model")...)
	if len(*c.faults) > before {
		return
	}
	given := []struct {
		field string
		set   bool
	}{{"nfDb", n.NfDb != nil}, {"nfMinDb", n.NfMinDb != nil}, {"nfMaxDb", n.NfMaxDb != nil}, {"coils", n.Coils != nil},
		{"coefficients", n.Coefficients != nil}, {"preamp", n.Preamp != ""}, {"booster", n.Booster != ""}}
	wanted := noiseFields(n.Model)
	solved := n.Coils == nil && c.read(at("noise", "coils")...)
	for _, g := range given {
		want := false
		for _, w := range wanted {
			want = want || w == g.field
		}
		needed := want && g.field != "coils" && (n.Model != string(catalogue.NoiseVariable) || solved)
		switch {
		case g.set && !want:
			c.fault("noise model "+n.Model+" has no "+g.field, "leave it out", at("noise", g.field)...)
		case !g.set && needed && c.read(at("noise", g.field)...):
			c.fault("noise model "+n.Model+" needs "+g.field, "", at("noise", g.field)...)
		}
	}
	if n.Coils != nil && (n.NfMinDb != nil || n.NfMaxDb != nil) && n.Model == string(catalogue.NoiseVariable) {
		c.fault("the coils and what they are solved from are both given", "keep coils, or nfMinDb and nfMaxDb", at("noise", "coils")...)
	}
	for _, f := range []struct {
		field string
		value *float64
	}{{"nfDb", n.NfDb}, {"nfMinDb", n.NfMinDb}, {"nfMaxDb", n.NfMaxDb}} {
		c.between(f.value, -20, 60, "dB", at("noise", f.field)...)
	}
	if n.Coils != nil {
		c.between(&n.Coils.Nf1Db, -20, 60, "dB", at("noise", "coils", "nf1Db")...)
		c.between(&n.Coils.Nf2Db, -20, 60, "dB", at("noise", "coils", "nf2Db")...)
		c.between(&n.Coils.DeltaPDb, -20, 60, "dB", at("noise", "coils", "deltaPDb")...)
	}
	if n.Coefficients != nil {
		for i := range n.Coefficients {
			c.between(&n.Coefficients[i], -1e4, 1e4, "", at("noise", "coefficients", i)...)
		}
	}
	if n.Preamp != "" {
		c.checkName(n.Preamp, at("noise", "preamp")...)
	}
	if n.Booster != "" {
		c.checkName(n.Booster, at("noise", "booster")...)
	}
}

// Catalogue converts the document's spec to a type of the catalogue. The one
// noise figure of a dual stage is left for catalogue.WithTypes, which knows the
// stages. An error names the field that cannot be represented, or says that the
// noise model has no solution.
func (s AmplifierTypeSpec) Catalogue(name string) (catalogue.Amplifier, error) {
	n := converter{}
	a := catalogue.Amplifier{
		Name:         name,
		Gain:         [2]models.Ratio{*n.ratio("gainDb", &s.GainDb[0]), *n.ratio("gainDb", &s.GainDb[1])},
		MaxOutput:    n.power("maxOutputDbm", s.MaxOutputDbm),
		Band:         models.Band{Lower: n.frequency("bandTHz", s.BandTHz[0]*1000), Upper: n.frequency("bandTHz", s.BandTHz[1]*1000)},
		PmdPs:        s.PmdPs,
		PdlDb:        s.PdlDb,
		GainRippleDb: s.GainRippleDb, NoiseRippleDb: s.NoiseRippleDb, TiltShape: s.TiltShape,
		Source: s.Source, Tags: map[string]catalogue.Tag{"": catalogue.TagManifest},
	}
	a.Noise = catalogue.NoiseModel{Kind: catalogue.NoiseKind(s.Noise.Model), NfDb: figure(s.Noise.NfDb),
		NfMinDb: figure(s.Noise.NfMinDb), NfMaxDb: figure(s.Noise.NfMaxDb), Preamp: s.Noise.Preamp, Booster: s.Noise.Booster}
	if s.Noise.Coefficients != nil {
		a.Noise.Coefficients = s.Noise.Coefficients[:]
	}
	switch {
	case a.Noise.Kind != catalogue.NoiseVariable:
	case s.Noise.Coils != nil:
		a.Noise.Coils = catalogue.Coils(*s.Noise.Coils)
	default:
		coils, err := catalogue.SolveCoils(a.Noise.NfMinDb, a.Noise.NfMaxDb, s.GainDb[0], s.GainDb[1])
		n.keep("noise", err)
		a.Noise.Coils = coils
	}
	if n.err == nil && a.Noise.Kind != catalogue.NoiseDualStage {
		nf := a.Noise.Typical(s.GainDb[0], s.GainDb[1], nil)
		if math.IsNaN(nf) || nf < -20 || nf > 80 {
			n.keep("noise", fmt.Errorf("the noise figure comes out as %s dB", number(nf)))
		} else {
			a.NoiseFigure = *n.ratio("noise", &nf)
		}
	}
	if a.Source == "" {
		a.Source = "AmplifierType document " + name
	}
	if n.err != nil {
		return catalogue.Amplifier{}, fmt.Errorf("amplifier type %q: %w", name, n.err)
	}
	return a, nil
}

func figure(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}
