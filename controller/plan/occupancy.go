package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// SpectrumQuery asks how full something is: a link, the routes between two
// sites, or with both those of the routes that pass the link.
type SpectrumQuery struct {
	Link    string
	Between []string // two sites, or empty
}

// SpectrumView is what the ledger held of the spectrum when it was taken. It
// does not change with the ledger; reports can be made of it at leisure.
type SpectrumView struct {
	net   *Network
	query SpectrumQuery
	links map[string]*linkState
	banks map[string]spectrum.Set // taken in banks at the ends of routes
	ports map[string]string       // taken ones at the ends, with who has them
	// routes are those between the sites; none without them.
	routes []passage
	more   bool
}

// linkState is what is taken on one link.
type linkState struct {
	link  *topo.Link
	slots []records.OccupiedSlot
	taken spectrum.Set // in either direction
}

// ViewSpectrum takes down what the ledger holds of the spectrum that is asked
// about. The error names a link or site that there is not, or says what the
// query lacks.
func ViewSpectrum(n *Network, l *Ledger, q SpectrumQuery) (*SpectrumView, error) {
	v := &SpectrumView{net: n, query: q, links: map[string]*linkState{}, banks: map[string]spectrum.Set{}, ports: map[string]string{}}
	if q.Link == "" && len(q.Between) == 0 {
		return nil, fmt.Errorf("neither a link nor two sites are asked about")
	}
	if q.Link != "" {
		link := n.topo.Links[q.Link]
		if link == nil {
			return nil, unknown("link", q.Link, n.topo.Links)
		}
		v.take(l, link)
	}
	if len(q.Between) == 0 {
		return v, nil
	}
	if len(q.Between) != 2 || q.Between[0] == q.Between[1] {
		return nil, fmt.Errorf("between %s: want two different sites", strings.Join(q.Between, ", "))
	}
	for _, name := range q.Between {
		s := n.sites[name]
		if s == nil {
			return nil, unknown("site", name, n.sites)
		}
		for _, p := range s.lines {
			v.takePort(l, p)
		}
	}
	v.routes, v.more = n.passages(q)
	for _, r := range v.routes {
		for _, leg := range r.legs {
			v.take(l, leg.Link)
		}
		for _, t := range r.tracks {
			for _, name := range t.parts {
				if u := l.banks[name]; u != nil {
					v.banks[name] = u.taken
				}
			}
		}
	}
	return v, nil
}

func unknown[V any](what, name string, known map[string]V) error {
	near := catalogue.Nearest(name, slices.Collect(maps.Keys(known)))
	if near == "" {
		return fmt.Errorf("there is no %s %q", what, name)
	}
	return fmt.Errorf("there is no %s %q; did you mean %s?", what, name, near)
}

func (v *SpectrumView) take(l *Ledger, link *topo.Link) {
	if v.links[link.Name] != nil {
		return
	}
	s := &linkState{link: link}
	v.links[link.Name] = s
	for _, p := range link.Ends {
		v.takePort(l, p)
	}
	u := l.links[link.Name]
	if u == nil {
		return
	}
	s.taken = u.az
	s.taken.Join(&u.za)
	back := map[records.SlotUse]bool{}
	for _, slot := range u.record.Za {
		back[slot] = true
	}
	for _, slot := range u.record.Az {
		direction := string(records.AZ)
		if back[slot] {
			direction = "both"
			delete(back, slot)
		}
		s.slots = append(s.slots, l.occupied(slot, direction))
	}
	for slot := range back {
		s.slots = append(s.slots, l.occupied(slot, string(records.ZA)))
	}
	slices.SortFunc(s.slots, func(a, b records.OccupiedSlot) int {
		return cmp.Or(cmp.Compare(a.CentreGHz, b.CentreGHz), strings.Compare(a.Direction, b.Direction), strings.Compare(a.Owner, b.Owner))
	})
}

func (v *SpectrumView) takePort(l *Ledger, p *topo.Port) {
	if owner, taken := l.ports[p.Key]; taken {
		v.ports[p.Key] = l.nameOf(owner)
	}
}

func (l *Ledger) occupied(s records.SlotUse, direction string) records.OccupiedSlot {
	out := records.OccupiedSlot{Owner: s.Owner, CentreGHz: s.Slot.Centre().GHz(), WidthGHz: s.Slot.Width().GHz(), Direction: direction}
	if d := l.lights.decisions[s.Owner]; d != nil {
		out.Name, out.Mode, out.CapacityGbps = d.Name, d.Mode, d.CapacityGbps
		out.Intent = d.Intent.Kind + "/" + d.Intent.Namespace + "/" + d.Intent.Name
	}
	return out
}

