package gn_test

import (
	"math"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models/catalogue"
)

// TestOneChannelAlone: the reference tool cannot do it. By hand: one span of 100 km
// with 20 dB, an amplifier of 5 dB noise figure at -20 dBm input leaves
// 58 - 20 - 5 dB of OSNR in 0.1 nm (58 is rounded: 57.95 at 193.1 THz), and the
// self-channel term alone makes interference.
func TestOneChannelAlone(t *testing.T) {
	channel := gn.Channel{CentreHz: 193.1e12, SymbolRate: 32e9, SlotHz: 50e9, RollOff: 0.15}
	fibre := standardFibre()
	for _, kind := range []catalogue.NoiseKind{catalogue.NoiseFixed, catalogue.NoiseOpenRoadmPreamp} {
		amp := plainAmplifier(20)
		amp.Noise = kind
		amp.LoHz, amp.HiHz, amp.TiltShape = 191e12, 196e12, []float64{1, 2}
		line := compiled(t, gn.Fibre{Name: "span", Type: fibre, Km: 100}, gn.Amplifier{Name: "amplifier", Type: amp, GainDb: 20, TiltDb: 1})
		for name, model := range map[string]gn.Model{"analytic": {}, "generalised": {Method: gn.Generalised, DispersionTolerance: 1}, "approximate": {Method: gn.Approximate, DispersionTolerance: 1}} {
			e := evaluate(t, solverOf(t, model), line, combOf(t, channel))
			a, err := e.Transfer(0).Arrive(channel.SymbolRate, math.Inf(1))
			if err != nil {
				t.Fatal(err)
			}
			nf := 5.0
			if kind == catalogue.NoiseOpenRoadmPreamp {
				nf = -20 - min((4*-20+275)/7.0, 33) + 58
			}
			if got, want := a.OsnrDb+a.Per01nmDb, 57.95-20-nf; math.Abs(got-want) > 0.02 {
				t.Errorf("%s %s: OSNR %.3f, want %.3f", kind, name, got, want)
			}
			// gamma² (16/27) Leff² P² / (2 pi beta2 La B²) asinh(pi²/2 beta2 La B²)
			gamma, beta2, la, b := 1.27e-3, 21.3e-27, 1/(0.2/4.343e3), 32e9
			leff := la * (1 - math.Exp(-1e5/la))
			want := -gn.Decibel(16.0 / 27 * math.Pow(gamma*leff*1e-3, 2) / (2 * math.Pi * beta2 * la * b * b) * math.Asinh(math.Pi*math.Pi/2*beta2*la*b*b))
			if math.Abs(a.SnrNliDb-want) > 0.5 { // the models themselves differ by 0.35 dB here
				t.Errorf("%s %s: SNR of interference %.2f, by hand %.2f", kind, name, a.SnrNliDb, want)
			}
			if a.GsnrDb >= a.OsnrDb || a.FinalGsnrDb != a.GsnrDb {
				t.Errorf("%s: %+v", name, a)
			}
		}
	}
}

// TestPowersOfElements are what devices would report.
func TestPowersOfElements(t *testing.T) {
	amp := plainAmplifier(17)
	line := compiled(t,
		gn.Switch{Name: "add", Target: gn.Target{Kind: gn.PerChannel, Value: -18}},
		gn.Amplifier{Name: "booster", Type: amp, GainDb: 20, OutVoaDb: 1},
		gn.Fibre{Name: "span", Type: standardFibre(), Km: 60, PaddingDb: 2, InDb: 0.5, OutDb: 0.25, Lumped: []gn.LumpedLoss{{Km: 10, LossDb: 1}}},
		gn.Loss{Name: "patch", LossDb: 0.5},
		gn.Switch{Name: "drop", Target: gn.Target{Kind: gn.PerChannel, Value: -10}},
	)
	channels := []gn.Channel{
		{CentreHz: 193.1e12, SymbolRate: 32e9, SlotHz: 50e9, LaunchDbm: 0},
		{CentreHz: 193.2e12, SymbolRate: 32e9, SlotHz: 50e9, LaunchDbm: -25}, // below the target: left as it is
		{CentreHz: 193.3e12, SymbolRate: 32e9, SlotHz: 50e9, LaunchDbm: 1, OffsetDb: 2},
	}
	e := evaluate(t, solverOf(t, gn.Model{}), line, combOf(t, channels...))
	for k, want := range [][]float64{{-18, -25, -16}, {1, -6, 3}, {-14.75, -21.75, -12.75}, {-15.25, -22.25, -13.25}, {-15.25, -22.25, -13.25}} {
		for i, p := range e.Powers(k) {
			if d := gn.Dbm(p) - want[i]; d < -1e-9 || d > 0.02 { // the booster's noise comes on top
				t.Errorf("after %s, channel %d: %.4f dBm, want %.4f", line.Name(k), i, gn.Dbm(p), want[i])
			}
		}
	}
	if gain, nf, ok := e.Gain(1, 0); gain != 20 || math.Abs(nf-5) > 1e-9 || !ok {
		t.Errorf("booster: gain %g, noise figure %g, %v", gain, nf, ok)
	}
	if _, _, ok := e.Gain(2, 0); ok {
		t.Error("a fibre has no gain")
	}
}

