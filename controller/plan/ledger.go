package plan

import (
	"maps"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/records"
)

// Ledger is the planner's own view of what is taken. It is filled from records
// (Set…), written through by Reserve and Release, and read back as records.
// Reserving and then releasing restores it bit for bit. It is not safe for
// concurrent use.
type Ledger struct {
	links   map[string]*linkUse
	ports   map[string]string // device/port → owner
	banks   map[string]*bankUse
	devices map[string]*indexUse
	// owners knows under which keys each owner has taken something, so that a
	// reservation can be found again when the network has changed since.
	owners map[string]Touched
	lights *lights
}

type linkUse struct {
	record records.SpectrumUse
	az, za spectrum.Set
}

type bankUse struct {
	slots []records.SlotUse
	taken spectrum.Set
}

type indexUse struct{ logical, media map[int]string }

// Touched lists the ledger records that a reservation or release changed,
// sorted: links, "device/port", "device/bank" and devices (indices).
type Touched struct {
	Links   []string `json:"links,omitempty"`
	Ports   []string `json:"ports,omitempty"`
	Banks   []string `json:"banks,omitempty"`
	Devices []string `json:"devices,omitempty"`
}

// Merge returns the union of both.
func (t Touched) Merge(u Touched) Touched {
	return Touched{union(t.Links, u.Links), union(t.Ports, u.Ports), union(t.Banks, u.Banks), union(t.Devices, u.Devices)}
}

func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// NewLedger returns an empty ledger.
func NewLedger() *Ledger {
	return &Ledger{
		links: map[string]*linkUse{}, ports: map[string]string{}, banks: map[string]*bankUse{},
		devices: map[string]*indexUse{}, owners: map[string]Touched{}, lights: newLights(),
	}
}

// SetSpectrum replaces what is known of a link. An empty record clears it.
func (l *Ledger) SetSpectrum(link string, u records.SpectrumUse) {
	l.lights.forget(l, link)
	if old := l.links[link]; old != nil {
		for _, s := range slices.Concat(old.record.Az, old.record.Za) {
			l.forget(s.Owner, Touched{Links: []string{link}})
		}
	}
	delete(l.links, link)
	for _, s := range u.Az {
		l.takeSlot(link, records.AZ, s)
	}
	for _, s := range u.Za {
		l.takeSlot(link, records.ZA, s)
	}
}

// SetDecision tells what light an owner that has a place in the ledger makes
// there. Reserve does it too. The decision must not be changed afterwards.
func (l *Ledger) SetDecision(d *records.Decision) {
	l.lights.decisions[d.Owner()] = d
	for _, leg := range d.Route {
		l.lights.forget(l, leg.Link)
	}
}

// ownersOn lists who has spectrum on a link, by frequency.
func (l *Ledger) ownersOn(link string) []string {
	u := l.links[link]
	if u == nil {
		return nil
	}
	out := make([]string, len(u.record.Az))
	for i, s := range u.record.Az {
		out[i] = s.Owner
	}
	return out
}

// SetPort replaces what is known of "device/port".
func (l *Ledger) SetPort(key string, u records.PortUse) {
	if old, ok := l.ports[key]; ok {
		l.forget(old, Touched{Ports: []string{key}})
		delete(l.ports, key)
	}
	if u.Owner != "" {
		l.takePort(key, u.Owner)
	}
}

// SetBank replaces what is known of "device/bank".
func (l *Ledger) SetBank(key string, u records.BankUse) {
	if old := l.banks[key]; old != nil {
		for _, s := range old.slots {
			l.forget(s.Owner, Touched{Banks: []string{key}})
		}
		delete(l.banks, key)
	}
	for _, s := range u.Slots {
		l.takeBank(key, s)
	}
}

// SetIndex replaces what is known of a device's numbers.
func (l *Ledger) SetIndex(device string, u records.IndexUse) {
	if old := l.devices[device]; old != nil {
		for _, m := range []map[int]string{old.logical, old.media} {
			for _, owner := range m {
				l.forget(owner, Touched{Devices: []string{device}})
			}
		}
		delete(l.devices, device)
	}
	for i, owner := range u.Logical {
		l.takeIndex(device, false, i, owner)
	}
	for i, owner := range u.Media {
		l.takeIndex(device, true, i, owner)
	}
}

