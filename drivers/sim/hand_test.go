package sim_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/drivers/sim/light"
)

// running is a p2p laboratory with both ends lit and its control socket open.
func running(t *testing.T, plant *light.Plant) (lab *sim.Lab, hand *sim.Client, a, b *client) {
	t.Helper()
	lab, dir := start(t, sim.Config{Documents: p2p(), Plant: plant, Timing: quick()})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- lab.Serve(ctx) }()
	hand = sim.NewClient(dir)
	t.Cleanup(func() {
		hand.Close()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	until(t, "control socket", func() bool { _, err := hand.Status(t.Context()); return err == nil })
	info, err := os.Stat(filepath.Join(dir, "lab.sock"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("control socket has mode %v", info.Mode().Perm())
	}
	a, b = dial(t, dir, lab, "r1"), dial(t, dir, lab, "r2")
	a.light("193100000", 1, "-10.0")
	b.light("193100000", 1, "-10.0")
	until(t, "both ends up", func() bool { return a.up() && b.up() })
	return lab, hand, a, b
}

func TestCutDegradeRestore(t *testing.T) {
	_, hand, a, b := running(t, exact())
	ctx := t.Context()
	must(t, hand.Cut(ctx, sim.Span{Link: "a-b", Direction: "az"}))
	until(t, "z end dark", func() bool { return !b.up() && b.leaf(oc+"/state/input-power/instant") == "-40.0" })
	if !a.up() || b.leaf(lane+"/state/tx-laser") != "true" {
		t.Error("a cut of one direction touched the other, or a laser")
	}
	s, err := hand.Status(ctx)
	must(t, err)
	if len(s.Faults) != 1 || s.Faults[0] != (sim.LinkFault{Kind: "cut", Link: "a-b", Span: "s1", Direction: "az"}) {
		t.Errorf("faults in force: %+v", s.Faults)
	}
	must(t, hand.Restore(ctx, sim.Span{Link: "a-b"}))
	until(t, "z end up again", b.up)
	must(t, hand.Degrade(ctx, sim.Span{Link: "a-b", Span: "s1", Direction: "za"}, 3))
	until(t, "3 dB less at a", func() bool { return math.Abs(a.number(oc+"/state/input-power/instant")-(-10+12-17.5+14-3)) < 0.3 })
	must(t, hand.Restore(ctx, sim.Span{Link: "a-b", Span: "s1"}))
	s, err = hand.Status(ctx)
	must(t, err)
	if len(s.Faults) != 0 || s.LostLightSeconds <= 0 {
		t.Errorf("after all was restored: faults %+v, lost %.3f s", s.Faults, s.LostLightSeconds)
	}
	for _, d := range s.Devices {
		if d.Writes.Sets != 2 {
			t.Errorf("%s has %d writes", d.Name, d.Writes.Sets)
		}
	}
}

func TestWrongCommands(t *testing.T) {
	_, hand, _, _ := running(t, exact())
	ctx := t.Context()
	for _, c := range []struct {
		name string
		err  error
		want error
		text string
	}{
		{"link", hand.Cut(ctx, sim.Span{Link: "x"}), sim.ErrUnknown, `link "x"`},
		{"span", hand.Cut(ctx, sim.Span{Link: "a-b", Span: "s9"}), sim.ErrUnknown, "s1"},
		{"direction", hand.Cut(ctx, sim.Span{Link: "a-b", Direction: "up"}), sim.ErrInvalid, "az, za or both"},
		{"loss", hand.Degrade(ctx, sim.Span{Link: "a-b"}, -1), sim.ErrInvalid, "0 to 60"},
		{"device", hand.Tamper(ctx, "r9", oc+"/config/frequency", "1", false), sim.ErrUnknown, `"r9"`},
		{"path", hand.Tamper(ctx, "r1", "/nonsense", "1", false), sim.ErrInvalid, "nonsense"},
		{"fault", hand.Inject(ctx, "r1", sim.Fault{Kind: "sulk"}), sim.ErrInvalid, "sulk"},
		{"other link", hand.SwapPatch(ctx, "a-b", "x"), sim.ErrUnknown, "x"},
		{"duct", func() error { _, err := hand.CutRisk(ctx, "nowhere"); return err }(), sim.ErrUnknown, "nowhere"},
		{"no laboratory", sim.NewClient(t.TempDir()).Cut(ctx, sim.Span{Link: "a-b"}), sim.ErrNoLab, "state directory"},
	} {
		if !errors.Is(c.err, c.want) || !strings.Contains(c.err.Error(), c.text) {
			t.Errorf("%s: %v, want %v with %q", c.name, c.err, c.want, c.text)
		}
	}
}

func TestTamperIsSeenAndCounted(t *testing.T) {
	lab, hand, a, b := running(t, exact())
	before, err := hand.Foreign(t.Context(), "r1")
	must(t, err)
	must(t, hand.Tamper(t.Context(), "r1", oc+"/config/frequency", "193200000", false))
	if got := a.leaf(oc + "/config/frequency"); got != "193200000" {
		t.Errorf("configuration says %s", got)
	}
	until(t, "wrong frequency: total power and no signal", func() bool {
		return !b.up() && b.leaf(oc+"/state/input-power/instant") == "-40.0" && b.number(lane+"/state/input-power/instant") > -5
	})
	after, err := hand.Foreign(t.Context(), "r1")
	must(t, err)
	if string(after) != string(before) {
		t.Error("our own leaf counts as foreign")
	}
	must(t, hand.Tamper(t.Context(), "r1", "/interfaces/interface[name=mgmt0]/config/description", "mine", false))
	if after, _ = lab.Foreign("r1"); string(after) == string(before) {
		t.Error("a foreign leaf changed and the digest did not")
	}
	if n := lab.Status().Devices[0].Writes.Sets; n != 2 {
		t.Errorf("%d writes counted, tampering included", n)
	}
}

func TestWrongModeShowsPowerWithoutLock(t *testing.T) {
	_, hand, _, b := running(t, exact())
	must(t, hand.Tamper(t.Context(), "r1", oc+"/config/operational-mode", "2", false))
	until(t, "no lock", func() bool { return !b.up() })
	must(t, hand.Tamper(t.Context(), "r1", oc+"/config/operational-mode", "1", false))
	until(t, "lock", b.up)
}

func TestSwappedPatch(t *testing.T) {
	_, hand, _, b := running(t, exact())
	must(t, hand.SwapPatch(t.Context(), "a-b", "c-d"))
	until(t, "light went to the other port", func() bool {
		return !b.up() && b.leaf(strings.ReplaceAll(oc, "0/0/0", "0/0/1")+"/state/input-power/instant") == "-40.0" &&
			b.number(strings.ReplaceAll(lane, "0/0/0", "0/0/1")+"/state/input-power/instant") > -10
	})
	must(t, hand.SwapPatch(t.Context(), "a-b", "c-d"))
	until(t, "lock", b.up)
}

func TestFaultsOfDevices(t *testing.T) {
	lab, hand, a, _ := running(t, exact())
	ctx := t.Context()
	t.Run("refuse", func(t *testing.T) {
		must(t, hand.Inject(ctx, "r1", sim.Fault{Kind: "refuse", Path: oc + "/config/frequency", Words: "no such colour"}))
		if err := a.set(map[string]any{oc + "/config/frequency": "193200000"}); err == nil || !strings.Contains(err.Error(), "no such colour") {
			t.Errorf("answer %v", err)
		}
		if f := lab.Status().Devices[0].Faults; len(f) != 1 || f[0].Kind != "refuse" || f[0].Words != "no such colour" {
			t.Errorf("faults in force: %+v", f)
		}
		must(t, hand.Clear(ctx, "r1"))
		if f := lab.Status().Devices[0].Faults; len(f) != 0 {
			t.Errorf("faults after clearing: %+v", f)
		}
	})
	t.Run("lost reply", func(t *testing.T) {
		must(t, hand.Inject(ctx, "r1", sim.Fault{Kind: sim.FaultLostReply, Times: 1}))
		if err := a.set(map[string]any{oc + "/config/target-output-power": "-11.0"}); err == nil {
			t.Error("the reply came")
		}
		until(t, "the change took effect all the same", func() bool { return math.Abs(a.number(oc+"/state/output-power/instant")+11) < 0.1 })
	})
	t.Run("acknowledged and not applied", func(t *testing.T) {
		must(t, hand.Inject(ctx, "r1", sim.Fault{Kind: "config-only", Path: oc, Times: 1}))
		a.must(map[string]any{oc + "/config/target-output-power": "-12.0"})
		if got := a.leaf(oc + "/config/target-output-power"); got != "-12.0" {
			t.Errorf("configuration says %s", got)
		}
		if got := a.number(oc + "/state/output-power/instant"); math.Abs(got+11) > 0.2 {
			t.Errorf("the light followed: %.2f dBm", got)
		}
	})
	t.Run("unreachable", func(t *testing.T) {
		must(t, hand.Inject(ctx, "r1", sim.Fault{Kind: sim.FaultUnreachable}))
		if d := lab.Status().Devices[0]; d.Reachable || len(d.Faults) != 1 {
			t.Errorf("status %+v", d)
		}
		until(t, "no answer", func() bool { return a.leaf(oc+"/config/frequency") == "" })
		must(t, hand.Clear(ctx, "r1"))
		until(t, "an answer", func() bool { return a.leaf(oc+"/config/frequency") != "" })
	})
	t.Run("reboot", func(t *testing.T) {
		must(t, hand.Inject(ctx, "r1", sim.Fault{Kind: sim.FaultReboot, Delay: 50 * time.Millisecond}))
		until(t, "start-up configuration", func() bool {
			return a.leaf("/interfaces/interface[name=mgmt0]/config/mtu") == "1500" && a.leaf(oc+"/config/frequency") == "" && a.leaf(lane+"/config/tx-laser") == "false"
		})
		until(t, "laser off", func() bool { return a.leaf(oc+"/state/output-power/instant") == "-40.0" })
	})
}

func TestCutOfATrueDuct(t *testing.T) {
	plant := exact()
	plant.SharedRisks = map[string]string{"c-d/s1": "duct-river"}
	lab, _, _, b := running(t, plant)
	got, err := lab.CutRisk("duct-river")
	must(t, err)
	if strings.Join(got, " ") != "a-b/s1 c-d/s1" {
		t.Errorf("cut %v; the documents know only a-b/s1", got)
	}
	until(t, "dark", func() bool { return !b.up() })
}

func TestSecondLaboratoryIsRefused(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, strings.Repeat("x", 80), strings.Repeat("y", 40))
	for _, d := range []string{dir, long} {
		cfg := sim.Config{Documents: p2p(), StateDir: d}
		lab, _ := startIn(t, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- lab.Serve(ctx) }()
		hand := sim.NewClient(d)
		until(t, "control socket", func() bool { _, err := hand.Status(ctx); return err == nil })
		if err := lab.Serve(ctx); err == nil || !strings.Contains(err.Error(), "another laboratory") {
			t.Errorf("second laboratory: %v", err)
		}
		hand.Close()
		cancel()
		must(t, <-served)
	}
}
