package clid

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// configure answers a line of configuration mode.
func (x *xr) configure(ctx context.Context, line string) (string, error) {
	words := strings.Fields(line)
	switch {
	case line == "abort":
		x.end()
		return "", nil
	case line == "end":
		if x.hanging != nil {
			x.hanging.now(x.face.cfg.Target)
		}
		x.end()
		return "", nil
	case line == "exit" && x.mode == xrOptics:
		x.mode = xrConfig
		return "", nil
	case line == "exit":
		x.end()
		return "", nil
	case line == "root":
		x.mode = xrConfig
		return "", nil
	case line == "show configuration failed":
		return stamp() + x.failed, nil
	case strings.HasPrefix(line, "do show "):
		if err := x.face.cfg.Target.Read(ctx); err != nil {
			return "", err
		}
		return x.show(strings.TrimPrefix(line, "do "))
	case words[0] == "commit":
		return x.commit(ctx, words[1:])
	case words[0] == "controller" && len(words) == 2:
		p, ok := x.port(strings.TrimPrefix(words[1], "Optics"))
		if !ok || !strings.HasPrefix(words[1], "Optics") {
			return xrInvalid, nil
		}
		x.mode, x.at = xrOptics, p
		return "", nil
	}
	if x.mode != xrOptics {
		return xrInvalid, nil
	}
	return x.optic(words), nil
}

func (x *xr) end() {
	x.mode, x.candidate, x.hanging = xrExec, nil, nil
	x.yield()
}

// optic answers a line below a controller.
func (x *xr) optic(words []string) string {
	l := x.candidate[x.at.Name]
	if l == nil {
		l = x.now(x.at)
		x.candidate[x.at.Name] = l
	}
	no := words[0] == "no"
	if no {
		words = words[1:]
	}
	line := strings.Join(words, " ")
	if line == "shutdown" {
		l.shut = !no
		return ""
	}
	for _, f := range l.fields() {
		rest, ok := strings.CutPrefix(line, f.words)
		if !ok {
			continue
		}
		value := strings.TrimSpace(rest)
		switch {
		case no:
			*f.at = ""
		case !f.takes(value):
			return xrInvalid
		default:
			*f.at = value
		}
		return ""
	}
	return xrInvalid
}

// xrField is a setting below a controller: the words before its value, and the
// values that it takes.
type xrField struct {
	words string
	at    *string
	takes func(string) bool
}

func (l *xrLines) fields() []xrField {
	number := func(lo, hi int) func(string) bool {
		return func(text string) bool {
			n, err := strconv.Atoi(text)
			return err == nil && n >= lo && n <= hi
		}
	}
	word := func(list ...string) func(string) bool {
		return func(text string) bool { return slices.Contains(list, text) }
	}
	return []xrField{
		{"dwdm-carrier 100MHz-grid frequency", &l.grid, number(1911500, 1961500)},
		{"transmit-power", &l.power, number(-190, 40)},
		{"fec", &l.fec, word("cFEC", "oFEC")},
		{"dac-rate", &l.dac, word("1x1", "1x1.25")},
	}
}

// commit makes the candidate run: for good, or for some seconds.
func (x *xr) commit(ctx context.Context, words []string) (string, error) {
	var confirmed time.Duration
	if len(words) > 0 {
		if words[0] != "confirmed" || len(words) > 2 {
			return xrInvalid, nil
		}
		seconds := 600
		if len(words) == 2 {
			n, err := strconv.Atoi(words[1])
			if err != nil || n < 1 { // the real one wants 30; tests have no time for that
				return xrInvalid, nil
			}
			seconds = n
		}
		confirmed = time.Duration(seconds) * time.Second
	}
	edits, fault := x.edits()
	if fault != "" {
		x.failed = fault
		return stamp() + "\n% Failed to commit one or more configuration items during a pseudo-atomic operation. All changes made have been reverted. Please issue 'show configuration failed [inheritance]' from this session to view the errors\n", nil
	}
	if len(edits) == 0 {
		x.hanging.confirm()
		x.hanging = nil
		return stamp(), nil
	}
	back := x.undo(edits)
	err := x.face.cfg.Target.Write(ctx, x.user, edits...)
	if err == gnmid.ErrDropped {
		// The session is gone, and what was only armed with it.
		if confirmed > 0 {
			_ = x.face.cfg.Target.TakeBack(back...)
		}
		return "", err
	}
	if err != nil {
		x.failed = "!! SEMANTIC ERRORS: This configuration was rejected by\n!! the system due to semantic errors.\n" + x.place(edits, err.Error())
		return stamp() + "\n% Failed to commit one or more configuration items during a pseudo-atomic operation. All changes made have been reverted. Please issue 'show configuration failed [inheritance]' from this session to view the errors\n", nil
	}
	x.hanging.confirm()
	x.hanging = nil
	if confirmed > 0 {
		x.hanging = x.arm(confirmed, back, func() {})
	}
	x.candidate = map[string]*xrLines{}
	return stamp(), nil
}

// place says of a refusal which controller it is about, as far as the words of
// the target tell.
func (x *xr) place(edits []gnmid.Edit, words string) string {
	for _, p := range x.face.cfg.Ports {
		if strings.Contains(words, "[name="+p.Channel+"]") {
			return "controller Optics" + p.Name + "\n!!% " + words + "\n!\nend\n"
		}
	}
	return "!!% " + words + "\nend\n"
}

// edits is the difference between the candidate and what runs.
func (x *xr) edits() (out []gnmid.Edit, fault string) {
	set := func(path, have, want string) { out = change(out, path, have, want) }
	for _, p := range x.face.cfg.Ports {
		want, touched := x.candidate[p.Name]
		if !touched {
			continue
		}
		have := x.now(p)
		code := func(l *xrLines) string {
			for _, m := range xrModes {
				if m.fec == l.fec && m.dac == l.dac {
					return m.code
				}
			}
			return ""
		}
		if code(want) == "" && (want.fec != "" || want.dac != "") {
			return nil, "controller Optics" + p.Name + "\n!!% The configured FEC and DAC rate do not go together\n!\nend\n"
		}
		if have.grid != want.grid {
			mhz := ""
			if want.grid != "" {
				mhz = want.grid + "00"
			}
			set(p.config("frequency"), "-", mhz)
		}
		if have.power != want.power {
			dbm := ""
			if n, err := strconv.ParseFloat(want.power, 64); err == nil {
				dbm = strconv.FormatFloat(n/10, 'f', 1, 64)
			}
			set(p.config("target-output-power"), "-", dbm)
		}
		set(p.config("operational-mode"), code(have), code(want))
		set(p.laser(), strconv.FormatBool(!have.shut), strconv.FormatBool(!want.shut))
	}
	return out, ""
}
