package topo

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// defaultAmplifier stands for a managed amplifier of which nothing is known:
// gain 8 to 25 dB, noise figure 6 dB, 21 dBm in all.
func defaultAmplifier() catalogue.Amplifier {
	return catalogue.Amplifier{Name: "amplifier", Gain: [2]models.Ratio{800, 2500}, NoiseFigure: 600, MaxOutput: 2100}
}

// lay resolves the spans of a link for both directions.
func (n *Network) lay(l *Link) error {
	if l.Patch() {
		loss := DefaultPatchDb
		if l.Spec.LossDb != nil {
			loss = *l.Spec.LossDb
		}
		way := []Section{{Element: &qot.Element{Kind: qot.Patch, Name: "patch " + l.Name, Link: l.Name, LossDb: loss}}}
		l.Ways = PerWay[[]Section]{way, way}
		return nil
	}
	for i, s := range l.Spec.Spans {
		if s.Amplifier != nil || s.PatchLossDb != nil {
			continue
		}
		l.Spans = append(l.Spans, spanID(s, i))
		for _, r := range s.SharedRisks {
			if !slices.Contains(l.Risks, r) {
				l.Risks = append(l.Risks, r)
			}
		}
	}
	for _, dir := range []records.Direction{records.AZ, records.ZA} {
		way, err := n.way(l, dir)
		if err != nil {
			return err
		}
		l.Ways.set(dir, way)
		l.Stretches.set(dir, stretch(l, dir, way))
		// Where the ways differ, the longer one counts.
		var km, ms float64
		for i := range way {
			if s := way[i].Element.Span; s != nil {
				km += s.Km
				ms += s.Km * s.Fibre.IndexOfRefraction / kmPerMs
			}
		}
		l.LengthKm, l.LatencyMs = max(l.LengthKm, km), max(l.LatencyMs, ms)
	}
	return nil
}

func stretch(l *Link, dir records.Direction, way []Section) *qot.Stretch {
	s := &qot.Stretch{Link: l.Name, Direction: string(dir)}
	enter := l.Ends[0]
	if dir == records.ZA {
		enter = l.Ends[1]
	}
	if enter.Device.Roadm() {
		s.Enters = enter.Power()
	}
	for i := range way {
		s.Elements = append(s.Elements, way[i].Element)
	}
	return s
}

// way lists the sections of one direction. An amplifier without a gain of its
// own makes up for the loss since the amplifier (or the link's end) before it,
// within the range of its type; one that stands first, a booster, gives its
// least gain.
func (n *Network) way(l *Link, dir records.Direction) ([]Section, error) {
	out := make([]Section, 0, len(l.Spec.Spans))
	lost := 0.0
	for k := range l.Spec.Spans {
		i := k
		if dir == records.ZA {
			i = len(l.Spec.Spans) - 1 - k
		}
		s := l.Spec.Spans[i]
		if !s.Stands(string(dir)) {
			continue
		}
		var sec Section
		var err error
		switch {
		case s.PatchLossDb != nil:
			sec.Element = &qot.Element{Kind: qot.Patch, Name: fmt.Sprintf("link %s loss %s", l.Name, cmp.Or(s.Site, fmt.Sprint(i+1))), Link: l.Name, LossDb: perWay(*s.PatchLossDb, dir)}
		case s.Amplifier == nil:
			sec, err = n.span(l, i, s, dir)
		default:
			if sec, err = n.amplifier(l, i, s, dir); err == nil {
				l.bound(sec.Amplifiers)
				sec.settle(lost)
				lost = sec.Amplifiers[0].OutVoaDb
			}
		}
		if err != nil {
			return nil, fmt.Errorf("span %d: %w", i+1, err)
		}
		lost += sec.LossDb
		out = append(out, sec)
	}
	return out, nil
}

// span resolves a fibre.
func (n *Network) span(l *Link, i int, s intents.Span, dir records.Direction) (Section, error) {
	f, err := n.fibre(s.Fiber)
	if err != nil {
		return Section{}, err
	}
	of := func(w *intents.PerWay, otherwise float64) float64 {
		if w == nil {
			return otherwise
		}
		return perWay(*w, dir)
	}
	span := &qot.Span{
		Km: s.Km, Fibre: f, PadDb: of(s.PadDb, 0),
		ConnectorInDb: of(s.ConnectorInDb, f.ConnectorDb), ConnectorOutDb: of(s.ConnectorOutDb, f.ConnectorDb),
	}
	if s.LossDb != nil { // connectors that nobody gives are somewhere in it
		span.ConnectorInDb, span.ConnectorOutDb = of(s.ConnectorInDb, 0), of(s.ConnectorOutDb, 0)
	}
	e := &qot.Element{Kind: qot.Fibre, Name: fmt.Sprintf("link %s span %s", l.Name, spanID(s, i)), Link: l.Name, Span: span}
	e.LossDb = s.Km*f.LossDbPerKm + span.PadDb + span.ConnectorInDb + span.ConnectorOutDb
	for _, lumped := range s.Lumped {
		at := lumped.AtKm
		if dir == records.ZA {
			at = s.Km - at
		}
		span.Lumped = append(span.Lumped, qot.Lumped{AtKm: at, LossDb: lumped.LossDb})
		e.LossDb += lumped.LossDb
	}
	slices.SortFunc(span.Lumped, func(a, b qot.Lumped) int { return cmp.Compare(a.AtKm, b.AtKm) })
	if s.LossDb != nil {
		e.LossDb = perWay(*s.LossDb, dir)
	}
	if s.Raman != nil {
		span.TemperatureK = cmp.Or(s.Raman.TemperatureK, defaultTemperatureK)
		for _, p := range s.Raman.Pumps {
			span.Pumps = append(span.Pumps, qot.Pump{THz: p.THz, Mw: p.Mw, Against: p.Direction == "against"})
		}
	}
	return Section{Element: e, Span: spanID(s, i)}, nil
}

