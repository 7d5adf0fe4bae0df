package catalogue

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// UnknownError says that a name is not in the catalogue.
type UnknownError struct {
	What string // "mode", "pluggable", ...
	Name string
	Near string // the closest known name; empty when none is close
}

func (e *UnknownError) Error() string {
	if e.Near != "" {
		return fmt.Sprintf("unknown %s %q; did you mean %q?", e.What, e.Name, e.Near)
	}
	return fmt.Sprintf("unknown %s %q", e.What, e.Name)
}

// Mode returns the mode of that name, usable or not, or an *UnknownError.
func (c *Catalogue) Mode(name string) (Mode, error) { return lookup(c.Modes, "mode", name) }

// Pluggable returns the part of that name, or an *UnknownError.
func (c *Catalogue) Pluggable(name string) (Pluggable, error) {
	return lookup(c.Pluggables, "pluggable", name)
}

// Fibre returns the fibre type of that name, or an *UnknownError. People write
// "G.652.D": case does not matter here.
func (c *Catalogue) Fibre(name string) (Fibre, error) {
	if f, ok := c.Fibres[strings.ToLower(name)]; ok {
		return f, nil
	}
	return lookup(c.Fibres, "fibre type", name)
}

// Amplifier returns the amplifier type of that name, or an *UnknownError.
func (c *Catalogue) Amplifier(name string) (Amplifier, error) {
	return lookup(c.Amplifiers, "amplifier type", name)
}

// Profile returns the device profile of that name, or an *UnknownError.
func (c *Catalogue) Profile(name string) (Profile, error) {
	return lookup(c.Profiles, "profile", name)
}

// WithModes returns a catalogue that also knows the given modes; one of a name
// that is known replaces it. The receiver is not changed.
func (c *Catalogue) WithModes(more map[string]Mode) *Catalogue {
	d := *c
	d.Modes = maps.Clone(c.Modes)
	for name, m := range more {
		m.Name = name
		d.Modes[name] = c.withCodes(m.Judged())
	}
	return &d
}

// WithTypes returns a catalogue that also knows the given amplifier and fibre
// types; one of a name that is known replaces it. Names of fibre types are
// lower case, or Fibre does not find them. The types of a dual stage may be
// among the given ones; one that is nowhere is an *UnknownError. The receiver
// is not changed.
func (c *Catalogue) WithTypes(amplifiers map[string]Amplifier, fibres map[string]Fibre) (*Catalogue, error) {
	d := *c
	d.Amplifiers, d.Fibres = maps.Clone(c.Amplifiers), maps.Clone(c.Fibres)
	for name, a := range amplifiers {
		a.Name = name
		d.Amplifiers[name] = a
	}
	for name, f := range fibres {
		f.Name = name
		d.Fibres[name] = f.Settled()
	}
	if err := d.settleNoise(); err != nil {
		return nil, err
	}
	return &d, nil
}

// withCodes gives the profiles that inherit the device code of their nearest
// forebear that has one, up to one whose codes are its own.
func (c *Catalogue) withCodes(m Mode) Mode {
	codes := maps.Clone(m.DeviceCodes)
	for name, p := range c.Profiles {
		for at := p; ; at = c.Profiles[at.Inherits] {
			if code, ok := m.DeviceCodes[at.Name]; ok {
				codes[name] = code
				break
			}
			if at.OwnCodes || at.Inherits == "" {
				break
			}
		}
	}
	m.DeviceCodes = codes
	return m
}

func lookup[V any](in map[string]V, what, name string) (V, error) {
	if v, ok := in[name]; ok {
		return v, nil
	}
	var zero V
	return zero, unknown(what, name, in)
}

func unknown[V any](what, name string, known map[string]V) error {
	return &UnknownError{What: what, Name: name, Near: Nearest(name, slices.Collect(maps.Keys(known)))}
}

// Nearest returns the known name closest to name: one that differs in case
// only, or else one that it is the beginning of, or else one within a third of
// its length in edits. It returns "" when none is close; ties go to the first
// in alphabetical order.
func Nearest(name string, known []string) string {
	if name == "" || len(name) > 100 {
		return ""
	}
	best, bestCost := "", len(name)/3+1
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return k
		}
		if len(name) > 2 && strings.HasPrefix(strings.ToLower(k), strings.ToLower(name)) && (bestCost > 0 || k < best) {
			best, bestCost = k, 0
			continue
		}
		if d := len(k) - len(name); d > bestCost || -d > bestCost {
			continue
		}
		cost := edits(strings.ToLower(name), strings.ToLower(k))
		if cost < bestCost || cost == bestCost && best != "" && k < best {
			best, bestCost = k, cost
		}
	}
	return best
}

// edits counts the insertions, deletions and replacements of bytes that turn a
// into b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
