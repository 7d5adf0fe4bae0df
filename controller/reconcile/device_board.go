package reconcile

import (
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
		v.State = v.State.With(d)
		if d.Full {
			v.Synced = true
		}
	})
}

func (b *board) forget(device string) {
	b.mu.Lock()
	delete(b.views, device)
	b.mu.Unlock()
}
