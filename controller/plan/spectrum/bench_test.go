package spectrum_test

import (
	"testing"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
	"github.com/waveplane/waveplane/models"
)

// BenchmarkFit looks for 75 GHz in a C band of 4.8 THz: empty; filled with 50 GHz
// channels of which every second is gone, so that no run is long enough but the
// last; and full.
func BenchmarkFit(b *testing.B) {
	empty := spectrum.Outside(models.Band{Lower: 191_300_000, Upper: 196_100_000})
	combed, full := empty, empty
	for n := -284; n+20 <= 480; n += 16 {
		combed.Add(models.Slot{N: n, M: 4})
	}
	full.AddRange(-288, 480)
	for _, c := range []struct {
		name string
		set  spectrum.Set
	}{{"empty", empty}, {"combed", combed}, {"full", full}} {
		for _, f := range []struct {
			name string
			fit  spectrum.Fit
		}{{"any", spectrum.Fit{M: 6}}, {"raster", spectrum.Fit{M: 6, Step: 16, Tune: models.Band{Lower: 191_350_000, Upper: 196_050_000}}}} {
			for _, search := range []struct {
				name string
				run  func(*spectrum.Set, spectrum.Fit) (models.Slot, bool)
			}{{"first", (*spectrum.Set).FirstFit}, {"best", (*spectrum.Set).BestFit}} {
				b.Run(c.name+"/"+f.name+"/"+search.name, func(b *testing.B) {
					b.ReportAllocs()
					sum := 0
					for b.Loop() {
						slot, _ := search.run(&c.set, f.fit)
						sum += slot.N
					}
					_ = sum
				})
			}
		}
	}
}
