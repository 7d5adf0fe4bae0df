package tl1

import (
	"context"
	"maps"
	"time"

	"github.com/waveplane/waveplane/models"
)

// Sample reads the light at all ports every interval until ctx ends.
func (s *Session) Sample(ctx context.Context, interval time.Duration, sink func(models.Readings)) error {
	return s.failure("sample", s.turns.Every(ctx, interval, func() error {
		r, err := look(ctx, s, "sample", s.powers)
		if err == nil {
			sink(r)
		}
		return err
	}), false)
}

// Watch reads everything every interval, and whenever the device has said something
// of its own: what such a message means differs from make to make.
func (s *Session) Watch(ctx context.Context, interval time.Duration, sink func(models.Delta)) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var last models.State
	for first := true; ; first = false {
		now, err := s.Observe(ctx)
		if err != nil {
			return err
		}
		sink(news(last, now, first))
		last = now
		select {
		case <-ctx.Done():
			return s.failure("watch", context.Cause(ctx), false)
		case <-s.line.Gone():
			return s.failure("watch", s.line.Cause(), false)
		case <-tick.C:
		case <-s.agent.news():
		}
	}
}

// news is what is new in a picture; readings are all told, since they move.
func news(before, now models.State, full bool) models.Delta {
	d := models.Delta{Full: full, At: now.At, Objects: map[models.ObjectID]models.Leaves{}, Readings: now.Readings}
	if full {
		d.Identity = &now.Identity
	}
	if full || before.Rest != now.Rest {
		d.Rest = &now.Rest
	}
	for id, leaves := range now.Objects {
		if was, there := before.Objects[id]; full || !there || !maps.Equal(was, leaves) {
			d.Objects[id] = leaves
		}
	}
	for id := range before.Objects {
		if _, there := now.Objects[id]; !there {
			d.Gone = append(d.Gone, id)
		}
	}
	return d
}
