package dial

import (
	"context"
	"sync/atomic"

	"google.golang.org/grpc/stats"
)

// Sent tells whether the request of one call was handed to the transport. When
// a call fails and nothing was handed over, nothing can have happened at the
// other end; otherwise anything can.
type Sent struct{ handed atomic.Bool }

// Happened reports whether the request left, or may have left.
func (s *Sent) Happened() bool { return s.handed.Load() }

type sentKey struct{}

// WatchSent returns a context for one call and the Sent that will know of it.
func WatchSent(ctx context.Context) (context.Context, *Sent) {
	s := &Sent{}
	return context.WithValue(ctx, sentKey{}, s), s
}

// sentMarker is the gRPC stats handler behind WatchSent.
type sentMarker struct{}

func (sentMarker) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context { return ctx }

func (sentMarker) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if _, ok := event.(*stats.OutPayload); !ok {
		return
	}
	if s, ok := ctx.Value(sentKey{}).(*Sent); ok {
		s.handed.Store(true)
	}
}

func (sentMarker) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (sentMarker) HandleConn(context.Context, stats.ConnStats) {}
