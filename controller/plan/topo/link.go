package topo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Defaults where a document and the catalogue are silent.
const (
	DefaultFibre   = "g.652.d"
	DefaultPatchDb = 0.5
	// kmPerMs is the speed of light.
	kmPerMs = 299.792458
)

// defaultAmplifier stands for a managed amplifier of which nothing is known:
// gain 8 to 25 dB, noise figure 6 dB, 21 dBm in all.
func defaultAmplifier() catalogue.Amplifier {
	return catalogue.Amplifier{Name: "amplifier", Gain: [2]models.Ratio{800, 2500}, NoiseFigure: 600, MaxOutput: 2100}
}

// Link is one optical section between two ports.
type Link struct {
	Name      string
	Ends      [2]*Port
	Spec      *intents.LinkSpec
	LengthKm  float64
	LatencyMs float64
	Risks     []string
	Spans     []string // ids of the fibres, a→z
	// Outside is the spectrum outside the bands of what is on the link and at
	// its ends; Unusable holds the reserved ranges besides.
	Outside  spectrum.Set
	Unusable spectrum.Set
	// Ways are the sections in the order of light, for a→z and z→a.
	Ways map[records.Direction][]Section
}

// Section is one element of a link as one direction of light meets it.
type Section struct {
	qot.Element
	Span string // id of a fibre
	// Device and Key name a managed amplifier: device, and amplifier on it.
	Device string
	Key    string
}

// Patch reports whether the link is a patch cord.
func (l *Link) Patch() bool { return len(l.Spec.Spans) == 0 }

// Between reports whether the link joins two wavelength switches.
func (l *Link) Between() bool { return l.Ends[0].Device.Roadm() && l.Ends[1].Device.Roadm() }

// Far returns the port at the other end.
func (l *Link) Far(p *Port) *Port {
	if l.Ends[0] == p {
		return l.Ends[1]
	}
	return l.Ends[0]
}

// From returns the direction of light that enters the link at the given port.
func (l *Link) From(p *Port) records.Direction {
	if l.Ends[0] == p {
		return records.AZ
	}
	return records.ZA
}

func (n *Network) addLink(name string, spec *intents.LinkSpec) error {
	l := &Link{Name: name, Spec: spec, Ways: map[records.Direction][]Section{}}
	for i, ref := range spec.Ends {
		p, err := n.port(ref)
		if err != nil {
			return fmt.Errorf("end %s: %w", ref, err)
		}
		if p.Link != nil {
			return fmt.Errorf("end %s: the port already has link %s", ref, p.Link.Name)
		}
		l.Ends[i] = p
		out := p.Device.outside()
		l.Outside.Join(&out)
	}
	if l.Ends[0] == l.Ends[1] {
		return fmt.Errorf("both ends are %s", spec.Ends[0])
	}
	for _, r := range spec.Reserved {
		lower, err1 := models.FrequencyFromGHz(r.FromGHz)
		upper, err2 := models.FrequencyFromGHz(r.ToGHz)
		if err1 != nil || err2 != nil || lower >= upper {
			return fmt.Errorf("reserved %g to %g GHz is no range", r.FromGHz, r.ToGHz)
		}
		taken := spectrum.Touching(models.Band{Lower: lower, Upper: upper})
		l.Unusable.Join(&taken)
	}
	if err := n.lay(l); err != nil {
		return err
	}
	l.Unusable.Join(&l.Outside)
	for i, p := range l.Ends {
		p.Link, p.End = l, i
	}
	n.Links[name] = l
	return nil
}

// lay resolves the spans of a link for both directions.
func (n *Network) lay(l *Link) error {
	if l.Patch() {
		loss := DefaultPatchDb
		if l.Spec.LossDb != nil {
			loss = *l.Spec.LossDb
		}
		for _, dir := range []records.Direction{records.AZ, records.ZA} {
			l.Ways[dir] = []Section{{Element: qot.Element{Kind: qot.Patch, Name: "patch " + l.Name, Link: l.Name, LossDb: loss}}}
		}
		return nil
	}
	for i, s := range l.Spec.Spans {
		if s.Amplifier != nil {
			continue
		}
		f, err := n.fibre(s.Fiber)
		if err != nil {
			return fmt.Errorf("span %d: %w", i+1, err)
		}
		l.LengthKm += s.Km
		l.LatencyMs += s.Km * f.IndexOfRefraction / kmPerMs
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
		l.Ways[dir] = way
	}
	return nil
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
		if s.Amplifier == nil {
			f, err := n.fibre(s.Fiber)
			if err != nil {
				return nil, fmt.Errorf("span %d: %w", i+1, err)
			}
			loss := f.SpanLossDb(s.Km)
			if s.LossDb != nil {
				loss = perWay(*s.LossDb, dir)
			}
			lost += loss
			out = append(out, Section{
				Element: qot.Element{Kind: qot.Fibre, Name: fmt.Sprintf("link %s span %s", l.Name, spanID(s, i)), Link: l.Name, LossDb: loss, Km: s.Km, Fibre: f},
				Span:    spanID(s, i),
			})
			continue
		}
		amp, err := n.amplifier(l, i, s, dir)
		if err != nil {
			return nil, fmt.Errorf("span %d: %w", i+1, err)
		}
		if s.Amplifier.GainDb != nil {
			amp.GainDb = perWay(*s.Amplifier.GainDb, dir)
		} else {
			amp.GainDb = min(max(lost, amp.Amplifier.Gain[0].Db()), amp.Amplifier.Gain[1].Db())
		}
		if !amp.Amplifier.Band.Empty() {
			outside := spectrum.Outside(amp.Amplifier.Band)
			l.Outside.Join(&outside)
		}
		lost = 0
		out = append(out, amp)
	}
	return out, nil
}

// amplifier resolves an amplifier site for one direction of light: a managed
// device, or a type of the catalogue.
func (n *Network) amplifier(l *Link, i int, s intents.Span, dir records.Direction) (Section, error) {
	at := s.Site
	if at == "" {
		at = fmt.Sprintf("%d", i+1)
	}
	sec := Section{Element: qot.Element{Kind: qot.Amplifier, Name: fmt.Sprintf("link %s amplifier %s", l.Name, at), Link: l.Name, Amplifier: defaultAmplifier()}}
	ref := s.Amplifier.Az
	if dir == records.ZA {
		ref = s.Amplifier.Za
	}
	kind := s.Amplifier.Type
	if ref != "" {
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
			sec.TargetDbmPer50GHz = p.Spec.EgressDbmPer50GHz
		}
		if kind == "" {
			kind = d.Profile.AmplifierType
		}
		if !d.Profile.Band.Empty() {
			sec.Amplifier.Band = d.Profile.Band
		}
	} else if kind == "" {
		return Section{}, fmt.Errorf("amplifier: want az and za, or a type")
	}
	if kind != "" {
		a, ok := n.Catalogue.Amplifiers[kind]
		if !ok {
			return Section{}, fmt.Errorf("no amplifier type %q", kind)
		}
		sec.Amplifier = a
	}
	return sec, nil
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
