package sim

import (
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

// sections turns Link documents into fibres and amplifiers as they truly are.
type sections struct {
	lab     *Lab
	devices map[string]*device
	// amplifiers of devices, with the gains chosen at turn-up.
	amplifiers map[string]*amplifierPart
}

// spanKeys lists "link/span/az" of every piece of fibre, for the plant to
// choose the dirty connector from.
func spanKeys(docs []intents.Document) []string {
	var out []string
	for _, d := range docs {
		l, ok := d.Spec.(*intents.LinkSpec)
		if !ok {
			continue
		}
		for i, s := range l.Spans {
			if s.Amplifier == nil {
				out = append(out, light.SpanKey(d.Metadata.Name, spanID(s, i), light.AZ), light.SpanKey(d.Metadata.Name, spanID(s, i), light.ZA))
			}
		}
	}
	return out
}

func spanID(s intents.Span, i int) string {
	if s.ID != "" {
		return s.ID
	}
	return fmt.Sprint(i + 1)
}

// lay adds a link to the light.
func (b *sections) lay(name string, l *intents.LinkSpec) error {
	s := light.LinkSpec{Name: name}
	for i, ref := range l.Ends {
		device, port, ok := strings.Cut(ref, "/")
		if !ok || b.devices[device] == nil {
			return fmt.Errorf("end %q: unknown device", ref)
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
		return b.lab.light.AddLink(s)
	}
	for _, d := range []light.Direction{light.AZ, light.ZA} {
		elements, err := b.way(name, l, d, b.density(s.Ends[d]))
		if err != nil {
			return err
		}
		s.Elements[d] = elements
	}
	return b.lab.light.AddLink(s)
}

// density returns the power per 50 GHz that a ROADM degree sends, NaN where
// none is declared.
func (b *sections) density(e light.End) float64 {
	if p := b.devices[e.Device].spec.Ports[e.Port].EgressDbmPer50GHz; p != nil {
		return *p
	}
	return math.NaN()
}

// way lists what light meets in one direction. launch is the power density that
// enters, where it is known.
//
// An amplifier without a gain of its own was set at turn-up by the line system:
// to the density declared for it where both that and what enters are known,
// else to make up for the loss since the amplifier before it. It measured the
// fibre as it is, so what the documents get wrong does not add up over spans.
func (b *sections) way(name string, l *intents.LinkSpec, d light.Direction, launch float64) ([]light.Element, error) {
	spans := make([]intents.Span, len(l.Spans))
	ids := make([]string, len(l.Spans))
	var fibres []string
	for k := range l.Spans {
		i := k
		if d == light.ZA {
			i = len(l.Spans) - 1 - k
		}
		spans[k], ids[k] = l.Spans[i], spanID(l.Spans[i], i)
		if spans[k].Amplifier == nil {
			fibres = append(fibres, ids[k])
		}
	}
	more := b.lab.plant.SectionLoss(name, fibres, d)
	var out []light.Element
	var lost float64
	for k, s := range spans {
		if s.Amplifier == nil {
			f, loss, err := b.fibre(s, d)
			if err != nil {
				return nil, fmt.Errorf("span %s: %w", ids[k], err)
			}
			loss = max(0, loss+more[0])
			more = more[1:]
			lost += loss
			out = append(out, light.Element{Span: ids[k], Fibre: light.Fibre{Km: s.Km, LossDb: loss, DispersionPsNmKm: f.DispersionPsNmKm}})
			continue
		}
		a, target, err := b.amplifier(name, ids[k], s, d)
		if err != nil {
			return nil, fmt.Errorf("amplifier %s: %w", ids[k], err)
		}
		if math.IsNaN(a.GainDb) {
			gain := lost
			if !math.IsNaN(target) && !math.IsNaN(launch) {
				gain = target - launch + lost
			}
			a.GainDb = math.Round(10*min(max(gain, a.least), a.most)) / 10
		}
		launch += a.GainDb - lost
		lost = 0
		if err := b.manage(a); err != nil {
			return nil, err
		}
		out = append(out, light.Element{Amplifier: &a.AmplifierSpec})
	}
	return out, nil
}

func (b *sections) fibre(s intents.Span, d light.Direction) (catalogue.Fibre, float64, error) {
	name := s.Fiber
	if name == "" {
		name = defaultFibre
	}
	f, err := b.lab.catalogue.Fibre(name)
	if err != nil {
		return catalogue.Fibre{}, 0, err
	}
	if s.LossDb != nil {
		return f, perWay(s.LossDb, d), nil
	}
	return f, f.SpanLossDb(s.Km), nil
}

func perWay(w *intents.PerWay, d light.Direction) float64 {
	if d == light.ZA {
		return w.Za
	}
	return w.Az
}

// amp is an amplifier under construction.
type amp struct {
	light.AmplifierSpec
	least, most float64
}

// amplifier resolves one amplifier for one direction. The gain is NaN where the
// line system chooses it; target is the density to choose it for, or NaN.
func (b *sections) amplifier(link, id string, s intents.Span, d light.Direction) (amp, float64, error) {
	ref, kind, target := s.Amplifier.Az, s.Amplifier.Type, math.NaN()
	if d == light.ZA {
		ref = s.Amplifier.Za
	}
	a := amp{least: 8, most: 25, AmplifierSpec: light.AmplifierSpec{GainDb: math.NaN(), NoiseFigureDb: 6, MaxOutputDbm: 21, Enabled: true}}
	plantName := light.SpanKey(link, id, d)
	if ref != "" {
		device, name, ok := strings.Cut(ref, "/")
		dev := b.devices[device]
		if !ok || dev == nil {
			return amp{}, 0, fmt.Errorf("%q: unknown device", ref)
		}
		if kind == "" {
			kind = dev.profile.AmplifierType
		}
		if p, ok := dev.spec.Ports[name]; ok && p.EgressDbmPer50GHz != nil {
			target = *p.EgressDbmPer50GHz
		}
		a.End, plantName = light.End{Device: device, Port: name}, ref
	}
	if kind != "" {
		t, err := b.lab.catalogue.Amplifier(kind)
		if err != nil {
			return amp{}, 0, err
		}
		a.least, a.most = t.Gain[0].Db(), t.Gain[1].Db()
		a.NoiseFigureDb, a.MaxOutputDbm = t.NoiseFigure.Db(), t.MaxOutput.Dbm()
	}
	a.NoiseFigureDb += b.lab.plant.NoiseFigure(plantName)
	if s.Amplifier.GainDb != nil {
		a.GainDb = perWay(s.Amplifier.GainDb, d)
	}
	return a, target, nil
}

// manage files an amplifier under its device.
func (b *sections) manage(a amp) error {
	if a.End == (light.End{}) {
		return nil
	}
	p := b.amplifiers[a.End.Device]
	if p == nil {
		p = &amplifierPart{dev: b.devices[a.End.Device], gains: map[string]float64{}, most: map[string]float64{}}
		b.amplifiers[a.End.Device] = p
	}
	if _, twice := p.gains[a.End.Port]; twice {
		return fmt.Errorf("amplifier %v stands on two links", a.End)
	}
	p.names = append(p.names, a.End.Port)
	p.gains[a.End.Port], p.most[a.End.Port] = a.GainDb, max(a.most, a.GainDb)
	return nil
}
