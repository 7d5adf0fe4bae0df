package api

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

var errEnough = errors.New("enough")

func TestWatchTellsEverything(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	synced := make(chan struct{})
	var seen []string
	done := make(chan error, 1)
	go func() {
		done <- b.client.Watch(ctx, kindOf(t, "circuit"), client.ListOptions{}, "", func(k wire.WatchType, o wire.Object) error {
			if k == wire.Bookmark {
				close(synced)
				return nil
			}
			ready := "-"
			if o.Status != nil && len(o.Status.Conditions) > 0 {
				ready = o.Status.Conditions[0].Status
			}
			seen = append(seen, string(k)+" "+o.Metadata.Name+" "+ready)
			if k == wire.Deleted {
				return errEnough
			}
			return nil
		})
	}()
	<-synced
	b.apply(circuit("d", 400))
	tables := b.store.Tables()
	key := store.DocumentKey("Circuit", "default", "d")
	status := records.Status{ObservedGeneration: 1}
	status.Conditions = append(status.Conditions, readyCondition())
	if _, err := b.store.Commit(b.ctx, nil, tables.Status.Put(key, status)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Commit(b.ctx, nil, tables.Intents.Delete(key)); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, errEnough) {
		t.Fatalf("watch: %v", err)
	}
	want := []string{"ADDED c -", "ADDED d -", "MODIFIED d True", "DELETED d True"}
	// Records of several tables come over several watches: the status may come
	// after the deletion, and is then not told.
	if len(seen) < 3 || seen[0] != want[0] || seen[1] != want[1] || seen[len(seen)-1][:7] != "DELETED" {
		t.Errorf("want %q, got %q", want, seen)
	}
}

