package pathrequest

import (
	"fmt"
	"slices"
)

// Bounds of what a request may name.
const (
	maxIncludes = 60
	maxSlots    = 100
	maxIndex    = 1 << 20 // of N and M
	maxRequests = 1 << 14
)

const (
	hopLoose  = "LOOSE"
	hopStrict = "STRICT"
)

// prepared checks requests and takes out of their includes what does not count.
func (n *Network) prepared(requests []Request) ([]*Request, error) {
	if len(requests) > maxRequests {
		return nil, fault("requests", "split the list", "there are %d of them, more than %d", len(requests), maxRequests)
	}
	ids := map[string]bool{}
	var list []*Request
	for i, given := range requests {
		r := given
		at := fmt.Sprintf("request %q", r.ID)
		if r.ID == "" || ids[r.ID] {
			return nil, fault(fmt.Sprintf("request %d", i+1), "give every request an id of its own", "its id %q is empty or not its own", r.ID)
		}
		ids[r.ID] = true
		if err := n.check(at, &r); err != nil {
			return nil, err
		}
		var err error
		if r.Include, err = n.includes(at, &r); err != nil {
			return nil, err
		}
		if len(r.Slots) == 0 {
			r.Slots = []Slot{{}}
		}
		list = append(list, &r)
	}
	return list, nil
}

func (n *Network) check(at string, r *Request) error {
	for _, end := range []string{r.Source, r.Destination} {
		if _, known := n.terminals[end]; !known {
			return fault(at, "name a transceiver of the network", "%q is none", end)
		}
	}
	if r.Source == r.Destination {
		return fault(at, "name two different transceivers", "it begins and ends at %q", r.Source)
	}
	switch {
	case !finite(r.SpacingHz, r.BandwidthBps, r.CombLoHz, r.CombHiHz, r.PowerDbm):
		return fault(at, "correct it", "a figure is no number")
	case r.SpacingHz <= 0:
		return fault(at, "give a spacing above 0", "its spacing is %g Hz", r.SpacingHz)
	case r.BandwidthBps <= 0:
		return fault(at, "give a bandwidth above 0", "its bandwidth is %g bit/s", r.BandwidthBps)
	case r.CombHiHz <= r.CombLoHz || r.CombLoHz <= 0:
		return fault(at, "give comb_f_min_hz and comb_f_max_hz", "its comb from %g to %g Hz is none", r.CombLoHz, r.CombHiHz)
	case r.TxPowerDbm == nil || !finite(*r.TxPowerDbm):
		return fault(at, "give tx_power_dbm", "its transmit power is missing")
	case len(r.Slots) > maxSlots:
		return fault(at, "split the request", "it names %d slots, more than %d", len(r.Slots), maxSlots)
	}
	for _, s := range r.Slots {
		if s.N != nil && (*s.N < -maxIndex || *s.N > maxIndex) || s.M != nil && (*s.M < 1 || *s.M > maxIndex) {
			return fault(at, "give N on the grid of 6.25 GHz and M of 1 or more", "a slot it names is out of range")
		}
	}
	t, known := n.transceivers[r.Transceiver]
	if !known {
		return fault(at, "name one of the case's transceivers", "there is no transceiver type %q", r.Transceiver)
	}
	if r.Mode == nil {
		return nil
	}
	m, known := t.mode(*r.Mode)
	if !known {
		return fault(at, "name one of its modes, or none", "transceiver %q has no mode %q", r.Transceiver, *r.Mode)
	}
	if r.SpacingHz < m.MinSpacingHz {
		return fault(at, fmt.Sprintf("give %g GHz or more, or another mode", m.MinSpacingHz/1e9), "a spacing of %g GHz is too small for mode %q", r.SpacingHz/1e9, *r.Mode)
	}
	return nil
}

// includes leaves out the ends themselves, and of what may be passed over the
// elements that no route could pass.
func (n *Network) includes(at string, r *Request) ([]Include, error) {
	list := slices.Clone(r.Include)
	if k := len(list); k > 0 && list[0].UID == r.Source {
		list = list[1:]
	}
	if k := len(list); k > 0 && list[k-1].UID == r.Destination {
		list = list[:k-1]
	}
	if len(list) > maxIncludes {
		return nil, fault(at, "name fewer", "it includes %d elements, more than %d", len(list), maxIncludes)
	}
	var kept []Include
	for _, i := range list {
		if i.Hop != hopLoose && i.Hop != hopStrict {
			return nil, fault(at, `use "LOOSE" or "STRICT"`, "it includes %q with hop %q", i.UID, i.Hop)
		}
		if _, passable := n.places[i.UID]; passable {
			kept = append(kept, i)
		} else if i.Hop == hopStrict {
			return nil, fault(at, "name a wavelength switch, or an element between two", "it must include %q, which no route can pass", i.UID)
		}
	}
	return kept, nil
}

func (r *Request) strict() bool {
	return slices.ContainsFunc(r.Include, func(i Include) bool { return i.Hop == hopStrict })
}

// merge folds every request that has a mode into the next one that asks for the
// same but for bandwidth, slots and direction, and keeps the place of the later.
func merge(list []*Request, groups []Disjunction) ([]*Request, []Disjunction) {
	for at := 0; at < len(list); {
		r := list[at]
		to := slices.IndexFunc(list[at+1:], func(s *Request) bool { return alike(r, s) && alikeApart(r.ID, s.ID, groups) })
		if to < 0 {
			at++
			continue
		}
		s := list[at+1+to]
		old := s.ID
		s.BandwidthBps += r.BandwidthBps
		s.Slots = slices.Concat(s.Slots, r.Slots)
		s.ID += " | " + r.ID
		list = slices.Delete(list, at, at+1)
		// The groups of the one stand for those of the other.
		groups = slices.DeleteFunc(groups, func(g Disjunction) bool { return slices.Contains(g.Requests, old) })
		for i := range groups {
			for j, id := range groups[i].Requests {
				if id == r.ID {
					groups[i].Requests[j] = s.ID
				}
			}
		}
	}
	return list, groups
}

func alike(a, b *Request) bool {
	return a.Mode != nil && b.Mode != nil && *a.Mode == *b.Mode && a.Transceiver == b.Transceiver && a.Source == b.Source && a.Destination == b.Destination &&
		a.SpacingHz == b.SpacingHz && a.CombLoHz == b.CombLoHz && a.CombHiHz == b.CombHiHz && *a.TxPowerDbm == *b.TxPowerDbm && a.PowerDbm == b.PowerDbm &&
		slices.Equal(a.Include, b.Include)
}

// alikeApart tells whether two requests must stay apart from the same others.
func alikeApart(a, b string, groups []Disjunction) bool {
	return slices.Equal(others(a, groups), others(b, groups))
}

func others(id string, groups []Disjunction) []string {
	var all []string
	for _, g := range groups {
		if slices.Contains(g.Requests, id) {
			for _, other := range g.Requests {
				if other != id {
					all = append(all, other)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
