package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// withMade adds the wavelengths that the planner made, and what it decided for
// those written by hand.
func (a *API) withMade(ctx context.Context, items []wire.Object) ([]wire.Object, error) {
	decisions, _, err := a.tables.Decisions.List(ctx, "")
	if err != nil {
		return nil, err
	}
	phases, _, err := a.tables.Phases.List(ctx, "")
	if err != nil {
		return nil, err
	}
	byKey := make(map[string]*store.Entry[records.Phase], len(phases))
	for i, p := range phases {
		byKey[p.Key] = &phases[i]
	}
	byUID := make(map[string]int, len(items))
	for i, o := range items {
		byUID[o.Metadata.UID] = i
	}
	for _, d := range decisions {
		if d.Value.Intent.Kind == "" {
			continue // settings of a section, not a wavelength
		}
		made, err := wavelengthOf(d, byKey[d.Key])
		if err != nil {
			return nil, err
		}
		if i, ok := byUID[d.Value.Intent.UID]; ok {
			fillWavelength(&items[i], made)
			continue
		}
		if d.Value.Intent.Kind == intents.KindCircuit {
			items = append(items, made)
		}
	}
	return items, nil
}

// madeWavelength finds the wavelength <circuit>-<n> of a circuit.
func (a *API) madeWavelength(ctx context.Context, namespace, name string) (wire.Object, error) {
	circuit, wl, ok := madeName(name)
	if !ok {
		return wire.Object{}, absent(ctx, a.tables, intents.KindWavelength, namespace, name)
	}
	e, err := a.tables.Intents.Get(ctx, store.DocumentKey(intents.KindCircuit, namespace, circuit))
	if missing(err) {
		return wire.Object{}, absent(ctx, a.tables, intents.KindWavelength, namespace, name)
	}
	if err != nil {
		return wire.Object{}, err
	}
	o, err := a.decided(ctx, records.WavelengthKey(e.Value.UID, wl))
	if missing(err) {
		return wire.Object{}, notFound(intents.KindWavelength, namespace, name)
	}
	return o, err
}

// madeName splits the name <circuit>-<n> of a wavelength.
func madeName(name string) (circuit string, wl int, ok bool) {
	cut := strings.LastIndexByte(name, '-')
	if cut <= 0 {
		return "", 0, false
	}
	wl, err := strconv.Atoi(name[cut+1:])
	return name[:cut], wl, err == nil && wl >= 1
}

// decided shows one decision.
func (a *API) decided(ctx context.Context, key string) (wire.Object, error) {
	d, err := a.tables.Decisions.Get(ctx, key)
	if err != nil {
		return wire.Object{}, err
	}
	p, err := a.tables.Phases.Get(ctx, key)
	switch {
	case missing(err):
		return wavelengthOf(d, nil)
	case err != nil:
		return wire.Object{}, err
	}
	return wavelengthOf(d, &p)
}
