package engine

import (
	"context"
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
)

// Retry says when a key is to be handled again: after After if that is positive,
// else with back-off if there is an error, else not.
type Retry struct {
	After time.Duration
	Err   error
}

// line is the work queue under both kinds of queues. The work queue lives only
// as long as Run, since it has goroutines of its own; keys that come earlier
// wait here.
type line[K comparable] struct {
	mu    sync.Mutex
	early map[K]time.Time // due
	order []K             // of early
	work  workqueue.TypedRateLimitingInterface[K]
	over  bool
}

// open starts the work queue; stop ends it. The work queue shuts down by itself
// when ctx ends.
func (l *line[K]) open(ctx context.Context, cfg Config) (work workqueue.TypedRateLimitingInterface[K], stop func()) {
	// The work queue gets no name: with one, it would keep metrics on a timer.
	work = workqueue.NewTypedRateLimitingQueue(
		workqueue.NewTypedItemExponentialFailureRateLimiter[K](cfg.BackoffBase, cfg.BackoffMax))
	l.mu.Lock()
	l.work = work
	for _, key := range l.order {
		work.AddAfter(key, time.Until(l.early[key]))
	}
	l.early, l.order = nil, nil
	l.mu.Unlock()
	ended := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer close(ended)
		work.ShutDown()
	})
	return work, func() {
		l.mu.Lock()
		l.work, l.over = nil, true
		l.mu.Unlock()
		if unhook() {
			work.ShutDown()
			return
		}
		<-ended
	}
}

func (l *line[K]) addAfter(key K, d time.Duration) {
	l.mu.Lock()
	work, over := l.work, l.over
	if work == nil && !over {
		due := time.Now().Add(d)
		was, ok := l.early[key]
		if !ok {
			l.order = append(l.order, key)
		}
		if l.early == nil {
			l.early = map[K]time.Time{}
		}
		if !ok || due.Before(was) {
			l.early[key] = due
		}
	}
	l.mu.Unlock()
	if work != nil {
		work.AddAfter(key, d)
	}
}

func (l *line[K]) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.work != nil {
		return l.work.Len()
	}
	return len(l.order)
}

// settle arranges for what comes after a key was handled.
func (l *line[K]) settle(ctx context.Context, cfg Config, key K, r Retry) {
	l.mu.Lock()
	work := l.work
	l.mu.Unlock()
	if work == nil || ctx.Err() != nil {
		return
	}
	if r.Err == nil {
		work.Forget(key)
		if r.After > 0 {
			work.AddAfter(key, r.After)
		}
		return
	}
	cfg.Log.Warn("to be tried again", "queue", cfg.Name, "key", key, "failures", work.NumRequeues(key)+1, "err", r.Err)
	if r.After > 0 {
		work.AddAfter(key, r.After)
		return
	}
	work.AddRateLimited(key)
}
