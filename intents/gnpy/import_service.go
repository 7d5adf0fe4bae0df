package gnpy

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/intents"
)

// request is a path-request.
type request struct {
	id       string
	from, to *element
	t        *transceiver
	modes    []*trxMode
	gbps     float64
	slotGHz  float64
	via      []*element
	avoid    []*element
	place    string
	rest     string     // what a circuit cannot say, JSON
	apart    []*request // requests before this one that it shares nothing with
	apartBy  string
	groups   []string
}

// services reads what is asked for.
func (im *importer) services(top *object) {
	if top == nil {
		return
	}
	byID := map[string]*request{}
	for _, o := range top.objects("path-request") {
		r := im.request(o)
		if r == nil {
			continue
		}
		if _, twice := byID[r.id]; twice {
			im.fault(o.at("request-id"), "request "+printable(r.id)+" stands twice", "give each an id of its own")
			continue
		}
		byID[r.id] = r
		im.requests = append(im.requests, r)
	}
	for _, o := range top.objects("synchronization") {
		im.synchronization(o, byID)
	}
	top.rest()
}

func (im *importer) end(o *object, key string) *element {
	uid := o.text(key)
	e := im.byUID[uid]
	switch {
	case e == nil:
		im.fault(o.at(key), "no element is named "+printable(uid), nearest(uid, im.byUID))
	case e.kind != "Transceiver":
		im.fault(o.at(key), printable(uid)+" is a "+printable(e.kind), "name a Transceiver")
	default:
		return e
	}
	return nil
}

func (im *importer) request(o *object) *request {
	r := &request{id: o.text("request-id"), place: o.place}
	if r.id == "" {
		im.fault(o.at("request-id"), "is required", "")
		return nil
	}
	o.place += " (" + printable(r.id) + ")"
	r.from, r.to = im.end(o, "source"), im.end(o, "destination")
	o.get("src-tp-id")
	o.get("dst-tp-id")
	both, _ := o.get("bidirectional").(bool)
	if !both {
		im.note("requests of one direction become circuits, which are of both", r.id)
	}
	constraints := o.object("path-constraints")
	te := constraints.object("te-bandwidth")
	if te == nil {
		im.fault(o.at("path-constraints.te-bandwidth"), "is required", "")
		return nil
	}
	im.demand(r, te)
	r.rest = im.kept(te, both, r.id)
	te.rest()
	constraints.rest()
	for _, hop := range o.object("explicit-route-objects").objects("route-object-include-exclude") {
		im.hop(r, hop)
	}
	o.rest()
	if r.from == nil || r.to == nil || r.t == nil || len(r.modes) == 0 {
		return nil
	}
	return r
}

