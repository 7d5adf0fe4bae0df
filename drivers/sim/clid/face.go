package clid

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
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

// Config says what a face is. All but MaxSessions and Log are required; the
// Target may be given by Attach.
type Config struct {
	Name           string
	Dialect        string
	Target         *gnmid.Target
	Ports          []Port
	Optics         func(port string) Reading
	User, Password string
	MaxSessions    int           // 0: 16
	Minute         time.Duration // of confirmed commits that count in minutes; 0: a real one
	Log            *slog.Logger
}

// Face is a running command line.
type Face struct {
	cfg    Config
	signer ssh.Signer

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]struct{}
	sessions int
	stopped  bool
	work     sync.WaitGroup

	lock     *session // who configures exclusively; guarded by mu
	nuisance Nuisance // guarded by mu
}

// dialect is one vendor's command line. A value serves one session.
type dialect interface {
	// prompt is what stands at the beginning of the line now.
	prompt() string
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
	}
}

var _ gnmid.Face = (*Face)(nil)

// New makes a face; a target opens it.
func New(cfg Config) (*Face, error) {
	if dialects()[cfg.Dialect] == nil {
		return nil, fmt.Errorf("face %s: no dialect %q", cfg.Name, cfg.Dialect)
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, err
	}
	if cfg.Minute <= 0 {
		cfg.Minute = time.Minute
	}
	if cfg.MaxSessions <= 0 {
		cfg.MaxSessions = 16
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Face{cfg: cfg, signer: signer, conns: map[net.Conn]struct{}{}}, nil
}

// HostKey is the fingerprint of the key that the face shows.
func (f *Face) HostKey() string { return ssh.FingerprintSHA256(f.signer.PublicKey()) }

// Attach gives the face the target that it is of.
func (f *Face) Attach(t *gnmid.Target) { f.cfg.Target = t }

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

// Shut ends every connection and waits for what Listen began.
func (f *Face) Shut() {
	f.mu.Lock()
	f.stopped = true
	if f.listener != nil {
		_ = f.listener.Close()
	}
	for c := range f.conns {
		reset(c)
	}
	f.mu.Unlock()
	f.work.Wait()
}

func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it may be closed already
	}
	_ = c.Close()
}

func (f *Face) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		if f.stopped {
			f.mu.Unlock()
			_ = c.Close()
			continue
		}
		f.conns[c] = struct{}{}
		f.work.Go(func() {
			f.serve(c)
			f.mu.Lock()
			delete(f.conns, c)
			f.mu.Unlock()
			_ = c.Close()
		})
		f.mu.Unlock()
	}
}

func (f *Face) serve(c net.Conn) {
	config := &ssh.ServerConfig{
		MaxAuthTries: 3,
		PasswordCallback: func(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			same := subtle.ConstantTimeCompare([]byte(meta.User()), []byte(f.cfg.User)) & subtle.ConstantTimeCompare(password, []byte(f.cfg.Password))
			if same != 1 {
				return nil, errors.New("wrong user or password")
			}
			return nil, nil
		},
	}
	config.AddHostKey(f.signer)
	conn, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	defer conn.Close()
	var open sync.WaitGroup
	defer open.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	open.Go(func() {
		for r := range requests { // keepalives are answered, whatever they are called
			if r.WantReply {
				_ = r.Reply(false, nil)
			}
		}
	})
	for ch := range channels {
		if ch.ChannelType() != "session" {
			_ = ch.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		if !f.admit() {
			_ = ch.Reject(ssh.ResourceShortage, "all vty lines are in use")
			continue
		}
		channel, asked, err := ch.Accept()
		if err != nil {
			f.release()
			continue
		}
		open.Go(func() {
			defer f.release()
			f.channel(ctx, conn.User(), c, channel, asked)
		})
	}
}

func (f *Face) admit() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sessions >= f.cfg.MaxSessions {
		return false
	}
	f.sessions++
	return true
}

func (f *Face) release() {
	f.mu.Lock()
	f.sessions--
	f.mu.Unlock()
}

// channel answers the requests that come before a shell, and then is the shell.
func (f *Face) channel(ctx context.Context, user string, c net.Conn, channel ssh.Channel, asked <-chan *ssh.Request) {
	defer channel.Close()
	for r := range asked {
		switch r.Type {
		case "pty-req", "env":
			_ = r.Reply(r.Type == "pty-req", nil)
		case "shell":
			_ = r.Reply(true, nil)
			go func() {
				for r := range asked {
					_ = r.Reply(false, nil)
				}
			}()
			s := &session{face: f, user: user, conn: c, out: channel, in: newReader(channel), pageLines: 24}
			s.dialect = dialects()[f.cfg.Dialect](s)
			s.run(ctx)
			return
		default:
			_ = r.Reply(false, nil)
		}
	}
}
