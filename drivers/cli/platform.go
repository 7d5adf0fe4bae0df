package cli

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/waveplane/waveplane/models"
)

//go:embed platforms/*.yaml
var platformFiles embed.FS

// platform is a dialect as data.
type platform struct {
	Name      string `yaml:"name"`
	Vendor    string `yaml:"vendor"` // whose dialect it is, where devices do not say
	Source    string `yaml:"source"`
	Certainty string `yaml:"certainty"` // verified, or partial: some lines below have no source

	// Prompts end an answer. Each must match at the end of what was received.
	Prompts  promptRows `yaml:"prompts"`
	Enable   []string   `yaml:"enable"`   // typed at Prompts.User, to get to Prompts.Exec
	Open     []string   `yaml:"open"`     // sent after login: no paging, wide lines
	Failures []string   `yaml:"failures"` // lines that tell of one
	Busy     []string   `yaml:"busy"`     // of them: somebody else is at it
	Noise    []string   `yaml:"noise"`    // lines that are no part of an answer

	Identity []readRow  `yaml:"identity"`
	Config   configRows `yaml:"config"`
	Entries  *entryRows `yaml:"entries"` // nil: no kind is made of entries
	Commit   commitRows `yaml:"commit"`
	Readings []readRow  `yaml:"readings"`
	// Runs tells the mode that a modem runs by what its readings say of it, all
	// patterns of one, where no number does.
	Runs map[uint16][]string `yaml:"runs"`

	failures, busy, noise []*regexp.Regexp
	runs                  map[uint16][]*regexp.Regexp
}

type promptRows struct {
	User   string `yaml:"user"` // where logins without privilege begin, if anywhere else
	Exec   string `yaml:"exec"`
	Config string `yaml:"config"`

	user, question    *regexp.Regexp // nil where there is no such prompt
	exec, config, any *regexp.Regexp
	pager, stop       *regexp.Regexp // where a screenful ends; where reading ends for any reason
	line              *regexp.Regexp // a line, or two, of nothing else
}

// configRows say how the configuration reads and how it is written.
type configRows struct {
	Show  string     `yaml:"show"`
	Style style      `yaml:"style"`
	Place string     `yaml:"place"` // the block, or what every line of a place begins with
	Leave string     `yaml:"leave"` // ends a block
	Rows  []fieldRow `yaml:"rows"`
	// Whole is an entry that all lines of a kind stand in; nil: they stand alone.
	Whole *wholeRow `yaml:"whole"`
	// Modes are the lines of each mode that the device has no number for.
	Modes map[uint16][]string `yaml:"modes"`
	// Only is what every line of a flat configuration begins with; others are
	// messages.
	Only string `yaml:"only"`
	// Inactive begins a line that names a place whose lines are shown and not in
	// force.
	Inactive string `yaml:"inactive"`
	// Remove takes a line away: "no {line}".
	Remove string `yaml:"remove"`
}

// wholeRow is the entry of a kind's lines: they all begin with Line, and Remove
// takes it away with all that is in it.
type wholeRow struct {
	Kind   models.ObjectKind `yaml:"kind"`
	Line   string            `yaml:"line"`
	Remove string            `yaml:"remove"`
}

type style string

const (
	blocks style = "blocks" // an unindented line opens a block of indented ones
	flat   style = "flat"   // every line stands alone
	tree   style = "tree"   // a JSON object of objects; each value is read as a line: its names, then itself
)

