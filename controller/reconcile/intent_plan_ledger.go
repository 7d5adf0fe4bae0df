package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/store"
)

// plannerState is the planner's own write-through picture of the ledger. A
// watch lags its own writes, so the planner never plans from one. It is rebuilt
// from the store at the start of a term and after every conflict.
type plannerState struct {
	mu     sync.Mutex // planBatch and previews
	ledger *plan.Ledger
	revs   map[string]int64 // ledger record ("spectrum/x") → mod revision
}

func newPlannerState() *plannerState {
	return &plannerState{ledger: plan.NewLedger(), revs: map[string]int64{}}
}

// loadLedger reads all ledger tables. The caller must not hold planner.mu.
func (s *Stages) loadLedger(ctx context.Context) error {
	s.planner.mu.Lock()
	defer s.planner.mu.Unlock()
	return s.reloadLedger(ctx)
}

func (s *Stages) reloadLedger(ctx context.Context) error {
	ledger, revs := plan.NewLedger(), map[string]int64{}
	spectrum, _, err := s.tables.Spectrum.List(ctx, "")
	if err != nil {
		return fmt.Errorf("read spectrum: %w", err)
	}
	for _, e := range spectrum {
		ledger.SetSpectrum(e.Key, e.Value)
		revs["spectrum/"+e.Key] = e.Revision
	}
	ports, _, err := s.tables.Ports.List(ctx, "")
	if err != nil {
		return fmt.Errorf("read ports: %w", err)
	}
	for _, e := range ports {
		ledger.SetPort(e.Key, e.Value)
		revs["ports/"+e.Key] = e.Revision
	}
	banks, _, err := s.tables.Banks.List(ctx, "")
	if err != nil {
		return fmt.Errorf("read banks: %w", err)
	}
	for _, e := range banks {
		ledger.SetBank(e.Key, e.Value)
		revs["banks/"+e.Key] = e.Revision
	}
	indices, _, err := s.tables.Indices.List(ctx, "")
	if err != nil {
		return fmt.Errorf("read indices: %w", err)
	}
	for _, e := range indices {
		ledger.SetIndex(e.Key, e.Value)
		revs["indices/"+e.Key] = e.Revision
	}
	decisions, _, err := s.tables.Decisions.List(ctx, "")
	if err != nil {
		return fmt.Errorf("read decisions: %w", err)
	}
	for i := range decisions {
		ledger.SetDecision(&decisions[i].Value)
	}
	s.planner.ledger, s.planner.revs = ledger, revs
	return nil
}

// touchedSet collects the ledger records that a batch changed.
type touchedSet struct{ links, ports, banks, devices map[string]bool }

func newTouchedSet() touchedSet {
	return touchedSet{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
}

func (t touchedSet) add(u plan.Touched) {
	for _, pair := range []struct {
		into map[string]bool
		from []string
	}{{t.links, u.Links}, {t.ports, u.Ports}, {t.banks, u.Banks}, {t.devices, u.Devices}} {
		for _, k := range pair.from {
			pair.into[k] = true
		}
	}
}

// ledgerOps writes the ledger records that were touched, each compared with
// the revision this planner last saw.
func (s *Stages) ledgerOps(t touchedSet) ([]store.Op, map[string]bool) {
	var ops []store.Op
	after := map[string]bool{} // record → now absent
	l := s.planner.ledger
	for _, k := range slices.Sorted(maps.Keys(t.links)) {
		ops = append(ops, putOrDelete(s.tables.Spectrum, "spectrum/", k, l.Spectrum(k), s.planner.revs, after)...)
	}
	for _, k := range slices.Sorted(maps.Keys(t.ports)) {
		ops = append(ops, putOrDelete(s.tables.Ports, "ports/", k, l.Port(k), s.planner.revs, after)...)
	}
	for _, k := range slices.Sorted(maps.Keys(t.banks)) {
		ops = append(ops, putOrDelete(s.tables.Banks, "banks/", k, l.Bank(k), s.planner.revs, after)...)
	}
	for _, k := range slices.Sorted(maps.Keys(t.devices)) {
		ops = append(ops, putOrDelete(s.tables.Indices, "indices/", k, l.Index(k), s.planner.revs, after)...)
	}
	return ops, after
}

func putOrDelete[T any](t *store.Table[T], table, key string, v *T, revs map[string]int64, after map[string]bool) []store.Op {
	rev, exists := revs[table+key]
	switch {
	case v != nil && exists:
		after[table+key] = false
		return []store.Op{t.Update(key, *v, rev)}
	case v != nil:
		after[table+key] = false
		return []store.Op{t.Create(key, *v)}
	case exists:
		after[table+key] = true
		return []store.Op{t.DeleteAt(key, rev)}
	}
	return nil
}
