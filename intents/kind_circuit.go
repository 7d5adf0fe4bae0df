package intents

import (
	"fmt"
	"slices"
)

// DefaultMinMarginDb is the margin a wavelength keeps when nobody says.
const DefaultMinMarginDb = 2.0

func circuitKind() Kind {
	return kindOf(KindCircuit, "circuits", []string{"ckt"}, true, checkCircuit, func(s *CircuitSpec) {
		if s.Protection == nil {
			s.Protection = &Protection{Type: "none"}
		}
		if s.MinMarginDb == nil {
			margin := DefaultMinMarginDb
			s.MinMarginDb = &margin
		}
		if s.OnVerifyFailure == "" {
			s.OnVerifyFailure = "hold"
		}
	})
}

func checkCircuit(c *checker, s *CircuitSpec) {
	c.checkName(s.From, "spec", "from")
	c.checkName(s.To, "spec", "to")
	if s.From == s.To && s.From != "" {
		c.fault("from and to are both "+quoted(s.From), "a circuit joins two sites", "spec", "to")
	}
	if s.CapacityGbps <= 0 || s.CapacityGbps > 10_000_000 {
		c.fault(fmt.Sprintf("%d Gbit/s is out of range", s.CapacityGbps), "write a whole number from 1 to 10000000", "spec", "capacityGbps")
	}
	if s.MaxLatencyMs != nil && *s.MaxLatencyMs <= 0 {
		c.fault(number(*s.MaxLatencyMs)+" ms is no latency", "write a value above 0, one way", "spec", "maxLatencyMs")
	}
	c.between(s.MaxLatencyMs, -1e300, 10_000, "ms", "spec", "maxLatencyMs")
	checkProtection(c, s.Protection)
	if s.Handoff != nil {
		checkHandoff(c, s)
	}
	c.checkNames(s.Modes, "spec", "modes")
	c.checkNames(s.Via, "spec", "via")
	c.checkNames(s.Avoid, "spec", "avoid")
	for i, name := range s.Via {
		if slices.Contains(s.Avoid, name) {
			c.fault(quoted(name)+" is also to be avoided", "leave one out", "spec", "via", i)
		}
	}
	c.atLeast(s.MinMarginDb, 0, "dB", "spec", "minMarginDb")
	c.between(s.MinMarginDb, -1e300, 30, "dB", "spec", "minMarginDb")
	if s.MaxWavelengths < 0 {
		c.fault(fmt.Sprintf("%d wavelengths", s.MaxWavelengths), "write a number above 0, or leave it out", "spec", "maxWavelengths")
	}
	c.oneOf(s.OnVerifyFailure, []string{"hold", "undo"}, "spec", "onVerifyFailure")
	c.unsupported(s.Hold, "hold", "spec", "hold")
}

func checkProtection(c *checker, p *Protection) {
	if p == nil {
		return
	}
	switch {
	case p.Type == "none" || !c.read("spec", "protection", "type"):
		c.unsupported(p.At != "", "protection.at", "spec", "protection", "at")
		c.unsupported(p.Disjoint != "", "protection.disjoint", "spec", "protection", "disjoint")
	case p.Type == "restore" || p.Type == "1+1":
		c.fault("not supported yet: protection "+p.Type, "write type: none", "spec", "protection", "type")
	default:
		c.fault("unknown value "+quoted(p.Type), "write none", "spec", "protection", "type")
	}
}

func checkHandoff(c *checker, s *CircuitSpec) {
	h := s.Handoff
	if h.RateGbps < 0 || h.RateGbps > 10_000 {
		c.fault(fmt.Sprintf("%d Gbit/s is out of range", h.RateGbps), "write a client rate, as 400 or 100", "spec", "handoff", "rateGbps")
	} else if h.RateGbps > 0 && s.CapacityGbps > 0 && s.CapacityGbps%h.RateGbps != 0 {
		c.fault(fmt.Sprintf("%d Gbit/s is not a whole number of clients of %d Gbit/s", s.CapacityGbps, h.RateGbps), "", "spec", "handoff", "rateGbps")
	}
	seen := map[string]bool{}
	ends := []struct {
		field string
		refs  []string
	}{{"from", h.From}, {"to", h.To}}
	for _, end := range ends {
		if !c.checkLength(len(end.refs), "spec", "handoff", end.field) {
			continue
		}
		for i, ref := range end.refs {
			c.checkPort(ref, "spec", "handoff", end.field, i)
			if seen[ref] && ref != "" {
				c.fault("port "+quoted(ref)+" stands twice", "leave one out", "spec", "handoff", end.field, i)
			}
			seen[ref] = true
		}
	}
	if len(h.From) > 0 && len(h.To) > 0 && len(h.From) != len(h.To) {
		c.fault(fmt.Sprintf("%d ports on one side, %d on the other", len(h.From), len(h.To)), "give as many on both", "spec", "handoff")
	}
}
