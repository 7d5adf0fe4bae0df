package light_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/light"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func zr() *light.Mode {
	return &light.Mode{
		Name: "400zr", Modulation: "DP-16QAM", FEC: "CFEC", BaudGBd: 59.84, WidthGHz: 70, RequiredOsnrDb: 26, TxOsnrDb: 38,
		MaxDispersion: 2400, Receive: []light.Window{{AtOsnrDb: 26, MinDbm: -12, MaxDbm: 0}},
	}
}

// lab is a network on a clock that tests move.
type lab struct {
	*light.Network
	t   testing.TB
	now time.Time
}

func newLab(t testing.TB, plant *light.Plant) *lab {
	l := &lab{t: t, now: start}
	l.Network = light.New(light.Config{Plant: plant, Clock: func() time.Time { return l.now }, Timing: light.DefaultTiming()})
	return l
}

func exact() *light.Plant { return &light.Plant{Exact: true} }

func (l *lab) pass(d time.Duration) {
	for end := l.now.Add(d); ; {
		at, ok := l.Next()
		if !ok || at.After(end) {
			l.now = end
			l.Advance()
			return
		}
		l.now = at
		l.Advance()
	}
}

func (l *lab) read(e light.End) light.ChannelReading {
	l.t.Helper()
	r, err := l.Channel(e)
	must(l.t, err)
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	r1 = light.End{Device: "r1", Port: "et-0"}
	r2 = light.End{Device: "r2", Port: "et-0"}
	r3 = light.End{Device: "r3", Port: "et-0"}
	r4 = light.End{Device: "r4", Port: "et-0"}
)

func amplified(name string, a, z light.End) light.LinkSpec {
	way := func() []light.Element {
		return []light.Element{
			{Amplifiers: []light.AmplifierSpec{{GainDb: 12, NoiseFigureDb: 5, MaxOutputDbm: 18, Enabled: true}}},
			{Span: "s1", Fibre: light.Fibre{Km: 80, LossDb: 17, DispersionPsNmKm: 17}},
			{Amplifiers: []light.AmplifierSpec{{GainDb: 12, NoiseFigureDb: 5, MaxOutputDbm: 18, Enabled: true}}},
		}
	}
	return light.LinkSpec{Name: name, Ends: [2]light.End{a, z}, Elements: [2][]light.Element{way(), way()}}
}

// pair is two coherent ports on an amplified fibre, tuned alike, lasers on.
func pair(t testing.TB, plant *light.Plant) *lab {
	l := newLab(t, plant)
	must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
	must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
	must(t, l.AddLink(amplified("a-b", r1, r2)))
	for _, e := range []light.End{r1, r2} {
		must(t, l.SetTuning(e, light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -10, Mode: zr()}))
		must(t, l.SetLaser(e, true))
	}
	l.pass(2 * time.Second)
	return l
}

func TestLightOverAmplifiedFibre(t *testing.T) {
	l := pair(t, exact())
	r := l.read(r2)
	if !r.Locked || r.LossOfSignal || math.Abs(r.RxDbm-(-10+12-17+12)) > 0.01 || math.Abs(r.TxDbm+10) > 0.01 {
		t.Errorf("got %+v, want lock at -3 dBm", r)
	}
	// Booster: -10 dBm + 57.95 - 5; pre-amplifier: -15 dBm + 57.95 - 5; the transmitter's own 38 dB;
	// the fibre at +2 dBm: 40 dB less twice 2 dB, in 0.1 nm.
	want := -10 * math.Log10(math.Pow(10, -4.295)+math.Pow(10, -3.795)+math.Pow(10, -3.8)+math.Pow(10, -3.6)*12.5/59.84)
	if math.Abs(r.OsnrDb-want) > 0.02 {
		t.Errorf("OSNR %.2f dB, want %.2f", r.OsnrDb, want)
	}
	if r.Ber <= 0 || r.Ber > zr().FecLimit() || r.QDb < 6 {
		t.Errorf("quality %+v", r)
	}
	must(t, l.SetLaser(r1, false))
	r = l.read(r2)
	if r.Locked || !r.LossOfSignal || !math.IsNaN(r.RxDbm) || !math.IsNaN(r.Ber) {
		t.Errorf("after the far laser went off: %+v", r)
	}
	if r := l.read(r1); r.LaserOn || !math.IsNaN(r.TxDbm) || !r.Locked {
		t.Errorf("the other direction: %+v", r)
	}
}

