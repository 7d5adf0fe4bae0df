package plan

import (
	"slices"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/models"
)

// maxPlacings bounds the search for slots of a set, counted in slots tried.
const maxPlacings = 5000

// item is a wavelength on its way to becoming a decision.
type item struct {
	choice *choice
	ends   ends
	lp     lightPath
	taken  spectrum.Set
	slot   models.Slot
}

// items spreads a set over ports, wavelengths of high rate first. Where it
// cannot, the items so far are returned with the one that failed.
func (p *planner) items(choices []*choice, counts []int) ([]item, bool) {
	var list []item
	for i, n := range counts {
		for range n {
			list = append(list, item{choice: choices[i]})
		}
	}
	slices.SortStableFunc(list, func(a, b item) int {
		x, y := a.choice, b.choice
		if x.leg != y.leg {
			return x.leg - y.leg
		}
		if d := y.offer.mode.RateGbps - x.offer.mode.RateGbps; d != 0 {
			return d
		}
		return y.m - x.m
	})
	used := map[string]bool{}
	for i := range list {
		it := &list[i]
		c := it.choice
		it.ends = c.ends
		if c.way.direct == nil {
			a, b := p.nextFree(0, c.groups[0], used), p.nextFree(1, c.groups[1], used)
			if a == nil || b == nil {
				return list[:i+1], false
			}
			it.ends = patched(a, b)
		}
		for _, port := range it.ends.line {
			used[port.Key] = true
		}
		if it.ends == c.ends {
			it.lp, it.taken = c.found.lp, c.found.taken
			continue
		}
		it.lp, it.taken = p.lightPath(c.way, it.ends), p.taken(c.way, it.ends)
	}
	return list, true
}

// slots gives every item its slot: the lowest that is free, one after the
// other; where that does not work out, any that do. It returns how many of the
// items cannot be placed together, or 0.
func slots(list []item) int {
	for i := range list {
		it := &list[i]
		free := it.obstacles(list[:i])
		s, ok := free.FirstFit(it.ends.fitting(it.choice.offer.mode, it.choice.m))
		if ok {
			it.slot = s
			continue
		}
		for n := i + 1; n <= len(list); n++ {
			if !slotsInAnyOrder(list[:n]) {
				return n
			}
		}
		return 0
	}
	return 0
}

// obstacles is where an item has no room beside others.
func (it *item) obstacles(others []item) spectrum.Set {
	s := it.taken
	for i := range others {
		if others[i].slot != (models.Slot{}) && it.meets(&others[i]) {
			s.Add(others[i].slot)
		}
	}
	return s
}

// meets reports whether two items cannot have the same slot.
func (it *item) meets(o *item) bool {
	for _, a := range it.choice.way.legs() {
		for _, b := range o.choice.way.legs() {
			if a.Link == b.Link {
				return true
			}
		}
	}
	for _, a := range it.ends.add {
		for _, b := range o.ends.add {
			if a != nil && b != nil && a.Device == b.Device && a.Spec.Bank == b.Spec.Bank && !a.Device.Spec.Banks[a.Spec.Bank].Contentionless {
				return true
			}
		}
	}
	return false
}

// slotsInAnyOrder finds slots for all items or none. Any way of placing them can
// be pushed down until each rests on an obstacle, so that it is enough to try,
// from the lowest slot upwards, each of the items at the foot of each gap.
func slotsInAnyOrder(list []item) bool {
	left := maxPlacings
	for i := range list {
		list[i].slot = models.Slot{}
	}
	var place func(placed, from int) bool
	place = func(placed, from int) bool {
		if placed == len(list) {
			return true
		}
		for i := range list {
			it := &list[i]
			alike := func(o item) bool { return o.slot == (models.Slot{}) && o.choice == it.choice && o.taken == it.taken }
			if it.slot != (models.Slot{}) || slices.ContainsFunc(list[:i], alike) {
				continue
			}
			free := it.obstacles(list)
			free.AddRange(spectrum.First, from)
			fit := it.ends.fitting(it.choice.offer.mode, it.choice.m)
			for {
				s, ok := free.FirstFit(fit)
				if left--; !ok || left < 0 {
					break
				}
				it.slot = s
				lower, upper := s.Granules()
				if place(placed+1, lower) {
					return true
				}
				it.slot = models.Slot{}
				free.AddRange(spectrum.First, endOfGap(&free, upper))
			}
		}
		return false
	}
	return place(0, spectrum.First)
}

// endOfGap returns the first granule from one on that is in the set.
func endOfGap(s *spectrum.Set, from int) int {
	for g := from; g < spectrum.Last; g++ {
		if i := g - spectrum.First; s[i/64]>>(i%64)&1 == 1 {
			return g
		}
	}
	return spectrum.Last
}
