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

type driftOutput struct{ Body wire.DriftReport }

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
	return &driftOutput{wire.NewDriftReport(report)}, nil
}

type adoptInput struct {
	Device []string `query:"device,explode" maxItems:"1000" doc:"names of devices; none means all that are only observed"`
}

type adoptOutput struct{ Body wire.AdoptionReport }

// adopt reads what devices have.
func (a *API) adopt(ctx context.Context, in *adoptInput) (*adoptOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	for _, name := range in.Device {
		if _, err := a.tables.Intents.Get(ctx, store.DocumentKey(intents.KindDevice, "", name)); err != nil {
			if missing(err) {
				err = notFound(intents.KindDevice, "", name)
			}
			return nil, a.failureOf("adopt", err)
		}
	}
	report, err := a.cfg.Prober.Adopt(ctx, in.Device)
	if err != nil {
		return nil, a.failureOf("adopt", err)
	}
	return &adoptOutput{wire.NewAdoptionReport(report)}, nil
}

type spectrumInput struct {
	Link    string   `query:"link" maxLength:"100" doc:"name of a link"`
	Between []string `query:"between,explode" maxItems:"2" doc:"two sites: the routes between them, with link those that pass it"`
}

type spectrumOutput struct{ Body wire.SpectrumReport }

// spectrum tells how full a link is, or the routes between two sites.
func (a *API) spectrum(ctx context.Context, in *spectrumInput) (*spectrumOutput, error) {
	switch {
	case in.Link == "" && len(in.Between) == 0:
		return nil, badRequest("neither a link nor two sites are given: ?link=NAME or ?between=SITE&between=SITE")
	case len(in.Between) == 1, len(in.Between) == 2 && in.Between[0] == in.Between[1]:
		return nil, badRequest("between: want two different sites")
	}
	report, err := a.cfg.Planner.Spectrum(ctx, in.Link, in.Between)
	if err != nil {
		return nil, a.failureOf("spectrum", err)
	}
	return &spectrumOutput{wire.NewSpectrumReport(report)}, nil
}

type whyOutput struct{ Body wire.Explanation }

// why explains the plan of one document. The reasons of a wavelength that the
// planner made are those of its circuit.
func (a *API) why(kind wire.Kind) func(context.Context, *objectInput) (*whyOutput, error) {
	return func(ctx context.Context, in *objectInput) (*whyOutput, error) {
		o, err := a.one(ctx, kind, in.Namespace, in.Name)
		if err != nil {
			return nil, a.failureOf("why", err)
		}
		t := target{kind, in.Namespace, in.Name}
		if circuit := o.Metadata.Labels[wire.LabelCircuit]; circuit != "" && kind.Name == intents.KindWavelength {
			if t.kind, err = wire.KindNamed(intents.KindCircuit); err != nil {
				return nil, a.failureOf("why", err)
			}
			t.name = circuit
			if o, err = a.one(ctx, t.kind, t.namespace, t.name); err != nil {
				return nil, a.failureOf("why", err)
			}
		}
		plan, err := a.cfg.Planner.Why(ctx, t.kind.Name, t.namespace, t.name)
		if err != nil {
			return nil, a.failureOf("why", err)
		}
		out := wire.Explanation{CircuitPlan: plan}
		record, err := optional(a.tables.Circuits.Get(ctx, o.Metadata.UID))
		if err != nil {
			return nil, a.failureOf("why", err)
		}
		if record != nil {
			out.Refused = record.Tombstones
		}
		if o.Status != nil {
			out.Conditions = o.Status.Conditions
			out.Faults = faultsOf(o.Status.Wavelengths)
		}
		return &whyOutput{out}, nil
	}
}

// replan plans one document again beside what it has.
func (a *API) replan(kind wire.Kind) func(context.Context, *objectInput) (*planOutput, error) {
	return func(ctx context.Context, in *objectInput) (*planOutput, error) {
		if _, err := a.one(ctx, kind, in.Namespace, in.Name); err != nil {
			return nil, a.failureOf("replan", err)
		}
		report, err := a.cfg.Planner.Replan(ctx, kind.Name, in.Namespace, in.Name)
		if err != nil {
			return nil, a.failureOf("replan", err)
		}
		return &planOutput{wire.NewPlanReport(report)}, nil
	}
}

// faultsOf lists the wavelengths with which something is wrong now.
func faultsOf(list []records.WavelengthStatus) []wire.WavelengthFault {
	var out []wire.WavelengthFault
	for _, w := range list {
		switch w.Reason {
		case "", models.LightVerified, models.Planned, models.Progressing:
			continue // on its way, or where it should be
		}
		out = append(out, wire.WavelengthFault{Name: w.Name, Phase: w.Phase, Reason: w.Reason, Message: w.Message})
	}
	return out
}

type reportOutput struct{ Body records.WavelengthReport }

// report tells everything known of a wavelength.
func (a *API) report(ctx context.Context, in *objectInput) (*reportOutput, error) {
	report, err := a.cfg.Prober.Wavelength(ctx, in.Namespace, in.Name)
	if missing(err) {
		err = absent(ctx, a.tables, intents.KindWavelength, in.Namespace, in.Name)
	}
	if err != nil {
		return nil, a.failureOf("report", err)
	}
	return &reportOutput{report}, nil
}
