package intents

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// meaning says what YAML readers take text without quotes for, when that is
// not text: "the boolean no", "the number 1e3", "a date". It errs on the side
// of caution, as readers disagree on several of these.
func meaning(s string) string {
	if s == "" {
		return "nothing"
	}
	if len(s) <= 5 {
		switch strings.ToLower(s) {
		case "~", "null":
			return "nothing"
		case "true", "false", "yes", "no", "on", "off", "y", "n":
			return "the boolean " + s
		case ".inf", "+.inf", "-.inf", ".nan":
			return "the number " + brief(s)
		}
	}
	if c := s[0]; c >= '0' && c <= '9' || c == '.' || c == '+' || c == '-' {
		if numberLike(s) {
			return "the number " + brief(s)
		}
		if dateLike(s) {
			return "the date " + brief(s)
		}
		if sexagesimal(s) {
			return "the number " + brief(s) + " (base 60)"
		}
	}
	return ""
}

func numberLike(s string) bool {
	t := strings.ReplaceAll(strings.TrimLeft(s, "+-"), "_", "")
	if t == "" || len(s)-len(strings.TrimLeft(s, "+-")) > 1 {
		return false
	}
	for _, p := range []struct{ prefix, digits string }{{"0x", "0123456789abcdefABCDEF"}, {"0o", "01234567"}, {"0b", "01"}, {"0X", "0123456789abcdefABCDEF"}} {
		if rest, ok := strings.CutPrefix(t, p.prefix); ok {
			return rest != "" && strings.Trim(rest, p.digits) == ""
		}
	}
	mantissa, exponent, hasExp := t, "", false
	if i := strings.IndexAny(t, "eE"); i >= 0 {
		mantissa, exponent, hasExp = t[:i], strings.TrimPrefix(strings.TrimPrefix(t[i+1:], "-"), "+"), true
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	const digits = "0123456789"
	return whole+frac != "" && strings.Trim(whole, digits) == "" && strings.Trim(frac, digits) == "" &&
		(!hasExp || exponent != "" && strings.Trim(exponent, digits) == "")
}

// dateLike reports whether s begins as a date does: 2026-12-01, 2026-12-1 10:00.
func dateLike(s string) bool {
	date := s
	if i := strings.IndexAny(s, "Tt "); i >= 0 {
		date = s[:i]
	}
	parts := strings.Split(date, "-")
	if len(parts) != 3 || len(parts[0]) != 4 {
		return false
	}
	for _, p := range parts {
		if len(p) == 0 || len(p) > 4 || strings.Trim(p, "0123456789") != "" {
			return false
		}
	}
	return true
}

func sexagesimal(s string) bool {
	parts := strings.Split(strings.TrimLeft(s, "+-"), ":")
	if len(parts) < 2 {
		return false
	}
	for i, p := range parts {
		if i == len(parts)-1 {
			p, _, _ = strings.Cut(p, ".")
		}
		if p == "" || strings.Trim(p, "0123456789_") != "" || i > 0 && len(p) > 2 {
			return false
		}
	}
	return true
}

// Numbers beyond these fit no field, so that nobody is told to write them out.
const (
	hugeNumber = 1e15
	tinyNumber = 1e-9
)

// decimal reads a number field: digits, a point, digits. An exponent is read
// only with its sign, as JSON writers print very small numbers ("1e-07"). The
// second result is what to say when it is something else.
func decimal(s string) (float64, *misfit) {
	mantissa, exponent, scaled := strings.Cut(s, "e")
	if plainDecimal(mantissa) && (!scaled || signedDigits(exponent)) {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(f, 0) {
			return 0, outOfRange(s)
		}
		return f, nil
	}
	return numberMisfit(s)
}

// integer reads a whole number between lo and hi.
func integer(s string, lo, hi int64) (int64, *misfit) {
	no := outOfRange(s)
	if lo > math.MinInt64 {
		no.remedy = fmt.Sprintf("write a whole number from %d to %d", lo, hi)
	}
	if whole, frac, dot := strings.Cut(s, "."); dot && plainDecimal(s) {
		fraction := &misfit{message: "found " + brief(s) + ", want a whole number"}
		if strings.Trim(frac, "0") == "" {
			n, no := integer(whole, lo, hi)
			if no != nil {
				return n, no
			}
			fraction.remedy, fraction.meant = "write "+whole, true
			return n, fraction
		}
		return 0, fraction
	}
	if !plainDecimal(s) {
		f, spelt := numberMisfit(s)
		switch {
		case !spelt.meant:
			return 0, spelt
		case math.Abs(f) >= hugeNumber || f < float64(lo) || f > float64(hi):
			return 0, no
		case f != math.Trunc(f):
			return 0, &misfit{message: "found " + brief(s) + ", want a whole number"}
		}
		return int64(f), spelt
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < lo || n > hi {
		return 0, no
	}
	return n, nil
}

// misfit is why a scalar does not fit its field. One that is meant has a value
// all the same and is only written in a way that is refused.
type misfit struct {
	message, remedy string
	meant           bool
}

func outOfRange(s string) *misfit {
	return &misfit{message: "the number " + quoted(s) + " is out of range"}
}

// misspelt is the misfit of a number whose value is plain: digits says how to
// write it, where that is of use.
func misspelt(s, message, digits string, f float64) (float64, *misfit) {
	a := math.Abs(f)
	switch {
	case math.IsInf(f, 0):
		return 0, outOfRange(s)
	case a >= hugeNumber:
		no := outOfRange(s)
		no.meant = true
		return f, no
	case a > 0 && a < tinyNumber || len(digits) > maxDigits:
		return f, &misfit{message: "found " + quoted(s) + message, meant: true}
	}
	return f, &misfit{message: "found " + quoted(s) + message, remedy: "write " + digits, meant: true}
}

// maxDigits is how long a number may be that people are told to write.
const maxDigits = 24

func signedDigits(s string) bool {
	return len(s) > 1 && (s[0] == '-' || s[0] == '+') && strings.Trim(s[1:], "0123456789") == ""
}

func plainDecimal(s string) bool {
	whole, frac, dot := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	const digits = "0123456789"
	return whole != "" && strings.Trim(whole, digits) == "" && (whole == "0" || whole[0] != '0') &&
		(!dot || frac != "" && strings.Trim(frac, digits) == "")
}

// numberMisfit explains a number that is not written as one. Where exactly one
// can be meant it is returned, with the decimal to write instead.
func numberMisfit(s string) (float64, *misfit) {
	switch strings.ToLower(strings.TrimLeft(s, "+-.")) {
	case "inf", "infinity", "nan":
		return 0, &misfit{message: "found " + quoted(s) + ", which is out of range", remedy: "write a number"}
	}
	if !numberLike(s) {
		if m := meaning(s); m != "" && m != "nothing" {
			return 0, &misfit{message: "found " + m + ", want a number"}
		}
		return 0, &misfit{message: "found text " + quoted(s) + ", want a number"}
	}
	t := strings.TrimPrefix(strings.ReplaceAll(s, "_", ""), "+")
	if rest := strings.TrimPrefix(t, "-"); len(rest) > 1 && rest[0] == '0' && strings.Trim(rest, "0123456789.") == "" && rest[1] != '.' {
		trimmed := strings.TrimLeft(rest, "0")
		if trimmed == "" || trimmed[0] == '.' {
			trimmed = "0" + trimmed
		}
		// Octal or not: without a value it is not judged further.
		_, no := misspelt(s, ": a leading zero may mean octal", sign(t)+trimmed, 1)
		no.meant = false
		return 0, no
	}
	if n, ok := new(big.Int).SetString(t, 0); ok && len(t) <= 40 {
		f, _ := new(big.Float).SetInt(n).Float64()
		return misspelt(s, ", want a decimal number", n.String(), f)
	}
	f, err := strconv.ParseFloat(t, 64)
	switch {
	case math.IsInf(f, 0):
		return 0, outOfRange(s)
	case err != nil:
		return 0, &misfit{message: "found " + quoted(s) + ", want a decimal number"}
	case strings.ContainsAny(t, "eE"):
		return misspelt(s, ", a number with an exponent", number(f), f)
	}
	return misspelt(s, ", want a decimal number", number(f), f)
}

func sign(s string) string {
	if strings.HasPrefix(s, "-") {
		return "-"
	}
	return ""
}
