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
	Pmd2         float64 // ps² gathered: PMD adds as squares
	Pdl2         float64 // dB² gathered: PDL likewise
	PenaltyDb    float64 // OSNR lost to clipped spectrum
	StepDb       float64 // greatest excursion under way in an amplifier on the path

	mode *Mode
}

// OsnrDb returns the ratio of signal to noise in 0.1 nm, what was lost to
// clipped spectrum taken off.
func (w *Wave) OsnrDb() float64 {
	if w.PowerMw <= 0 {
		return -100
	}
	return toDb(w.PowerMw/max(w.NoiseMw, 1e-12)) - w.PenaltyDb
}

// TotalMw returns signal and noise together, the noise in the bandwidth of the
// symbol rate.
func (w *Wave) TotalMw() float64 {
	return w.PowerMw + w.NoiseMw*w.BaudGBd/referenceGHz
}

// Physics knows what fibres do to the waves in them beside loss and
// dispersion. The laboratory's own is ThirdOrder; a better engine may be
// injected. It is given the fibres as they are, never as the documents say.
type Physics interface {
	// Nonlinear returns the model of one fibre of a length above 0. It is
	// called once for every fibre and direction, when the fibre is laid. An
	// error says what of the fibre the physics cannot model.
	Nonlinear(f Fibre) (Nonlinear, error)
}

// Nonlinear adds to noise[i], in mW within 0.1 nm, what the waves in a fibre
// make of each other. Powers and noise are those where the glass begins, behind
// Fibre.InDb; the fibre weakens the noise like everything else. Waves come in
// any order, may overlap and may have no power. Neither slice may be kept. A
// Network calls the models of its fibres one at a time.
type Nonlinear func(waves []Wave, noise []float64)

// ThirdOrder is the simplest usable nonlinear model: noise grows with the
// square of the powers, less with distance in frequency. Per span of more than
// a few kilometres and with 1 mW a wave, one wave loses to itself −40 dB and to
// a neighbour 100 GHz away −43 dB of its power.
type ThirdOrder struct{}

// Nonlinear implements Physics.
func (ThirdOrder) Nonlinear(f Fibre) (Nonlinear, error) {
	const perMw2 = 1e-4
	length := min(f.Km/20, 1) // shorter fibres than the effective length do less
	return func(waves []Wave, noise []float64) {
		for i := range waves {
			var sum float64
			for j := range waves {
				apart := math.Abs(float64(waves[i].FrequencyMHz-waves[j].FrequencyMHz)) / 1e5
				sum += perMw2 / (1 + apart) * sq(waves[j].PowerMw)
			}
			noise[i] += waves[i].PowerMw * sum * length * referenceGHz / waves[i].BaudGBd
		}
	}, nil
}
