package gn

import (
	"fmt"
	"math"

	"github.com/waveplane/waveplane/models/catalogue"
)

// extraGainDb is how far beyond its greatest flat gain an amplifier may be
// set: real ones give a few dB more at the price of tilt.
const extraGainDb = 5

// AmplifierType is what all amplifiers of one kind have in common.
type AmplifierType struct {
	Name string
	Stage
	MaxOutputDbm float64 // total over channels and noise; plus infinity for no limit
	LoHz, HiHz   float64 // band: slots of channels must lie within; 0 and 0: no limits
	PmdPs, PdlDb float64
	// The shapes over the band, samples evenly spaced from LoHz to HiHz; none
	// is flat. TiltShape is the change of gain with the pump (R. di Muro, JLT
	// 18(3), 2000) and needed for tilt and ripple.
	GainRippleDb, NoiseRippleDb, TiltShape []float64
}

// Stage is the gain range of an amplifier or of one of its stages, and how
// noisy it is.
type Stage struct {
	MinGainDb, MaxGainDb float64 // below the least gain noise is padded dB by dB
	Noise                catalogue.NoiseKind
	NfDb                 float64         // NoiseFixed
	Coils                catalogue.Coils // NoiseVariable
	// Coefficients, highest power first: of the noise figure over gain minus
	// MaxGainDb (NoisePolynomial), or of the OSNR over the input power per
	// 50 GHz (NoiseOpenRoadm).
	Coefficients    []float64
	Preamp, Booster *Stage // NoiseDualStage
}

// quantumDbm is 10 lg(1 mW/(h f 12.5 GHz)) as OpenROADM rounds it.
const quantumDbm = 58

// amp is a compiled amplifier.
type amp struct {
	*AmplifierType
	set      Amplifier
	number   int     // among the line's amplifiers: where its readings are kept
	in, out  float64 // transmission of the attenuators
	limit    float64 // greatest total output, W
	noise    float64 // noise factor at the gain that is set; NaN if it depends on the input
	gain     float64 // factor at the gain that is set, attenuator behind it included
	shaped   bool    // gain differs between channels
	noiseVar bool    // noise figure has ripple
}

func (e Amplifier) compile(l *Line) (element, error) {
	a, err := newAmp(e)
	a.number = l.amps
	l.amps++
	return element{amps: []amp{a}}, err
}

func (e AmplifierBank) compile(l *Line) (element, error) {
	var c element
	if len(e.Bands) == 0 {
		return c, fault("give it an amplifier for every band", "it has no amplifiers")
	}
	for i, band := range e.Bands {
		a, err := newAmp(band)
		if err != nil {
			return c, err
		}
		for _, other := range c.amps {
			if a.LoHz < other.HiHz && other.LoHz < a.HiHz || a.HiHz == 0 || other.HiHz == 0 {
				return c, fault("give amplifiers side by side bands that do not overlap", "the bands of amplifiers %d and of an earlier one overlap", i+1)
			}
		}
		a.number = l.amps
		l.amps++
		c.amps = append(c.amps, a)
	}
	c.bank = true
	return c, nil
}

func newAmp(e Amplifier) (amp, error) {
	t := e.Type
	switch {
	case t == nil:
		return amp{}, fault("name the type of the amplifier", "amplifier type is missing")
	case !finite(e.GainDb, e.TiltDb, t.LoHz, t.HiHz, t.PmdPs, t.PdlDb) || math.IsNaN(t.MaxOutputDbm) || math.IsInf(t.MaxOutputDbm, -1):
		return amp{}, fault("correct it", "a figure of it or of type %q is no number", t.Name)
	case e.GainDb < 0:
		return amp{}, fault("set a gain of 0 dB or more, or use a loss", "gain is %g dB", e.GainDb)
	case e.GainDb > t.MaxGainDb+extraGainDb:
		return amp{}, fault(fmt.Sprintf("set %g dB at most, or take another type", t.MaxGainDb+extraGainDb),
			"gain %g dB is more than type %q gives: %g dB flat, and %d dB beyond", e.GainDb, t.Name, t.MaxGainDb, extraGainDb)
	case math.Abs(e.TiltDb) > 20:
		return amp{}, fault("set a tilt from -20 to 20 dB", "tilt is %g dB", e.TiltDb)
	case t.MaxOutputDbm > 60:
		if !math.IsInf(t.MaxOutputDbm, 1) {
			return amp{}, fault("give it in dBm", "greatest output of type %q is %g dBm", t.Name, t.MaxOutputDbm)
		}
	case t.PmdPs < 0 || t.PdlDb < 0 || t.HiHz < t.LoHz || t.LoHz < 0:
		return amp{}, fault("correct the type", "PMD, PDL or band of type %q is out of range", t.Name)
	}
	for what, db := range map[string]float64{"attenuator before it": e.InVoaDb, "attenuator behind it": e.OutVoaDb} {
		if err := lossInRange(what, db); err != nil {
			return amp{}, err
		}
	}
	if err := t.Stage.check(true); err != nil {
		return amp{}, fault("correct the type", "type %q: %v", t.Name, err)
	}
	if e.TiltDb != 0 && len(t.TiltShape) < 2 {
		return amp{}, fault("give the type a tilt shape, or set no tilt", "tilt of %g dB is set, but type %q has no tilt shape", e.TiltDb, t.Name)
	}
	for _, samples := range [][]float64{t.GainRippleDb, t.NoiseRippleDb, t.TiltShape} {
		if !finite(samples...) {
			return amp{}, fault("correct the type", "a shape of type %q has samples that are no numbers", t.Name)
		}
		if len(samples) > 1 && t.HiHz == t.LoHz {
			return amp{}, fault("give the type its band", "type %q has shapes over a band, but no band", t.Name)
		}
	}
	a := amp{AmplifierType: t, set: e, in: Linear(-e.InVoaDb), out: Linear(-e.OutVoaDb), limit: Watt(t.MaxOutputDbm),
		noise: math.NaN(), gain: Linear(e.GainDb - e.OutVoaDb)}
	a.shaped = e.TiltDb != 0 || uneven(t.GainRippleDb)
	a.noiseVar = uneven(t.NoiseRippleDb) || len(t.NoiseRippleDb) > 0 && t.NoiseRippleDb[0] != 0
	if !t.Stage.reads() {
		a.noise = Linear(t.Stage.noiseFigure(e.GainDb, 0))
	}
	return a, nil
}

