package reconcile

import (
	"context"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// fastAtFullRate is how many devices are sampled as fast as their profile
// says. Beyond that the interval grows with their number, so that bringing up
// a thousand circuits does not cost more readings a second than this many do.
const fastAtFullRate = 8

// sample reads measurements often for as long as somebody wants that.
func (w *deviceWorker) sample(ctx context.Context, session drivers.Session, id string) {
	sampler, ok := session.(drivers.Sampler)
	if !ok || w.fast <= 0 || w.fast >= w.slow {
		return
	}
	for ctx.Err() == nil {
		w.mu.Lock()
		want, wake := w.wantFast, w.hurry
		w.mu.Unlock()
		interval := w.fastInterval()
		if !want || 2*interval > w.slow {
			var later <-chan time.Time
			if want { // too many at once for it to pay: the slow samples of Watch do for now
				later = time.After(w.slow)
			}
			select {
			case <-ctx.Done():
			case <-wake:
			case <-later:
			}
			continue
		}
		// What was lit has just been asked for, so the first sample is due an
		// interval from now; by then it shows whether many others want the same.
		select {
		case <-ctx.Done():
		case <-wake:
			continue
		case <-time.After(interval):
		}
		if w.fastInterval() > interval {
			continue
		}
		if err := w.sampleWhile(ctx, sampler, id, interval, wake); err != nil {
			w.log.Debug("fast sampling ended", "device", w.device.Name, "err", err)
			return // the slow samples of Watch remain
		}
	}
}

// fastInterval is the sampling interval that the number of devices sampled at
// once allows.
func (w *deviceWorker) fastInterval() time.Duration {
	return w.fast * time.Duration(max(1, (w.hurried.Load()+fastAtFullRate-1)/fastAtFullRate))
}

// sampleWhile samples until somebody wakes it or the interval is no longer
// right. It returns an error only when the device would not go on.
func (w *deviceWorker) sampleWhile(ctx context.Context, sampler drivers.Sampler, id string, interval time.Duration, wake <-chan struct{}) error {
	ctx, stop := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	defer watcher.Wait()
	defer stop()
	watcher.Go(func() {
		defer stop()
		look := time.NewTicker(interval)
		defer look.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-wake:
				return
			case <-look.C:
				if w.fastInterval() > 2*interval {
					return
				}
			}
		}
	})
	err := sampler.Sample(ctx, interval, func(r models.Readings) {
		w.news(id, models.Delta{At: w.now(), Readings: r})
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// setFast asks for fast or slow sampling.
func (w *deviceWorker) setFast(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wantFast == on {
		return
	}
	w.wantFast = on
	if on {
		w.hurried.Add(1)
	} else {
		w.hurried.Add(-1)
	}
	close(w.hurry)
	w.hurry = make(chan struct{})
}
