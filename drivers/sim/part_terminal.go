package sim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/drivers/sim/quirks"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// terminalPart is the coherent ports of a router or terminal.
type terminalPart struct {
	dev       *device
	ports     []*linePort
	byChannel map[string]*linePort // optical channel component
	byXcvr    map[string]*linePort
	lane      string // index of the coherent lane
	onAdmin   bool   // the logical channel's admin-state switches the laser
	unit      int64  // of the optical channels' frequency, in MHz
	rules     quirks.Rule
	known     map[string]bool

	mu      sync.Mutex
	logical map[string]logicalState // by index
	removed []string                // since the last show
}

// linePort is a coherent port: its names on the device and in the light.
type linePort struct {
	end                   light.End
	channel, xcvr, ifName string
	och, lane, ifAt       string // paths of the optical channel, the coherent lane and the interface
	part                  string
	offers                map[uint16]*modem
}

// logicalState is what of a logical channel matters to light and services.
type logicalState struct {
	otn             bool
	admin           string
	optical, parent string // assignment
}

func newTerminalPart(d *device) (*terminalPart, error) {
	p := &terminalPart{
		dev: d, byChannel: map[string]*linePort{}, byXcvr: map[string]*linePort{}, known: map[string]bool{},
		lane: strconv.Itoa(d.profile.Names.PhysicalChannel), onAdmin: d.profile.LaserSwitch == "logical-channel",
		logical: map[string]logicalState{}, unit: max(int64(d.profile.FrequencyUnit/models.MHz), 1),
	}
	p.rules = p.particular()
	for _, name := range slices.Sorted(maps.Keys(d.spec.Ports)) {
		port := d.spec.Ports[name]
		if port.Pluggable == "" {
			continue
		}
		offers, err := d.lab.modems.offer(d.spec.Profile, port.Pluggable)
		if err != nil {
			return nil, fmt.Errorf("port %s: %w", name, err)
		}
		l := &linePort{
			end: light.End{Device: d.name, Port: name}, part: port.Pluggable, offers: offers,
			channel: named(d.profile.Names.OpticalChannel, name), xcvr: named(d.profile.Names.Transceiver, name), ifName: named(d.profile.Names.Interface, name),
		}
		l.och, l.lane, l.ifAt = component(l.channel)+"/optical-channel", lane(l.xcvr, p.lane), iface(l.ifName)
		if err := d.lab.light.AddTransceiver(l.end, light.TransceiverSpec{}); err != nil {
			return nil, err
		}
		p.ports = append(p.ports, l)
		p.byChannel[l.channel], p.byXcvr[l.xcvr] = l, l
		p.known[l.ifName] = l.ifName != ""
	}
	return p, nil
}

func (p *terminalPart) ours(at []gnmid.Step) bool {
	if keys, ok := under(at, "terminal-device", "logical-channels", "channel"); ok {
		return atLeast(keys[0], p.dev.profile.LogicalIndexBase)
	}
	if keys, ok := under(at, "components", "component"); ok && p.byChannel[keys[0]] != nil {
		if _, config := under(at, "components", "component", "optical-channel", "config"); config {
			return true
		} // on some devices it is the transceiver too
	}
	if keys, ok := under(at, "components", "component", "transceiver", "physical-channels", "channel"); ok && keys[0] == p.lane {
		return p.byXcvr[at[1].Keys()[0]] != nil && at[len(at)-1].Name() == "tx-laser"
	}
	if keys, ok := under(at, "components", "component"); ok && p.dev.profile.ModuleFunctionalType != "" && at[len(at)-1].Name() == "module-functional-type" {
		return p.byXcvr[keys[0]] != nil
	}
	if keys, ok := under(at, "interfaces", "interface"); ok && p.dev.spec.OwnsInterface {
		return p.known[keys[0]] && at[len(at)-1].Name() == "enabled"
	}
	return false
}

func atLeast(index string, base int) bool {
	n, err := strconv.Atoi(index)
	return err == nil && n >= base
}

