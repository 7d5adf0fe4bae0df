package reconcile

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waveplane/waveplane/controller/documents"
	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Config is what the stages need. All fields without a default are required.
type Config struct {
	Store     *store.Store
	Catalogue *catalogue.Catalogue
	Registry  drivers.Registry
	Log       *slog.Logger
	// StateDir is where relative paths in documents start.
	StateDir  string
	Estimator plan.Estimator
	Now       func() time.Time // default time.Now
	// Documents are shared with whoever else reads stored documents; default: nobody.
	Documents *documents.Cache
	// Dials bounds how many devices are dialled at once; default 64.
	Dials int
	// Finish is how long passes that are under way when Run is to end may go on, so
	// that no change is broken off; default not at all, as if the process had died.
	Finish time.Duration
	// EventsKept is how many events are kept, the newest; default 20,000, which a list
	// reads in a fraction of a second.
	EventsKept int
}

// Stages runs the reconciliation of one controller process.
type Stages struct {
	cfg    Config
	log    *slog.Logger
	now    func() time.Time
	tables *store.Tables
	caches caches

	network    *networkView
	board      *board
	owners     *ownerIndex
	loader     *sectionLoader
	planner    *plannerState
	memory     *judgeMemory
	waiting    *readbackMemory
	renderings *renderings
	pace       *statusPace

	planQueue   *engine.BatchQueue[string]
	lightQueue  *engine.BatchQueue[string]
	statusQueue *engine.BatchQueue[string]
	passQueue   *engine.Queue[string]
	judgeQueue  *engine.Queue[string]

	leader atomic.Pointer[store.Grant]

	mu       sync.Mutex
	workers  map[string]*deviceWorker
	dial     chan struct{}
	sessions atomic.Uint64
	hurried  atomic.Int64
	passes   atomic.Uint64
	left     atomic.Int64 // records of what was left on devices
	gate     *passGate
	serving  chan struct{}
}

type caches struct {
	intents   *engine.Cache[records.Intent]
	circuits  *engine.Cache[records.Circuit]
	decisions *engine.Cache[records.Decision]
	phases    *engine.Cache[records.Phase]
	applied   *engine.Cache[records.Applied]
	evidence  *engine.Cache[records.Evidence]
	observed  *engine.Cache[records.Observed]
	health    *engine.Cache[records.DeviceHealth]
	requests  *engine.Cache[records.Request]
	status    *engine.Cache[records.Status]
}

