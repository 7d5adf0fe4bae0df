package qot_test

import (
	"math"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 0.005 {
		t.Errorf("%s = %.3f, want %.3f", what, got, want)
	}
}

func edfa() catalogue.Amplifier {
	return catalogue.Amplifier{Gain: [2]models.Ratio{1000, 2500}, NoiseFigure: 500, MaxOutput: 2000}
}

func channel(launch float64) qot.Channel {
	required, tx := models.Ratio(2000), models.Ratio(3600)
	return qot.Channel{
		Mode: catalogue.Mode{RequiredOsnr: &required, MinTxOsnr: &tx, CDPenalties: []catalogue.PenaltyPoint{{At: 1000}, {At: 3000, Penalty: 100}}},
		Slot: models.Slot{M: 4}, LaunchDbm: launch,
	}
}

func fibre(km, loss float64) qot.Element {
	return qot.Element{Kind: qot.Fibre, LossDb: loss, Span: &qot.Span{Km: km, Fibre: catalogue.Fibre{DispersionPsNmKm: 20}}}
}

func amplifier(gain float64) qot.Element {
	return qot.Element{Kind: qot.Amplifier, Amplifiers: []qot.Amplified{{Type: edfa(), GainDb: gain}}}
}

func held(e qot.Element, dbmPer50GHz float64) qot.Element {
	e.Target = &qot.Target{Per: qot.Per50GHz, Dbm: dbmPer50GHz}
	return e
}

func crossing(kind qot.Kind, x qot.Crossing) qot.Element {
	return qot.Element{Kind: kind, Crossings: []qot.Crossing{x}}
}

// TestAmplifiedSpans compares with the sum done by hand: two amplifiers at
// -20 dBm input and 5 dB noise figure leave 33 dB each, 29.99 dB together, less
// 1.76 dB for nonlinear noise; the transmitter adds its 36 dB.
func TestAmplifiedSpans(t *testing.T) {
	amp, glass := amplifier(20), fibre(100, 20)
	way := []*qot.Element{{Kind: qot.Transmit}, &glass, &amp, &glass, &amp, {Kind: qot.Receive}}
	got := qot.Simple{}.Estimate(qot.Path{Az: way, Za: way[:2]}, channel(0))
	line := 33 - 10*math.Log10(2) - 1.76
	want := -10 * math.Log10(math.Pow(10, -line/10)+math.Pow(10, -3.6))
	near(t, "OSNR", got.Az.OsnrDb, want)
	near(t, "dispersion", got.Az.DispersionPsNm, 4000)
	near(t, "penalty beyond the table", got.Az.PenaltyDb, 1)
	near(t, "margin", got.Az.MarginDb, want-20-1)
	near(t, "received", got.Az.RxDbm(), 0)
	near(t, "peak", got.Az.PeakFibreDbm, 0)
	near(t, "unamplified OSNR", got.Za.OsnrDb, 36)
	near(t, "penalty inside the table", got.Za.PenaltyDb, 0.5)
	near(t, "unamplified power", got.Za.RxDbm(), -20)
	if got.Worst().MarginDb != got.Az.MarginDb {
		t.Errorf("the worse direction is az")
	}
}

func TestElements(t *testing.T) {
	for name, c := range map[string]struct {
		e    qot.Element
		in   float64
		want float64 // power after
	}{
		"patch":                     {qot.Element{Kind: qot.Patch, LossDb: 0.5}, 1, 0.5},
		"gain":                      {amplifier(15), -10, 5},
		"total output bounds":       {amplifier(25), 0, 20},
		"amplifier holds a density": {held(amplifier(0), -18), -30, -18},
		"density out of reach":      {held(amplifier(0), -18), -50, -25},
		"switch attenuates":         {held(crossing(qot.Express, qot.Crossing{LossDb: 10}), -18), 0, -18},
		"switch never amplifies":    {held(crossing(qot.Express, qot.Crossing{LossDb: 10}), -18), -15, -25},
		"drop without target":       {crossing(qot.Drop, qot.Crossing{LossDb: 6}), -1, -7},
	} {
		got := qot.Simple{}.Estimate(qot.Path{Az: []*qot.Element{&c.e}}, channel(c.in)) // a slot of 50 GHz
		near(t, name, got.Az.RxDbm(), c.want)
	}
	near(t, "density of 100 GHz", qot.Density(-18, models.Slot{M: 8}), -18+10*math.Log10(2))
}

// TestLowGainCostsNoise: an amplifier that runs 4 dB below its least gain is
// 4 dB noisier.
func TestLowGainCostsNoise(t *testing.T) {
	at := func(gain float64) float64 {
		e := amplifier(gain)
		ch := channel(-30)
		ch.Mode.MinTxOsnr = nil
		return qot.Simple{}.Estimate(qot.Path{Az: []*qot.Element{&e}}, ch).Az.OsnrDb
	}
	near(t, "OSNR lost", at(10)-at(6), 4)
}

func TestAddAndDropTogetherLeaveTheProfilesFigure(t *testing.T) {
	e := crossing(qot.Add, qot.Crossing{OsnrDb: 33 + 3.01})
	ch := channel(0)
	ch.Mode.MinTxOsnr = nil
	got := qot.Simple{}.Estimate(qot.Path{Az: []*qot.Element{&e, &e}}, ch)
	near(t, "OSNR", got.Az.OsnrDb, 33)
}
