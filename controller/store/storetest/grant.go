package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/store"
)

// wantDone waits for the end of a grant.
func wantDone(t *testing.T, g *store.Grant) {
	t.Helper()
	select {
	case <-g.Done():
	case <-patient(t).Done():
		t.Error("the grant did not end")
	}
}

func wantHeld(t *testing.T, g *store.Grant) {
	t.Helper()
	select {
	case <-g.Done():
		t.Error("the grant has ended")
	default:
	}
}

// guard takes the granting key away behind the holder's back, as happens to one
// that was paused.
func guard(t *testing.T, s *store.Store) {
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	etcd := raw(t, s)
	g, err := s.Campaign(ctx, "planner")
	if err != nil {
		t.Fatal(err)
	}
	if g.Guard.CreateRevision != g.Term {
		t.Errorf("term %d, guard %+v", g.Term, g.Guard)
	}
	if _, err := s.Commit(ctx, g.Guard, notes.Put("a", note{Text: "leader"})); err != nil {
		t.Fatal(err)
	}
	if _, err := etcd.Delete(ctx, g.Guard.Key); err != nil {
		t.Fatal(err)
	}
	if _, err := etcd.Put(ctx, g.Guard.Key, "successor"); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, g) // it cannot know yet
	if _, err = s.Commit(ctx, g.Guard, notes.Put("a", note{Text: "stale"})); !errors.Is(err, store.ErrNotOwner) {
		t.Errorf("commit of a former leader: %v, want ErrNotOwner", err)
	}
	wantDone(t, g)
	_, err = s.Commit(ctx, g.Guard, notes.Put("a", note{Text: "stale"}), notes.Absent("a"))
	if !errors.Is(err, store.ErrNotOwner) || !errors.Is(err, store.ErrConflict) {
		t.Errorf("commit of a former leader that is wrong besides: %v, want ErrNotOwner", err)
	}
	var conflict *store.ConflictError
	if errors.As(err, &conflict) {
		want := &store.ConflictError{Guard: "election/planner", Keys: []string{"notes/a"}}
		if diff := cmp.Diff(want, conflict); diff != "" {
			t.Errorf("conflict differs (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff(map[string]string{"a": "leader"}, contents(t, notes)); diff != "" {
		t.Errorf("a former leader has written (-want +got):\n%s", diff)
	}
}

func campaign(t *testing.T, s *store.Store) {
	ctx := patient(t)
	other := second(t, s)
	g, err := s.Campaign(ctx, "planner")
	if err != nil {
		t.Fatal(err)
	}
	// Another office is free.
	status, err := other.Campaign(ctx, "status")
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := other.Campaign(gone, "planner"); !errors.Is(err, context.Canceled) {
		t.Errorf("campaign without time: %v", err)
	}
	for _, candidate := range []*store.Store{other, s} {
		elected := make(chan *store.Grant, 1)
		go func() {
			next, err := candidate.Campaign(ctx, "planner")
			if err != nil {
				t.Error(err)
			}
			elected <- next
		}()
		// The candidate waits; nothing shows that from outside, so the check is
		// that the leader can still write until it resigns.
		if _, err := s.Commit(ctx, g.Guard); err != nil {
			t.Fatal(err)
		}
		select {
		case <-elected:
			t.Fatal("two leaders")
		default:
		}
		if err := g.Resign(ctx); err != nil {
			t.Fatal(err)
		}
		wantDone(t, g)
		next := <-elected
		if next == nil {
			t.FailNow()
		}
		if next.Term <= g.Term {
			t.Errorf("term %d follows term %d", next.Term, g.Term)
		}
		if _, err := s.Commit(ctx, g.Guard); !errors.Is(err, store.ErrNotOwner) {
			t.Errorf("commit after resigning: %v, want ErrNotOwner", err)
		}
		g = next
	}
	// Resigning once more takes nothing from the successor.
	wantHeld(t, status)
}

func own(t *testing.T, s *store.Store) {
	ctx := patient(t)
	other := second(t, s)
	g, err := s.Own(ctx, "r1/re0")
	if err != nil {
		t.Fatal(err)
	}
	if want := "/waveplane/v1/owners/r1%2Fre0"; g.Guard.Key != want {
		t.Errorf("granting key is %q, want %q", g.Guard.Key, want)
	}
	if err := g.Resign(ctx); err != nil {
		t.Fatal(err)
	}
	next, err := other.Own(ctx, "r1/re0")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Resign(ctx); err != nil {
		t.Errorf("second resignation: %v", err)
	}
	if _, err := other.Commit(ctx, next.Guard); err != nil {
		t.Errorf("the second resignation of the former owner hit the new one: %v", err)
	}
}

func ownAll(t *testing.T, s *store.Store) {
	const n = 1000
	ctx := patient(t)
	other := second(t, s)
	var devices []string
	for i := range n {
		devices = append(devices, fmt.Sprintf("r%04d", i))
	}
	elsewhere, err := other.OwnAll(ctx, devices[:10])
	if err != nil || len(elsewhere) != 10 {
		t.Fatalf("%d grants (%v), want 10", len(elsewhere), err)
	}
	before := s.Stats().Transactions
	grants, err := s.OwnAll(ctx, devices)
	if err != nil {
		t.Fatal(err)
	}
	if len(grants) != n-10 || grants["r0010"] == nil || grants["r0009"] != nil {
		t.Errorf("%d grants, want %d without the first ten", len(grants), n-10)
	}
	if used := s.Stats().Transactions - before; used > 4 {
		t.Errorf("%d transactions for %d devices", used, n)
	}
	again, err := s.OwnAll(ctx, devices[:20])
	if err != nil || len(again) != 10 || again["r0015"] != grants["r0015"] {
		t.Errorf("asked again: %d grants (%v), want the same 10", len(again), err)
	}
	notes := store.NewTable[note](s, "notes")
	if _, err := s.Commit(ctx, grants["r0500"].Guard, notes.Put("a", note{})); err != nil {
		t.Error(err)
	}
	if err := elsewhere["r0000"].Resign(ctx); err != nil {
		t.Fatal(err)
	}
	if again, err = s.OwnAll(ctx, devices[:10]); err != nil || len(again) != 1 {
		t.Errorf("after a resignation: %d grants (%v), want 1", len(again), err)
	}
	if _, err := s.OwnAll(ctx, []string{"a", "a"}); !errors.Is(err, store.ErrKey) {
		t.Errorf("a device named twice: %v, want ErrKey", err)
	}
}

// leaseLost revokes the lease, as happens when keeping it alive fails for long.
func leaseLost(t *testing.T, s *store.Store) {
	ctx := patient(t)
	etcd := raw(t, s)
	leader, err := s.Campaign(ctx, "planner")
	if err != nil {
		t.Fatal(err)
	}
	owner, err := s.Own(ctx, "r1")
	if err != nil {
		t.Fatal(err)
	}
	leases, err := etcd.Leases(ctx)
	if err != nil || len(leases.Leases) != 1 {
		t.Fatalf("%d leases (%v), want one for all grants", len(leases.Leases), err)
	}
	if _, err := etcd.Revoke(ctx, leases.Leases[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(ctx, owner.Guard); !errors.Is(err, store.ErrNotOwner) {
		t.Errorf("commit without a lease: %v, want ErrNotOwner", err)
	}
	wantDone(t, owner)
	wantDone(t, leader)
	again, err := s.Campaign(ctx, "planner")
	if err != nil {
		t.Fatal(err)
	}
	if again.Term <= leader.Term {
		t.Errorf("term %d follows term %d", again.Term, leader.Term)
	}
	wantHeld(t, again)
	if _, err := s.Commit(ctx, again.Guard); err != nil {
		t.Errorf("commit under the new grant: %v", err)
	}
}

func closeFreesGrants(t *testing.T, s *store.Store) {
	ctx := patient(t)
	// The lease would last longer than the test is patient.
	other, err := store.OpenCluster(ctx, store.Config{Endpoints: s.Endpoints(), LeaseTTL: 10 * 60 * 1e9})
	if err != nil {
		t.Fatal(err)
	}
	g, err := other.Campaign(ctx, "planner")
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	wantDone(t, g)
	if _, err := s.Campaign(ctx, "planner"); err != nil {
		t.Errorf("campaign after the holder was closed: %v", err)
	}
	if _, err := other.Campaign(ctx, "planner"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("campaign of a closed store: %v, want ErrClosed", err)
	}
	if err := other.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}
