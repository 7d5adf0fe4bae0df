package sim

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Figures where the documents are silent. They are those that anybody would
// assume; what is true is the plant's matter.
const (
	defaultFibre   = "g.652.d"
	defaultPatchDb = 0.5
	patchSpan      = "patch"
)

// A degree that is set per channel or per symbol rate sends as much per 50 GHz
// as it would with the channels that lines are turned up with.
const (
	turnUpSlotGHz = 75
	turnUpBaudGBd = 63
)

// sections turns Link documents into fibres and amplifiers as they truly are.
type sections struct {
	lab       *Lab
	catalogue *catalogue.Catalogue // with the types of the documents
	devices   map[string]*device
	// amplifiers of devices, with the gains chosen at turn-up.
	amplifiers map[string]*amplifierPart
}

// directions of light along a link.
func directions() [2]light.Direction { return [2]light.Direction{light.AZ, light.ZA} }

// spanKeys lists "link/span/az" of every piece of fibre, for the plant to
// choose the dirty connector from.
func spanKeys(docs []intents.Document) []string {
	var out []string
	for _, doc := range docs {
		l, ok := doc.Spec.(*intents.LinkSpec)
		if !ok {
			continue
		}
		for i, s := range l.Spans {
			for _, d := range directions() {
				if isFibre(s) && s.Stands(d.String()) {
					out = append(out, light.SpanKey(doc.Metadata.Name, spanID(s, i), d))
				}
			}
		}
	}
	return out
}

func isFibre(s intents.Span) bool { return s.Amplifier == nil && s.PatchLossDb == nil }

func spanID(s intents.Span, i int) string {
	if s.ID != "" {
		return s.ID
	}
	return fmt.Sprint(i + 1)
}

// lay adds a link to the light. Errors name the link, and the element that is
// wrong.
func (b *sections) lay(name string, l *intents.LinkSpec) error {
	s, err := b.link(name, l)
	if err != nil {
		return err
	}
	if err := b.lab.light.AddLink(s); err != nil {
		return fmt.Errorf("link %s: %w", name, err)
	}
	return nil
}

func (b *sections) link(name string, l *intents.LinkSpec) (light.LinkSpec, error) {
	s := light.LinkSpec{Name: name}
	for i, ref := range l.Ends {
		device, port, ok := strings.Cut(ref, "/")
		if !ok || b.ports(device) == nil {
			return s, fmt.Errorf("link %s: end %q: unknown device", name, ref)
		}
		s.Ends[i] = light.End{Device: device, Port: port}
	}
	if len(l.Spans) == 0 {
		loss := defaultPatchDb
		if l.LossDb != nil {
			loss = *l.LossDb
		}
		for d := range s.Elements {
			s.Elements[d] = []light.Element{{Span: patchSpan, Fibre: light.Fibre{LossDb: loss}}}
		}
		return s, nil
	}
	var errs []error
	for _, d := range directions() {
		var err error
		s.Elements[d], err = b.way(name, l, d, density(b.ports(s.Ends[d].Device)[s.Ends[d].Port]))
		errs = append(errs, err)
	}
	return s, errors.Join(errs...)
}

// ports are those of a device, glass or not; nil where there is none of that name.
func (b *sections) ports(device string) map[string]intents.Port {
	if d := b.devices[device]; d != nil {
		return orNone(d.spec.Ports)
	}
	if spec := b.lab.passive[device]; spec != nil {
		return orNone(spec.Ports)
	}
	return nil
}

func orNone(ports map[string]intents.Port) map[string]intents.Port {
	if ports == nil {
		return map[string]intents.Port{}
	}
	return ports
}

// density returns the power per 50 GHz that a port sends, NaN where the
// document does not say.
func density(p intents.Port) float64 {
	switch {
	case p.EgressDbmPer50GHz != nil:
		return *p.EgressDbmPer50GHz
	case p.EgressDbm != nil:
		return *p.EgressDbm + 10*math.Log10(50.0/turnUpSlotGHz)
	case p.EgressDbmPerGBd != nil:
		return *p.EgressDbmPerGBd + 10*math.Log10(turnUpBaudGBd*50.0/turnUpSlotGHz)
	}
	return math.NaN()
}

// place is an element of a link as one direction of light meets it.
type place struct {
	intents.Span
	index int    // in the document
	id    string // of the span, or the place
	key   string // in the plant
}

// places lists what stands in a direction, in its order.
func places(link string, l *intents.LinkSpec, d light.Direction) []place {
	var out []place
	for k := range l.Spans {
		i := k
		if d == light.ZA {
			i = len(l.Spans) - 1 - k
		}
		if s := l.Spans[i]; s.Stands(d.String()) {
			id := spanID(s, i)
			out = append(out, place{s, i, id, light.SpanKey(link, id, d)})
		}
	}
	return out
}

// name is what errors call the place.
func (p place) name() string {
	switch {
	case p.Amplifier != nil && p.Site != "":
		return fmt.Sprintf("amplifier %s at %s", p.id, p.Site)
	case p.Amplifier != nil:
		return "amplifier " + p.id
	case p.PatchLossDb != nil:
		return "loss " + p.id
	}
	return "span " + p.id
}

// way lists what light meets in one direction. launch is the power density that
// enters, where it is known. The error joins what is wrong with each element;
// an element that the laboratory has no model for is an error too.
func (b *sections) way(link string, l *intents.LinkSpec, d light.Direction, launch float64) ([]light.Element, error) {
	stand := places(link, l, d)
	var fibres []string
	for _, p := range stand {
		if isFibre(p.Span) {
			fibres = append(fibres, p.id)
		}
	}
	more := b.lab.plant.SectionLoss(link, fibres, d)
	level := level{launch: launch}
	var out []light.Element
	var errs []error
	for _, p := range stand {
		var e light.Element
		var err error
		switch {
		case p.PatchLossDb != nil:
			e.Fibre.LossDb = perWay(p.PatchLossDb, d)
			level.lost += e.Fibre.LossDb
		case p.Amplifier == nil:
			e.Span = p.id
			e.Fibre, err = b.fibre(p, d, more[0])
			more = more[1:]
			level.lost += e.Fibre.LossDb
		default:
			e.Amplifiers, err = b.amplify(p, d, &level)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("link %s: %s %v: %w", link, p.name(), d, err))
		}
		out = append(out, e)
	}
	return out, errors.Join(errs...)
}

func perWay(w *intents.PerWay, d light.Direction) float64 {
	switch {
	case w == nil:
		return 0
	case d == light.ZA:
		return w.Za
	}
	return w.Az
}
