package qot

import (
	"math"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Figures of the simple estimate.
const (
	// quantumDbm is h·f·B for 12.5 GHz at 193.4 THz, as a positive number: the
	// OSNR of one amplifier is 58 + input power − noise figure.
	quantumDbm = 58.0
	// nonlinearDb is what nonlinear noise costs when the launch power is at
	// its best: half as much again as the amplifiers' noise.
	nonlinearDb = 1.76
	// cleanDb stands for an OSNR that nothing limits.
	cleanDb = 60.0
)

// Simple is the estimator "estimate": amplifier noise, add/drop noise and the
// transmitter's own noise, 1.76 dB taken off the amplifiers' part for
// nonlinear noise. Neighbours play no part in it.
type Simple struct{}

var _ Estimator = Simple{}

// Name returns "estimate".
func (Simple) Name() string { return "estimate" }

// Estimate walks both directions.
func (Simple) Estimate(path Path, ch Channel) Estimate {
	powers := make([]float64, len(path.Az)+len(path.Za))
	az, za := powers[:len(path.Az):len(path.Az)], powers[len(path.Az):]
	return Estimate{Az: walk(path.Az, ch, az), Za: walk(path.Za, ch, za)}
}

func walk(elements []Element, ch Channel, powers []float64) Way {
	w := Way{Powers: powers, PeakFibreDbm: math.Inf(-1)}
	p := ch.LaunchDbm
	var line, added float64 // noise over signal, linear
	if ch.Mode.MinTxOsnr != nil {
		added += linear(-ch.Mode.MinTxOsnr.Db())
	}
	for i := range elements {
		e := &elements[i]
		switch e.Kind {
		case Patch:
			p -= e.LossDb
		case Fibre:
			w.PeakFibreDbm = max(w.PeakFibreDbm, p)
			p -= e.LossDb
			w.DispersionPsNm += e.Km * e.Fibre.DispersionPsNmKm
		case Amplifier:
			out, nf := amplify(e, p, ch.Slot)
			line += linear(-(quantumDbm + p - nf))
			p = out
		case Add, Express, Drop:
			if e.AddedOsnrDb > 0 {
				added += linear(-e.AddedOsnrDb)
			}
			p -= e.LossDb
			if e.TargetDbmPer50GHz != nil {
				p = min(p, Density(*e.TargetDbmPer50GHz, ch.Slot))
			}
			if e.LimitDbm != nil {
				p = min(p, *e.LimitDbm)
			}
		}
		powers[i] = p
	}
	w.OsnrDb = cleanDb
	if line > 0 {
		added += line * linear(nonlinearDb)
	}
	if added > 0 {
		w.OsnrDb = min(cleanDb, -10*math.Log10(added))
	}
	w.PenaltyDb = Penalty(ch.Mode.CDPenalties, math.Abs(w.DispersionPsNm))
	if ch.Mode.RequiredOsnr != nil {
		w.MarginDb = w.OsnrDb - ch.Mode.RequiredOsnr.Db() - w.PenaltyDb
	}
	return w
}

// amplify returns the power of a channel after an amplifier and the noise
// figure at that gain: below the least gain of its type the amplifier
// attenuates, which costs as many dB of noise figure.
func amplify(e *Element, in float64, slot models.Slot) (out, noiseFigure float64) {
	gain := e.GainDb
	least, most := e.Amplifier.Gain[0].Db(), e.Amplifier.Gain[1].Db()
	if e.TargetDbmPer50GHz != nil {
		gain = Density(*e.TargetDbmPer50GHz, slot) - in
		if most > 0 {
			gain = min(gain, most)
		}
	}
	out = in + gain
	if limit := e.Amplifier.MaxOutput.Dbm(); e.Amplifier.MaxOutput != 0 && out > limit {
		out = limit
	}
	return out, e.Amplifier.NoiseFigure.Db() + max(0, least-(out-in))
}

// Density returns the power of a channel whose slot carries the given power
// per 50 GHz.
func Density(dbmPer50GHz float64, slot models.Slot) float64 {
	return dbmPer50GHz + 10*math.Log10(slot.Width().GHz()/50)
}

// Penalty reads a penalty table: piecewise linear, nothing at zero, and the
// last row's penalty beyond the end (limits are checked elsewhere).
func Penalty(table []catalogue.PenaltyPoint, at float64) float64 {
	var x0, y0 float64
	for _, row := range table {
		x1, y1 := row.At, row.Penalty.Db()
		if at <= x1 {
			if x1 == x0 {
				return y1
			}
			return y0 + (y1-y0)*(at-x0)/(x1-x0)
		}
		x0, y0 = x1, y1
	}
	return y0
}

func linear(db float64) float64 { return math.Pow(10, db/10) }
