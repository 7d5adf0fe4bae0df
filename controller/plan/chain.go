package plan

import (
	"maps"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
)

// chain is a route whose ports at both ends are settled by its links: one link from
// line port to line port, or two that are patched together in one circuit switch.
type chain struct {
	legs      []route.Leg
	latencyMs float64
	lengthKm  float64
}

// back is the same route from the other end.
func (c chain) back() chain {
	out := chain{latencyMs: c.latencyMs, lengthKm: c.lengthKm}
	for _, l := range slices.Backward(c.legs) {
		out.legs = append(out.legs, route.Leg{Link: l.Link, Direction: l.Direction.Reverse()})
	}
	return out
}

// addChain files a route by the sites at its ends.
func (n *Network) addChain(legs ...route.Leg) {
	c := chain{legs: legs}
	for _, l := range legs {
		c.latencyMs += l.Link.LatencyMs
		c.lengthKm += l.Link.LengthKm
	}
	a, b := legs[0].Enter().Device.Site, legs[len(legs)-1].Exit().Device.Site
	n.direct[[2]string{a, b}] = append(n.direct[[2]string{a, b}], c)
	if a != b {
		n.direct[[2]string{b, a}] = append(n.direct[[2]string{b, a}], c.back())
	}
}

// chainThrough joins the terminals of different sites that meet in one circuit
// switch.
func (n *Network) chainThrough(d *topo.Device) {
	if !d.Switch() || !d.Joins() {
		return
	}
	var lines []*topo.Port
	for _, name := range slices.Sorted(maps.Keys(d.Ports)) {
		if p := d.Ports[name]; p.AddDrop() && p.Link != nil && p.Link.Far(p).Line() {
			lines = append(lines, p)
		}
	}
	for i, a := range lines {
		for _, b := range lines[i+1:] {
			from, to := a.Link.Far(a), b.Link.Far(b)
			if from.Device.Site != to.Device.Site {
				n.addChain(legFrom(from), legFrom(b))
			}
		}
	}
}

// legFrom is the link at a port, in the direction away from it.
func legFrom(p *topo.Port) route.Leg { return route.Leg{Link: p.Link, Direction: p.Link.From(p)} }

// joints lists the ports of circuit switches that a route takes: all it passes.
func joints(legs []route.Leg) []*topo.Port {
	var out []*topo.Port
	for _, l := range legs {
		for _, p := range []*topo.Port{l.Enter(), l.Exit()} {
			if p.Device.Switch() {
				out = append(out, p)
			}
		}
	}
	return out
}

// switched reports whether light passes a wavelength switch on the way.
func switched(legs []route.Leg) bool {
	return slices.ContainsFunc(legs, func(l route.Leg) bool { return l.Enter().Device.Roadm() || l.Exit().Device.Roadm() })
}

// lossBefore is what the documents say is lost before a decision's light enters the
// link at a place of its route: patch cords, circuit switches and filters. Behind an
// amplifier or a wavelength switch nobody asks.
func (n *Network) lossBefore(d *records.Decision, at int, way records.Direction) float64 {
	legs := make([]route.Leg, 0, len(d.Route))
	for _, leg := range d.Route {
		legs = append(legs, route.Leg{Link: n.topo.Links[leg.Link], Direction: leg.Direction})
	}
	if way == records.ZA {
		c := chain{legs: legs}.back()
		legs, at = c.legs, len(legs)-1-at
	}
	lost := 0.0
	for _, l := range legs[:at] {
		if l.Link == nil {
			return lost
		}
		for _, s := range l.Link.Ways.Of(l.Direction) {
			lost += s.LossDb
		}
		if joint := l.Exit().Device; joint.Switch() || joint.Filter() {
			lost += joint.JointLossDb()
		}
	}
	return lost
}
