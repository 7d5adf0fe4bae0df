package plan

import (
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

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
// over the patch cords at its ends; of circuit switches it takes every port that it
// passes.
func (n *Network) claim(d *records.Decision) claim {
	c := claim{owner: d.Owner(), slot: d.Slot}
	for _, leg := range d.Route {
		c.links = append(c.links, leg.Link)
	}
	for _, e := range d.Ends {
		key := e.Device + "/" + e.Port
		c.ports = append(c.ports, key)
		if !e.LineOnly {
			for _, i := range append([]int{e.OtnIndex}, e.EthIndices...) {
				c.indices = append(c.indices, indexClaim{e.Device, false, i})
			}
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
	for _, leg := range d.Route {
		l := n.topo.Links[leg.Link]
		if l == nil {
			continue
		}
		for _, p := range l.Ends {
			if p.Device.Switch() && !slices.Contains(c.ports, p.Key) {
				c.ports = append(c.ports, p.Key)
			}
		}
	}
	for _, m := range d.Media {
		c.indices = append(c.indices, indexClaim{m.Device, true, m.Index})
	}
	return c
}
