// Command waveplane is the whole of Waveplane in one program: the daemon that
// turns intent documents into measured light, the client that talks to it, and
// a laboratory of simulated devices to try both on.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// version is set by the linker for releases.
var version = "dev"

// gcPercent is how far the heap grows between two collections. A burst of
// changes spends less of its time on collecting than at the usual 100; beyond
// 200 what is saved there goes into pages touched for the first time, and the
// daemon only gets larger. GOGC overrules.
const gcPercent = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}

// run is the program without its process: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string) int {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		select {
		case <-signals:
			stop(errInterrupted)
			signal.Stop(signals) // a second one ends the process at once
		case <-ctx.Done():
		}
	}()

	out := &output{to: stdout}
	a := &app{stdin: stdin, stdout: out, stderr: stderr, getenv: getenv}
	root := newRootCommand(a)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errInterrupted) && !a.daemon {
		err = exitError{code: codeInterrupted, err: err}
	}
	if out.err != nil {
		// What was printed is not what there is: no other code counts.
		err = exitError{code: codeError, err: fmt.Errorf("write the output: %w", out.err)}
	}
	return a.finish(err)
}
