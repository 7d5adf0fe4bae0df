package gn_test

import (
	"math"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// TestWholeCatalogue: every fibre and amplifier type of the catalogue compiles
// and carries a channel of every usable mode.
func TestWholeCatalogue(t *testing.T) {
	c, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	solver := solverOf(t, gn.Model{})
	for name, a := range c.Amplifiers {
		amp, err := gn.AmplifierTypeOf(a, c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for name, f := range c.Fibres {
			fibre, err := gn.FibreTypeOf(f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			line := compiled(t, gn.Fibre{Name: name, Type: fibre, Km: 80}, gn.Amplifier{Name: amp.Name, Type: amp, GainDb: (amp.MinGainDb + amp.MaxGainDb) / 2})
			for name, m := range c.Modes {
				if !m.Usable() {
					continue
				}
				channel := gn.ChannelOf(m, models.Slot{N: 0, M: int(m.SlotWidth / models.SlotWidthStep)}, 0)
				if amp.HiHz != 0 && (channel.CentreHz-channel.SlotHz/2 < amp.LoHz || channel.CentreHz+channel.SlotHz/2 > amp.HiHz) {
					continue
				}
				e := evaluate(t, solver, line, combOf(t, channel))
				arrival, err := e.Transfer(0).Arrive(channel.SymbolRate, 36)
				if err != nil || !(arrival.FinalGsnrDb > 5) || !(arrival.FinalGsnrDb < 36) {
					t.Errorf("%s over %s: %+v %v", name, amp.Name, arrival, err)
				}
			}
		}
	}
}

func TestDualStageOfTheCatalogue(t *testing.T) {
	c, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	var stage string
	for name, a := range c.Amplifiers {
		if a.Noise.Kind != catalogue.NoiseDualStage {
			stage = name
		}
	}
	dual := catalogue.Amplifier{Name: "dual", Gain: [2]models.Ratio{2000, 4000}, Noise: catalogue.NoiseModel{Kind: catalogue.NoiseDualStage, Preamp: stage, Booster: stage}}
	a, err := gn.AmplifierTypeOf(dual, c)
	if err != nil || a.Preamp == nil || a.Booster == nil || !math.IsInf(a.MaxOutputDbm, 1) {
		t.Errorf("%+v %v", a, err)
	}
	dual.Noise.Booster = "none such"
	if _, err := gn.AmplifierTypeOf(dual, c); err == nil {
		t.Error("an unknown stage was accepted")
	}
}

// TestRamanGainIsFreeOfTheArea: at the shift and pump it was measured with, the
// gain of the catalogue comes back.
func TestRamanGainIsFreeOfTheArea(t *testing.T) {
	f := catalogue.Fibre{Name: "f", LossDbPerKm: 0.2, DispersionPsNmKm: 17, EffectiveAreaUm2: 80,
		Raman: &catalogue.RamanGain{Pump: 205_000_000, Profile: []catalogue.FrequencyPoint{{Frequency: 0}, {Frequency: 13_000_000, Value: 0.4}}}}
	got, err := gn.FibreTypeOf(f)
	if err != nil {
		t.Fatal(err)
	}
	if g := got.Raman.Gain[1]; g < 2.8e-14 || g > 3.6e-14 { // 0.4e-3/(W m) × about 80e-12 m²
		t.Errorf("gain %g m/W", g)
	}
	f.Raman.Profile[1].Frequency = 300_000_000
	if _, err := gn.FibreTypeOf(f); err == nil {
		t.Error("a shift beyond the pump was accepted")
	}
}

func TestPenaltiesAndMargin(t *testing.T) {
	required := models.Ratio(2000)
	m := catalogue.Mode{RequiredOsnr: &required,
		CDPenalties:  []catalogue.PenaltyPoint{{At: 0}, {At: 4000}, {At: 8000, Penalty: 100}},
		PDLPenalties: []catalogue.PenaltyPoint{{At: 1, Penalty: 50}, {At: 2, Penalty: 100}}}
	for _, c := range []struct{ cd, pdl, want float64 }{
		{0, 0, 0.5}, {-6000, 1, 1}, {8000, 1.5, 1.75}, {8001, 0, math.Inf(1)}, {0, 2.1, math.Inf(1)},
	} {
		a := gn.Arrival{DispersionPsNm: c.cd, PdlDb: c.pdl, FinalGsnrDb: 18, Per01nmDb: 4}
		if got := a.PenaltyDb(m); got != c.want {
			t.Errorf("%+v: %g dB", c, got)
		}
		if got := a.MarginDb(m); got != 2-c.want {
			t.Errorf("%+v: margin %g dB", c, got)
		}
	}
	if got := (gn.Arrival{}).MarginDb(catalogue.Mode{}); !math.IsInf(got, 1) {
		t.Errorf("a mode that requires nothing: %g", got)
	}
}
