package controller_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// switched is two sites with a wavelength switch each, joined by one amplified
// section, and as many terminals per side as asked for, each site of its own:
// a circuit from dc-a1 to dc-b1 can use no other terminals than a1 and b1.
func switched(terminals int) []intents.Document {
	dbm := func(v float64) *float64 { return &v }
	docs := []intents.Document{
		document(intents.KindSite, "hut-a", &intents.SiteSpec{Role: "hut"}),
		document(intents.KindSite, "hut-b", &intents.SiteSpec{Role: "hut"}),
	}
	for _, side := range []string{"a", "b"} {
		ports := map[string]intents.Port{
			"east": {Tx: "EAST-OUT", Rx: "EAST-IN", EgressDbmPer50GHz: dbm(-20)},
			"west": {Tx: "WEST-OUT", Rx: "WEST-IN", EgressDbmPer50GHz: dbm(-20)},
		}
		for i := 1; i <= terminals; i++ {
			name := fmt.Sprintf("%s%d", side, i)
			ports[fmt.Sprintf("add%d", i)] = intents.Port{Bank: "srg1"}
			docs = append(docs,
				document(intents.KindSite, "dc-"+name, &intents.SiteSpec{Role: "dc"}),
				document(intents.KindDevice, name, &intents.DeviceSpec{
					Site: "dc-" + name, Profile: "lab-terminal", Mode: "manage",
					Ports: map[string]intents.Port{"line1": {Pluggable: "TERM-800G-CFP2"}},
				}),
				document(intents.KindLink, "patch-"+name, &intents.LinkSpec{
					Ends: [2]string{name + "/line1", fmt.Sprintf("roadm-%s/add%d", side, i)}, LossDb: dbm(0.5),
				}),
			)
		}
		docs = append(docs,
			document(intents.KindDevice, "roadm-"+side, &intents.DeviceSpec{
				Site: "hut-" + side, Profile: "lab-roadm", Mode: "manage", Ports: ports,
				Banks: map[string]intents.Bank{"srg1": {Colourless: true, Degrees: []string{"east", "west"}}},
			}),
			document(intents.KindDevice, "ila-"+side, &intents.DeviceSpec{
				Site: "hut-" + side, Profile: "lab-ila", Mode: "observe",
				Ports: map[string]intents.Port{"boost": {EgressDbmPer50GHz: dbm(-2)}, "pre": {EgressDbmPer50GHz: dbm(-2)}},
			}),
		)
	}
	return append(docs, document(intents.KindLink, "a-b", &intents.LinkSpec{
		Ends: [2]string{"roadm-a/east", "roadm-b/west"}, PowerControl: "device",
		Spans: []intents.Span{
			{Site: "hut-a", Amplifier: &intents.AmpSpec{Az: "ila-a/boost", Za: "ila-a/pre"}},
			{ID: "s1", Km: 60, LossDb: &intents.PerWay{Az: 13.2, Za: 13.5}},
			{Site: "hut-b", Amplifier: &intents.AmpSpec{Az: "ila-b/pre", Za: "ila-b/boost"}},
		},
	}))
}

// lost is the light that the terminals of these devices lost, in seconds.
func (s *site) lost(devices ...string) float64 {
	s.t.Helper()
	sum, found := 0.0, 0
	for _, c := range s.lab.Status().Channels {
		for _, d := range devices {
			if c.Device == d {
				sum += c.LostLightSeconds
				found++
			}
		}
	}
	if found < len(devices) {
		s.t.Fatalf("the laboratory knows %d channels of %v", found, devices)
	}
	return sum
}

func (s *site) remove(name string) {
	s.t.Helper()
	if _, err := s.client.Delete(s.t.Context(), kind(s.t, "Circuit"), "default", name, client.ChangeOptions{AllowOutage: true, Reason: "test"}); err != nil {
		s.t.Fatal(err)
	}
}

