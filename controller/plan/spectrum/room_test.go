package spectrum_test

import (
	"math"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/models"
)

// The covered band holds C and L band with room to spare, and nothing beyond.
func TestCoveredBand(t *testing.T) {
	for name, b := range map[string]models.Band{
		"C band":          {Lower: 191_300_000, Upper: 196_100_000},
		"extended C band": {Lower: 190_675_000, Upper: 196_675_000},
		"L band":          {Lower: 184_500_000, Upper: 191_300_000},
		"everything":      {Lower: 184_500_000, Upper: 200_500_000},
	} {
		set := spectrum.Outside(b)
		granules := int((b.Upper - b.Lower) / models.GridStep)
		if set.Free() != granules {
			t.Errorf("%s: %d granules are free, want %d", name, set.Free(), granules)
		}
		fit := spectrum.Fit{M: 1}
		low, ok := set.FirstFit(fit)
		if !ok || low.Lower() != b.Lower {
			t.Errorf("%s: first fit %v %v, want it at %v", name, low, ok, b.Lower)
		}
		high, ok := set.LastFit(fit)
		if !ok || high.Upper() != b.Upper {
			t.Errorf("%s: last fit %v %v, want it at %v", name, high, ok, b.Upper)
		}
		if !spectrum.Covers(low) || !spectrum.Covers(high) {
			t.Errorf("%s: %v or %v is not covered", name, low, high)
		}
		if got := set.Placements(spectrum.Fit{M: 1}); got != granules/2 {
			t.Errorf("%s: %d placements of 12.5 GHz, want %d", name, got, granules/2)
		}
	}
	for _, s := range []models.Slot{{N: spectrum.First, M: 1}, {N: spectrum.Last, M: 1}} {
		if spectrum.Covers(s) {
			t.Errorf("%v is covered", s)
		}
	}
	if b, ok := (spectrum.Fit{M: 8}).Reach(); !ok || b != (models.Band{Lower: 184_500_000, Upper: 200_500_000}) {
		t.Errorf("a channel reaches %v %v, want 184.5 to 200.5 THz", b, ok)
	}
}

// What an operator asks: a C band of 4.8 THz, and why nothing fits any more.
func TestRoomNamesTheShortage(t *testing.T) {
	cBand := models.Band{Lower: 191_300_000, Upper: 196_100_000}
	const width = 12 // 75 GHz
	every := func(pitch, m int) spectrum.Set {
		s := spectrum.Outside(cBand)
		for n := -288; n < 480; n += pitch {
			s.AddRange(n, n+2*m)
		}
		return s
	}
	full := spectrum.Outside(cBand)
	full.AddRange(-288, 480-width+1)
	shifted := spectrum.Outside(cBand)
	shifted.AddRange(-288, 100)
	shifted.AddRange(100+width, 480)
	for name, c := range map[string]struct {
		set  spectrum.Set
		fit  spectrum.Fit
		want spectrum.Room
	}{
		"empty":         {every(1000, 0), spectrum.Fit{M: 6}, spectrum.Room{Placements: 64, AtMost: 64, Free: 768, Runs: 1, Longest: 768}},
		"empty, raster": {every(1000, 0), spectrum.Fit{M: 6, Step: 16}, spectrum.Room{Placements: 47, AtMost: 64, Free: 768, Runs: 1, Longest: 768}},
		"too little":    {full, spectrum.Fit{M: 6}, spectrum.Room{Free: 11, Runs: 1, Longest: 11, Shortage: spectrum.TooLittle}},
		"fragmented":    {every(16, 4), spectrum.Fit{M: 6}, spectrum.Room{AtMost: 32, Free: 384, Runs: 48, Longest: 8, Shortage: spectrum.Fragmented}},
		"off raster":    {shifted, spectrum.Fit{M: 6, Step: 16}, spectrum.Room{AtMost: 1, Free: 12, Runs: 1, Longest: 12, Shortage: spectrum.OffRaster}},
		"out of tune": {shifted, spectrum.Fit{M: 6, Tune: models.Band{Lower: 191_350_000, Upper: 192_000_000}},
			spectrum.Room{Shortage: spectrum.TooLittle}},
		"no width":     {shifted, spectrum.Fit{}, spectrum.Room{Shortage: spectrum.NoWidth}},
		"huge width":   {shifted, spectrum.Fit{M: math.MaxInt}, spectrum.Room{Shortage: spectrum.NoWidth}},
		"no such tune": {shifted, spectrum.Fit{M: 6, Tune: models.Band{Lower: math.MaxInt64, Upper: math.MinInt64}}, spectrum.Room{Shortage: spectrum.NoWidth}},
	} {
		got := c.set.Room(c.fit)
		if got != c.want {
			t.Errorf("%s: room %+v, want %+v", name, got, c.want)
		}
		if got.Shortage.WrongShape() != (name == "fragmented" || name == "off raster") {
			t.Errorf("%s: %v is of the wrong shape: %v", name, got.Shortage, got.Shortage.WrongShape())
		}
	}
}

func TestPolicyTexts(t *testing.T) {
	for p, text := range map[spectrum.Policy]string{
		spectrum.LowestFirst: "first-fit", spectrum.HighestFirst: "last-fit", spectrum.TightestFirst: "best-fit", spectrum.ExactFirst: "exact-fit",
	} {
		got, err := p.MarshalText()
		if err != nil || string(got) != text {
			t.Errorf("%d is %q %v, want %q", p, got, err, text)
		}
		var back spectrum.Policy
		if err := back.UnmarshalText([]byte(text)); err != nil || back != p {
			t.Errorf("%q is %v %v", text, back, err)
		}
	}
	var p spectrum.Policy
	if err := p.UnmarshalText([]byte("worst-fit")); err == nil {
		t.Error("worst-fit is a policy")
	}
	if _, err := spectrum.Policy(9).MarshalText(); err == nil {
		t.Error("policy 9 has a text")
	}
	var s spectrum.Set
	if slot, ok := s.Choose(9, spectrum.Fit{M: 1}); ok {
		t.Errorf("policy 9 chooses %v", slot)
	}
}
