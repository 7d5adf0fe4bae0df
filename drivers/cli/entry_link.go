package cli

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// follow goes from the innermost link to the port. The slot is that of the links; of
// those that disagree, the outermost: whatever was moved is seen.
func (r *entryRows) follow(all entries, name string, tell func(string, ...string)) (port string, s slot, ok bool) {
	for i, l := range slices.Backward(r.Chain) {
		e, there := all[name]
		if !there || e.value(l.Parent) == "" {
			return name, s, i < len(r.Chain)-1 && name != ""
		}
		tell(name, l.Parent, l.Lower, l.Upper, l.Center, l.Width)
		s = l.slot(e)
		name = e.value(l.Parent)
	}
	return name, s, true
}

// made returns the links from a port inwards that hold a slot, and the name of
// the last, which the entry refers to.
func (r *entryRows) made(port string, s slot) (links []namedEntry, last string) {
	parent := port
	mhz := func(f models.Frequency) string { return strconv.FormatInt(int64(f/models.MHz), 10) }
	for i := range r.Chain {
		l := &r.Chain[i]
		if !l.when.MatchString(port) {
			continue
		}
		name := strings.NewReplacer("{port}", port, "{center}", mhz((s.lower+s.upper)/2)).Replace(l.Name)
		e := entry{{l.Parent, parent}}
		if l.Center != "" {
			e = append(e, wordValue{l.Center, mhz((s.lower + s.upper) / 2)}, wordValue{l.Width, mhz(s.upper - s.lower)})
		} else {
			e = append(e, wordValue{l.Lower, mhz(s.lower)}, wordValue{l.Upper, mhz(s.upper)})
		}
		links = append(links, namedEntry{name, e})
		parent = name
	}
	return links, parent
}

type namedEntry struct {
	name string
	entry
}

// ours reports whether a link is one that we would make: with this name for its port
// and its centre, and without a word beside ours.
func (r *entryRows) ours(all entries, name string) bool {
	i := slices.IndexFunc(r.scheme, func(re *regexp.Regexp) bool { return re.MatchString(name) })
	e, there := all[name]
	if i < 0 || !there {
		return false
	}
	port := e.value(r.Chain[i].Parent)
	for _, outer := range slices.Backward(r.Chain[:i]) {
		if parent, linked := all[port]; linked {
			port = parent.value(outer.Parent)
		}
	}
	links, _ := r.made(port, r.Chain[i].slot(e))
	return slices.ContainsFunc(links, func(l namedEntry) bool {
		return l.name == name && !slices.ContainsFunc(e, func(w wordValue) bool { return l.value(w.name) == "" })
	})
}

// links are the entries that an entry hangs on, its ends' innermost first.
func (r *entryRows) links(all entries, name string) []string {
	var out []string
	for _, end := range r.Ends {
		at := all[name].value(end.Word)
		for _, l := range slices.Backward(r.Chain) {
			e, there := all[at]
			if !there {
				break
			}
			if !slices.Contains(out, at) {
				out = append(out, at)
			}
			at = e.value(l.Parent)
		}
	}
	return out
}

// users are the entries that name an entry, in whatever place and manner.
func (all entries) users(name string) []string {
	var out []string
	for user, e := range all {
		if user != name && slices.ContainsFunc(e, func(w wordValue) bool { return mentionsName(w.name, name) || mentionsName(w.value, name) }) {
			out = append(out, user)
		}
	}
	slices.Sort(out)
	return out
}

// mentionsName reports whether a name stands in a text as a word.
func mentionsName(text, name string) bool {
	return text == name || strings.Contains(text, name) && slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t,;'\"[](){}", r) }), name)
}

// sameValue compares values as a device does: -17.5 is -17.50.
func sameValue(a, b string) bool {
	if a == b {
		return true
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && x == y
}
