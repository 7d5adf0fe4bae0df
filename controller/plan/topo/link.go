package topo

import (
	"fmt"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// Defaults where a document and the catalogue are silent.
const (
	DefaultFibre   = "g.652.d"
	DefaultPatchDb = 0.5
	// kmPerMs is the speed of light.
	kmPerMs = 299.792458
)

// Link is one optical section between two ports.
type Link struct {
	Name      string
	Ends      [2]*Port
	Spec      *intents.LinkSpec
	LengthKm  float64
	LatencyMs float64
	Risks     []string
	Spans     []string // ids of the fibres, a→z; those of one way only too
	// Outside is the spectrum outside the bands of what is on the link and at
	// its ends; Unusable holds the reserved ranges besides. Links that have the
	// same share them.
	Outside  *spectrum.Set
	Unusable *spectrum.Set
	// Ways are the sections in the order of light. Stretches are the same for
	// those who estimate; nil for patch cords.
	Ways      PerWay[[]Section]
	Stretches PerWay[*qot.Stretch]
}

// PerWay holds something for each direction of light. A network has tens of
// thousands of patch cords, and a map for each would be most of its memory.
type PerWay[T any] [2]T

func place(d records.Direction) int {
	if d == records.ZA {
		return 1
	}
	return 0
}

// Of returns what is held for a direction.
func (p *PerWay[T]) Of(d records.Direction) T { return p[place(d)] }

func (p *PerWay[T]) set(d records.Direction, v T) { p[place(d)] = v }

// Section is one element of a link as one direction of light meets it.
type Section struct {
	*qot.Element
	Span string // id of a fibre
	// Device and Key name a managed amplifier: device, and amplifier on it.
	Device string
	Key    string
}

// Patch reports whether the link is a patch cord.
func (l *Link) Patch() bool { return len(l.Spec.Spans) == 0 }

// Between reports whether the link joins two devices that light passes.
func (l *Link) Between() bool { return l.Ends[0].Device.Joins() && l.Ends[1].Device.Joins() }

// Access reports whether the link is the patch cord of a terminal to where its light
// is added.
func (l *Link) Access() bool { return l.Patch() && l.Ends[0].AddDrop() != l.Ends[1].AddDrop() }

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
	l := &Link{Name: name, Spec: spec, Outside: &spectrum.Set{}, Unusable: &spectrum.Set{}}
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
		if band := p.Spec.PassbandTHz; band != nil {
			blocked := spectrum.Outside(models.Band{Lower: mhz(band[0]), Upper: mhz(band[1])})
			l.Outside.Join(&blocked)
		}
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
	l.Unusable.Join(l.Outside)
	l.Outside, l.Unusable = n.shared(l.Outside), n.shared(l.Unusable)
	for i, p := range l.Ends {
		p.Link, p.End = l, i
	}
	n.Links[name] = l
	return nil
}

// shared returns the one set of the network that is equal to s.
func (n *Network) shared(s *spectrum.Set) *spectrum.Set {
	if known, ok := n.sets[*s]; ok {
		return known
	}
	n.sets[*s] = s
	return s
}
