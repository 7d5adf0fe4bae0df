package gn

import (
	"fmt"
	"math"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// FibreTypeOf takes a fibre type from the catalogue. Its Raman gain, given for
// one pump, is freed of the effective area it was measured with.
func FibreTypeOf(f catalogue.Fibre) (*FibreType, error) {
	t := &FibreType{Name: f.Name, LossDbPerKm: curveOf(f.LossTable, f.LossDbPerKm), DispersionPsNm: curveOf(f.DispersionTable, f.DispersionPsNmKm),
		AreaUm2: f.EffectiveAreaUm2, PmdPsPerSqrtKm: f.PmdPsPerSqrtKm, ReferenceHz: f.Reference.Hz(), GroupIndex: f.IndexOfRefraction}
	if len(f.DispersionTable) == 0 {
		t.SlopePsNm2 = f.DispersionSlope
	}
	bare, err := newFibre(t)
	if err != nil || f.Raman == nil {
		return t, err
	}
	pump := f.Raman.Pump.Hz()
	r := &RamanGain{ReferenceHz: pump}
	for _, row := range f.Raman.Profile {
		shift := row.Frequency.Hz()
		if shift >= pump {
			return nil, fmt.Errorf("fibre type %q: a Raman shift of %g THz is more than the pump's frequency", f.Name, shift/1e12)
		}
		r.ShiftHz = append(r.ShiftHz, shift)
		r.Gain = append(r.Gain, row.Value/1000*(bare.area(pump)+bare.area(pump-shift))/2)
	}
	t.Raman = r
	_, err = newFibre(t)
	return t, err
}

func curveOf(table []catalogue.FrequencyPoint, constant float64) Curve {
	if len(table) == 0 {
		return Constant(constant)
	}
	var c Curve
	for _, row := range table {
		c.Hz, c.Value = append(c.Hz, row.Frequency.Hz()), append(c.Value, row.Value)
	}
	return c
}

// AmplifierTypeOf takes an amplifier type from a catalogue, which is asked for
// the stages of a dual one and for the tilt shape of types without their own.
func AmplifierTypeOf(a catalogue.Amplifier, from *catalogue.Catalogue) (*AmplifierType, error) {
	t := &AmplifierType{Name: a.Name, Stage: stageOf(a), MaxOutputDbm: a.MaxOutput.Dbm(), LoHz: a.Band.Lower.Hz(), HiHz: a.Band.Upper.Hz(),
		PmdPs: a.PmdPs, PdlDb: a.PdlDb, GainRippleDb: a.GainRippleDb, NoiseRippleDb: a.NoiseRippleDb, TiltShape: a.TiltShape}
	if a.MaxOutput == 0 {
		t.MaxOutputDbm = math.Inf(1)
	}
	if len(t.TiltShape) == 0 && t.HiHz > t.LoHz {
		t.TiltShape = from.TiltShapes[catalogue.DefaultTiltShape]
	}
	if a.Noise.Kind == catalogue.NoiseDualStage {
		for _, part := range []struct {
			name string
			to   **Stage
		}{{a.Noise.Preamp, &t.Preamp}, {a.Noise.Booster, &t.Booster}} {
			stage, known := from.Amplifiers[part.name]
			if !known {
				return nil, fmt.Errorf("amplifier type %q: its stage %q is not in the catalogue", a.Name, part.name)
			}
			s := stageOf(stage)
			*part.to = &s
		}
	}
	return t, nil
}

func stageOf(a catalogue.Amplifier) Stage {
	s := Stage{MinGainDb: a.Gain[0].Db(), MaxGainDb: a.Gain[1].Db(), Noise: a.Noise.Kind, NfDb: a.Noise.NfDb, Coils: a.Noise.Coils, Coefficients: a.Noise.Coefficients}
	if s.Noise == "" {
		s.Noise, s.NfDb = catalogue.NoiseFixed, a.NoiseFigure.Db()
	}
	return s
}

// ChannelOf is the channel of a mode in a slot, launched with a power in dBm.
func ChannelOf(m catalogue.Mode, slot models.Slot, launchDbm float64) Channel {
	return Channel{CentreHz: slot.Centre().Hz(), SymbolRate: float64(m.BaudMBd) * 1e6, SlotHz: slot.Width().Hz(), RollOff: m.Shape(), LaunchDbm: launchDbm}
}
