package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
)

// IsReason reports whether err is the daemon's refusal for that reason.
func IsReason(err error, reason wire.FailureReason) bool {
	var e *APIError
	return errors.As(err, &e) && e.Reason == reason
}

// Watch calls fn for every document of the kind that changes after the
// revision, until the context ends, fn returns an error (which is returned) or
// the daemon ends the stream (io.ErrUnexpectedEOF inside an UnreachableError).
// From "" it starts with all documents as ADDED and one BOOKMARK.
func (c *Client) Watch(ctx context.Context, kind wire.Kind, o ListOptions, from string, fn func(wire.WatchType, wire.Object) error) error {
	q := url.Values{"watch": {"true"}}
	if from != "" {
		q.Set("resourceVersion", from)
	}
	if o.LabelSelector != "" {
		q.Set("labelSelector", o.LabelSelector)
	}
	return c.stream(ctx, listPath(kind, o.Namespace), q, func(ev wire.WatchEvent) error {
		var obj wire.Object
		if err := json.Unmarshal(ev.Object, &obj); err != nil {
			return fmt.Errorf("watch %s: %w", kind.Plural, err)
		}
		return fn(ev.Type, obj)
	})
}

// WatchEvents calls fn for every event after the revision.
func (c *Client) WatchEvents(ctx context.Context, about, from string, fn func(records.Event) error) error {
	q := url.Values{"watch": {"true"}}
	if about != "" {
		q.Set("about", about)
	}
	if from != "" {
		q.Set("resourceVersion", from)
	}
	return c.stream(ctx, wire.Base+"/events", q, func(ev wire.WatchEvent) error {
		if ev.Type == wire.Bookmark {
			return nil
		}
		var e records.Event
		if err := json.Unmarshal(ev.Object, &e); err != nil {
			return fmt.Errorf("watch events: %w", err)
		}
		return fn(e)
	})
}

func (c *Client) stream(ctx context.Context, path string, q url.Values, fn func(wire.WatchEvent) error) error {
	resp, err := c.send(ctx, http.MethodGet, path, q, "", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(make([]byte, 0, 64<<10), wire.MaxBody)
	for lines.Scan() {
		var ev wire.WatchEvent
		if err := json.Unmarshal(lines.Bytes(), &ev); err != nil {
			return fmt.Errorf("watch %s: %w", path, err)
		}
		if ev.Type == wire.Error {
			failure := &wire.Failure{}
			if err := json.Unmarshal(ev.Object, failure); err != nil {
				return fmt.Errorf("watch %s: %w", path, err)
			}
			return &APIError{failure}
		}
		if err := fn(ev); err != nil {
			return err
		}
	}
	err = lines.Err()
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return c.broken(ctx, err)
}
