package cli_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/drivertest/wire"
	"github.com/waveplane/waveplane/drivers/sim/clid"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
)

// nuisances are what command lines do to those who read them. Asides are in the
// words of each dialect's own log.
func nuisances(dialect string) map[string]clid.Nuisance {
	aside := map[string]string{
		"cisco-iosxr": "RP/0/RP0/CPU0:Dec  1 17:40:02.113 : ifmgr[262]: %PKT_INFRA-LINK-3-UPDOWN : Interface Optics0/0/0/1, changed state to Down",
		"arista-eos":  "Dec  1 17:40:02 router Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet3/1, changed state to down",
		"sonic":       "Message from syslogd@router at Dec  1 17:40:02 ... kernel: a fan runs fast",
	}[dialect]
	out := map[string]clid.Nuisance{"crumbs": {Crumbs: true}}
	switch {
	case dialect == "sonic": // a message to all terminals is not followed by another prompt
		out["aside"] = clid.Nuisance{Aside: aside}
		out["both"] = clid.Nuisance{Aside: aside, Crumbs: true}
	case aside != "":
		out["aside"] = clid.Nuisance{Aside: aside}
		out["unasked"] = clid.Nuisance{Unasked: aside}
		out["all at once"] = clid.Nuisance{Aside: aside, Unasked: aside, Crumbs: true}
	default:
		out["aside"] = clid.Nuisance{Aside: "Message from syslogd: a fan runs fast"}
	}
	return out
}

// TestNuisances: whatever the shell does between the lines, the device reads the
// same as without, and a change arrives.
func TestNuisances(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			if err := d.target.LoadStartup(map[string]string{
				"/interfaces/interface[name=MgmtEth0]/config/name":        "MgmtEth0",
				"/interfaces/interface[name=MgmtEth0]/config/description": "Zürich – 東京, 1310 µm",
			}); err != nil {
				t.Fatal(err)
			}
			s := open(t, d.Device)
			want, err := s.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			on := false
			for name, n := range nuisances(f.dialect) {
				d.face.Annoy(n)
				for range 3 {
					got, err := s.Observe(t.Context())
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					if got.Rest != want.Rest || !reflect.DeepEqual(got.Readings.Channels[f.channels[0]].RxPower, want.Readings.Channels[f.channels[0]].RxPower) {
						t.Fatalf("%s: read %+v, without it %+v", name, got, want)
					}
				}
				on = !on
				apply(t, s, f, on)
				got, err := s.Observe(t.Context())
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if v := got.Objects[models.ObjectID{Kind: models.KindLaser, Key: f.channels[0] + "/1"}][models.LeafEnabled]; (v == "true") != on {
					t.Fatalf("%s: laser enabled %s after it was set to %v", name, v, on)
				}
			}
		})
	}
}

func apply(t *testing.T, s drivers.Session, f fixture, on bool) {
	t.Helper()
	if _, err := s.Apply(t.Context(), f.pass(on)); err != nil {
		t.Fatal(err)
	}
}

// TestPromptInOutput: an answer that ends early is an error and never a device
// whose configuration is gone.
func TestPromptInOutput(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			s := open(t, d.Device)
			d.face.Annoy(clid.Nuisance{Feint: 200 * time.Millisecond})
			_, err := s.Observe(t.Context())
			wantKind(t, err, drivers.KindUnreachable, "looks like the prompt")
			before := d.target.Counters().Sets
			_, err = s.Observe(t.Context())
			wantKind(t, err, drivers.KindUnreachable, "looks like the prompt") // it stays ended
			if d.target.Counters().Sets != before {
				t.Error("something was written")
			}
		})
	}
}

// TestPaging: a device that pages although it was told not to is given up at
// once, with words that say why.
func TestPaging(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			s := open(t, d.Device)
			d.face.Annoy(clid.Nuisance{Pages: true})
			_, err := s.Observe(t.Context())
			wantKind(t, err, drivers.KindUnreachable, "by the screenful")
		})
	}
}