// New builds the stages; nothing runs yet.
func New(cfg Config) (*Stages, error) {
	if cfg.Store == nil || cfg.Catalogue == nil || cfg.Log == nil || cfg.Estimator == nil {
		return nil, fmt.Errorf("reconcile: store, catalogue, estimator and log are required")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Dials <= 0 {
		cfg.Dials = 64
	}
	if cfg.EventsKept <= 0 {
		cfg.EventsKept = 20_000
	}
	if cfg.Documents == nil {
		cfg.Documents = &documents.Cache{}
	}
	t := cfg.Store.Tables()
	s := &Stages{
		cfg: cfg, log: cfg.Log, now: cfg.Now, tables: t,
		caches: caches{
			intents: engine.NewCache(t.Intents, ""), circuits: engine.NewCache(t.Circuits, ""), decisions: engine.NewCache(t.Decisions, ""),
			phases: engine.NewCache(t.Phases, ""), applied: engine.NewCache(t.Applied, ""), evidence: engine.NewCache(t.Evidence, ""),
			observed: engine.NewCache(t.Observed, ""), health: engine.NewCache(t.Health, ""), requests: engine.NewCache(t.Requests, ""),
			status: engine.NewCache(t.Status, ""),
		},
		board: newBoard(), owners: newOwnerIndex(), loader: newSectionLoader(), memory: newJudgeMemory(), waiting: newReadbackMemory(), renderings: newRenderings(), pace: newStatusPace(),
		workers: map[string]*deviceWorker{}, gate: newPassGate(), dial: make(chan struct{}, cfg.Dials), serving: make(chan struct{}),
	}
	s.network = newNetworkView(cfg.Catalogue, s.caches.intents, cfg.Documents, cfg.Log)
	s.planner = newPlannerState()
	s.planQueue = engine.NewBatchQueue(engine.Config{Name: "plan", Gather: 5 * time.Millisecond, GatherMax: 50 * time.Millisecond, MaxBatch: 500, Log: cfg.Log}, batch(s.planBatch))
	s.lightQueue = engine.NewBatchQueue(engine.Config{Name: "lightpath", Gather: 5 * time.Millisecond, GatherMax: 50 * time.Millisecond, MaxBatch: 1000, Log: cfg.Log}, batch(s.advanceBatch))
	s.statusQueue = engine.NewBatchQueue(engine.Config{Name: "status", Gather: 50 * time.Millisecond, GatherMax: 250 * time.Millisecond, MaxBatch: 1000, Log: cfg.Log}, batch(s.statusBatch))
	s.passQueue = engine.NewQueue(engine.Config{Name: "pass", Workers: 1024, Gather: 20 * time.Millisecond, GatherMax: 100 * time.Millisecond, Log: cfg.Log}, s.devicePass)
	s.judgeQueue = engine.NewQueue(engine.Config{Name: "judge", Workers: 1024, Gather: 10 * time.Millisecond, GatherMax: 100 * time.Millisecond, Log: cfg.Log}, s.judgeDevice)
	return s, nil
}

// Serving is closed once the caches are filled and the stages work.
func (s *Stages) Serving() <-chan struct{} { return s.serving }

// Run works until ctx ends or the election is lost, and waits for everything
// it started. When ctx ends, passes under way come to their end first.
func (s *Stages) Run(ctx context.Context, grant *store.Grant) error {
	ctx, cancel := s.gate.outlast(ctx, grant.Done(), s.cfg.Finish)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	s.leader.Store(grant)
	s.connectTables()

	failed := make(chan error, 16)
	start := func(name string, run func(context.Context) error) {
		wg.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				failed <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	c := &s.caches
	for name, run := range map[string]func(context.Context) error{
		"intents": c.intents.Run, "circuits": c.circuits.Run, "decisions": c.decisions.Run, "phases": c.phases.Run,
		"applied": c.applied.Run, "evidence": c.evidence.Run, "observed": c.observed.Run, "health": c.health.Run,
		"requests": c.requests.Run, "status": c.status.Run,
	} {
		start("watch "+name, run)
	}
	for _, wait := range []func(context.Context) error{
		c.intents.WaitSynced, c.circuits.WaitSynced, c.decisions.WaitSynced, c.phases.WaitSynced, c.applied.WaitSynced,
		c.evidence.WaitSynced, c.observed.WaitSynced, c.health.WaitSynced, c.requests.WaitSynced, c.status.WaitSynced,
	} {
		if err := s.waitOr(ctx, failed, wait); err != nil {
			return err
		}
	}
	if err := s.loadLedger(ctx); err != nil {
		return err
	}
	s.loader.restore(s.caches.phases, s.caches.decisions, func(d *records.Decision) bool {
		return slices.ContainsFunc(d.Devices(), func(device string) bool {
			a, _ := get(s.caches.applied, device+"/"+d.Owner())
			return a.Value.Attempt != nil
		})
	})
	for _, run := range []func(context.Context){s.planQueue.Run, s.lightQueue.Run, s.statusQueue.Run, s.passQueue.Run, s.judgeQueue.Run} {
		wg.Go(func() { run(ctx) })
	}
	if err := s.adjustWorkers(ctx, &wg); err != nil {
		return err
	}
	s.enqueueAll()
	close(s.serving)

	if err := s.sweep(ctx); err != nil {
		return err
	}
	sweep := time.NewTicker(30 * time.Second)
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-sweep.C:
			if err := s.sweep(ctx); err != nil {
				return err
			}
		case <-grant.Done():
			return fmt.Errorf("the right to act was lost")
		case err := <-failed:
			return err
		case <-s.network.changed:
			if err := s.adjustWorkers(ctx, &wg); err != nil {
				return err
			}
			s.replanRefused()
		}
	}
}

func (s *Stages) waitOr(ctx context.Context, failed chan error, wait func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- wait(ctx) }()
	select {
	case err := <-failed:
		cancel()
		<-done
		return err
	case err := <-done:
		return err
	}
}

// commit writes under the election key. It returns the revision.
func (s *Stages) commit(ctx context.Context, ops ...store.Op) (int64, error) {
	return s.cfg.Store.Commit(ctx, s.leader.Load().Guard, ops...)
}

func intentKey(ref records.IntentRef) string {
	return ref.Kind + "/" + ref.Namespace + "/" + ref.Name
}

// splitOwnerKey splits <device>/<owner>.
func splitOwnerKey(key string) (device, owner string) {
	device, owner, _ = strings.Cut(key, "/")
	return device, owner
}

// get looks a record up in a cache, where it belongs to all and must not be
// changed; the zero entry stands for none.
func get[T any](c *engine.Cache[T], key string) (*store.Entry[T], bool) {
	e, ok := c.Get(key)
	if !ok {
		return &store.Entry[T]{}, false
	}
	return e, true
}

// batch turns a handler that succeeds or fails as a whole into one that says
// which keys to try again.
func batch(handle func(context.Context, []string) error) engine.BatchHandler[string] {
	return func(ctx context.Context, keys []string) map[string]engine.Retry {
		err := handle(ctx, keys)
		if err == nil {
			return nil
		}
		again := make(map[string]engine.Retry, len(keys))
		for _, key := range keys {
			again[key] = engine.Retry{Err: err}
		}
		return again
	}
}

// termOf makes the term of a grant comparable across restores of the store.
func (s *Stages) termOf(g *store.Grant) drivers.Term {
	return drivers.Term{Incarnation: s.cfg.Store.Incarnation(), Revision: uint64(g.Term)}
}
