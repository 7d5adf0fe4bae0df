package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

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
		if swept := len(t.owners) > 0; !swept { // once: every entry is held against all others
			for link := range have {
				if r.ours(have, link) && len(have.users(link)) == 0 {
					loose[link] = c.Owner
				}
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
