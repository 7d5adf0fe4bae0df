package reconcile

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// worker returns the worker of a device, or nil.
func (s *Stages) worker(device string) *deviceWorker {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.workers[device]
}

// deviceNames lists the devices that are worked, sorted.
func (s *Stages) deviceNames() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, 0, len(s.workers))
	for name := range s.workers {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// adjustWorkers starts a worker for every device document with an address,
// ends those whose document is gone, and restarts those whose document changed
// in a way that matters to the connection.
func (s *Stages) adjustWorkers(ctx context.Context, wg *sync.WaitGroup) error {
	wanted := map[string]connection{}
	for _, e := range s.caches.intents.List(intents.KindDevice + "/") {
		_, _, name := parseIntentKey(e.Key)
		if c, ok := s.connectable(name); ok {
			wanted[name] = c
		}
	}
	var fresh []string
	s.mu.Lock()
	for name, w := range s.workers {
		c, keep := wanted[name]
		if keep && c.same(w.connection) {
			continue
		}
		w.cancel()
		s.mu.Unlock()
		<-w.done
		s.mu.Lock()
		delete(s.workers, name)
		s.board.forget(name)
	}
	for name := range wanted {
		if s.workers[name] == nil {
			fresh = append(fresh, name)
		}
	}
	s.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	slices.Sort(fresh)
	grants, err := s.cfg.Store.OwnAll(ctx, fresh)
	if err != nil {
		return fmt.Errorf("take ownership of devices: %w", err)
	}
	for _, name := range fresh {
		c := wanted[name]
		driver, err := s.cfg.Registry.Lookup(c.device.Profile.Driver)
		if err != nil {
			s.log.Error("no driver", "device", name, "err", err)
			continue
		}
		workCtx, cancel := context.WithCancel(ctx)
		w := &deviceWorker{
			connection: c, unanswered: s.unanswered(name, grants[name].Term), driver: driver,
			board: s.board, dial: s.dial, log: s.log, now: s.now, counter: &s.sessions, hurried: &s.hurried, term: s.termOf,
			slow: slowInterval(c.device.Profile, len(wanted)), fast: durationOf(c.device.Profile.SampleFast, 0),
			hurry: make(chan struct{}), cancel: cancel, done: make(chan struct{}),
			changed: func(device string, configured bool) {
				s.judgeQueue.Add(device)
				if configured {
					s.passQueue.Add(device)
				}
			},
		}
		w.grant.Store(grants[name])
		s.mu.Lock()
		s.workers[name] = w
		s.mu.Unlock()
		wg.Go(func() { w.run(workCtx) })
		// What waited for this document (for mode: manage, for an address) looks again.
		for _, owner := range s.owners.on(name) {
			s.wakeOwner(owner)
		}
	}
	return nil
}

// passLimit is how long a pass may go on sending: drivers give each of its changes a
// few deadlines.
const passLimit = 5 * time.Minute

// unanswered is the latest moment at which an earlier process may have sent the
// device something that is still open on record; zero if nothing is.
func (s *Stages) unanswered(device string, term int64) time.Time {
	var last time.Time
	for _, e := range s.caches.applied.List(device + "/") {
		if a := e.Value.Attempt; a != nil && a.Term != term && a.At.After(last) {
			last = a.At
		}
	}
	if last.IsZero() {
		return last
	}
	if now := s.now(); last.Add(passLimit).After(now) {
		return now // that process has ended by now
	}
	return last.Add(passLimit)
}

// sampleBudget is how long a sample of one device may keep us from the next. The
// measurements of many devices would otherwise be most of what a daemon does:
// what must not wait, a device tells by itself or is asked about.
const sampleBudget = 20 * time.Millisecond

// slowInterval is how often the measurements of one of many devices are taken
// when nothing happens: as its profile says, or less often.
func slowInterval(profile catalogue.Profile, devices int) time.Duration {
	return max(durationOf(profile.SampleSlow, 10*time.Second), time.Duration(devices)*sampleBudget)
}

// connection is what a driver needs of a device's document.
type connection struct {
	device drivers.Device
	login  string // where the credentials are, which are asked anew at every dial
	caFile string // who vouches for the device, read anew at every dial; empty: as the system says
}

// dialled is the device as it is dialled now.
func (c connection) dialled() (drivers.Device, error) {
	d := c.device
	if c.caFile == "" {
		return d, nil
	}
	pem, err := os.ReadFile(c.caFile)
	if err != nil {
		return d, &drivers.Error{Op: "open", Device: d.Name, Kind: drivers.KindDenied, Err: fmt.Errorf("tls.caFile: %w", err)}
	}
	d.RootCAs = pem
	return d, nil
}

// connectable builds the connection to a device that has an address.
func (s *Stages) connectable(name string) (connection, bool) {
	spec, ok := s.network.device(name)
	if !ok || spec.Address == "" {
		return connection{}, false
	}
	profile, err := s.cfg.Catalogue.Profile(spec.Profile)
	if err != nil {
		s.log.Error("unknown profile", "device", name, "err", err)
		return connection{}, false
	}
	d := drivers.Device{
		Name: name, Address: spec.Address, Profile: profile, Manage: spec.Mode == "manage", Log: s.log,
		Credentials: credentials(spec.Credentials, s.cfg.StateDir),
	}
	for _, port := range slices.Sorted(maps.Keys(spec.Ports)) {
		// Of a device that is only observed it may not be known yet what is plugged.
		if spec.Ports[port].Pluggable != "" || !d.Manage {
			d.Ports = append(d.Ports, port)
		}
	}
	if spec.SSH != nil {
		d.HostKey = spec.SSH.HostKey
	}
	if spec.TLS != nil {
		d.ServerName = spec.TLS.ServerName
	}
	c := connection{device: d}
	if spec.TLS != nil && spec.TLS.CAFile != "" {
		c.caFile = statePath(s.cfg.StateDir, spec.TLS.CAFile)
	}
	if spec.Credentials != nil {
		c.login = spec.Credentials.Ref
	}
	return c, true
}

// same reports whether two are one: functions do not compare.
func (c connection) same(other connection) bool {
	for _, d := range []*drivers.Device{&c.device, &other.device} {
		d.Credentials, d.Log = nil, nil
	}
	return reflect.DeepEqual(c, other)
}

// credentials reads "user:password" anew at every dial.
func credentials(ref *intents.CredentialsRef, dir string) func(context.Context) (string, string, error) {
	return func(context.Context) (string, string, error) {
		if ref == nil {
			return "", "", nil
		}
		var text string
		switch kind, where, _ := strings.Cut(ref.Ref, ":"); kind {
		case "env":
			v, ok := os.LookupEnv(where)
			if !ok {
				return "", "", fmt.Errorf("credentials: environment variable %s is not set", where)
			}
			text = v
		case "file":
			b, err := os.ReadFile(statePath(dir, where))
			if err != nil {
				return "", "", fmt.Errorf("credentials: %w", err)
			}
			text = strings.TrimSpace(string(b))
		default:
			return "", "", fmt.Errorf("credentials: reference of kind %q; want env or file", kind)
		}
		user, password, ok := strings.Cut(text, ":")
		if !ok {
			return "", "", fmt.Errorf("credentials: %s does not hold user:password", ref.Ref)
		}
		return user, password, nil
	}
}

func statePath(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
