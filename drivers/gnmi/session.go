package gnmi

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/dial"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models"
)

// Session is a connection to one device. Besides drivers.Session it is a
// Watcher, a Sampler, a Pather and a Previewer.
type Session struct {
	device  drivers.Device
	timeout time.Duration
	conn    *dial.Conn
	client  gnmipb.GNMIClient
	caps    capabilities
	filer   filer
	log     *slog.Logger

	ignored atomic.Uint64

	// mu guards the calls under way, so that Close can break them off.
	mu      sync.Mutex
	done    bool
	serial  int
	calls   map[int]context.CancelCauseFunc
	running sync.WaitGroup
}

// ArbitratedSession is a session to a device that honours the gNMI master
// arbitration extension.
type ArbitratedSession struct{ *Session }

// errClosed is in the chain of every error after Close.
var errClosed = errors.New("the session is closed")

// begin registers a call. Its context ends with the caller's, with the session
// and, when limit is not zero, after limit; end must be called.
func (s *Session) begin(ctx context.Context, op string, limit time.Duration) (_ context.Context, end func(), _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return nil, nil, &drivers.Error{Op: op, Device: s.device.Name, Kind: drivers.KindUnreachable, Err: errClosed}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := func() {}
	if limit > 0 {
		ctx, stop = context.WithTimeout(ctx, limit)
	}
	s.serial++
	serial := s.serial
	s.calls[serial] = cancel
	s.running.Add(1)
	return ctx, func() {
		stop()
		cancel(nil)
		s.mu.Lock()
		delete(s.calls, serial)
		s.mu.Unlock()
		s.running.Done()
	}, nil
}

// Close ends the session, breaks off what is under way and waits for it.
// Closing twice is fine.
func (s *Session) Close() error {
	s.mu.Lock()
	first := !s.done
	s.done = true
	for _, cancel := range s.calls {
		cancel(errClosed)
	}
	s.mu.Unlock()
	s.running.Wait()
	if !first {
		return nil
	}
	return closeConn(s.conn)
}

// Ignored counts what the device said and could not be used so far: unknown
// leaves, values of a wrong type, impossible timestamps.
func (s *Session) Ignored() uint64 { return s.ignored.Load() }

// Observe reads all configuration and readings once.
func (s *Session) Observe(ctx context.Context) (models.State, error) {
	ctx, end, err := s.begin(ctx, "observe", s.timeout)
	if err != nil {
		return models.State{}, err
	}
	defer end()
	v, err := s.once(ctx, s.caps.subscribe(gnmipb.SubscriptionList_ONCE, 0, false))
	if err != nil {
		return models.State{}, s.failure("observe", err, reading)
	}
	var state models.State
	state.Merge(v.Take(true))
	return state, nil
}

// errNoSync says that a device ended an answer before it was complete.
var errNoSync = errors.New("the device ended its answer before sync_response")

// once runs a subscription that ends by itself and returns the view of it.
func (s *Session) once(ctx context.Context, request *gnmipb.SubscribeRequest) (*ocmap.View, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.client.Subscribe(ctx, undecoded())
	if err != nil {
		return nil, err
	}
	if err := stream.Send(request); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := stream.CloseSend(); err != nil {
		return nil, err
	}
	v := ocmap.NewView(s.device.Profile)
	v.Now = s.filer.now()
	defer s.count(v)
	for {
		var m message
		err := stream.RecvMsg(&m)
		if errors.Is(err, io.EOF) {
			return nil, errNoSync
		}
		if err != nil {
			return nil, err
		}
		synced, err := s.filer.file(v, m)
		if err != nil {
			return nil, err
		}
		// The device has to end the stream now. One that does not is left after
		// what was asked for has come.
		if synced {
			return v, nil
		}
	}
}

func (s *Session) count(v *ocmap.View) {
	if v.Ignored > 0 {
		s.ignored.Add(v.Ignored)
		s.log.Debug("ignored what the device said", "device", s.device.Name, "leaves", v.Ignored)
		v.Ignored = 0
	}
}
