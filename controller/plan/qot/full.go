package qot

import (
	"math"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models"
)

// Full is the estimator "gn": amplifier noise, nonlinear noise by the
// Gaussian-noise model in closed form (see package gn) with the channels that
// are on every stretch at their powers, and what add, drop and transmitter add.
// It is safe for concurrent use as long as the loads of its paths are not shared.
type Full struct{ solver *gn.Solver }

var _ Estimator = (*Full)(nil)

// kernelBytes is what kernels of interference may take. Hardly two lines carry
// the same channels, so that most kernels are of use once: while both directions
// of a line are worked out.
const kernelBytes = 8 << 20

// NewFull returns the estimator. Kernels of interference are kept in it, so
// one should live as long as the process.
func NewFull() (*Full, error) {
	solver, err := gn.NewSolver(gn.Model{}, kernelBytes)
	if err != nil {
		return nil, err
	}
	return &Full{solver}, nil
}

// Name returns "gn".
func (*Full) Name() string { return "gn" }

// Estimate walks both directions. A channel that is not among a load's lights
// is tried on it, and the load keeps the trial until it is settled.
func (f *Full) Estimate(path Path, ch Channel) Estimate {
	powers := make([]float64, len(path.Az)+len(path.Za))
	az, za := powers[:len(path.Az):len(path.Az)], powers[len(path.Az):]
	return Estimate{Az: f.walk(path.Az, path.AzOn, ch, az), Za: f.walk(path.Za, path.ZaOn, ch, za)}
}

func (f *Full) walk(elements []*Element, on []On, ch Channel, powers []float64) Way {
	w := Way{Powers: powers, PeakFibreDbm: math.Inf(-1), share: 1}
	centre := ch.Slot.Centre()
	p := ch.LaunchDbm
	if ch.Mode.MinTxOsnr != nil {
		w.ends += linear(-ch.Mode.MinTxOsnr.Db())
	}
	for i := 0; i < len(elements); {
		if len(on) > 0 && on[0].First == i {
			run := on[0]
			on = on[1:]
			var passed passage
			var err error
			if light := LightOf(&ch.Mode, ch.Slot, p); run.Load != nil {
				passed, err = run.Load.pass(f.solver, light)
			} else {
				passed, err = run.Stretch.lonely(f.solver, light)
			}
			if err != nil {
				return w.lost(err, elements[i:], powers[i:])
			}
			for k := i; k < run.End; k++ {
				before := p
				p = passed.powers(k - i)
				powers[k] = p
				if e := elements[k]; e.Kind == Fibre {
					w.PeakFibreDbm = max(w.PeakFibreDbm, before-e.Span.PadDb)
				}
			}
			w.share *= passed.share
			w.DispersionPsNm += passed.DispersionPsNm
			w.LatencyMs += passed.LatencyMs
			w.pmd2 += passed.PmdPs2
			w.pdl2 += passed.PdlDb2
			i = run.End
			continue
		}
		p = w.cross(elements[i], p, ch, centre)
		powers[i] = p
		i++
	}
	w.arrive(ch)
	return w
}

// cross passes an element that belongs to no stretch with noise: a patch cord
// or a wavelength switch.
func (w *Way) cross(e *Element, p float64, ch Channel, centre models.Frequency) float64 {
	switch e.Kind {
	case Patch:
		p -= e.LossDb
	case Add, Express, Drop:
		x := e.crossing(centre)
		if x.OsnrDb > 0 {
			w.ends += linear(-x.OsnrDb)
		}
		w.pmd2 += x.PmdPs * x.PmdPs
		w.pdl2 += x.PdlDb * x.PdlDb
		p -= x.LossDb
		if e.Target != nil {
			p = min(p, e.Target.For(ch))
		}
		if e.LimitDbm != nil {
			p = min(p, *e.LimitDbm)
		}
		if e.StepDb > 0 {
			p = math.Round(p/e.StepDb) * e.StepDb
		}
	}
	return p
}

// lost is a way on which the light cannot be followed to its end.
func (w *Way) lost(err error, rest []*Element, powers []float64) Way {
	for i := range rest {
		powers[i] = models.PowerOff.Dbm()
	}
	w.Fault, w.OsnrDb, w.MarginDb, w.share = err.Error(), -cleanDb, -cleanDb, 0
	return *w
}

// arrive turns the shares gathered on the way into OSNR and margin.
func (w *Way) arrive(ch Channel) {
	w.PmdPs, w.PdlDb = math.Sqrt(w.pmd2), math.Sqrt(w.pdl2)
	w.per01nm = float64(ch.Mode.BaudMBd) / bandwidth01nmMHz
	w.quality()
	w.judge(&ch.Mode)
}

// bandwidth01nmMHz is 0.1 nm at 1550 nm as the field counts it.
const bandwidth01nmMHz = 12_500

// quality sets the OSNR in 0.1 nm, nonlinear noise and the ends included.
func (w *Way) quality() {
	w.OsnrDb = cleanDb
	noise := w.ends
	if w.share < 1 {
		noise += (1 - w.share) / w.share / w.per01nm
	}
	if noise > 0 {
		w.OsnrDb = min(cleanDb, -10*math.Log10(noise))
	}
}

// Disturbed returns the way as it would be with the factor, over its stretches,
// by which the part of its power that stays signal changes.
func (w Way) Disturbed(ratio float64) Way {
	w.share *= ratio
	before := w.OsnrDb
	w.quality()
	w.MarginDb += w.OsnrDb - before
	return w
}

// Disturbance is the factor by which the channel that is being tried on loads
// changes the part of a light's power that stays signal on its way over them.
func (f *Full) Disturbance(on []On, slot models.Slot) float64 {
	ratio := 1.0
	for _, run := range on {
		if run.Load != nil {
			ratio *= run.Load.Ratio(f.solver, slot)
		}
	}
	return ratio
}
