package reconcile_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/intents"
)

// dialCount watches how devices are dialled.
type dialCount struct {
	mu       sync.Mutex
	now, top int
	each     map[string]int
}

// dialled holds every dial for as long as a handshake takes.
func (c *dialCount) dialled(device string) func() {
	c.mu.Lock()
	c.now++
	c.top = max(c.top, c.now)
	c.each[device]++
	c.mu.Unlock()
	<-time.After(2 * time.Millisecond)
	return func() {
		c.mu.Lock()
		c.now--
		c.mu.Unlock()
	}
}

// reset returns the most dials at once, and the most of one device, since the last
// reset.
func (c *dialCount) reset() (top, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	top = c.top
	for _, n := range c.each {
		most = max(most, n)
	}
	c.top, c.each = c.now, map[string]int{}
	return top, most
}

// TestAThousandDevicesComeBack: when all devices are lost at once, they are dialled
// a few at a time, less and less often, and all come back; at the end nothing is
// left of them.
func TestAThousandDevicesComeBack(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	const devices, atOnce, away = 1000, 64, 2 * time.Second
	w := newWorld(t)
	count := &dialCount{each: map[string]int{}}
	w.dialled = count.dialled
	var docs []intents.Document
	for i := range devices / 2 {
		docs = append(docs, pair(w, fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i), 1)...)
	}
	d := start(t, w, t.TempDir())
	defer d.stop()
	d.put(docs...)
	connected := func() int {
		w.mu.Lock()
		defer w.mu.Unlock()
		n := 0
		for _, dev := range w.devices {
			if len(dev.watch) == 1 {
				n++
			}
		}
		return n
	}
	d.until("all connected", func() bool { return connected() == devices })
	top, most := count.reset()
	t.Logf("at the start: %d dials at once, %d of one device at most", top, most)
	if top > atOnce || most > 1 {
		t.Errorf("at the start: %d dials at once, want at most %d; %d of one device, want 1", top, atOnce, most)
	}

	all := func(down bool) {
		w.with(func() {
			for _, dev := range w.devices {
				dev.down = down
			}
		})
	}
	all(true)
	d.until("all lost", func() bool { return connected() == 0 })
	lost := time.Now()
	d.until("long away", func() bool { return time.Since(lost) > away })
	all(false)
	back := time.Now()
	d.until("all connected again", func() bool { return connected() == devices })
	took := time.Since(back)
	top, most = count.reset()
	t.Logf("after %v away: all back after %v; %d dials at once, %d of one device at most", away, took.Round(time.Millisecond), top, most)
	if top > atOnce || most > 12 {
		t.Errorf("%d dials at once, want at most %d; %d of one device, want at most 12", top, atOnce, most)
	}
}
