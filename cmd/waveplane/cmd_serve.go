package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller"
	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/drivers/all"
	"github.com/waveplane/waveplane/models/catalogue"
)

// daemonFlags are those of everything that runs a daemon.
type daemonFlags struct {
	detach   bool
	logLevel string
	logJSON  bool
}

func (f *daemonFlags) register(c *cobra.Command, level string) {
	c.Flags().BoolVar(&f.detach, "detach", false, "return once ready; waveplane down stops it")
	c.Flags().StringVar(&f.logLevel, "log-level", level, "debug, info, warn or error")
	c.Flags().BoolVar(&f.logJSON, "log-json", false, "log as JSON")
}

func (f *daemonFlags) logger(a *app) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return nil, usageError("--log-level %q: want debug, info, warn or error", f.logLevel)
	}
	o := &slog.HandlerOptions{Level: level}
	if f.logJSON {
		return slog.New(slog.NewJSONHandler(a.stderr, o)), nil
	}
	return slog.New(slog.NewTextHandler(a.stderr, o)), nil
}

// estimatorNamed finds what predicts light.
func estimatorNamed(name string) (plan.Estimator, error) {
	switch name {
	case "gn":
		return plan.FullEstimator()
	case "estimate":
		return plan.SimpleEstimator(), nil
	}
	return nil, usageError("--estimator %q: want gn or estimate", name)
}

// newServeCommand runs the daemon.
func newServeCommand(a *app) *cobra.Command {
	var f daemonFlags
	var estimator string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the daemon",
		Long: `Run the daemon on the state directory: the embedded store, the stages that bring
the network to what is stored, and the API on a unix socket that only this user
can open. It prints one ready line and stays in the foreground until it is told
to end (Ctrl-C, or down from elsewhere).`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.stateDir()
			if err != nil {
				return err
			}
			if f.detach {
				return a.detach(cmd.Context(), dir, seatDaemon, os.Args[1:])
			}
			a.daemon = true
			log, err := f.logger(a)
			if err != nil {
				return err
			}
			est, err := estimatorNamed(estimator)
			if err != nil {
				return err
			}
			return a.serve(cmd.Context(), dir, est, log)
		},
	}
	f.register(c, "info")
	c.Flags().StringVar(&estimator, "estimator", "gn", "what predicts light: gn (Gaussian-noise model, with the channels that are there) or estimate (amplifier noise only); light that is on stays as it is")
	return c
}

func (a *app) serve(ctx context.Context, dir string, est plan.Estimator, log *slog.Logger) error {
	cat, err := a.catalogue()
	if err != nil {
		return err
	}
	d, err := startDaemon(ctx, dir, est, cat, log)
	if err != nil {
		return err
	}
	defer d.stop()
	if err := d.awaitReady(ctx); err != nil {
		return a.ordinaryEnd(ctx, err)
	}
	if err := a.sayReady("daemon, state %s, pid %d", dir, os.Getpid()); err != nil {
		return err
	}
	return a.ordinaryEnd(ctx, d.wait(ctx))
}

// ordinaryEnd turns the end by a signal into success.
func (a *app) ordinaryEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// daemon is a controller that runs in this process.
type daemon struct {
	seat   *seat
	ready  <-chan struct{}
	cancel context.CancelFunc
	done   chan struct{} // closed when Run returned, err is set then
	err    error
}

// startDaemon claims the state directory and starts the controller; no
// estimator is the full model.
func startDaemon(ctx context.Context, dir string, est plan.Estimator, cat *catalogue.Catalogue, log *slog.Logger) (*daemon, error) {
	s, err := takeSeat(dir, seatDaemon)
	if err != nil {
		return nil, err
	}
	c, err := controller.New(controller.Config{StateDir: dir, Version: thisVersion().Version, Estimator: est, Catalogue: cat}, all.Registry(), log)
	if err != nil {
		s.leave()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	d := &daemon{seat: s, ready: c.Ready(), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(d.done)
		d.err = c.Run(ctx)
	}()
	return d, nil
}

// awaitReady returns once the daemon serves.
func (d *daemon) awaitReady(ctx context.Context) error {
	select {
	case <-d.ready:
		return nil
	case <-d.done:
		if d.err == nil {
			return fmt.Errorf("the daemon ended before it was ready")
		}
		return d.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// wait returns when the daemon has ended or ctx has.
func (d *daemon) wait(ctx context.Context) error {
	select {
	case <-d.done:
		return d.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// stop ends the daemon and waits for it.
func (d *daemon) stop() {
	d.cancel()
	<-d.done
	d.seat.leave()
}
