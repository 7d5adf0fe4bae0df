package catalogue

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestSolveCoils compares with the constants that GNPy 2.14.1 finds for its
// example amplifiers (BSD-3-Clause, facts only).
func TestSolveCoils(t *testing.T) {
	for _, tt := range []struct {
		name                           string
		nfMin, nfMax, gainMin, gainMax float64
		want                           Coils
	}{
		{"medium gain, solved as it is", 6, 10, 15, 26, Coils{5.95810662396391, 6.82268063711932, 5}},
		{"low gain, second coil raised", 6.5, 11, 8, 16, Coils{6.29160068368586, 6.59160068368586, 2.61573611035907}},
		{"high gain, second coil lowered", 5.5, 7, 25, 35, Coils{5.48186493846137, 7.48186493846137, 9.21641790940414}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := SolveCoils(tt.nfMin, tt.nfMax, tt.gainMin, tt.gainMax)
			if err != nil {
				t.Fatal(err)
			}
			for i, d := range []float64{got.Nf1Db - tt.want.Nf1Db, got.Nf2Db - tt.want.Nf2Db, got.DeltaPDb - tt.want.DeltaPDb} {
				if math.Abs(d) > 1e-9 {
					t.Errorf("constant %d is off by %g: %+v", i, d, got)
				}
			}
			if nf := got.NoiseFigure(tt.gainMax, tt.gainMax); math.Abs(nf-tt.nfMin) > 1e-9 {
				t.Errorf("noise figure at the greatest gain: %g, want %g", nf, tt.nfMin)
			}
		})
	}
}

// TestCoilsGiveBackBothFigures: where no bound was in the way, the figure at the
// least gain is the one that was asked for too.
func TestCoilsGiveBackBothFigures(t *testing.T) {
	c, err := SolveCoils(6, 10, 15, 26)
	if err != nil {
		t.Fatal(err)
	}
	if nf := c.NoiseFigure(15, 26); math.Abs(nf-10) > 1e-9 {
		t.Errorf("noise figure at the least gain: %g, want 10", nf)
	}
}

func TestSolveCoilsRefuses(t *testing.T) {
	for name, v := range map[string][4]float64{
		"less noise at less gain": {7, 6, 10, 20},
		"empty range":             {6, 7, 20, 20},
		"not a number":            {math.NaN(), 7, 10, 20},
		"infinite":                {6, math.Inf(1), 10, 20},
	} {
		if c, err := SolveCoils(v[0], v[1], v[2], v[3]); err == nil {
			t.Errorf("%s: accepted as %+v", name, c)
		}
	}
}

// TestCoilsNeverGiveNaN: whatever is accepted gives the noise figure asked for
// at the greatest gain, and never less at any other.
func TestCoilsNeverGiveNaN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nf := rapid.Float64Range(-20, 60)
		gainMin := rapid.Float64Range(-20, 60).Draw(t, "least")
		gainMax := gainMin + rapid.Float64Range(0, 40).Draw(t, "range")
		nfMin := nf.Draw(t, "nfMin")
		c, err := SolveCoils(nfMin, nf.Draw(t, "nfMax"), gainMin, gainMax)
		if err != nil {
			return
		}
		if at := c.NoiseFigure(gainMax, gainMax); math.Abs(at-nfMin) > 1e-6 || c.NoiseFigure(gainMin, gainMax) < at {
			t.Fatalf("%+v: %g dB at the greatest gain, want %g", c, at, nfMin)
		}
	})
}

func TestTypicalNoiseFigure(t *testing.T) {
	c := standard(t)
	for name, want := range map[string]float64{
		"edfa-25":                 5.5,
		"edfa-variable-26":        6.46, // 6 at the greatest gain, 10 at the least
		"openroadm-ila-low-noise": 7.00,
		"openroadm-preamp":        10.14,
		"openroadm-booster":       0,
		"raman-12":                -1,
	} {
		if got := c.Amplifiers[name].NoiseFigure.Db(); math.Abs(got-want) > 0.011 {
			t.Errorf("%s: %g dB, want %g", name, got, want)
		}
	}
	first, both := c.Amplifiers["edfa-variable-26"].NoiseFigure, c.Amplifiers["edfa-dual-42"].NoiseFigure
	if both <= first || both > first+30 {
		t.Errorf("two stages have %v, the first alone %v", both, first)
	}
	if hybrid := c.Amplifiers["hybrid-raman-28"].NoiseFigure; hybrid >= 300 {
		t.Errorf("a Raman hybrid has %v", hybrid)
	}
}

func TestTiltShape(t *testing.T) {
	shape := standard(t).TiltShapes[DefaultTiltShape]
	if len(shape) != 96 || shape[0] != 1 {
		t.Fatalf("%d samples: %v", len(shape), shape)
	}
}
