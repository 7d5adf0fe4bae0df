package catalogue

import (
	"fmt"
	"math"

	"github.com/waveplane/waveplane/models"
)

// Amplifier is an amplifier type.
type Amplifier struct {
	Name string
	// Gain is the least and the greatest gain, the latter without tilt. Noise
	// is padded below the least; nothing gives more than the greatest.
	Gain [2]models.Ratio
	// NoiseFigure is the one figure for planners that take one: the model's in
	// the middle of the gain range, see NoiseModel.Typical.
	NoiseFigure models.Ratio
	Noise       NoiseModel
	MaxOutput   models.Power // total, all channels and noise together
	Band        models.Band
	PmdPs       float64
	PdlDb       float64
	// The shapes over the band, samples evenly spaced from its lower edge to
	// its upper: none is flat, one is constant.
	GainRippleDb  []float64 // added to the gain
	NoiseRippleDb []float64 // added to the noise figure
	// TiltShape is how gain changes over frequency when the pumps change, in
	// any unit (di Muro, JLT 18(3), 2000); none is that of the catalogue,
	// TiltShapes[DefaultTiltShape].
	TiltShape []float64
	Source    string
	Tags      map[string]Tag
}

// DefaultTiltShape names the tilt shape of amplifier types that have none of
// their own.
const DefaultTiltShape = "erbium"

// NoiseKind is the way a noise figure depends on what an amplifier does.
type NoiseKind string

// The kinds of noise models.
const (
	NoiseFixed            NoiseKind = "fixed"             // Nf at every gain
	NoiseVariable         NoiseKind = "variable"          // two coils, see Coils
	NoisePolynomial       NoiseKind = "polynomial"        // of the gain below the greatest
	NoiseOpenRoadm        NoiseKind = "openroadm"         // polynomial of the input power
	NoiseOpenRoadmPreamp  NoiseKind = "openroadm-preamp"  // mask of the MSA
	NoiseOpenRoadmBooster NoiseKind = "openroadm-booster" // adds none
	NoiseDualStage        NoiseKind = "dual-stage"        // two types in a row; a Raman hybrid too
)

// NoiseKinds lists the kinds.
func NoiseKinds() []NoiseKind {
	return []NoiseKind{NoiseFixed, NoiseVariable, NoisePolynomial, NoiseOpenRoadm, NoiseOpenRoadmPreamp, NoiseOpenRoadmBooster, NoiseDualStage}
}

// NoiseModel says how much noise an amplifier adds. Which fields hold depends
// on the kind. All figures are in dB; below the least gain the missing gain is
// added to the figure one to one, whatever the kind.
type NoiseModel struct {
	Kind NoiseKind
	// NfDb is the figure of a fixed model. It may be negative: a Raman stage
	// as seen from behind its fibre.
	NfDb float64
	// NfMinDb and NfMaxDb, at the greatest and the least gain, are what Coils
	// was solved from; 0 and 0 when the coils were given.
	NfMinDb, NfMaxDb float64
	Coils            Coils
	// Coefficients, highest power first. Polynomial: the figure over g-gmax,
	// 0 or less. OpenROADM: the OSNR per 0.1 nm and 0 dBm over the input power
	// in dBm of a channel scaled to 50 GHz, so that NF = p - poly(p) + 58
	// (58 is 10 lg(1 mW/(h f 12.5 GHz)), rounded).
	Coefficients []float64
	// Preamp and Booster name the types of a dual stage. The first runs at its
	// greatest gain.
	Preamp, Booster string
}

// Coils are the constants of the two-coil model of a variable-gain amplifier:
// NF = nf1 + nf2/g1a in linear units, with g1a = gain - DeltaPDb - (greatest
// gain - gain) in dB: what the second coil gives less is missing in the first.
type Coils struct{ Nf1Db, Nf2Db, DeltaPDb float64 }

