package reconcile_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

func TestRebootBeforeReadBackIsNoRefusal(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 1)
	w.devices["r2"].ignore = true
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.connected("r1", "r2")
	d.put(circuit("c1", "r1", "r2", 400))
	d.until("attempted", func() bool {
		e, err := d.st.Tables().Applied.Get(t.Context(), "r2/circuit/uid-c1/1")
		return err == nil && e.Value.Attempt != nil
	})
	began := time.Now()
	d.until("acknowledged", func() bool { return time.Since(began) > 300*time.Millisecond })
	w.with(func() { w.devices["r2"].down = true })
	d.until("long away", func() bool { return time.Since(began) > 2500*time.Millisecond })
	w.with(func() { w.devices["r2"].down, w.devices["r2"].ignore = false, false })
	s := d.status("c1", "ready or stalled", func(s records.Status) bool { return ready(s) || stalled(s) })
	if !ready(s) {
		t.Errorf("%+v", s.Conditions)
	}
}

// TestAnythingMayHappen does things at random, mends everything, removes
// everything, and looks at what is left.
func TestAnythingMayHappen(t *testing.T) {
	anything(t, 1)
}

func anything(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 4)
	before := map[string]any{"r1": w.devices["r1"].copyOfObjects(), "r2": w.devices["r2"].copyOfObjects()}
	dir := t.TempDir()
	d := start(t, w, dir)
	d.put(docs...)
	names := []string{"c1", "c2", "c3"}
	exists := func(n string) (records.Intent, bool) {
		e, err := d.st.Tables().Intents.Get(t.Context(), "Circuit/default/"+n)
		return e.Value, err == nil
	}
	pick := func() *fakeDevice { return w.devices[[]string{"r1", "r2"}[rnd.IntN(2)]] }
	for i := range 60 {
		n := names[rnd.IntN(3)]
		switch rnd.IntN(10) {
		case 0, 1, 2:
			if in, ok := exists(n); !ok || in.Deletion == nil {
				d.put(circuit(n, "r1", "r2", 400*(1+rnd.IntN(2))))
			}
		case 3, 4:
			if in, ok := exists(n); ok && in.Deletion == nil {
				d.remove(circuit(n, "r1", "r2", 400))
			}
		case 5:
			w.with(func() { p := pick(); p.down = !p.down })
		case 6:
			w.with(func() { pick().loseReply = 1 })
		case 7:
			w.with(func() {
				p, left := pick(), 2
				p.refuse = func(models.Change) string {
					if left--; left >= 0 {
						return "busy"
					}
					return ""
				}
			})
		case 8:
			w.with(func() { k := fmt.Sprintf("r1/et-0/0/%d", rnd.IntN(4)); w.cut[k] = !w.cut[k] })
		case 9:
			if rnd.IntN(2) == 0 {
				d.stop()
				d = start(t, w, dir)
			}
			d.request(fmt.Sprintf("circuit/default/%s/%d", n, i), records.Request{Kind: records.RequestRetry, Target: "circuit/default/" + n, Reason: "test"})
		}
		began, wait := time.Now(), time.Duration(rnd.IntN(120))*time.Millisecond
		d.until("later", func() bool { return time.Since(began) >= wait })
	}
	w.with(func() {
		for _, p := range w.devices {
			p.down, p.refuse, p.loseReply = false, nil, 0
		}
		clear(w.cut)
	})
	for _, n := range names {
		if in, ok := exists(n); ok && in.Deletion == nil {
			d.remove(circuit(n, "r1", "r2", 400))
		}
	}
	began := time.Now()
	d.until("settled", func() bool { return time.Since(began) > 4*time.Second })
	for i, n := range names {
		if _, ok := exists(n); ok {
			d.request(fmt.Sprintf("circuit/default/%s/last%d", n, i), records.Request{Kind: records.RequestRetry, Target: "circuit/default/" + n, Reason: "test"})
		}
	}
	d.until("all gone", func() bool { return size(d, d.st.Tables().Intents) == len(docs) })
	d.gone("c1")
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, dev := range w.devices {
		if now := dev.copyOfObjects(); !reflect.DeepEqual(any(now), before[name]) {
			t.Errorf("%s is not as before:\n%v\n%v", name, now, before[name])
		}
	}
}
