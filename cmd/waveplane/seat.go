package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A state directory runs at most one daemon and one laboratory. Each holds a
// seat: a file under run/ with its process id, locked for as long as the
// process lives. The lock and not the number says that somebody is there, so a
// number that the system gave to another process is never signalled.
const (
	seatDaemon     = "daemon"
	seatLaboratory = "lab"
)

type seat struct{ file *os.File }

func seatPath(stateDir, name string) string { return filepath.Join(stateDir, "run", name+".pid") }

// takeSeat claims a seat for this process.
func takeSeat(stateDir, name string) (*seat, error) {
	path := seatPath(stateDir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder := readPID(f)
		f.Close()
		return nil, fmt.Errorf("%s already runs a %s (pid %d); `waveplane down --state %s` ends it", stateDir, name, holder, stateDir)
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("state directory: %w", err)
	}
	return &seat{f}, nil
}

// leave frees the seat. The file stays, or two processes could lock two files.
func (s *seat) leave() { s.file.Close() }

func readPID(f io.ReaderAt) int {
	raw := make([]byte, 32)
	n, _ := f.ReadAt(raw, 0) // what cannot be read is no number
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw[:n])))
	if err != nil {
		return 0
	}
	return pid
}

// sitting returns the process that holds a seat, 0 when nobody does.
func sitting(stateDir, name string) (int, error) {
	f, err := os.Open(seatPath(stateDir, name))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err == nil {
		return 0, nil
	}
	return readPID(f), nil
}

// vacated waits until nobody holds a seat.
func vacated(ctx context.Context, stateDir, name string) error {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		pid, err := sitting(stateDir, name)
		if err != nil || pid == 0 {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
