package gnpy

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/waveplane/waveplane/intents"
)

// spanDefaults are what the equipment says of all fibres.
type spanDefaults struct{ conIn, conOut, endOfLife float64 }

// designOnly is why much of the equipment is left out.
const designOnly = "what is for the design step is left out: it is not run"

// equipment reads the parts.
func (im *importer) equipment(top *object) {
	if top == nil {
		return
	}
	for _, o := range top.objects("Span") {
		im.span = spanDefaults{o.numberOr("con_in", 0), o.numberOr("con_out", 0), o.numberOr("EOL", 0)}
		o.passOver(designOnly, "power_mode", "delta_power_range_db", "max_fiber_lineic_loss_for_raman", "target_extended_gain",
			"max_length", "length_units", "max_loss", "padding", "type_variety", "voa_margin", "voa_step", "use_si_channel_count_for_design")
		o.rest()
	}
	for _, o := range top.objects("SI") {
		im.txDbm = o.numberOr("power_dbm", 0)
		if tx := o.number("tx_power_dbm"); tx != nil {
			im.txDbm = *tx
		}
		im.marginDb = scaled(o.number("sys_margins"), 1)
		o.passOver("the reference channel is left out: it is for the design step, which is not run", "f_min", "f_max", "baud_rate", "spacing", "power_range_db", "roll_off", "tx_osnr", "type_variety", "use_si_channel_count_for_design")
		o.rest()
	}
	for _, o := range top.objects("Roadm") {
		im.switchType(o)
	}
	edfas := top.objects("Edfa")
	for _, o := range edfas {
		im.amplifierType(o)
	}
	im.dualStages()
	for _, o := range top.objects("Fiber") {
		im.fibreType(o)
	}
	for _, o := range top.objects("RamanFiber") {
		im.fibreType(o)
	}
	for _, o := range top.objects("Transceiver") {
		im.transceiver(o)
	}
	top.rest()
}

// variety reads the name of a type and reports whether it is the first of it.
func variety[T any](im *importer, o *object, known map[string]*T) (string, bool) {
	name := o.text("type_variety")
	if name == "" {
		im.fault(o.at("type_variety"), "is required", "")
		return "", false
	}
	if _, twice := known[name]; twice {
		im.fault(o.at("type_variety"), "type "+printable(name)+" stands twice", "leave one out")
		return name, false
	}
	return name, true
}

// amplifierType is an amplifier of the equipment.
type amplifierType struct {
	name string
	spec *intents.AmplifierTypeSpec
	from *object
}

// defaultBand is GNPy's for amplifiers that give none, in Hz.
func defaultBand() [2]float64 { return [2]float64{191.275e12, 196.125e12} }

func (im *importer) amplifierType(o *object) {
	name, ok := variety(im, o, im.amplifiers)
	if !ok {
		return
	}
	o.passOver(designOnly, "allowed_for_design", "out_voa_auto")
	kind := o.text("type_def")
	if kind == "multi_band" {
		o.get("amplifiers")
		im.note("lists of amplifiers that may stand side by side are for the design step: left out, elements name their own", name)
		o.rest()
		return
	}
	t := &amplifierType{spec: &intents.AmplifierTypeSpec{Source: "GNPy equipment, type " + kind}, from: o}
	im.amplifiers[name] = t
	t.name = im.name(intents.KindAmplifierType, slug(name))
	s := t.spec
	s.PmdPs, s.PdlDb = tidy(o.numberOr("pmd", 0)*secondsToPs), tidy(o.numberOr("pdl", 0))
	if kind == "dual_stage" {
		s.Noise = intents.NoiseSpec{Model: "dual-stage"}
		return // the rest follows from the stages
	}
	least, ok1 := o.needed("gain_min")
	most, ok2 := o.needed("gain_flatmax")
	power, ok3 := o.needed("p_max")
	if !ok1 || !ok2 || !ok3 {
		return
	}
	s.GainDb, s.MaxOutputDbm = [2]float64{tidy(least), tidy(most)}, tidy(power)
	config := im.settings(o)
	im.noise(o, config, kind, &s.Noise)
	im.shapes(o, config, s)
	o.rest()
}

// settings returns the file that an amplifier type names, or nil.
func (im *importer) settings(o *object) *object {
	for _, key := range []string{"advanced_config_from_json", "default_config_from_json"} {
		file := o.text(key)
		if file == "" {
			continue
		}
		f, ok := im.extra[file]
		if !ok {
			im.fault(o.at(key), "the type depends on file "+printable(file)+", which was not given", "give it with --extra FILE, or remove the type")
			return nil
		}
		return readTree(f, im.report)
	}
	return nil
}

