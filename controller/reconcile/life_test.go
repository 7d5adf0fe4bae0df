package reconcile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

func TestCircuitIsLitAndRemoved(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 2)
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	s := d.status("c1", "ready", ready)
	if s.Capacity.ReadyGbps != 400 {
		t.Errorf("ready %d Gbit/s, want 400", s.Capacity.ReadyGbps)
	}
	if n := w.writes("r1"); n != 2 {
		t.Errorf("r1 was written %d times, want 2: dark and launch", n)
	}
	d.remove(circuit("c1", "r1", "r2", 400))
	d.gone("c1")
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	for id, leaves := range w.devices["r1"].objects {
		if id.Kind == models.KindLogicalChannel {
			t.Errorf("left on r1: %s %v", id, leaves)
		}
		if id.Kind == models.KindLaser && leaves[models.LeafEnabled] == "true" {
			t.Errorf("laser left on: %s", id)
		}
		if id.Kind == models.KindOpticalChannel && leaves[models.LeafFrequency] != "193100 GHz" {
			t.Errorf("%s was not given back: %v", id, leaves)
		}
	}
}

func TestRestartWritesNothing(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 3)
	dir := t.TempDir()
	d := start(t, w, dir)
	d.put(docs...)
	for _, name := range []string{"c1", "c2", "c3"} {
		d.put(circuit(name, "r1", "r2", 400))
	}
	for _, name := range []string{"c1", "c2", "c3"} {
		d.status(name, "ready", ready)
	}
	before := w.writes("r1") + w.writes("r2")
	d.stop()
	d = start(t, w, dir)
	d.connected("r1", "r2")
	for _, name := range []string{"c1", "c2", "c3"} {
		d.status(name, "ready after the restart", ready)
	}
	if after := w.writes("r1") + w.writes("r2"); after != before {
		t.Errorf("the restart wrote %d times", after-before)
	}
}

func TestOneRefusedOwnerDoesNotStopTheOthers(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 4)
	w.devices["r2"].refuse = func(c models.Change) string {
		if c.Object.Key == "oc-et-0/0/2" {
			return "operational mode is not licensed on slot 2"
		}
		return ""
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c0", "r1", "r2", 400), circuit("c1", "r1", "r2", 400), circuit("c2", "r1", "r2", 400), circuit("c3", "r1", "r2", 400))
	good, bad := 0, 0
	for _, name := range []string{"c0", "c1", "c2", "c3"} {
		s := d.status(name, "ready or stalled", func(s records.Status) bool { return ready(s) || stalled(s) })
		if ready(s) {
			good++
			continue
		}
		bad++
		if c := condition(s, models.Stalled); c.Reason != models.DeviceRejected || !strings.Contains(c.Message, "not licensed on slot 2") {
			t.Errorf("%s says %s %q, want the device's words", name, c.Reason, c.Message)
		}
	}
	if good != 3 || bad != 1 {
		t.Errorf("%d ready, %d refused; want 3 and 1", good, bad)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.devices["r1"].objects {
		if id.Kind == models.KindLogicalChannel && w.devices["r1"].objects[id][models.LeafAssignOptical] == "oc-et-0/0/2" {
			t.Errorf("%s of the refused circuit is still on r1", id)
		}
	}
}

func TestLyingDeviceIsNeverReady(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	w.devices["r2"].ignore = true
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	s := d.status("c1", "stalled", stalled)
	c := condition(s, models.Stalled)
	if !strings.Contains(c.Message, "r2") || !strings.Contains(c.Message, "does not show it") {
		t.Errorf("says %q, want it to name r2 and that it does not show what it acknowledged", c.Message)
	}
	if ready(s) {
		t.Error("ready on a lying device")
	}
}

func TestLostReplyIsReadBack(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	w.devices["r1"].loseReply = 2
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "ready", ready)
	if n := w.writes("r1"); n != 2 {
		t.Errorf("r1 took %d effective writes, want 2: what took effect is not sent again", n)
	}
}

