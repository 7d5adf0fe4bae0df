package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
)

// newLabCommand is the laboratory's hand on the network.
func newLabCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "lab",
		Short: "Run a laboratory and make things go wrong in it",
		Long: `Run a laboratory of simulated devices, and make things go wrong in it. The
daemon knows nothing of these commands: it has to notice.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError("no command lab %s; `waveplane lab --help` lists them", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(newLabUpCommand(a), newLabDownCommand(a), newLabStatusCommand(a), newLabCutCommand(a), newLabRestoreCommand(a),
		newLabDegradeCommand(a), newLabSwapCommand(a), newLabTamperCommand(a), newLabFaultCommand(a))
	return c
}

func newLabUpCommand(a *app) *cobra.Command {
	var f daemonFlags
	var lf labFlags
	c := &cobra.Command{
		Use:   "up NAME|DIRECTORY",
		Short: "Run a laboratory",
		Long: `Run a laboratory of simulated devices in a process of its own. The documents of
its network are written to lab/NAME in the state directory; they are applied when
a daemon answers there, otherwise the command that applies them is printed.`,
		Args: exactly(1, "the name of an example or a directory of documents"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := a.stateDir()
			if err != nil {
				return err
			}
			s, err := a.openScene(args[0])
			if err != nil {
				return err
			}
			if f.detach {
				return a.detach(cmd.Context(), dir, seatLaboratory, os.Args[1:])
			}
			a.daemon = true
			log, err := f.logger(a)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			lab, err := startLaboratory(ctx, dir, s, lf, log)
			if err != nil {
				return a.ordinaryEnd(ctx, err)
			}
			if err := a.labReady(ctx, dir, lab); err != nil {
				return errors.Join(a.ordinaryEnd(ctx, err), lab.stop())
			}
			select {
			case <-ctx.Done():
			case err := <-lab.done:
				lab.done <- err // for stop
			}
			return lab.stop()
		},
	}
	f.register(c, "warn")
	lf.register(c)
	return c
}

// labReady applies the network where a daemon answers and says ready.
func (a *app) labReady(ctx context.Context, dir string, lab *laboratory) error {
	cl, err := client.New(client.Config{StateDir: dir, Agent: "waveplane/" + version})
	if err != nil {
		return err
	}
	defer cl.Close()
	applied := "its network is not applied: waveplane apply --state " + dir + " -f " + lab.dir
	var gone *client.UnreachableError
	switch _, err := lab.apply(ctx, cl); {
	case err == nil:
		applied = "its network is applied"
	case !errors.As(err, &gone):
		return err
	}
	return a.sayReady("laboratory %s (%s), state %s, pid %d; %s", lab.scene.name, count(len(lab.lab.Status().Devices), "device"), dir, os.Getpid(), applied)
}

func newLabDownCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Stop the laboratory of the state directory",
		Args:  exactly(0, "no argument"),
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.down(cmd.Context(), seatLaboratory) },
	}
}

// hand runs a command of the laboratory of the state directory.
func (a *app) hand(do func(*sim.Client) error) error {
	dir, err := a.stateDir()
	if err != nil {
		return err
	}
	cl := sim.NewClient(dir)
	defer cl.Close()
	err = do(cl)
	switch {
	case errors.Is(err, sim.ErrNoLab):
		return exitError{code: codeIncomplete, err: err}
	case errors.Is(err, sim.ErrInvalid):
		return exitError{code: codeUsage, err: err}
	}
	return err
}

// labStatus is what lab status prints as JSON.
type labStatus struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	sim.Status
}

func newLabStatusCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show devices, writes, true light and faults in force",
		Args:  exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.hand(func(cl *sim.Client) error {
				s, err := cl.Status(cmd.Context())
				if err != nil {
					return err
				}
				if a.output.structured() {
					return a.printStructured(labStatus{intents.APIVersion, "LabStatus", s})
				}
				a.printLab(s)
				return nil
			})
		},
	}
}

func (a *app) printLab(s sim.Status) {
	var rows [][]string
	for _, d := range s.Devices {
		var faults []string
		for _, f := range d.Faults {
			faults = append(faults, f.Kind)
		}
		w := d.Writes
		rows = append(rows, []string{d.Name, d.Role, d.Address, truth(d.Reachable), strconv.Itoa(w.Connected), strconv.Itoa(w.Sets), strconv.Itoa(w.Unneeded), strconv.Itoa(w.Refused), dash(strings.Join(faults, ","))})
	}
	a.grid([]string{"device", "role", "address", "reachable", "sessions", "writes", "unneeded", "refused", "faults"}, rows)
	if slices.ContainsFunc(s.Channels, func(c sim.ChannelStatus) bool { return c.LaserOn || c.LostLightSeconds > 0 }) {
		a.printf("\n")
		rows = nil
		for _, c := range s.Channels {
			if c.LaserOn || c.LostLightSeconds > 0 {
				rows = append(rows, []string{c.Device + "/" + c.Port, truth(c.LaserOn), truth(c.Locked), number(c.LostLightSeconds, 3)})
			}
		}
		a.grid([]string{"channel", "laser on", "locked", "lost light s"}, rows)
	}
	if len(s.Faults) > 0 {
		a.printf("\n")
		rows = nil
		for _, f := range s.Faults {
			what := f.Other
			if f.Kind == "loss" {
				what = number(f.LossDb, 2) + " dB"
			}
			rows = append(rows, []string{f.Kind, f.Link, dash(f.Span), dash(f.Direction), dash(what)})
		}
		a.grid([]string{"fault", "link", "span", "way", "what"}, rows)
	}
}
