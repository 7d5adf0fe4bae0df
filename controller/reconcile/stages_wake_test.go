package reconcile

import (
	"context"
	"testing"

	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
)

// recited is a table that tells one record and ends.
type recited[T any] struct{ entry store.Entry[T] }

func (r recited[T]) Watch(_ context.Context, _ string, sink func(store.WatchEvent[T])) error {
	sink(store.WatchEvent[T]{Type: store.Put, Entry: r.entry, Revision: r.entry.Revision})
	return nil
}

func (recited[T]) Sync(context.Context) error { return nil }

// TestPhaseBeforeItsDecision: each table comes in by itself. A phase that says what to
// send, and is seen before the decision that says where, must not be the last that
// its devices hear of it.
func TestPhaseBeforeItsDecision(t *testing.T) {
	d := onLine("early")
	d.Ends[0].Device, d.Ends[1].Device = "r1", "r2"
	phases := recited[records.Phase]{store.Entry[records.Phase]{Key: d.Key(), Value: records.Phase{Name: records.PhaseDark}, Revision: 7}}
	decisions := recited[records.Decision]{store.Entry[records.Decision]{Key: d.Key(), Value: *d, Revision: 5}}
	s := &Stages{
		caches: caches{
			intents: engine.NewCache[records.Intent](nil, ""), circuits: engine.NewCache[records.Circuit](nil, ""),
			decisions: engine.NewCache(decisions, ""), phases: engine.NewCache(phases, ""),
			applied: engine.NewCache[records.Applied](nil, ""), evidence: engine.NewCache[records.Evidence](nil, ""),
			observed: engine.NewCache[records.Observed](nil, ""), health: engine.NewCache[records.DeviceHealth](nil, ""),
			requests: engine.NewCache[records.Request](nil, ""), status: engine.NewCache[records.Status](nil, ""),
		},
		owners: newOwnerIndex(), renderings: newRenderings(),
		planQueue: engine.NewBatchQueue[string](engine.Config{}, nil), lightQueue: engine.NewBatchQueue[string](engine.Config{}, nil),
		statusQueue: engine.NewBatchQueue[string](engine.Config{}, nil), passQueue: engine.NewQueue[string](engine.Config{}, nil),
		judgeQueue: engine.NewQueue[string](engine.Config{}, nil),
	}
	s.connectTables()
	for _, run := range []func(context.Context) error{s.caches.phases.Run, s.caches.decisions.Run} {
		if err := run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n, m := s.passQueue.Len(), s.judgeQueue.Len(); n != 2 || m != 2 {
		t.Errorf("%d devices are to be passed and %d judged, want both ends of each", n, m)
	}
}
