package reconcile

import (
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
)

var clock = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

// at builds a lightpath in a phase with two devices that have done their part.
func at(name records.PhaseName, step int, change ...func(*lightpath)) *lightpath {
	l := &lightpath{
		decision: &records.Decision{Name: "a-1", Rev: 1}, now: clock, wanted: true, settle: time.Second, soak: time.Second,
		phase:   records.Phase{Name: name, Step: step, DecisionRev: 1, Since: clock.Add(-2 * time.Second), Reason: models.Progressing},
		loader:  func() string { return "" },
		devices: []deviceShare{{device: "r1", acked: true, good: true, judged: true, since: clock.Add(-2 * time.Second)}, {device: "r2", acked: true, good: true, judged: true, since: clock.Add(-2 * time.Second)}},
	}
	for _, c := range change {
		c(l)
	}
	return l
}

func unwanted(l *lightpath) { l.wanted = false }
func unacked(l *lightpath)  { l.devices[1].acked = false }
func faulty(l *lightpath) {
	l.devices[1].good, l.devices[1].fault, l.badHop = false, "rx power low", "r2 rx: rx power low behind link x span s1 az"
}
func slow(l *lightpath) {
	l.phase.Since = clock.Add(-4*l.settle - l.soak)
	l.phase.Reason, l.phase.Message = models.Progressing, "opening section 2 of 3"
}
func late(l *lightpath)     { l.phase.Since = clock.Add(-time.Hour) }
func refusing(l *lightpath) { l.devices[1].refused = "mode 5 is not licensed" }
func switched(l *lightpath) { l.steps, l.drainSteps = 3, 3 }
func retried(l *lightpath)  { l.retry = true }
func paused(l *lightpath)   { l.blocked, l.blockWhy = "paused (all): works", models.Paused }
func filtered(l *lightpath) { l.decision.Shared = []string{"line from mux-a"} }
func busy(l *lightpath)     { l.loader = func() string { return "tenant-x/other-1" } }
func dull(l *lightpath)     { l.txDark = true }
func glowing(l *lightpath)  { l.devices[1].lit = "tx power -9.95 dBm" }
func unproven(l *lightpath) { l.devices[1].unseen = "no reading of oc-1 yet" }
func again(l *lightpath)    { l.phase.Again = true }
func gone(l *lightpath)     { l.devices[1].lost = "r2 is out of reach: no answer" }
func left(l *lightpath)     { l.devices[1].empty = false }
func clean(l *lightpath)    { l.devices[0].empty, l.devices[1].empty = true, true }

