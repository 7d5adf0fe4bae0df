package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

// changeFlags are those of apply and delete.
type changeFlags struct {
	files       []string
	wait        bool
	timeout     time.Duration
	dryRun      string
	allowOutage bool
	reason      string
	until       string
	events      string
}

func (f *changeFlags) register(c *cobra.Command) {
	flags := c.Flags()
	flags.StringArrayVarP(&f.files, "file", "f", nil, "file, directory or - (again for more)")
	flags.BoolVar(&f.wait, "wait", false, "wait until it is done")
	f.timeout = 5 * time.Minute
	flags.Var(patience{&f.timeout}, "timeout", "with --wait: give up after this long (exit code 6)")
	flags.StringVar(&f.dryRun, "dry-run", "", "server: judge and show, store nothing; client: read the files only")
	flags.BoolVar(&f.allowOutage, "allow-outage", false, "light that is on may be disturbed; needs --reason")
	flags.StringVar(&f.reason, "reason", "", "why; kept with the documents and events")
	flags.StringVar(&f.until, "until", "", "end of the permission: a time or a duration (default 1h)")
	flags.StringVar(&f.events, "events", "", "with --wait: ndjson prints each change as a line of JSON")
	flags.Lookup("dry-run").NoOptDefVal = "server"
}

func (f *changeFlags) options() (client.ChangeOptions, error) {
	o := client.ChangeOptions{AllowOutage: f.allowOutage, Reason: f.reason, Until: f.until, DryRun: f.dryRun == "server"}
	switch f.dryRun {
	case "", "none", "server", "client":
	default:
		return o, usageError("--dry-run %q: want server or client", f.dryRun)
	}
	if f.events != "" && f.events != "ndjson" {
		return o, usageError("--events %q: want ndjson", f.events)
	}
	if f.allowOutage && strings.TrimSpace(f.reason) == "" {
		return o, usageError("--allow-outage needs --reason")
	}
	if f.until != "" && !f.allowOutage {
		return o, usageError("--until goes with --allow-outage")
	}
	return o, nil
}

// newApplyCommand stores documents.
func newApplyCommand(a *app) *cobra.Command {
	var f changeFlags
	c := &cobra.Command{
		Use:   "apply -f FILE|DIR",
		Short: "Store documents; the daemon brings the network there",
		Long: `Store all documents of the files in one transaction, or none. Only what differs
in value counts as a change. With --wait the command follows every circuit until
it carries measured light, or says what is in the way.

Ctrl-C ends the waiting only: what was stored stays stored, and the command that
goes on waiting is printed.`,
		Args: exactly(0, "no argument; documents come with -f"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.apply(cmd.Context(), f) },
	}
	f.register(c)
	return c
}

func (a *app) apply(ctx context.Context, f changeFlags) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	if f.dryRun == "client" {
		return a.validate(f.files, true)
	}
	files, err := a.filesToSend(f.files)
	if err != nil {
		return err
	}
	cl, err := a.client()
	if err != nil {
		return err
	}
	defer cl.Close()
	report, err := cl.Apply(ctx, files, o)
	if err != nil {
		return err
	}
	if err := a.printReport(report); err != nil || !f.wait || o.DryRun {
		return err
	}
	var waits []waitItem
	for _, it := range report.Items {
		if it.Kind == intents.KindCircuit || it.Kind == intents.KindWavelength {
			kind, err := wire.KindNamed(it.Kind)
			if err != nil {
				return err
			}
			waits = append(waits, waitItem{subject: subject{kind, it.Namespace, it.Name}, uid: it.UID, generation: it.Generation})
		}
	}
	return a.waitAfter(ctx, cl, waits, untilReady, f)
}

// waitAfter waits for what a command has started. An interrupt ends only the
// waiting.
func (a *app) waitAfter(ctx context.Context, cl *client.Client, items []waitItem, goal waitGoal, f changeFlags) error {
	if len(items) == 0 {
		return nil
	}
	err := a.waitFor(ctx, cl, items, goal, f.timeout, f.events == "ndjson")
	if err != nil && errors.Is(context.Cause(ctx), errInterrupted) {
		refs := make([]string, 0, len(items))
		for _, it := range items {
			refs = append(refs, it.ref())
		}
		more := ""
		if len(refs) > 5 {
			refs, more = refs[:5], fmt.Sprintf(" (and %d more)", len(refs)-5)
		}
		a.sayf("waiting ended; what was stored stays stored. Go on with: waveplane wait --for=%s %s%s", goal, strings.Join(refs, " "), more)
	}
	return err
}

// printReport prints what became of documents.
func (a *app) printReport(r wire.ChangeReport) error {
	if a.output.structured() {
		return a.printStructured(r)
	}
	suffix := ""
	if r.DryRun {
		suffix = " (dry run)"
	}
	for _, it := range r.Items {
		if a.output == outName {
			a.printf("%s\n", it.Ref())
			continue
		}
		a.printf("%s %s%s\n", it.Ref(), it.Outcome, suffix)
		for _, ch := range it.Fields {
			a.printf("  %s: %s → %s\n", ch.Path, orNothing(ch.Stored), orNothing(ch.Wanted))
		}
	}
	for _, it := range r.Items {
		if it.Outcome == wire.Unchanged {
			continue
		}
		for _, w := range it.Warnings {
			a.sayf("warning: %s: %s", it.Ref(), w)
		}
	}
	return nil
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
