package light_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/light"
)

// over is two coherent ports on a link of which only a→z is of interest, lit at
// -10 dBm.
func over(t *testing.T, az ...light.Element) *lab {
	t.Helper()
	l := newLab(t, exact())
	must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
	must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
	must(t, l.AddLink(light.LinkSpec{Name: "a-b", Ends: [2]light.End{r1, r2}, Elements: [2][]light.Element{az, {{Span: "back", Fibre: light.Fibre{LossDb: 5}}}}}))
	tune(t, l, 193_100_000)
	return l
}

func tune(t *testing.T, l *lab, mhz int64) {
	t.Helper()
	for _, e := range []light.End{r1, r2} {
		must(t, l.SetTuning(e, light.Tuning{FrequencyMHz: mhz, PowerDbm: -10, Mode: tolerant()}))
		must(t, l.SetLaser(e, true))
	}
	l.pass(2 * time.Second)
}

// tolerant is a modem that takes any power.
func tolerant() *light.Mode {
	m := zr()
	m.Receive = nil
	return m
}

// differ is true of what is no number, too.
func differ(got, want, by float64) bool { return !(math.Abs(got-want) <= by) }

func amp(gain float64) light.AmplifierSpec {
	return light.AmplifierSpec{GainDb: gain, NoiseFigureDb: 5, MaxOutputDbm: 18, Enabled: true}
}

func TestAmplifierLosesWhatIsOutsideItsBand(t *testing.T) {
	a := amp(12)
	a.LowerMHz, a.UpperMHz = 193_000_000, 193_200_000
	l := over(t, light.Element{Amplifiers: []light.AmplifierSpec{a}})
	if r := l.read(r2); differ(r.RxDbm, 2, 0.01) {
		t.Errorf("in the band: %.2f dBm, want 2", r.RxDbm)
	}
	tune(t, l, 193_300_000)
	if r := l.read(r2); !math.IsNaN(r.RxDbm) {
		t.Errorf("beside the band: %.2f dBm, want no light", r.RxDbm)
	}
}

func TestAmplifiersSideBySide(t *testing.T) {
	low, high := amp(9), amp(12)
	low.LowerMHz, low.UpperMHz = 186_000_000, 191_000_000
	high.LowerMHz, high.UpperMHz = 191_300_000, 196_100_000
	l := over(t, light.Element{Amplifiers: []light.AmplifierSpec{low, high}})
	for mhz, want := range map[int64]float64{190_000_000: -1, 193_100_000: 2} {
		tune(t, l, mhz)
		if r := l.read(r2); differ(r.RxDbm, want, 0.01) {
			t.Errorf("%d MHz: %.2f dBm, want %.2f", mhz, r.RxDbm, want)
		}
	}
	tune(t, l, 191_100_000)
	if r := l.read(r2); !math.IsNaN(r.RxDbm) {
		t.Errorf("between the bands: %.2f dBm, want no light", r.RxDbm)
	}
}

func TestAttenuatorsOfAnAmplifier(t *testing.T) {
	a := amp(12)
	a.InVoaDb, a.OutVoaDb = 3, 4
	l := over(t, light.Element{Amplifiers: []light.AmplifierSpec{a}})
	r := l.read(r2)
	if differ(r.RxDbm, -10-3+12-4, 0.01) {
		t.Errorf("power %.2f dBm, want -5", r.RxDbm)
	}
	// The attenuator before it costs OSNR, that behind it does not.
	want := -10 * math.Log10(math.Pow(10, -(57.95-13-5)/10)+math.Pow(10, -3.8))
	if differ(r.OsnrDb, want, 0.02) {
		t.Errorf("OSNR %.2f dB, want %.2f", r.OsnrDb, want)
	}
}

