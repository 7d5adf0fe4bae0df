package plan

import (
	"slices"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// pairReport adds the routes between two sites, and what fits over all of them.
func (v *SpectrumView) pairReport(est Estimator, out *records.SpectrumReport) {
	out.Estimator, out.MoreRoutes, out.Routes, out.Capacity = est.Name(), v.more, []records.RouteSpectrum{}, []records.Placements{}
	for _, name := range v.query.Between {
		out.Ports = append(out.Ports, v.portsAt(name))
	}
	for _, p := range v.routes {
		r := records.RouteSpectrum{Links: p.links(), LengthKm: p.lengthKm, LatencyMs: p.latencyMs, Capacity: []records.Placements{}}
		var taken spectrum.Set
		for _, leg := range p.legs {
			taken.Join(leg.Link.Unusable)
			taken.Join(&v.links[leg.Link.Name].taken)
		}
		r.FreeGHz, r.LongestGHz = ghz(taken.Free()), longest(&taken)
		out.Routes = append(out.Routes, r)
	}
	for _, m := range v.modesBetween() {
		all := placementsOf(m)
		now, empty := v.used(true), v.used(false)
		for i, p := range v.routes {
			tracks, why := v.reaching(est, p, m)
			one := v.routeCapacity(p, m, tracks, why)
			out.Routes[i].Capacity = append(out.Routes[i].Capacity, one)
			all.WhenEmpty += fill(tracks, fitOf(m), empty, limitOf(p))
			if one.Placements > 0 {
				all.Placements += fill(tracks, fitOf(m), now, limitOf(p))
			} else if all.Reason == "" || rank(one.Reason) > rank(all.Reason) {
				all.Reason, all.Message = one.Reason, one.Message
			}
		}
		switch {
		case len(v.routes) == 0:
			none(&all, models.NoRoute, "there is no route")
		case all.Placements > 0:
			all.Reason, all.Message = "", ""
		}
		out.Capacity = append(out.Capacity, all)
	}
}

// portsAt counts the line ports of a site that lead somewhere.
func (v *SpectrumView) portsAt(site string) records.SitePorts {
	out := records.SitePorts{Site: site}
	for _, p := range v.net.sites[site].lines {
		if p.Link == nil {
			continue
		}
		out.All++
		if _, taken := v.ports[p.Key]; !taken && p.Usable() {
			out.Free++
		}
	}
	return out
}

// modesBetween lists the modes that parts at both sites have in common.
func (v *SpectrumView) modesBetween() []*catalogue.Mode {
	a, b := v.net.sites[v.query.Between[0]], v.net.sites[v.query.Between[1]]
	out := v.net.modesOf(a.halves(), b.halves(), true)
	for _, p := range v.routes {
		var more []*catalogue.Mode
		switch {
		case p.direct:
			more = v.net.modesOf([]half{halfOf(p.legs[0].Enter())}, []half{halfOf(p.legs[len(p.legs)-1].Exit())}, switched(p.legs))
		case !switched(p.legs):
			more = v.net.modesOf(a.halves(), b.halves(), false)
		}
		for _, m := range more {
			if !slices.ContainsFunc(out, func(x *catalogue.Mode) bool { return x.Name == m.Name }) {
				out = append(out, m)
			}
		}
	}
	slices.SortStableFunc(out, byRate)
	return out
}

// routeCapacity counts what fits on one route alone.
func (v *SpectrumView) routeCapacity(p passage, m *catalogue.Mode, tracks []track, why *records.Refusal) records.Placements {
	out, fit := placementsOf(m), fitOf(m)
	if len(tracks) == 0 {
		none(&out, why.Reason, why.Message)
	} else {
		out.Placements = fill(tracks, fit, v.used(true), limitOf(p))
		out.WhenEmpty = fill(tracks, fit, v.used(false), limitOf(p))
		used, parts := v.used(true), []spectrum.Set{}
		for _, name := range tracks[0].parts {
			s := used[name]
			s.Join(&tracks[0].fixed)
			parts = append(parts, s)
		}
		shortage(&out, fit, parts)
	}
	if limitOf(p) == 1 {
		for _, leg := range p.legs {
			v.onePort(&out, leg.Link)
		}
	}
	return out
}

// limitOf is how many wavelengths a route takes at most; −1 means as many as
// there is spectrum for.
func limitOf(p passage) int {
	if p.direct || len(joints(p.legs)) > 0 {
		return 1
	}
	return -1
}

// used is what is taken on links and in banks, or nothing at all.
func (v *SpectrumView) used(now bool) map[string]spectrum.Set {
	out := map[string]spectrum.Set{}
	if !now {
		return out
	}
	for name, s := range v.links {
		out[name] = s.taken
	}
	for name, s := range v.banks {
		out[name] = s
	}
	return out
}

// fill takes slots on the tracks, one track after the other, until none fits
// any more or there are most, and returns how many it took. On a route alone
// that is as many as there can be; where routes or tracks share links or banks
// another order might hold a few more.
func fill(tracks []track, fit spectrum.Fit, used map[string]spectrum.Set, most int) int {
	count := 0
	for _, t := range tracks {
		for count != most {
			taken := t.fixed
			for _, name := range t.parts {
				s := used[name]
				taken.Join(&s)
			}
			slot, ok := taken.FirstFit(fit)
			if !ok {
				break
			}
			for _, name := range t.parts {
				s := used[name]
				s.Add(slot)
				used[name] = s
			}
			count++
		}
	}
	return count
}
