package sim

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// named fills a name template of a profile.
func named(template, port string) string {
	_, bare, ok := strings.Cut(port, "-")
	if !ok {
		bare = port
	}
	return strings.NewReplacer("{port}", port, "{bare}", bare).Replace(template)
}

func (p *terminalPart) startup(leaves map[string]string) {
	for _, l := range p.ports {
		leaves[component(l.channel)+"/config/name"], leaves[component(l.xcvr)+"/config/name"] = l.channel, l.xcvr
		leaves[l.lane+"/config/index"] = p.lane
		if !p.onAdmin {
			leaves[l.lane+"/config/tx-laser"] = "false"
		}
		if l.ifName == "" {
			p.packets(leaves, l.end.Port)
			continue
		}
		c := l.ifAt + "/config/"
		leaves[c+"type"] = "iana-if-type:ethernetCsmacd"
		leaves[c+"enabled"] = strconv.FormatBool(!p.dev.spec.OwnsInterface)
		leaves[c+"mtu"] = "9216"
		leaves[c+"description"] = "reserved for wavelength services; ask the transport team"
	}
	p.foreign(leaves)
}

// packets adds what the people of the packet network have configured at a port of a
// router that is reached over its command line.
func (p *terminalPart) packets(leaves map[string]string, port string) {
	name := port
	if p.dev.profile.Dialect == "cisco-iosxr" {
		name = "FourHundredGigE" + port
	}
	c := iface(name) + "/config/"
	leaves[c+"type"] = "iana-if-type:ethernetCsmacd"
	leaves[c+"mtu"] = "9216"
	leaves[c+"description"] = "core link, 2001:db8::1/127, ask the packet team"
}

// foreign adds what other people have configured on the device.
func (p *terminalPart) foreign(leaves map[string]string) {
	test := logicalChannel("17") + "/config/"
	leaves[test+"description"] = "field trial, do not remove"
	leaves[test+"admin-state"] = "DISABLED"
	leaves[test+"logical-channel-type"] = "openconfig-transport-types:PROT_OTN"
	if len(p.ports) > 0 {
		leaves[lane(p.ports[0].xcvr, p.lane)+"/config/description"] = "rack 7, tray 3"
	}
}

func (p *terminalPart) fixed(leaves map[string]string) {
	codes := map[uint16]*modem{}
	for i, l := range p.ports {
		describe(leaves, l.channel, "openconfig-transport-types:OPTICAL_CHANNEL", "", "")
		describe(leaves, l.xcvr, "openconfig-platform-types:TRANSCEIVER", l.part, fmt.Sprintf("%s%03d", strings.ToUpper(digest([]byte(p.dev.name))[:6]), i))
		leaves[component(l.channel)+"/state/parent"] = l.xcvr
		if !strings.HasPrefix(l.channel, l.xcvr+"-") { // its name says it; such devices do not say it once more
			leaves[l.lane+"/state/associated-optical-channel"] = l.channel
		}
		maps.Copy(codes, l.offers)
	}
	for code, m := range codes {
		s := entry("/terminal-device/operational-modes/mode", "mode-id", strconv.Itoa(int(code))) + "/state/"
		leaves[s+"description"] = m.name
		leaves[s+"vendor-id"] = "laboratory"
	}
}

// describe adds the inventory of a component.
func describe(leaves map[string]string, name, kind, part, serial string) {
	s := component(name) + "/state/"
	leaves[s+"name"], leaves[s+"type"], leaves[s+"oper-status"] = name, kind, "openconfig-platform-types:ACTIVE"
	if part != "" {
		leaves[s+"part-no"], leaves[s+"serial-no"], leaves[s+"mfg-name"] = part, serial, "Waveplane laboratory"
	}
}
