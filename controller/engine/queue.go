package engine

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
)

// Config says how a queue works. The zero value is useful.
type Config struct {
	// Name stands in log lines.
	Name string
	// Workers bounds how many keys are handled at once. They cost nothing while
	// there is nothing to do. Zero: 1. A BatchQueue handles one batch at a time
	// and does not look at it.
	Workers int
	// Gather is how long a key must be quiet, not added again, before it is
	// handled; GatherMax is how long after the first Add it is handled in any
	// case. Of a BatchQueue both are for all keys together. Zero Gather: keys
	// are handled at once. Zero GatherMax: 5 × Gather.
	Gather    time.Duration
	GatherMax time.Duration
	// MaxBatch bounds the keys of one batch of a BatchQueue. Zero: no bound.
	MaxBatch int
	// BackoffBase is the delay after a first error; it doubles with each further
	// one up to BackoffMax. Zero: 100 ms and 30 s.
	BackoffBase time.Duration
	BackoffMax  time.Duration
	// Log is told errors of handlers. Zero: nobody is.
	Log *slog.Logger
}

// The gathering that suits device passes: 20 ms of quiet, 100 ms at most.
const (
	DefaultGather    = 20 * time.Millisecond
	DefaultGatherMax = 100 * time.Millisecond
)

func (c Config) defaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Workers = max(1, c.Workers)
	c.GatherMax = max(c.Gather, cmp.Or(c.GatherMax, 5*c.Gather))
	c.BackoffBase = cmp.Or(c.BackoffBase, 100*time.Millisecond)
	c.BackoffMax = max(c.BackoffBase, cmp.Or(c.BackoffMax, 30*time.Second))
	return c
}

// Handler does what is due for a key. It is called again after again if that is
// positive; after an error without again it is called again with back-off. It
// must return soon after ctx ends.
type Handler[K comparable] func(ctx context.Context, key K) (again time.Duration, err error)

// Queue calls its handler with keys. A key that is added while it is handled is
// handled once more afterwards. It is safe for concurrent use.
type Queue[K comparable] struct {
	cfg    Config
	handle Handler[K]
	line   line[K]

	mu     sync.Mutex
	gather map[K]burst
}

// NewQueue makes a queue. Keys may be added at once; they are handled during Run.
func NewQueue[K comparable](cfg Config, handle Handler[K]) *Queue[K] {
	return &Queue[K]{cfg: cfg.defaults(), handle: handle, gather: map[K]burst{}}
}

// Add makes a key due. After Run has ended it does nothing.
func (q *Queue[K]) Add(key K) {
	if q.cfg.Gather <= 0 {
		q.line.addAfter(key, 0)
		return
	}
	now := time.Now()
	q.mu.Lock()
	b, gathering := q.gather[key]
	q.gather[key] = b.add(now)
	q.mu.Unlock()
	if !gathering {
		q.line.addAfter(key, q.cfg.Gather)
	}
}

// AddAfter makes a key due after d, or earlier if it is added earlier.
func (q *Queue[K]) AddAfter(key K, d time.Duration) { q.line.addAfter(key, d) }

// Len returns how many keys are due and not being handled.
func (q *Queue[K]) Len() int { return q.line.len() }

// Run handles keys until ctx ends, and returns when the last handler has
// returned. Keys that were still due are dropped: the next start looks at
// everything anyway. Run is called once. A handler that panics brings the
// process down.
func (q *Queue[K]) Run(ctx context.Context) {
	work, stop := q.line.open(ctx, q.cfg)
	defer stop()
	free := make(chan struct{}, q.cfg.Workers)
	var handlers sync.WaitGroup
	defer handlers.Wait()
	for {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}
		key, closed := work.Get()
		if closed || ctx.Err() != nil {
			return
		}
		if wait := q.gathering(key); wait > 0 {
			work.Done(key)
			work.AddAfter(key, wait)
			<-free
			continue
		}
		handlers.Go(func() {
			defer func() { <-free }()
			q.run(ctx, work, key)
		})
	}
}

// gathering returns how long the key still has to wait for more, and ends its
// burst when that is over.
func (q *Queue[K]) gathering(key K) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	b, ok := q.gather[key]
	if !ok {
		return 0
	}
	wait := time.Until(b.due(q.cfg))
	if wait <= 0 {
		delete(q.gather, key)
	}
	return wait
}

func (q *Queue[K]) run(ctx context.Context, work workqueue.TypedRateLimitingInterface[K], key K) {
	defer work.Done(key)
	again, err := q.handle(ctx, key)
	q.line.settle(ctx, q.cfg, key, Retry{After: again, Err: err})
}

// burst is when a key was first and last added since it was handled.
type burst struct{ first, last time.Time }

func (b burst) add(now time.Time) burst {
	if b.first.IsZero() {
		b.first = now
	}
	b.last = now
	return b
}

func (b burst) due(cfg Config) time.Time {
	quiet, limit := b.last.Add(cfg.Gather), b.first.Add(cfg.GatherMax)
	if limit.Before(quiet) {
		return limit
	}
	return quiet
}
