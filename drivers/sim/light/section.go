package light

import (
	"fmt"
	"maps"
	"math"
)

// LinkSpec is a fibre pair between two ports. Elements lists what light meets
// in each direction, in the order of that direction.
type LinkSpec struct {
	Name     string
	Ends     [2]End
	Elements [2][]Element // by Direction
}

// Element is a piece of fibre, another passive loss, or the amplification at
// one place: one amplifier, or several side by side, each for the waves whose
// centres lie in its band. Losses and noise figures are the true ones: the
// builder has the plant's deviations in them.
type Element struct {
	Span       string // id of a fibre; empty for what nobody can cut
	Fibre      Fibre
	Amplifiers []AmplifierSpec
}

type link struct {
	spec     LinkSpec
	sections [2]*section
}

// section is one direction of a link.
type section struct {
	link     *link
	dir      Direction
	from, to End
	elements []element

	light []Wave // at the far end
	floor float64
}

type element struct {
	span      string
	fibre     Fibre
	nonlinear Nonlinear // nil where there is no length
	extra     float64
	cut       bool
	amps      []*amplifier
}

// AddLink adds a fibre pair. Both ends must be ports of a transceiver or of a
// ROADM, and carry no link yet. An error names the element that is wrong or that
// the physics cannot model; the link is then not there.
func (n *Network) AddLink(s LinkSpec) error {
	return n.do(func() error {
		if n.links[s.Name] != nil {
			return existsAlready("link", s.Name)
		}
		for _, e := range s.Ends {
			if !n.port(e) {
				return unknown("port", e)
			}
			if n.out[e] != nil || n.in[e] != nil {
				return existsAlready("link at port", e)
			}
		}
		l := &link{spec: s}
		managed := map[End]*amplifier{}
		for d := range s.Elements {
			sec := &section{link: l, dir: Direction(d), from: s.Ends[d], to: s.Ends[1-d]}
			for i, e := range s.Elements[d] {
				el, err := n.element(e, sec, i, managed)
				if err != nil {
					return fmt.Errorf("%s: %w", e.name(i), err)
				}
				sec.elements = append(sec.elements, el)
			}
			l.sections[d] = sec
		}
		for _, sec := range l.sections {
			n.out[sec.from], n.in[sec.to] = sec, sec
			n.mark(sec)
		}
		maps.Copy(n.amplifiers, managed)
		n.links[s.Name] = l
		return nil
	})
}

// name is what errors call the element.
func (e *Element) name(i int) string {
	if e.Span != "" {
		return "span " + e.Span
	}
	return fmt.Sprintf("element %d", i+1)
}

// element makes element i of a section and notes the managed amplifiers in it.
func (n *Network) element(e Element, sec *section, i int, managed map[End]*amplifier) (element, error) {
	el := element{span: e.Span, fibre: e.Fibre}
	if len(e.Amplifiers) == 0 {
		if err := e.Fibre.check(); err != nil || e.Fibre.Km == 0 {
			return el, err
		}
		var err error
		el.nonlinear, err = n.cfg.Physics.Nonlinear(e.Fibre)
		return el, err
	}
	for _, spec := range e.Amplifiers {
		a := &amplifier{spec: spec, section: sec, index: i, enabled: spec.Enabled, gain: spec.GainDb}
		el.amps = append(el.amps, a)
		if spec.End == (End{}) {
			continue
		}
		if n.amplifiers[spec.End] != nil || managed[spec.End] != nil {
			return el, existsAlready("amplifier", spec.End)
		}
		managed[spec.End] = a
	}
	return el, nil
}

func (n *Network) port(e End) bool {
	if n.transceivers[e] != nil {
		return true
	}
	r := n.roadms[e.Device]
	return r != nil && r.egress[e.Port] != nil
}

// source returns what enters the section.
func (s *section) source(n *Network) (waves []Wave, floor float64) {
	if x := n.transceivers[s.from]; x != nil {
		return x.waves(), 0
	}
	if r := n.roadms[s.from.Device]; r != nil {
		if e := r.egress[s.from.Port]; e != nil {
			waves, floor = append([]Wave(nil), e.light...), e.floor
		}
	}
	return waves, floor
}

// recompute propagates the section's light and passes it on if it changed.
func (s *section) recompute(n *Network) {
	waves, floor := s.source(n)
	for i := range s.elements {
		el := &s.elements[i]
		switch {
		case len(el.amps) > 0:
			waves, floor = el.amplify(n, waves, floor)
		case el.cut:
			waves, floor = nil, 0
		default:
			noise := n.silence(len(waves))
			if el.nonlinear != nil && len(waves) > 0 {
				el.nonlinear(el.entered(n, waves), noise)
			}
			el.fibre.pass(waves, noise, el.extra)
			floor *= fromDb(-el.fibre.LossDb - el.extra)
		}
	}
	if sameLight(waves, s.light) && near(floor, s.floor) {
		return
	}
	s.light, s.floor = waves, floor
	n.arrive(s)
}

