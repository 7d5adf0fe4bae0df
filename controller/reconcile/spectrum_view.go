package reconcile

import (
	"context"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
)

// Spectrum tells how full a link is, or the routes between two sites.
func (s *Stages) Spectrum(ctx context.Context, link string, between []string) (records.SpectrumReport, error) {
	if err := s.caughtUp(ctx); err != nil {
		return records.SpectrumReport{}, err
	}
	network, _, err := s.network.current()
	if err != nil {
		return records.SpectrumReport{}, err
	}
	s.planner.mu.Lock()
	view, err := plan.ViewSpectrum(network, s.planner.ledger, plan.SpectrumQuery{Link: link, Between: between})
	s.planner.mu.Unlock()
	if err != nil {
		return records.SpectrumReport{}, absentError{err}
	}
	return view.Report(s.cfg.Estimator), nil // nobody waits for this
}

// absentError says in its own words what the network does not have.
type absentError struct{ error }

// Is makes it a store.ErrNotFound.
func (absentError) Is(target error) bool { return target == store.ErrNotFound }
