package engine

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/waveplane/waveplane/controller/store"
)

// Grant is the right to act; *store.Grant is one.
type Grant interface {
	Done() <-chan struct{}
	Resign(ctx context.Context) error
}

const (
	// campaignRetry is how long Lead waits after a campaign that failed.
	campaignRetry = 500 * time.Millisecond
	// resignTimeout bounds the courtesy of resigning.
	resignTimeout = time.Second
)

// Lead waits for a grant, calls run with it, and cancels run's context when the
// grant is over. Then it starts again, for as long as ctx lives. campaign is
// tried again after an error, unless the store is closed.
//
// Lead ends when ctx ends, with ctx's error, or when run returns of itself: the
// grant is resigned and run's result is Lead's. A run that returns
// store.ErrNotOwner, or whose grant is over, has not returned of itself. Lead
// returns only after run has.
//
// The cancelled context is a hint. What keeps a former leader from writing is
// the guard in its transactions.
func Lead[G Grant](ctx context.Context, log *slog.Logger, campaign func(context.Context) (G, error), run func(context.Context, G) error) error {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	for {
		g, err := campaign(ctx)
		if err != nil {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.Is(err, store.ErrClosed):
				return err
			}
			log.Warn("campaign failed", "err", err)
			if !pause(ctx, campaignRetry) {
				return ctx.Err()
			}
			continue
		}
		err = underGrant(ctx, g, run)
		over := errors.Is(err, store.ErrNotOwner)
		select {
		case <-g.Done():
			over = true
		default:
		}
		resign(ctx, log, g)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !over:
			return err
		}
		log.Warn("grant lost", "err", err)
	}
}

func underGrant[G Grant](ctx context.Context, g G, run func(context.Context, G) error) error {
	ctx, cancel := context.WithCancel(ctx)
	watcher := make(chan struct{})
	go func() {
		defer close(watcher)
		select {
		case <-g.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	defer func() {
		cancel()
		<-watcher
	}()
	return run(ctx, g)
}

// resign works even when ctx is over, so that a successor need not wait.
func resign(ctx context.Context, log *slog.Logger, g Grant) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resignTimeout)
	defer cancel()
	if err := g.Resign(ctx); err != nil {
		log.Warn("grant not resigned", "err", err)
	}
}
