package qot

import (
	"fmt"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
)

// maxLonely bounds how many lone channels a stretch remembers. Where nothing
// else is, the same few are asked for again and again: every mode at the power
// of the switch before the stretch, in the lowest slot or in none in particular.
const maxLonely = 24

// loneKey is what the answer depends on.
type loneKey struct {
	solver *gn.Solver
	light  Light
}

// lonely is what the stretch does to a channel that has it to itself.
func (s *Stretch) lonely(solver *gn.Solver, light Light) (passage, error) {
	key := loneKey{solver, light}
	s.loneMu.Lock()
	known, ok := s.lone[key]
	s.loneMu.Unlock()
	if ok {
		return known, nil
	}
	line, err := s.compiled()
	if err != nil {
		return passage{}, err
	}
	comb, err := gn.NewComb([]gn.Channel{light.channel()})
	if err != nil {
		return passage{}, fmt.Errorf("%s: %w", s.Name(), err)
	}
	eval := solver.NewEvaluation()
	if err := eval.Run(line, comb, []float64{gn.Watt(light.EntryDbm)}); err != nil {
		return passage{}, fmt.Errorf("%s: %w", s.Name(), err)
	}
	powers := make([]float64, len(s.Elements))
	for k := range powers {
		powers[k] = gn.Dbm(eval.Powers(k)[0])
	}
	out := passageOf(eval.Transfer(0), func(k int) float64 { return powers[k] })
	s.loneMu.Lock()
	defer s.loneMu.Unlock()
	if s.lone == nil || len(s.lone) >= maxLonely {
		s.lone = map[loneKey]passage{}
	}
	s.lone[key] = out
	return out, nil
}
