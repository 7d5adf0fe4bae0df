package cli

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// entryRows describe a whole kind on devices where it is an entry that is made and
// deleted by its name, and where each of its ends is a chain of such entries that
// hold the spectrum: on an 1830 GX a cross-connect joins two network media channels,
// and on the line each of these lies in a media channel. A chain is made with the
// first entry that needs it and deleted with the last; both directions share it.
type entryRows struct {
	Kind models.ObjectKind `yaml:"kind"`
	// Add, Set and Delete are the verbs: "add NAME word value…", which is also how
	// the configuration shows an entry, "set NAME word value", "delete NAME".
	Add    string            `yaml:"add"`
	Set    string            `yaml:"set"`
	Delete string            `yaml:"delete"`
	Name   string            `yaml:"name"`  // with {key}
	Ends   []endRow          `yaml:"ends"`  // source and dest
	Chain  []linkRow         `yaml:"chain"` // from the port inwards
	Words  []wordRow         `yaml:"words"`
	Fixed  map[string]string `yaml:"fixed"`  // words that every entry of ours has
	Quoted []string          `yaml:"quoted"` // words whose values stand in quotes
	// Limits of numbers, as the device counts them.
	Limits   map[string][2]float64 `yaml:"limits"`
	Readings []readRow             `yaml:"readings"` // of one entry, with {key}

	scheme []*regexp.Regexp // names that we give to links
}

// endRow is the word that names the innermost link of an end.
type endRow struct {
	Leaf models.LeafName `yaml:"leaf"`
	Word string          `yaml:"word"`
}

// linkRow is one entry of a chain. Its edges are given as the two or as centre and
// width, in MHz.
type linkRow struct {
	Name   string `yaml:"name"` // with {port} and {center}, the port that the chain begins at and the slot's centre in MHz
	When   string `yaml:"when"` // what the port's name must match; empty: any
	Parent string `yaml:"parent"`
	Lower  string `yaml:"lower"`
	Upper  string `yaml:"upper"`
	Center string `yaml:"center"`
	Width  string `yaml:"width"`

	when *regexp.Regexp
}

// wordRow is a leaf that is a word of the entry itself.
type wordRow struct {
	Leaf  models.LeafName   `yaml:"leaf"`
	Word  string            `yaml:"word"`
	Codec string            `yaml:"codec"`
	Words map[string]string `yaml:"words"`

	codec codec
}

// compile completes the rows.
func (r *entryRows) compile() error {
	for i := range r.Words {
		w := &r.Words[i]
		var err error
		if w.codec, err = codecOf(w.Codec, w.Words); err != nil {
			return fmt.Errorf("%s: %w", w.Leaf, err)
		}
	}
	for i := range r.Chain {
		l := &r.Chain[i]
		var err error
		if l.when, err = regexp.Compile(l.When); err != nil {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
		if l.Parent == "" || (l.Lower == "") != (l.Upper == "") || (l.Center == "") != (l.Width == "") || (l.Lower == "") == (l.Center == "") {
			return fmt.Errorf("%s: want a parent, and lower and upper or center and width", l.Name)
		}
		pattern := strings.NewReplacer(`\{port\}`, `\S+`, `\{center\}`, `\d+`).Replace(regexp.QuoteMeta(l.Name))
		r.scheme = append(r.scheme, regexp.MustCompile(`^`+pattern+`$`))
	}
	if r.Add == "" || r.Set == "" || r.Delete == "" || r.Name == "" || len(r.Ends) == 0 || len(r.Chain) == 0 {
		return fmt.Errorf("add, set, delete, name, ends and chain are required")
	}
	return nil
}

// entry is an entry's words in the order in which they were read or are written.
type entry []wordValue

type wordValue struct{ name, value string }

func (e entry) value(name string) string {
	i := slices.IndexFunc(e, func(w wordValue) bool { return w.name == name })
	if i < 0 {
		return ""
	}
	return e[i].value
}

// with returns the entry with a word set.
func (e entry) with(name, value string) entry {
	out := slices.Clone(e)
	if i := slices.IndexFunc(out, func(w wordValue) bool { return w.name == name }); i >= 0 {
		out[i].value = value
		return out
	}
	return append(out, wordValue{name, value})
}

// entries are those of a configuration, by name.
type entries map[string]entry

// read takes a line that shows an entry.
func (all entries) read(line string) {
	words := wordsIn(line)
	if len(words) == 0 {
		return
	}
	e := all[words[0]]
	for i := 1; i < len(words); i += 2 {
		value := ""
		if i+1 < len(words) {
			value = words[i+1]
		}
		e = e.with(words[i], value)
	}
	all[words[0]] = e
}

// wordsIn divides a line at blanks outside of quotes.
func wordsIn(line string) []string {
	var out []string
	var b strings.Builder
	var quote rune
	inside := false
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inside = r, true
		case quote == 0 && (r == ' ' || r == '\t'):
			if inside {
				out = append(out, b.String())
				b.Reset()
			}
			inside = false
		default:
			b.WriteRune(r)
			inside = true
		}
	}
	if inside {
		out = append(out, b.String())
	}
	return out
}

