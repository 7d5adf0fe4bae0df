package cli_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/internal/sshdial"
)

// people type lines at a device of their own accord, and read until it has said
// something.
func people(t *testing.T, d *device, until string, lines ...string) {
	t.Helper()
	conn, err := sshdial.Dial(t.Context(), sshdial.Target{
		Address: d.Address, HostKey: d.HostKey, Credentials: d.Credentials, Keepalive: time.Minute, Patience: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	shell, err := conn.Shell(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(shell, strings.Join(lines, "\n")+"\n"); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(shell)
	for said.Scan() {
		if strings.Contains(said.Text(), until) {
			return
		}
	}
	t.Fatalf("the device never said %q: %v", until, said.Err())
}

// TestPendingSessionsAreFew: where other people have opened as many configuration
// sessions as the device allows, a change is to be tried again later, and goes
// through once one of them is closed.
func TestPendingSessionsAreFew(t *testing.T) {
	f := fixtures()[0]
	d := start(t, f)
	var lines []string
	for i := range 5 {
		lines = append(lines, fmt.Sprintf("configure session ops-%d", i), "exit")
	}
	people(t, d, "4.32.1F", append(lines, "show version")...)
	if got := d.face.Uncommitted(); got != 5 {
		t.Fatalf("%d sessions are pending, want 5", got)
	}
	s := open(t, d.Device)
	result, err := s.Apply(t.Context(), f.pass(false))
	wantKind(t, err, drivers.KindConflict, "Maximum number of pending sessions")
	if !drivers.KindOf(err).Retryable() || result.Sent || len(result.Refused) != 0 {
		t.Errorf("result %+v", result)
	}
	d.wantSaves(t, 0, "after no session")
	people(t, d, "4.32.1F", "configure session ops-3", "abort", "show version")
	apply(t, s, f, false)
	if got := d.face.Uncommitted(); got != 4 {
		t.Errorf("%d sessions are pending, want 4", got)
	}
}

// TestLeftSessionsAreAborted: a configuration session stays on the device when the
// connection breaks in it. The next change aborts it, so that they never get to be
// too many.
func TestLeftSessionsAreAborted(t *testing.T) {
	f := fixtures()[0]
	d := start(t, f)
	now := time.Now()
	// Nothing is taken back in the time of this test; the driver believes that it was.
	driver := &cli.Driver{Now: func() time.Time { return now }, Armed: time.Hour}
	for range 7 {
		s, err := driver.Open(t.Context(), d.Device)
		if err != nil {
			t.Fatal(err)
		}
		if err := (simulator{d}).CutBefore(); err != nil {
			t.Fatal(err)
		}
		_, err = s.Apply(t.Context(), f.pass(false))
		wantKind(t, err, drivers.KindOutcomeUnknown, "")
		_ = s.Close()
		now = now.Add(2 * time.Hour)
	}
	s, err := driver.Open(t.Context(), d.Device)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	apply(t, s, f, false)
	if got := d.face.Uncommitted(); got != 0 {
		t.Errorf("%d sessions are left", got)
	}
	d.wantSaves(t, 8, "once after each change whose outcome was not known, and for the last one")
}
