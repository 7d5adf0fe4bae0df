package main

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/drivers/sim/light"
)

// reference is a span of standard fibre.
func reference() light.Fibre {
	return light.Fibre{Km: 80, LossDb: 17, InDb: 0.5, OutDb: 0.5, DispersionPsNmKm: 16.7, EffectiveAreaUm2: 83}
}

func wave(mhz int64, baud, dbm float64) light.Wave {
	half := int64(baud * 600)
	return light.Wave{FrequencyMHz: mhz, LowerMHz: mhz - half, UpperMHz: mhz + half, BaudGBd: baud, PowerMw: math.Pow(10, dbm/10)}
}

// filled is n channels of 64 GBd at 0 dBm, 75 GHz apart.
func filled(n int) []light.Wave {
	var out []light.Wave
	for i := range n {
		out = append(out, wave(191_400_000+75_000*int64(i), 64, 0))
	}
	return out
}

// shares are the noise that physics make of waves over the power of each, dB in
// its own bandwidth.
func shares(t testing.TB, p light.Physics, f light.Fibre, waves []light.Wave) []float64 {
	t.Helper()
	model, err := p.Nonlinear(f)
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]float64, len(waves))
	model(waves, noise)
	for i := range noise {
		noise[i] = 10 * math.Log10(noise[i]/waves[i].PowerMw*waves[i].BaudGBd/noiseGHz)
	}
	return noise
}

