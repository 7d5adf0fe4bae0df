package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

// requestFlags are those of repair, retry, pause and resume.
type requestFlags struct {
	all         bool
	reason      string
	allowOutage bool
	lasersOn    bool
	until       string
	wait        bool
	timeout     time.Duration
}

// newRepairCommand sends what was approved once more.
func newRepairCommand(a *app) *cobra.Command {
	var f requestFlags
	c := &cobra.Command{
		Use:   "repair circuit/NAME|device/NAME --reason TEXT",
		Short: "Send what devices once acknowledged again, once",
		Long: `Permit once that what devices acknowledged is sent again, so that drift goes.
Newer intents that wait are not advanced. On a channel that carries light this
needs --allow-outage too. A laser found off may mean that somebody works on the
fibre: it stays off unless --lasers-on says that nobody does.`,
		Args: exactly(1, "circuit/NAME or device/NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.allowOutage && strings.TrimSpace(f.reason) == "" || f.reason == "" {
				return usageError("repair needs --reason")
			}
			if f.lasersOn && !f.allowOutage {
				return usageError("--lasers-on goes with --allow-outage")
			}
			return a.request(cmd.Context(), "repair", args, f)
		},
	}
	c.Flags().StringVar(&f.reason, "reason", "", "why; kept with the events")
	c.Flags().BoolVar(&f.allowOutage, "allow-outage", false, "light that is on may be disturbed")
	c.Flags().BoolVar(&f.lasersOn, "lasers-on", false, "with --allow-outage: turn light on that was found off; nobody works on the fibre")
	c.Flags().StringVar(&f.until, "until", "", "end of that permission: a time or a duration (default 1h)")
	c.Flags().BoolVar(&f.wait, "wait", false, "wait until every device has done its part")
	f.timeout = time.Minute
	c.Flags().Var(patience{&f.timeout}, "timeout", "with --wait: give up after this long (exit code 6)")
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}

// newRetryCommand makes the controller try again.
func newRetryCommand(a *app) *cobra.Command {
	var f requestFlags
	c := &cobra.Command{
		Use:   "retry circuit/NAME|device/NAME",
		Short: "Forget refusals and failures and try again",
		Args:  exactly(1, "circuit/NAME or device/NAME"),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.request(cmd.Context(), "retry", args, f) },
	}
	c.Flags().StringVar(&f.reason, "reason", "", "why; kept with the events")
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}

// newPauseCommand stops all sending.
func newPauseCommand(a *app) *cobra.Command {
	var f requestFlags
	var list bool
	c := &cobra.Command{
		Use:   "pause --all|circuit/NAME|device/NAME --reason TEXT | --list",
		Short: "Send nothing until resumed",
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				if len(args) > 0 || f.all || f.reason != "" || f.until != "" {
					return usageError("--list stands alone: it shows the pauses in force")
				}
				return a.listPauses(cmd.Context())
			}
			if f.reason == "" {
				return usageError("pause needs --reason")
			}
			return a.request(cmd.Context(), "pause", args, f)
		},
	}
	c.Flags().BoolVar(&f.all, "all", false, "everything")
	c.Flags().BoolVar(&list, "list", false, "show the pauses in force")
	c.Flags().StringVar(&f.reason, "reason", "", "why; shown in the status of what is paused")
	c.Flags().StringVar(&f.until, "until", "", "resume by itself then: a time or a duration")
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}

// newResumeCommand takes pauses away.
func newResumeCommand(a *app) *cobra.Command {
	var f requestFlags
	c := &cobra.Command{
		Use:   "resume --all|circuit/NAME|device/NAME",
		Short: "Take a pause away",
		Long:  "Take away the pause of exactly this target; what is paused in another way stays so.",
		RunE:  func(cmd *cobra.Command, args []string) error { return a.request(cmd.Context(), "resume", args, f) },
	}
	c.Flags().BoolVar(&f.all, "all", false, "the pause of everything")
	c.Flags().StringVar(&f.reason, "reason", "", "why; kept with the events")
	c.Flags().StringVarP(&a.namespace, "namespace", "n", "", "tenant (default: default)")
	return c
}

