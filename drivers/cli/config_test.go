package cli

import (
	"strings"
	"testing"
)

// TestDeactivated: what Junos shows beside "deactivate" is not in force.
func TestDeactivated(t *testing.T) {
	all, err := platforms()
	if err != nil {
		t.Fatal(err)
	}
	p := all["juniper-junos"]
	shown := "set interfaces et-0/0/5 optics-options wavelength 1550.12\nset interfaces et-0/0/5 optics-options laser-enable\nset interfaces et-0/0/55 optics-options laser-enable\n"
	for _, c := range []struct {
		line string
		left string // below et-0/0/5
	}{
		{"", "wavelength 1550.12, laser-enable"},
		{"deactivate interfaces et-0/0/5 optics-options laser-enable", "wavelength 1550.12"},
		{"deactivate interfaces et-0/0/5 optics-options", ""},
		{"deactivate interfaces et-0/0/5", ""},
		{"deactivate interfaces", ""},
		{"deactivate interfaces et-0/0/6", "wavelength 1550.12, laser-enable"},
	} {
		got := p.readConfig(shown + c.line + "\n")
		if left := strings.Join(got.places["et-0/0/5"], ", "); left != c.left {
			t.Errorf("%q: %q is in force, want %q", c.line, left, c.left)
		}
		if c.line != "" && (len(got.rest) != 1 || got.rest[0] != c.line) {
			t.Errorf("%q: not part of the rest: %q", c.line, got.rest)
		}
		if c.line != "deactivate interfaces" && len(got.places["et-0/0/55"]) != 1 {
			t.Errorf("%q: its neighbour lost lines: %q", c.line, got.places["et-0/0/55"])
		}
	}
}
