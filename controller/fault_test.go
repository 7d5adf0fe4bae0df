package controller_test

import (
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/models"
)

func TestDeletedCircuitLeavesNothing(t *testing.T) {
	s := newSite(t, pair("r1", "r2", 1))
	s.apply(circuit("c1", "r1", "r2"))
	s.wait("ready", 20*time.Second, []string{"c1"}, isReady)
	_, err := s.client.Delete(t.Context(), kind(t, "Circuit"), "default", "c1", client.ChangeOptions{})
	if !client.IsReason(err, wire.FailureReason(models.OutageNotAllowed)) && (err == nil || !strings.Contains(err.Error(), "allow-outage")) {
		t.Fatalf("deleting lit light without permission: %v", err)
	}
	if _, err := s.client.Delete(t.Context(), kind(t, "Circuit"), "default", "c1", client.ChangeOptions{AllowOutage: true, Reason: "test"}); err != nil {
		t.Fatal(err)
	}
	s.vanish("c1")
	for _, c := range s.lab.Status().Channels {
		if c.LaserOn {
			t.Errorf("laser of %s/%s is still on", c.Device, c.Port)
		}
	}
	s.apply(circuit("c1", "r1", "r2"))
	s.wait("ready again", 20*time.Second, []string{"c1"}, isReady)
}

// vanish waits until a circuit is no more.
func (s *site) vanish(name string) {
	s.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		_, err := s.client.Get(s.t.Context(), kind(s.t, "Circuit"), "default", name)
		if err != nil && strings.Contains(strings.ToLower(err.Error()), "not found") || client.IsReason(err, "NotFound") {
			return
		}
		if err != nil {
			s.t.Fatal(err)
		}
		s.lookAgain()
	}
	s.t.Fatalf("%s never vanished", name)
}

// lookAgain is the pause before a condition that nothing tells of is looked at
// once more; whoever calls it has a deadline of its own.
func (s *site) lookAgain() {
	timer := time.NewTimer(100 * time.Millisecond)
	defer timer.Stop()
	<-timer.C
}

func TestCutLossAndRepair(t *testing.T) {
	s := newSite(t, pair("r1", "r2", 1))
	s.apply(circuit("c1", "r1", "r2"))
	s.wait("ready", 20*time.Second, []string{"c1"}, isReady)
	before := s.writes()
	for _, direction := range []string{"az", "za"} {
		if err := s.lab.Cut(sim.Span{Link: "r1-r2-0", Span: "s1", Direction: direction}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		s.wait("not ready within 2 s naming link, span and direction", 2*time.Second, []string{"c1"}, func(st records.Status) bool {
			c := condition(st, models.Ready)
			return c.Status == "False" && strings.Contains(c.Message, "r1-r2-0") && strings.Contains(c.Message, "s1") && strings.Contains(c.Message, direction)
		})
		t.Logf("cut %s seen after %v", direction, time.Since(began))
		if err := s.lab.Restore(sim.Span{Link: "r1-r2-0"}); err != nil {
			t.Fatal(err)
		}
		s.wait("ready after the repair", 20*time.Second, []string{"c1"}, isReady)
		// A fibre that loses more than the documents say, with light that still arrives.
		if err := s.lab.Degrade(sim.Span{Link: "r1-r2-0", Span: "s1", Direction: direction}, 4); err != nil {
			t.Fatal(err)
		}
		s.wait("the plant differs, and where", 5*time.Second, []string{"c1"}, func(st records.Status) bool {
			c := condition(st, models.Ready)
			return c.Status == "False" && c.Reason == models.PlantMismatch && strings.Contains(c.Message, "link r1-r2-0 span s1 "+direction)
		})
		if err := s.lab.Restore(sim.Span{Link: "r1-r2-0"}); err != nil {
			t.Fatal(err)
		}
		s.wait("ready with the loss gone", 20*time.Second, []string{"c1"}, isReady)
	}
	if after := s.writes(); after != before {
		t.Errorf("cuts, losses and repairs cost %d writes", after-before)
	}
}

func TestRefusingDeviceStopsOnlyItsCircuit(t *testing.T) {
	s := newSite(t, pair("r1", "r2", 5))
	if err := s.lab.Inject("r2", sim.Fault{Kind: "refuse", RPC: "Set", Path: "/components/component[name=oc-et-0/0/3]", Words: "licence missing on et-0/0/3"}); err != nil {
		t.Fatal(err)
	}
	names := []string{"c0", "c1", "c2", "c3", "c4"}
	for _, n := range names {
		s.apply(circuit(n, "r1", "r2"))
	}
	ready, refused := 0, 0
	s.wait("ready or refused", 40*time.Second, names, func(st records.Status) bool {
		switch c := condition(st, models.Stalled); {
		case isReady(st):
			ready++
			return true
		case isStalled(st):
			refused++
			if c.Reason != models.DeviceRejected || !strings.Contains(c.Message, "licence missing") {
				t.Errorf("says %s %q", c.Reason, c.Message)
			}
			return true
		}
		return false
	})
	if ready != 4 || refused != 1 {
		t.Errorf("%d ready, %d refused; want 4 and 1", ready, refused)
	}
}

func TestWhatIsNotTrueNeverBecomesReady(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*sim.Lab) error
		says  []string
	}{
		{"acknowledges and does nothing", func(l *sim.Lab) error { return l.Inject("r2", sim.Fault{Kind: "ignore"}) }, []string{"r2"}},
		{"configuration without effect", func(l *sim.Lab) error { return l.Inject("r2", sim.Fault{Kind: "inert"}) }, []string{"r2"}},
		{"state does not follow", func(l *sim.Lab) error { return l.Inject("r2", sim.Fault{Kind: "config-only"}) }, []string{"r2"}},
		{"swapped patch", func(l *sim.Lab) error { return l.SwapPatch("r1-r2-0", "r1-r2-1") }, []string{"r1-r2-0", "s1"}},
		{"too much loss", func(l *sim.Lab) error { return l.Degrade(sim.Span{Link: "r1-r2-0", Span: "s1", Direction: "za"}, 6) }, []string{"r1", "s1", "za"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, pair("r1", "r2", 2))
			if err := c.spoil(s.lab); err != nil {
				t.Fatal(err)
			}
			s.apply(circuit("c1", "r1", "r2"))
			s.wait("stalled", 40*time.Second, []string{"c1"}, func(st records.Status) bool {
				if isReady(st) {
					t.Error("became Ready")
				}
				if !isStalled(st) {
					return false
				}
				message := condition(st, models.Stalled).Message
				t.Log(message)
				for _, word := range c.says {
					if !strings.Contains(message, word) {
						t.Errorf("%q does not name %s", message, word)
					}
				}
				return true
			})
		})
	}
}

