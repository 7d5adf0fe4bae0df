package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/drivers"
)

// blame finds whose lines a refusal is about: those of the only place that its
// words mention.
func (s *Session) blame(edits []edit, words string) string {
	mentioned := map[string]bool{}
	for _, e := range edits {
		if mentions(words, e.place) {
			mentioned[e.owner] = true
		}
	}
	if len(mentioned) != 1 {
		return ""
	}
	for owner := range mentioned {
		return owner
	}
	return ""
}

// mentions reports whether a place stands in a text, and not as the beginning of
// another one's name.
func mentions(words, place string) bool {
	for rest := words; ; {
		i := strings.Index(rest, place)
		if i < 0 {
			return false
		}
		after := rest[i+len(place):]
		if after == "" || !strings.ContainsAny(after[:1], "0123456789/") {
			return true
		}
		rest = after
	}
}

func ownersOf(p drivers.Pass) []string {
	owners := map[string]bool{}
	for _, c := range p.Changes {
		owners[c.Owner] = true
	}
	return slices.Sorted(maps.Keys(owners))
}
