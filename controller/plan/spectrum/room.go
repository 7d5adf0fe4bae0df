package spectrum

import (
	"fmt"

	"github.com/waveplane/waveplane/models"
)

// Room is what a set has left for channels of one kind.
type Room struct {
	Placements int `json:"placements"` // slots that still fit side by side
	// AtMost bounds what moving channels could win: however what is taken now
	// lay, there would be no more placements. It is the lower of free width by
	// channel width and the placements if nothing at all were taken.
	AtMost  int `json:"atMost"`
	Free    int `json:"free"`    // granules within reach of the tuning range
	Runs    int `json:"runs"`    // free runs among them
	Longest int `json:"longest"` // granules of the longest of these
	// Shortage says why Placements is zero.
	Shortage Shortage `json:"shortage"`
}

// Shortage says why a channel finds no place.
type Shortage uint8

// The shortages, in the order in which they are asked about. TooLittle is cured
// by capacity only; the others are a matter of shape.
const (
	Fits       Shortage = iota // there is a place
	NoWidth                    // the width is not positive or beyond the covered band, or the tuning range is empty
	TooLittle                  // fewer free granules than the channel is wide
	Fragmented                 // enough free granules, but no run as long as the channel is wide
	OffRaster                  // a run is long enough, but no allowed centre lies in its middle
)

// String returns "fits", "no-width", "too-little", "fragmented" or "off-raster".
func (s Shortage) String() string {
	switch s {
	case Fits:
		return "fits"
	case NoWidth:
		return "no-width"
	case TooLittle:
		return "too-little"
	case Fragmented:
		return "fragmented"
	case OffRaster:
		return "off-raster"
	}
	return fmt.Sprintf("Shortage(%d)", uint8(s))
}

// MarshalText returns the text of the shortage.
func (s Shortage) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// WrongShape reports whether there would be enough spectrum if it only lay
// otherwise.
func (s Shortage) WrongShape() bool { return s == Fragmented || s == OffRaster }

// Room tells what is left for the wanted kind of slot. Only granules that such
// a slot could ever cover count, from half a width below the lowest allowed
// centre to half a width above the highest.
//
// For a route, join the sets of its links first. Where each link has room and
// the joined set is fragmented or has too little, it is continuity that lacks:
// the free slots of the links are not the same.
func (s *Set) Room(f Fit) Room {
	c, ok := f.centres()
	if !ok {
		return Room{Shortage: NoWidth}
	}
	var r Room
	first, last := c.least-f.M-First, c.most+f.M-First
	for from := first; from < last; {
		lo, hi, more := NextRun(s[:], from, 1)
		hi = min(hi, last)
		if !more || lo >= hi {
			break
		}
		r.Free += hi - lo
		r.Runs++
		r.Longest = max(r.Longest, hi-lo)
		from = hi
	}
	r.Placements = s.Placements(f)
	if n, fits := c.lowest(c.least-f.M, c.most+f.M); fits {
		r.AtMost = min(r.Free/(2*f.M), 1+(c.most-n)/c.pitch())
	}
	switch {
	case r.Placements > 0:
	case r.Free < 2*f.M:
		r.Shortage = TooLittle
	case r.Longest < 2*f.M:
		r.Shortage = Fragmented
	default:
		r.Shortage = OffRaster
	}
	return r
}

// Reach returns the range of spectrum that slots of this kind can cover at
// all, and whether there is any.
func (f Fit) Reach() (models.Band, bool) {
	c, ok := f.centres()
	if !ok {
		return models.Band{}, false
	}
	n := func(g int) models.Frequency { return models.GridAnchor + models.Frequency(g)*models.GridStep }
	return models.Band{Lower: n(c.least - f.M), Upper: n(c.most + f.M)}, true
}