func TestDriftReportAndUnreachableDevice(t *testing.T) {
	s := newSite(t, pair("r1", "r2", 1))
	s.apply(circuit("c1", "r1", "r2"))
	s.wait("ready", 20*time.Second, []string{"c1"}, isReady)
	r, err := s.client.Drift(t.Context(), true, "")
	if err != nil || len(r.Items) != 0 || len(r.Unknown) != 0 || r.Checked != 2 {
		t.Fatalf("nothing was touched: %+v, %v", r, err)
	}
	path := "/components/component[name=oc-et-0/0/0]/optical-channel/config/target-output-power"
	if err := s.lab.Tamper("r1", path, "-9.5", false); err != nil {
		t.Fatal(err)
	}
	s.wait("drift", 5*time.Second, []string{"c1"}, func(st records.Status) bool { return condition(st, models.InSync).Status == "False" })
	r, err = s.client.Drift(t.Context(), false, "")
	if err != nil || len(r.Items) != 1 {
		t.Fatalf("%+v, %v; want one item", r, err)
	}
	i := r.Items[0]
	if i.Device != "r1" || i.Path != path || i.Found != "-9.50 dBm" || i.Applied == "" || i.Impact != models.Hit {
		t.Errorf("item %+v", i)
	}
	if _, err := s.client.Repair(t.Context(), wire.RequestOptions{Target: "circuit/default/c1", Reason: "test", AllowOutage: true}); err != nil {
		t.Fatal(err)
	}
	s.wait("in sync", 10*time.Second, []string{"c1"}, func(st records.Status) bool { return condition(st, models.InSync).Status == "True" })
	if err := s.lab.Inject("r2", sim.Fault{Kind: sim.FaultUnreachable}); err != nil {
		t.Fatal(err)
	}
	s.wait("unknown", 10*time.Second, []string{"c1"}, func(st records.Status) bool { return condition(st, models.Ready).Status == "Unknown" })
	r, err = s.client.Drift(t.Context(), false, "")
	if err != nil || len(r.Unknown) != 1 || r.Unknown[0].Device != "r2" || len(r.Items) != 0 {
		t.Errorf("%+v, %v; want r2 unknown", r, err)
	}
}
