package drivertest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// stall is longer than any property waits, so that only a cancel ends it.
const stall = 10 * patience

func cancelMidApplyThenConverge(r *rig) {
	s := r.open()
	p := pass(r.target.Alpha.create())
	r.must(r.target.Simulator.StallWrites(stall))
	ctx, cancel := context.WithTimeout(r.context(), 300*time.Millisecond)
	defer cancel()
	_, err := s.Apply(ctx, p)
	r.wantKind(err, drivers.KindOutcomeUnknown)
	r.target.Simulator.Heal()
	if r.target.Fragile {
		r.converge(p)
		return
	}
	r.apply(s, p)
	r.wantThere(r.observe(s), r.target.Alpha.First)
}

func cancelBeforeApplySendsNothing(r *rig) {
	s := r.open()
	writes := r.target.Simulator.Writes()
	ctx, cancel := context.WithCancel(r.context())
	cancel()
	_, err := s.Apply(ctx, pass(r.target.Alpha.create()))
	r.wantKind(err, drivers.KindUnreachable)
	r.wantWrites(writes, 0)
}

func cutMidApplyThenConverge(r *rig) {
	s := r.open()
	p := pass(r.target.Alpha.create(), r.target.Beta.create())
	before := r.target.Simulator.Configuration()
	r.must(r.target.Simulator.CutBefore())
	_, err := s.Apply(r.context(), p)
	r.wantKind(err, drivers.KindOutcomeUnknown, drivers.KindUnreachable)
	r.wantConfiguration(before)
	r.converge(p)
}

func lostReplyIsOutcomeUnknown(r *rig) {
	s := r.open()
	p := pass(r.target.Alpha.create())
	due := r.due(s, p)
	r.must(r.target.Simulator.CutAfter())
	result, err := s.Apply(r.context(), p)
	r.wantKind(err, drivers.KindOutcomeUnknown)
	if !result.Sent || len(result.Applied) != 0 {
		r.Errorf("result %+v, want sent and nobody applied", result)
	}
	// One write had taken effect, so converging takes no more than the others, of
	// which only a device without transactions has any; unless it was taken back.
	writes := r.target.Simulator.Writes()
	r.converge(p)
	if !r.target.TakesBack {
		r.wantWrites(writes, due-1)
	}
}

// converge applies again as the controller does: on the session if that has
// recovered, else on a new one.
func (r *rig) converge(p drivers.Pass) {
	r.Helper()
	limit := time.Now().Add(patience)
	var s drivers.Session
	for {
		var err error
		if s == nil {
			s, err = r.driver.Open(r.context(), r.target.Device)
		}
		if err == nil {
			if _, err = s.Apply(r.context(), p); err == nil {
				break
			}
		}
		if !drivers.KindOf(r.note(err)).Retryable() || time.Now().After(limit) {
			r.Fatalf("apply after the failure: %v", err)
		}
		if s != nil && r.target.Fragile {
			if err := s.Close(); err != nil {
				r.Errorf("close: %v", err)
			}
			s = nil
		}
		time.Sleep(10 * time.Millisecond) // between tries; nothing is waited for
	}
	defer func() {
		if err := s.Close(); err != nil {
			r.Errorf("close: %v", err)
		}
	}()
	state := r.observe(s)
	for _, c := range p.Changes {
		if got := state.Objects[c.Object].Restrict(c.After); !got.Equal(c.After) {
			r.Errorf("%v is %v, want %v", c.Object, got, c.After)
		}
	}
}

func deadlineIsHonoured(r *rig) {
	s := r.open()
	r.must(r.target.Simulator.Stall(stall))
	ctx, cancel := context.WithTimeout(r.context(), 200*time.Millisecond)
	defer cancel()
	_, err := s.Observe(ctx)
	r.wantKind(err, drivers.KindUnreachable)
	if !errors.Is(err, context.DeadlineExceeded) {
		r.Errorf("error %v does not wrap the context's", err)
	}
}

