package light

import (
	"fmt"
	"slices"
)

// RoadmSpec describes a wavelength switch. It has no gain: light leaves with the
// path's least loss, or with more where an attenuator holds it down to target.
type RoadmSpec struct {
	Ports map[string]RoadmPort
	// Paths say what light meets inside. The first that fits a media channel's
	// ports and centre counts; without one the switch does nothing to light.
	Paths []RoadmPath
}

// RoadmPath is what light meets on the way from one port to another.
type RoadmPath struct {
	Kind     PathKind
	From, To string // ports; empty: any
	// LowerMHz and UpperMHz hold the centres that it is for; both 0: all.
	LowerMHz, UpperMHz int64
	LossDb             float64 // with the attenuator fully open
	// OsnrDb is what the path alone would leave of a clean signal, in 0.1 nm;
	// 0 means that it adds no noise.
	OsnrDb       float64
	PmdPs, PdlDb float64
}

// PathKind is the kind of a path through a wavelength switch.
type PathKind string

// The kinds of paths.
const (
	Add     PathKind = "add"     // from an add port to a degree
	Drop    PathKind = "drop"    // from a degree to a drop port
	Express PathKind = "express" // from degree to degree
)

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
		c := &media{Media: m, index: index, path: r.path(&m)}
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

// path returns what light in the middle of a media channel meets.
func (r *roadm) path(m *Media) RoadmPath {
	kind := Drop
	switch from, to := r.spec.Ports[m.Source].Degree, r.spec.Ports[m.Dest].Degree; {
	case from && to:
		kind = Express
	case to:
		kind = Add
	}
	centre := (m.LowerMHz + m.UpperMHz) / 2
	for _, p := range r.spec.Paths {
		if p.Kind == kind && (p.From == "" || p.From == m.Source) && (p.To == "" || p.To == m.Dest) &&
			(p.UpperMHz == 0 || centre >= p.LowerMHz && centre <= p.UpperMHz) {
			return p
		}
	}
	return RoadmPath{Kind: kind}
}
