package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"waveplane": main})
}

// TestScripts runs the program as people do. Each script has a state directory
// of its own; what it leaves running is stopped.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			state := filepath.Join(e.WorkDir, "state")
			e.Setenv("WAVEPLANE_STATE", state)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("ESC", "\x1b")
			e.Defer(func() {
				// Scripts that need more than one have state2 and so on beside it.
				dirs, _ := filepath.Glob(state + "*") // the pattern is well formed
				for _, dir := range dirs {
					var out bytes.Buffer
					if c := run([]string{"down", "--state", dir}, nil, &out, &out, func(string) string { return "" }); c != 0 {
						t.Errorf("down after the script: %d, %s", c, out.String())
					}
				}
			})
			network, err := os.ReadFile(filepath.Join("testdata", "pair", "network.yaml"))
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Join(e.WorkDir, "pair"), 0o755); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "pair", "network.yaml"), network, 0o644)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "killed": killed},
	})
}

// exits runs a program and holds its exit code against the first argument:
//
//	exits 2 waveplane drift
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program [argument...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("want exit code %d, got %d", want, got)
	}
}

// killed ends what holds a seat of the script's state directory with SIGKILL
// and waits until it is gone:
//
//	killed daemon
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: killed daemon|lab")
	}
	state := ts.Getenv("WAVEPLANE_STATE")
	pid, err := sitting(state, args[0])
	ts.Check(err)
	if pid == 0 {
		ts.Fatalf("no %s runs", args[0])
	}
	p, err := os.FindProcess(pid)
	ts.Check(err)
	ts.Check(p.Kill())
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ts.Check(vacated(ctx, state, args[0]))
}
