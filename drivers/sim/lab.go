package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
	"github.com/waveplane/waveplane/models/openconfig"
)

// Timing says how long the laboratory's devices take.
type Timing struct {
	Commit time.Duration // a Set, before it takes effect
	Light  light.Timing
	// Refresh is how often readings move by noise; zero means every two seconds.
	Refresh time.Duration
}

// DefaultTiming is that of quick devices.
func DefaultTiming() Timing { return Timing{Light: light.DefaultTiming()} }

// Config of a laboratory. Documents, Catalogue and StateDir are required.
type Config struct {
	// Documents of the network: Site, Device, Link, Mode, AmplifierType and
	// FiberType are used, others passed over. Addresses, credentials and TLS settings in them are
	// replaced by the laboratory's own.
	Documents []intents.Document
	Catalogue *catalogue.Catalogue
	// StateDir is the state directory that relative paths in documents start
	// at. The laboratory keeps its files in lab/Name below it, and its control
	// socket in StateDir.
	StateDir string
	Name     string // of the laboratory; default "lab"
	// Plant is what the documents do not know; nil takes that of PlantFile, or
	// else draws one from seed 1. What is used is written to PlantFile.
	Plant *light.Plant
	// Physics of fibres, which it is given as they truly are; nil is the
	// laboratory's own, light.ThirdOrder.
	Physics light.Physics
	Timing  Timing // the zero value takes no time at all
	// MinSample is the shortest sampling interval that devices accept; zero
	// means 100 ms. Real ones often refuse less than 10 s.
	MinSample time.Duration
	Log       *slog.Logger // nil: silent
}

// Lab is a running laboratory. Its methods are safe for concurrent use.
type Lab struct {
	cfg       Config
	catalogue *catalogue.Catalogue
	plant     *light.Plant
	light     *light.Network
	modems    *modems
	log       *slog.Logger
	devices   map[string]*device
	passive   map[string]*intents.DeviceSpec // glass: nothing to talk to
	spans     map[string][]string            // fibres of each link, in order
	stands    map[string]bool                // "link/span/az" → there is such a fibre
	risks     map[string]string              // "link/span" → true risk
	documents []intents.Document
	started   time.Time

	cancel context.CancelFunc
	done   sync.WaitGroup

	mu      sync.Mutex
	stirred map[string]struct{}
	wake    chan struct{}

	handMu sync.Mutex // cuts and losses in force
	cuts   map[string]bool
	losses map[string]float64
	swaps  [][2]string
}

