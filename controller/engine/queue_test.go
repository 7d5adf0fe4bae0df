package engine_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/engine"
)

// trace notes what a handler did and when, since the start of a bubble.
type trace struct {
	start time.Time
	mu    sync.Mutex
	lines []string
}

func newTrace() *trace { return &trace{start: time.Now()} }

func (tr *trace) add(format string, args ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.lines = append(tr.lines, fmt.Sprintf("%v ", time.Since(tr.start))+fmt.Sprintf(format, args...))
}

func (tr *trace) want(t *testing.T, want ...string) {
	t.Helper()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if diff := cmp.Diff(want, tr.lines); diff != "" {
		t.Errorf("handler calls differ (-want +got):\n%s", diff)
	}
}

// during runs the queue for as long as body takes.
func during(t *testing.T, run func(context.Context), body func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	body()
	cancel()
	running.Wait()
}

func TestQueueHandlesEachKeyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrace()
		q := engine.NewQueue(engine.Config{}, func(_ context.Context, key string) (time.Duration, error) {
			tr.add("%s", key)
			return 0, nil
		})
		q.Add("early")
		q.Add("early")
		during(t, q.Run, func() {
			synctest.Wait()
			q.Add("a")
			synctest.Wait()
			q.Add("b")
			synctest.Wait()
		})
		tr.want(t, "0s early", "0s a", "0s b")
	})
}

func TestQueueNeverHandlesAKeyTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrace()
		var atWork atomic.Int32
		q := engine.NewQueue(engine.Config{Workers: 10}, func(_ context.Context, key string) (time.Duration, error) {
			if atWork.Add(1) > 1 {
				t.Error("two handlers of one key at once")
			}
			tr.add("start")
			time.Sleep(time.Second) // the work, in the bubble's time
			atWork.Add(-1)
			return 0, nil
		})
		during(t, q.Run, func() {
			q.Add("key")
			time.Sleep(300 * time.Millisecond)
			for range 5 {
				q.Add("key")
			}
			time.Sleep(5 * time.Second)
		})
		// Five additions during the first run make one more run, after it.
		tr.want(t, "0s start", "1s start")
	})
}

func TestQueueGathers(t *testing.T) {
	cfg := engine.Config{Gather: engine.DefaultGather, GatherMax: engine.DefaultGatherMax}
	tests := map[string]struct {
		adds []time.Duration
		want []string
	}{
		"one":             {adds: []time.Duration{0}, want: []string{"20ms key"}},
		"pair":            {adds: []time.Duration{0, 15}, want: []string{"35ms key"}},
		"quiet between":   {adds: []time.Duration{0, 30}, want: []string{"20ms key", "50ms key"}},
		"never quiet":     {adds: []time.Duration{0, 12, 24, 36, 48, 60, 72, 84, 96, 108}, want: []string{"100ms key", "128ms key"}},
		"quiet at bounds": {adds: []time.Duration{0, 19, 38, 57, 76, 85}, want: []string{"100ms key"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr := newTrace()
				q := engine.NewQueue(cfg, func(_ context.Context, key string) (time.Duration, error) {
					tr.add("%s", key)
					return 0, nil
				})
				during(t, q.Run, func() {
					for _, at := range test.adds {
						time.Sleep(at*time.Millisecond - time.Since(tr.start))
						q.Add("key")
					}
					time.Sleep(time.Second)
				})
				tr.want(t, test.want...)
			})
		})
	}
}

func TestQueueAgainAndBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrace()
		runs := map[string]int{}
		q := engine.NewQueue(engine.Config{BackoffBase: 100 * time.Millisecond, BackoffMax: 300 * time.Millisecond},
			func(_ context.Context, key string) (time.Duration, error) {
				runs[key]++
				tr.add("%s %d", key, runs[key])
				switch {
				case key == "again" && runs[key] < 3:
					return time.Second, nil
				case key == "fails" && runs[key] < 5:
					return 0, errors.New("device is away")
				case key == "told" && runs[key] < 3:
					return 700 * time.Millisecond, errors.New("busy, come back later")
				}
				return 0, nil
			})
		during(t, q.Run, func() {
			q.Add("fails")
			time.Sleep(5 * time.Second)
			q.Add("again")
			time.Sleep(5 * time.Second)
			q.Add("told")
			time.Sleep(5 * time.Second)
			q.AddAfter("later", 2*time.Second)
			time.Sleep(5 * time.Second)
			// A success forgets the errors before it.
			synctest.Wait()
			runs["fails"] = 3
			q.Add("fails")
			time.Sleep(5 * time.Second)
		})
		tr.want(t,
			"0s fails 1", "100ms fails 2", "300ms fails 3", "600ms fails 4", "900ms fails 5",
			"5s again 1", "6s again 2", "7s again 3",
			"10s told 1", "10.7s told 2", "11.4s told 3",
			"17s later 1",
			"20s fails 4", "20.1s fails 5")
	})
}

