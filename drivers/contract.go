// Package drivers is the contract between Waveplane and the ways of talking to
// devices. A Driver opens a Session to one device; a Session tells what is
// there (Observe) and brings about changes (Apply). What only some devices can
// do stands in optional interfaces (Watcher, Sampler, Arbiter, Pather) that a
// Session may also implement.
//
// A driver decides nothing. It translates between the vocabulary of package
// models and the device, quantises nothing silently, and reports what the
// device says. Errors are *Error values; callers act on their Kind.
//
// Package drivers/drivertest holds the conformance suite that every driver
// passes; docs/writing-a-driver.md is the guide.
package drivers

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Device is all a driver needs to know to reach and understand one device.
type Device struct {
	Name    string // the Device document's name
	Address string // host:port
	Profile catalogue.Profile
	// Credentials returns user and password. It is asked at every dial, so
	// that a rotated secret is picked up; what it returns is never kept longer
	// than the session, logged or put into an error.
	Credentials func(ctx context.Context) (user, password string, err error)
	// RootCAs is the PEM bundle to verify the device with; nil means the
	// system's. ServerName is the name its certificate must carry.
	RootCAs    []byte
	ServerName string
	// HostKey is the fingerprint ("SHA256:…") that a device reached by SSH must
	// show; without one it is not spoken to.
	HostKey string
	// Ports are the line ports that the device's document lists, sorted. A device
	// that cannot be asked for all it has is asked for these.
	Ports []string
	// Manage permits Apply and Arbitrate. Without it a session never sends a
	// command that could change or lock anything.
	Manage bool
	// Unanswered is the latest moment at which an earlier process may have sent
	// a change of which nobody knows what became; zero if there is none. A driver
	// whose devices take back what nobody confirms lets nobody in, with
	// KindConflict, before that is over.
	Unanswered time.Time
	Log        *slog.Logger
}

// Driver opens sessions. It is safe for concurrent use.
type Driver interface {
	// Open dials, authenticates and checks that the device speaks what the
	// profile says. It sends nothing that changes the device. The context
	// bounds the dial only.
	Open(ctx context.Context, d Device) (Session, error)
}

// Session is a live connection to one device. Its methods may be called from
// several goroutines; Apply is never called twice at once.
type Session interface {
	// Observe reads everything of the kinds in package models. It never
	// changes the device. What the device does not have is absent.
	Observe(ctx context.Context) (models.State, error)

	// Apply sends all changes of a pass as one transaction where the device
	// has them, so that either all or none take effect. Applying what is
	// already there sends nothing. After any error Apply may be called again
	// and must then converge.
	//
	// The error is nil when every owner's changes were taken. KindRejected
	// means that the device refused the content and nothing took effect; the
	// Result then names the owner and the device's words where they can be
	// told (Refused), otherwise the caller splits the pass. KindOutcomeUnknown
	// means that the request was sent and no answer came: read back.
	// Unsupported and Invalid are returned before anything is sent.
	Apply(ctx context.Context, p Pass) (Result, error)

	// Close ends the session and waits for everything it started. A closed
	// session answers with KindUnreachable.
	Close() error
}

// Pass is what goes to a device in one go.
type Pass struct {
	ID      string
	Term    Term
	Changes []models.Change
}

// Before is what the pass takes the configuration of its objects to be. A preview goes
// by it; otherwise nothing does but cross-connects, which carry no owner's name, so
// that one that leads elsewhere than Before says is somebody else's.
func (p Pass) Before() map[models.ObjectID]models.Leaves {
	before := make(map[models.ObjectID]models.Leaves, len(p.Changes))
	for _, c := range p.Changes {
		before[c.Object] = c.Before
	}
	return before
}

// Term is the right to write, made comparable: a later term is larger. It
// becomes the gNMI election id where the device honours one.
type Term struct {
	Incarnation uint64 `json:"incarnation"` // of the store; bumped by every restore
	Revision    uint64 `json:"revision"`    // create revision of the device's owner key
}

// Result says what became of each owner's part of a pass.
type Result struct {
	Sent    bool              // something was sent to the device
	Applied []string          // owners whose changes are acknowledged
	Refused map[string]string // owner → the device's words
}

// Watcher is a session that tells news by itself.
type Watcher interface {
	// Watch calls sink from one goroutine with a Full delta first, then with
	// changes: configuration, loss of signal and operational state as they
	// happen, powers every interval. It returns when ctx ends or the stream
	// breaks; a gap is never papered over: the caller watches again and gets a
	// Full delta.
	Watch(ctx context.Context, interval time.Duration, sink func(models.Delta)) error
}

// Sampler is a session that can read measurements often, for the short time in
// which light is being brought up.
type Sampler interface {
	// Sample streams all readings every interval until ctx ends.
	Sample(ctx context.Context, interval time.Duration, sink func(models.Readings)) error

	// Measure reads once what the device measures at the named objects, and
	// little else: of an optical channel, the laser of its transceiver and its
	// logical channel belong to the picture and are named with it.
	Measure(ctx context.Context, objects []models.ObjectID) (models.Readings, error)
}

// Arbiter is a session whose device keeps stale controllers out.
type Arbiter interface {
	// Arbitrate announces the term. KindDenied means that a later one was
	// already announced: the caller has lost the right to write.
	Arbitrate(ctx context.Context, t Term) error
}

// Pather is a session that can name a leaf as the device's own people do.
type Pather interface {
	Path(id models.ObjectID, leaf models.LeafName) string
}

// Previewer is a session that can show what Apply would send, for people.
type Previewer interface {
	// Preview renders the pass in the device's own form; it sends nothing.
	Preview(p Pass) (string, error)
}

// Registry finds a driver by the name that profiles use.
type Registry map[string]Driver

// Lookup returns the driver or a KindUnsupported error.
func (r Registry) Lookup(name string) (Driver, error) {
	d, ok := r[name]
	if !ok {
		return nil, &Error{Op: "look up driver", Kind: KindUnsupported, Err: fmt.Errorf("no driver named %q", name)}
	}
	return d, nil
}
