package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/waveplane/waveplane/controller/store"
)

// atOnce runs n commits side by side and returns what came of each.
func atOnce(n int, commit func(i int) (int64, error)) (revisions []int64, errs []error) {
	revisions, errs = make([]int64, n), make([]error, n)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			revisions[i], errs[i] = commit(i)
		})
	}
	close(start)
	wg.Wait()
	return revisions, errs
}

// crowd has many commit at once: they share transactions, and each keeps its own outcome.
func crowd(t *testing.T, s *store.Store) {
	const n = 300
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	key := func(i int) string { return fmt.Sprintf("n%d", i) }

	revisions, errs := atOnce(n, func(i int) (int64, error) {
		return s.Commit(ctx, nil, notes.Create(key(i), note{N: i}))
	})
	shared := map[int64]int{}
	for i, err := range errs {
		if err != nil {
			t.Fatalf("commit %d: %v", i, err)
		}
		shared[revisions[i]]++
	}
	if len(shared) == n {
		t.Errorf("%d commits at once made %d transactions: none went together", n, n)
	}
	for i := range n {
		e, err := notes.Get(ctx, key(i))
		if err != nil || e.Value.N != i || e.Revision != revisions[i] {
			t.Fatalf("%s is %+v at %d (%v), want %d at %d", key(i), e.Value, e.Revision, err, i, revisions[i])
		}
	}

	// Every third one is refused, whoever it goes with.
	_, errs = atOnce(n, func(i int) (int64, error) {
		if i%3 == 0 {
			return s.Commit(ctx, nil, notes.Create(key(i), note{N: -1}), notes.Put("beside-"+key(i), note{}))
		}
		return s.Commit(ctx, nil, notes.Update(key(i), note{N: i + n}, revisions[i]))
	})
	for i, err := range errs {
		e, missing := notes.Get(ctx, key(i))
		if missing != nil {
			t.Fatal(missing)
		}
		_, beside := notes.Get(ctx, "beside-"+key(i))
		switch {
		case i%3 == 0:
			wantConflict(t, err, "notes/"+key(i))
			if e.Value.N != i || !errors.Is(beside, store.ErrNotFound) {
				t.Errorf("what was refused was written: %s is %+v, beside it %v", key(i), e.Value, beside)
			}
		case err != nil || e.Value.N != i+n:
			t.Errorf("%s is %+v (%v), want %d", key(i), e.Value, err, i+n)
		}
	}
}

// crowdOnOneKey has many change the same record: no change is lost.
func crowdOnOneKey(t *testing.T, s *store.Store) {
	const writers, each = 20, 5
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	commit(t, s, notes.Create("sum", note{}))
	_, errs := atOnce(writers, func(int) (int64, error) {
		for done := 0; done < each; {
			e, err := notes.Get(ctx, "sum")
			if err != nil {
				return 0, err
			}
			_, err = s.Commit(ctx, nil, notes.Update("sum", note{N: e.Value.N + 1}, e.Revision))
			switch {
			case err == nil:
				done++
			case !errors.Is(err, store.ErrConflict):
				return 0, err
			}
		}
		return 0, nil
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	e, err := notes.Get(ctx, "sum")
	if err != nil || e.Value.N != writers*each {
		t.Errorf("%d changes made %d (%v)", writers*each, e.Value.N, err)
	}
}

// crowdInACircle has each of some commits write what the next one relies on, among
// many that have nothing to do with them: whatever goes together, they cannot all
// have been first.
func crowdInACircle(t *testing.T, s *store.Store) {
	const circle, beside = 4, 40
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	for round := range 20 {
		key := func(i int) string { return fmt.Sprintf("r%d-%d", round, i%circle) }
		var ops []store.Op
		for i := range circle {
			ops = append(ops, notes.Create(key(i), note{}))
		}
		rev := commit(t, s, ops...)
		order := rand.Perm(circle + beside)
		revisions, errs := atOnce(len(order), func(place int) (int64, error) {
			i := order[place]
			if i >= circle {
				return s.Commit(ctx, nil, notes.Put(fmt.Sprintf("beside-%d", i), note{N: round}))
			}
			return s.Commit(ctx, nil, notes.Put(key(i), note{N: 1}), notes.Exists(key(i+1), rev))
		})
		through := map[string]int64{}
		for place, i := range order {
			switch {
			case i < circle && errs[place] == nil:
				through[key(i)] = revisions[place]
			case i < circle:
				wantConflict(t, errs[place], "notes/"+key(i+1))
			case errs[place] != nil:
				t.Error(errs[place])
			}
		}
		if n := len(through); n == 0 || n == circle {
			t.Errorf("round %d: %d of %d went through", round, n, circle)
		}
		for i := range circle {
			at, ok := through[key(i)]
			if before, wrote := through[key(i+1)]; ok && wrote && before < at {
				t.Errorf("round %d: %s went through at %d, after %s that it relies on was written at %d", round, key(i), at, key(i+1), before)
			}
		}
	}
}

// crowdLeaves has some give up while many commit: the others do not notice.
func crowdLeaves(t *testing.T, s *store.Store) {
	const n = 100
	ctx := patient(t)
	gone, leave := context.WithCancel(ctx)
	leave()
	notes := store.NewTable[note](s, "notes")
	_, errs := atOnce(n, func(i int) (int64, error) {
		with := ctx
		if i%2 == 0 {
			with = gone
		}
		return s.Commit(with, nil, notes.Create(fmt.Sprintf("n%d", i), note{}))
	})
	for i, err := range errs {
		if i%2 == 0 && !errors.Is(err, context.Canceled) || i%2 == 1 && err != nil {
			t.Errorf("commit %d: %v", i, err)
		}
	}
}
