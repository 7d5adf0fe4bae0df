package light_test

import (
	"math"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/light"
)

const f1, f2 = 193_100_000, 193_200_000

// switched is two ROADMs with two terminals each, joined by one fibre of two
// spans with amplifiers at both ends and between them:
//
//	r1, r3 — A =amp==s1==amp==s2==amp= B — r2, r4
func switched(t testing.TB, plant *light.Plant) *lab {
	l := newLab(t, plant)
	for _, d := range []string{"A", "B"} {
		must(t, l.AddRoadm(d, light.RoadmSpec{
			Ports: map[string]light.RoadmPort{"deg": {Degree: true}, "ad1": {}, "ad2": {}},
			Paths: []light.RoadmPath{{Kind: light.Add, LossDb: 8, OsnrDb: 36}, {Kind: light.Drop, LossDb: 8, OsnrDb: 36}, {Kind: light.Express, LossDb: 12}},
		}))
	}
	span := func(id string) light.Element {
		return light.Element{Span: id, Fibre: light.Fibre{Km: 70, LossDb: 16, DispersionPsNmKm: 17}}
	}
	amp := func(name string, gain float64) light.Element {
		return light.Element{Amplifiers: []light.AmplifierSpec{{End: light.End{Device: "ila", Port: name}, GainDb: gain, NoiseFigureDb: 5, MaxOutputDbm: 19, Enabled: true}}}
	}
	must(t, l.AddLink(light.LinkSpec{
		Name: "A-B", Ends: [2]light.End{{Device: "A", Port: "deg"}, {Device: "B", Port: "deg"}},
		Elements: [2][]light.Element{
			{amp("booster-a", 20), span("s1"), amp("amp1", 16), span("s2"), amp("pre-b", 16)},
			{amp("booster-b", 20), span("s2"), amp("amp2", 16), span("s1"), amp("pre-a", 16)},
		},
	}))
	patch := light.Element{Span: "patch", Fibre: light.Fibre{LossDb: 0.5}}
	for e, at := range map[light.End]light.End{
		r1: {Device: "A", Port: "ad1"}, r3: {Device: "A", Port: "ad2"}, r2: {Device: "B", Port: "ad1"}, r4: {Device: "B", Port: "ad2"},
	} {
		must(t, l.AddTransceiver(e, light.TransceiverSpec{}))
		must(t, l.AddLink(light.LinkSpec{Name: "to-" + e.Device, Ends: [2]light.End{e, at}, Elements: [2][]light.Element{{patch}, {patch}}}))
	}
	return l
}

func slot(f int64, from, to string, on bool) light.Media {
	target := -20.0 // the booster makes it 0 dBm
	if to != "deg" {
		target = -10
	}
	return light.Media{LowerMHz: f - 37_500, UpperMHz: f + 37_500, Source: from, Dest: to, Enabled: on, TargetDbm: target}
}

// open sets the four media channels of a wavelength, numbered from base.
func (l *lab) open(base uint32, f int64, ad string, on bool) {
	must(l.t, l.SetMedia("A", base, slot(f, ad, "deg", on)))
	must(l.t, l.SetMedia("B", base, slot(f, "deg", ad, on)))
	must(l.t, l.SetMedia("B", base+1, slot(f, ad, "deg", on)))
	must(l.t, l.SetMedia("A", base+1, slot(f, "deg", ad, on)))
}

// bringUp lights a wavelength in the right order: laser first, then section by
// section in the direction of light.
func (l *lab) bringUp(base uint32, f int64, a, z light.End, ad string) {
	l.open(base, f, ad, false)
	for _, e := range []light.End{a, z} {
		must(l.t, l.SetTuning(e, light.Tuning{FrequencyMHz: f, PowerDbm: 0, Mode: zr()}))
		must(l.t, l.SetLaser(e, true))
	}
	l.pass(time.Second)
	must(l.t, l.SetMedia("A", base, slot(f, ad, "deg", true)))
	must(l.t, l.SetMedia("B", base+1, slot(f, ad, "deg", true)))
	l.pass(time.Second)
	must(l.t, l.SetMedia("B", base, slot(f, "deg", ad, true)))
	must(l.t, l.SetMedia("A", base+1, slot(f, "deg", ad, true)))
	l.pass(time.Second)
}

func lit(t testing.TB) *lab {
	l := switched(t, exact())
	l.bringUp(1, f1, r1, r2, "ad1")
	for _, e := range []light.End{r1, r2} {
		if r := l.read(e); !r.Locked || math.Abs(r.RxDbm+10.5) > 0.1 {
			t.Fatalf("first wavelength at %v: %+v", e, r)
		}
		must(t, l.SetService(e, true))
	}
	return l
}

