package qot

import (
	"math"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Kind says what an element does to light.
type Kind string

// The kinds of elements.
const (
	Transmit  Kind = "transmit"  // a laser; first of each direction
	Patch     Kind = "patch"     // loss only
	Fibre     Kind = "fibre"     // loss, dispersion, delay
	Amplifier Kind = "amplifier" // gain and noise
	Add       Kind = "add"       // add port to degree of a wavelength switch
	Express   Kind = "express"   // degree to degree
	Drop      Kind = "drop"      // degree to drop port
	Receive   Kind = "receive"   // last of each direction
)

// Element is one thing that light passes. Which fields apply depends on the kind.
type Element struct {
	Kind Kind
	Name string // for people: "link a-b span s1"
	Link string // link it belongs to; empty for the inside of a device

	// LossDb is all of the loss of a Patch or Fibre.
	LossDb float64
	Span   *Span // Fibre

	// Amplifiers of an Amplifier: one, or several side by side, each for its
	// own band.
	Amplifiers []Amplified

	// Target is the power that a wavelength switch or a managed amplifier holds
	// at its exit; nil means none. A switch only attenuates to reach it.
	Target *Target
	// StepDb is the step in which a switch can be set; 0 is no steps.
	StepDb float64
	// LimitDbm is the power per channel that a Drop holds its exit below, so
	// that the receiver is not overloaded; nil means none.
	LimitDbm *float64
	// Crossings say what an Add, Express or Drop does besides, by band. The
	// first that holds for a channel's centre counts; none is no effect.
	Crossings []Crossing
}

// Span is a piece of fibre. Where the loss is matters to nonlinear noise.
type Span struct {
	Km    float64
	Fibre catalogue.Fibre
	// PadDb is an attenuator before the fibre, and the connectors are at its
	// ends, in the order of light.
	PadDb, ConnectorInDb, ConnectorOutDb float64
	Lumped                               []Lumped
	Pumps                                []Pump
	TemperatureK                         float64 // of pumped fibre
}

// Lumped is a loss at a distance from where light enters.
type Lumped struct{ AtKm, LossDb float64 }

// Pump is a Raman pump.
type Pump struct {
	THz, Mw float64
	Against bool // it runs against the light
}

// GlassDb is what of a span's loss is the glass itself.
func (e *Element) GlassDb() float64 {
	s := e.Span
	glass := e.LossDb - s.PadDb - s.ConnectorInDb - s.ConnectorOutDb
	for _, l := range s.Lumped {
		glass -= l.LossDb
	}
	return glass
}

// Amplified is an amplifier with its settings.
type Amplified struct {
	Type catalogue.Amplifier
	// Stages are preamplifier and booster of a dual stage.
	Stages                            []catalogue.Amplifier
	GainDb, TiltDb, InVoaDb, OutVoaDb float64 // GainDb unless a target is given
}

// Target is the power that a port sends a channel with.
type Target struct {
	Per TargetPer
	Dbm float64
}

// TargetPer says what a target's power is for.
type TargetPer string

// The bases of targets.
const (
	PerChannel TargetPer = "channel"
	Per50GHz   TargetPer = "50 GHz of slot"
	PerGBd     TargetPer = "GBd"
)

// For returns the power in dBm that a channel is held at.
func (t Target) For(ch Channel) float64 {
	dbm := t.Dbm + ch.Mode.EqualizationOffset.Db()
	switch t.Per {
	case Per50GHz:
		return Density(dbm, ch.Slot)
	case PerGBd:
		return dbm + 10*math.Log10(float64(ch.Mode.BaudMBd)/1000)
	}
	return dbm
}

// Crossing is what light meets inside a wavelength switch.
type Crossing struct {
	Band   models.Band // zero: all
	LossDb float64     // the least loss
	// OsnrDb is the OSNR in 0.1 nm that an Add or Drop alone would leave; 0
	// means that it adds no noise.
	OsnrDb, PmdPs, PdlDb float64
}

// crossing returns what holds for a channel.
func (e *Element) crossing(centre models.Frequency) Crossing {
	for _, c := range e.Crossings {
		if c.Band.Empty() || centre >= c.Band.Lower && centre <= c.Band.Upper {
			return c
		}
	}
	return Crossing{}
}

// amplifier returns the amplifier that a channel passes; nil when none of
// several takes it.
func (e *Element) amplifier(centre models.Frequency) *Amplified {
	for i := range e.Amplifiers {
		a := &e.Amplifiers[i]
		if b := a.Type.Band; len(e.Amplifiers) == 1 || b.Empty() || centre >= b.Lower && centre <= b.Upper {
			return a
		}
	}
	return nil
}