// NewLab builds and starts a laboratory. The context bounds the start; Close
// ends the laboratory. What is wrong in the documents is reported all at once.
func NewLab(ctx context.Context, cfg Config) (*Lab, error) {
	if cfg.Catalogue == nil || cfg.StateDir == "" {
		return nil, errors.New("laboratory: catalogue and state directory are required")
	}
	if cfg.Name == "" {
		cfg.Name = "lab"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	plant, err := choosePlant(cfg)
	if err != nil {
		return nil, fmt.Errorf("laboratory %s: %w", cfg.Name, err)
	}
	if cfg.Timing.Refresh <= 0 {
		cfg.Timing.Refresh = 2 * time.Second
	}
	l := &Lab{
		cfg: cfg, catalogue: cfg.Catalogue, plant: plant, log: cfg.Log, started: time.Now(),
		devices: map[string]*device{}, passive: map[string]*intents.DeviceSpec{}, spans: map[string][]string{}, stands: map[string]bool{}, risks: map[string]string{},
		stirred: map[string]struct{}{}, wake: make(chan struct{}, 1),
		cuts: map[string]bool{}, losses: map[string]float64{},
	}
	l.modems = newModems(cfg.Catalogue, cfg.Documents)
	l.light = light.New(light.Config{Plant: l.plant, Physics: cfg.Physics, Timing: cfg.Timing.Light, OnChange: l.stirAll})
	if err := l.build(); err != nil {
		return nil, fmt.Errorf("laboratory %s: %w", cfg.Name, err)
	}
	if err := l.start(ctx); err != nil {
		l.Close()
		return nil, fmt.Errorf("laboratory %s: %w", cfg.Name, err)
	}
	return l, nil
}

// build makes devices and light from the documents.
func (l *Lab) build() error {
	var errs []error
	types, err := intents.Extend(l.catalogue, l.cfg.Documents)
	if err != nil {
		errs = append(errs, err)
	}
	for _, d := range l.cfg.Documents {
		spec, ok := d.Spec.(*intents.DeviceSpec)
		if !ok {
			continue
		}
		profile, err := l.catalogue.Profile(spec.Profile)
		if err == nil && (l.devices[d.Metadata.Name] != nil || l.passive[d.Metadata.Name] != nil) {
			err = errors.New("stands twice")
		}
		switch {
		case err != nil:
		case profile.Passive():
			err = l.addFilter(d.Metadata.Name, spec, profile)
		default:
			err = l.addDevice(&device{name: d.Metadata.Name, spec: spec, profile: profile, lab: l, shown: map[string]gnmid.Reading{}})
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("device %s: %w", d.Metadata.Name, err))
		}
	}
	b := &sections{lab: l, catalogue: types, devices: l.devices, amplifiers: map[string]*amplifierPart{}}
	for _, d := range l.cfg.Documents {
		spec, ok := d.Spec.(*intents.LinkSpec)
		if !ok {
			continue
		}
		if err := b.lay(d.Metadata.Name, spec); err != nil {
			errs = append(errs, err)
		}
		l.survey(d.Metadata.Name, spec)
	}
	for name, p := range b.amplifiers {
		slices.Sort(p.names)
		l.devices[name].parts = append(l.devices[name].parts, p)
	}
	for _, pair := range l.plant.SwappedPatches {
		if err := l.light.SwapPatch(pair[0], pair[1]); err != nil {
			errs = append(errs, fmt.Errorf("swapped patch: %w", err))
		}
	}
	return errors.Join(errs...)
}

func (l *Lab) addDevice(d *device) error {
	switch {
	case coherent(d.profile.Role):
		p, err := newTerminalPart(d)
		if err != nil {
			return err
		}
		d.parts = append(d.parts, p)
	case d.profile.Role == catalogue.RoleRoadm:
		p, err := newRoadmPart(d)
		if err != nil {
			return err
		}
		d.parts = append(d.parts, p)
	case d.profile.Role == catalogue.RoleSwitch:
		p, err := newSwitchPart(d)
		if err != nil {
			return err
		}
		d.parts = append(d.parts, p)
	}
	l.devices[d.name] = d
	return nil
}

// survey notes the fibres of a link, the directions that they stand in, and the
// ducts that they truly lie in.
func (l *Lab) survey(name string, spec *intents.LinkSpec) {
	note := func(id string, stands func(way string) bool) {
		l.spans[name] = append(l.spans[name], id)
		for _, d := range directions() {
			if stands(d.String()) {
				l.stands[light.SpanKey(name, id, d)] = true
			}
		}
	}
	if len(spec.Spans) == 0 {
		note(patchSpan, func(string) bool { return true })
	}
	for i, s := range spec.Spans {
		if !isFibre(s) {
			continue
		}
		id := spanID(s, i)
		note(id, s.Stands)
		for _, risk := range s.SharedRisks {
			l.risks[name+"/"+id] = risk
		}
		if risk, ok := l.plant.SharedRisks[name+"/"+id]; ok {
			l.risks[name+"/"+id] = risk
		}
	}
}

