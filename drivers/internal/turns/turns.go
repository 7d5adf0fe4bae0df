// Package turns is what drivers share whose devices take one exchange at a time: a
// line is waited for, an exchange is broken off with its connection or read to its
// end, and errors become those of the contract without a secret in them.
package turns

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
)

// Line is a connection that can end.
type Line interface {
	// Gone is closed when the connection has ended; Cause then says why, and is
	// nil before.
	Gone() <-chan struct{}
	Cause() error
	// Break ends the connection at once, for a reason, and waits for nothing.
	Break(cause error)
	// Clean removes the secrets of the connection from a text.
	Clean(text string) string
}

// Why exchanges fail that never came to talk, or took too long.
var (
	ErrClosed = errors.New("the session is closed")
	ErrLate   = errors.New("the device does not answer in time")
)

// Turns lets one exchange at a time go over a connection.
type Turns struct {
	conn Line
	turn chan struct{} // held by whoever talks

	mu   sync.Mutex // done, and that nobody joins busy after it
	done bool
	busy sync.WaitGroup
}

// New makes the turns of a connection.
func New(conn Line) *Turns { return &Turns{conn: conn, turn: make(chan struct{}, 1)} }

// Change has do talk when its turn has come, for a time that begins then. A context
// that ends in the middle breaks the connection: what the device makes of half a
// change is its affair, and with the session go its locks. wrote tells whether do
// may have changed the device by then.
func (t *Turns) Change(ctx context.Context, limit time.Duration, do func() (wrote bool, err error)) (wrote bool, err error) {
	leave, err := t.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	broken := context.AfterFunc(ctx, func() { t.conn.Break(context.Cause(ctx)) })
	defer broken()
	return do()
}

// Look has do talk, which changes nothing. It goes on to its end, or to the limit,
// when the caller has no more patience: whoever stops waiting for a reading must
// not cost the session, in which somebody else may be about to change something.
func Look[T any](ctx context.Context, t *Turns, limit time.Duration, do func() (T, error)) (T, error) {
	var nothing T
	leave, err := t.enter(ctx)
	if err != nil {
		return nothing, err
	}
	type answer struct {
		value T
		err   error
	}
	came := make(chan answer, 1)
	late := time.AfterFunc(limit, func() { t.conn.Break(ErrLate) })
	go func() {
		defer leave()
		v, err := do()
		late.Stop()
		came <- answer{v, err}
	}()
	select {
	case a := <-came:
		if a.err != nil {
			return nothing, a.err
		}
		return a.value, nil
	case <-ctx.Done():
		return nothing, context.Cause(ctx)
	}
}

// enter waits for the turn; leave gives it back.
func (t *Turns) enter(ctx context.Context) (leave func(), err error) {
	t.mu.Lock()
	if t.done {
		t.mu.Unlock()
		return nil, ErrClosed
	}
	t.busy.Add(1)
	t.mu.Unlock()
	if err = t.conn.Cause(); err == nil {
		select {
		case t.turn <- struct{}{}:
			if err = ctx.Err(); err == nil {
				return func() { <-t.turn; t.busy.Done() }, nil
			}
			<-t.turn
			err = context.Cause(ctx)
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-t.conn.Gone():
			err = t.conn.Cause()
		}
	}
	t.busy.Done()
	return nil, err
}

// Every does something at once and every interval until it fails, ctx ends or the
// connection does, and returns why. What it does takes its turns itself.
func (t *Turns) Every(ctx context.Context, interval time.Duration, do func() error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := do(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-t.conn.Gone():
			return t.conn.Cause()
		case <-tick.C:
		}
	}
}

// Close breaks off what is under way and waits for it. The connection is still to
// be closed.
func (t *Turns) Close() {
	t.mu.Lock()
	t.done = true
	t.mu.Unlock()
	t.conn.Break(ErrClosed)
	t.busy.Wait()
}

// Lost is an error of the connection: wrote tells whether the device may have
// changed.
func Lost(conn Line, device, op string, err error, wrote bool) error {
	kind := drivers.KindUnreachable
	if wrote {
		kind = drivers.KindOutcomeUnknown
	}
	return &drivers.Error{Op: op, Device: device, Kind: kind, Err: &said{drivers.CleanWords(conn.Clean(err.Error())), err}}
}

// said keeps an error's cause but prints only what has been cleaned.
type said struct {
	text  string
	cause error
}

func (e *said) Error() string { return e.text }

// Is finds the causes that callers ask for; the text of the rest stays inside.
func (e *said) Is(target error) bool { return errors.Is(e.cause, target) }