// TestLieIsNotConfirmed: a device that acknowledges a commit and does not show it
// is not told to keep whatever it has, and is left alone until it has taken it back;
// without commits there is nothing to wait for.
func TestLieIsNotConfirmed(t *testing.T) {
	for _, f := range append(fixtures(), lineFixture()) {
		t.Run(f.profile, func(t *testing.T) {
			d := start(t, f)
			driver := &cli.Driver{Armed: armed}
			s, err := driver.Open(t.Context(), d.Device)
			if err != nil {
				t.Fatal(err)
			}
			if err := (simulator{d}).inject(gnmid.Fault{Kind: gnmid.FaultIgnore}); err != nil {
				t.Fatal(err)
			}
			work := f.work("circuit/alpha/1", 0)
			pass := drivers.Pass{}
			for _, o := range work.First {
				pass.Changes = append(pass.Changes, models.Change{Owner: work.Owner, Object: o.ObjectID, After: o.Leaves})
			}
			_, err = s.Apply(t.Context(), pass)
			if f.stepwise {
				wantKind(t, err, drivers.KindOutcomeUnknown, "acknowledged, but not shown")
				return
			}
			wantKind(t, err, drivers.KindOutcomeUnknown, "committed, but not shown")
			_ = s.Close()
			_, err = driver.Open(t.Context(), d.Device)
			wantKind(t, err, drivers.KindConflict, "takes itself back")
			wantKind(t, err, drivers.KindConflict, "committed, but not shown") // whoever looks at night sees what was missing
		})
	}
}

