package intents

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Fault is one thing that is wrong with a document, made for a person: where
// it stands, what was found, and what to write instead.
type Fault struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`   // from 1; 0 when unknown
	Column  int    `json:"column,omitempty"` // in characters, from 1
	Field   string `json:"field,omitempty"`  // "spec.ports.deg1.addDbm[0]"
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
}

// Error prints one line: "link.yaml:12:7: spec.centreGHz: 193.1 is THz; write 193100".
// What was quoted from the input is escaped.
func (f Fault) Error() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(printable(f.File))
		b.WriteByte(':')
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", f.Line, f.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	if f.Field != "" {
		b.WriteString(printable(f.Field))
		b.WriteString(": ")
	}
	b.WriteString(printable(f.Message))
	if f.Remedy != "" {
		b.WriteString("; ")
		b.WriteString(printable(f.Remedy))
	}
	return b.String()
}

// Faults are all faults of one run, in the order of the input.
type Faults []Fault

// Error prints one fault a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Err returns the faults as an error, nil when there are none.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

// sort puts the faults in the order of the input, files as they came.
func (fs Faults) sort() {
	files := map[string]int{}
	for _, f := range fs {
		if _, ok := files[f.File]; !ok {
			files[f.File] = len(files)
		}
	}
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(files[a.File], files[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// printable escapes what could move a terminal's cursor, start a new line or
// turn the direction of writing.
func printable(s string) string {
	clean := true
	for _, r := range s {
		if !unicode.IsPrint(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// brief shows a found number or date: without quotes, and cut when long.
func brief(s string) string {
	const most = 80
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// quoted shows found text in a message: in quotes, escaped, and cut when long.
func quoted(s string) string {
	const most = 80
	cut := s
	if len(cut) > most {
		cut = strings.ToValidUTF8(cut[:most], "")
		return strconv.Quote(cut) + "…"
	}
	return strconv.Quote(cut)
}
