package openconfig_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/models/openconfig"
)

func TestFormatDecimal(t *testing.T) {
	for _, c := range []struct {
		unscaled int64
		digits   int
		want     string
	}{
		{-1000, 2, "-10.00"},
		{5, 2, "0.05"},
		{-5, 2, "-0.05"},
		{0, 1, "0.0"},
		{1, 18, "0.000000000000000001"},
		{400000, 3, "400.000"},
		{42, 0, "42"},
		{math.MaxInt64, 18, "9.223372036854775807"},
		{math.MinInt64, 18, "-9.223372036854775808"},
		{math.MinInt64, 2, "-92233720368547758.08"},
	} {
		if got := openconfig.FormatDecimal(c.unscaled, c.digits); got != c.want {
			t.Errorf("FormatDecimal(%d, %d) = %q, want %q", c.unscaled, c.digits, got, c.want)
		}
	}
}

func TestFormatFloat(t *testing.T) {
	for _, c := range []struct {
		value  float64
		digits int
		want   string
	}{
		{-10, 2, "-10.00"},
		{1.23e-9, 18, "0.000000001230000000"},
		{2.675, 2, "2.68"},
		{0.125, 2, "0.12"},
		{0.135, 2, "0.14"},
		{-0.125, 2, "-0.12"},
		{-0.001, 2, "0.00"},
		{1e15, 2, "1000000000000000.00"},
		{float64(float32(-10.1)), 2, "-10.10"},
	} {
		got, err := openconfig.FormatFloat(c.value, c.digits)
		if err != nil || got != c.want {
			t.Errorf("FormatFloat(%v, %d) = %q, %v, want %q", c.value, c.digits, got, err, c.want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e17, -1e17, math.MaxFloat64} {
		if got, err := openconfig.FormatFloat(v, 2); !errors.Is(err, openconfig.ErrNotDecimal) {
			t.Errorf("FormatFloat(%v, 2) = %q, %v, want ErrNotDecimal", v, got, err)
		}
	}
	if got, err := openconfig.FormatFloat(10, 18); !errors.Is(err, openconfig.ErrNotDecimal) {
		t.Errorf("FormatFloat(10, 18) = %q, %v, want ErrNotDecimal: decimal64 with 18 digits ends near 9.22", got, err)
	}
}

func TestParseDecimal(t *testing.T) {
	for _, c := range []struct {
		text   string
		digits int
		want   int64
	}{
		{"-10", 2, -1000},
		{"-10.0", 2, -1000},
		{"-10.000000", 2, -1000},
		{"+1.5", 2, 150},
		{".5", 2, 50},
		{"5.", 2, 500},
		{"1.23e-09", 18, 1230000000},
		{"1.23E-9", 18, 1230000000},
		{"-1e1", 2, -1000},
		{"0e400", 2, 0},
		{"1e-400", 18, 0},
		{"0.005", 2, 0},
		{"0.015", 2, 2},
		{"-0.015", 2, -2},
		{"-0.0051", 2, -1},
		{"9.223372036854775807", 18, math.MaxInt64},
		{"-9.223372036854775808", 18, math.MinInt64},
	} {
		got, err := openconfig.ParseDecimal(c.text, c.digits)
		if err != nil || got != c.want {
			t.Errorf("ParseDecimal(%q, %d) = %d, %v, want %d", c.text, c.digits, got, err, c.want)
		}
	}
	for _, text := range []string{
		"", ".", "-", "+-1", "--1", "nil", "-inf", "NaN", "0x10", "1_000", " 1", "1 ", "1e", "1e1.5", "1e999999999",
		"1e400", "1.2.3", "92233720368547758.08", strings.Repeat("1", 1000), "١",
	} {
		if got, err := openconfig.ParseDecimal(text, 2); !errors.Is(err, openconfig.ErrNotDecimal) {
			t.Errorf("ParseDecimal(%.20q, 2) = %d, %v, want ErrNotDecimal", text, got, err)
		}
	}
	for _, digits := range []int{0, -1, 19} {
		if got, err := openconfig.ParseDecimal("1", digits); err == nil {
			t.Errorf("ParseDecimal with %d digits = %d, want an error", digits, got)
		}
	}
}

func TestCompareDecimal(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"-10", "-10.00", 0},
		{"-1e1", "-10.0", 0},
		{"-10.01", "-10", -1},
		{"0.01", "0", 1},
		{"0.001", "0", 0},
	} {
		got, err := openconfig.CompareDecimal(c.a, c.b, 2)
		if err != nil || got != c.want {
			t.Errorf("CompareDecimal(%q, %q, 2) = %d, %v, want %d", c.a, c.b, got, err, c.want)
		}
	}
	for _, pair := range [][2]string{{"nil", "1"}, {"1", "nil"}} {
		if _, err := openconfig.CompareDecimal(pair[0], pair[1], 2); !errors.Is(err, openconfig.ErrNotDecimal) {
			t.Errorf("CompareDecimal(%q, %q): %v, want ErrNotDecimal", pair[0], pair[1], err)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"-10.00", "1.23e-9", "nil", "9.223372036854775807"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := openconfig.ParseDecimal(s, 2)
		if err != nil {
			return
		}
		again, err := openconfig.ParseDecimal(openconfig.FormatDecimal(n, 2), 2)
		if err != nil || again != n {
			t.Errorf("%q reads as %d, which is written and read back as %d, %v", s, n, again, err)
		}
	})
}
