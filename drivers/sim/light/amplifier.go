package light

import (
	"math"
	"slices"
)

// AmplifierSpec describes an amplifier. Managed ones carry the name of their
// device and can be set and read.
type AmplifierSpec struct {
	End          End // device and amplifier name; zero for an unmanaged one
	GainDb       float64
	MaxOutputDbm float64 // total, before OutVoaDb
	Enabled      bool
	// LowerMHz and UpperMHz are the band: a wave whose centre is outside is
	// lost. Both 0 mean that there is no limit.
	LowerMHz, UpperMHz int64
	// InVoaDb and OutVoaDb are attenuators before and behind it.
	InVoaDb, OutVoaDb float64
	// NoiseFigureDb is the noise figure, or what Noise leaves out of it; it
	// counts on top of Noise.
	NoiseFigureDb float64
	Noise         NoiseFigure
	// GainShapeDb and NoiseShapeDb say by how much gain and noise figure of a
	// wave differ: samples spread evenly over the band, read along straight
	// lines. None is nothing.
	GainShapeDb, NoiseShapeDb []float64
	PmdPs, PdlDb              float64
}

// NoiseFigure returns a noise figure in dB at a gain in dB and an input power
// in dBm per 50 GHz of spectrum filled. Minus infinity is no noise at all.
type NoiseFigure func(gainDb, inputDbm float64) float64

const (
	// muteDbm is the total input below which an amplifier shuts off.
	muteDbm = -40
	// reducedDbm is what an amplifier sends into an open fibre.
	reducedDbm = -10
	// excursionShare is how much of a change of total input shows, for a
	// moment and with the other sign, on every channel that stays.
	excursionShare = 0.15
	excursionMost  = 4.0 // dB
	// photonNoiseMw is h·f·B in 0.1 nm at photonMHz.
	photonNoiseMw = 1.602e-6
	photonMHz     = 193_400_000
	// bandSlots is how often 0.1 nm fits into the C band.
	bandSlots = 384
	slotMHz   = referenceGHz * 1000
)

type amplifier struct {
	spec      AmplifierSpec
	section   *section
	index     int
	enabled   bool
	gain      float64 // wanted
	holdPower bool
	power     float64 // wanted total output when holdPower
	open      bool    // the fibre behind it
	reduced   bool
	reduceGen int
	excursion float64
	excGen    int

	in, out float64 // mW, all light
	actual  float64 // gain, dB
	known   bool
}

// amplify passes light through the amplifiers of one place; floor is what there
// is of noise beside the waves, over the whole spectrum.
func (el *element) amplify(n *Network, waves []Wave, floor float64) ([]Wave, float64) {
	if len(el.amps) == 1 {
		return el.amps[0].amplify(n, waves, floor)
	}
	var out []Wave
	var sum, slots float64
	for _, a := range el.amps {
		slots += a.slots()
	}
	for _, a := range el.amps {
		w, f := a.amplify(n, slices.Clone(waves), floor*a.slots()/slots)
		out = append(out, w...)
		sum += f
	}
	return out, sum
}

// slots is how often 0.1 nm fits into the amplifier's band.
func (a *amplifier) slots() float64 {
	if a.spec.UpperMHz == 0 {
		return bandSlots
	}
	return float64(a.spec.UpperMHz-a.spec.LowerMHz) / slotMHz
}

// take keeps the waves that the amplifier has a band for.
func (a *amplifier) take(waves []Wave) []Wave {
	if a.spec.UpperMHz == 0 {
		return waves
	}
	return slices.DeleteFunc(waves, func(w Wave) bool { return w.FrequencyMHz < a.spec.LowerMHz || w.FrequencyMHz > a.spec.UpperMHz })
}

