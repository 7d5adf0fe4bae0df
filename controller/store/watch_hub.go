package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/metadata"
)

// hub follows everything that the store keeps, once, and hands every table's changes
// to those who watch it. So whoever watches hears of every transaction how far the
// store is, even if it touched nothing of theirs. With a watch for each table the
// server would have to be asked, and it does not answer while any one of them is to
// begin after the last write: until somebody writes, which at night may take hours.
type hub struct {
	s *Store

	mu       sync.Mutex
	position int64 // everything after it is handed on; 0: not yet following
	watching map[string][]*subscription
}

// subscription is what one watch has yet to be told.
type subscription struct {
	table, start string
	news         chan struct{} // holds one token while there is something

	mu     sync.Mutex
	queued []told
}

// told is what a watch is told at once: events, and how far the store is with them;
// or that it has to list, because what happened before cannot be had any more.
type told struct {
	relist   bool
	events   []*clientv3.Event
	revision int64
}

// subscribe enters a watch of the keys of a table that begin with start. The first
// thing it is told is to list.
func (h *hub) subscribe(table, start string) *subscription {
	sub := &subscription{table: table, start: start, news: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watching[table] = append(h.watching[table], sub)
	if h.position != 0 {
		sub.tell(told{relist: true})
	}
	return sub
}

func (h *hub) unsubscribe(sub *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watching[sub.table] = slices.DeleteFunc(h.watching[sub.table], func(s *subscription) bool { return s == sub })
}

// run follows until the store is closed.
func (h *hub) run() {
	ctx := progressStream(h.s.running)
	for ctx.Err() == nil {
		step := h.follow
		if h.position == 0 {
			step = h.begin
		}
		switch err := step(ctx); {
		case err == nil || ctx.Err() != nil:
		case errors.Is(err, rpctypes.ErrCompacted):
			h.lose()
		default:
			h.s.log.Warn("watch interrupted", "err", err)
			pause(ctx, watchRetry)
		}
	}
}

// progressStream marks the hub's stream to the server as one of its own: the server
// tells the progress of a stream only when it is the progress of every watch on it.
func progressStream(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(clientv3.WithRequireLeader(ctx), "waveplane-watch", "hub")
}

// begin finds out where the store is, and has everybody list from there.
func (h *hub) begin(ctx context.Context) error {
	revision, err := h.s.revision(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.position = revision
	for _, subs := range h.watching {
		for _, sub := range subs {
			sub.tell(told{relist: true})
		}
	}
	return nil
}

// lose notes that what comes after the position cannot be had any more.
func (h *hub) lose() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.position = 0
}

// follow hands changes on until the connection is lost for good, a compaction gets
// in the way or ctx ends.
func (h *hub) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changes := h.s.client.Watch(ctx, root, clientv3.WithPrefix(), clientv3.WithRev(h.position+1))
	for resp := range changes {
		if err := resp.Err(); err != nil {
			return err
		}
		switch {
		case len(resp.Events) > 0:
			h.handOn(resp.Events, resp.Events[len(resp.Events)-1].Kv.ModRevision)
		case resp.IsProgressNotify():
			h.handOn(nil, resp.Header.Revision)
		}
	}
	return errors.New("watch closed by the server")
}

// handOn tells everybody what is theirs, and how far the store is.
func (h *hub) handOn(events []*clientv3.Event, revision int64) {
	byTable := map[string][]*clientv3.Event{}
	for _, ev := range events {
		table, _, _ := strings.Cut(string(ev.Kv.Key[len(root):]), "/")
		byTable[table] = append(byTable[table], ev)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.position = max(h.position, revision)
	for table, subs := range h.watching {
		for _, sub := range subs {
			sub.tell(told{events: byTable[table], revision: revision})
		}
	}
}

// tell queues what a watch is to be told. It never waits: one that is slow keeps
// nobody else back.
func (sub *subscription) tell(what told) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	last := len(sub.queued) - 1
	switch {
	case what.relist: // what is queued is in the list
		sub.queued = append(sub.queued[:0], what)
	case last >= 0 && len(what.events) == 0 && !sub.queued[last].relist && len(sub.queued[last].events) == 0:
		sub.queued[last].revision = what.revision
	default:
		sub.queued = append(sub.queued, what)
	}
	select {
	case sub.news <- struct{}{}:
	default:
	}
}

// take returns what was queued.
func (sub *subscription) take() []told {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	out := sub.queued
	sub.queued = nil
	return out
}
