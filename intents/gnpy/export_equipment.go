package gnpy

import (
	"encoding/json"
	"slices"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// defaultAddDropDb is the OSNR of adding and dropping of the equipment's
// default Roadm. It is below all that documents give, so that GNPy never thinks
// better of a switch than they do; each switch says its own.
const defaultAddDropDb = 33

// equipment writes the types that are used, and settings that make GNPy's
// design step change nothing that documents say.
func (ex *exporter) equipment() fields {
	top := fields{
		"Span": []fields{{"power_mode": false, "delta_power_range_db": []float64{0, 0, 0}, "max_fiber_lineic_loss_for_raman": 0.25, "target_extended_gain": 2.5,
			"max_length": 1000, "length_units": "km", "max_loss": 80, "padding": 0, "EOL": 0, "con_in": 0, "con_out": 0}},
		"Roadm": append([]fields{{"target_pch_out_db": defaultTargetDbm, "add_drop_osnr": defaultAddDropDb, "pmd": 0, "pdl": 0, "restrictions": noRestrictions()}}, ex.switches...),
		"SI":    []fields{ex.reference()},
	}
	// Lists are there even when they are empty: GNPy asks for them.
	edfas, fibres, raman := []fields{}, []fields{}, []fields{}
	for _, name := range sortedKeys(ex.usedAmplifiers) {
		if f := ex.edfa(name); f != nil {
			edfas = append(edfas, f)
		}
	}
	for i, varieties := range ex.bands {
		edfas = append(edfas, fields{"type_variety": ex.sideBySide(ex.bands[i]), "type_def": "multi_band", "amplifiers": varieties, "allowed_for_design": false})
	}
	for _, name := range sortedKeys(ex.usedFibres) {
		f := ex.fiber(name)
		fibres = append(fibres, f)
		raman = append(raman, f)
	}
	top["Edfa"], top["Fiber"], top["RamanFiber"], top["Transceiver"] = edfas, fibres, raman, ex.transceivers()
	return top
}

// reference is the reference channel: GNPy reads margin and launch power from it.
func (ex *exporter) reference() fields {
	f := fields{"f_min": 191.3e12, "f_max": 196.1e12, "baud_rate": 32e9, "spacing": 50e9, "power_dbm": 0.0, "power_range_db": []float64{0, 0, 1},
		"roll_off": catalogue.DefaultRollOff, "tx_osnr": 40, "sys_margins": intents.DefaultMinMarginDb}
	seen := false
	for _, name := range ex.modeNames {
		s, ok := ex.modes[name].Spec.(*intents.ModeSpec)
		if !ok || s.TxDbm == nil {
			continue
		}
		switch {
		case !seen:
			f["power_dbm"], seen = s.TxDbm[0], true
		case f["power_dbm"] != s.TxDbm[0]:
			ex.note("GNPy launches every mode with the same power: that of the first", name)
		}
		if s.TxDbm[0] != s.TxDbm[1] {
			ex.note("of a range of launch powers the least is written", name)
		}
	}
	for _, m := range ex.margins {
		if m != ex.margins[0] {
			ex.note("GNPy has one margin for all requests: that of the first circuit", "")
		}
		f["sys_margins"] = ex.margins[0]
	}
	return f
}

func (ex *exporter) edfa(name string) fields {
	f := fields{"type_variety": ex.varietyOf(ex.amplifiers, name), "allowed_for_design": false}
	s, ok := intents.AmplifierTypeSpec{}, false
	if doc := ex.amplifiers[name]; doc != nil {
		if own, is := doc.Spec.(*intents.AmplifierTypeSpec); is {
			s, ok = *own, true
		}
	}
	if !ok {
		s = specOf(ex.cat.Amplifiers[name])
	}
	n := s.Noise
	f["gain_flatmax"], f["gain_min"], f["p_max"] = s.GainDb[1], s.GainDb[0], s.MaxOutputDbm
	f["f_min"], f["f_max"] = exact(s.BandTHz[0]/hzToTHz), exact(s.BandTHz[1]/hzToTHz)
	f["pmd"], f["pdl"] = exact(s.PmdPs/secondsToPs), s.PdlDb
	f["out_voa_auto"] = false
	shaped := s.GainRippleDb != nil || s.NoiseRippleDb != nil || s.TiltShape != nil
	switch catalogue.NoiseKind(n.Model) {
	case catalogue.NoiseFixed:
		f["type_def"], f["nf0"] = "fixed_gain", n.NfDb
	case catalogue.NoiseVariable:
		f["type_def"], f["nf_min"], f["nf_max"] = "variable_gain", n.NfMinDb, n.NfMaxDb
		if n.Coils != nil {
			c := catalogue.Coils(*n.Coils)
			f["nf_min"], f["nf_max"] = tidy(c.NoiseFigure(s.GainDb[1], s.GainDb[1])), tidy(c.NoiseFigure(s.GainDb[0], s.GainDb[1]))
			ex.note("GNPy solves the coils of amplifiers by itself; it may find others", name)
		}
	case catalogue.NoiseOpenRoadm:
		f["type_def"], f["nf_coef"] = "openroadm", n.Coefficients
	case catalogue.NoiseOpenRoadmPreamp:
		f["type_def"] = "openroadm_preamp"
	case catalogue.NoiseOpenRoadmBooster:
		f["type_def"] = "openroadm_booster"
	case catalogue.NoisePolynomial:
		f["type_def"], f["advanced_config_from_json"] = "advanced_model", ex.config(name, s)
		shaped = false
	case catalogue.NoiseDualStage:
		if shaped || s.PmdPs != 0 || s.PdlDb != 0 {
			ex.note("of an amplifier in two stages only the stages are written", name)
		}
		ex.usedAmplifiers[n.Preamp], ex.usedAmplifiers[n.Booster] = true, true
		return fields{"type_variety": f["type_variety"], "type_def": "dual_stage", "gain_min": s.GainDb[0], "preamp_variety": ex.varietyOf(ex.amplifiers, n.Preamp),
			"booster_variety": ex.varietyOf(ex.amplifiers, n.Booster), "allowed_for_design": false}
	}
	if shaped {
		f["default_config_from_json"] = ex.config(name, s)
	}
	return f
}

// config writes the file with what changes over the band, and returns its name.
func (ex *exporter) config(name string, s intents.AmplifierTypeSpec) string {
	or := func(shape []float64) []float64 {
		if shape == nil {
			return []float64{0}
		}
		return shape
	}
	f := fields{"f_min": exact(s.BandTHz[0] / hzToTHz), "f_max": exact(s.BandTHz[1] / hzToTHz), "gain_ripple": or(s.GainRippleDb), "nf_ripple": or(s.NoiseRippleDb), "dgt": s.TiltShape}
	if s.TiltShape == nil {
		f["dgt"] = ex.cat.TiltShapes[catalogue.DefaultTiltShape]
	}
	if s.Noise.Coefficients != nil && s.Noise.Model == string(catalogue.NoisePolynomial) {
		f["nf_fit_coeff"] = s.Noise.Coefficients
	}
	file := name + "-config.json"
	raw, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		ex.fault("AmplifierType "+name, err.Error(), "")
	}
	ex.extra[file] = append(raw, '\n')
	return file
}

