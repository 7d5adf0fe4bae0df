package gn

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Figures that stand in where a fibre type gives none.
const (
	DefaultReferenceHz  = lightSpeed / 1550e-9
	DefaultAreaUm2      = 83.0
	DefaultGroupIndex   = 1.468
	nonlinearIndex      = 2.6e-20 // n2, m²/W
	coreRadius          = 4.2e-6  // m
	coreIndex           = 1.468
	neperDb             = 10 / math.Ln10 // dB of power in one neper of power
	dispersionUnit      = 1e-6           // ps/(nm km) in s/m²
	dispersionSlopeUnit = 1e3            // ps/(nm² km) in s/m³
)

// FibreType is what all spans of one kind of fibre have in common. It must not
// be changed once a Line was compiled with it.
type FibreType struct {
	Name           string
	LossDbPerKm    Curve    // above 0
	DispersionPsNm Curve    // ps/(nm km)
	SlopePsNm2     *float64 // ps/(nm² km), beside a constant dispersion; nil: dispersion grows with f², so that beta2 is the same for all channels
	AreaUm2        float64  // effective area at the reference; 0 is DefaultAreaUm2
	PmdPsPerSqrtKm float64
	ReferenceHz    float64 // where dispersion and area hold; 0 is DefaultReferenceHz
	GroupIndex     float64 // for latency; 0 is DefaultGroupIndex
	Raman          *RamanGain
}

// RamanGain is a Raman gain profile.
type RamanGain struct {
	// ShiftHz rises from 0; Gain holds one value for each in m/W: g(shift)
	// times pump frequency over ReferenceHz over the effective area of the
	// overlap is the gain coefficient in 1/(W m).
	ShiftHz, Gain []float64
	ReferenceHz   float64
}

// fibre is a fibre type in SI units with the defaults filled in.
type fibre struct {
	*FibreType
	reference, index float64
	contrast         float64 // relative index difference of the core
	beta3            float64 // with a dispersion table: one for all frequencies
	flat             bool    // loss and beta2 are the same at all frequencies
	digest           digest
}

func newFibre(t *FibreType) (*fibre, error) {
	if t == nil {
		return nil, errors.New("no fibre type; name one")
	}
	fail := func(format string, args ...any) (*fibre, error) {
		return nil, fmt.Errorf("fibre type %q: %w", t.Name, fmt.Errorf(format, args...))
	}
	if err := t.LossDbPerKm.check(); err != nil {
		return fail("loss %w", err)
	}
	for _, v := range t.LossDbPerKm.Value {
		if v <= 0 || v > 100 {
			return fail("loss %g dB/km must be above 0, and 100 at most", v)
		}
	}
	if err := t.DispersionPsNm.check(); err != nil {
		return fail("dispersion %w", err)
	}
	f := &fibre{FibreType: t, reference: t.ReferenceHz, index: t.GroupIndex}
	if f.reference == 0 {
		f.reference = DefaultReferenceHz
	}
	if f.index == 0 {
		f.index = DefaultGroupIndex
	}
	area := t.AreaUm2 * 1e-12
	if area == 0 {
		area = DefaultAreaUm2 * 1e-12
	}
	switch {
	case !finite(f.reference, f.index, area, t.PmdPsPerSqrtKm):
		return fail("a figure is no number")
	case f.reference < 1e13 || f.reference > 1e15:
		return fail("reference %g Hz is not the frequency of light", f.reference)
	case area < 5e-12 || area > 250e-12:
		return fail("effective area %g um² must be between 5 and 250", t.AreaUm2)
	case t.PmdPsPerSqrtKm < 0:
		return fail("PMD coefficient %g must not be negative", t.PmdPsPerSqrtKm)
	case f.index < 1 || f.index > 3:
		return fail("group index %g must be between 1 and 3", f.index)
	case t.SlopePsNm2 != nil && !finite(*t.SlopePsNm2):
		return fail("dispersion slope is no number")
	case t.SlopePsNm2 != nil && !t.DispersionPsNm.constant():
		return fail("a dispersion table leaves no room for a slope; remove one")
	}
	v := math.Exp(math.Pi * coreRadius * coreRadius / area)
	f.contrast = 0.5 * square(lightSpeed*v/(2*math.Pi*f.reference*coreRadius*coreIndex))
	if err := t.Raman.check(); err != nil {
		return fail("Raman gain %w", err)
	}
	f.flat = t.LossDbPerKm.constant() && t.DispersionPsNm.constant() && t.SlopePsNm2 == nil
	if d := t.DispersionPsNm; !d.constant() {
		beta2 := make([]float64, len(d.Hz))
		for i, hz := range d.Hz {
			beta2[i], _ = f.beta2(hz)
		}
		f.beta3 = slopeOfFit(d.Hz, beta2, f.reference) / (2 * math.Pi)
	}
	f.digest = f.sum()
	return f, nil
}

