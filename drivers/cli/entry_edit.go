package cli

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// make returns the entries that an object needs: its links from the ports inwards,
// and itself, last. It fails when a leaf is missing or the device cannot take it.
func (r *entryRows) make(key string, leaves models.Leaves) ([]namedEntry, error) {
	s, err := slotOf(leaves)
	if err != nil {
		return nil, err
	}
	var out []namedEntry
	var e entry
	for _, end := range r.Ends {
		port := leaves[end.Leaf]
		if !plain(port) {
			return nil, fmt.Errorf("%s: %q is no name of a device", end.Leaf, port)
		}
		links, last := r.made(port, s)
		if last == port {
			return nil, fmt.Errorf("%s: no entry holds the spectrum at %s", end.Leaf, port)
		}
		for _, l := range links {
			if !slices.ContainsFunc(out, func(o namedEntry) bool { return o.name == l.name }) {
				out = append(out, l)
			}
		}
		e = e.with(end.Word, last)
	}
	for _, word := range slices.Sorted(maps.Keys(r.Fixed)) {
		e = e.with(word, r.Fixed[word])
	}
	for _, w := range r.Words {
		value, given := leaves[w.Leaf]
		if !given {
			continue
		}
		text, err := w.codec.write(value)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", w.Leaf, err)
		case !plain(text):
			return nil, fmt.Errorf("%s: %q cannot be sent to a command line", w.Leaf, text)
		}
		e = e.with(w.Word, text)
	}
	out = append(out, namedEntry{r.nameOf(key), e})
	for _, o := range out {
		if err := r.within(o.entry); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// slotOf reads the edges of an object.
func slotOf(leaves models.Leaves) (slot, error) {
	var s slot
	var err error
	if s.lower, err = models.ParseFrequency(leaves[models.LeafLower]); err != nil {
		return s, fmt.Errorf("%s: %w", models.LeafLower, err)
	}
	if s.upper, err = models.ParseFrequency(leaves[models.LeafUpper]); err != nil {
		return s, fmt.Errorf("%s: %w", models.LeafUpper, err)
	}
	switch {
	case s.lower >= s.upper:
		return s, fmt.Errorf("lower edge %v is not below upper edge %v", s.lower, s.upper)
	case (s.lower+s.upper)%2 != 0:
		return s, fmt.Errorf("the centre of %v to %v is no whole MHz; with upper edge %v or %v it is", s.lower, s.upper, s.upper-models.MHz, s.upper+models.MHz)
	}
	return s, nil
}

// within holds the numbers of an entry against the device's limits.
func (r *entryRows) within(e entry) error {
	for _, w := range e {
		limit, limited := r.Limits[w.name]
		v, err := strconv.ParseFloat(w.value, 64)
		if limited && (err != nil || v < limit[0] || v > limit[1]) {
			return fmt.Errorf("%s %s: the device takes %v to %v", w.name, w.value, limit[0], limit[1])
		}
	}
	return nil
}

// check refuses an object that cannot be written.
func (r *entryRows) check(c models.Change) (drivers.Kind, error) {
	if n, err := strconv.ParseUint(c.Object.Key, 10, 32); err != nil || strconv.FormatUint(n, 10) != c.Object.Key {
		return drivers.KindInvalid, fmt.Errorf("key %q is no number", c.Object.Key)
	}
	for leaf := range c.After {
		if !r.takes(leaf) {
			return drivers.KindInvalid, fmt.Errorf("no leaf %q", leaf)
		}
	}
	if c.After != nil {
		if _, err := r.make(c.Object.Key, c.After); err != nil {
			return drivers.KindInvalid, err
		}
	}
	return "", nil
}

// takes reports whether a leaf can be written.
func (r *entryRows) takes(leaf models.LeafName) bool {
	return leaf == models.LeafLower || leaf == models.LeafUpper ||
		slices.ContainsFunc(r.Ends, func(e endRow) bool { return e.Leaf == leaf }) ||
		slices.ContainsFunc(r.Words, func(w wordRow) bool { return w.Leaf == leaf })
}

// path names a leaf of an object: the entry and the word, where it has one.
func (r *entryRows) path(key string, leaf models.LeafName) string {
	word := string(leaf) // the edges, which stand in the links
	for _, e := range r.Ends {
		if e.Leaf == leaf {
			word = e.Word
		}
	}
	for _, w := range r.Words {
		if w.Leaf == leaf {
			word = w.Word
		}
	}
	return r.nameOf(key) + " " + word
}

// target is what the entries are to become, and for whom.
type target struct {
	entries
	owners map[string]string
	remade map[string]bool // these are deleted first
}

// aim applies changes to the entries that are there. Links of ours that nobody
// refers to go, also those whose last user was deleted by hand: they hold spectrum
// that is given to others.
func (r *entryRows) aim(p drivers.Pass, have entries, rest []string) target {
	t := target{maps.Clone(have), map[string]string{}, map[string]bool{}}
	if t.entries == nil {
		t.entries = entries{}
	}
	loose := map[string]string{} // link → who lets go of it
	for _, c := range p.Changes {
		if c.Object.Kind != r.Kind {
			continue
		}
		for link := range have {
			if _, known := loose[link]; !known && r.ours(have, link) && len(have.users(link)) == 0 {
				loose[link] = c.Owner
			}
		}
		name := r.nameOf(c.Object.Key)
		made, err := r.make(c.Object.Key, c.After)
		old, there := have[name]
		if c.After != nil && err != nil {
			continue // checked before
		}
		if there && c.After != nil && r.leads(have, name, c.After) {
			// Its links are what they have to be, whatever they are called.
			made = []namedEntry{{name, r.own(made[len(made)-1].entry)}}
		}
		if there && (c.After == nil || !r.alike(old, made[len(made)-1].entry)) {
			for _, link := range r.links(have, name) {
				loose[link] = c.Owner
			}
			delete(t.entries, name)
			t.owners[name], t.remade[name] = c.Owner, true
		}
		if c.After == nil {
			continue
		}
		for _, m := range made {
			e := t.entries[m.name]
			for _, w := range m.entry {
				e = e.with(w.name, w.value)
			}
			t.entries[m.name] = e
			t.owners[m.name] = c.Owner
		}
	}
	for again := true; again; {
		again = false
		for link, owner := range loose {
			named := func(line string) bool { return mentionsName(line, link) }
			if r.ours(t.entries, link) && len(t.users(link)) == 0 && !slices.ContainsFunc(rest, named) {
				for _, w := range t.entries[link] {
					if _, linked := have[w.value]; linked {
						loose[w.value] = owner // what it hung on
					}
				}
				delete(t.entries, link)
				t.owners[link], again = owner, true
			}
		}
	}
	return t
}

// leads reports whether an entry leads from port to port in the slot that leaves ask
// for.
func (r *entryRows) leads(all entries, name string, want models.Leaves) bool {
	got := r.leaves(all, name, all[name], func(string, ...string) {})
	for _, leaf := range []models.LeafName{models.LeafLower, models.LeafUpper, r.Ends[0].Leaf, r.Ends[len(r.Ends)-1].Leaf} {
		if got[leaf] == "" || got[leaf] != want[leaf] {
			return false
		}
	}
	return true
}

// own is an entry without its ends and fixed words.
func (r *entryRows) own(e entry) entry {
	return slices.DeleteFunc(slices.Clone(e), func(w wordValue) bool {
		return !slices.ContainsFunc(r.Words, func(row wordRow) bool { return row.Word == w.name })
	})
}

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

// alike reports whether an entry leads where another does, as far as that says: the
// rest of it can be set.
func (r *entryRows) alike(a, b entry) bool {
	for _, end := range r.Ends {
		if v := b.value(end.Word); v != "" && a.value(end.Word) != v {
			return false
		}
	}
	for word := range r.Fixed {
		if v := b.value(word); v != "" && a.value(word) != v {
			return false
		}
	}
	// A word that has to go cannot be unset.
	return !slices.ContainsFunc(r.Words, func(w wordRow) bool { return a.value(w.Word) != "" && b.value(w.Word) == "" })
}

// edits are the lines that bring the device's entries to what changes ask for:
// what joins is deleted before what it hangs on, and made after it.
func (r *entryRows) edits(p drivers.Pass, have entries, rest []string) []edit {
	t := r.aim(p, have, rest)
	var out []edit
	for name, owner := range t.owners {
		want, wanted := t.entries[name]
		old, there := have[name]
		depth := r.depth(name)
		line := edit{owner: owner, place: name, alone: true}
		if there && (!wanted || t.remade[name]) {
			gone := line
			gone.rank, gone.order, gone.line, gone.meaning = rankRemove, -depth, r.Delete+" "+name, name+" is deleted"
			out, there = append(out, gone), false
		}
		if !wanted {
			continue
		}
		if !there {
			words := make([]string, 0, len(want))
			for _, w := range want {
				words = append(words, r.typed(w))
			}
			line.rank, line.order, line.line = r.rank(want), depth, r.Add+" "+name+" "+strings.Join(words, " ")
			line.meaning = name + " is made"
			out = append(out, line)
			continue
		}
		for _, w := range want {
			if sameValue(old.value(w.name), w.value) {
				continue
			}
			line.rank, line.line = r.rank(entry{w}), r.Set+" "+name+" "+r.typed(w)
			line.meaning = fmt.Sprintf("%s: %s becomes %s", name, w.name, w.value)
			out = append(out, line)
		}
	}
	return out
}

// depth is how far from the port an entry is.
func (r *entryRows) depth(name string) int {
	if _, object := r.keyOf(name); object {
		return len(r.Chain)
	}
	for i, re := range r.scheme {
		if re.MatchString(name) {
			return i
		}
	}
	return 0
}

// rank is when words are set: what lets light through comes last.
func (r *entryRows) rank(words entry) int {
	for _, w := range r.Words {
		if w.Leaf != models.LeafAdmin || words.value(w.Word) == "" {
			continue
		}
		switch state, err := w.codec.read(words.value(w.Word)); {
		case err == nil && state == models.AdminEnabled:
			return rankUp
		case len(words) == 1:
			return rankDown
		}
	}
	return rankTune
}

// typed is a word with its value.
func (r *entryRows) typed(w wordValue) string {
	if slices.Contains(r.Quoted, w.name) {
		return w.name + " '" + w.value + "'"
	}
	return w.name + " " + w.value
}
