package tl1

import (
	"embed"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed dialects/*.yaml
var dialectFiles embed.FS

// dialect is how one make is spoken to. Commands hold {tag}, {user}, {password},
// {in}, {out}, {name} and {last}, the number of the last port.
type dialect struct {
	Name     string   `yaml:"name"`
	Protocol string   `yaml:"protocol"` // tl1 | scpi | shell
	Login    string   `yaml:"login"`    // empty: anybody may
	Benign   []string `yaml:"benign"`   // refusals of a login that are none
	Logout   string   `yaml:"logout"`
	Alive    string   `yaml:"alive"`  // asked when nothing else was for a while
	Errors   string   `yaml:"errors"` // scpi: query of the error queue
	Done     string   `yaml:"done"`   // shell: what a command that changes something prints when it has
	// Port is what a port's number looks like. Input finds those that light comes in
	// by, where numbers tell; otherwise Size does, or both ways are one.
	Port       string   `yaml:"port"`
	Input      string   `yaml:"input"`
	Size       *query   `yaml:"size"`
	Identity   *query   `yaml:"identity"`
	List       *query   `yaml:"list"`
	Both       string   `yaml:"both"`   // what a row's way is when the connection leads back too
	Active     string   `yaml:"active"` // what a row's state looks like when the connection carries light
	Skip       string   `yaml:"skip"`   // rows of a list that are no connections: headings
	Connect    []string `yaml:"connect"`
	Disconnect []string `yaml:"disconnect"`
	Resume     []string `yaml:"resume"` // brings back what Disconnect has done in part
	Power      *query   `yaml:"power"`
	// Tuned tells of connections that are made but may still be on their way: rows
	// of those that have arrived match it. It is asked every Every, for a while.
	Tuned *query `yaml:"tuned"`
	Every string `yaml:"every"`

	every                      time.Duration
	port, input                *regexp.Regexp
	done, activeState, heading *regexp.Regexp
	benign                     []*regexp.Regexp
}

// query is a command and the row that its answer consists of, as an expression with
// named groups.
type query struct {
	Command string `yaml:"command"`
	Row     string `yaml:"row"`

	row *regexp.Regexp
}

// fields finds the named groups of a row; nil where the row is another.
func (q *query) fields(row string) map[string]string {
	m := q.row.FindStringSubmatch(row)
	if m == nil {
		return nil
	}
	out := map[string]string{}
	for i, name := range q.row.SubexpNames() {
		if name != "" {
			out[name] = strings.TrimSpace(m[i])
		}
	}
	return out
}

// dialects reads all that are built in.
func dialects() (map[string]*dialect, error) {
	files, err := dialectFiles.ReadDir("dialects")
	if err != nil {
		return nil, err
	}
	out := map[string]*dialect{}
	for _, f := range files {
		text, err := dialectFiles.ReadFile(path.Join("dialects", f.Name()))
		if err != nil {
			return nil, err
		}
		d := &dialect{}
		if err := yaml.UnmarshalWithOptions(text, d, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("dialect %s: %w", f.Name(), err)
		}
		if err := d.compile(); err != nil {
			return nil, fmt.Errorf("dialect %s: %w", f.Name(), err)
		}
		out[d.Name] = d
	}
	return out, nil
}

func (d *dialect) compile() error {
	if !slices.Contains([]string{"tl1", "scpi", "shell"}, d.Protocol) {
		return fmt.Errorf("protocol %q, want tl1, scpi or shell", d.Protocol)
	}
	var err error
	if d.done, err = regexp.Compile(d.Done); err != nil {
		return err
	}
	if d.activeState, err = regexp.Compile(d.Active); err != nil {
		return err
	}
	if d.Skip != "" {
		if d.heading, err = regexp.Compile(d.Skip); err != nil {
			return err
		}
	}
	if d.Tuned != nil {
		if d.every, err = time.ParseDuration(d.Every); err != nil {
			return err
		}
	}
	if d.port, err = regexp.Compile(d.Port); err != nil {
		return err
	}
	if d.Input != "" {
		if d.input, err = regexp.Compile(d.Input); err != nil {
			return err
		}
	}
	for _, text := range d.Benign {
		re, err := regexp.Compile(text)
		if err != nil {
			return err
		}
		d.benign = append(d.benign, re)
	}
	for _, q := range []*query{d.Size, d.Identity, d.List, d.Power, d.Tuned} {
		if q == nil {
			continue
		}
		if q.row, err = regexp.Compile(q.Row); err != nil {
			return err
		}
	}
	return nil
}

// size is how many inputs and outputs a switch has; zero: it does not say.
type size struct{ in, out int }

// last is the number of the last port.
func (s size) last() string { return strconv.Itoa(s.in + s.out) }

// fits reports whether a port is one that light can come in by, or leave by.
func (d *dialect) fits(s size, port string, input bool) bool {
	switch {
	case !d.port.MatchString(port):
		return false
	case d.input != nil:
		return d.input.MatchString(port) == input
	case s == size{}:
		return true
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= s.in+s.out && (n <= s.in) == input
}

// link is a connection from an input to an output.
type link struct {
	in, out string
	name    string // what the device calls it, where it does
	both    bool   // it leads back too
	idle    bool   // it is entered and carries no light
}

// links reads the rows of a list, and returns those that it does not understand. A
// row may tell of several connections, and of one that leads back too.
func (d *dialect) links(rows []string) (out map[string]link, strange []string) {
	out = map[string]link{}
	for _, row := range rows {
		f := d.List.fields(row)
		switch {
		case f == nil && (d.heading == nil || !d.heading.MatchString(row)):
			strange = append(strange, row)
			continue
		case f == nil, f["in"] == "":
			continue
		}
		ins, outs := strings.Split(f["in"], ","), strings.Split(f["out"], ",")
		if len(ins) != len(outs) {
			strange = append(strange, row)
			continue
		}
		idle := f["state"] != "" && !d.activeState.MatchString(f["state"])
		for i := range ins {
			l := link{strings.TrimSpace(ins[i]), strings.TrimSpace(outs[i]), f["name"], d.Both != "" && f["way"] == d.Both, idle}
			out[l.in] = l
			if l.both {
				out[l.out] = link{l.out, l.in, l.name, true, idle}
			}
		}
	}
	return out, strange
}
