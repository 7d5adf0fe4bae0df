package cli

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/models"
)

// TestKnownValues: what public sources give as pairs.
func TestKnownValues(t *testing.T) {
	for _, c := range []struct{ codec, canonical, text string }{
		{"100MHz", "195650 GHz", "1956500"},   // xrdocs
		{"GHz.3", "193100 GHz", "193100.000"}, // AVD
		{"MHz", "192662.5 GHz", "192662500"},  // SR OS
		{"GHz", "196025 GHz", "196025"},       // SONiC
		{"GHz/75", "196025 GHz", "196025"},    // SONiC, whose example is on the grid
		{"Mb/s", "400", "400000"},             // SONiC
		{"nm", "191150 GHz", "1568.36"},       // Juniper's YANG
		{"nm", "196100 GHz", "1528.77"},       // Juniper's YANG
		{"0.1dBm", "-10.00 dBm", "-100"},      // xrdocs
		{"dBm.2", "-10.00 dBm", "-10.00"},     // AVD
		{"dBm.1", "-0.50 dBm", "-0.5"},
		{"dBm", "-9.25 dBm", "-9.25"},
	} {
		k, err := codecOf(c.codec, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.write(c.canonical); err != nil || got != c.text {
			t.Errorf("%s: %s is written %q (%v), want %q", c.codec, c.canonical, got, err, c.text)
		}
		if got, err := k.read(c.text); err != nil || got != c.canonical {
			t.Errorf("%s: %q is read %q (%v), want %q", c.codec, c.text, got, err, c.canonical)
		}
	}
}

// TestUnitsSurviveInEveryDialect: over band and power range, what a dialect can
// write it reads back as it was, and what it cannot it refuses with the nearest
// that it can.
func TestUnitsSurviveInEveryDialect(t *testing.T) {
	all, err := platforms()
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range all {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				survives(t, p, models.LeafFrequency, models.Frequency(rapid.Int64Range(191_150_000, 196_100_000).Draw(t, "MHz")).String(), func(text string) string {
					f, err := models.ParseFrequency(text)
					if err != nil {
						t.Fatal(err)
					}
					return f.String()
				})
				survives(t, p, models.LeafTargetPower, models.Power(rapid.IntRange(-2500, 500).Draw(t, "0.01 dBm")).String(), func(text string) string {
					p, err := models.ParsePower(text)
					if err != nil {
						t.Fatal(err)
					}
					return p.String()
				})
			})
		})
	}
}

func survives(t *rapid.T, p *platform, leaf models.LeafName, value string, canonical func(string) string) {
	lines, err := p.lines(models.KindOpticalChannel, leaf, value)
	if err == nil {
		shown, err := p.shown(models.KindOpticalChannel, leaf, value)
		if err != nil {
			t.Fatalf("%s %s is typed as %q and never shown: %v", leaf, value, lines, err)
		}
		got, _ := p.leavesAt(models.KindOpticalChannel, shown)
		if got[leaf] != value {
			t.Fatalf("%s %s: shown %q, read %q", leaf, value, shown, got[leaf])
		}
		// What is typed holds the same text as what is shown.
		if text := strings.Fields(shown[0]); !strings.HasSuffix(lines[0], text[len(text)-1]) {
			t.Fatalf("%s %s: typed %q, shown %q", leaf, value, lines, shown)
		}
		return
	}
	// The refusal names values that can be set.
	_, near, ok := strings.Cut(err.Error(), "the nearest")
	if !ok {
		t.Fatalf("%s %s is refused without an alternative: %v", leaf, value, err)
	}
	found := 0
	words := strings.Fields(strings.NewReplacer("that can are", "", "that can be set is", "", "there is", "", " and ", " ").Replace(near))
	for i := 0; i+1 < len(words); i += 2 {
		alternative := canonical(words[i] + " " + words[i+1])
		if _, err := p.lines(models.KindOpticalChannel, leaf, alternative); err != nil {
			t.Fatalf("%s %s: the alternative %s is refused too: %v", leaf, value, alternative, err)
		}
		found++
	}
	if found == 0 {
		t.Fatalf("no alternative in %q", err)
	}
}
