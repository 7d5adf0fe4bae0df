package sim

import (
	"fmt"
	"math"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// modem is a mode that a coherent port can run.
type modem struct {
	name   string
	launch [2]float64 // dBm
	tune   [2]int64   // MHz
	light  *light.Mode
}

// modems knows which modes a part offers on a profile, by the device's code.
// Modes are shared between all ports that offer them.
type modems struct {
	catalogue *catalogue.Catalogue
	own       map[string]*intents.ModeSpec
	modes     map[string]*modem
	offers    map[string]map[uint16]*modem // by profile and part
}

func newModems(c *catalogue.Catalogue, docs []intents.Document) *modems {
	m := &modems{catalogue: c, own: map[string]*intents.ModeSpec{}, modes: map[string]*modem{}, offers: map[string]map[uint16]*modem{}}
	for _, d := range docs {
		if s, ok := d.Spec.(*intents.ModeSpec); ok {
			m.own[d.Metadata.Name] = s
		}
	}
	return m
}

// offer returns the modes of a pluggable part by the profile's codes. Modes of
// the user's own come on every part.
func (m *modems) offer(profile, part string) (map[uint16]*modem, error) {
	key := profile + "/" + part
	if o, ok := m.offers[key]; ok {
		return o, nil
	}
	p, ok := m.catalogue.Pluggables[part]
	if !ok {
		return nil, fmt.Errorf("unknown pluggable %q", part)
	}
	o := map[uint16]*modem{}
	for _, name := range p.Modes {
		mode, ok := m.catalogue.Modes[name]
		if code, has := mode.DeviceCodes[profile]; ok && has && mode.Unusable == "" {
			o[code] = m.mode(name)
		}
	}
	for name, s := range m.own {
		if code, has := s.DeviceCodes[profile]; has && s.TxDbm != nil {
			o[code] = m.mode(name)
		}
	}
	m.offers[key] = o
	return o, nil
}

func (m *modems) mode(name string) *modem {
	if known, ok := m.modes[name]; ok {
		return known
	}
	var made *modem
	if s, ok := m.own[name]; ok {
		made = ownModem(name, s)
	} else {
		made = catalogueModem(m.catalogue.Modes[name])
	}
	m.modes[name] = made
	return made
}

// transmitterDb is by how much a real transmitter is cleaner than its sheet
// promises.
const transmitterDb = 1

func catalogueModem(c catalogue.Mode) *modem {
	m := &modem{name: c.Name, tune: [2]int64{int64(c.Tune.Lower / models.MHz), int64(c.Tune.Upper / models.MHz)}}
	m.light = &light.Mode{
		Name: c.Name, Modulation: c.Modulation, FEC: c.FEC, BaudGBd: float64(c.BaudMBd) / 1000, WidthGHz: c.SignalWidth.GHz(),
	}
	if c.Launch != nil {
		m.launch = [2]float64{c.Launch.Min.Dbm(), c.Launch.Max.Dbm()}
	}
	if c.RequiredOsnr != nil {
		m.light.RequiredOsnrDb = c.RequiredOsnr.Db()
	}
	if c.MinTxOsnr != nil {
		m.light.TxOsnrDb = c.MinTxOsnr.Db() + transmitterDb
	}
	if c.MaxDispersion != nil {
		m.light.MaxDispersion = *c.MaxDispersion
	}
	m.light.DispersionPenalty, m.light.PmdPenalty, m.light.PdlPenalty = penalty(c.CDPenalties), penalty(c.PMDPenalties), penalty(c.PDLPenalties)
	for _, w := range c.Receive {
		m.light.Receive = append(m.light.Receive, light.Window{AtOsnrDb: w.AtOsnr.Db(), MinDbm: w.Min.Dbm(), MaxDbm: w.Max.Dbm()})
	}
	m.complete()
	return m
}

func ownModem(name string, s *intents.ModeSpec) *modem {
	m := &modem{name: name, launch: *s.TxDbm}
	if s.TuneTHz != nil {
		m.tune = [2]int64{int64(math.Round(s.TuneTHz[0] * 1e6)), int64(math.Round(s.TuneTHz[1] * 1e6))}
	}
	m.light = &light.Mode{Name: name, Modulation: s.Modulation, FEC: s.FEC, BaudGBd: s.BaudGBd, WidthGHz: s.SignalWidthGHz}
	if s.RequiredOsnrDb != nil {
		m.light.RequiredOsnrDb = *s.RequiredOsnrDb
	}
	if s.MinTxOsnrDb != nil {
		m.light.TxOsnrDb = *s.MinTxOsnrDb + transmitterDb
	}
	if s.Penalties != nil {
		for _, row := range s.Penalties.CdPsPerNm {
			m.light.MaxDispersion = max(m.light.MaxDispersion, row[0])
		}
		m.light.DispersionPenalty, m.light.PmdPenalty, m.light.PdlPenalty = s.Penalties.CdPsPerNm, s.Penalties.PmdPs, s.Penalties.PdlDb
	}
	for _, w := range s.RxDbm {
		m.light.Receive = append(m.light.Receive, light.Window{AtOsnrDb: w.AtOsnrDb, MinDbm: w.Min, MaxDbm: w.Max})
	}
	m.complete()
	return m
}

// penalty takes a table of the catalogue.
func penalty(rows []catalogue.PenaltyPoint) light.Penalty {
	var out light.Penalty
	for _, r := range rows {
		out = append(out, [2]float64{r.At, r.Penalty.Db()})
	}
	return out
}

// complete fills what a sheet may leave out: the width of a signal with 20 %
// roll-off.
func (m *modem) complete() {
	if m.light.BaudGBd == 0 {
		m.light.BaudGBd = 60
	}
	if m.light.WidthGHz == 0 {
		m.light.WidthGHz = 1.2 * m.light.BaudGBd
	}
}
