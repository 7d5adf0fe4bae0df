package gn

import (
	"errors"
	"fmt"
	"math"
)

// maxPositions bounds the memory that one span takes.
const maxPositions = 20_000

// ramanProfile is the power profile of a span with stimulated Raman scattering,
// for powers at the beginning of the fibre.
func (e *Evaluation) ramanProfile(s *span, power []float64) (*profile, error) {
	if s.metres > maxPositions*min(e.solver.model.SolverStepM, e.solver.model.ResultStepM) {
		return nil, fmt.Errorf("%g km in steps of %g m are too many steps; lengthen the steps", s.Km, e.solver.model.SolverStepM)
	}
	light, err := e.ramanLight(s, power)
	if err != nil {
		return nil, err
	}
	z := s.positions(e.solver.model.SolverStepM)
	lumped := s.lumpedAt(z)
	along := light.part(0, light.along)
	watts := along.perturb(z, lumped, e.solver.model.RamanOrder)
	if light.along < len(light.hz) || len(s.Pumps) > 0 {
		back := light.part(light.along, len(light.hz))
		reversed, reversedLumped := mirrored(s.metres, z, lumped)
		for _, w := range back.perturb(reversed, reversedLumped, e.solver.model.RamanOrder) {
			for a, b := 0, len(w)-1; a < b; a, b = a+1, b-1 {
				w[a], w[b] = w[b], w[a]
			}
			watts = append(watts, w)
		}
		if light.along < len(light.hz) {
			if err := light.settle(z, lumped, watts); err != nil {
				return nil, err
			}
		}
	}
	p := &profile{z: s.positions(e.solver.model.ResultStepM)}
	for i, w := range watts {
		watts[i] = sampled(z, w, p.z)
		if i >= e.Len() {
			continue
		}
		loss := make([]float64, len(p.z))
		for m, v := range watts[i] {
			loss[m] = v / power[i]
		}
		p.loss = append(p.loss, loss)
	}
	if len(s.Pumps) > 0 {
		p.ase = e.spontaneous(s, light, p, watts)
	}
	return p, nil
}

// ramanLight is all light that takes part in Raman scattering: the channels,
// the pumps that run along with them, and those that run against them.
type ramanLight struct {
	hz, power, alpha []float64
	along            int         // how many run with the channels
	gain             [][]float64 // 1/(W m): what the second does to the first
}

func (e *Evaluation) ramanLight(s *span, power []float64) (*ramanLight, error) {
	l := &ramanLight{hz: append([]float64(nil), e.centre...), power: append([]float64(nil), power...)}
	for _, along := range []bool{true, false} {
		for _, p := range s.Pumps {
			if p.Along == along {
				l.hz, l.power = append(l.hz, p.Hz), append(l.power, p.Watt)
			}
		}
		if along {
			l.along = len(l.hz)
		}
	}
	for _, hz := range l.hz {
		a, err := s.fibre.alpha(hz)
		if err != nil {
			return nil, err
		}
		l.alpha = append(l.alpha, a)
	}
	// The coefficients depend on frequencies only, so channels alone are kept.
	build := func() (*kernel, error) {
		k := &kernel{n: len(l.hz)}
		for _, a := range l.hz {
			for _, b := range l.hz {
				k.eta = append(k.eta, s.fibre.ramanGain(a, b))
			}
		}
		return k, nil
	}
	var k *kernel
	var err error
	if len(s.Pumps) == 0 && e.shared {
		k, err = e.solver.cache.get(cacheKey{kind: kindRaman, fibre: s.fibre.digest, comb: e.digest}, build)
	} else {
		k, err = build()
	}
	if err != nil {
		return nil, err
	}
	for i := range l.hz {
		l.gain = append(l.gain, k.eta[i*k.n:(i+1)*k.n])
	}
	return l, nil
}

// part is the light with indices from lo to hi, by itself.
func (l *ramanLight) part(lo, hi int) *ramanLight {
	p := &ramanLight{hz: l.hz[lo:hi], power: l.power[lo:hi], alpha: l.alpha[lo:hi], along: hi - lo}
	for i := lo; i < hi; i++ {
		p.gain = append(p.gain, l.gain[i][lo:hi])
	}
	return p
}

