package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/waveplane/waveplane/controller/api/wire"
)

const (
	lineTimeout   = 10 * time.Second // for a client to take one line
	bookmarkEvery = 15 * time.Second
)

// answer sends v as JSON.
func answer(v any) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", "application/json")
		_ = json.NewEncoder(ctx.BodyWriter()).Encode(v) // the client may be gone
	}}
}

// watchObjects streams the documents of a listing as they change. Without a
// revision all of them come first, as ADDED, and then a BOOKMARK.
func (a *API) watchObjects(l listing, from string) (*huma.StreamResponse, error) {
	revision, err := parseRevision(from)
	if err != nil {
		return nil, err
	}
	return a.streaming(func(ctx context.Context, out *stream) error {
		f, release, err := a.feeds.enter(ctx)
		if err != nil {
			return err
		}
		defer release()
		t := &f.objects
		var s *subscriber
		if from == "" {
			// Subscribed first and listed second: what changes in between
			// comes twice rather than never.
			s = f.now(t)
		} else {
			var ok bool
			if s, ok = f.subscribe(t, revision); !ok {
				return tooOld(from)
			}
		}
		defer f.leave(t, s)
		if from == "" {
			items, listed, err := a.read(ctx, l)
			if err != nil {
				return err
			}
			for _, o := range items {
				if err := out.line(wire.Added, o); err != nil {
					return err
				}
			}
			revision = listed
			if err := out.bookmark(revision); err != nil {
				return err
			}
		}
		return a.follow(ctx, s, out, revision, l.shows)
	}), nil
}

// shows tells as what a change counts in a listing, and whether it does. A document
// that other labels take out of the listing is gone from it, or has come to it.
func (l listing) shows(c change) (wire.WatchType, bool) {
	now := l.holds(c.object)
	if c.kind == wire.Modified && c.before != nil {
		switch was := l.holds(c.before); {
		case was && !now:
			return wire.Deleted, true
		case now && !was:
			return wire.Added, true
		}
	}
	return c.kind, now
}

// follow sends a subscriber's changes after a revision for as long as both
// sides live; as tells as what a change is shown, and whether it is.
func (a *API) follow(ctx context.Context, s *subscriber, out *stream, after int64, as func(change) (wire.WatchType, bool)) error {
	tick := time.NewTicker(bookmarkEvery)
	defer tick.Stop()
	last := after
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-a.feeds.ended:
			return nil
		case <-s.lost:
			return wire.NewFailure(http.StatusGone, wire.Gone, "this watch fell too far behind; start again")
		case <-tick.C:
			if err := out.bookmark(last); err != nil {
				return err
			}
		case c := <-s.queue:
			kind, shown := as(c)
			if c.revision <= after || !shown {
				continue
			}
			last = max(last, c.revision)
			if err := out.raw(kind, c.raw); err != nil {
				return err
			}
		}
	}
}

func parseRevision(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, badRequest("resourceVersion " + strconv.Quote(s) + ": want a number that a list returned")
	}
	return n, nil
}

func tooOld(from string) error {
	return wire.NewFailure(http.StatusGone, wire.Gone, "changes since resourceVersion "+from+" are no longer known; list again, or watch without a resourceVersion")
}

// stream writes lines of a watch.
type stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// streaming answers with lines until run returns. An error of run after the
// first line is the last line.
func (a *API) streaming(run func(context.Context, *stream) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hctx huma.Context) {
		r, w := humago.Unwrap(hctx)
		if s, ok := w.(*statusWriter); ok {
			s.streamed = true
		}
		a.metrics.watchers.Inc()
		defer a.metrics.watchers.Dec()
		out := &stream{w: w, rc: http.NewResponseController(w)}
		w.Header().Set("Content-Type", "application/x-ndjson")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusOK)
		if out.rc.Flush() != nil {
			return
		}
		if err := run(r.Context(), out); err != nil && r.Context().Err() == nil {
			_ = out.line(wire.Error, a.failureOf("watch", err)) // the last word; the client may be gone
		}
	}}
}

func (s *stream) line(kind wire.WatchType, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.raw(kind, raw)
}

func (s *stream) bookmark(revision int64) error {
	var o wire.Object
	o.Metadata.ResourceVersion = strconv.FormatInt(revision, 10)
	return s.line(wire.Bookmark, o)
}

// eventLine is a wire.WatchEvent as a line. What json.Marshal made is not checked and
// copied by it once more.
func eventLine(kind wire.WatchType, object json.RawMessage) []byte {
	line := make([]byte, 0, len(object)+len(kind)+24)
	line = append(line, `{"type":"`...)
	line = append(line, kind...)
	line = append(line, `","object":`...)
	line = append(line, object...)
	return append(line, "}\n"...)
}

func (s *stream) raw(kind wire.WatchType, raw json.RawMessage) error {
	line := eventLine(kind, raw)
	if err := s.rc.SetWriteDeadline(time.Now().Add(lineTimeout)); err != nil {
		return err
	}
	if _, err := s.w.Write(line); err != nil {
		return err
	}
	return s.rc.Flush()
}
