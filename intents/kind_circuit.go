package intents

import (
	"cmp"
	"fmt"
	"slices"
)

// DefaultMinMarginDb is the margin a wavelength keeps when nobody says.
const DefaultMinMarginDb = 2.0

// Types of protection, and what routes can be kept from sharing: each of the
// three takes in the ones before it.
const (
	ProtectionNone = "none"
	ProtectionPlus = "1+1"

	DisjointLink = "link"
	DisjointRisk = "sharedRisk"
	DisjointSite = "site"
)

func circuitKind() Kind {
	return kindOf(KindCircuit, "circuits", []string{"ckt"}, true, checkCircuit, func(s *CircuitSpec) {
		if s.Protection == nil {
			s.Protection = &Protection{Type: ProtectionNone}
		}
		if p := s.Protection; p.Type == ProtectionPlus {
			p.At, p.Disjoint = cmp.Or(p.At, "client"), cmp.Or(p.Disjoint, DisjointRisk)
		}
		if d := s.Diversity; d != nil {
			d.By = cmp.Or(d.By, DisjointRisk)
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
	c.atLeast(s.MaxSkewMs, 0, "ms", "spec", "maxSkewMs")
	c.between(s.MaxSkewMs, -1e300, 10_000, "ms", "spec", "maxSkewMs")
	checkProtection(c, s)
	checkDiversity(c, s)
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

func checkProtection(c *checker, s *CircuitSpec) {
	p := s.Protection
	if p == nil {
		return
	}
	switch {
	case p.Type == ProtectionNone || !c.read("spec", "protection", "type"):
		c.idle(p.At != "", "protection.at", "spec", "protection", "at")
		c.idle(p.Disjoint != "", "protection.disjoint", "spec", "protection", "disjoint")
	case p.Type == ProtectionPlus:
		if p.At == "line" {
			c.fault("not supported yet: protection at line", "write client, or leave it out", "spec", "protection", "at")
		} else {
			c.oneOf(p.At, []string{"client"}, "spec", "protection", "at")
		}
		c.oneOf(p.Disjoint, disjoints(), "spec", "protection", "disjoint")
		if len(s.Via) > 0 {
			c.fault("via beside protection 1+1 does not say which of the two routes is meant", "leave one of them out", "spec", "via")
		}
		if s.MaxWavelengths == 1 {
			c.fault("1 wavelength cannot be on two routes", "write 2 or more, or leave it out", "spec", "maxWavelengths")
		}
	case p.Type == "restore":
		c.fault("not supported yet: protection restore", "write type: none", "spec", "protection", "type")
	default:
		c.fault("unknown value "+quoted(p.Type), "write none or 1+1", "spec", "protection", "type")
	}
}

// idle refuses a field that says nothing where there is no protection.
func (c *checker) idle(set bool, what string, path ...any) {
	if set {
		c.fault(what+" without protection", "write type: 1+1, or leave it out", path...)
	}
}

func disjoints() []string { return []string{DisjointLink, DisjointRisk, DisjointSite} }

func checkDiversity(c *checker, s *CircuitSpec) {
	d := s.Diversity
	if d == nil {
		return
	}
	at := func(field string) []any { return []any{"spec", "diversity", field} }
	c.oneOf(d.By, disjoints(), at("by")...)
	if d.MaxSharePercent == nil && len(d.ApartFrom) == 0 && c.read(at("maxSharePercent")...) && c.read(at("apartFrom")...) {
		c.fault("diversity asks for nothing", "give maxSharePercent or apartFrom, or leave it out", "spec", "diversity")
	}
	if p := d.MaxSharePercent; p != nil {
		switch {
		case *p < 1 || *p > 99:
			c.fault(fmt.Sprintf("%d %% is out of range", *p), "write a whole number from 1 to 99", at("maxSharePercent")...)
		case s.Protection != nil && s.Protection.Type == ProtectionPlus:
			c.fault("with protection 1+1 no failure takes any of the capacity", "leave one of them out", at("maxSharePercent")...)
		case s.MaxWavelengths == 1:
			c.fault("1 wavelength is all of the capacity", "allow more with maxWavelengths, or leave one of them out", at("maxSharePercent")...)
		}
	}
	c.checkNames(d.ApartFrom, at("apartFrom")...)
	for i, name := range d.ApartFrom {
		if name == c.doc.Metadata.Name && name != "" {
			c.fault("no circuit can be apart from itself", "name another", "spec", "diversity", "apartFrom", i)
		}
	}
}

// Lightable reports what the documents ask for that can be planned, so that it
// decodes, but cannot be lit yet: whoever stores documents asks first. The error
// is a Faults.
func Lightable(docs []Document) error {
	var faults Faults
	for i := range docs {
		s, ok := docs[i].Spec.(*CircuitSpec)
		if !ok || s.Protection == nil || s.Protection.Type != ProtectionPlus {
			continue
		}
		c := &checker{doc: &docs[i], faults: &faults}
		c.fault("not supported yet: protection 1+1 can be planned, not lit", "see both routes with plan; to have light, write type: none", "spec", "protection", "type")
	}
	return faults.Err()
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
