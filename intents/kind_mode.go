package intents

import (
	"fmt"
	"math"
	"slices"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

func modeKind() Kind {
	return kindOf(KindMode, "modes", nil, false, checkMode, func(s *ModeSpec) {
		if s.Interop == "" {
			s.Interop = "standard"
		}
		if s.CentreStepGHz == 0 {
			s.CentreStepGHz = 6.25
		}
		if len(s.HostRates) == 0 {
			s.HostRates = []int{s.RateGbps}
		}
	})
}

func checkMode(c *checker, s *ModeSpec) {
	before := len(*c.faults)
	at := func(field ...any) []any { return append([]any{"spec"}, field...) }
	if s.RateGbps < 1 || s.RateGbps > 10_000 {
		c.fault(fmt.Sprintf("%d Gbit/s is out of range", s.RateGbps), "write the client capacity, from 1 to 10000", at("rateGbps")...)
	}
	for i, r := range s.HostRates {
		switch {
		case r < 1 || r > 10_000:
			c.fault(fmt.Sprintf("%d Gbit/s is out of range", r), "write a rate from 1 to 10000", at("hostRates", i)...)
		case r > s.RateGbps && s.RateGbps > 0:
			c.fault(fmt.Sprintf("a client of %d Gbit/s does not fit in %d Gbit/s", r, s.RateGbps), "", at("hostRates", i)...)
		}
	}
	c.between(&s.BaudGBd, 1, 1000, "GBd", at("baudGBd")...)
	c.oneOf(s.Modulation, modulations(), at("modulation")...)
	width, ok := c.checkWidth(s.SlotGHz, at("slotGHz")...)
	if ok && s.BaudGBd > width.GHz() {
		c.fault(fmt.Sprintf("a signal of %s GBd does not fit a slot of %v", number(s.BaudGBd), width), "", at("slotGHz")...)
	}
	if ok && s.SignalWidthGHz > width.GHz() {
		c.fault(fmt.Sprintf("a signal of %s GHz does not fit a slot of %v", number(s.SignalWidthGHz), width), "", at("signalWidthGHz")...)
	}
	c.between(&s.SignalWidthGHz, 0, 1000, "GHz", at("signalWidthGHz")...)
	c.between(s.RequiredOsnrDb, 1, 60, "dB", at("requiredOsnrDb")...)
	c.between(s.MinTxOsnrDb, 1, 80, "dB", at("minTxOsnrDb")...)
	if s.TxDbm != nil {
		checkPowers(c, *s.TxDbm, at("txDbm")...)
	}
	for i, w := range s.RxDbm {
		c.between(&w.AtOsnrDb, 0, 80, "dB", at("rxDbm", i, "atOsnrDb")...)
		c.between(&w.Min, -60, 30, "dBm", at("rxDbm", i, "min")...)
		c.between(&w.Max, -60, 30, "dBm", at("rxDbm", i, "max")...)
		if w.Min > w.Max && c.read(at("rxDbm", i, "min")...) && c.read(at("rxDbm", i, "max")...) {
			c.fault("min is above max", "", at("rxDbm", i)...)
		}
	}
	c.between(&s.CentreStepGHz, 0, 100, "GHz", at("centreStepGHz")...)
	checkTune(c, s.TuneTHz)
	if p := s.Penalties; p != nil {
		checkPenalties(c, "cdPsPerNm", p.CdPsPerNm, 1e6, "ps/nm", "dispersion")
		checkPenalties(c, "pmdPs", p.PmdPs, 1e4, "ps", "PMD")
		checkPenalties(c, "pdlDb", p.PdlDb, 60, "dB", "PDL")
	}
	c.between(s.RollOff, 0, 1, "", at("rollOff")...)
	c.between(s.EqualizationDb, -20, 20, "dB", at("equalizationDb")...)
	if _, family := cutBookended(s.Interop); s.Interop != "" && s.Interop != "standard" && !family {
		c.fault("unknown value "+quoted(s.Interop), "write standard or bookended:FAMILY", at("interop")...)
	}
	if c.cat != nil {
		for _, profile := range sortedKeys(s.DeviceCodes) {
			_, err := c.cat.Profile(profile)
			c.known(err, at("deviceCodes", profile)...)
		}
	}
	c.checkText(s.FEC, at("fec")...)
	c.checkText(s.Source, at("source")...)
	if len(*c.faults) == before && c.bound.whole() {
		if _, err := s.Catalogue(c.doc.Metadata.Name); err != nil {
			c.fault(err.Error(), "", at()...)
		}
	}
}

func modulations() []string {
	return []string{"DP-BPSK", "DP-QPSK", "DP-8QAM", "DP-16QAM", "DP-32QAM", "DP-64QAM", "PCS-DP-8QAM", "PCS-DP-16QAM", "PCS-DP-32QAM", "PCS-DP-64QAM"}
}

func cutBookended(s string) (family string, ok bool) {
	const prefix = "bookended:"
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return "", false
}

func checkTune(c *checker, thz *[2]float64) {
	if thz == nil {
		return
	}
	ordered := c.read("spec", "tuneTHz", 0) && c.read("spec", "tuneTHz", 1)
	for i, f := range *thz {
		if f > 185_000 && f < 202_000 {
			c.fault(number(f)+" is GHz", "write "+number(f/1000), "spec", "tuneTHz", i)
			ordered = false
			continue
		}
		c.between(&f, 185, 202, "THz", "spec", "tuneTHz", i)
	}
	if ordered && thz[0] > thz[1] {
		c.fault("the range ends below its begin", "write [lowest, highest]", "spec", "tuneTHz")
	}
}

// checkPenalties checks the table of one impairment, whose rows rise.
func checkPenalties(c *checker, field string, rows [][2]float64, most float64, unit, what string) {
	for i, row := range rows {
		c.between(&row[1], 0, 60, "dB", "spec", "penalties", field, i, 1)
		c.between(&row[0], 0, most, unit, "spec", "penalties", field, i, 0)
		if i > 0 && row[0] < rows[i-1][0] && c.read("spec", "penalties", field, i, 0) {
			c.fault("rows are not sorted by "+what, "", "spec", "penalties", field, i)
		}
	}
}

// Catalogue converts the document's spec to a mode of the catalogue. A mode
// that lacks a number planning needs is converted too, with Unusable set. An
// error names the field whose number cannot be represented.
func (s ModeSpec) Catalogue(name string) (catalogue.Mode, error) {
	n := converter{}
	m := catalogue.Mode{
		Name: name, RateGbps: s.RateGbps, HostRates: s.HostRates,
		BaudMBd:    int64(math.Round(s.BaudGBd * 1000)),
		Modulation: s.Modulation, FEC: s.FEC,
		SignalWidth: n.frequency("signalWidthGHz", s.SignalWidthGHz), SlotWidth: n.frequency("slotGHz", s.SlotGHz),
		CentreStep: n.frequency("centreStepGHz", s.CentreStepGHz),
		Interop:    s.Interop, Roadm: s.Roadm, DeviceCodes: s.DeviceCodes,
		Source: s.Source, Tags: map[string]catalogue.Tag{"": catalogue.TagManifest},
	}
	m.RequiredOsnr = n.ratio("requiredOsnrDb", s.RequiredOsnrDb)
	m.MinTxOsnr = n.ratio("minTxOsnrDb", s.MinTxOsnrDb)
	if s.TxDbm != nil {
		m.Launch = &catalogue.PowerRange{Min: n.power("txDbm", s.TxDbm[0]), Max: n.power("txDbm", s.TxDbm[1])}
	}
	for _, w := range s.RxDbm {
		m.Receive = append(m.Receive, catalogue.ReceiveWindow{AtOsnr: *n.ratio("rxDbm", &w.AtOsnrDb),
			PowerRange: catalogue.PowerRange{Min: n.power("rxDbm", w.Min), Max: n.power("rxDbm", w.Max)}})
	}
	slices.SortStableFunc(m.Receive, func(a, b catalogue.ReceiveWindow) int { return int(a.AtOsnr - b.AtOsnr) })
	if s.TuneTHz != nil {
		m.Tune = models.Band{Lower: n.frequency("tuneTHz", s.TuneTHz[0]*1000), Upper: n.frequency("tuneTHz", s.TuneTHz[1]*1000)}
	}
	if s.Penalties != nil {
		m.CDPenalties = n.table("cdPsPerNm", s.Penalties.CdPsPerNm)
		m.PMDPenalties = n.table("pmdPs", s.Penalties.PmdPs)
		m.PDLPenalties = n.table("pdlDb", s.Penalties.PdlDb)
	}
	if rows := m.CDPenalties; len(rows) > 0 {
		m.MaxDispersion = &rows[len(rows)-1].At
	}
	m.RollOff = s.RollOff
	if s.EqualizationDb != nil {
		m.EqualizationOffset = *n.ratio("equalizationDb", s.EqualizationDb)
	}
	if m.Interop == "" {
		m.Interop = "standard"
	}
	if m.CentreStep == 0 {
		m.CentreStep = models.GridStep
	}
	if len(m.HostRates) == 0 {
		m.HostRates = []int{s.RateGbps}
	}
	if m.Source == "" {
		m.Source = "Mode document " + name
	}
	if n.err != nil {
		return catalogue.Mode{}, fmt.Errorf("mode %q: %w", name, n.err)
	}
	return m.Judged(), nil
}

// converter turns numbers into the units of package models and keeps the first error.
type converter struct{ err error }

func (n *converter) keep(field string, err error) {
	if err != nil && n.err == nil {
		n.err = fmt.Errorf("%s: %w", field, err)
	}
}

func (n *converter) frequency(field string, ghz float64) models.Frequency {
	f, err := models.FrequencyFromGHz(ghz)
	n.keep(field, err)
	return f
}

func (n *converter) power(field string, dbm float64) models.Power {
	p, err := models.PowerFromDbm(dbm)
	n.keep(field, err)
	return p
}

func (n *converter) ratio(field string, db *float64) *models.Ratio {
	if db == nil {
		return nil
	}
	r, err := models.RatioFromDb(*db)
	n.keep(field, err)
	return &r
}

func (n *converter) table(field string, rows [][2]float64) []catalogue.PenaltyPoint {
	var table []catalogue.PenaltyPoint
	for _, row := range rows {
		table = append(table, catalogue.PenaltyPoint{At: row[0], Penalty: *n.ratio("penalties."+field, &row[1])})
	}
	return table
}
