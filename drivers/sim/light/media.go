package light

// Media is a media channel: spectrum that goes from one port to another.
type Media struct {
	LowerMHz, UpperMHz int64
	Source, Dest       string // port names
	Enabled            bool
	TargetDbm          float64 // total power of the channel at Dest
	// Passive connections have no attenuator: light leaves with the path's loss.
	Passive bool
}

const (
	// darkDbm is the power below which an attenuator loop sees no light.
	darkDbm = -35
	// overshootDb is how far beyond its target a loop that was driven open in
	// the dark lets light through at most.
	overshootDb = 14
	// softStartDb is how far below its target a loop starts when it opens onto
	// light.
	softStartDb = 6
)

// loop states of a media channel.
type loopState int

const (
	loopBlocked  loopState = iota
	loopHunting            // opened in the dark: attenuator fully open
	loopSwinging           // light arrived at a hunting loop; not settled yet
	loopStarting           // opened onto light; not settled yet
	loopSteady             // gain holds; corrected when the input has moved
)

type media struct {
	Media
	index uint32
	path  RoadmPath
	state loopState
	gain  float64 // dB, in the steady state
	ref   float64 // input at which the gain was set, dBm
	gen   int
	busy  bool    // a correction is queued
	in    float64 // mW, what passes the switch
	out   float64 // mW at Dest, before the port's own limits
}

// pass returns the light of one media channel at its exit.
func (m *media) pass(n *Network, e *egress) ([]Wave, float64) {
	s := n.in[End{e.roadm.name, m.Source}]
	var waves []Wave
	var floor float64
	if s != nil {
		waves = m.clip(s.light)
		floor = s.floor * min(1, float64(m.UpperMHz-m.LowerMHz)/(bandSlots*referenceGHz*1000))
	}
	m.in = total(waves) + floor
	if !m.Enabled {
		m.state, m.out = loopBlocked, 0
		return nil, 0
	}
	open, osnrDb := -m.path.LossDb, m.path.OsnrDb
	gain := open
	if !m.Passive {
		gain = m.loop(n, e, toDb(m.in), open)
	}
	if toDb(m.in) < -60 {
		m.out = 0
		return nil, 0
	}
	g := fromDb(min(gain, open))
	for i := range waves {
		waves[i].PowerMw *= g
		waves[i].NoiseMw *= g
		if osnrDb > 0 {
			waves[i].NoiseMw += waves[i].PowerMw / fromDb(osnrDb)
		}
		waves[i].Pmd2 += sq(m.path.PmdPs)
		waves[i].Pdl2 += sq(m.path.PdlDb)
	}
	floor *= g
	m.out = total(waves) + floor
	return waves, floor
}

// clip returns copies of the waves as far as they lie between the edges. What
// is cut off takes quality with it: 40 dB of OSNR times the share lost.
func (m *media) clip(waves []Wave) []Wave {
	var out []Wave
	for _, w := range waves {
		width := w.UpperMHz - w.LowerMHz
		w.LowerMHz, w.UpperMHz = max(w.LowerMHz, m.LowerMHz), min(w.UpperMHz, m.UpperMHz)
		if w.UpperMHz <= w.LowerMHz {
			continue
		}
		share := float64(w.UpperMHz-w.LowerMHz) / float64(width)
		if share < 0.02 {
			continue
		}
		w.PowerMw *= share
		w.NoiseMw *= share
		w.PenaltyDb += 40 * (1 - share)
		out = append(out, w)
	}
	return out
}

// loop moves the attenuator loop on and returns its gain in dB; open is that
// with the attenuator fully open.
func (m *media) loop(n *Network, e *egress, inDbm, open float64) float64 {
	lit := inDbm > darkDbm
	switch m.state {
	case loopBlocked:
		if !lit {
			m.state = loopHunting
			return open
		}
		m.state = loopStarting
		m.settleLater(n, e, open)
	case loopHunting:
		if !lit {
			return open
		}
		m.state = loopSwinging
		m.settleLater(n, e, open)
	case loopSteady:
		// Without light the attenuator stays where it is: it may come back.
		if off := inDbm - m.ref; lit && !m.busy && (off > 0.3 || off < -0.3) {
			m.settleLater(n, e, open)
		}
		return m.gain
	}
	if m.state == loopSwinging {
		return m.TargetDbm + overshootDb - inDbm
	}
	return min(m.TargetDbm-inDbm, open) - softStartDb
}

// settleLater brings the channel to its target once the loop has had its time.
// A loop whose light is gone by then waits for it in the state it was in.
func (m *media) settleLater(n *Network, e *egress, open float64) {
	m.busy = true
	gen := m.gen
	n.after(n.cfg.Timing.Loop, func() {
		if m.gen != gen {
			return
		}
		m.busy = false
		in := toDb(m.in)
		switch {
		case in > darkDbm:
			m.ref = in
			m.gain = min(m.TargetDbm-in, open)
			m.state = loopSteady
		case m.state == loopSwinging:
			m.state = loopHunting
		case m.state == loopStarting:
			m.state = loopBlocked
		}
		n.mark(e)
	})
}
