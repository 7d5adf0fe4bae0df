package api

import (
	"context"
	"time"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

type driftInput struct {
	Live   bool   `query:"live" doc:"ask the devices now"`
	Device string `query:"device" maxLength:"100"`
}

type driftOutput struct{ Body records.DriftReport }

// liveTimeout bounds a live drift over all devices.
const liveTimeout = 90 * time.Second

// drift compares what was applied with what the devices say.
func (a *API) drift(ctx context.Context, in *driftInput) (*driftOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	if in.Device != "" {
		if _, err := a.tables.Intents.Get(ctx, store.DocumentKey(intents.KindDevice, "", in.Device)); err != nil {
			if missing(err) {
				err = notFound(intents.KindDevice, "", in.Device)
			}
			return nil, a.failureOf("drift", err)
		}
	}
	report, err := a.cfg.Prober.Drift(ctx, in.Live, in.Device)
	if err != nil {
		return nil, a.failureOf("drift", err)
	}
	if report.Items == nil {
		report.Items = []models.DriftItem{}
	}
	return &driftOutput{report}, nil
}

type whyOutput struct{ Body records.CircuitPlan }

// why explains the plan of one document.
func (a *API) why(kind wire.Kind) func(context.Context, *objectInput) (*whyOutput, error) {
	return func(ctx context.Context, in *objectInput) (*whyOutput, error) {
		if _, err := a.tables.Intents.Get(ctx, store.DocumentKey(kind.Name, in.Namespace, in.Name)); err != nil {
			if missing(err) {
				err = notFound(kind.Name, in.Namespace, in.Name)
				if kind.Name == intents.KindWavelength {
					if o, merr := a.madeWavelength(ctx, in.Namespace, in.Name); merr == nil {
						// Its reasons are those of the circuit.
						plan, perr := a.cfg.Planner.Why(ctx, intents.KindCircuit, in.Namespace, o.Metadata.Labels[wire.LabelCircuit])
						if perr == nil {
							return &whyOutput{plan}, nil
						}
						err = perr
					}
				}
			}
			return nil, a.failureOf("why", err)
		}
		plan, err := a.cfg.Planner.Why(ctx, kind.Name, in.Namespace, in.Name)
		if err != nil {
			return nil, a.failureOf("why", err)
		}
		return &whyOutput{plan}, nil
	}
}

type reportOutput struct{ Body records.WavelengthReport }

// report tells everything known of a wavelength.
func (a *API) report(ctx context.Context, in *objectInput) (*reportOutput, error) {
	report, err := a.cfg.Prober.Wavelength(ctx, in.Namespace, in.Name)
	if missing(err) {
		err = notFound(intents.KindWavelength, in.Namespace, in.Name)
	}
	if err != nil {
		return nil, a.failureOf("report", err)
	}
	return &reportOutput{report}, nil
}
