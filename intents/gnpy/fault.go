package gnpy

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is something in a file that keeps it from being understood.
type Fault struct {
	Place   string // "topology.json: elements[3] \"east edfa\".params.length"
	Message string
	Remedy  string
}

func (f Fault) Error() string {
	text := f.Place + ": " + f.Message
	if f.Remedy != "" {
		text += "; " + f.Remedy
	}
	return text
}

// Faults is everything that was found wrong, at most maxFaults.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i := range f {
		lines[i] = f[i].Error()
	}
	return strings.Join(lines, "\n")
}

const maxFaults = 200

// Note is something that was left out or changed, and where.
type Note struct {
	Message string
	Names   []string // of what it happened to, in the order of the files
}

// String prints the note with its first names and the number of the others.
func (n Note) String() string {
	const most = 8
	if len(n.Names) == 0 {
		return n.Message
	}
	shown := n.Names[:min(most, len(n.Names))]
	text := fmt.Sprintf("%s (%d): %s", n.Message, len(n.Names), strings.Join(shown, ", "))
	if rest := len(n.Names) - len(shown); rest > 0 {
		text += fmt.Sprintf(" and %d more", rest)
	}
	return text
}

// report collects faults and notes.
type report struct {
	faults Faults
	notes  []Note
}

func (r *report) fault(place, message, remedy string) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, Fault{place, message, remedy})
	}
}

// note tells of one thing; notes of the same message are one.
func (r *report) note(message, name string) {
	i := slices.IndexFunc(r.notes, func(n Note) bool { return n.Message == message })
	if i < 0 {
		i = len(r.notes)
		r.notes = append(r.notes, Note{Message: message})
	}
	if name != "" && !slices.Contains(r.notes[i].Names[max(0, len(r.notes[i].Names)-64):], name) {
		r.notes[i].Names = append(r.notes[i].Names, name)
	}
}

func (r *report) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return r.faults
}
