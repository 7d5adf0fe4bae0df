package models

import "fmt"

// The flexible grid of ITU-T G.694.1 (10/2020), clause 7: centres at
// 193.1 THz + n × 6.25 GHz, widths of m × 12.5 GHz.
const (
	GridAnchor    = 193_100_000 * MHz
	GridStep      = 6_250 * MHz
	SlotWidthStep = 12_500 * MHz
)

// Slot is a frequency slot of the flexible grid. The zero Slot is no slot.
type Slot struct {
	N int `json:"n"` // centre: 193.1 THz + N × 6.25 GHz
	M int `json:"m"` // width: M × 12.5 GHz, M > 0
}

// SlotOf returns the slot with the given centre and width. When either is off
// the grid the error names the nearest legal values.
func SlotOf(centre, width Frequency) (Slot, error) {
	if width <= 0 {
		return Slot{}, fmt.Errorf("slot width %v: want a positive multiple of 12.5 GHz", width)
	}
	if width%SlotWidthStep != 0 {
		up := (width/SlotWidthStep + 1) * SlotWidthStep
		return Slot{}, fmt.Errorf("slot width %v is not a multiple of 12.5 GHz; the next is %v", width, up)
	}
	d := centre - GridAnchor
	if d%GridStep != 0 {
		below := centre - mod(d, GridStep)
		return Slot{}, fmt.Errorf("centre %v is off the 6.25 GHz grid; the nearest are %v and %v", centre, below, below+GridStep)
	}
	return Slot{N: int(d / GridStep), M: int(width / SlotWidthStep)}, nil
}

// Valid reports whether the slot has a width.
func (s Slot) Valid() bool { return s.M > 0 }

// Centre returns the centre frequency.
func (s Slot) Centre() Frequency { return GridAnchor + Frequency(s.N)*GridStep }

// Width returns the width.
func (s Slot) Width() Frequency { return Frequency(s.M) * SlotWidthStep }

// Lower returns the lower edge.
func (s Slot) Lower() Frequency { return s.Centre() - s.Width()/2 }

// Upper returns the upper edge.
func (s Slot) Upper() Frequency { return s.Centre() + s.Width()/2 }

// Granules returns the half-open range [lo, hi) of 6.25 GHz granules, counted
// from 193.1 THz, that the slot covers.
func (s Slot) Granules() (lo, hi int) { return s.N - s.M, s.N + s.M }

// Overlaps reports whether two slots share spectrum; touching edges do not.
func (s Slot) Overlaps(t Slot) bool {
	return s.Valid() && t.Valid() && s.N-s.M < t.N+t.M && t.N-t.M < s.N+s.M
}

// String prints centre and width: "193106.25 GHz/87.5 GHz".
func (s Slot) String() string { return fmt.Sprintf("%v/%v", s.Centre(), s.Width()) }

// Band is a range of spectrum, edges included.
type Band struct {
	Lower Frequency `json:"lower"`
	Upper Frequency `json:"upper"`
}

// Holds reports whether the slot lies wholly inside the band.
func (b Band) Holds(s Slot) bool { return s.Lower() >= b.Lower && s.Upper() <= b.Upper }

// Intersect returns the common part; a band whose Lower is not below its Upper is empty.
func (b Band) Intersect(c Band) Band {
	return Band{Lower: max(b.Lower, c.Lower), Upper: min(b.Upper, c.Upper)}
}

// Empty reports whether nothing lies in the band.
func (b Band) Empty() bool { return b.Lower >= b.Upper }

func mod(a, b Frequency) Frequency { return ((a % b) + b) % b }