// demand reads capacity and modes.
func (im *importer) demand(r *request, te *object) {
	if bandwidth, ok := te.needed("path_bandwidth"); ok {
		r.gbps = math.Ceil(tidy(bandwidth * hzToGHz))
		if r.gbps < 1 {
			im.fault(te.at("path_bandwidth"), fmt.Sprintf("%g bit/s is no capacity", bandwidth), "ask for 1e9 bit/s or more, or leave the request out")
		} else if r.gbps*1e9 != bandwidth {
			im.note("capacities are rounded up to whole Gbit/s", r.id)
		}
	}
	spacing, ok := te.needed("spacing")
	if ok && !(spacing > 0 && spacing <= 5e12) {
		im.fault(te.at("spacing"), fmt.Sprintf("%g Hz is no spacing", spacing), "")
		return
	}
	r.slotGHz = slotFor(spacing * hzToGHz)
	name := te.text("trx_type")
	r.t = im.transceivers[name]
	if r.t == nil {
		im.fault(te.at("trx_type"), "no transceiver of the equipment is named "+printable(name), nearest(name, im.transceivers))
		return
	}
	if format := te.text("trx_mode"); format != "" {
		i := slices.IndexFunc(r.t.modes, func(m *trxMode) bool { return m.format == format })
		if i < 0 {
			im.fault(te.at("trx_mode"), "transceiver "+printable(name)+" has no mode "+printable(format), "")
			return
		}
		r.modes = r.t.modes[i : i+1]
		if r.modes[0].spacingGHz > spacing*hzToGHz+1e-9 {
			im.fault(te.at("spacing"), fmt.Sprintf("%g GHz is too narrow for mode %s, which needs %g GHz", spacing*hzToGHz, printable(format), r.modes[0].spacingGHz), "")
		}
		return
	}
	for _, m := range r.t.modes {
		if m.spacingGHz <= spacing*hzToGHz+1e-9 {
			r.modes = append(r.modes, m)
		}
	}
	if len(r.modes) == 0 {
		im.fault(te.at("spacing"), fmt.Sprintf("no mode of transceiver %s fits a spacing of %g GHz", printable(name), spacing*hzToGHz), "ask for a wider one")
		return
	}
	// In the order in which GNPy tries them.
	r.modes = slices.Clone(r.modes)
	slices.SortStableFunc(r.modes, func(a, b *trxMode) int {
		return cmp.Or(cmp.Compare(b.spec.BaudGBd, a.spec.BaudGBd), cmp.Compare(b.bitRate, a.bitRate), strings.Compare(a.format, b.format))
	})
}

// flexiGrid is the technology of all requests that are written.
const flexiGrid = "flexi-grid"

// kept is what a circuit cannot say of a request.
func (im *importer) kept(te *object, both bool, id string) string {
	out := map[string]any{}
	if !both {
		out["bidirectional"] = false
	}
	for _, key := range []string{"technology", "spacing", "max-nb-of-channel", "output-power", "tx_power", "effective-freq-slot"} {
		if v := te.get(key); !empty(v) && !nothing(v) && v != flexiGrid {
			out[key] = plain(v)
		}
	}
	if out["effective-freq-slot"] != nil {
		im.note("slots that requests ask for are kept in annotations only: a circuit's spectrum is the planner's choice", id)
	}
	if out["output-power"] != nil || out["tx_power"] != nil || out["max-nb-of-channel"] != nil {
		im.note("output-power, tx_power and max-nb-of-channel of requests are kept in annotations only", id)
	}
	return string(encoded(out))
}

// nothing reports whether a list of slots names none.
func nothing(v any) bool {
	list, ok := v.([]any)
	return ok && !slices.ContainsFunc(list, func(item any) bool { return !empty(item) })
}

// hop reads an element that the route is to pass, or to keep away from.
func (im *importer) hop(r *request, o *object) {
	o.get("index")
	usage := o.text("explicit-route-usage")
	n := o.object("num-unnum-hop")
	uid := n.text("node-id")
	n.get("link-tp-id")
	kind := n.text("hop-type")
	n.rest()
	o.rest()
	e := im.byUID[uid]
	if e == nil {
		im.fault(n.atOr(o, "node-id"), "no element is named "+printable(uid), nearest(uid, im.byUID))
		return
	}
	switch usage {
	case "route-include-ero":
		if e == r.from || e == r.to || im.beside(e, r.from) || im.beside(e, r.to) {
			return // every route begins and ends there
		}
		if kind == "LOOSE" {
			im.note("loose hops become hops that a route must pass", r.id)
		}
		r.via = append(r.via, e)
	case "route-exclude-ero":
		r.avoid = append(r.avoid, e)
	default:
		im.fault(o.at("explicit-route-usage"), "unknown usage "+printable(usage), "write route-include-ero or route-exclude-ero")
	}
}

func (o *object) atOr(otherwise *object, key string) string {
	if o == nil {
		return otherwise.at(key)
	}
	return o.at(key)
}

// beside reports whether a Roadm is the one that the transceiver is at.
func (im *importer) beside(e, trx *element) bool {
	return trx != nil && e.kind == "Roadm" && slices.Contains(trx.next, e)
}

