package tl1_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/sim/sshd"
	"github.com/waveplane/waveplane/models"
)

// shellBend carries out one command of a shell in a certain way; usual does it as a
// switch should. What it returns is printed, with the status; see sshd.Config.Exec.
type shellBend func(command string, usual func() string) (string, uint32, error)

// Commands of the dialect.
const (
	shellList = "show ocs cross-connect config"
	shellAdd  = "sudo -n config ocs cross-connect add 1A-19B safe"
)

var errReset = errors.New("the connection is reset")

// shellSwitch is a crossbar by hand with SONiC, and the commands that it was given.
type shellSwitch struct {
	drivers.Device
	mu       sync.Mutex
	made     map[string]string
	commands []string
	bent     bool
}

func newShellSwitch(t *testing.T, b shellBend) *shellSwitch {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	w := &shellSwitch{made: map[string]string{"2A": "18B", "3A": "20B"}, bent: true}
	server, err := sshd.New(sshd.Config{User: "waveplane", Password: secret, Exec: func(_ context.Context, _, command string) (string, uint32, error) {
		w.mu.Lock()
		w.commands = append(w.commands, command)
		bent := w.bent
		w.mu.Unlock()
		usual := func() string { return w.carryOut(command) }
		if bent {
			return b(command, usual)
		}
		return usual(), 0, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	address, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Shut)
	w.Device = deviceOf(t, "sonic-ocs", address)
	w.HostKey = server.HostKey()
	return w
}

func (w *shellSwitch) carryOut(command string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	head, tuned := "id        a_side    b_side\n---------------------------\n", ""
	switch command {
	case "show version":
		return "SONiC Software Version: SONiC.202405.ocs\nHwSKU: OCS-64\nSerial Number: OCS0001\n"
	case "show ocs cross-connect status":
		tuned = "    tuned       tuned"
		fallthrough
	case shellList:
		for _, in := range slices.Sorted(maps.Keys(w.made)) {
			head += in + "-" + w.made[in] + "    " + in + "    " + w.made[in] + tuned + "\n"
		}
		return head
	case shellAdd:
		w.made["1A"] = "19B"
		return "add cross-connect succeeded: 1A-19B\n"
	case "sudo -n config ocs cross-connect delete 1A-19B":
		delete(w.made, "1A")
		return "delete cross-connect succeeded: 1A-19B\n"
	}
	return "bash: no such command\n"
}

func (w *shellSwitch) heal() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bent = false
}

func (w *shellSwitch) shows(in, out string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.made[in] == out
}

// changed reports whether the switch was told to change anything.
func (w *shellSwitch) changed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.commands, func(c string) bool { return strings.HasPrefix(c, "sudo") })
}

func onlyShell(command string, b shellBend) shellBend {
	return func(c string, usual func() string) (string, uint32, error) {
		if c == command {
			return b(c, usual)
		}
		return usual(), 0, nil
	}
}

// prints prints what is made of the usual text, and ends in a certain way.
func prints(of func(string) string, status uint32, err error) shellBend {
	return func(_ string, usual func() string) (string, uint32, error) { return of(usual()), status, err }
}

func whole(text string) string { return text }

// cut is a text that ends in the middle of its last line.
func cut(text string) string { return text[:len(text)-9] }

func nothing(string) string { return "" }

// TestReadingShell is the fault matrix of commands over SSH for questions: what is not
// complete for certain is not what the switch has.
func TestReadingShell(t *testing.T) {
	for name, c := range map[string]struct {
		bend  shellBend    // nil: later than the limit
		kind  drivers.Kind // empty: it is read as it is
		says  string
		ended bool
	}{
		"as it should be":    {prints(whole, 0, nil), "", "", false},
		"lines end in CR LF": {prints(func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }, 0, nil), "", "", false},
		"slow, but in time": {func(_ string, usual func() string) (string, uint32, error) {
			<-time.After(200 * time.Millisecond) // that long is what is tested
			return usual(), 0, nil
		}, "", "", false},
		"late":                     {nil, drivers.KindUnreachable, "in time", true},
		"status 1":                 {prints(func(string) string { return "Traceback\n  …\nredis: connection refused\n" }, 1, nil), drivers.KindRejected, "redis: connection refused", false},
		"nothing and status 1":     {prints(nothing, 1, nil), drivers.KindRejected, "it says nothing", false},
		"killed":                   {prints(cut, 0, sshd.ErrKilled), drivers.KindRejected, "", false},
		"nothing and status 0":     {prints(nothing, 0, nil), drivers.KindRejected, "not understood", false},
		"words and status 0":       {prints(func(string) string { return "OCS is not ready\n" }, 0, nil), drivers.KindRejected, "OCS is not ready", false},
		"cut and without a status": {prints(cut, 0, sshd.ErrUnended), drivers.KindUnreachable, "", true},
		"all and without a status": {prints(whole, 0, sshd.ErrUnended), drivers.KindUnreachable, "", true},
		"reset":                    {prints(nothing, 0, errReset), drivers.KindUnreachable, "", true},
		"without end":              {prints(func(string) string { return strings.Repeat("1A-1B 1A 1B\n", 1<<19) }, 0, nil), drivers.KindUnreachable, "printed more than", true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.bend == nil {
				late := make(chan struct{})
				c.bend = func(_ string, usual func() string) (string, uint32, error) { <-late; return usual(), 0, nil }
				defer close(late) // the switch waits for its commands when it is stopped
			}
			w := newShellSwitch(t, onlyShell(shellList, c.bend))
			if name == "without end" { // so much takes its time
				w.Profile.Timeout = "10s"
			}
			s := opened(t, &peer{Device: w.Device})
			state, err := s.Observe(t.Context())
			if c.kind == "" {
				wantShellConnections(t, state, err)
				return
			}
			wantKind(t, err, c.kind, c.says)
			w.heal()
			state, err = s.Observe(t.Context())
			if c.ended {
				wantKind(t, err, drivers.KindUnreachable, c.says)
				state, err = opened(t, &peer{Device: w.Device}).Observe(t.Context())
			}
			wantShellConnections(t, state, err)
		})
	}
}