// perturb solves for light that all runs one way, by perturbation up to the
// given order in the powers: log power is -alpha z + G1 + G2, with G1 from
// undepleted neighbours and G2 from neighbours changed by G1. It starts anew
// behind every lumped loss; the power at its position is that before it. It returns the power of each over z, in W.
func (l *ramanLight) perturb(z, lumped []float64, order int) [][]float64 {
	n := len(l.hz)
	watts := make([][]float64, n)
	start := make([]float64, n)
	for i := range watts {
		watts[i] = make([]float64, len(z))
		start[i] = l.power[i]
		watts[i][0] = start[i]
	}
	for first := 0; first < len(z)-1; {
		last := first + 1
		for last < len(z)-1 && lumped[last] == 1 {
			last++
		}
		l.stretch(z[first:last+1], start, order, func(i, m int, p float64) { watts[i][first+m] = p })
		for i := range start {
			start[i] = watts[i][last] * lumped[last]
		}
		first = last
	}
	return watts
}

// stretch is perturb between lumped losses.
func (l *ramanLight) stretch(z, start []float64, order int, set func(i, m int, p float64)) {
	n := len(l.hz)
	g1 := make([]float64, n)     // of all at a position
	before := make([]float64, n) // exp(-alpha z) G1 at the position before
	area := make([]float64, n)   // its integral
	for m := 1; m < len(z); m++ {
		at, dz := z[m]-z[0], z[m]-z[m-1]
		for i := range n {
			g1[i] = 0
			for j, p := range start {
				g1[i] += l.gain[i][j] * p * (1 - math.Exp(-l.alpha[j]*at)) / l.alpha[j]
			}
		}
		for i := range n {
			now := math.Exp(-l.alpha[i]*at) * g1[i]
			area[i] += (before[i] + now) / 2 * dz
			before[i] = now
		}
		for i := range n {
			exponent := g1[i] - l.alpha[i]*at
			if order >= 2 {
				for j, p := range start {
					exponent += l.gain[i][j] * p * area[j]
				}
			}
			set(i, m, start[i]*math.Exp(exponent))
		}
	}
}

func mirrored(end float64, z, lumped []float64) (rz, rl []float64) {
	for m := len(z) - 1; m >= 0; m-- {
		rz, rl = append(rz, end-z[m]), append(rl, lumped[m])
	}
	return rz, rl
}

// settle solves for light that runs both ways: starting from each way by
// itself, it goes along the fibre with the one, back with the other, and
// repeats until nothing moves. Its steps are those of Euler's method, which
// the reference tool takes too.
func (l *ramanLight) settle(z, lumped []float64, watts [][]float64) error {
	const rounds, enough = 200, 1e-7
	column := make([]float64, len(l.hz))
	rate := func(i, m int) float64 {
		sum := -l.alpha[i]
		for j, g := range l.gain[i] {
			sum += g * watts[j][m]
		}
		return sum
	}
	for range rounds {
		moved := 0.0
		move := func(i, to int, p float64) {
			moved = max(moved, math.Abs(p-watts[i][to])/p)
			watts[i][to] = p
		}
		for m := 1; m < len(z); m++ {
			for i := range l.along {
				column[i] = watts[i][m-1] * (1 + rate(i, m-1)*(z[m]-z[m-1])) * lumped[m-1]
			}
			for i := range l.along {
				move(i, m, column[i])
			}
		}
		for m := len(z) - 2; m >= 0; m-- {
			for i := l.along; i < len(l.hz); i++ {
				column[i] = watts[i][m+1] * (1 + rate(i, m+1)*(z[m+1]-z[m])) * lumped[m+1]
			}
			for i := l.along; i < len(l.hz); i++ {
				move(i, m, column[i])
			}
		}
		if math.IsNaN(moved) || math.IsInf(moved, 0) {
			break
		}
		if moved < enough {
			return nil
		}
	}
	return errors.New("the powers of channels and Raman pumps do not settle; lower the pump powers or the solver's step")
}

// spontaneous is the noise that pumps scatter into each channel, in both
// polarisations, referred to the beginning of the fibre, in W. The thermal
// occupation of the fibre's vibrations adds to it near the pump.
func (e *Evaluation) spontaneous(s *span, l *ramanLight, p *profile, watts [][]float64) []float64 {
	ase := make([]float64, e.Len())
	for i := range ase {
		for j := e.Len(); j < len(l.hz); j++ {
			shift := l.hz[j] - l.hz[i]
			if shift <= 0 {
				continue
			}
			integral := 0.0
			for m := 1; m < len(p.z); m++ {
				integral += (watts[j][m-1]/p.loss[i][m-1] + watts[j][m]/p.loss[i][m]) / 2 * (p.z[m] - p.z[m-1])
			}
			occupied := 1 / math.Expm1(planck*shift/(boltzmann*s.TemperatureK))
			ase[i] += 2 * e.quantum[i] * (1 + occupied) * l.gain[i][j] * integral
		}
	}
	return ase
}
