package netconf_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/drivertest/wire"
	"github.com/waveplane/waveplane/drivers/netconf"
	"github.com/waveplane/waveplane/drivers/sim/netconfd"
	"github.com/waveplane/waveplane/models"
)

// TestSilentPeer: a peer that neither answers nor hangs up is found dead by the
// keepalive, though nobody asks it anything, and whoever waits for news of it is
// told; closing does not wait for it, and nothing stays behind.
func TestSilentPeer(t *testing.T) {
	for name, wait := range map[string]func(ctx context.Context, s drivers.Session, cut func()) error{
		"sampling": func(ctx context.Context, s drivers.Session, cut func()) error {
			return s.(drivers.Sampler).Sample(ctx, time.Hour, func(models.Readings) { cut() })
		},
		"watching": func(ctx context.Context, s drivers.Session, cut func()) error {
			return s.(drivers.Watcher).Watch(ctx, time.Hour, func(models.Delta) { cut() })
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := goleak.IgnoreCurrent()
			t.Cleanup(func() { goleak.VerifyNone(t, before) })
			b := newLab(t).start(t, devices.Router(), netconfd.Config{})
			between := wire.New(t, b.device.Address)
			device := b.device
			device.Address = between.Address
			device.Profile.Keepalive, device.Profile.Timeout = "50ms", "2s"
			s, err := (&netconf.Driver{}).Open(t.Context(), device)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
			defer stop()
			var began time.Time
			err = wait(ctx, s, func() {
				began = time.Now()
				between.Cut()
			})
			// An exchange would have run into its own limit: these are the keepalive's words.
			wantLost(t, err, drivers.KindUnreachable, "answers no keepalive")
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("found dead after %s", took)
			}
			closesAtOnce(t, s)
		})
	}
}

// TestSilentInTheMiddle: a peer that goes silent while it is asked costs no more than
// the time of one exchange. What it makes of a commit that it does not answer is not
// known; everything before that left it as it was. The session is dead from then on.
func TestSilentInTheMiddle(t *testing.T) {
	pass := drivers.Pass{Changes: []models.Change{{Owner: "circuit/a/1", Object: devices.Optical("oc-1"), After: models.Leaves{models.LeafFrequency: "193106.25 GHz"}}}}
	observe := func(t *testing.T, s drivers.Session) error { _, err := s.Observe(t.Context()); return err }
	apply := func(t *testing.T, s drivers.Session) error { _, err := s.Apply(t.Context(), pass); return err }
	for name, c := range map[string]struct {
		request string // the one that is heard last; its answer gets lost
		do      func(*testing.T, drivers.Session) error
		kind    drivers.Kind
	}{
		"a reading":  {"<get>", observe, drivers.KindUnreachable},
		"the lock":   {"<lock>", apply, drivers.KindUnreachable},
		"the edit":   {"<edit-config>", apply, drivers.KindUnreachable},
		"the commit": {"<commit/>", apply, drivers.KindOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			var between *wire.Wire
			d := heard(t, func(n int, id, request string) string {
				if n > 1 && strings.Contains(request, c.request) {
					between.Cut()
				}
				if strings.Contains(request, "<get>") || strings.Contains(request, "<get-config>") {
					return reply(id, channelData)
				}
				return reply(id, "<ok/>")
			})
			between = wire.New(t, d.Address)
			d.Address, d.Manage = between.Address, true
			d.Profile.Keepalive, d.Profile.Timeout = "50ms", "1s"
			s, err := (&netconf.Driver{}).Open(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			began := time.Now()
			wantLost(t, c.do(t, s), c.kind, "")
			if took := time.Since(began); took > 3*time.Second { // a change on its own has four
				t.Errorf("found dead after %s", took)
			}
			began = time.Now()
			wantLost(t, observe(t, s), drivers.KindUnreachable, "")
			if took := time.Since(began); took > 500*time.Millisecond {
				t.Errorf("a dead session took %s to say so", took)
			}
			closesAtOnce(t, s)
		})
	}
}

// closesAtOnce closes a session whose peer is gone.
func closesAtOnce(t *testing.T, s drivers.Session) {
	t.Helper()
	began := time.Now()
	_ = s.Close() // what it says of a peer that is gone does not matter
	if took := time.Since(began); took > time.Second {
		t.Errorf("Close waited %s for a peer that is gone", took)
	}
}

func wantLost(t *testing.T, err error, kind drivers.Kind, words string) {
	t.Helper()
	if err == nil || drivers.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Fatalf("error %v (%v), want %v with %q", err, drivers.KindOf(err), kind, words)
	}
	if strings.Contains(err.Error(), secret) {
		t.Error("the secret stands in an error")
	}
}
