package drivertest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// interval is asked of Watch and Sample; a driver may fall back to a slower one.
const interval = 200 * time.Millisecond

// edited picks a leaf of the work that another user could set, and another
// value for it.
func (r *rig) edited() (models.ObjectID, models.LeafName, string) {
	r.Helper()
	if e := r.target.Edit; e != (Edit{}) {
		return e.Object, e.Leaf, e.Value
	}
	for _, o := range r.target.Alpha.First {
		for _, leaf := range []models.LeafName{models.LeafFrequency, models.LeafTargetPower, models.LeafTargetGain} {
			value, ours := o.Leaves[leaf]
			if !ours {
				continue
			}
			other := map[models.LeafName]string{
				models.LeafFrequency: (195_000_000 * models.MHz).String(), models.LeafTargetPower: models.Power(-525).String(),
				models.LeafTargetGain: models.Ratio(1525).String(),
			}[leaf]
			if other != value {
				return o.ObjectID, leaf, other
			}
		}
	}
	r.Fatal("the harness gives no work with a frequency, a power or a gain")
	return models.ObjectID{}, "", ""
}

func outOfBandEditIsSeen(r *rig) {
	s := r.open()
	r.apply(s, pass(r.target.Alpha.create()))
	id, leaf, value := r.edited()
	r.must(r.target.Simulator.Tamper(id, leaf, value))
	if got := r.observe(s).Objects[id][leaf]; got != value {
		r.Errorf("%v %s is observed as %q, want %q", id, leaf, got, value)
	}
}

func applyMendsAnOutOfBandEdit(r *rig) {
	s := r.open()
	r.apply(s, pass(r.target.Alpha.create()))
	id, leaf, value := r.edited()
	r.must(r.target.Simulator.Tamper(id, leaf, value))
	if r.target.Nameless {
		before := r.target.Simulator.Configuration()
		_, err := s.Apply(r.context(), pass(changes(r.target.Alpha.Owner, r.target.Alpha.First, r.target.Alpha.First)))
		r.wantKind(err, drivers.KindRejected)
		r.wantConfiguration(before)
	}
	if result := r.apply(s, pass(changes(r.target.Alpha.Owner, r.known(s), r.target.Alpha.First))); !result.Sent {
		r.Error("nothing was sent although the device has another value")
	}
	r.wantThere(r.observe(s), r.target.Alpha.First)
}

// known is what a change of Alpha's objects goes by: as they were applied, or where
// they carry no name, as they are found.
func (r *rig) known(s drivers.Session) []models.Object {
	r.Helper()
	if !r.target.Nameless {
		return r.target.Alpha.First
	}
	state := r.observe(s)
	var out []models.Object
	for _, o := range r.target.Alpha.First {
		out = append(out, models.Object{ObjectID: o.ObjectID, Leaves: state.Objects[o.ObjectID].Restrict(o.Leaves)})
	}
	return out
}

// follower keeps the state that a watch tells of.
type follower struct {
	mu    sync.Mutex
	state models.State
	seen  int
	first models.Delta
	news  chan struct{}
}

func (f *follower) sink(d models.Delta) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen++; f.seen == 1 {
		f.first = d
	}
	f.state.Merge(d)
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// told is what the watch told of until now, and whether it began with everything.
func (f *follower) told() (state models.State, full bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state.Clone(), f.first.Full
}

// until waits until the state that the watch told of is as wanted.
func (f *follower) until(r *rig, what string, so func(models.State) bool) {
	r.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		f.mu.Lock()
		done := f.seen > 0 && so(f.state)
		f.mu.Unlock()
		if done {
			return
		}
		select {
		case <-f.news:
		case <-limit.C:
			r.Fatalf("the watch did not tell in time: %s", what)
		}
	}
}