// amplify changes the waves in place.
func (a *amplifier) amplify(n *Network, waves []Wave, floor float64) ([]Wave, float64) {
	waves = a.take(waves)
	if a.spec.InVoaDb != 0 {
		attenuate(waves, &floor, a.spec.InVoaDb)
	}
	in := total(waves) + floor
	was := a.in
	if !a.known || !near(in, was) {
		n.touch(a.spec.End.Device)
	}
	a.in, a.known = in, true
	if !a.enabled || toDb(in) < muteDbm {
		a.out = 0
		return nil, 0
	}
	if toDb(was) > muteDbm {
		a.loadChanged(n, toDb(in)-toDb(was))
	}
	gain := a.gain
	if a.holdPower {
		gain = a.power - toDb(in)
	}
	a.actual = min(gain, a.spec.MaxOutputDbm-toDb(in))
	noise := photonNoiseMw * fromDb(a.noiseFigure(waves, floor)+a.actual)
	g := fromDb(a.actual + a.excursion)
	for i := range waves {
		w := &waves[i]
		gain, ase := g, noise*float64(w.FrequencyMHz)/photonMHz
		if len(a.spec.GainShapeDb)+len(a.spec.NoiseShapeDb) > 0 {
			shape := fromDb(a.shape(a.spec.GainShapeDb, w.FrequencyMHz))
			gain *= shape
			ase *= shape * fromDb(a.shape(a.spec.NoiseShapeDb, w.FrequencyMHz))
		}
		w.PowerMw *= gain
		w.NoiseMw = w.NoiseMw*gain + ase
		w.Pmd2 += sq(a.spec.PmdPs)
		w.Pdl2 += sq(a.spec.PdlDb)
		w.StepDb = max(w.StepDb, math.Abs(a.excursion))
	}
	floor = floor*g + noise*a.slots()
	limit := a.spec.MaxOutputDbm
	if a.holdPower {
		limit = min(limit, a.power)
	}
	if a.reduced {
		limit = min(limit, reducedDbm)
	}
	scaleTo(waves, &floor, limit)
	a.out = total(waves) + floor
	if a.spec.OutVoaDb != 0 {
		attenuate(waves, &floor, a.spec.OutVoaDb)
	}
	return waves, floor
}

// noiseFigure is that at the gain and the input of now.
func (a *amplifier) noiseFigure(waves []Wave, floor float64) float64 {
	if a.spec.Noise == nil {
		return a.spec.NoiseFigureDb
	}
	power, width := floor, a.slots()*slotMHz
	if len(waves) > 0 {
		power, width = total(waves), 0
		for i := range waves {
			width += float64(waves[i].UpperMHz - waves[i].LowerMHz)
		}
	}
	return a.spec.NoiseFigureDb + a.spec.Noise(a.actual, toDb(power*50_000/width))
}

// shape reads samples over the band at a frequency.
func (a *amplifier) shape(samples []float64, mhz int64) float64 {
	switch n := len(samples); n {
	case 0:
		return 0
	case 1:
		return samples[0]
	default:
		at := float64(mhz-a.spec.LowerMHz) / float64(a.spec.UpperMHz-a.spec.LowerMHz) * float64(n-1)
		i := max(0, min(int(at), n-2))
		return samples[i] + (samples[i+1]-samples[i])*(at-float64(i))
	}
}

// attenuate weakens all light.
func attenuate(waves []Wave, floor *float64, db float64) {
	k := fromDb(-db)
	for i := range waves {
		waves[i].PowerMw *= k
		waves[i].NoiseMw *= k
	}
	*floor *= k
}

// loadChanged starts an excursion: channels that stay dip when others come and
// jump when others go, for a moment.
func (a *amplifier) loadChanged(n *Network, byDb float64) {
	if math.Abs(byDb) < 0.2 || n.cfg.Timing.Transient == 0 {
		return
	}
	a.excursion = max(-excursionMost, min(excursionMost, -byDb*excursionShare))
	a.excGen++
	gen := a.excGen
	n.after(n.cfg.Timing.Transient, func() {
		if a.excGen == gen {
			a.excursion = 0
			n.mark(a.section)
		}
	})
}

// SetAmplifier sets a managed amplifier. With holdPower the loop holds the
// total output at target, otherwise the gain.
func (n *Network) SetAmplifier(e End, enabled, holdPower bool, target float64) error {
	return n.do(func() error {
		a := n.amplifiers[e]
		if a == nil {
			return unknown("amplifier", e)
		}
		a.enabled, a.holdPower = enabled, holdPower
		if holdPower {
			a.power = target
		} else {
			a.gain = target
		}
		n.touch(e.Device)
		n.mark(a.section)
		return nil
	})
}

func (a *amplifier) reduce(n *Network, open bool) {
	if open == a.open {
		return
	}
	a.open = open
	a.reduceGen++
	if open {
		a.reduced = true
		n.touch(a.spec.End.Device)
		return
	}
	gen := a.reduceGen
	n.after(n.cfg.Timing.Reduction, func() {
		if a.reduceGen == gen {
			a.reduced = false
			n.touch(a.spec.End.Device)
			n.mark(a.section)
		}
	})
}

// scaleTo brings the total down to dbm, never up.
func scaleTo(waves []Wave, floor *float64, dbm float64) {
	sum := total(waves) + *floor
	limit := fromDb(dbm)
	if sum <= limit {
		return
	}
	attenuate(waves, floor, toDb(sum/limit))
}