func TestGainAndNoiseOverTheBand(t *testing.T) {
	a := amp(12)
	a.LowerMHz, a.UpperMHz = 191_000_000, 195_000_000
	a.GainShapeDb, a.NoiseShapeDb = []float64{2, 0, -2}, []float64{0, 4}
	l := over(t, light.Element{Amplifiers: []light.AmplifierSpec{a}})
	var osnr []float64
	for i, want := range []float64{3, 1} {
		tune(t, l, 192_000_000+int64(i)*2_000_000)
		r := l.read(r2)
		if differ(r.RxDbm, want, 0.01) {
			t.Errorf("%d: %.2f dBm, want %.2f", i, r.RxDbm, want)
		}
		osnr = append(osnr, math.Pow(10, -r.OsnrDb/10)-math.Pow(10, -3.8))
	}
	// 1 dB and 3 dB of noise, and the photons of 194 against those of 192 THz.
	if got, want := 10*math.Log10(osnr[1]/osnr[0]), 2+10*math.Log10(194.0/192); differ(got, want, 0.01) {
		t.Errorf("the amplifier's noise rises by %.3f dB, want %.3f", got, want)
	}
}

func TestNoiseFigureFollowsGainAndInput(t *testing.T) {
	var gains, inputs []float64
	a := amp(12)
	a.NoiseFigureDb = 1
	a.Noise = func(gain, input float64) float64 {
		gains, inputs = append(gains, gain), append(inputs, input)
		return 4
	}
	l := over(t, light.Element{Amplifiers: []light.AmplifierSpec{a}})
	want := -10 * math.Log10(math.Pow(10, -(57.95-10-5)/10)+math.Pow(10, -3.8))
	if r := l.read(r2); differ(r.OsnrDb, want, 0.02) {
		t.Errorf("OSNR %.2f dB, want %.2f", r.OsnrDb, want)
	}
	n := len(gains) - 1
	if n < 0 || gains[n] != 12 || differ(inputs[n], -10+10*math.Log10(50.0/70), 0.01) {
		t.Errorf("asked for gain and input %v %v, want 12 dB and -10 dBm of 70 GHz in 50 GHz", gains, inputs)
	}
}

func TestLossAndDispersionOverFrequency(t *testing.T) {
	slope := 0.06
	f := light.Fibre{Km: 50, LossDb: 10, InDb: 1, OutDb: 0.5, LossTable: []light.Point{{190_000_000, 0.02}, {194_000_000, 0}},
		DispersionPsNmKm: 17, DispersionSlope: &slope, ReferenceMHz: 193_414_489}
	l := over(t, light.Element{Span: "s", Fibre: f})
	tune(t, l, 190_000_000)
	if r := l.read(r2); differ(r.RxDbm, -10-10-50*0.02, 0.01) {
		t.Errorf("at 190 THz %.2f dBm, want -21", r.RxDbm)
	}
	// 27.9 nm above the reference the fibre has 0.06 ps/(nm² km) as much more: over 130 km too much for the modem.
	for _, c := range []struct {
		mhz    int64
		locked bool
	}{{193_400_000, true}, {190_000_000, false}} {
		l := newLab(t, exact())
		must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
		must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
		s := amplified("a-b", r1, r2)
		s.Elements[light.AZ][1].Fibre = light.Fibre{Km: 130, LossDb: 17, DispersionPsNmKm: 17, DispersionSlope: &slope}
		must(t, l.AddLink(s))
		tune(t, l, c.mhz)
		if got := l.read(r2).Locked; got != c.locked {
			t.Errorf("at %d MHz locked %v, want %v", c.mhz, got, c.locked)
		}
	}
}

