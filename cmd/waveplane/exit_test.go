package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

func TestWorst(t *testing.T) {
	for _, c := range []struct {
		codes []code
		want  code
	}{
		{nil, codeDone},
		{[]code{codeDone, codeDifference}, codeDifference},
		{[]code{codeDifference, codeTimeout}, codeTimeout},
		{[]code{codeTimeout, codeRefused}, codeRefused},
		{[]code{codeRefused, codeConflict}, codeConflict},
		{[]code{codeConflict, codeDenied}, codeDenied},
		{[]code{codeDenied, codeIncomplete}, codeIncomplete},
		{[]code{codeIncomplete, codeError}, codeError},
	} {
		if got := worst(c.codes...); got != c.want {
			t.Errorf("worst(%v): want %d, got %d", c.codes, c.want, got)
		}
	}
}

func TestCodeOf(t *testing.T) {
	refusal := func(r wire.FailureReason) error {
		return fmt.Errorf("apply: %w", &client.APIError{Failure: wire.NewFailure(400, r, "no")})
	}
	for name, c := range map[string]struct {
		err  error
		want code
	}{
		"nothing":     {nil, codeDone},
		"any error":   {errors.New("x"), codeError},
		"usage":       {usageError("x"), codeUsage},
		"invalid":     {refusal(wire.Invalid), codeError},
		"not found":   {refusal(wire.NotFound), codeError},
		"outage":      {refusal(wire.OutageNotAllowed), codeDenied},
		"in use":      {refusal(wire.InUse), codeDenied},
		"conflict":    {refusal(wire.Conflict), codeConflict},
		"not serving": {refusal(wire.Unavailable), codeIncomplete},
		"nobody":      {&client.UnreachableError{Where: "x", Err: errors.New("y")}, codeIncomplete},
		"time":        {context.DeadlineExceeded, codeTimeout},
		"signal":      {errInterrupted, codeInterrupted},
		"wrapped":     {fmt.Errorf("demo: %w", ended(codeRefused)), codeRefused},
	} {
		if got := codeOf(c.err); got != c.want {
			t.Errorf("%s: want %d, got %d", name, c.want, got)
		}
	}
}

func TestFinishPrintsOnStandardErrorOnly(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		format outputFormat
		want   string
	}{
		"text":   {errors.New("bad \x1b[31mthing"), outTable, "waveplane: bad \\x1b[31mthing\n"},
		"json":   {usageError("what?"), outJSON, `"reason":"Usage","message":"what?"`},
		"record": {ended(codeDifference), outTable, ""},
		"nil":    {nil, outTable, ""},
	} {
		var stdout, stderr bytes.Buffer
		a := &app{stdout: &stdout, stderr: &stderr, output: c.format}
		a.finish(c.err)
		if stdout.Len() > 0 {
			t.Errorf("%s: want nothing on standard output, got %q", name, stdout.String())
		}
		if !strings.Contains(stderr.String(), c.want) || c.want == "" && stderr.Len() > 0 {
			t.Errorf("%s: want %q, got %q", name, c.want, stderr.String())
		}
	}
}

func TestCodesFollowTheRecord(t *testing.T) {
	item := models.DriftItem{Device: "r1"}
	unknown := records.UnknownDevice{Device: "r2"}
	for name, c := range map[string]struct {
		report records.DriftReport
		want   code
	}{
		"nothing":           {records.DriftReport{Checked: 2}, codeDone},
		"drift":             {records.DriftReport{Items: []models.DriftItem{item}}, codeDifference},
		"unknown":           {records.DriftReport{Unknown: []records.UnknownDevice{unknown}}, codeIncomplete},
		"drift and unknown": {records.DriftReport{Items: []models.DriftItem{item}, Unknown: []records.UnknownDevice{unknown}}, codeIncomplete},
	} {
		if got := driftCode(c.report, codeDifference); got != c.want {
			t.Errorf("drift, %s: want %d, got %d", name, c.want, got)
		}
	}
	for name, c := range map[string]struct {
		summary  records.PlanSummary
		detailed bool
		want     code
	}{
		"nothing":              {records.PlanSummary{Keep: 3}, true, codeDone},
		"change":               {records.PlanSummary{Add: 1}, false, codeDone},
		"change, detailed":     {records.PlanSummary{Remove: 1}, true, codeDifference},
		"refused":              {records.PlanSummary{Refused: 1}, false, codeRefused},
		"refused and detailed": {records.PlanSummary{Refused: 1, Add: 1}, true, codeRefused},
	} {
		if got := planCode(records.PlanReport{Summary: c.summary}, c.detailed); got != c.want {
			t.Errorf("plan, %s: want %d, got %d", name, c.want, got)
		}
	}
}

// full is a disk without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// What could not be printed is an error, whatever the command found.
func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{{"help", "exit-codes"}, {"version"}, {"version", "-o", "json"}, {"--help"}, {"validate", "-f", "testdata/pair"}} {
		var stderr bytes.Buffer
		if got := run(args, nil, full{}, &stderr, func(string) string { return "" }); got != int(codeError) {
			t.Errorf("%v: want exit code 1, got %d", args, got)
		}
		if !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%v: want the cause, got %q", args, stderr.String())
		}
	}
	out := &output{to: full{}}
	a := &app{stdout: out}
	a.grid([]string{"name"}, [][]string{{"r1"}})
	if out.err == nil {
		t.Error("a table that could not be written leaves no error")
	}
}