func uneven(samples []float64) bool {
	for _, s := range samples {
		if s != samples[0] {
			return true
		}
	}
	return false
}

func (s *Stage) check(dual bool) error {
	if !finite(s.MinGainDb, s.MaxGainDb, s.NfDb, s.Coils.Nf1Db, s.Coils.Nf2Db, s.Coils.DeltaPDb) || !finite(s.Coefficients...) {
		return fmt.Errorf("a figure is no number")
	}
	if s.MinGainDb > s.MaxGainDb || s.MaxGainDb > 100 || s.MinGainDb < -100 {
		return fmt.Errorf("gain from %g to %g dB is no range", s.MinGainDb, s.MaxGainDb)
	}
	switch s.Noise {
	case catalogue.NoiseFixed, catalogue.NoiseVariable, catalogue.NoiseOpenRoadmPreamp, catalogue.NoiseOpenRoadmBooster:
	case catalogue.NoisePolynomial, catalogue.NoiseOpenRoadm:
		if len(s.Coefficients) == 0 {
			return fmt.Errorf("noise model %q needs coefficients", s.Noise)
		}
	case catalogue.NoiseDualStage:
		if !dual || s.Preamp == nil || s.Booster == nil {
			return fmt.Errorf("two stages need a preamplifier and a booster that are not dual themselves")
		}
		for _, stage := range []*Stage{s.Preamp, s.Booster} {
			if err := stage.check(false); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("noise model %q is not known", s.Noise)
	}
	return nil
}

// reads tells whether the noise figure depends on the input power.
func (s *Stage) reads() bool {
	switch s.Noise {
	case catalogue.NoiseOpenRoadm, catalogue.NoiseOpenRoadmPreamp:
		return true
	case catalogue.NoiseDualStage:
		return s.Preamp.reads() || s.Booster.reads()
	}
	return false
}

// noiseFigure is in dB, padding below the least gain included; input is the
// power per 50 GHz in dBm.
func (s *Stage) noiseFigure(gain, input float64) float64 {
	if s.Noise == catalogue.NoiseDualStage {
		first := s.Preamp.MaxGainDb
		return Decibel(Linear(s.Preamp.noiseFigure(first, input)) + Linear(s.Booster.noiseFigure(gain-first, input)-first))
	}
	pad := max(s.MinGainDb-gain, 0)
	gain += pad
	short := max(s.MaxGainDb-gain, 0)
	nf := s.NfDb
	switch s.Noise {
	case catalogue.NoiseVariable:
		nf = Decibel(Linear(s.Coils.Nf1Db) + Linear(s.Coils.Nf2Db-(gain-s.Coils.DeltaPDb-short)))
	case catalogue.NoisePolynomial:
		nf = horner(s.Coefficients, -short)
	case catalogue.NoiseOpenRoadm:
		nf = input - horner(s.Coefficients, input) + quantumDbm
	case catalogue.NoiseOpenRoadmPreamp:
		nf = input - min((4*input+275)/7, 33) + quantumDbm
	case catalogue.NoiseOpenRoadmBooster:
		return math.Inf(-1)
	}
	return nf + pad
}

func horner(coefficients []float64, x float64) float64 {
	sum := 0.0
	for _, c := range coefficients {
		sum = sum*x + c
	}
	return sum
}
