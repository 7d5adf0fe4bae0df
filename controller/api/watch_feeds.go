package api

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/store"
)

// lingering is how long the feed goes on without a watcher, so that one who
// lists, watches from there and comes back misses nothing.
const lingering = 30 * time.Second

// feeds runs one feed while there are watchers.
type feeds struct {
	store *store.Store
	log   *slog.Logger
	ended chan struct{} // closed by close: streams end

	mu      sync.Mutex
	closed  bool
	current *feed
	users   int
	linger  *time.Timer
}

func newFeeds(s *store.Store, log *slog.Logger) *feeds {
	return &feeds{store: s, log: log, ended: make(chan struct{})}
}

// enter returns the feed once it knows all there is; the caller releases it.
func (fs *feeds) enter(ctx context.Context) (f *feed, release func(), err error) {
	fs.mu.Lock()
	if fs.closed {
		fs.mu.Unlock()
		return nil, nil, context.Canceled
	}
	if fs.current == nil {
		fs.current = startFeed(fs.store, fs.log)
	}
	f = fs.current
	fs.users++
	if fs.linger != nil {
		fs.linger.Stop()
	}
	fs.mu.Unlock()
	select {
	case <-f.ready:
		return f, fs.release, nil
	case <-fs.ended:
		err = context.Canceled
	case <-ctx.Done():
		err = ctx.Err()
	}
	fs.release()
	return nil, nil, err
}

func (fs *feeds) release() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.users--
	if fs.users == 0 && !fs.closed {
		fs.linger = time.AfterFunc(lingering, fs.idle)
	}
}

// idle ends a feed that nobody came back to.
func (fs *feeds) idle() {
	fs.mu.Lock()
	f := fs.current
	if fs.users > 0 || f == nil {
		fs.mu.Unlock()
		return
	}
	fs.current = nil
	fs.mu.Unlock()
	f.close()
}

// close ends all streams and waits for the feed.
func (fs *feeds) close() {
	fs.mu.Lock()
	if !fs.closed {
		fs.closed = true
		close(fs.ended)
	}
	f := fs.current
	fs.current = nil
	if fs.linger != nil {
		fs.linger.Stop()
	}
	fs.mu.Unlock()
	if f != nil {
		f.close()
	}
}
