package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
)

// code is an exit code of the program; `waveplane help exit-codes` prints the
// table.
type code int

const (
	codeDone        code = 0
	codeError       code = 1
	codeDifference  code = 2
	codeRefused     code = 3
	codeDenied      code = 4
	codeConflict    code = 5
	codeTimeout     code = 6
	codeIncomplete  code = 7
	codeUsage       code = 64
	codeInterrupted code = 130
)

// exitCodes is the table in the order in which it is printed.
func exitCodes() [][2]string {
	return [][2]string{
		{"0", "done, or no difference"},
		{"1", "error"},
		{"2", "difference or drift found (diff, drift; plan with --detailed-exitcode)"},
		{"3", "the planner refused"},
		{"4", "denied by policy, quota or role"},
		{"5", "conflict: stale plan, other owner, newer revision"},
		{"6", "timed out, still converging"},
		{"7", "the answer is incomplete: a device or the server was out of reach"},
		{"64", "usage"},
		{"130", "interrupted"},
	}
}

// worst returns the code that counts where several hold.
func worst(codes ...code) code {
	for _, c := range []code{codeUsage, codeInterrupted, codeError, codeIncomplete, codeDenied, codeConflict, codeRefused, codeTimeout, codeDifference} {
		if slices.Contains(codes, c) {
			return c
		}
	}
	return codeDone
}

// errInterrupted is the cause of a context that ended by a signal.
var errInterrupted = errors.New("interrupted")

// exitError ends the program with a code. Without err nothing is printed: the
// record that was printed says it all.
type exitError struct {
	code code
	err  error
}

func (e exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e exitError) Unwrap() error { return e.err }

// ended returns an error for any code but 0.
func ended(c code) error {
	if c == codeDone {
		return nil
	}
	return exitError{code: c}
}

// usageError is a fault in how the program was called.
func usageError(format string, args ...any) error {
	return exitError{code: codeUsage, err: fmt.Errorf(format, args...)}
}

// codeOf says with which code an error ends the program.
func codeOf(err error) code {
	var exit exitError
	var api *client.APIError
	var unreachable *client.UnreachableError
	switch {
	case err == nil:
		return codeDone
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &unreachable):
		return codeIncomplete
	case errors.As(err, &api):
		return codeOfFailure(api.Reason)
	case errors.Is(err, errInterrupted):
		return codeInterrupted
	case errors.Is(err, context.DeadlineExceeded):
		return codeTimeout
	}
	return codeError
}

func codeOfFailure(reason wire.FailureReason) code {
	switch reason {
	case wire.OutageNotAllowed, wire.InUse:
		return codeDenied
	case wire.Conflict:
		return codeConflict
	case wire.Unavailable:
		return codeIncomplete
	case wire.Timeout:
		return codeTimeout
	}
	return codeError
}

// finish prints err to standard error, as JSON when the output is JSON, and
// returns the exit code.
func (a *app) finish(err error) int {
	c := codeOf(err)
	if exit, ok := err.(exitError); err == nil || ok && exit.err == nil {
		return int(c)
	}
	if a.output == outJSON {
		failure := wire.NewFailure(0, wire.FailureReason(codeWord(c)), err.Error())
		var api *client.APIError
		if errors.As(err, &api) {
			failure = api.Failure
		}
		raw, jerr := json.Marshal(struct {
			*wire.Failure
			ExitCode code `json:"exitCode"`
		}{failure, c})
		if jerr == nil {
			fmt.Fprintln(a.stderr, string(raw))
			return int(c)
		}
	}
	fmt.Fprintln(a.stderr, "waveplane: "+cleanText(err.Error()))
	return int(c)
}

func codeWord(c code) string {
	switch c {
	case codeUsage:
		return "Usage"
	case codeInterrupted:
		return "Interrupted"
	case codeIncomplete:
		return "Unreachable"
	case codeTimeout:
		return "Timeout"
	case codeRefused:
		return "Refused"
	case codeDenied:
		return "Denied"
	case codeConflict:
		return string(wire.Conflict)
	}
	return "Error"
}

// chosenCode is a flag for an exit code. A process cannot end with more than a byte
// holds: 256 would be "nothing differs".
type chosenCode struct{ code *code }

func (c chosenCode) String() string {
	if c.code == nil {
		return ""
	}
	return strconv.Itoa(int(*c.code))
}

func (chosenCode) Type() string { return "int" }

func (c chosenCode) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 255 {
		return errors.New("want an exit code, 0 to 255")
	}
	*c.code = code(n)
	return nil
}

// patience is a flag for how long to wait; 0 is for ever.
type patience struct{ time *time.Duration }

func (p patience) String() string {
	if p.time == nil {
		return ""
	}
	return p.time.String()
}

func (patience) Type() string { return "duration" }

func (p patience) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return errors.New("want how long, such as 90s or 5m, or 0 to wait for ever")
	}
	*p.time = d
	return nil
}
