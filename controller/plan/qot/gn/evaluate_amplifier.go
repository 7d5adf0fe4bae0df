package gn

import (
	"fmt"
	"math"
)

// holds tells whether a channel's slot lies within the amplifier's band.
func (a *amp) holds(c *columns, i int) bool {
	return a.HiHz == 0 || a.within(c.centre[i], c.slot[i])
}

// within forgives 100 Hz, for centres that are not whole numbers.
func (a *amp) within(centre, slot float64) bool {
	return a.HiHz == 0 || centre-slot/2 >= a.LoHz-100 && centre+slot/2 <= a.HiHz+100
}

func outOfBand(c Channel, why string) error {
	return fmt.Errorf("%s with its slot of %g GHz %s; move or remove it", c.Name(), c.SlotHz/1e9, why)
}

func (e *Evaluation) passBank(el *element, in, out []float64) error {
	x := e.x.row(el.step)
	done := 0
	for b := range el.amps {
		a := &el.amps[b]
		lo, hi := e.band(a)
		if lo == hi {
			e.readings[a.number] = reading{gainDb: a.set.GainDb, nfDb: Decibel(a.noise)}
			continue
		}
		if err := e.amplify(a, lo, hi, in, out, x); err != nil {
			return err
		}
		done += hi - lo
	}
	if done == e.Len() {
		return nil
	}
	for i := range e.Len() {
		held := false
		for b := range el.amps {
			held = held || el.amps[b].holds(&e.columns, i)
		}
		if !held {
			return outOfBand(e.Channel(i), "is in the band of none of the amplifiers")
		}
	}
	return nil
}

// band is the range of channels within an amplifier's band.
func (e *Evaluation) band(a *amp) (lo, hi int) {
	for lo < e.Len() && !a.holds(&e.columns, lo) {
		lo++
	}
	hi = lo
	for hi < e.Len() && a.holds(&e.columns, hi) {
		hi++
	}
	return lo, hi
}

// amplify passes channels lo to hi. Its noise is counted at its input, behind
// the attenuator there.
func (e *Evaluation) amplify(a *amp, lo, hi int, in, out, x []float64) error {
	if a.HiHz != 0 {
		for i := lo; i < hi; i++ {
			if !a.within(e.centre[i], e.slot[i]) {
				return outOfBand(e.Channel(i), fmt.Sprintf("is outside the amplifier's band, %.6g to %.6g THz", a.LoHz/1e12, a.HiHz/1e12))
			}
		}
	}
	in, out, x = in[lo:hi], out[lo:hi], x[lo:hi]
	quantum := e.quantum[lo:hi]
	total := 0.0
	for _, p := range in {
		total += p
	}
	total *= a.in
	r, factor, nf := a.work(total, func() float64 { return e.inputPer50GHz(total, lo, hi) })
	e.readings[a.number] = r
	if a.shaped || a.noiseVar {
		e.amplifyShaped(a, lo, hi, in, out, x, r, nf)
		return nil
	}
	for i, p := range in {
		ase := quantum[i] * nf
		p = p*a.in + ase
		x[i] = ase / p
		out[i] = p * factor
	}
	return nil
}

// work is what the amplifier does at a total input power: its readings, its
// gain as a factor with the attenuator behind it, and its noise factor.
func (a *amp) work(total float64, input func() float64) (r reading, factor, nf float64) {
	r = reading{gainDb: a.set.GainDb, total: total}
	factor, nf = a.gain, a.noise
	if total*a.gain > a.limit*a.out {
		r.gainDb = Decibel(a.limit / total)
		factor = a.limit / total * a.out
		nf = math.NaN()
	}
	if math.IsNaN(nf) {
		at := 0.0
		if a.Stage.reads() {
			at = input()
		}
		nf = Linear(a.Stage.noiseFigure(r.gainDb, at))
	}
	r.nfDb = Decibel(nf)
	return r, factor, nf
}

