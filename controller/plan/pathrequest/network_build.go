package pathrequest

import (
	"fmt"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

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
		if e := g.network.elements[all[i].from]; e.Type == typeRoadm {
			if err := g.network.parts.checkRoadm(e, all[i].next()); err != nil {
				return err
			}
		}
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
