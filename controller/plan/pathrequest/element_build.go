package pathrequest

import (
	"fmt"
	"math"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Fault says what is wrong with a case, where, and what would put it right.
type Fault struct {
	At      string // the element, link, type or request
	Problem string
	Remedy  string
}

func (f *Fault) Error() string { return fmt.Sprintf("%s: %s; %s", f.At, f.Problem, f.Remedy) }

func fault(at, remedy, problem string, args ...any) error {
	return &Fault{At: at, Problem: fmt.Sprintf(problem, args...), Remedy: remedy}
}

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// parts makes elements of the physical model out of those of a case.
type parts struct {
	tables *Tables
	fibres map[string]*gn.FibreType
	amps   map[string]*gn.AmplifierType
}

func newParts(t *Tables) (*parts, error) {
	p := &parts{t, map[string]*gn.FibreType{}, map[string]*gn.AmplifierType{}}
	for name, f := range t.FiberTypes {
		p.fibres[name] = f.build(name, t.Raman)
	}
	for name, a := range t.AmplifierTypes {
		built, err := a.build(name, t)
		if err != nil {
			return nil, err
		}
		p.amps[name] = built
	}
	return p, nil
}

func (f FiberType) build(name string, raman *RamanProfile) *gn.FibreType {
	t := &gn.FibreType{Name: name, AreaUm2: f.AreaM2 * 1e12, PmdPsPerSqrtKm: f.PmdSPerRoot * 1e12 * math.Sqrt(1000), ReferenceHz: f.ReferenceHz,
		LossDbPerKm:    gn.Curve{Hz: f.Loss.Hz, Value: f.Loss.DbPerKm},
		DispersionPsNm: gn.Curve{Hz: f.Dispersion.Hz, Value: slices.Clone(f.Dispersion.SPerM2)}}
	for i := range t.DispersionPsNm.Value {
		t.DispersionPsNm.Value[i] *= 1e6
	}
	if f.Dispersion.Slope != nil {
		slope := *f.Dispersion.Slope / 1e3
		t.SlopePsNm2 = &slope
	}
	if raman != nil {
		t.Raman = &gn.RamanGain{ShiftHz: raman.ShiftHz, Gain: raman.Gain, ReferenceHz: raman.ReferenceHz}
	}
	return t
}

func (a AmplifierType) build(name string, tables *Tables) (*gn.AmplifierType, error) {
	at := fmt.Sprintf("amplifier type %q", name)
	stage, err := a.Stage.build(at)
	if err != nil {
		return nil, err
	}
	t := &gn.AmplifierType{Name: name, Stage: stage, MaxOutputDbm: a.MaxOutputDbm, LoHz: a.LoHz, HiHz: a.HiHz, PmdPs: a.PmdS * 1e12, PdlDb: a.PdlDb}
	if !(a.HiHz > a.LoHz && a.LoHz > 0) {
		return nil, fault(at, "give f_min_hz and f_max_hz", "its band from %g to %g Hz is none", a.LoHz, a.HiHz)
	}
	for _, part := range []struct {
		from *Stage
		to   **gn.Stage
	}{{a.Preamp, &t.Preamp}, {a.Booster, &t.Booster}} {
		if part.from == nil {
			continue
		}
		s, err := part.from.build(at)
		if err != nil {
			return nil, err
		}
		*part.to = &s
	}
	for _, shape := range []struct {
		from Shape
		to   *[]float64
	}{{a.GainRippleDb, &t.GainRippleDb}, {a.NfRippleDb, &t.NoiseRippleDb}, {a.TiltShape, &t.TiltShape}} {
		if shape.from.Vector == "" {
			*shape.to = []float64{shape.from.Constant}
			continue
		}
		samples, known := tables.Vectors[shape.from.Vector]
		if !known {
			return nil, fault(at, "add it to tables.vectors", "there is no vector %q", shape.from.Vector)
		}
		*shape.to = samples
	}
	return t, nil
}

func (s Stage) build(at string) (gn.Stage, error) {
	kinds := map[string]catalogue.NoiseKind{"variable_gain": catalogue.NoiseVariable, "fixed_gain": catalogue.NoiseFixed,
		"advanced_model": catalogue.NoisePolynomial, "openroadm": catalogue.NoiseOpenRoadm, "openroadm_preamp": catalogue.NoiseOpenRoadmPreamp,
		"openroadm_booster": catalogue.NoiseOpenRoadmBooster, "dual_stage": catalogue.NoiseDualStage}
	kind, known := kinds[s.TypeDef]
	if !known {
		return gn.Stage{}, fault(at, "use one of the noise models of the case format", "type_def %q is not known", s.TypeDef)
	}
	return gn.Stage{MinGainDb: s.GainMinDb, MaxGainDb: s.GainMaxDb, Noise: kind, NfDb: s.Nf0Db, Coefficients: slices.Concat(s.NfFit, s.NfPolynomial),
		Coils: catalogue.Coils{Nf1Db: s.Nf1Db, Nf2Db: s.Nf2Db, DeltaPDb: s.DeltaPDb}}, nil
}

// plain makes an element that is neither a switch nor a transceiver.
func (p *parts) plain(e *Element) (gn.Element, error) {
	switch at := fmt.Sprintf("element %q", e.UID); e.Type {
	case typeFused:
		return gn.Loss{Name: e.UID, LossDb: e.LossDb}, nil
	case typeFibre, typeRamanFibre:
		f := gn.Fibre{Name: e.UID, Type: p.fibres[e.FiberType], Km: e.LengthM / 1000, PaddingDb: e.PaddingDb, InDb: e.InDb, OutDb: e.OutDb, TemperatureK: e.TemperatureK}
		if f.Type == nil {
			return nil, fault(at, "name one of tables.fiber_types", "fibre type %q is missing", e.FiberType)
		}
		for _, l := range e.Lumped {
			f.Lumped = append(f.Lumped, gn.LumpedLoss{Km: l.PositionM / 1000, LossDb: l.LossDb})
		}
		for _, pump := range e.Pumps {
			if pump.Direction != "coprop" && pump.Direction != "counterprop" {
				return nil, fault(at, `give "coprop" or "counterprop"`, "a Raman pump has direction %q", pump.Direction)
			}
			f.Pumps = append(f.Pumps, gn.Pump{Hz: pump.Hz, Watt: pump.PowerW, Along: pump.Direction == "coprop"})
		}
		return f, nil
	case typeAmplifier:
		return p.amplifier(e)
	case typeBank:
		bank := gn.AmplifierBank{Name: e.UID}
		for i := range e.Amplifiers {
			a, err := p.amplifier(&e.Amplifiers[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", at, err)
			}
			bank.Bands = append(bank.Bands, a)
		}
		return bank, nil
	default:
		return nil, fault(at, "use one of the types of the case format", "type %q is not known", e.Type)
	}
}

func (p *parts) amplifier(e *Element) (gn.Amplifier, error) {
	at := fmt.Sprintf("element %q", e.UID)
	a := gn.Amplifier{Name: e.UID, Type: p.amps[e.AmpType], TiltDb: e.TiltDb, InVoaDb: e.InVoaDb, OutVoaDb: e.OutVoaDb}
	if a.Type == nil {
		return a, fault(at, "name one of tables.amplifier_types", "amplifier type %q is missing", e.AmpType)
	}
	if e.GainDb == nil {
		return a, fault(at, "give gain_target_db", "its gain is missing")
	}
	a.GainDb = *e.GainDb
	return a, nil
}

// roadm makes the way through a wavelength switch from one neighbour to another.
func (p *parts) roadm(e *Element, from, to, pathType string) (gn.Element, error) {
	at := fmt.Sprintf("element %q", e.UID)
	target, given := e.DegreeTargets[to]
	if !given {
		if e.Target == nil {
			return nil, fault(at, "give a target", "the switch has no target towards %q", to)
		}
		target = *e.Target
	}
	kinds := map[string]gn.TargetKind{"power_dbm": gn.PerChannel, "psd_mw_per_ghz_of_baud_rate": gn.PerRate, "psd_mw_per_ghz_of_slot_width": gn.PerSlot}
	kind, known := kinds[target.Kind]
	if !known {
		return nil, fault(at, "use one of the kinds of the case format", "target of kind %q is not known", target.Kind)
	}
	name := e.Impairments[pathType]
	for _, own := range e.PathImpairments {
		if own.From == from && own.To == to {
			name = own.Impairments
		}
	}
	s := gn.Switch{Name: e.UID, Target: gn.Target{Kind: kind, Value: target.Value}}
	rows, known := p.tables.Impairments[name]
	if !known && name != "" {
		return nil, fault(at, "add them to tables.roadm_impairments", "there are no impairments %q", name)
	}
	for _, row := range rows {
		f := gn.SwitchFigures{MinLossDb: row.LossDb, PmdPs: row.PmdS * 1e12, PdlDb: row.PdlDb}
		if row.LoHz != nil && row.HiHz != nil {
			f.LoHz, f.HiHz = *row.LoHz, *row.HiHz
		}
		if row.OsnrDb != nil {
			f.OsnrDb = *row.OsnrDb
		}
		s.Figures = append(s.Figures, f)
	}
	return s, nil
}

// checkRoadm finds out what is wrong with a switch before light comes to it: its
// target towards one neighbour, and all the figures it names.
func (p *parts) checkRoadm(e *Element, to string) error {
	names := []string{pathAdd, pathExpress, pathDrop}
	for what := range e.Impairments {
		if !slices.Contains(names, what) {
			return fault(fmt.Sprintf("element %q", e.UID), `use "add", "express" and "drop"`, "there are impairments for %q", what)
		}
	}
	ways := []PathImpairments{{}}
	for _, own := range e.PathImpairments {
		if own.To == to {
			ways = append(ways, own)
		}
	}
	for _, way := range ways {
		for _, pathType := range names {
			part, err := p.roadm(e, way.From, to, pathType)
			if err != nil {
				return err
			}
			if _, err := gn.Compile(part); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m Model) build() (gn.Model, error) {
	methods := map[string]gn.Method{"gn_model_analytic": gn.Analytic, "ggn_spectrally_separated": gn.Generalised, "ggn_approx": gn.Approximate}
	method, known := methods[m.NliMethod]
	if !known {
		return gn.Model{}, fault("model", "use one of the methods of the case format", "nli_method %q is not known", m.NliMethod)
	}
	if m.Srs && m.SrsMethod != "" && m.SrsMethod != "perturbative" {
		return gn.Model{}, fault("model", `use "perturbative"`, "srs_method %q is not known", m.SrsMethod)
	}
	built := gn.Model{Method: method, Raman: m.Srs, RamanOrder: m.SrsOrder, SolverStepM: m.SolverStepM, ResultStepM: m.ResultStepM,
		DispersionTolerance: m.Dispersion, PhaseTolerance: m.PhaseShift}
	for _, i := range m.ComputedFrom {
		built.Computed = append(built.Computed, i-1)
	}
	return built, nil
}
