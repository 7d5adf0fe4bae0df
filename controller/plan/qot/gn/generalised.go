package gn

import (
	"fmt"
	"math"
)

// generalised is the kernel of the numerical models for one span: a row for
// every computed channel, with the length counted in (reach2 is 1).
//
// Formulas: M. Cantono et al., JLT 36(15), 2018, equation 21; A. D'Amico et
// al., JLT 40(11), 2022, equations 24-25.
func (e *Evaluation) generalised(s *span, p *profile, plain bool) (*kernel, error) {
	n := e.Len()
	g := &integrand{columns: &e.columns, span: s, profile: p, plain: plain, media: make([]medium, n)}
	beta2 := make([]float64, n)
	for i := range g.media {
		m, err := s.fibre.medium(e.centre[i])
		if err != nil {
			return nil, err
		}
		g.media[i], beta2[i] = m, m.beta2
		g.widest = max(g.widest, e.slot[i])
	}
	cuts := e.computed()
	k := &kernel{n: n, eta: make([]float64, len(cuts)*n)}
	model := e.solver.model
	for c, i := range cuts {
		row := k.eta[c*n : (c+1)*n]
		// Phase slips along the fibre by this much in 1/m per step at most.
		g.cut, g.beta3 = i, 0
		if model.Method == Generalised && !s.fibre.flat {
			g.beta3 = slopeOfFit(e.centre, beta2, e.centre[i]) / (2 * math.Pi)
		}
		for j := range row {
			slip := min(model.DispersionTolerance*g.media[j].alpha, model.PhaseTolerance/model.ResultStepM)
			weight := crossWeight
			var psi float64
			switch {
			case model.Method == Approximate && i != j:
				psi = g.closed(j)
			case model.Method == Approximate:
				weight = selfWeight
				steepest := 0.0
				for _, b := range beta2 {
					steepest = max(steepest, math.Abs(b))
				}
				psi = g.full(j, slip, steepest)
			case i == j:
				weight = selfWeight
				psi = g.full(j, slip, math.Abs(beta2[i]))
			case math.Abs(e.centre[i]-e.centre[j]) <= farAway(beta2[i], e.rate[j]):
				psi = g.full(j, slip, math.Abs(beta2[i]))
			default:
				psi = g.fast(j, slip)
			}
			if math.IsNaN(psi) {
				return nil, fmt.Errorf("the integral over the %s needs more than %d points; raise the tolerances", e.Channel(j).Name(), int(maxPoints))
			}
			row[j] = g.media[i].gamma2 * weight * psi / (e.rate[j] * e.rate[j])
		}
	}
	return k, nil
}

// computed are the channels that are computed; the rest is interpolated.
func (e *Evaluation) computed() []int {
	var cuts []int
	for _, i := range e.solver.model.Computed {
		if i < e.Len() {
			cuts = append(cuts, i)
		}
	}
	if len(cuts) == 0 {
		for i := range e.Len() {
			cuts = append(cuts, i)
		}
	}
	return cuts
}

// farAway is the distance in Hz beyond which the fast form is good enough: five
// channels at 50 GHz of 32 GBd in standard fibre, scaled.
func farAway(beta2, rate float64) float64 {
	return 5 * 50e9 * 32e9 * 21.3e-27 / (math.Abs(beta2) * rate)
}

// leastBeta2 bounds how coarse the grids of a fibre without dispersion get, in
// s²/m.
const leastBeta2 = 1e-29

// integrand is the double integral over the frequencies of a channel and of
// one that interferes with it.
type integrand struct {
	*columns
	span    *span
	profile *profile
	plain   bool // power falls exponentially, without lumped losses
	media   []medium
	widest  float64 // slot
	cut     int     // the channel interfered with
	beta3   float64 // of the fibre around it
}

func (g *integrand) step(slip, beta2 float64) float64 {
	return slip / (max(beta2, leastBeta2) * 4 * math.Pi * math.Pi * g.widest)
}

// mismatch is the phase mismatch in 1/m for frequencies relative to the
// channel's centre.
func (g *integrand) mismatch(f1, f2 float64) float64 {
	return 4 * math.Pi * math.Pi * f1 * f2 * (g.media[g.cut].beta2 + math.Pi*g.beta3*(f1+f2))
}

// maxPoints bounds the time that one integral takes.
const maxPoints = 3e7

// full is psi by the trapezoid rule on half-open grids from the lower edges;
// NaN if these have too many points.
func (g *integrand) full(j int, slip, beta2 float64) float64 {
	apart := float64(max(j-g.cut, g.cut-j))
	step1 := g.step(slip, beta2)
	step2 := step1 / (1 + apart)
	if j == g.cut {
		step2 = step1
	}
	d := g.centre[j] - g.centre[g.cut]
	half1 := g.rate[j] * (1 + g.roll[j]) / 2
	half2 := g.rate[g.cut] * (1 + g.roll[g.cut]) / 2
	n1, n2 := points(2*half1, step1), points(2*half2, step2)
	if float64(n1)*float64(n2) > maxPoints {
		return math.NaN()
	}
	fwm := newMixing(g, j)
	var outer trapezoid
	for a := range n1 {
		f1 := -half1 + float64(a)*step1 // relative to j
		r1 := raisedCosine(f1, g.rate[j], g.roll[j])
		var inner trapezoid
		for b := range n2 {
			f2 := -half2 + float64(b)*step2
			r := r1 * raisedCosine(f2, g.rate[g.cut], g.roll[g.cut]) * raisedCosine(f1+f2, g.rate[j], g.roll[j])
			if r != 0 {
				r *= fwm.efficiency(g.mismatch(d+f1, f2))
			}
			inner.add(r, step2)
		}
		outer.add(inner.sum, step1)
	}
	return outer.sum
}

