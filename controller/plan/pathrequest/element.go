package pathrequest

import (
	"bytes"
	"encoding/json"
)

// The types of elements.
const (
	typeTransceiver = "transceiver"
	typeRoadm       = "roadm"
	typeFibre       = "fiber"
	typeRamanFibre  = "raman_fiber"
	typeAmplifier   = "amplifier"
	typeBank        = "multiband_amplifier"
	typeFused       = "fused"
)

// The types of ways through a wavelength switch.
const (
	pathAdd     = "add"
	pathExpress = "express"
	pathDrop    = "drop"
)

// Element is one element of a designed network. Which fields count depends on
// its type.
type Element struct {
	UID       string   `json:"uid"`
	Type      string   `json:"type"`
	Latitude  *float64 `json:"latitude,omitempty"`
	Longitude *float64 `json:"longitude,omitempty"`

	// Fibres.
	FiberType    string       `json:"fiber_type,omitempty"`
	LengthM      float64      `json:"length_m,omitempty"`
	PaddingDb    float64      `json:"att_in_db,omitempty"` // attenuator before the fibre
	InDb         float64      `json:"con_in_db,omitempty"` // connectors
	OutDb        float64      `json:"con_out_db,omitempty"`
	Lumped       []LumpedLoss `json:"lumped_losses,omitempty"`
	TemperatureK float64      `json:"temperature_k,omitempty"`
	Pumps        []Pump       `json:"pumps,omitempty"`

	// Amplifiers, and those side by side in a bank.
	AmpType    string    `json:"amp_type,omitempty"`
	GainDb     *float64  `json:"gain_target_db,omitempty"`
	TiltDb     float64   `json:"tilt_target_db,omitempty"`
	InVoaDb    float64   `json:"in_voa_db,omitempty"`
	OutVoaDb   float64   `json:"out_voa_db,omitempty"`
	Amplifiers []Element `json:"amplifiers,omitempty"`

	// Wavelength switches. A target by next element goes before the general
	// one, the figures of one way through before those of its path type.
	Target          *Target           `json:"target,omitempty"`
	DegreeTargets   map[string]Target `json:"per_degree_target,omitempty"`
	Impairments     map[string]string `json:"impairments,omitempty"` // by "add", "express" and "drop"
	PathImpairments []PathImpairments `json:"per_path_impairments,omitempty"`

	LossDb float64 `json:"loss_db,omitempty"` // of what is fused
}

// LumpedLoss is a loss within a fibre.
type LumpedLoss struct {
	PositionM float64 `json:"position_m"`
	LossDb    float64 `json:"loss_db"`
}

// Pump is a Raman pump.
type Pump struct {
	PowerW    float64 `json:"power_at_fiber_w"`
	Hz        float64 `json:"frequency_hz"`
	Direction string  `json:"direction"` // "coprop" or "counterprop"
}

// Target is what a wavelength switch levels channels to.
type Target struct {
	Kind  string  `json:"kind"` // "power_dbm", "psd_mw_per_ghz_of_baud_rate" or "psd_mw_per_ghz_of_slot_width"
	Value float64 `json:"value"`
}

// PathImpairments names the figures of one way through a wavelength switch,
// from one neighbouring element to another.
type PathImpairments struct {
	From        string `json:"from_degree"`
	To          string `json:"to_degree"`
	Impairments string `json:"impairments"`
}

// Model says how light is computed.
type Model struct {
	NliMethod    string  `json:"nli_method"` // "gn_model_analytic", "ggn_spectrally_separated" or "ggn_approx"
	Srs          bool    `json:"srs"`        // Raman scattering between channels
	SrsMethod    string  `json:"srs_method,omitempty"`
	SrsOrder     int     `json:"srs_order,omitempty"`
	SolverStepM  float64 `json:"solver_spatial_resolution_m,omitempty"`
	ResultStepM  float64 `json:"result_spatial_resolution_m,omitempty"`
	Dispersion   float64 `json:"dispersion_tolerance,omitempty"`
	PhaseShift   float64 `json:"phase_shift_tolerance,omitempty"`
	ComputedFrom []int   `json:"computed_channels_1based,omitempty"`
}

// Tables are the types that elements name.
type Tables struct {
	AmplifierTypes map[string]AmplifierType `json:"amplifier_types"`
	FiberTypes     map[string]FiberType     `json:"fiber_types"`
	Vectors        map[string][]float64     `json:"vectors"`
	Impairments    map[string][]Impairment  `json:"roadm_impairments"`
	Raman          *RamanProfile            `json:"raman,omitempty"`
}

