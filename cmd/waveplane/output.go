package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"unicode"

	"github.com/goccy/go-yaml"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/waveplane/waveplane/controller/api/wire"
)

// outputFormat is how a read is printed.
type outputFormat string

// The formats; the zero value prints a table.
const (
	outTable outputFormat = "table"
	outWide  outputFormat = "wide"
	outJSON  outputFormat = "json"
	outYAML  outputFormat = "yaml"
	outName  outputFormat = "name"
)

// String prints the format.
func (o *outputFormat) String() string { return string(*o) }

// Set reads a format.
func (o *outputFormat) Set(s string) error {
	switch f := outputFormat(s); f {
	case outTable, outWide, outJSON, outYAML, outName:
		*o = f
		return nil
	}
	return fmt.Errorf("%q: want table, wide, json, yaml or name", s)
}

// Type names the format in help texts.
func (o *outputFormat) Type() string { return "format" }

func (o outputFormat) structured() bool { return o == outJSON || o == outYAML }

// printStructured prints v as JSON or YAML.
func (a *app) printStructured(v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if a.output == outYAML {
		raw, err = yaml.JSONToYAML(raw)
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
		_, err = a.stdout.Write(raw)
		return err
	}
	_, err = fmt.Fprintln(a.stdout, string(raw))
	return err
}

// printNext prints one more value: in YAML each is a document of its own.
func (a *app) printNext(v any) error {
	if a.output == outYAML {
		a.printf("---\n")
	}
	return a.printStructured(v)
}

// output is standard output. It remembers the first write that failed, so that
// tables can be printed without asking after each line, and writes no more then.
type output struct {
	mu  sync.Mutex
	to  io.Writer
	err error
}

// Write writes p, unless a write has failed before.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.to.Write(p)
	o.err = err
	return n, err
}

// printNames prints KIND/NAME, one a line.
func (a *app) printNames(names []string) {
	for _, name := range names {
		a.printf("%s\n", name)
	}
}

// grid prints rows under headings, columns parted by spaces. Cells are cleaned
// of whatever could move a terminal's cursor.
func (a *app) grid(headings []string, rows [][]string) {
	w := table.NewWriter()
	w.SetOutputMirror(a.stdout)
	w.SetStyle(table.Style{
		Name:    "plain",
		Box:     table.BoxStyle{PaddingRight: "  "},
		Format:  table.FormatOptions{Header: text.FormatUpper},
		Options: table.Options{},
	})
	w.SuppressTrailingSpaces()
	w.AppendHeader(row(headings))
	for _, r := range rows {
		w.AppendRow(row(r))
	}
	w.Render()
}

func row(cells []string) table.Row {
	out := make(table.Row, 0, len(cells))
	for _, c := range cells {
		out = append(out, clean(c))
	}
	return out
}

// clean makes text from documents and devices safe on a terminal: control
// characters and marks that turn the direction of writing are shown escaped.
func clean(s string) string {
	unsafe := func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar || r == '\u2028' || r == '\u2029'
	}
	if strings.IndexFunc(s, unsafe) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unsafe(r) {
			b.WriteString(strings.Trim(fmt.Sprintf("%+q", r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// cleanText is clean for text of several lines.
func cleanText(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = clean(l)
	}
	return strings.Join(lines, "\n")
}

// dash shows an empty cell.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// thisVersion tells which program this is.
func thisVersion() wire.Version {
	v := wire.Version{Version: version, Go: runtime.Version(), PID: os.Getpid()}
	if info, ok := debug.ReadBuildInfo(); ok && version == "dev" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				v.Version = "dev-" + s.Value[:12]
			}
		}
	}
	return v
}
