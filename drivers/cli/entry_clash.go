package cli

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// clash says which link would have to be changed that others use as it is; empty if
// there is none. Entries with the owner's name may use it.
func (r *entryRows) clash(p drivers.Pass, have entries) (owner, words string) {
	t := r.aim(p, have, nil)
	ours := map[string]bool{}
	for _, c := range p.Changes {
		ours[r.nameOf(c.Object.Key)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(t.owners)) {
		old, there := have[name]
		want, stays := t.entries[name]
		changed := slices.ContainsFunc(want, func(w wordValue) bool { return !sameValue(old.value(w.name), w.value) })
		if _, object := r.keyOf(name); object || !there || !stays || !changed {
			continue
		}
		for _, user := range have.objectsOn(r, name) {
			if !ours[user] && !slices.ContainsFunc(p.Changes, func(c models.Change) bool { return r.tagged(have[user], c.After) }) {
				return t.owners[name], fmt.Sprintf("%s is there with other values, and %s uses it", name, user)
			}
		}
	}
	return "", ""
}

// objectsOn are the entries that use a link, or a link on it, and are none
// themselves.
func (all entries) objectsOn(r *entryRows, link string) []string {
	var out []string
	for _, user := range all.users(link) {
		if slices.ContainsFunc(r.scheme, func(re *regexp.Regexp) bool { return re.MatchString(user) }) {
			out = append(out, all.objectsOn(r, user)...)
		} else {
			out = append(out, user)
		}
	}
	return out
}

// tagged reports whether an entry carries the name that leaves give.
func (r *entryRows) tagged(e entry, leaves models.Leaves) bool {
	for _, w := range r.Words {
		if w.Leaf == models.LeafChannelName {
			return leaves != nil && e.value(w.Word) == leaves[w.Leaf] && leaves[w.Leaf] != ""
		}
	}
	return false
}