// silence returns a zero for each wave; they are valid until it is called again.
func (n *Network) silence(waves int) []float64 {
	if cap(n.added) < waves {
		n.added = make([]float64, 2*waves)
	}
	n.added = n.added[:waves]
	clear(n.added)
	return n.added
}

// entered returns the waves as they are where the glass begins; they are valid
// until it is called again.
func (el *element) entered(n *Network, waves []Wave) []Wave {
	if el.fibre.InDb == 0 {
		return waves
	}
	in := fromDb(-el.fibre.InDb)
	n.inside = append(n.inside[:0], waves...)
	for k := range n.inside {
		n.inside[k].PowerMw *= in
		n.inside[k].NoiseMw *= in
	}
	return n.inside
}

// arrive hands the section's light to whatever it is patched to.
func (n *Network) arrive(s *section) {
	n.touch(s.to.Device)
	if x := n.transceivers[s.to]; x != nil {
		x.light, x.floorMw = s.light, s.floor
		n.mark(x)
		return
	}
	if r := n.roadms[s.to.Device]; r != nil {
		for _, e := range r.egress {
			if e.listensTo(s.to.Port) {
				n.mark(e)
			}
		}
	}
}

// Cut opens (or closes) a span in one direction. Amplifiers that send into the
// open fibre reduce their power at once, and clear by themselves some time
// after it is closed.
func (n *Network) Cut(linkName, span string, d Direction, open bool) error {
	return n.withSpan(linkName, span, d, func(s *section, i int) {
		if s.elements[i].cut == open {
			return
		}
		s.elements[i].cut = open
		s.watchFibre(n)
		n.mark(s)
	})
}

// ExtraLoss sets how much a span loses beyond its normal loss.
func (n *Network) ExtraLoss(linkName, span string, d Direction, db float64) error {
	return n.withSpan(linkName, span, d, func(s *section, i int) {
		s.elements[i].extra = db
		n.mark(s)
	})
}

func (n *Network) withSpan(linkName, span string, d Direction, f func(*section, int)) error {
	return n.do(func() error {
		l := n.links[linkName]
		if l == nil {
			return unknown("link", linkName)
		}
		s := l.sections[d]
		for i := range s.elements {
			if el := &s.elements[i]; len(el.amps) == 0 && el.span == span {
				f(s, i)
				return nil
			}
		}
		return fmt.Errorf("link %s: %w", linkName, unknown("span", span))
	})
}

// watchFibre sets the power reduction of every amplifier by the state of the
// fibre behind it.
func (s *section) watchFibre(n *Network) {
	open := false
	for i := len(s.elements) - 1; i >= 0; i-- {
		el := &s.elements[i]
		if len(el.amps) == 0 {
			open = open || el.cut
			continue
		}
		for _, a := range el.amps {
			a.reduce(n, open)
		}
		open = false
	}
}

// SwapPatch exchanges the second ends of two links, both fibres. Doing it
// again puts them back.
func (n *Network) SwapPatch(a, b string) error {
	return n.do(func() error {
		la, lb := n.links[a], n.links[b]
		if la == nil {
			return unknown("link", a)
		}
		if lb == nil || la == lb {
			return unknown("other link", b)
		}
		za, zb := la.sections[AZ].to, lb.sections[AZ].to
		la.attach(n, zb)
		lb.attach(n, za)
		for _, s := range []*section{la.sections[AZ], la.sections[ZA], lb.sections[AZ], lb.sections[ZA]} {
			n.mark(s)
			n.arrive(s)
		}
		return nil
	})
}

func (l *link) attach(n *Network, z End) {
	l.sections[AZ].to, l.sections[ZA].from = z, z
	n.in[z], n.out[z] = l.sections[AZ], l.sections[ZA]
}

func total(waves []Wave) float64 {
	var sum float64
	for i := range waves {
		sum += waves[i].PowerMw
	}
	return sum
}

func sameLight(a, b []Wave) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := &a[i], &b[i]
		if x.From != y.From || x.FrequencyMHz != y.FrequencyMHz || x.mode != y.mode || x.LowerMHz != y.LowerMHz || x.UpperMHz != y.UpperMHz ||
			!near(x.PowerMw, y.PowerMw) || !near(x.NoiseMw, y.NoiseMw) || x.PenaltyDb != y.PenaltyDb || x.StepDb != y.StepDb ||
			x.Dispersion != y.Dispersion || x.Pmd2 != y.Pmd2 || x.Pdl2 != y.Pdl2 {
			return false
		}
	}
	return true
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b)) }

func existsAlready(kind string, name any) error {
	return fmt.Errorf("%s %v: %w", kind, name, ErrExists)
}