func (p *terminalPart) commit(changes []gnmid.Change) {
	ports, channels := map[*linePort]bool{}, map[string]bool{}
	for _, c := range changes {
		if _, ok := under(c.Steps(), "components", "component"); ok {
			if l := p.byChannel[c.Steps()[1].Keys()[0]]; l != nil {
				ports[l] = true
			}
			if l := p.byXcvr[c.Steps()[1].Keys()[0]]; l != nil {
				ports[l] = true
			}
		}
		if keys, ok := under(c.Steps(), "terminal-device", "logical-channels", "channel"); ok {
			channels[keys[0]] = true
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for index := range channels {
		for _, s := range []logicalState{p.logical[index], p.relearn(index)} {
			if l := p.portOf(s); l != nil {
				ports[l] = true
			}
		}
	}
	for l := range ports {
		p.follow(l)
	}
}

// relearn reads what is in force for a logical channel.
func (p *terminalPart) relearn(index string) logicalState {
	c := logicalChannel(index)
	kind, ok := p.dev.target.Applied(c + "/config/logical-channel-type")
	if !ok {
		if _, ok = p.dev.target.Applied(c + "/config/index"); !ok {
			delete(p.logical, index)
			p.removed = append(p.removed, c)
			return logicalState{}
		}
	}
	s := logicalState{otn: strings.HasSuffix(kind, "PROT_OTN")}
	s.admin, _ = p.dev.target.Applied(c + "/config/admin-state")
	for _, keys := range p.dev.target.Entries(c + "/logical-channel-assignments/assignment") {
		a := c + entry("/logical-channel-assignments/assignment", "index", keys[0]) + "/config/"
		if v, ok := p.dev.target.Applied(a + "optical-channel"); ok {
			s.optical = v
		}
		if v, ok := p.dev.target.Applied(a + "logical-channel"); ok {
			s.parent = v
		}
	}
	p.logical[index] = s
	return s
}

// portOf finds the port that a logical channel ends up on.
func (p *terminalPart) portOf(s logicalState) *linePort {
	for range 4 {
		if l := p.byChannel[s.optical]; l != nil {
			return l
		}
		next, ok := p.logical[s.parent]
		if !ok {
			return nil
		}
		s = next
	}
	return nil
}

// follow makes laser and receiver do what is in force. The caller holds mu.
func (p *terminalPart) follow(l *linePort) {
	c := l.och + "/config/"
	var t light.Tuning
	if v, ok := p.dev.target.Applied(c + "frequency"); ok {
		t.FrequencyMHz, _ = strconv.ParseInt(v, 10, 64)
		t.FrequencyMHz *= p.unit
	}
	if v, ok := p.dev.target.Applied(c + "target-output-power"); ok {
		t.PowerDbm, _ = strconv.ParseFloat(v, 64)
	}
	if v, ok := p.dev.target.Applied(c + "operational-mode"); ok {
		code, _ := strconv.ParseUint(v, 10, 16)
		if m := l.offers[uint16(code)]; m != nil {
			t.Mode = m.light
		}
	}
	if t.FrequencyMHz == 0 {
		t.Mode = nil
	}
	on, service := false, false
	for _, s := range p.logical {
		switch {
		case p.portOf(s) != l:
		case s.otn:
			on = on || p.onAdmin && s.admin != models.AdminDisabled
		default:
			service = service || s.admin == models.AdminEnabled || s.admin == ""
		}
	}
	if !p.onAdmin {
		v, _ := p.dev.target.Applied(l.lane + "/config/tx-laser")
		on = v == "true"
	}
	if p.dev.profile.LineOnly { // nobody maps clients: the line is in use once it is set
		service = t.Mode != nil
	}
	for _, err := range []error{p.dev.lab.light.SetTuning(l.end, t), p.dev.lab.light.SetService(l.end, service), p.dev.lab.light.SetLaser(l.end, on)} {
		if err != nil {
			p.dev.lab.log.Error("light does not follow", "device", p.dev.name, "err", err)
		}
	}
}

func (p *terminalPart) show(s *sheet, noise bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.forgotten, p.removed = append(s.forgotten, p.removed...), nil
	leaves := s.leaves
	readings := make(map[*linePort]light.ChannelReading, len(p.ports))
	for _, l := range p.ports {
		r, err := p.dev.lab.light.Channel(l.end)
		if err != nil {
			continue
		}
		readings[l] = r
		if noise && !r.LaserOn && r.LossOfSignal {
			continue
		}
		oc := l.och + "/state/"
		leaves[oc+"output-power/instant"] = dbm(r.TxDbm)
		leaves[oc+"input-power/instant"] = dbm(r.RxDbm)
		leaves[oc+"osnr/instant"] = decibel(r.OsnrDb)
		ch := l.lane + "/state/"
		leaves[ch+"input-power/instant"] = dbm(r.RxTotalDbm)
		leaves[ch+"output-power/instant"] = dbm(r.TxDbm)
		if noise {
			continue
		}
		if p.onAdmin { // elsewhere the leaf shows its setting
			leaves[ch+"tx-laser"] = strconv.FormatBool(r.LaserOn)
		}
		leaves[ch+"rx-los"] = strconv.FormatBool(r.LossOfSignal)
		if l.ifName != "" {
			leaves[l.ifAt+"/state/oper-status"] = updown(r.Locked && p.carries(l))
		}
	}
	for index, c := range p.logical {
		l := p.portOf(c)
		if l == nil {
			continue
		}
		at, r := logicalChannel(index), readings[l]
		if !noise {
			leaves[at+"/state/link-state"] = updown(r.Locked)
		}
		if !c.otn {
			continue
		}
		o := at + "/otn/state/"
		leaves[o+"pre-fec-ber/instant"] = ratio(r.Ber)
		leaves[o+"q-value/instant"] = decibel(r.QDb)
		leaves[o+"esnr/instant"] = decibel(r.EsnrDb)
		leaves[o+"fec-uncorrectable-blocks"] = strconv.FormatUint(r.Uncorrectable, 10)
	}
}

// carries reports whether a client is mapped onto the port.
func (p *terminalPart) carries(l *linePort) bool {
	for _, s := range p.logical {
		if p.portOf(s) == l && s.admin != models.AdminDisabled {
			return true
		}
	}
	return false
}

func updown(up bool) string {
	if up {
		return "UP"
	}
	return "DOWN"
}

// coherent reports whether devices of the role have coherent ports.
func coherent(r catalogue.Role) bool {
	return r == catalogue.RoleRouter || r == catalogue.RoleTerminal
}