func TestWatchOfWavelengthsFollowsPhases(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	b.light("c", 1, records.PhaseDark)
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	err := b.client.Watch(ctx, kindOf(t, "wl"), client.ListOptions{}, "", func(k wire.WatchType, o wire.Object) error {
		switch {
		case k == wire.Bookmark:
			b.light("c", 1, records.PhaseInService)
		case o.Status.Phase == records.PhaseInService:
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("watch: %v", err)
	}
}

func TestWatchFromRevision(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	kind := kindOf(t, "circuit")
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	list, err := b.client.List(ctx, kind, client.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	follow := func(from string) (name string, err error) {
		err = b.client.Watch(ctx, kind, client.ListOptions{}, from, func(k wire.WatchType, o wire.Object) error {
			if k == wire.Bookmark {
				return nil
			}
			name = o.Metadata.Name
			return errEnough
		})
		return name, err
	}
	// The feed starts here: what was listed at the same revision is covered.
	first := make(chan string, 1)
	go func() {
		name, _ := follow(list.Metadata.ResourceVersion)
		first <- name
	}()
	b.awaitWatch(ctx)
	b.apply(circuit("d", 400))
	if name := <-first; name != "d" {
		t.Errorf("want d, got %q", name)
	}
	// Now the change lies in the past of the feed.
	if name, err := follow(list.Metadata.ResourceVersion); name != "d" || !errors.Is(err, errEnough) {
		t.Errorf("want d from history, got %q, %v", name, err)
	}
	_, err = follow("1")
	refused(t, err, wire.Gone, "no longer known")
	_, err = follow("x")
	refused(t, err, wire.BadRequest, "resourceVersion")
}

// TestWatchOfASelection: what other labels take out of it is gone from it.
func TestWatchOfASelection(t *testing.T) {
	b := newBench(t)
	of := func(team string) string {
		return document("kind: Circuit\nmetadata: {name: c, labels: {team: " + team + "}}\nspec: {from: dc-a, to: dc-b, capacityGbps: 400}\n")
	}
	b.apply(document(twoSites), of("a"))
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	var seen []string
	err := b.client.Watch(ctx, kindOf(t, "circuit"), client.ListOptions{LabelSelector: "team=a"}, "", func(k wire.WatchType, o wire.Object) error {
		switch {
		case k != wire.Bookmark:
			seen = append(seen, string(k)+" "+o.Metadata.Labels["team"])
		case len(seen) == 1:
			b.apply(of("b"))
			b.apply(of("c"))
			b.apply(of("a"))
			b.apply(circuit("other", 400))
			return nil
		}
		if len(seen) == 3 {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("watch: %v", err)
	}
	if want := []string{"ADDED a", "DELETED b", "ADDED a"}; !cmp.Equal(want, seen) {
		t.Errorf("want %q, got %q", want, seen)
	}
}

// TestDeletedWavelengthTellsItsEnd: phase and decision go together, and come over two
// watches.
func TestDeletedWavelengthTellsItsEnd(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	b.light("c", 1, records.PhaseGone)
	e, err := b.store.Tables().Intents.Get(b.ctx, store.DocumentKey(intents.KindCircuit, "default", "c"))
	if err != nil {
		t.Fatal(err)
	}
	key := records.WavelengthKey(e.Value.UID, 1)
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	err = b.client.Watch(ctx, kindOf(t, "wl"), client.ListOptions{}, "", func(k wire.WatchType, o wire.Object) error {
		switch k {
		case wire.Bookmark:
			// The worst order, as two watches may have it.
			f, release, err := b.api.feeds.enter(ctx)
			if err != nil {
				return err
			}
			defer release()
			f.mu.Lock()
			defer f.mu.Unlock()
			f.phaseChanged(store.WatchEvent[records.Phase]{Type: store.Deleted, Entry: store.Entry[records.Phase]{Key: key}, Revision: e.Revision + 100})
			f.decided(store.WatchEvent[records.Decision]{Type: store.Deleted, Entry: store.Entry[records.Decision]{Key: key}, Revision: e.Revision + 100})
			if len(f.phases) != 0 {
				t.Errorf("kept after the end: %v", f.phases)
			}
		case wire.Deleted:
			if o.Status == nil || o.Status.Phase != records.PhaseGone {
				t.Errorf("want the phase that it ended in, got %+v", o.Status)
			}
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("watch: %v", err)
	}
}

// awaitWatch returns once somebody watches.
func (b *bench) awaitWatch(ctx context.Context) {
	b.t.Helper()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for b.watches(ctx) == 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			b.t.Fatal("no watch came up")
		}
	}
}

// watches counts the subscribers of the feed.
func (b *bench) watches(ctx context.Context) int {
	f, release, err := b.api.feeds.enter(ctx)
	if err != nil {
		return 0
	}
	defer release()
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.objects.subs) + len(f.events.subs)
}

func TestSlowWatcherIsCutOff(t *testing.T) {
	b := newBench(t)
	f, release, err := b.api.feeds.enter(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	s := f.now(&f.events)
	f.mu.Lock()
	for i := range queueLength + 1 {
		f.publish(&f.events, change{revision: int64(i), event: &records.Event{}}, records.Event{})
	}
	f.mu.Unlock()
	select {
	case <-s.lost:
	default:
		t.Error("want a watcher that does not read cut off")
	}
	if n := b.watches(b.ctx); n != 0 {
		t.Errorf("want no subscriber left, got %d", n)
	}
}

func TestEvents(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	list, err := b.client.Events(b.ctx, "circuit/c", 0)
	if err != nil || len(list.Items) != 1 || list.Items[0].Reason != "Created" || list.Items[0].Who == "" {
		t.Fatalf("want one event with who, got %+v, %v", list.Items, err)
	}
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	got := make(chan records.Event, 1)
	go func() {
		_ = b.client.WatchEvents(ctx, "c", list.Metadata.ResourceVersion, func(e records.Event) error {
			got <- e
			return errEnough
		})
	}()
	b.awaitWatch(ctx)
	b.apply(circuit("c", 800))
	if e := <-got; e.Reason != "Configured" {
		t.Errorf("want Configured, got %+v", e)
	}
}

func TestConcerns(t *testing.T) {
	told := records.Event{Kind: "Circuit", Namespace: "t", Name: "c", Message: "c-1: laser on", Device: "r1"}
	for about, want := range map[string]bool{
		"": true, "c": true, "circuit/c": true, "ckt/t/c": true, "circuit/u/c": false, "r1": true, "device/r1": true, "circuit/r1": false,
		"wl/c-1": true, "wavelength/t/c-1": true, "wl/u/c-1": false, "wl/c-10": false, "wl/c": false, "wl/r1": false,
	} {
		if got := concerns(told, about); got != want {
			t.Errorf("%q: want %v, got %v", about, want, got)
		}
	}
}

// TestRetryOfWhatMoves: it is taken, and says that it will change nothing.
func TestRetryOfWhatMoves(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	tables := b.store.Tables()
	wave := func(p records.PhaseName) records.Status {
		return records.Status{Wavelengths: []records.WavelengthStatus{{Name: "c-1", Phase: p}}}
	}
	with := func(s records.Status, c models.ConditionType, status string, reason models.Reason) records.Status {
		s.Conditions = append(s.Conditions, models.Condition{Type: c, Status: status, Reason: reason})
		return s
	}
	for name, c := range map[string]struct {
		status records.Status
		idle   bool
	}{
		"on its way":         {with(wave(records.PhaseLaunch), models.Programmed, "False", models.Progressing), true},
		"ready":              {with(wave(records.PhaseInService), models.Ready, "True", models.LightVerified), true},
		"on its way down":    {with(wave(records.PhaseDrain), models.IsPlanned, "False", models.Deleting), true},
		"held":               {wave(records.PhaseHeld), false},
		"stuck":              {wave(records.PhaseStuck), false},
		"failed":             {wave(records.PhaseFailed), false},
		"stalled":            {with(wave(records.PhaseLaunch), models.Stalled, "True", models.DeviceRejected), false},
		"refused by plan":    {with(records.Status{}, models.IsPlanned, "False", models.NoRoute), false},
		"refused by devices": {with(wave(records.PhaseInService), models.Programmed, "False", models.DeviceRejected), false},
	} {
		if _, err := b.store.Commit(b.ctx, nil, tables.Status.Put(store.DocumentKey("Circuit", "default", "c"), c.status)); err != nil {
			t.Fatal(err)
		}
		r, err := b.client.Retry(b.ctx, wire.RequestOptions{Target: "circuit/c"})
		if err != nil || r.ID == "" || len(r.Idle) > 0 != c.idle {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

func TestRequests(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	_, err := b.client.Repair(b.ctx, wire.RequestOptions{Target: "circuit/c"})
	refused(t, err, wire.BadRequest, "reason")
	_, err = b.client.Repair(b.ctx, wire.RequestOptions{Target: "circuit/none", Reason: "x"})
	refused(t, err, wire.NotFound, "circuit/none")
	r, err := b.client.Repair(b.ctx, wire.RequestOptions{Target: "ckt/c", Reason: "out-of-band edit"})
	if err != nil || r.Request.Target != "circuit/default/c" || r.ID == "" {
		t.Fatalf("repair: %+v, %v", r, err)
	}
	if _, pending, err := b.client.Pending(b.ctx, r.ID); err != nil || !pending {
		t.Errorf("want the repair pending, got %v, %v", pending, err)
	}
	if _, err := b.client.Pause(b.ctx, wire.RequestOptions{Target: "all", Reason: "works"}); err != nil {
		t.Fatal(err)
	}
	all, err := b.client.Requests(b.ctx)
	if err != nil || len(all) != 2 {
		t.Errorf("want two requests, got %v, %v", all, err)
	}
	if r, err := b.client.Resume(b.ctx, wire.RequestOptions{Target: "all"}); err != nil || len(r.Removed) != 1 {
		t.Errorf("resume: %+v, %v", r, err)
	}
	_, err = b.client.Resume(b.ctx, wire.RequestOptions{Target: "all"})
	refused(t, err, wire.NotFound, "not paused")
}

// A repair that will be refused is refused at once, and one that finds nothing
// to do says so.
func TestRepairOutlook(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	b.light("c", 1, records.PhaseInService)
	e, err := b.store.Tables().Intents.Get(b.ctx, store.DocumentKey(intents.KindCircuit, "default", "c"))
	if err != nil {
		t.Fatal(err)
	}
	observe := func(class models.DriftClass) {
		b.prober.drift = records.DriftReport{Items: []models.DriftItem{{Device: "r1", Class: class, Owner: records.CircuitOwner(e.Value.UID, 1)}}}
	}
	observe(models.DriftLight)
	for target, idle := range map[string][]string{"circuit/c": {"r1", "r2"}, "device/r2": {"r2"}} {
		r, err := b.client.Repair(b.ctx, wire.RequestOptions{Target: target, Reason: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(idle, r.Idle); diff != "" {
			t.Errorf("%s: %s", target, diff)
		}
	}
	observe(models.DriftConfiguration)
	for _, target := range []string{"circuit/c", "device/r1"} {
		_, err := b.client.Repair(b.ctx, wire.RequestOptions{Target: target, Reason: "x"})
		refused(t, err, wire.OutageNotAllowed, "r1: refused: OutageNotAllowed: c-1 carries light: repeat with --allow-outage")
	}
	r, err := b.client.Repair(b.ctx, wire.RequestOptions{Target: "circuit/c", Reason: "x", AllowOutage: true, LasersOn: true})
	if err != nil || !r.Request.LasersOn {
		t.Fatalf("repair with all permission: %+v, %v", r, err)
	}
	if diff := cmp.Diff([]string{"r2"}, r.Idle); diff != "" {
		t.Error(diff)
	}
	// Of a device that is away it is not known what differs: it is not repaired, and
	// not later either.
	b.prober.away = map[string]bool{"r2": true}
	r, err = b.client.Repair(b.ctx, wire.RequestOptions{Target: "circuit/c", Reason: "x", AllowOutage: true})
	if err != nil || len(r.Idle) != 0 || len(r.Request.Refused) != 1 || !strings.HasPrefix(r.Request.Refused["r2"], "DeviceUnreachable: cannot be asked") {
		t.Errorf("r2 is away: %+v, %v", r, err)
	}
	_, err = b.client.Repair(b.ctx, wire.RequestOptions{Target: "device/r2", Reason: "x"})
	refused(t, err, wire.Conflict, "device/r2 cannot be asked, so what differs on it is not known", "repair it when it is back")
	b.prober.away = nil
	_, err = b.client.Repair(b.ctx, wire.RequestOptions{Target: "circuit/c", Reason: "x", LasersOn: true})
	refused(t, err, wire.BadRequest, "lasersOn")
	_, err = b.client.Retry(b.ctx, wire.RequestOptions{Target: "circuit/c", LasersOn: true})
	refused(t, err, wire.BadRequest, "lasersOn")
}
