package gn_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models/catalogue"
)

// refCase is a file of testdata/qot; its README tells units and meaning. Every
// field is named here, because unknown ones are refused: a case that says more
// than the reader understands must not pass.
type refCase struct {
	Schema, ID, Title, Notes, Origin string
	Tags                             []string
	Source                           map[string]string
	Model                            refModel
	Tables                           struct {
		AmplifierTypes map[string]refAmplifier `json:"amplifier_types"`
		FiberTypes     map[string]refFibre     `json:"fiber_types"`
		Raman          *refRaman
		Vectors        map[string][]float64
	}
	Spectrum struct {
		N         int       `json:"n_channels"`
		Frequency []float64 `json:"frequency_hz"`
		Baud      each      `json:"baud_rate_hz"`
		Slot      each      `json:"slot_width_hz"`
		RollOff   each      `json:"roll_off"`
		TxPower   each      `json:"tx_power_dbm"`
		Offset    each      `json:"power_offset_db"`
		TxOsnr    each      `json:"tx_osnr_01nm_db"`
	}
	Path     []refElement
	Expected struct {
		TraceIndex []int `json:"trace_channel_index"`
		Trace      []refTrace
		Receiver   map[string]each
	}
}

type refModel struct {
	NliMethod      string `json:"nli_method"`
	Srs            bool
	SrsMethod      string  `json:"srs_method"`
	SrsOrder       int     `json:"srs_order"`
	SolverStep     float64 `json:"solver_spatial_resolution_m"`
	ResultStep     float64 `json:"result_spatial_resolution_m"`
	Dispersion     float64 `json:"dispersion_tolerance"`
	Phase          float64 `json:"phase_shift_tolerance"`
	Computed1Based []int   `json:"computed_channels_1based"`
}

type refStage struct {
	TypeDef      string    `json:"type_def"`
	GainMin      float64   `json:"gain_min_db"`
	GainFlatMax  float64   `json:"gain_flatmax_db"`
	Nf0          float64   `json:"nf0_db"`
	Nf1          float64   `json:"nf1_db"`
	Nf2          float64   `json:"nf2_db"`
	DeltaP       float64   `json:"delta_p_db"`
	FromNfMin    *float64  `json:"from_nf_min_db"`
	FromNfMax    *float64  `json:"from_nf_max_db"`
	NfFit        []float64 `json:"nf_fit_coeff"`
	NfPolynomial []float64 `json:"nf_coef"`
}

type refAmplifier struct {
	refStage
	Preamp     *refStage
	Booster    *refStage
	PMax       float64 `json:"p_max_dbm"`
	FMin       float64 `json:"f_min_hz"`
	FMax       float64 `json:"f_max_hz"`
	Pmd        float64 `json:"pmd_s"`
	Pdl        float64 `json:"pdl_db"`
	GainRipple vector  `json:"gain_ripple_db"`
	NfRipple   vector  `json:"nf_ripple_db"`
	Dgt        vector
}

type refFibre struct {
	Area       float64 `json:"effective_area_m2"`
	Pmd        float64 `json:"pmd_coef_s_per_sqrt_m"`
	Reference  float64 `json:"ref_frequency_hz"`
	Dispersion struct {
		Frequency []float64 `json:"frequency_hz"`
		Value     each      `json:"s_per_m2"`
		Slope     *float64  `json:"slope_s_per_m3"`
	}
	Loss struct {
		Frequency []float64 `json:"frequency_hz"`
		Value     each      `json:"db_per_km"`
	}
}

type refRaman struct {
	Note      string
	Gamma     []float64 `json:"gamma_raman_m_per_w"`
	Offset    []float64 `json:"frequency_offset_hz"`
	Reference float64   `json:"reference_frequency_hz"`
}

type refElement struct {
	UID, Type string
	FiberType string  `json:"fiber_type"`
	Length    float64 `json:"length_m"`
	AttIn     float64 `json:"att_in_db"`
	ConIn     float64 `json:"con_in_db"`
	ConOut    float64 `json:"con_out_db"`
	Lumped    []struct {
		Position float64 `json:"position_m"`
		Loss     float64 `json:"loss_db"`
	} `json:"lumped_losses"`
	Temperature float64 `json:"temperature_k"`
	Pumps       []struct {
		Power     float64 `json:"power_at_fiber_w"`
		Frequency float64 `json:"frequency_hz"`
		Direction string
	}
	AmpType    string       `json:"amp_type"`
	Gain       float64      `json:"gain_target_db"`
	Tilt       float64      `json:"tilt_target_db"`
	InVoa      float64      `json:"in_voa_db"`
	OutVoa     float64      `json:"out_voa_db"`
	Amplifiers []refElement `json:"amplifiers"`
	PathType   string       `json:"path_type"`
	Target     struct {
		Kind  string
		Value float64
	}
	Impairments []struct {
		FMin    *float64 `json:"f_min_hz"`
		FMax    *float64 `json:"f_max_hz"`
		Osnr    *float64 `json:"osnr_01nm_db"`
		MaxLoss float64  `json:"max_loss_db"`
		Pmd     float64  `json:"pmd_s"`
		Pdl     float64  `json:"pdl_db"`
	}
	Loss float64 `json:"loss_db"`
}