func TestRightOrderLosesNothing(t *testing.T) {
	l := lit(t)
	before := l.read(r2)
	l.bringUp(11, f2, r3, r4, "ad2")
	if r := l.read(r4); !r.Locked {
		t.Errorf("second wavelength: %+v", r)
	}
	if lost := l.LostLight(); lost[r1] != 0 || lost[r2] != 0 {
		t.Errorf("the neighbour lost %v and %v", lost[r1], lost[r2])
	}
	if after := l.read(r2); before.QDb-after.QDb > 0.3 {
		t.Errorf("the neighbour's Q fell from %.2f to %.2f dB", before.QDb, after.QDb)
	}
	// Taking it down again hurts nobody either.
	must(t, l.SetMedia("A", 11, slot(f2, "ad2", "deg", false)))
	must(t, l.SetMedia("B", 12, slot(f2, "ad2", "deg", false)))
	l.pass(time.Second)
	if lost := l.LostLight(); lost[r1] != 0 || lost[r2] != 0 || l.read(r4).Locked {
		t.Errorf("after the drain: lost %v and %v, r4 locked %v", lost[r1], lost[r2], l.read(r4).Locked)
	}
}

func TestOpeningInTheDarkHitsTheNeighbour(t *testing.T) {
	l := lit(t)
	l.open(11, f2, "ad2", true)
	l.pass(2 * time.Second)
	if lost := l.LostLight(); lost[r2] != 0 {
		t.Errorf("lost %v before there was any light", lost[r2])
	}
	for _, e := range []light.End{r3, r4} {
		must(t, l.SetTuning(e, light.Tuning{FrequencyMHz: f2, PowerDbm: 0, Mode: zr()}))
		must(t, l.SetLaser(e, true))
	}
	l.pass(400 * time.Millisecond)
	m, err := l.MediaPower("A", 11)
	must(t, err)
	if m.PowerDbm < -10 || m.Up {
		t.Errorf("hunting loop let %.1f dBm through, up %v", m.PowerDbm, m.Up)
	}
	l.pass(3 * time.Second)
	lost := l.LostLight()
	if lost[r1] < 300*time.Millisecond || lost[r2] < 300*time.Millisecond {
		t.Errorf("the neighbour lost %v and %v only", lost[r1], lost[r2])
	}
	if r := l.read(r2); !r.Locked || r.UncorrectableTotal == 0 {
		t.Errorf("the neighbour afterwards: %+v", r)
	}
	if m, _ := l.MediaPower("A", 11); math.Abs(m.PowerDbm+20) > 0.01 || !m.Up {
		t.Errorf("settled loop: %+v", m)
	}
}

func TestBlockedChannelPassesNothing(t *testing.T) {
	l := switched(t, exact())
	l.open(1, f1, "ad1", false)
	must(t, l.SetTuning(r1, light.Tuning{FrequencyMHz: f1, PowerDbm: 0, Mode: zr()}))
	must(t, l.SetLaser(r1, true))
	l.pass(time.Second)
	p, err := l.Port(light.End{Device: "A", Port: "deg"})
	must(t, err)
	in, err := l.Port(light.End{Device: "A", Port: "ad1"})
	must(t, err)
	if !math.IsNaN(p.OutDbm) || in.LossOfSignal || math.Abs(in.InDbm+0.5) > 0.01 {
		t.Errorf("out %+v, in %+v", p, in)
	}
}

func TestClippedSpectrum(t *testing.T) {
	for _, c := range []struct {
		name   string
		tuned  int64
		width  float64
		locked bool
	}{
		{"fits", f1, 70, true},
		{"one granule off centre", f1 + 6_250, 65, true},
		{"too wide", f1, 110, false},
		{"off centre", f1 + 25_000, 70, false},
		{"outside", f1 + 100_000, 70, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := lit(t)
			wide := zr()
			wide.Name, wide.WidthGHz = "wide", c.width
			for _, e := range []light.End{r1, r2} {
				must(t, l.SetTuning(e, light.Tuning{FrequencyMHz: c.tuned, PowerDbm: 0, Mode: wide}))
			}
			l.pass(3 * time.Second)
			if r := l.read(r2); r.Locked != c.locked {
				t.Errorf("%+v, want locked %v", r, c.locked)
			}
		})
	}
}

func TestRogueLaserCollides(t *testing.T) {
	l := lit(t)
	must(t, l.SetMedia("A", 90, slot(f1, "ad2", "deg", true)))
	must(t, l.SetTuning(r3, light.Tuning{FrequencyMHz: f1 + 500, PowerDbm: 0, Mode: zr()}))
	must(t, l.SetLaser(r3, true))
	l.pass(2 * time.Second)
	if r := l.read(r2); r.Locked || r.Uncorrectable == 0 || math.IsNaN(r.RxDbm) {
		t.Errorf("with a rogue laser on the same spectrum: %+v", r)
	}
	must(t, l.SetLaser(r3, false))
	l.pass(2 * time.Second)
	if r := l.read(r2); !r.Locked {
		t.Errorf("after it went off: %+v", r)
	}
	if l.LostLight()[r2] == 0 {
		t.Error("no lost light counted")
	}
}

