package gn_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/models/catalogue"
)

// standardFibre is G.652 at 0.2 dB/km.
func standardFibre() *gn.FibreType {
	return &gn.FibreType{Name: "G.652", LossDbPerKm: gn.Constant(0.2), DispersionPsNm: gn.Constant(16.7), AreaUm2: 83, PmdPsPerSqrtKm: 0.04}
}

// otherFibre has a slope and loses more at the edges.
func otherFibre() *gn.FibreType {
	slope := 0.058
	return &gn.FibreType{Name: "G.655", LossDbPerKm: gn.Curve{Hz: []float64{180e12, 193e12, 200e12}, Value: []float64{0.23, 0.2, 0.22}},
		DispersionPsNm: gn.Constant(4.2), SlopePsNm2: &slope, AreaUm2: 72}
}

func plainAmplifier(limitDbm float64) *gn.AmplifierType {
	return &gn.AmplifierType{Name: "plain", MaxOutputDbm: limitDbm,
		Stage: gn.Stage{MinGainDb: 5, MaxGainDb: 30, Noise: catalogue.NoiseFixed, NfDb: 5}}
}

// drawLine is a line of a few spans. With noble amplifiers its gains depend on
// nothing; otherwise they may saturate, tilt, or listen to their load.
func drawLine(t *rapid.T, noble bool) []gn.Element {
	fibres := []*gn.FibreType{standardFibre(), otherFibre()}
	var elements []gn.Element
	if rapid.Bool().Draw(t, "switch first") {
		elements = append(elements, gn.Switch{Name: "add", Target: gn.Target{Kind: gn.PerSlot, Value: rapid.Float64Range(1e-3, 4e-2).Draw(t, "density")},
			Figures: []gn.SwitchFigures{{OsnrDb: 41, PdlDb: 0.5}}})
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "spans") {
		km := rapid.Float64Range(20, 120).Draw(t, "km")
		fibre := gn.Fibre{Name: fmt.Sprintf("span %d", i), Type: rapid.SampledFrom(fibres).Draw(t, "fibre"), Km: km, InDb: 0.5, OutDb: 0.5}
		if rapid.Bool().Draw(t, "splice") {
			fibre.Lumped = []gn.LumpedLoss{{Km: km / 2, LossDb: 0.7}}
		}
		amp := gn.Amplifier{Name: fmt.Sprintf("amplifier %d", i), Type: plainAmplifier(math.Inf(1)), GainDb: min(0.2*km+1, 30), OutVoaDb: 0.3}
		if !noble {
			amp.Type = plainAmplifier(rapid.Float64Range(5, 25).Draw(t, "limit"))
			switch rapid.IntRange(0, 3).Draw(t, "amplifier") {
			case 1:
				amp.Type.Noise, amp.Type.Coefficients = catalogue.NoiseOpenRoadm, []float64{-0.0008104, -0.06221, -0.5889, 37.62}
			case 2:
				amp.Type.LoHz, amp.Type.HiHz, amp.Type.TiltShape = 190e12, 197e12, []float64{1, 1.5, 2.5}
				amp.TiltDb = 1.5
			}
		}
		elements = append(elements, fibre, amp)
	}
	return elements
}

// drawChannels are a few channels on a grid of 12.5 GHz, of mixed rates.
func drawChannels(t *rapid.T, least int) []gn.Channel {
	var channels []gn.Channel
	at := 191.5e12
	for i := range rapid.IntRange(least, 12).Draw(t, "channels") {
		rate := rapid.SampledFrom([]float64{32e9, 64e9, 90e9}).Draw(t, "rate")
		slot := math.Ceil(rate*1.15/12.5e9) * 12.5e9
		at += slot/2 + 12.5e9*float64(rapid.IntRange(0, 20).Draw(t, "gap"))
		channels = append(channels, gn.Channel{CentreHz: at, SymbolRate: rate, SlotHz: slot, RollOff: 0.15,
			LaunchDbm: rapid.Float64Range(-6, 4).Draw(t, "launch"), OffsetDb: float64(i%3) - 1})
		at += slot / 2
	}
	return channels
}

func compiled(t testing.TB, elements ...gn.Element) *gn.Line {
	t.Helper()
	line, err := gn.Compile(elements...)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func combOf(t testing.TB, channels ...gn.Channel) *gn.Comb {
	t.Helper()
	comb, err := gn.NewComb(channels)
	if err != nil {
		t.Fatal(err)
	}
	return comb
}

func solverOf(t testing.TB, model gn.Model) *gn.Solver {
	t.Helper()
	s, err := gn.NewSolver(model, 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func evaluate(t testing.TB, s *gn.Solver, line *gn.Line, comb *gn.Comb) *gn.Evaluation {
	t.Helper()
	e := s.NewEvaluation()
	if err := e.Run(line, comb, nil); err != nil {
		t.Fatal(err)
	}
	return e
}
