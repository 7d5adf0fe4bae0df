package openconfig

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// ErrNotDecimal is wrapped by every error about text or numbers that have no decimal64 value.
var ErrNotDecimal = errors.New("not a decimal64 value")

// maxDecimalText and maxExponent bound what ParseDecimal looks at, so that a device can't make it build huge numbers.
const (
	maxDecimalText = 128
	maxExponent    = 400
)

// FormatDecimal writes unscaled / 10^digits with exactly that many fraction digits and never an exponent: -1000 with two
// digits is "-10.00". Digits outside 0 to 18 are taken as the nearer end; with 0 the text has no point.
func FormatDecimal(unscaled int64, digits int) string {
	digits = min(max(digits, 0), 18)
	sign := ""
	magnitude := uint64(unscaled)
	if unscaled < 0 {
		sign = "-"
		magnitude = -magnitude
	}
	text := strconv.FormatUint(magnitude, 10)
	if digits == 0 {
		return sign + text
	}
	if len(text) <= digits {
		text = strings.Repeat("0", digits-len(text)+1) + text
	}
	point := len(text) - digits
	return sign + text[:point] + "." + text[point:]
}

// FormatFloat writes v with exactly digits fraction digits (1 to 18). It rounds the shortest decimal text of v half to
// even, so 2.675 becomes "2.68" although the nearest binary number lies below. NaN, infinities and values beyond the
// range of decimal64 are errors that wrap ErrNotDecimal.
func FormatFloat(v float64, digits int) (string, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "", fmt.Errorf("%w: %v", ErrNotDecimal, v)
	}
	unscaled, err := ParseDecimal(strconv.FormatFloat(v, 'g', -1, 64), digits)
	if err != nil {
		return "", err
	}
	return FormatDecimal(unscaled, digits), nil
}

// ParseDecimal reads what devices send for a decimal64 with the given number of fraction digits (1 to 18) and returns the
// value times 10^digits. Exponents, a leading plus, missing digits on one side of the point and surplus fraction digits
// are accepted; surplus digits are rounded half to even. Everything else, "nil" and "-inf" included, is an error that
// wraps ErrNotDecimal, as is a value out of range.
func ParseDecimal(s string, digits int) (int64, error) {
	if digits < 1 || digits > 18 {
		return 0, fmt.Errorf("fraction digits %d are not between 1 and 18", digits)
	}
	number, ok := splitDecimal(s)
	if !ok {
		return 0, fmt.Errorf("%w: %.40q", ErrNotDecimal, s)
	}
	if value, ok := number.small(digits); ok {
		return value, nil
	}
	value := scaleHalfEven(number.mantissa(), number.exponent+digits)
	if !value.IsInt64() {
		return 0, fmt.Errorf("%w: %q is out of range for %d fraction digits", ErrNotDecimal, s, digits)
	}
	return value.Int64(), nil
}

// CompareDecimal compares two decimal texts as numbers of the given precision: "-10", "-10.00" and "-1e1" are equal. It
// returns -1, 0 or 1, or ParseDecimal's error for the text that could not be read.
func CompareDecimal(a, b string, digits int) (int, error) {
	x, err := ParseDecimal(a, digits)
	if err != nil {
		return 0, err
	}
	y, err := ParseDecimal(b, digits)
	if err != nil {
		return 0, err
	}
	switch {
	case x < y:
		return -1, nil
	case x > y:
		return 1, nil
	}
	return 0, nil
}

// canonicalDecimal is the form RFC 7950 section 9.3.2 asks for: no surplus zeros, but a digit on each side of the point.
func canonicalDecimal(unscaled int64, digits int) string {
	text := strings.TrimRight(FormatDecimal(unscaled, digits), "0")
	if strings.HasSuffix(text, ".") {
		text += "0"
	}
	return text
}

// decimal is a number as it was written: digits × 10^exponent.
type decimal struct {
	negative bool
	digits   string // without leading zeros, so none for zero
	exponent int
}

func splitDecimal(s string) (decimal, bool) {
	if len(s) > maxDecimalText {
		return decimal{}, false
	}
	number, power, hasPower := strings.Cut(strings.ToLower(s), "e")
	exponent := 0
	if hasPower {
		n, err := strconv.Atoi(power)
		if err != nil || n > maxExponent || n < -maxExponent {
			return decimal{}, false
		}
		exponent = n
	}
	unsigned := strings.TrimPrefix(strings.TrimPrefix(number, "+"), "-")
	if len(number)-len(unsigned) > 1 {
		return decimal{}, false
	}
	whole, fraction, _ := strings.Cut(unsigned, ".")
	all := whole + fraction
	if all == "" || strings.Trim(all, "0123456789") != "" {
		return decimal{}, false
	}
	return decimal{
		negative: strings.HasPrefix(number, "-"),
		digits:   strings.TrimLeft(all, "0"),
		exponent: exponent - len(fraction),
	}, true
}

// small is the number times 10^scale where that needs neither rounding nor more
// than 18 digits, as nearly all readings do.
func (d decimal) small(scale int) (int64, bool) {
	zeros := d.exponent + scale
	if d.digits == "" {
		return 0, true
	}
	if zeros < 0 || len(d.digits)+zeros > 18 {
		return 0, false
	}
	value := int64(0)
	for i := range len(d.digits) {
		value = 10*value + int64(d.digits[i]-'0')
	}
	for range zeros {
		value *= 10
	}
	if d.negative {
		value = -value
	}
	return value, true
}

func (d decimal) mantissa() *big.Int {
	m, _ := new(big.Int).SetString("0"+d.digits, 10)
	if d.negative {
		m.Neg(m)
	}
	return m
}

// scaleHalfEven returns mantissa × 10^exponent as a whole number, rounding half to even when the exponent is negative.
func scaleHalfEven(mantissa *big.Int, exponent int) *big.Int {
	if exponent >= 0 {
		return new(big.Int).Mul(mantissa, powerOfTen(exponent))
	}
	unit := powerOfTen(-exponent)
	quotient, rest := new(big.Int).QuoRem(mantissa, unit, new(big.Int))
	twice := rest.Abs(rest).Lsh(rest, 1)
	away := twice.Cmp(unit)
	if away > 0 || away == 0 && quotient.Bit(0) == 1 {
		quotient.Add(quotient, big.NewInt(int64(mantissa.Sign())))
	}
	return quotient
}

func powerOfTen(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
