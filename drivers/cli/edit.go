package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// edit is one line to send, and for whom.
type edit struct {
	rank    int
	order   int // within a rank
	owner   string
	place   string
	line    string
	alone   bool   // the line names its place itself
	meaning string // for people
}

// The order in which lines go: what makes dark first, what makes light last. A
// module is what it has to be before its optical channel is tuned, and until that
// is given up.
const (
	rankDown = iota
	rankRemove
	rankModule
	rankTune
	rankModuleBack
	rankUp
)

// lines are what is typed to set a leaf to a value.
func (p *platform) lines(kind models.ObjectKind, leaf models.LeafName, value string) ([]string, error) {
	shown, err := p.shown(kind, leaf, value)
	r := p.row(kind, leaf)
	if err != nil || r == nil || r.Set == "" {
		return shown, err
	}
	text, ok := r.Verbs[value]
	if len(r.Verbs) == 0 {
		if text, err = r.write(value); err != nil {
			return nil, err
		}
	} else if !ok {
		return nil, fmt.Errorf("%q cannot be typed", value)
	}
	return []string{strings.ReplaceAll(r.Set, "{v}", text)}, nil
}

// shown are the lines that the configuration has where a leaf has a value. A flag
// that a line's absence stands for is written by removing the line.
func (p *platform) shown(kind models.ObjectKind, leaf models.LeafName, value string) ([]string, error) {
	r := p.row(kind, leaf)
	if r == nil {
		code, err := strconv.ParseUint(value, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("mode %q is not a number of 16 bits", value)
		}
		lines, ok := p.Config.Modes[uint16(code)]
		if !ok {
			return nil, fmt.Errorf("mode %s has no lines in dialect %s", value, p.Name)
		}
		return lines, nil
	}
	switch r.Codec {
	case "unless", "if":
		on, err := strconv.ParseBool(value)
		if err != nil {
			return nil, fmt.Errorf("%q is neither true nor false", value)
		}
		if on == (r.Codec == "if") {
			return []string{r.Line}, nil
		}
		return []string{p.removal(r, r.Line)}, nil
	}
	text, err := r.write(value)
	if err != nil {
		return nil, err
	}
	if !plain(text) {
		return nil, fmt.Errorf("%q cannot be sent to a command line", text)
	}
	return []string{strings.ReplaceAll(r.Line, "{v}", text)}, nil
}

// removal takes a line away: {line} is all of it, {stem} what stands before its
// value.
func (p *platform) removal(r *fieldRow, line string) string {
	how := r.Remove
	if how == "" {
		how = p.Config.Remove
	}
	stem, _, _ := strings.Cut(r.Line, " {v}")
	if r.Line == "" { // a mode's
		stem = line
	}
	return strings.NewReplacer("{line}", line, "{stem}", stem).Replace(how)
}

// picture is what a device has: the objects that models knows, and the entries of
// the device's own that some of them are made of.
type picture struct {
	objects map[models.ObjectID]models.Leaves
	entries entries
	places  map[string][]string // their lines
	rest    []string            // lines of no place
}

// pictureOf is a device that has nothing but some objects.
func (p *platform) pictureOf(objects map[models.ObjectID]models.Leaves) picture {
	out := picture{objects: objects}
	if p.Entries != nil {
		out.entries = p.Entries.of(objects)
	}
	return out
}

// edits turns changes into lines, going by what the device has.
func (s *Session) edits(p drivers.Pass, have picture) []edit {
	var out []edit
	if s.platform.Entries != nil {
		out = s.platform.Entries.edits(p, have.entries, have.rest)
	}
	for _, c := range p.Changes {
		if s.platform.made(c.Object.Kind) {
			continue
		}
		now := have.objects[c.Object]
		if s.platform.pinned(c, have.places) {
			continue
		}
		add := func(rank int, meaning string, lines ...string) {
			for _, line := range lines {
				out = append(out, edit{rank: rank, owner: c.Owner, place: placeOf(c.Object), line: line, meaning: meaning})
			}
		}
		for leaf, want := range c.After {
			if now[leaf] == want {
				continue
			}
			lines, err := s.platform.lines(c.Object.Kind, leaf, want)
			if err != nil {
				continue // checked before
			}
			add(rankOf(leaf, want), fmt.Sprintf("%v: %s becomes %s", c.Object, leaf, want), lines...)
		}
		if whole := s.platform.whole(c, now, have.places); whole != "" {
			add(rankTune, fmt.Sprintf("%v is given up", c.Object), whole)
			continue
		}
		for leaf := range c.Before {
			if _, kept := c.After[leaf]; kept {
				continue
			}
			value, there := now[leaf]
			switch {
			case leaf == models.LeafEnabled && value != "false":
				// Given up is switched off: the default is on.
				if lines, err := s.platform.lines(c.Object.Kind, leaf, "false"); err == nil {
					add(rankDown, fmt.Sprintf("%v is given up and switched off", c.Object), lines...)
				}
			case leaf != models.LeafEnabled && there:
				add(rankOf(leaf, ""), fmt.Sprintf("%v: %s is given up", c.Object, leaf), s.platform.removals(c.Object.Kind, leaf, value)...)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.order, b.order), cmp.Compare(a.place, b.place), cmp.Compare(a.line, b.line))
	})
	return out
}

// rankOf is when a leaf gets a value; empty is given up.
func rankOf(leaf models.LeafName, value string) int {
	switch {
	case leaf == models.LeafFunctionalType && value == models.DigitalCoherentOptic:
		return rankModule
	case leaf == models.LeafFunctionalType:
		return rankModuleBack
	case leaf != models.LeafEnabled:
		return rankTune
	case value == "true":
		return rankUp
	}
	return rankDown
}

// removals take away the lines that set a leaf to a value.
func (p *platform) removals(kind models.ObjectKind, leaf models.LeafName, value string) []string {
	lines, err := p.shown(kind, leaf, value)
	if err != nil {
		return nil
	}
	r := p.row(kind, leaf)
	if r == nil {
		r = &fieldRow{}
	}
	if r.Stays || r.Mandatory {
		return nil
	}
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		out = append(out, p.removal(r, line))
	}
	return out
}

// typed is the lines as they are typed, with the blocks they stand in.
func (p *platform) typed(edits []edit) []edit {
	if p.Config.Style != blocks {
		out := slices.Clone(edits)
		for i := range out {
			out[i].line = p.flatLine(out[i])
		}
		return out
	}
	var out []edit
	open := ""
	for _, e := range edits {
		if e.place != open {
			if open != "" && p.Config.Leave != "" {
				out = append(out, edit{line: p.Config.Leave})
			}
			open = e.place
			out = append(out, edit{owner: e.owner, place: e.place, line: strings.ReplaceAll(p.Config.Place, "{key}", e.place)})
		}
		out = append(out, e)
	}
	if open != "" && p.Config.Leave != "" {
		out = append(out, edit{line: p.Config.Leave})
	}
	return out
}

// flatLine is a line with its place; a removal names the place itself.
func (p *platform) flatLine(e edit) string {
	if e.alone {
		return e.line
	}
	if strings.Contains(e.line, "{key}") {
		return strings.ReplaceAll(e.line, "{key}", e.place)
	}
	return strings.ReplaceAll(p.Config.Place, "{key}", e.place) + " " + e.line
}

// render shows lines as an engineer types them.
func (p *platform) render(edits []edit) string {
	var b strings.Builder
	for _, e := range p.typed(edits) {
		if p.Config.Style == blocks && e.meaning != "" {
			b.WriteString(" ")
		}
		b.WriteString(e.line + "\n")
	}
	return b.String()
}
