package catalogue

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/models"
)

// modeRow is a mode as the data files write it. The same units stand in the
// field names of Mode documents.
type modeRow struct {
	Name           string            `yaml:"name"`
	Row            string            `yaml:"row"`
	RateGbps       int               `yaml:"rateGbps"`
	LineRateGbps   float64           `yaml:"lineRateGbps"`
	HostRates      []int             `yaml:"hostRates"`
	BaudGBd        float64           `yaml:"baudGBd"`
	Modulation     string            `yaml:"modulation"`
	FEC            string            `yaml:"fec"`
	SignalWidthGHz float64           `yaml:"signalWidthGHz"`
	SlotGHz        float64           `yaml:"slotGHz"`
	RequiredOsnrDb *float64          `yaml:"requiredOsnrDb"`
	MinTxOsnrDb    *float64          `yaml:"minTxOsnrDb"`
	TxDbm          []float64         `yaml:"txDbm"`
	RxDbm          []receiveRow      `yaml:"rxDbm"`
	CentreStepGHz  float64           `yaml:"centreStepGHz"`
	TuneTHz        []float64         `yaml:"tuneTHz"`
	MaxDispersion  *float64          `yaml:"maxDispersionPsPerNm"`
	Penalties      penaltyRow        `yaml:"penalties"`
	RollOff        *float64          `yaml:"rollOff"`
	Interop        string            `yaml:"interop"`
	Roadm          bool              `yaml:"roadm"`
	DeviceCodes    map[string]uint16 `yaml:"deviceCodes"`
	Source         string            `yaml:"source"`
	Tags           map[string]Tag    `yaml:"tags"`
	Unusable       string            `yaml:"unusable"`
}

type receiveRow struct {
	AtOsnrDb float64 `yaml:"atOsnrDb"`
	Min      float64 `yaml:"min"`
	Max      float64 `yaml:"max"`
}

type penaltyRow struct {
	CdPsPerNm [][]float64 `yaml:"cdPsPerNm"`
	PmdPs     [][]float64 `yaml:"pmdPs"`
	PdlDb     [][]float64 `yaml:"pdlDb"`
}

func (r modeRow) mode(s sheet) (Mode, error) {
	var n numbers
	m := Mode{
		Name: r.Name, Row: r.Row, RateGbps: r.RateGbps, LineRateGbps: r.LineRateGbps, HostRates: r.HostRates,
		BaudMBd:    int64(n.frequency(r.BaudGBd)),
		Modulation: r.Modulation, FEC: r.FEC,
		SignalWidth: n.frequency(r.SignalWidthGHz), SlotWidth: n.frequency(r.SlotGHz), CentreStep: n.frequency(r.CentreStepGHz),
		RequiredOsnr: n.optional(r.RequiredOsnrDb), MinTxOsnr: n.optional(r.MinTxOsnrDb),
		Launch: n.powers("txDbm", r.TxDbm), Tune: n.band(r.TuneTHz),
		MaxDispersion: r.MaxDispersion, CDPenalties: n.table(r.Penalties.CdPsPerNm), PMDPenalties: n.table(r.Penalties.PmdPs),
		PDLPenalties: n.table(r.Penalties.PdlDb), RollOff: r.RollOff,
		Interop: r.Interop, Roadm: r.Roadm, DeviceCodes: r.DeviceCodes,
		Source: s.source(r.Source), Tags: s.tags(r.Tags), Unusable: r.Unusable,
	}
	for _, w := range r.RxDbm {
		m.Receive = append(m.Receive, ReceiveWindow{n.ratio(w.AtOsnrDb), PowerRange{n.power(w.Min), n.power(w.Max)}})
	}
	if n.err != nil {
		return Mode{}, fmt.Errorf("mode %q: %w", r.Name, n.err)
	}
	return m.Judged(), nil
}

type pluggableRow struct {
	Name      string         `yaml:"name"`
	Modes     []string       `yaml:"modes"`
	HostRates []int          `yaml:"hostRates"`
	Source    string         `yaml:"source"`
	Tags      map[string]Tag `yaml:"tags"`
}

// numbers converts plain numbers and keeps the first error.
type numbers struct{ err error }

func (n *numbers) keep(err error) {
	if n.err == nil {
		n.err = err
	}
}

func (n *numbers) frequency(ghz float64) models.Frequency {
	f, err := models.FrequencyFromGHz(ghz)
	n.keep(err)
	return f
}

func (n *numbers) power(dbm float64) models.Power {
	p, err := models.PowerFromDbm(dbm)
	n.keep(err)
	return p
}

func (n *numbers) ratio(db float64) models.Ratio {
	r, err := models.RatioFromDb(db)
	n.keep(err)
	return r
}

func (n *numbers) optional(db *float64) *models.Ratio {
	if db == nil {
		return nil
	}
	r := n.ratio(*db)
	return &r
}

func (n *numbers) pair(what string, p []float64) []float64 {
	if len(p) == 0 {
		return nil
	}
	if len(p) != 2 || p[0] > p[1] {
		n.keep(fmt.Errorf("%s: want [least, greatest], found %v", what, p))
		return nil
	}
	return p
}

func (n *numbers) powers(what string, dbm []float64) *PowerRange {
	if p := n.pair(what, dbm); p != nil {
		return &PowerRange{n.power(p[0]), n.power(p[1])}
	}
	return nil
}

func (n *numbers) band(thz []float64) models.Band {
	if p := n.pair("band", thz); p != nil {
		return models.Band{Lower: n.frequency(p[0] * 1000), Upper: n.frequency(p[1] * 1000)}
	}
	return models.Band{}
}

func (n *numbers) table(rows [][]float64) []PenaltyPoint {
	var points []PenaltyPoint
	for _, r := range rows {
		if len(r) != 2 {
			n.keep(fmt.Errorf("penalties: want [impairment, dB], found %v", r))
			return nil
		}
		points = append(points, PenaltyPoint{At: r[0], Penalty: n.ratio(r[1])})
	}
	if !slices.IsSortedFunc(points, func(a, b PenaltyPoint) int { return cmp.Compare(a.At, b.At) }) {
		n.keep(fmt.Errorf("penalties: rows are not sorted by impairment"))
	}
	return points
}
