package gnpy

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/waveplane/waveplane/intents"
)

// transceiver is a transceiver of the equipment.
type transceiver struct {
	variety string
	tuneTHz *[2]float64
	modes   []*trxMode
}

// trxMode is one of its modes.
type trxMode struct {
	format     string
	place      string
	spec       intents.ModeSpec
	bitRate    float64 // bit/s
	spacingGHz float64 // the least
}

// modeKey is what a Mode document stands for: a mode in slots of a width.
type modeKey struct {
	variety, format string
	slotGHz         float64
}

const slotStepGHz = 12.5

// slotFor is the least slot that holds a spacing.
func slotFor(spacingGHz float64) float64 {
	return math.Ceil(spacingGHz/slotStepGHz-1e-9) * slotStepGHz
}

func (im *importer) transceiver(o *object) {
	name, ok := variety(im, o, im.transceivers)
	if !ok {
		return
	}
	t := &transceiver{variety: name}
	im.transceivers[name] = t
	if f := o.object("frequency"); f != nil {
		lowest, ok1 := f.needed("min")
		highest, ok2 := f.needed("max")
		if ok1 && ok2 {
			t.tuneTHz = &[2]float64{tidy(lowest * hzToTHz), tidy(highest * hzToTHz)}
		}
		f.rest()
	}
	seen := map[string]bool{}
	for _, m := range o.objects("mode") {
		mode := im.trxMode(t, m)
		if mode == nil {
			continue
		}
		if seen[mode.format] {
			im.fault(m.at("format"), "mode "+printable(mode.format)+" stands twice", "leave one out")
		}
		seen[mode.format] = true
		t.modes = append(t.modes, mode)
	}
	o.rest()
}

func (im *importer) trxMode(t *transceiver, o *object) *trxMode {
	m := &trxMode{format: o.text("format"), place: o.place}
	if m.format == "" {
		im.fault(o.at("format"), "is required", "")
		return nil
	}
	baud, ok1 := o.needed("baud_rate")
	osnr, ok2 := o.needed("OSNR")
	rate, ok3 := o.needed("bit_rate")
	spacing, ok4 := o.needed("min_spacing")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil
	}
	m.bitRate, m.spacingGHz = rate, tidy(spacing*hzToGHz)
	gbps := rate * hzToGHz
	if gbps < 1 || gbps > 10_000 || gbps != math.Trunc(gbps) {
		im.fault(o.at("bit_rate"), fmt.Sprintf("%g Gbit/s cannot be the capacity of a mode", gbps), "write whole Gbit/s, from 1e9 to 1e13 bit/s")
		return nil
	}
	if !(m.spacingGHz > 0 && m.spacingGHz <= 5000) {
		im.fault(o.at("min_spacing"), fmt.Sprintf("%g GHz is no spacing", m.spacingGHz), "")
		return nil
	}
	tx, required := im.txDbm, tidy(osnr)
	m.spec = intents.ModeSpec{
		RateGbps: int(gbps), BaudGBd: tidy(baud * hzToGHz), RequiredOsnrDb: &required,
		MinTxOsnrDb: scaled(o.number("tx_osnr"), 1), RollOff: scaled(o.number("roll_off"), 1), TuneTHz: t.tuneTHz,
		TxDbm: &[2]float64{tx, tx},
		// GNPy knows no limits of a receiver's power: every power is in the window.
		RxDbm: []intents.RxWindow{{AtOsnrDb: 0, Min: -60, Max: 30}},
		Roadm: true, Source: "GNPy equipment",
	}
	if offset := o.numberOr("equalization_offset_db", 0); offset != 0 {
		m.spec.EqualizationDb = scaled(&offset, 1)
	}
	im.penalties(o, &m.spec)
	o.passOver("costs of modes are left out: the least number of wavelengths decides", "cost")
	o.rest()
	return m
}

// penalties reads the tables of a mode. In GNPy a table whose points are all
// above 0 begins at 0; documents write that row.
func (im *importer) penalties(o *object, s *intents.ModeSpec) {
	var p intents.Penalties
	tables := []struct {
		key  string
		rows *[][2]float64
	}{{"chromatic_dispersion", &p.CdPsPerNm}, {"pmd", &p.PmdPs}, {"pdl", &p.PdlDb}}
	for _, row := range o.objects("penalties") {
		db, ok := row.needed("penalty_value")
		found := false
		for _, t := range tables {
			if at := row.number(t.key); at != nil && ok {
				*t.rows = append(*t.rows, [2]float64{tidy(*at), tidy(db)})
				found = true
			}
		}
		if !found && ok {
			im.fault(row.place, "the row says of no impairment that documents know", "known are chromatic_dispersion, pmd and pdl")
		}
		row.rest()
	}
	any := false
	for _, t := range tables {
		rows := *t.rows
		if len(rows) == 0 {
			continue
		}
		any = true
		slices.SortStableFunc(rows, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
		if rows[0][0] > 0 {
			rows = append([][2]float64{{0, 0}}, rows...)
		}
		*t.rows = im.folded(o, t.key, rows)
	}
	if any {
		s.Penalties = &p
	}
}

// folded keeps the half of a table at and above 0: documents' tables hold for
// either sign. A table that is not the same on both sides cannot be said.
func (im *importer) folded(o *object, key string, rows [][2]float64) [][2]float64 {
	var left, right [][2]float64
	for _, r := range rows {
		if r[0] <= 0 {
			left = append([][2]float64{{-r[0], r[1]}}, left...)
		}
		if r[0] >= 0 {
			right = append(right, r)
		}
	}
	for i := range left {
		left[i][0] = math.Abs(left[i][0]) // no -0
	}
	if rows[0][0] < 0 && !slices.Equal(left, right) {
		im.fault(o.at("penalties"), "the penalties of "+key+" differ for negative and positive values, which documents cannot say", "write a table that is the same on both sides, with a row at 0")
		return nil
	}
	return right
}

// document is the mode in slots of a width. Its device code stands for no
// device: it lets terminals of the generic profile offer the mode.
func (m *trxMode) document(slotGHz float64) *intents.ModeSpec {
	s := m.spec
	s.SlotGHz = slotGHz
	s.DeviceCodes = map[string]uint16{terminalProfile: 0}
	return &s
}

// mode returns the name of the document of a mode in slots of a width, and
// writes it when it is the first time.
func (im *importer) mode(t *transceiver, m *trxMode, slotGHz float64) string {
	key := modeKey{t.variety, m.format, slotGHz}
	if name, ok := im.modes[key]; ok {
		return name
	}
	wanted := slug(t.variety + "-" + m.format)
	if slotGHz != slotFor(m.spacingGHz) {
		wanted = shortened(fmt.Sprintf("%s.%gghz", wanted, slotGHz), wanted)
	}
	name := im.name(intents.KindMode, wanted)
	im.modes[key] = name
	im.add(intents.KindMode, name, annotated(noteTrx, t.variety, noteFormat, m.format, noteSpacing, fmt.Sprintf("%g", m.spacingGHz)), m.document(slotGHz))
	return name
}

// modeDocuments writes every mode in the slot that it needs at least.
func (im *importer) modeDocuments() {
	for _, variety := range sortedKeys(im.transceivers) {
		t := im.transceivers[variety]
		for _, m := range t.modes {
			im.mode(t, m, slotFor(m.spacingGHz))
		}
	}
}
