package mesh

import (
	"fmt"
	"math"
)

// digits is the largest weight in units: twelve significant digits, so that the
// sum over MaxSize edges stays below 2⁶³.
const digits = 4e12

// Weights is one weight per edge. It never changes.
type Weights struct {
	mesh   *Mesh
	values []float64
	units  []int64
	scale  float64 // units per 1
	slack  int64   // how far a path's sum of units may be off, in units
}

// WeightError tells of a weight that cannot be used.
type WeightError struct {
	Edge   string
	Weight float64
}

func (e *WeightError) Error() string {
	return fmt.Sprintf("edge %q has weight %v: a weight is a finite number, zero or more", e.Edge, e.Weight)
}

// Weights makes weights out of one value per edge, in the order of edges. A
// value that is negative, infinite or no number is returned as a *WeightError.
// Values are compared after rounding to a power of ten that leaves at least
// twelve digits of the largest.
func (m *Mesh) Weights(values []float64) (*Weights, error) {
	if len(values) != len(m.edges) {
		return nil, fmt.Errorf("%d weights for %d edges: give one for each", len(values), len(m.edges))
	}
	largest := 0.0
	for e, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return nil, &WeightError{m.edges[e], v}
		}
		largest = max(largest, v)
	}
	w := &Weights{mesh: m, values: append([]float64(nil), values...), units: make([]int64, len(values)), scale: 1}
	if largest > 0 {
		// The exponent is held to what a float64 can hold, for weights near 1e-300.
		w.scale = math.Pow(10, min(300, math.Floor(math.Log10(digits)-math.Log10(largest))))
	}
	for e, v := range values {
		w.units[e] = int64(math.Round(v * w.scale))
	}
	// Half a unit of rounding per edge, and as much again and more for the sum
	// of the floating point numbers.
	n := int64(len(m.nodes))
	w.slack = n + n*n/1000
	return w, nil
}

// Of returns the weight of an edge.
func (w *Weights) Of(e Edge) float64 { return w.values[e] }

// Sum returns the weight of a sequence of edges.
func (w *Weights) Sum(edges []Edge) float64 {
	sum := 0.0
	for _, e := range edges {
		sum += w.values[e]
	}
	return sum
}

// within reports whether a path keeps a limit. Rounding never decides against
// it: 0.1 + 0.2 keeps a limit of 0.3, and a path keeps its own Sum.
func (w *Weights) within(edges []Edge, limit float64) bool {
	sum := int64(0)
	for _, e := range edges {
		sum += w.units[e]
	}
	return float64(sum) <= math.Round(limit*w.scale) || w.Sum(edges) <= limit
}

// cut returns the largest sum of units that a path of at most this weight can have.
func (w *Weights) cut(limit float64) int64 {
	if u := limit * w.scale; u < math.MaxInt64/2 {
		return int64(u) + w.slack + 1
	}
	return math.MaxInt64 / 2
}

// cost is what routes are compared by: weight first, then number of edges.
type cost struct {
	w    int64
	hops int32
}

func (a cost) less(b cost) bool { return a.w < b.w || a.w == b.w && a.hops < b.hops }

func (a cost) plus(b cost) cost { return cost{a.w + b.w, a.hops + b.hops} }

func (a cost) minus(b cost) cost { return cost{a.w - b.w, a.hops - b.hops} }

// step is a plus one edge of weight w.
func (a cost) step(w int64) cost { return cost{a.w + w, a.hops + 1} }

// never is more than any cost.
func never() cost { return cost{w: math.MaxInt64} }
