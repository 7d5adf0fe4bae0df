package gn

import (
	"fmt"
	"math"
	"slices"
)

// Line is a stretch of elements between two points, compiled: checked, and with
// everything worked out that does not depend on channels. All channels of an
// evaluation pass all of it. It does not change and may be shared.
type Line struct {
	elements []element
	fibres   []*fibre // distinct types
	steps    []noise  // the places where noise is added, in order
	spans    int
	amps     int
	known    map[*FibreType]int
}

// noise is the kind of noise that a step adds.
type noise bool

const (
	emission     noise = false // ASE: comes on top of the power
	interference noise = true  // NLI: comes out of the power
)

// element is a compiled element. Exactly one of the pointers is set, or none
// for a plain loss.
type element struct {
	name   string
	step   int     // the first of its noise steps
	factor float64 // transmission of a plain loss
	span   *span
	amps   []amp // one, or one per band
	bank   bool
	sw     *Switch
}

// span is a compiled fibre.
type span struct {
	Fibre
	fibre        *fibre
	index        int // among the line's fibre types
	number       int // among the line's spans
	metres       float64
	in, out      float64 // transmission before and behind
	lumped       float64 // of the losses within
	transmission float64 // of a fibre whose loss is the same everywhere, lumped losses included
	reach2       float64 // its effective length, squared
}

// ElementError says what is wrong with an element, or with a channel at it, and
// what would put it right.
type ElementError struct {
	Element string // its name, or its place when it has none
	Problem string
	Remedy  string
}

func (e *ElementError) Error() string {
	return fmt.Sprintf("%s: %s; %s", e.Element, e.Problem, e.Remedy)
}

// Compile checks elements and makes a Line of them. The first fault is
// returned as an *ElementError.
func Compile(elements ...Element) (*Line, error) {
	l := &Line{known: map[*FibreType]int{}}
	for i, e := range elements {
		if e == nil {
			return nil, &ElementError{fmt.Sprintf("element %d", i+1), "is missing", "remove it or say what it is"}
		}
		c, err := e.compile(l)
		c.name = e.name()
		if err != nil {
			fault, ok := err.(*ElementError)
			if !ok {
				fault = &ElementError{Problem: err.Error(), Remedy: "correct it"}
			}
			fault.Element = fmt.Sprintf("element %d %q", i+1, c.name)
			return nil, fault
		}
		c.step = len(l.steps)
		switch {
		case c.span != nil:
			l.steps = append(l.steps, interference)
			if len(c.span.Pumps) > 0 {
				l.steps = append(l.steps, emission)
			}
		case len(c.amps) > 0:
			l.steps = append(l.steps, emission)
		}
		l.elements = append(l.elements, c)
	}
	l.known = nil
	return l, nil
}

// Len is the number of elements.
func (l *Line) Len() int { return len(l.elements) }

// Name is the name of an element.
func (l *Line) Name(k int) string { return l.elements[k].name }

func (e Loss) name() string          { return e.Name }
func (e Fibre) name() string         { return e.Name }
func (e Amplifier) name() string     { return e.Name }
func (e AmplifierBank) name() string { return e.Name }
func (e Switch) name() string        { return e.Name }

func fault(remedy, problem string, args ...any) error {
	return &ElementError{Problem: fmt.Sprintf(problem, args...), Remedy: remedy}
}

// lossInRange checks losses in dB: passive parts do not amplify.
func lossInRange(what string, db float64) error {
	if !(db >= 0 && db <= 200) {
		return fault("give a loss from 0 to 200 dB", "%s of %g dB is no loss", what, db)
	}
	return nil
}

func (e Loss) compile(*Line) (element, error) {
	return element{factor: Linear(-e.LossDb)}, lossInRange("loss", e.LossDb)
}

