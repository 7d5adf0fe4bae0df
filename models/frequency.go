package models

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Frequency is an optical frequency or a width of spectrum in megahertz.
type Frequency int64

// Units of Frequency.
const (
	MHz Frequency = 1
	GHz           = 1000 * MHz
	THz           = 1000 * GHz
)

// FrequencyFromGHz converts a number of gigahertz. It refuses NaN, infinities
// and values that are not a whole number of megahertz (to 1 Hz).
func FrequencyFromGHz(ghz float64) (Frequency, error) {
	if math.IsNaN(ghz) || math.IsInf(ghz, 0) {
		return 0, fmt.Errorf("frequency %v GHz is not a number", ghz)
	}
	if math.Abs(ghz) > 1e9 {
		return 0, fmt.Errorf("frequency %g GHz is out of range", ghz)
	}
	mhz := math.Round(ghz * 1000)
	if math.Abs(ghz*1000-mhz) > 1e-3 {
		return 0, fmt.Errorf("frequency %v GHz is not a whole number of MHz", ghz)
	}
	return Frequency(mhz), nil
}

// GHz returns the frequency in gigahertz, exactly: a float64 holds every
// megahertz of the optical band.
func (f Frequency) GHz() float64 { return float64(f) / 1000 }

// Hz returns the frequency in hertz.
func (f Frequency) Hz() float64 { return float64(f) * 1e6 }

// String prints gigahertz without needless zeros: "193106.25 GHz".
func (f Frequency) String() string { return formatScaled(int64(f), 3, true) + " GHz" }

// ParseFrequency reads what String prints.
func ParseFrequency(s string) (Frequency, error) {
	n, err := parseScaled(s, " GHz", 3)
	if err != nil {
		return 0, fmt.Errorf("frequency %q: %w", s, err)
	}
	return Frequency(n), nil
}

// MarshalText prints the frequency as String does.
func (f Frequency) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads what MarshalText prints.
func (f *Frequency) UnmarshalText(b []byte) error {
	v, err := ParseFrequency(string(b))
	if err == nil {
		*f = v
	}
	return err
}

// formatScaled prints n·10^-digits as a decimal, never with an exponent. With
// trim, trailing zeros of the fraction are left out.
func formatScaled(n int64, digits int, trim bool) string {
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", uint64(-n)
	}
	s := strconv.FormatUint(u, 10)
	if len(s) <= digits {
		s = strings.Repeat("0", digits-len(s)+1) + s
	}
	whole, frac := s[:len(s)-digits], s[len(s)-digits:]
	if trim {
		frac = strings.TrimRight(frac, "0")
	}
	if frac == "" {
		return sign + whole
	}
	return sign + whole + "." + frac
}

func parseScaled(s, unit string, digits int) (int64, error) {
	num, ok := strings.CutSuffix(s, unit)
	if !ok {
		return 0, fmt.Errorf("want a number followed by %q", unit)
	}
	whole, frac, pointed := strings.Cut(num, ".")
	if strings.Trim(whole, "-") == "" || pointed && frac == "" {
		return 0, fmt.Errorf("want a number followed by %q", unit)
	}
	if len(frac) > digits {
		return 0, fmt.Errorf("more than %d digits after the point", digits)
	}
	return strconv.ParseInt(whole+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
}
