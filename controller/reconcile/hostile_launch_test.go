package reconcile_test

import (
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// atLaunch calls f, under the world's lock, when a device is first told to turn its
// first laser on.
func atLaunch(dev *fakeDevice, f func()) {
	done := false
	dev.refuse = func(c models.Change) string {
		if c.Object == laser0 && c.After[models.LeafEnabled] == "true" && !done {
			done = true
			f()
		}
		return ""
	}
}

// awayAtLaunch is a world in which r1 turned its laser on and is away since, without a
// word.
func awayAtLaunch(t *testing.T) (*world, *daemon) {
	t.Helper()
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	r1 := w.devices["r1"]
	away := false
	atLaunch(r1, func() { away, r1.loseReply, r1.down = true, 1, true })
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.connected("r1", "r2")
	d.put(circuit("c1", "r1", "r2", 400))
	d.until("away", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return away && r1.laser("et-0/0/0")
	})
	return w, d
}

// A device that loses its configuration while light is being brought up is drift: the
// wavelength is held and says so, a repair gives the configuration back, and light
// comes up when a person asks for it.
func TestRebootDuringLaunchIsHeldAndRepaired(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	r1 := w.devices["r1"]
	startup := r1.copyOfObjects()
	launched := false
	atLaunch(r1, func() { launched, r1.loseReply = true, 1 })
	w.dialled = func(device string) func() {
		w.with(func() {
			if device == "r1" && launched {
				r1.objects, launched = startup, false
			}
		})
		return func() {}
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.connected("r1", "r2")
	d.put(circuit("c1", "r1", "r2", 400))
	s := d.status("c1", "held", func(s records.Status) bool {
		return stalled(s) && condition(s, models.InSync).Status == "False"
	})
	if c := condition(s, models.Stalled); c.Reason != models.DriftHeld || !strings.Contains(c.Message, "r1: its configuration was changed on the device; repair") {
		t.Errorf("stalled: %s: %s", c.Reason, c.Message)
	}
	report, err := d.stages.Drift(t.Context(), false, "")
	if err != nil || len(report.Items) == 0 {
		t.Fatalf("drift report %+v, %v; want what is missing", report, err)
	}
	on := lasersOn(w, "r1")
	d.request("device/r1/1", records.Request{Kind: records.RequestRepair, Target: "device/r1", Reason: "test", AllowOutage: true})
	d.status("c1", "in sync, dark", func(s records.Status) bool { return condition(s, models.InSync).Status == "True" })
	w.with(func() {
		if *on != 0 || r1.laser("et-0/0/0") {
			t.Errorf("the repair turned a laser on %d times", *on)
		}
	})
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1", Reason: "test"})
	d.status("c1", "ready", ready)
}

// Whether a device that was away turned its laser on, and somebody turned it off, is
// not known: that takes a person.
func TestAnOldLaunchIsNotRepeated(t *testing.T) {
	w, d := awayAtLaunch(t)
	r1 := w.devices["r1"]
	w.ahead.Store(int64(time.Minute))
	on := lasersOn(w, "r1")
	w.with(func() { r1.objects[laser0][models.LeafEnabled], r1.down = "false", false })
	s := d.status("c1", "stalled", stalled)
	if c := condition(s, models.Stalled); c.Reason != models.PossiblyManned || !strings.Contains(c.Message, "make sure nobody works on the fibre, then retry") {
		t.Errorf("stalled: %s: %s", c.Reason, c.Message)
	}
	w.with(func() {
		if *on != 0 {
			t.Errorf("the laser was turned on %d times", *on)
		}
	})
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1", Reason: "test"})
	d.status("c1", "ready: the person's retry launches again", ready)
}

// A repair is of what was seen when it was asked for: a device that comes back later is
// not repaired, whoever turned what off meanwhile, and paused devices are not either.
func TestAnOldRepairIsNotCarriedOut(t *testing.T) {
	w, d, _ := lit(t, 1)
	r1, r2 := w.devices["r1"], w.devices["r2"]
	tuned := models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-et-0/0/0"}
	all := records.Request{Kind: records.RequestRepair, Target: "circuit/default/c1", Reason: "power", AllowOutage: true, LasersOn: true}
	d.request("device/r2/1", records.Request{Kind: records.RequestPause, Target: "device/r2", Reason: "works"})
	w.with(func() {
		r2.objects[tuned][models.LeafTargetPower] = "-9.50 dBm"
		r1.down = true
	})
	d.status("c1", "away", func(s records.Status) bool { return condition(s, models.Ready).Status == "Unknown" })
	d.request("circuit/default/c1/1", all)
	d.answered("repair/circuit/default/c1/1", func(r records.Request) bool { return strings.HasPrefix(r.Refused["r2"], "Paused: ") })
	w.ahead.Store(int64(time.Minute))
	on := lasersOn(w, "r1")
	w.with(func() { r1.objects[laser0][models.LeafEnabled], r1.down = "false", false })
	d.answered("repair/circuit/default/c1/1", func(r records.Request) bool {
		return strings.HasPrefix(r.Refused["r1"], "DriftHeld: not done within 15s")
	})
	w.with(func() {
		if *on != 0 {
			t.Errorf("the laser was turned on %d times", *on)
		}
	})
	again := all
	again.Target = "device/r1"
	d.request("device/r1/1", again)
	d.status("c1", "lit again: that is asked for now", ready)
}

// A driver is told when an earlier process may have sent something, as long as nobody
// knows what became of it.
func TestDriversHearOfAttemptsOfAnEarlierProcess(t *testing.T) {
	w, d := awayAtLaunch(t)
	r1 := w.devices["r1"]
	d.stop()
	w.with(func() { r1.down = false })
	began := w.now()
	d = start(t, w, d.dir)
	d.connected("r1", "r2")
	told := func() (r1, r2 time.Time) {
		w.with(func() { r1, r2 = w.devices["r1"].unanswered, w.devices["r2"].unanswered })
		return r1, r2
	}
	if at, other := told(); at.Before(began) || at.After(w.now()) || !other.IsZero() {
		t.Errorf("r1 was told %v, r2 %v; want since %v, never", at, other, began)
	}
	d.status("c1", "ready", ready)
	d.stop()
	d = start(t, w, d.dir)
	d.connected("r1", "r2")
	if at, other := told(); !at.IsZero() || !other.IsZero() {
		t.Errorf("all is known, and r1 was told %v, r2 %v", at, other)
	}
}

// A daemon that is asked to end lets the change on its way to a device come to its end:
// nothing is broken off, and the next one has nothing to find out.
func TestAPassUnderWayIsFinished(t *testing.T) {
	w := newWorld(t)
	w.finish = time.Minute
	docs := pair(w, "r1", "r2", 1)
	r1 := w.devices["r1"]
	inside, release := make(chan struct{}), make(chan struct{})
	hang := true
	d := start(t, w, t.TempDir())
	w.with(func() {
		r1.refuse = func(c models.Change) string {
			if c.Object != laser0 || c.After[models.LeafEnabled] != "true" || !hang {
				return ""
			}
			hang = false
			w.mu.Unlock()
			close(inside)
			<-release
			w.mu.Lock()
			return ""
		}
	})
	d.put(docs...)
	d.connected("r1", "r2")
	d.put(circuit("c1", "r1", "r2", 400))
	<-inside
	before := w.writes("r1")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.stop()
	}()
	<-d.ending
	close(release)
	<-ended
	d = start(t, w, d.dir)
	d.status("c1", "ready", ready)
	w.with(func() {
		if !r1.unanswered.IsZero() {
			t.Error("an attempt was left open")
		}
		if n := len(r1.writes) - before; n != 1 {
			t.Errorf("%d writes to r1 after its light, want the one under way", n)
		}
	})
}

// What an earlier process knew of a device is not believed for long.
func TestUnansweredAfterARestartIsUnknown(t *testing.T) {
	w, d, _ := lit(t, 1)
	dir := d.dir
	d.stop()
	release := make(chan struct{})
	w.dialled = func(device string) func() {
		if device == "r1" {
			<-release
		}
		return func() {}
	}
	d = start(t, w, dir)
	s := d.status("c1", "not known", func(s records.Status) bool { return condition(s, models.Ready).Status == "Unknown" })
	if c := condition(s, models.Ready); !strings.Contains(c.Message, "r1 is out of reach: no answer yet") {
		t.Errorf("ready: %s", c.Message)
	}
	close(release)
	d.status("c1", "ready again", ready)
}
