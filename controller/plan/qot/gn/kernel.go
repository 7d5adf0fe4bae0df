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
	n     int // columns
	eta   []float64
	alpha []float64 // 1/m, per channel; a single one where loss is the same for all
}

func (k *kernel) bytes() int { return 8*(len(k.eta)+len(k.alpha)) + 128 }

// medium is what a fibre type is to one channel.
type medium struct{ alpha, beta2, gamma2 float64 }

func (f *fibre) medium(c *columns, i int) (medium, error) {
	hz := c.centre[i]
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

// pair is eta for a channel and the one that interferes with it, but for the
// factor gamma² of the former: equation 123 of arXiv:1209.0394.
func pair(c *columns, i, j int, a, b *medium) float64 {
	beta := math.Abs(a.beta2+b.beta2) / 2
	reach := 1 / b.alpha
	bi, bj := c.rate[i], c.rate[j]
	if beta < 1e-31 {
		// The limit of no dispersion, where all beats are phase-matched.
		w := crossWeight
		if i == j {
			w = selfWeight
		}
		return w * math.Pi / 4 * bi / bj
	}
	scale := math.Pi * math.Pi * reach * beta * bi
	front := 1 / (4 * math.Pi * beta * reach * bj * bj)
	if i == j {
		return selfWeight * front * 2 * math.Asinh(scale*bj/2)
	}
	d := math.Abs(c.centre[i] - c.centre[j])
	return crossWeight * front * asinhDifference(scale*(d+bj/2), scale*(d-bj/2))
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
	if f.flat {
		return k.fillFlat(f, c)
	}
	media := make([]medium, n)
	k.alpha = resize(k.alpha, n)
	for i := range media {
		m, err := f.medium(c, i)
		if err != nil {
			return err
		}
		media[i], k.alpha[i] = m, m.alpha
	}
	for i := range media {
		row := k.eta[i*n : i*n+n]
		for j := range media {
			row[j] = media[i].gamma2 * pair(c, i, j, &media[i], &media[j])
		}
	}
	return nil
}

// fillFlat is fill where loss and dispersion are the same for all channels:
// then the kernel, but for gamma, depends on distance and symbol rates alone.
func (k *kernel) fillFlat(f *fibre, c *columns) error {
	n := c.Len()
	m, err := f.medium(c, 0)
	if err != nil {
		return err
	}
	k.alpha = append(k.alpha[:0], m.alpha)
	uniform := c.spacing() > 0
	for i := range n {
		row := k.eta[i*n : i*n+n]
		switch {
		case uniform && i > 0:
			// One step further along the grid: the row before, moved by one.
			copy(row[1:], k.eta[(i-1)*n:i*n-1])
			row[0] = k.eta[i] // distance i, as in the first row
		default:
			for j := range row {
				if j < i && c.rate[j] == c.rate[i] {
					row[j] = k.eta[j*n+i]
				} else {
					row[j] = pair(c, i, j, &m, &m)
				}
			}
		}
	}
	for i := range n {
		gamma := f.gamma(c.centre[i])
		if !(gamma > 0) || !finite(gamma) {
			return fmt.Errorf("fibre type %q guides no single mode at %.6g THz", f.Name, c.centre[i]/1e12)
		}
		row := k.eta[i*n : i*n+n]
		for j := range row {
			row[j] *= gamma * gamma
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
