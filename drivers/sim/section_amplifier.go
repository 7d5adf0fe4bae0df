package sim

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// level is what is known of the power along a section while it is laid: the
// density launched by the last amplifier (or the degree at its beginning), NaN
// where that is not known, and what was lost since.
type level struct{ launch, lost float64 }

// amp is an amplifier under construction.
type amp struct {
	light.AmplifierSpec
	least, most float64
}

// amplify returns the amplifiers of one place for one direction of light.
//
// An amplifier without a gain of its own was set at turn-up by the line system:
// to the density declared for it where both that and what enters are known,
// else to make up for the loss since the amplifier before it. It measured the
// fibre as it is, so what the documents get wrong does not add up over spans.
func (b *sections) amplify(p place, d light.Direction, at *level) ([]light.AmplifierSpec, error) {
	if p.Amplifier.Az != "" || p.Amplifier.Za != "" {
		a, target, err := b.managed(p, d)
		if err != nil {
			return nil, err
		}
		a.turnUp(at, target)
		at.pass(a)
		return []light.AmplifierSpec{a.AmplifierSpec}, b.manage(a)
	}
	bands := p.Amplifier.Bands
	if len(bands) == 0 {
		one := p.Amplifier
		bands = []intents.BandAmp{{Type: one.Type, GainDb: one.GainDb, TiltDb: one.TiltDb, InVoaDb: one.InVoaDb, OutVoaDb: one.OutVoaDb}}
	}
	var out []light.AmplifierSpec
	var first amp
	for i, band := range bands {
		key := p.key
		if len(bands) > 1 {
			key = fmt.Sprintf("%s/%d", key, i+1)
		}
		a, err := b.unmanaged(band, d, key)
		if err != nil {
			return nil, err
		}
		if len(bands) > 1 {
			if err := a.beside(out); err != nil {
				return nil, fmt.Errorf("amplifier %d side by side, type %s: %w", i+1, band.Type, err)
			}
		}
		a.turnUp(at, math.NaN())
		if i == 0 {
			first = a
		}
		out = append(out, a.AmplifierSpec)
	}
	at.pass(first)
	return out, nil
}

// turnUp chooses the gain if nobody has; target is the density to choose it
// for, or NaN.
func (a *amp) turnUp(at *level, target float64) {
	if !math.IsNaN(a.GainDb) {
		return
	}
	gain := at.lost + a.InVoaDb
	if !math.IsNaN(target) && !math.IsNaN(at.launch) {
		gain += target - at.launch
	}
	a.GainDb = math.Round(10*min(max(gain, a.least), a.most)) / 10
}

// pass goes on behind an amplifier.
func (l *level) pass(a amp) {
	l.launch += a.GainDb - a.InVoaDb - l.lost
	l.lost = a.OutVoaDb
}

// beside refuses an amplifier whose band cannot be told from the others'.
func (a *amp) beside(others []light.AmplifierSpec) error {
	if a.UpperMHz == 0 {
		return errors.New("the type has no band; give it one")
	}
	for i, o := range others {
		if a.LowerMHz < o.UpperMHz && o.LowerMHz < a.UpperMHz {
			return fmt.Errorf("its band overlaps that of amplifier %d; take types of separate bands", i+1)
		}
	}
	return nil
}

// managed resolves an amplifier of a device, with the density declared for it,
// or NaN.
func (b *sections) managed(p place, d light.Direction) (amp, float64, error) {
	ref := p.Amplifier.Az
	if d == light.ZA {
		ref = p.Amplifier.Za
	}
	device, name, ok := strings.Cut(ref, "/")
	dev := b.devices[device]
	if !ok || dev == nil {
		return amp{}, 0, fmt.Errorf("%q: unknown device", ref)
	}
	kind := cmp.Or(p.Amplifier.Type, dev.profile.AmplifierType)
	a := amp{least: 8, most: 25, AmplifierSpec: light.AmplifierSpec{NoiseFigureDb: 6, MaxOutputDbm: 21}}
	a.LowerMHz, a.UpperMHz = band(dev.profile.Band)
	if kind != "" {
		var err error
		if a, err = b.typed(kind); err != nil {
			return amp{}, 0, err
		}
	}
	a.End, a.Enabled, a.GainDb = light.End{Device: device, Port: name}, true, math.NaN()
	if p.Amplifier.GainDb != nil {
		a.GainDb = perWay(p.Amplifier.GainDb, d)
	}
	a.NoiseFigureDb += b.lab.plant.NoiseFigure(ref)
	return a, density(dev.spec.Ports[name]), nil
}

