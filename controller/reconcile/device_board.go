package reconcile

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// deviceView is what is known of one device right now. It lives in memory
// only: after a restart the sessions fill it again.
type deviceView struct {
	Device    string
	Session   string // changes with every connection; "" when there is none
	Synced    bool   // a full picture came in over this session
	Reachable bool
	Since     time.Time // of Reachable
	Kind      drivers.Kind
	Message   string
	State     models.State
	told      uint64       // how often configuration came in
	compared  *comparisons // of this configuration
}

// away says for people why nothing is known of a device, or nothing sent to it.
func (v *deviceView) away() string {
	switch {
	case v.Message == "": // nothing is wrong that we know of
		return v.Device + " is being connected anew"
	case v.Kind == drivers.KindConflict:
		return v.Device + " takes no change now: " + v.Message
	}
	return v.Device + " is out of reach: " + v.Message
}

// board holds the views. A view is replaced, never changed, so readers keep
// what they got without locks.
type board struct {
	mu    sync.RWMutex
	views map[string]*cell
}

// cell is one device's place on the board.
type cell struct {
	atomic.Pointer[deviceView]
	mu    sync.Mutex
	moved chan struct{} // closed and replaced when the view is
}

func newBoard() *board { return &board{views: map[string]*cell{}} }

func (b *board) cell(device string) *cell {
	b.mu.RLock()
	c := b.views[device]
	b.mu.RUnlock()
	if c != nil {
		return c
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if c = b.views[device]; c == nil {
		c = &cell{moved: make(chan struct{})}
		c.Store(&deviceView{Device: device})
		b.views[device] = c
	}
	return c
}

// view returns the current picture; never nil.
func (b *board) view(device string) *deviceView { return b.cell(device).Load() }

// update replaces the view by what change makes of a copy. Concurrent updates
// are serialised.
func (b *board) update(device string, change func(v *deviceView)) *deviceView {
	c := b.cell(device)
	for {
		old := c.Load()
		next := *old
		change(&next)
		if c.CompareAndSwap(old, &next) {
			c.mu.Lock()
			close(c.moved)
			c.moved = make(chan struct{})
			c.mu.Unlock()
			return &next
		}
	}
}

// moved returns a channel that is closed at the next change of a view.
func (b *board) moved(device string) <-chan struct{} {
	c := b.cell(device)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved
}

// merge brings a delta into the view of a session; news of an older session is
// dropped.
func (b *board) merge(device, session string, d models.Delta) {
	b.update(device, func(v *deviceView) {
		if v.Session != session {
			return
		}
		v.take(d)
	})
}

func (v *deviceView) take(d models.Delta) {
	v.State = v.State.With(d)
	if d.Full {
		v.Synced = true
	}
	if d.Full || len(d.Objects)+len(d.Gone) > 0 || d.Rest != nil || d.Identity != nil {
		v.told++
		v.compared = &comparisons{}
	}
}

// answer brings in what a device said when it was asked, before being the view
// of when it was. An answer is on its way while the device goes on telling, so
// what moved on the board since the question is newer than the answer and stays.
// It reports whether the configuration in the answer counts; if not, whoever
// needs it has to ask again.
func (b *board) answer(before *deviceView, d models.Delta) (counts bool) {
	b.update(before.Device, func(v *deviceView) {
		if counts = v.Session == before.Session && v.told == before.told; v.Session != before.Session {
			return
		}
		if !counts {
			d = models.Delta{At: d.At, Readings: d.Readings}
		}
		d.Readings = newest(d.Readings, before.State.Readings, v.State.Readings)
		v.take(d)
	})
	return counts
}

// newest is an answer with what moved between before and now as it is now.
func newest(answer, before, now models.Readings) models.Readings {
	return models.Readings{
		Channels: stillNewest(answer.Channels, before.Channels, now.Channels), Logical: stillNewest(answer.Logical, before.Logical, now.Logical),
		Media: stillNewest(answer.Media, before.Media, now.Media), Amplifiers: stillNewest(answer.Amplifiers, before.Amplifiers, now.Amplifiers),
		Ports: stillNewest(answer.Ports, before.Ports, now.Ports), Interfaces: stillNewest(answer.Interfaces, before.Interfaces, now.Interfaces),
	}
}

func stillNewest[V comparable](answer, before, now map[string]V) map[string]V {
	out := maps.Clone(answer)
	for key := range before {
		if _, stands := now[key]; !stands {
			delete(out, key)
		}
	}
	for key, reading := range now {
		if before[key] != reading {
			if out == nil {
				out = map[string]V{}
			}
			out[key] = reading
		}
	}
	return out
}

func (b *board) forget(device string) {
	b.mu.Lock()
	delete(b.views, device)
	b.mu.Unlock()
}
