package reconcile

import (
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

func onLine(uid string) *records.Decision {
	d := &records.Decision{Name: uid, WL: 1, Shared: []string{"line from mux-a", "line from mux-b"}}
	d.Intent.UID = uid
	return d
}

// TestIdleHoldersYield: who cannot move keeps nobody waiting, and sends nothing more
// before it has its sections again.
func TestIdleHoldersYield(t *testing.T) {
	l := newSectionLoader()
	dead, mover, third := onLine("dead"), onLine("mover"), onLine("third")
	idle := func(key string) bool { return key == dead.Key() }
	l.acquire(dead, idle)

	if !l.begin(dead) {
		t.Fatal("the holder may not send")
	}
	if holder, _ := l.acquire(mover, idle); holder != dead.Key() {
		t.Errorf("taken from a holder for which something is being sent (held by %q)", holder)
	}
	l.done(dead)
	if holder, _ := l.acquire(mover, nil); holder != dead.Key() {
		t.Errorf("taken without asking whether the holder is idle (held by %q)", holder)
	}
	if holder, fresh := l.acquire(mover, idle); holder != "" || !fresh {
		t.Fatalf("held by %q, fresh %v; want taken from the idle holder", holder, fresh)
	}
	if l.holds(dead) || l.begin(dead) {
		t.Error("who lost its sections may still send")
	}
	if holder, _ := l.acquire(third, idle); holder != mover.Key() {
		t.Errorf("held by %q, want %q", holder, mover.Key())
	}
	woken := l.release(mover.Key())
	if len(woken) != 2 || woken[0] != dead.Key() || woken[1] != third.Key() {
		t.Errorf("woken %v, want the one that lost its sections and the one that waits", woken)
	}
	if holder, fresh := l.acquire(dead, nil); holder != "" || !fresh || !l.begin(dead) {
		t.Errorf("held by %q, fresh %v; want them back", holder, fresh)
	}
}

// TestYieldedWaits: a wavelength whose sections another took waits for them on its way
// up and down, says so, and forgets nothing of what led here.
func TestYieldedWaits(t *testing.T) {
	yielded := func(l *lightpath) { l.yielded = true }
	const waiting = "waiting for tenant-x/other-1 to finish loading a section of the route"
	if m := at(records.PhaseOpen, 1, switched, unacked, yielded, busy).next(); m.to == nil || m.to.Name != records.PhaseOpen || m.to.Message != waiting {
		t.Errorf("opening: %+v", m.to)
	}
	failed := func(l *lightpath) { l.phase.Reason, l.phase.Message = models.DeviceRejected, "r2 refused: no" }
	m := at(records.PhaseDrain, 1, switched, unacked, failed, yielded, busy).next()
	if m.to == nil || m.to.Reason != models.DeviceRejected || m.to.Message != "r2 refused: no; to go on: "+waiting {
		t.Fatalf("draining: %+v", m.to)
	}
	said := *m.to
	m = at(records.PhaseDrain, 3, switched, func(l *lightpath) { l.phase = said; l.phase.Step = 3 }).next()
	if m.to == nil || m.to.Name != records.PhaseUndo || m.to.Message != "r2 refused: no" {
		t.Errorf("drained: %+v", m.to)
	}
	// With the sections back it goes on as if nothing had been.
	if m := at(records.PhaseOpen, 1, switched, yielded).next(); m.to == nil || m.to.Name != records.PhaseOpen || m.to.Step != 2 {
		t.Errorf("sections back: %+v", m.to)
	}
}

// TestTheWayDownSaysWhoIsAway: and says the same only once, though the words of a
// failed dial change their numbers.
func TestTheWayDownSaysWhoIsAway(t *testing.T) {
	gone := func(l *lightpath) { l.devices[1].lost = "r2 is out of reach: no answer in 3 s" }
	for _, phase := range []records.PhaseName{records.PhaseDrain, records.PhaseRemove} {
		m := at(phase, 1, unwanted, unacked, gone).next()
		if m.to == nil || m.to.Name != phase || m.to.Message != "; to go on: r2 is out of reach: no answer in 3 s" {
			t.Errorf("%s: %+v", phase, m.to)
			continue
		}
		said := *m.to
		again := at(phase, 1, unwanted, unacked, gone, func(l *lightpath) {
			l.phase = said
			l.devices[1].lost = "r2 is out of reach: no answer in 5 s"
		})
		if m := again.next(); m.to != nil {
			t.Errorf("%s: said again: %+v", phase, m.to)
		}
	}
}

// TestGoodSinceThePictureCameIn: a picture that waited to be judged is no younger for it.
func TestGoodSinceThePictureCameIn(t *testing.T) {
	s := &Stages{now: func() time.Time { return clock }}
	for _, c := range []struct{ at, want time.Time }{
		{time.Time{}, clock}, {clock.Add(-time.Second), clock.Add(-time.Second)}, {clock.Add(time.Minute), clock},
	} {
		if got := s.seen(&deviceView{State: models.State{At: c.at}}); !got.Equal(c.want.UTC()) {
			t.Errorf("picture of %v: good since %v, want %v", c.at, got, c.want)
		}
	}
}
