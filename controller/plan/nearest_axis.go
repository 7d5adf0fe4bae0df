package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/intents"
)

func (b *probe) latency(s *intents.CircuitSpec) string {
	if s.MaxLatencyMs == nil {
		return ""
	}
	var values []float64
	for _, w := range b.p.routes() {
		values = append(values, ceilTo(w.latencyMs, 2))
	}
	return b.number("maxLatencyMs", values, *s.MaxLatencyMs, func(s *intents.CircuitSpec, v *float64) { s.MaxLatencyMs = v })
}

func (b *probe) skew(s *intents.CircuitSpec) string {
	if s.MaxSkewMs == nil {
		return ""
	}
	var at []float64
	for _, w := range b.p.routes() {
		at = append(at, w.latencyMs)
	}
	for _, d := range b.p.keep {
		at = append(at, d.LatencyMs)
	}
	var values []float64
	for i, x := range at {
		for _, y := range at[:i] {
			values = append(values, ceilTo(math.Abs(x-y), 2))
		}
	}
	return b.number("maxSkewMs", values, *s.MaxSkewMs, func(s *intents.CircuitSpec, v *float64) { s.MaxSkewMs = v })
}

// number looks for the least of some values above a limit.
func (b *probe) number(name string, values []float64, above float64, set func(*intents.CircuitSpec, *float64)) string {
	values = slices.DeleteFunc(values, func(v float64) bool { return v <= above })
	slices.Sort(values)
	values = slices.Compact(values)
	i := b.least(len(values), func(i int) step {
		return b.relaxed(func(s *intents.CircuitSpec) { set(s, &values[i]) })
	})
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("%s: %g", name, values[i])
}

func (b *probe) margin(*intents.CircuitSpec) string {
	return b.lowered(func(floor *float64) step {
		return b.relaxed(func(s *intents.CircuitSpec) { s.MinMarginDb = floor })
	})
}

// lowered looks for the greatest floor below the one asked for.
func (b *probe) lowered(at func(*float64) step) string {
	top := int(math.Ceil(b.p.want.floor*10-1e-9)) - 1
	floor := func(i int) float64 { return float64(top-i) / 10 }
	i := b.least(max(top+1, 0), func(i int) step {
		v := floor(i)
		return at(&v)
	})
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("minMarginDb: %g", floor(i))
}

func (b *probe) modes(s *intents.CircuitSpec) string {
	if len(s.Modes) == 0 {
		return ""
	}
	with := func(more ...string) step {
		return b.relaxed(func(s *intents.CircuitSpec) {
			if s.Modes = slices.Concat(s.Modes, more); len(more) == 0 {
				s.Modes = nil
			}
		})
	}
	out, ok := b.plan(with())
	if !ok {
		return ""
	}
	more := b.newModes(out)
	if len(more) > 1 {
		for _, name := range b.offeredModes() {
			if b.passes(with(name)) {
				more = []string{name}
				break
			}
		}
	}
	if b.out {
		return ""
	}
	return "modes: [" + strings.Join(slices.Concat(s.Modes, more), ", ") + "]"
}

// newModes lists the modes of a plan that the intent does not allow.
func (b *probe) newModes(out Outcome) []string {
	var more []string
	for _, d := range out.decisions() {
		if !slices.Contains(b.p.want.modes, d.Mode) && !slices.Contains(more, d.Mode) {
			more = append(more, d.Mode)
		}
	}
	slices.Sort(more)
	return more
}

