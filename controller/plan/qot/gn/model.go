package gn

import (
	"fmt"
	"slices"
)

// Method is a way to compute nonlinear interference.
type Method int

// The methods.
const (
	// Analytic is the Gaussian-noise model in closed form: P. Poggiolini et
	// al., arXiv:1209.0394, equations 120 and 123.
	Analytic Method = iota
	// Generalised integrates numerically, separated by pairs of channels:
	// M. Cantono et al., JLT 36(15), 2018, arXiv:1710.02225, equation 21.
	Generalised
	// Approximate has cross-channel terms in closed form and integrates the
	// self-channel term: A. D'Amico et al., JLT 40(11), 2022, equations 24-25.
	Approximate
)

// Model says which physics count and how finely numerical methods work. The
// zero value is the analytic model without Raman scattering.
type Model struct {
	Method Method
	// Raman lets channels exchange power by stimulated Raman scattering in
	// every fibre whose type has a Raman gain profile. A fibre with Raman pumps
	// has it in any case.
	Raman bool
	// RamanOrder is the order of the perturbative solution, 1 or 2; 0 is 2.
	RamanOrder int
	// SolverStepM is the step of the Raman solution along the fibre, and
	// ResultStepM that of the power profile taken from it, in metres; 0 is
	// 10 km for both.
	SolverStepM, ResultStepM float64
	// DispersionTolerance and PhaseTolerance bound the steps of integrals over
	// frequency; 0 is 4 and 0.1.
	DispersionTolerance, PhaseTolerance float64
	// Computed are the indices of the channels that the numerical methods
	// compute; the rest is interpolated in noise density. None: all.
	Computed []int
}

func (m Model) settled() (Model, error) {
	standard := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	standard(&m.SolverStepM, 10e3)
	standard(&m.ResultStepM, 10e3)
	standard(&m.DispersionTolerance, 4)
	standard(&m.PhaseTolerance, 0.1)
	if m.RamanOrder == 0 {
		m.RamanOrder = 2
	}
	m.Computed = slices.Clone(m.Computed)
	slices.Sort(m.Computed)
	m.Computed = slices.Compact(m.Computed)
	switch {
	case m.Method < Analytic || m.Method > Approximate:
		return m, fmt.Errorf("method %d is not known", m.Method)
	case m.RamanOrder < 1 || m.RamanOrder > 2:
		return m, fmt.Errorf("order %d of the Raman solution: must be 1 or 2", m.RamanOrder)
	case !(m.SolverStepM >= 1 && m.SolverStepM <= 1e6) || !(m.ResultStepM >= 1 && m.ResultStepM <= 1e6):
		return m, fmt.Errorf("steps of %g and %g m along the fibre: must be from 1 m to 1000 km", m.SolverStepM, m.ResultStepM)
	case !(m.DispersionTolerance >= 1e-3 && m.DispersionTolerance <= 100) || !(m.PhaseTolerance >= 1e-4 && m.PhaseTolerance <= 10):
		return m, fmt.Errorf("tolerances %g (dispersion) and %g (phase): must be from 0.001 to 100 and from 0.0001 to 10", m.DispersionTolerance, m.PhaseTolerance)
	case len(m.Computed) > 0 && m.Computed[0] < 0:
		return m, fmt.Errorf("computed channel %d: indices begin at 0", m.Computed[0])
	}
	return m, nil
}

// Solver evaluates lines with one model and keeps the kernels it has worked
// out. It is safe for concurrent use; an Evaluation is not.
type Solver struct {
	model Model
	cache *cache
}

// NewSolver returns a solver whose kernels may take up to cacheBytes of memory;
// 0 is 64 MiB.
func NewSolver(m Model, cacheBytes int) (*Solver, error) {
	m, err := m.settled()
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if cacheBytes < 0 {
		return nil, fmt.Errorf("a cache of %d bytes: must be 0 or more", cacheBytes)
	}
	if cacheBytes == 0 {
		cacheBytes = 64 << 20
	}
	return &Solver{model: m, cache: newCache(cacheBytes)}, nil
}
