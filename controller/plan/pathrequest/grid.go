package pathrequest

import (
	"cmp"
	"math"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/models"
)

// The flexible grid of ITU-T G.694.1, Hz.
const (
	gridAnchor = 193.1e12
	gridStep   = 6.25e9
	widthStep  = 12.5e9
)

// maxWidth is more than fits anywhere, in 12.5 GHz.
const maxWidth = spectrum.Granules

// band is a range of frequencies, Hz.
type band struct{ lo, hi float64 }

func (s Slot) slot() models.Slot { return models.Slot{N: *s.N, M: *s.M} }

// bandsOf are the bands of an amplifier, rising; nil for other elements.
func bandsOf(e gn.Element) []band {
	switch a := e.(type) {
	case gn.Amplifier:
		return []band{{a.Type.LoHz, a.Type.HiHz}}
	case gn.AmplifierBank:
		bands := []band{}
		for _, b := range a.Bands {
			bands = append(bands, band{b.Type.LoHz, b.Type.HiHz})
		}
		slices.SortFunc(bands, func(x, y band) int { return cmp.Compare(x.lo, y.lo) })
		return bands
	}
	return nil
}

// common is what two lists of bands have in common; nil holds everything.
func common(a, b []band) []band {
	if a == nil || b == nil {
		return append(a[:len(a):len(a)], b...)
	}
	both := []band{}
	for _, x := range a {
		for _, y := range b {
			if z := (band{max(x.lo, y.lo), min(x.hi, y.hi)}); z.lo < z.hi {
				both = append(both, z)
			}
		}
	}
	slices.SortFunc(both, func(x, y band) int { return cmp.Compare(x.lo, y.lo) })
	return both
}

// granule is the number of the granule at a frequency. The reference tool drops
// what is behind the decimal point, so that below 193.1 THz it is the next one.
// What is far off the grid is cut off beyond both ends of it.
func granule(hz float64) int {
	return int(max(-maxIndex, min((hz-gridAnchor)/gridStep, maxIndex)))
}

// shutSpectrum is what no stretch of a network carries: all outside its widest
// band, and the guard band at either end of that. The granule at an upper edge
// still counts as inside, as it does in the reference tool.
func shutSpectrum(widest band, guard float64) (spectrum.Set, error) {
	var shut spectrum.Set
	lo, hi := granule(widest.lo+guard), granule(widest.hi-guard)+1
	if lo < spectrum.First || hi > spectrum.Last {
		return shut, fault("network", "use bands from 184.5 to 200.5 THz", "its amplifiers reach from %g to %g THz", widest.lo/1e12, widest.hi/1e12)
	}
	shut.AddRange(spectrum.First, lo)
	shut.AddRange(max(hi, lo), spectrum.Last)
	return shut, nil
}

// shutOutside shuts what is outside all bands; without bands nothing is.
func shutOutside(shut *spectrum.Set, bands []band) {
	if len(bands) == 0 {
		return
	}
	end := spectrum.First
	for _, b := range bands {
		shut.AddRange(end, granule(b.lo))
		end = max(end, granule(b.hi)+1)
	}
	shut.AddRange(end, spectrum.Last)
}

// need is how many wavelengths a bandwidth takes, and how wide one of them is
// in 12.5 GHz. Both are cut off beyond what fits anywhere.
func need(bandwidth, bitRate, spacing float64) (wavelengths, each int) {
	return int(min(math.Ceil(bandwidth/bitRate), maxWidth)), int(min(math.Ceil(spacing/widthStep), maxWidth))
}

// assign finds the slots of a request in what is free of its route. The answer
// is the slots found, in the order asked for, or why there are none.
func assign(taken spectrum.Set, wanted []Slot, wavelengths, each int) ([]Slot, Status) {
	if len(wanted) == 0 {
		wanted = []Slot{{}}
	}
	if reserved, all := reservedFor(wanted, each); all && reserved < wavelengths {
		return nil, NotEnoughReservedSpectrum
	}
	left := wavelengths * each
	found := make([]models.Slot, len(wanted))
	for _, i := range byWidth(wanted) {
		slot, ok := pick(&taken, wanted[i], left, each)
		if !ok {
			break
		}
		taken.Add(slot)
		found[i] = slot
		left -= slot.M
	}
	if left > 0 {
		return nil, NoSpectrum
	}
	var slots []Slot
	for _, s := range found {
		if s.Valid() {
			slots = append(slots, Slot{N: &s.N, M: &s.M})
		}
	}
	return slots, OK
}

// reservedFor is how many wavelengths fit into the slots asked for, if all of
// them have a width.
func reservedFor(wanted []Slot, each int) (wavelengths int, all bool) {
	for _, s := range wanted {
		if s.M == nil {
			return 0, false
		}
		wavelengths += *s.M / each
	}
	return wavelengths, true
}

// byWidth is the order in which slots are served: the widest first, those
// without a width last, by rising centre, those without a centre last.
func byWidth(wanted []Slot) []int {
	order := make([]int, len(wanted))
	for i := range order {
		order[i] = i
	}
	last := func(v *int, sign int) int {
		if v == nil {
			return math.MaxInt
		}
		return sign * *v
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := wanted[i], wanted[j]
		return cmp.Or(cmp.Compare(last(a.M, -1), last(b.M, -1)), cmp.Compare(last(a.N, 1), last(b.N, 1)))
	})
	return order
}

// pick finds one slot: exactly where and as wide as wanted, the lowest of a
// width, or the widest around a centre that holds whole wavelengths.
func pick(taken *spectrum.Set, s Slot, left, each int) (models.Slot, bool) {
	free := func(slot models.Slot) bool {
		lo, hi := slot.Granules()
		return lo >= spectrum.First && hi <= spectrum.Last && !taken.Overlaps(slot)
	}
	switch {
	case s.N != nil && s.M != nil:
		slot := models.Slot{N: *s.N, M: *s.M}
		return slot, free(slot)
	case s.M != nil:
		return taken.FirstFit(spectrum.Fit{M: *s.M})
	case left <= 0:
		return models.Slot{}, false
	case s.N == nil:
		return taken.FirstFit(spectrum.Fit{M: left})
	}
	slot := models.Slot{N: *s.N}
	for slot.M+each <= left && free(models.Slot{N: slot.N, M: slot.M + each}) {
		slot.M += each
	}
	return slot, slot.M > 0
}