func twoSessionsAtOnce(r *rig) {
	one, two := r.open(), r.open()
	var both sync.WaitGroup
	works := []Work{r.target.Alpha, r.target.Beta}
	for i, s := range []drivers.Session{one, two} {
		both.Go(func() {
			for range 3 {
				_, err := s.Apply(r.context(), pass(works[i].create()))
				for end := time.Now().Add(patience); drivers.KindOf(err) == drivers.KindConflict && time.Now().Before(end); {
					_, err = s.Apply(r.context(), pass(works[i].create())) // the other one is configuring
				}
				if err != nil {
					r.Errorf("session %d, apply: %v", i, r.note(err))
				}
				if _, err := s.Observe(r.context()); err != nil {
					r.Errorf("session %d, observe: %v", i, r.note(err))
				}
			}
		})
	}
	both.Wait()
	for _, s := range []drivers.Session{one, two} {
		state := r.observe(s)
		r.wantThere(state, r.target.Alpha.First)
		r.wantThere(state, r.target.Beta.First)
	}
}

func badCredentialsAreDenied(r *rig) {
	if r.target.OpenDoor {
		r.Skip("the device lets anybody in")
	}
	asked := r.target.Device.Credentials
	wrong := "wrong-" + r.target.Secret
	r.target.Device.Credentials = func(ctx context.Context) (string, string, error) {
		user, _, err := asked(ctx)
		return user, wrong, err
	}
	_, err := r.driver.Open(r.context(), r.target.Device)
	r.wantKind(err, drivers.KindDenied)
}

func noCredentialsAreDenied(r *rig) {
	if r.target.OpenDoor {
		r.Skip("the device lets anybody in")
	}
	missing := errors.New("the key store is locked")
	r.target.Device.Credentials = func(context.Context) (string, string, error) { return "", "", missing }
	_, err := r.driver.Open(r.context(), r.target.Device)
	r.wantKind(err, drivers.KindDenied)
}

func unreachableIsSaid(r *rig) {
	s := r.open()
	r.target.Simulator.Stop()
	_, err := s.Observe(r.context())
	r.wantKind(err, drivers.KindUnreachable)
	result, err := s.Apply(r.context(), pass(r.target.Alpha.create()))
	r.wantKind(err, drivers.KindUnreachable)
	if result.Sent {
		r.Error("the result says that something was sent")
	}
	_, err = r.driver.Open(r.context(), r.target.Device)
	r.wantKind(err, drivers.KindUnreachable)
}

func closedSessionIsUnreachable(r *rig) {
	s := r.open()
	if err := s.Close(); err != nil {
		r.Fatalf("close: %v", r.note(err))
	}
	_, err := s.Observe(r.context())
	r.wantKind(err, drivers.KindUnreachable)
	_, err = s.Apply(r.context(), pass(r.target.Alpha.create()))
	r.wantKind(err, drivers.KindUnreachable)
	if w, ok := s.(drivers.Watcher); ok {
		r.wantKind(w.Watch(r.context(), interval, nil), drivers.KindUnreachable)
	}
	if err := s.Close(); err != nil {
		r.Errorf("closing twice: %v", r.note(err))
	}
}

func closeBreaksOffWhatIsUnderWay(r *rig) {
	s := r.open()
	f, _ := r.watch(r.watcher(s))
	f.until(r, "anything", func(models.State) bool { return true })
	r.must(r.target.Simulator.Stall(stall))
	ended := make(chan error, 1)
	ctx := r.context()
	go func() {
		_, err := s.Observe(ctx)
		ended <- err
	}()
	began := time.Now()
	if err := s.Close(); err != nil {
		r.Errorf("close: %v", r.note(err))
	}
	r.wantKind(<-ended, drivers.KindUnreachable)
	if took := time.Since(began); took > patience/2 {
		r.Errorf("close waited %v for what it should have broken off", took)
	}
}
