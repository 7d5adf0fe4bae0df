package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

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
