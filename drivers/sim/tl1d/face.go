package tl1d

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
)

// Port is a port by the numbers of its two fibres.
type Port struct{ In, Out string }

// Config says what a face is. Name, Dialect and Ports are required.
type Config struct {
	Name    string
	Dialect string
	Target  *gnmid.Target // or by Attach
	Ports   []Port
	// Light tells the power at a fibre in dBm, NaN for none; nil: all dark.
	Light          func(fibre string, input bool) float64
	User, Password string
	MaxSessions    int // 0: 16
	// Part is how many rows an answer has before it goes on in another part; 0: 20.
	Part int
	Log  *slog.Logger
}

// Face is a running TL1 or SCPI agent.
type Face struct {
	cfg Config

	mu       sync.Mutex
	listener net.Listener
	sessions map[*session]struct{}
	opened   int
	stopped  bool
	work     sync.WaitGroup

	events  int      // number of the last message of our own; guarded by mu
	entered []joined // of makes that enter a connection before it is activated; guarded by mu
}

var _ gnmid.Face = (*Face)(nil)

// speaker answers the commands of one session in a make's own words.
type speaker interface {
	// greet is what is said before anything is asked.
	greet() string
	// configures reports whether a command does anything else than read, log in or
	// log out, or is not known to.
	configures(command string) bool
	// handle answers a command. An empty text is no answer.
	handle(ctx context.Context, command string) (string, error)
	// terminator ends a command.
	terminator() byte
	// notice words a change that somebody made; empty: nothing is said.
	notice(number int) string
}

func dialects() map[string]func(*session) speaker {
	return map[string]func(*session) speaker{
		"polatis-tl1":  func(s *session) speaker { return &agent{session: s, commands: polatis()} },
		"calient-s":    func(s *session) speaker { return &agent{session: s, commands: calient(), prompt: "agent> "} },
		"glimmerglass": func(s *session) speaker { return &agent{session: s, commands: glimmerglass(), prompt: "\r\n<"} },
		"generic-tl1":  func(s *session) speaker { return &agent{session: s, commands: transport(), prompt: "\r\n< "} },
		"polatis-scpi": func(s *session) speaker { return &instrument{session: s} },
	}
}

// New makes a face; a target opens it.
func New(cfg Config) (*Face, error) {
	if dialects()[cfg.Dialect] == nil {
		return nil, fmt.Errorf("face %s: no dialect %q", cfg.Name, cfg.Dialect)
	}
	if cfg.MaxSessions <= 0 {
		cfg.MaxSessions = 16
	}
	if cfg.Part <= 0 {
		cfg.Part = 20
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Face{cfg: cfg, sessions: map[*session]struct{}{}}, nil
}

// Attach gives the face the target that it is of.
func (f *Face) Attach(t *gnmid.Target) { f.cfg.Target = t }

// HostKey is empty: plain TCP proves nothing.
func (f *Face) HostKey() string { return "" }

// Listen serves on an address and returns the one it got.
func (f *Face) Listen(ctx context.Context, address string) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listener, f.stopped = l, false
	f.work.Go(func() { f.accept(l) })
	return l.Addr().String(), nil
}

func (f *Face) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		s := &session{face: f, conn: conn}
		s.speaker = dialects()[f.cfg.Dialect](s)
		f.mu.Lock()
		if f.stopped || len(f.sessions) >= f.cfg.MaxSessions {
			f.mu.Unlock()
			_ = conn.Close()
			continue
		}
		f.sessions[s] = struct{}{}
		f.opened++
		f.work.Go(s.run)
		f.mu.Unlock()
	}
}

// Connections counts those so far, and those open now.
func (f *Face) Connections() (opened, open int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.opened, len(f.sessions)
}

// Shut ends every session and waits for what Listen began.
func (f *Face) Shut() {
	f.mu.Lock()
	f.stopped = true
	if f.listener != nil {
		_ = f.listener.Close()
	}
	for s := range f.sessions {
		s.reset()
	}
	f.mu.Unlock()
	f.work.Wait()
}

// Changed tells every session that something has changed. It is called in the
// middle of a transaction and waits for nothing.
func (f *Face) Changed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events++
	for s := range f.sessions {
		if text := s.speaker.notice(f.events); text != "" {
			s.queue(text)
		}
	}
}

// channel is where the target keeps what comes in by an input: the place of the
// input among all, so that any name will do.
func (f *Face) channel(in string) (string, bool) {
	i := slices.IndexFunc(f.cfg.Ports, func(p Port) bool { return p.In == in })
	return Channel(i), i >= 0
}

// Channel is the path of the connection of the i-th port's input.
func Channel(i int) string {
	return "/wavelength-router/media-channels/channel[index=" + strconv.Itoa(i+1) + "]"
}

func (f *Face) output(out string) bool {
	return slices.ContainsFunc(f.cfg.Ports, func(p Port) bool { return p.Out == out })
}

// joined is what leads where, in the order of ports.
type joined struct{ in, out string }

func (f *Face) joined() []joined {
	var out []joined
	for i, p := range f.cfg.Ports {
		if dest, ok := f.cfg.Target.Value(Channel(i) + "/dest/config/port-name"); ok {
			out = append(out, joined{p.In, dest})
		}
	}
	return out
}

// Errors of making and taking away connections.
var (
	errNoPort = errors.New("there is no such port")
	errBusy   = errors.New("the port is in use")
	errFree   = errors.New("the port is not connected")
)

// join makes a connection.
func (f *Face) join(ctx context.Context, user, in, out string) error {
	at, ok := f.channel(in)
	if !ok || !f.output(out) {
		return errNoPort
	}
	for _, j := range f.joined() {
		if j.in == in || j.out == out {
			return errBusy
		}
	}
	return f.cfg.Target.Write(ctx, user,
		gnmid.Edit{Path: at + "/source/config/port-name", Value: in},
		gnmid.Edit{Path: at + "/dest/config/port-name", Value: out},
		gnmid.Edit{Path: at + "/config/admin-status", Value: models.AdminEnabled},
	)
}

// part takes a connection away.
func (f *Face) part(ctx context.Context, user, in string) error {
	at, ok := f.channel(in)
	switch {
	case !ok:
		return errNoPort
	case !slices.ContainsFunc(f.joined(), func(j joined) bool { return j.in == in }):
		return errFree
	}
	return f.cfg.Target.Write(ctx, user, gnmid.Edit{Path: at, Delete: true})
}