// inputPer50GHz is the mean input power of channels scaled to 50 GHz, in dBm.
// The reference tool takes the distance of the first two channels for the
// width of all; a channel alone counts with its own slot.
func (e *Evaluation) inputPer50GHz(total float64, lo, hi int) float64 {
	width := e.slot[lo]
	if hi-lo > 1 {
		width = e.centre[lo+1] - e.centre[lo]
	}
	return Dbm(total/float64(hi-lo)) + Decibel(50e9/width)
}

func (e *Evaluation) amplifyShaped(a *amp, lo, hi int, in, out, x []float64, r reading, nf float64) {
	gains := e.gains[lo:hi]
	if a.shaped && hi-lo > 1 {
		e.gainProfile(a, lo, hi, in, r.gainDb, gains)
	} else {
		for i := range gains {
			gains[i] = r.gainDb
		}
	}
	for i, p := range in {
		ase := e.quantum[lo+i] * nf
		if a.noiseVar {
			ase *= Linear(evenly(a.NoiseRippleDb, a.LoHz, a.HiHz, e.centre[lo+i]))
		}
		p = p*a.in + ase
		x[i] = ase / p
		out[i] = p * Linear(gains[i]) * a.out
	}
}

// gainProfile is the gain of each channel in dB: the type's ripple and the
// tilt that is set, shifted so that their linear mean is the gain, and then
// corrected along the tilt shape so that the gain of total power is (R. di
// Muro, JLT 18(3), 2000). The correction is one secant step, as in the
// reference tool; ripple and tilt below 0.05 dB are not corrected.
func (e *Evaluation) gainProfile(a *amp, lo, hi int, in []float64, gain float64, gains []float64) {
	shape := resize(e.row, hi-lo)
	centres := e.centre[lo:hi]
	for i, hz := range centres {
		shape[i] = 1
		if len(a.TiltShape) > 0 {
			shape[i] = evenly(a.TiltShape, a.LoHz, a.HiHz, hz)
		}
	}
	scale := 0.0
	if a.set.TiltDb != 0 {
		if slope := straightSlope(centres, shape); slope != 0 {
			scale = -a.set.TiltDb / (a.HiHz - a.LoHz) / slope
		}
	}
	mean, least, most := 0.0, math.Inf(1), math.Inf(-1)
	for i, hz := range centres {
		g := evenly(a.GainRippleDb, a.LoHz, a.HiHz, hz) + shape[i]*scale
		gains[i] = g
		mean += Linear(g) / float64(len(gains))
		least, most = min(least, g), max(most, g)
	}
	shift := gain - Decibel(mean)
	for i := range gains {
		gains[i] += shift
	}
	width := most - least
	if width <= 0.05 {
		return
	}
	total := 0.0
	for _, p := range in {
		total += p
	}
	// reached is the gain of total power with the shape added x times.
	reached := func(x float64) float64 {
		sum := 0.0
		for i, p := range in {
			sum += p * Linear(gains[i]+x*shape[i])
		}
		return Decibel(sum / total)
	}
	x := gain - reached(0)
	centre := reached(x)
	side := width
	if gain < centre {
		side = -width
	}
	if missing := gain - centre; math.Abs(missing) > 1e-11 {
		x += missing * side / (reached(x+side) - centre)
	}
	for i := range gains {
		gains[i] += x * shape[i]
	}
}

// straightSlope is the slope of the straight line that fits best.
func straightSlope(xs, ys []float64) float64 {
	n := float64(len(xs))
	var mx, my, sxx, sxy float64
	for i := range xs {
		mx += xs[i] / n
		my += ys[i] / n
	}
	for i := range xs {
		sxx += (xs[i] - mx) * (xs[i] - mx)
		sxy += (xs[i] - mx) * (ys[i] - my)
	}
	if sxx == 0 {
		return 0
	}
	return sxy / sxx
}
