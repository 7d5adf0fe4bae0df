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
