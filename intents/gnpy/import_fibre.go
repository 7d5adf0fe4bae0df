package gnpy

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/waveplane/waveplane/intents"
)

// fibreType is a fibre of the equipment. Its loss is of the topology: GNPy
// gives it with each element.
type fibreType struct {
	name string
	spec intents.FiberTypeSpec

	losses map[float64]int // loss in dB/km → number of elements
	tables map[string][][2]float64
	own    map[string]string // by what an element says otherwise: name of the type made for it
}

// referenceHz is where GNPy's figures hold when a type does not say: c/1550 nm.
const referenceHz = 299_792_458 / 1550e-9

// defaultLoss is of types that no element is of, in dB/km.
const defaultLoss = 0.2

func (im *importer) fibreType(o *object) {
	name := o.text("type_variety")
	if name == "" {
		im.fault(o.at("type_variety"), "is required", "")
		return
	}
	spec := intents.FiberTypeSpec{Source: "GNPy equipment"}
	im.fibreFigures(o, &spec)
	o.rest()
	if before, ok := im.fibres[name]; ok {
		// The same fibre with and without pumps stands in two lists.
		if spec.Raman != nil && before.spec.Raman == nil {
			before.spec.Raman = spec.Raman
		}
		spec.Raman = before.spec.Raman
		if string(encoded(spec)) != string(encoded(before.spec)) {
			im.fault(o.at("type_variety"), "type "+printable(name)+" stands twice with different figures", "make them the same, or give one another name")
		}
		return
	}
	t := &fibreType{spec: spec, losses: map[float64]int{}, tables: map[string][][2]float64{}, own: map[string]string{}}
	im.fibres[name] = t
	t.name = im.name(intents.KindFiberType, slug(name))
	if spec.DispersionPsPerNmKm == nil && spec.DispersionTable == nil {
		im.fault(o.at("dispersion"), "is required", "")
	}
}

func encoded(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return raw
}

// fibreFigures reads the figures that a type, and an element for itself, may
// give. It reports whether there were any.
func (im *importer) fibreFigures(o *object, s *intents.FiberTypeSpec) bool {
	before := encoded(s)
	reference := o.number("ref_frequency")
	if nm := o.number("ref_wavelength"); nm != nil && *nm > 0 {
		hz := 299_792_458 / *nm
		reference = &hz
	}
	if reference != nil && *reference > 0 {
		s.ReferenceTHz = scaled(reference, hzToTHz)
	}
	if d := o.number("dispersion"); d != nil {
		s.DispersionPsPerNmKm, s.DispersionTable = scaled(d, dispersionFactor), nil
	}
	if slope := o.number("dispersion_slope"); slope != nil {
		s.DispersionSlopePsPerNmKm = scaled(slope, slopeFactor)
	}
	if table := o.object("dispersion_per_frequency"); table != nil {
		s.DispersionTable, s.DispersionPsPerNmKm, s.DispersionSlopePsPerNmKm = im.table(table, hzToTHz, dispersionFactor), nil, nil
	}
	area, gamma := o.number("effective_area"), o.number("gamma")
	switch {
	case area != nil:
		s.EffectiveAreaUm2 = scaled(area, areaFactor)
		if gamma != nil {
			im.note("a non-linear coefficient beside an effective area does not count: left out", o.at("gamma"))
		}
	case gamma != nil && *gamma > 0:
		hz := float64(referenceHz)
		if reference != nil {
			hz = *reference
		}
		um2 := tidy(areaOfGamma(*gamma, hz) * areaFactor)
		s.EffectiveAreaUm2 = &um2
	case gamma != nil:
		im.fault(o.at("gamma"), "is not above 0", "")
	}
	if pmd := o.number("pmd_coef"); pmd != nil {
		s.PmdPsPerSqrtKm = tidy(*pmd * pmdFactor())
	}
	if r := o.object("raman_coefficient"); r != nil {
		s.Raman = im.ramanGain(r)
	}
	o.passOver("a Raman efficiency of the old format is left out: the default profile holds", "raman_efficiency")
	return string(encoded(s)) != string(before)
}

// table reads {"value": […], "frequency": […]}.
func (im *importer) table(o *object, xFactor, yFactor float64) [][2]float64 {
	x, y := o.numbers("frequency"), o.numbers("value")
	o.rest()
	return im.rows(o, x, y, xFactor, yFactor)
}

