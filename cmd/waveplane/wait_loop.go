package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// errWaitDone ends a watch whose goal is reached, errWaitLook one that can say
// no more until the retries of what has ended badly are looked at.
var (
	errWaitDone = errors.New("done")
	errWaitLook = errors.New("look at retries")
)

// waiter follows a set of documents to their goal.
type waiter struct {
	a       *app
	goal    waitGoal
	ndjson  bool
	items   []waitItem
	objects map[string]*wire.Object // by ref
	results map[string]verdict
	told    map[string]string // last line per document or wavelength
	synced  map[string]bool   // kinds of which all that exists was told

	retrials map[string]*retrial // by ref, of those that ended badly
	due      []dueItem           // whose retries are to be looked at
}

// waitFor watches until every item is done or the time is over, and returns
// the code that counts. Each change of state is one line on standard error.
func (a *app) waitFor(ctx context.Context, cl *client.Client, items []waitItem, goal waitGoal, timeout time.Duration, ndjson bool) error {
	w := &waiter{a: a, goal: goal, ndjson: ndjson, items: items, objects: map[string]*wire.Object{}, results: map[string]verdict{}, told: map[string]string{}, synced: map[string]bool{}, retrials: map[string]*retrial{}}
	timed := ctx
	if timeout > 0 {
		var cancel context.CancelFunc
		timed, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	var kinds []wire.Kind
	for _, it := range items {
		if !slices.ContainsFunc(kinds, func(k wire.Kind) bool { return k.Name == it.kind.Name }) {
			kinds = append(kinds, it.kind)
		}
	}
	for _, kind := range kinds {
		if err := w.watchKind(timed, cl, kind); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if errors.Is(err, context.DeadlineExceeded) {
				if err := w.lookAtRest(ctx, cl); err != nil {
					return err
				}
				return w.timedOut(timeout)
			}
			return err
		}
	}
	return w.verdict()
}

// brokenFor is how long a daemon may be away, as when it is restarted.
const brokenFor = 15 * time.Second

// watchKind follows one kind until all its items are done. A broken watch is
// started again.
func (w *waiter) watchKind(ctx context.Context, cl *client.Client, kind wire.Kind) error {
	retry := time.NewTicker(200 * time.Millisecond)
	defer retry.Stop()
	var since time.Time
	for {
		err := w.watchOnce(ctx, cl, kind, func() { since = time.Time{} })
		if errors.Is(err, errWaitLook) {
			err = w.lookAll(ctx, cl)
		}
		var gone *client.UnreachableError
		switch {
		case err == nil: // looked; what has come since is seen by the next watch
		case errors.Is(err, errWaitDone):
			return nil
		case client.IsReason(err, wire.Gone), client.IsReason(err, wire.Unavailable):
		case errors.As(err, &gone):
			if since.IsZero() {
				since = time.Now()
			}
			if time.Since(since) > brokenFor {
				return err
			}
		default:
			return err
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			if gone != nil { // nobody knows what is unmet
				return err
			}
			return context.Cause(ctx)
		}
	}
}

func (w *waiter) watchOnce(ctx context.Context, cl *client.Client, kind wire.Kind, alive func()) error {
	synced := false
	seen := map[string]bool{}
	return cl.Watch(ctx, kind, client.ListOptions{}, "", func(t wire.WatchType, o wire.Object) error {
		alive()
		if t == wire.Bookmark {
			if !synced {
				// What was not told does not exist.
				for ref, old := range w.objects {
					if old != nil && old.Kind == kind.Name && !seen[ref] {
						delete(w.objects, ref)
						w.tell(ref)
					}
				}
				w.tellAbsent(kind)
			}
			synced, w.synced[kind.Name] = true, true
		} else {
			ref := o.Ref()
			seen[ref] = true
			if t == wire.Deleted {
				delete(w.objects, ref)
			} else {
				w.objects[ref] = &o
			}
			w.tell(ref)
		}
		switch {
		case !synced:
			return nil
		case w.allDone(kind):
			return errWaitDone
		case len(w.due) > 0:
			return errWaitLook
		}
		return nil
	})
}

func (w *waiter) allDone(kind wire.Kind) bool {
	all := true
	w.due = nil
	for _, it := range w.items {
		if it.kind.Name != kind.Name {
			continue
		}
		v := w.settled(it, judge(it, w.objects[it.ref()], w.goal))
		w.results[it.ref()] = v
		all = all && v.done
	}
	return all
}

