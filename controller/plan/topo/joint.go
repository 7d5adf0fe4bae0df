package topo

import (
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// through is what the loss from port to port is called in a profile.
const through = "through"

// terminals is the bank of a circuit switch's ports that terminals are patched to.
const terminals = "terminals"

// terminalEnds lists the ports ("device/port") that a terminal is linked to.
func (n *Network) terminalEnds(devices map[string]*intents.DeviceSpec, links map[string]*intents.LinkSpec) map[string]bool {
	out := map[string]bool{}
	for _, l := range links {
		for i, ref := range l.Ends {
			name, _, _ := strings.Cut(ref, "/")
			d, ok := devices[name]
			if !ok {
				continue
			}
			if role := n.Catalogue.Profiles[d.Profile].Role; role == catalogue.RoleRouter || role == catalogue.RoleTerminal {
				out[l.Ends[1-i]] = true
			}
		}
	}
	return out
}

// banked gives circuit switches and filters the banks that they are to a planner.
// Light is added to a circuit switch where a terminal is patched to it and leaves by
// any other port; a filter adds every channel at a port of its own. Nothing is in
// anybody's way there: the ports themselves are what is taken.
func (n *Network) banked(name string, spec *intents.DeviceSpec, ends map[string]bool) *intents.DeviceSpec {
	role := n.Catalogue.Profiles[spec.Profile].Role
	if role != catalogue.RoleSwitch && role != catalogue.RoleFilter {
		return spec
	}
	out := *spec
	out.Ports, out.Banks = maps.Clone(spec.Ports), map[string]intents.Bank{}
	var degrees []string
	for _, port := range slices.Sorted(maps.Keys(spec.Ports)) {
		p := spec.Ports[port]
		switch {
		case role == catalogue.RoleFilter && p.CentreGHz != nil && p.WidthGHz != nil:
			half := *p.WidthGHz / 2
			p.Bank, p.PassbandTHz = port, &[2]float64{(*p.CentreGHz - half) / 1000, (*p.CentreGHz + half) / 1000}
		case role == catalogue.RoleSwitch && ends[name+"/"+port]:
			p.Bank = terminals
		default:
			degrees = append(degrees, port)
		}
		out.Ports[port] = p
		if p.Bank != "" {
			out.Banks[p.Bank] = intents.Bank{Contentionless: true}
		}
	}
	for bank, b := range out.Banks {
		b.Degrees = degrees
		out.Banks[bank] = b
	}
	return &out
}

// JointLossDb is what light loses from port to port of a circuit switch or filter:
// as the document says, else as the profile does.
func (d *Device) JointLossDb() float64 {
	if s := d.Spec.Switch; s != nil && s.LossDb != nil {
		return *s.LossDb
	}
	return d.Profile.InsertionLossDb[through]
}

// Joint is the passage through a circuit switch or a filter: loss and nothing else.
func (d *Device) Joint() *qot.Element {
	return &qot.Element{Kind: qot.Patch, Name: string(d.Profile.Role) + " " + d.Name, LossDb: d.JointLossDb()}
}

// Channel is the slot width that the port of a filter is made for; 0 for every
// other port.
func (p *Port) Channel() models.Frequency {
	if !p.Device.Filter() || p.Spec.WidthGHz == nil {
		return 0
	}
	return models.Frequency(*p.Spec.WidthGHz*1000 + 0.5)
}
