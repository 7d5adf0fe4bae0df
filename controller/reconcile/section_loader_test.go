package reconcile

import (
	"context"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
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
	// Who lost them goes first, unless it still cannot move.
	if holder, _ := l.acquire(third, func(string) bool { return false }); holder != dead.Key() {
		t.Errorf("held by %q; want them kept for the one that lost them", holder)
	}
	if holder, _ := l.acquire(third, idle); holder != "" {
		t.Errorf("held by %q, though the one that lost them cannot move", holder)
	}
	l.release(third.Key())
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
	// With the sections back it says what it is about again, and goes on.
	waited := func(l *lightpath) { l.phase.Reason, l.phase.Message = models.Progressing, waiting }
	m = at(records.PhaseOpen, 1, switched, yielded, waited).next()
	if m.to == nil || m.to.Step != 1 || m.to.Message != "opening section 1 of 3" {
		t.Fatalf("sections back: %+v", m.to)
	}
	said = *m.to
	if m := at(records.PhaseOpen, 1, switched, yielded, func(l *lightpath) { l.phase = said }).next(); m.to == nil || m.to.Step != 2 {
		t.Errorf("sections back, and said so: %+v", m.to)
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

// TestOthersWaitOnlyForWhoMoves: of a wavelength that is being opened, an amplifier that
// is only measured, observed as amplifiers are, says nothing about whether it moves; a
// device that has been away for a while does, unless it was told something that may
// still take effect.
func TestOthersWaitOnlyForWhoMoves(t *testing.T) {
	there, done, amplifier := part{written: true}, part{acked: true, written: true}, part{acked: true, stopped: true}
	gone := part{lost: true, away: time.Minute, written: true}
	stopped := part{stopped: true, written: true}
	with := func(p part, change func(*part)) part {
		change(&p)
		return p
	}
	for _, c := range []struct {
		name   string
		rising bool
		parts  []part
		want   bool
	}{
		{"opening, waits for light", true, []part{done, amplifier, done}, false},
		{"opening, about to be sent", true, []part{there, amplifier, done}, false},
		{"opening, away just now", true, []part{with(gone, func(p *part) { p.away = time.Second }), done}, false},
		{"opening, away for a while", true, []part{gone, amplifier, done}, true},
		{"opening, done there, and away", true, []part{with(gone, func(p *part) { p.acked = true }), done}, true},
		{"opening, one away, one about to be sent", true, []part{gone, there}, false},
		{"opening, away, and was told something", true, []part{with(gone, func(p *part) { p.sent = true }), done}, false},
		{"opening, an end is paused", true, []part{stopped, done}, true},
		{"opening, acknowledged, an end is paused", true, []part{with(stopped, func(p *part) { p.acked = true }), done}, true},
		{"draining, about to be sent", false, []part{there, done}, false},
		{"draining, away", false, []part{gone, done}, true},
		{"draining, away, done there", false, []part{with(gone, func(p *part) { p.acked = true }), done}, false},
		{"draining, paused", false, []part{stopped, done}, true},
		{"draining, paused, done there", false, []part{with(stopped, func(p *part) { p.acked = true }), done}, false},
		{"draining, paused, and was told something", false, []part{with(stopped, func(p *part) { p.sent = true }), done}, false},
	} {
		if got := cannotMove(c.rising, c.parts); got != c.want {
			t.Errorf("%s: cannot move %v, want %v", c.name, got, c.want)
		}
	}
}

// TestTheWayDownNamesWhoIsWaitedFor: another one is news, though the names differ in a
// number only.
func TestTheWayDownNamesWhoIsWaitedFor(t *testing.T) {
	said := at(records.PhaseDrain, 1, unwanted, unacked, func(l *lightpath) { l.devices[1].lost = "r2 is out of reach: dial 10.0.0.2" }).next().to
	m := at(records.PhaseDrain, 1, unwanted, unacked, func(l *lightpath) {
		l.phase = *said
		l.devices[1].lost = "r3 is out of reach: dial 10.0.0.3"
	}).next()
	if m.to == nil || m.to.Message != "; to go on: r3 is out of reach: dial 10.0.0.3" {
		t.Errorf("%+v", m.to)
	}
}

// TestPassesLeaveOutWhoHasNoSections: of a pass goes what changes the load of sections
// that another has; the rest keeps its sections until the pass has ended.
func TestPassesLeaveOutWhoHasNoSections(t *testing.T) {
	s := &Stages{loader: newSectionLoader()}
	of := func(d *records.Decision, p records.PhaseName) *share {
		return &share{decision: d, phase: &store.Entry[records.Phase]{Value: records.Phase{Name: p}}}
	}
	holder, other := onLine("holder"), onLine("other")
	s.loader.acquire(holder, nil)
	due := []*share{of(holder, records.PhaseOpen), of(other, records.PhaseDrain), of(other, records.PhaseRemove)}
	admitted, leave := s.admitLoads(due)
	if len(admitted) != 2 || admitted[0].decision != holder || admitted[1].phase.Value.Name != records.PhaseRemove {
		t.Errorf("%d admitted, want the holder's and what changes no load", len(admitted))
	}
	everybody := func(string) bool { return true }
	if h, _ := s.loader.acquire(other, everybody); h != holder.Key() {
		t.Errorf("held by %q in the middle of a pass", h)
	}
	leave()
	if h, _ := s.loader.acquire(other, everybody); h != "" {
		t.Errorf("held by %q after the pass", h)
	}
}

// TestSectionsAfterAStart: of two that were changing one section, the one that was being
// sent something has it, whatever the order of their names, and the other goes next.
func TestSectionsAfterAStart(t *testing.T) {
	yielded, mover, lit := onLine("a-yielded"), onLine("b-mover"), onLine("c-lit")
	phases := filled(t, fixed[records.Phase]{yielded.Key(): {Name: records.PhaseDrain}, mover.Key(): {Name: records.PhaseOpen}, lit.Key(): {Name: records.PhaseInService}})
	decisions := filled(t, fixed[records.Decision]{yielded.Key(): *yielded, mover.Key(): *mover, lit.Key(): *lit})
	l := newSectionLoader()
	l.restore(phases, decisions, func(d *records.Decision) bool { return d.Key() == mover.Key() })
	if !l.holds(mover) || l.holds(yielded) || !l.first[yielded.Key()] {
		t.Errorf("holders %v, first %v", l.holder, l.first)
	}
}

// TestAnAwayDeviceHasNoVerdict: what a device told last says nothing of now.
func TestAnAwayDeviceHasNoVerdict(t *testing.T) {
	s := &Stages{board: newBoard(), memory: newJudgeMemory()}
	d := onLine("c")
	d.Ends = [2]records.End{{Device: "r1"}, {Device: "r2"}}
	for _, end := range d.Ends {
		s.memory.verdicts[end.Device+"/"+d.Owner()] = plan.Verdict{Good: true}
	}
	s.board.update("r1", func(v *deviceView) { v.Synced = true })
	if got := s.verdicts(d); len(got) != 1 || !got["r1"].Good {
		t.Errorf("verdicts %v, want the one of r1", got)
	}
}

// fixed is a table that never changes.
type fixed[T any] map[string]T

func (f fixed[T]) Watch(_ context.Context, _ string, sink func(store.WatchEvent[T])) error {
	for key, v := range f {
		sink(store.WatchEvent[T]{Type: store.Put, Entry: store.Entry[T]{Key: key, Value: v, Revision: 1}})
	}
	return nil
}

func (fixed[T]) Sync(context.Context) error { return nil }

func filled[T any](t *testing.T, table fixed[T]) *engine.Cache[T] {
	t.Helper()
	c := engine.NewCache[T](table, "")
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}
