package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxSocketPath is what a unix socket address takes, without its closing zero.
const maxSocketPath = 107

// stateDir is the locked state directory:
//
//	lock     held by the process that runs the store, whose id is in it
//	etcd/    the server's data
//	socket   the server's socket
//	runtime  if the path of socket is too long: where the socket is instead
type stateDir struct {
	path    string // absolute
	socket  string // absolute
	runtime string // directory made for the socket; else empty
	lock    *os.File
}

func openStateDir(path string) (*stateDir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("store: state directory: %w", err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("store: state directory: %w", err)
	}
	// It may have been there before, with a wider mode.
	if err := os.Chmod(path, 0o700); err != nil {
		return nil, fmt.Errorf("store: state directory: %w", err)
	}
	d := &stateDir{path: path}
	if d.lock, err = lockFile(filepath.Join(path, "lock")); err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	if err := d.placeSocket(); err != nil {
		return nil, errors.Join(fmt.Errorf("store: place socket: %w", err), d.close())
	}
	return d, nil
}

// lockFile takes the lock, which the system frees however the process ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, err
		}
		holder, _ := io.ReadAll(io.LimitReader(f, 32))
		pid := strings.TrimSpace(string(holder))
		if pid == "" {
			pid = "not known yet"
		}
		return nil, fmt.Errorf("%w by another process (pid %s)", ErrLocked, pid)
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if _, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// placeSocket chooses where the socket is: in the directory, or in a short
// runtime directory that is recorded in it. One recorded by a predecessor is
// removed.
func (d *stateDir) placeSocket() error {
	record := filepath.Join(d.path, "runtime")
	if old, err := os.ReadFile(record); err == nil {
		dir := strings.TrimSpace(string(old))
		if err := errors.Join(removeIfThere(filepath.Join(dir, "socket")), removeIfThere(dir), removeIfThere(record)); err != nil {
			return err
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	d.socket = filepath.Join(d.path, "socket")
	if len(d.socket) <= maxSocketPath {
		return nil
	}
	dir, err := os.MkdirTemp("", "waveplane-")
	if err != nil {
		return err
	}
	d.runtime = dir
	d.socket = filepath.Join(dir, "socket")
	if len(d.socket) > maxSocketPath {
		return fmt.Errorf("%s has %d bytes, a socket's path has at most %d", d.socket, len(d.socket), maxSocketPath)
	}
	return os.WriteFile(record, []byte(dir+"\n"), 0o600)
}

func (d *stateDir) close() error {
	var errs []error
	if d.socket != "" {
		errs = append(errs, removeIfThere(d.socket))
	}
	if d.runtime != "" {
		errs = append(errs, removeIfThere(d.runtime), removeIfThere(filepath.Join(d.path, "runtime")))
	}
	// The lock file stays: removing it would let two processes lock two files.
	return errors.Join(append(errs, d.lock.Close())...)
}
