package gnpy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/intents"
)

// What devices of documents are called where GNPy has no word for it.
const (
	roadmProfile    = "generic-roadm-openconfig"
	terminalProfile = "generic-terminal-openconfig"
	linePart        = "planning-line"
	bankName        = "bank"
)

// placeholder is the address of a device that is planned and not there. Names
// under .invalid never resolve (RFC 6761).
func placeholder(device string) string { return device + ".invalid:9339" }

// link is a line between two ends, or the patch cord of a transceiver.
type link struct {
	name   string
	a, z   *element
	az, za *chain
}

// network writes sites, devices, links and circuits.
func (im *importer) network() {
	ends := slices.DeleteFunc(slices.Clone(im.elements), func(e *element) bool { return !e.end() })
	for _, e := range ends {
		e.device = im.name(intents.KindDevice, slug(e.uid))
	}
	sites := im.sites()
	slices.SortFunc(ends, func(a, b *element) int { return strings.Compare(a.device, b.device) })
	im.pairs()
	im.counts()
	for _, l := range im.links {
		im.link(l, sites)
	}
	cords := map[*element][]*link{}
	for _, l := range im.links {
		switch {
		case !l.patch():
		case l.a.kind == "Transceiver":
			cords[l.a] = append(cords[l.a], l)
		default:
			cords[l.z] = append(cords[l.z], l)
		}
	}
	for _, e := range ends {
		im.patches(e, cords[e])
	}
	if len(im.faults) > 0 {
		return
	}
	im.modeDocuments()
	im.circuits(sites)
	for _, e := range ends {
		if e.kind == "Roadm" {
			im.switchDevice(e, sites[im.cityOf(e)])
			continue
		}
		s := &intents.DeviceSpec{Site: sites[im.cityOf(e)], Profile: terminalProfile, Address: placeholder(e.device), Mode: "observe", Ports: map[string]intents.Port{}}
		for _, line := range e.lines {
			s.Ports[line] = intents.Port{Pluggable: linePart}
		}
		im.add(intents.KindDevice, e.device, annotated(noteUID, e.uid), s)
	}
	im.deviceCodes()
	im.note("devices have no addresses in GNPy: NAME.invalid stands for them, the documents are for planning", "")
}

// cityOf is the place of an end: its city, or its name where it gives none.
func (im *importer) cityOf(e *element) string {
	if e.city != "" {
		return e.city
	}
	for _, prefix := range []string{"roadm ", "trx "} {
		if name, ok := strings.CutPrefix(e.uid, prefix); ok {
			return name
		}
	}
	return e.uid
}

// sites writes the places and returns their names by city.
func (im *importer) sites() map[string]string {
	type place struct {
		role   string
		from   *element
		region string
	}
	places := map[string]*place{}
	var order []string
	rank := map[string]int{"hut": 0, "pop": 1, "dc": 2}
	visit := func(city, role string, e *element) {
		p := places[city]
		if p == nil {
			p = &place{role: role}
			places[city] = p
			order = append(order, city)
		}
		if rank[role] > rank[p.role] {
			p.role = role
		}
		if p.from == nil && e.lat != nil && e.lon != nil {
			p.from = e
		}
		if p.region == "" {
			p.region = e.region
		}
	}
	for _, ends := range []bool{true, false} {
		for _, e := range im.elements {
			switch {
			case e.end() != ends:
			case e.kind == "Transceiver":
				visit(im.cityOf(e), "dc", e)
			case e.kind == "Roadm":
				visit(im.cityOf(e), "pop", e)
			case e.city != "" && e.fibre == nil:
				visit(e.city, "hut", e)
			}
		}
	}
	names := map[string]string{}
	for _, city := range order {
		p := places[city]
		name := im.name(intents.KindSite, slug(city))
		names[city] = name
		s := &intents.SiteSpec{Role: p.role}
		if p.from != nil {
			s.Lat, s.Lon = scaled(p.from.lat, 1), scaled(p.from.lon, 1)
			if math.Abs(*s.Lat) > 90 || math.Abs(*s.Lon) > 180 {
				im.note("coordinates that are none of the Earth's are left out", city)
				s.Lat, s.Lon = nil, nil
			}
		}
		original := city
		if original == name {
			original = ""
		}
		im.add(intents.KindSite, name, annotated(noteCity, original, noteRegion, p.region), s)
	}
	return names
}

