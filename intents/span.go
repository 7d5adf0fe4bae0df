package intents

import (
	"fmt"
)

// Span is one element of a link in a→z order: a fibre (id, km), an amplifier
// site (amplifier), or a passive loss (patchLossDb). It stands in both
// directions of light, unless way names one.
type Span struct {
	ID             string       `json:"id,omitempty"`
	Way            string       `json:"way,omitempty" jsonschema:"enum=az,enum=za"`
	Km             float64      `json:"km,omitempty" jsonschema:"exclusiveMinimum=0"`
	Fiber          string       `json:"fiber,omitempty" jsonschema:"default=g.652.d"` // fibre type; default g.652.d
	LossDb         *PerWay      `json:"lossDb,omitempty"`                             // all of it; default from length and type
	PadDb          *PerWay      `json:"padDb,omitempty"`                              // attenuator before the fibre
	ConnectorInDb  *PerWay      `json:"connectorInDb,omitempty"`                      // default from the type
	ConnectorOutDb *PerWay      `json:"connectorOutDb,omitempty"`
	Lumped         []LumpedLoss `json:"lumped,omitempty"`
	Raman          *RamanSpec   `json:"raman,omitempty"`
	SharedRisks    []string     `json:"sharedRisks,omitempty"`
	Site           string       `json:"site,omitempty"`
	Amplifier      *AmpSpec     `json:"amplifier,omitempty"`
	PatchLossDb    *PerWay      `json:"patchLossDb,omitempty"`
}

// PerWay is a number per direction; a document may give one number for both.
type PerWay struct {
	Az float64 `json:"az"`
	Za float64 `json:"za"`
}

// LumpedLoss is a loss at one place of a fibre: a bad splice, a coupler.
type LumpedLoss struct {
	AtKm   float64 `json:"atKm"` // from the a end
	LossDb float64 `json:"lossDb"`
}

// RamanSpec is the Raman pumping of a fibre, the same in each direction that
// the fibre stands in.
type RamanSpec struct {
	TemperatureK float64     `json:"temperatureK,omitempty" jsonschema:"default=283"`
	Pumps        []RamanPump `json:"pumps"`
}

// RamanPump is one pump laser.
type RamanPump struct {
	THz       float64 `json:"thz"`
	Mw        float64 `json:"mw"`                                            // in the fibre, behind the connector
	Direction string  `json:"direction" jsonschema:"enum=with,enum=against"` // of the light, or against it
}

// AmpSpec is the amplification at one place: managed devices (Az, Za name
// device/amplifier), an unmanaged type, or unmanaged types side by side, each
// with its own band.
type AmpSpec struct {
	Az       string    `json:"az,omitempty"`
	Za       string    `json:"za,omitempty"`
	Type     string    `json:"type,omitempty"`
	GainDb   *PerWay   `json:"gainDb,omitempty"` // default: the loss before it
	TiltDb   *PerWay   `json:"tiltDb,omitempty"`
	InVoaDb  *PerWay   `json:"inVoaDb,omitempty"`
	OutVoaDb *PerWay   `json:"outVoaDb,omitempty"`
	Bands    []BandAmp `json:"bands,omitempty"`
}

// BandAmp is one of several amplifiers side by side.
type BandAmp struct {
	Type     string  `json:"type"`
	GainDb   *PerWay `json:"gainDb,omitempty"`
	TiltDb   *PerWay `json:"tiltDb,omitempty"`
	InVoaDb  *PerWay `json:"inVoaDb,omitempty"`
	OutVoaDb *PerWay `json:"outVoaDb,omitempty"`
}

// Stands reports whether the element stands in the direction of light, "az" or
// "za".
func (s Span) Stands(way string) bool { return s.Way == "" || s.Way == way }

// FixedLossDb is the loss of a fibre that does not depend on its length:
// attenuator, connectors and lumped losses. Connectors that the document does
// not give count with the given loss each.
func (s Span) FixedLossDb(connector float64) PerWay {
	sum := PerWay{}
	add := func(w *PerWay, otherwise float64) {
		if w == nil {
			w = &PerWay{otherwise, otherwise}
		}
		sum.Az += w.Az
		sum.Za += w.Za
	}
	add(s.PadDb, 0)
	add(s.ConnectorInDb, connector)
	add(s.ConnectorOutDb, connector)
	for _, l := range s.Lumped {
		add(&PerWay{l.LossDb, l.LossDb}, 0)
	}
	return sum
}

// checkSpan checks one element: a fibre, an amplifier site or a passive loss.
func checkSpan(c *checker, s Span, i int) {
	at := func(field ...any) []any { return append([]any{"spec", "spans", i}, field...) }
	c.oneOf(s.Way, []string{"az", "za"}, at("way")...)
	fibre := s.Km != 0 || s.Fiber != "" || s.LossDb != nil || s.SharedRisks != nil || s.PadDb != nil ||
		s.ConnectorInDb != nil || s.ConnectorOutDb != nil || s.Lumped != nil || s.Raman != nil
	switch {
	case s.Amplifier != nil:
		if fibre || s.PatchLossDb != nil {
			c.fault("an element is a fibre or an amplifier, not both", "make them two elements", at()...)
		}
		checkAmplifier(c, s.Amplifier, s.Way, at)
		if s.Site != "" {
			c.checkName(s.Site, at("site")...)
		}
	case s.PatchLossDb != nil:
		if fibre {
			c.fault("an element is a fibre or a passive loss, not both", "make them two elements", at()...)
		}
		c.perWay(s.PatchLossDb, s.Way, 0, 60, at("patchLossDb")...)
		if s.Site != "" {
			c.checkName(s.Site, at("site")...)
		}
	default:
		checkFibre(c, s, at)
	}
}

