package api

import (
	"encoding/json"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
)

// Bounds of the feed. A watcher that is further behind than its queue is cut
// off and told so; memory does not grow with slow clients.
const (
	historyLength = 4096
	queueLength   = 1024
)

// change is one line for watchers.
type change struct {
	revision int64
	kind     wire.WatchType
	object   *wire.Object   // of the topic objects
	before   *wire.Object   // of a document whose labels have changed: as it was
	event    *records.Event // of the topic events
	raw      json.RawMessage
}

// topic is one stream of changes with its latest history.
type topic struct {
	floor   int64 // changes after this revision are in history
	history []change
	subs    map[*subscriber]struct{}
}

// subscriber is one watcher's queue.
type subscriber struct {
	queue chan change
	lost  chan struct{} // closed when the queue was full
}

// publish hands a change to everyone and keeps it for a while.
func (f *feed) publish(t *topic, c change, v any) {
	if f.waiting > 0 {
		return
	}
	raw, err := json.Marshal(v)
	if err != nil {
		f.log.Error("change cannot be shown", "err", err)
		return
	}
	c.raw = raw
	if len(t.history) >= historyLength {
		half := historyLength / 2
		for _, old := range t.history[:half] {
			t.floor = max(t.floor, old.revision)
		}
		t.history = append([]change(nil), t.history[half:]...)
	}
	t.history = append(t.history, c)
	for s := range t.subs {
		select {
		case s.queue <- c:
		default:
			delete(t.subs, s)
			close(s.lost)
		}
	}
}

// subscribe returns a queue that starts with all changes after a revision; ok
// is false when they are no longer known.
func (f *feed) subscribe(t *topic, from int64) (s *subscriber, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if from < t.floor {
		return nil, false
	}
	var missed []change
	for _, c := range t.history {
		if c.revision > from {
			missed = append(missed, c)
		}
	}
	s = &subscriber{queue: make(chan change, queueLength+len(missed)), lost: make(chan struct{})}
	for _, c := range missed {
		s.queue <- c
	}
	t.subs[s] = struct{}{}
	return s, true
}

// now subscribes to what happens from now on.
func (f *feed) now(t *topic) *subscriber {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &subscriber{queue: make(chan change, queueLength), lost: make(chan struct{})}
	t.subs[s] = struct{}{}
	return s
}

func (f *feed) leave(t *topic, s *subscriber) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(t.subs, s)
}
