package gn

import (
	"errors"
	"fmt"
	"sort"
)

// Curve is a quantity over frequency: constant, or a table that is
// interpolated linearly and holds only between its ends.
type Curve struct {
	Hz    []float64 // rising; none for a constant
	Value []float64 // one per frequency, or the one constant
}

// Constant returns the curve that has the same value everywhere.
func Constant(v float64) Curve { return Curve{Value: []float64{v}} }

// At is the value at a frequency in Hz; it reports false outside the table.
func (c Curve) At(hz float64) (float64, bool) {
	if c.constant() {
		return c.Value[0], true
	}
	n := len(c.Hz)
	if n == 0 || !(hz >= c.Hz[0] && hz <= c.Hz[n-1]) {
		return 0, false
	}
	return interpolate(c.Hz, c.Value, hz), true
}

func (c Curve) constant() bool { return len(c.Hz) == 0 && len(c.Value) == 1 }

func (c Curve) check() error {
	if c.constant() {
		if !finite(c.Value[0]) {
			return errors.New("is no number")
		}
		return nil
	}
	if len(c.Hz) != len(c.Value) || len(c.Hz) < 2 {
		return fmt.Errorf("has %d frequencies and %d values: give one value, or at least two of each", len(c.Hz), len(c.Value))
	}
	for i, hz := range c.Hz {
		if !finite(hz, c.Value[i]) {
			return fmt.Errorf("row %d is no number", i+1)
		}
		if i > 0 && hz <= c.Hz[i-1] {
			return fmt.Errorf("row %d: frequencies must rise", i+1)
		}
	}
	return nil
}

// interpolate reads a table linearly; beyond its ends it stays at their values.
func interpolate(xs, ys []float64, x float64) float64 {
	n := len(xs)
	if x <= xs[0] {
		return ys[0]
	}
	if x >= xs[n-1] {
		return ys[n-1]
	}
	i := sort.SearchFloat64s(xs, x)
	if xs[i] == x {
		return ys[i]
	}
	return ys[i-1] + (ys[i]-ys[i-1])*((x-xs[i-1])/(xs[i]-xs[i-1]))
}

// evenly reads samples that are spread evenly from lo to hi; none is zero.
func evenly(samples []float64, lo, hi, x float64) float64 {
	switch n := len(samples); {
	case n == 0:
		return 0
	case n == 1 || !(hi > lo) || x <= lo:
		return samples[0]
	case x >= hi:
		return samples[n-1]
	default:
		at := (x - lo) / (hi - lo) * float64(n-1)
		i := min(int(at), n-2)
		return samples[i] + (samples[i+1]-samples[i])*(at-float64(i))
	}
}

// slopeOfFit is the slope at x = at of the parabola that fits the points best
// (of the straight line through two points; 0 for one).
func slopeOfFit(xs, ys []float64, at float64) float64 {
	n := len(xs)
	if n < 2 {
		return 0
	}
	// Polynomials orthogonal over the points keep the fit well conditioned.
	var mean, yMean float64
	for i := range xs {
		mean += xs[i] / float64(n)
		yMean += ys[i] / float64(n)
	}
	var s2, s3, t1 float64
	for i := range xs {
		x := xs[i] - mean
		s2 += x * x
		s3 += x * x * x
		t1 += x * (ys[i] - yMean)
	}
	if s2 == 0 {
		return 0
	}
	slope := t1 / s2
	if n < 3 {
		return slope
	}
	skew := s3 / s2
	var q2, t2 float64
	for i := range xs {
		x := xs[i] - mean
		q := x*x - skew*x - s2/float64(n)
		q2 += q * q
		t2 += q * (ys[i] - yMean)
	}
	if q2 == 0 {
		return slope
	}
	return slope + t2/q2*(2*(at-mean)-skew)
}