type refTrace struct {
	UID   string
	Total float64 `json:"total_power_dbm"`
	Power each    `json:"power_dbm"`
	Ase   each    `json:"ase_dbm"`
	Nli   each    `json:"nli_dbm"`
	Gain  *each   `json:"effective_gain_db"`
	Nf    each    `json:"nf_db"`
}

// each is one number for all channels or one for each; null is an infinity.
type each []*float64

func (e *each) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("[")) {
		return json.Unmarshal(b, (*[]*float64)(e))
	}
	var one *float64
	err := json.Unmarshal(b, &one)
	*e = each{one}
	return err
}

func (e each) at(i int) float64 {
	if len(e) == 1 {
		i = 0
	}
	if e[i] == nil {
		return math.Inf(1)
	}
	return *e[i]
}

func (e each) values() []float64 {
	vs := make([]float64, len(e))
	for i := range vs {
		vs[i] = e.at(i)
	}
	return vs
}

// vector is a constant or the name of a vector.
type vector struct {
	constant float64
	name     string
}

func (v *vector) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, &v.name)
	}
	return json.Unmarshal(b, &v.constant)
}

func (v vector) samples(c *refCase) ([]float64, error) {
	if v.name == "" {
		return []float64{v.constant}, nil
	}
	s, ok := c.Tables.Vectors[v.name]
	if !ok {
		return nil, fmt.Errorf("there is no vector %q", v.name)
	}
	return s, nil
}

func readCase(file string) (*refCase, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	c := &refCase{}
	if err := dec.Decode(c); err != nil {
		return nil, err
	}
	if c.Schema != "gnpy-qot-case/1" {
		return nil, fmt.Errorf("schema %q", c.Schema)
	}
	return c, nil
}

func (c *refCase) model() (gn.Model, error) {
	m := gn.Model{Raman: c.Model.Srs, RamanOrder: c.Model.SrsOrder, SolverStepM: c.Model.SolverStep, ResultStepM: c.Model.ResultStep,
		DispersionTolerance: c.Model.Dispersion, PhaseTolerance: c.Model.Phase}
	for _, i := range c.Model.Computed1Based {
		m.Computed = append(m.Computed, i-1)
	}
	methods := map[string]gn.Method{"gn_model_analytic": gn.Analytic, "ggn_spectrally_separated": gn.Generalised, "ggn_approx": gn.Approximate}
	method, ok := methods[c.Model.NliMethod]
	if !ok || c.Model.SrsMethod != "" && c.Model.SrsMethod != "perturbative" {
		return m, fmt.Errorf("model %+v", c.Model)
	}
	m.Method = method
	return m, nil
}

func (c *refCase) comb() (*gn.Comb, error) {
	s := &c.Spectrum
	if len(s.Frequency) != s.N {
		return nil, fmt.Errorf("%d frequencies for %d channels", len(s.Frequency), s.N)
	}
	channels := make([]gn.Channel, s.N)
	for i := range channels {
		channels[i] = gn.Channel{CentreHz: s.Frequency[i], SymbolRate: s.Baud.at(i), SlotHz: s.Slot.at(i), RollOff: s.RollOff.at(i),
			LaunchDbm: s.TxPower.at(i), OffsetDb: s.Offset.at(i)}
	}
	return gn.NewComb(channels)
}

func (c *refCase) elements() ([]gn.Element, error) {
	fibres := map[string]*gn.FibreType{}
	for name, f := range c.Tables.FiberTypes {
		t := &gn.FibreType{Name: name, AreaUm2: f.Area * 1e12, PmdPsPerSqrtKm: f.Pmd * 1e12 * math.Sqrt(1000), ReferenceHz: f.Reference,
			LossDbPerKm: gn.Curve{Hz: f.Loss.Frequency, Value: f.Loss.Value.values()}, DispersionPsNm: gn.Curve{Hz: f.Dispersion.Frequency, Value: f.Dispersion.Value.values()}}
		for i := range t.DispersionPsNm.Value {
			t.DispersionPsNm.Value[i] *= 1e6
		}
		if s := f.Dispersion.Slope; s != nil {
			slope := *s / 1e3
			t.SlopePsNm2 = &slope
		}
		if r := c.Tables.Raman; r != nil {
			t.Raman = &gn.RamanGain{ShiftHz: r.Offset, Gain: r.Gamma, ReferenceHz: r.Reference}
		}
		fibres[name] = t
	}
	amps := map[string]*gn.AmplifierType{}
	for name, a := range c.Tables.AmplifierTypes {
		t, err := a.amplifier(c, name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		amps[name] = t
	}
	var path []gn.Element
	for _, e := range c.Path {
		el, err := e.element(fibres, amps)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.UID, err)
		}
		path = append(path, el)
	}
	return path, nil
}