func (r *RamanGain) check() error {
	if r == nil {
		return nil
	}
	if err := (Curve{Hz: r.ShiftHz, Value: r.Gain}).check(); err != nil {
		return err
	}
	if len(r.ShiftHz) < 2 || r.ShiftHz[0] != 0 {
		return errors.New("must begin at a shift of 0")
	}
	if !finite(r.ReferenceHz) || r.ReferenceHz <= 0 {
		return errors.New("needs the frequency of the pump it was measured with")
	}
	return nil
}

func (f *fibre) sum() digest {
	var b bytes.Buffer
	put := func(vs ...float64) {
		for _, v := range append([]float64{float64(len(vs))}, vs...) {
			b.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
		}
	}
	put(f.LossDbPerKm.Hz...)
	put(f.LossDbPerKm.Value...)
	put(f.DispersionPsNm.Hz...)
	put(f.DispersionPsNm.Value...)
	put(f.reference, f.contrast)
	if f.SlopePsNm2 != nil {
		put(*f.SlopePsNm2)
	}
	if f.Raman != nil {
		put(f.Raman.ShiftHz...)
		put(f.Raman.Gain...)
		put(f.Raman.ReferenceHz)
	}
	return sha256.Sum256(b.Bytes())
}

// alpha is the power attenuation in 1/m.
func (f *fibre) alpha(hz float64) (float64, error) {
	loss, ok := f.LossDbPerKm.At(hz)
	if !ok {
		return 0, f.outside("loss", f.LossDbPerKm, hz)
	}
	return loss / 1000 / neperDb, nil
}

// beta2 is the group-velocity dispersion in s²/m.
func (f *fibre) beta2(hz float64) (float64, error) {
	d, ok := f.DispersionPsNm.At(hz)
	if !ok {
		return 0, f.outside("dispersion", f.DispersionPsNm, hz)
	}
	d *= dispersionUnit
	if f.DispersionPsNm.constant() {
		if f.SlopePsNm2 == nil {
			return -d * lightSpeed / (2 * math.Pi * f.reference * f.reference), nil
		}
		d += *f.SlopePsNm2 * dispersionSlopeUnit * (lightSpeed/hz - lightSpeed/f.reference)
	}
	return -lightSpeed * d / (2 * math.Pi * hz * hz), nil
}

func (f *fibre) outside(what string, c Curve, hz float64) error {
	return fmt.Errorf("fibre type %q: its %s is known from %g to %g THz, not at %.6g THz; extend the table", f.Name, what, c.Hz[0]/1e12, c.Hz[len(c.Hz)-1]/1e12, hz/1e12)
}

// dispersion is the chromatic dispersion in s/m² per metre of fibre, as it is
// accumulated: referred to the reference wavelength.
func (f *fibre) dispersion(hz float64) float64 {
	beta2, _ := f.beta2(hz)
	beta3 := f.beta3
	if f.SlopePsNm2 != nil {
		slope := *f.SlopePsNm2 * dispersionSlopeUnit
		beta3 = (slope - 4*math.Pi*hz*hz*hz/(lightSpeed*lightSpeed)*beta2) / square(2*math.Pi*hz*hz/lightSpeed)
	}
	return -(beta2 + 2*math.Pi*beta3*(hz-f.reference)) * 2 * math.Pi * f.reference * f.reference / lightSpeed
}

// area is the effective area in m²: that of the Gaussian mode of a step-index
// core, whose width falls with the frequency.
func (f *fibre) area(hz float64) float64 {
	v := 2 * math.Pi * hz * coreRadius * coreIndex * math.Sqrt(2*f.contrast) / lightSpeed
	return math.Pi * coreRadius * coreRadius / math.Log(v)
}

// gamma is the nonlinear coefficient in 1/(W m).
func (f *fibre) gamma(hz float64) float64 {
	return 2 * math.Pi * nonlinearIndex * hz / (lightSpeed * f.area(hz))
}

// ramanGain is how strongly light at another frequency raises (or, when lower
// in frequency, depletes) the power at hz, in 1/(W m). What one gains the other
// loses, as in the reference tool; heat is not accounted for.
func (f *fibre) ramanGain(hz, other float64) float64 {
	r := f.Raman
	g := interpolate(r.ShiftHz, r.Gain, math.Abs(other-hz)) / r.ReferenceHz / ((f.area(hz) + f.area(other)) / 2)
	if other >= hz {
		return g * other
	}
	return -g * hz
}

func square(x float64) float64 { return x * x }
