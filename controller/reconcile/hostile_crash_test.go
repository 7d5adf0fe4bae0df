package reconcile_test

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/models"
)

// TestEveryPassMayBeTheLast stops the daemon in each pass of a circuit's life,
// before and after the device has taken it, and starts another one.
func TestEveryPassMayBeTheLast(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; n <= 10; n++ {
			t.Run(fmt.Sprintf("pass %d applied %v", n, after), func(t *testing.T) {
				w := newWorld(t)
				docs := pair(w, "r1", "r2", 1)
				before := map[string]any{"r1": w.devices["r1"].copyOfObjects(), "r2": w.devices["r2"].copyOfObjects()}
				left, hung := n, make(chan struct{}, 1)
				for _, dev := range w.devices {
					dev.stall = func(applied bool) bool {
						if applied != after {
							return false
						}
						if left--; left != 0 {
							return false
						}
						hung <- struct{}{}
						return true
					}
				}
				dir := t.TempDir()
				d := start(t, w, dir)
				d.put(docs...)
				d.put(circuit("c1", "r1", "r2", 400))
				d.orRestart(&d, dir, hung, func() bool {
					e, err := d.st.Tables().Phases.Get(t.Context(), "uid-c1/1")
					return err == nil && e.Value.Name == records.PhaseInService
				})
				d.remove(circuit("c1", "r1", "r2", 400))
				d.orRestart(&d, dir, hung, func() bool { return size(d, d.st.Tables().Intents) == len(docs) })
				d.gone("c1")
				events, _, err := d.st.Tables().Events.List(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range events {
					if e.Value.Reason == "Drift" {
						t.Errorf("drift: %s", e.Value.Message)
					}
				}
				w.mu.Lock()
				defer w.mu.Unlock()
				for name, dev := range w.devices {
					if now := dev.copyOfObjects(); !reflect.DeepEqual(any(now), before[name]) {
						t.Errorf("%s is not as before:\n%v\n%v", name, now, before[name])
					}
				}
			})
		}
	}
}

// orRestart waits for a condition, and puts another daemon in this one's place
// when a pass hangs.
func (d *daemon) orRestart(at **daemon, dir string, hung chan struct{}, ok func() bool) {
	d.t.Helper()
	(*at).until("done", func() bool {
		select {
		case <-hung:
			(*at).stop()
			*at = start(d.t, d.w, dir)
			return false
		default:
			return ok()
		}
	})
}

// A reply that is lost and a session that takes its time to notice: the device
// is read over a new connection before anything is decided.
func TestLostReplyIsNotDecidedFromAnOldPicture(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	linger := make(chan struct{})
	r1 := w.devices["r1"]
	passes := 0
	r1.loseReply, r1.linger = 1, linger
	r1.stall = func(applied bool) bool {
		if !applied {
			passes++
		}
		return false
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.connected("r1", "r2")
	d.put(circuit("c1", "r1", "r2", 400))
	d.until("the reply is lost", func() bool {
		e, err := d.st.Tables().Applied.Get(t.Context(), "r1/circuit/uid-c1/1")
		return err == nil && e.Value.Attempt != nil && w.writes("r1") == 1
	})
	d.remove(circuit("c1", "r1", "r2", 400))
	n := 0
	d.until("looked", func() bool { n++; return n > 10 })
	w.mu.Lock()
	if passes != 1 {
		t.Errorf("%d passes were sent over the broken session, want 1", passes)
	}
	r1.linger = nil
	w.mu.Unlock()
	close(linger)
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, leaves := range r1.objects {
		if id.Kind == models.KindLogicalChannel {
			t.Errorf("left on r1: %s %v", id, leaves)
		}
	}
}

func TestTwoCircuitsForTheLastPort(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400), circuit("c2", "r1", "r2", 400))
	a := d.status("c1", "answered", func(s records.Status) bool { return ready(s) || stalled(s) })
	b := d.status("c2", "answered", func(s records.Status) bool { return ready(s) || stalled(s) })
	if ready(a) == ready(b) {
		t.Fatalf("%v %v", a, b)
	}
	win, lose := "c1", "c2"
	if ready(b) {
		win, lose = lose, win
	}
	d.remove(circuit(win, "r1", "r2", 400))
	d.status(lose, "ready", ready)
	d.remove(circuit(lose, "r1", "r2", 400))
	d.gone(lose)
}

