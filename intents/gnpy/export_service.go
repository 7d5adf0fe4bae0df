package gnpy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// trxOf is what GNPy calls a mode: the transceiver that has it, and its name
// there.
func (ex *exporter) trxOf(mode string) (variety, format string) {
	if doc := ex.modes[mode]; doc != nil {
		if a := doc.Metadata.Annotations; a[noteTrx] != "" && a[noteFormat] != "" {
			return a[noteTrx], a[noteFormat]
		}
	}
	return "waveplane", mode
}

// transceivers writes the modes, each once: those that differ only in the slot
// are one in GNPy.
func (ex *exporter) transceivers() []fields {
	modes, tune := map[string][]fields{}, map[string]*[2]float64{}
	seen := map[[2]string]bool{}
	for _, name := range ex.modeNames {
		s, ok := ex.modes[name].Spec.(*intents.ModeSpec)
		if !ok {
			continue
		}
		variety, format := ex.trxOf(name)
		if seen[[2]string{variety, format}] {
			continue
		}
		if s.RequiredOsnrDb == nil {
			ex.note("modes without a required OSNR are left out", name)
			continue
		}
		seen[[2]string{variety, format}] = true
		if t := tune[variety]; t == nil {
			tune[variety] = s.TuneTHz
		} else if s.TuneTHz != nil && *t != *s.TuneTHz {
			ex.note("modes of one transceiver tune over one range: that of the first", name)
		}
		modes[variety] = append(modes[variety], ex.modeFields(name, format, s))
	}
	out := []fields{}
	for _, variety := range sortedKeys(modes) {
		f := fields{"type_variety": variety, "mode": modes[variety]}
		if t := tune[variety]; t != nil {
			f["frequency"] = fields{"min": exact(t[0] / hzToTHz), "max": exact(t[1] / hzToTHz)}
		} else {
			f["frequency"] = fields{"min": 191.3e12, "max": 196.1e12}
			ex.note("transceivers without a tuning range tune over the C band", variety)
		}
		out = append(out, f)
	}
	return out
}

func (ex *exporter) modeFields(name, format string, s *intents.ModeSpec) fields {
	spacing := s.SlotGHz
	if own, err := strconv.ParseFloat(ex.modes[name].Metadata.Annotations[noteSpacing], 64); err == nil {
		spacing = own
	}
	f := fields{"format": format, "baud_rate": exact(s.BaudGBd / hzToGHz), "OSNR": *s.RequiredOsnrDb, "bit_rate": exact(float64(s.RateGbps) / hzToGHz),
		"min_spacing": exact(spacing / hzToGHz), "cost": 1}
	switch {
	case s.MinTxOsnrDb != nil:
		f["tx_osnr"] = *s.MinTxOsnrDb
	default:
		f["tx_osnr"] = nil
	}
	if s.RollOff != nil {
		f["roll_off"] = *s.RollOff
	} else {
		f["roll_off"] = catalogue.DefaultRollOff
	}
	if s.EqualizationDb != nil {
		f["equalization_offset_db"] = *s.EqualizationDb
	}
	if s.Penalties == nil {
		return f
	}
	var rows []fields
	for _, t := range []struct {
		key  string
		rows [][2]float64
	}{{"chromatic_dispersion", s.Penalties.CdPsPerNm}, {"pmd", s.Penalties.PmdPs}, {"pdl", s.Penalties.PdlDb}} {
		for _, r := range t.rows {
			rows = append(rows, fields{t.key: r[0], "penalty_value": r[1]})
		}
		if t.key == "chromatic_dispersion" { // documents' tables hold for either sign
			for _, r := range t.rows {
				if r[0] > 0 {
					rows = append(rows, fields{t.key: -r[0], "penalty_value": r[1]})
				}
			}
		}
	}
	f["penalties"] = rows
	return f
}