func TestPenaltiesOfTheModem(t *testing.T) {
	run := func(change func(*light.Mode), fibre light.Fibre) light.ChannelReading {
		l := newLab(t, exact())
		must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
		must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
		s := amplified("a-b", r1, r2)
		s.Elements[light.AZ][1].Fibre = fibre
		must(t, l.AddLink(s))
		m := zr()
		change(m)
		for _, e := range []light.End{r1, r2} {
			must(t, l.SetTuning(e, light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -10, Mode: m}))
			must(t, l.SetLaser(e, true))
		}
		l.pass(2 * time.Second)
		return l.read(r2)
	}
	fibre := light.Fibre{Km: 80, LossDb: 17, DispersionPsNmKm: 17, PmdPsPerSqrtKm: 0.5} // 1360 ps/nm, 4.47 ps
	plain := run(func(*light.Mode) {}, fibre)
	q := func(osnr float64) float64 { return zr().Quality(osnr).QDb }
	for name, c := range map[string]struct {
		change func(*light.Mode)
		cost   float64 // dB; +Inf: no lock
	}{
		"dispersion": {func(m *light.Mode) { m.DispersionPenalty = light.Penalty{{0, 0}, {2720, 2}} }, 1},
		"PMD":        {func(m *light.Mode) { m.PmdPenalty = light.Penalty{{0, 0}, {8.944, 1}} }, 0.5},
		"a step":     {func(m *light.Mode) { m.PmdPenalty = light.Penalty{{0, 0}, {4, 0}, {4, 0.7}, {20, 0.7}} }, 0.7},
		"too much":   {func(m *light.Mode) { m.PmdPenalty = light.Penalty{{0, 0}, {4, 0}} }, math.Inf(1)},
	} {
		r := run(c.change, fibre)
		if math.IsInf(c.cost, 1) {
			if r.Locked {
				t.Errorf("%s: locked", name)
			}
			continue
		}
		if !r.Locked || differ(r.OsnrDb, plain.OsnrDb, 1e-9) || differ(r.QDb, q(plain.OsnrDb-c.cost), 0.01) {
			t.Errorf("%s: OSNR %.2f (without %.2f), Q %.3f, want %.3f", name, r.OsnrDb, plain.OsnrDb, r.QDb, q(plain.OsnrDb-c.cost))
		}
	}
}

// spy is physics that notes what it is asked.
type spy struct {
	fibres []light.Fibre
	powers []float64
	refuse error
}

func (s *spy) Nonlinear(f light.Fibre) (light.Nonlinear, error) {
	s.fibres = append(s.fibres, f)
	return func(waves []light.Wave, noise []float64) {
		for i := range waves {
			s.powers = append(s.powers, 10*math.Log10(waves[i].PowerMw))
			noise[i] += waves[i].PowerMw * 1e-3
		}
	}, s.refuse
}

func TestPhysicsSeesTheLightWhereTheGlassBegins(t *testing.T) {
	s := &spy{}
	l := &lab{t: t, now: start}
	l.Network = light.New(light.Config{Plant: exact(), Clock: func() time.Time { return l.now }, Physics: s})
	must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
	must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
	f := light.Fibre{Km: 10, LossDb: 6, InDb: 2, OutDb: 1, Lumped: []light.Lumped{{AtKm: 4, LossDb: 0.5}}}
	must(t, l.AddLink(light.LinkSpec{Name: "a-b", Ends: [2]light.End{r1, r2}, Elements: [2][]light.Element{
		{{Fibre: light.Fibre{LossDb: 0.5}}, {Span: "s", Fibre: f}}, {{Fibre: light.Fibre{LossDb: 5}}},
	}}))
	tune(t, l, 193_100_000)
	if len(s.fibres) != 1 || s.fibres[0].Km != 10 || differ(s.fibres[0].GlassDbPerKm(), 0.25, 1e-12) {
		t.Fatalf("asked about %+v, want the fibre of 10 km and 0.25 dB/km alone", s.fibres)
	}
	if n := len(s.powers) - 1; n < 0 || differ(s.powers[n], -10-0.5-2, 0.01) {
		t.Errorf("powers %v, want -12.5 dBm", s.powers)
	}
	r := l.read(r2)
	// What the fibre adds is 30 dB below the light there, and weakened with it.
	if want := -10 * math.Log10(1e-3+math.Pow(10, -3.8)); differ(r.RxDbm, -16.5, 0.01) || differ(r.OsnrDb, want, 0.01) {
		t.Errorf("arrives with %.2f dBm and OSNR %.2f dB, want -16.5 and %.2f", r.RxDbm, r.OsnrDb, want)
	}
}