func TestReceiverNeedsWhatIsItsOwn(t *testing.T) {
	other := zr()
	other.Name = "zr+"
	fec := zr()
	fec.FEC = "oFEC"
	for _, c := range []struct {
		name           string
		far            light.Tuning
		locked, signal bool
	}{
		{"the same", light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -10, Mode: zr()}, true, true},
		{"1.8 GHz beside", light.Tuning{FrequencyMHz: 193_101_800, PowerDbm: -10, Mode: zr()}, true, true},
		{"2 GHz beside", light.Tuning{FrequencyMHz: 193_102_000, PowerDbm: -10, Mode: zr()}, false, false},
		{"another frequency", light.Tuning{FrequencyMHz: 194_000_000, PowerDbm: -10, Mode: zr()}, false, false},
		{"another mode", light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -10, Mode: other}, false, true},
		{"another FEC", light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -10, Mode: fec}, false, true},
		{"too weak", light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -20, Mode: zr()}, false, true},
		{"too strong", light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -6, Mode: zr()}, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := pair(t, exact())
			must(t, l.SetTuning(r1, c.far))
			l.pass(2 * time.Second)
			r := l.read(r2)
			if r.Locked != c.locked || math.IsNaN(r.RxDbm) == c.signal {
				t.Errorf("locked %v, signal %.2f dBm; want lock %v, signal %v", r.Locked, r.RxDbm, c.locked, c.signal)
			}
			if math.IsNaN(r.RxTotalDbm) {
				t.Error("no total power, though there is light")
			}
		})
	}
}

func TestDispersionBeyondTheModem(t *testing.T) {
	l := newLab(t, exact())
	must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
	must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
	s := amplified("a-b", r1, r2)
	s.Elements[light.AZ][1].Fibre.Km = 150
	must(t, l.AddLink(s))
	for _, e := range []light.End{r1, r2} {
		must(t, l.SetTuning(e, light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -10, Mode: zr()}))
		must(t, l.SetLaser(e, true))
	}
	l.pass(time.Second)
	if l.read(r2).Locked || !l.read(r1).Locked {
		t.Error("want lock over 80 km and none over 150 km")
	}
}

func TestCutReducesPowerAndComesBack(t *testing.T) {
	l := newLab(t, exact())
	must(t, l.AddTransceiver(r1, light.TransceiverSpec{}))
	must(t, l.AddTransceiver(r2, light.TransceiverSpec{}))
	s := amplified("a-b", r1, r2)
	booster := light.End{Device: "ila", Port: "amp1"}
	s.Elements[light.AZ][0].Amplifiers[0].End = booster
	must(t, l.AddLink(s))
	for _, e := range []light.End{r1, r2} {
		must(t, l.SetTuning(e, light.Tuning{FrequencyMHz: 193_100_000, PowerDbm: -10, Mode: zr()}))
		must(t, l.SetLaser(e, true))
		must(t, l.SetService(e, true))
	}
	l.pass(2 * time.Second)
	must(t, l.Cut("a-b", "s1", light.AZ, true))
	if l.read(r2).Locked || !l.read(r2).LossOfSignal || !l.read(r1).Locked {
		t.Error("a cut of one direction: want a dark, b locked")
	}
	a, err := l.Amplifier(booster)
	must(t, err)
	if !a.Reduced || a.OutDbm > -9.9 || !a.Enabled {
		t.Errorf("booster into the open fibre: %+v", a)
	}
	l.pass(5 * time.Second)
	must(t, l.Cut("a-b", "s1", light.AZ, false))
	l.pass(100 * time.Millisecond)
	if l.read(r2).Locked {
		t.Error("locked while the power is still reduced")
	}
	must(t, l.Cut("a-b", "s1", light.AZ, true))
	l.pass(time.Second)
	if a, _ := l.Amplifier(booster); !a.Reduced {
		t.Error("the reduction cleared although the fibre was cut again")
	}
	must(t, l.Cut("a-b", "s1", light.AZ, false))
	l.pass(2 * time.Second)
	if a, _ := l.Amplifier(booster); a.Reduced || !l.read(r2).Locked {
		t.Errorf("after the repair: %+v, locked %v", a, l.read(r2).Locked)
	}
	lost := l.LostLight()
	if lost[r2] < 6*time.Second || lost[r2] > 7*time.Second || lost[r1] != 0 {
		t.Errorf("lost light %v at b, %v at a", lost[r2], lost[r1])
	}
	if err := l.Cut("a-b", "s9", light.AZ, true); !errors.Is(err, light.ErrUnknown) {
		t.Errorf("cut of an unknown span: %v", err)
	}
}

