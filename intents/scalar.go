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
			return "the number " + s
		}
	}
	if c := s[0]; c >= '0' && c <= '9' || c == '.' || c == '+' || c == '-' {
		if numberLike(s) {
			return "the number " + s
		}
		if dateLike(s) {
			return "the date " + s
		}
		if sexagesimal(s) {
			return "the number " + s + " (base 60)"
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

// decimal reads a number field: digits, a point, digits. An exponent is read
// only with its sign, as JSON writers print very small numbers ("1e-07"). The
// second result is what to say when it is something else.
func decimal(s string) (float64, *misfit) {
	mantissa, exponent, scaled := strings.Cut(s, "e")
	if plainDecimal(mantissa) && (!scaled || signedDigits(exponent)) {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(f, 0) {
			return 0, &misfit{"the number " + quoted(s) + " is out of range", ""}
		}
		return f, nil
	}
	return 0, numberMisfit(s)
}

// integer reads a whole number between lo and hi.
func integer(s string, lo, hi int64) (int64, *misfit) {
	if !plainDecimal(s) {
		return 0, numberMisfit(s)
	}
	if whole, frac, dot := strings.Cut(s, "."); dot {
		remedy := ""
		if strings.Trim(frac, "0") == "" {
			remedy = "write " + whole
		}
		return 0, &misfit{"found " + s + ", want a whole number", remedy}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < lo || n > hi {
		return 0, &misfit{fmt.Sprintf("the number %s is out of range", quoted(s)), fmt.Sprintf("write a whole number from %d to %d", lo, hi)}
	}
	return n, nil
}

// misfit is why a scalar does not fit its field.
type misfit struct{ message, remedy string }

func signedDigits(s string) bool {
	return len(s) > 1 && (s[0] == '-' || s[0] == '+') && strings.Trim(s[1:], "0123456789") == ""
}

func plainDecimal(s string) bool {
	whole, frac, dot := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	const digits = "0123456789"
	return whole != "" && strings.Trim(whole, digits) == "" && (whole == "0" || whole[0] != '0') &&
		(!dot || frac != "" && strings.Trim(frac, digits) == "")
}

// numberMisfit explains a number that is not written as one, with the decimal
// to write instead when there is exactly one.
func numberMisfit(s string) *misfit {
	switch strings.ToLower(strings.TrimLeft(s, "+-.")) {
	case "inf", "infinity", "nan":
		return &misfit{"found " + quoted(s) + ", which is out of range", "write a number"}
	}
	if !numberLike(s) {
		if m := meaning(s); m != "" && m != "nothing" {
			return &misfit{"found " + m + ", want a number", ""}
		}
		return &misfit{"found text " + quoted(s) + ", want a number", ""}
	}
	t := strings.TrimPrefix(strings.ReplaceAll(s, "_", ""), "+")
	if rest := strings.TrimPrefix(t, "-"); len(rest) > 1 && rest[0] == '0' && strings.Trim(rest, "0123456789.") == "" && rest[1] != '.' {
		trimmed := strings.TrimLeft(rest, "0")
		if trimmed == "" || trimmed[0] == '.' {
			trimmed = "0" + trimmed
		}
		return &misfit{"found " + quoted(s) + ": a leading zero may mean octal", "write " + sign(t) + trimmed}
	}
	if i := strings.IndexAny(t, "eE"); i >= 0 && !strings.HasPrefix(strings.ToLower(strings.TrimPrefix(t, "-")), "0x") {
		f, err := strconv.ParseFloat(t, 64)
		if err != nil || math.IsInf(f, 0) {
			return &misfit{"the number " + quoted(s) + " is out of range", ""}
		}
		return &misfit{"found " + quoted(s) + ", a number with an exponent", "write " + strconv.FormatFloat(f, 'f', -1, 64)}
	}
	if n, ok := new(big.Int).SetString(t, 0); ok && len(t) <= 40 {
		return &misfit{"found " + quoted(s) + ", want a decimal number", "write " + n.String()}
	}
	if f, err := strconv.ParseFloat(t, 64); err == nil {
		return &misfit{"found " + quoted(s) + ", want a decimal number", "write " + strconv.FormatFloat(f, 'f', -1, 64)}
	}
	return &misfit{"found " + quoted(s) + ", want a decimal number", ""}
}

func sign(s string) string {
	if strings.HasPrefix(s, "-") {
		return "-"
	}
	return ""
}
