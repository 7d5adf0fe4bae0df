package sim

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/quirks"
)

// particular is what devices of this profile want beyond others.
func (p *terminalPart) particular() quirks.Rule {
	var rules []quirks.Rule
	if p.dev.profile.ClientAssignments {
		rules = append(rules, quirks.ClientAssignments)
	}
	if n := p.dev.profile.AssignmentBase; n > 0 {
		rules = append(rules, quirks.AssignmentsFrom(uint64(n)))
	}
	if p.dev.profile.ModuleFunctionalType != "" {
		rules = append(rules, quirks.CoherentCages(func(channel string) string {
			if l := p.byChannel[channel]; l != nil {
				return l.xcvr
			}
			return ""
		}))
	}
	if n := p.dev.profile.PowerDecimals; n > 0 {
		rules = append(rules, quirks.PowerDecimals(n))
	}
	return quirks.All(rules...)
}

func (p *terminalPart) validate(tx *gnmid.Tx, changes []gnmid.Change) error {
	if err := p.rules(tx); err != nil {
		return err
	}
	checked := map[string]bool{}
	sides := map[string]string{} // of logical channels
	for _, c := range changes {
		if keys, ok := under(c.Steps(), "components", "component", "optical-channel", "config"); ok || len(keys) > 0 {
			name := c.Steps()[1].Keys()[0]
			l := p.byChannel[name]
			if l == nil {
				return fmt.Errorf("%s: component %q is not an optical channel of this device", c.Path(), name)
			}
			if leaf := c.Leaf(); c.Has && p.dev.profile.Refuses("", leaf) {
				return unsupported(c)
			}
			if !checked[name] {
				checked[name] = true
				if err := p.validateTuning(tx, l); err != nil {
					return err
				}
			}
		}
		if keys, ok := under(c.Steps(), "terminal-device", "logical-channels", "channel"); ok && c.Has {
			side, known := sides[keys[0]]
			if !known {
				side = sideOf(tx, keys[0])
				sides[keys[0]] = side
			}
			if err := p.validateLogical(c, keys[0], side); err != nil {
				return err
			}
		}
		if _, ok := under(c.Steps(), "interfaces", "interface"); ok && c.Has && !c.Had && c.Leaf() == "name" && !p.known[c.New] {
			return fmt.Errorf("%s: there is no interface %q", c.Path(), c.New)
		}
		if _, ok := under(c.Steps(), "components", "component", "transceiver"); ok && p.byXcvr[c.Steps()[1].Keys()[0]] == nil {
			return fmt.Errorf("%s: there is no transceiver %q", c.Path(), c.Steps()[1].Keys()[0])
		}
	}
	return nil
}

func unsupported(c gnmid.Change) error {
	return fmt.Errorf("%s: leaf %s is not supported on this platform", c.Path(), c.Leaf())
}

// validateTuning checks the whole of an optical channel's settings.
func (p *terminalPart) validateTuning(tx *gnmid.Tx, l *linePort) error {
	c := l.och + "/config/"
	mode, hasMode := tx.After(c + "operational-mode")
	var m *modem
	if hasMode && mode != "0" {
		code, err := strconv.ParseUint(mode, 10, 16)
		if m = l.offers[uint16(code)]; err != nil || m == nil {
			return fmt.Errorf("%soperational-mode: mode %s is not supported by module %s in %s", c, mode, l.part, l.xcvr)
		}
	}
	if f, ok := tx.After(c + "frequency"); ok && f != "0" {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil || n > maxFrequency || !l.tunes(n*p.unit, m) {
			return fmt.Errorf("%sfrequency: %s %s is outside the tuning range of module %s in %s", c, f, unitName(p.unit), l.part, l.xcvr)
		}
	}
	if power, ok := tx.After(c + "target-output-power"); ok && m != nil {
		v, err := strconv.ParseFloat(power, 64)
		if err != nil || v < m.launch[0] || v > m.launch[1] {
			return fmt.Errorf("%starget-output-power: %s dBm is outside %g to %g dBm of mode %s", c, power, m.launch[0], m.launch[1], mode)
		}
	}
	return nil
}

// maxFrequency bounds the number of a frequency in any unit, so that its MHz fit.
const maxFrequency = 1_000_000_000_000

func unitName(mhz int64) string {
	if mhz == 1000 {
		return "GHz"
	}
	return "MHz"
}

func (l *linePort) tunes(mhz int64, m *modem) bool {
	fits := func(m *modem) bool { return m.tune == [2]int64{} || mhz >= m.tune[0] && mhz <= m.tune[1] }
	if m != nil {
		return fits(m)
	}
	for _, o := range l.offers {
		if fits(o) {
			return true
		}
	}
	return len(l.offers) == 0
}

// sideOf tells which side of the device a logical channel is to be on.
func sideOf(tx *gnmid.Tx, index string) string {
	if kind, _ := tx.After(logicalChannel(index) + "/config/logical-channel-type"); strings.HasSuffix(kind, "PROT_ETHERNET") {
		return "client"
	}
	return "line"
}

// validateLogical checks what a logical channel refers to.
func (p *terminalPart) validateLogical(c gnmid.Change, index, side string) error {
	leaf := c.Leaf()
	profiled := leaf // as profiles call it
	switch leaf {
	case "transceiver":
		profiled = "ingress-xcvr"
	case "interface":
		profiled = "ingress-interface"
	}
	switch {
	case p.dev.profile.Refuses(side, leaf), p.dev.profile.Refuses(side, profiled):
		return unsupported(c)
	case leaf == "optical-channel" && p.byChannel[c.New] == nil:
		return fmt.Errorf("%s: logical channel %s: %q is not an optical channel of this device", c.Path(), index, c.New)
	case leaf == "transceiver" && p.byXcvr[c.New] == nil:
		return fmt.Errorf("%s: logical channel %s: there is no transceiver %q", c.Path(), index, c.New)
	case leaf == "interface" && !p.known[c.New]:
		return fmt.Errorf("%s: logical channel %s: there is no interface %q", c.Path(), index, c.New)
	}
	return nil
}
