package traffic

import (
	"errors"
	"fmt"
	"math"
)

// check returns one error per mistake in the scenario.
func (s *Scenario) check() error {
	if err := s.Network.check(); err != nil {
		return err // what follows would only repeat it
	}
	var faults []error
	if len(s.Pairs) == 0 {
		faults = append(faults, errors.New("there are no pairs"))
	}
	if len(s.Classes) == 0 {
		faults = append(faults, errors.New("there are no classes of requests"))
	}
	if n := len(s.Classes); n > MaxClasses {
		faults = append(faults, fmt.Errorf("%d classes of requests: want at most %d", n, MaxClasses))
	}
	known := map[string]bool{}
	for _, name := range s.Network.Nodes {
		known[name] = true
	}
	seen, hops := map[[2]string]bool{}, 0
	for i := range s.Pairs {
		p := &s.Pairs[i]
		for _, route := range p.Routes {
			hops += max(len(route), 1)
		}
		for _, err := range s.Network.checkPair(p, known) {
			faults = append(faults, fmt.Errorf("pair %d from %q to %q: %w", i, p.From, p.To, err))
		}
		if ends := [2]string{p.From, p.To}; seen[ends] {
			faults = append(faults, fmt.Errorf("pair %d from %q to %q is there twice", i, p.From, p.To))
		} else {
			seen[ends] = true
		}
	}
	if hops > MaxHops {
		faults = append(faults, fmt.Errorf("the routes have %d links in all: want at most %d", hops, MaxHops))
	}
	for i := range s.Classes {
		for _, err := range s.Classes[i].check(s.Network.Slots) {
			faults = append(faults, fmt.Errorf("class %d of %v Gb/s: %w", i, s.Classes[i].Gbps, err))
		}
	}
	return errors.Join(faults...)
}

func (n *Network) checkPair(p *Pair, known map[string]bool) []error {
	faults := checkWeight(p.Weight)
	if p.From == p.To {
		faults = append(faults, errors.New("it ends where it begins"))
	}
	for _, end := range []string{p.From, p.To} {
		if !known[end] {
			faults = append(faults, fmt.Errorf("there is no node %q", end))
		}
	}
	for i, route := range p.Routes {
		if err := n.checkRoute(p, route); err != nil {
			faults = append(faults, fmt.Errorf("route %d: %w", i, err))
		}
	}
	return faults
}

func (n *Network) checkRoute(p *Pair, route []int) error {
	at, passed := p.From, map[string]bool{p.From: true}
	for _, k := range route {
		if k < 0 || k >= len(n.Links) {
			return fmt.Errorf("there is no link %d, only 0 to %d", k, len(n.Links)-1)
		}
		l := n.Links[k]
		if l.From != at {
			return fmt.Errorf("link %d begins at %q, the route is at %q", k, l.From, at)
		}
		if at = l.To; passed[at] {
			return fmt.Errorf("it passes %q twice", at)
		}
		passed[at] = true
	}
	if at != p.To {
		return fmt.Errorf("it ends at %q", at)
	}
	return nil
}

func (c *Class) check(slots int) []error {
	faults := checkWeight(c.Weight)
	if !(c.Gbps >= 0) || math.IsInf(c.Gbps, 0) {
		faults = append(faults, fmt.Errorf("bit rate %v Gb/s: want zero or more, and finite", c.Gbps))
	}
	if len(c.Options) == 0 {
		faults = append(faults, errors.New("it has no options"))
	}
	for i, o := range c.Options {
		where := fmt.Sprintf("option %d (%s)", i, o.Modulation)
		if o.Slots < 1 || o.Slots > MaxSlots {
			faults = append(faults, fmt.Errorf("%s: %d slots: want 1 to %d (a link has %d)", where, o.Slots, MaxSlots, slots))
		}
		if !(o.ReachKm >= 0) {
			faults = append(faults, fmt.Errorf("%s: reach %v km: want zero or more", where, o.ReachKm))
		}
	}
	return faults
}

func checkWeight(w float64) []error {
	if !(w >= 0) || w > MaxWeight {
		return []error{fmt.Errorf("weight %v: want 0 to %g", w, float64(MaxWeight))}
	}
	return nil
}
