package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
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
		devices: map[string]*indexUse{}, owners: map[string]Touched{},
	}
}

// SetSpectrum replaces what is known of a link. An empty record clears it.
func (l *Ledger) SetSpectrum(link string, u records.SpectrumUse) {
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
	return l.Held(c.owner), nil
}

// Release gives back everything that the decision's owner has taken, also
// where the network no longer knows it.
func (l *Ledger) Release(d *records.Decision) Touched {
	owner := d.Owner()
	held := l.Held(owner)
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

// lowest returns the lowest number from base on that is free on a device and
// not in also.
func (l *Ledger) lowest(device string, media bool, base int, also []int) int {
	var taken map[int]string
	if u := l.devices[device]; u != nil {
		taken = u.logical
		if media {
			taken = u.media
		}
	}
	for i := base; ; i++ {
		if _, used := taken[i]; !used && !slices.Contains(also, i) {
			return i
		}
	}
}

func (l *Ledger) collision(c claim) error {
	for _, name := range c.links {
		u := l.links[name]
		if u == nil || (!u.az.Overlaps(c.slot) && !u.za.Overlaps(c.slot)) {
			continue
		}
		for _, s := range slices.Concat(u.record.Az, u.record.Za) {
			if s.Slot.Overlaps(c.slot) {
				return fmt.Errorf("link %s: %s wants slot %v, %s has %v", name, c.owner, c.slot, s.Owner, s.Slot)
			}
		}
	}
	for _, key := range c.ports {
		if owner, ok := l.ports[key]; ok {
			return fmt.Errorf("port %s: %s wants it, %s has it", key, c.owner, owner)
		}
	}
	for _, key := range c.banks {
		if u := l.banks[key]; u != nil {
			for _, s := range u.slots {
				if s.Slot.Overlaps(c.slot) {
					return fmt.Errorf("bank %s: %s wants slot %v, %s has %v", key, c.owner, c.slot, s.Owner, s.Slot)
				}
			}
		}
	}
	for _, x := range c.indices {
		if u := l.devices[x.device]; u != nil {
			m, kind := u.logical, "logical"
			if x.media {
				m, kind = u.media, "media"
			}
			if owner, ok := m[x.number]; ok {
				return fmt.Errorf("device %s: %s wants %s channel %d, %s has it", x.device, c.owner, kind, x.number, owner)
			}
		}
	}
	return nil
}

func (l *Ledger) takeSlot(link string, dir records.Direction, s records.SlotUse) {
	u := l.links[link]
	if u == nil {
		u = &linkUse{}
		l.links[link] = u
	}
	if dir == records.AZ {
		u.record.Az = insert(u.record.Az, s)
		u.az.Add(s.Slot)
	} else {
		u.record.Za = insert(u.record.Za, s)
		u.za.Add(s.Slot)
	}
	t := l.owners[s.Owner]
	t.Links = with(t.Links, link)
	l.owners[s.Owner] = t
}

func (l *Ledger) takePort(key, owner string) {
	l.ports[key] = owner
	t := l.owners[owner]
	t.Ports = with(t.Ports, key)
	l.owners[owner] = t
}

func (l *Ledger) takeBank(key string, s records.SlotUse) {
	u := l.banks[key]
	if u == nil {
		u = &bankUse{}
		l.banks[key] = u
	}
	u.slots = insert(u.slots, s)
	u.taken.Add(s.Slot)
	t := l.owners[s.Owner]
	t.Banks = with(t.Banks, key)
	l.owners[s.Owner] = t
}

func (l *Ledger) takeIndex(device string, media bool, number int, owner string) {
	u := l.devices[device]
	if u == nil {
		u = &indexUse{logical: map[int]string{}, media: map[int]string{}}
		l.devices[device] = u
	}
	if media {
		u.media[number] = owner
	} else {
		u.logical[number] = owner
	}
	t := l.owners[owner]
	t.Devices = with(t.Devices, device)
	l.owners[owner] = t
}

// forget drops keys from what an owner is known to hold.
func (l *Ledger) forget(owner string, gone Touched) {
	t, ok := l.owners[owner]
	if !ok {
		return
	}
	t = Touched{less(t.Links, gone.Links), less(t.Ports, gone.Ports), less(t.Banks, gone.Banks), less(t.Devices, gone.Devices)}
	if len(t.Links)+len(t.Ports)+len(t.Banks)+len(t.Devices) == 0 {
		delete(l.owners, owner)
		return
	}
	l.owners[owner] = t
}

// insert keeps a list of slots sorted by lower edge, then owner.
func insert(list []records.SlotUse, s records.SlotUse) []records.SlotUse {
	i, _ := slices.BinarySearchFunc(list, s, func(a, b records.SlotUse) int {
		if d := a.Slot.N - a.Slot.M - (b.Slot.N - b.Slot.M); d != 0 {
			return d
		}
		if a.Owner < b.Owner {
			return -1
		}
		if a.Owner > b.Owner {
			return 1
		}
		return 0
	})
	return slices.Insert(list, i, s)
}

func setOf(list []records.SlotUse) spectrum.Set {
	var s spectrum.Set
	for _, u := range list {
		s.Add(u.Slot)
	}
	return s
}

func with(sorted []string, s string) []string {
	i, found := slices.BinarySearch(sorted, s)
	if found {
		return sorted
	}
	return slices.Insert(sorted, i, s)
}

func less(list, gone []string) []string {
	out := slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(gone, s) })
	if len(out) == 0 {
		return nil
	}
	return out
}

// claim is what a decision takes from the ledger.
type claim struct {
	owner   string
	slot    models.Slot
	links   []string
	ports   []string
	banks   []string
	indices []indexClaim
}

type indexClaim struct {
	device string
	media  bool
	number int
}

// claim lists what a decision takes. Ports and banks of switches are found
// over the patch cords at its ends.
func (n *Network) claim(d *records.Decision) claim {
	c := claim{owner: d.Owner(), slot: d.Slot}
	for _, leg := range d.Route {
		c.links = append(c.links, leg.Link)
	}
	for _, e := range d.Ends {
		key := e.Device + "/" + e.Port
		c.ports = append(c.ports, key)
		for _, i := range append([]int{e.OtnIndex}, e.EthIndices...) {
			c.indices = append(c.indices, indexClaim{e.Device, false, i})
		}
		p := n.topo.Port(key)
		if p == nil || p.Link == nil {
			continue
		}
		if add := p.Link.Far(p); add.AddDrop() {
			c.ports = append(c.ports, add.Key)
			if !add.Device.Spec.Banks[add.Spec.Bank].Contentionless {
				c.banks = append(c.banks, add.Device.Name+"/"+add.Spec.Bank)
			}
		}
	}
	for _, m := range d.Media {
		c.indices = append(c.indices, indexClaim{m.Device, true, m.Index})
	}
	return c
}