func TestSwappedPatchIsHeldAndNamed(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 2)
	// The fibres are swapped at r2, and only one of them carries light.
	w.facing["r2/et-0/0/0"], w.facing["r2/et-0/0/1"] = "r1/et-0/0/1", "r1/et-0/0/0"
	w.facing["r1/et-0/0/0"], w.facing["r1/et-0/0/1"] = "r2/et-0/0/1", "r2/et-0/0/0"
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	s := d.status("c1", "stalled", stalled)
	c := condition(s, models.Stalled)
	if c.Reason != models.LightNotSeen || !strings.Contains(c.Message, "r1-r2-0") || !strings.Contains(c.Message, "s1") {
		t.Errorf("says %s %q, want LightNotSeen naming link r1-r2-0 and span s1", c.Reason, c.Message)
	}
}

func TestBadLightTurnsNotReadyAndBackWithoutAWrite(t *testing.T) {
	for name, c := range map[string]struct {
		harm   func(*world) map[string]bool
		reason models.Reason
		words  []string
	}{
		"cut": {func(w *world) map[string]bool { return w.cut }, models.LossOfSignal, []string{"link r1-r2-0", "s1", "az"}},
		// Every power is right, and the errors are too many.
		"noise": {func(w *world) map[string]bool { return w.noisy }, models.MarginLow, []string{"r2: Q 6.00 dB, 0.25 dB below what oFEC needs"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, d, _ := lit(t, 1)
			before := w.writes("r1") + w.writes("r2")
			w.with(func() { c.harm(w)["r2/et-0/0/0"] = true })
			s := d.statusIn("c1", "not ready", 2*time.Second, func(s records.Status) bool { return condition(s, models.Ready).Status == "False" })
			said := condition(s, models.Ready)
			if said.Reason != c.reason {
				t.Errorf("says %s %q, want %s", said.Reason, said.Message, c.reason)
			}
			for _, word := range c.words {
				if !strings.Contains(said.Message, word) {
					t.Errorf("says %q, without %q", said.Message, word)
				}
			}
			w.with(func() { delete(c.harm(w), "r2/et-0/0/0") })
			d.status("c1", "ready again", ready)
			if after := w.writes("r1") + w.writes("r2"); after != before {
				t.Errorf("it cost %d writes, want none", after-before)
			}
		})
	}
}

func TestDriftIsReportedAndRepairedOnlyWhenAsked(t *testing.T) {
	w, d, _ := lit(t, 1)
	before := w.writes("r1")
	id := models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-et-0/0/0"}
	w.with(func() { w.devices["r1"].objects[id][models.LeafTargetPower] = "-9.50 dBm" })
	d.status("c1", "drifted", func(s records.Status) bool { return condition(s, models.InSync).Status == "False" })
	report, err := d.stages.Drift(t.Context(), false, "")
	if err != nil || len(report.Items) != 1 {
		t.Fatalf("drift report %+v, %v; want one item", report, err)
	}
	if i := report.Items[0]; i.Device != "r1" || i.Found != "-9.50 dBm" || i.Applied == i.Found {
		t.Errorf("item %+v, want device r1, found -9.50 dBm", i)
	}
	if w.writes("r1") != before {
		t.Error("drift was reverted without being asked")
	}
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRepair, Target: "circuit/default/c1", Reason: "test"})
	d.answered("repair/circuit/default/c1/1", func(r records.Request) bool { return strings.Contains(r.Refused["r1"], "OutageNotAllowed") })
	d.request("circuit/default/c1/2", records.Request{Kind: records.RequestRepair, Target: "circuit/default/c1", Reason: "test", AllowOutage: true})
	d.status("c1", "in sync", func(s records.Status) bool { return condition(s, models.InSync).Status == "True" })
	if w.writes("r1") != before+1 {
		t.Errorf("the repair wrote %d times, want once", w.writes("r1")-before)
	}
}

// darkTransmitter is a world of two routers of which r1 stored all and lit nothing, and
// a daemon that holds circuit c1 for it.
func darkTransmitter(t *testing.T) (*world, *daemon) {
	t.Helper()
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	w.devices["r1"].inert = true
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	s := d.status("c1", "stalled", stalled)
	if c := condition(s, models.Stalled); c.Reason != models.LightNotSeen || !strings.Contains(c.Message, "r1 tx") {
		t.Fatalf("%s: %s; want no light from r1", c.Reason, c.Message)
	}
	return w, d
}

