// Package spectrum keeps track of what is taken in the optical band and finds
// room in it, on the flexible 6.25 GHz grid.
//
// A Set is a fixed array of bits, one per granule of 6.25 GHz, so that copying
// one is an assignment and joining the sets of a route is a handful of machine
// words. Searches go from one free run that is long enough to the next, 64
// granules at a time (NextRun), and allocate nothing.
//
// Fit says what kind of slot is wanted. FirstFit, LastFit, BestFit and ExactFit
// choose one, Placements counts how many fit, and Room tells why none does:
// too little spectrum, or spectrum of the wrong shape.
package spectrum

import (
	"math/bits"

	"github.com/waveplane/waveplane/models"
)

// The band that a Set covers: 184.5 THz to 200.5 THz, in granules counted from
// 193.1 THz. It holds the C and L bands with room on either side.
const (
	First    = -1376
	Granules = 2560
	Last     = First + Granules // exclusive
)

const words = Granules / 64

// Set is a set of granules. The zero Set is empty. Sets compare with ==.
type Set [words]uint64

// Covers reports whether a slot lies inside the band that sets cover.
func Covers(s models.Slot) bool {
	lo, hi := s.Granules()
	return s.Valid() && lo >= First && hi <= Last
}

// Add puts the slot into the set; what lies outside the covered band is
// ignored.
func (s *Set) Add(slot models.Slot) {
	lo, hi := slot.Granules()
	s.AddRange(lo, hi)
}

// AddRange puts the granules of the half-open range [lo, hi) into the set.
func (s *Set) AddRange(lo, hi int) {
	lo, hi = clamp(lo), clamp(hi)
	for lo < hi {
		w, mask, next := piece(lo, hi)
		s[w] |= mask
		lo = next
	}
}

// Remove takes the slot out of the set.
func (s *Set) Remove(slot models.Slot) {
	a, b := slot.Granules()
	lo, hi := clamp(a), clamp(b)
	for lo < hi {
		w, mask, next := piece(lo, hi)
		s[w] &^= mask
		lo = next
	}
}

// Join adds all of t.
func (s *Set) Join(t *Set) {
	for i := range s {
		s[i] |= t[i]
	}
}

// Overlaps reports whether any granule of the slot is in the set.
func (s *Set) Overlaps(slot models.Slot) bool {
	lo, hi := slot.Granules()
	_, found := s.lastIn(lo, hi)
	return found
}

// Count returns the number of granules in the set.
func (s *Set) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Free returns the number of granules that are not in the set.
func (s *Set) Free() int { return Granules - s.Count() }

// Outside returns the set of everything that does not lie wholly inside the band.
func Outside(b models.Band) Set {
	var s Set
	lo := ceilDiv(int64(b.Lower-models.GridAnchor), int64(models.GridStep))
	hi := floorDiv(int64(b.Upper-models.GridAnchor), int64(models.GridStep))
	s.AddRange(First, int(min(lo, Last)))
	s.AddRange(int(max(hi, First)), Last)
	return s
}

// Touching returns the set of granules that a range of frequencies touches.
func Touching(b models.Band) Set {
	var s Set
	lo := floorDiv(int64(b.Lower-models.GridAnchor), int64(models.GridStep))
	hi := ceilDiv(int64(b.Upper-models.GridAnchor), int64(models.GridStep))
	s.AddRange(int(lo), int(hi))
	return s
}

// CentreStep converts a raster of centres to granules: the smallest multiple
// of the raster that lies on the 6.25 GHz grid. Zero or less means every
// granule.
func CentreStep(raster models.Frequency) int {
	if raster <= 0 || models.GridStep%raster == 0 {
		return 1
	}
	step := raster
	for step%models.GridStep != 0 {
		step += raster
		if step > 1000*models.GHz { // a raster that never meets the grid
			return Granules
		}
	}
	return int(step / models.GridStep)
}

// lastIn returns the highest granule of [lo, hi) that is in the set. Granules
// outside the covered band count as taken.
func (s *Set) lastIn(lo, hi int) (int, bool) {
	if hi > Last {
		return hi - 1, true
	}
	outside := lo < First
	lo = clamp(lo)
	for hi > lo {
		w := (hi - 1 - First) / 64
		start := max(lo, First+w*64)
		_, mask, _ := piece(start, hi)
		if x := s[w] & mask; x != 0 {
			return First + w*64 + 63 - bits.LeadingZeros64(x), true
		}
		hi = start
	}
	return First - 1, outside
}

// piece returns the word that granule lo lies in, the mask of [lo, hi) within
// that word, and where the next word begins.
func piece(lo, hi int) (word int, mask uint64, next int) {
	i := lo - First
	word = i / 64
	end := min(hi-First, (word+1)*64)
	mask = ^uint64(0) << (i % 64)
	if r := end % 64; r != 0 {
		mask &= ^uint64(0) >> (64 - r)
	}
	return word, mask, end + First
}

func clamp(g int) int { return min(max(g, First), Last) }

func roundUp(n, step int) int { return int(ceilDiv(int64(n), int64(step))) * step }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }
