package plan

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/models/catalogue"
)

// pairing is two parts in two kinds of devices.
type pairing struct{ a, b half }

type half struct{ profile, pluggable string }

func pair(a, b *topo.Port) pairing {
	return pairing{half{a.Device.Profile.Name, a.Spec.Pluggable}, half{b.Device.Profile.Name, b.Spec.Pluggable}}
}

// offer is a mode that both parts of a pairing run, with the client rates that
// both sides map into it, highest first, and the codes by which the devices
// call it.
type offer struct {
	mode  *catalogue.Mode
	hosts []int
	codes [2]uint16
}

// host picks the client rate: the one asked for, or the highest.
func (o offer) host(asked int) (int, bool) {
	if asked == 0 {
		return o.hosts[0], true
	}
	return asked, slices.Contains(o.hosts, asked)
}

// offers lists the modes that a pairing has in common, by name.
func (n *Network) offers(p pairing) []offer {
	n.mu.Lock()
	defer n.mu.Unlock()
	if known, ok := n.inCommon[p]; ok {
		return known
	}
	var out []offer
	for _, name := range slices.Sorted(maps.Keys(n.topo.Catalogue.Modes)) {
		m := n.topo.Catalogue.Modes[name]
		if !Plannable(m) || !n.offered(m, p.a) || !n.offered(m, p.b) {
			continue
		}
		hosts := n.hostRates(m, p)
		if len(hosts) == 0 {
			continue
		}
		out = append(out, offer{&m, hosts, [2]uint16{m.DeviceCodes[p.a.profile], m.DeviceCodes[p.b.profile]}})
	}
	n.inCommon[p] = out
	return out
}

// offered reports whether a part offers a mode in a device: the catalogue says
// so of the part, or a document defines the mode; and the device has a code
// for it.
func (n *Network) offered(m catalogue.Mode, h half) bool {
	_, coded := m.DeviceCodes[h.profile]
	return coded && (n.topo.Own[m.Name] || slices.Contains(n.topo.Catalogue.Pluggables[h.pluggable].Modes, m.Name))
}

func (n *Network) hostRates(m catalogue.Mode, p pairing) []int {
	var out []int
	for _, r := range m.HostRates {
		if r > 0 && m.RateGbps%r == 0 && slices.Contains(n.topo.Catalogue.Pluggables[p.a.pluggable].HostRates, r) &&
			slices.Contains(n.topo.Catalogue.Pluggables[p.b.pluggable].HostRates, r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b int) int { return b - a })
	return slices.Compact(out)
}

// Plannable reports whether a mode has every number that planning needs.
func Plannable(m catalogue.Mode) bool {
	return m.Unusable == "" && m.RateGbps > 0 && m.BaudMBd > 0 && m.SlotWidth > 0 && m.RequiredOsnr != nil && m.Launch != nil && len(m.Receive) > 0
}

// inOrder sorts modes for a remaining need: one wavelength rather than two,
// then the least spectrum; and where one is not enough, the highest rate.
func inOrder(modes []*catalogue.Mode, need int) {
	slices.SortFunc(modes, func(a, b *catalogue.Mode) int {
		fullA, fullB := a.RateGbps >= need, b.RateGbps >= need
		switch {
		case fullA && fullB:
			return cmp.Or(cmp.Compare(a.SlotWidth, b.SlotWidth), cmp.Compare(a.RateGbps, b.RateGbps), strings.Compare(a.Name, b.Name))
		case fullA:
			return -1
		case fullB:
			return 1
		}
		return cmp.Or(cmp.Compare(b.RateGbps, a.RateGbps), cmp.Compare(a.SlotWidth, b.SlotWidth), strings.Compare(a.Name, b.Name))
	})
}