// maxParallel bounds the lines between two ends: finding the way back of each
// takes time with their square.
const maxParallel = 500

// pairs makes links of the chains that lead there and back.
func (im *importer) pairs() {
	type ends struct{ a, z *element }
	there, back := map[ends][]*chain{}, map[ends][]*chain{}
	var order []ends
	for _, c := range im.chains {
		if c.from == c.to {
			im.fault(c.from.place, "a line leads from it to itself", "a link joins two devices")
			return
		}
		e := ends{c.from, c.to}
		to := there
		if c.from.device > c.to.device {
			e, to = ends{c.to, c.from}, back
		}
		if there[e] == nil && back[e] == nil {
			order = append(order, e)
		}
		to[e] = append(to[e], c)
	}
	slices.SortFunc(order, func(x, y ends) int {
		return cmp.Or(strings.Compare(x.a.device, y.a.device), strings.Compare(x.z.device, y.z.device))
	})
	for _, e := range order {
		az, za := there[e], back[e]
		if len(az) != len(za) {
			im.fault(e.a.place, fmt.Sprintf("%d lines lead from it to %s and %d back", len(az), e.z.printed(), len(za)), "documents describe pairs of fibres: give each line its way back")
			continue
		}
		if len(az) > maxParallel {
			im.fault(e.a.place, fmt.Sprintf("%d lines lead from it to %s", len(az), e.z.printed()), fmt.Sprintf("give at most %d", maxParallel))
			continue
		}
		slices.SortStableFunc(az, func(x, y *chain) int { return strings.Compare(x.first(), y.first()) })
		slices.SortStableFunc(za, func(x, y *chain) int { return strings.Compare(x.first(), y.first()) })
		for _, c := range az {
			best := 0
			for i := range za {
				if mirrored(c, za[i]) > mirrored(c, za[best]) {
					best = i
				}
			}
			im.links = append(im.links, &link{a: e.a, z: e.z, az: c, za: za[best]})
			za = slices.Delete(za, best, best+1)
		}
	}
}

func (c *chain) first() string {
	if len(c.between) == 0 {
		return ""
	}
	return c.between[0].uid
}

// mirrored counts the elements of two chains that mirror each other.
func mirrored(az, za *chain) int {
	n := 0
	for i, e := range az.between {
		j := len(za.between) - 1 - i
		if j < 0 {
			break
		}
		if o := za.between[j]; o.kind == e.kind && o.km == e.km && o.variety == e.variety && o.city == e.city {
			n++
		}
	}
	return n
}

// patch reports whether the link is a transceiver's at its switch.
func (l *link) patch() bool {
	return len(l.az.between)+len(l.za.between) == 0 && (l.a.kind == "Transceiver") != (l.z.kind == "Transceiver")
}

// link writes one line.
func (im *importer) link(l *link, sites map[string]string) {
	if l.patch() {
		return
	}
	spec := &intents.LinkSpec{Ends: [2]string{im.linePort(l.a, l.az, l.za), im.linePort(l.z, l.za, l.az)}}
	var az, za []intents.Span
	var uids [2][]string
	for _, e := range l.az.between {
		az = append(az, e.span("az", sites[e.city]))
		uids[0] = append(uids[0], e.uid)
	}
	for _, e := range slices.Backward(l.za.between) {
		za = append(za, e.span("za", sites[e.city]))
	}
	for _, e := range l.za.between {
		uids[1] = append(uids[1], e.uid)
	}
	spec.Spans = aligned(az, za)
	if one := slices.ContainsFunc(spec.Spans, func(s intents.Span) bool { return s.Way != "" }); one {
		im.note("links have elements in one direction only, where the other has none like them", l.a.printed()+" – "+l.z.printed())
	}
	if len(spec.Spans) == 0 {
		none := 0.0
		spec.LossDb = &none
	}
	l.name = im.name(intents.KindLink, shortened(trimmedName(l.a.device)+"--"+trimmedName(l.z.device), l.a.device+l.z.device))
	im.add(intents.KindLink, l.name, annotated(noteAz, list(uids[0]), noteZa, list(uids[1])), spec)
}