func TestNextPhase(t *testing.T) {
	p := records.PhaseVerify
	for _, c := range []struct {
		name string
		from *lightpath
		to   records.PhaseName // "" for staying
		step int
		says string
	}{
		{"planned is configured dark", at(records.PhasePlanned, 0), records.PhaseDark, 0, "laser off"},
		{"planned and unwanted leaves without a trace", at(records.PhasePlanned, 0, unwanted), records.PhaseRemove, 0, "nothing was sent"},
		{"paused stays planned and says so", at(records.PhasePlanned, 0, paused), records.PhasePlanned, 0, "paused (all)"},
		{"dark waits for every device", at(records.PhaseDark, 0, unacked), "", 0, ""},
		{"dark proven: laser on", at(records.PhaseDark, 0), records.PhaseLaunch, 0, "laser on"},
		{"dark refused is undone with the device's words", at(records.PhaseDark, 0, refusing), records.PhaseUndo, 0, "mode 5 is not licensed"},
		{"dark never proven is undone", at(records.PhaseDark, 0, faulty, late), records.PhaseUndo, 0, "not proven dark: r2: rx power low; see there that it is off, then retry"},
		{"a pluggable pair has nothing to open", at(records.PhaseLaunch, 0), records.PhaseVerify, 0, ""},
		{"launch waits for light", at(records.PhaseLaunch, 0, faulty), "", 0, ""},
		{"launch waits for a device that is away, and says so", at(records.PhaseLaunch, 0, unacked, gone), records.PhaseLaunch, 0, "r2 is out of reach"},
		{"and so does the configuration before it", at(records.PhaseDark, 0, unacked, gone), records.PhaseDark, 0, "r2 is out of reach"},
		{"launch without light is held", at(records.PhaseLaunch, 0, faulty, late), records.PhaseHeld, 0, "span s1"},
		{"launch refused is held, not undone: light may be on", at(records.PhaseLaunch, 0, refusing), records.PhaseHeld, 0, "not licensed"},
		{"wavelength switches open one section at a time", at(records.PhaseLaunch, 0, switched), records.PhaseOpen, 1, ""},
		{"a busy section is waited for", at(records.PhaseLaunch, 0, switched, busy), records.PhaseLaunch, 0, "waiting for tenant-x/other-1"},
		{"behind filters the laser loads: a busy section is waited for in the dark", at(records.PhaseDark, 0, filtered, busy), records.PhaseDark, 0, "waiting for tenant-x/other-1"},
		{"behind filters a free section is loaded by the laser", at(records.PhaseDark, 0, filtered), records.PhaseLaunch, 0, "laser on"},
		{"behind filters a refused launch is drained", at(records.PhaseLaunch, 0, filtered, refusing), records.PhaseDrain, 1, "not licensed"},
		{"behind filters a neighbour that suffers drains us in launch", at(records.PhaseLaunch, 0, filtered, func(l *lightpath) {
			l.hurt = []records.Neighbour{{Wavelength: "b-1", QBefore: 900, QAfter: 800}}
		}), records.PhaseDrain, 1, "b-1 lost 1.00 dB"},
		{"behind filters a retry of a launch waits its turn", at(records.PhaseHeld, 0, filtered, retried, busy, func(l *lightpath) { l.phase.Reason = models.DeviceRejected }), records.PhaseHeld, 0, "waiting for tenant-x/other-1"},
		{"behind filters draining waits its turn", at(records.PhaseInService, 0, filtered, unwanted, busy), records.PhaseInService, 0, "waiting for tenant-x/other-1"},
		{"second section", at(records.PhaseOpen, 1, switched), records.PhaseOpen, 2, ""},
		{"all sections open", at(records.PhaseOpen, 3, switched), records.PhaseVerify, 0, ""},
		{"a neighbour that suffers drains us at once", at(records.PhaseOpen, 2, switched, func(l *lightpath) {
			l.hurt = []records.Neighbour{{Wavelength: "b-1", QBefore: 900, QAfter: 800}}
		}), records.PhaseDrain, 1, "b-1 lost 1.00 dB"},
		{"verified after the soak", at(p, 0), records.PhaseInService, 0, "verified"},
		{"not before", at(p, 0, func(l *lightpath) { l.devices[0].since = clock.Add(-100 * time.Millisecond) }), "", 0, ""},
		{"not verified is held with the first bad hop", at(p, 0, faulty, late), records.PhaseHeld, 0, "span s1"},
		{"or drained where the intent says so", at(p, 0, faulty, late, func(l *lightpath) { l.decision.OnVerifyFailure = "undo" }), records.PhaseDrain, 1, "span s1"},
		{"in service stays whatever is measured", at(records.PhaseInService, 0, faulty, late), "", 0, ""},
		{"in service stays when paused", at(records.PhaseInService, 0, paused), "", 0, ""},
		{"in service and unwanted drains", at(records.PhaseInService, 0, unwanted), records.PhaseDrain, 1, ""},
		{"drain goes on", at(records.PhaseDrain, 1, unwanted, switched), records.PhaseDrain, 2, ""},
		{"drained, but lit a moment ago, waits", at(records.PhaseDrain, 3, unwanted, switched, glowing), "", 0, ""},
		{"drained, but lit, says so", at(records.PhaseDrain, 3, unwanted, switched, glowing, slow), records.PhaseDrain, 3, "r2 goes on sending light: tx power -9.95 dBm"},
		{"drained, its laser not seen off yet, waits", at(records.PhaseDrain, 3, unwanted, switched, unproven), "", 0, ""},
		{"drained, its laser not seen off, says so", at(records.PhaseDrain, 3, unwanted, switched, unproven, slow), records.PhaseDrain, 3, "r2 has yet to show its laser off: no reading of oc-1 yet"},
		{"drained, its laser never seen off, is stuck", at(records.PhaseDrain, 3, unwanted, switched, unproven, late), records.PhaseStuck, 3, "see there that it is off, then retry"},
		{"drained, its laser out of sight, waits however long", at(records.PhaseDrain, 3, unwanted, switched, unproven, gone, late), records.PhaseDrain, 3, "r2 is out of reach: no answer"},
		{"drained, but lit for long, is stuck", at(records.PhaseDrain, 3, unwanted, switched, glowing, late), records.PhaseStuck, 3, "turn it off there, then retry"},
		{"so is what is to be undone", at(records.PhaseDrain, 3, switched, glowing, late), records.PhaseStuck, 3, "turn it off there, then retry"},
		{"on the way to the last step light is as it should be", at(records.PhaseDrain, 1, unwanted, switched), records.PhaseDrain, 2, ""},
		{"drained is removed", at(records.PhaseDrain, 3, unwanted, switched), records.PhaseRemove, 0, ""},
		{"drain refused is stuck", at(records.PhaseDrain, 1, unwanted, refusing), records.PhaseStuck, 1, "refused to drain"},
		{"removal waits", at(records.PhaseRemove, 0, unwanted, left), "", 0, ""},
		{"removal done", at(records.PhaseRemove, 0, unwanted, clean), records.PhaseGone, 0, ""},
		{"undo done keeps the words", at(records.PhaseUndo, 0, clean, func(l *lightpath) { l.phase.Message = "r2 refused: x" }), records.PhaseFailed, 0, "r2 refused: x"},
		{"undo refused is stuck", at(records.PhaseUndo, 0, refusing), records.PhaseStuck, 0, "refused to remove"},
		{"stuck waits for a person", at(records.PhaseStuck, 0, late), "", 0, ""},
		{"retry leaves stuck", at(records.PhaseStuck, 0, unwanted, retried), records.PhaseRemove, 0, ""},
		{"retry of a stuck undo ends as failed", at(records.PhaseStuck, 0, retried), records.PhaseUndo, 0, ""},
		{"retry of a stuck drain goes on draining", at(records.PhaseStuck, 2, unwanted, retried), records.PhaseDrain, 2, ""},
		{"drained though still wanted is undone with what led here", at(records.PhaseDrain, 3, switched, func(l *lightpath) { l.phase.Message = "span s1" }), records.PhaseUndo, 0, "span s1"},
		{"what has drifted is held at once", at(p, 0, unacked, func(l *lightpath) { l.devices[1].held = kept{models.DriftHeld, "drifted"} }), records.PhaseHeld, 0, "r2: drifted"},
		{"and drained where the laser loads a line", at(records.PhaseLaunch, 0, filtered, unacked, func(l *lightpath) { l.devices[1].held = kept{models.DriftHeld, "drifted"} }), records.PhaseDrain, 1, "r2: drifted"},
		{"what may not be sent waits", at(p, 0, unacked, func(l *lightpath) { l.devices[1].held = kept{models.OutageNotAllowed, "lit"} }), "", 0, ""},
		{"a part that may not be sent is held in the end", at(p, 0, unacked, late, func(l *lightpath) { l.devices[1].held = kept{models.OutageNotAllowed, "lit"} }), records.PhaseHeld, 0, "r2: lit"},
		{"also where its light was never judged", at(records.PhaseOpen, 2, switched, unacked, late, func(l *lightpath) {
			l.devices[1].judged, l.devices[1].held = false, kept{models.OutageNotAllowed, "lit"}
		}), records.PhaseHeld, 0, "r2: lit"},
		{"dark says what keeps a part back", at(records.PhaseDark, 0, unacked, func(l *lightpath) { l.devices[1].held = kept{models.DriftHeld, "drifted"} }), records.PhaseDark, 0, "r2: drifted"},
		{"held is judged again when the light is good for a soak", at(records.PhaseHeld, 0), records.PhaseVerify, 0, "good now"},
		{"held before its last section it goes on opening", at(records.PhaseHeld, 2, switched), records.PhaseOpen, 3, "opening section 3 of 3 again, the light is good now"},
		{"held behind its last section it is judged", at(records.PhaseHeld, 3, switched), records.PhaseVerify, 0, "good now"},
		{"a retry of a dark transmitter starts from the laser off", at(records.PhaseHeld, 0, faulty, dull, retried), records.PhaseDrain, 1, "sent anew"},
		{"drained for that, all is taken off", at(records.PhaseDrain, 1, again), records.PhaseUndo, 0, ""},
		{"and sent anew", at(records.PhaseUndo, 0, again, clean), records.PhaseDark, 0, aboutDark},
		{"unless it is not wanted any more", at(records.PhaseDrain, 1, again, unwanted), records.PhaseRemove, 0, "removing what is ours"},
		{"paused, it does not", at(records.PhaseHeld, 0, faulty, dull, retried, paused), records.PhaseHeld, 0, "to go on: paused"},
		{"nor beside other light", at(records.PhaseHeld, 0, faulty, dull, retried, filtered), records.PhaseVerify, 0, "as asked"},
		{"nor once a section is open", at(records.PhaseHeld, 1, faulty, dull, retried, switched), records.PhaseOpen, 1, "as asked"},
		{"held at its launch it opens the first", at(records.PhaseHeld, 0, switched), records.PhaseOpen, 1, "section 1 of 3"},
		{"held while paused stays and says so", at(records.PhaseHeld, 2, switched, paused), records.PhaseHeld, 2, "paused (all)"},
		{"held while another loads the route waits its turn", at(records.PhaseHeld, 2, switched, busy), records.PhaseHeld, 2, "waiting for tenant-x/other-1"},
		{"a retry opens the section again in which no light was seen", at(records.PhaseHeld, 2, switched, faulty, retried), records.PhaseOpen, 2, "section 2 of 3 again, as asked"},
		{"a retry launches again where no light was seen", at(records.PhaseHeld, 0, switched, faulty, retried), records.PhaseLaunch, 0, "launching again"},
		{"a retry judges again what is all open", at(records.PhaseHeld, 3, switched, faulty, retried), records.PhaseVerify, 0, "as asked"},
		{"a retry after a refused launch launches again", at(records.PhaseHeld, 0, switched, retried, func(l *lightpath) { l.phase.Reason = models.DeviceRejected }), records.PhaseLaunch, 0, "launching again"},
		{"a retry after a refused section opens again", at(records.PhaseHeld, 2, switched, retried, func(l *lightpath) { l.phase.Reason = models.DeviceRejected }), records.PhaseOpen, 2, "section 2 of 3 again, as asked"},
		{"a retry behind filters and switches launches again", at(records.PhaseHeld, 0, filtered, switched, unacked, retried), records.PhaseLaunch, 0, "launching again"},
		{"a retry of what may be manned launches again", at(records.PhaseHeld, 0, retried, unacked, func(l *lightpath) { l.phase.Reason = models.PossiblyManned }), records.PhaseLaunch, 0, "launching again"},
		{"an outcome nobody knows is held for a person", at(records.PhaseLaunch, 0, func(l *lightpath) { l.devices[1].refused, l.devices[1].manned = "laser may have been turned off", true }), records.PhaseHeld, 0, "r2: laser may"},
		{"held light that is good for a moment only waits", at(records.PhaseHeld, 0, func(l *lightpath) { l.devices[0].since = clock }), "", 0, ""},
		{"an unreachable device is no evidence against the light", at(records.PhaseLaunch, 0, faulty, late, func(l *lightpath) { l.devices[1].lost = "b is out of reach: dial refused" }), records.PhaseLaunch, 0, "out of reach"},
		{"paused once it says again what it is about", at(records.PhaseLaunch, 0, unacked, func(l *lightpath) { l.phase.Reason, l.phase.Message = models.Paused, "paused (all): works" }), records.PhaseLaunch, 0, "laser on"},
		{"so does what was out of reach", at(records.PhaseOpen, 2, switched, faulty, func(l *lightpath) {
			l.phase.Reason, l.phase.Message = models.DeviceUnreachable, "b is out of reach"
		}), records.PhaseOpen, 2, "opening section 2 of 3"},
		{"paused it says nothing twice", at(records.PhaseLaunch, 0, paused, func(l *lightpath) { l.phase.Reason, l.phase.Message = models.Paused, "paused (all): works" }), "", 0, ""},
		{"what takes long says what for", at(records.PhaseOpen, 2, switched, faulty, slow), records.PhaseOpen, 2, "opening section 2 of 3; not yet: r2 rx: rx power low behind link x span s1 az"},
		{"what was paused and takes long says first what it is about", at(records.PhaseOpen, 2, switched, faulty, slow, func(l *lightpath) {
			l.phase.Reason, l.phase.Message = models.Paused, "paused (all): works"
		}), records.PhaseOpen, 2, "opening section 2 of 3"},
		{"once, while only readings move", at(records.PhaseOpen, 2, switched, faulty, slow, func(l *lightpath) {
			l.phase.Message = "opening section 2 of 3; not yet: r2 rx: rx power low behind link x span s2 az"
		}), "", 0, ""},
		{"held stays otherwise", at(records.PhaseHeld, 0, faulty), "", 0, ""},
		{"held for drift that is gone says what is next", at(records.PhaseHeld, 0, func(l *lightpath) {
			l.restored, l.devices[1].acked, l.phase.Reason, l.phase.Message = true, false, models.DriftHeld, "r2: drifted; repair it first"
		}), records.PhaseHeld, 0, "retry goes on to the light"},
		{"held and unwanted drains", at(records.PhaseHeld, 0, faulty, unwanted), records.PhaseDrain, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := c.from.next()
			if c.to == "" {
				if m.to != nil {
					t.Fatalf("moved to %s (%s), want to stay", m.to.Name, m.to.Message)
				}
				return
			}
			if m.to == nil {
				t.Fatalf("stayed in %s, want %s", c.from.phase.Name, c.to)
			}
			if m.to.Name != c.to || m.to.Step != c.step {
				t.Errorf("moved to %s step %d, want %s step %d", m.to.Name, m.to.Step, c.to, c.step)
			}
			if !strings.Contains(m.to.Message, c.says) {
				t.Errorf("says %q, want it to hold %q", m.to.Message, c.says)
			}
		})
	}
}

