package gnpy

import (
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/intents"
)

// switchType is a Roadm of the equipment.
type switchType struct {
	target             *target
	addDrop, pmdS, pdl *float64
	impairments        map[string][]intents.SwitchPath // by id
	firstOf            map[string]string               // id of the first of each kind of path
}

// targetKind is what the power that a Roadm levels channels to depends on.
type targetKind int

const (
	perChannel targetKind = iota // dBm
	perSymbolRate
	perSlotWidth
)

// target is the power that a Roadm levels channels to, in dBm: of a channel, of
// 1 GBd, or of 50 GHz of slot.
type target struct {
	kind targetKind
	dbm  float64
}

// roadm is a Roadm of the topology.
type roadm struct {
	of                *switchType
	target            *target
	perDegree         map[string]target // by uid of the element that light leaves to
	addDrop           *float64
	pmdS, pdl         *float64
	assigned          []*object // impairments of single ways through it
	ports             []roadmPort
	degrees, addDrops int // of the ports
}

// roadmPort is a port as it comes to be when links are made.
type roadmPort struct {
	name     string
	to, from string // uids of the elements behind it, by direction of light
	addDrop  bool
}

// targetFields are GNPy's three ways to say a target, in its order.
func targetFields() []struct {
	whole, perDegree string
	kind             targetKind
} {
	return []struct {
		whole, perDegree string
		kind             targetKind
	}{
		{"target_pch_out_db", "per_degree_pch_out_db", perChannel},
		{"target_psd_out_mWperGHz", "per_degree_psd_out_mWperGHz", perSymbolRate},
		{"target_out_mWperSlotWidth", "per_degree_psd_out_mWperSlotWidth", perSlotWidth},
	}
}

// referenceSlotGHz is the width of slot that documents give powers for.
const referenceSlotGHz = 50

func (im *importer) targetOf(v any, kind targetKind, place string) *target {
	f, ok := im.asNumber(v, place)
	if !ok {
		return nil
	}
	if kind == perChannel {
		return &target{kind, tidy(f)}
	}
	if f <= 0 {
		im.fault(place, fmt.Sprintf("%g mW/GHz is no density of power", f), "write a number above 0")
		return nil
	}
	if kind == perSlotWidth {
		f *= referenceSlotGHz
	}
	return &target{kind, toDbm(f)}
}

func (im *importer) targets(o *object) (whole *target, perDegree map[string]target) {
	perDegree = map[string]target{}
	for _, f := range targetFields() {
		if v := o.get(f.whole); v != nil {
			if whole != nil {
				im.fault(o.at(f.whole), "the target is given twice", "keep one of target_pch_out_db, target_psd_out_mWperGHz and target_out_mWperSlotWidth")
			}
			whole = im.targetOf(v, f.kind, o.at(f.whole))
		}
		degrees := o.object(f.perDegree)
		if degrees == nil {
			continue
		}
		for _, uid := range degrees.keys {
			if t := im.targetOf(degrees.get(uid), f.kind, degrees.at(printable(uid))); t != nil {
				perDegree[uid] = *t
			}
		}
	}
	return whole, perDegree
}

// defaultVariety is the Roadm of the equipment that elements without a variety
// are of.
const defaultVariety = "default"

func (im *importer) switchType(o *object) {
	name := o.text("type_variety")
	if name == "" {
		name = defaultVariety
	}
	if _, twice := im.switches[name]; twice {
		im.fault(o.place, "Roadm type "+printable(name)+" stands twice", "leave one out")
		return
	}
	t := &switchType{addDrop: o.number("add_drop_osnr"), pmdS: o.number("pmd"), pdl: o.number("pdl"),
		impairments: map[string][]intents.SwitchPath{}, firstOf: map[string]string{}}
	im.switches[name] = t
	t.target, _ = im.targets(o)
	for _, p := range o.objects("roadm-path-impairments") {
		im.impairment(t, p)
	}
	o.passOver(designOnly, "restrictions", "design_bands")
	o.rest()
}

// defaultAddDropOsnr is GNPy's for a Roadm that says nothing, in dB.
const defaultAddDropOsnr = 100

// pathKinds are the ways through a switch.
func pathKinds() []string { return []string{"express", "add", "drop"} }

func (im *importer) impairment(t *switchType, o *object) {
	id, ok := o.needed("roadm-path-impairments-id")
	if !ok {
		return
	}
	key := fmt.Sprintf("%g", id)
	if _, twice := t.impairments[key]; twice {
		im.fault(o.at("roadm-path-impairments-id"), "id "+key+" stands twice", "leave one out")
	}
	for _, kind := range pathKinds() {
		for _, b := range o.objects("roadm-" + kind + "-path") {
			t.impairments[key] = append(t.impairments[key], im.switchPath(kind, b))
			if t.firstOf[kind] == "" {
				t.firstOf[kind] = key
			}
		}
	}
	o.rest()
}

func (im *importer) switchPath(kind string, o *object) intents.SwitchPath {
	p := intents.SwitchPath{Path: kind, InsertionLossDb: tidy(o.numberOr("roadm-maxloss", 0)),
		OsnrDb: scaled(o.number("roadm-osnr"), 1), PmdPs: scaled(o.number("roadm-pmd"), secondsToPs), PdlDb: scaled(o.number("roadm-pdl"), 1)}
	if r := o.object("frequency-range"); r != nil {
		lower, upper := r.number("lower-frequency"), r.number("upper-frequency")
		if lower != nil && upper != nil {
			p.BandTHz = &[2]float64{tidy(*lower * hzToTHz), tidy(*upper * hzToTHz)}
		}
		r.rest()
	}
	o.passOver("figures of paths that GNPy does not compute with are left out", "roadm-cd", "roadm-inband-crosstalk", "roadm-pmax", "roadm-pmin",
		"roadm-ptyp", "roadm-minloss", "roadm-typloss", "roadm-noise-figure", "minloss", "typloss", "pmin", "ptyp")
	o.rest()
	return p
}

