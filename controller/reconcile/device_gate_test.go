package reconcile

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestPassesEndBeforeTheWork: what runs goes on until the passes under way have ended,
// for a while, and not once somebody else may write. No new pass begins meanwhile.
func TestPassesEndBeforeTheWork(t *testing.T) {
	const most = time.Minute
	for name, c := range map[string]struct {
		busy  bool
		then  func(g *passGate, lost chan struct{})
		after time.Duration
	}{
		"nothing under way":   {false, func(*passGate, chan struct{}) {}, 0},
		"a pass ends":         {true, func(g *passGate, _ chan struct{}) { time.Sleep(20 * time.Second); g.leave() }, 20 * time.Second},
		"a pass does not end": {true, func(*passGate, chan struct{}) {}, most},
		"the right is lost":   {true, func(_ *passGate, lost chan struct{}) { time.Sleep(time.Second); close(lost) }, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g, lost := newPassGate(), make(chan struct{})
				if c.busy && !g.enter() {
					t.Fatal("an open gate lets nobody in")
				}
				ctx, end := context.WithCancel(t.Context())
				work, cancel := g.outlast(ctx, lost, most)
				defer cancel()
				synctest.Wait()
				if work.Err() != nil {
					t.Fatal("it ends before it is asked to")
				}
				began := time.Now()
				end()
				synctest.Wait()
				if g.enter() {
					t.Error("a pass begins though the work is to end")
				}
				go c.then(g, lost)
				<-work.Done()
				if took := time.Since(began); took != c.after {
					t.Errorf("ended after %v, want %v", took, c.after)
				}
			})
		})
	}
}

// TestLostRightEndsTheWork: nobody waits for passes then.
func TestLostRightEndsTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, lost := newPassGate(), make(chan struct{})
		g.enter()
		work, cancel := g.outlast(t.Context(), lost, time.Minute)
		defer cancel()
		began := time.Now()
		close(lost)
		<-work.Done()
		if took := time.Since(began); took != 0 {
			t.Errorf("ended after %v", took)
		}
	})
}
