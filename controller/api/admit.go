package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// admission decides about changes of documents. Each change is one
// transaction that compares all that was read for the decision: the documents
// themselves, the topology revision, and for light the circuit's record and
// its phases. When a comparison fails, everything is judged again.
//
// Two things cannot be compared by key, because they concern documents that do
// not exist yet: a circuit that is stored while a site it refers to goes, and a
// hand-written wavelength whose name a circuit is about to give. For those,
// changes of circuits share a lock that changes of the network hold alone; one
// process has the state directory, so there is no other writer of documents.
type admission struct {
	cfg    Config
	store  *store.Store
	tables *store.Tables
	now    func() time.Time
	lock   sync.RWMutex

	netMu sync.Mutex
	net   *network // the last one read
}

func newAdmission(cfg Config) *admission {
	return &admission{cfg: cfg, store: cfg.Store, tables: cfg.Store.Tables(), now: cfg.Now}
}

// attempts bounds how often a change is judged again after a conflict.
const attempts = 8

// terms are the conditions under which a change is asked for.
type terms struct {
	dryRun   bool
	unlit    bool // what can be planned but not be lit yet is let through
	who      string
	why      string
	writeOff []string // devices that a deletion goes on without
	// permission is nil when light must not be disturbed.
	permission *records.Permission
}

// work is one attempt at a change.
type work struct {
	*admission
	terms   terms
	net     *network
	current map[string]*store.Entry[records.Intent] // by key; nil: absent
	now     time.Time

	ops    []store.Op
	guards map[string]store.Op // comparisons only, by what they compare
	items  []wire.ItemChange
	bump   bool               // the network changes
	stores []intents.Document // what the transaction stores, as it will be read
	use    *usage
}

// change runs judge until its transaction goes through.
func (m *admission) change(ctx context.Context, t terms, alone bool, keys []string, judge func(context.Context, *work) error) (wire.ChangeReport, error) {
	report := wire.ChangeReport{APIVersion: intents.APIVersion, Kind: "ChangeReport", DryRun: t.dryRun}
	if alone {
		m.lock.Lock()
		defer m.lock.Unlock()
	} else {
		m.lock.RLock()
		defer m.lock.RUnlock()
	}
	var err error
	for range attempts {
		var revision int64
		w := &work{admission: m, terms: t, now: m.now().UTC(), guards: map[string]store.Op{}}
		if revision, err = w.try(ctx, keys, judge); err == nil {
			report.Items = w.items
			report.Revision = strconv.FormatInt(revision, 10)
			if !t.dryRun {
				for i := range w.stores {
					m.cfg.Documents.Put(keyOf(&w.stores[i]), revision, w.stores[i])
				}
			}
			for i := range report.Items {
				if it := &report.Items[i]; it.ResourceVersion == "" && it.Outcome != wire.Removed && it.Outcome != wire.Absent && !t.dryRun {
					it.ResourceVersion = report.Revision
				}
			}
			return report, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return report, err
		}
	}
	return report, wire.NewFailure(http.StatusConflict, wire.Conflict, fmt.Sprintf("others kept changing the same documents (%v); try again", plain(err)))
}

func (w *work) try(ctx context.Context, keys []string, judge func(context.Context, *work) error) (int64, error) {
	var err error
	if w.net, err = w.network(ctx); err != nil {
		return 0, err
	}
	if w.current, err = w.read(ctx, keys); err != nil {
		return 0, err
	}
	if err := judge(ctx, w); err != nil {
		return 0, err
	}
	if w.terms.dryRun || len(w.ops) == 0 {
		return w.store.Revision(ctx)
	}
	w.ops = append(w.ops, w.store.CheckTopology(w.net.revision))
	if w.bump {
		w.ops = append(w.ops, w.store.BumpTopology())
	}
	for _, g := range w.guards {
		w.ops = append(w.ops, g)
	}
	return w.store.Commit(ctx, nil, w.ops...)
}

