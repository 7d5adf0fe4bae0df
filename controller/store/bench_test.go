package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
)

// BenchmarkStart is the time from nothing to serving: of a new directory, of
// one with 10,000 circuits that was closed, and of one whose process was killed.
func BenchmarkStart(b *testing.B) {
	start := func(b *testing.B, dir func() string) {
		for b.Loop() {
			b.StopTimer()
			cfg := store.Config{Dir: dir()}
			b.StartTimer()
			s, err := store.OpenEmbedded(b.Context(), cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	}
	b.Run("new", func(b *testing.B) { start(b, b.TempDir) })
	b.Run("10k circuits", func(b *testing.B) {
		dir := b.TempDir()
		s, err := store.OpenEmbedded(b.Context(), store.Config{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		for from := 0; from < 10_000; from += 1000 {
			if _, err := s.Commit(b.Context(), nil, circuits(s, from, 1000)...); err != nil {
				b.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		start(b, func() string { return dir })
	})
	b.Run("killed", func(b *testing.B) {
		start(b, func() string {
			dir := b.TempDir()
			crashed(b, dir, 200, func(int) {})
			return dir
		})
	})
}

// circuits are the records that planning circuits writes: the set, one
// wavelength, its phase, three links and two ports.
func circuits(s *store.Store, from, n int) []store.Op {
	t := s.Tables()
	var ops []store.Op
	for i := from; i < from+n; i++ {
		uid := fmt.Sprintf("u%06d", i)
		d := records.Decision{
			Intent: records.IntentRef{Kind: "Circuit", Namespace: "dci", Name: uid, UID: uid, Generation: 1},
			WL:     1, Name: uid + "-1", Mode: "400G-16QAM", CapacityGbps: 400, Rev: 1,
		}
		for leg := range 3 {
			link := fmt.Sprintf("%s-%d", uid, leg)
			d.Route = append(d.Route, records.Leg{Link: link, Direction: records.AZ})
			ops = append(ops, t.Spectrum.Create(store.Key(link), records.SpectrumUse{Az: []records.SlotUse{{Owner: d.Owner()}}}))
		}
		for _, end := range []string{"a", "z"} {
			ops = append(ops, t.Ports.Create(store.DeviceKey(uid+end, "1/1/c1"), records.PortUse{Owner: d.Owner()}))
		}
		ops = append(ops,
			t.Circuits.Create(uid, records.Circuit{Intent: d.Intent, Live: []int{1}, NextWL: 2}),
			t.Decisions.Create(d.Key(), d),
			t.Phases.Create(d.Key(), records.Phase{Name: records.PhasePlanned, DecisionRev: 1}))
	}
	return ops
}

// BenchmarkCommit writes transactions of so many puts.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprintf("%d puts", n), func(b *testing.B) {
			s := open(b, store.Config{})
			notes := store.NewTable[note](s, "notes")
			round := 0
			for b.Loop() {
				ops := make([]store.Op, n)
				for i := range ops {
					ops[i] = notes.Put(fmt.Sprintf("k%05d", i), note{Text: fmt.Sprint("value ", round)})
				}
				if _, err := s.Commit(b.Context(), nil, ops...); err != nil {
					b.Fatal(err)
				}
				round++
			}
			b.ReportMetric(float64(n)*float64(round)/b.Elapsed().Seconds(), "puts/s")
		})
	}
}

// BenchmarkCommitCrowd has so many writers commit ten records each at once; one after
// the other is the peer. It prints what a commit takes of the CPU and how many
// transactions the commits became.
func BenchmarkCommitCrowd(b *testing.B) {
	for _, writers := range []int{1, 20, 200} {
		b.Run(fmt.Sprintf("%d writers", writers), func(b *testing.B) {
			s := open(b, store.Config{})
			notes := store.NewTable[note](s, "notes")
			var mu sync.Mutex
			revisions := map[int64]bool{}
			commits := 0
			began := cpuTime(b)
			for b.Loop() {
				var wg sync.WaitGroup
				for w := range writers {
					wg.Go(func() {
						var ops []store.Op
						for i := range 10 {
							ops = append(ops, notes.Put(fmt.Sprintf("w%d-%d", w, i), note{Text: "some of what a device acknowledged"}))
						}
						rev, err := s.Commit(b.Context(), nil, ops...)
						if err != nil {
							b.Error(err)
						}
						mu.Lock()
						revisions[rev] = true
						mu.Unlock()
					})
				}
				wg.Wait()
				commits += writers
			}
			b.ReportMetric(float64((cpuTime(b)-began).Microseconds())/float64(commits), "CPU-µs/commit")
			b.ReportMetric(float64(commits)/float64(len(revisions)), "commits/transaction")
		})
	}
}

// cpuTime is what this process has taken of the CPUs.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkCircuits stores planned circuits, 250 in a transaction.
func BenchmarkCircuits(b *testing.B) {
	const batch = 250
	s := open(b, store.Config{})
	g, err := s.Campaign(b.Context(), "planner")
	if err != nil {
		b.Fatal(err)
	}
	done := 0
	for b.Loop() {
		if _, err := s.Commit(b.Context(), g.Guard, circuits(s, done, batch)...); err != nil {
			b.Fatal(err)
		}
		done += batch
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "circuits/s")
}

// BenchmarkWatchList reads 10,000 decisions as a cache does at its start.
func BenchmarkWatchList(b *testing.B) {
	s := open(b, store.Config{})
	for from := 0; from < 10_000; from += 1000 {
		if _, err := s.Commit(b.Context(), nil, circuits(s, from, 1000)...); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		got := 0
		err := s.Tables().Decisions.Watch(ctx, "", func(ev store.WatchEvent[records.Decision]) {
			if ev.Type == store.Synced {
				cancel()
				return
			}
			got++
		})
		if !errors.Is(err, context.Canceled) || got != 10_000 {
			b.Fatalf("%d decisions told (%v), want 10,000", got, err)
		}
	}
}

// BenchmarkWatchDelay is the time from the beginning of a commit until a watch
// has told it.
func BenchmarkWatchDelay(b *testing.B) {
	s := open(b, store.Config{})
	notes := store.NewTable[note](s, "notes")
	ctx, cancel := context.WithCancel(b.Context())
	told := make(chan store.EventType)
	ended := make(chan error)
	go func() {
		ended <- notes.Watch(ctx, "", func(ev store.WatchEvent[note]) {
			if ev.Type != store.Progress {
				told <- ev.Type
			}
		})
	}()
	<-told // Synced
	var worst time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := s.Commit(ctx, nil, notes.Put("a", note{})); err != nil {
			b.Fatal(err)
		}
		<-told
		worst = max(worst, time.Since(start))
	}
	b.ReportMetric(float64(worst.Microseconds()), "worst-µs")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		b.Error(err)
	}
}

// BenchmarkOwnAll takes 1,000 devices.
func BenchmarkOwnAll(b *testing.B) {
	s := open(b, store.Config{})
	var devices []string
	for i := range 1000 {
		devices = append(devices, fmt.Sprintf("r%04d", i))
	}
	for b.Loop() {
		grants, err := s.OwnAll(b.Context(), devices)
		if err != nil || len(grants) != len(devices) {
			b.Fatalf("%d grants (%v)", len(grants), err)
		}
		b.StopTimer()
		for _, g := range grants {
			if err := g.Resign(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
	}
}
