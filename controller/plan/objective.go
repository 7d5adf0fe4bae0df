package plan

import (
	"fmt"
	"slices"
)

// Criterion is something of which the wavelengths chosen for a circuit are to
// have as little as possible, all of them together.
type Criterion string

// The criteria.
const (
	FewestWavelengths Criterion = "wavelengths" // how many there are
	LeastSpectrum     Criterion = "spectrum"    // sum of their slot widths
	LeastLatency      Criterion = "latency"     // sum of their latencies
	LeastExcess       Criterion = "excess"      // capacity beyond what is asked for
	LeastOccupancy    Criterion = "occupancy"   // sum of slot width times links passed
)

// Objective says which of two sets of wavelengths is better: the one that has
// less of the first criterion, and where they are even less of the second, and
// so on. Criteria that it does not name follow in the order of
// DefaultObjective. What is even in all of them is decided by the names of
// links, then of modes, then of devices. The empty Objective is the default.
type Objective []Criterion

// DefaultObjective returns the order that the planner keeps to unless a request
// names another: fewest wavelengths, then least spectrum, then least latency,
// then least capacity beyond what is asked for, then the fewest places taken.
func DefaultObjective() Objective {
	return Objective{FewestWavelengths, LeastSpectrum, LeastLatency, LeastExcess, LeastOccupancy}
}

// Check returns an error that names a criterion which does not exist or stands
// twice.
func (o Objective) Check() error {
	for i, c := range o {
		switch {
		case !slices.Contains(DefaultObjective(), c):
			return fmt.Errorf("objective: no criterion %q; there are %v", c, []Criterion(DefaultObjective()))
		case slices.Contains(o[:i], c):
			return fmt.Errorf("objective: criterion %q stands twice; leave one out", c)
		}
	}
	return nil
}

// whole returns the objective with all criteria.
func (o Objective) whole() Objective {
	out := slices.Clone(o)
	for _, c := range DefaultObjective() {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// criteria is how many there are.
const criteria = 5

// cost is what a set of wavelengths has of each criterion, in the order of an
// objective. Costs of disjoint sets add up, and adding the same to two of them
// never turns their order round.
type cost [criteria]int64

func (a cost) plus(b cost) cost {
	for i := range a {
		a[i] += b[i]
	}
	return a
}

func (a cost) compare(b cost) int { return slices.Compare(a[:], b[:]) }

// costOf weighs one wavelength. The objective must be whole.
func (o Objective) costOf(w *way, rate, m int) cost {
	var c cost
	for i, criterion := range o {
		switch criterion {
		case FewestWavelengths:
			c[i] = 1
		case LeastSpectrum:
			c[i] = int64(m)
		case LeastLatency:
			c[i] = picoseconds(w.latencyMs)
		case LeastExcess:
			c[i] = int64(rate)
		case LeastOccupancy:
			c[i] = int64(m * len(w.legs()))
		}
	}
	return c
}

// picoseconds makes latencies whole numbers, so that sums of them do not depend
// on their order.
func picoseconds(ms float64) int64 { return int64(ms*1e9 + 0.5) }
