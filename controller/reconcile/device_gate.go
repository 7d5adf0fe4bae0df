package reconcile

import (
	"context"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/store"
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

// whileAllowed is the context of everything that runs: it ends when the grant does,
// and a while after ctx, when the passes under way have come to their end.
func (s *Stages) whileAllowed(ctx context.Context, grant *store.Grant) (context.Context, context.CancelFunc) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		select {
		case <-work.Done():
			return
		case <-grant.Done():
			return
		case <-ctx.Done():
		}
		late := time.NewTimer(s.cfg.Finish)
		defer late.Stop()
		select {
		case <-s.gate.close():
		case <-late.C:
		case <-grant.Done(): // somebody else may write by now
		case <-work.Done():
		}
	}()
	return work, func() {
		cancel()
		<-ended
	}
}