// fieldRow is one setting and its line.
type fieldRow struct {
	Kind  models.ObjectKind `yaml:"kind"`
	Leaf  models.LeafName   `yaml:"leaf"`
	Line  string            `yaml:"line"`  // with {v} for the value
	Codec string            `yaml:"codec"` // see codecs
	// Words are the device's for the values of a codec "words".
	Words map[string]string `yaml:"words"`
	// Set is the command that sets it, with {key} for the place and {v} for the
	// value, on devices that show another line than is typed; Verbs are its words for
	// the values, where they are not those that are shown.
	Set   string            `yaml:"set"`
	Verbs map[string]string `yaml:"verbs"`
	// Limits are the least and the greatest number, as typed; none where there are no
	// others than the modes'.
	Limits []float64 `yaml:"limits"`
	// Remove is the line that takes the setting away, where Config.Remove of the
	// whole line is not it.
	Remove string `yaml:"remove"`
	// Mandatory lines cannot be taken away from their entry, which goes as a whole.
	Mandatory bool `yaml:"mandatory"`
	// Stays says that the setting cannot be taken away, only changed: given up, it
	// is left as it is.
	Stays bool `yaml:"stays"`

	codec codec
	line  *regexp.Regexp
}

// commitRows are the commands around a change. Empty ones are left out.
type commitRows struct {
	Enter   string `yaml:"enter"`
	Arm     string `yaml:"arm"` // makes it valid for {seconds}, {minutes} or {clock} unless confirmed
	Look    string `yaml:"look"`
	Confirm string `yaml:"confirm"`
	Plain   string `yaml:"plain"` // makes it valid at once, where there is no Arm
	// Direct says that there is nothing to commit: every line takes effect when it is
	// typed.
	Direct bool `yaml:"direct"`
	// Save is typed last, outside of configuration: it makes what is in effect outlive
	// a restart, where a commit alone does not.
	Save    []string `yaml:"save"`
	Explain string   `yaml:"explain"`
	Abort   []string `yaml:"abort"`
	Leave   []string `yaml:"leave"`
	Armed   string   `yaml:"armed"` // a duration

	armed time.Duration
}

// readRow is a command and what to pick out of its answer.
type readRow struct {
	Show string `yaml:"show"`
	// Style tree says that the answer is a JSON object, of which each value is read as
	// a line: its names, then itself. Empty: it is read as it stands.
	Style  style       `yaml:"style"`
	Fields []readField `yaml:"fields"`
}

type readField struct {
	Name    string            `yaml:"name"` // of the reading, as in package models' JSON
	Pattern string            `yaml:"pattern"`
	Codec   string            `yaml:"codec"`
	Words   map[string]string `yaml:"words"`

	pattern *regexp.Regexp
}

