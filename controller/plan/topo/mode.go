package topo

import (
	"fmt"
	"maps"
	"slices"

	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// extend returns a catalogue that knows more modes, or knows them better.
func extend(base *catalogue.Catalogue, modes map[string]catalogue.Mode) *catalogue.Catalogue {
	c := *base
	c.Modes = maps.Clone(base.Modes)
	if c.Modes == nil {
		c.Modes = map[string]catalogue.Mode{}
	}
	maps.Copy(c.Modes, modes)
	return &c
}

// modeOf converts a Mode document. What the document leaves out stays unset;
// a mode that lacks what planning needs carries the reason in Unusable.
func modeOf(name string, s *intents.ModeSpec) (catalogue.Mode, error) {
	m := catalogue.Mode{
		Name: name, RateGbps: s.RateGbps, HostRates: s.HostRates, Modulation: s.Modulation, FEC: s.FEC,
		Interop: s.Interop, Roadm: s.Roadm, DeviceCodes: s.DeviceCodes, Source: s.Source,
	}
	if len(m.HostRates) == 0 {
		m.HostRates = []int{s.RateGbps}
	}
	r := reader{}
	m.BaudMBd = int64(r.frequency("baudGBd", s.BaudGBd))
	m.SignalWidth = r.frequency("signalWidthGHz", s.SignalWidthGHz)
	m.SlotWidth = r.frequency("slotGHz", s.SlotGHz)
	m.CentreStep = r.frequency("centreStepGHz", s.CentreStepGHz)
	m.RequiredOsnr = r.ratio("requiredOsnrDb", s.RequiredOsnrDb)
	m.MinTxOsnr = r.ratio("minTxOsnrDb", s.MinTxOsnrDb)
	if s.TxDbm != nil {
		m.Launch = &catalogue.PowerRange{Min: r.power("txDbm", s.TxDbm[0]), Max: r.power("txDbm", s.TxDbm[1])}
	}
	for _, w := range s.RxDbm {
		at := w.AtOsnrDb
		m.Receive = append(m.Receive, catalogue.ReceiveWindow{
			AtOsnr:     *r.ratio("rxDbm", &at),
			PowerRange: catalogue.PowerRange{Min: r.power("rxDbm", w.Min), Max: r.power("rxDbm", w.Max)},
		})
	}
	slices.SortStableFunc(m.Receive, func(a, b catalogue.ReceiveWindow) int { return int(a.AtOsnr - b.AtOsnr) })
	if s.TuneTHz != nil {
		m.Tune = models.Band{Lower: r.frequency("tuneTHz", s.TuneTHz[0]*1000), Upper: r.frequency("tuneTHz", s.TuneTHz[1]*1000)}
	}
	if s.Penalties != nil {
		for _, row := range s.Penalties.CdPsPerNm {
			db := row[1]
			m.CDPenalties = append(m.CDPenalties, catalogue.PenaltyPoint{At: row[0], Penalty: *r.ratio("penalties", &db)})
		}
		if k := len(m.CDPenalties); k > 0 {
			end := m.CDPenalties[k-1].At
			m.MaxDispersion = &end
		}
	}
	return m, r.err
}

// reader converts numbers and keeps the first fault.
type reader struct{ err error }

func (r *reader) keep(field string, err error) {
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%s: %w", field, err)
	}
}

func (r *reader) frequency(field string, ghz float64) models.Frequency {
	f, err := models.FrequencyFromGHz(ghz)
	r.keep(field, err)
	return f
}

func (r *reader) power(field string, dbm float64) models.Power {
	p, err := models.PowerFromDbm(dbm)
	r.keep(field, err)
	return p
}

func (r *reader) ratio(field string, db *float64) *models.Ratio {
	if db == nil {
		return nil
	}
	v, err := models.RatioFromDb(*db)
	r.keep(field, err)
	return &v
}
