package gnpy

import (
	"fmt"

	"github.com/waveplane/waveplane/intents"
)

// fibre reads a fibre of one direction. The connectors that it leaves open are
// those of the equipment; walk adds the margin for the end of life.
func (im *importer) fibre(e *element, params, operational *object) {
	if params == nil {
		im.fault(e.place+".params", "is required", "")
		return
	}
	length, ok := params.needed("length")
	params.get("type_variety") // some writers repeat it here
	switch unit := params.text("length_units"); unit {
	case "km", "":
		e.km = tidy(length)
	case "m":
		e.km = tidy(length / 1000)
	default:
		im.fault(params.at("length_units"), "unknown unit "+printable(unit), "write km or m")
		return
	}
	if ok && e.km <= 0 {
		im.fault(params.at("length"), fmt.Sprintf("%g km is no length", e.km), "write a length above 0")
		return
	}
	im.fibreOf(e, params)
	e.padDb = tidy(params.numberOr("att_in", 0))
	e.inDb = tidy(params.numberOr("con_in", im.span.conIn))
	e.outDb = tidy(params.numberOr("con_out", im.span.conOut))
	for _, l := range params.objects("lumped_losses") {
		at, ok1 := l.needed("position")
		loss, ok2 := l.needed("loss")
		at = tidy(at)
		if ok1 && ok2 && (at < 0 || at > e.km) {
			im.fault(l.at("position"), fmt.Sprintf("%g km is not on the fibre of %g km", at, e.km), "")
		}
		e.lumped = append(e.lumped, intents.LumpedLoss{AtKm: at, LossDb: tidy(loss)})
		l.rest()
	}
	if e.kind == "RamanFiber" {
		im.ramanPumps(e, operational)
	}
}

func (im *importer) ramanPumps(e *element, operational *object) {
	if operational == nil {
		return // a fibre that could be pumped and is not
	}
	r := intents.RamanSpec{TemperatureK: tidy(operational.numberOr("temperature", 283))}
	for _, p := range operational.objects("raman_pumps") {
		power, ok1 := p.needed("power")
		hz, ok2 := p.needed("frequency")
		direction := map[string]string{"coprop": "with", "counterprop": "against"}[p.text("propagation_direction")]
		if direction == "" {
			im.fault(p.at("propagation_direction"), "unknown direction "+printable(p.text("propagation_direction")), "write coprop or counterprop")
		}
		if ok1 && ok2 {
			r.Pumps = append(r.Pumps, intents.RamanPump{THz: tidy(hz * hzToTHz), Mw: tidy(power * wattToMw), Direction: direction})
		}
		p.rest()
	}
	if len(r.Pumps) > 0 {
		e.raman = &r
	}
}

// amplifier reads one amplifier.
func (im *importer) amplifier(e *element, o, operational *object) {
	o.passOver(designOnly, "design_bands")
	if s, ok := im.setting(e.variety, e.place, operational, e.printed()); ok {
		e.amplifiers = []setting{s}
	}
}

func (im *importer) multiband(e *element, o *object) {
	o.passOver(designOnly, "design_bands")
	for _, a := range o.objects("amplifiers") {
		if s, ok := im.setting(a.text("type_variety"), a.place, a.object("operational"), e.printed()); ok {
			e.amplifiers = append(e.amplifiers, s)
		}
		a.rest()
	}
	if len(e.amplifiers) == 0 {
		im.fault(o.at("amplifiers"), "names no amplifier", "save the network after the design step, and import that")
	}
}

// setting reads how an amplifier is set.
func (im *importer) setting(variety, place string, operational *object, name string) (setting, bool) {
	t := im.amplifiers[variety]
	switch {
	case variety == "":
		im.fault(place+".type_variety", "the amplifier has no type", "save the network after the design step and import that, or name a type of the equipment")
		return setting{}, false
	case t == nil:
		im.fault(place+".type_variety", "no amplifier type of the equipment is named "+printable(variety), nearest(variety, im.amplifiers))
		return setting{}, false
	}
	s := setting{kind: t.name, gain: scaled(operational.number("gain_target"), 1), tilt: tidy(operational.numberOr("tilt_target", 0)),
		inVoa: tidy(operational.numberOr("in_voa", 0)), outVoa: tidy(operational.numberOr("out_voa", 0))}
	if s.gain == nil {
		im.note("amplifiers without gain_target make up for the loss before them: save the network after the design step to import its gains", name)
	}
	if p := operational.number("delta_p"); p != nil && *p != 0 {
		im.note("delta_p of amplifiers is left out: gain_target is what documents hold", name)
	}
	operational.rest()
	return s, true
}

// defaultFusedDb is the loss of a Fused element that gives none.
const defaultFusedDb = 1

func (im *importer) fused(e *element, params *object) {
	e.lossDb = tidy(params.numberOr("loss", defaultFusedDb))
}

// span is the element as it stands in one direction of a link.
func (e *element) span(way, site string) intents.Span {
	s := intents.Span{Way: way}
	switch {
	case e.fibre != nil:
		s.Km, s.Fiber, s.Raman = e.km, e.type_, e.raman
		s.PadDb, s.ConnectorInDb, s.ConnectorOutDb = pair(e.padDb), pair(e.inDb), pair(e.outDb)
		for _, l := range e.lumped {
			if way == "za" { // documents measure from the a end
				l.AtKm = tidy(e.km - l.AtKm)
			}
			s.Lumped = append(s.Lumped, l)
		}
		if way == "za" {
			reverse(s.Lumped)
		}
		if e.lossTable == nil {
			s.LossDb = pair(e.lossDb)
		}
	case len(e.amplifiers) == 1:
		a := e.amplifiers[0]
		s.Site = site
		s.Amplifier = &intents.AmpSpec{Type: a.kind, GainDb: optional(a.gain), TiltDb: pair(a.tilt), InVoaDb: pair(a.inVoa), OutVoaDb: pair(a.outVoa)}
	case len(e.amplifiers) > 1:
		s.Site = site
		s.Amplifier = &intents.AmpSpec{}
		for _, a := range e.amplifiers {
			s.Amplifier.Bands = append(s.Amplifier.Bands, intents.BandAmp{Type: a.kind, GainDb: optional(a.gain), TiltDb: pair(a.tilt), InVoaDb: pair(a.inVoa), OutVoaDb: pair(a.outVoa)})
		}
	default:
		s.Site = site
		s.PatchLossDb = &intents.PerWay{Az: e.lossDb, Za: e.lossDb}
	}
	return s
}

func reverse(l []intents.LumpedLoss) {
	for i, j := 0, len(l)-1; i < j; i, j = i+1, j-1 {
		l[i], l[j] = l[j], l[i]
	}
}

// pair is a number for both ways; 0 is left out.
func pair(db float64) *intents.PerWay {
	if db == 0 {
		return nil
	}
	return &intents.PerWay{Az: db, Za: db}
}

func optional(db *float64) *intents.PerWay {
	if db == nil {
		return nil
	}
	return &intents.PerWay{Az: *db, Za: *db}
}
