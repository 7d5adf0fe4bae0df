package models_test

import (
	"encoding"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/models"
)

// TestTextRoundTrip: what is printed is read back as the same value.
func TestTextRoundTrip(t *testing.T) {
	roundTrip := func(t *rapid.T, in encoding.TextMarshaler, out encoding.TextUnmarshaler, same func() bool) {
		t.Helper()
		text, err := in.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if err := out.UnmarshalText(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !same() {
			t.Fatalf("%s read back as %v", text, out)
		}
	}
	number := rapid.Int64Range(-1e15, 1e15)
	t.Run("frequency", rapid.MakeCheck(func(t *rapid.T) {
		in, out := models.Frequency(number.Draw(t, "MHz")), models.Frequency(0)
		roundTrip(t, in, &out, func() bool { return in == out })
	}))
	t.Run("power", rapid.MakeCheck(func(t *rapid.T) {
		in, out := models.Power(number.Draw(t, "0.01 dBm")), models.Power(0)
		roundTrip(t, in, &out, func() bool { return in == out })
	}))
	t.Run("ratio", rapid.MakeCheck(func(t *rapid.T) {
		in, out := models.Ratio(number.Draw(t, "0.01 dB")), models.Ratio(0)
		roundTrip(t, in, &out, func() bool { return in == out })
	}))
	t.Run("object id", rapid.MakeCheck(func(t *rapid.T) {
		kind := rapid.SampledFrom([]models.ObjectKind{models.KindOpticalChannel, models.KindLaser, models.KindMediaChannel}).Draw(t, "kind")
		in, out := models.ObjectID{Kind: kind, Key: rapid.StringMatching(`[a-zA-Z0-9/.:\[\]-]{1,20}`).Draw(t, "key")}, models.ObjectID{}
		roundTrip(t, in, &out, func() bool { return in == out })
	}))
}

func TestPrinting(t *testing.T) {
	tests := []struct{ got, want string }{
		{models.Frequency(193_106_250).String(), "193106.25 GHz"},
		{(193_100 * models.GHz).String(), "193100 GHz"},
		{(-6250 * models.MHz).String(), "-6.25 GHz"},
		{models.Frequency(0).String(), "0 GHz"},
		{models.Power(-1000).String(), "-10.00 dBm"},
		{models.Power(-5).String(), "-0.05 dBm"},
		{models.Ratio(310).String(), "3.10 dB"},
		{models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-1"}.String(), "optical-channel[oc-1]"},
		{models.Slot{N: 1, M: 7}.String(), "193106.25 GHz/87.5 GHz"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("printed %q, want %q", tt.got, tt.want)
		}
	}
}

func TestParsingRefuses(t *testing.T) {
	for _, s := range []string{"", "193100", "193100 THz", "GHz", "1.2345 GHz", "1e3 GHz", "1..2 GHz"} {
		if f, err := models.ParseFrequency(s); err == nil {
			t.Errorf("frequency %q read as %v", s, f)
		}
	}
	for _, s := range []string{"-10.00", "-10.000 dBm", "x dBm", "NaN dBm"} {
		if p, err := models.ParsePower(s); err == nil {
			t.Errorf("power %q read as %v", s, p)
		}
	}
	for _, s := range []string{"laser", "[x]", "laser[]", "laser[x"} {
		var id models.ObjectID
		if err := id.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("object id %q read as %v", s, id)
		}
	}
}

func TestNumbersFromOutside(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 193100.00005} {
		if f, err := models.FrequencyFromGHz(bad); err == nil {
			t.Errorf("%v GHz became %v", bad, f)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), 201, -201} {
		if p, err := models.PowerFromDbm(bad); err == nil {
			t.Errorf("%v dBm became %v", bad, p)
		}
		if r, err := models.RatioFromDb(bad); err == nil {
			t.Errorf("%v dB became %v", bad, r)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := models.Frequency(rapid.Int64Range(0, 200_000_000).Draw(t, "MHz"))
		back, err := models.FrequencyFromGHz(f.GHz())
		if err != nil || back != f {
			t.Fatalf("%v became %v (%v)", f, back, err)
		}
	})
	if got := models.Power(0).Milliwatts(); got != 1 {
		t.Errorf("0 dBm is %v mW, want 1", got)
	}
}
