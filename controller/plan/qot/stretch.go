package qot

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Stretch is one direction of a link: what all light on it passes between the
// points at which it can join or leave. It does not change and may be shared.
type Stretch struct {
	Link      string
	Direction string // az or za
	Elements  []*Element
	// Enters is the power that a wavelength switch sends into it; nil where
	// transmitters do. Amplifiers that hold a target were set with it.
	Enters *Target

	once sync.Once
	line *gn.Line
	err  error

	loneMu sync.Mutex
	lone   map[loneKey]passage // see lonely
}

// Name is what people call it.
func (s *Stretch) Name() string { return "link " + s.Link + " " + s.Direction }

// compiled is the stretch as the physical model takes it.
func (s *Stretch) compiled() (*gn.Line, error) {
	s.once.Do(func() {
		s.line, s.err = s.compile()
		if s.err != nil {
			s.err = fmt.Errorf("%s: %w", s.Name(), s.err)
		}
	})
	return s.line, s.err
}

func (s *Stretch) compile() (*gn.Line, error) {
	elements := make([]gn.Element, 0, len(s.Elements))
	density := math.NaN() // dBm per 50 GHz so far
	if s.Enters != nil {
		density = s.Enters.reference()
	}
	for i := range s.Elements {
		e, after, err := s.Elements[i].physical(density)
		if err != nil {
			return nil, err
		}
		elements, density = append(elements, e), after
	}
	return gn.Compile(elements...)
}

// reference is what the target is for a 50 GHz channel of 32 GBd.
func (t Target) reference() float64 {
	const baud = 32_000
	return t.For(Channel{Mode: catalogue.Mode{BaudMBd: baud}, Slot: models.Slot{M: 4}})
}

// physical turns an element into one of the physical model. Density is the
// power per 50 GHz that enters, NaN where nobody knows; the one behind the
// element is returned.
func (e *Element) physical(density float64) (gn.Element, float64, error) {
	switch e.Kind {
	case Fibre:
		f, err := e.fibre()
		return f, density - e.LossDb, err
	case Amplifier:
		var bands []gn.Amplifier
		after := density
		for i := range e.Amplifiers {
			a, err := e.Amplifiers[i].physical(e.Name, e.Target, density)
			if err != nil {
				return nil, 0, err
			}
			after = density - a.InVoaDb + a.GainDb - a.OutVoaDb
			bands = append(bands, a)
		}
		if len(bands) == 1 {
			return bands[0], after, nil
		}
		return gn.AmplifierBank{Name: e.Name, Bands: bands}, after, nil
	}
	return gn.Loss{Name: e.Name, LossDb: e.LossDb}, density - e.LossDb, nil
}

func (e *Element) fibre() (gn.Fibre, error) {
	s := e.Span
	// The type with the loss that this span really has: a table keeps its shape.
	glass := s.Fibre
	factor := e.GlassDb() / s.Km / glass.LossDbPerKm
	glass.LossDbPerKm *= factor
	glass.LossTable = slices.Clone(glass.LossTable)
	for i := range glass.LossTable {
		glass.LossTable[i].Value *= factor
	}
	t, err := gn.FibreTypeOf(glass)
	f := gn.Fibre{
		Name: e.Name, Type: t, Km: s.Km, PaddingDb: s.PadDb, InDb: s.ConnectorInDb, OutDb: s.ConnectorOutDb, TemperatureK: s.TemperatureK,
	}
	for _, l := range s.Lumped {
		f.Lumped = append(f.Lumped, gn.LumpedLoss{Km: l.AtKm, LossDb: l.LossDb})
	}
	for _, p := range s.Pumps {
		f.Pumps = append(f.Pumps, gn.Pump{Hz: p.THz * 1e12, Watt: p.Mw / 1000, Along: !p.Against})
	}
	return f, err
}

// physical turns an amplifier into one of the physical model; one that holds a
// target has the gain that reaches it from the density that enters.
func (a *Amplified) physical(name string, target *Target, density float64) (gn.Amplifier, error) {
	parts := &catalogue.Catalogue{Amplifiers: map[string]catalogue.Amplifier{}}
	for _, s := range a.Stages {
		parts.Amplifiers[s.Name] = s
	}
	t, err := gn.AmplifierTypeOf(a.Type, parts)
	if err != nil {
		return gn.Amplifier{}, err
	}
	out := gn.Amplifier{Name: name, Type: t, GainDb: a.GainDb, TiltDb: a.TiltDb, InVoaDb: a.InVoaDb, OutVoaDb: a.OutVoaDb}
	if target != nil && !math.IsNaN(density) {
		out.GainDb = target.reference() - density + a.InVoaDb
		if most := a.Type.Gain[1].Db(); most > 0 {
			out.GainDb = min(out.GainDb, most)
		}
	}
	out.GainDb = max(out.GainDb, 0)
	return out, nil
}
