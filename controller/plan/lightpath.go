package plan

import (
	"strings"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
)

// lightPath is what light passes in both directions, with the points at which
// a device can tell about it.
type lightPath struct {
	path   Path
	points [2][]point // az, za
	cross  [2][]cross // az, za; in the order of light
	joins  [2][]cross // likewise, through circuit switches

	company *company // remembered by besides; nil where nobody asks twice
}

// point is a place of measurement: an element of the path, and what is known
// of the hop before ports and numbers are allocated.
type point struct {
	element int
	cross   int // index of the media channel for HopMedia
	hop     records.Hop
}

// cross is a connection through a wavelength switch.
type cross struct {
	device       *topo.Device
	source, dest string
	link         string // section that the light enters; empty for a drop
}

// pathKey names a way between ports.
type pathKey struct {
	way  *way
	line [2]*topo.Port
}

// lightPath lays out a way between chosen ports, once for all modes that are
// asked for there.
func (p *planner) lightPath(w *way, e ends) lightPath {
	key := pathKey{w, e.line}
	lp, ok := p.memory.paths[key]
	if !ok {
		lp = p.net.lightPath(w, e)
		lp.company = &company{}
		p.memory.paths[key] = lp
	}
	return lp
}

func (n *Network) lightPath(w *way, e ends) lightPath {
	forth := w.legs()
	if w.direct == nil {
		legs := make([]route.Leg, 0, len(forth)+2)
		legs = append(legs, route.Leg{Link: e.line[0].Link, Direction: e.line[0].Link.From(e.line[0])})
		legs = append(legs, forth...)
		forth = append(legs, route.Leg{Link: e.line[1].Link, Direction: e.line[1].Link.From(e.add[1])})
	}
	return layOut(forth, e.line, builder{marks: true})
}

// unbind takes what is on the stretches away again.
func (lp lightPath) unbind() {
	for _, on := range [][]qot.On{lp.path.AzOn, lp.path.ZaOn} {
		for i := range on {
			on[i].Load = nil
		}
	}
}

// bare lays out the route of light that is there already: without points, and
// with the elements that all light has in common shared.
func (n *Network) bare(forth []route.Leg, ends [2]*topo.Port) lightPath {
	return layOut(forth, ends, builder{common: n.common})
}

// alike names what is the same for all light: a passage from degree to degree,
// or with no ports a laser or receiver.
type alike struct {
	kind    qot.Kind
	in, out *topo.Port
}

// common returns the one element for all that is alike; nobody changes it.
func (n *Network) common(a alike, build func() *qot.Element) *qot.Element {
	n.mu.Lock()
	defer n.mu.Unlock()
	e := n.elements[a]
	if e == nil {
		e = build()
		n.elements[a] = e
	}
	return e
}

// layOut lays out a route from the first port to the second, and back.
func layOut(forth []route.Leg, ends [2]*topo.Port, like builder) lightPath {
	back := make([]route.Leg, len(forth))
	for i, l := range forth {
		back[len(forth)-1-i] = route.Leg{Link: l.Link, Direction: l.Direction.Reverse()}
	}
	var lp lightPath
	for i, legs := range [][]route.Leg{forth, back} {
		b := like
		b.direction = []records.Direction{records.AZ, records.ZA}[i]
		b.run(legs, ends[i], ends[1-i])
		lp.points[i], lp.cross[i], lp.joins[i] = b.points, b.cross, b.joins
		if i == 0 {
			lp.path.Az, lp.path.AzOn = b.elements, b.on
		} else {
			lp.path.Za, lp.path.ZaOn = b.elements, b.on
		}
	}
	return lp
}

// builder walks one direction of light.
type builder struct {
	direction records.Direction
	marks     bool                                          // points are wanted
	common    func(alike, func() *qot.Element) *qot.Element // nil: nothing is shared
	elements  []*qot.Element
	on        []qot.On
	points    []point
	cross     []cross
	joins     []cross
	spans     []string // passed since the last point
	before    string   // managed amplifier that was passed last, with nothing but losses since
	lost      float64  // since then, dB
}

func (b *builder) run(legs []route.Leg, from, to *topo.Port) {
	elements := len(legs) + 1 // both ends, and a switch between two links
	for _, leg := range legs {
		elements += len(leg.Link.Ways.Of(leg.Direction))
	}
	b.elements = make([]*qot.Element, 0, elements)
	b.on = make([]qot.On, 0, len(legs))
	if b.marks {
		b.points = make([]point, 0, len(legs)+1)
	}
	b.elements = append(b.elements, b.end(qot.Transmit, from))
	b.mark(records.Hop{Kind: records.HopTx, Device: from.Device.Name}, nil)
	for i := range legs {
		if i > 0 {
			b.through(legs[i-1], legs[i])
		}
		b.along(legs[i])
	}
	b.elements = append(b.elements, b.end(qot.Receive, to))
	b.mark(records.Hop{Kind: records.HopRx, Device: to.Device.Name}, &legs[len(legs)-1])
}

