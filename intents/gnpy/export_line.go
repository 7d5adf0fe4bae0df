package gnpy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// link writes the elements of both directions, or the connections of a patch
// cord.
func (ex *exporter) link(d *intents.Document, s *intents.LinkSpec, patched map[[2]string]bool) {
	ends, ports := [2]*device{}, [2]string{}
	for i, ref := range s.Ends {
		name, port, _ := strings.Cut(ref, "/")
		ends[i], ports[i] = ex.devices[name], port
		if ends[i] == nil || ends[i].uid == "" {
			ex.fault(fmt.Sprintf("Link %s: spec.ends[%d]", d.Metadata.Name, i), "no Roadm or Transceiver can be made of "+ref, "give the link a wavelength switch, terminal or router at each end")
			return
		}
	}
	a, z := ends[0], ends[1]
	if len(s.Reserved) > 0 {
		ex.note("reserved spectrum has no counterpart: left out", d.Metadata.Name)
	}
	if len(s.Spans) == 0 && (a.role == catalogue.RoleRoadm) != (z.role == catalogue.RoleRoadm) {
		a.behind[ports[0]], z.behind[ports[1]] = neighbours{z.uid, z.uid}, neighbours{a.uid, a.uid}
		if s.LossDb != nil && *s.LossDb != 0 {
			ex.note("the loss of patch cords to switches is left out: targets are behind it", d.Metadata.Name)
		}
		if key := [2]string{a.uid, z.uid}; !patched[key] {
			patched[key] = true
			ex.connect(a.uid, z.uid)
			ex.connect(z.uid, a.uid)
		}
		return
	}
	spans := s.Spans
	if len(spans) == 0 && s.LossDb != nil && *s.LossDb != 0 {
		spans = []intents.Span{{PatchLossDb: &intents.PerWay{Az: *s.LossDb, Za: *s.LossDb}}}
	}
	az := ex.way(d, spans, "az", noteAz)
	za := ex.way(d, spans, "za", noteZa)
	ex.connect(append(append([]string{a.uid}, az...), z.uid)...)
	ex.connect(append(append([]string{z.uid}, za...), a.uid)...)
	first := func(uids []string, otherwise string) string {
		if len(uids) == 0 {
			return otherwise
		}
		return uids[0]
	}
	last := func(uids []string, otherwise string) string {
		if len(uids) == 0 {
			return otherwise
		}
		return uids[len(uids)-1]
	}
	a.behind[ports[0]] = neighbours{to: first(az, z.uid), from: last(za, z.uid)}
	z.behind[ports[1]] = neighbours{to: first(za, a.uid), from: last(az, a.uid)}
	ex.links[d.Metadata.Name] = &exportedLink{first: first(az, "")}
}

// way writes the elements of one direction, in the order of its light.
func (ex *exporter) way(d *intents.Document, spans []intents.Span, way, note string) []string {
	var there []intents.Span
	for _, s := range spans {
		if s.Stands(way) {
			there = append(there, s)
		}
	}
	if way == "za" {
		slices.Reverse(there)
	}
	had := unlist(d.Metadata.Annotations[note])
	if len(had) != len(there) {
		had = make([]string, len(there))
	}
	uids := make([]string, len(there))
	for i, s := range there {
		what := map[bool]string{true: "fiber", false: "fused"}[s.Km > 0]
		if s.Amplifier != nil {
			what = "edfa"
		}
		uids[i] = ex.uid(had[i], fmt.Sprintf("%s %s %s %d", what, d.Metadata.Name, way, i+1))
		switch {
		case s.Amplifier != nil:
			ex.amplifier(uids[i], d, s, way)
		case s.Km > 0:
			ex.fibre(uids[i], d, s, way)
		default:
			ex.element(uids[i], "Fused", s.Site, fields{"params": fields{"loss": of(s.PatchLossDb, way, 0)}})
		}
	}
	return uids
}

// of is a number for one way.
func of(w *intents.PerWay, way string, otherwise float64) float64 {
	switch {
	case w == nil:
		return otherwise
	case way == "za":
		return w.Za
	}
	return w.Az
}

