package light

import "math"

// Wave is one signal at one place.
type Wave struct {
	From         End   // the transceiver it comes from
	FrequencyMHz int64 // centre, as sent
	LowerMHz     int64 // edges of the spectrum it fills; clipping moves them
	UpperMHz     int64
	BaudGBd      float64
	PowerMw      float64
	NoiseMw      float64 // noise of all kinds in 0.1 nm at its frequency
	Dispersion   float64 // ps/nm gathered
	PenaltyDb    float64 // OSNR lost to clipped spectrum
	StepDb       float64 // greatest excursion under way in an amplifier on the path

	mode *Mode
}

// OsnrDb returns the ratio of signal to noise in 0.1 nm, penalties taken off.
func (w *Wave) OsnrDb() float64 {
	if w.PowerMw <= 0 {
		return -100
	}
	return toDb(w.PowerMw/max(w.NoiseMw, 1e-12)) - w.PenaltyDb
}

// Fibre is a piece of fibre as it is: the loss includes what the documents do
// not know.
type Fibre struct {
	Km               float64
	LossDb           float64
	DispersionPsNmKm float64
}

// Physics computes what a fibre does to the waves in it beside loss and
// dispersion. The laboratory's own is ThirdOrder; a better engine may be
// injected.
type Physics interface {
	// Nonlinear adds to noise[i], in mW within 0.1 nm at the fibre's input,
	// what the waves make of each other. The powers are those at the input.
	Nonlinear(f Fibre, waves []Wave, noise []float64)
}

// ThirdOrder is the simplest usable nonlinear model: noise grows with the
// square of the powers, less with distance in frequency. Per span of more than
// a few kilometres and with 1 mW a wave, one wave loses to itself −40 dB and to
// a neighbour 100 GHz away −43 dB of its power.
type ThirdOrder struct{}

// Nonlinear implements Physics.
func (ThirdOrder) Nonlinear(f Fibre, waves []Wave, noise []float64) {
	const perMw2 = 1e-4
	length := min(f.Km/20, 1) // shorter fibres than the effective length do less
	for i := range waves {
		var sum float64
		for j := range waves {
			apart := math.Abs(float64(waves[i].FrequencyMHz-waves[j].FrequencyMHz)) / 1e5
			sum += perMw2 / (1 + apart) * sq(waves[j].PowerMw)
		}
		noise[i] += waves[i].PowerMw * sum * length * referenceGHz / waves[i].BaudGBd
	}
}
