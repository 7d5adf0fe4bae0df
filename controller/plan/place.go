package plan

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// width returns the slot width in 12.5 GHz: the mode's, or the one pinned. Through a
// fixed filter it is the filter's, so that the signal lies in the middle.
func (p *planner) width(m *catalogue.Mode, w *way, e ends) (int, error) {
	width := m.SlotWidth
	for _, add := range e.add {
		if add == nil || add.Channel() == 0 {
			continue
		}
		if add.Channel() < m.SlotWidth {
			return 0, fmt.Errorf("filter port %s passes %v, mode %s needs %v", add.Key, add.Channel(), m.Name, m.SlotWidth)
		}
		width = max(width, add.Channel())
	}
	if guard := w.filterGuard(); guard > 0 {
		width = max(width, signalWidth(m)+guard)
	}
	if pin := p.want.width; pin != nil {
		if *pin < width {
			return 0, fmt.Errorf("slot of %v pinned, mode %s needs %v on %s", *pin, m.Name, width, w.name)
		}
		width = *pin
	}
	return int((width + models.SlotWidthStep - 1) / models.SlotWidthStep), nil
}

// signalWidth is the spectrum that a mode's signal fills: as its source says, or
// as symbol rate and roll-off give it.
func signalWidth(m *catalogue.Mode) models.Frequency {
	if m.SignalWidth > 0 {
		return m.SignalWidth
	}
	return models.Frequency(math.Ceil(float64(m.BaudMBd) * (1 + m.Shape())))
}

// filterGuard is by how much the switches on the way narrow a signal's room.
func (w *way) filterGuard() models.Frequency {
	if w.direct != nil {
		return 0
	}
	first, _ := w.switches()
	sum := first.FilterGuard()
	for _, leg := range w.line.Legs {
		sum += leg.Exit().Device.FilterGuard()
	}
	return sum
}

// taken joins what is not free on any link of the way, in either direction, and
// in the banks at its ends.
func (p *planner) taken(w *way, e ends) spectrum.Set {
	var taken spectrum.Set
	join := func(l *topo.Link) {
		taken.Join(l.Unusable)
		if u := p.ledger.links[l.Name]; u != nil {
			taken.Join(&u.az)
			taken.Join(&u.za)
		}
	}
	for _, leg := range w.legs() {
		join(leg.Link)
	}
	for i, add := range e.add {
		if add == nil {
			continue
		}
		join(e.line[i].Link)
		if u := p.ledger.banks[add.Device.Name+"/"+add.Spec.Bank]; u != nil && !add.Device.Spec.Banks[add.Spec.Bank].Contentionless {
			taken.Join(&u.taken)
		}
	}
	for _, s := range p.want.shunnedSlots {
		taken.Add(s)
	}
	return taken
}

// fitting says which slots a mode may take between two ports: centres on the
// mode's raster that both devices can be given in their unit and range.
func (e ends) fitting(mode *catalogue.Mode, m int) spectrum.Fit {
	step, tune := spectrum.CentreStep(mode.CentreStep), mode.Tune
	for _, p := range e.line {
		if p == nil {
			continue
		}
		if t := p.Device.Profile.Tune; !t.Empty() {
			tune = tune.Intersect(t)
		}
		unit := spectrum.CentreStep(max(p.Device.Profile.FrequencyUnit, p.Device.Profile.FrequencyRaster))
		step *= unit / gcd(step, unit)
	}
	return spectrum.Fit{M: m, Step: step, Tune: tune}
}

// verdict is what came of looking for a slot in which light arrives.
type verdict struct {
	slot  models.Slot
	light light
	none  models.Reason // why there is no slot; empty when there is
	why   string
}

func (v *verdict) reason() models.Reason { return cmp.Or(v.light.reason, v.none) }

func (v *verdict) message() string {
	if v.light.reason != "" {
		return v.light.message
	}
	return v.why
}

// otherSlots is how many slots are tried where the light would arrive alone but
// not beside the channels that are there.
const otherSlots = 8

// place finds a slot in which the light arrives and disturbs nobody: the first
// that is free, or one of the next where it is the neighbours that stand
// against it. Without a free slot the light is judged alone.
func (p *planner) place(w *way, e ends, mode *catalogue.Mode, m int, lp lightPath) verdict {
	var tried []models.Slot
	var first verdict
	for range otherSlots {
		slot, reason, message := p.slot(w, e, mode, m, tried)
		found := reason == ""
		if !found && len(tried) > 0 {
			return first
		}
		var v verdict
		if found {
			v = verdict{slot: slot, light: p.feasible(lp, e, mode, slot, true)}
		} else {
			slot = models.Slot{M: m}
			v = verdict{slot, p.alone(w, lp, e, mode, slot), reason, message}
		}
		if len(tried) == 0 {
			v.light.alone = !found || v.light.reason != "" && (!p.crowded() || p.feasible(lp, e, mode, slot, false).reason != "")
			first = v
		}
		if v.light.reason == "" || first.light.alone || p.want.centre != nil {
			return v
		}
		tried = append(tried, slot)
	}
	return first
}

