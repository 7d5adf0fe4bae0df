package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// check refuses what makes no sense or cannot be written, before anything is
// asked of the device.
func (s *Session) check(p drivers.Pass) (drivers.Kind, error) {
	owners := map[models.ObjectID]string{}
	for _, c := range p.Changes {
		if other, twice := owners[c.Object]; twice {
			return drivers.KindInvalid, fmt.Errorf("%v is changed twice in one pass, for %q and %q", c.Object, other, c.Owner)
		}
		owners[c.Object] = c.Owner
		if kind, err := s.checkChange(c); err != nil {
			return kind, fmt.Errorf("%v of %q: %w", c.Object, c.Owner, err)
		}
	}
	return "", nil
}

func (s *Session) checkChange(c models.Change) (drivers.Kind, error) {
	switch c.Object.Kind {
	case models.KindOpticalChannel, models.KindLaser, models.KindInterface:
	case models.KindLogicalChannel, models.KindMediaChannel, models.KindAmplifier, models.KindAttenuator, models.KindModule:
		if !s.platform.has(c.Object.Kind) {
			return drivers.KindUnsupported, fmt.Errorf("%s has no objects of kind %s", s.platform.Name, c.Object.Kind)
		}
	default:
		return drivers.KindInvalid, fmt.Errorf("no object kind %q", c.Object.Kind)
	}
	if !plain(c.Object.Key) {
		return drivers.KindInvalid, fmt.Errorf("key %q is no name of a device", c.Object.Key)
	}
	if c.Object.Kind == models.KindLaser {
		if i := strings.LastIndexByte(c.Object.Key, '/'); i < 1 || i == len(c.Object.Key)-1 {
			return drivers.KindInvalid, fmt.Errorf("key %q is not complete", c.Object.Key)
		}
	}
	if s.platform.made(c.Object.Kind) {
		for leaf := range c.After {
			if s.device.Profile.Refuses("", string(leaf)) {
				return drivers.KindUnsupported, fmt.Errorf("profile %s does not support %s", s.device.Profile.Name, leaf)
			}
		}
		return s.platform.Entries.check(c)
	}
	for leaf, value := range c.After {
		if s.device.Profile.Refuses("", string(leaf)) {
			return drivers.KindUnsupported, fmt.Errorf("profile %s does not support %s", s.device.Profile.Name, leaf)
		}
		if !slices.Contains([]models.LeafName{models.LeafFrequency, models.LeafTargetPower, models.LeafMode, models.LeafLinePort, models.LeafEnabled, models.LeafFunctionalType}, leaf) {
			return drivers.KindInvalid, fmt.Errorf("no leaf %q", leaf)
		}
		if !s.platform.takes(c.Object.Kind, leaf) {
			return drivers.KindUnsupported, fmt.Errorf("%s has no %s", s.platform.Name, leaf)
		}
		if _, err := s.platform.lines(c.Object.Kind, leaf, value); err != nil {
			return drivers.KindInvalid, fmt.Errorf("%s: %w", leaf, err)
		}
	}
	return "", nil
}

// plain reports whether a text is one word that no dialect takes for more.
func plain(text string) bool {
	for _, r := range text {
		if r <= ' ' || r > '~' || strings.ContainsRune(`;|?!"'\{}[]<>&*,^$%#`, r) {
			return false
		}
	}
	return text != ""
}
