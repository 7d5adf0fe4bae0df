package examples_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/models"
)

// said gathers what a daemon logs.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestTheSecretStandsNowhere looks for the password of the laboratory's devices in
// everything that a daemon says at its most talkative: log, events, documents,
// reports. It lights one circuit on each way of talking, has devices refuse, lie
// about and lose what they are told, and one whose password is wrong.
func TestTheSecretStandsNowhere(t *testing.T) {
	log := &said{}
	run := beginLogged(t, "multivendor", slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	credential := filepath.Join(run.dir, "lab", "multivendor", "credential")
	raw, err := os.ReadFile(credential)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, ok := strings.Cut(strings.TrimSpace(string(raw)), ":")
	if !ok || len(secret) < 16 {
		t.Fatalf("the laboratory's password is not where it was: %q", raw)
	}
	for device, fault := range map[string]sim.Fault{
		"nc-b": {Kind: "refuse", Words: "licence missing"}, "junos-b": {Kind: sim.FaultLostReply, Times: 1}, "xr-b": {Kind: sim.FaultUnreachable},
	} {
		if err := run.lab.Inject(device, fault); err != nil {
			t.Fatal(err)
		}
	}
	run.apply(t, files(t, "multivendor", "intents"))
	kind, err := wire.KindNamed("Circuit")
	if err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { // five of eight meet no fault, or one that goes by
		list, err := run.client.List(t.Context(), kind, client.ListOptions{Namespace: "tenant-x"})
		ready := 0
		if err == nil {
			for _, o := range list.Items {
				if is(o, models.Ready, "") {
					ready++
				}
			}
		}
		return ready >= 5
	})
	if err := os.WriteFile(credential, []byte("waveplane:"+secret+"-but-wrong\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, device := range []string{"eos-a", "nc-a"} {
		if err := run.lab.Inject(device, sim.Fault{Kind: sim.FaultReboot, Delay: 50 * time.Millisecond}); err != nil {
			t.Fatal(err)
		}
	}
	await(t, func() bool { return strings.Contains(log.String(), "password refused") })

	var all strings.Builder
	note := func(v any, err error) {
		text, merr := json.Marshal(v)
		if merr != nil {
			t.Fatal(merr)
		}
		fmt.Fprintf(&all, "%s %v\n", text, err)
	}
	note(run.client.Events(t.Context(), "", 10000))
	note(run.client.Drift(t.Context(), true, ""))
	note(run.client.Adopt(t.Context(), []string{"gx-a", "nc-a", "eos-a", "srl-a", "sonic-a"}))
	for _, k := range wire.Kinds() {
		note(run.client.List(t.Context(), k, client.ListOptions{}))
	}
	for where, text := range map[string]string{"the log": log.String(), "what the API answers": all.String()} {
		if text == "" {
			t.Errorf("%s is empty", where)
		}
		for _, line := range strings.Split(text, "\n") {
			if strings.Contains(line, secret) {
				t.Errorf("the secret stands in %s: %.300s", where, line)
			}
		}
	}
}
