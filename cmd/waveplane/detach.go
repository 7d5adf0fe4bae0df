package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// readyFD tells a detached process where to write its ready line. Its reader
// is the process that started it.
const readyFD = "WAVEPLANE_READY_FD"

// logMost is how large a log may be for the next process to go on in it. A larger one
// is put aside, in place of the one put aside before.
const logMost = 16 << 20

// detach starts this program again in the background, without --detach, and
// returns once that process has said that it is ready. Its output is added to
// run/NAME.log in the state directory: what a process that is running, or that
// ended badly, has written there stays.
func (a *app) detach(ctx context.Context, stateDir, name string, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	logPath := filepath.Join(stateDir, "run", name+".log")
	if err := os.MkdirAll(filepath.Dir(logPath), 0o700); err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	log, before, err := openLog(logPath)
	if err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	defer log.Close()
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	defer read.Close()
	more := []string{"--detach=false", "--state", stateDir}
	if a.sheets != "" {
		more = append(more, "--catalogue", a.sheets)
	}
	cmd := exec.Command(self, withFlags(args, more...)...)
	cmd.Args[0] = os.Args[0]
	cmd.Env = append(os.Environ(), readyFD+"=3")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{write}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		write.Close()
		return fmt.Errorf("detach: %w", err)
	}
	write.Close()
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) }) // then the pipe ends
	defer stop()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err == nil {
		a.printf("%s", line)
		return cmd.Process.Release()
	}
	waitErr := cmd.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var exit *exec.ExitError
	c := codeError
	if errors.As(waitErr, &exit) && exit.ExitCode() > 0 {
		c = code(exit.ExitCode())
	}
	return exitError{code: c, err: fmt.Errorf("%s did not become ready:\n%s", name, tail(logPath, before, 20))}
}

// openLog opens a log to be added to, and returns how long it is.
func openLog(path string) (*os.File, int64, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > logMost {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, 0, err
		}
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err := log.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, log.Close())
	}
	return log, info.Size(), nil
}

// tail returns the last lines of a file, of those after an offset.
func tail(path string, offset int64, lines int) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	raw, err := io.ReadAll(io.NewSectionReader(f, offset, 1<<20))
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// withFlags adds flags to the arguments of this program, where they still are flags.
func withFlags(args []string, flags ...string) []string {
	at := slices.Index(args, "--")
	if at < 0 {
		at = len(args)
	}
	return slices.Insert(slices.Clone(args), at, flags...)
}

// sayReady prints the one ready line: to standard output, or to whoever started
// this process in the background.
func (a *app) sayReady(format string, args ...any) error {
	line := cleanText(fmt.Sprintf("ready: "+format, args...)) + "\n"
	if a.getenv(readyFD) != "3" {
		_, err := io.WriteString(a.stdout, line)
		return err
	}
	pipe := os.NewFile(3, "ready")
	if pipe == nil {
		return errors.New("the pipe to say ready on is gone")
	}
	_, err := io.WriteString(pipe, line)
	return errors.Join(err, pipe.Close())
}

// stopFor is how long down waits for a process to end.
const stopFor = 30 * time.Second
