// Package sshd is the SSH server of simulated devices: users with a password, a
// host key of its own, a bounded number of sessions, and for each session a
// shell or a subsystem that somebody else speaks.
package sshd

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"sync"

	"golang.org/x/crypto/ssh"
)

// Guest is a session that asked for what is served.
type Guest struct {
	User    string
	Conn    net.Conn
	Channel ssh.Channel
}

// Reset ends the guest's connection at once, without a goodbye.
func (g Guest) Reset() { reset(g.Conn) }

// Config says what is served to whom.
type Config struct {
	User, Password string
	// Subsystem is what is served; empty for a shell, or for commands where Exec is
	// given.
	Subsystem string
	// Exec carries out one command and returns what it prints and its exit status;
	// an error resets the connection, unless it is ErrUnended or ErrKilled.
	Exec        func(ctx context.Context, user, command string) (text string, status uint32, err error)
	MaxSessions int // 0: 16
	// Full is what one session too many is told.
	Full string
	// Serve speaks with a guest until either has enough.
	Serve func(ctx context.Context, g Guest)
}

// Ways in which a command ends without a status, and the connection does not.
var (
	ErrUnended = errors.New("the channel closes and nothing is said")
	ErrKilled  = errors.New("a signal ends the command")
)

// Server is a running server.
type Server struct {
	cfg    Config
	signer ssh.Signer

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]struct{}
	opened   int
	sessions int
	stopped  bool
	work     sync.WaitGroup
}

// New makes a server with a new host key.
func New(cfg Config) (*Server, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return nil, err
	}
	if cfg.MaxSessions <= 0 {
		cfg.MaxSessions = 16
	}
	return &Server{cfg: cfg, signer: signer, conns: map[net.Conn]struct{}{}}, nil
}

// HostKey is the fingerprint of the key that the server shows.
func (s *Server) HostKey() string { return ssh.FingerprintSHA256(s.signer.PublicKey()) }

// Listen serves on an address and returns the one it got.
func (s *Server) Listen(ctx context.Context, address string) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listener, s.stopped = l, false
	s.work.Go(func() { s.accept(l) })
	return l.Addr().String(), nil
}

// Shut ends every connection and waits for what Listen began.
func (s *Server) Shut() {
	s.mu.Lock()
	s.stopped = true
	if s.listener != nil {
		_ = s.listener.Close()
	}
	for c := range s.conns {
		reset(c)
	}
	s.mu.Unlock()
	s.work.Wait()
}

func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it may be closed already
	}
	_ = c.Close()
}

// Connections counts those so far, and those open now.
func (s *Server) Connections() (opened, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, len(s.conns)
}

func (s *Server) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.stopped {
			s.mu.Unlock()
			_ = c.Close()
			continue
		}
		s.conns[c] = struct{}{}
		s.opened++
		s.work.Go(func() {
			s.serve(c)
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
			_ = c.Close()
		})
		s.mu.Unlock()
	}
}

func (s *Server) serve(c net.Conn) {
	config := &ssh.ServerConfig{
		MaxAuthTries: 3,
		PasswordCallback: func(meta ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			same := subtle.ConstantTimeCompare([]byte(meta.User()), []byte(s.cfg.User)) & subtle.ConstantTimeCompare(password, []byte(s.cfg.Password))
			if same != 1 {
				return nil, errors.New("wrong user or password")
			}
			return nil, nil
		},
	}
	config.AddHostKey(s.signer)
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
		if !s.admit() {
			_ = ch.Reject(ssh.ResourceShortage, s.cfg.Full)
			continue
		}
		channel, asked, err := ch.Accept()
		if err != nil {
			s.release()
			continue
		}
		open.Go(func() {
			defer s.release()
			s.channel(ctx, conn.User(), c, channel, asked)
		})
	}
}

func (s *Server) admit() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions >= s.cfg.MaxSessions {
		return false
	}
	s.sessions++
	return true
}

func (s *Server) release() {
	s.mu.Lock()
	s.sessions--
	s.mu.Unlock()
}

// channel answers the requests that come before what is served, and then serves
// it.
func (s *Server) channel(ctx context.Context, user string, c net.Conn, channel ssh.Channel, asked <-chan *ssh.Request) {
	defer channel.Close()
	for r := range asked {
		switch {
		case r.Type == "pty-req", r.Type == "env":
			_ = r.Reply(r.Type == "pty-req" && s.cfg.Subsystem == "", nil)
		case r.Type == "exec" && s.cfg.Exec != nil:
			_ = r.Reply(true, nil)
			s.exec(ctx, user, c, channel, r)
			return
		case s.wanted(r):
			_ = r.Reply(true, nil)
			go func() {
				for r := range asked {
					_ = r.Reply(false, nil)
				}
			}()
			s.cfg.Serve(ctx, Guest{User: user, Conn: c, Channel: channel})
			return
		default:
			_ = r.Reply(false, nil)
		}
	}
}

// exec serves one command.
func (s *Server) exec(ctx context.Context, user string, c net.Conn, channel ssh.Channel, r *ssh.Request) {
	var command struct{ Text string }
	if ssh.Unmarshal(r.Payload, &command) != nil {
		return
	}
	text, status, err := s.cfg.Exec(ctx, user, command.Text)
	if err != nil && !errors.Is(err, ErrUnended) && !errors.Is(err, ErrKilled) {
		reset(c)
		return
	}
	_, _ = io.WriteString(channel, text) // a client that has gone does not matter
	switch {
	case errors.Is(err, ErrUnended):
		return
	case errors.Is(err, ErrKilled): // RFC 4254, section 6.10
		_, _ = channel.SendRequest("exit-signal", false, ssh.Marshal(struct {
			Signal        string
			Dumped        bool
			Words, Tongue string
		}{Signal: "TERM"}))
		return
	}
	_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
}

func (s *Server) wanted(r *ssh.Request) bool {
	if s.cfg.Exec != nil {
		return false
	}
	if s.cfg.Subsystem == "" {
		return r.Type == "shell"
	}
	var name struct{ Name string }
	return r.Type == "subsystem" && ssh.Unmarshal(r.Payload, &name) == nil && name.Name == s.cfg.Subsystem
}
