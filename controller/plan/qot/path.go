// Package qot estimates the quality of transmission: what arrives at the far
// end of a lightpath, how noisy it is, and how far that is from what the
// receiver needs.
//
// A Path is a plain list of elements per direction, in the order of light. An
// Estimator turns a Path and a Channel into an Estimate. Simple, the estimator
// of this package, sums the noise of amplifiers and takes 1.76 dB off for
// nonlinear noise (the share it has when launch power is at its best); a model
// of the nonlinear effects themselves can stand in its place behind the same
// interface. Nothing here refuses anything: the planner compares the figures
// with the mode's limits.
package qot

import (
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Estimator predicts what a channel will look like at every element of a path.
// It is pure: the same path and channel give the same estimate.
type Estimator interface {
	// Name goes into decisions, so that a figure tells which model made it.
	Name() string
	Estimate(path Path, ch Channel) Estimate
}

// Path is both directions of a lightpath.
type Path struct {
	Az []Element
	Za []Element
}

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

	LossDb float64 // Patch, Fibre; least loss of Add, Express, Drop
	Km     float64 // Fibre
	Fibre  catalogue.Fibre

	Amplifier catalogue.Amplifier
	GainDb    float64 // Amplifier, unless a target density is given

	// TargetDbmPer50GHz is the power density that a wavelength switch or a
	// managed amplifier holds at its exit; nil means none. A switch only
	// attenuates to reach it.
	TargetDbmPer50GHz *float64
	// LimitDbm is the power per channel that a Drop holds its exit below, so
	// that the receiver is not overloaded; nil means none.
	LimitDbm *float64
	// AddedOsnrDb is the OSNR that an Add or Drop alone would leave; 0 means
	// that it adds no noise.
	AddedOsnrDb float64
}

// Channel is the light in question.
type Channel struct {
	Mode      catalogue.Mode
	Slot      models.Slot
	LaunchDbm float64
}

// Estimate is the prediction for both directions.
type Estimate struct {
	Az Way
	Za Way
}

// Way is the prediction for one direction.
type Way struct {
	// Powers holds the channel's power in dBm after each element of the path.
	Powers []float64
	// OsnrDb is in 0.1 nm at the receiver, nonlinear noise and the
	// transmitter's own noise included.
	OsnrDb         float64
	DispersionPsNm float64
	PenaltyDb      float64 // of dispersion
	MarginDb       float64 // OSNR over what the mode requires, penalty taken off
	// PeakFibreDbm is the greatest power that enters a fibre; −Inf without fibres.
	PeakFibreDbm float64
}

// RxDbm returns the power at the receiver.
func (w Way) RxDbm() float64 {
	if len(w.Powers) == 0 {
		return models.PowerOff.Dbm()
	}
	return w.Powers[len(w.Powers)-1]
}

// Worst returns the direction with the smaller margin.
func (e Estimate) Worst() Way {
	if e.Za.MarginDb < e.Az.MarginDb {
		return e.Za
	}
	return e.Az
}