// alone judges light that has no slot. What is predicted for it does not depend
// on the margin asked for and is worked out once for a request.
func (p *planner) alone(w *way, lp lightPath, e ends, mode *catalogue.Mode, slot models.Slot) light {
	key := p.lightKey(w, e, mode.Name)
	key.floor = 0
	known, ok := p.memory.alone[key]
	if !ok {
		known = p.feasible(lp, e, mode, slot, false)
		p.memory.alone[key] = known
		return known
	}
	if known.margin == nil {
		return known // it cannot even be launched
	}
	again := light{launch: known.launch, estimate: known.estimate}
	again.judge(mode, p.want.floor)
	return again
}

// crowded reports whether the estimator looks at the channels that are there.
func (p *planner) crowded() bool {
	_, full := p.est.(*qot.Full)
	return full
}

// slot finds room for one wavelength outside some slots.
func (p *planner) slot(w *way, e ends, mode *catalogue.Mode, m int, not []models.Slot) (models.Slot, models.Reason, string) {
	taken, fit := p.taken(w, e), e.fitting(mode, m)
	for _, s := range not {
		taken.Add(s)
	}
	if c := p.want.centre; c != nil {
		return pinnedSlot(&taken, fit, *c, w)
	}
	if s, ok := taken.FirstFit(fit); ok {
		return s, "", ""
	}
	reason, message := noRoom(taken, fit, mode, w)
	return models.Slot{}, reason, message
}

// noRoom tells too little spectrum from spectrum in pieces that are too small.
func noRoom(taken spectrum.Set, fit spectrum.Fit, mode *catalogue.Mode, w *way) (models.Reason, string) {
	need := models.Frequency(2*fit.M) * models.GridStep
	if f := fit.Tune; f != (models.Band{}) {
		beyond := spectrum.Outside(models.Band{Lower: f.Lower - need/2, Upper: f.Upper + need/2})
		taken.Join(&beyond)
	}
	free := models.Frequency(taken.Free()) * models.GridStep
	if free >= need {
		return models.SpectrumFragmented, fmt.Sprintf("%v free on %s, but no %v of it in one piece where mode %s can be tuned", free, w.name, need, mode.Name)
	}
	return models.NoSpectrum, fmt.Sprintf("%v free on %s, mode %s needs %v", free, w.name, mode.Name, need)
}

// nearest names the centres beside one that mode and devices do not have.
func nearest(n int, f spectrum.Fit) string {
	below := n - ((n%f.Step)+f.Step)%f.Step
	var centres []string
	for _, at := range []int{below, below + f.Step} {
		c := models.GridAnchor + models.Frequency(at)*models.GridStep
		if f.Tune == (models.Band{}) || c >= f.Tune.Lower && c <= f.Tune.Upper {
			centres = append(centres, c.String())
		}
	}
	if len(centres) == 0 {
		return ""
	}
	return "; nearest: " + strings.Join(centres, ", ")
}

func pinnedSlot(taken *spectrum.Set, f spectrum.Fit, centre models.Frequency, w *way) (models.Slot, models.Reason, string) {
	s, err := models.SlotOf(centre, models.Frequency(f.M)*models.SlotWidthStep)
	switch {
	case err != nil:
		return s, models.NoSpectrum, err.Error()
	case s.N%max(f.Step, 1) != 0:
		return s, models.ModeMismatch, fmt.Sprintf("centre %v is not on the raster of %v that mode and devices have%s", centre, models.Frequency(f.Step)*models.GridStep, nearest(s.N, f))
	case f.Tune != (models.Band{}) && (centre < f.Tune.Lower || centre > f.Tune.Upper):
		return s, models.ModeMismatch, fmt.Sprintf("centre %v is outside the tuning range %v to %v", centre, f.Tune.Lower, f.Tune.Upper)
	case !spectrum.Covers(s) || taken.Overlaps(s):
		return s, models.NoSpectrum, fmt.Sprintf("slot %v is not free on %s", s, w.name)
	}
	return s, "", ""
}