// start makes the targets, gives them their configuration and opens them.
func (l *Lab) start(ctx context.Context) error {
	index, err := openconfig.NewIndex()
	if err != nil {
		return err
	}
	schema, err := gnmid.NewSchema(index)
	if err != nil {
		return err
	}
	access, err := newAccess(l.cfg.StateDir, l.cfg.Name)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(l.devices)) {
		if err := l.devices[name].start(ctx, index, schema, access); err != nil {
			return fmt.Errorf("device %s: %w", name, err)
		}
	}
	l.documents = l.address(access)
	run, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	l.done.Go(func() { l.light.Run(run) })
	l.done.Go(func() { l.publish(run) })
	l.stirAll(slices.Collect(maps.Keys(l.devices)))
	return nil
}

func (d *device) start(ctx context.Context, index *openconfig.Index, schema *gnmid.Schema, a *access) error {
	cert, err := a.authority.Issue(d.name, "127.0.0.1", "localhost")
	if err != nil {
		return err
	}
	face, err := d.makeFace(index, a)
	if err != nil {
		return err
	}
	config := gnmid.Config{
		Name: d.name, Schema: schema, Certificate: cert, User: a.user, Password: a.password, Log: d.lab.log,
		MinSample: d.lab.cfg.MinSample, CommitTime: d.lab.cfg.Timing.Commit, KeepaliveMinTime: time.Second,
		WriteLog: 64, Hooks: gnmid.Hooks{Validate: d.validate, Commit: d.commit},
	}
	if face != nil {
		config.Face = face
	}
	if d.target, err = gnmid.New(config); err != nil {
		return err
	}
	if face != nil {
		face.Attach(d.target)
		d.hostKey = face.HostKey()
	}
	startup := map[string]string{}
	d.management(startup)
	startup[component("chassis")+"/config/name"] = "chassis"
	for _, p := range d.parts {
		p.startup(startup)
	}
	if err := d.target.LoadStartup(startup); err != nil {
		return err
	}
	fixed := map[string]string{}
	describe(fixed, "chassis", "openconfig-platform-types:CHASSIS", string(d.profile.Role)+"-sim", "SIM-"+d.name)
	fixed[component("chassis")+"/state/software-version"] = "1.0"
	for _, p := range d.parts {
		p.fixed(fixed)
	}
	if err := d.target.SetState(fixed); err != nil {
		return err
	}
	changes := d.target.Configured()
	for _, p := range d.parts {
		p.commit(changes)
	}
	_, err = d.target.Start(ctx)
	return err
}

// management adds the settings that any device has beside its optics: other
// people's, all of them.
func (d *device) management(leaves map[string]string) {
	c := iface("mgmt0") + "/config/"
	leaves[c+"type"] = "iana-if-type:ethernetCsmacd"
	leaves[c+"enabled"] = "true"
	leaves[c+"mtu"] = "1500"
	leaves[c+"description"] = "out-of-band management of " + d.name
	c = iface("lo0") + "/config/"
	leaves[c+"type"] = "iana-if-type:softwareLoopback"
	leaves[c+"description"] = "router id"
}

// Close ends all devices and waits for everything the laboratory started.
func (l *Lab) Close() {
	for _, d := range l.devices {
		if d.target != nil {
			d.target.Stop()
		}
	}
	if l.cancel != nil {
		l.cancel()
	}
	l.done.Wait()
}

// stir asks for the readings of a device to be published anew.
func (l *Lab) stir(name string) { l.stirAll([]string{name}) }

func (l *Lab) stirAll(names []string) {
	l.mu.Lock()
	for _, name := range names {
		l.stirred[name] = struct{}{}
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// publish brings readings up to date: at once where something happened, every
// Refresh where light is.
func (l *Lab) publish(ctx context.Context) {
	ticker := time.NewTicker(l.cfg.Timing.Refresh)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
			l.mu.Lock()
			names := l.stirred
			l.stirred = map[string]struct{}{}
			l.mu.Unlock()
			for name := range names {
				if d := l.devices[name]; d != nil {
					d.publish(false)
				}
			}
		case <-ticker.C:
			for _, d := range l.devices {
				if d.lit {
					d.publish(true)
				}
			}
		}
	}
}