func checkFibre(c *checker, s Span, at func(...any) []any) {
	fibre := c.read(at("amplifier")...) && c.read(at("patchLossDb")...) // and nothing else that could not be read
	if s.Site != "" && fibre {
		c.fault("a site without an amplifier", "give its amplifier, or leave the site out", at()...)
	}
	if s.Km <= 0 && fibre {
		c.fault(number(s.Km)+" km is no length", "write a length above 0", at("km")...)
	} else {
		c.between(&s.Km, 0, 1000, "km", at("km")...)
	}
	if s.ID != "" {
		if problem := portProblem(s.ID); problem != "" {
			c.fault(problem, "", at("id")...)
		}
	}
	c.perWay(s.PadDb, s.Way, 0, 40, at("padDb")...)
	c.perWay(s.ConnectorInDb, s.Way, 0, 20, at("connectorInDb")...)
	c.perWay(s.ConnectorOutDb, s.Way, 0, 20, at("connectorOutDb")...)
	for j, l := range s.Lumped {
		c.between(&l.LossDb, 0, 40, "dB", at("lumped", j, "lossDb")...)
		if (l.AtKm < 0 || l.AtKm > s.Km) && s.Km > 0 && c.read(at("km")...) {
			c.fault(number(l.AtKm)+" km is not on the fibre", "write a distance from the a end, from 0 to "+number(s.Km)+" km", at("lumped", j, "atKm")...)
		}
	}
	if s.LossDb != nil {
		checkLoss(c, s, at)
	}
	if s.Raman != nil {
		checkRaman(c, s.Raman, at)
	}
	c.checkNames(s.SharedRisks, at("sharedRisks")...)
}

// checkLoss refuses a loss that no fibre of the length can have, in either way.
func checkLoss(c *checker, s Span, at func(...any) []any) {
	fixed := s.FixedLossDb(0)
	ways := [...]string{"az", "za"}
	for i, loss := range [][2]float64{{s.LossDb.Az, fixed.Az}, {s.LossDb.Za, fixed.Za}} {
		way, db := ways[i], loss[0]
		if i > 0 && db == s.LossDb.Az && fixed.Za <= fixed.Az || !s.Stands(way) {
			continue // one number for both ways is reported once
		}
		switch {
		case !c.read(at("lossDb", way)...):
		case db <= 0:
			c.fault(number(db)+" dB "+way+" is no loss of a fibre", "write the measured loss, connectors included", at("lossDb")...)
		case db > 80:
			c.fault(number(db)+" dB "+way+" is out of range", "write a loss up to 80 dB", at("lossDb")...)
		case s.Km > 0 && db < 0.1*s.Km:
			c.fault(fmt.Sprintf("%s dB %s over %s km is less than 0.1 dB/km, which no fibre has", number(db), way, number(s.Km)), "check length and loss", at("lossDb")...)
		case db <= loss[1]:
			c.fault(fmt.Sprintf("%s dB %s is not more than attenuator, connectors and lumped losses together, %s dB", number(db), way, number(loss[1])),
				"lossDb is all of the loss, they included", at("lossDb")...)
		}
	}
}

func checkRaman(c *checker, r *RamanSpec, at func(...any) []any) {
	if r.TemperatureK != 0 {
		c.between(&r.TemperatureK, 200, 400, "K", at("raman", "temperatureK")...)
	}
	if len(r.Pumps) == 0 && c.read(at("raman", "pumps")...) {
		c.fault("no pump is given", "give the pumps, or leave raman out", at("raman", "pumps")...)
	}
	for i, p := range r.Pumps {
		c.checkLineFrequency(p.THz, at("raman", "pumps", i, "thz")...)
		c.between(&p.Mw, 0, 10_000, "mW", at("raman", "pumps", i, "mw")...)
		c.oneOf(p.Direction, []string{"with", "against"}, at("raman", "pumps", i, "direction")...)
		if p.Direction == "" {
			c.fault("the direction is empty", "write with or against (the light)", at("raman", "pumps", i, "direction")...)
		}
	}
}

// perWay checks a number for each direction that the element stands in.
func (c *checker) perWay(w *PerWay, way string, least, greatest float64, path ...any) {
	if w == nil {
		return
	}
	at := func(way string) []any { return append(path[:len(path):len(path)], way) }
	if way != "za" && c.read(at("az")...) {
		c.between(&w.Az, least, greatest, "dB", path...)
	}
	if way != "az" && (w.Za != w.Az || way == "za") && c.read(at("za")...) {
		c.between(&w.Za, least, greatest, "dB", path...)
	}
}
