package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/intents"
)

// newUpCommand runs laboratory and daemon together.
func newUpCommand(a *app) *cobra.Command {
	var f daemonFlags
	var lf labFlags
	var lab string
	c := &cobra.Command{
		Use:   "up --lab NAME",
		Short: "Run a laboratory and the daemon together",
		Long: `Run a laboratory of simulated devices and the daemon together, with the
laboratory's network applied. It prints one ready line and stays in the
foreground; with --detach it returns once ready, and down stops it.

The documents of the network are written to lab/NAME in the state directory,
circuits to try to lab/NAME/intents.`,
		Args: exactly(0, "no argument; the laboratory comes with --lab"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.stateDir()
			if err != nil {
				return err
			}
			s, err := a.openScene(lab)
			if err != nil {
				return err
			}
			if f.detach {
				return a.detach(cmd.Context(), dir, "up", os.Args[1:])
			}
			a.daemon = true
			log, err := f.logger(a)
			if err != nil {
				return err
			}
			return a.up(cmd.Context(), dir, s, lf, log)
		},
	}
	c.Flags().StringVar(&lab, "lab", "p2p", "example network, or a directory of documents")
	f.register(c, "warn")
	lf.register(c)
	return c
}

func (a *app) up(ctx context.Context, dir string, s *scene, f labFlags, log *slog.Logger) error {
	r, err := startBoth(ctx, dir, s, f, log)
	if err != nil {
		return a.ordinaryEnd(ctx, err)
	}
	if err := a.sayReady("laboratory %s (%s) and daemon, state %s, pid %d", s.name, count(r.devices(), "device"), dir, os.Getpid()); err != nil {
		return errors.Join(err, r.stop())
	}
	if len(s.circuit) > 0 {
		a.sayf("next: waveplane apply --state %s -f %s --wait", dir, filepath.Join(r.lab.dir, "intents"))
	}
	err = a.ordinaryEnd(ctx, r.daemon.wait(ctx))
	return errors.Join(err, r.stop())
}

// running is laboratory and daemon in one process.
type running struct {
	lab    *laboratory
	daemon *daemon
	client *client.Client
}

// startBoth returns once the daemon serves and has the network.
func startBoth(ctx context.Context, dir string, s *scene, f labFlags, log *slog.Logger) (*running, error) {
	lab, err := startLaboratory(ctx, dir, s, f, log)
	if err != nil {
		return nil, err
	}
	r := &running{lab: lab}
	if r.daemon, err = startDaemon(ctx, dir, nil, s.catalogue, log); err != nil {
		return nil, errors.Join(err, r.stop())
	}
	if err := r.daemon.awaitReady(ctx); err != nil {
		return nil, errors.Join(err, r.stop())
	}
	if r.client, err = client.New(client.Config{StateDir: dir, Agent: "waveplane/" + version}); err != nil {
		return nil, errors.Join(err, r.stop())
	}
	report, err := lab.apply(ctx, r.client)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("apply the laboratory's network: %w", err), r.stop())
	}
	if err := r.awaitDevices(ctx, report); err != nil {
		return nil, errors.Join(err, r.stop())
	}
	return r, nil
}

// connectTime bounds the wait for all devices of a laboratory.
const connectTime = 30 * time.Second

// awaitDevices returns once the daemon is connected to every device.
func (r *running) awaitDevices(ctx context.Context, report wire.ChangeReport) error {
	kind, err := wire.KindNamed(intents.KindDevice)
	if err != nil {
		return err
	}
	var items []waitItem
	for _, it := range report.Items {
		if it.Kind == kind.Name {
			items = append(items, waitItem{subject: subject{kind: kind, name: it.Name}, uid: it.UID, generation: it.Generation})
		}
	}
	if len(items) == 0 {
		return nil
	}
	var unmet strings.Builder
	quiet := &app{stdout: io.Discard, stderr: &unmet}
	if err := quiet.waitFor(ctx, r.client, items, untilReady, connectTime, false); err != nil {
		return fmt.Errorf("connect to the laboratory's devices: %w\n%s", err, strings.TrimSpace(unmet.String()))
	}
	return nil
}

func (r *running) devices() int { return len(r.lab.lab.Status().Devices) }

// stop ends the daemon first: it must not see the devices go.
func (r *running) stop() error {
	if r.client != nil {
		r.client.Close()
	}
	if r.daemon != nil {
		r.daemon.stop()
	}
	return r.lab.stop()
}