// tellAbsent prints what is gone already of that which is to be deleted.
func (w *waiter) tellAbsent(kind wire.Kind) {
	for _, it := range w.items {
		ref := it.ref()
		switch {
		case w.goal != untilDeleted || it.kind.Name != kind.Name || w.objects[ref] != nil || w.told[ref+"\x00"+ref] != "":
		case it.uid != "": // there was one
			w.tell(ref)
		default:
			w.line(ref, ref, "does not exist")
		}
	}
}

// gone is what --events ndjson prints of a document that is no more.
func (w *waiter) gone(ref string) any {
	i := slices.IndexFunc(w.items, func(it waitItem) bool { return it.ref() == ref })
	o := wire.Object{APIVersion: intents.APIVersion, Kind: w.items[i].kind.Name}
	o.Metadata.Name, o.Metadata.Namespace, o.Metadata.UID = w.items[i].name, w.items[i].namespace, w.items[i].uid
	return struct {
		wire.Object
		Deleted bool `json:"deleted"`
	}{o, true}
}

// tell prints what has changed about a document: a line per wavelength whose
// phase moved, and one when its Ready condition did.
func (w *waiter) tell(ref string) {
	if !slices.ContainsFunc(w.items, func(it waitItem) bool { return it.ref() == ref }) {
		return
	}
	o := w.objects[ref]
	if w.ndjson {
		var value any = o
		if o == nil {
			value = w.gone(ref)
		}
		raw, err := json.Marshal(value)
		if err == nil && w.told[ref] != string(raw) {
			w.told[ref] = string(raw)
			fmt.Fprintln(w.a.stdout, string(raw))
		}
		return
	}
	if o == nil {
		w.line(ref, ref, "deleted")
		return
	}
	if o.Status == nil {
		return
	}
	switch {
	case o.Status.Phase != "": // a wavelength; what its status repeats of itself is older
		w.line(ref, o.Metadata.Name, stationed(o.Status.Phase, o.Status.Message))
	default:
		for _, wl := range o.Status.Wavelengths {
			w.line(ref, wl.Name, stationed(wl.Phase, wl.Message))
		}
	}
	if c := o.Condition(models.Ready); c != nil && o.Status.ObservedGeneration >= o.Metadata.Generation {
		text := "Ready=" + c.Status + " " + string(c.Reason)
		if c.Status != "True" && c.Reason != models.Progressing {
			text += ": " + c.Message
		}
		w.line(ref, "", text)
	}
}

// stationed words a phase, with why where it is one that somebody must look at.
func stationed(phase records.PhaseName, message string) string {
	if message != "" && (phase == records.PhaseHeld || phase == records.PhaseStuck || phase == records.PhaseFailed) {
		return string(phase) + ": " + message
	}
	return string(phase)
}

// line prints a state once, with the one before it.
func (w *waiter) line(ref, what, text string) {
	key := ref + "\x00" + what
	before := w.told[key]
	if before == text {
		return
	}
	w.told[key] = text
	if before != "" && what != "" && what != ref {
		text = before + " → " + text
	}
	if what == "" || what == ref {
		w.a.sayf("%s  %s", ref, text)
		return
	}
	w.a.sayf("%s  %s  %s", ref, what, text)
}

// verdict sums up and prints what did not end well.
func (w *waiter) verdict() error {
	codes := []code{}
	for _, it := range w.items {
		v := w.results[it.ref()]
		codes = append(codes, v.code)
		if v.code != codeDone {
			w.a.sayf("%s: %s", it.ref(), v.unmet)
			if o := w.objects[it.ref()]; o != nil && o.Status != nil && o.Status.Nearest != "" {
				w.a.sayf("%s: would pass with %s", it.ref(), o.Status.Nearest)
			}
		}
	}
	return ended(worst(codes...))
}

// timedOut says what was unmet; what had ended badly already still counts.
func (w *waiter) timedOut(after time.Duration) error {
	codes := []code{codeTimeout}
	for _, it := range w.items {
		v := w.settled(it, judge(it, w.objects[it.ref()], w.goal))
		codes = append(codes, v.code)
		if !v.done || v.code != codeDone {
			w.a.sayf("%s: %s", it.ref(), v.unmet)
		}
	}
	return exitError{code: worst(codes...), err: fmt.Errorf("not %s after %v; still converging", w.goal, after)}
}