func (e Fibre) compile(l *Line) (element, error) {
	if !(e.Km > 0 && e.Km <= 10000) {
		return element{}, fault("give the length of the fibre, above 0 and 10,000 km at most", "length is %g km", e.Km)
	}
	if e.Type == nil {
		return element{}, fault("name the type of the fibre", "fibre type is missing")
	}
	for what, db := range map[string]float64{"padding": e.PaddingDb, "input connector": e.InDb, "output connector": e.OutDb} {
		if err := lossInRange(what, db); err != nil {
			return element{}, err
		}
	}
	index, known := l.known[e.Type]
	if !known {
		f, err := newFibre(e.Type)
		if err != nil {
			return element{}, fault("correct the fibre type", "%v", err)
		}
		index = slices.IndexFunc(l.fibres, func(g *fibre) bool {
			return g.digest == f.digest && g.index == f.index && g.PmdPsPerSqrtKm == f.PmdPsPerSqrtKm
		})
		if index < 0 {
			index = len(l.fibres)
			l.fibres = append(l.fibres, f)
		}
		l.known[e.Type] = index
	}
	s := &span{Fibre: e, fibre: l.fibres[index], index: index, number: l.spans, metres: e.Km * 1000,
		in: Linear(-e.PaddingDb - e.InDb), out: Linear(-e.OutDb), lumped: 1}
	s.Lumped = slices.Clone(e.Lumped)
	slices.SortStableFunc(s.Lumped, func(a, b LumpedLoss) int {
		if a.Km < b.Km {
			return -1
		}
		return 1
	})
	for _, loss := range s.Lumped {
		if !(loss.Km > 0 && loss.Km < e.Km) {
			return element{}, fault("place it within the fibre", "a lumped loss at %g km is outside the %g km of fibre", loss.Km, e.Km)
		}
		if err := lossInRange("lumped loss", loss.LossDb); err != nil {
			return element{}, err
		}
		s.lumped *= Linear(-loss.LossDb)
	}
	if err := s.checkPumps(); err != nil {
		return element{}, err
	}
	if s.fibre.LossDbPerKm.constant() {
		alpha, _ := s.fibre.alpha(s.fibre.reference)
		s.transmission, s.reach2 = s.plain(alpha)
	}
	l.spans++
	return element{span: s}, nil
}

// plain is the transmission of the fibre and the square of its effective
// length in m², without Raman scattering.
func (s *span) plain(alpha float64) (transmission, reach2 float64) {
	t := math.Exp(-alpha * s.metres)
	return t * s.lumped, square((1 - t) / alpha)
}

func (s *span) checkPumps() error {
	if len(s.Pumps) == 0 {
		return nil
	}
	if s.Type.Raman == nil {
		return fault("give the fibre type its Raman gain profile", "there are Raman pumps, but fibre type %q has no Raman gain", s.Type.Name)
	}
	if s.TemperatureK == 0 {
		s.TemperatureK = 298
	}
	if !(s.TemperatureK > 0 && s.TemperatureK < 1000) {
		return fault("give it in kelvin", "temperature is %g K", s.TemperatureK)
	}
	for _, p := range s.Pumps {
		if !(p.Hz > 1e13 && p.Hz < 1e15) || !(p.Watt > 0 && p.Watt <= 20) {
			return fault("give its frequency in Hz and its power in W, above 0 and 20 at most", "Raman pump of %g W at %g Hz is out of range", p.Watt, p.Hz)
		}
		if _, ok := s.fibre.LossDbPerKm.At(p.Hz); !ok {
			return fault("extend the fibre type's loss table", "the fibre's loss is not known at the pump's %.6g THz", p.Hz/1e12)
		}
	}
	return nil
}

func (e Switch) compile(*Line) (element, error) {
	switch t := e.Target; {
	case t.Kind < NoTarget || t.Kind > PerSlot:
		return element{}, fault("use one of the kinds", "target of unknown kind %d", t.Kind)
	case !finite(t.Value):
		return element{}, fault("give a number", "target is %g", t.Value)
	case t.Kind == PerChannel && math.Abs(t.Value) > 60:
		return element{}, fault("give it in dBm", "target is %g dBm", t.Value)
	case t.Kind > PerChannel && !(t.Value > 0 && t.Value < 1e3):
		return element{}, fault("give a density in mW/GHz above 0", "target density is %g mW/GHz", t.Value)
	}
	e.Figures = slices.Clone(e.Figures)
	for _, f := range e.Figures {
		if !finite(f.LoHz, f.HiHz, f.OsnrDb, f.PmdPs, f.PdlDb) || f.OsnrDb < 0 || f.PmdPs < 0 || f.PdlDb < 0 || f.HiHz < f.LoHz {
			return element{}, fault("give frequencies in order, and OSNR, PMD and PDL of 0 or more", "figures %+v are out of range", f)
		}
		if err := lossInRange("least loss", f.MinLossDb); err != nil {
			return element{}, err
		}
	}
	return element{sw: &e}, nil
}

// figures are those that hold at a frequency.
func (e *Switch) figures(hz float64) (SwitchFigures, bool) {
	for _, f := range e.Figures {
		if f.LoHz == 0 && f.HiHz == 0 || hz >= f.LoHz && hz <= f.HiHz {
			return f, true
		}
	}
	return SwitchFigures{}, len(e.Figures) == 0
}
