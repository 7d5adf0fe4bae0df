package reconcile

import (
	"context"
	"sync"
	"time"
)

// passGate counts the passes under way, and lets no more begin once it is shut: a
// process that is asked to end does not break a change off in the middle.
type passGate struct {
	mu   sync.Mutex
	busy int
	shut bool
	idle chan struct{} // closed once it is shut and nobody is inside
}

func newPassGate() *passGate { return &passGate{idle: make(chan struct{})} }

func (g *passGate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut {
		return false
	}
	g.busy++
	return true
}

func (g *passGate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy--; g.shut && g.busy == 0 {
		close(g.idle)
	}
}

// close shuts the gate and returns what is closed when the last has left.
func (g *passGate) close() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.shut {
		if g.shut = true; g.busy == 0 {
			close(g.idle)
		}
	}
	return g.idle
}

// outlast returns a context that ends when lost is closed, and otherwise a while after
// ctx: when the passes under way have come to their end, at most after a time.
func (g *passGate) outlast(ctx context.Context, lost <-chan struct{}, most time.Duration) (context.Context, context.CancelFunc) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		select {
		case <-work.Done():
			return
		case <-lost:
			return
		case <-ctx.Done():
		}
		late := time.NewTimer(most)
		defer late.Stop()
		select {
		case <-g.close():
		case <-late.C:
		case <-lost: // somebody else may write by now
		case <-work.Done():
		}
	}()
	return work, func() {
		cancel()
		<-ended
	}
}
