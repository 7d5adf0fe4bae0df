package catalogue

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"

	"github.com/goccy/go-yaml"

	"github.com/waveplane/waveplane/models"
)

//go:embed data/*.yaml
var data embed.FS

// Default reads the catalogue that ships in the binary. Reading costs some
// milliseconds: a caller keeps the answer. An error is a defect of the
// embedded data and names the file.
func Default() (*Catalogue, error) {
	return Load(nil)
}

// Load reads the catalogue that ships in the binary and beside it the sheets of
// one's own: the files *.yaml of a directory, in the form of those in the binary.
// They add; a name that is taken is an error. Nil means none.
func Load(own fs.FS) (*Catalogue, error) {
	c := &Catalogue{Modes: map[string]Mode{}, Pluggables: map[string]Pluggable{}, Fibres: map[string]Fibre{},
		Amplifiers: map[string]Amplifier{}, Profiles: map[string]Profile{}, TiltShapes: map[string][]float64{}}
	if err := c.read(data, "data/*.yaml"); err != nil {
		return nil, err
	}
	if own != nil {
		if err := c.read(own, "*.yaml"); err != nil {
			return nil, err
		}
	}
	if err := c.close(); err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	return c, nil
}

// sheet is one data file. A file may hold any of the lists; source and tags
// hold for its rows unless a row gives its own.
type sheet struct {
	Source     string
	Tags       map[string]Tag
	Modes      []modeRow
	Pluggables []pluggableRow
	Fibres     []fibreRow
	Amplifiers []amplifierRow
	Profiles   []profileRow
	TiltShapes map[string][]float64 `yaml:"tiltShapes"`
}

func (c *Catalogue) read(files fs.FS, pattern string) error {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return fmt.Errorf("read catalogue: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("read catalogue: %w", err)
		}
		var s sheet
		if err := yaml.UnmarshalWithOptions(text, &s, yaml.Strict()); err != nil {
			return fmt.Errorf("read catalogue: %s: %w", name, err)
		}
		if err := c.add(s); err != nil {
			return fmt.Errorf("read catalogue: %s: %w", name, err)
		}
	}
	return nil
}

func (c *Catalogue) add(s sheet) error {
	for _, row := range s.Modes {
		m, err := row.mode(s)
		if err == nil {
			err = put(c.Modes, "mode", m.Name, m)
		}
		if err != nil {
			return err
		}
	}
	for _, row := range s.Pluggables {
		p := Pluggable{Name: row.Name, Modes: row.Modes, HostRates: row.HostRates, Source: s.source(row.Source), Tags: s.tags(row.Tags)}
		if err := put(c.Pluggables, "pluggable", p.Name, p); err != nil {
			return err
		}
	}
	for _, row := range s.Fibres {
		f, err := row.fibre(s)
		if err == nil {
			err = put(c.Fibres, "fibre", f.Name, f)
		}
		if err != nil {
			return err
		}
	}
	for name, shape := range s.TiltShapes {
		if err := put(c.TiltShapes, "tilt shape", name, shape); err != nil {
			return err
		}
	}
	for _, row := range s.Amplifiers {
		a, err := row.amplifier(s)
		if err == nil {
			err = put(c.Amplifiers, "amplifier", a.Name, a)
		}
		if err != nil {
			return err
		}
	}
	for _, row := range s.Profiles {
		p, err := row.profile(s)
		if err == nil {
			err = put(c.Profiles, "profile", p.Name, p)
		}
		if err == nil {
			err = c.call(row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// call notes the device codes that a profile gives for modes.
func (c *Catalogue) call(row profileRow) error {
	for mode, code := range row.ModeCodes {
		m, ok := c.Modes[mode]
		if !ok {
			return fmt.Errorf("profile %q: %w", row.Name, unknown("mode", mode, c.Modes))
		}
		if m.DeviceCodes = maps.Clone(m.DeviceCodes); m.DeviceCodes == nil {
			m.DeviceCodes = map[string]uint16{}
		}
		m.DeviceCodes[row.Name] = code
		c.Modes[mode] = m
	}
	return nil
}

// close resolves what one row says of another.
func (c *Catalogue) close() error {
	whole := make(map[string]Profile, len(c.Profiles))
	for name, p := range c.Profiles {
		steps := 0
		for heir := p; heir.Inherits != ""; steps++ {
			parent, ok := c.Profiles[heir.Inherits]
			switch {
			case !ok:
				return unknown("profile", heir.Inherits, c.Profiles)
			case steps >= len(c.Profiles):
				return fmt.Errorf("profile %q inherits itself", name)
			}
			p, heir = p.over(parent), parent
		}
		whole[name] = p
	}
	c.Profiles = whole
	for name, m := range c.Modes {
		c.Modes[name] = c.withCodes(m)
		for profile := range m.DeviceCodes {
			if _, err := c.Profile(profile); err != nil {
				return fmt.Errorf("mode %q: %w", name, err)
			}
		}
	}
	for name, p := range c.Pluggables {
		for _, mode := range p.Modes {
			if _, err := c.Mode(mode); err != nil {
				return fmt.Errorf("pluggable %q: %w", name, err)
			}
		}
	}
	if err := c.settleNoise(); err != nil {
		return err
	}
	for name, p := range c.Profiles {
		if p.AmplifierType == "" {
			continue
		}
		if _, err := c.Amplifier(p.AmplifierType); err != nil {
			return fmt.Errorf("profile %q: %w", name, err)
		}
	}
	return nil
}

// settleNoise fills in the one noise figure of types in two stages, which
// depends on other types. A stage is never in two stages itself.
func (c *Catalogue) settleNoise() error {
	for name, a := range c.Amplifiers {
		if a.Noise.Kind != NoiseDualStage {
			continue
		}
		for _, stage := range []string{a.Noise.Preamp, a.Noise.Booster} {
			t, err := c.Amplifier(stage)
			if err != nil {
				return fmt.Errorf("amplifier type %q: %w", name, err)
			}
			if t.Noise.Kind == NoiseDualStage {
				return fmt.Errorf("amplifier type %q: its stage %q is in two stages itself: name a type in one", name, stage)
			}
		}
		nf, err := models.RatioFromDb(a.Noise.Typical(a.Gain[0].Db(), a.Gain[1].Db(), func(stage string) (Amplifier, bool) {
			t, ok := c.Amplifiers[stage]
			return t, ok
		}))
		if err != nil {
			return fmt.Errorf("amplifier type %q: noise figure: %w", name, err)
		}
		a.NoiseFigure = nf
		c.Amplifiers[name] = a
	}
	return nil
}

func (s sheet) source(own string) string {
	if own != "" {
		return own
	}
	return s.Source
}

func (s sheet) tags(own map[string]Tag) map[string]Tag {
	if own != nil {
		return own
	}
	return s.Tags
}

func put[V any](to map[string]V, what, name string, v V) error {
	if name == "" {
		return fmt.Errorf("%s without a name", what)
	}
	if _, twice := to[name]; twice {
		return fmt.Errorf("%s %q stands twice", what, name)
	}
	to[name] = v
	return nil
}
