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

func interfaceLeaf(name, leaf string) string {
	return "/interfaces/interface[name=" + esc(name) + "]/config/" + leaf
}