func TestExtraLossAndSwappedPatch(t *testing.T) {
	l := newLab(t, exact())
	for _, e := range []light.End{r1, r2, r3, r4} {
		must(t, l.AddTransceiver(e, light.TransceiverSpec{}))
		f := int64(193_100_000)
		if e == r3 || e == r4 {
			f = 193_200_000
		}
		must(t, l.SetTuning(e, light.Tuning{FrequencyMHz: f, PowerDbm: -10, Mode: zr()}))
		must(t, l.SetLaser(e, true))
	}
	must(t, l.AddLink(amplified("a-b", r1, r2)))
	must(t, l.AddLink(amplified("c-d", r3, r4)))
	l.pass(time.Second)
	must(t, l.ExtraLoss("a-b", "s1", light.AZ, 4))
	l.pass(time.Second)
	if r := l.read(r2); math.Abs(r.RxDbm+7) > 0.01 || !r.Locked {
		t.Errorf("with 4 dB more: %+v", r)
	}
	must(t, l.SwapPatch("a-b", "c-d"))
	l.pass(time.Second)
	if r := l.read(r2); r.Locked || !math.IsNaN(r.RxDbm) || math.IsNaN(r.RxTotalDbm) {
		t.Errorf("with the other fibre's light: %+v", r)
	}
	must(t, l.SwapPatch("a-b", "c-d"))
	l.pass(time.Second)
	if !l.read(r2).Locked || !l.read(r4).Locked || !l.read(r1).Locked {
		t.Error("not locked after the patch was put right")
	}
}

func TestReadingsMoveButLittle(t *testing.T) {
	l := pair(t, &light.Plant{Seed: 5})
	first := l.read(r2)
	moved := false
	for range 200 {
		l.pass(100 * time.Millisecond)
		r := l.read(r2)
		moved = moved || r.RxDbm != first.RxDbm
		if math.Abs(r.RxDbm-first.RxDbm) > 0.3 || math.Abs(r.QDb-first.QDb) > 0.1 || !r.Locked || r.Uncorrectable != 0 {
			t.Fatalf("reading wandered off: %+v after %+v", r, first)
		}
	}
	if !moved {
		t.Error("readings carry no noise")
	}
	again := pair(t, &light.Plant{Seed: 5})
	if got := again.read(r2); got.RxDbm != first.RxDbm {
		t.Errorf("the same seed reads %v and %v", first.RxDbm, got.RxDbm)
	}
}

func TestSettingsTakeTheirTime(t *testing.T) {
	l := pair(t, exact())
	must(t, l.SetTuning(r1, light.Tuning{FrequencyMHz: 193_200_000, PowerDbm: -10, Mode: zr()}))
	if r := l.read(r1); r.LaserOn || r.FrequencyMHz != 0 {
		t.Errorf("light while the laser moves: %+v", r)
	}
	l.pass(200 * time.Millisecond)
	if r := l.read(r1); !r.LaserOn || r.FrequencyMHz != 193_200_000 {
		t.Errorf("after tuning: %+v", r)
	}
	must(t, l.SetTuning(r1, light.Tuning{FrequencyMHz: 193_200_000, PowerDbm: -9, Mode: zr()}))
	if r := l.read(r1); !r.LaserOn || math.Abs(r.TxDbm+9) > 0.01 {
		t.Errorf("a change of power alone: %+v", r)
	}
}
