package light

import "time"

// Tuning is what a transceiver is set to.
type Tuning struct {
	FrequencyMHz int64
	PowerDbm     float64
	Mode         *Mode // nil: the modem runs nothing and neither sends nor receives
}

// toleranceMHz is how far light may be from a receiver's own tuning.
const toleranceMHz = 1800

// errorWindow is over which a receiver counts uncorrectable blocks.
const errorWindow = time.Second

// stepLimitDb is the sudden change of power beyond which a receiver loses
// frames: what an amplifier does to its channels when its load changes by more
// than some 5 dB at once.
const stepLimitDb = 0.8

// TransceiverSpec describes a coherent port.
type TransceiverSpec struct {
	// PowerErrorDb is by how much the transmitter misses its target before
	// the plant has its say; tests use it.
	PowerErrorDb float64
}

type transceiver struct {
	end     End
	err     float64 // of the transmit power
	want    Tuning
	tuned   Tuning // what the laser does now; differs while it moves
	tuneGen int
	on      bool // wanted
	emits   bool // light leaves, apart from retuning
	laser   int  // generation of laser switching

	light   []Wave // at the receiver
	floorMw float64
	signal  float64 // mW; 0: none at our frequency
	osnr    float64
	penalty float64 // dB of OSNR lost in the modem
	good    bool
	locked  bool
	lockGen int

	service   bool // clients use it
	armed     bool // it has been locked while in service
	lostSince time.Time
	lost      time.Duration
	errored   time.Time // last moment with uncorrectable errors
	blocks    uint64    // uncorrectable, running
}

// AddTransceiver adds a coherent port. Its laser is off.
func (n *Network) AddTransceiver(e End, s TransceiverSpec) error {
	return n.do(func() error {
		if n.transceivers[e] != nil {
			return existsAlready("transceiver", e)
		}
		err := s.PowerErrorDb
		if !n.plant.Exact {
			err += n.plant.draw("launch/"+e.String(), 0.1, 0.3)
		}
		n.transceivers[e] = &transceiver{end: e, err: err}
		return nil
	})
}

// SetTuning sets frequency, power and mode. A laser that is on goes dark while
// it moves to another frequency or mode; a change of power alone is immediate.
func (n *Network) SetTuning(e End, t Tuning) error {
	return n.withTransceiver(e, func(x *transceiver) {
		if x.want == t {
			return
		}
		moves := x.want.FrequencyMHz != t.FrequencyMHz || !sameMode(x.want.Mode, t.Mode)
		x.want = t
		if !moves {
			if x.tuned.Mode != nil {
				x.tuned = t
			}
			n.emission(x)
			return
		}
		x.tuned = Tuning{}
		x.tuneGen++
		gen := x.tuneGen
		n.emission(x)
		n.after(n.cfg.Timing.Tune, func() {
			if x.tuneGen == gen {
				x.tuned = x.want
				n.emission(x)
			}
		})
	})
}

// SetLaser turns the laser on or off.
func (n *Network) SetLaser(e End, on bool) error {
	return n.withTransceiver(e, func(x *transceiver) {
		if x.on == on {
			return
		}
		x.on = on
		x.laser++
		gen := x.laser
		if !on {
			x.emits = false
			n.emission(x)
			return
		}
		n.after(n.cfg.Timing.Rise, func() {
			if x.laser == gen {
				x.emits = true
				n.emission(x)
			}
		})
	})
}

// SetService tells whether clients use the receiver: from its next lock on,
// time without lock counts as lost.
func (n *Network) SetService(e End, used bool) error {
	return n.withTransceiver(e, func(x *transceiver) {
		if x.service == used {
			return
		}
		x.service = used
		if !used && !x.lostSince.IsZero() {
			x.lost += n.now.Sub(x.lostSince)
			x.lostSince = time.Time{}
		}
		x.armed = used && x.locked
	})
}

func (n *Network) withTransceiver(e End, f func(*transceiver)) error {
	return n.do(func() error {
		x := n.transceivers[e]
		if x == nil {
			return unknown("transceiver", e)
		}
		f(x)
		return nil
	})
}

// emission follows a change of what the transceiver sends or listens for.
func (n *Network) emission(x *transceiver) {
	n.touch(x.end.Device)
	if s := n.out[x.end]; s != nil {
		n.mark(s)
	}
	n.mark(x)
}

// waves returns what leaves the transceiver.
func (x *transceiver) waves() []Wave {
	if !x.emits || x.tuned.Mode == nil {
		return nil
	}
	m := x.tuned.Mode
	own := m.TxOsnrDb
	if own == 0 {
		own = 40
	}
	p := fromDb(x.tuned.PowerDbm + x.err)
	half := int64(m.WidthGHz * 500)
	return []Wave{{
		From: x.end, FrequencyMHz: x.tuned.FrequencyMHz, LowerMHz: x.tuned.FrequencyMHz - half, UpperMHz: x.tuned.FrequencyMHz + half,
		BaudGBd: m.BaudGBd, PowerMw: p, NoiseMw: p / fromDb(own), mode: m,
	}}
}

// recompute decides what the receiver makes of its light.
func (x *transceiver) recompute(n *Network) {
	n.touch(x.end.Device)
	x.signal, x.osnr, x.penalty = 0, -100, 0
	good := false
	if m := x.tuned.Mode; m != nil {
		best := -1
		for i := range x.light {
			if abs(x.light[i].FrequencyMHz-x.tuned.FrequencyMHz) <= toleranceMHz && (best < 0 || x.light[i].PowerMw > x.light[best].PowerMw) {
				best = i
			}
		}
		if best >= 0 {
			w := x.light[best]
			w.NoiseMw += overlapNoise(x.light, best)
			x.signal, x.osnr = w.PowerMw, w.OsnrDb()
			var within bool
			x.penalty, within = m.penalty(&w)
			good = within && sameMode(m, w.mode) && m.accepts(toDb(w.PowerMw), x.osnr, x.penalty) && w.StepDb <= stepLimitDb
		}
	}
	if !good && x.signal > 0 {
		x.errored = n.now
		x.blocks += 1000
	}
	if good == x.good {
		return
	}
	x.good = good
	x.lockGen++
	if !good {
		if x.locked && x.armed {
			x.lostSince = n.now
		}
		x.locked = false
		return
	}
	if !x.errored.IsZero() {
		n.after(errorWindow, func() { n.touch(x.end.Device) }) // the count is zero again
	}
	gen := x.lockGen
	n.after(n.cfg.Timing.Lock, func() {
		if x.lockGen != gen {
			return
		}
		x.locked = true
		if x.service {
			x.armed = true
		}
		if !x.lostSince.IsZero() {
			x.lost += n.now.Sub(x.lostSince)
			x.lostSince = time.Time{}
		}
		n.touch(x.end.Device)
	})
}

// overlapNoise returns what the other waves put into the spectrum of wave i,
// as noise in 0.1 nm.
func overlapNoise(waves []Wave, i int) float64 {
	var sum float64
	for j := range waves {
		width := waves[j].UpperMHz - waves[j].LowerMHz
		if j == i || width <= 0 {
			continue
		}
		shared := min(waves[i].UpperMHz, waves[j].UpperMHz) - max(waves[i].LowerMHz, waves[j].LowerMHz)
		if shared > 0 {
			sum += waves[j].PowerMw * float64(shared) / float64(width) * referenceGHz / waves[i].BaudGBd
		}
	}
	return sum
}

func sameMode(a, b *Mode) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a == b || (a.Name == b.Name && a.FEC == b.FEC)
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}
