package light

import "math"

// AmplifierSpec describes an amplifier. Managed ones carry the name of their
// device and can be set and read.
type AmplifierSpec struct {
	End           End // device and amplifier name; zero for an unmanaged one
	GainDb        float64
	NoiseFigureDb float64
	MaxOutputDbm  float64
	Enabled       bool
}

const (
	// muteDbm is the total input below which an amplifier shuts off.
	muteDbm = -40
	// reducedDbm is what an amplifier sends into an open fibre.
	reducedDbm = -10
	// excursionShare is how much of a change of total input shows, for a
	// moment and with the other sign, on every channel that stays.
	excursionShare = 0.15
	excursionMost  = 4.0 // dB
	// photonNoiseMw is h·f·B in 0.1 nm at 193.4 THz.
	photonNoiseMw = 1.602e-6
	// bandSlots is how often 0.1 nm fits into the C band.
	bandSlots = 384
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

// amplify changes the waves in place.
func (a *amplifier) amplify(n *Network, waves []Wave, floor float64) ([]Wave, float64) {
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
	g := fromDb(a.actual + a.excursion)
	noise := photonNoiseMw * fromDb(a.spec.NoiseFigureDb+a.actual)
	for i := range waves {
		waves[i].PowerMw *= g
		waves[i].NoiseMw = waves[i].NoiseMw*g + noise
		waves[i].StepDb = max(waves[i].StepDb, math.Abs(a.excursion))
	}
	floor = floor*g + noise*bandSlots
	limit := a.spec.MaxOutputDbm
	if a.holdPower {
		limit = min(limit, a.power)
	}
	if a.reduced {
		limit = min(limit, reducedDbm)
	}
	scaleTo(waves, &floor, limit)
	a.out = total(waves) + floor
	return waves, floor
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
	k := limit / sum
	for i := range waves {
		waves[i].PowerMw *= k
		waves[i].NoiseMw *= k
	}
	*floor *= k
}