// unmanaged resolves an amplifier that nobody can talk to.
func (b *sections) unmanaged(s intents.BandAmp, d light.Direction, key string) (amp, error) {
	a, err := b.typed(s.Type)
	if err != nil {
		return amp{}, err
	}
	a.Enabled, a.GainDb = true, math.NaN()
	if s.GainDb != nil {
		a.GainDb = perWay(s.GainDb, d)
	}
	a.InVoaDb, a.OutVoaDb = perWay(s.InVoaDb, d), perWay(s.OutVoaDb, d)
	a.NoiseFigureDb += b.lab.plant.NoiseFigure(key)
	if tilt := perWay(s.TiltDb, d); tilt != 0 {
		err = b.tilt(&a, s.Type, tilt)
	}
	return a, err
}

// typed returns an amplifier of a type, without settings.
func (b *sections) typed(name string) (amp, error) {
	t, err := b.catalogue.Amplifier(name)
	if err != nil {
		return amp{}, err
	}
	a := amp{least: t.Gain[0].Db(), most: t.Gain[1].Db()}
	a.MaxOutputDbm, a.PmdPs, a.PdlDb = t.MaxOutput.Dbm(), t.PmdPs, t.PdlDb
	if t.MaxOutput == 0 { // nobody knows a limit
		a.MaxOutputDbm = math.Inf(1)
	}
	a.LowerMHz, a.UpperMHz = band(t.Band)
	if shaped := len(t.GainRippleDb) > 1 || len(t.NoiseRippleDb) > 1; shaped && a.UpperMHz == 0 {
		return amp{}, fmt.Errorf("amplifier type %q has ripple over a band, but no band", name)
	}
	a.GainShapeDb, a.NoiseShapeDb = centred(t.GainRippleDb), t.NoiseRippleDb
	a.NoiseFigureDb, a.Noise, err = noiseFigure(t, b.catalogue)
	return a, err
}

// tilt adds a tilt to the shape of the gain: db is what the upper edge of the
// band loses against the lower one, along the straight line that fits the
// type's tilt shape best.
func (b *sections) tilt(a *amp, kind string, db float64) error {
	t, err := b.catalogue.Amplifier(kind)
	if err != nil {
		return err
	}
	shape := t.TiltShape
	if len(shape) == 0 {
		shape = b.catalogue.TiltShapes[catalogue.DefaultTiltShape]
	}
	rise := riseOf(shape)
	if rise == 0 || a.UpperMHz == 0 {
		return fmt.Errorf("amplifier type %q cannot be tilted: it has no band, or its tilt shape is level", kind)
	}
	// The finer of the two grids carries both shapes.
	n := max(len(shape), len(a.GainShapeDb))
	out := make([]float64, n)
	for i := range out {
		share := float64(i) / float64(n-1)
		out[i] = sampled(a.GainShapeDb, share) - db/rise*sampled(shape, share)
	}
	a.GainShapeDb = centred(out)
	return nil
}

// riseOf is by how much the straight line that fits best rises from the first
// sample to the last.
func riseOf(samples []float64) float64 {
	n := float64(len(samples))
	var sxx, sxy float64
	for i, y := range samples {
		x := float64(i) - (n-1)/2
		sxx += x * x
		sxy += x * y
	}
	if sxx == 0 {
		return 0
	}
	return sxy / sxx * (n - 1)
}

// centred moves samples so that their mean is 0.
func centred(samples []float64) []float64 {
	var mean float64
	for _, v := range samples {
		mean += v / float64(len(samples))
	}
	out := make([]float64, len(samples))
	for i, v := range samples {
		out[i] = v - mean
	}
	return out
}

// sampled reads samples at a share of their extent, 0 to 1.
func sampled(samples []float64, share float64) float64 {
	switch n := len(samples); n {
	case 0:
		return 0
	case 1:
		return samples[0]
	default:
		at := share * float64(n-1)
		i := min(int(at), n-2)
		return samples[i] + (samples[i+1]-samples[i])*(at-float64(i))
	}
}

func band(b models.Band) (lower, upper int64) {
	if b.Empty() {
		return 0, 0
	}
	return int64(b.Lower / models.MHz), int64(b.Upper / models.MHz)
}

// manage files an amplifier under its device.
func (b *sections) manage(a amp) error {
	p := b.amplifiers[a.End.Device]
	if p == nil {
		p = &amplifierPart{dev: b.devices[a.End.Device], gains: map[string]float64{}, most: map[string]float64{}}
		b.amplifiers[a.End.Device] = p
	}
	if _, twice := p.gains[a.End.Port]; twice {
		return fmt.Errorf("amplifier %v stands on two links", a.End)
	}
	p.names = append(p.names, a.End.Port)
	p.gains[a.End.Port], p.most[a.End.Port] = a.GainDb, max(a.most, a.GainDb)
	return nil
}
