package gnmid

import (
	"errors"
	"io"
	"slices"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Subscribe serves one subscription list: once, on request, or as a stream.
func (s *service) Subscribe(rpc gpb.GNMI_SubscribeServer) error {
	t := s.target
	t.stats.streaming(1)
	defer t.stats.streaming(-1)
	first, err := rpc.Recv()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.enter(rpc.Context(), "Subscribe", nil); err != nil {
		return err
	}
	request := first.GetSubscribe()
	if request == nil {
		return status.Error(codes.InvalidArgument, "the first message has to be a subscription list")
	}
	st := &stream{
		target:   t,
		rpc:      rpc,
		encoding: request.GetEncoding(),
		prefix:   replyPrefix(request.GetPrefix()),
		wake:     make(chan struct{}, 1),
	}
	if err := checkEncoding(st.encoding); err != nil {
		return err
	}
	if st.subs, err = t.readSubscriptions(request); err != nil {
		return err
	}
	switch request.GetMode() {
	case gpb.SubscriptionList_ONCE:
		return st.dump(false)
	case gpb.SubscriptionList_POLL:
		return st.poll(request.GetUpdatesOnly())
	case gpb.SubscriptionList_STREAM:
		return st.run(request.GetUpdatesOnly())
	}
	return status.Errorf(codes.InvalidArgument, "subscription mode %d is unknown", request.GetMode())
}

// stream is one Subscribe RPC. What it has told so far is the tree it told it
// from, so that a change costs it nothing until it gets round to telling.
type stream struct {
	target   *Target
	rpc      gpb.GNMI_SubscribeServer
	encoding gpb.Encoding
	prefix   *gpb.Path
	subs     []*subscription
	wake     chan struct{}
}

// dump tells everything, then that this was everything.
func (s *stream) dump(updatesOnly bool) error {
	v := s.target.current()
	for _, sub := range s.subs {
		if sub.interval == 0 || sub.suppress {
			sub.told = v.root // plain samples compare with nothing, and shouldn't hold on to old trees
		}
		if updatesOnly {
			continue
		}
		if err := s.tell(nil, v, sub); err != nil {
			return err
		}
	}
	return s.rpc.Send(&gpb.SubscribeResponse{Response: &gpb.SubscribeResponse_SyncResponse{SyncResponse: true}})
}

func (s *stream) poll(updatesOnly bool) error {
	if err := s.dump(updatesOnly); err != nil {
		return err
	}
	for {
		request, err := s.rpc.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if request.GetPoll() == nil {
			return status.Error(codes.InvalidArgument, "only polls may follow the subscription list")
		}
		if err := s.dump(false); err != nil {
			return err
		}
	}
}

func (s *stream) run(updatesOnly bool) error {
	if slices.ContainsFunc(s.subs, func(sub *subscription) bool { return sub.interval == 0 }) {
		s.target.listen(s)
		defer s.target.unlisten(s)
	}
	if err := s.dump(updatesOnly); err != nil {
		return err
	}
	start := time.Now()
	for _, sub := range s.subs {
		sub.due, sub.beat = start.Add(sub.interval), start.Add(sub.heartbeat)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		next, armed := s.nextDue()
		var alarm <-chan time.Time
		if armed {
			timer.Reset(time.Until(next))
			alarm = timer.C
		}
		select {
		case <-s.rpc.Context().Done():
			return status.FromContextError(s.rpc.Context().Err()).Err()
		case <-s.wake:
			if err := s.tellChanges(); err != nil {
				return err
			}
		case now := <-alarm:
			if err := s.tellDue(now); err != nil {
				return err
			}
		}
	}
}

func (s *stream) nextDue() (time.Time, bool) {
	var next time.Time
	earlier := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, sub := range s.subs {
		if sub.interval > 0 {
			earlier(sub.due)
		}
		if sub.heartbeat > 0 {
			earlier(sub.beat)
		}
	}
	return next, !next.IsZero()
}

func (s *stream) tellChanges() error {
	v := s.target.current()
	for _, sub := range s.subs {
		if sub.interval > 0 {
			continue
		}
		if err := s.tell(sub.told, v, sub); err != nil {
			return err
		}
		sub.told = v.root
	}
	return nil
}

// tellDue tells the samples and heartbeats whose time has come.
func (s *stream) tellDue(now time.Time) error {
	v := s.target.current()
	for _, sub := range s.subs {
		sampling := sub.interval > 0 && !sub.due.After(now)
		beating := sub.heartbeat > 0 && !sub.beat.After(now)
		if !sampling && !beating {
			continue
		}
		since := sub.told
		if beating || !sub.suppress {
			since = nil
		}
		if err := s.tell(since, v, sub); err != nil {
			return err
		}
		if since == nil && sub.interval == 0 {
			// What went since the last telling doesn't show in a full one.
			if err := s.tellGone(sub, v); err != nil {
				return err
			}
		}
		if sub.interval == 0 || sub.suppress {
			sub.told = v.root
		}
		if sampling {
			sub.due = following(sub.due, sub.interval, now)
		}
		if beating {
			sub.beat = following(sub.beat, sub.heartbeat, now)
		}
	}
	return nil
}

// following is the first tick after now: ticks that were missed are not made up.
func following(tick time.Time, every time.Duration, now time.Time) time.Time {
	return tick.Add((now.Sub(tick)/every + 1) * every)
}

func (t *Target) listen(s *stream) {
	t.streamMu.Lock()
	defer t.streamMu.Unlock()
	if t.streams == nil {
		t.streams = map[*stream]struct{}{}
	}
	t.streams[s] = struct{}{}
}

func (t *Target) unlisten(s *stream) {
	t.streamMu.Lock()
	defer t.streamMu.Unlock()
	delete(t.streams, s)
}