func TestQueueBoundsWorkers(t *testing.T) {
	const workers, keys = 64, 500
	synctest.Test(t, func(t *testing.T) {
		var atWork, most, done atomic.Int32
		q := engine.NewQueue(engine.Config{Workers: workers}, func(context.Context, int) (time.Duration, error) {
			n := atWork.Add(1)
			for {
				seen := most.Load()
				if n <= seen || most.CompareAndSwap(seen, n) {
					break
				}
			}
			time.Sleep(time.Second)
			atWork.Add(-1)
			done.Add(1)
			return 0, nil
		})
		during(t, q.Run, func() {
			for i := range keys {
				q.Add(i)
			}
			time.Sleep(time.Minute)
		})
		if most.Load() != workers || done.Load() != keys {
			t.Errorf("at most %d handlers at once and %d keys handled, want %d and %d", most.Load(), done.Load(), workers, keys)
		}
	})
}

func TestQueueRunWaitsForHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var finished atomic.Bool
		q := engine.NewQueue(engine.Config{}, func(ctx context.Context, _ string) (time.Duration, error) {
			<-ctx.Done()
			time.Sleep(time.Second) // tidying up
			finished.Store(true)
			return 0, ctx.Err()
		})
		q.Add("a")
		q.Add("b") // due, but never begun
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			q.Run(ctx)
		}()
		synctest.Wait()
		cancel()
		<-ended
		if !finished.Load() {
			t.Error("Run returned while a handler was at work")
		}
		q.Add("c") // nothing happens, nothing hangs
		q.AddAfter("c", time.Second)
	})
}

func TestBatchQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr := newTrace()
		failed := false
		cfg := engine.Config{Gather: 20 * time.Millisecond, GatherMax: 100 * time.Millisecond, BackoffBase: 400 * time.Millisecond}
		q := engine.NewBatchQueue(cfg, func(_ context.Context, keys []string) map[string]engine.Retry {
			tr.add("%v", keys)
			time.Sleep(200 * time.Millisecond) // the work
			if failed {
				return nil
			}
			failed = true
			return map[string]engine.Retry{"b": {Err: errors.New("conflict")}, "c": {After: time.Second}}
		})
		during(t, q.Run, func() {
			for _, key := range []string{"a", "b", "c", "a"} {
				q.Add(key)
				time.Sleep(15 * time.Millisecond)
			}
			time.Sleep(40 * time.Millisecond) // 100 ms: the first batch is at work
			q.Add("a")
			q.Add("d")
			time.Sleep(5 * time.Second)
		})
		tr.want(t,
			"65ms [a b c]", // 20 ms after the last addition
			"265ms [d a]",  // at once, since their quiet passed during the work; a waited for its own end
			"665ms [b]",    // 400 ms after the end of the work
			"1.265s [c]",   // 1 s after it
		)
	})
}

func TestBatchQueueBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		q := engine.NewBatchQueue(engine.Config{MaxBatch: 400}, func(_ context.Context, keys []int) map[int]engine.Retry {
			sizes = append(sizes, len(keys))
			return nil
		})
		for i := range 1000 {
			q.Add(i)
		}
		if q.Len() != 1000 {
			t.Errorf("%d keys due, want 1000", q.Len())
		}
		during(t, q.Run, func() { time.Sleep(time.Second) })
		if diff := cmp.Diff([]int{400, 400, 200}, sizes); diff != "" {
			t.Errorf("batch sizes differ (-want +got):\n%s", diff)
		}
	})
}

func BenchmarkQueue(b *testing.B) {
	var handled sync.WaitGroup
	q := engine.NewQueue(engine.Config{Workers: 8}, func(context.Context, int) (time.Duration, error) {
		handled.Done()
		return 0, nil
	})
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() { q.Run(ctx) })
	b.ResetTimer()
	handled.Add(b.N)
	for i := range b.N {
		q.Add(i)
	}
	handled.Wait()
	b.StopTimer()
	cancel()
	running.Wait()
}
