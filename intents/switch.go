package intents

import (
	"github.com/waveplane/waveplane/models/catalogue"
)

// SwitchSpec is what a wavelength switch, an optical circuit switch or a fixed
// filter does to light. What is left out is the profile's, or nothing where the
// profile is silent.
type SwitchSpec struct {
	AddDropOsnrDb *float64 `json:"addDropOsnrDb,omitempty"` // in 0.1 nm, add and drop together
	PmdPs         *float64 `json:"pmdPs,omitempty" jsonschema:"minimum=0"`
	PdlDb         *float64 `json:"pdlDb,omitempty" jsonschema:"minimum=0"`
	// FilterGuardGHz is by how much each passage narrows what a channel's signal
	// may fill of its slot, both edges together.
	FilterGuardGHz *float64 `json:"filterGuardGHz,omitempty" jsonschema:"minimum=0"`
	// LossDb is what an optical circuit switch or a fixed filter loses from port
	// to port.
	LossDb *float64     `json:"lossDb,omitempty" jsonschema:"minimum=0"`
	Paths  []SwitchPath `json:"paths,omitempty"`
}

// SwitchPath is what light meets on the way from one port of a wavelength
// switch to another. The figures it gives hold instead of the switch's own. Of
// several that fit, one that names ports goes before one that does not, and
// then the first.
type SwitchPath struct {
	Path            string      `json:"path" jsonschema:"enum=add,enum=drop,enum=express"`
	From            string      `json:"from,omitempty"` // ports; any when left out
	To              string      `json:"to,omitempty"`
	BandTHz         *[2]float64 `json:"bandTHz,omitempty"`
	InsertionLossDb float64     `json:"insertionLossDb,omitempty" jsonschema:"minimum=0"`
	OsnrDb          *float64    `json:"osnrDb,omitempty"` // in 0.1 nm, of this path alone
	PmdPs           *float64    `json:"pmdPs,omitempty" jsonschema:"minimum=0"`
	PdlDb           *float64    `json:"pdlDb,omitempty" jsonschema:"minimum=0"`
}

func checkSwitch(c *checker, s *DeviceSpec, role catalogue.Role) {
	w := s.Switch
	c.between(w.LossDb, 0, 60, "dB", "spec", "switch", "lossDb")
	switch role {
	case "":
	case catalogue.RoleRoadm:
		if w.LossDb != nil {
			c.fault("a wavelength switch loses something else on each kind of path", "give insertionLossDb under paths", "spec", "switch", "lossDb")
		}
	case catalogue.RoleSwitch, catalogue.RoleFilter:
		if w.AddDropOsnrDb != nil || w.PmdPs != nil || w.PdlDb != nil || w.FilterGuardGHz != nil || len(w.Paths) > 0 {
			c.fault("of a "+string(role)+" only lossDb is known", "leave the rest out", "spec", "switch")
		}
		return
	default:
		c.fault("a "+string(role)+" switches no wavelengths", "leave it out", "spec", "switch")
		return
	}
	c.between(w.AddDropOsnrDb, 1, 100, "dB", "spec", "switch", "addDropOsnrDb")
	c.between(w.PmdPs, 0, 1000, "ps", "spec", "switch", "pmdPs")
	c.between(w.PdlDb, 0, 20, "dB", "spec", "switch", "pdlDb")
	c.between(w.FilterGuardGHz, 0, 50, "GHz", "spec", "switch", "filterGuardGHz")
	for i, p := range w.Paths {
		at := func(field ...any) []any { return append([]any{"spec", "switch", "paths", i}, field...) }
		c.oneOf(p.Path, []string{"add", "drop", "express"}, at("path")...)
		if p.Path == "" {
			c.fault("the kind of path is empty", "write add, drop or express", at("path")...)
		}
		c.between(&p.InsertionLossDb, 0, 60, "dB", at("insertionLossDb")...)
		c.between(p.OsnrDb, 1, 100, "dB", at("osnrDb")...)
		c.between(p.PmdPs, 0, 1000, "ps", at("pmdPs")...)
		c.between(p.PdlDb, 0, 20, "dB", at("pdlDb")...)
		c.checkLineBand(p.BandTHz, at("bandTHz")...)
		if p.Path == "express" && p.OsnrDb != nil {
			c.fault("light that passes through meets no add/drop stage", "leave the OSNR out", at("osnrDb")...)
		}
		for _, end := range []struct {
			field, port string
			bank        bool
		}{{"from", p.From, p.Path == "add"}, {"to", p.To, p.Path == "drop"}} {
			if end.port == "" || !c.read("spec", "ports") {
				continue
			}
			port, ok := s.Ports[end.port]
			switch {
			case !ok:
				c.fault("unknown port "+quoted(end.port), near(c, end.port, s.Ports, "give it under spec.ports"), at(end.field)...)
			case (port.Bank != "") != end.bank && end.bank:
				c.fault(quoted(end.port)+" is a degree, not an add/drop port", "", at(end.field)...)
			case (port.Bank != "") != end.bank:
				c.fault(quoted(end.port)+" is an add/drop port, not a degree", "", at(end.field)...)
			}
		}
	}
}

// checkEgress checks what power a port sends with: at most one of the ways to
// say it.
func checkEgress(c *checker, p Port, at func(...any) []any) {
	given := 0
	for _, e := range []struct {
		field       string
		value       *float64
		least, most float64
	}{
		{"egressDbmPer50GHz", p.EgressDbmPer50GHz, -30, 15},
		{"egressDbm", p.EgressDbm, -40, 20},
		{"egressDbmPerGBd", p.EgressDbmPerGBd, -60, 5},
	} {
		c.between(e.value, e.least, e.most, "dBm", at(e.field)...)
		if e.value == nil {
			continue
		}
		if given++; given == 2 {
			c.fault("the power that the port sends with is given twice", "keep one of egressDbmPer50GHz, egressDbm and egressDbmPerGBd", at(e.field)...)
		}
	}
}

// checkLineBand checks a range of frequencies of line equipment, which may be
// of any band.
func (c *checker) checkLineBand(thz *[2]float64, path ...any) {
	if thz == nil {
		return
	}
	at := func(i int) []any { return append(path[:len(path):len(path)], i) }
	ordered := c.read(at(0)...) && c.read(at(1)...)
	for i, f := range *thz {
		if !c.checkLineFrequency(f, at(i)...) {
			ordered = false
		}
	}
	if ordered && thz[0] >= thz[1] {
		c.fault("the range ends at "+number(thz[1])+" THz, not above its begin", "write [lowest, highest]", path...)
	}
}

// checkLineFrequency checks a frequency in THz, which may be of any band of
// optical fibre.
func (c *checker) checkLineFrequency(thz float64, path ...any) bool {
	const lowest, highest = 150, 250
	switch {
	case thz >= lowest*1000 && thz <= highest*1000:
		c.fault(number(thz)+" is GHz", "write "+number(thz/1000), path...)
		return false
	case thz < lowest || thz > highest:
		c.between(&thz, lowest, highest, "THz", path...)
		return false
	}
	return true
}