// defaultTemperatureK is that of pumped fibre where the document gives none.
const defaultTemperatureK = 283

// amplifier resolves an amplifier site for one direction of light: a managed
// device, a type, or types side by side.
func (n *Network) amplifier(l *Link, i int, s intents.Span, dir records.Direction) (Section, error) {
	a := s.Amplifier
	sec := Section{Element: &qot.Element{Kind: qot.Amplifier, Name: fmt.Sprintf("link %s amplifier %s", l.Name, cmp.Or(s.Site, fmt.Sprint(i+1))), Link: l.Name}}
	ref := a.Az
	if dir == records.ZA {
		ref = a.Za
	}
	if ref != "" {
		return n.managed(sec, ref, a, dir)
	}
	bands := a.Bands
	if len(bands) == 0 {
		if a.Type == "" {
			return Section{}, fmt.Errorf("amplifier: want az and za, or a type")
		}
		bands = []intents.BandAmp{{Type: a.Type, GainDb: a.GainDb, TiltDb: a.TiltDb, InVoaDb: a.InVoaDb, OutVoaDb: a.OutVoaDb}}
	}
	for _, b := range bands {
		amp, err := n.amplified(b, dir)
		if err != nil {
			return Section{}, err
		}
		sec.Amplifiers = append(sec.Amplifiers, amp)
	}
	return sec, nil
}

// managed resolves an amplifier that is a device's.
func (n *Network) managed(sec Section, ref string, a *intents.AmpSpec, dir records.Direction) (Section, error) {
	device, key, ok := strings.Cut(ref, "/")
	if !ok {
		return Section{}, fmt.Errorf("amplifier %q: want device/amplifier", ref)
	}
	d, found := n.Devices[device]
	if !found {
		return Section{}, fmt.Errorf("no device %q", device)
	}
	sec.Device, sec.Key, sec.Name = device, key, "amplifier "+ref
	if p, ok := d.Ports[key]; ok {
		sec.Target = p.Power()
	}
	b := intents.BandAmp{Type: cmp.Or(a.Type, d.Profile.AmplifierType), GainDb: a.GainDb}
	amp, err := n.amplified(b, dir)
	if err != nil {
		return Section{}, err
	}
	if b.Type == "" {
		amp.Type.Band = d.Profile.Band
	}
	sec.Amplifiers = []qot.Amplified{amp}
	return sec, nil
}

// amplified resolves a type and its settings; no type is the default one. A
// gain that nobody gives is NaN until settle.
func (n *Network) amplified(b intents.BandAmp, dir records.Direction) (qot.Amplified, error) {
	out := qot.Amplified{Type: defaultAmplifier(), GainDb: math.NaN()}
	if b.Type != "" {
		t, ok := n.Catalogue.Amplifiers[b.Type]
		if !ok {
			return out, fmt.Errorf("no amplifier type %q", b.Type)
		}
		out.Type = t
	}
	if len(out.Type.TiltShape) == 0 && !out.Type.Band.Empty() {
		out.Type.TiltShape = n.Catalogue.TiltShapes[catalogue.DefaultTiltShape]
	}
	if m := out.Type.Noise; m.Kind == catalogue.NoiseDualStage {
		for _, name := range []string{m.Preamp, m.Booster} {
			t, ok := n.Catalogue.Amplifiers[name]
			if !ok {
				return out, fmt.Errorf("amplifier type %q is made of type %q, which does not exist", b.Type, name)
			}
			out.Stages = append(out.Stages, t)
		}
	}
	for _, v := range []struct {
		from *intents.PerWay
		to   *float64
	}{{b.GainDb, &out.GainDb}, {b.TiltDb, &out.TiltDb}, {b.InVoaDb, &out.InVoaDb}, {b.OutVoaDb, &out.OutVoaDb}} {
		if v.from != nil {
			*v.to = perWay(*v.from, dir)
		}
	}
	return out, nil
}

// settle gives amplifiers without a gain of their own what was lost before
// them.
func (s *Section) settle(lost float64) {
	for i := range s.Amplifiers {
		a := &s.Amplifiers[i]
		if math.IsNaN(a.GainDb) {
			a.GainDb = min(max(lost+a.InVoaDb, a.Type.Gain[0].Db()), a.Type.Gain[1].Db())
		}
	}
}

// bound takes what no amplifier of a place amplifies out of the spectrum.
func (l *Link) bound(amplifiers []qot.Amplified) {
	outside := spectrum.Outside(amplifiers[0].Type.Band)
	for _, a := range amplifiers {
		if a.Type.Band.Empty() {
			return
		}
		beyond := spectrum.Outside(a.Type.Band)
		for i := range outside {
			outside[i] &= beyond[i]
		}
	}
	l.Outside.Join(&outside)
}

func (n *Network) fibre(name string) (catalogue.Fibre, error) {
	if name == "" {
		name = DefaultFibre
	}
	if f, ok := n.Catalogue.Fibres[name]; ok {
		return f, nil
	}
	if f, ok := n.Catalogue.Fibres[strings.ToLower(name)]; ok {
		return f, nil
	}
	return catalogue.Fibre{}, fmt.Errorf("no fibre type %q", name)
}

func spanID(s intents.Span, i int) string {
	if s.ID != "" {
		return s.ID
	}
	return fmt.Sprintf("%d", i+1)
}

func perWay(w intents.PerWay, dir records.Direction) float64 {
	if dir == records.ZA {
		return w.Za
	}
	return w.Az
}
