package tl1d

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/sshd"
)

// ShellDialect is that of circuit switches with SONiC.
const ShellDialect = "sonic-ocs"

// mirrorTime is how long a connection is on its way.
const mirrorTime = 50 * time.Millisecond

// ShellFace is a circuit switch whose commands are those of a shell, over SSH.
type ShellFace struct {
	*sshd.Server
	ocs *Face

	mu    sync.Mutex
	since map[string]time.Time // connections, by input; guarded by mu
}

var _ gnmid.Face = (*ShellFace)(nil)

// NewShell makes a face; a target opens it.
func NewShell(cfg Config) (*ShellFace, error) {
	f := &ShellFace{ocs: &Face{cfg: cfg}, since: map[string]time.Time{}}
	var err error
	f.Server, err = sshd.New(sshd.Config{User: cfg.User, Password: cfg.Password, MaxSessions: cfg.MaxSessions, Exec: f.run})
	return f, err
}

// Attach gives the face the target that it is of.
func (f *ShellFace) Attach(t *gnmid.Target) { f.ocs.cfg.Target = t }

var ocsCommand = regexp.MustCompile(`^sudo -n config ocs cross-connect (add|delete) (\d+A)-(\d+B)( safe)?$`)

// run carries out one command.
func (f *ShellFace) run(ctx context.Context, user, command string) (string, uint32, error) {
	target := f.ocs.cfg.Target
	// Behind a "show" anything may stand in a shell.
	if !strings.HasPrefix(command, "show ") || strings.ContainsAny(command, ";&|<>$`") {
		target.Commanded()
	}
	if strings.HasPrefix(command, "show ") {
		if err := target.Read(ctx); err != nil {
			return "", 0, err
		}
	}
	switch command {
	case "show version":
		return "\nSONiC Software Version: SONiC.202405.ocs\nPlatform: x86_64-ocs-r0\nHwSKU: OCS-SIM-64\nSerial Number: OCS0001\n", 0, nil
	case "show ocs cross-connect config":
		return f.table("id        a_side    b_side", func(j joined) string { return "" }), 0, nil
	case "show ocs cross-connect status":
		return f.table("id        a_side    b_side    a_status    b_status", f.status), 0, nil
	}
	m := ocsCommand.FindStringSubmatch(command)
	if m == nil {
		return "-bash: " + command + ": command not found\n", 127, nil
	}
	err := f.change(ctx, user, m[1], m[2], m[3])
	switch {
	case errors.Is(err, gnmid.ErrDropped), err != nil && ctx.Err() != nil:
		return "", 0, err
	case err != nil: // it fails without a status
		return "Error: " + m[1] + " cross-connect " + m[2] + "-" + m[3] + " failed: " + err.Error() + "\n", 0, nil
	}
	return m[1] + " cross-connect succeeded: " + m[2] + "-" + m[3] + "\n", 0, nil
}

func (f *ShellFace) change(ctx context.Context, user, what, in, out string) error {
	if what == "delete" {
		return f.ocs.part(ctx, user, in)
	}
	err := f.ocs.join(ctx, user, in, out)
	if err == nil {
		f.mu.Lock()
		f.since[in] = time.Now()
		f.mu.Unlock()
	}
	return err
}

// status is "tuning" for a while after a connection was made.
func (f *ShellFace) status(j joined) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.since[j.in]) < mirrorTime {
		return "    tuning      tuning"
	}
	return "    tuned       tuned"
}

func (f *ShellFace) table(head string, more func(joined) string) string {
	var b strings.Builder
	b.WriteString(head + "\n" + strings.Repeat("-", len(head)) + "\n")
	for _, j := range f.ocs.joined() {
		fmt.Fprintf(&b, "%-8s  %-8s  %-8s%s\n", j.in+"-"+j.out, j.in, j.out, more(j))
	}
	return b.String()
}
