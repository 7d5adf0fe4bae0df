package light

import (
	"fmt"
	"slices"
)

// RoadmSpec describes a wavelength switch. It has no gain: light leaves with the
// path's least loss, or with more where an attenuator holds it down to target.
type RoadmSpec struct {
	Ports map[string]RoadmPort
	// Least losses: from an add port to a degree, from a degree to a drop
	// port, from degree to degree.
	AddDb, DropDb, ExpressDb float64
	// AddOsnrDb and DropOsnrDb are what adding and dropping alone would leave
	// of a clean signal, in 0.1 nm; 0 means that they add no noise.
	AddOsnrDb, DropOsnrDb float64
}

// RoadmPort describes a port, which is both an entrance and an exit.
type RoadmPort struct {
	Degree bool // towards a line; otherwise an add/drop port
}

// Media is a media channel: spectrum that goes from one port to another.
type Media struct {
	LowerMHz, UpperMHz int64
	Source, Dest       string // port names
	Enabled            bool
	TargetDbm          float64 // total power of the channel at Dest
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

type roadm struct {
	name   string
	spec   RoadmSpec
	egress map[string]*egress
	media  map[uint32]*media
}

// egress is the exit through one port.
type egress struct {
	roadm *roadm
	port  string
	media []*media // by index
	light []Wave
	floor float64
}

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
	state loopState
	gain  float64 // dB, in the steady state
	ref   float64 // input at which the gain was set, dBm
	gen   int
	busy  bool    // a correction is queued
	in    float64 // mW, what passes the switch
	out   float64 // mW at Dest, before the port's own limits
}

// AddRoadm adds a wavelength switch without media channels.
func (n *Network) AddRoadm(device string, s RoadmSpec) error {
	return n.do(func() error {
		if n.roadms[device] != nil {
			return existsAlready("roadm", device)
		}
		r := &roadm{name: device, spec: s, egress: map[string]*egress{}, media: map[uint32]*media{}}
		for name := range s.Ports {
			r.egress[name] = &egress{roadm: r, port: name}
		}
		n.roadms[device] = r
		return nil
	})
}

// SetMedia creates or changes a media channel. Disabling one blocks it at
// once. Changed edges or ports of an enabled channel block it and start its
// loop anew.
func (n *Network) SetMedia(device string, index uint32, m Media) error {
	return n.do(func() error {
		r := n.roadms[device]
		if r == nil {
			return unknown("roadm", device)
		}
		if r.egress[m.Source] == nil || r.egress[m.Dest] == nil {
			return fmt.Errorf("media channel %d from %q to %q: %w", index, m.Source, m.Dest, unknown("port of", device))
		}
		if m.UpperMHz <= m.LowerMHz {
			return fmt.Errorf("media channel %d: edges %d and %d MHz are not in order", index, m.LowerMHz, m.UpperMHz)
		}
		old := r.media[index]
		if old != nil && old.Media == m {
			return nil
		}
		n.touch(device)
		if old != nil && old.Source == m.Source && old.Dest == m.Dest && old.LowerMHz == m.LowerMHz && old.UpperMHz == m.UpperMHz {
			retarget := old.TargetDbm != m.TargetDbm
			if old.Enabled != m.Enabled {
				old.state, old.busy = loopBlocked, false
				old.gen++
			}
			old.Media = m
			if retarget && old.state == loopSteady {
				old.ref = -100 // corrected at the next look
			}
			n.mark(r.egress[m.Dest])
			return nil
		}
		if old != nil {
			r.remove(n, old)
		}
		c := &media{Media: m, index: index}
		r.media[index] = c
		e := r.egress[m.Dest]
		e.media = append(e.media, c)
		slices.SortFunc(e.media, func(a, b *media) int { return int(a.index) - int(b.index) })
		n.mark(e)
		return nil
	})
}

// DeleteMedia removes a media channel; the absent is no error.
func (n *Network) DeleteMedia(device string, index uint32) error {
	return n.do(func() error {
		r := n.roadms[device]
		if r == nil {
			return unknown("roadm", device)
		}
		if m := r.media[index]; m != nil {
			n.touch(device)
			r.remove(n, m)
		}
		return nil
	})
}

func (r *roadm) remove(n *Network, m *media) {
	m.gen++
	m.state = loopBlocked
	delete(r.media, m.index)
	e := r.egress[m.Dest]
	e.media = slices.DeleteFunc(e.media, func(x *media) bool { return x == m })
	n.mark(e)
}

func (e *egress) listensTo(port string) bool {
	return slices.ContainsFunc(e.media, func(m *media) bool { return m.Source == port })
}

// recompute gathers what the open media channels let through.
func (e *egress) recompute(n *Network) {
	var waves []Wave
	var floor float64
	for _, m := range e.media {
		w, f := m.pass(n, e)
		waves = append(waves, w...)
		floor += f
	}
	if sameLight(waves, e.light) && near(floor, e.floor) {
		return
	}
	e.light, e.floor = waves, floor
	n.touch(e.roadm.name)
	if s := n.out[End{e.roadm.name, e.port}]; s != nil {
		n.mark(s)
	}
}

// pass returns the light of one media channel at its exit.
func (m *media) pass(n *Network, e *egress) ([]Wave, float64) {
	s := n.in[End{e.roadm.name, m.Source}]
	var waves []Wave
	var floor float64
	if s != nil {
		waves = m.clip(s.light)
		floor = s.floor * float64(m.UpperMHz-m.LowerMHz) / (bandSlots * referenceGHz * 1000)
	}
	m.in = total(waves) + floor
	if !m.Enabled {
		m.state, m.out = loopBlocked, 0
		return nil, 0
	}
	open, osnrDb := e.roadm.path(m.Source, m.Dest)
	gain := m.loop(n, e, toDb(m.in), open)
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
	}
	floor *= g
	m.out = total(waves) + floor
	return waves, floor
}

// path returns gain (that is, a loss) with the attenuator fully open, and the
// OSNR that the path alone would leave.
func (r *roadm) path(source, dest string) (gainDb, osnrDb float64) {
	switch from, to := r.spec.Ports[source].Degree, r.spec.Ports[dest].Degree; {
	case from && to:
		return -r.spec.ExpressDb, 0
	case to:
		return -r.spec.AddDb, r.spec.AddOsnrDb
	default:
		return -r.spec.DropDb, r.spec.DropOsnrDb
	}
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
