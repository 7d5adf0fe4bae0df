package reconcile

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// Redial waits after a failed or broken connection.
const (
	redialFirst = 200 * time.Millisecond
	redialMost  = 30 * time.Second
)

// deviceWorker owns the connection to one device: it dials, watches, merges
// the news into the board and dials again. It never writes to the device;
// that is the pass.
type deviceWorker struct {
	device drivers.Device
	driver drivers.Driver
	slow   time.Duration // sampling when nothing happens
	fast   time.Duration // sampling while light is brought up
	board  *board
	// changed is called after the board was brought up to date.
	changed func(device string)
	dial    chan struct{} // admission to dialling, shared by all workers
	log     *slog.Logger
	now     func() time.Time

	counter *atomic.Uint64 // names sessions
	term    func(*store.Grant) drivers.Term
	grant   atomic.Pointer[store.Grant]

	mu       sync.Mutex
	session  drivers.Session
	hurry    chan struct{} // wakes the sampler loop
	wantFast bool
	broken   context.CancelCauseFunc
	cancel   context.CancelFunc
	done     chan struct{}
}

// run keeps a session until ctx ends.
func (w *deviceWorker) run(ctx context.Context) {
	defer close(w.done)
	wait := redialFirst
	for ctx.Err() == nil {
		began := w.now()
		err := w.serve(ctx)
		if ctx.Err() != nil {
			break
		}
		w.lost(err)
		if w.now().Sub(began) > 10*wait {
			wait = redialFirst
		}
		// Jitter keeps a thousand devices from coming back in step.
		pause := wait/2 + time.Duration(rand.Int64N(int64(wait)))
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		wait = min(2*wait, redialMost)
	}
	w.lost(ctx.Err())
}

// serve is one connection from dial to loss.
func (w *deviceWorker) serve(ctx context.Context) error {
	select {
	case w.dial <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	dialCtx, stop := context.WithTimeout(ctx, 20*time.Second)
	session, err := w.driver.Open(dialCtx, w.device)
	stop()
	<-w.dial
	if err != nil {
		return err
	}
	defer session.Close()

	ctx, broken := context.WithCancelCause(ctx)
	defer broken(nil)
	id := fmt.Sprintf("%s-%d", w.device.Name, w.counter.Add(1))
	if err := w.arbitrate(ctx, session); err != nil {
		return err
	}
	w.mu.Lock()
	w.session, w.broken = session, broken
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.session, w.broken = nil, nil
		w.mu.Unlock()
	}()
	w.board.update(w.device.Name, func(v *deviceView) {
		v.Session, v.Synced = id, false
		v.State = models.State{Objects: map[models.ObjectID]models.Leaves{}}
	})

	var wg sync.WaitGroup
	defer wg.Wait()
	defer broken(nil)
	wg.Go(func() { w.sample(ctx, session, id) })

	watcher, ok := session.(drivers.Watcher)
	if !ok {
		return w.poll(ctx, session, id)
	}
	err = watcher.Watch(ctx, w.slow, func(d models.Delta) { w.news(id, d) })
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// arbitrate announces our term where the device keeps stale writers out.
func (w *deviceWorker) arbitrate(ctx context.Context, session drivers.Session) error {
	a, ok := session.(drivers.Arbiter)
	grant := w.grant.Load()
	if !ok || !w.device.Manage || grant == nil || !w.device.Profile.ArbitrationExtension {
		return nil
	}
	return a.Arbitrate(ctx, w.term(grant))
}

// poll is for sessions that do not tell news by themselves.
func (w *deviceWorker) poll(ctx context.Context, session drivers.Session, id string) error {
	tick := time.NewTicker(w.slow)
	defer tick.Stop()
	for {
		state, err := session.Observe(ctx)
		if err != nil {
			return err
		}
		w.news(id, fullDelta(state))
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

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
		if !want {
			select {
			case <-ctx.Done():
			case <-wake:
			}
			continue
		}
		sampleCtx, stop := context.WithCancel(ctx)
		go func() {
			defer stop()
			select {
			case <-sampleCtx.Done():
			case <-wake:
			}
		}()
		err := sampler.Sample(sampleCtx, w.fast, func(r models.Readings) {
			w.news(id, models.Delta{At: w.now(), Readings: r})
		})
		ended := sampleCtx.Err() != nil
		stop()
		if !ended && err != nil {
			w.log.Debug("fast sampling ended", "device", w.device.Name, "err", err)
			return // the slow samples of Watch remain
		}
	}
}

// setFast asks for fast or slow sampling.
func (w *deviceWorker) setFast(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.wantFast == on {
		return
	}
	w.wantFast = on
	close(w.hurry)
	w.hurry = make(chan struct{})
}

func (w *deviceWorker) news(id string, d models.Delta) {
	w.board.merge(w.device.Name, id, d)
	if d.Full && !w.board.view(w.device.Name).Reachable {
		v := w.board.update(w.device.Name, func(v *deviceView) {
			if v.Session == id {
				v.Reachable, v.Since, v.Kind, v.Message = true, w.now(), "", ""
			}
		})
		w.log.Info("connected", "device", w.device.Name, "session", id, "model", v.State.Identity.Model)
	}
	w.changed(w.device.Name)
}

// lost records that the device is out of reach. The first failure counts:
// there is no second opinion about a connection.
func (w *deviceWorker) lost(err error) {
	if err == nil {
		err = &drivers.Error{Op: "watch", Device: w.device.Name, Kind: drivers.KindUnreachable, Err: fmt.Errorf("the device ended the stream")}
	}
	w.board.update(w.device.Name, func(v *deviceView) {
		if v.Reachable || v.Since.IsZero() {
			v.Since = w.now()
			w.log.Warn("out of reach", "device", w.device.Name, "err", err)
		}
		v.Reachable, v.Synced, v.Session = false, false, ""
		v.Kind, v.Message = drivers.KindOf(err), err.Error()
	})
	w.changed(w.device.Name)
}

// current returns the live session, if any.
func (w *deviceWorker) current() drivers.Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.session
}

// condemn ends the current connection; the worker dials anew and gets a full
// picture. Used when the outcome of a write is unknown.
func (w *deviceWorker) condemn(err error) {
	w.mu.Lock()
	broken := w.broken
	w.mu.Unlock()
	if broken != nil {
		broken(err)
	}
}

func fullDelta(s models.State) models.Delta {
	rest := s.Rest
	id := s.Identity
	return models.Delta{Full: true, At: s.At, Identity: &id, Objects: s.Objects, Readings: s.Readings, Rest: &rest}
}
