package gnpy

import (
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Of a wavelength switch that says nothing of itself; see the catalogue's
// generic profile.
const defaultTargetDbm = -20

// roadm is what the topology says of a wavelength switch.
func (ex *exporter) roadm(d *device) fields {
	profile, err := ex.cat.Profile(d.spec.Profile)
	if err != nil {
		profile = catalogue.Profile{}
	}
	w := intents.SwitchSpec{}
	if d.spec.Switch != nil {
		w = *d.spec.Switch
	}
	if w.AddDropOsnrDb == nil && profile.AddDropOsnrDb > 0 {
		w.AddDropOsnrDb = &profile.AddDropOsnrDb
	}
	p := fields{}
	for _, f := range []struct {
		key    string
		value  *float64
		factor float64
	}{{"add_drop_osnr", w.AddDropOsnrDb, 1}, {"pmd", w.PmdPs, 1 / secondsToPs}, {"pdl", w.PdlDb, 1}} {
		if f.value != nil {
			p[f.key] = exact(*f.value * f.factor)
		}
	}
	ex.targets(d, p)
	more := fields{"params": p}
	if variety, assigned := ex.paths(d, w.Paths); variety != "" {
		more["type_variety"] = variety
		if assigned != nil {
			p["per_degree_impairments"] = assigned
		}
	}
	return more
}

func targetOf(p intents.Port) (target, bool) {
	switch {
	case p.EgressDbm != nil:
		return target{perChannel, *p.EgressDbm}, true
	case p.EgressDbmPerGBd != nil:
		return target{perSymbolRate, *p.EgressDbmPerGBd}, true
	case p.EgressDbmPer50GHz != nil:
		return target{perSlotWidth, *p.EgressDbmPer50GHz}, true
	}
	return target{}, false
}

func (t target) value() float64 {
	switch t.kind {
	case perChannel:
		return t.dbm
	case perSlotWidth:
		return densityOf(t.dbm, referenceSlotGHz)
	}
	return densityOf(t.dbm, 1)
}

// targets writes the power of most ports for the whole switch, add/drop ports
// first, and that of the others by degree.
func (ex *exporter) targets(d *device, p fields) {
	var whole *target
	for _, addDrop := range []bool{true, false} {
		for _, name := range sortedKeys(d.spec.Ports) {
			port := d.spec.Ports[name]
			if t, ok := targetOf(port); ok && whole == nil && (port.Bank != "") == addDrop {
				whole = &t
			}
		}
	}
	if whole == nil {
		whole = &target{perChannel, defaultTargetDbm}
		ex.note(fmt.Sprintf("wavelength switches that say no power level to %d dBm a channel", defaultTargetDbm), d.doc.Metadata.Name)
	}
	for _, f := range targetFields() {
		if f.kind == whole.kind {
			p[f.whole] = whole.value()
		}
		degrees := fields{}
		for name, port := range d.spec.Ports {
			if t, ok := targetOf(port); ok && t != *whole && t.kind == f.kind && d.behind[name].to != "" {
				degrees[d.behind[name].to] = t.value()
			}
		}
		if len(degrees) > 0 {
			p[f.perDegree] = degrees
		}
	}
}

// paths writes what single paths through a switch do as a type of the
// equipment, and says which of it holds where.
func (ex *exporter) paths(d *device, paths []intents.SwitchPath) (variety string, assigned []fields) {
	if len(paths) == 0 {
		return "", nil
	}
	var list []fields
	ids := map[string]int{}
	add := func(kind string, group []intents.SwitchPath) int {
		key := string(encoded(group))
		if id, ok := ids[key]; ok {
			return id
		}
		id := len(list)
		ids[key] = id
		var entries []fields
		for _, g := range group {
			entries = append(entries, pathFields(g))
		}
		list = append(list, fields{"roadm-path-impairments-id": id, "roadm-" + kind + "-path": entries})
		return id
	}
	for _, kind := range pathKinds() {
		var group []intents.SwitchPath
		for _, p := range paths {
			if p.Path == kind && p.From == "" && p.To == "" {
				group = append(group, p)
			}
		}
		if group != nil {
			add(kind, group)
		}
	}
	type way struct{ from, to string }
	singles := map[way][]intents.SwitchPath{}
	var order []way
	for _, p := range paths {
		if p.From == "" && p.To == "" {
			continue
		}
		if p.From == "" || p.To == "" {
			ex.note("figures of all paths from or to one port have no counterpart: left out", d.doc.Metadata.Name)
			continue
		}
		w := way{d.behind[p.From].from, d.behind[p.To].to}
		if w.from == "" || w.to == "" {
			ex.note("figures of paths through ports without a link are left out", d.doc.Metadata.Name)
			continue
		}
		p.From, p.To = "", ""
		if singles[w] == nil {
			order = append(order, w)
		}
		if !slices.ContainsFunc(singles[w], func(known intents.SwitchPath) bool { return string(encoded(known)) == string(encoded(p)) }) {
			singles[w] = append(singles[w], p)
		}
	}
	for _, w := range order {
		id := add(singles[w][0].Path, singles[w])
		assigned = append(assigned, fields{"from_degree": w.from, "to_degree": w.to, "impairment_id": id})
	}
	key := string(encoded(list))
	if ex.switchNames[key] == "" {
		if ex.switchNames == nil {
			ex.switchNames = map[string]string{}
		}
		ex.switchNames[key] = fmt.Sprintf("paths-%d", len(ex.switchNames)+1)
		ex.switches = append(ex.switches, fields{"type_variety": ex.switchNames[key], "target_pch_out_db": defaultTargetDbm, "add_drop_osnr": defaultAddDropDb,
			"pmd": 0, "pdl": 0, "restrictions": noRestrictions(), "roadm-path-impairments": list})
	}
	return ex.switchNames[key], assigned
}

func pathFields(p intents.SwitchPath) fields {
	f := fields{"roadm-maxloss": p.InsertionLossDb}
	if p.BandTHz != nil {
		f["frequency-range"] = fields{"lower-frequency": exact(p.BandTHz[0] / hzToTHz), "upper-frequency": exact(p.BandTHz[1] / hzToTHz)}
	}
	for _, o := range []struct {
		key    string
		value  *float64
		factor float64
	}{{"roadm-osnr", p.OsnrDb, 1}, {"roadm-pmd", p.PmdPs, 1 / secondsToPs}, {"roadm-pdl", p.PdlDb, 1}} {
		if o.value != nil {
			f[o.key] = exact(*o.value * o.factor)
		}
	}
	return f
}

func noRestrictions() fields {
	return fields{"preamp_variety_list": []string{}, "booster_variety_list": []string{}}
}