// TestBandsSideBySide: each amplifier sees its own band only, also its limit.
func TestBandsSideBySide(t *testing.T) {
	c, l := plainAmplifier(10), plainAmplifier(math.Inf(1))
	c.LoHz, c.HiHz = 191.3e12, 196.1e12
	l.LoHz, l.HiHz, l.NfDb = 186.1e12, 190.1e12, 6
	line := compiled(t, gn.AmplifierBank{Name: "C+L", Bands: []gn.Amplifier{{Type: c, GainDb: 20}, {Type: l, GainDb: 15}}})
	channel := func(thz float64) gn.Channel {
		return gn.Channel{CentreHz: thz * 1e12, SymbolRate: 64e9, SlotHz: 75e9, LaunchDbm: -10}
	}
	solver := solverOf(t, gn.Model{})
	e := evaluate(t, solver, line, combOf(t, channel(188), channel(193)))
	for i, want := range []float64{15, 20} {
		if gain, _, ok := e.Gain(0, i); !ok || math.Abs(gain-want) > 1e-9 {
			t.Errorf("channel %d: gain %g %v, want %g", i, gain, ok, want)
		}
	}
	// A second channel fills the C-band amplifier; the other does not notice.
	trial, err := e.Try(channel(194), gn.Watt(-10))
	if err != nil || !trial.Whole() {
		t.Fatalf("%v %v", trial, err)
	}
	if _, err := e.Add(channel(194), gn.Watt(-10)); err != nil {
		t.Fatal(err)
	}
	if gain, _, _ := e.Gain(0, 1); math.Abs(gain-16.99) > 0.005 {
		t.Errorf("saturated gain %.3f", gain)
	}
	if gain, _, _ := e.Gain(0, 0); gain != 15 {
		t.Errorf("gain of the other band %g", gain)
	}
	if _, err := e.Try(channel(190.7), gn.Watt(-10)); err == nil {
		t.Error("a channel between the bands was let through")
	}
}

// TestRamanTilt: channels of low frequency gain what those of high frequency
// lose, and no power appears. With a gain that rises straight with the shift,
// the tilt over the band is slope × total power × effective length × width (M.
// Zirngibl, Electronics Letters 34(8), 1998).
func TestRamanTilt(t *testing.T) {
	fibre := standardFibre()
	fibre.Raman = &gn.RamanGain{ShiftHz: []float64{0, 13e12, 15e12, 40e12}, Gain: []float64{0, 3e-14, 0.5e-14, 0}, ReferenceHz: 206e12}
	var channels []gn.Channel
	for i := range 40 {
		channels = append(channels, gn.Channel{CentreHz: 191.5e12 + 1e11*float64(i), SymbolRate: 64e9, SlotHz: 75e9, LaunchDbm: 3})
	}
	comb := combOf(t, channels...)
	for _, lumped := range [][]gn.LumpedLoss{nil, {{Km: 40, LossDb: 3}}} {
		span := gn.Fibre{Name: "span", Type: fibre, Km: 80, Lumped: lumped}
		line := compiled(t, span)
		without := evaluate(t, solverOf(t, gn.Model{}), line, comb)
		with := evaluate(t, solverOf(t, gn.Model{Raman: true}), line, comb)
		tilt := func(e *gn.Evaluation) float64 { return gn.Decibel(e.Powers(0)[0] / e.Powers(0)[39]) }
		reach := (1 - math.Exp(-80/21.715)) * 21715
		if lumped != nil {
			reach = (1 - math.Exp(-40/21.715)*(1-gn.Linear(-3)) - gn.Linear(-3)*math.Exp(-80/21.715)) * 21715
		}
		want := 10 / math.Ln10 * 3e-14 / 13e12 * (193.5 / 206.0) / 83e-12 * 40 * gn.Watt(3) * reach * 3.9e12
		if got := tilt(with) - tilt(without); math.Abs(got-want) > 0.05*want {
			t.Errorf("lumped %v: tilt %.3f dB, want %.3f", lumped, got, want)
		}
		total := func(e *gn.Evaluation) (sum float64) {
			for _, p := range e.Powers(0) {
				sum += p
			}
			return sum
		}
		if got := gn.Decibel(total(with) / total(without)); math.Abs(got) > 0.05 {
			t.Errorf("lumped %v: total power changed by %.3f dB", lumped, got)
		}
		// Pumps along and against the light amplify, and add noise.
		span.Pumps = []gn.Pump{{Hz: 205e12, Watt: 0.2}, {Hz: 206e12, Watt: 0.1, Along: true}}
		pumped := evaluate(t, solverOf(t, gn.Model{SolverStepM: 100}), compiled(t, span), comb)
		if got := gn.Decibel(total(pumped) / total(without)); got < 2 || got > 15 {
			t.Errorf("lumped %v: gain of the pumps %.2f dB", lumped, got)
		}
		if _, ase, _ := pumped.Shares(0, 20); !(ase > 0) {
			t.Error("pumps add no noise")
		}
	}
}

