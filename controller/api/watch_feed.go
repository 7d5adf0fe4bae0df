package api

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// feed follows the store once for all watchers.
type feed struct {
	log  *slog.Logger
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu      sync.Mutex
	waiting int           // tables that have not told all they had
	ready   chan struct{} // closed when waiting reaches 0

	intents   map[string]store.Entry[records.Intent]
	pinned    map[string]string // uid of a hand-written Wavelength → its key
	status    map[string]records.Status
	health    map[string]records.DeviceHealth
	decisions map[string]store.Entry[records.Decision]
	phases    map[string]store.Entry[records.Phase]

	objects topic
	events  topic
}

func startFeed(s *store.Store, log *slog.Logger) *feed {
	ctx, stop := context.WithCancel(context.Background())
	f := &feed{
		log: log, stop: stop, waiting: 6, ready: make(chan struct{}),
		intents: map[string]store.Entry[records.Intent]{}, pinned: map[string]string{}, status: map[string]records.Status{},
		health: map[string]records.DeviceHealth{}, decisions: map[string]store.Entry[records.Decision]{}, phases: map[string]store.Entry[records.Phase]{},
		objects: topic{subs: map[*subscriber]struct{}{}}, events: topic{subs: map[*subscriber]struct{}{}},
	}
	t := s.Tables()
	follow(ctx, f, t.Intents, f.intent)
	follow(ctx, f, t.Status, f.statusChanged)
	follow(ctx, f, t.Health, f.healthChanged)
	follow(ctx, f, t.Decisions, f.decided)
	follow(ctx, f, t.Phases, f.phaseChanged)
	follow(ctx, f, t.Events.Table, f.happened)
	return f
}

func (f *feed) close() {
	f.stop()
	f.wg.Wait()
}

// follow watches one table; apply is called with the feed's lock held.
func follow[T any](ctx context.Context, f *feed, t *store.Table[T], apply func(store.WatchEvent[T])) {
	first := true
	f.wg.Go(func() {
		err := t.Watch(ctx, "", func(ev store.WatchEvent[T]) {
			f.mu.Lock()
			defer f.mu.Unlock()
			switch ev.Type {
			case store.Put, store.Deleted:
				apply(ev)
			case store.Synced:
				if !first {
					return
				}
				first = false
				f.objects.floor = max(f.objects.floor, ev.Revision)
				f.events.floor = max(f.events.floor, ev.Revision)
				if f.waiting--; f.waiting == 0 {
					close(f.ready)
				}
			}
		})
		if ctx.Err() == nil {
			f.log.Error("watch feed ended", "table", t.Name(), "err", err)
		}
	})
}

func (f *feed) intent(ev store.WatchEvent[records.Intent]) {
	key := ev.Entry.Key
	old, known := f.intents[key]
	if ev.Type == store.Deleted {
		delete(f.intents, key)
		delete(f.pinned, old.Value.UID)
		if known {
			f.tell(ev.Revision, wire.Deleted, f.shown(old))
		}
		return
	}
	f.intents[key] = ev.Entry
	kind := wire.Modified
	if !known {
		kind = wire.Added
	}
	if strings.HasPrefix(key, intents.KindWavelength+"/") {
		f.pinned[ev.Entry.Value.UID] = key
	}
	o := f.shown(ev.Entry)
	if o == nil {
		return
	}
	c := change{revision: ev.Entry.Revision, kind: kind, object: o}
	if known {
		if was, err := objectOf(old); err == nil && !maps.Equal(was.Metadata.Labels, o.Metadata.Labels) {
			c.before = &was
		}
	}
	f.publish(&f.objects, c, o)
}

func (f *feed) statusChanged(ev store.WatchEvent[records.Status]) {
	if ev.Type == store.Deleted {
		delete(f.status, ev.Entry.Key) // the document goes with it
		return
	}
	f.status[ev.Entry.Key] = ev.Entry.Value
	f.again(ev.Entry.Key, ev.Entry.Revision)
}

