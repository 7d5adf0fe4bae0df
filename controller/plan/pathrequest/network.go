package pathrequest

import (
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

// next is the element that follows on the switch at which the stretch begins,
// last the one before the switch at which it ends.
func (s *stretch) next() string {
	if len(s.within) > 0 {
		return s.within[0]
	}
	return s.to
}

func (s *stretch) last() string {
	if k := len(s.within); k > 0 {
		return s.within[k-1]
	}
	return s.from
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