func (ex *exporter) fibre(uid string, d *intents.Document, s intents.Span, way string) {
	name := strings.ToLower(s.Fiber)
	t, err := ex.cat.Fibre(name)
	if err != nil {
		ex.fault("Link "+d.Metadata.Name, err.Error(), "")
		return
	}
	ex.usedFibres[name] = true
	if len(s.SharedRisks) > 0 {
		ex.note("shared risks have no counterpart: left out", d.Metadata.Name)
	}
	in, out := of(s.ConnectorInDb, way, t.ConnectorDb), of(s.ConnectorOutDb, way, t.ConnectorDb)
	p := fields{"length": s.Km, "length_units": "km", "att_in": of(s.PadDb, way, 0), "con_in": in, "con_out": out}
	fixed := of(s.PadDb, way, 0) + in + out
	var lumped []fields
	for _, l := range s.Lumped {
		at := l.AtKm
		if way == "za" {
			at = tidy(s.Km - at)
		}
		fixed += l.LossDb
		lumped = append(lumped, fields{"position": at, "loss": l.LossDb})
	}
	if way == "za" {
		slices.Reverse(lumped)
	}
	if lumped != nil {
		p["lumped_losses"] = lumped
	}
	switch {
	case s.LossDb != nil:
		if len(t.LossTable) > 0 {
			ex.note("a measured loss goes before the type's loss over frequency", d.Metadata.Name)
		}
		rest := of(s.LossDb, way, 0) - fixed
		if rest <= 0 {
			ex.fault("Link "+d.Metadata.Name, fmt.Sprintf("%g dB of a fibre of %g km are no more than its connectors of %g dB", of(s.LossDb, way, 0), s.Km, fixed), "give connectorInDb and connectorOutDb, or check lossDb")
			return
		}
		p["loss_coef"] = rounded(rest/s.Km, powerDigits)
	case len(t.LossTable) > 0:
		p["loss_coef"] = frequencyTable(t.LossTable)
	default:
		p["loss_coef"] = t.LossDbPerKm
	}
	kind, more := "Fiber", fields{"type_variety": ex.varietyOf(ex.fibres, name), "params": p}
	if s.Raman != nil {
		kind = "RamanFiber"
		more["operational"] = ramanOf(s.Raman)
	}
	ex.element(uid, kind, "", more)
}

func ramanOf(r *intents.RamanSpec) fields {
	temperature := r.TemperatureK
	if temperature == 0 {
		temperature = 283
	}
	var pumps []fields
	for _, p := range r.Pumps {
		direction := map[string]string{"with": "coprop", "against": "counterprop"}[p.Direction]
		pumps = append(pumps, fields{"power": exact(p.Mw / wattToMw), "frequency": exact(p.THz / hzToTHz), "propagation_direction": direction})
	}
	return fields{"temperature": temperature, "raman_pumps": pumps}
}

func frequencyTable(rows []catalogue.FrequencyPoint) fields {
	var hz, values []float64
	for _, r := range rows {
		hz, values = append(hz, r.Frequency.Hz()), append(values, r.Value)
	}
	return fields{"frequency": hz, "value": values}
}

// varietyOf is what GNPy calls a type.
func (ex *exporter) varietyOf(docs map[string]*intents.Document, name string) string {
	if doc := docs[name]; doc != nil && doc.Metadata.Annotations[noteVariety] != "" {
		return doc.Metadata.Annotations[noteVariety]
	}
	return name
}

func (ex *exporter) amplifier(uid string, d *intents.Document, s intents.Span, way string) {
	a := s.Amplifier
	if a.Bands != nil {
		var list []fields
		var varieties []string
		for _, b := range a.Bands {
			f, ok := ex.setting(d, b, way)
			if !ok {
				return
			}
			list = append(list, f)
			varieties = append(varieties, ex.varietyOf(ex.amplifiers, b.Type))
		}
		ex.element(uid, "Multiband_amplifier", s.Site, fields{"type_variety": ex.sideBySide(varieties), "amplifiers": list})
		return
	}
	b := intents.BandAmp{Type: a.Type, GainDb: a.GainDb, TiltDb: a.TiltDb, InVoaDb: a.InVoaDb, OutVoaDb: a.OutVoaDb}
	if ref := map[string]string{"az": a.Az, "za": a.Za}[way]; ref != "" {
		device, _, _ := strings.Cut(ref, "/")
		if dev := ex.devices[device]; dev != nil {
			if profile, err := ex.cat.Profile(dev.spec.Profile); err == nil {
				b.Type = profile.AmplifierType
			}
		}
		ex.note("managed amplifiers are written with the type of their profile and no gain: GNPy's design step chooses it", ref)
	}
	if f, ok := ex.setting(d, b, way); ok {
		ex.element(uid, "Edfa", s.Site, f)
	}
}

func (ex *exporter) setting(d *intents.Document, b intents.BandAmp, way string) (fields, bool) {
	if _, err := ex.cat.Amplifier(b.Type); err != nil {
		ex.fault("Link "+d.Metadata.Name, err.Error(), "")
		return nil, false
	}
	ex.usedAmplifiers[b.Type] = true
	if t := ex.cat.Amplifiers[b.Type]; t.Noise.Kind == catalogue.NoiseDualStage {
		ex.usedAmplifiers[t.Noise.Preamp], ex.usedAmplifiers[t.Noise.Booster] = true, true
	}
	operational := fields{"gain_target": nil, "delta_p": nil, "tilt_target": of(b.TiltDb, way, 0), "out_voa": of(b.OutVoaDb, way, 0)}
	if b.GainDb != nil {
		operational["gain_target"] = of(b.GainDb, way, 0)
	}
	if in := of(b.InVoaDb, way, 0); in != 0 {
		operational["in_voa"] = in
	}
	return fields{"type_variety": ex.varietyOf(ex.amplifiers, b.Type), "operational": operational}, true
}

// sideBySide names the list of types that GNPy wants for amplifiers side by
// side.
func (ex *exporter) sideBySide(varieties []string) string {
	i := slices.IndexFunc(ex.bands, func(known []string) bool { return slices.Equal(known, varieties) })
	if i < 0 {
		i = len(ex.bands)
		ex.bands = append(ex.bands, varieties)
	}
	return fmt.Sprintf("side-by-side-%d", i+1)
}