// fast is psi for a channel far away: only the outer edges of that channel and
// one half of the channel interfered with, as if both were rectangles.
func (g *integrand) fast(j int, slip float64) float64 {
	apart := float64(max(j-g.cut, g.cut-j))
	step := g.step(slip, math.Abs(g.media[g.cut].beta2)) / (1 + apart)
	d := g.centre[j] - g.centre[g.cut]
	half1 := g.rate[j] * (1 + g.roll[j]) / 2
	half2 := g.rate[g.cut] * (1 + g.roll[g.cut]) / 2
	n := points(half2, step)
	if float64(n) > maxPoints {
		return math.NaN()
	}
	fwm := newMixing(g, j)
	sum := 0.0
	for _, f1 := range [...]float64{d - half1, d + half1} {
		var line trapezoid
		for b := range n {
			f2 := float64(b) * step
			line.add(fwm.efficiency(g.mismatch(f1, f2)), step)
		}
		sum += 2 * line.sum
	}
	return sum / 2 * g.rate[j]
}

// closed is psi of the approximation, for another channel.
func (g *integrand) closed(j int) float64 {
	beta := math.Abs(g.media[g.cut].beta2+g.media[j].beta2) / 2
	beta = max(beta, leastBeta2)
	z, loss := g.profile.z, g.profile.loss[j]
	sum := 0.0
	for m := 1; m < len(z); m++ {
		slope := math.Log(loss[m]/loss[m-1]) / (z[m] - z[m-1])
		if slope != 0 {
			sum += math.Copysign(math.Abs(loss[m]-loss[m-1])/math.Sqrt(math.Abs(slope)), slope)
		}
	}
	return sum * sum * g.rate[j] / (4 * math.Pi * beta * math.Abs(g.centre[j]-g.centre[g.cut]))
}

// points is how many points a half-open grid has.
func points(width, step float64) int {
	return max(int(min(math.Ceil(width/step), 1e15)), 1)
}

// trapezoid sums values on an even grid by the trapezoid rule.
type trapezoid struct {
	sum, last float64
	begun     bool
}

func (t *trapezoid) add(v, step float64) {
	if t.begun {
		t.sum += (t.last + v) / 2 * step
	}
	t.last, t.begun = v, true
}

// raisedCosine is the power spectrum of a channel, 1 in its middle.
func raisedCosine(f, rate, roll float64) float64 {
	f = math.Abs(f)
	flat := (1 - roll) * rate / 2
	if f <= flat {
		return 1
	}
	if f >= (1+roll)*rate/2 {
		return 0
	}
	return 0.5 * (1 + math.Cos(math.Pi/(roll*rate)*(f-flat)))
}

// mixing is the efficiency of four-wave mixing along the power profile of a
// channel: |integral of power exp(i mismatch z) dz|², power over that at the
// beginning.
type mixing struct {
	alpha float64
	z     []float64
	// rho is the power over that which falls by alpha alone; slope is its
	// change between positions. One exponential per position is shared.
	rho, slope, fall []float64
	plain            bool
	end              float64 // of a plain profile
}

func newMixing(g *integrand, j int) *mixing {
	z, loss := g.profile.z, g.profile.loss[j]
	m := &mixing{alpha: g.media[j].alpha, z: z, plain: g.plain}
	m.end = math.Exp(-m.alpha * z[len(z)-1])
	for k := range z {
		m.fall = append(m.fall, math.Exp(-m.alpha*z[k]))
		m.rho = append(m.rho, loss[k]/m.fall[k])
		if k > 0 {
			m.slope = append(m.slope, (m.rho[k]-m.rho[k-1])/(z[k]-z[k-1]))
		}
	}
	return m
}

func (m *mixing) efficiency(mismatch float64) float64 {
	w2 := m.alpha*m.alpha + mismatch*mismatch
	if m.plain {
		return (1 - 2*m.end*math.Cos(mismatch*m.z[len(m.z)-1]) + m.end*m.end) / w2
	}
	// With w = i mismatch - alpha: [rho exp(wz)]/w - sum slope [exp(wz)]/w²,
	// between positions.
	w := complex(-m.alpha, mismatch)
	before := complex(m.fall[0], 0)
	first := complex(m.rho[0], 0) * before
	var bends complex128
	for k := 1; k < len(m.z); k++ {
		sin, cos := math.Sincos(mismatch * m.z[k])
		now := complex(m.fall[k]*cos, m.fall[k]*sin)
		bends += complex(m.slope[k-1], 0) * (now - before)
		before = now
	}
	v := (complex(m.rho[len(m.rho)-1], 0)*before - first - bends/w) / w
	return real(v)*real(v) + imag(v)*imag(v)
}
