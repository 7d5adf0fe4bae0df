package light

import (
	"fmt"
	"math"
	"slices"
)

// Fibre is a piece of fibre as it is: the loss includes what the documents do
// not know. With a length of 0 it is a patch cord or another passive loss.
type Fibre struct {
	Km float64
	// LossDb is all of the loss at ReferenceMHz. InDb (attenuator and connector
	// where light enters), OutDb (where it leaves) and Lumped are parts of it;
	// the rest is the glass's, spread evenly.
	LossDb, InDb, OutDb float64
	Lumped              []Lumped // by distance
	// LossTable tells by how many dB/km the glass loses more at other
	// frequencies than at ReferenceMHz; none is nothing.
	LossTable        []Point
	DispersionPsNmKm float64 // at ReferenceMHz
	// DispersionSlope in ps/(nm² km). Nil means that dispersion grows with the
	// square of the frequency, which is a second-order coefficient that is the
	// same for all light and, referred to one wavelength, as much dispersion.
	DispersionSlope  *float64
	DispersionTable  []Point // ps/(nm km); holds instead of figure and slope
	EffectiveAreaUm2 float64 // at ReferenceMHz; 0 is 83 µm²
	PmdPsPerSqrtKm   float64
	ReferenceMHz     int64 // 0 is that of 1550 nm
}

// Lumped is a loss at a distance from where light enters, between the ends.
type Lumped struct{ AtKm, LossDb float64 }

// Point is a row of a table over frequency. Rows rise by frequency; between
// them a table is read along straight lines, beyond its ends at its last value.
type Point struct {
	FrequencyMHz int64
	Value        float64
}

// DefaultReferenceMHz is the frequency of 1550 nm.
const DefaultReferenceMHz = 193_414_489

// lightSpeed in nm · MHz.
const lightSpeed = 299_792_458e3

// Reference returns ReferenceMHz, or its default.
func (f *Fibre) Reference() int64 {
	if f.ReferenceMHz == 0 {
		return DefaultReferenceMHz
	}
	return f.ReferenceMHz
}

// GlassDbPerKm returns the loss of the glass alone at ReferenceMHz; 0 without
// a length.
func (f *Fibre) GlassDbPerKm() float64 {
	if f.Km <= 0 {
		return 0
	}
	glass := f.LossDb - f.InDb - f.OutDb
	for _, l := range f.Lumped {
		glass -= l.LossDb
	}
	return glass / f.Km
}

// lossDb returns all of the loss at a frequency.
func (f *Fibre) lossDb(mhz int64) float64 {
	if len(f.LossTable) == 0 {
		return f.LossDb
	}
	return f.LossDb + f.Km*read(f.LossTable, mhz)
}

// dispersion returns the dispersion at a frequency in ps/(nm km).
func (f *Fibre) dispersion(mhz int64) float64 {
	switch {
	case len(f.DispersionTable) > 0:
		return read(f.DispersionTable, mhz)
	case f.DispersionSlope != nil:
		return f.DispersionPsNmKm + *f.DispersionSlope*(lightSpeed/float64(mhz)-lightSpeed/float64(f.Reference()))
	}
	return f.DispersionPsNmKm
}

// check refuses what no fibre is.
func (f *Fibre) check() error {
	for _, v := range []struct {
		name  string
		value float64
	}{{"length", f.Km}, {"loss", f.LossDb}, {"loss where light enters", f.InDb}, {"loss where light leaves", f.OutDb}, {"PMD", f.PmdPsPerSqrtKm}} {
		if !(v.value >= 0) || math.IsInf(v.value, 1) {
			return fmt.Errorf("%s %g is no number from 0 up", v.name, v.value)
		}
	}
	at := 0.0
	for _, l := range f.Lumped {
		if !(l.AtKm > at && l.AtKm < f.Km && l.LossDb >= 0) {
			return fmt.Errorf("lumped loss of %g dB at %g km: must lie within %g km of fibre, in order", l.LossDb, l.AtKm, f.Km)
		}
		at = l.AtKm
	}
	if f.Km > 0 && !(f.GlassDbPerKm() > 0) {
		return fmt.Errorf("attenuators, connectors and lumped losses leave %.3g of %g dB to the glass", f.GlassDbPerKm()*f.Km, f.LossDb)
	}
	for _, table := range [][]Point{f.LossTable, f.DispersionTable} {
		if !slices.IsSortedFunc(table, func(a, b Point) int { return int(a.FrequencyMHz - b.FrequencyMHz) }) {
			return fmt.Errorf("a table over frequency is not in order")
		}
	}
	return nil
}

// pass takes waves through the fibre, noise having been added in it.
func (f *Fibre) pass(waves []Wave, noise []float64, extraDb float64) {
	in := fromDb(-f.InDb)
	rest := fromDb(f.InDb - f.LossDb - extraDb)
	for k := range waves {
		w := &waves[k]
		if len(f.LossTable) > 0 {
			rest = fromDb(f.InDb - f.lossDb(w.FrequencyMHz) - extraDb)
		}
		w.NoiseMw = (w.NoiseMw*in + noise[k]) * rest
		w.PowerMw *= in * rest
		w.Dispersion += f.Km * f.dispersion(w.FrequencyMHz)
		w.Pmd2 += sq(f.PmdPsPerSqrtKm) * f.Km
	}
}

// read reads a table over frequency.
func read(table []Point, mhz int64) float64 {
	i, found := slices.BinarySearchFunc(table, mhz, func(p Point, f int64) int { return int(p.FrequencyMHz - f) })
	switch {
	case found || i == 0:
		return table[i].Value
	case i == len(table):
		return table[i-1].Value
	}
	lo, hi := table[i-1], table[i]
	return lo.Value + (hi.Value-lo.Value)*float64(mhz-lo.FrequencyMHz)/float64(hi.FrequencyMHz-lo.FrequencyMHz)
}
