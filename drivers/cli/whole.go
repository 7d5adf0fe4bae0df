package cli

import (
	"slices"

	"github.com/waveplane/waveplane/models"
)

// whole is the line that takes an object's entry away; empty where it has none,
// keeps something of ours, or holds what is not ours.
func (p *platform) whole(c models.Change, now models.Leaves, places map[string][]string) string {
	w := p.Config.Whole
	if w == nil || w.Kind != c.Object.Kind || len(now) == 0 {
		return ""
	}
	for leaf := range now {
		if _, kept := c.After[leaf]; kept {
			return ""
		}
		if _, ours := c.Before[leaf]; !ours {
			return ""
		}
	}
	for _, line := range places[placeOf(c.Object)] {
		if below(line, w.Line) && !p.owned(line) {
			return ""
		}
	}
	return w.Remove
}

// pinned reports whether a module has to stay what it is: in the entry of its optical
// channel is what is not ours, so that the entry stays, and it stays only in a module
// of that kind.
func (p *platform) pinned(c models.Change, places map[string][]string) bool {
	w := p.Config.Whole
	if w == nil || c.Object.Kind != models.KindModule || c.After[models.LeafFunctionalType] == models.DigitalCoherentOptic {
		return false
	}
	return slices.ContainsFunc(places[placeOf(c.Object)], func(line string) bool { return below(line, w.Line) && !p.owned(line) })
}
