package main

import (
	"context"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// A status that says "nothing more will be tried" stays for a moment after a
// person has asked for a retry. Whoever then waits wants the next answer, not
// that one. So an end is taken for final when it is younger than the latest
// retry; an older one when the retry has been served and the status has had
// answerTime to follow, because the same answer given again looks the same.

// answerTime is how long a status may take to follow a retry that was served.
const answerTime = 2 * time.Second

// retrial is what is known of the latest retry of a document.
type retrial struct {
	at      time.Time // when it was asked for; zero: never
	pending bool      // it is not served yet
	served  time.Time // when it was first seen served, by our own clock
	moved   time.Time // when the wavelength that is in the way entered its phase
}

// final reports whether an end that came at since is the answer to wait for.
func (r retrial) final(since, now time.Time) bool {
	switch {
	case r.at.IsZero() || since.After(r.at) || r.moved.After(r.at):
		return true
	case r.pending:
		return false
	}
	return now.Sub(r.served) >= answerTime
}

// unsettled describes why an end is not final.
func (r retrial) unsettled() string {
	if r.pending {
		return "the retry that was asked for is not served yet"
	}
	return "the retry that was asked for is not answered yet"
}

// settled holds an end against the retries of its item. What is not known of
// them yet is asked for after the next look.
func (w *waiter) settled(it waitItem, v verdict) verdict {
	if !v.done || v.code == codeDone || v.code == codeUsage || !it.kind.Namespaced {
		return v
	}
	r := w.retrials[it.ref()]
	if r != nil && r.final(v.since, time.Now()) {
		return v
	}
	w.due = append(w.due, dueItem{it, v})
	v.done, v.code = false, codeDone
	if r != nil {
		v.unmet = r.unsettled() + "; before it: " + v.unmet
	}
	return v
}

// dueItem is an item whose end may be older than a retry.
type dueItem struct {
	waitItem
	end verdict
}

// lookAll looks at the retries of all that is due.
func (w *waiter) lookAll(ctx context.Context, cl *client.Client) error {
	for _, it := range w.due {
		if err := w.look(ctx, cl, it); err != nil {
			return err
		}
	}
	return nil
}

// lookAtRest looks at the documents of which no watch has told yet, and at the retries
// of those that ended badly, so that the last word is of how they are and not of the
// order in which they were asked for.
func (w *waiter) lookAtRest(ctx context.Context, cl *client.Client) error {
	for _, it := range w.items {
		if w.objects[it.ref()] != nil || w.synced[it.kind.Name] {
			continue
		}
		o, err := cl.Get(ctx, it.kind, it.namespace, it.name)
		switch {
		case err == nil:
			w.objects[it.ref()] = &o
		case !client.IsReason(err, wire.NotFound):
			return err
		}
	}
	w.due = nil
	for _, it := range w.items {
		w.settled(it, judge(it, w.objects[it.ref()], w.goal))
	}
	return w.lookAll(ctx, cl)
}

// look brings what is known of the retries of an item up to date.
func (w *waiter) look(ctx context.Context, cl *client.Client, it dueItem) error {
	ref := it.ref()
	about := it.subject
	if o := w.objects[ref]; o != nil && o.Metadata.Labels[wire.LabelCircuit] != "" {
		circuit, err := wire.KindNamed(intents.KindCircuit)
		if err != nil {
			return err
		}
		about = subject{circuit, it.namespace, o.Metadata.Labels[wire.LabelCircuit]}
	}
	r := retrial{}
	known := w.retrials[ref] != nil
	if known {
		r = *w.retrials[ref]
	}
	requests, err := cl.Requests(ctx)
	if err != nil {
		return err
	}
	r.pending = false
	for _, q := range requests {
		if q.Kind == records.RequestRetry && q.Target == "circuit/"+about.namespace+"/"+about.name {
			r.pending = true
			r.at = later(r.at, q.At)
		}
	}
	if !known {
		// It may have been served before the first look.
		events, err := cl.Events(ctx, about.full(), 0)
		if err != nil {
			return err
		}
		for _, e := range events.Items {
			if e.Reason == retryEvent {
				r.at = later(r.at, e.Time)
			}
		}
	}
	if r.pending {
		r.served = time.Time{}
	} else if r.served.IsZero() {
		r.served = time.Now()
	}
	if it.end.wavelength != "" && !r.at.IsZero() {
		kind, err := wire.KindNamed(intents.KindWavelength)
		if err != nil {
			return err
		}
		o, err := cl.Get(ctx, kind, it.namespace, it.end.wavelength)
		if err != nil && !client.IsReason(err, wire.NotFound) {
			return err
		}
		if err == nil && o.Status != nil && o.Status.Since != nil {
			r.moved = *o.Status.Since
		}
	}
	w.retrials[ref] = &r
	return nil
}

// retryEvent is the reason of the event that tells of a retry asked for.
const retryEvent = "Retry"

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
