package clid

import "strings"

// Where a target keeps what the command lines set.
func esc(v string) string { return strings.NewReplacer(`\`, `\\`, `]`, `\]`).Replace(v) }

func (p Port) config(leaf string) string {
	return "/components/component[name=" + esc(p.Channel) + "]/optical-channel/config/" + leaf
}

func (p Port) laser() string {
	return "/components/component[name=" + esc(p.Transceiver) + "]/transceiver/physical-channels/channel[index=" + p.Lane + "]/config/tx-laser"
}

// cage is what the transceiver in the cage is to be.
func (p Port) cage() string {
	return "/components/component[name=" + esc(p.Transceiver) + "]/transceiver/config/module-functional-type"
}

// The values of a cage.
const (
	coherentCage = "openconfig-transport-types:TYPE_DIGITAL_COHERENT_OPTIC"
	standardCage = "openconfig-transport-types:TYPE_STANDARD_OPTIC"
)

func interfaceLeaf(name, leaf string) string {
	return "/interfaces/interface[name=" + esc(name) + "]/config/" + leaf
}
