package catalogue

import (
	"fmt"

	"github.com/waveplane/waveplane/models"
)

// fibreRow is a fibre type as the data files write it.
type fibreRow struct {
	Name              string         `yaml:"name"`
	LossDbPerKm       float64        `yaml:"lossDbPerKm"`
	LossTable         [][]float64    `yaml:"lossTable"` // [THz, dB/km]
	Dispersion        float64        `yaml:"dispersionPsPerNmKm"`
	DispersionSlope   *float64       `yaml:"dispersionSlopePsPerNm2Km"`
	DispersionTable   [][]float64    `yaml:"dispersionTable"` // [THz, ps/(nm km)]
	EffectiveAreaUm2  float64        `yaml:"effectiveAreaUm2"`
	PmdPsPerSqrtKm    float64        `yaml:"pmdPsPerSqrtKm"`
	IndexOfRefraction float64        `yaml:"indexOfRefraction"`
	ConnectorDb       float64        `yaml:"connectorDb"`
	ReferenceTHz      float64        `yaml:"referenceTHz"`
	Source            string         `yaml:"source"`
	Tags              map[string]Tag `yaml:"tags"`
}

func (r fibreRow) fibre(s sheet) (Fibre, error) {
	var n numbers
	f := Fibre{Name: r.Name, LossDbPerKm: r.LossDbPerKm, LossTable: n.points("lossTable", r.LossTable),
		DispersionPsNmKm: r.Dispersion, DispersionSlope: r.DispersionSlope, DispersionTable: n.points("dispersionTable", r.DispersionTable),
		EffectiveAreaUm2: r.EffectiveAreaUm2, PmdPsPerSqrtKm: r.PmdPsPerSqrtKm, IndexOfRefraction: r.IndexOfRefraction,
		ConnectorDb: r.ConnectorDb, Reference: n.frequency(r.ReferenceTHz * 1000),
		Source: s.source(r.Source), Tags: s.tags(r.Tags)}
	if n.err != nil {
		return Fibre{}, fmt.Errorf("fibre %q: %w", r.Name, n.err)
	}
	return f.Settled(), nil
}

// amplifierRow is an amplifier type as the data files write it. noiseFigureDb
// is short for the fixed model.
type amplifierRow struct {
	Name          string         `yaml:"name"`
	GainDb        []float64      `yaml:"gainDb"`
	NoiseFigureDb *float64       `yaml:"noiseFigureDb"`
	Noise         *noiseRow      `yaml:"noise"`
	MaxOutputDbm  float64        `yaml:"maxOutputDbm"`
	BandTHz       []float64      `yaml:"bandTHz"`
	PmdPs         float64        `yaml:"pmdPs"`
	PdlDb         float64        `yaml:"pdlDb"`
	GainRippleDb  []float64      `yaml:"gainRippleDb"`
	NoiseRippleDb []float64      `yaml:"noiseRippleDb"`
	TiltShape     []float64      `yaml:"tiltShape"`
	Source        string         `yaml:"source"`
	Tags          map[string]Tag `yaml:"tags"`
}

type noiseRow struct {
	Model        NoiseKind `yaml:"model"`
	NfMinDb      float64   `yaml:"nfMinDb"`
	NfMaxDb      float64   `yaml:"nfMaxDb"`
	Coefficients []float64 `yaml:"coefficients"`
	Preamp       string    `yaml:"preamp"`
	Booster      string    `yaml:"booster"`
}

func (r amplifierRow) amplifier(s sheet) (Amplifier, error) {
	var n numbers
	a := Amplifier{Name: r.Name, MaxOutput: n.power(r.MaxOutputDbm), Band: n.band(r.BandTHz), PmdPs: r.PmdPs, PdlDb: r.PdlDb,
		GainRippleDb: r.GainRippleDb, NoiseRippleDb: r.NoiseRippleDb, TiltShape: r.TiltShape,
		Source: s.source(r.Source), Tags: s.tags(r.Tags)}
	g := n.pair("gainDb", r.GainDb)
	switch {
	case g == nil:
		n.keep(fmt.Errorf("gainDb: want [least, greatest]"))
	case (r.NoiseFigureDb == nil) == (r.Noise == nil):
		n.keep(fmt.Errorf("want one of noiseFigureDb and noise"))
	default:
		a.Gain = [2]models.Ratio{n.ratio(g[0]), n.ratio(g[1])}
		a.Noise = r.noise(&n, g)
	}
	if n.err == nil && a.Noise.Kind != NoiseDualStage {
		a.NoiseFigure = n.ratio(a.Noise.Typical(g[0], g[1], nil))
	}
	if n.err != nil {
		return Amplifier{}, fmt.Errorf("amplifier %q: %w", r.Name, n.err)
	}
	return a, nil
}

func (r amplifierRow) noise(n *numbers, gain []float64) NoiseModel {
	if r.NoiseFigureDb != nil {
		return NoiseModel{Kind: NoiseFixed, NfDb: *r.NoiseFigureDb}
	}
	m := NoiseModel{Kind: r.Noise.Model, NfMinDb: r.Noise.NfMinDb, NfMaxDb: r.Noise.NfMaxDb, Coefficients: r.Noise.Coefficients,
		Preamp: r.Noise.Preamp, Booster: r.Noise.Booster}
	switch {
	case m.Kind == NoiseVariable:
		coils, err := SolveCoils(m.NfMinDb, m.NfMaxDb, gain[0], gain[1])
		n.keep(err)
		m.Coils = coils
	case (m.Kind == NoisePolynomial || m.Kind == NoiseOpenRoadm) && len(m.Coefficients) != 4:
		n.keep(fmt.Errorf("coefficients: want 4, found %d", len(m.Coefficients)))
	case m.Kind == NoisePolynomial, m.Kind == NoiseOpenRoadm, m.Kind == NoiseOpenRoadmPreamp, m.Kind == NoiseOpenRoadmBooster, m.Kind == NoiseDualStage:
	default:
		n.keep(fmt.Errorf("unknown noise model %q", m.Kind))
	}
	return m
}

// points reads a table over frequency.
func (n *numbers) points(what string, rows [][]float64) []FrequencyPoint {
	var table []FrequencyPoint
	for _, r := range rows {
		if len(r) != 2 || len(table) > 0 && n.frequency(r[0]*1000) <= table[len(table)-1].Frequency {
			n.keep(fmt.Errorf("%s: want rows [THz, value], rising, found %v", what, r))
			return nil
		}
		table = append(table, FrequencyPoint{n.frequency(r[0] * 1000), r[1]})
	}
	return table
}