// TestReasonsStand: what led somewhere keeps its word, whatever comes on top.
func TestReasonsStand(t *testing.T) {
	dark := func(l *lightpath) { l.phase.Reason, l.phase.Message = models.LightNotSeen, "r2 rx: dark" }
	waiting := func(l *lightpath) { dark(l); l.phase.Message += "; to go on: paused (all): works" }
	hurt := func(l *lightpath) { l.hurt = []records.Neighbour{{Wavelength: "b-1", QBefore: 900, QAfter: 800}} }
	for name, c := range map[string]struct {
		from   *lightpath
		reason models.Reason
		says   string // "" for staying silent
	}{
		"held, its retry paused":        {at(records.PhaseHeld, 2, switched, dark, retried, paused), models.LightNotSeen, "r2 rx: dark; to go on: paused (all): works"},
		"said once":                     {at(records.PhaseHeld, 2, switched, waiting, retried, paused), "", ""},
		"held behind a busy section":    {at(records.PhaseHeld, 2, switched, waiting, busy), models.LightNotSeen, "r2 rx: dark; to go on: waiting for tenant-x/other-1 to finish loading a section of the route"},
		"held, and waiting for nothing": {at(records.PhaseHeld, 2, switched, waiting, unacked), models.LightNotSeen, "r2 rx: dark"},
		"drained for its neighbour":     {at(records.PhaseVerify, 0, switched, hurt), models.NeighbourMargin, "b-1 lost 1.00 dB of Q when this light came on (limit 0.30 dB); if something else did that, retry"},
		"drained as nobody wants it":    {at(records.PhaseVerify, 0, switched, unwanted), models.Deleting, "no longer wanted"},
	} {
		t.Run(name, func(t *testing.T) {
			m := c.from.next()
			switch {
			case c.says == "" && m.to != nil:
				t.Errorf("moved to %s: %s: %s", m.to.Name, m.to.Reason, m.to.Message)
			case c.says != "" && (m.to == nil || m.to.Reason != c.reason || m.to.Message != c.says):
				t.Errorf("%+v, want %s: %s", m.to, c.reason, c.says)
			}
		})
	}
}

