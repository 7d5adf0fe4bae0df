package spectrum

import (
	"fmt"

	"github.com/waveplane/waveplane/models"
)

// Fit says which slots a channel may take.
type Fit struct {
	M    int         // width in 12.5 GHz; nothing fits when it is not positive
	Step int         // centres lie Step granules apart, counted from 193.1 THz; 0 means 1
	Tune models.Band // range of centres; the zero Band means anywhere
}

// Policy says which of the slots that fit is chosen. The zero Policy is
// LowestFirst.
type Policy uint8

// The policies. Their texts are "first-fit", "last-fit", "best-fit" and
// "exact-fit".
const (
	LowestFirst Policy = iota
	HighestFirst
	TightestFirst
	ExactFirst
)

// String returns the text of the policy.
func (p Policy) String() string {
	switch p {
	case LowestFirst:
		return "first-fit"
	case HighestFirst:
		return "last-fit"
	case TightestFirst:
		return "best-fit"
	case ExactFirst:
		return "exact-fit"
	}
	return fmt.Sprintf("Policy(%d)", uint8(p))
}

// MarshalText returns the text of the policy, and an error for one that does
// not exist.
func (p Policy) MarshalText() ([]byte, error) {
	if p > ExactFirst {
		return nil, fmt.Errorf("fitting policy %d does not exist", uint8(p))
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (p *Policy) UnmarshalText(text []byte) error {
	for q := LowestFirst; q <= ExactFirst; q++ {
		if q.String() == string(text) {
			*p = q
			return nil
		}
	}
	return fmt.Errorf("fitting policy %q: want first-fit, last-fit, best-fit or exact-fit", text)
}

// Choose returns the slot that the policy picks among those of the wanted kind
// that touch nothing in the set, and whether there is one. A policy that does
// not exist picks nothing.
func (s *Set) Choose(p Policy, f Fit) (models.Slot, bool) {
	switch p {
	case LowestFirst:
		return s.FirstFit(f)
	case HighestFirst:
		return s.LastFit(f)
	case TightestFirst:
		return s.BestFit(f)
	case ExactFirst:
		return s.ExactFit(f)
	}
	return models.Slot{}, false
}

// FirstFit returns the lowest slot of the wanted kind that touches nothing in
// the set, and whether there is one.
func (s *Set) FirstFit(f Fit) (models.Slot, bool) {
	c, ok := f.centres()
	if !ok {
		return models.Slot{}, false
	}
	for from := c.least - f.M - First; ; {
		lo, hi, ok := NextRun(s[:], from, 2*f.M)
		if !ok {
			return models.Slot{}, false
		}
		if n, ok := c.lowest(lo+First, hi+First); ok {
			return models.Slot{N: n, M: f.M}, true
		}
		from = hi
	}
}

// LastFit returns the highest slot of the wanted kind that touches nothing in
// the set, and whether there is one. Filling some channels from below and
// others from above keeps two widths apart.
func (s *Set) LastFit(f Fit) (models.Slot, bool) {
	c, ok := f.centres()
	best, found := 0, false
	for from := 0; ok; {
		lo, hi, more := NextRun(s[:], from, 2*f.M)
		if !more {
			break
		}
		if n, fits := c.highest(lo+First, hi+First); fits {
			best, found = n, true
		}
		from = hi
	}
	if !found {
		return models.Slot{}, false
	}
	return models.Slot{N: best, M: f.M}, true
}

// BestFit returns the lowest slot of the wanted kind in the shortest free run
// that has one, the lowest such run where several are equally short, and whether
// there is one. Short runs are used up, so that long ones stay for wide channels.
func (s *Set) BestFit(f Fit) (models.Slot, bool) {
	c, ok := f.centres()
	best, length := 0, Granules+1
	for from := 0; ok; {
		lo, hi, more := NextRun(s[:], from, 2*f.M)
		if !more {
			break
		}
		if hi-lo < length {
			if n, fits := c.lowest(lo+First, hi+First); fits {
				best, length = n, hi-lo
			}
		}
		if length == 2*f.M {
			break // nothing is tighter than no rest at all
		}
		from = hi
	}
	if length > Granules {
		return models.Slot{}, false
	}
	return models.Slot{N: best, M: f.M}, true
}

// ExactFit returns the lowest slot of the wanted kind that fills a free run
// from edge to edge; where there is none, what FirstFit returns.
func (s *Set) ExactFit(f Fit) (models.Slot, bool) {
	c, ok := f.centres()
	for from := 0; ok; {
		lo, hi, more := NextRun(s[:], from, 2*f.M)
		if !more {
			break
		}
		if hi-lo == 2*f.M {
			if n, fits := c.lowest(lo+First, hi+First); fits {
				return models.Slot{N: n, M: f.M}, true
			}
		}
		from = hi
	}
	return s.FirstFit(f)
}

// Placements returns how many slots of the wanted kind can still be taken side
// by side. It is exact: taking the lowest centre again and again leaves every
// run with as many as any other way would.
func (s *Set) Placements(f Fit) int {
	c, ok := f.centres()
	count := 0
	for from := 0; ok; {
		lo, hi, more := NextRun(s[:], from, 2*f.M)
		if !more {
			break
		}
		if n, fits := c.lowest(lo+First, hi+First); fits {
			count += 1 + (min(hi+First-f.M, c.most)-n)/c.pitch()
		}
		from = hi
	}
	return count
}

// centres is a Fit worked out: which centres it allows.
type centres struct {
	m, step     int
	least, most int // both allowed, if they are on the raster
}

// centres returns the centres that the fit allows within the covered band, and
// whether there may be any.
func (f Fit) centres() (centres, bool) {
	if f.M <= 0 || f.M > Granules/2 {
		return centres{}, false
	}
	c := centres{m: f.M, step: max(f.Step, 1), least: First + f.M, most: Last - f.M}
	if f.Tune != (models.Band{}) {
		// No frequency is negative or above a petahertz; without this, the
		// differences below could overflow.
		lower := min(max(f.Tune.Lower, 0), 1_000_000*models.GHz)
		upper := min(max(f.Tune.Upper, 0), 1_000_000*models.GHz)
		c.least = max(c.least, int(ceilDiv(int64(lower-models.GridAnchor), int64(models.GridStep))))
		c.most = min(c.most, int(floorDiv(int64(upper-models.GridAnchor), int64(models.GridStep))))
	}
	return c, c.least <= c.most
}

// lowest returns the lowest centre whose slot lies within granules [lo, hi).
func (c centres) lowest(lo, hi int) (int, bool) {
	n := max(lo+c.m, c.least)
	if c.step > 1 {
		n = roundUp(n, c.step)
	}
	return n, n <= min(hi-c.m, c.most)
}

// highest returns the highest centre whose slot lies within granules [lo, hi).
func (c centres) highest(lo, hi int) (int, bool) {
	n := int(floorDiv(int64(min(hi-c.m, c.most)), int64(c.step))) * c.step
	return n, n >= max(lo+c.m, c.least)
}

// pitch returns how far apart the centres of neighbours are at least.
func (c centres) pitch() int { return roundUp(2*c.m, c.step) }
