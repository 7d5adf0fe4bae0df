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

// Redial waits after a failed or broken connection; the last is the most for a
// device that answers but is taken, by another's lock or a commit of ours that
// runs out: it is soon free, and light waits for it.
const (
	redialFirst = 200 * time.Millisecond
	redialMost  = 30 * time.Second
	redialTaken = 5 * time.Second

	// redialCalm is how long a session has to live for the next dial to be prompt
	// again.
	redialCalm = 10 * time.Second
)

// firstAnswer is how long what an earlier process knew of a device is believed once
// this one has begun to dial it.
const firstAnswer = 3 * time.Second

// deviceWorker owns the connection to one device: it dials, watches, merges
// the news into the board and dials again. It never writes to the device;
// that is the pass.
type deviceWorker struct {
	connection
	driver drivers.Driver
	// unanswered is drivers.Device.Unanswered. It stands apart from the connection:
	// a device whose attempts are resolved need not be dialled again for that.
	unanswered time.Time
	slow       time.Duration // sampling when nothing happens
	fast       time.Duration // sampling while light is brought up
	board      *board
	// changed is called after the board was brought up to date; configured says
	// whether more than readings moved.
	changed func(device string, configured bool)
	dial    chan struct{} // admission to dialling, shared by all workers
	log     *slog.Logger
	now     func() time.Time

	counter *atomic.Uint64 // names sessions
	hurried *atomic.Int64  // devices that want fast samples, of all workers
	term    func(*store.Grant) drivers.Term
	grant   atomic.Pointer[store.Grant]

	opened time.Time // of the session, by run alone

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
	defer w.setFast(false)
	wait := redialFirst
	for ctx.Err() == nil {
		w.opened = time.Time{}
		err := w.serve(ctx)
		if ctx.Err() != nil {
			break
		}
		w.lost(err)
		if !w.opened.IsZero() && w.now().Sub(w.opened) > redialCalm {
			wait = redialFirst
		}
		if drivers.KindOf(err) == drivers.KindConflict {
			wait = min(wait, redialTaken)
		}
		// Jitter keeps a thousand devices from coming back in step.
		pause := wait/2 + time.Duration(rand.Int64N(int64(wait)))
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		wait = min(2*wait, redialMost)
	}
}

// serve is one connection from dial to loss.
func (w *deviceWorker) serve(ctx context.Context) error {
	select {
	case w.dial <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	session, err := w.open(ctx)
	<-w.dial
	if err != nil {
		return err
	}
	defer session.Close()
	w.opened = w.now()

	ctx, broken := context.WithCancelCause(ctx)
	defer broken(nil)
	// The term keeps the sessions of one process apart from those of the next:
	// evidence on record must not count for a connection it did not come from.
	term := int64(0)
	if g := w.grant.Load(); g != nil {
		term = g.Term
	}
	id := fmt.Sprintf("%s-%d-%d", w.device.Name, term, w.counter.Add(1))
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
		v.State, v.compared = models.State{Objects: map[models.ObjectID]models.Leaves{}}, nil
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

func (w *deviceWorker) open(ctx context.Context) (drivers.Session, error) {
	device, err := w.dialled()
	if err != nil {
		return nil, err
	}
	device.Unanswered = w.unanswered
	late := time.AfterFunc(firstAnswer, func() { w.silent(ctx) })
	defer late.Stop()
	dial, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	return w.driver.Open(dial, device)
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
	w.changed(w.device.Name, d.Full || len(d.Objects)+len(d.Gone) > 0)
}

// silent records that nothing was heard of the device yet, not even that it
// cannot be reached: what is on record of it is of an earlier process.
func (w *deviceWorker) silent(ctx context.Context) {
	if ctx.Err() != nil {
		return
	}
	quiet := false
	w.board.update(w.device.Name, func(v *deviceView) {
		if quiet = !v.Synced && v.Since.IsZero(); quiet {
			v.Since, v.Message = w.now(), fmt.Sprintf("no answer yet, for %v", firstAnswer)
		}
	})
	if quiet {
		w.changed(w.device.Name, true)
	}
}

// lost records that the device is out of reach. The first failure counts:
// there is no second opinion about a connection.
func (w *deviceWorker) lost(err error) {
	if err == nil {
		err = &drivers.Error{Op: "watch", Device: w.device.Name, Kind: drivers.KindUnreachable, Err: fmt.Errorf("the device ended the stream")}
	}
	w.board.update(w.device.Name, func(v *deviceView) {
		fresh := v.Reachable || v.Since.IsZero()
		if fresh {
			v.Since = w.now()
		}
		if fresh || v.Kind != drivers.KindOf(err) { // a password that is refused after a reset is another trouble
			w.log.Warn("out of reach", "device", w.device.Name, "err", err)
		}
		v.Reachable, v.Synced, v.Session = false, false, ""
		v.Kind, v.Message = drivers.KindOf(err), err.Error()
	})
	w.changed(w.device.Name, true)
}

// current returns the live session, if any.
func (w *deviceWorker) current() drivers.Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.session
}

// condemn ends the current connection; the worker dials anew and gets a full
// picture. Used when the outcome of a write is unknown: from here on nothing is
// sent over the connection and nothing is decided from what it told.
func (w *deviceWorker) condemn(err error) {
	w.mu.Lock()
	broken := w.broken
	w.session, w.broken = nil, nil
	w.mu.Unlock()
	if broken != nil {
		w.board.update(w.device.Name, func(v *deviceView) { v.Session, v.Synced = "", false })
		broken(err)
	}
}

func fullDelta(s models.State) models.Delta {
	rest := s.Rest
	id := s.Identity
	return models.Delta{Full: true, At: s.At, Identity: &id, Objects: s.Objects, Readings: s.Readings, Rest: &rest}
}
