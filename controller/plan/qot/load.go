package qot

import (
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Light is a channel that is on a stretch.
type Light struct {
	Slot     models.Slot
	BaudMBd  int64
	RollOff  float64
	EntryDbm float64 // total power where the stretch begins
}

// LightOf is a channel that enters a stretch with a power in dBm.
func LightOf(mode *catalogue.Mode, slot models.Slot, entryDbm float64) Light {
	return Light{Slot: slot, BaudMBd: mode.BaudMBd, RollOff: mode.Shape(), EntryDbm: entryDbm}
}

func (l Light) channel() gn.Channel {
	rate := float64(l.BaudMBd) * 1e6
	return gn.Channel{
		CentreHz: l.Slot.Centre().Hz(), SymbolRate: rate, SlotHz: max(l.Slot.Width().Hz(), rate), RollOff: l.RollOff, LaunchDbm: l.EntryDbm,
	}
}

// Load is the light that is on a stretch, and what one more channel would
// change. It is not safe for concurrent use.
type Load struct {
	Stretch *Stretch
	lights  []Light // by frequency
	eval    *gn.Evaluation
	valid   bool // eval shows lights
	trial   trial
}

// trial is one more channel on a stretch that nobody has decided on yet.
type trial struct {
	light Light
	on    bool
	gn    *gn.Trial // nil where the stretch carries nothing else
}

// NewLoad returns the light on a stretch, given in any order.
func NewLoad(s *Stretch, lights []Light) *Load {
	l := &Load{Stretch: s, lights: slices.Clone(lights)}
	slices.SortFunc(l.lights, func(a, b Light) int { return a.Slot.N - b.Slot.N })
	return l
}

// Lights lists what is on the stretch, by frequency. It must not be changed.
func (l *Load) Lights() []Light { return l.lights }

// Add puts a channel on the stretch for good and forgets what was tried.
func (l *Load) Add(light Light) {
	l.Settle()
	i, _ := slices.BinarySearchFunc(l.lights, light, func(a, b Light) int { return a.Slot.N - b.Slot.N })
	l.lights = slices.Insert(l.lights, i, light)
	if l.valid {
		_, err := l.eval.Add(light.channel(), gn.Watt(light.EntryDbm))
		l.valid = err == nil
	}
}

// Remove takes the channel in a slot off the stretch and forgets what was tried.
func (l *Load) Remove(slot models.Slot) {
	l.Settle()
	l.lights = slices.DeleteFunc(l.lights, func(x Light) bool { return x.Slot == slot })
	l.valid = false
}

// Settle forgets the channel that was tried.
func (l *Load) Settle() { l.trial = trial{} }

// index finds the channel in a slot; −1 when there is none.
func (l *Load) index(slot models.Slot) int {
	i, found := slices.BinarySearchFunc(l.lights, slot, func(a Light, s models.Slot) int { return a.Slot.N - s.N })
	if !found || l.lights[i].Slot != slot {
		return -1
	}
	return i
}

// evaluated brings the evaluation up to date.
func (l *Load) evaluated(solver *gn.Solver) error {
	if l.valid {
		return nil
	}
	line, err := l.Stretch.compiled()
	if err != nil {
		return err
	}
	channels, entrance := make([]gn.Channel, len(l.lights)), make([]float64, len(l.lights))
	for i, light := range l.lights {
		channels[i], entrance[i] = light.channel(), gn.Watt(light.EntryDbm)
	}
	comb, err := gn.NewComb(channels)
	if err != nil {
		return fmt.Errorf("%s: %w", l.Stretch.Name(), err)
	}
	if l.eval == nil {
		l.eval = solver.NewEvaluation()
	}
	if err := l.eval.Run(line, comb, entrance); err != nil {
		return fmt.Errorf("%s: %w", l.Stretch.Name(), err)
	}
	l.valid = true
	return nil
}

// passage is what a stretch does to one channel.
type passage struct {
	gn.Transfer
	// share is the part of the power that is left as it entered, signal or noise.
	share  float64
	powers func(element int) float64 // dBm
}

// pass evaluates a channel on the stretch: as one of its lights, with the one
// that is being tried beside it; or, when it is none of them, by trying it.
func (l *Load) pass(solver *gn.Solver, light Light) (passage, error) {
	if i := l.index(light.Slot); i >= 0 {
		if err := l.evaluated(solver); err != nil {
			return passage{}, err
		}
		if l.trial.on {
			return l.beside(i), nil
		}
		return passageOf(l.eval.Transfer(i), func(k int) float64 { return gn.Dbm(l.eval.Powers(k)[i]) }), nil
	}
	if len(l.lights) == 0 {
		return l.Stretch.lonely(solver, light)
	}
	if err := l.evaluated(solver); err != nil {
		return passage{}, err
	}
	if !l.trial.on || l.trial.light != light {
		t, err := l.eval.Try(light.channel(), gn.Watt(light.EntryDbm))
		if err != nil {
			l.Settle()
			return passage{}, fmt.Errorf("%s: %w", l.Stretch.Name(), err)
		}
		l.trial = trial{light, true, t}
	}
	t := l.trial.gn
	return passageOf(t.Transfer(t.Index), func(k int) float64 { return gn.Dbm(t.Power(k, t.Index)) }), nil
}

// beside is a light of the stretch with the tried one beside it.
func (l *Load) beside(i int) passage {
	t := l.trial.gn
	if i >= t.Index {
		i++
	}
	return passageOf(t.Transfer(i), func(k int) float64 { return gn.Dbm(t.Power(k, i)) })
}

func passageOf(t gn.Transfer, powers func(int) float64) passage {
	return passage{Transfer: t, share: 1 - t.AseShare - t.NliShare, powers: powers}
}

// Ratio is the factor by which the channel that is being tried changes the part
// of a light's power that stays signal over the stretch; 1 when none is tried.
func (l *Load) Ratio(solver *gn.Solver, slot models.Slot) float64 {
	if !l.trial.on {
		return 1
	}
	i := l.index(slot)
	if i < 0 || l.evaluated(solver) != nil {
		return 1
	}
	t := l.trial.gn
	was, with := l.eval.Noise(i), i
	if i >= t.Index {
		with++
	}
	ase, nli := t.Noise(with)
	return (1 - ase - nli) / (1 - was)
}