func gaussian(t testing.TB) light.Physics {
	t.Helper()
	p, err := newGaussianPhysics()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func differ(got, want, by float64) bool { return !(math.Abs(got-want) <= by) }

// One channel by hand: equation 120 of arXiv:1209.0394, with
// alpha = 0.2 dB/km, beta2 = -21.3 ps²/km and gamma = 1.27 /(W km).
func TestGaussianPhysicsOfOneChannel(t *testing.T) {
	f := reference()
	got := shares(t, gaussian(t), f, []light.Wave{wave(193_414_489, 64, 0)})[0]
	alpha := f.GlassDbPerKm() / (10 * math.Log10(math.E)) / 1000
	beta2 := 16.7e-6 * 299792458 / (2 * math.Pi * 193.414489e12 * 193.414489e12)
	gamma := 2 * math.Pi * 2.6e-20 * 193.414489e12 / (299792458 * 83e-12)
	effective := (1 - math.Exp(-alpha*80e3)) / alpha
	want := 10 * math.Log10(16.0/27*gamma*gamma*effective*effective*math.Asinh(math.Pi*math.Pi/2*beta2/alpha*64e9*64e9)/
		(2*math.Pi*beta2/alpha*64e9*64e9)*1e-6)
	if differ(got, want, 1e-3) {
		t.Errorf("noise %.4f dB below the channel, want %.4f", got, want)
	}
}

func TestGaussianPhysicsFollowTheFibre(t *testing.T) {
	p := gaussian(t)
	middle := func(change func(*light.Fibre)) float64 {
		f := reference()
		change(&f)
		return shares(t, p, f, filled(21))[10]
	}
	plain := middle(func(*light.Fibre) {})
	slope := 0.3
	for name, c := range map[string]struct {
		change      func(*light.Fibre)
		least, most float64 // dB more noise
	}{
		"a wider core":        {func(f *light.Fibre) { f.EffectiveAreaUm2 = 125 }, -3.7, -3.3},
		"more dispersion":     {func(f *light.Fibre) { f.DispersionPsNmKm = 21 }, -1.1, -0.6},
		"more loss":           {func(f *light.Fibre) { f.LossDb += 8 }, -2.1, -1.6},
		"loss at the far end": {func(f *light.Fibre) { f.LossDb, f.OutDb = f.LossDb+8, f.OutDb+8 }, -1e-9, 1e-9},
		"loss within it":      {func(f *light.Fibre) { f.LossDb += 3; f.Lumped = []light.Lumped{{AtKm: 40, LossDb: 3}} }, -1e-9, 1e-9},
		"a short one":         {func(f *light.Fibre) { f.Km, f.LossDb = 1, 1.2 }, -30, -15},
		"a slope":             {func(f *light.Fibre) { f.DispersionSlope = &slope }, -1.1, -0.6},
		"a table of loss": {func(f *light.Fibre) {
			f.LossTable = []light.Point{{FrequencyMHz: 190_000_000, Value: 0.05}, {FrequencyMHz: 197_000_000, Value: 0.05}}
		}, -1.1, -0.8},
		"a table of dispersion": {func(f *light.Fibre) {
			f.DispersionTable = []light.Point{{FrequencyMHz: 191_000_000, Value: 21}, {FrequencyMHz: 192_000_000, Value: 21}}
		}, -1.1, -0.6},
	} {
		if got := middle(c.change) - plain; !(got >= c.least && got <= c.most) {
			t.Errorf("%s: %+.3f dB, want %g to %g", name, got, c.least, c.most)
		}
	}
}

// The laboratory's figures are those of the planner's model for the same line:
// only the truth about the line may tell the two apart.
func TestGaussianPhysicsAgreesWithThePlannersModel(t *testing.T) {
	solver, err := gn.NewSolver(gn.Model{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := reference()
	line, err := gn.Compile(gn.Fibre{Km: 80, Type: &gn.FibreType{LossDbPerKm: gn.Constant(0.2), DispersionPsNm: gn.Constant(16.7), AreaUm2: 83}})
	if err != nil {
		t.Fatal(err)
	}
	// Of several rates and powers, and not in order.
	waves := []light.Wave{wave(193_500_000, 90, 1), wave(192_000_000, 32, -2), wave(193_000_000, 64, 0), wave(195_750_000, 120, 3)}
	var channels []gn.Channel
	for _, w := range waves {
		channels = append(channels, gn.Channel{CentreHz: float64(w.FrequencyMHz) * 1e6, SymbolRate: w.BaudGBd * 1e9, SlotHz: w.BaudGBd * 1e9, LaunchDbm: 10 * math.Log10(w.PowerMw)})
	}
	comb, err := gn.NewComb(channels)
	if err != nil {
		t.Fatal(err)
	}
	e := solver.NewEvaluation()
	if err := e.Run(line, comb, nil); err != nil {
		t.Fatal(err)
	}
	got := shares(t, gaussian(t), f, waves)
	for i, k := range []int{2, 0, 1, 3} {
		_, _, want := e.Shares(0, k)
		if differ(got[i], 10*math.Log10(want), 1e-6) {
			t.Errorf("wave %d: %.6f dB, the model says %.6f", i, got[i], 10*math.Log10(want))
		}
	}
}

func TestGaussianPhysicsTakesAnyLight(t *testing.T) {
	p := gaussian(t)
	f := reference()
	one := shares(t, p, f, []light.Wave{wave(193_100_000, 64, 3)})[0]
	// The same place twice: both as noisy as one of the power of both.
	twice := shares(t, p, f, []light.Wave{wave(193_100_000, 64, 0), wave(193_100_000, 64, 0)})
	if differ(twice[0], one, 0.1) || differ(twice[1], one, 0.1) {
		t.Errorf("two waves on top of each other: %.2f and %.2f dB, want %.2f", twice[0], twice[1], one)
	}
	// What is without power changes nothing and gets nothing.
	model, err := p.Nonlinear(f)
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]float64, 2)
	model([]light.Wave{wave(193_100_000, 64, 3), wave(193_000_000, 64, -200)}, noise)
	if noise[1] != 0 || differ(10*math.Log10(noise[0]/math.Pow(10, 0.3)*64/noiseGHz), one, 1e-9) {
		t.Errorf("beside a wave without power: noise %v", noise)
	}
	model(nil, nil)
	// Light that no line carries drowns in its noise, and is not an error.
	if drowned := shares(t, p, f, []light.Wave{wave(193_100_000, 64, 30)})[0]; differ(drowned, 0, 1e-9) {
		t.Errorf("30 dBm: noise %.2f dB over the light, want as much of it", drowned)
	}
	// Noise counts as light.
	noisy := wave(193_100_000, 64, 0)
	noisy.NoiseMw = noisy.PowerMw * noiseGHz / 64
	alone := shares(t, p, f, []light.Wave{wave(193_100_000, 64, 0)})[0]
	if got := shares(t, p, f, []light.Wave{noisy})[0]; differ(got, alone+30*math.Log10(2), 1e-6) {
		t.Errorf("a wave of half noise: %.3f dB, want %.3f", got, alone+30*math.Log10(2))
	}
	// More sets of channels than are kept.
	for i := range labCombs + 10 {
		model([]light.Wave{wave(193_000_000+int64(i)*1000, 64, 0)}, make([]float64, 1))
	}
}

func TestGaussianPhysicsRefusesWhatIsNoFibre(t *testing.T) {
	p := gaussian(t)
	f := reference()
	f.EffectiveAreaUm2 = 400
	if _, err := p.Nonlinear(f); err == nil || !strings.Contains(err.Error(), "effective area") {
		t.Errorf("error %v, want one about the effective area", err)
	}
}

// line is ten spans of 80 km between two switches, each made up for by an
// amplifier, with n channels lit; the network is at rest.
func line(b *testing.B, p light.Physics, n int) *light.Network {
	b.Helper()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	clock := time.Unix(0, 0)
	net := light.New(light.Config{Plant: &light.Plant{Seed: 1}, Clock: func() time.Time { return clock }, Physics: p})
	a, z := light.End{Device: "A", Port: "deg"}, light.End{Device: "Z", Port: "deg"}
	ports := map[string]light.RoadmPort{"deg": {Degree: true}}
	for i := range n {
		ports[fmt.Sprint(i)] = light.RoadmPort{}
	}
	for _, d := range []string{"A", "Z"} {
		must(net.AddRoadm(d, light.RoadmSpec{Ports: ports}))
	}
	amp := func(gain float64) light.Element {
		return light.Element{Amplifiers: []light.AmplifierSpec{{GainDb: gain, NoiseFigureDb: 5, MaxOutputDbm: 23, Enabled: true}}}
	}
	var way []light.Element
	for i := range 10 {
		way = append(way, amp(17), light.Element{Span: fmt.Sprint(i), Fibre: light.Fibre{Km: 80, LossDb: 17 + float64(i)/100, DispersionPsNmKm: 16.7}})
	}
	must(net.AddLink(light.LinkSpec{Name: "l", Ends: [2]light.End{a, z}, Elements: [2][]light.Element{way, nil}}))
	mode := &light.Mode{Name: "m", BaudGBd: 64, WidthGHz: 72}
	for i := range n {
		e, port := light.End{Device: "t", Port: fmt.Sprint(i)}, light.End{Device: "A", Port: fmt.Sprint(i)}
		must(net.AddTransceiver(e, light.TransceiverSpec{}))
		must(net.AddLink(light.LinkSpec{Name: e.Port, Ends: [2]light.End{e, port}}))
		f := 191_400_000 + 75_000*int64(i)
		must(net.SetMedia("A", uint32(i), light.Media{LowerMHz: f - 37_500, UpperMHz: f + 37_500, Source: e.Port, Dest: "deg", Enabled: true, TargetDbm: -20}))
		must(net.SetTuning(e, light.Tuning{FrequencyMHz: f, PowerDbm: -17, Mode: mode}))
		must(net.SetLaser(e, true))
	}
	for range 100 {
		clock = clock.Add(time.Second)
		net.Advance()
	}
	return net
}

// BenchmarkLaboratoryPhysics prints what it costs the laboratory when light
// moves on a line of ten spans: one of n channels goes off or comes back, and
// every span is computed anew. Channels that were together before find their
// kernels; "new" is light that never was together, in one span; "bring-up" is a
// line laid and all of its channels lit one after the other.
func BenchmarkLaboratoryPhysics(b *testing.B) {
	b.Logf("%s, %d CPUs, %s/%s", runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	for _, name := range []physicsName{physicsThirdOrder, physicsGn} {
		for _, n := range []int{1, 16, 60} {
			b.Run(fmt.Sprintf("%s/toggle-1-of-%d", name, n), func(b *testing.B) {
				p, err := name.physics()
				if err != nil {
					b.Fatal(err)
				}
				net := line(b, p, n)
				e := light.End{Device: "t", Port: fmt.Sprint(n / 2)}
				b.ReportAllocs()
				for on := false; b.Loop(); on = !on {
					if err := net.SetLaser(e, on); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(fmt.Sprintf("%s/bring-up-%d", name, n), func(b *testing.B) {
				for b.Loop() {
					p, err := name.physics()
					if err != nil {
						b.Fatal(err)
					}
					line(b, p, n)
				}
			})
			b.Run(fmt.Sprintf("%s/new-%d", name, n), func(b *testing.B) {
				p, err := name.physics()
				if err != nil {
					b.Fatal(err)
				}
				model, err := p.Nonlinear(reference())
				if err != nil {
					b.Fatal(err)
				}
				waves, noise := filled(n), make([]float64, n)
				for b.Loop() {
					waves[0].FrequencyMHz--
					model(waves, noise)
				}
			})
		}
	}
}
