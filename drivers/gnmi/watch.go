package gnmi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models"
)

// Watch streams the device's configuration and states as they change and its
// measurements every interval. A device that refuses the interval is asked for
// the profile's slow one instead. News that arrives together is one delta.
//
// The error wraps the context's when that ended the watch.
func (s *Session) Watch(ctx context.Context, interval time.Duration, sink func(models.Delta)) error {
	return s.follow(ctx, "watch", interval, false, sink)
}

// Sample streams readings every interval: all of them first, then those that
// came in. A device that refuses the interval is asked for the profile's slow
// one instead, so samples may come less often than wished.
func (s *Session) Sample(ctx context.Context, interval time.Duration, sink func(models.Readings)) error {
	return s.follow(ctx, "sample", interval, true, func(d models.Delta) { sink(d.Readings) })
}

func (s *Session) follow(ctx context.Context, op string, interval time.Duration, sampleOnly bool, sink func(models.Delta)) error {
	slow, err := durationOr(s.device.Profile.SampleSlow, defaultSlow)
	if err != nil {
		return &drivers.Error{Op: op, Device: s.device.Name, Kind: drivers.KindInvalid, Err: fmt.Errorf("profile sampleSlow: %w", err)}
	}
	ctx, end, err := s.begin(ctx, op, 0)
	if err != nil {
		return err
	}
	defer end()
	err = s.stream(ctx, interval, sampleOnly, sink)
	for _, slower := range []time.Duration{slow, defaultSlow} {
		if status.Code(err) == codes.InvalidArgument && interval < slower {
			s.log.Debug("sampling interval refused", "device", s.device.Name, "interval", interval, "instead", slower)
			interval = slower
			err = s.stream(ctx, interval, sampleOnly, sink)
		}
	}
	return s.failure(op, err, reading)
}

// defaultSlow is what every optical device can be expected to sample at.
const defaultSlow = 10 * time.Second

// maxBatch bounds how many messages are gathered into one delta.
const maxBatch = 1024

// silentIntervals is how many samples may go missing.
const silentIntervals = 3

var (
	errSyncLate    = errors.New("the device did not complete its first answer in time")
	errStreamEnded = errors.New("the device ended the stream")
	errSilent      = errors.New("the device fell silent in the middle of a stream")
)

// stream runs one subscription until it breaks or ctx ends. A goroutine reads
// ahead, so that what arrives in a burst is handed over in one delta.
func (s *Session) stream(ctx context.Context, interval time.Duration, sampleOnly bool, sink func(models.Delta)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	client, err := s.client.Subscribe(ctx, undecoded())
	if err != nil {
		cancel(nil)
		return err
	}
	arrived := make(chan message, 16)
	var broken error // written by the reader before it closes arrived
	go func() {
		defer close(arrived)
		broken = receive(ctx, client, s.caps.subscribe(gnmipb.SubscriptionList_STREAM, interval, sampleOnly), arrived)
	}()
	late := time.AfterFunc(s.timeout, func() { cancel(errSyncLate) })
	// A device that samples has to say something every interval. Silence is
	// how a connection looks that nobody closed, and keepalive is too slow.
	patience := silentIntervals*interval + s.timeout
	silent := time.AfterFunc(patience, func() { cancel(errSilent) })
	silent.Stop()
	defer func() {
		late.Stop()
		silent.Stop()
		cancel(nil)
		for range arrived { // until the reader is gone
		}
	}()

	v := ocmap.NewView(s.device.Profile)
	synced := false
	for first := range arrived {
		full, err := s.filer.file(v, first)
		for range maxBatch {
			more, ok := waiting(arrived)
			if !ok || err != nil {
				break
			}
			var end bool
			end, err = s.filer.file(v, more)
			full = full || end
		}
		s.count(v)
		if err != nil {
			return err
		}
		if v.Measured && (synced || full) {
			silent.Reset(patience)
		}
		switch {
		case full && !synced:
			synced = true
			late.Stop()
			sink(v.Take(true))
		case synced && v.HasNews():
			sink(v.Take(false))
		}
	}
	if cause := context.Cause(ctx); errors.Is(cause, errSyncLate) || errors.Is(cause, errSilent) {
		return cause
	}
	return broken
}

// waiting returns what has already arrived, without waiting for more.
func waiting(arrived <-chan message) (message, bool) {
	select {
	case r, ok := <-arrived:
		return r, ok
	default:
		return message{}, false
	}
}

func receive(ctx context.Context, client gnmipb.GNMI_SubscribeClient, request *gnmipb.SubscribeRequest, arrived chan<- message) error {
	if err := client.Send(request); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for {
		var m message
		err := client.RecvMsg(&m)
		if errors.Is(err, io.EOF) {
			return errStreamEnded
		}
		if err != nil {
			return err
		}
		select {
		case arrived <- m:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