func TestLinkThatCannotBeLaid(t *testing.T) {
	wrong := errors.New("no such glass")
	l := light.New(light.Config{Plant: exact(), Clock: func() time.Time { return start }, Physics: &spy{refuse: wrong}})
	must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
	must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
	fibre := func(f light.Fibre) []light.Element {
		return []light.Element{{Fibre: light.Fibre{LossDb: 1}}, {Span: "s1", Fibre: f}}
	}
	managed := light.Element{Amplifiers: []light.AmplifierSpec{{End: light.End{Device: "ila", Port: "1"}}}}
	for name, c := range map[string]struct {
		az   []light.Element
		want string
	}{
		"physics":      {fibre(light.Fibre{Km: 5, LossDb: 1}), "span s1: no such glass"},
		"no number":    {fibre(light.Fibre{Km: math.NaN(), LossDb: 1}), "span s1: length"},
		"infinite":     {fibre(light.Fibre{Km: 5, LossDb: math.Inf(1)}), "span s1: loss"},
		"negative":     {fibre(light.Fibre{Km: 5, LossDb: 2, InDb: -1}), "where light enters"},
		"no glass":     {fibre(light.Fibre{Km: 5, LossDb: 2, InDb: 1, OutDb: 1}), "to the glass"},
		"lumped loss":  {fibre(light.Fibre{Km: 5, LossDb: 2, Lumped: []light.Lumped{{AtKm: 5, LossDb: 1}}}), "lumped"},
		"table":        {fibre(light.Fibre{Km: 5, LossDb: 2, LossTable: []light.Point{{2, 0}, {1, 0}}}), "order"},
		"an amplifier": {[]light.Element{managed, managed}, "ila/1"},
	} {
		err := l.AddLink(light.LinkSpec{Name: "a-b", Ends: [2]light.End{r1, r2}, Elements: [2][]light.Element{c.az, {}}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// Nothing of what was refused is left.
	must(t, l.AddLink(light.LinkSpec{Name: "a-b", Ends: [2]light.End{r1, r2}, Elements: [2][]light.Element{{managed}, {}}}))
}

func TestPathsThroughASwitch(t *testing.T) {
	l := newLab(t, exact())
	must(t, l.AddRoadm("A", light.RoadmSpec{
		Ports: map[string]light.RoadmPort{"ad1": {}, "deg": {Degree: true}},
		Paths: []light.RoadmPath{
			{Kind: light.Add, From: "ad9", LossDb: 1},
			{Kind: light.Express, LossDb: 2},
			{Kind: light.Add, LowerMHz: 195_000_000, UpperMHz: 196_000_000, LossDb: 9, OsnrDb: 30},
			{Kind: light.Add, From: "ad1", To: "deg", LossDb: 6},
			{Kind: light.Add, LossDb: 3},
		},
	}))
	must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
	must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
	cord := [2][]light.Element{{{Fibre: light.Fibre{}}}, {{Fibre: light.Fibre{}}}}
	must(t, l.AddLink(light.LinkSpec{Name: "in", Ends: [2]light.End{r1, {Device: "A", Port: "ad1"}}, Elements: cord}))
	must(t, l.AddLink(light.LinkSpec{Name: "out", Ends: [2]light.End{{Device: "A", Port: "deg"}, r2}, Elements: cord}))
	for mhz, want := range map[int64]struct{ dbm, osnr float64 }{
		193_100_000: {-16, 38},
		195_100_000: {-19, -10 * math.Log10(math.Pow(10, -3.8)+math.Pow(10, -3))},
	} {
		must(t, l.SetMedia("A", 1, light.Media{LowerMHz: mhz - 50_000, UpperMHz: mhz + 50_000, Source: "ad1", Dest: "deg", Enabled: true, TargetDbm: 10}))
		tune(t, l, mhz)
		r := l.read(r2)
		if differ(r.RxDbm, want.dbm, 0.01) || differ(r.OsnrDb, want.osnr, 0.01) {
			t.Errorf("%d MHz: %.2f dBm, OSNR %.2f dB, want %.2f and %.2f", mhz, r.RxDbm, r.OsnrDb, want.dbm, want.osnr)
		}
	}
}
