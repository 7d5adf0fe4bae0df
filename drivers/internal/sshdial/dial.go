package sshdial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/waveplane/waveplane/drivers/internal/redact"
)

// What can go wrong at the door. They are in the chain of Dial's errors.
var (
	ErrCredentials = errors.New("credentials cannot be had")
	ErrDenied      = errors.New("user or password refused")
	ErrNoHostKey   = errors.New("no host key is pinned: give its fingerprint as spec.ssh.hostKey")
	ErrHostKey     = errors.New("the device shows another host key than the pinned one")
	// ErrSilent ends a connection whose peer answers no keepalive any more.
	ErrSilent = errors.New("the device answers no keepalive")
)

// Target says where to dial and how to prove who is who.
type Target struct {
	Address string // host:port
	HostKey string // fingerprint, "SHA256:…"
	// Credentials is asked at every dial.
	Credentials func(ctx context.Context) (user, password string, err error)
	Keepalive   time.Duration // between keepalives; 0: none
	Patience    time.Duration // for the answer to one; 0: as long as Keepalive
}

// Conn is a connection. Its methods may be called from several goroutines.
type Conn struct {
	client  *ssh.Client
	tcp     net.Conn
	secrets redact.Secrets

	mu    sync.Mutex
	cause error // why it ended
	gone  chan struct{}
	work  sync.WaitGroup
}

// Dial connects, compares the host key and logs in, all within ctx.
func Dial(ctx context.Context, t Target) (*Conn, error) {
	if t.HostKey == "" {
		return nil, ErrNoHostKey
	}
	c := &Conn{gone: make(chan struct{})}
	user, password, err := "", "", error(nil)
	if t.Credentials != nil {
		if user, password, err = t.Credentials(ctx); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCredentials, err)
		}
	}
	c.secrets.Replace(password)
	tcp, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.Address)
	if err != nil {
		return nil, err
	}
	c.tcp = tcp
	// The handshake knows no context: closing the socket is what ends it.
	stop := context.AfterFunc(ctx, func() { _ = tcp.Close() })
	defer stop()
	var shown error
	conn, channels, requests, err := ssh.NewClientConn(tcp, t.Address, &ssh.ClientConfig{
		User: user,
		Auth: []ssh.AuthMethod{ssh.Password(password), ssh.KeyboardInteractive(answers(password))},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			if got := ssh.FingerprintSHA256(key); got != t.HostKey {
				shown = fmt.Errorf("%w: it shows %s", ErrHostKey, got)
			}
			return shown
		},
	})
	if err != nil {
		_ = tcp.Close()
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case shown != nil:
			return nil, shown
		case refused(err):
			return nil, ErrDenied
		}
		return nil, errors.New(c.Clean(err.Error()))
	}
	c.client = ssh.NewClient(conn, channels, requests)
	c.work.Go(func() { c.end(fmt.Errorf("the connection ended: %w", orEOF(c.client.Wait()))) })
	if t.Keepalive > 0 {
		c.work.Go(func() { c.keepAlive(t.Keepalive, max(t.Patience, min(t.Keepalive, time.Second))) })
	}
	return c, nil
}

// refused reports whether a handshake failed because user and password are not
// good. The library has two ways to say it: that no method is left, and, where a
// server offers to ask questions and then does not, that a message of number 51
// came, which is SSH_MSG_USERAUTH_FAILURE (RFC 4252, section 6).
func refused(err error) bool {
	text := err.Error()
	return strings.Contains(text, "unable to authenticate") || strings.Contains(text, "unexpected message type 51 ")
}

func orEOF(err error) error {
	if err == nil {
		return errors.New("closed by the device")
	}
	return err
}

// answers gives the password to whatever a device asks.
func answers(password string) ssh.KeyboardInteractiveChallenge {
	return func(_, _ string, questions []string, _ []bool) ([]string, error) {
		out := make([]string, len(questions))
		for i := range out {
			out[i] = password
		}
		return out, nil
	}
}

// keepAlive asks the device for a sign of life. What it answers does not matter.
func (c *Conn) keepAlive(every, patience time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-c.gone:
			return
		case <-tick.C:
		}
		late := time.AfterFunc(patience, func() { c.end(ErrSilent) })
		_, _, err := c.client.SendRequest("keepalive@openssh.com", true, nil)
		late.Stop()
		if err != nil {
			c.end(fmt.Errorf("keepalive: %w", err))
			return
		}
	}
}

// end closes the connection for a reason; the first one counts.
func (c *Conn) end(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		return
	}
	c.cause = cause
	close(c.gone)
	_ = c.tcp.Close() // its readers learn of it; there is nobody else to tell
}

// Gone is closed when the connection has ended; Cause then says why.
func (c *Conn) Gone() <-chan struct{} { return c.gone }

// Cause is why the connection ended, nil while it lives.
func (c *Conn) Cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// Break ends the connection at once, for a reason, and waits for nothing.
func (c *Conn) Break(cause error) { c.end(cause) }

// Close ends the connection and waits for what Dial started.
func (c *Conn) Close() error {
	c.end(net.ErrClosed)
	c.work.Wait()
	return nil
}

// Clean removes the secrets of this connection from a text.
func (c *Conn) Clean(text string) string { return c.secrets.Clean(text) }