func (a *app) request(ctx context.Context, verb string, args []string, f requestFlags) error {
	target, shown := "all", ""
	switch {
	case f.all && len(args) > 0, !f.all && len(args) != 1:
		return usageError("name one target: --all, circuit/NAME or device/NAME")
	case !f.all:
		s, err := a.subject(args[0])
		if err != nil {
			return err
		}
		if s.kind.Name != "Device" && !s.kind.Namespaced {
			return usageError("%q: want circuit/NAME or device/NAME", args[0])
		}
		target = s.kind.Name + "/" + s.name
		if s.kind.Namespaced {
			target = s.kind.Name + "/" + s.namespace + "/" + s.name
		}
		if s.kind.Name == intents.KindWavelength { // which the daemon files under circuit
			shown = wire.Ref(s.kind.Name, s.namespace, s.name)
		}
	}
	cl, err := a.client()
	if err != nil {
		return err
	}
	defer cl.Close()
	send := map[string]func(context.Context, wire.RequestOptions) (wire.RequestReport, error){
		"repair": cl.Repair, "retry": cl.Retry, "pause": cl.Pause, "resume": cl.Resume,
	}[verb]
	report, err := send(ctx, wire.RequestOptions{Target: target, Reason: f.reason, AllowOutage: f.allowOutage, LasersOn: f.lasersOn, Until: f.until})
	if err != nil {
		return a.denied(err)
	}
	done := map[string]string{"repair": "repair asked for", "retry": "retry asked for", "pause": "paused", "resume": "resumed"}[verb]
	if a.output.structured() {
		err = a.printStructured(report)
	} else {
		a.printf("%s %s\n", cmp.Or(shown, report.Request.Target), done)
		switch {
		case len(report.Idle) > 0 && verb == "retry":
			a.printf("nothing of it is held, failed or refused; what is on its way goes on by itself\n")
		case len(report.Idle) > 0:
			a.printf("nothing to repair on %s\n", strings.Join(report.Idle, ", "))
		}
	}
	switch {
	case err != nil:
		return err
	case f.wait:
		return a.waitServed(ctx, cl, report.ID, f.timeout)
	case len(report.Request.Refused) > 0:
		a.sayRefused(report.Request.Refused, map[string]bool{})
		return ended(codeDenied)
	}
	return nil
}

// sayRefused prints a line for each device that was not said yet.
func (a *app) sayRefused(refused map[string]string, said map[string]bool) {
	for _, device := range slices.Sorted(maps.Keys(refused)) {
		if !said[device] {
			said[device] = true
			a.sayf("%s: refused: %s", device, refused[device])
		}
	}
}

// denied prints a repair that is refused at once as one that the devices
// refuse later: a line for each.
func (a *app) denied(err error) error {
	var failure *client.APIError
	if !client.IsReason(err, wire.OutageNotAllowed) || !errors.As(err, &failure) || failure.Details == nil || a.output == outJSON {
		return err
	}
	for _, line := range failure.Details.Names {
		a.sayf("%s", line)
	}
	return ended(codeDenied)
}

// quietLooks is how often a request that was refused somewhere must look the
// same before no more is expected of it.
const quietLooks = 10

// waitServed waits until a repair is served and says what was refused.
func (a *app) waitServed(ctx context.Context, cl *client.Client, id string, timeout time.Duration) error {
	timed, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	refused := map[string]bool{}
	var served []string
	for quiet := 0; quiet < quietLooks; {
		r, pending, err := cl.Pending(timed, id)
		switch {
		case err != nil && timed.Err() == nil:
			return err
		case err == nil && !pending && len(refused) == 0:
			return nil
		case err == nil && !pending:
			return ended(codeDenied)
		}
		before := len(refused) + len(served)
		a.sayRefused(r.Refused, refused)
		served = r.Served
		if len(refused) > 0 && len(refused)+len(served) == before {
			quiet++
		}
		select {
		case <-look.C:
		case <-timed.Done():
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return exitError{code: codeTimeout, err: fmt.Errorf("the request is not served after %v; devices done so far: %s", timeout, dash(strings.Join(served, ", ")))}
		}
	}
	return ended(codeDenied)
}
