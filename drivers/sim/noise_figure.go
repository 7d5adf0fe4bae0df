package sim

import (
	"fmt"
	"math"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/models/catalogue"
)

// quantumDbm is 10 lg of 1 mW over h·f·12.5 GHz as the OpenROADM noise masks
// round it.
const quantumDbm = 58

// leastMaskDbm is the input per 50 GHz where the noise masks end; below, the
// figure stays what it is there.
const leastMaskDbm = -35

// noiseFigure returns what a type's noise model says: a figure that always
// holds, or one that depends on what the amplifier does; the other is 0 or nil.
// An error says that the laboratory has no such model.
func noiseFigure(t catalogue.Amplifier, from *catalogue.Catalogue) (float64, light.NoiseFigure, error) {
	least, most := t.Gain[0].Db(), t.Gain[1].Db()
	var model light.NoiseFigure
	switch n := t.Noise; n.Kind {
	case "":
		return t.NoiseFigure.Db(), nil, nil
	case catalogue.NoiseFixed:
		model = func(float64, float64) float64 { return n.NfDb }
	case catalogue.NoiseVariable:
		// Below the greatest gain what is not used of it is lost between the coils.
		c := n.Coils
		model = func(gain, _ float64) float64 {
			between := gain - max(most-gain, 0) - c.DeltaPDb
			return 10 * math.Log10(math.Pow(10, c.Nf1Db/10)+math.Pow(10, (c.Nf2Db-between)/10))
		}
	case catalogue.NoisePolynomial:
		model = func(gain, _ float64) float64 { return polynomial(n.Coefficients, min(gain-most, 0)) }
	case catalogue.NoiseOpenRoadm:
		model = func(_, input float64) float64 {
			input = max(input, leastMaskDbm)
			return input - polynomial(n.Coefficients, input) + quantumDbm
		}
	case catalogue.NoiseOpenRoadmPreamp:
		model = func(_, input float64) float64 {
			input = max(input, leastMaskDbm)
			return input - min((4*input+275)/7, 33) + quantumDbm
		}
	case catalogue.NoiseOpenRoadmBooster:
		return math.Inf(-1), nil, nil
	case catalogue.NoiseDualStage:
		m, err := dualStage(n, from)
		return 0, m, err
	default:
		return 0, nil, fmt.Errorf("the laboratory has no noise model %q, which amplifier type %q has", n.Kind, t.Name)
	}
	// Below its least gain an amplifier attenuates, which costs as much noise.
	return 0, func(gain, input float64) float64 {
		pad := max(least-gain, 0)
		return model(gain+pad, input) + pad
	}, nil
}

// dualStage is two amplifiers in a row, the first at its greatest gain (H. T.
// Friis, Proc. IRE 32(7), 1944).
func dualStage(n catalogue.NoiseModel, from *catalogue.Catalogue) (light.NoiseFigure, error) {
	var stages [2]light.NoiseFigure
	var first float64
	for i, name := range []string{n.Preamp, n.Booster} {
		t, err := from.Amplifier(name)
		if err != nil {
			return nil, err
		}
		if t.Noise.Kind == catalogue.NoiseDualStage {
			return nil, fmt.Errorf("the laboratory has no amplifiers of more than two stages, and type %q is one of two", name)
		}
		if i == 0 {
			first = t.Gain[1].Db()
		}
		fixed, model, err := noiseFigure(t, from)
		if err != nil {
			return nil, err
		}
		if model == nil {
			model = func(float64, float64) float64 { return fixed }
		}
		stages[i] = model
	}
	return func(gain, input float64) float64 {
		return 10 * math.Log10(math.Pow(10, stages[0](first, input)/10)+math.Pow(10, (stages[1](gain-first, input+first)-first)/10))
	}, nil
}

// polynomial has its highest power first.
func polynomial(coefficients []float64, x float64) float64 {
	sum := 0.0
	for _, c := range coefficients {
		sum = sum*x + c
	}
	return sum
}
