package spectrum

import (
	"iter"
	"math/bits"
)

// NextRun returns the first free run [lo, hi) of at least the given length that
// begins at or after from, and whether there is one. The words hold 64 places
// each, lowest bit first, a set bit meaning taken; what lies before from and
// behind the last word counts as taken. A run that reaches across from is cut
// there. A length below 1 means 1.
//
// It looks at one word at a time. Runs inside a word are found by shifting and
// masking in log2(length) steps, so that runs that are too short cost nothing
// each.
func NextRun(used []uint64, from, length int) (lo, hi int, ok bool) {
	from, length = max(from, 0), max(length, 1)
	open := -1 // where the run that reaches the end of the words seen begins
	for w := from / 64; w < len(used); w++ {
		u, base := used[w], w*64
		if base < from {
			u |= uint64(1)<<(from-base) - 1
		}
		if u == 0 {
			if open < 0 {
				open = base
			}
			continue
		}
		if open >= 0 {
			if end := base + bits.TrailingZeros64(u); end-open >= length {
				return open, end, true
			}
		}
		open = -1
		if length < 64 { // a whole word is free only where it is zero
			if starts := runsWithin(^u, length); starts != 0 {
				p := bits.TrailingZeros64(starts)
				if rest := u >> p; rest != 0 {
					return base + p, base + p + bits.TrailingZeros64(rest), true
				}
				open = base + p
				continue
			}
		}
		if z := bits.LeadingZeros64(u); z > 0 {
			open = base + 64 - z
		}
	}
	if end := 64 * len(used); open >= 0 && end-open >= length {
		return open, end, true
	}
	return 0, 0, false
}

// runsWithin returns where in a word of free places a run of the given length,
// 1 to 63, begins: doubling the length that is known to be free with each step.
func runsWithin(free uint64, length int) uint64 {
	for have := 1; have < length && free != 0; {
		shift := min(have, length-have)
		free &= free >> shift
		have += shift
	}
	return free
}

// FreeRuns goes through the free runs of the set, lowest first, as half-open
// ranges of granules counted from 193.1 THz.
func (s *Set) FreeRuns() iter.Seq2[int, int] {
	return func(yield func(lo, hi int) bool) {
		for from := 0; ; {
			lo, hi, ok := NextRun(s[:], from, 1)
			if !ok || !yield(lo+First, hi+First) {
				return
			}
			from = hi
		}
	}
}

// LongestRun returns the longest free run [lo, hi) in granules counted from
// 193.1 THz, the lowest where several are equally long, and whether anything is
// free at all.
func (s *Set) LongestRun() (lo, hi int, ok bool) {
	for from, length := 0, 1; ; {
		l, h, more := NextRun(s[:], from, length)
		if !more {
			return lo, hi, ok
		}
		lo, hi, ok = l+First, h+First, true
		from, length = h, h-l+1
	}
}
