package gn

import (
	"fmt"
	"math"
)

// Weights of self- and cross-channel interference in the Gaussian-noise model.
const (
	selfWeight  = 16.0 / 27
	crossWeight = 32.0 / 27
)

// kernel is a matrix over the channels of a comb for one fibre type, row by
// row: noise over power of channel i is the sum over j of
// eta[i][j] reach2[j] P[j]², with reach2 the square of the effective length of
// the span. Without the length, one kernel serves all spans of a type.
type kernel struct {
	n        int // columns
	eta      []float64
	carriers []carrier // the channels in this fibre
}

func (k *kernel) bytes() int { return 8*len(k.eta) + 40*len(k.carriers) + 128 }

// medium is what a fibre type is to one channel: loss in 1/m, dispersion in
// s²/m, and the square of the nonlinear coefficient in 1/(W m)².
type medium struct{ alpha, beta2, gamma2 float64 }

func (f *fibre) medium(hz float64) (medium, error) {
	alpha, err := f.alpha(hz)
	if err != nil {
		return medium{}, err
	}
	beta2, err := f.beta2(hz)
	if err != nil {
		return medium{}, err
	}
	gamma := f.gamma(hz)
	if !(gamma > 0) || !finite(gamma) {
		return medium{}, fmt.Errorf("fibre type %q guides no single mode at %.6g THz", f.Name, hz/1e12)
	}
	return medium{alpha, beta2, gamma * gamma}, nil
}

// carrier is a channel as its neighbours see it.
type carrier struct {
	medium
	centre, rate float64
}

// pair is eta for a channel and another that interferes with it, but for the
// factor gamma² of the former: equation 123 of arXiv:1209.0394.
func pair(cut, other *carrier, self bool) float64 {
	beta := math.Abs(cut.beta2+other.beta2) / 2
	reach := 1 / other.alpha
	weight := crossWeight
	if self {
		weight = selfWeight
	}
	if beta < 1e-31 {
		// The limit of no dispersion, where all beats are phase-matched.
		return weight * math.Pi / 4 * cut.rate / other.rate
	}
	scale := math.Pi * math.Pi * reach * beta * cut.rate
	front := weight / (4 * math.Pi * beta * reach * other.rate * other.rate)
	if self {
		return front * 2 * math.Asinh(scale*cut.rate/2)
	}
	d := math.Abs(cut.centre - other.centre)
	return front * asinhDifference(scale*(d+other.rate/2), scale*(d-other.rate/2))
}

// asinhDifference is asinh(a) - asinh(b) for a >= b >= 0 with one logarithm.
func asinhDifference(a, b float64) float64 {
	return math.Log((a + math.Sqrt(a*a+1)) / (b + math.Sqrt(b*b+1)))
}

// fill works the analytic kernel out. Its memory is reused.
func (k *kernel) fill(f *fibre, c *columns) error {
	n := c.Len()
	k.n = n
	k.eta = resize(k.eta, n*n)
	k.carriers = k.carriers[:0]
	for i := range n {
		m, err := f.medium(c.centre[i])
		if err != nil {
			return err
		}
		k.carriers = append(k.carriers, carrier{m, c.centre[i], c.rate[i]})
	}
	// Where loss and dispersion are the same for all, the kernel (but for
	// gamma) depends on distance and symbol rates alone.
	uniform := f.flat && c.spacing() > 0
	for i := range n {
		row := k.eta[i*n : i*n+n]
		if uniform && i > 0 {
			// One step further along the grid: the row before, moved by one.
			copy(row[1:], k.eta[(i-1)*n:i*n-1])
			row[0] = k.eta[i]
			continue
		}
		cut := &k.carriers[i]
		for j := range row {
			if f.flat && j < i && c.rate[j] == c.rate[i] {
				row[j] = k.eta[j*n+i]
			} else {
				row[j] = pair(cut, &k.carriers[j], i == j)
			}
		}
	}
	for i := range n {
		gamma2 := k.carriers[i].gamma2
		row := k.eta[i*n : i*n+n]
		for j := range row {
			row[j] *= gamma2
		}
	}
	return nil
}

// resize returns a slice of n elements, in the memory of s if that suffices.
func resize(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}