func (im *importer) rows(o *object, x, y []float64, xFactor, yFactor float64) [][2]float64 {
	if len(x) != len(y) || len(x) == 0 {
		im.fault(o.place, "a table of "+strconv.Itoa(len(x))+" frequencies and "+strconv.Itoa(len(y))+" values", "give as many of one as of the other")
		return nil
	}
	rows := make([][2]float64, len(x))
	for i := range x {
		rows[i] = [2]float64{tidy(x[i] * xFactor), tidy(y[i] * yFactor)}
	}
	slices.SortStableFunc(rows, func(a, b [2]float64) int {
		switch {
		case a[0] < b[0]:
			return -1
		case a[0] > b[0]:
			return 1
		}
		return 0
	})
	return rows
}

func (im *importer) ramanGain(o *object) *intents.RamanGain {
	pump, ok := o.needed("reference_frequency")
	shift, gain := o.numbers("frequency_offset"), o.numbers("g0")
	o.rest()
	if !ok {
		return nil
	}
	return &intents.RamanGain{PumpTHz: tidy(pump * hzToTHz), Profile: im.rows(o, shift, gain, hzToTHz, perMetreToPerKm)}
}

// fibreOf finds the type of an element, and reads its loss for each km.
func (im *importer) fibreOf(e *element, params *object) {
	t := im.fibres[e.variety]
	if t == nil {
		place := e.place + ".type_variety"
		if e.variety == "" {
			im.fault(place, "is required: the fibre has no type", "name one of the equipment")
			return
		}
		im.fault(place, "no fibre type of the equipment is named "+printable(e.variety), nearest(e.variety, im.fibres))
		return
	}
	e.fibre = t
	own := t.spec
	differs := im.fibreFigures(params, &own)
	if o, ok := params.get("loss_coef").(*object); ok {
		e.lossTable = im.table(o, hzToTHz, 1)
	} else if loss, ok := params.needed("loss_coef"); ok {
		e.lossPerKm = rounded(loss, powerDigits)
	}
	if differs {
		e.figures = &own
	}
}

// settleLoss sets the loss of an element, in all and for its length, as they
// will be found again in what is exported.
func (e *element) settleLoss() {
	if e.lossTable != nil {
		return
	}
	fixed := e.padDb + e.inDb + e.outDb
	for _, l := range e.lumped {
		fixed += l.LossDb
	}
	e.lossDb = tidy(e.km*e.lossPerKm + fixed)
	e.lossPerKm = rounded((e.lossDb-fixed)/e.km, powerDigits)
}

// fibreTypes writes the types, those that single elements make for themselves
// included: an element that says otherwise than its type, or has a loss over
// frequency that others of its type have not.
func (im *importer) fibreTypes() {
	for _, e := range im.elements {
		if e.fibre == nil {
			continue
		}
		e.settleLoss()
		switch {
		case e.figures != nil: // it will have a type of its own, and says nothing of this one
		case e.lossTable != nil:
			e.fibre.tables[string(encoded(e.lossTable))] = e.lossTable
		default:
			e.fibre.losses[typical(e.lossPerKm)]++
		}
	}
	for _, variety := range sortedKeys(im.fibres) {
		t := im.fibres[variety]
		spec := t.spec
		if len(t.tables) == 1 && len(t.losses) == 0 {
			for _, table := range t.tables {
				spec.LossTable = table
			}
		} else {
			loss := t.usualLoss()
			spec.LossDbPerKm = &loss
		}
		t.spec = spec
		im.add(intents.KindFiberType, t.name, annotated(noteVariety, variety), &spec)
	}
	for _, e := range im.elements {
		if e.fibre == nil {
			continue
		}
		e.type_ = e.fibre.name
		own := e.fibre.spec
		if e.figures != nil {
			own = *e.figures
			loss := typical(e.lossPerKm)
			own.LossDbPerKm, own.LossTable = &loss, nil
		}
		if e.lossTable != nil {
			own.LossDbPerKm, own.LossTable = nil, e.lossTable
		}
		key := string(encoded(own))
		if key == string(encoded(e.fibre.spec)) {
			continue
		}
		if e.fibre.own[key] == "" {
			name := im.name(intents.KindFiberType, shortened(e.fibre.name+"-own", e.fibre.name))
			e.fibre.own[key] = name
			im.add(intents.KindFiberType, name, annotated(noteVariety, name), &own)
			im.note("fibres with figures other than their type's have types of their own", e.uid)
		}
		e.type_ = e.fibre.own[key]
	}
}

// typical rounds a loss for a type: elements give their own with lossDb.
func typical(dbPerKm float64) float64 { return rounded(dbPerKm, 6) }

// usualLoss is the loss that most elements of the type have.
func (t *fibreType) usualLoss() float64 {
	best, most := defaultLoss, 0
	for _, loss := range slices.Sorted(maps.Keys(t.losses)) {
		if t.losses[loss] > most {
			best, most = loss, t.losses[loss]
		}
	}
	return best
}
