package reconcile_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

var laser0 = models.ObjectID{Kind: models.KindLaser, Key: "xcvr-et-0/0/0/1"}

// lasersOn counts how often a device is told to turn a laser on that is off.
func lasersOn(w *world, names ...string) *int {
	n := new(int)
	w.with(func() {
		for _, name := range names {
			d, before := w.devices[name], w.devices[name].refuse
			d.refuse = func(c models.Change) string {
				if before != nil {
					if words := before(c); words != "" {
						return words
					}
				}
				if c.Object.Kind == models.KindLaser && c.After[models.LeafEnabled] == "true" && d.objects[c.Object][models.LeafEnabled] != "true" {
					*n++
				}
				return ""
			}
		}
	})
	return n
}

func (d *daemon) phase(uid string, want records.PhaseName) {
	d.t.Helper()
	d.until(uid+" is "+string(want), func() bool {
		e, err := d.st.Tables().Phases.Get(d.t.Context(), uid)
		return err == nil && e.Value.Name == want
	})
}

func TestDeletionNeverTurnsOnWhatAPersonTurnedOff(t *testing.T) {
	w, d, _ := lit(t, 1)
	on := lasersOn(w, "r1", "r2")
	w.with(func() { w.devices["r1"].objects[laser0][models.LeafEnabled] = "false" })
	d.status("c1", "drifted", func(s records.Status) bool { return condition(s, models.InSync).Status == "False" })
	d.remove(circuit("c1", "r1", "r2", 400))
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	if *on != 0 {
		t.Errorf("the deletion turned a laser on %d times", *on)
	}
}

func TestDeletionAfterARebootAddsNothing(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	d := start(t, w, t.TempDir())
	startup := w.devices["r1"].copyOfObjects()
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "ready", ready)
	on := lasersOn(w, "r1", "r2")
	added := 0
	w.with(func() {
		w.devices["r1"].objects = startup
		before := w.devices["r1"].refuse
		w.devices["r1"].refuse = func(c models.Change) string {
			if _, there := w.devices["r1"].objects[c.Object]; !there && c.After != nil {
				added++
			}
			return before(c)
		}
	})
	d.status("c1", "drifted", func(s records.Status) bool { return condition(s, models.InSync).Status == "False" })
	d.remove(circuit("c1", "r1", "r2", 400))
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	if *on != 0 || added != 0 {
		t.Errorf("the deletion turned a laser on %d times and created %d objects", *on, added)
	}
}

func (d *fakeDevice) copyOfObjects() map[models.ObjectID]models.Leaves {
	out := map[models.ObjectID]models.Leaves{}
	for id, l := range d.objects {
		c := models.Leaves{}
		for k, v := range l {
			c[k] = v
		}
		out[id] = c
	}
	return out
}

// refuseLaunch makes a device refuse to turn its first laser on, limit times.
func refuseLaunch(w *world, name string, limit int) {
	w.devices[name].refuse = func(c models.Change) string {
		if c.Object == laser0 && c.After[models.LeafEnabled] == "true" && limit > 0 {
			limit--
			return "laser is locked"
		}
		return ""
	}
}

func TestDeletionAfterARefusedLaunchTurnsNothingOn(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	refuseLaunch(w, "r2", 1)
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "stalled", stalled)
	on := lasersOn(w, "r1", "r2")
	d.remove(circuit("c1", "r1", "r2", 400))
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	if *on != 0 {
		t.Errorf("the deletion turned a laser on %d times", *on)
	}
}

func TestRetryAfterARefusedLaunchDoesNotHang(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	refuseLaunch(w, "r2", 1)
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "stalled", stalled)
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1", Reason: "test"})
	d.status("c1", "ready: the person's retry launches again", ready)
}

func TestHalfTakenConfigurationIsUndone(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	// r2 acknowledges everything and leaves one leaf out.
	w.devices["r2"].deaf = func(_ models.ObjectID, leaf models.LeafName) bool { return leaf == models.LeafAllocation }
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "stalled", stalled)
	d.remove(circuit("c1", "r1", "r2", 400))
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, leaves := range w.devices["r2"].objects {
		if id.Kind == models.KindLogicalChannel {
			t.Errorf("left on r2: %s %v", id, leaves)
		}
		if id.Kind == models.KindOpticalChannel && leaves[models.LeafFrequency] != "193100 GHz" {
			t.Errorf("%s was not given back: %v", id, leaves)
		}
	}
}

func TestUndoOnVerifyFailureSaysWhyAndCanBeRetried(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	w.cut["r2/et-0/0/0"] = true
	d := start(t, w, t.TempDir())
	d.put(docs...)
	c := document("Circuit", "c1", &intents.CircuitSpec{From: "dc-r1", To: "dc-r2", CapacityGbps: 400, OnVerifyFailure: "undo"})
	d.put(c)
	d.until("undone", func() bool {
		e, err := d.st.Tables().Circuits.Get(t.Context(), "uid-c1")
		return err == nil && len(e.Value.Live) == 0
	})
	s := d.status("c1", "stalled", stalled)
	if m := condition(s, models.Stalled).Message; !strings.Contains(m, "r2 rx") {
		t.Errorf("says %q, want the first bad hop", m)
	}
	w.with(func() { delete(w.cut, "r2/et-0/0/0") })
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1", Reason: "test"})
	d.status("c1", "ready", ready)
}

