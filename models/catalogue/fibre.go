package catalogue

import (
	"slices"

	"github.com/waveplane/waveplane/models"
)

// DefaultReference is the frequency at which figures of a fibre hold when its
// type names none: c/1550 nm, in MHz.
const DefaultReference models.Frequency = 193_414_489

// Fibre is a fibre type. A figure given as a table is interpolated linearly
// and holds only between its ends; the plain figure beside it is then the
// table's at the reference frequency, for planners that take one.
type Fibre struct {
	Name             string
	LossDbPerKm      float64
	LossTable        []FrequencyPoint // dB/km
	DispersionPsNmKm float64
	// DispersionSlope in ps/(nm² km); nil lets the dispersion grow with the
	// square of the frequency, so that the second-order coefficient is the same
	// for all channels.
	DispersionSlope   *float64
	DispersionTable   []FrequencyPoint // ps/(nm km)
	EffectiveAreaUm2  float64          // at the reference frequency
	PmdPsPerSqrtKm    float64
	IndexOfRefraction float64 // group index, for latency
	ConnectorDb       float64 // at each end, where a span gives no loss of its own
	// Reference is where dispersion and effective area hold; 0 is
	// DefaultReference.
	Reference models.Frequency
	Raman     *RamanGain
	Source    string
	Tags      map[string]Tag
}

// FrequencyPoint is a row of a table over frequency; rows rise by frequency.
type FrequencyPoint struct {
	Frequency models.Frequency
	Value     float64
}

// RamanGain is the Raman gain profile of a fibre type for a pump at Pump.
// Types without one scale that of standard fibre by their effective area.
type RamanGain struct {
	Pump    models.Frequency
	Profile []FrequencyPoint // Stokes shift, gain in 1/(W km)
}

// SpanLossDb is the loss assumed for a length of fibre whose loss nobody gave.
func (f Fibre) SpanLossDb(km float64) float64 { return km*f.LossDbPerKm + 2*f.ConnectorDb }

// ReferenceFrequency is where dispersion and effective area hold.
func (f Fibre) ReferenceFrequency() models.Frequency {
	if f.Reference == 0 {
		return DefaultReference
	}
	return f.Reference
}

// LossAt is the loss in dB/km at a frequency; it reports false outside the
// type's table.
func (f Fibre) LossAt(at models.Frequency) (float64, bool) {
	if len(f.LossTable) == 0 {
		return f.LossDbPerKm, true
	}
	return interpolated(f.LossTable, at)
}

func interpolated(table []FrequencyPoint, at models.Frequency) (float64, bool) {
	i, found := slices.BinarySearchFunc(table, at, func(p FrequencyPoint, f models.Frequency) int { return int(p.Frequency - f) })
	switch {
	case found:
		return table[i].Value, true
	case i == 0 || i == len(table):
		return 0, false
	}
	lo, hi := table[i-1], table[i]
	share := float64(at-lo.Frequency) / float64(hi.Frequency-lo.Frequency)
	return lo.Value + share*(hi.Value-lo.Value), true
}

// Settled returns the type with the plain figures of its tables filled in: the
// table's at the reference frequency, or at its nearest end.
func (f Fibre) Settled() Fibre {
	settle := func(table []FrequencyPoint, plain *float64) {
		if len(table) == 0 {
			return
		}
		at := min(max(f.ReferenceFrequency(), table[0].Frequency), table[len(table)-1].Frequency)
		*plain, _ = interpolated(table, at)
	}
	settle(f.LossTable, &f.LossDbPerKm)
	settle(f.DispersionTable, &f.DispersionPsNmKm)
	return f
}
