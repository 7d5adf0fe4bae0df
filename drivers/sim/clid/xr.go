package clid

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// xr plays the command line of a Cisco router that runs IOS XR.
type xr struct {
	*session
	mode      xrMode
	at        Port                // in sub-mode
	candidate map[string]*xrLines // by port; nil until touched
	hanging   *pending
	failed    string // what the last failed commit said
}

type xrMode int

const (
	xrExec xrMode = iota
	xrConfig
	xrOptics
)

// xrLines is a controller as the command line has it. Empty is not set.
type xrLines struct {
	grid, power, fec, dac string
	shut                  bool
}

// xrModes are the pairs of error correction and shaping that the optics have, by
// the code that the target keeps.
var xrModes = []struct {
	code     string
	fec, dac string
}{
	{"5003", "cFEC", "1x1"},
	{"5005", "oFEC", "1x1.25"},
}

func newXR(s *session) dialect { return &xr{session: s} }

func (x *xr) prompt() string {
	at := "RP/0/RP0/CPU0:" + x.face.cfg.Name
	switch x.mode {
	case xrConfig:
		return at + "(config)#"
	case xrOptics:
		return at + "(config-Optics)#"
	}
	return at + "#"
}

func (x *xr) gone() {
	x.hanging.now(x.face.cfg.Target)
	x.yield()
}

func (x *xr) configures(line string) bool {
	return x.mode != xrExec || !begins(line, "show", "terminal", "exit", "quit")
}

func stamp() string { return time.Now().UTC().Format("Mon Jan _2 15:04:05.000 MST") + "\n" }

const xrInvalid = "                ^\n% Invalid input detected at '^' marker.\n"

func (x *xr) handle(ctx context.Context, line string) (string, error) {
	if line == "" {
		return "", nil
	}
	if x.mode == xrExec {
		return x.exec(ctx, line)
	}
	return x.configure(ctx, line)
}

func (x *xr) exec(ctx context.Context, line string) (string, error) {
	words := strings.Fields(line)
	switch {
	case line == "exit" || line == "quit":
		return "", errBye
	case strings.HasPrefix(line, "terminal length "):
		x.pageLines, _ = strconv.Atoi(words[2])
		return stamp(), nil
	case strings.HasPrefix(line, "terminal width "):
		return stamp(), nil
	case line == "configure terminal" || line == "configure":
		x.mode, x.candidate = xrConfig, map[string]*xrLines{}
		return stamp(), nil
	case line == "configure exclusive":
		if !x.seize() {
			return stamp() + "% Configuration database is locked by another session\n", nil
		}
		x.mode, x.candidate = xrConfig, map[string]*xrLines{}
		return stamp(), nil
	case words[0] == "show":
		if err := x.face.cfg.Target.Read(ctx); err != nil {
			return "", err
		}
		return x.show(line)
	}
	return xrInvalid, nil
}
