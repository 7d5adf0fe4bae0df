package gn

import (
	"math"
	"slices"
)

// profile is how power falls along a span: at positions z, in metres from 0 to
// its end, each channel's power over that at the beginning of the fibre.
type profile struct {
	z    []float64
	loss [][]float64 // per channel, per position
	ase  []float64   // spontaneous emission at the beginning of the fibre, W; with pumps only
}

// end is the transmission of the whole fibre for a channel.
func (p *profile) end(i int) float64 { return p.loss[i][len(p.z)-1] }

// attenuation is the profile without Raman scattering. Between its ends and the
// lumped losses, of which each counts at its place in full, it is read as
// straight by whoever interpolates.
func (s *span) attenuation(alphas []float64) *profile {
	z := s.positions(s.metres)
	p := &profile{z: z, loss: make([][]float64, len(alphas))}
	lumped := s.lumpedAt(z)
	for i, alpha := range alphas {
		p.loss[i] = make([]float64, len(z))
		acc := 1.0
		for m := range z {
			acc *= lumped[m]
			p.loss[i][m] = math.Exp(-alpha*z[m]) * acc
		}
	}
	return p
}

// positions are multiples of a step, the lumped losses and the end.
func (s *span) positions(step float64) []float64 {
	var z []float64
	for k := 0; float64(k)*step < s.metres; k++ {
		z = append(z, float64(k)*step)
	}
	for _, l := range s.Lumped {
		z = append(z, l.Km*1000)
	}
	z = append(z, s.metres)
	slices.Sort(z)
	return slices.Compact(z)
}

// lumpedAt is the transmission of the lumped losses at each position.
func (s *span) lumpedAt(z []float64) []float64 {
	t := make([]float64, len(z))
	for m := range z {
		t[m] = 1
	}
	for _, l := range s.Lumped {
		if m, ok := slices.BinarySearch(z, l.Km*1000); ok {
			t[m] *= Linear(-l.LossDb)
		}
	}
	return t
}

// sampled reads a profile at other positions, straight between its own.
func sampled(z, values, at []float64) []float64 {
	out := make([]float64, len(at))
	for m, x := range at {
		out[m] = interpolate(z, values, x)
	}
	return out
}