func (f *feed) healthChanged(ev store.WatchEvent[records.DeviceHealth]) {
	if ev.Type == store.Deleted {
		delete(f.health, ev.Entry.Key)
	} else {
		f.health[ev.Entry.Key] = ev.Entry.Value
	}
	f.again(store.Key(intents.KindDevice, store.NoNamespace)+"/"+ev.Entry.Key, ev.Entry.Revision)
}

func (f *feed) decided(ev store.WatchEvent[records.Decision]) {
	old, known := f.decisions[ev.Entry.Key]
	if ev.Type == store.Deleted {
		delete(f.decisions, ev.Entry.Key)
		if known {
			f.wavelength(old, ev.Revision, wire.Deleted)
		}
		delete(f.phases, ev.Entry.Key)
		return
	}
	f.decisions[ev.Entry.Key] = ev.Entry
	kind := wire.Modified
	if !known {
		kind = wire.Added
	}
	f.wavelength(ev.Entry, ev.Entry.Revision, kind)
}

func (f *feed) phaseChanged(ev store.WatchEvent[records.Phase]) {
	if ev.Type == store.Deleted {
		// The decision goes with it, and is told with the phase that it ended in.
		if _, told := f.decisions[ev.Entry.Key]; !told {
			delete(f.phases, ev.Entry.Key)
		}
		return
	}
	f.phases[ev.Entry.Key] = ev.Entry
	if d, ok := f.decisions[ev.Entry.Key]; ok {
		f.wavelength(d, ev.Entry.Revision, wire.Modified)
	}
}

func (f *feed) happened(ev store.WatchEvent[records.Event]) {
	if ev.Type == store.Deleted {
		return // trimmed
	}
	f.publish(&f.events, change{revision: ev.Entry.Revision, kind: wire.Added, event: &ev.Entry.Value}, ev.Entry.Value)
}

// wavelength tells that a decision or its phase has changed.
func (f *feed) wavelength(d store.Entry[records.Decision], revision int64, kind wire.WatchType) {
	switch d.Value.Intent.Kind {
	case intents.KindWavelength:
		f.again(f.pinned[d.Value.Intent.UID], revision)
	case intents.KindCircuit:
		o, err := wavelengthOf(d, f.phase(d.Key))
		if err != nil {
			f.log.Error("decision cannot be shown", "err", err)
			return
		}
		f.tell(revision, kind, &o)
	}
}

func (f *feed) phase(key string) *store.Entry[records.Phase] {
	if p, ok := f.phases[key]; ok {
		return &p
	}
	return nil
}

// again tells that what is shown of a document has changed.
func (f *feed) again(key string, revision int64) {
	if e, ok := f.intents[key]; ok {
		f.tell(revision, wire.Modified, f.shown(e))
	}
}

// shown assembles a document from what the feed knows.
func (f *feed) shown(e store.Entry[records.Intent]) *wire.Object {
	if f.waiting > 0 {
		return nil
	}
	o, err := objectOf(e)
	if err != nil {
		f.log.Error("document cannot be shown", "err", err)
		return nil
	}
	var status *records.Status
	if s, ok := f.status[e.Key]; ok {
		status = &s
	}
	var health *records.DeviceHealth
	if h, ok := f.health[store.Key(o.Metadata.Name)]; ok && o.Kind == intents.KindDevice {
		health = &h
	}
	o.Status = statusOf(status, health)
	if o.Kind == intents.KindWavelength {
		for key, d := range f.decisions {
			if d.Value.Intent.UID != e.Value.UID {
				continue
			}
			if made, err := wavelengthOf(d, f.phase(key)); err == nil {
				fillWavelength(&o, made)
			}
		}
	}
	return &o
}

func (f *feed) tell(revision int64, kind wire.WatchType, o *wire.Object) {
	if o == nil {
		return
	}
	f.publish(&f.objects, change{revision: revision, kind: kind, object: o}, o)
}