// TestFeeblePumps: with pumps that do next to nothing, the two-way solution is
// that of the plain fibre, lumped losses included.
func TestFeeblePumps(t *testing.T) {
	fibre := standardFibre()
	fibre.Raman = &gn.RamanGain{ShiftHz: []float64{0, 13e12, 15e12}, Gain: []float64{0, 3e-14, 0}, ReferenceHz: 206e12}
	span := gn.Fibre{Name: "span", Type: fibre, Km: 60, Lumped: []gn.LumpedLoss{{Km: 20.05, LossDb: 2}, {Km: 45, LossDb: 1}},
		Pumps: []gn.Pump{{Hz: 205e12, Watt: 1e-9}, {Hz: 206e12, Watt: 1e-9, Along: true}}}
	channel := gn.Channel{CentreHz: 193.1e12, SymbolRate: 32e9, SlotHz: 50e9, LaunchDbm: -20}
	e := evaluate(t, solverOf(t, gn.Model{SolverStepM: 20}), compiled(t, span), combOf(t, channel))
	if got := gn.Dbm(e.Powers(0)[0]); math.Abs(got - -35) > 0.01 {
		t.Errorf("%.4f dBm leave the fibre, want -35", got)
	}
}

// TestSlightRippleIsNotCorrected: below 0.05 dB the gain that is set is the
// mean over channels; above, it is the gain of total power.
func TestSlightRippleIsNotCorrected(t *testing.T) {
	for _, c := range []struct{ ripple, want float64 }{{0.04, 20.02}, {0.2, 20}} {
		amp := plainAmplifier(math.Inf(1))
		amp.LoHz, amp.HiHz = 192e12, 196e12
		amp.GainRippleDb = []float64{-c.ripple / 2, c.ripple / 2}
		channels := []gn.Channel{
			{CentreHz: 192.1e12, SymbolRate: 32e9, SlotHz: 50e9, LaunchDbm: -40},
			{CentreHz: 195.9e12, SymbolRate: 32e9, SlotHz: 50e9, LaunchDbm: 0},
		}
		e := evaluate(t, solverOf(t, gn.Model{}), compiled(t, gn.Amplifier{Type: amp, GainDb: 20}), combOf(t, channels...))
		if got := gn.Dbm(e.Powers(0)[1]); math.Abs(got-c.want) > 0.002 {
			t.Errorf("ripple of %g dB: the strong channel leaves with %.4f dBm, want %.2f", c.ripple, got, c.want)
		}
	}
}

// TestLossBeforeThePump: a bad splice close to a pump that runs against the
// light costs more than the same splice far from it.
func TestLossBeforeThePump(t *testing.T) {
	fibre := standardFibre()
	fibre.Raman = &gn.RamanGain{ShiftHz: []float64{0, 13e12, 15e12}, Gain: []float64{0, 3e-14, 0}, ReferenceHz: 206e12}
	channel := gn.Channel{CentreHz: 193.1e12, SymbolRate: 32e9, SlotHz: 50e9, LaunchDbm: -20}
	leaves := func(splice float64) float64 {
		span := gn.Fibre{Name: "span", Type: fibre, Km: 80, Lumped: []gn.LumpedLoss{{Km: splice, LossDb: 3}}, Pumps: []gn.Pump{{Hz: 205e12, Watt: 0.3}}}
		e := evaluate(t, solverOf(t, gn.Model{SolverStepM: 100}), compiled(t, span), combOf(t, channel))
		return gn.Dbm(e.Powers(0)[0])
	}
	if far, near := leaves(5), leaves(75); far < near+1 {
		t.Errorf("%.2f dBm with the splice far from the pump, %.2f dBm with it close", far, near)
	}
}
