package gnpy

import (
	"math"
	"strconv"
)

// GNPy speaks in SI units, documents in those of the field. What becomes a
// figure of a document is rounded to nine digits, what goes back to fifteen, so
// that a figure that goes there and back is the same again.
const (
	documentDigits = 9
	fileDigits     = 15
)

func rounded(f float64, digits int) float64 {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return f
	}
	out, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', digits, 64), 64)
	if err != nil {
		return f
	}
	return out
}

// tidy makes a figure of a document.
func tidy(f float64) float64 { return rounded(f, documentDigits) }

// exact makes a figure of a file.
func exact(f float64) float64 { return rounded(f, fileDigits) }

// scaled makes a figure of a document in other units, or nil.
func scaled(f *float64, factor float64) *float64 {
	if f == nil {
		return nil
	}
	out := tidy(*f * factor)
	return &out
}

// Factors from GNPy's units to those of documents.
const (
	hzToTHz          = 1e-12
	hzToGHz          = 1e-9
	dispersionFactor = 1e6  // s/m² → ps/(nm km)
	slopeFactor      = 1e-3 // s/m³ → ps/(nm² km)
	areaFactor       = 1e12 // m² → µm²
	secondsToPs      = 1e12
	perMetreToPerKm  = 1e3
	wattToMw         = 1e3
)

// pmdFactor goes from s/√m to ps/√km.
func pmdFactor() float64 { return secondsToPs * math.Sqrt(1000) }

// powerDigits are those of a power in dBm that stands for one in mW, and of a
// loss per length that comes from a loss: more than documentDigits, so that the
// other comes out with all of its own.
const powerDigits = 12

func toDbm(mw float64) float64 { return rounded(10*math.Log10(mw), powerDigits) }

// densityOf is the power in mW for each of a number of units that together have
// the given power in dBm: in as few digits as give that power again.
func densityOf(dbm, units float64) float64 {
	mw := math.Pow(10, dbm/10) / units
	for digits := 3; digits < fileDigits; digits++ {
		if short := rounded(mw, digits); toDbm(short*units) == dbm {
			return short
		}
	}
	return exact(mw)
}

// areaOfGamma is the effective area in m² that a non-linear coefficient in
// 1/(W m) means at a frequency: 2π n2 f/(c γ), with n2 = 2.6e-20 m²/W.
func areaOfGamma(gamma, hz float64) float64 {
	const n2, c = 2.6e-20, 299_792_458
	return 2 * math.Pi * n2 * hz / (c * gamma)
}