// eventually looks until something is so.
func (s *site) eventually(what string, limit time.Duration, so func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(limit); !so(); s.lookAgain() {
		if time.Now().After(deadline) {
			s.t.Fatalf("after %v not %s; phases: %v", limit, what, s.phases())
		}
	}
}

func (s *site) status(name string) records.Status {
	s.t.Helper()
	o, err := s.client.Get(s.t.Context(), kind(s.t, "Circuit"), "default", name)
	if err != nil {
		s.t.Fatal(err)
	}
	if o.Status == nil {
		return records.Status{}
	}
	return o.Status.Status
}

func TestRightOrderCostsNeighboursNothing(t *testing.T) {
	s := newSite(t, switched(4))
	s.apply(circuit("c1", "a1", "b1"))
	s.wait("ready", 20*time.Second, []string{"c1"}, isReady)
	// Alone, then two at once, with light on the section already.
	s.apply(circuit("c2", "a2", "b2"))
	s.wait("ready", 20*time.Second, []string{"c2"}, isReady)
	s.apply(circuit("c3", "a3", "b3"), circuit("c4", "a4", "b4"))
	s.wait("ready", 30*time.Second, []string{"c3", "c4"}, isReady)
	all := []string{"a1", "b1", "a2", "b2", "a3", "b3", "a4", "b4"}
	if lost := s.lost(all...); lost != 0 {
		t.Errorf("setting up cost %.3f s of light", lost)
	}
	s.remove("c2")
	s.vanish("c2")
	s.remove("c1")
	s.remove("c4")
	s.vanish("c1")
	s.vanish("c4")
	if lost := s.lost("a3", "b3"); lost != 0 {
		t.Errorf("draining its neighbours cost c3 %.3f s of light", lost)
	}
	if !isReady(s.status("c3")) {
		t.Errorf("c3 is not Ready any more: %+v", s.status("c3"))
	}
}

// hasty is a driver that calls before whenever lasers are about to be turned on.
type hasty struct {
	drivers.Driver
	before func()
}

// wholeSession is all that sessions of the gNMI driver can do and the stages use.
type wholeSession interface {
	drivers.Session
	drivers.Watcher
	drivers.Sampler
	drivers.Pather
}

type hastySession struct {
	wholeSession
	before func()
}

func (h hasty) Open(ctx context.Context, d drivers.Device) (drivers.Session, error) {
	session, err := h.Driver.Open(ctx, d)
	if err != nil {
		return nil, err
	}
	whole, ok := session.(wholeSession)
	if !ok {
		return nil, fmt.Errorf("%T cannot do all that the gNMI driver can", session)
	}
	return hastySession{whole, h.before}, nil
}

func (h hastySession) Apply(ctx context.Context, p drivers.Pass) (drivers.Result, error) {
	for _, c := range p.Changes {
		// A terminal's laser follows its line-side channel, made in the dark.
		if c.Object.Kind == models.KindLogicalChannel && c.Before[models.LeafAdmin] == models.AdminDisabled && c.After[models.LeafAdmin] == models.AdminEnabled {
			h.before()
			break
		}
	}
	return h.wholeSession.Apply(ctx, p)
}