// Spectrum returns the record to store for a link; nil when nothing is taken.
func (l *Ledger) Spectrum(link string) *records.SpectrumUse {
	u := l.links[link]
	if u == nil {
		return nil
	}
	return &records.SpectrumUse{Az: slices.Clone(u.record.Az), Za: slices.Clone(u.record.Za)}
}

// Port returns the record to store for "device/port"; nil when it is free.
func (l *Ledger) Port(key string) *records.PortUse {
	owner, ok := l.ports[key]
	if !ok {
		return nil
	}
	return &records.PortUse{Owner: owner}
}

// Bank returns the record to store for "device/bank"; nil when nothing is taken.
func (l *Ledger) Bank(key string) *records.BankUse {
	u := l.banks[key]
	if u == nil {
		return nil
	}
	return &records.BankUse{Slots: slices.Clone(u.slots)}
}

// Index returns the record to store for a device's numbers; nil when none is taken.
func (l *Ledger) Index(device string) *records.IndexUse {
	u := l.devices[device]
	if u == nil {
		return nil
	}
	out := &records.IndexUse{}
	if len(u.logical) > 0 {
		out.Logical = maps.Clone(u.logical)
	}
	if len(u.media) > 0 {
		out.Media = maps.Clone(u.media)
	}
	return out
}

// Held returns what an owner has taken.
func (l *Ledger) Held(owner string) Touched { return l.owners[owner].Merge(Touched{}) }

// Reserve takes everything that the decision needs: its slot in both
// directions of every link, its ports and those of the add/drop banks at the
// other end of the patch cords, its slot in banks that are not contentionless,
// and its numbers on devices. On any collision nothing is taken and the error
// names both owners.
func (l *Ledger) Reserve(n *Network, d *records.Decision) (Touched, error) {
	return l.reserve(n, d, nil)
}

// reserve is Reserve for who knows already how the neighbours fare with it.
func (l *Ledger) reserve(n *Network, d *records.Decision, beside map[string]Estimate) (Touched, error) {
	c := n.claim(d)
	if err := l.collision(c); err != nil {
		return Touched{}, err
	}
	use := records.SlotUse{Slot: d.Slot, Owner: c.owner}
	for _, link := range c.links {
		l.takeSlot(link, records.AZ, use)
		l.takeSlot(link, records.ZA, use)
	}
	for _, p := range c.ports {
		l.takePort(p, c.owner)
	}
	for _, b := range c.banks {
		l.takeBank(b, use)
	}
	for _, x := range c.indices {
		l.takeIndex(x.device, x.media, x.number, c.owner)
	}
	l.lights.added(l, d, beside)
	return l.Held(c.owner), nil
}

// Release gives back everything that the decision's owner has taken, also
// where the network no longer knows it.
func (l *Ledger) Release(d *records.Decision) Touched {
	owner := d.Owner()
	held := l.Held(owner)
	l.lights.removed(l, owner, d.Slot, held.Links)
	mine := func(s records.SlotUse) bool { return s.Owner == owner }
	for _, name := range held.Links {
		u := l.links[name]
		u.record.Az, u.record.Za = slices.DeleteFunc(u.record.Az, mine), slices.DeleteFunc(u.record.Za, mine)
		u.az, u.za = setOf(u.record.Az), setOf(u.record.Za)
		if len(u.record.Az)+len(u.record.Za) == 0 {
			delete(l.links, name)
		}
	}
	for _, key := range held.Ports {
		delete(l.ports, key)
	}
	for _, key := range held.Banks {
		u := l.banks[key]
		u.slots = slices.DeleteFunc(u.slots, mine)
		u.taken = setOf(u.slots)
		if len(u.slots) == 0 {
			delete(l.banks, key)
		}
	}
	for _, name := range held.Devices {
		u := l.devices[name]
		gone := func(_ int, o string) bool { return o == owner }
		maps.DeleteFunc(u.logical, gone)
		maps.DeleteFunc(u.media, gone)
		if len(u.logical)+len(u.media) == 0 {
			delete(l.devices, name)
		}
	}
	delete(l.owners, owner)
	return held
}
