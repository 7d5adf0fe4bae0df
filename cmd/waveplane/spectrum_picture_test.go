package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/records"
)

func TestPicture(t *testing.T) {
	l := &records.LinkSpectrum{
		Bands:    []records.SpectrumRange{{Band: "L", LowerGHz: 186_100, UpperGHz: 186_200}, {Band: "C", LowerGHz: 191_300, UpperGHz: 191_500}},
		Reserved: []records.SpectrumRange{{LowerGHz: 191_475, UpperGHz: 191_500}},
		Occupied: []records.OccupiedSlot{
			{CentreGHz: 186_125, WidthGHz: 50, Direction: "both"},
			{CentreGHz: 191_325, WidthGHz: 50, Direction: "both"},
			{CentreGHz: 191_375, WidthGHz: 50, Direction: "az"},
			{CentreGHz: 191_387.5, WidthGHz: 25, Direction: "za"},
		},
	}
	want := []string{
		"  186.1000  AAAAAAAA........",
		"  191.3000  BBBBBBBBCCCC####",
		"  191.4000  ............====",
	}
	got := picture(l, 16)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if text := legend(got, 16); text != ". free, = reserved, # one in each direction, letters as below; 6.25 GHz a character, 100 GHz a row, from THz" {
		t.Errorf("legend %q", text)
	}
	l.Occupied, l.Reserved = nil, nil
	got = picture(l, 64)
	want = []string{"  186.1000  " + strings.Repeat(".", 16) + strings.Repeat("-", 48), "  191.3000  " + strings.Repeat(".", 32) + strings.Repeat("-", 32)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("wide rows (-want +got)\n%s", diff)
	}
	if text := legend(got, 64); !strings.HasPrefix(text, ". free, - outside the band;") {
		t.Errorf("legend %q", text)
	}
}

// A row never is wider than the screen, unless that is absurdly narrow.
func TestPictureFitsTheScreen(t *testing.T) {
	for columns, want := range map[int]int{1: 16, 28: 16, 43: 16, 44: 32, 79: 64, 80: 64, 140: 128, 10_000: 256} {
		got := perRow(columns)
		if got != want {
			t.Errorf("%d columns: %d granules a row, want %d", columns, got, want)
		}
	}
	for env, want := range map[string]int{"": 80, "132": 132, "-5": 80, "0": 80, "wide": 80} {
		a := &app{getenv: func(string) string { return env }}
		if got := a.screen(); got != want {
			t.Errorf("COLUMNS=%q: %d, want %d", env, got, want)
		}
	}
}

// Slots side by side never have the same letter, however many there are.
func TestLettersOfNeighboursDiffer(t *testing.T) {
	for i := range 200 {
		if letterOf(i) == letterOf(i+1) {
			t.Errorf("slots %d and %d are both %c", i, i+1, letterOf(i))
		}
	}
}
