package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/light"
)

// amplifierPart is the amplifiers of a device. Their gains are those that the
// line system chose when the section was turned up.
type amplifierPart struct {
	dev   *device
	names []string // sorted
	gains map[string]float64
	most  map[string]float64 // greatest gain of the type
}

func (p *amplifierPart) startup(leaves map[string]string) {
	for _, name := range p.names {
		leaves[component(name)+"/config/name"] = name
		c := amplifierEntry(name) + "/config/"
		leaves[c+"type"] = "openconfig-optical-amplifier:EDFA"
		leaves[c+"enabled"] = "true"
		leaves[c+"amp-mode"] = "openconfig-optical-amplifier:CONSTANT_GAIN"
		leaves[c+"target-gain"] = strconv.FormatFloat(p.gains[name], 'f', 2, 64)
		leaves[c+"target-gain-tilt"] = "0"
		leaves[c+"fiber-type-profile"] = "openconfig-optical-amplifier:SSMF"
	}
}

func (p *amplifierPart) fixed(leaves map[string]string) {
	for _, name := range p.names {
		describe(leaves, name, "openconfig-platform-types:LINECARD", "", "")
		leaves[amplifierEntry(name)+"/state/component"] = name
	}
}

// ours is nothing: the line system sets amplifiers, the controller reads them.
func (p *amplifierPart) ours([]gnmid.Step) bool { return false }

func (p *amplifierPart) validate(tx *gnmid.Tx, changes []gnmid.Change) error {
	for _, c := range changes {
		keys, ok := under(c.Steps(), "optical-amplifier", "amplifiers", "amplifier")
		if !ok {
			continue
		}
		if !slices.Contains(p.names, keys[0]) {
			return fmt.Errorf("%s: there is no amplifier %q", c.Path(), keys[0])
		}
		if gain, err := strconv.ParseFloat(c.New, 64); c.Leaf() == "target-gain" && c.Has && (err != nil || gain > p.most[keys[0]]) {
			return fmt.Errorf("%s: %s dB is more than amplifier %s can give (%g dB)", c.Path(), c.New, keys[0], p.most[keys[0]])
		}
	}
	return nil
}

func (p *amplifierPart) commit(changes []gnmid.Change) {
	touched := map[string]bool{}
	for _, c := range changes {
		if keys, ok := under(c.Steps(), "optical-amplifier", "amplifiers", "amplifier"); ok && slices.Contains(p.names, keys[0]) {
			touched[keys[0]] = true
		}
	}
	for name := range touched {
		c := amplifierEntry(name) + "/config/"
		text := func(leaf string) string { v, _ := p.dev.target.Applied(c + leaf); return v }
		hold := strings.HasSuffix(text("amp-mode"), "CONSTANT_POWER")
		target, err := strconv.ParseFloat(text("target-gain"), 64)
		if hold {
			target, err = strconv.ParseFloat(text("target-output-power"), 64)
		}
		if err != nil {
			continue // nothing to hold: the amplifier stays as it is
		}
		if err := p.dev.lab.light.SetAmplifier(light.End{Device: p.dev.name, Port: name}, text("enabled") == "true", hold, target); err != nil {
			p.dev.lab.log.Error("light does not follow", "device", p.dev.name, "err", err)
		}
	}
}

func (p *amplifierPart) show(s *sheet, _ bool) {
	for _, name := range p.names {
		r, err := p.dev.lab.light.Amplifier(light.End{Device: p.dev.name, Port: name})
		if err != nil {
			continue
		}
		at := amplifierEntry(name) + "/state/"
		s.leaves[at+"input-power-total/instant"] = dbm(r.InDbm)
		s.leaves[at+"output-power-total/instant"] = dbm(r.OutDbm)
		gain := r.GainDb
		if r.Reduced {
			gain = r.OutDbm - r.InDbm // the reduction shows as a gain far below its target
		}
		s.leaves[at+"actual-gain/instant"] = decibel(gain)
	}
}