// offeredModes lists the modes that ports at both ends have in common beyond
// those that the intent allows, by name.
func (b *probe) offeredModes() []string {
	q := *b.p
	w := *b.p.want
	w.modes, q.want, q.trail = nil, &w, &trail{}
	var out []string
	for _, o := range q.options(b.p.routes()) {
		for _, of := range o.offers {
			if name := of.mode.Name; !slices.Contains(b.p.want.modes, name) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (b *probe) via(s *intents.CircuitSpec) string {
	return b.drop("via", s.Via, func(s *intents.CircuitSpec, left []string) { s.Via = left })
}

func (b *probe) avoid(s *intents.CircuitSpec) string {
	return b.drop("avoid", s.Avoid, func(s *intents.CircuitSpec, left []string) { s.Avoid = left })
}

// drop looks for an entry of a list that stands in the way.
func (b *probe) drop(name string, list []string, set func(*intents.CircuitSpec, []string)) string {
	for i, entry := range list {
		left := slices.Delete(slices.Clone(list), i, i+1)
		if b.passes(b.relaxed(func(s *intents.CircuitSpec) { set(s, left) })) {
			return name + ": drop " + entry
		}
	}
	return ""
}

func (b *probe) wavelengths(s *intents.CircuitSpec) string {
	if s.MaxWavelengths == 0 {
		return ""
	}
	out, ok := b.plan(b.relaxed(func(s *intents.CircuitSpec) { s.MaxWavelengths = 0 }))
	if !ok {
		return ""
	}
	most := len(out.Keep) + len(out.decisions())
	i := b.least(most-s.MaxWavelengths, func(i int) step {
		return b.relaxed(func(r *intents.CircuitSpec) { r.MaxWavelengths = s.MaxWavelengths + 1 + i })
	})
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("maxWavelengths: %d", s.MaxWavelengths+1+i)
}

func (b *probe) diversity(s *intents.CircuitSpec) string {
	d := s.Diversity
	if d == nil {
		return ""
	}
	if d.MaxSharePercent != nil {
		i := b.least(100-*d.MaxSharePercent, func(i int) step {
			return b.relaxed(func(r *intents.CircuitSpec) {
				changed := *d
				if percent := *d.MaxSharePercent + 1 + i; percent < 100 {
					changed.MaxSharePercent = &percent
				} else {
					changed.MaxSharePercent = nil
				}
				r.Diversity = &changed
			})
		})
		if percent := *d.MaxSharePercent + 1 + i; i >= 0 && percent < 100 {
			return fmt.Sprintf("diversity.maxSharePercent: %d", percent)
		} else if i >= 0 {
			return "diversity.maxSharePercent: leave out"
		}
	}
	for _, a := range b.p.want.apart {
		if b.passes(step{circuit: s, without: a.Name}) {
			if slices.Contains(d.ApartFrom, a.Name) {
				return "diversity.apartFrom: drop " + a.Name
			}
		}
	}
	return ""
}

func (b *probe) disjoint(s *intents.CircuitSpec) string {
	if !protected(s) {
		return ""
	}
	levels := []string{intents.DisjointSite, intents.DisjointRisk, intents.DisjointLink}
	for _, level := range levels[slices.Index(levels, b.p.want.disjoint)+1:] {
		if b.passes(b.relaxed(func(r *intents.CircuitSpec) {
			changed := *s.Protection
			changed.Disjoint = level
			r.Protection = &changed
		})) {
			return "protection.disjoint: " + level
		}
	}
	return ""
}

func (b *probe) unprotected(s *intents.CircuitSpec) string {
	if protected(s) && b.passes(b.relaxed(func(r *intents.CircuitSpec) { r.Protection = nil })) {
		return "protection.type: none"
	}
	return ""
}

// capacity looks for the most that fits, in steps of 100 Gbit/s or of the
// greatest common divisor of all rates where that is less: without diversity
// nothing else can be the most, since wavelengths carry nothing in between.
func (b *probe) capacity(s *intents.CircuitSpec) string {
	unit := 100
	for _, o := range b.p.options(b.p.routes()) {
		for _, of := range o.offers {
			unit = gcd(unit, of.mode.RateGbps)
		}
	}
	for _, d := range b.p.keep {
		unit = gcd(unit, d.CapacityGbps)
	}
	if s.Handoff != nil && s.Handoff.RateGbps > 0 && unit%s.Handoff.RateGbps != 0 {
		unit = s.Handoff.RateGbps
	}
	below := (s.CapacityGbps - 1) / unit
	value := func(i int) int { return (below - i) * unit }
	i := b.least(below, func(i int) step {
		return b.relaxed(func(r *intents.CircuitSpec) { r.CapacityGbps = value(i) })
	})
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("capacityGbps: %d", value(i))
}

func (b *probe) wavelength() string {
	pins := []struct {
		name string
		set  bool
		drop func(*intents.WavelengthSpec)
	}{
		{"centreGHz", b.req.Wavelength.CentreGHz != nil, func(s *intents.WavelengthSpec) { s.CentreGHz = nil }},
		{"slotGHz", b.req.Wavelength.SlotGHz != nil, func(s *intents.WavelengthSpec) { s.SlotGHz = nil }},
		{"txDbm", b.req.Wavelength.TxDbm != nil, func(s *intents.WavelengthSpec) { s.TxDbm = nil }},
		{"mode", b.req.Wavelength.Mode != "", func(s *intents.WavelengthSpec) { s.Mode = "" }},
		{"route", len(b.req.Wavelength.Route) > 0, func(s *intents.WavelengthSpec) { s.Route = nil }},
	}
	answer := b.lowered(func(floor *float64) step {
		s := *b.req.Wavelength
		s.MinMarginDb = floor
		return step{wavelength: &s}
	})
	for _, pin := range pins {
		if answer != "" || b.out {
			break
		}
		s := *b.req.Wavelength
		if pin.drop(&s); pin.set && b.passes(step{wavelength: &s}) {
			answer = pin.name + ": leave out"
		}
	}
	return answer
}
