// Package qot estimates the quality of transmission: what arrives at the far
// end of a lightpath, how noisy it is, and how far that is from what the
// receiver needs.
//
// A Path is a plain list of elements per direction, in the order of light. An
// Estimator turns a Path and a Channel into an Estimate. Simple, the estimator
// of this package, sums the noise of amplifiers and takes 1.76 dB off for
// nonlinear noise (the share it has when launch power is at its best); a model
// of the nonlinear effects themselves can stand in its place behind the same
// interface: Full does. Nothing here refuses anything: the planner compares the figures
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

// Path is both directions of a lightpath. Elements of links are those of the
// network, shared by all paths. AzOn and ZaOn say which of its
// elements belong to stretches that other light passes too, in their order;
// Simple does not need them.
type Path struct {
	Az, Za     []*Element
	AzOn, ZaOn []On
}

// On is a run of elements, from First up to End, that is a stretch. Without a
// load nothing else is on it.
type On struct {
	First, End int
	Stretch    *Stretch
	Load       *Load
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

// Ends is the estimate without the powers on the way: only what is received.
func (e Estimate) Ends() Estimate {
	for _, w := range []*Way{&e.Az, &e.Za} {
		if n := len(w.Powers); n > 1 {
			w.Powers = []float64{w.Powers[n-1]}
		}
	}
	return e
}

// Way is the prediction for one direction.
type Way struct {
	// Powers holds the channel's power in dBm after each element of the path.
	Powers []float64
	// OsnrDb is in 0.1 nm at the receiver, nonlinear noise and the
	// transmitter's own noise included.
	OsnrDb         float64
	DispersionPsNm float64
	PmdPs          float64
	PdlDb          float64
	LatencyMs      float64 // of the fibres
	// PenaltyDb is what dispersion, PMD and PDL cost; +Inf when one of them is
	// beyond what the mode's tables say.
	PenaltyDb float64
	MarginDb  float64 // OSNR over what the mode requires, penalty taken off
	// Fault says why the light could not be followed to its end.
	Fault string
	// PeakFibreDbm is the greatest power that enters a fibre; −Inf without fibres.
	PeakFibreDbm float64

	// What Full needs to tell what one more channel changes: the part of the
	// power that is still signal after the stretches, the noise over signal in
	// 0.1 nm of the ends, and the symbol rate over 0.1 nm.
	share, ends, per01nm float64
	pmd2, pdl2           float64
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