// services writes the circuits; nil when there are none.
func (ex *exporter) services(docs []intents.Document) fields {
	requests, groups := []fields{}, []json.RawMessage{}
	for i := range docs {
		s, ok := docs[i].Spec.(*intents.CircuitSpec)
		if !ok {
			continue
		}
		if f := ex.request(&docs[i], s); f != nil {
			requests = append(requests, f)
		}
		var own []json.RawMessage
		if json.Unmarshal([]byte(docs[i].Metadata.Annotations[noteSync]), &own) == nil {
			groups = append(groups, own...)
		}
	}
	if len(requests) == 0 {
		return nil
	}
	f := fields{"path-request": requests}
	if len(groups) > 0 {
		f["synchronization"] = groups
	}
	return f
}

func (ex *exporter) request(d *intents.Document, s *intents.CircuitSpec) fields {
	name := d.Metadata.Name
	id := d.Metadata.Annotations[noteID]
	if id == "" {
		id = name
	}
	from, to := ex.terminals[s.From], ex.terminals[s.To]
	if from == nil || to == nil {
		ex.note("circuits between sites without a connected terminal are left out", name)
		return nil
	}
	te := fields{"technology": flexiGrid, "trx_type": nil, "trx_mode": nil, "path_bandwidth": exact(float64(s.CapacityGbps) / hzToGHz),
		"effective-freq-slot": []fields{{"N": nil, "M": nil}}, "max-nb-of-channel": nil, "output-power": nil}
	slot := 0.0
	for _, mode := range s.Modes {
		own, ok := ex.modes[mode]
		if !ok {
			ex.note("modes of the catalogue are not written: define them as Mode documents to use them in GNPy", mode)
			continue
		}
		variety, format := ex.trxOf(mode)
		if te["trx_type"] == nil {
			te["trx_type"] = variety
		} else if te["trx_type"] != variety {
			ex.note("a request is for one transceiver: that of the circuit's first mode", name)
		}
		if len(s.Modes) == 1 {
			te["trx_mode"] = format
		}
		if spec, is := own.Spec.(*intents.ModeSpec); is {
			slot = max(slot, spec.SlotGHz)
		}
	}
	if te["trx_type"] == nil {
		ex.note("circuits without modes of Mode documents are left out: GNPy asks for a transceiver", name)
		return nil
	}
	te["spacing"] = exact(slot / hzToGHz)
	f := fields{"request-id": id, "source": from.uid, "destination": to.uid, "src-tp-id": from.uid, "dst-tp-id": to.uid, "bidirectional": true,
		"path-constraints": fields{"te-bandwidth": te}}
	var own map[string]any
	if json.Unmarshal([]byte(d.Metadata.Annotations[noteRequest]), &own) == nil {
		for key, v := range own {
			if key == "bidirectional" {
				f[key] = v
				continue
			}
			te[key] = v
		}
	}
	if hops := ex.hops(name, s); len(hops) > 0 {
		f["explicit-route-objects"] = fields{"route-object-include-exclude": hops}
	}
	if s.MaxLatencyMs != nil || s.MaxWavelengths != 0 || s.Handoff != nil {
		ex.note("latency bounds, numbers of wavelengths and client ports have no counterpart: left out", name)
	}
	if s.MinMarginDb != nil {
		ex.margins = append(ex.margins, *s.MinMarginDb)
	}
	return f
}

func (ex *exporter) hops(name string, s *intents.CircuitSpec) []fields {
	var out []fields
	add := func(usage, waypoint string) {
		uid := ""
		if d := ex.devices[waypoint]; d != nil {
			uid = d.uid
		} else if l := ex.links[waypoint]; l != nil {
			uid = l.first
		} else if d := ex.roadms[waypoint]; d != nil {
			uid = d.uid
		}
		if uid == "" {
			ex.note("waypoints that are no element are left out", fmt.Sprintf("%s: %s", name, waypoint))
			return
		}
		out = append(out, fields{"index": len(out), "explicit-route-usage": usage,
			"num-unnum-hop": fields{"node-id": uid, "link-tp-id": "link-tp-id is not used", "hop-type": "STRICT"}})
	}
	for _, v := range s.Via {
		add("route-include-ero", v)
	}
	for _, v := range s.Avoid {
		add("route-exclude-ero", v)
	}
	return slices.Clip(out)
}
