package gn

import "math"

// Element is one thing that light passes: a Fibre, an Amplifier, an
// AmplifierBank, a Switch or a Loss.
type Element interface {
	name() string
	compile(*Line) (element, error)
}

// Loss is a passive loss: a patch panel, a filter, a splitter. With 0 dB it is
// a point at which powers can be read, such as a terminal.
type Loss struct {
	Name   string
	LossDb float64
}

// Fibre is a span of fibre. Light is weakened by padding and the connector at
// its beginning before nonlinear effects set in.
type Fibre struct {
	Name         string
	Type         *FibreType
	Km           float64
	PaddingDb    float64 // attenuator at the beginning
	InDb, OutDb  float64 // connectors
	Lumped       []LumpedLoss
	Pumps        []Pump  // Raman pumps; they need Type.Raman
	TemperatureK float64 // of the fibre, with pumps only; 0 is 298 K
}

// LumpedLoss is a loss within a span, such as a bad splice.
type LumpedLoss struct{ Km, LossDb float64 }

// Pump is a Raman pump.
type Pump struct {
	Hz    float64
	Watt  float64 // in the fibre, connector passed
	Along bool    // with the light; otherwise against it, from the far end
}

// Amplifier is one amplifier. Its gain is the lower of GainDb and what its
// greatest total output leaves.
type Amplifier struct {
	Name     string
	Type     *AmplifierType
	GainDb   float64
	TiltDb   float64 // gain lost from the lower edge of the band to the upper
	InVoaDb  float64 // attenuators before and behind
	OutVoaDb float64
}

// AmplifierBank is amplifiers side by side, each for the channels within the
// band of its type.
type AmplifierBank struct {
	Name  string
	Bands []Amplifier
}

// Switch is a wavelength switch: it weakens every channel to its target plus
// the channel's own offset and leaves a channel that is weaker already as it is.
type Switch struct {
	Name   string
	Target Target
	// Figures of the way through the switch (add, express or drop) by
	// frequency; none means that it adds nothing.
	Figures []SwitchFigures
}

// TargetKind says what a wavelength switch holds constant.
type TargetKind int

// The kinds of targets.
const (
	NoTarget   TargetKind = iota // no levelling: loss only
	PerChannel                   // Value is dBm
	PerRate                      // Value is mW per GHz of symbol rate
	PerSlot                      // Value is mW per GHz of slot width
)

// Target is the power at which a channel leaves a wavelength switch.
type Target struct {
	Kind  TargetKind
	Value float64
}

// SwitchFigures are what a way through a wavelength switch does to light
// besides levelling it.
type SwitchFigures struct {
	LoHz, HiHz float64 // centres it holds for; 0 and 0: all
	MinLossDb  float64 // loss at full transmission
	// OsnrDb is the OSNR in 0.1 nm that this stage alone would leave; it is
	// charged at the receiver. 0 means that it adds no noise.
	OsnrDb float64
	PmdPs  float64
	PdlDb  float64
}

// watt is the target for a channel without an offset of its own, W.
func (t Target) watt(rate, slot float64) float64 {
	switch t.Kind {
	case PerChannel:
		return Watt(t.Value)
	case PerRate:
		return t.Value * 1e-12 * rate
	case PerSlot:
		return t.Value * 1e-12 * slot
	}
	return math.Inf(1)
}