// TestOfAnEarlierProcess: a device to which an earlier process may have sent a commit
// is left alone until that has taken itself back, too; without commits there is nothing
// to wait for.
func TestOfAnEarlierProcess(t *testing.T) {
	for _, f := range append(fixtures(), lineFixture()) {
		t.Run(f.profile, func(t *testing.T) {
			d := start(t, f)
			now := time.Now()
			d.Unanswered, d.Profile.Timeout = now, "5s"
			driver := &cli.Driver{Armed: time.Minute, Now: func() time.Time { return now }}
			opens := func() error {
				s, err := driver.Open(t.Context(), d.Device)
				if err == nil {
					_ = s.Close()
				}
				return err
			}
			now = now.Add(65 * time.Second) // the commit is done within the deadline, and waits a minute from there
			if err := opens(); f.takesBack {
				wantKind(t, err, drivers.KindConflict, "takes itself back")
				wantKind(t, err, drivers.KindConflict, "an earlier process may have sent one")
			} else if err != nil {
				t.Error(err)
			}
			now = now.Add(2 * time.Second)
			if err := opens(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestIgnoredRemovalIsNoticed: light that was to go and is still there is not gone.
func TestIgnoredRemovalIsNoticed(t *testing.T) {
	for _, f := range append(fixtures(), lineFixture()) {
		t.Run(f.profile, func(t *testing.T) {
			d := start(t, f)
			s := open(t, d.Device)
			work := f.work("circuit/alpha/1", 0)
			var there, away drivers.Pass
			for _, o := range work.Then {
				there.Changes = append(there.Changes, models.Change{Owner: work.Owner, Object: o.ObjectID, After: o.Leaves})
				away.Changes = append(away.Changes, models.Change{Owner: work.Owner, Object: o.ObjectID, Before: o.Leaves})
			}
			if _, err := s.Apply(t.Context(), there); err != nil {
				t.Fatal(err)
			}
			if err := (simulator{d}).inject(gnmid.Fault{Kind: gnmid.FaultIgnore}); err != nil {
				t.Fatal(err)
			}
			_, err := s.Apply(t.Context(), away)
			wantKind(t, err, drivers.KindOutcomeUnknown, "not shown")
		})
	}
}

// TestWordsOfPeople: what people write into descriptions is no refusal.
func TestWordsOfPeople(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			if err := d.target.LoadStartup(map[string]string{
				"/interfaces/interface[name=MgmtEth0]/config/name":        "MgmtEth0",
				"/interfaces/interface[name=MgmtEth0]/config/description": "error: % Invalid input, is locked by ops, syntax error, is ambiguous",
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, d.Device).Observe(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTheDoor: who cannot be told to be the device gets no password.
func TestTheDoor(t *testing.T) {
	f := fixtures()[0]
	d := start(t, f)
	asked := 0
	device := d.Device
	device.Credentials = func(context.Context) (string, string, error) { asked++; return "waveplane", secret, nil }

	device.HostKey = ""
	_, err := (&cli.Driver{}).Open(t.Context(), device)
	wantKind(t, err, drivers.KindInvalid, "spec.ssh.hostKey")
	if asked != 0 {
		t.Error("credentials were asked for before the host key was known")
	}

	device.HostKey = start(t, f).HostKey // of another device
	_, err = (&cli.Driver{}).Open(t.Context(), device)
	wantKind(t, err, drivers.KindDenied, d.HostKey)
}

// TestTimeoutEndsTheSession: what a device says late is never taken for the
// answer to the next question. A caller without patience is told so and the answer
// is waited for; a device that is later than the driver's limit loses the session.
func TestTimeoutEndsTheSession(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			s := open(t, d.Device)
			want, err := s.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := (simulator{d}).Stall(300 * time.Millisecond); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Observe(t.Context()); err != nil {
				t.Fatalf("a slow answer is an answer: %v", err)
			}
			ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer stop()
			_, err = s.Observe(ctx)
			wantKind(t, err, drivers.KindUnreachable, "")
			(simulator{d}).Heal()
			got, err := s.Observe(t.Context())
			if err != nil || got.Rest != want.Rest || !reflect.DeepEqual(got.Objects, want.Objects) {
				t.Errorf("after an answer that nobody waited for the device reads %+v, %v; want %+v", got, err, want)
			}

			device := d.Device
			device.Profile.Timeout = "200ms"
			s = open(t, device)
			if err := (simulator{d}).Stall(time.Second); err != nil {
				t.Fatal(err)
			}
			_, err = s.Observe(t.Context())
			wantKind(t, err, drivers.KindUnreachable, "")
			(simulator{d}).Heal()
			_, err = s.Observe(t.Context())
			wantKind(t, err, drivers.KindUnreachable, "")
		})
	}
}

// TestSilentPeer: a peer that neither answers nor hangs up is found dead by the
// keepalive, though nobody asks it anything; closing does not wait for it.
func TestSilentPeer(t *testing.T) {
	d := start(t, fixtures()[0])
	between := wire.New(t, d.Address)
	device := d.Device
	device.Profile.Keepalive, device.Profile.Timeout = "50ms", "500ms"
	device.Address = between.Address
	s := open(t, device)
	began := time.Now()
	between.Cut()
	err := s.(drivers.Sampler).Sample(t.Context(), time.Hour, func(models.Readings) {})
	wantKind(t, err, drivers.KindUnreachable, "")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("found dead after %s", took)
	}
	began = time.Now()
	_ = s.Close()
	if took := time.Since(began); took > time.Second {
		t.Errorf("Close waited %s for a peer that is gone", took)
	}
}

// TestSessionsAreLimited: a device that has no line free says so.
func TestSessionsAreLimited(t *testing.T) {
	f := fixtures()[0]
	d := start(t, f)
	var held []drivers.Session
	for range 16 {
		held = append(held, open(t, d.Device))
	}
	_, err := (&cli.Driver{}).Open(t.Context(), d.Device)
	wantKind(t, err, drivers.KindUnreachable, "all vty lines are in use")
	_ = held[0].Close()
}

// TestNothingStays: sessions that were disturbed leave no goroutine.
func TestNothingStays(t *testing.T) {
	d := start(t, fixtures()[0])
	before := goleak.IgnoreCurrent()
	for i := range 12 {
		s, err := (&cli.Driver{Armed: armed}).Open(t.Context(), d.Device)
		if err != nil {
			t.Fatal(err)
		}
		switch i % 3 {
		case 0:
			d.face.Annoy(clid.Nuisance{Pages: true})
		case 1:
			ctx, stop := context.WithTimeout(t.Context(), time.Millisecond)
			defer stop()
			_, _ = s.Observe(ctx)
		}
		_, _ = s.Observe(t.Context())
		d.face.Annoy(clid.Nuisance{})
		_ = s.Close()
	}
	d.target.Stop() // its own goroutines are no part of the question
	goleak.VerifyNone(t, before)
}

func open(tb testing.TB, d drivers.Device) drivers.Session {
	tb.Helper()
	s, err := (&cli.Driver{Armed: armed}).Open(tb.Context(), d)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func wantKind(t *testing.T, err error, kind drivers.Kind, words string) {
	t.Helper()
	if err == nil || drivers.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Fatalf("error %v (%v), want %v with %q", err, drivers.KindOf(err), kind, words)
	}
	if strings.Contains(err.Error(), secret) {
		t.Fatal("the secret stands in an error")
	}
}