// A device that stored all and lit nothing is told all of it anew by a retry: what it
// has on record already it would not hear of.
func TestRetryOfADarkTransmitterLaunchesAnew(t *testing.T) {
	w, d := darkTransmitter(t)
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1"})
	d.status("c1", "on its way again", func(s records.Status) bool { return !stalled(s) })
	d.status("c1", "stalled again", stalled)
	w.with(func() { w.devices["r1"].inert = false })
	d.request("circuit/default/c1/2", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1"})
	d.status("c1", "ready", ready)
}

// Turning all off and on again would hide that somebody turned the laser of the other
// end off, and light it.
func TestRetryOfADarkTransmitterLeavesAManWorking(t *testing.T) {
	w, d := darkTransmitter(t)
	w.with(func() {
		w.devices["r1"].inert = false
		w.devices["r2"].objects[laser0][models.LeafEnabled] = "false"
	})
	before := w.writes("r2")
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1"})
	d.status("c1", "held by the drift", func(s records.Status) bool { return condition(s, models.Stalled).Reason == models.DriftHeld })
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.devices["r2"].laser("et-0/0/0") || len(w.devices["r2"].writes) != before {
		t.Error("r2 was told something, or its laser is on")
	}
}

// A device that would not take a repair is said to have refused it, until what differs
// is mended, by a repair or by hand.
func TestRefusedRepairIsShown(t *testing.T) {
	w, d, _ := lit(t, 1)
	id := models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-et-0/0/0"}
	leaves := w.devices["r1"].objects[id]
	approved := leaves[models.LeafTargetPower]
	w.with(func() {
		leaves[models.LeafTargetPower] = "-9.50 dBm"
		w.devices["r1"].refuse = func(models.Change) string { return "the module is busy" }
	})
	d.status("c1", "drifted", func(s records.Status) bool { return condition(s, models.InSync).Status == "False" })
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRepair, Target: "circuit/default/c1", Reason: "test", AllowOutage: true})
	d.status("c1", "refused", func(s records.Status) bool {
		c := condition(s, models.Programmed)
		return c.Status == "False" && c.Reason == models.DeviceRejected && c.Message == "r1 refused: the module is busy"
	})
	w.with(func() { leaves[models.LeafTargetPower] = approved })
	d.status("c1", "mended by hand", func(s records.Status) bool { return condition(s, models.Programmed).Status == "True" && ready(s) })
}

func TestLaserFoundOffIsNotTurnedOnByRepairAlone(t *testing.T) {
	w, d, _ := lit(t, 1)
	id := models.ObjectID{Kind: models.KindLaser, Key: "xcvr-et-0/0/0/1"}
	w.with(func() { w.devices["r1"].objects[id][models.LeafEnabled] = "false" })
	d.status("c1", "drifted", func(s records.Status) bool {
		return condition(s, models.InSync).Status == "False" && strings.HasSuffix(condition(s, models.Ready).Message, "; configuration differs on r1, see drift")
	})
	d.request("device/r1/1", records.Request{Kind: records.RequestRepair, Target: "device/r1", Reason: "test", AllowOutage: true})
	d.answered("repair/device/r1/1", func(r records.Request) bool { return strings.Contains(r.Refused["r1"], "PossiblyManned") })
	w.mu.Lock()
	if w.devices["r1"].laser("et-0/0/0") {
		t.Error("the laser was turned on")
	}
	w.mu.Unlock()
	d.request("device/r1/2", records.Request{Kind: records.RequestRepair, Target: "device/r1", Reason: "test", AllowOutage: true, LasersOn: true})
	d.status("c1", "ready", func(s records.Status) bool { return ready(s) && condition(s, models.InSync).Status == "True" })
}

func TestObservedDeviceIsNeverWritten(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	for i := range docs {
		observe(&docs[i], "r2")
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "waiting for management", func(s records.Status) bool {
		return len(s.Wavelengths) == 1 && s.Wavelengths[0].Reason == models.AdoptionNeeded
	})
	if w.writes("r1")+w.writes("r2") != 0 {
		t.Error("something was written")
	}
}

