package catalogue

import (
	"errors"
	"math"
	"testing"

	"github.com/waveplane/waveplane/models"
)

func TestLossTable(t *testing.T) {
	f := Fibre{LossTable: []FrequencyPoint{{190_000_000, 0.21}, {194_000_000, 0.19}, {197_000_000, 0.22}}}.Settled()
	for thz, want := range map[models.Frequency]float64{190: 0.21, 192: 0.20, 194: 0.19, 195: 0.20, 197: 0.22} {
		got, ok := f.LossAt(thz * 1000 * models.GHz)
		if !ok || math.Abs(got-want) > 1e-12 {
			t.Errorf("%d THz: %g %v, want %g", thz, got, ok, want)
		}
	}
	for _, thz := range []models.Frequency{189, 198} {
		if got, ok := f.LossAt(thz * 1000 * models.GHz); ok {
			t.Errorf("%d THz is outside the table, got %g", thz, got)
		}
	}
	if math.Abs(f.LossDbPerKm-0.1929) > 0.001 {
		t.Errorf("at the reference: %g", f.LossDbPerKm)
	}
	if got, ok := (Fibre{LossDbPerKm: 0.2}).LossAt(1); !ok || got != 0.2 {
		t.Errorf("without a table: %g %v", got, ok)
	}
}

func TestWithTypes(t *testing.T) {
	c := standard(t)
	more, err := c.WithTypes(map[string]Amplifier{
		"own":  {Gain: [2]models.Ratio{1000, 2000}, NoiseFigure: 500, Noise: NoiseModel{Kind: NoiseFixed, NfDb: 5}},
		"pair": {Gain: [2]models.Ratio{2000, 3000}, Noise: NoiseModel{Kind: NoiseDualStage, Preamp: "own", Booster: "edfa-17"}},
	}, map[string]Fibre{"own-fibre": {LossDbPerKm: 0.18}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := more.Fibre("own-fibre"); err != nil {
		t.Error(err)
	}
	if pair := more.Amplifiers["pair"]; pair.NoiseFigure < 500 || pair.NoiseFigure > 520 || pair.Name != "pair" {
		t.Errorf("two stages: %+v", pair)
	}
	if _, known := c.Amplifiers["own"]; known {
		t.Error("the catalogue itself was changed")
	}
	var unknown *UnknownError
	if _, err := c.WithTypes(map[string]Amplifier{"x": {Noise: NoiseModel{Kind: NoiseDualStage, Preamp: "edfa-17", Booster: "edfa-71"}}}, nil); !errors.As(err, &unknown) || unknown.Near != "edfa-17" {
		t.Errorf("unknown stage: %v", err)
	}
	if _, err := more.WithTypes(map[string]Amplifier{"x": {Noise: NoiseModel{Kind: NoiseDualStage, Preamp: "pair", Booster: "edfa-17"}}}, nil); err == nil {
		t.Error("stages of stages were accepted")
	}
}