// nameOf is what people call an owner.
func (l *Ledger) nameOf(owner string) string {
	if d := l.lights.decisions[owner]; d != nil {
		return d.Name
	}
	return owner
}

// Report says what the view shows. The estimator says which modes reach over
// the routes between two sites; a link alone needs none.
func (v *SpectrumView) Report(est Estimator) records.SpectrumReport {
	out := records.SpectrumReport{Link: v.query.Link, Between: v.query.Between, Links: []records.LinkSpectrum{}}
	for _, name := range slices.Sorted(maps.Keys(v.links)) {
		if len(v.query.Between) == 0 || slices.ContainsFunc(v.routes, func(p passage) bool { return p.over(name) }) {
			out.Links = append(out.Links, v.links[name].report(v.net))
		}
	}
	if len(v.query.Between) == 0 {
		out.Capacity = v.linkCapacity(v.links[v.query.Link])
	} else {
		v.pairReport(est, &out)
	}
	return out
}

func (s *linkState) report(n *Network) records.LinkSpectrum {
	l := s.link
	out := records.LinkSpectrum{
		Name: l.Name, Ends: [2]string{l.Ends[0].Key, l.Ends[1].Key}, LengthKm: l.LengthKm, LatencyMs: l.LatencyMs,
		Bands: []records.SpectrumRange{}, Reserved: []records.SpectrumRange{}, Occupied: append([]records.OccupiedSlot{}, s.slots...),
	}
	outside := n.outside(l)
	for lo, hi := range outside.FreeRuns() {
		r := rangeOf(lo, hi)
		r.Band = bandName(r)
		out.Bands = append(out.Bands, r)
	}
	var others spectrum.Set // all that is not reserved, or is outside
	for i := range others {
		others[i] = outside[i] | ^l.Unusable[i]
	}
	for lo, hi := range others.FreeRuns() {
		out.Reserved = append(out.Reserved, rangeOf(lo, hi))
	}
	outside.Join(l.Unusable)
	out.UsableGHz = ghz(outside.Free())
	outside.Join(&s.taken)
	out.FreeGHz, out.LongestGHz = ghz(outside.Free()), longest(&outside)
	return out
}

// outside is the spectrum that does not count for a link: beyond the bands of
// what is on it, or where nothing on it sets one, beyond what can be tuned.
func (n *Network) outside(l *topo.Link) spectrum.Set {
	if *l.Outside != (spectrum.Set{}) {
		return *l.Outside
	}
	var reach models.Band
	for _, m := range n.modesOn(l) {
		if b, ok := fitOf(m).Reach(); ok && reach.Empty() {
			reach = b
		} else if ok {
			reach = models.Band{Lower: min(reach.Lower, b.Lower), Upper: max(reach.Upper, b.Upper)}
		}
	}
	if reach.Empty() {
		return spectrum.Set{}
	}
	return spectrum.Outside(reach)
}

func longest(s *spectrum.Set) float64 {
	lo, hi, _ := s.LongestRun()
	return ghz(hi - lo)
}

func ghz(n int) float64 { return granules(n).GHz() }

func rangeOf(lo, hi int) records.SpectrumRange {
	at := func(g int) float64 { return (models.GridAnchor + models.Frequency(g)*models.GridStep).GHz() }
	return records.SpectrumRange{LowerGHz: at(lo), UpperGHz: at(hi)}
}

// The edges of the C band by ITU-T G Supplement 39: 1530 and 1565 nm; a band
// that reaches well beyond the lower one holds L band too.
const (
	cLowerGHz, cUpperGHz = 191_560, 195_943
	lInsideGHz           = 190_500
	cInsideGHz           = 192_500
)

func bandName(r records.SpectrumRange) string {
	centre := (r.LowerGHz + r.UpperGHz) / 2
	switch {
	case r.LowerGHz < lInsideGHz && r.UpperGHz > cInsideGHz:
		return "C+L"
	case r.UpperGHz > cUpperGHz+1000 && centre > cUpperGHz:
		return "S"
	case centre < cLowerGHz:
		return "L"
	}
	return "C"
}

// fitOf says which slots a mode may take.
func fitOf(m *catalogue.Mode) spectrum.Fit {
	return spectrum.Fit{M: int((m.SlotWidth + models.SlotWidthStep - 1) / models.SlotWidthStep), Step: spectrum.CentreStep(m.CentreStep), Tune: m.Tune}
}

// Copy returns a ledger of its own with the same records and decisions.
func (l *Ledger) Copy() *Ledger { return l.copy() }
