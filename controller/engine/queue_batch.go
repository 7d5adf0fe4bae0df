package engine

import (
	"context"
	"sync"
	"time"

	"k8s.io/client-go/util/workqueue"
)

// BatchHandler does what is due for keys, each of them once, and returns those
// that are to be handled again. It must return soon after ctx ends.
type BatchHandler[K comparable] func(ctx context.Context, keys []K) map[K]Retry

// BatchQueue calls its handler with all keys that are due, one batch at a time.
// Keys that are added meanwhile form the next batch. It is safe for concurrent
// use.
type BatchQueue[K comparable] struct {
	cfg    Config
	handle BatchHandler[K]
	line   line[K]

	mu    sync.Mutex
	burst burst
}

// NewBatchQueue makes a queue. Keys may be added at once; they are handled
// during Run.
func NewBatchQueue[K comparable](cfg Config, handle BatchHandler[K]) *BatchQueue[K] {
	return &BatchQueue[K]{cfg: cfg.defaults(), handle: handle}
}

// Add makes a key due. After Run has ended it does nothing.
func (q *BatchQueue[K]) Add(key K) {
	q.mu.Lock()
	q.burst = q.burst.add(time.Now())
	q.mu.Unlock()
	q.line.addAfter(key, 0)
}

// AddAfter makes a key due after d, or earlier if it is added earlier.
func (q *BatchQueue[K]) AddAfter(key K, d time.Duration) { q.line.addAfter(key, d) }

// Len returns how many keys are due and not being handled.
func (q *BatchQueue[K]) Len() int { return q.line.len() }

// Run handles batches until ctx ends, and returns when the last one is done. See
// Queue.Run.
func (q *BatchQueue[K]) Run(ctx context.Context) {
	work, stop := q.line.open(ctx, q.cfg)
	defer stop()
	for {
		key, closed := work.Get()
		if closed || !q.gathered(ctx) {
			return
		}
		keys := q.take(work, key)
		retry := q.handle(ctx, keys)
		for _, key := range keys {
			q.line.settle(ctx, q.cfg, key, retry[key])
			work.Done(key)
		}
	}
}

// gathered waits for the end of the burst and reports whether ctx still lives.
func (q *BatchQueue[K]) gathered(ctx context.Context) bool {
	for {
		q.mu.Lock()
		wait := time.Until(q.burst.due(q.cfg))
		if wait <= 0 {
			q.burst = burst{}
		}
		q.mu.Unlock()
		if wait <= 0 {
			return ctx.Err() == nil
		}
		if !pause(ctx, wait) {
			return false
		}
	}
}

// take returns the first key and all others that are due. There is no other
// taker, so Len is certain not to shrink.
func (q *BatchQueue[K]) take(work workqueue.TypedRateLimitingInterface[K], first K) []K {
	keys := []K{first}
	for work.Len() > 0 && (q.cfg.MaxBatch <= 0 || len(keys) < q.cfg.MaxBatch) {
		key, closed := work.Get()
		if closed {
			break
		}
		keys = append(keys, key)
	}
	return keys
}

// pause waits and reports whether ctx still lives.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
