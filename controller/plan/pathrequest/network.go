package pathrequest

import (
	"errors"
	"fmt"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/controller/plan/route/mesh"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
)

// Network is a designed network, compiled: checked, and with all worked out
// that requests do not change. It never changes and may be shared.
//
// Between two wavelength switches, or a switch and a transceiver, elements
// stand one behind the other. Such a row is a stretch: one edge for the search
// of routes, one line for light, one piece of spectrum.
type Network struct {
	defaults     Defaults
	model        gn.Model
	parts        *parts
	elements     map[string]*Element
	transceivers map[string]Transceiver
	stretches    []stretch
	shut         spectrum.Set     // outside the network's band
	places       map[string]place // of wavelength switches and of elements within stretches
	terminals    map[string]terminal

	mesh   *mesh.Mesh
	weight *mesh.Weights
	links  *mesh.Weights // how many links of the case a stretch stands for
}

// stretch is a row of elements; its number is also that of its edge.
type stretch struct {
	from, to string // switches or transceivers
	within   []string
	fibreM   float64
	line     *gn.Line // nil if there is nothing within
	bands    []band   // common to its amplifiers; none if it has none
	shut     spectrum.Set
	back     int // the stretch that leads back, -1 if none does
}

// place is where a route meets an element.
type place struct {
	node   mesh.Node // of a switch
	edge   mesh.Edge // of an element within a stretch, -1 for switches
	number int       // within the stretch
}

// terminal is a transceiver: light begins at one node and ends at another, so
// that no route leads through.
type terminal struct{ source, sink mesh.Node }

// Compile checks a case and makes a Network of it. The first fault is returned.
func Compile(c *Case) (*Network, error) {
	n := &Network{defaults: c.Defaults, elements: map[string]*Element{}, transceivers: c.Transceivers, places: map[string]place{}, terminals: map[string]terminal{}}
	if err := c.Defaults.check(); err != nil {
		return nil, err
	}
	for name, t := range c.Transceivers {
		if err := t.check(name); err != nil {
			return nil, err
		}
	}
	var err error
	if n.model, err = c.Model.build(); err != nil {
		return nil, err
	}
	if n.parts, err = newParts(&c.Tables); err != nil {
		return nil, err
	}
	g := &graph{network: n, out: map[string][]Link{}, in: map[string]int{}}
	if err := g.collect(c); err != nil {
		return nil, err
	}
	if err := g.walkAll(); err != nil {
		return nil, err
	}
	if err := n.band(); err != nil {
		return nil, err
	}
	return n, g.build()
}

// graph collects what is needed to build the mesh.
type graph struct {
	network *Network
	order   []*Element // switches and transceivers, as listed
	out     map[string][]Link
	in      map[string]int
	mesh    mesh.Builder
	weight  []float64
	links   []float64
}

func (g *graph) collect(c *Case) error {
	for i := range c.Elements {
		e := &c.Elements[i]
		if e.UID == "" {
			return fault(fmt.Sprintf("element %d", i+1), "give it a uid", "it has no name")
		}
		if _, twice := g.network.elements[e.UID]; twice {
			return fault(fmt.Sprintf("element %q", e.UID), "give every element a name of its own", "two elements have this name")
		}
		g.network.elements[e.UID] = e
		switch e.Type {
		case typeTransceiver:
			g.network.terminals[e.UID] = terminal{g.mesh.Node("from " + e.UID), g.mesh.Node("to " + e.UID)}
			g.order = append(g.order, e)
		case typeRoadm:
			g.network.places[e.UID] = place{node: g.mesh.Node("at " + e.UID), edge: -1}
			g.order = append(g.order, e)
		}
	}
	for _, l := range c.Links {
		at := fmt.Sprintf("link from %q to %q", l.From, l.To)
		for _, uid := range []string{l.From, l.To} {
			if g.network.elements[uid] == nil {
				return fault(at, "name elements of the case", "there is no element %q", uid)
			}
		}
		switch {
		case !finite(l.Weight) || l.Weight < 0:
			return fault(at, "give a finite weight of 0 or more", "its weight is %g", l.Weight)
		case l.From == l.To:
			return fault(at, "remove it", "it leads nowhere")
		}
		g.out[l.From] = append(g.out[l.From], l)
		g.in[l.To]++
	}
	for _, e := range c.Elements {
		if e.Type != typeRoadm && e.Type != typeTransceiver && (len(g.out[e.UID]) > 1 || g.in[e.UID] > 1) {
			return fault(fmt.Sprintf("element %q", e.UID), "give it one element before and one behind it; one for each direction of a fibre pair",
				"%d links lead to it and %d from it", g.in[e.UID], len(g.out[e.UID]))
		}
	}
	return nil
}

func (g *graph) walkAll() error {
	for _, e := range g.order {
		for _, first := range g.out[e.UID] {
			if err := g.walk(e, first); err != nil {
				return err
			}
		}
	}
	// The reference tool takes the first stretch between the same ends for the
	// way back, also where there are several side by side.
	first := map[[2]string]int{}
	all := g.network.stretches
	for i := range all {
		ends := [2]string{all[i].from, all[i].to}
		if _, known := first[ends]; !known {
			first[ends] = i
		}
	}
	for i := range all {
		if back, known := first[[2]string{all[i].to, all[i].from}]; known {
			all[i].back = back
		}
	}
	return nil
}

