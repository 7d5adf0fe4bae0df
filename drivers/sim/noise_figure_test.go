package sim

import (
	"math"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/models/catalogue"
)

func TestNoiseFigures(t *testing.T) {
	base, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	figure := func(db ...float64) float64 { // of stages in a row, each with the gain before it
		var sum float64
		for i := 0; i < len(db); i += 2 {
			sum += math.Pow(10, (db[i]-db[i+1])/10)
		}
		return 10 * math.Log10(sum)
	}
	for _, c := range []struct {
		kind        string
		gain, input float64
		want        float64
	}{
		{"edfa-20", 15, -20, 6},
		{"edfa-20", 7, -20, 9},            // 3 dB below its least gain
		{"edfa-variable-26", 26, -20, 6},  // its sheet's least figure
		{"edfa-variable-26", 15, -20, 10}, // and greatest
		{"edfa-variable-26", 12, -20, 13},
		{"raman-12", 12, -20, -1},
		{"edfa-dual-42", 42, -30, figure(6, 0, 6.5, 26)},
		{"edfa-dual-42", 34, -30, figure(6, 0, 11, 26)},
		{"openroadm-preamp", 20, -20, -20 - (4*-20.0+275)/7 + 58},
		{"openroadm-preamp", 20, -5, -5 - 33 + 58},
		{"openroadm-preamp", 20, -60, -35 - (4*-35.0+275)/7 + 58},
		{"openroadm-ila-standard", 20, -20, -20 - (-5.952e-4*-8000 - 6.250e-2*400 - 1.071*-20 + 28.99) + 58},
	} {
		a, err := base.Amplifier(c.kind)
		if err != nil {
			t.Fatal(err)
		}
		fixed, model, err := noiseFigure(a, base)
		if err != nil {
			t.Errorf("%s: %v", c.kind, err)
			continue
		}
		got := fixed
		if model != nil {
			got += model(c.gain, c.input)
		}
		if !(math.Abs(got-c.want) < 0.02) {
			t.Errorf("%s at %g dB with %g dBm: %.3f dB, want %.3f", c.kind, c.gain, c.input, got, c.want)
		}
	}
	booster, err := base.Amplifier("openroadm-booster")
	if err != nil {
		t.Fatal(err)
	}
	if fixed, _, err := noiseFigure(booster, base); err != nil || !math.IsInf(fixed, -1) {
		t.Errorf("a booster without noise has %g dB, %v", fixed, err)
	}
}

func TestNoiseModelsThatAreNotThere(t *testing.T) {
	base, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	for want, n := range map[string]catalogue.NoiseModel{
		`no noise model "quantum"`:       {Kind: "quantum"},
		`unknown amplifier type "ghost"`: {Kind: catalogue.NoiseDualStage, Preamp: "edfa-20", Booster: "ghost"},
		"more than two stages":           {Kind: catalogue.NoiseDualStage, Preamp: "edfa-dual-42", Booster: "edfa-20"},
	} {
		if _, _, err := noiseFigure(catalogue.Amplifier{Name: "x", Noise: n}, base); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", n, err, want)
		}
	}
}
