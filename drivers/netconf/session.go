package netconf

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/drivers/internal/sshdial"
	"github.com/waveplane/waveplane/models"
)

// Session is a NETCONF session with one device. Besides drivers.Session it is a
// Sampler, a Pather and a Previewer.
type Session struct {
	device  drivers.Device
	schema  *schema
	timeout time.Duration
	armed   time.Duration
	now     func() time.Time
	log     *slog.Logger

	conn   *sshdial.Conn
	client *client
	turn   chan struct{} // held by whoever has a request under way
	once   sync.Once

	mu   sync.Mutex // done and busy's first
	done bool
	busy sync.WaitGroup
}

var (
	errClosed   = errors.New("the session is closed")
	errObserved = errors.New("the device is only observed")
)

// exchange holds the turn while do talks. A context that ends meanwhile breaks
// the connection: what the device makes of half an exchange is its affair, and
// with the session go its locks. wrote tells whether do may have changed the
// device by then.
func (s *Session) exchange(ctx context.Context, op string, do func() (wrote bool, err error)) error {
	s.mu.Lock()
	if s.done {
		s.mu.Unlock()
		return s.failure(op, errClosed, false)
	}
	s.busy.Add(1)
	s.mu.Unlock()
	defer s.busy.Done()
	if cause := s.conn.Cause(); cause != nil {
		return s.failure(op, cause, false)
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return s.failure(op, context.Cause(ctx), false)
	case <-s.conn.Gone():
		return s.failure(op, s.conn.Cause(), false)
	}
	defer func() { <-s.turn }()
	if ctx.Err() != nil {
		return s.failure(op, context.Cause(ctx), false)
	}
	stop := context.AfterFunc(ctx, func() { s.conn.Break(context.Cause(ctx)) })
	wrote, err := do()
	stop()
	if err == nil {
		return nil
	}
	return s.failure(op, err, wrote)
}

// failure makes a driver's error of what went wrong.
func (s *Session) failure(op string, err error, wrote bool) error {
	out := &drivers.Error{Op: op, Device: s.device.Name, Kind: drivers.KindUnreachable}
	var already *drivers.Error
	var no *rpcError
	switch {
	case errors.As(err, &already):
		return err
	case errors.As(err, &no) && !wrote:
		out.Kind, out.Words = no.kind(), drivers.CleanWords(s.conn.Clean(no.Error()))
		return out
	case wrote:
		out.Kind = drivers.KindOutcomeUnknown
	}
	out.Err = &said{drivers.CleanWords(s.conn.Clean(err.Error())), err}
	return out
}

// said keeps an error's cause but prints only what has been cleaned.
type said struct {
	text  string
	cause error
}

func (e *said) Error() string { return e.text }

// Is finds the causes that callers ask for; the text of the rest stays inside.
func (e *said) Is(target error) bool { return errors.Is(e.cause, target) }

func (s *Session) refuse(op string, kind drivers.Kind, err error) error {
	return &drivers.Error{Op: op, Device: s.device.Name, Kind: kind, Err: err}
}

// get reads what a filter selects of configuration and state.
func (s *Session) get(filter *element) (*ocmap.View, error) {
	reply, err := s.client.call(base("get", filter))
	if err != nil {
		return nil, err
	}
	return s.view(reply)
}

func (s *Session) view(reply *element) (*ocmap.View, error) {
	data := reply.child("data")
	if data == nil {
		return nil, fmt.Errorf("%w: a reply without data", errXML)
	}
	v := ocmap.NewView(s.device.Profile)
	v.Now = s.now()
	file(v, data)
	if v.Ignored > 0 {
		s.log.Debug("ignored what the device said", "device", s.device.Name, "leaves", v.Ignored)
	}
	return v, nil
}

// Observe reads all configuration and readings once.
func (s *Session) Observe(ctx context.Context) (models.State, error) {
	ctx, stop := context.WithTimeout(ctx, s.timeout)
	defer stop()
	var state models.State
	err := s.exchange(ctx, "observe", func() (bool, error) {
		filter, err := s.schema.filter(func(ocmap.Subscribed) bool { return true })
		if err != nil {
			return false, err
		}
		v, err := s.get(filter)
		if err == nil {
			state.Merge(v.Take(true))
		}
		return false, err
	})
	return state, err
}

// Measure reads the states and measurements of the named objects once. What a
// wavelength switch measures stands at its monitors and not at the media
// channels, so there everything that Sample reads is read.
func (s *Session) Measure(ctx context.Context, objects []models.ObjectID) (models.Readings, error) {
	ctx, stop := context.WithTimeout(ctx, s.timeout)
	defer stop()
	filter, err := s.schema.filterOf(objects, func(p ocmap.Subscribed) bool { return p.Nature != ocmap.Configuration })
	if slices.ContainsFunc(objects, func(id models.ObjectID) bool { return id.Kind == models.KindMediaChannel }) {
		filter, err = s.schema.filter(sampled)
	}
	if err != nil || filter == nil {
		return models.Readings{}, err
	}
	return s.measure(ctx, "measure", filter)
}

func sampled(p ocmap.Subscribed) bool { return p.Sampled }

func (s *Session) measure(ctx context.Context, op string, filter *element) (models.Readings, error) {
	var r models.Readings
	err := s.exchange(ctx, op, func() (bool, error) {
		v, err := s.get(filter)
		if err == nil {
			r = v.Take(true).Readings
		}
		return false, err
	})
	return r, err
}

// whole is measure to the end: a context that ends in the middle is no reason to
// lose the session, which is needed for what comes after sampling.
func (s *Session) whole(ctx context.Context, op string, filter *element) (models.Readings, error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), s.timeout)
	defer stop()
	return s.measure(ctx, op, filter)
}

// Sample reads everything measured every interval until ctx ends.
func (s *Session) Sample(ctx context.Context, interval time.Duration, sink func(models.Readings)) error {
	filter, err := s.schema.filter(sampled)
	if err != nil {
		return err
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		r, err := s.whole(ctx, "sample", filter)
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return s.failure("sample", context.Cause(ctx), false)
		}
		sink(r)
		select {
		case <-ctx.Done():
			return s.failure("sample", context.Cause(ctx), false)
		case <-s.conn.Gone():
			return s.failure("sample", s.conn.Cause(), false)
		case <-tick.C:
		}
	}
}

// Path names the leaf of an object as the device's own people do.
func (s *Session) Path(id models.ObjectID, leaf models.LeafName) string {
	return ocmap.PathName(id, leaf)
}

// Close ends the session, breaks off what is under way and waits for it.
func (s *Session) Close() error {
	s.once.Do(func() {
		s.mu.Lock()
		s.done = true
		s.mu.Unlock()
		s.conn.Break(errClosed)
		s.busy.Wait()
		if s.client != nil {
			s.client.close()
		}
		_ = s.conn.Close()
	})
	return nil
}
