package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// How much of a network a question about two sites looks at.
const (
	maxPassages = 32 // routes
	maxTracks   = 8  // choices of kinds of ports at the ends of one route
)

// passage is a route between two sites, whatever may run over it.
type passage struct {
	legs      []route.Leg
	direct    bool // from line port to line port
	latencyMs float64
	lengthKm  float64
	tracks    []track
}

// track is a passage with kinds of ports chosen at its ends.
type track struct {
	ends  [2]*topo.Port
	fixed spectrum.Set // what nobody can have: on the links, and on the patch cords
	parts []string     // links, and banks that take each slot once: what is used up
}

func (p passage) over(link string) bool {
	return slices.ContainsFunc(p.legs, func(l route.Leg) bool { return l.Link.Name == link })
}

func (p passage) links() []string {
	var out []string
	for _, l := range p.legs {
		out = append(out, l.Link.Name)
	}
	return out
}

// passages lists the quickest routes between the two sites, over the link where
// one is given, and whether there are more.
func (n *Network) passages(q SpectrumQuery) (all []passage, more bool) {
	from, to := n.sites[q.Between[0]], n.sites[q.Between[1]]
	keep := func(p passage) bool { return q.Link == "" || p.over(q.Link) }
	for _, c := range n.direct[[2]string{q.Between[0], q.Between[1]}] {
		if p := (passage{legs: c.legs, direct: true, latencyMs: c.latencyMs, lengthKm: c.lengthKm}); keep(p) {
			all = append(all, p)
		}
	}
	for _, a := range from.roadms {
		for _, b := range to.roadms {
			if a == b {
				continue
			}
			found := 0
			for line := range n.finder.Between(a, b, route.Without{}, q.Link != "") {
				p := passage{legs: line.Legs, latencyMs: line.LatencyMs, lengthKm: line.LengthKm}
				if !keep(p) {
					continue
				}
				if found++; found > maxPassages {
					more = true
					break
				}
				all = append(all, p)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b passage) int {
		return cmp.Or(cmp.Compare(a.latencyMs, b.latencyMs), cmp.Compare(len(a.legs), len(b.legs)), strings.Compare(strings.Join(a.links(), " "), strings.Join(b.links(), " ")))
	})
	if len(all) > maxPassages {
		all, more = all[:maxPassages], true
	}
	for i := range all {
		n.choose(&all[i], q)
	}
	return all, more
}

// choose lists the pairs of line ports, one of each kind, between which light
// can go over the passage.
func (n *Network) choose(p *passage, q SpectrumQuery) {
	first, last := p.legs[0].Enter(), p.legs[len(p.legs)-1].Exit()
	from, to := []*topo.Port{first}, []*topo.Port{last}
	if !p.direct {
		from, to = n.sites[q.Between[0]].behind(first), n.sites[q.Between[1]].behind(last)
	}
	for _, a := range from {
		for _, b := range to {
			if len(p.tracks) == maxTracks {
				return
			}
			t := track{ends: [2]*topo.Port{a, b}, parts: p.links()}
			for _, leg := range p.legs {
				t.fixed.Join(leg.Link.Unusable)
			}
			for _, end := range t.ends {
				t.fixed.Join(end.Link.Unusable)
				if add := end.Link.Far(end); !p.direct && !add.Device.Spec.Banks[add.Spec.Bank].Contentionless {
					t.parts = append(t.parts, bankKey(add))
				}
			}
			p.tracks = append(p.tracks, t)
		}
	}
}

// bankKey names the bank of an add/drop port as the ledger does.
func bankKey(add *topo.Port) string { return add.Device.Name + "/" + add.Spec.Bank }

// behind lists a line port of every kind from which a degree can be reached, a
// usable one where there is one.
func (s *site) behind(degree *topo.Port) []*topo.Port {
	var out []*topo.Port
	for _, g := range s.groups {
		if g.roadm != degree.Device || !slices.Contains(g.roadm.Spec.Banks[g.bank].Degrees, degree.Name) {
			continue
		}
		port := g.ports[0]
		if i := slices.IndexFunc(g.ports, (*topo.Port).Usable); i >= 0 {
			port = g.ports[i]
		}
		out = append(out, port)
	}
	return out
}

// reaching plans a wavelength of the mode over each track of a passage on an
// empty ledger, and returns the tracks over which its light arrives, or why it
// arrives over none.
func (v *SpectrumView) reaching(est Estimator, p passage, m *catalogue.Mode) ([]track, *records.Refusal) {
	var out []track
	var worst *records.Refusal
	for _, t := range p.tracks {
		if !slices.ContainsFunc(v.net.offers(pair(t.ends[0], t.ends[1])), func(o offer) bool { return o.mode.Name == m.Name && (o.mode.Roadm || !switched(p.legs)) }) {
			continue
		}
		got := Compute(v.net, NewLedger(), est, []Request{{
			Intent:     records.IntentRef{Kind: intents.KindWavelength, Name: "probe", UID: "probe"},
			Wavelength: &intents.WavelengthSpec{From: t.ends[0].Key, To: t.ends[1].Key, Route: p.links(), Mode: m.Name},
		}})[0]
		if got.Refusal == nil {
			out = append(out, t)
		} else if worst == nil || rank(got.Refusal.Reason) > rank(worst.Reason) {
			worst = got.Refusal
		}
	}
	if worst == nil {
		worst = &records.Refusal{Reason: models.ModeMismatch, Message: "no two parts at the ends have the mode in common"}
	}
	return out, worst
}
