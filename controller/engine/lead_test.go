package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/store"
)

// right is a grant of a made-up election.
type right struct {
	done     chan struct{}
	resigned bool
}

func (r *right) Done() <-chan struct{} { return r.done }

func (r *right) Resign(ctx context.Context) error {
	r.resigned = ctx.Err() == nil
	return ctx.Err()
}

func TestLead(t *testing.T) {
	broken := errors.New("broken")
	synctest.Test(t, func(t *testing.T) {
		tr := newTrace()
		var rights []*right
		campaigns := 0
		campaign := func(context.Context) (*right, error) {
			campaigns++
			if campaigns == 1 {
				return nil, errors.New("no connection")
			}
			r := &right{done: make(chan struct{})}
			rights = append(rights, r)
			return r, nil
		}
		run := func(ctx context.Context, r *right) error {
			tr.add("term %d", len(rights))
			switch len(rights) {
			case 1: // the grant is lost
				time.AfterFunc(time.Second, func() { close(r.done) })
				<-ctx.Done()
				tr.add("cancelled")
				return ctx.Err()
			case 2: // a transaction shows that it is lost
				return fmt.Errorf("write: %w", store.ErrNotOwner)
			}
			return broken
		}
		if err := engine.Lead(t.Context(), nil, campaign, run); !errors.Is(err, broken) {
			t.Errorf("Lead: %v, want what run returned", err)
		}
		tr.want(t, "500ms term 1", "1.5s cancelled", "1.5s term 2", "1.5s term 3")
		for i, r := range rights {
			if !r.resigned {
				t.Errorf("grant %d was not resigned", i+1)
			}
		}
	})
}

func TestLeadEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &right{done: make(chan struct{})}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := engine.Lead(ctx, nil, func(context.Context) (*right, error) { return r, nil },
			func(ctx context.Context, _ *right) error {
				<-ctx.Done()
				return ctx.Err()
			})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Lead: %v, want the context's error", err)
		}
		if !r.resigned {
			t.Error("the grant was not resigned when the context ended")
		}
	})
}

func TestLeadEndsWithStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		campaign := func(context.Context) (*right, error) { return nil, fmt.Errorf("campaign: %w", store.ErrClosed) }
		err := engine.Lead(t.Context(), nil, campaign, func(context.Context, *right) error {
			t.Error("run without a grant")
			return nil
		})
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("Lead: %v, want ErrClosed", err)
		}
	})
}