// SolveCoils finds the coils whose noise figure is nfMin at the greatest gain
// and nfMax at the least, all in dB. It starts from a power difference between
// the coils of 5 dB; when the second coil is then not 0.3 to 2 dB noisier than
// the first, it is set to the nearer bound, and the power difference follows
// from nfMin alone. Method: GNPy, amplifier model "variable_gain".
//
// An error says that no such amplifier exists.
func SolveCoils(nfMin, nfMax, gainMin, gainMax float64) (Coils, error) {
	for _, v := range []float64{nfMin, nfMax, gainMin, gainMax} {
		if math.IsNaN(v) || math.Abs(v) > 100 {
			return Coils{}, fmt.Errorf("noise figure from %g to %g dB at gains from %g to %g dB: out of range", nfMin, nfMax, gainMin, gainMax)
		}
	}
	if nfMin >= nfMax || gainMin >= gainMax {
		return Coils{}, fmt.Errorf("noise figure %g dB at %g dB of gain and %g dB at %g dB: more gain must mean less noise", nfMin, gainMax, nfMax, gainMin)
	}
	const start, nearest, farthest = 5, 0.3, 2
	high, low := gainMax-start, 2*gainMin-gainMax-start
	nf2 := db((linear(nfMax) - linear(nfMin)) / (linear(-low) - linear(-high)))
	nf1 := db(linear(nfMin) - linear(nf2-high))
	delta := float64(start)
	if d := nf2 - nf1; !(d > nearest && d < farthest) {
		nf2 = min(max(nf2, nf1+nearest), nf1+farthest)
		delta = gainMax - db(linear(nf2)/(linear(nfMin)-linear(nf1)))
	}
	for _, v := range []float64{nf1, nf2, delta} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Coils{}, fmt.Errorf("no two coils give %g dB of noise at %g dB of gain and %g dB at %g dB", nfMin, gainMax, nfMax, gainMin)
		}
	}
	return Coils{Nf1Db: nf1, Nf2Db: nf2, DeltaPDb: delta}, nil
}

// NoiseFigure is the figure of the two coils at a gain within the range of an
// amplifier whose greatest gain is given, all in dB.
func (c Coils) NoiseFigure(gain, greatest float64) float64 {
	first := gain - c.DeltaPDb - max(greatest-gain, 0)
	return db(linear(c.Nf1Db) + linear(c.Nf2Db-first))
}

// typicalInputDbm stands for the power of a 50 GHz channel before an in-line
// amplifier, where a model asks for it and nothing is known of the line.
const typicalInputDbm = -20

// Typical is the noise figure in dB that stands for the model where only one
// number counts: in the middle of the gain range, with channels of -20 dBm per
// 50 GHz at the input. Stages finds the types that a dual stage is made of.
func (n NoiseModel) Typical(gainMin, gainMax float64, stages func(name string) (Amplifier, bool)) float64 {
	middle := (gainMin + gainMax) / 2
	switch n.Kind {
	case NoiseVariable:
		return n.Coils.NoiseFigure(middle, gainMax)
	case NoisePolynomial:
		return horner(n.Coefficients, middle-gainMax)
	case NoiseOpenRoadm:
		return typicalInputDbm - horner(n.Coefficients, typicalInputDbm) + 58
	case NoiseOpenRoadmPreamp:
		return typicalInputDbm - math.Min((4*typicalInputDbm+275)/7.0, 33) + 58
	case NoiseOpenRoadmBooster:
		return 0
	case NoiseDualStage:
		first, ok1 := stages(n.Preamp)
		second, ok2 := stages(n.Booster)
		if !ok1 || !ok2 {
			return math.NaN()
		}
		return db(linear(first.NoiseFigure.Db()) + linear(second.NoiseFigure.Db()-first.Gain[1].Db()))
	}
	return n.NfDb
}

func horner(coefficients []float64, x float64) float64 {
	sum := 0.0
	for _, c := range coefficients {
		sum = sum*x + c
	}
	return sum
}

func linear(db float64) float64 { return math.Pow(10, db/10) }

func db(ratio float64) float64 { return 10 * math.Log10(ratio) }
