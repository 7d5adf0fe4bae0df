package gn

import "math"

// Constants of nature (CODATA 2018, exact).
const (
	lightSpeed = 299792458.0    // m/s
	planck     = 6.62607015e-34 // J s
	boltzmann  = 1.380649e-23   // J/K
)

// bandwidth01nm is what 0.1 nm of bandwidth stands for in OSNR figures, in Hz.
const bandwidth01nm = 12.5e9

// Linear turns decibels into a ratio of powers.
func Linear(db float64) float64 { return math.Exp(db * (math.Ln10 / 10)) }

// Decibel turns a ratio of powers into decibels; 0 gives minus infinity.
func Decibel(ratio float64) float64 { return 10 * math.Log10(ratio) }

// Watt turns dBm into watts.
func Watt(dbm float64) float64 { return Linear(dbm - 30) }

// Dbm turns watts into dBm; 0 W gives minus infinity.
func Dbm(watt float64) float64 { return Decibel(watt) + 30 }

func finite(values ...float64) bool {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
