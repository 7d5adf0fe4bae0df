package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/waveplane/waveplane/controller/api/client"
)

// newDownCommand stops what a state directory runs.
func newDownCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Stop the daemon and laboratory of the state directory",
		Long: `Stop the daemon and laboratory of the state directory, and nothing else. Lasers
and device configuration stay as they are; the next start goes on from there.`,
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.down(cmd.Context(), seatDaemon, seatLaboratory)
		},
	}
}

// down ends the processes that hold the seats and waits for them.
func (a *app) down(ctx context.Context, seats ...string) error {
	dir, err := a.stateDir()
	if err != nil {
		return err
	}
	// Who sits where is looked up before anybody is told to go: one process may have
	// both seats, and leaves the second while it is looked at.
	var left []string
	var pids []int
	for _, name := range seats {
		pid, err := sitting(dir, name)
		if err != nil {
			return err
		}
		if pid == 0 {
			continue
		}
		if name == seatDaemon {
			if err := a.sameDaemon(ctx, dir, pid); err != nil {
				return err
			}
		}
		left = append(left, name)
		if !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	for _, pid := range pids {
		p, err := os.FindProcess(pid)
		if err == nil {
			err = p.Signal(syscall.SIGTERM)
		}
		if err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop pid %d: %w", pid, err)
		}
	}
	if len(left) == 0 {
		a.printf("nothing runs in %s\n", dir)
		return nil
	}
	timed, cancel := context.WithTimeout(ctx, stopFor)
	defer cancel()
	for _, name := range left {
		if err := vacated(timed, dir, name); err != nil {
			return exitError{code: codeTimeout, err: fmt.Errorf("%s has not ended after %v", name, stopFor)}
		}
		a.printf("%s stopped\n", name)
	}
	return nil
}

// sameDaemon asks the daemon of the directory who it is. One that does not
// answer is told by its lock alone.
func (a *app) sameDaemon(ctx context.Context, dir string, pid int) error {
	cl, err := client.New(client.Config{StateDir: dir})
	if err != nil {
		return err
	}
	defer cl.Close()
	timed, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	v, err := cl.Version(timed)
	if err == nil && v.PID != pid {
		return fmt.Errorf("the lock of %s says pid %d, but pid %d answers there; nothing was stopped", dir, pid, v.PID)
	}
	return nil
}
