package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
)

func sortStrings(s []string) { slices.Sort(s) }

func topology(t *testing.T, s *store.Store) {
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	rev, err := s.TopologyRevision(ctx)
	if err != nil || rev != 0 {
		t.Fatalf("topology revision of a new store is %d (%v), want 0", rev, err)
	}
	commit(t, s, s.CheckTopology(0), notes.Put("plan", note{Text: "without a network"}))
	bumped := commit(t, s, notes.Put("link", note{}), s.BumpTopology())
	if rev, err = s.TopologyRevision(ctx); err != nil || rev != bumped {
		t.Errorf("topology revision is %d (%v), want %d", rev, err, bumped)
	}
	_, err = s.Commit(ctx, nil, s.CheckTopology(0), notes.Put("plan", note{Text: "stale"}))
	wantConflict(t, err, "meta/topology")
	commit(t, s, s.CheckTopology(bumped), notes.Put("plan", note{Text: "fresh"}))
	if got := contents(t, notes)["plan"]; got != "fresh" {
		t.Errorf("plan is %q, want the fresh one", got)
	}
}

func events(t *testing.T, s *store.Store) {
	ctx := patient(t)
	table := s.Tables().Events
	start := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	reasons := func() []string {
		t.Helper()
		entries, _, err := table.List(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		out := []string{}
		for _, e := range entries {
			out = append(out, e.Value.Reason)
		}
		return out
	}
	// Two of the same instant stay two, in order; an earlier one goes before them
	// even when it is written later.
	commit(t, s,
		table.Append(records.Event{Time: start.Add(time.Second), Reason: "C"}),
		table.Append(records.Event{Time: start.Add(time.Second), Reason: "D"}),
		table.Append(records.Event{Time: start.Add(time.Minute), Reason: "E"}),
		table.Append(records.Event{Time: start.Add(time.Hour), Reason: "F"}))
	commit(t, s,
		table.Append(records.Event{Time: start, Reason: "A"}),
		table.Append(records.Event{Time: start.Add(time.Millisecond), Reason: "B"}))
	if diff := cmp.Diff([]string{"A", "B", "C", "D", "E", "F"}, reasons()); diff != "" {
		t.Errorf("events differ (-want +got):\n%s", diff)
	}
	trim := func(before time.Time, keep, want int, left ...string) {
		t.Helper()
		n, err := table.Trim(ctx, nil, before, keep)
		if err != nil || n != want {
			t.Errorf("trimmed %d (%v), want %d", n, err, want)
		}
		if diff := cmp.Diff(left, reasons()); diff != "" {
			t.Errorf("events left differ (-want +got):\n%s", diff)
		}
	}
	trim(time.Time{}, 0, 0, "A", "B", "C", "D", "E", "F")
	trim(time.Time{}, 10, 0, "A", "B", "C", "D", "E", "F")
	trim(start.Add(time.Millisecond), 0, 1, "B", "C", "D", "E", "F")
	trim(start, 4, 1, "C", "D", "E", "F")
	trim(start.Add(30*time.Second), 3, 2, "E", "F")
	trim(start.Add(time.Minute), 1, 1, "F")

	g, err := s.Campaign(ctx, "trimmer")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Resign(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Trim(ctx, g.Guard, start.Add(24*time.Hour), 0); err == nil {
		t.Error("a former leader trimmed")
	}
	if diff := cmp.Diff([]string{"F"}, reasons()); diff != "" {
		t.Errorf("events left differ (-want +got):\n%s", diff)
	}
}

func stats(t *testing.T, s *store.Store) {
	ctx := patient(t)
	notes := store.NewTable[note](s, "notes")
	before := s.Stats()
	commit(t, s, notes.Put("a", note{}), notes.Put("b", note{}), notes.Delete("c"))
	commit(t, s, notes.Delete("a"), notes.Exists("b", 0))
	_, err := s.Commit(ctx, nil, notes.Create("b", note{}))
	wantConflict(t, err, "notes/b")
	contents(t, notes)
	after := s.Stats()
	got := store.Stats{
		Transactions: after.Transactions - before.Transactions,
		Conflicts:    after.Conflicts - before.Conflicts,
		Puts:         after.Puts - before.Puts,
		Deletes:      after.Deletes - before.Deletes,
		Reads:        after.Reads - before.Reads,
	}
	want := store.Stats{Transactions: 2, Conflicts: 1, Puts: 2, Deletes: 2, Reads: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts differ (-want +got):\n%s", diff)
	}
}