// specOf is a type of the catalogue as a document would say it.
func specOf(a catalogue.Amplifier) intents.AmplifierTypeSpec {
	s := intents.AmplifierTypeSpec{GainDb: [2]float64{a.Gain[0].Db(), a.Gain[1].Db()}, MaxOutputDbm: a.MaxOutput.Dbm(),
		BandTHz: [2]float64{tidy(a.Band.Lower.GHz() / 1000), tidy(a.Band.Upper.GHz() / 1000)}, PmdPs: a.PmdPs, PdlDb: a.PdlDb,
		GainRippleDb: a.GainRippleDb, NoiseRippleDb: a.NoiseRippleDb, TiltShape: a.TiltShape,
		Noise: intents.NoiseSpec{Model: string(a.Noise.Kind), Preamp: a.Noise.Preamp, Booster: a.Noise.Booster}}
	switch a.Noise.Kind {
	case catalogue.NoiseFixed:
		s.Noise.NfDb = &a.Noise.NfDb
	case catalogue.NoiseVariable:
		s.Noise.NfMinDb, s.Noise.NfMaxDb = &a.Noise.NfMinDb, &a.Noise.NfMaxDb
	}
	if len(a.Noise.Coefficients) == 4 {
		s.Noise.Coefficients = (*[4]float64)(a.Noise.Coefficients)
	}
	return s
}

func (ex *exporter) fiber(name string) fields {
	t := ex.cat.Fibres[name]
	f := fields{"type_variety": ex.varietyOf(ex.fibres, name), "effective_area": exact(t.EffectiveAreaUm2 / areaFactor), "pmd_coef": exact(t.PmdPsPerSqrtKm / pmdFactor())}
	if t.Reference != 0 {
		f["ref_frequency"] = t.Reference.Hz()
	}
	if len(t.DispersionTable) > 0 {
		rows := slices.Clone(t.DispersionTable)
		for i := range rows {
			rows[i].Value = exact(rows[i].Value / dispersionFactor)
		}
		f["dispersion_per_frequency"] = frequencyTable(rows)
	} else {
		f["dispersion"] = exact(t.DispersionPsNmKm / dispersionFactor)
	}
	if t.DispersionSlope != nil {
		f["dispersion_slope"] = exact(*t.DispersionSlope / slopeFactor)
	}
	if t.Raman != nil {
		var shift, gain []float64
		for _, p := range t.Raman.Profile {
			shift, gain = append(shift, p.Frequency.Hz()), append(gain, exact(p.Value/perMetreToPerKm))
		}
		f["raman_coefficient"] = fields{"reference_frequency": t.Raman.Pump.Hz(), "frequency_offset": shift, "g0": gain}
	}
	return f
}