// keyOf returns the key of the object that an entry stands for.
func (r *entryRows) keyOf(name string) (string, bool) {
	before, after, _ := strings.Cut(r.Name, "{key}")
	key, ok := strings.CutPrefix(name, before)
	if !ok {
		return "", false
	}
	if key, ok = strings.CutSuffix(key, after); !ok {
		return "", false
	}
	n, err := strconv.ParseUint(key, 10, 32)
	return key, err == nil && strconv.FormatUint(n, 10) == key
}

func (r *entryRows) nameOf(key string) string { return strings.ReplaceAll(r.Name, "{key}", key) }

// objects reads what the entries stand for, and returns the rest as lines.
func (r *entryRows) objects(all entries) (map[models.ObjectID]models.Leaves, []string) {
	out := map[models.ObjectID]models.Leaves{}
	told := map[string]map[string]bool{} // by entry, the words that stand in leaves
	tell := func(name string, words ...string) {
		if told[name] == nil {
			told[name] = map[string]bool{}
		}
		for _, w := range words {
			told[name][w] = true
		}
	}
	for name, e := range all {
		key, ok := r.keyOf(name)
		if !ok {
			continue
		}
		out[models.ObjectID{Kind: r.Kind, Key: key}] = r.leaves(all, name, e, tell)
	}
	var rest []string
	for name, e := range all {
		if told[name] == nil && len(e) == 0 {
			rest = append(rest, name)
		}
		for _, w := range e {
			if !told[name][w.name] {
				rest = append(rest, name+" "+w.name+" "+w.value)
			}
		}
	}
	return out, rest
}

// leaves reads one entry. An entry that leads otherwise than ours do has no ends:
// whoever expects some sees that it is another.
func (r *entryRows) leaves(all entries, name string, e entry, tell func(name string, words ...string)) models.Leaves {
	leaves := models.Leaves{}
	for _, w := range r.Words {
		tell(name, w.Word)
		if v, err := w.codec.read(e.value(w.Word)); err == nil {
			leaves[w.Leaf] = v
		}
	}
	for word, want := range r.Fixed {
		if e.value(word) != want {
			return leaves
		}
		tell(name, word)
	}
	slots := map[slot]bool{}
	for _, end := range r.Ends {
		port, s, ok := r.follow(all, e.value(end.Word), tell)
		tell(name, end.Word)
		if slots[s] = true; ok {
			leaves[end.Leaf] = port
		}
	}
	for s := range slots {
		if len(slots) == 1 && s.lower < s.upper {
			leaves[models.LeafLower], leaves[models.LeafUpper] = s.lower.String(), s.upper.String()
		}
	}
	return leaves
}

// slot is a piece of spectrum.
type slot struct{ lower, upper models.Frequency }

// slot reads the edges of a link.
func (l *linkRow) slot(e entry) slot {
	number := func(word string) models.Frequency {
		n, err := strconv.ParseInt(e.value(word), 10, 32)
		if err != nil || n < 0 {
			return 0
		}
		return models.Frequency(n) * models.MHz
	}
	if l.Center != "" {
		c, w := number(l.Center), number(l.Width)
		return slot{c - w/2, c - w/2 + w}
	}
	return slot{number(l.Lower), number(l.Upper)}
}

// of makes the entries that objects stand for.
func (r *entryRows) of(objects map[models.ObjectID]models.Leaves) entries {
	out := entries{}
	for _, id := range slices.SortedFunc(maps.Keys(objects), func(a, b models.ObjectID) int { return strings.Compare(a.Key, b.Key) }) {
		if id.Kind != r.Kind {
			continue
		}
		made, err := r.make(id.Key, objects[id])
		if err != nil {
			continue // what was never valid stands on no device
		}
		for _, m := range made {
			out[m.name] = m.entry
		}
	}
	return out
}