func (im *importer) synchronization(o *object, byID map[string]*request) {
	group := compact(o)
	o.text("synchronization-id")
	svec := o.object("svec")
	if svec.get("relaxable") == true {
		im.note("disjointness that may be relaxed is asked for all the same", printable(fmt.Sprint(svec.get("request-id-number"))))
	}
	kinds, _ := svec.get("disjointness").(string)
	by := intents.DisjointLink
	if slices.Contains(strings.Fields(kinds), "node") {
		by = intents.DisjointSite
	}
	var first *request
	var beside []*request
	ids, _ := svec.get("request-id-number").([]any)
	for i, v := range ids {
		id, _ := v.(string)
		r := byID[id]
		if r == nil {
			im.fault(svec.atOr(o, fmt.Sprintf("request-id-number[%d]", i)), "no request is "+what(v), "")
			continue
		}
		if first == nil {
			first = r
		}
		for _, other := range beside {
			if r.apartBy != intents.DisjointSite {
				r.apartBy = by
			}
			r.apart = append(r.apart, other)
		}
		beside = append(beside, r)
	}
	if first != nil {
		first.groups = append(first.groups, string(group))
	}
	svec.rest()
	o.rest()
}

// counts says how many wavelengths the requests need at each transceiver when
// each takes its slowest mode.
func (im *importer) counts() {
	for _, r := range im.requests {
		slowest := slices.MinFunc(r.modes, func(a, b *trxMode) int { return cmp.Compare(a.bitRate, b.bitRate) })
		n := int(min(math.Ceil(r.gbps*1e9/slowest.bitRate), maxWavelengths))
		for _, e := range []*element{r.from, r.to} {
			e.wavelengths = min(e.wavelengths+n, maxWavelengths)
		}
	}
}

// maxWavelengths bounds the patch cords of one transceiver: more than a fibre
// carries on the narrowest grid.
const maxWavelengths = 400

// circuits writes what is asked for.
func (im *importer) circuits(sites map[string]string) {
	links := map[*element]string{}
	for _, l := range im.links {
		for _, c := range []*chain{l.az, l.za} {
			for _, e := range c.between {
				links[e] = l.name
			}
		}
	}
	names := func(elements []*element) []string {
		var out []string
		for _, e := range elements {
			name := links[e]
			if e.end() {
				name = e.device
			}
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		return out
	}
	called := map[*request]string{}
	for _, r := range im.requests {
		wanted := slug(r.id)
		if wanted[0] >= '0' && wanted[0] <= '9' {
			wanted = shortened("request-"+wanted, r.id)
		}
		called[r] = im.name(intents.KindCircuit, wanted)
	}
	for _, r := range im.requests {
		margin := im.marginDb
		s := &intents.CircuitSpec{From: sites[im.cityOf(r.from)], To: sites[im.cityOf(r.to)], CapacityGbps: int(min(r.gbps, math.MaxInt32)),
			Via: names(r.via), Avoid: names(r.avoid), MinMarginDb: margin}
		for _, m := range r.modes {
			s.Modes = append(s.Modes, im.mode(r.t, m, r.slotGHz))
		}
		if s.From == s.To {
			im.fault(r.place, "request "+printable(r.id)+" begins and ends at "+s.From, "a circuit joins two sites")
		}
		if len(r.apart) > 0 {
			s.Diversity = &intents.Diversity{By: r.apartBy}
			for _, other := range r.apart {
				if name := called[other]; !slices.Contains(s.Diversity.ApartFrom, name) {
					s.Diversity.ApartFrom = append(s.Diversity.ApartFrom, name)
				}
			}
		}
		name := called[r]
		original := r.id
		if original == name {
			original = ""
		}
		groups := ""
		if len(r.groups) > 0 {
			groups = "[" + strings.Join(r.groups, ",") + "]"
		}
		im.add(intents.KindCircuit, name, annotated(noteID, original, noteRequest, r.rest, noteSync, groups), s)
	}
}