func TestWaitingSaysWhenToLookAgain(t *testing.T) {
	m := at(records.PhaseLaunch, 0, faulty).next()
	if m.wake <= 0 {
		t.Errorf("launch without light yet: wake %v, want the rest of its budget", m.wake)
	}
	m = at(records.PhaseVerify, 0, func(l *lightpath) { l.devices[0].since = clock.Add(-100 * time.Millisecond) }).next()
	if m.wake != 900*time.Millisecond {
		t.Errorf("soaking: wake %v, want 900ms", m.wake)
	}
}

// TestLoaderIsFreshOnce: only who comes to hold a section is told so, others are told
// who holds it, and those who wait are woken when it is given back.
func TestLoaderIsFreshOnce(t *testing.T) {
	l := newSectionLoader()
	mine, other := &records.Decision{Name: "mine", WL: 1, Shared: []string{"line from mux-a"}}, &records.Decision{Name: "other", WL: 1, Shared: []string{"line from mux-a"}}
	mine.Intent.UID, other.Intent.UID = "mine", "other"
	for i, want := range []bool{true, false} {
		if holder, fresh := l.acquire(mine, nil); holder != "" || fresh != want {
			t.Errorf("%d: holder %q, fresh %v, want %v", i, holder, fresh, want)
		}
	}
	if holder, _ := l.acquire(other, nil); holder != mine.Key() {
		t.Errorf("held by %q, want %q", holder, mine.Key())
	}
	if woken := l.release(mine.Key()); len(woken) != 1 || woken[0] != other.Key() {
		t.Errorf("woken %v, want %s", woken, other.Key())
	}
}