// walk follows links from a switch or transceiver to the next.
func (g *graph) walk(from *Element, first Link) error {
	n := g.network
	s := stretch{from: from.UID, back: -1}
	edge := mesh.Edge(len(n.stretches))
	var line []gn.Element
	weight, links, l := first.Weight, 1.0, first
	e := n.elements[l.To]
	for ; e.Type != typeRoadm && e.Type != typeTransceiver; e = n.elements[l.To] {
		part, err := n.parts.plain(e)
		if err != nil {
			return err
		}
		line = append(line, part)
		if fibre, ok := part.(gn.Fibre); ok {
			s.fibreM += fibre.Km * 1000
		}
		if b := bandsOf(part); b != nil {
			s.bands = common(s.bands, b)
			if len(s.bands) == 0 {
				return fault(fmt.Sprintf("element %q", e.UID), "use amplifiers whose bands overlap", "its band has nothing in common with those of the amplifiers before it")
			}
		}
		n.places[e.UID] = place{edge: edge, number: len(s.within)}
		s.within = append(s.within, e.UID)
		if len(g.out[e.UID]) == 0 {
			return fault(fmt.Sprintf("element %q", e.UID), "link it to the next element", "nothing follows it")
		}
		l = g.out[e.UID][0]
		weight += l.Weight
		links++
	}
	s.to = e.UID
	if s.from == s.to {
		return fault(fmt.Sprintf("element %q", s.from), "link it to another one", "a row of elements leads from it back to itself")
	}
	if len(line) > 0 {
		compiled, err := gn.Compile(line...)
		if err != nil {
			return fmt.Errorf("between %q and %q: %w", s.from, s.to, err)
		}
		s.line = compiled
	}
	n.stretches = append(n.stretches, s)
	g.weight = append(g.weight, weight)
	g.links = append(g.links, links)
	return nil
}

func (g *graph) build() error {
	n := g.network
	for i, s := range n.stretches {
		from, to := n.places[s.from].node, n.places[s.to].node
		a, begins := n.terminals[s.from]
		z, ends := n.terminals[s.to]
		if begins {
			from = a.source
		}
		if ends {
			to = z.sink
		}
		var risks []string
		if !begins && !ends {
			hop := i
			if s.back >= 0 && n.stretches[s.back].back == i {
				hop = min(i, s.back)
			}
			risks = []string{fmt.Sprint(hop)}
		}
		g.mesh.Edge(mesh.EdgeSpec{Name: fmt.Sprint(i), From: from, To: to, Risks: risks})
	}
	var err error
	if n.mesh, err = g.mesh.Build(); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	if n.weight, err = n.mesh.Weights(g.weight); err != nil {
		return fmt.Errorf("network: %w", err)
	}
	n.links, err = n.mesh.Weights(g.links)
	return err
}

func (d Defaults) check() error {
	switch {
	case !finite(d.MarginDb, d.AutoRollOff, d.GuardHz) || d.GuardHz < 0 || d.AutoRollOff < 0 || d.AutoRollOff > 1:
		return fault("defaults", "give numbers, a guard band of 0 or more and a roll-off from 0 to 1",
			"margin %g dB, roll-off %g or guard band %g Hz is out of range", d.MarginDb, d.AutoRollOff, d.GuardHz)
	case d.SlotGridHz != 6.25e9 || d.WidthUnitHz != 12.5e9:
		return fault("defaults", "use 6.25 GHz and 12.5 GHz", "a grid of %g Hz with widths of %g Hz is not supported", d.SlotGridHz, d.WidthUnitHz)
	case d.Policy != "first_fit":
		return fault("defaults", `use "first_fit"`, "spectrum policy %q is not supported", d.Policy)
	}
	return nil
}

// effort turns what the mesh could not answer into an error of ours.
func effort(at string, err error) error {
	if r := new(mesh.Refusal); errors.As(err, &r) && r.Reason == mesh.OutOfEffort {
		return fault(at, "include fewer elements or take a disjunction apart", "the search for a route was given up after looking at %d nodes", r.Effort)
	}
	return fmt.Errorf("%s: %w", at, err)
}

// band shuts the spectrum that stretches cannot carry.
func (n *Network) band() error {
	var all []band
	for _, s := range n.stretches {
		all = append(all, s.bands...)
	}
	if len(all) == 0 {
		for _, t := range n.transceivers {
			all = append(all, band{t.Hz[0], t.Hz[1]})
		}
	}
	if len(all) == 0 {
		return nil
	}
	widest := all[0]
	for _, b := range all {
		widest = band{min(widest.lo, b.lo), max(widest.hi, b.hi)}
	}
	var err error
	if n.shut, err = shutSpectrum(widest, n.defaults.GuardHz); err != nil {
		return err
	}
	for i := range n.stretches {
		n.stretches[i].shut = n.shut
		shutOutside(&n.stretches[i].shut, n.stretches[i].bands)
	}
	return nil
}