// trimmedName drops what most names of switches begin with.
func trimmedName(device string) string {
	for _, prefix := range []string{"roadm-", "trx-"} {
		if name, ok := strings.CutPrefix(device, prefix); ok && name != "" {
			return name
		}
	}
	return device
}

func list(uids []string) string {
	if len(uids) == 0 {
		return ""
	}
	return string(encoded(uids))
}

func unlist(text string) []string {
	var uids []string
	if json.Unmarshal([]byte(text), &uids) != nil {
		return nil
	}
	return uids
}

// linePort makes the port that a line leaves by, and enters by on its way back.
func (im *importer) linePort(e *element, out, in *chain) string {
	if e.kind == "Transceiver" {
		im.note("a line straight from a transceiver carries one wavelength in documents", e.printed())
		name := fmt.Sprintf("line%d", len(e.lines)+1)
		e.lines = append(e.lines, name)
		return e.device + "/" + name
	}
	p := roadmPort{to: out.to.uid, from: in.from.uid}
	if len(out.between) > 0 {
		p.to = out.between[0].uid
	}
	if len(in.between) > 0 {
		p.from = in.between[len(in.between)-1].uid
	}
	p.name = e.roadm.next("deg", false)
	e.roadm.ports = append(e.roadm.ports, p)
	return e.device + "/" + p.name
}

// next names the next degree or add/drop port.
func (r *roadm) next(prefix string, addDrop bool) string {
	n := &r.degrees
	if addDrop {
		n = &r.addDrops
	}
	*n++
	return fmt.Sprintf("%s%d", prefix, *n)
}

// maxCords bounds the patch cords of a network.
const maxCords = 100_000

// patches joins a transceiver to its switch: one patch cord for each wavelength
// that the requests need there, at least one.
func (im *importer) patches(e *element, cords []*link) {
	for _, l := range cords {
		roadm := l.a
		if roadm == e {
			roadm = l.z
		}
		if im.cords += max(1, e.wavelengths); im.cords > maxCords {
			im.fault("network", fmt.Sprintf("the requests need more than %d wavelengths", maxCords), "import them in parts")
			return
		}
		for range max(1, e.wavelengths) {
			p := roadmPort{to: e.uid, from: e.uid, addDrop: true, name: roadm.roadm.next("add", true)}
			roadm.roadm.ports = append(roadm.roadm.ports, p)
			line := fmt.Sprintf("line%d", len(e.lines)+1)
			e.lines = append(e.lines, line)
			none := 0.0
			im.add(intents.KindLink, im.name(intents.KindLink, shortened("patch-"+trimmedName(e.device)+"-"+line, e.device+line)), nil,
				&intents.LinkSpec{Ends: [2]string{e.device + "/" + line, roadm.device + "/" + p.name}, LossDb: &none})
		}
	}
}

// firstCode numbers the modes of documents for terminals of the generic
// profile. No device has these numbers.
const firstCode = 50_000

func (im *importer) deviceCodes() {
	var names []string
	specs := map[string]*intents.ModeSpec{}
	for _, d := range im.docs {
		if s, ok := d.Spec.(*intents.ModeSpec); ok {
			names = append(names, d.Metadata.Name)
			specs[d.Metadata.Name] = s
		}
	}
	if len(names) > math.MaxUint16-firstCode {
		im.fault("equipment", fmt.Sprintf("%d modes", len(names)), fmt.Sprintf("import at most %d", math.MaxUint16-firstCode))
		return
	}
	slices.Sort(names)
	for i, name := range names {
		specs[name].DeviceCodes = map[string]uint16{terminalProfile: uint16(firstCode + i)}
	}
}
