package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// samplingSession counts the sampling streams that are opened.
type samplingSession struct {
	drivers.Session
	opened atomic.Int64
}

func (s *samplingSession) Sample(ctx context.Context, _ time.Duration, _ func(models.Readings)) error {
	s.opened.Add(1)
	<-ctx.Done()
	return ctx.Err()
}

func (s *samplingSession) Measure(context.Context, []models.ObjectID) (models.Readings, error) {
	return models.Readings{}, nil
}

// TestFastSamplingWaitsForTheCrowd checks that a device alone is sampled fast
// from one interval on, and that of a crowd nobody opens a stream, although the
// first to come cannot know yet how many follow.
func TestFastSamplingWaitsForTheCrowd(t *testing.T) {
	const fast, slow = 100 * time.Millisecond, time.Second
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var hurried atomic.Int64
		session := &samplingSession{}
		w := &deviceWorker{fast: fast, slow: slow, hurried: &hurried, hurry: make(chan struct{}), log: slog.New(slog.DiscardHandler)}
		w.setFast(true)
		go w.sample(ctx, session, "a-1")
		synctest.Wait()
		hurried.Add(199) // the others, a moment later
		time.Sleep(10 * slow)
		if n := session.opened.Load(); n != 0 {
			t.Errorf("%d streams were opened in a crowd of 200", n)
		}
		hurried.Add(-199)
		time.Sleep(slow + fast + time.Millisecond)
		synctest.Wait()
		if n := session.opened.Load(); n != 1 {
			t.Errorf("%d streams were opened for one device alone, want 1", n)
		}
		cancel()
		synctest.Wait()
	})
}

// refusingDriver notes when it is asked to open a session, and refuses.
type refusingDriver struct {
	drivers.Driver
	kind  func(at time.Duration) drivers.Kind
	began time.Time
	asked []time.Duration
}

func (d *refusingDriver) Open(context.Context, drivers.Device) (drivers.Session, error) {
	at := time.Since(d.began)
	d.asked = append(d.asked, at)
	return nil, &drivers.Error{Op: "open", Device: "a", Kind: d.kind(at), Err: errors.New("not now")}
}

// TestATakenDeviceIsAskedSoonAgain lets a device be away for ten minutes and
// taken for ten more: it is dialled every half minute in the end, and from its
// first answer on every few seconds.
func TestATakenDeviceIsAskedSoonAgain(t *testing.T) {
	const away, all = 10 * time.Minute, 20 * time.Minute
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		driver := &refusingDriver{began: time.Now(), kind: func(at time.Duration) drivers.Kind {
			if at < away {
				return drivers.KindUnreachable
			}
			return drivers.KindConflict
		}}
		w := &deviceWorker{
			connection: connection{device: drivers.Device{Name: "a"}}, driver: driver, board: newBoard(), changed: func(string, bool) {},
			dial: make(chan struct{}, 1), done: make(chan struct{}), hurry: make(chan struct{}),
			log: slog.New(slog.DiscardHandler), now: time.Now, hurried: &atomic.Int64{},
		}
		go w.run(ctx)
		time.Sleep(all)
		cancel()
		<-w.done
		var before, after int
		for i, at := range driver.asked {
			if at < away {
				before++
				continue
			}
			after++
			if i+1 < len(driver.asked) {
				if gap := driver.asked[i+1] - at; gap > 3*redialTaken/2 {
					t.Errorf("left alone for %v after %v", gap, at)
				}
			}
		}
		if before < 15 || before > 45 || after < 70 || after > 260 {
			t.Errorf("dialled %d times while away, %d times while taken", before, after)
		}
	})
}