func (im *importer) roadm(e *element, params *object) {
	variety := e.variety
	if variety == "" {
		variety = defaultVariety
	}
	r := &roadm{of: im.switches[variety]}
	e.roadm = r
	if r.of == nil {
		if e.variety != "" {
			im.fault(e.place+".type_variety", "no Roadm of the equipment is named "+printable(variety), nearest(variety, im.switches))
			return
		}
		r.of = &switchType{}
	}
	r.target, r.perDegree = im.targets(params)
	if r.target == nil {
		r.target = r.of.target
	}
	if r.target == nil {
		im.fault(e.place, "the Roadm has no target power", "give target_pch_out_db, here or in the equipment")
		return
	}
	or := func(own, of *float64) *float64 {
		if own != nil {
			return own
		}
		return of
	}
	noiseless, none := float64(defaultAddDropOsnr), 0.0
	r.addDrop = or(or(params.number("add_drop_osnr"), r.of.addDrop), &noiseless)
	r.pmdS, r.pdl = or(or(params.number("pmd"), r.of.pmdS), &none), or(or(params.number("pdl"), r.of.pdl), &none)
	r.assigned = params.objects("per_degree_impairments")
	params.passOver(designOnly, "restrictions", "design_bands", "per_degree_design_bands")
}

// device writes the wavelength switch, once its ports are known.
func (im *importer) switchDevice(e *element, site string) {
	r := e.roadm
	s := &intents.DeviceSpec{Site: site, Profile: roadmProfile, Address: placeholder(e.device), Mode: "observe", Ports: map[string]intents.Port{}}
	bank := intents.Bank{Colourless: true, Contentionless: true}
	used := map[string]bool{}
	for _, p := range r.ports {
		t := *r.target
		if own, ok := r.perDegree[p.to]; ok {
			t = own
			used[p.to] = true
		}
		port := intents.Port{}
		dbm := t.dbm
		switch t.kind {
		case perChannel:
			port.EgressDbm = &dbm
		case perSymbolRate:
			port.EgressDbmPerGBd = &dbm
		default:
			port.EgressDbmPer50GHz = &dbm
		}
		if p.addDrop {
			port.Bank = bankName
		} else {
			bank.Degrees = append(bank.Degrees, p.name)
		}
		s.Ports[p.name] = port
	}
	for _, uid := range sortedKeys(r.perDegree) {
		if !used[uid] {
			im.fault(e.place, "a target is given for "+printable(uid)+", which light does not leave to", "name the element behind the Roadm, or leave it out")
		}
	}
	if slices.ContainsFunc(r.ports, func(p roadmPort) bool { return p.addDrop }) && len(bank.Degrees) > 0 {
		slices.Sort(bank.Degrees)
		s.Banks = map[string]intents.Bank{bankName: bank}
	} else if len(bank.Degrees) == 0 {
		im.fault(e.place, "no line leads from the Roadm", "connect it, or leave it out")
	}
	w := intents.SwitchSpec{AddDropOsnrDb: scaled(r.addDrop, 1), PmdPs: scaled(r.pmdS, secondsToPs), PdlDb: scaled(r.pdl, 1), Paths: im.switchPaths(e)}
	s.Switch = &w
	im.add(intents.KindDevice, e.device, annotated(noteUID, e.uid), s)
}

// maxPaths bounds the paths through one switch that have figures of their own.
const maxPaths = 10_000

// switchPaths lists what holds for all paths of a kind, then what holds for
// single ones.
func (im *importer) switchPaths(e *element) []intents.SwitchPath {
	r := e.roadm
	var out []intents.SwitchPath
	for _, kind := range pathKinds() {
		for _, p := range r.of.impairments[r.of.firstOf[kind]] {
			if p.Path == kind {
				out = append(out, p)
			}
		}
	}
	entrances, exits := map[string][]string{}, map[string][]string{} // ports by the element next to them
	for _, p := range r.ports {
		entrances[p.from] = append(entrances[p.from], p.name)
		exits[p.to] = append(exits[p.to], p.name)
	}
	var single []intents.SwitchPath
	for _, o := range r.assigned {
		if len(single) > maxPaths {
			break // said below
		}
		id := ""
		if n, ok := o.needed("impairment_id"); ok {
			id = fmt.Sprintf("%g", n)
		}
		from, to := o.text("from_degree"), o.text("to_degree")
		o.rest()
		for _, a := range entrances[from] {
			for _, z := range exits[to] {
				for _, p := range r.of.impairments[id] {
					p.From, p.To = a, z
					single = append(single, p)
				}
			}
		}
		switch {
		case r.of.impairments[id] == nil:
			im.fault(o.at("impairment_id"), "the Roadm's type has no impairments with id "+id, "")
		case entrances[from] == nil || exits[to] == nil:
			im.fault(o.place, "no light goes from "+printable(from)+" to "+printable(to), "name the elements next to the Roadm")
		}
	}
	if len(single) > maxPaths {
		im.fault(e.place, fmt.Sprintf("%d paths have figures of their own", len(single)), fmt.Sprintf("give at most %d", maxPaths))
		return nil
	}
	slices.SortStableFunc(single, func(a, b intents.SwitchPath) int {
		return slices.Compare([]string{a.From, a.To}, []string{b.From, b.To})
	})
	return append(out, single...)
}
