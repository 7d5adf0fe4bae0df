package clid

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// flat plays command lines whose configuration is lines that stand alone, each
// with the whole way to its leaf: what differs is a manner.
type flat struct {
	*session
	manner
	configuring bool
	cand        candidate
}

// manner is how one vendor's flat command line looks and what it says.
type manner struct {
	// prompts of both modes; dirty tells that something is not committed.
	exec, config func(host string, dirty bool) string
	enter        string // exclusive configuration
	entered      string // what that answers
	locked       string
	discard      []string
	discarded    string // what these answer
	ends         bool   // they leave configuration mode
	leave        string
	commit       string
	committed    string
	// confirmed reads how long a commit is to hang; 0: the line is none of these.
	confirmed func(f *flat, line string) time.Duration
	// persist confirms, in either mode; empty: the plain commit does.
	persist string
	refused func(words string, p Port, known bool) string
	// set changes a candidate by a line, and says what is wrong with it.
	set func(f *flat, line string) string
	// wrong says what of a candidate would not run, beyond what set said; nil: nothing.
	wrong func(f *flat) string
	// show answers everything else in exec mode; false: there is no such command.
	show func(f *flat, line string) (string, bool)
	// ask answers commands of configuration mode.
	ask     func(f *flat, line string) (string, bool)
	bound   bool // a commit that hangs ends with its session
	unknown string
	paging  string // turns paging off
}

func newFlat(m manner) func(*session) dialect {
	return func(s *session) dialect { return &flat{session: s, manner: m, cand: candidate{s: s}} }
}

func (f *flat) prompt() string {
	if f.configuring {
		return f.config(f.face.cfg.Name, f.cand.dirty())
	}
	return f.exec(f.face.cfg.Name, false)
}

func (f *flat) gone() {
	if f.bound {
		f.cand.hanging.now(f.face.cfg.Target)
	}
	f.yield()
}

func (f *flat) configures(line string) bool {
	return f.configuring || line != f.paging && !begins(line, "show", "info", "admin show", "environment", "set cli", "exit", "quit", "logout")
}

func (f *flat) handle(ctx context.Context, line string) (string, error) {
	switch {
	case line == "":
		return "", nil
	case line == f.paging:
		f.pageLines = 0
		return "", nil
	case f.persist != "" && line == f.persist:
		f.cand.hanging.confirm()
		f.cand.hanging = nil
		return f.committed, nil
	case f.configuring:
		return f.configure(ctx, line)
	case line == "exit" || line == "quit" || line == "logout":
		return "", errBye
	case line == f.enter:
		if !f.seize() {
			return f.locked, nil
		}
		f.configuring = true
		return f.entered, nil
	}
	if err := f.face.cfg.Target.Read(ctx); err != nil {
		return "", err
	}
	if text, ok := f.show(f, line); ok {
		return text, nil
	}
	return f.unknown, nil
}

func (f *flat) configure(ctx context.Context, line string) (string, error) {
	for _, d := range f.discard {
		if line == d {
			f.cand.drop()
			if f.ends {
				f.configuring = false
				f.yield()
			}
			return f.discarded, nil
		}
	}
	if f.ask != nil {
		if text, ok := f.ask(f, line); ok {
			return text, nil
		}
	}
	switch wait := f.confirmed(f, line); {
	case line == f.leave:
		f.configuring = false
		f.yield()
		return "", nil
	case (line == f.commit || wait > 0) && f.wrong != nil && f.wrong(f) != "":
		return f.refused(f.wrong(f), Port{}, false), nil
	case line == f.commit || wait > 0:
		err := f.cand.commit(ctx, wait, f.bound)
		switch {
		case errors.Is(err, gnmid.ErrDropped):
			return "", err
		case err != nil:
			p, known := f.where(err.Error())
			return f.refused(err.Error(), p, known), nil
		}
		return f.committed, nil
	}
	return f.set(f, line), nil
}

// seconds reads a number of some unit behind a beginning.
func after(line, beginning string, unit time.Duration) time.Duration {
	text, ok := strings.CutPrefix(line, beginning)
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if !ok || err != nil || n <= 0 {
		return 0
	}
	return time.Duration(n) * unit
}

// eachInterface writes what other people configured on interfaces.
func (f *flat) eachInterface(do func(name, leaf, value string)) {
	for _, keys := range f.face.cfg.Target.Entries("/interfaces/interface") {
		for _, leaf := range []string{"description", "mtu"} {
			if v := f.value(interfaceLeaf(keys[0], leaf)); v != "" {
				do(keys[0], leaf, v)
			}
		}
	}
}