func TestRetryOfAStuckUndoPlansAgain(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	broken := true
	w.devices["r2"].refuse = func(models.Change) string {
		if broken {
			return "not licensed"
		}
		return ""
	}
	w.devices["r1"].refuse = func(c models.Change) string {
		if broken && c.After == nil {
			return "database is locked"
		}
		return ""
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.phase("uid-c1/1", records.PhaseStuck)
	w.with(func() { broken = false })
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1", Reason: "test"})
	d.status("c1", "ready", ready)
}

func TestRetryOfAStuckDrainGoesOnDraining(t *testing.T) {
	w, d, _ := lit(t, 1)
	broken, abrupt := true, 0
	w.with(func() {
		w.devices["r2"].refuse = func(c models.Change) string {
			if broken && c.After[models.LeafAdmin] == models.AdminMaint {
				return "database is locked"
			}
			if c.Object.Kind == models.KindLogicalChannel && c.After == nil && w.devices["r2"].laser("et-0/0/0") {
				abrupt++
			}
			return ""
		}
	})
	d.remove(circuit("c1", "r1", "r2", 400))
	d.phase("uid-c1/1", records.PhaseStuck)
	w.with(func() { broken = false })
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1", Reason: "test"})
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	if abrupt != 0 {
		t.Errorf("%d channels were deleted under light", abrupt)
	}
}

func TestOneFailedWavelengthOfSeveralIsNamed(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 2)
	w.devices["r2"].refuse = func(c models.Change) string {
		if c.Object.Key == "oc-et-0/0/1" && c.After[models.LeafFrequency] != "193100 GHz" {
			return "operational mode is not licensed on slot 1"
		}
		return ""
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 800))
	d.until("one is left", func() bool {
		e, err := d.st.Tables().Circuits.Get(t.Context(), "uid-c1")
		return err == nil && len(e.Value.Live) == 1 && len(e.Value.Tombstones) == 1
	})
	s := d.status("c1", "half ready", func(s records.Status) bool { return s.Capacity.ReadyGbps == 400 && len(s.Wavelengths) == 1 })
	if m := condition(s, models.Ready).Message + condition(s, models.Stalled).Message; !strings.Contains(m, "not licensed on slot 1") {
		t.Errorf("nothing names the device's words: %+v", s.Conditions)
	}
}

func TestEvidenceOfAnEarlierProcessDoesNotCount(t *testing.T) {
	for range 2 { // who is connected first is a matter of chance
		w := newWorld(t)
		w.soak = "3s" // long enough to be stopped in Verify
		docs := pair(w, "r1", "r2", 1)
		dir := t.TempDir()
		d := start(t, w, dir)
		d.put(docs...)
		d.connected("r1", "r2")
		d.put(circuit("c1", "r1", "r2", 400))
		d.phase("uid-c1/1", records.PhaseVerify)
		d.until("there is good evidence", func() bool {
			for _, r := range []string{"r1", "r2"} {
				e, err := d.st.Tables().Evidence.Get(t.Context(), r+"/circuit/uid-c1/1")
				if err != nil || e.Value.OKSince == nil || e.Value.Phase != records.PhaseVerify {
					return false
				}
			}
			return true
		})
		if p, _ := d.st.Tables().Phases.Get(t.Context(), "uid-c1/1"); p.Value.Name != records.PhaseVerify {
			t.Fatalf("it is in %s before it could be stopped in Verify", p.Value.Name)
		}
		d.stop()
		slow := make(chan struct{})
		w.with(func() { w.cut["r2/et-0/0/0"] = true; w.devices["r2"].slow = slow })
		d = start(t, w, dir)
		d.connected("r1")
		s := d.status("c1", "anything", func(s records.Status) bool { return len(s.Wavelengths) == 1 })
		d.stays("uid-c1/1", records.PhaseVerify)
		_ = s
		close(slow)
		d.phase("uid-c1/1", records.PhaseHeld)
		d.stop()
	}
}

// stays watches for a while that a phase does not change.
func (d *daemon) stays(key string, want records.PhaseName) {
	d.t.Helper()
	n := 0
	d.until("looked", func() bool {
		n++
		e, err := d.st.Tables().Phases.Get(d.t.Context(), key)
		if err == nil && e.Value.Name != want {
			d.t.Fatalf("%s went to %s (%s)", key, e.Value.Name, e.Value.Message)
		}
		return n > 20
	})
}

func TestSomebodyElsesChannelUnderOurNumberSurvivesDeletion(t *testing.T) {
	w, d, _ := lit(t, 1)
	var id models.ObjectID
	w.with(func() {
		for o, l := range w.devices["r1"].objects {
			if o.Kind == models.KindLogicalChannel && l[models.LeafLogicalType] == "PROT_ETHERNET" {
				id = o
			}
		}
		w.devices["r1"].objects[id] = models.Leaves{models.LeafDescription: "customer x", models.LeafLogicalType: "PROT_ETHERNET", models.LeafAdmin: "ENABLED"}
	})
	d.status("c1", "drifted", func(s records.Status) bool { return condition(s, models.InSync).Status == "False" })
	d.remove(circuit("c1", "r1", "r2", 400))
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	if got := w.devices["r1"].objects[id][models.LeafDescription]; got != "customer x" {
		t.Errorf("the foreign channel is now %v", w.devices["r1"].objects[id])
	}
}

func TestQuickEditsDoNotOverbook(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 8)
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.request("all/1", records.Request{Kind: records.RequestPause, Target: "all", Reason: "freeze"})
	for range 30 {
		d.put(circuit("c1", "r1", "r2", 400))
		d.until("decided", func() bool { n := size(d, d.st.Tables().Decisions); return n == 1 })
		d.put(circuit("c1", "r1", "r2", 800))
		d.until("decided", func() bool { n := size(d, d.st.Tables().Decisions); return n >= 2 })
		e, err := d.st.Tables().Circuits.Get(t.Context(), "uid-c1")
		if err != nil || len(e.Value.Live) > 2 {
			t.Fatalf("%+v %v", e.Value, err)
		}
	}
}