func (im *importer) noise(o, config *object, kind string, n *intents.NoiseSpec) {
	figure := func(key string) *float64 {
		f, ok := o.needed(key)
		if !ok {
			return nil
		}
		f = tidy(f)
		return &f
	}
	switch kind {
	case "variable_gain":
		*n = intents.NoiseSpec{Model: "variable", NfMinDb: figure("nf_min"), NfMaxDb: figure("nf_max")}
	case "fixed_gain":
		*n = intents.NoiseSpec{Model: "fixed", NfDb: figure("nf0")}
	case "openroadm":
		*n = intents.NoiseSpec{Model: "openroadm", Coefficients: im.coefficients(o, "nf_coef")}
	case "openroadm_preamp":
		*n = intents.NoiseSpec{Model: "openroadm-preamp"}
	case "openroadm_booster":
		*n = intents.NoiseSpec{Model: "openroadm-booster"}
	case "advanced_model":
		if config == nil {
			if o.get("advanced_config_from_json") == nil {
				im.fault(o.at("advanced_config_from_json"), "is required", "")
			}
			return
		}
		*n = intents.NoiseSpec{Model: "polynomial", Coefficients: im.coefficients(config, "nf_fit_coeff")}
	case "":
		im.fault(o.at("type_def"), "is required", "write variable_gain, fixed_gain, openroadm or another of the noise models")
	default:
		im.fault(o.at("type_def"), "unknown noise model "+printable(kind), "known are variable_gain, fixed_gain, openroadm, openroadm_preamp, openroadm_booster, advanced_model, dual_stage and multi_band")
	}
}

func (im *importer) coefficients(o *object, key string) *[4]float64 {
	list := o.numbers(key)
	if len(list) != 4 {
		im.fault(o.at(key), "want a list of 4 numbers", "")
		return nil
	}
	return &[4]float64{tidy(list[0]), tidy(list[1]), tidy(list[2]), tidy(list[3])}
}

// shapes reads the band of a type and what changes over it.
func (im *importer) shapes(o, config *object, s *intents.AmplifierTypeSpec) {
	band := defaultBand()
	for _, from := range []*object{config, o} { // what the type says goes before what its file says
		if from == nil {
			continue
		}
		band = [2]float64{from.numberOr("f_min", band[0]), from.numberOr("f_max", band[1])}
		for _, shape := range []struct {
			key string
			to  *[]float64
		}{{"gain_ripple", &s.GainRippleDb}, {"nf_ripple", &s.NoiseRippleDb}, {"dgt", &s.TiltShape}} {
			if list := from.numbers(shape.key); list != nil {
				*shape.to = samples(list)
			}
		}
	}
	s.BandTHz = [2]float64{tidy(band[0] * hzToTHz), tidy(band[1] * hzToTHz)}
	if len(s.TiltShape) == 1 || same(s.TiltShape, im.defaultTilt()) {
		s.TiltShape = nil
	}
	if config != nil {
		config.rest()
	}
}

// samples rounds a shape; one that is 0 everywhere is none.
func samples(list []float64) []float64 {
	if !slices.ContainsFunc(list, func(f float64) bool { return f != 0 }) {
		return nil
	}
	out := make([]float64, len(list))
	for i, f := range list {
		out[i] = tidy(f)
	}
	return out
}

func (im *importer) defaultTilt() []float64 { return im.cat.TiltShapes[defaultTiltShape] }

func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) <= 1e-8*math.Max(math.Abs(x), math.Abs(y)) })
}

// dualStages completes the types in two stages: gain and power follow from the
// stages, as they do in GNPy.
func (im *importer) dualStages() {
	for _, variety := range sortedKeys(im.amplifiers) {
		t := im.amplifiers[variety]
		if t.spec.Noise.Model != "dual-stage" {
			continue
		}
		o := t.from
		least, ok := o.needed("gain_min")
		stages := [2]*amplifierType{}
		for i, key := range []string{"preamp_variety", "booster_variety"} {
			name := o.text(key)
			stages[i] = im.amplifiers[name]
			if stages[i] == nil || stages[i].spec.Noise.Model == "dual-stage" {
				im.fault(o.at(key), "no amplifier type of one stage is named "+printable(name), "")
				ok = false
			}
		}
		if raman, _ := o.get("raman").(bool); raman {
			im.note("a Raman stage of a hybrid amplifier is taken as an amplifier of its own noise figure; give a fibre Raman pumps only where no such amplifier stands", variety)
		}
		if ok {
			s, first, second := t.spec, stages[0], stages[1]
			s.Noise.Preamp, s.Noise.Booster = first.name, second.name
			s.GainDb = [2]float64{tidy(least), tidy(first.spec.GainDb[1] + second.spec.GainDb[1])}
			s.MaxOutputDbm, s.BandTHz = second.spec.MaxOutputDbm, second.spec.BandTHz
		}
		o.rest()
	}
}

// amplifierTypes writes the types.
func (im *importer) amplifierTypes() {
	for _, variety := range sortedKeys(im.amplifiers) {
		t := im.amplifiers[variety]
		im.add(intents.KindAmplifierType, t.name, annotated(noteVariety, variety), t.spec)
	}
}

// compact keeps what a field says as it stands, to be written again.
func compact(v any) json.RawMessage {
	raw, err := json.Marshal(plain(v))
	if err != nil {
		return nil
	}
	return raw
}

// plain turns what was read into what encoding/json writes.
func plain(v any) any {
	switch v := v.(type) {
	case *object:
		m := make(map[string]any, len(v.keys))
		for _, key := range v.keys {
			m[key] = plain(v.values[key])
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case json.Number: // one way to write each number
		if f, err := v.Float64(); err == nil {
			return f
		}
	}
	return v
}
