package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// modesOn lists the modes that could run over a link: those that its two line
// ports have in common, or over a line between switches, those of any two parts
// of the network that light behind switches.
func (n *Network) modesOn(l *topo.Link) []*catalogue.Mode {
	a, b := l.Ends[0], l.Ends[1]
	if a.Line() && b.Line() {
		return n.modesOf([]half{halfOf(a)}, []half{halfOf(b)}, false)
	}
	var all []half
	for _, s := range n.sites {
		all = append(all, s.halves()...)
	}
	all = distinct(all)
	roadm := a.Device.Roadm() || b.Device.Roadm()
	for _, p := range l.Ends {
		if p.Line() { // a patch cord
			return n.modesOf([]half{halfOf(p)}, all, roadm)
		}
	}
	return n.modesOf(all, all, roadm)
}

func halfOf(p *topo.Port) half { return half{p.Device.Profile.Name, p.Spec.Pluggable} }

// halves lists the parts at a site that stand behind switches.
func (s *site) halves() []half {
	var out []half
	for _, g := range s.groups {
		out = append(out, halfOf(g.ports[0]))
	}
	return distinct(out)
}

func distinct(list []half) []half {
	slices.SortFunc(list, func(a, b half) int {
		return cmp.Or(strings.Compare(a.profile, b.profile), strings.Compare(a.pluggable, b.pluggable))
	})
	return slices.Compact(list)
}

// modesOf lists the modes that parts of two lists have in common, the highest
// rate first, then the narrowest.
func (n *Network) modesOf(from, to []half, switched bool) []*catalogue.Mode {
	byName := map[string]*catalogue.Mode{}
	for _, a := range from {
		for _, b := range to {
			for _, o := range n.offers(pairing{a, b}) {
				if o.mode.Roadm || !switched {
					byName[o.mode.Name] = o.mode
				}
			}
		}
	}
	out := make([]*catalogue.Mode, 0, len(byName))
	for _, m := range byName {
		out = append(out, m)
	}
	slices.SortFunc(out, byRate)
	return out
}

func byRate(a, b *catalogue.Mode) int {
	return cmp.Or(cmp.Compare(b.RateGbps, a.RateGbps), cmp.Compare(a.SlotWidth, b.SlotWidth), strings.Compare(a.Name, b.Name))
}

// linkCapacity counts what still fits on a link.
func (v *SpectrumView) linkCapacity(s *linkState) []records.Placements {
	out := []records.Placements{}
	now, empty := *s.link.Unusable, *s.link.Unusable
	now.Join(&s.taken)
	for _, m := range v.net.modesOn(s.link) {
		p := placementsOf(m)
		fit := fitOf(m)
		p.Placements, p.WhenEmpty = now.Placements(fit), empty.Placements(fit)
		shortage(&p, fit, []spectrum.Set{now})
		v.onePort(&p, s.link)
		out = append(out, p)
	}
	return out
}

func placementsOf(m *catalogue.Mode) records.Placements {
	return records.Placements{Mode: m.Name, RateGbps: m.RateGbps, SlotGHz: ghz(2 * fitOf(m).M)}
}

// shortage says why nothing fits on parts that are passed one after the other.
func shortage(p *records.Placements, fit spectrum.Fit, parts []spectrum.Set) {
	var taken spectrum.Set
	for i := range parts {
		taken.Join(&parts[i])
	}
	room, width := taken.Room(fit), granules(2*fit.M)
	fits := func(s spectrum.Set) bool { _, ok := s.FirstFit(fit); return ok }
	switch {
	case p.Placements > 0:
	case p.WhenEmpty == 0:
		none(p, models.NoSpectrum, fmt.Sprintf("the bands hold no slot of %v where the mode can be tuned, even empty", width))
	case room.Shortage == spectrum.Fragmented:
		none(p, models.SpectrumFragmented, fmt.Sprintf("wrong shape: %v free in %d pieces, the longest of %v; %v needed in one piece",
			granules(room.Free), room.Runs, granules(room.Longest), width))
	case room.Shortage == spectrum.OffRaster:
		none(p, models.SpectrumFragmented, fmt.Sprintf("wrong shape: a piece of %v is free, but the mode's raster of centres misses the middle of it", granules(room.Longest)))
	case len(parts) > 1 && !slices.ContainsFunc(parts, func(s spectrum.Set) bool { return !fits(s) }):
		none(p, models.SpectrumFragmented, fmt.Sprintf("wrong shape: every part of the route has room for %v, but not in the same slots", width))
	default:
		none(p, models.NoSpectrum, fmt.Sprintf("too little: %v free where the mode can be tuned, %v needed", granules(room.Free), width))
	}
}

func none(p *records.Placements, r models.Reason, message string) {
	p.Placements, p.Reason, p.Message = 0, r, message
}

func granules(n int) models.Frequency { return models.Frequency(n) * models.GridStep }

// onePort corrects a count where a line port, or a port of a circuit switch, is at
// an end of the link: such a link carries one wavelength, whatever room there is.
func (v *SpectrumView) onePort(p *records.Placements, l *topo.Link) {
	for _, end := range l.Ends {
		if !end.Line() && !end.Device.Switch() {
			continue
		}
		p.WhenEmpty, p.Placements = min(p.WhenEmpty, 1), min(p.Placements, 1)
		if owner, taken := v.ports[end.Key]; taken {
			none(p, models.NoPort, fmt.Sprintf("port %s carries one wavelength, and %s has it", end.Key, owner))
		} else if !end.Usable() {
			none(p, models.NoPort, fmt.Sprintf("port %s is %s", end.Key, end.Spec.State))
		}
	}
}