// platforms reads all dialects.
func platforms() (map[string]*platform, error) {
	names, err := fs.Glob(platformFiles, "platforms/*.yaml")
	if err != nil {
		return nil, err
	}
	out := map[string]*platform{}
	for _, name := range names {
		raw, err := platformFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p, err := parsePlatform(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		out[p.Name] = p
	}
	return out, nil
}

// parsePlatform reads one dialect and compiles its patterns.
func parsePlatform(raw []byte) (*platform, error) {
	p := &platform{}
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(p); err != nil {
		return nil, err
	}
	var err error
	compile := func(text string) *regexp.Regexp {
		re, e := regexp.Compile(text)
		if e != nil && err == nil {
			err = e
		}
		return re
	}
	all := func(texts []string) []*regexp.Regexp {
		var out []*regexp.Regexp
		for _, t := range texts {
			out = append(out, compile(t))
		}
		return out
	}
	q := &p.Prompts
	if q.Config == "" { // there is no mode of its own for configuration
		q.Config = q.Exec
	}
	q.exec, q.config = compile(`(?m)(?:`+q.Exec+`)\s*\z`), compile(`(?m)(?:`+q.Config+`)\s*\z`)
	if q.User != "" {
		q.user, q.question = compile(`(?m)(?:`+q.User+`)\s*\z`), compile(question+`\s*\z`)
	}
	q.any = compile(`(?m)(?:` + q.Exec + `|` + q.Config + `)\s*\z`)
	q.line = compile(`(?m)(?:` + q.Exec + `|` + q.Config + `)[ \t]*$`)
	q.pager = compile(`(?m)` + pager + `\s*\z`)
	q.stop = compile(`(?m)(?:` + q.Exec + `|` + q.Config + `|` + pager + `)\s*\z`)
	p.runs = map[uint16][]*regexp.Regexp{}
	for code, signs := range p.Runs {
		p.runs[code] = all(signs)
	}
	p.failures, p.busy, p.noise = all(p.Failures), all(p.Busy), all(p.Noise)
	for i := range p.Config.Rows {
		r := &p.Config.Rows[i]
		if r.codec, err = first(err, func() (codec, error) { return codecOf(r.Codec, r.Words) }); err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.Kind, r.Leaf, err)
		}
		if len(r.Limits) != 0 && (len(r.Limits) != 2 || r.Limits[0] >= r.Limits[1]) {
			return nil, fmt.Errorf("%s %s: limits are the least and the greatest", r.Kind, r.Leaf)
		}
		r.line = compile(`^` + strings.ReplaceAll(regexp.QuoteMeta(r.Line), `\{v\}`, `(\S+)`) + `$`)
	}
	answers := [][]readRow{p.Identity, p.Readings}
	if p.Entries != nil {
		if err := p.Entries.compile(); err != nil {
			return nil, fmt.Errorf("entries: %w", err)
		}
		answers = append(answers, p.Entries.Readings)
	}
	for _, rows := range answers {
		for i := range rows {
			for k := range rows[i].Fields {
				f := &rows[i].Fields[k]
				f.pattern = compile(`(?m)` + f.Pattern)
			}
		}
	}
	if p.Commit.Armed != "" && err == nil {
		p.Commit.armed, err = time.ParseDuration(p.Commit.Armed)
	}
	switch {
	case err != nil:
		return nil, err
	case p.Name == "" || p.Prompts.Exec == "" || p.Config.Show == "":
		return nil, fmt.Errorf("name, prompts.exec and config.show are required")
	case p.Config.Style != blocks && p.Config.Style != flat && p.Config.Style != tree:
		return nil, fmt.Errorf("config.style %q: want blocks, flat or tree", p.Config.Style)
	case ways(p.Commit.Arm != "", p.Commit.Plain != "", p.Commit.Direct) != 1:
		return nil, fmt.Errorf("commit: want one of arm, plain and direct")
	case (p.Prompts.User == "") != (len(p.Enable) == 0):
		return nil, fmt.Errorf("prompts.user and enable: want both or none")
	case slices.Contains(p.Commit.Save, ""):
		return nil, fmt.Errorf("commit.save: an empty line saves nothing")
	case p.Entries != nil && (p.Commit.Direct || p.Config.Style != flat):
		return nil, fmt.Errorf("entries: they are made and deleted by lines that stand alone, and committed together")
	}
	return p, nil
}

// ways counts what holds.
func ways(all ...bool) int {
	n := 0
	for _, one := range all {
		if one {
			n++
		}
	}
	return n
}

func first[T any](err error, f func() (T, error)) (T, error) {
	if err != nil {
		var zero T
		return zero, err
	}
	return f()
}

// row finds the row of a leaf; nil where there is none.
func (p *platform) row(kind models.ObjectKind, leaf models.LeafName) *fieldRow {
	i := slices.IndexFunc(p.Config.Rows, func(r fieldRow) bool { return r.Kind == kind && r.Leaf == leaf })
	if i < 0 {
		return nil
	}
	return &p.Config.Rows[i]
}

// has reports whether the dialect has rows for a kind of object.
func (p *platform) has(kind models.ObjectKind) bool {
	return p.made(kind) || slices.ContainsFunc(p.Config.Rows, func(r fieldRow) bool { return r.Kind == kind })
}

// made reports whether objects of a kind are made of entries.
func (p *platform) made(kind models.ObjectKind) bool {
	return p.Entries != nil && p.Entries.Kind == kind
}

// takes reports whether the dialect has a way to write a leaf.
func (p *platform) takes(kind models.ObjectKind, leaf models.LeafName) bool {
	return p.row(kind, leaf) != nil || kind == models.KindOpticalChannel && leaf == models.LeafMode && len(p.Config.Modes) > 0
}
