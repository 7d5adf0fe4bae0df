package route

import "slices"

// sequence lists the ways over one sequence of switches, best first: the
// choices of one link per bundle. Bundles are sorted, so the next best choice
// always differs from one already taken by a step in a single bundle.
type sequence struct {
	bundles [][]Leg
	open    []choice
	seen    map[string]bool
	taken   int
	most    int // choices looked at
}

type choice struct {
	pick []int
	line Line
}

func newSequence(bundles [][]Leg) *sequence {
	s := &sequence{bundles: bundles, most: PerSequence}
	for _, b := range bundles {
		if b[0].Enter().Device.Switch() || b[0].Exit().Device.Switch() {
			s.most = PerPatched
		}
	}
	s.open = []choice{s.choose(make([]int, len(bundles)))}
	return s
}

func (s *sequence) choose(pick []int) choice {
	legs := make([]Leg, len(pick))
	for i, p := range pick {
		legs[i] = s.bundles[i][p]
	}
	return choice{pick, newLine(legs)}
}

// best returns the place of the best choice left, or -1 when there is none or
// enough have been taken.
func (s *sequence) best() int {
	if len(s.open) == 0 || s.taken == s.most {
		return -1
	}
	best := 0
	for i := range s.open {
		if compareLines(s.open[i].line, s.open[best].line) < 0 {
			best = i
		}
	}
	return best
}

// take removes a choice and adds what comes next after it.
func (s *sequence) take(i int) Line {
	c := s.open[i]
	s.open = slices.Delete(s.open, i, i+1)
	s.taken++
	if s.seen == nil {
		s.seen = map[string]bool{c.line.key: true}
	}
	for i := range c.pick {
		if c.pick[i]+1 >= len(s.bundles[i]) {
			continue
		}
		pick := slices.Clone(c.pick)
		pick[i]++
		if next := s.choose(pick); !s.seen[next.line.key] {
			s.seen[next.line.key] = true
			s.open = append(s.open, next)
		}
	}
	return c.line
}