func (s refStage) stage() (gn.Stage, error) {
	kinds := map[string]catalogue.NoiseKind{"variable_gain": catalogue.NoiseVariable, "fixed_gain": catalogue.NoiseFixed, "advanced_model": catalogue.NoisePolynomial,
		"openroadm": catalogue.NoiseOpenRoadm, "openroadm_preamp": catalogue.NoiseOpenRoadmPreamp, "openroadm_booster": catalogue.NoiseOpenRoadmBooster, "dual_stage": catalogue.NoiseDualStage}
	kind, ok := kinds[s.TypeDef]
	if !ok {
		return gn.Stage{}, fmt.Errorf("type_def %q", s.TypeDef)
	}
	return gn.Stage{MinGainDb: s.GainMin, MaxGainDb: s.GainFlatMax, Noise: kind, NfDb: s.Nf0, Coefficients: slices.Concat(s.NfFit, s.NfPolynomial),
		Coils: catalogue.Coils{Nf1Db: s.Nf1, Nf2Db: s.Nf2, DeltaPDb: s.DeltaP}}, nil
}

func (a refAmplifier) amplifier(c *refCase, name string) (*gn.AmplifierType, error) {
	stage, err := a.stage()
	if err != nil {
		return nil, err
	}
	t := &gn.AmplifierType{Name: name, Stage: stage, MaxOutputDbm: a.PMax, LoHz: a.FMin, HiHz: a.FMax, PmdPs: a.Pmd * 1e12, PdlDb: a.Pdl}
	for _, part := range []struct {
		from *refStage
		to   **gn.Stage
	}{{a.Preamp, &t.Preamp}, {a.Booster, &t.Booster}} {
		if part.from != nil {
			s, err := part.from.stage()
			if err != nil {
				return nil, err
			}
			*part.to = &s
		}
	}
	for _, shape := range []struct {
		from vector
		to   *[]float64
	}{{a.GainRipple, &t.GainRippleDb}, {a.NfRipple, &t.NoiseRippleDb}, {a.Dgt, &t.TiltShape}} {
		if *shape.to, err = shape.from.samples(c); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (e refElement) element(fibres map[string]*gn.FibreType, amps map[string]*gn.AmplifierType) (gn.Element, error) {
	amplifier := func(e refElement) gn.Amplifier {
		return gn.Amplifier{Name: e.UID, Type: amps[e.AmpType], GainDb: e.Gain, TiltDb: e.Tilt, InVoaDb: e.InVoa, OutVoaDb: e.OutVoa}
	}
	switch e.Type {
	case "transceiver":
		return gn.Loss{Name: e.UID}, nil
	case "fused":
		return gn.Loss{Name: e.UID, LossDb: e.Loss}, nil
	case "amplifier":
		return amplifier(e), nil
	case "multiband_amplifier":
		bank := gn.AmplifierBank{Name: e.UID}
		for _, a := range e.Amplifiers {
			bank.Bands = append(bank.Bands, amplifier(a))
		}
		return bank, nil
	case "fiber", "raman_fiber":
		f := gn.Fibre{Name: e.UID, Type: fibres[e.FiberType], Km: e.Length / 1000, PaddingDb: e.AttIn, InDb: e.ConIn, OutDb: e.ConOut, TemperatureK: e.Temperature}
		for _, l := range e.Lumped {
			f.Lumped = append(f.Lumped, gn.LumpedLoss{Km: l.Position / 1000, LossDb: l.Loss})
		}
		for _, p := range e.Pumps {
			if p.Direction != "coprop" && p.Direction != "counterprop" {
				return nil, fmt.Errorf("pump direction %q", p.Direction)
			}
			f.Pumps = append(f.Pumps, gn.Pump{Hz: p.Frequency, Watt: p.Power, Along: p.Direction == "coprop"})
		}
		return f, nil
	case "roadm":
		return e.roadm()
	}
	return nil, fmt.Errorf("element type %q", e.Type)
}

func (e refElement) roadm() (gn.Element, error) {
	kinds := map[string]gn.TargetKind{"power_dbm": gn.PerChannel, "psd_mw_per_ghz_of_baud_rate": gn.PerRate, "psd_mw_per_ghz_of_slot_width": gn.PerSlot}
	kind, ok := kinds[e.Target.Kind]
	if !ok || !strings.Contains("add express drop", e.PathType) {
		return nil, fmt.Errorf("%s with target %q", e.PathType, e.Target.Kind)
	}
	s := gn.Switch{Name: e.UID, Target: gn.Target{Kind: kind, Value: e.Target.Value}}
	for _, i := range e.Impairments {
		f := gn.SwitchFigures{MinLossDb: i.MaxLoss, PmdPs: i.Pmd * 1e12, PdlDb: i.Pdl}
		if i.FMin != nil && i.FMax != nil {
			f.LoHz, f.HiHz = *i.FMin, *i.FMax
		}
		if i.Osnr != nil {
			f.OsnrDb = *i.Osnr
		}
		s.Figures = append(s.Figures, f)
	}
	return s, nil
}
