package main

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/drivers/sim/light"
)

// plantLine is what a plant makes of a line of spans of 80 km: how many dB each
// loses, 17 in the documents, and the noise figure of the amplifiers, 5 in the
// documents.
type plantLine struct{ losses, figures []float64 }

func documented(spans int) plantLine {
	var t plantLine
	for range spans {
		t.losses, t.figures = append(t.losses, 17), append(t.figures, 5)
	}
	return t
}

const (
	lineChannels = 9
	lineGainDb   = 17
	lineEnterDbm = -17.0 // per channel, before the first amplifier
	lineTxOsnrDb = 40
)

func lineMHz(channel int) int64 { return 193_100_000 + 75_000*int64(channel) }

// measured is the OSNR in dB that the receiver of the middle channel shows, on
// the line as it truly is.
func measured(t *testing.T, plant plantLine) float64 {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := time.Unix(0, 0)
	net := light.New(light.Config{Plant: &light.Plant{Exact: true}, Clock: func() time.Time { return clock }, Physics: gaussian(t)})
	ports := map[string]light.RoadmPort{"deg": {Degree: true}}
	for i := range lineChannels {
		ports[fmt.Sprint(i)] = light.RoadmPort{}
	}
	var way []light.Element
	for i, loss := range plant.losses {
		way = append(way, light.Element{Amplifiers: []light.AmplifierSpec{{GainDb: lineGainDb, NoiseFigureDb: plant.figures[i], MaxOutputDbm: 25, Enabled: true}}},
			light.Element{Span: fmt.Sprint(i), Fibre: light.Fibre{Km: 80, LossDb: loss, DispersionPsNmKm: 16.7, EffectiveAreaUm2: 83}})
	}
	for _, d := range []string{"A", "Z"} {
		must(net.AddRoadm(d, light.RoadmSpec{Ports: ports}))
	}
	must(net.AddLink(light.LinkSpec{Name: "line", Ends: [2]light.End{{Device: "A", Port: "deg"}, {Device: "Z", Port: "deg"}}, Elements: [2][]light.Element{way, nil}}))
	mode := &light.Mode{Name: "m", BaudGBd: 64, WidthGHz: 72, RequiredOsnrDb: 5, TxOsnrDb: lineTxOsnrDb}
	for i := range lineChannels {
		port, f := fmt.Sprint(i), lineMHz(i)
		for _, side := range []struct {
			roadm, from, to string
			target          float64
		}{{"A", port, "deg", lineEnterDbm}, {"Z", "deg", port, -25}} {
			e := light.End{Device: "t" + side.roadm, Port: port}
			must(net.AddTransceiver(e, light.TransceiverSpec{}))
			must(net.AddLink(light.LinkSpec{Name: side.roadm + port, Ends: [2]light.End{e, {Device: side.roadm, Port: port}}}))
			must(net.SetTuning(e, light.Tuning{FrequencyMHz: f, Mode: mode}))
			must(net.SetMedia(side.roadm, uint32(i), light.Media{LowerMHz: f - 37_500, UpperMHz: f + 37_500, Source: side.from, Dest: side.to, Enabled: true, TargetDbm: side.target}))
		}
		must(net.SetLaser(light.End{Device: "tA", Port: port}, true))
	}
	for range 100 {
		clock = clock.Add(time.Second)
		net.Advance()
	}
	r, err := net.Channel(light.End{Device: "tZ", Port: fmt.Sprint(lineChannels / 2)})
	must(err)
	return r.OsnrDb
}

// predicted is what the planner's model says of a line.
func predicted(t *testing.T, line plantLine) float64 {
	t.Helper()
	var elements []gn.Element
	for i, loss := range line.losses {
		elements = append(elements,
			gn.Amplifier{GainDb: lineGainDb, Type: &gn.AmplifierType{MaxOutputDbm: 25, Stage: gn.Stage{MaxGainDb: 25, Noise: "fixed", NfDb: line.figures[i]}}},
			gn.Fibre{Km: 80, Type: &gn.FibreType{LossDbPerKm: gn.Constant(loss / 80), DispersionPsNm: gn.Constant(16.7), AreaUm2: 83}})
	}
	compiled, err := gn.Compile(elements...)
	if err != nil {
		t.Fatal(err)
	}
	var channels []gn.Channel
	for i := range lineChannels {
		channels = append(channels, gn.Channel{CentreHz: float64(lineMHz(i)) * 1e6, SymbolRate: 64e9, SlotHz: 75e9, LaunchDbm: lineEnterDbm})
	}
	comb, err := gn.NewComb(channels)
	if err != nil {
		t.Fatal(err)
	}
	solver, err := gn.NewSolver(gn.Model{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	e := solver.NewEvaluation()
	if err := e.Run(compiled, comb, nil); err != nil {
		t.Fatal(err)
	}
	a, err := e.Transfer(lineChannels/2).Arrive(64e9, lineTxOsnrDb)
	if err != nil {
		t.Fatal(err)
	}
	return a.FinalGsnrDb + a.Per01nmDb
}

// What the planner predicts from the documents and what the laboratory measures
// differ by what the plant differs, and by nothing else.
func TestPredictedAndMeasuredDifferByThePlant(t *testing.T) {
	const spans, near = 6, 0.03
	documents := documented(spans)
	said := predicted(t, documents)
	if got := measured(t, documents); differ(got, said, near) {
		t.Errorf("on the plant that the documents describe %.3f dB are measured, %.3f predicted", got, said)
	}
	for name, spoil := range map[string]func(*plantLine){
		"a span loses more":   func(p *plantLine) { p.losses[1] += 1.5 },
		"a span loses less":   func(p *plantLine) { p.losses[4] -= 1 },
		"an amplifier is bad": func(p *plantLine) { p.figures[2] += 3 },
		"all of it": func(p *plantLine) {
			for i := range p.losses {
				p.losses[i] += 0.4 * math.Cos(float64(i))
				p.figures[i] += 0.5 * math.Sin(float64(i))
			}
		},
	} {
		plant := documented(spans)
		spoil(&plant)
		got, want := measured(t, plant), predicted(t, plant)
		if differ(got, want, near) || !differ(got, said, 0.05) {
			t.Errorf("%s: measured %.3f dB, the plant makes it %.3f, the documents %.3f", name, got, want, said)
		}
	}
}