// TestForeignAfterAnInterruptedPass: a pass that was cut in the middle has made some of
// its objects ours; what somebody else puts in the place of the rest is his.
func TestForeignAfterAnInterruptedPass(t *testing.T) {
	cross := func(in, out string) models.Object {
		return models.Object{ObjectID: models.ObjectID{Kind: models.KindCrossConnect, Key: in}, Leaves: models.Leaves{models.LeafDest: out}}
	}
	ours := []models.Object{cross("1", "151"), cross("51", "101")}
	state := models.State{Objects: map[models.ObjectID]models.Leaves{ours[0].ObjectID: {models.LeafDest: "151"}}}
	rec := records.Applied{Attempt: &records.Attempt{Image: records.Image{Objects: ours}}}
	rec.Acked, rec.Attempt = leftOf(rec, state), nil
	sh := &share{owner: "circuit/u/1", wanted: ours, applied: store.Entry[records.Applied]{Value: rec}}
	if words := foreign(sh, state); words != "" {
		t.Errorf("what is left of our own pass counts as foreign: %s", words)
	}
	state.Objects[ours[1].ObjectID] = models.Leaves{models.LeafDest: "130"}
	if words := foreign(sh, state); !strings.Contains(words, "it leads to 130") {
		t.Errorf("somebody else's 51 to 130: %q", words)
	}
}