// reaches watches a wavelength and tells when it enters a phase, however short
// its stay there.
func (d *daemon) reaches(key string, at records.PhaseName) <-chan struct{} {
	reached := make(chan struct{})
	ctx, stop := context.WithCancel(context.Background())
	watched := make(chan struct{})
	var once sync.Once
	go func() {
		defer close(watched)
		_ = d.st.Tables().Phases.Watch(ctx, "", func(e store.WatchEvent[records.Phase]) {
			if e.Type == store.Put && e.Entry.Key == key && e.Entry.Value.Name == at {
				once.Do(func() { close(reached) })
				stop()
			}
		})
	}()
	d.t.Cleanup(func() {
		stop()
		<-watched
	})
	return reached
}

func TestUnreachableInEachPhaseAndDeleted(t *testing.T) {
	for _, at := range []records.PhaseName{records.PhaseDark, records.PhaseLaunch, records.PhaseVerify, records.PhaseInService, records.PhaseDrain, records.PhaseRemove} {
		t.Run(string(at), func(t *testing.T) {
			w := newWorld(t)
			docs := pair(w, "r1", "r2", 1)
			before := w.devices["r2"].copyOfObjects()
			d := start(t, w, t.TempDir())
			d.put(docs...)
			d.connected("r1", "r2")
			gone := at == records.PhaseDrain || at == records.PhaseRemove
			reached := d.reaches("uid-c1/1", at)
			d.put(circuit("c1", "r1", "r2", 400))
			if gone {
				d.status("c1", "ready", ready)
				d.remove(circuit("c1", "r1", "r2", 400))
			}
			select {
			case <-reached:
			case <-time.After(15 * time.Second):
				t.Fatalf("never at %s", at)
			}
			w.with(func() { w.devices["r2"].down = true })
			if !gone {
				d.remove(circuit("c1", "r1", "r2", 400))
			}
			n := 0
			d.until("looked", func() bool { n++; return n > 6 })
			w.with(func() { w.devices["r2"].down = false })
			d.gone("c1")
			w.mu.Lock()
			defer w.mu.Unlock()
			if now := w.devices["r2"].copyOfObjects(); !reflect.DeepEqual(now, before) {
				t.Errorf("not as before:\n%v\n%v", now, before)
			}
		})
	}
}

func TestObserveWhileLitThenDeletedSaysWhy(t *testing.T) {
	w, d, docs := lit(t, 1)
	before := w.writes("r2")
	for i := range docs {
		observe(&docs[i], "r2")
	}
	d.put(docs...)
	d.until("r2 connected again", func() bool {
		r, err := d.stages.Drift(t.Context(), false, "r2")
		return err == nil && r.Checked == 1
	})
	d.remove(circuit("c1", "r1", "r2", 400))
	d.phase("uid-c1/1", records.PhaseDrain)
	n := 0
	d.until("looked", func() bool { n++; return n > 10 })
	if w.writes("r2") != before {
		t.Error("an observed device was written")
	}
	s := d.status("c1", "any", func(records.Status) bool { return true })
	t.Logf("%+v", s)
}

func TestAdoptedDeviceIsWrittenAtOnce(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	observed := pair(w, "r1", "r2", 1)
	for i := range observed {
		observe(&observed[i], "r2")
	}
	d := start(t, w, t.TempDir())
	d.put(observed...)
	d.connected("r1", "r2")
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "waiting for management", func(s records.Status) bool {
		return len(s.Wavelengths) == 1 && s.Wavelengths[0].Reason == models.AdoptionNeeded
	})
	d.put(docs...)
	d.status("c1", "ready", ready)
}

func TestSomebodyElsesOpticalChannelIsNotRetuned(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	oc := models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-et-0/0/0"}
	w.devices["r2"].objects[models.ObjectID{Kind: models.KindLogicalChannel, Key: "7"}] = models.Leaves{
		models.LeafDescription: "customer x", models.LeafLogicalType: "PROT_OTN", models.LeafAdmin: "ENABLED", models.LeafAssignOptical: oc.Key,
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "stalled", stalled)
	if w.writes("r2") != 0 {
		t.Error("r2 was written")
	}
}