func TestPauseAndResume(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.request("all/1", records.Request{Kind: records.RequestPause, Target: "all", Reason: "freeze"})
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "paused", func(s records.Status) bool {
		return len(s.Wavelengths) == 1 && s.Wavelengths[0].Reason == models.Paused
	})
	if w.writes("r1")+w.writes("r2") != 0 {
		t.Error("something was written while paused")
	}
	if _, err := d.st.Commit(t.Context(), nil, d.st.Tables().Requests.Delete("pause/all/1")); err != nil {
		t.Fatal(err)
	}
	d.status("c1", "ready", ready)
}

func TestUnreachableDeviceIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	w.devices["r2"].down = true
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "waiting for r2", func(s records.Status) bool {
		return condition(s, models.Programmed).Reason == models.DeviceUnreachable
	})
	report, err := d.stages.Drift(t.Context(), false, "")
	if err != nil || len(report.Unknown) != 1 || report.Unknown[0].Device != "r2" {
		t.Errorf("drift %+v, %v; want r2 unknown", report, err)
	}
	w.with(func() { w.devices["r2"].down = false })
	d.status("c1", "ready", ready)
}

// A deletion that cannot go on says which device it waits for, and nobody is told
// what would do instead.
func TestDeletionTellsWhatItWaitsFor(t *testing.T) {
	w, d, _ := lit(t, 1)
	w.with(func() { w.devices["r2"].down = true })
	d.remove(circuit("c1", "r1", "r2", 400))
	d.status("c1", "deletion waiting for r2", func(s records.Status) bool {
		c := condition(s, models.Ready)
		return c.Reason == models.DeviceUnreachable && strings.HasPrefix(c.Message, "being deleted; r2 is out of reach: ")
	})
	p, err := d.stages.Why(t.Context(), intents.KindCircuit, "default", "c1")
	if err != nil || p.Action != "remove" || len(p.Wavelengths) != 1 || len(p.Candidates) != 0 {
		t.Errorf("why says %+v, %v; want one wavelength that is to go and nothing else", p, err)
	}
	w.with(func() { w.devices["r2"].down = false })
	d.gone("c1")
}

func TestSomebodyElsesChannelIsNotTaken(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	w.devices["r2"].objects[models.ObjectID{Kind: models.KindLaser, Key: "xcvr-et-0/0/0/1"}][models.LeafEnabled] = "true"
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	s := d.status("c1", "stalled", stalled)
	if c := condition(s, models.Stalled); !strings.Contains(c.Message, "no record lights it") {
		t.Errorf("says %q", c.Message)
	}
	if w.writes("r2") != 0 {
		t.Error("r2 was written")
	}
}

// A device's document that names other credentials has it connected anew with them,
// and no other.
func TestOtherCredentialsAreUsed(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	dials := make(chan string, 16)
	w.dialled = func(device string) func() {
		dials <- device
		return func() {}
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.connected("r1", "r2")
	<-dials
	<-dials
	for i := range docs {
		if spec, ok := docs[i].Spec.(*intents.DeviceSpec); ok && docs[i].Metadata.Name == "r1" {
			spec.Credentials = &intents.CredentialsRef{Ref: "env:Y"}
			d.put(docs[i])
		}
	}
	select {
	case device := <-dials:
		if device != "r1" {
			t.Errorf("%s is connected anew, want r1", device)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("r1 is not connected anew")
	}
}

// TestOldestEventsAreDropped starts a daemon on a store with more events than are to
// be kept.
func TestOldestEventsAreDropped(t *testing.T) {
	w, d, _ := lit(t, 1)
	happened := func(d *daemon) []records.Event {
		entries, _, err := d.st.Tables().Events.List(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		var out []records.Event
		for _, e := range entries {
			out = append(out, e.Value)
		}
		return out
	}
	before := happened(d)
	d.stop()
	w.eventsKept = len(before) - 2
	d = start(t, w, d.dir)
	d.until("the two oldest events are gone", func() bool {
		now := happened(d)
		return len(now) >= w.eventsKept && cmp.Equal(now[:w.eventsKept], before[2:])
	})
}