func wantShellConnections(t *testing.T, state models.State, err error) {
	t.Helper()
	got := map[string]string{}
	for id, leaves := range state.Objects {
		got[id.Key] = leaves[models.LeafDest]
	}
	if want := map[string]string{"2A": "18B", "3A": "20B"}; err != nil || state.Rest != "" || !maps.Equal(got, want) {
		t.Errorf("connections %v, rest %q, %v; want %v", got, state.Rest, err, want)
	}
}

// TestACutTableIsShownAndNotActedOn: where a row is cut, the rows before are told with
// what is left of it, and nothing is changed.
func TestACutTableIsShownAndNotActedOn(t *testing.T) {
	w := newShellSwitch(t, onlyShell(shellList, prints(cut, 0, nil)))
	s := opened(t, &peer{Device: w.Device})
	state, err := s.Observe(t.Context())
	if err != nil || len(state.Objects) != 1 || !strings.HasPrefix(state.Rest, "3A-20B") {
		t.Errorf("connections %v, rest %q, %v", state.Objects, state.Rest, err)
	}
	_, err = s.Apply(t.Context(), passOf("circuit/a/1", "1A", "19B", nil))
	wantKind(t, err, drivers.KindRejected, "not understood")
	if w.changed() {
		t.Error("the switch was told to change something")
	}
}

// TestChangingShell is the fault matrix of commands over SSH for changes: a command
// that does not say that it is done may have done it, and what the switch shows
// afterwards decides.
func TestChangingShell(t *testing.T) {
	refusal := func(string) string { return "Error: add cross-connect 1A-19B failed: the mirror is stuck\n" }
	// undone is a command that prints and does nothing.
	undone := func(text string, status uint32, err error) shellBend {
		return func(string, func() string) (string, uint32, error) { return text, status, err }
	}
	for name, c := range map[string]struct {
		bend shellBend
		kind drivers.Kind // empty: it is made
		says string
		made bool
	}{
		"as it should be":                   {prints(whole, 0, nil), "", "", true},
		"refused":                           {undone(refusal(""), 0, nil), drivers.KindRejected, "the mirror is stuck", false},
		"refused with a status":             {undone("sudo: a password is required\n", 1, nil), drivers.KindRejected, "a password is required", false},
		"taken and nothing done":            {undone("add cross-connect succeeded: 1A-19B\n", 0, nil), drivers.KindRejected, "does not show it", false},
		"done, but it says no":              {prints(refusal, 0, nil), drivers.KindOutcomeUnknown, "the mirror is stuck", true},
		"done, and then status 1":           {prints(func(string) string { return "cannot save\n" }, 1, nil), drivers.KindOutcomeUnknown, "cannot save", true},
		"done, and its words are cut":       {prints(func(text string) string { return text[:10] }, 0, nil), drivers.KindOutcomeUnknown, "not as it was", true},
		"killed when it was done":           {prints(nothing, 0, sshd.ErrKilled), drivers.KindOutcomeUnknown, "not as it was", true},
		"killed before":                     {undone("", 0, sshd.ErrKilled), drivers.KindRejected, "it says nothing", false},
		"done, and no status":               {prints(whole, 0, sshd.ErrUnended), drivers.KindOutcomeUnknown, "", true},
		"no status, and who knows":          {undone("", 0, sshd.ErrUnended), drivers.KindOutcomeUnknown, "", false},
		"reset when it was done":            {prints(nothing, 0, errReset), drivers.KindOutcomeUnknown, "", true},
		"reset before":                      {undone("", 0, errReset), drivers.KindOutcomeUnknown, "", false},
		"done, and more words than allowed": {prints(func(string) string { return strings.Repeat("warning\n", 1<<20) }, 0, nil), drivers.KindOutcomeUnknown, "printed more than", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newShellSwitch(t, onlyShell(shellAdd, c.bend))
			result, err := opened(t, &peer{Device: w.Device}).Apply(t.Context(), passOf("circuit/a/1", "1A", "19B", nil))
			wantKind(t, err, c.kind, c.says)
			if w.shows("1A", "19B") != c.made {
				t.Errorf("connected %v, want %v", !c.made, c.made)
			}
			wantResult(t, result, c.kind)
			w.heal()
			state, err := opened(t, &peer{Device: w.Device}).Observe(t.Context())
			if _, there := state.Objects[models.ObjectID{Kind: models.KindCrossConnect, Key: "1A"}]; err != nil || there != c.made {
				t.Errorf("read back %v, %v", state.Objects, err)
			}
		})
	}
}
