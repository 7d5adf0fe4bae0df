package gn

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// passFibreNumerical passes a fibre whose interference is integrated or whose
// channels exchange power. Unlike the closed form it allocates.
func (e *Evaluation) passFibreNumerical(el *element, in, out []float64) error {
	s := el.span
	x, y := e.x.row(el.step), e.y.row(s.number)
	power := make([]float64, len(in))
	for i, p := range in {
		power[i] = p * s.in
	}
	p, err := e.profile(s, power)
	if err != nil {
		return err
	}
	if err := e.interfere(s, p, power, x, y); err != nil {
		return err
	}
	for i := range power {
		if p.ase != nil {
			noisy := power[i] + p.ase[i]
			e.x.row(el.step + 1)[i] = p.ase[i] / noisy
			power[i] = noisy
		}
		out[i] = power[i] * p.end(i) * s.out
	}
	return e.sane(x)
}

func (e *Evaluation) profile(s *span, power []float64) (*profile, error) {
	if e.raman(s) {
		return e.ramanProfile(s, power)
	}
	alphas := make([]float64, e.Len())
	for i := range alphas {
		var err error
		if alphas[i], err = s.fibre.alpha(e.centre[i]); err != nil {
			return nil, err
		}
	}
	return s.attenuation(alphas), nil
}

// interfere sets x to the interference over power of each channel.
func (e *Evaluation) interfere(s *span, p *profile, power, x, y []float64) error {
	if e.solver.model.Method == Analytic {
		// The closed form knows no power profile: it sees the plain fibre.
		k := e.kernels[s.index]
		reach2 := s.reach2
		for i, w := range power {
			if s.transmission == 0 {
				_, reach2 = s.plain(k.carriers[i].alpha)
			}
			y[i] = reach2 * w * w
		}
		k.apply(y, x)
		return nil
	}
	plain := !e.raman(s) && len(s.Lumped) == 0
	build := func() (*kernel, error) { return e.generalised(s, p, plain) }
	var k *kernel
	var err error
	if e.raman(s) || !e.shared {
		k, err = build() // it depends on the powers, or on a comb that passes by
	} else {
		k, err = e.solver.cache.get(cacheKey{kind: kindGeneralised, fibre: s.fibre.digest, comb: e.digest, span: s.digest()}, build)
	}
	if err != nil {
		return err
	}
	for i, w := range power {
		y[i] = w * w
	}
	cuts := e.computed()
	if len(cuts) == e.Len() {
		k.apply(y, x)
		return nil
	}
	density, at := make([]float64, len(cuts)), make([]float64, len(cuts))
	k.apply(y, density)
	for c, i := range cuts {
		density[c] *= power[i] / e.rate[i]
		at[c] = e.centre[i]
	}
	for i := range x {
		x[i] = interpolate(at, density, e.centre[i]) * e.rate[i] / power[i]
	}
	return nil
}

// digest is what of a span, besides its fibre type, the generalised kernel
// depends on.
func (s *span) digest() digest {
	b := binary.LittleEndian.AppendUint64(nil, math.Float64bits(s.metres))
	for _, l := range s.Lumped {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(l.Km))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(l.LossDb))
	}
	return sha256.Sum256(b)
}
