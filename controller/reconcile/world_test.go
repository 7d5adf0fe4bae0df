package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/engine"
	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/reconcile"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// world is a network of devices in memory: pairs of routers whose ports face
// each other. A receiver sees light when the laser of the port that faces it
// is on, and locks when mode and frequency are equal.
type world struct {
	t       *testing.T
	mu      sync.Mutex
	devices map[string]*fakeDevice
	facing  map[string]string // device/port → device/port
	cut     map[string]bool   // device/port that receives nothing
	noisy   map[string]bool   // device/port whose light arrives with too much noise
	soak    string            // of every profile; "" is 50ms
	// dialled, if set, is called around every dial, without the world's lock.
	dialled func(device string) (done func())
	finish  time.Duration
	// eventsKept is how many events a daemon keeps; 0: as many as always.
	eventsKept int
	ahead      atomic.Int64 // what the daemon's clock is ahead, in nanoseconds
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// fakeDevice is one router in memory. Its faults are fields.
type fakeDevice struct {
	w          *world
	name       string
	objects    map[models.ObjectID]models.Leaves
	writes     []string  // one line per pass that changed something
	unanswered time.Time // as the last session was told
	down       bool
	watch      map[chan struct{}]bool

	refuse    func(models.Change) string // words, or ""
	ignore    bool                       // acknowledges, applies nothing
	inert     bool                       // takes all, but a laser that is turned on stays dark
	glowing   bool                       // takes all, but a laser that is turned off stays on
	glow      map[string]bool            // ports whose laser was turned off and stayed on
	dull      map[string]bool            // ports whose laser was turned on and stayed dark
	loseReply int                        // applies, then loses this many replies
	// deaf names leaves that the device acknowledges and does not take.
	deaf func(models.ObjectID, models.LeafName) bool
	// slow, while not nil, holds back what a session tells first.
	slow chan struct{}
	// linger, while not nil, keeps a session that was ended from noticing.
	linger chan struct{}
	// stall, if set, is asked around every pass whether it is to hang there.
	stall func(applied bool) bool
}

func newWorld(t *testing.T) *world {
	return &world{t: t, devices: map[string]*fakeDevice{}, facing: map[string]string{}, cut: map[string]bool{}, noisy: map[string]bool{}}
}

func (w *world) add(name string, ports ...string) *fakeDevice {
	d := &fakeDevice{w: w, name: name, objects: map[models.ObjectID]models.Leaves{}, watch: map[chan struct{}]bool{}, dull: map[string]bool{}, glow: map[string]bool{}}
	for _, p := range ports {
		d.objects[models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-" + p}] = models.Leaves{models.LeafFrequency: "193100 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: "1"}
		d.objects[models.ObjectID{Kind: models.KindLaser, Key: "xcvr-" + p + "/1"}] = models.Leaves{models.LeafEnabled: "false"}
	}
	w.devices[name] = d
	return d
}

// with runs f under the world's lock and tells every watcher.
func (w *world) with(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	for _, d := range w.devices {
		for c := range d.watch {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
}

func (w *world) writes(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.devices[name].writes)
}

func (d *fakeDevice) laser(port string) bool {
	return d.objects[models.ObjectID{Kind: models.KindLaser, Key: "xcvr-" + port + "/1"}][models.LeafEnabled] == "true"
}

// shines reports whether light comes out of a port.
func (d *fakeDevice) shines(port string) bool { return d.laser(port) && !d.dull[port] || d.glow[port] }

// state is what the device says of itself. Called under the world's lock.
func (d *fakeDevice) state() models.State {
	now := time.Now()
	s := models.State{At: now, Identity: models.Identity{Vendor: "Test", Model: "R"}, Objects: map[models.ObjectID]models.Leaves{}}
	s.Readings.Channels, s.Readings.Logical = map[string]models.ChannelReading{}, map[string]models.LogicalReading{}
	for id, leaves := range d.objects {
		s.Objects[id] = maps.Clone(leaves)
		if id.Kind == models.KindOpticalChannel {
			d.read(&s, strings.TrimPrefix(id.Key, "oc-"), leaves, now)
		}
	}
	return s
}

func (d *fakeDevice) read(s *models.State, port string, leaves models.Leaves, now time.Time) {
	f, _ := models.ParseFrequency(leaves[models.LeafFrequency])
	p, _ := models.ParsePower(leaves[models.LeafTargetPower])
	var mode uint16
	fmt.Sscan(leaves[models.LeafMode], &mode)
	on, tx, rx, up, zero := d.shines(port), models.Power(-4000), models.Power(-4000), false, uint64(0)
	if on {
		tx = p
	}
	q := models.Ratio(0)
	if far := d.w.facing[d.name+"/"+port]; far != "" && !d.w.cut[d.name+"/"+port] {
		name, farPort, _ := strings.Cut(far, "/")
		other := d.w.devices[name]
		theirs := other.objects[models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-" + farPort}]
		if other.shines(farPort) {
			power, _ := models.ParsePower(theirs[models.LeafTargetPower])
			rx = power - 300
			up = theirs[models.LeafMode] == leaves[models.LeafMode] && theirs[models.LeafFrequency] == leaves[models.LeafFrequency]
		}
	}
	if up {
		if q = 1200; d.w.noisy[d.name+"/"+port] {
			q = 600 // oFEC needs 6.25 dB
		}
	}
	s.Readings.Channels["oc-"+port] = models.ChannelReading{At: now, Frequency: &f, Mode: &mode, TargetPower: &p, LaserOn: &on, TxPower: &tx, RxPower: &rx, RxTotal: &rx}
	for id, l := range d.objects {
		if id.Kind == models.KindLogicalChannel && l[models.LeafAssignOptical] == "oc-"+port {
			s.Readings.Logical[id.Key] = models.LogicalReading{At: now, LinkUp: &up, Q: &q, Uncorrectable: &zero}
		}
	}
}

// fakeDriver opens sessions to the devices of a world.
type fakeDriver struct{ w *world }

func (f fakeDriver) Open(_ context.Context, d drivers.Device) (drivers.Session, error) {
	if f.w.dialled != nil {
		defer f.w.dialled(d.Name)()
	}
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	dev := f.w.devices[d.Name]
	if dev == nil || dev.down {
		return nil, &drivers.Error{Op: "open", Device: d.Name, Kind: drivers.KindUnreachable, Err: fmt.Errorf("no answer")}
	}
	dev.unanswered = d.Unanswered
	return &fakeSession{dev: dev, manage: d.Manage}, nil
}

type fakeSession struct {
	dev    *fakeDevice
	manage bool
}

func (s *fakeSession) Close() error { return nil }

func (s *fakeSession) Observe(context.Context) (models.State, error) {
	s.dev.w.mu.Lock()
	defer s.dev.w.mu.Unlock()
	if s.dev.down {
		return models.State{}, &drivers.Error{Op: "observe", Device: s.dev.name, Kind: drivers.KindUnreachable}
	}
	return s.dev.state(), nil
}

// Watch tells everything anew whenever anything in the world changed.
func (s *fakeSession) Watch(ctx context.Context, _ time.Duration, sink func(models.Delta)) error {
	news := make(chan struct{}, 1)
	news <- struct{}{}
	s.dev.w.mu.Lock()
	s.dev.watch[news] = true
	s.dev.w.mu.Unlock()
	defer func() {
		s.dev.w.mu.Lock()
		delete(s.dev.watch, news)
		s.dev.w.mu.Unlock()
	}()
	s.dev.w.mu.Lock()
	slow := s.dev.slow
	s.dev.w.mu.Unlock()
	if slow != nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-slow:
		}
	}
	for {
		select {
		case <-ctx.Done():
			s.dev.w.mu.Lock()
			linger := s.dev.linger
			s.dev.w.mu.Unlock()
			if linger != nil {
				<-linger
			}
			return ctx.Err()
		case <-news:
		}
		state, err := s.Observe(ctx)
		if err != nil {
			return err
		}
		sink(models.Delta{Full: true, At: state.At, Identity: &state.Identity, Objects: state.Objects, Readings: state.Readings})
	}
}

func (s *fakeSession) Apply(ctx context.Context, p drivers.Pass) (drivers.Result, error) {
	d := s.dev
	if s.stalls(false) {
		<-ctx.Done()
		return drivers.Result{}, &drivers.Error{Op: "apply", Device: d.name, Kind: drivers.KindOutcomeUnknown, Err: ctx.Err()}
	}
	defer func() {
		if s.stalls(true) {
			<-ctx.Done()
		}
	}()
	if !s.manage {
		d.w.t.Errorf("%s: a pass was sent to an observed device", d.name)
	}
	var err error
	changed := false
	d.w.with(func() {
		for _, c := range p.Changes {
			if d.refuse == nil {
				break
			}
			if words := d.refuse(c); words != "" {
				err = &drivers.Error{Op: "apply", Device: d.name, Kind: drivers.KindRejected, Words: words}
				return
			}
		}
		if d.ignore {
			return
		}
		for _, c := range p.Changes {
			changed = d.set(c) || changed
		}
		if changed {
			d.writes = append(d.writes, p.ID)
		}
		if d.loseReply > 0 {
			d.loseReply--
			err = &drivers.Error{Op: "apply", Device: d.name, Kind: drivers.KindOutcomeUnknown, Err: fmt.Errorf("no reply")}
		}
	})
	return drivers.Result{Sent: true}, err
}

func (s *fakeSession) stalls(applied bool) bool {
	s.dev.w.mu.Lock()
	defer s.dev.w.mu.Unlock()
	return s.dev.stall != nil && s.dev.stall(applied)
}

func (d *fakeDevice) set(c models.Change) bool {
	if c.After == nil {
		_, there := d.objects[c.Object]
		delete(d.objects, c.Object)
		return there
	}
	if d.objects[c.Object] == nil {
		d.objects[c.Object] = models.Leaves{}
	}
	changed := false
	if c.Object.Kind == models.KindLaser {
		port := strings.TrimSuffix(strings.TrimPrefix(c.Object.Key, "xcvr-"), "/1")
		d.dull[port] = d.inert && c.After[models.LeafEnabled] == "true"
		d.glow[port] = d.glowing && c.After[models.LeafEnabled] == "false" && d.shines(port)
	}
	for leaf, v := range c.After {
		if d.deaf != nil && d.deaf(c.Object, leaf) {
			continue
		}
		changed = changed || d.objects[c.Object][leaf] != v
		d.objects[c.Object][leaf] = v
	}
	return changed
}

// daemon is the stages running on a real embedded store.
type daemon struct {
	t      *testing.T
	w      *world
	st     *store.Store
	stages *reconcile.Stages
	dir    string
	ending <-chan struct{} // closed once it is asked to end
	stop   func()
}

func start(t *testing.T, w *world, dir string) *daemon {
	t.Helper()
	return startWith(t, w, dir, plan.SimpleEstimator())
}

func startWith(t *testing.T, w *world, dir string, est plan.Estimator) *daemon {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	st, err := store.OpenEmbedded(ctx, store.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	stages, err := reconcile.New(reconcile.Config{
		Store: st, Catalogue: quick(cat, w.soak), Registry: drivers.Registry{"gnmi": fakeDriver{w}}, Log: log, StateDir: dir, Estimator: est, Now: w.now, Finish: w.finish, EventsKept: w.eventsKept,
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		done <- engine.Lead(ctx, log, func(ctx context.Context) (*store.Grant, error) { return st.Campaign(ctx, "controller") },
			func(ctx context.Context, g *store.Grant) error { return stages.Run(ctx, g) })
	}()
	d := &daemon{t: t, w: w, st: st, stages: stages, dir: dir, ending: ctx.Done()}
	var once sync.Once
	d.stop = func() {
		once.Do(func() {
			cancel()
			<-done
			if err := st.Close(); err != nil {
				t.Errorf("close the store: %v", err)
			}
		})
	}
	t.Cleanup(d.stop)
	select {
	case <-stages.Serving():
	case err := <-done:
		t.Fatalf("the stages ended: %v", err)
	case <-time.After(20 * time.Second):
		t.Fatal("the stages do not serve")
	}
	return d
}

// quick is the catalogue with waits made short.
func quick(cat *catalogue.Catalogue, soak string) *catalogue.Catalogue {
	if soak == "" {
		soak = "50ms"
	}
	fast := *cat
	fast.Profiles = maps.Clone(cat.Profiles)
	for name, p := range fast.Profiles {
		p.Settle, p.Soak, p.SampleSlow, p.SampleFast = "50ms", soak, "1s", ""
		fast.Profiles[name] = p
	}
	return &fast
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

// lit is a world of two routers with so many fibres between them, and a daemon that
// has brought circuit c1 between them into service.
func lit(t *testing.T, fibres int) (*world, *daemon, []intents.Document) {
	t.Helper()
	w := newWorld(t)
	docs := pair(w, "r1", "r2", fibres)
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "ready", ready)
	return w, d, docs
}

// put stores documents as the API would, and bumps the topology for those
// that make it.
func (d *daemon) put(docs ...intents.Document) {
	d.t.Helper()
	ctx := d.t.Context()
	var ops []store.Op
	topology := false
	for _, doc := range docs {
		intents.Default(&doc)
		key := keyOf(doc)
		raw, err := json.Marshal(doc)
		if err != nil {
			d.t.Fatal(err)
		}
		rec := records.Intent{Document: raw, UID: "uid-" + doc.Metadata.Name, Generation: 1, Created: time.Now(), When: time.Now()}
		if old, err := d.st.Tables().Intents.Get(ctx, key); err == nil {
			rec.Generation = old.Value.Generation + 1
		}
		ops = append(ops, d.st.Tables().Intents.Put(key, rec))
		topology = topology || doc.Kind != intents.KindCircuit
	}
	if topology {
		ops = append(ops, d.st.BumpTopology())
	}
	if _, err := d.st.Commit(ctx, nil, ops...); err != nil {
		d.t.Fatal(err)
	}
}

// remove deletes a document as the API would, without the devices that are given up.
func (d *daemon) remove(doc intents.Document, writtenOff ...string) {
	d.t.Helper()
	intents.Default(&doc)
	e, err := d.st.Tables().Intents.Get(d.t.Context(), keyOf(doc))
	if err != nil {
		d.t.Fatal(err)
	}
	now := time.Now()
	e.Value.Deletion, e.Value.WrittenOff = &now, writtenOff
	if _, err := d.st.Commit(d.t.Context(), nil, d.st.Tables().Intents.Update(e.Key, e.Value, e.Revision)); err != nil {
		d.t.Fatal(err)
	}
}

func (d *daemon) request(id string, r records.Request) {
	d.t.Helper()
	r.At = d.w.now()
	if _, err := d.st.Commit(d.t.Context(), nil, d.st.Tables().Requests.Create(string(r.Kind)+"/"+id, r)); err != nil {
		d.t.Fatal(err)
	}
}

func keyOf(doc intents.Document) string {
	ns := doc.Metadata.Namespace
	if ns == "" {
		ns = "_"
	}
	return doc.Kind + "/" + ns + "/" + doc.Metadata.Name
}

// status waits until a circuit's status satisfies ok.
func (d *daemon) status(circuit, what string, ok func(records.Status) bool) records.Status {
	d.t.Helper()
	return d.statusIn(circuit, what, 15*time.Second, ok)
}

func (d *daemon) statusIn(circuit, what string, limit time.Duration, ok func(records.Status) bool) records.Status {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), limit)
	defer cancel()
	var last records.Status
	found := false
	err := d.st.Tables().Status.Watch(ctx, "", func(e store.WatchEvent[records.Status]) {
		if e.Type != store.Put || e.Entry.Key != "Circuit/default/"+circuit {
			return
		}
		last = e.Entry.Value
		if ok(last) {
			found = true
			cancel()
		}
	})
	if !found {
		text, _ := json.MarshalIndent(last, "", " ")
		d.t.Fatalf("%s never became %s (%v); last status:\n%s", circuit, what, err, text)
	}
	return last
}

func condition(s records.Status, t models.ConditionType) models.Condition {
	i := slices.IndexFunc(s.Conditions, func(c models.Condition) bool { return c.Type == t })
	if i < 0 {
		return models.Condition{}
	}
	return s.Conditions[i]
}

func ready(s records.Status) bool   { return condition(s, models.Ready).Status == "True" }
func stalled(s records.Status) bool { return condition(s, models.Stalled).Status == "True" }

// pair builds the documents and devices of two routers joined by short dark
// fibres.
func pair(w *world, a, b string, fibres int) []intents.Document {
	var docs []intents.Document
	ports := map[string]intents.Port{}
	var names []string
	for i := range fibres {
		p := fmt.Sprintf("et-0/0/%d", i)
		names = append(names, p)
		ports[p] = intents.Port{Pluggable: "QDD-400G-ZRP"}
		w.facing[a+"/"+p], w.facing[b+"/"+p] = b+"/"+p, a+"/"+p
		docs = append(docs, document("Link", fmt.Sprintf("%s-%s-%d", a, b, i), &intents.LinkSpec{
			Ends: [2]string{a + "/" + p, b + "/" + p}, Spans: []intents.Span{{ID: "s1", Km: 10, LossDb: &intents.PerWay{Az: 3, Za: 3}}},
		}))
	}
	for _, name := range []string{a, b} {
		w.add(name, names...)
		docs = append(docs, document("Site", "dc-"+name, &intents.SiteSpec{Role: "dc"}), document("Device", name, &intents.DeviceSpec{
			Site: "dc-" + name, Profile: "lab-router-zr", Address: "127.0.0.1:1", Credentials: &intents.CredentialsRef{Ref: "env:X"}, Mode: "manage", Ports: ports,
		}))
	}
	return docs
}

func document(kind, name string, spec any) intents.Document {
	return intents.Document{APIVersion: intents.APIVersion, Kind: kind, Metadata: intents.Metadata{Name: name}, Spec: spec}
}

func circuit(name, a, b string, gbps int) intents.Document {
	return document("Circuit", name, &intents.CircuitSpec{From: "dc-" + a, To: "dc-" + b, CapacityGbps: gbps})
}

// ended waits until the document of a circuit is no more.
func (d *daemon) ended(circuit string) {
	d.t.Helper()
	d.until("the document of "+circuit+" is gone", func() bool {
		_, err := d.st.Tables().Intents.Get(d.t.Context(), "Circuit/default/"+circuit)
		return errors.Is(err, store.ErrNotFound)
	})
}

// gone waits until nothing of a circuit is stored.
func (d *daemon) gone(circuit string) {
	d.t.Helper()
	d.ended(circuit)
	for name, count := range map[string]func() int{
		"decisions": func() int { return size(d, d.st.Tables().Decisions) }, "phases": func() int { return size(d, d.st.Tables().Phases) },
		"ports": func() int { return size(d, d.st.Tables().Ports) }, "spectrum": func() int { return size(d, d.st.Tables().Spectrum) },
		"applied": func() int { return size(d, d.st.Tables().Applied) }, "indices": func() int { return size(d, d.st.Tables().Indices) },
		"evidence": func() int { return size(d, d.st.Tables().Evidence) }, "circuits": func() int { return size(d, d.st.Tables().Circuits) },
	} {
		if n := count(); n != 0 {
			d.t.Errorf("%d records left in %s", n, name)
		}
	}
}

func size[T any](d *daemon, table *store.Table[T]) int {
	list, _, err := table.List(d.t.Context(), "")
	if err != nil {
		d.t.Fatal(err)
	}
	return len(list)
}

// until waits for a condition of the store, looking again at every change.
func (d *daemon) until(what string, ok func() bool) {
	d.t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			d.t.Fatalf("never: %s", what)
		}
		ctx, cancel := context.WithTimeout(d.t.Context(), 50*time.Millisecond)
		_ = d.st.Tables().Events.Watch(ctx, "", func(store.WatchEvent[records.Event]) {})
		cancel()
	}
}

func (d *daemon) answered(key string, ok func(records.Request) bool) {
	d.t.Helper()
	d.until(key+" is answered", func() bool {
		e, err := d.st.Tables().Requests.Get(d.t.Context(), key)
		return err == nil && ok(e.Value)
	})
}

func (d *daemon) connected(devices ...string) {
	d.t.Helper()
	for _, name := range devices {
		d.until(name+" is connected", func() bool {
			r, err := d.stages.Drift(d.t.Context(), false, name)
			return err == nil && r.Checked == 1
		})
	}
}

func observe(doc *intents.Document, device string) {
	if spec, ok := doc.Spec.(*intents.DeviceSpec); ok && doc.Metadata.Name == device {
		spec.Mode = "observe"
	}
}
