package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"

	"google.golang.org/grpc/credentials"

	"github.com/waveplane/waveplane/drivers/internal/redact"
)

// ErrCredentials is in the chain of an error about user and password that
// could not be had.
var ErrCredentials = errors.New("no credentials")

// login puts user and password into the metadata of every call, as gNMI
// servers expect. It holds what the latest dial was given.
type login struct {
	mu             sync.RWMutex
	user, password string
}

// RequireTransportSecurity makes gRPC refuse to send the password in the clear.
func (*login) RequireTransportSecurity() bool { return true }

// GetRequestMetadata returns the metadata of one call.
func (l *login) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.user == "" && l.password == "" {
		return nil, nil
	}
	return map[string]string{"username": l.user, "password": l.password}, nil
}

func (l *login) refresh(ctx context.Context, ask func(context.Context) (string, string, error), secrets *redact.Secrets) error {
	if ask == nil {
		return nil
	}
	user, password, err := ask(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCredentials, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.user, l.password = user, password
	secrets.Replace(password)
	return nil
}

// handshake is TLS that remembers why it failed: gRPC passes the reason on as
// text only, and callers need to tell a certificate that is not trusted from a
// server that is not there.
type handshake struct {
	credentials.TransportCredentials
	faults *faults
}

// ClientHandshake does what TLS does and keeps the error.
func (h handshake) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := h.TransportCredentials.ClientHandshake(ctx, authority, raw)
	if err != nil {
		h.faults.set(err)
		return conn, info, err
	}
	return alerted{Conn: conn, faults: h.faults}, info, nil
}

// alerted is a connection that remembers an alert of the other side. With TLS
// 1.3 a server refuses a client's certificate only after the handshake.
type alerted struct {
	net.Conn
	faults *faults
}

// Read keeps an alert and passes everything on.
func (c alerted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && alert(err) {
		c.faults.set(err)
	}
	return n, err
}

// SyscallConn lets gRPC set socket options on the connection below.
func (c alerted) SyscallConn() (syscall.RawConn, error) {
	below, ok := c.Conn.(syscall.Conn)
	if !ok {
		return nil, errors.ErrUnsupported
	}
	return below.SyscallConn()
}

// alert reports whether err is a TLS alert that the other side sent.
func alert(err error) bool {
	var remote *net.OpError
	return errors.As(err, &remote) && remote.Op == "remote error"
}

// Clone keeps the memory shared with the connection.
func (h handshake) Clone() credentials.TransportCredentials {
	return handshake{TransportCredentials: h.TransportCredentials.Clone(), faults: h.faults}
}

// faults holds the latest reason for not being connected.
type faults struct {
	mu  sync.Mutex
	err error
}

func (f *faults) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *faults) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Untrusted reports whether err says that one side did not accept the other's
// certificate or protocol version: something a retry does not cure.
func Untrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &record) || alert(err)
}