// read gets the stored documents of the keys, by list where that is cheaper.
func (w *work) read(ctx context.Context, keys []string) (map[string]*store.Entry[records.Intent], error) {
	out := make(map[string]*store.Entry[records.Intent], len(keys))
	byKind := map[string][]string{}
	for _, key := range keys {
		names, err := store.SplitKey(key)
		if err != nil {
			return nil, err
		}
		byKind[names[0]] = append(byKind[names[0]], key)
	}
	const listFrom = 20
	for kind, some := range byKind {
		if len(some) < listFrom {
			for _, key := range some {
				e, err := w.tables.Intents.Get(ctx, key)
				switch {
				case err == nil:
					out[key] = &e
				case !missing(err):
					return nil, err
				}
			}
			continue
		}
		entries, _, err := w.tables.Intents.List(ctx, store.Key(kind))
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			out[e.Key] = &entries[i]
		}
	}
	return out, nil
}

// event adds the telling of a change to its transaction.
func (w *work) event(kind, namespace, name, reason, message string) {
	w.ops = append(w.ops, w.tables.Events.Append(records.Event{
		Time: w.now, Kind: kind, Namespace: namespace, Name: name, Reason: reason, Message: message, Who: w.terms.who,
	}))
}

// guard adds a comparison, once per record.
func (w *work) guard(what string, op store.Op) { w.guards[what] = op }

// unchangedSince compares a record that was read, or was found missing.
func unchangedSince[T any](t *store.Table[T], key string, e *store.Entry[T]) store.Op {
	if e == nil {
		return t.Absent(key)
	}
	return t.Exists(key, e.Revision)
}

// entry reads a record that may be missing.
func entry[T any](ctx context.Context, t *store.Table[T], key string) (*store.Entry[T], error) {
	e, err := t.Get(ctx, key)
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &e, nil
}

// network is the stored topology at one revision, decoded.
type network struct {
	revision int64
	docs     map[string]stored  // by key
	list     []intents.Document // the same, sorted by key
}

type stored struct {
	revision int64
	doc      intents.Document
}

// network returns the stored topology. It is read again only when its revision
// has moved, and then only the documents that changed are decoded.
func (m *admission) network(ctx context.Context) (*network, error) {
	m.netMu.Lock()
	defer m.netMu.Unlock()
	for range attempts {
		revision, err := m.store.TopologyRevision(ctx)
		if err != nil {
			return nil, err
		}
		if m.net != nil && m.net.revision == revision {
			return m.net, nil
		}
		next := &network{revision: revision, docs: map[string]stored{}}
		for _, kind := range wire.Kinds() {
			if !kind.Topology() {
				continue
			}
			entries, _, err := m.tables.Intents.List(ctx, store.Key(kind.Name))
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				if m.net != nil {
					if old, ok := m.net.docs[e.Key]; ok && old.revision == e.Revision {
						next.docs[e.Key] = old
						continue
					}
				}
				doc, err := m.cfg.Documents.Of(&e)
				if err != nil {
					return nil, err
				}
				next.docs[e.Key] = stored{e.Revision, doc}
			}
		}
		after, err := m.store.TopologyRevision(ctx)
		if err != nil {
			return nil, err
		}
		if after == revision {
			for _, key := range slices.Sorted(maps.Keys(next.docs)) {
				next.list = append(next.list, next.docs[key].doc)
			}
			m.net = next
			return next, nil
		}
	}
	return nil, fmt.Errorf("read network: %w: it keeps changing", store.ErrConflict)
}

// beside returns the network's documents that docs do not replace.
func (n *network) beside(docs []intents.Document) []intents.Document {
	replaced := map[string]bool{}
	for i := range docs {
		if key := keyOf(&docs[i]); n.docs[key].doc.Kind != "" {
			replaced[key] = true
		}
	}
	if len(replaced) == 0 {
		return n.list
	}
	out := make([]intents.Document, 0, len(n.list))
	for i := range n.list {
		if !replaced[keyOf(&n.list[i])] {
			out = append(out, n.list[i])
		}
	}
	return out
}

func keyOf(d *intents.Document) string {
	return store.DocumentKey(d.Kind, d.Metadata.Namespace, d.Metadata.Name)
}

func refOf(d *intents.Document) string {
	return wire.Ref(d.Kind, d.Metadata.Namespace, d.Metadata.Name)
}
