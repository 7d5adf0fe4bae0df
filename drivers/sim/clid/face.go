package clid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/sshd"
)

// Port is a coherent port by its names: in the document, and of the components
// under which the target keeps its configuration.
type Port struct {
	Name, Channel, Transceiver, Lane, Interface string
}

// Reading is what is measured at a port now. NaN stands for nothing.
type Reading struct {
	On, Locked               bool
	FrequencyMHz             int64
	ModeCode                 uint16
	TxDbm, RxDbm, RxTotalDbm float64
	OsnrDb, QDb, EsnrDb, Ber float64
	Uncorrectable            uint64
}

// Config says what a face is. Up to Password all are required; the Target
// may be given by Attach.
type Config struct {
	Name    string
	Dialect string
	Target  *gnmid.Target
	Ports   []Port
	Optics  func(port string) Reading
	// Facilities are the ports of a wavelength switch: true for those of the line,
	// false for those where light is added and dropped. Media measures its channels.
	Facilities     map[string]bool
	Media          func(index string) MediaReading
	User, Password string
	MaxSessions    int // 0: 16
	// Unprivileged logins begin at the user prompt, where the dialect has one.
	// EnablePassword is what has to be typed to leave it; empty: nothing.
	Unprivileged   bool
	EnablePassword string
	Minute         time.Duration // of confirmed commits that count in minutes; 0: a real one
	Log            *slog.Logger
}

// Face is a running command line.
type Face struct {
	*sshd.Server
	cfg Config

	mu       sync.Mutex
	lock     *session // who configures exclusively; guarded by mu
	nuisance Nuisance // guarded by mu
	// uncommitted are configuration sessions by name, with what was typed in each;
	// guarded by mu. Only EOS has them.
	uncommitted map[string]map[string]setting
	line        gxLine // entries of a line system besides its cross-connects; guarded by mu
	saves       int    // guarded by mu
	unsaving    string // what the device says instead of saving; guarded by mu
}

// dialect is one vendor's command line. A value serves one session.
type dialect interface {
	// prompt is what stands at the beginning of the line now.
	prompt() string
	// configures reports whether a line belongs to configuring: whatever is typed in
	// a mode for it, and outside all but what is known to read or to set the terminal.
	configures(line string) bool
	// handle answers a line. Text is without the prompt.
	handle(ctx context.Context, line string) (text string, err error)
	// gone is called when the session ends, however it does.
	gone()
}

// errBye ends a session.
var errBye = errors.New("bye")

// Dialects lists what New can be asked for.
func dialects() map[string]func(*session) dialect {
	return map[string]func(*session) dialect{
		"arista-eos":    newEOS,
		"cisco-iosxr":   newXR,
		"juniper-junos": newFlat(junos()),
		"nokia-gx":      newFlat(gx()),
		"nokia-srlinux": newFlat(srLinux()),
		"nokia-sros":    newFlat(srOS()),
		"sonic":         newSonic,
	}
}

var _ gnmid.Face = (*Face)(nil)

// New makes a face; a target opens it.
func New(cfg Config) (*Face, error) {
	if dialects()[cfg.Dialect] == nil {
		return nil, fmt.Errorf("face %s: no dialect %q", cfg.Name, cfg.Dialect)
	}
	if cfg.Minute <= 0 {
		cfg.Minute = time.Minute
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	f := &Face{cfg: cfg}
	var err error
	f.Server, err = sshd.New(sshd.Config{
		User: cfg.User, Password: cfg.Password, MaxSessions: cfg.MaxSessions, Full: "all vty lines are in use", Serve: f.shell,
	})
	return f, err
}

// Attach gives the face the target that it is of.
func (f *Face) Attach(t *gnmid.Target) { f.cfg.Target = t }

// shell is the command line.
func (f *Face) shell(ctx context.Context, g sshd.Guest) {
	s := &session{face: f, user: g.User, guest: g, out: g.Channel, in: newReader(g.Channel), pageLines: 24}
	s.dialect = dialects()[f.cfg.Dialect](s)
	s.run(ctx)
}
