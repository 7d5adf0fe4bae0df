package netconf

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// WatchingSession is a session with a device that sends notifications (RFC 5277).
type WatchingSession struct {
	*Session
	subscribed bool // guarded by turn
}

var _ drivers.Watcher = (*WatchingSession)(nil)

// gather is how long notifications are left to come together before the device is
// read: one change often sends several.
const gather = 20 * time.Millisecond

// Watch reads everything, and reads it again every interval and whenever the device
// notifies of anything: what a notification says in detail differs from device to
// device, that there is something to see does not.
func (s *WatchingSession) Watch(ctx context.Context, interval time.Duration, sink func(models.Delta)) error {
	if err := s.subscribe(ctx); err != nil {
		return err
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var last models.State
	for first := true; ; first = false {
		full, err := s.picture(ctx, "watch", all)
		if err != nil {
			return err
		}
		var now models.State
		now.Merge(full)
		if first {
			sink(full)
		} else {
			sink(difference(last, now))
		}
		last = now
		select {
		case <-ctx.Done():
			return s.failure("watch", context.Cause(ctx), false)
		case <-s.conn.Gone():
			return s.failure("watch", s.conn.Cause(), false)
		case <-tick.C:
		case <-s.client.news:
			select {
			case <-time.After(gather):
			case <-ctx.Done():
			}
			select {
			case <-s.client.news:
			default:
			}
		}
	}
}

// subscribe asks for notifications, once in the life of a session.
func (s *WatchingSession) subscribe(ctx context.Context) error {
	_, err := look(ctx, s.Session, "watch", func() (struct{}, error) {
		if s.subscribed {
			return struct{}{}, nil
		}
		_, err := s.client.call(&element{space: "urn:ietf:params:xml:ns:netconf:notification:1.0", name: "create-subscription"})
		s.subscribed = err == nil
		return struct{}{}, err
	})
	return err
}

// difference is what is new between two full pictures. Readings are all told: they
// move.
func difference(before, now models.State) models.Delta {
	d := models.Delta{At: now.At, Objects: map[models.ObjectID]models.Leaves{}, Readings: now.Readings}
	for id, leaves := range now.Objects {
		if was, there := before.Objects[id]; !there || !maps.Equal(was, leaves) {
			d.Objects[id] = leaves
		}
	}
	for id := range before.Objects {
		if _, there := now.Objects[id]; !there {
			d.Gone = append(d.Gone, id)
		}
	}
	slices.SortFunc(d.Gone, func(a, b models.ObjectID) int { return cmp.Compare(a.String(), b.String()) })
	if before.Rest != now.Rest {
		d.Rest = &now.Rest
	}
	if before.Identity != now.Identity {
		d.Identity = &now.Identity
	}
	// Who has gone measures nothing any more. The maps are this picture's own.
	if d.Readings.Logical == nil {
		d.Readings.Logical = map[string]models.LogicalReading{}
	}
	if d.Readings.Media == nil {
		d.Readings.Media = map[string]models.MediaReading{}
	}
	for key := range before.Readings.Logical {
		if _, there := now.Readings.Logical[key]; !there {
			d.Readings.Logical[key] = models.LogicalReading{At: now.At}
		}
	}
	for key := range before.Readings.Media {
		if _, there := now.Readings.Media[key]; !there {
			d.Readings.Media[key] = models.MediaReading{At: now.At}
		}
	}
	return d
}
