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
	// kmPerMs is the speed of light.
	kmPerMs = 299.792458
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

func walk(elements []*Element, ch Channel, powers []float64) Way {
	w := Way{Powers: powers, PeakFibreDbm: math.Inf(-1)}
	centre := ch.Slot.Centre()
	p := ch.LaunchDbm
	var line, added float64 // noise over signal, linear
	if ch.Mode.MinTxOsnr != nil {
		added += linear(-ch.Mode.MinTxOsnr.Db())
	}
	for i, e := range elements {
		switch e.Kind {
		case Patch:
			p -= e.LossDb
		case Fibre:
			p -= e.Span.PadDb
			w.PeakFibreDbm = max(w.PeakFibreDbm, p)
			p -= e.LossDb - e.Span.PadDb
		case Amplifier:
			a := e.amplifier(centre)
			if a == nil { // no amplifier takes it: it is lost
				p = models.PowerOff.Dbm()
				break
			}
			in := p - a.InVoaDb
			out, nf := a.amplify(e.Target, in, ch)
			line += linear(-(quantumDbm + in - nf))
			p = out - a.OutVoaDb
		case Add, Express, Drop:
			x := e.crossing(centre)
			if x.OsnrDb > 0 {
				added += linear(-x.OsnrDb)
			}
			p -= x.LossDb
			if e.Target != nil {
				p = min(p, e.Target.For(ch))
			}
			if e.LimitDbm != nil {
				p = min(p, *e.LimitDbm)
			}
		}
		powers[i] = p
	}
	w.gather(elements, centre)
	w.OsnrDb = cleanDb
	if line > 0 {
		added += line * linear(nonlinearDb)
	}
	if added > 0 {
		w.OsnrDb = min(cleanDb, -10*math.Log10(added))
	}
	w.judge(&ch.Mode)
	return w
}

// gather sums what light collects on the way whatever its power: dispersion,
// PMD and PDL (roots of sums of squares) and delay.
func (w *Way) gather(elements []*Element, centre models.Frequency) {
	var pmd, pdl float64
	for _, e := range elements {
		switch e.Kind {
		case Fibre:
			f := &e.Span.Fibre
			w.DispersionPsNm += e.Span.Km * f.DispersionPsNmKm
			w.LatencyMs += e.Span.Km * f.IndexOfRefraction / kmPerMs
			pmd += f.PmdPsPerSqrtKm * f.PmdPsPerSqrtKm * e.Span.Km
		case Amplifier:
			if a := e.amplifier(centre); a != nil {
				pmd += a.Type.PmdPs * a.Type.PmdPs
				pdl += a.Type.PdlDb * a.Type.PdlDb
			}
		case Add, Express, Drop:
			x := e.crossing(centre)
			pmd += x.PmdPs * x.PmdPs
			pdl += x.PdlDb * x.PdlDb
		}
	}
	w.PmdPs, w.PdlDb = math.Sqrt(pmd), math.Sqrt(pdl)
}

// judge sets penalty and margin from what arrives and what the mode takes.
func (w *Way) judge(mode *catalogue.Mode) {
	w.PenaltyDb = Penalty(mode.CDPenalties, math.Abs(w.DispersionPsNm)) + beyond(mode.PMDPenalties, w.PmdPs) + beyond(mode.PDLPenalties, w.PdlDb)
	if mode.RequiredOsnr != nil {
		w.MarginDb = w.OsnrDb - mode.RequiredOsnr.Db() - w.PenaltyDb
	}
}

// amplify returns the power of a channel after an amplifier and the noise
// figure at that gain: below the least gain of its type the amplifier
// attenuates, which costs as many dB of noise figure.
func (a *Amplified) amplify(target *Target, in float64, ch Channel) (out, noiseFigure float64) {
	gain := a.GainDb
	least, most := a.Type.Gain[0].Db(), a.Type.Gain[1].Db()
	if target != nil {
		gain = target.For(ch) - in
		if most > 0 {
			gain = min(gain, most)
		}
	}
	out = in + gain
	if limit := a.Type.MaxOutput.Dbm(); a.Type.MaxOutput != 0 && out > limit {
		out = limit
	}
	return out, a.Type.NoiseFigure.Db() + max(0, least-(out-in))
}

// Density returns the power of a channel whose slot carries the given power
// per 50 GHz.
func Density(dbmPer50GHz float64, slot models.Slot) float64 {
	return dbmPer50GHz + 10*math.Log10(slot.Width().GHz()/50)
}

// beyond reads a penalty table that is +Inf beyond its last row.
func beyond(table []catalogue.PenaltyPoint, at float64) float64 {
	if n := len(table); n > 0 && at > table[n-1].At {
		return math.Inf(1)
	}
	return Penalty(table, at)
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