// Stage is the noise and gain range of an amplifier type or of one of its stages.
type Stage struct {
	TypeDef      string    `json:"type_def"`
	GainMinDb    float64   `json:"gain_min_db"`
	GainMaxDb    float64   `json:"gain_flatmax_db"`
	Nf0Db        float64   `json:"nf0_db,omitempty"`
	Nf1Db        float64   `json:"nf1_db,omitempty"`
	Nf2Db        float64   `json:"nf2_db,omitempty"`
	DeltaPDb     float64   `json:"delta_p_db,omitempty"`
	FromNfMinDb  *float64  `json:"from_nf_min_db,omitempty"`
	FromNfMaxDb  *float64  `json:"from_nf_max_db,omitempty"`
	NfFit        []float64 `json:"nf_fit_coeff,omitempty"`
	NfPolynomial []float64 `json:"nf_coef,omitempty"`
}

// AmplifierType is what all amplifiers of one kind have in common.
type AmplifierType struct {
	Stage
	Preamp       *Stage  `json:"preamp,omitempty"`
	Booster      *Stage  `json:"booster,omitempty"`
	MaxOutputDbm float64 `json:"p_max_dbm"`
	LoHz         float64 `json:"f_min_hz"`
	HiHz         float64 `json:"f_max_hz"`
	PmdS         float64 `json:"pmd_s"`
	PdlDb        float64 `json:"pdl_db"`
	GainRippleDb Shape   `json:"gain_ripple_db"`
	NfRippleDb   Shape   `json:"nf_ripple_db"`
	TiltShape    Shape   `json:"dgt"`
}

// FiberType is what all fibres of one kind have in common.
type FiberType struct {
	AreaM2      float64 `json:"effective_area_m2"`
	PmdSPerRoot float64 `json:"pmd_coef_s_per_sqrt_m"`
	ReferenceHz float64 `json:"ref_frequency_hz"`
	Dispersion  struct {
		Hz     []float64 `json:"frequency_hz,omitempty"`
		SPerM2 Values    `json:"s_per_m2"`
		Slope  *float64  `json:"slope_s_per_m3"`
	} `json:"dispersion"`
	Loss struct {
		Hz      []float64 `json:"frequency_hz,omitempty"`
		DbPerKm Values    `json:"db_per_km"`
	} `json:"loss"`
}

// RamanProfile is a Raman gain profile.
type RamanProfile struct {
	Note        string    `json:"note,omitempty"`
	Gain        []float64 `json:"gamma_raman_m_per_w"`
	ShiftHz     []float64 `json:"frequency_offset_hz"`
	ReferenceHz float64   `json:"reference_frequency_hz"`
}

// Impairment is what a way through a wavelength switch does to light, within a
// range of frequencies or, without one, everywhere.
type Impairment struct {
	LoHz   *float64 `json:"f_min_hz"`
	HiHz   *float64 `json:"f_max_hz"`
	OsnrDb *float64 `json:"osnr_01nm_db"` // nil: adds no noise
	LossDb float64  `json:"max_loss_db"`  // at full transmission
	PmdS   float64  `json:"pmd_s"`
	PdlDb  float64  `json:"pdl_db"`
}

// Transceiver is a type of transceiver.
type Transceiver struct {
	Hz    []float64 `json:"frequency_hz"`
	Modes []Mode    `json:"modes"`
}

// Mode is an operational mode of a transceiver.
type Mode struct {
	Format         string             `json:"format"`
	BaudRate       float64            `json:"baud_rate_hz"`
	RequiredOsnrDb float64            `json:"required_osnr_01nm_db"`
	BitRate        float64            `json:"bit_rate_bps"`
	RollOff        *float64           `json:"roll_off"`
	TxOsnrDb       float64            `json:"tx_osnr_01nm_db"`
	MinSpacingHz   float64            `json:"min_spacing_hz"`
	Cost           float64            `json:"cost"`
	OffsetDb       float64            `json:"power_offset_db"` // on top of every switch's target
	Penalties      map[string]Penalty `json:"penalties"`       // by "chromatic_dispersion" (ps/nm), "pmd" (ps) and "pdl" (dB)
}

// Penalty is a table of what an impairment costs.
type Penalty struct {
	UpTo []float64 `json:"up_to"`
	Db   []float64 `json:"penalty_db"`
}

// Values is one number or several.
type Values []float64

// UnmarshalJSON reads a number or a list of numbers.
func (v *Values) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("[")) {
		return json.Unmarshal(b, (*[]float64)(v))
	}
	one := make([]float64, 1)
	*v = one
	return json.Unmarshal(b, &one[0])
}

// MarshalJSON writes what UnmarshalJSON reads.
func (v Values) MarshalJSON() ([]byte, error) {
	if len(v) == 1 {
		return json.Marshal(v[0])
	}
	return json.Marshal([]float64(v))
}

// Shape is a quantity over the band of an amplifier: a constant, or the name of
// a vector of the tables.
type Shape struct {
	Constant float64
	Vector   string
}

// UnmarshalJSON reads a number or a name.
func (s *Shape) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte(`"`)) {
		return json.Unmarshal(b, &s.Vector)
	}
	return json.Unmarshal(b, &s.Constant)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (s Shape) MarshalJSON() ([]byte, error) {
	if s.Vector != "" {
		return json.Marshal(s.Vector)
	}
	return json.Marshal(s.Constant)
}
