package models

import (
	"fmt"
	"math"
)

// Power is an optical power in hundredths of a dBm.
type Power int64

// Ratio is a gain, a loss or a margin in hundredths of a dB.
type Ratio int64

// PowerOff is how "no light" is written where a number is needed: −60 dBm.
const PowerOff Power = -6000

// PowerFromDbm rounds to 0.01 dB. It refuses NaN, infinities and anything
// beyond ±200 dBm.
func PowerFromDbm(dbm float64) (Power, error) {
	n, err := hundredths(dbm)
	if err != nil {
		return 0, fmt.Errorf("power %v dBm: %w", dbm, err)
	}
	return Power(n), nil
}

// RatioFromDb rounds to 0.01 dB. It refuses NaN, infinities and anything
// beyond ±200 dB.
func RatioFromDb(db float64) (Ratio, error) {
	n, err := hundredths(db)
	if err != nil {
		return 0, fmt.Errorf("ratio %v dB: %w", db, err)
	}
	return Ratio(n), nil
}

// Dbm returns the power in dBm.
func (p Power) Dbm() float64 { return float64(p) / 100 }

// Milliwatts returns the power in mW.
func (p Power) Milliwatts() float64 { return math.Pow(10, p.Dbm()/10) }

// Minus returns the ratio between two powers.
func (p Power) Minus(q Power) Ratio { return Ratio(p - q) }

// Plus returns the power after a gain (or a loss, when negative).
func (p Power) Plus(r Ratio) Power { return p + Power(r) }

// String prints "-10.00 dBm".
func (p Power) String() string { return formatScaled(int64(p), 2, false) + " dBm" }

// ParsePower reads what String prints.
func ParsePower(s string) (Power, error) {
	n, err := parseScaled(s, " dBm", 2)
	if err != nil {
		return 0, fmt.Errorf("power %q: %w", s, err)
	}
	return Power(n), nil
}

// MarshalText prints the power as String does.
func (p Power) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText prints.
func (p *Power) UnmarshalText(b []byte) error {
	v, err := ParsePower(string(b))
	if err == nil {
		*p = v
	}
	return err
}

// Db returns the ratio in dB.
func (r Ratio) Db() float64 { return float64(r) / 100 }

// Abs returns the magnitude.
func (r Ratio) Abs() Ratio {
	if r < 0 {
		return -r
	}
	return r
}

// String prints "3.10 dB".
func (r Ratio) String() string { return formatScaled(int64(r), 2, false) + " dB" }

// ParseRatio reads what String prints.
func ParseRatio(s string) (Ratio, error) {
	n, err := parseScaled(s, " dB", 2)
	if err != nil {
		return 0, fmt.Errorf("ratio %q: %w", s, err)
	}
	return Ratio(n), nil
}

// MarshalText prints the ratio as String does.
func (r Ratio) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText prints.
func (r *Ratio) UnmarshalText(b []byte) error {
	v, err := ParseRatio(string(b))
	if err == nil {
		*r = v
	}
	return err
}

func hundredths(x float64) (int64, error) {
	if math.IsNaN(x) || math.Abs(x) > 200 {
		return 0, fmt.Errorf("want a number between -200 and 200")
	}
	return int64(math.Round(x * 100)), nil
}