func TestWrongOrderCostsTheNeighbour(t *testing.T) {
	s := newSite(t, switched(2))
	s.stop()
	// The same daemon, but with a driver that opens every media channel before
	// it turns a laser on: the loops of the switches open in the dark.
	var armed atomic.Bool
	opened := 0
	before := func() {
		if armed.CompareAndSwap(true, false) {
			opened = openAll(t, s.lab, "roadm-a", "roadm-b")
		}
	}
	for name, d := range s.drivers {
		s.drivers[name] = hasty{d, before}
	}
	s.serve()
	s.apply(circuit("c1", "a1", "b1"))
	s.wait("ready", 20*time.Second, []string{"c1"}, isReady)
	if lost := s.lost("a1", "b1"); lost != 0 {
		t.Errorf("%.3f s of light lost while nothing was done wrong", lost)
	}
	armed.Store(true)
	s.apply(circuit("c2", "a2", "b2"))
	s.eventually("lost light at the neighbour", 20*time.Second, func() bool { return s.lost("a1") > 0 && s.lost("b1") > 0 })
	if armed.Load() || opened == 0 {
		t.Error("nothing was opened in the dark: it is something else that lost light")
	}
	t.Logf("%d media channels opened in the dark: neighbour lost %.3f s", opened, s.lost("a1", "b1"))
	// What was done behind the controller's back is named, and is no reason to
	// call the light good.
	s.wait("drift", 20*time.Second, []string{"c2"}, func(st records.Status) bool {
		if isReady(st) {
			t.Error("c2 became Ready")
		}
		return condition(st, models.InSync).Status == "False"
	})
	s.remove("c2")
	s.vanish("c2")
	s.wait("ready again", 20*time.Second, []string{"c1"}, isReady)
}

// openAll opens the media channels of ours that are shut and returns their number.
func openAll(t *testing.T, lab *sim.Lab, roadms ...string) int {
	n := 0
	for _, name := range roadms {
		target, err := lab.Target(name)
		if err != nil {
			t.Error(err)
			return n
		}
		var shut []string
		err = target.Walk("/wavelength-router/media-channels/channel[index=*]/config", func(path, value string) {
			if ours := !strings.Contains(path, "[index=7]"); ours && strings.HasSuffix(path, "/admin-status") && value == models.AdminDisabled {
				shut = append(shut, path)
			}
		})
		if err != nil {
			t.Error(err)
		}
		for _, path := range shut {
			if err := lab.Tamper(name, path, models.AdminEnabled, false); err != nil {
				t.Error(err)
			}
			n++
		}
	}
	return n
}

// TestNobodyWaitsForWhoCannotMove: a wavelength that is being taken down and waits for a
// device that is away, or for one that is paused, has sections that others need. They
// go on without it, and it goes on when it can.
func TestNobodyWaitsForWhoCannotMove(t *testing.T) {
	s := newSite(t, switched(4))
	s.apply(circuit("c1", "a1", "b1"), circuit("c2", "a2", "b2"), circuit("c3", "a3", "b3"))
	s.wait("ready", 40*time.Second, []string{"c1", "c2", "c3"}, isReady)
	if err := s.lab.Inject("b1", sim.Fault{Kind: sim.FaultUnreachable}); err != nil {
		t.Fatal(err)
	}
	s.remove("c1")
	s.wait("waiting for b1", 20*time.Second, []string{"c1"}, func(st records.Status) bool {
		c := condition(st, models.Ready)
		return c.Reason == models.DeviceUnreachable && strings.Contains(c.Message, "b1 is out of reach") && len(st.Wavelengths) == 1 && st.Wavelengths[0].Phase == records.PhaseDrain
	})
	if _, err := s.client.Pause(t.Context(), wire.RequestOptions{Target: "device/a2", Reason: "test"}); err != nil {
		t.Fatal(err)
	}
	s.remove("c2")
	s.wait("waiting for a2", 20*time.Second, []string{"c2"}, func(st records.Status) bool {
		return strings.Contains(condition(st, models.Ready).Message, "a2: paused") && len(st.Wavelengths) == 1 && st.Wavelengths[0].Phase == records.PhaseDrain
	})
	s.remove("c3")
	s.vanish("c3")
	s.apply(circuit("c4", "a4", "b4"))
	s.wait("ready beside those that wait", 20*time.Second, []string{"c4"}, isReady)

	if err := s.lab.Clear(t.Context(), "b1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.Resume(t.Context(), wire.RequestOptions{Target: "device/a2"}); err != nil {
		t.Fatal(err)
	}
	s.vanish("c1")
	s.vanish("c2")
	if lost := s.lost("a4", "b4"); lost != 0 {
		t.Errorf("it cost a neighbour %.3f s of light", lost)
	}
}
