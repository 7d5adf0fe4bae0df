package ocmap

import (
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/drivers"
)

// OwnersOf lists the owners of a pass.
func OwnersOf(p drivers.Pass) []string {
	owners := map[string]bool{}
	for _, c := range p.Changes {
		owners[c.Owner] = true
	}
	return slices.Sorted(maps.Keys(owners))
}

// Blame finds whose edits a refusal is about: the only owner there is, or the
// only one whose path the device's words mention. Nobody is blamed when that
// cannot be told; the caller then splits the pass.
func Blame(words string, edits []Edit) map[string]string {
	owners, mentioned := map[string]bool{}, map[string]bool{}
	for _, e := range edits {
		owners[e.Owner] = true
		if mentions(words, e) {
			mentioned[e.Owner] = true
		}
	}
	if len(owners) > 1 {
		owners = mentioned
	}
	if len(owners) != 1 {
		return nil
	}
	for owner := range owners {
		return map[string]string{owner: words}
	}
	return nil
}

// mentions reports whether a text names the list entry that an edit is about,
// with the list's container, as in logical-channels/channel[index=7].
func mentions(words string, e Edit) bool {
	text := PathText(e.Schema, e.Keys...)
	bracket := strings.IndexByte(text, '[')
	start := strings.LastIndexByte(text[:bracket], '/')
	start = strings.LastIndexByte(text[:start], '/') + 1
	end := bracket + KeyEnd(text[bracket:]) + 1
	return strings.Contains(words, text[start:end])
}