func TestCutBetweenRoadms(t *testing.T) {
	l := lit(t)
	l.bringUp(11, f2, r3, r4, "ad2")
	must(t, l.SetService(r3, true))
	must(t, l.SetService(r4, true))
	must(t, l.Cut("A-B", "s1", light.AZ, true))
	l.pass(2 * time.Second)
	head, err := l.Amplifier(light.End{Device: "ila", Port: "booster-a"})
	must(t, err)
	far, err := l.Port(light.End{Device: "B", Port: "deg"})
	must(t, err)
	ila, err := l.Amplifier(light.End{Device: "ila", Port: "amp1"})
	must(t, err)
	if !head.Reduced || !head.Enabled || !far.LossOfSignal || !math.IsNaN(ila.OutDbm) || ila.Reduced {
		t.Errorf("head %+v, far %+v, amplifier %+v", head, far, ila)
	}
	must(t, l.Cut("A-B", "s1", light.AZ, false))
	l.pass(3 * time.Second)
	for _, e := range []light.End{r2, r4} {
		if r := l.read(e); !r.Locked || math.Abs(r.RxDbm+10.5) > 0.1 {
			t.Errorf("%v after the repair: %+v", e, r)
		}
		if lost := l.LostLight()[e]; lost < 2*time.Second || lost > 3*time.Second {
			t.Errorf("%v lost %v over a cut of 2 s", e, lost)
		}
	}
	if head, _ := l.Amplifier(light.End{Device: "ila", Port: "booster-a"}); head.Reduced {
		t.Error("power still reduced")
	}
}

func TestLoopFollowsLossBeforeIt(t *testing.T) {
	l := lit(t)
	must(t, l.ExtraLoss("A-B", "s2", light.AZ, 1.5))
	if r := l.read(r2); r.RxDbm > -11.5 {
		t.Errorf("loop corrected at once: %.2f dBm", r.RxDbm)
	}
	l.pass(2 * time.Second)
	if r := l.read(r2); math.Abs(r.RxDbm+10.5) > 0.1 {
		t.Errorf("loop did not correct: %.2f dBm", r.RxDbm)
	}
}

func TestMonitorAndDelete(t *testing.T) {
	l := lit(t)
	got, err := l.Monitor(light.End{Device: "A", Port: "deg"})
	must(t, err)
	if len(got) != 1 || got[0].LowerMHz != f1-35_000 || math.Abs(got[0].PowerDbm+20) > 0.01 {
		t.Errorf("monitor shows %+v", got)
	}
	must(t, l.DeleteMedia("A", 1))
	must(t, l.DeleteMedia("A", 1))
	if got, _ := l.Monitor(light.End{Device: "A", Port: "deg"}); len(got) != 0 {
		t.Errorf("after deletion the monitor shows %+v", got)
	}
	if err := l.SetMedia("A", 5, light.Media{LowerMHz: f1, UpperMHz: f2, Source: "deg", Dest: "nowhere"}); err == nil {
		t.Error("a port that does not exist was taken")
	}
	if err := l.SetMedia("A", 5, light.Media{LowerMHz: f2, UpperMHz: f1, Source: "ad1", Dest: "deg"}); err == nil {
		t.Error("edges in the wrong order were taken")
	}
}

func TestAmplifierSettings(t *testing.T) {
	l := lit(t)
	amp := light.End{Device: "ila", Port: "amp1"}
	a, err := l.Amplifier(amp)
	must(t, err)
	if a.GainDb != 16 || math.Abs(a.InDbm+16) > 1 {
		t.Errorf("amplifier %+v", a)
	}
	must(t, l.SetAmplifier(amp, true, true, 3))
	if a, _ := l.Amplifier(amp); math.Abs(a.OutDbm-3) > 0.01 {
		t.Errorf("holding 3 dBm: %+v", a)
	}
	must(t, l.SetAmplifier(amp, false, false, 16))
	if a, _ := l.Amplifier(amp); a.Enabled || !math.IsNaN(a.OutDbm) {
		t.Errorf("off: %+v", a)
	}
	if l.read(r2).Locked {
		t.Error("locked through an amplifier that is off")
	}
	must(t, l.SetAmplifier(amp, true, false, 40))
	if a, _ := l.Amplifier(amp); a.OutDbm > 19 {
		t.Errorf("beyond its limit: %+v", a)
	}
}