// end is a laser or a receiver; of bare light it has no name.
func (b *builder) end(kind qot.Kind, p *topo.Port) *qot.Element {
	if b.common == nil {
		return &qot.Element{Kind: kind, Name: p.Key}
	}
	return b.common(alike{kind: kind}, func() *qot.Element { return &qot.Element{Kind: kind} })
}

// along adds the sections of a link.
func (b *builder) along(leg route.Leg) {
	if s := leg.Link.Stretches.Of(leg.Direction); s != nil {
		b.on = append(b.on, qot.On{First: len(b.elements), End: len(b.elements) + len(s.Elements), Stretch: s})
	}
	for _, s := range leg.Link.Ways.Of(leg.Direction) {
		b.elements = append(b.elements, s.Element)
		if !b.marks {
			continue
		}
		if s.Span != "" {
			b.spans = append(b.spans, s.Span)
		}
		b.lost += s.LossDb
		if s.Kind != qot.Amplifier {
			continue
		}
		h := records.Hop{Kind: records.HopAmplifier, Device: s.Device, Key: s.Key}
		if b.before != "" {
			h.Before, h.LossDb = b.before, b.lost
		}
		b.before, b.lost = "", 0
		if s.Device != "" {
			b.mark(h, &leg)
			b.before = s.Device + "/" + s.Key
		}
	}
}

// through adds the crossing of a device from one link to the next. A crossing of a
// wavelength switch that ends at a degree holds the degree's power density; one that
// ends at a drop port holds it only where the port states one.
func (b *builder) through(in, out route.Leg) {
	entry, exit := in.Exit(), out.Enter()
	if !exit.Device.Roadm() {
		b.joint(entry, exit, &in)
		return
	}
	roadm := exit.Device
	kind, into := qot.Express, out.Link.Name
	switch {
	case entry.AddDrop():
		kind = qot.Add
	case exit.AddDrop():
		kind, into = qot.Drop, ""
	}
	build := func() *qot.Element {
		return &qot.Element{
			Name: "switch " + roadm.Name, Kind: kind, Target: exit.Power(), StepDb: stepOf(roadm.Profile).Dbm(),
			Crossings: roadm.Crossings(kind, entry.Name, exit.Name),
		}
	}
	var e *qot.Element
	if kind == qot.Express && b.common != nil {
		e = b.common(alike{kind, entry, exit}, build)
	} else {
		e = build()
	}
	b.before = ""
	b.elements = append(b.elements, e)
	if b.marks {
		b.cross = append(b.cross, cross{device: roadm, source: entry.Ingress(), dest: exit.Egress(), link: into})
	}
	b.mark(records.Hop{Kind: records.HopMedia, Device: roadm.Name}, &in)
}

// joint adds the passage through a circuit switch, where light may be measured, or a
// filter, which tells nothing.
func (b *builder) joint(entry, exit *topo.Port, in *route.Leg) {
	d := exit.Device
	if b.common != nil {
		b.elements = append(b.elements, b.common(alike{qot.Patch, entry, exit}, d.Joint))
	} else {
		b.elements = append(b.elements, d.Joint())
	}
	b.before = ""
	if !b.marks || !d.Switch() {
		return
	}
	b.joins = append(b.joins, cross{device: d, source: entry.Ingress(), dest: exit.Egress()})
	if !d.Profile.Refuses("", "port-power") {
		b.mark(records.Hop{Kind: records.HopPort, Device: d.Name, Key: exit.Egress()}, in)
	}
}

// mark notes that the element added last can be measured; leg is the link that
// the light came over.
func (b *builder) mark(h records.Hop, leg *route.Leg) {
	if !b.marks {
		return
	}
	h.Direction = b.direction
	if leg != nil {
		h.Link, h.LinkDirection = leg.Link.Name, leg.Direction
		h.Spans = b.spans
		switch {
		case leg.Link.Patch():
			h.Via = "patch " + h.Link
		case len(h.Spans) == 0:
			h.Via = "link " + h.Link + " " + string(leg.Direction)
		case len(h.Spans) == 1:
			h.Via = "link " + h.Link + " span " + h.Spans[0] + " " + string(leg.Direction)
		default:
			h.Via = "link " + h.Link + " spans " + strings.Join(h.Spans, ", ") + " " + string(leg.Direction)
		}
	}
	b.spans = nil
	b.points = append(b.points, point{element: len(b.elements) - 1, cross: len(b.cross) - 1, hop: h})
}
