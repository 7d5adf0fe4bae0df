package gnmid

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Hooks join a target to its physics. Validate, Mirror and Commit run one after
// the other, never two at once, while the target takes no other transaction.
// They may read the target and publish state on this and other targets; they
// must not Tamper, load, reboot or stop this one.
type Hooks struct {
	// Validate refuses a client's transaction for the device's own reasons. An
	// error with a gRPC status keeps it, others become INVALID_ARGUMENT.
	Validate func(*Tx) error
	// Mirror says what the state twin of a configuration leaf shows; false
	// leaves the twin alone. Nil shows the new value.
	Mirror func(Change) (shown string, ok bool)
	// Commit is told what has come into force, after it has.
	Commit func(*Tx)
}

// Face is another way to talk to a target than gNMI; it then takes the place of
// the gNMI server.
type Face interface {
	// Listen serves on an address and returns the one it got.
	Listen(ctx context.Context, address string) (string, error)
	// Shut ends all connections and waits for what Listen started.
	Shut()
}

// Config says what a target is. Name and Schema are required, and without a Face
// a Certificate.
type Config struct {
	Name        string
	Schema      *Schema
	Certificate tls.Certificate
	Face        Face // nil: a gNMI server
	// Listen is the address to serve on; empty means a free port of 127.0.0.1.
	Listen string
	// User and Password must come in the metadata of each RPC, unless User is
	// empty.
	User, Password string
	// ClientAuth and ClientCAs ask clients for a certificate.
	ClientAuth tls.ClientAuthType
	ClientCAs  *x509.CertPool
	Log        *slog.Logger // nil is silent
	// MinSample is the shortest sampling interval; zero means 100 ms. Real
	// boxes often refuse less than 10 s.
	MinSample time.Duration
	// TargetSample is how often readings come that a client left to the
	// target; zero means 10 s.
	TargetSample time.Duration
	// CommitTime is how long a Set takes before it has effect.
	CommitTime time.Duration
	// IgnoreArbitration makes the target deaf to the master arbitration
	// extension, as many are.
	IgnoreArbitration bool
	// RefuseCommitConfirmed answers the commit extension with UNIMPLEMENTED.
	// By default it is ignored, which applies the Set for good.
	RefuseCommitConfirmed bool
	// KeepaliveMinTime is how often a client may ping; zero means five minutes,
	// gRPC's own figure. Pings without a stream are never tolerated.
	KeepaliveMinTime time.Duration
	// WriteLog is how many entries Writes remembers; zero means 256.
	WriteLog int
	Hooks    Hooks
}

// Target is one simulated device. Its methods may be called from any goroutine.
type Target struct {
	config     Config
	schema     *Schema
	hooks      Hooks
	log        *slog.Logger
	commitTime atomic.Int64 // nanoseconds

	txMu sync.Mutex // one transaction at a time
	// arbitration is guarded by txMu: the greatest election id per role.
	arbitration map[string]electionID

	mu      sync.Mutex // publishing
	now     atomic.Pointer[version]
	held    map[string]heldValue
	startup *branch

	streamMu sync.Mutex
	streams  map[*stream]struct{} // those that want to hear of every version

	faultMu   sync.Mutex
	faults    []*injected
	lastFault FaultID

	stats statistics

	address atomic.Pointer[string]

	lifeMu sync.Mutex
	life   lifeState
	front  *front
	faced  bool               // the Face is serving
	down   context.CancelFunc // ends a reboot early
	ups    sync.WaitGroup     // reboots under way
}

// version is the tree at one moment.
type version struct {
	root *branch
	at   time.Time
}

// New makes a target that isn't serving yet and has no leaf.
func New(c Config) (*Target, error) {
	switch {
	case c.Name == "":
		return nil, errors.New("new target: no name")
	case c.Schema == nil:
		return nil, fmt.Errorf("new target %s: no schema", c.Name)
	case len(c.Certificate.Certificate) == 0 && c.Face == nil:
		return nil, fmt.Errorf("new target %s: no certificate", c.Name)
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.MinSample = orDefault(c.MinSample, 100*time.Millisecond)
	c.TargetSample = orDefault(c.TargetSample, 10*time.Second)
	c.KeepaliveMinTime = orDefault(c.KeepaliveMinTime, 5*time.Minute)
	if c.WriteLog <= 0 {
		c.WriteLog = 256
	}
	t := &Target{
		config: c,
		schema: c.Schema,
		hooks:  c.Hooks,
		log:    c.Log.With("device", c.Name),
	}
	t.stats.limit = c.WriteLog
	t.commitTime.Store(int64(c.CommitTime))
	t.startup = &branch{node: c.Schema.index.Root()}
	t.now.Store(&version{root: t.startup, at: time.Now()})
	return t, nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// Name is the target's name.
func (t *Target) Name() string { return t.config.Name }

// SetCommitTime changes how long a Set takes before it has effect.
func (t *Target) SetCommitTime(d time.Duration) { t.commitTime.Store(int64(d)) }

func (t *Target) current() *version { return t.now.Load() }

// publish makes root the tree of now and wakes the streams. The caller holds mu.
func (t *Target) publish(root *branch) {
	if root == t.current().root {
		return
	}
	t.now.Store(&version{root: root, at: time.Now()})
	t.streamMu.Lock()
	defer t.streamMu.Unlock()
	for s := range t.streams {
		select {
		case s.wake <- struct{}{}:
		default: // it has not looked yet and will see this version too
		}
	}
}