// TestForeignTellsWhoseItIs: what an earlier circuit of ours has left is not somebody
// else's, and somebody can be told where to clear it.
func TestForeignTellsWhoseItIs(t *testing.T) {
	wanted := []models.Object{{ObjectID: models.ObjectID{Kind: models.KindLogicalChannel, Key: "10000"}, Leaves: models.Leaves{models.LeafDescription: "waveplane:circuit/u2/1"}}}
	sh := &share{owner: "circuit/u2/1", wanted: wanted}
	for found, want := range map[string]string{
		"waveplane:circuit/u2/1": "",
		"waveplane:circuit/u1/1": "left by an earlier circuit: clear it on the device (drift lists it)",
		"customer x":             `is not ours (description "customer x")`,
	} {
		state := models.State{Objects: map[models.ObjectID]models.Leaves{wanted[0].ObjectID: {models.LeafDescription: found}}}
		if words := foreign(sh, state); words == "" != (want == "") || !strings.Contains(words, want) {
			t.Errorf("%s: %q, want %q", found, words, want)
		}
	}
}

func TestStuckNamesTheResidue(t *testing.T) {
	l := at(records.PhaseRemove, 0, unwanted, refusing)
	l.devices[0].empty = true
	m := l.next()
	if m.to == nil || m.to.Name != records.PhaseStuck || len(m.to.Residue) != 1 || m.to.Residue[0] != "r2" {
		t.Fatalf("got %+v, want Stuck with residue r2", m.to)
	}
}

// What a device refused to a repair is not refused to taking the light down, nor to
// undoing: that is asked for anew. In the same phase, and of light that is to be, a
// refusal stands.
func TestRefusalsThatStand(t *testing.T) {
	refused := &records.Refused{Digest: "d", At: clock}
	for _, c := range []struct {
		phase  records.PhaseName
		since  time.Duration // of the phase, after the refusal
		wanted string
		want   bool
	}{
		{records.PhaseDrain, time.Second, "d", false},
		{records.PhaseDrain, 0, "d", true},
		{records.PhaseDrain, -time.Second, "d", true},
		{records.PhaseRemove, time.Second, "d", false},
		{records.PhaseUndo, time.Second, "d", false},
		{records.PhaseHeld, time.Second, "d", true},
		{records.PhaseStuck, time.Second, "d", true},
		{records.PhaseLaunch, -time.Second, "other", false},
	} {
		got := stillRefused(refused, records.Phase{Name: c.phase, Since: clock.Add(c.since)}, c.wanted)
		if got != c.want {
			t.Errorf("%s since %v after the refusal, wanting %q: %v, want %v", c.phase, c.since, c.wanted, got, c.want)
		}
	}
	if stillRefused(nil, records.Phase{Name: records.PhaseDrain}, "d") {
		t.Error("nothing refused stands")
	}
}