// watch runs a watch until stop is called, which returns its error.
func (r *rig) watch(w drivers.Watcher) (f *follower, stop func() error) {
	f = &follower{news: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(r.context())
	ended := make(chan error, 1)
	go func() { ended <- w.Watch(ctx, interval, f.sink) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	r.Cleanup(func() { r.note(stop()) })
	return f, stop
}

func (r *rig) watcher(s drivers.Session) drivers.Watcher {
	w, ok := s.(drivers.Watcher)
	if !ok {
		r.Skip("the session is no drivers.Watcher")
	}
	return w
}

func watchIsFullThenNews(r *rig) {
	s := r.open()
	r.apply(s, pass(r.target.Alpha.create()))
	f, _ := r.watch(r.watcher(s))
	f.until(r, "the objects that are there", func(st models.State) bool {
		return len(st.Objects) >= len(r.target.Alpha.First)
	})
	told, full := f.told()
	if !full {
		r.Error("the first delta is not full")
	}
	r.wantThere(told, r.target.Alpha.First)
	observed := r.observe(s)
	if observed.Rest != told.Rest {
		r.Errorf("watch gives digest %q of the rest, observe %q", told.Rest, observed.Rest)
	}

	id, leaf, value := r.edited()
	r.must(r.target.Simulator.Tamper(id, leaf, value))
	f.until(r, "an out-of-band edit", func(st models.State) bool { return st.Objects[id][leaf] == value })

	r.apply(s, pass(changes(r.target.Alpha.Owner, r.known(s), nil)))
	for _, o := range r.target.Alpha.First {
		if o.Kind.Whole() {
			f.until(r, "that "+o.String()+" is gone", func(st models.State) bool {
				_, there := st.Objects[o.ObjectID]
				return !there
			})
		}
	}
}

func watchEndsWithItsContext(r *rig) {
	s := r.open()
	f, stop := r.watch(r.watcher(s))
	f.until(r, "anything", func(models.State) bool { return true })
	if err := stop(); !errors.Is(err, context.Canceled) {
		r.Errorf("watch ended with %v, want the context's error", r.note(err))
	}
}

func watchBreaksWithTheDevice(r *rig) {
	s := r.open()
	w := r.watcher(s)
	f := &follower{news: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	ctx := r.context()
	go func() { ended <- w.Watch(ctx, interval, f.sink) }()
	f.until(r, "anything", func(models.State) bool { return true })
	r.target.Simulator.Stop()
	r.wantKind(<-ended, drivers.KindUnreachable)
}

func sampleStreams(r *rig) {
	s := r.open()
	sampler, ok := s.(drivers.Sampler)
	if !ok {
		r.Skip("the session is no drivers.Sampler")
	}
	ctx, cancel := context.WithCancel(r.context())
	defer cancel()
	samples := 0
	err := sampler.Sample(ctx, interval, func(models.Readings) {
		if samples++; samples == 3 {
			cancel()
		}
	})
	if samples < 3 || !errors.Is(err, context.Canceled) {
		r.Errorf("%d samples came, then %v; want 3 and the context's error", samples, r.note(err))
	}
}

// sampleEndsAndTheSessionLives ends sampling in the middle of a reading, as it is
// ended whenever light has come up: the session is needed for what follows.
func sampleEndsAndTheSessionLives(r *rig) {
	s := r.open()
	sampler, ok := s.(drivers.Sampler)
	if !ok {
		r.Skip("the session is no drivers.Sampler")
	}
	for range 3 {
		r.must(r.target.Simulator.Stall(150 * time.Millisecond))
		ctx, cancel := context.WithTimeout(r.context(), 200*time.Millisecond)
		err := sampler.Sample(ctx, 10*time.Millisecond, func(models.Readings) {})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			r.Errorf("sampling ends with %v, want the context's error", r.note(err))
		}
		r.target.Simulator.Heal()
		r.observe(s)
	}
}

// impatienceDisturbsNoChange asks for a picture, briefly, while a change takes its
// time: the change must come through, and the session live.
func impatienceDisturbsNoChange(r *rig) {
	s := r.open()
	r.must(r.target.Simulator.StallWrites(500 * time.Millisecond))
	applied := make(chan error, 1)
	go func() {
		_, err := s.Apply(r.context(), pass(r.target.Alpha.create()))
		applied <- err
	}()
	for done := false; !done; {
		ctx, cancel := context.WithTimeout(r.context(), 20*time.Millisecond)
		_, err := s.Observe(ctx)
		cancel()
		r.note(err)
		select {
		case err := <-applied:
			if done = true; err != nil {
				r.Fatalf("apply: %v", r.note(err))
			}
		default:
		}
	}
	r.wantThere(r.observe(s), r.target.Alpha.First)
}

// measureTellsWhatObserveTells asks for the readings of one owner's objects:
// whatever a full picture has of them must be there, though light moves.
func measureTellsWhatObserveTells(r *rig) {
	s := r.open()
	sampler, ok := s.(drivers.Sampler)
	if !ok {
		r.Skip("the session is no drivers.Sampler")
	}
	r.apply(s, pass(r.target.Alpha.create()))
	var objects []models.ObjectID
	for _, o := range r.target.Alpha.First {
		objects = append(objects, o.ObjectID)
	}
	got, err := sampler.Measure(r.context(), objects)
	if err != nil {
		r.Fatal(r.note(err))
	}
	all := r.observe(s).Readings
	told := 0
	for _, o := range objects {
		var there, measured bool
		switch o.Kind {
		case models.KindOpticalChannel:
			_, there = all.Channels[o.Key]
			_, measured = got.Channels[o.Key]
		case models.KindLogicalChannel:
			_, there = all.Logical[o.Key]
			_, measured = got.Logical[o.Key]
		case models.KindMediaChannel:
			_, there = all.Media[o.Key]
			_, measured = got.Media[o.Key]
		case models.KindAmplifier:
			_, there = all.Amplifiers[o.Key]
			_, measured = got.Amplifiers[o.Key]
		case models.KindCrossConnect:
			_, there = all.Ports[o.Key]
			_, measured = got.Ports[o.Key]
		}
		if there != measured {
			r.Errorf("%v: observed %v, measured %v", o, there, measured)
		}
		if measured {
			told++
		}
	}
	if told == 0 && !r.target.Device.Profile.Refuses("", "port-power") {
		r.Errorf("nothing was measured at %v", objects)
	}
}
