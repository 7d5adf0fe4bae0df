// Package dial makes the gRPC connection that a driver holds for the life of a
// session: TLS that is always verified, user and password sent with each call
// and only over TLS, keepalive that servers tolerate, and buffers small enough
// for a thousand sessions in one process.
//
// Verification cannot be switched off. A laboratory brings its own certificate
// authority and names it in Target.RootCAs.
package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"github.com/waveplane/waveplane/drivers/internal/redact"
)

// MinKeepalive is the shortest time between keepalive pings. Servers commonly
// allow one ping in five minutes and answer a second one with GOAWAY
// too_many_pings, so a shorter wish is raised to this.
const MinKeepalive = 5 * time.Minute

// bufferSize is what gRPC keeps per connection in each direction. Its default
// of 32 KiB is made for throughput; ours are many connections with small
// messages.
const bufferSize = 4 << 10

// Target says where to dial and how to prove who is who.
type Target struct {
	Address    string // host:port
	ServerName string // name in the server's certificate; the host of Address when empty
	RootCAs    []byte // PEM bundle; nil means the system's
	// Credentials is asked at every dial, reconnections included.
	Credentials func(ctx context.Context) (user, password string, err error)
	Keepalive   time.Duration // raised to MinKeepalive
	MaxReceive  int           // largest message taken from the server, bytes
}

// Conn is a connection. It reconnects by itself when a call is made after it
// broke; a call that is under way when it breaks fails.
type Conn struct {
	*grpc.ClientConn
	secrets *redact.Secrets
	faults  *faults
}

// ErrBadRootCAs is returned when the PEM bundle holds no certificate.
var ErrBadRootCAs = errors.New("no certificate in the PEM bundle of root authorities")

// New prepares a connection and dials nothing yet: the first call does. The
// caller must Close it.
func New(t Target) (*Conn, error) {
	tlsConfig, err := tlsConfigOf(t)
	if err != nil {
		return nil, err
	}
	c := &Conn{secrets: &redact.Secrets{}, faults: &faults{}}
	login := &login{}
	keep := max(t.Keepalive, MinKeepalive)
	c.ClientConn, err = grpc.NewClient("passthrough:///"+t.Address,
		grpc.WithTransportCredentials(handshake{TransportCredentials: credentials.NewTLS(tlsConfig), faults: c.faults}),
		grpc.WithPerRPCCredentials(login),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			c.faults.set(nil)
			if err := login.refresh(ctx, t.Credentials, c.secrets); err != nil {
				c.faults.set(err)
				return nil, err
			}
			conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
			if err != nil {
				c.faults.set(err)
			}
			return conn, err
		}),
		grpc.WithNoProxy(),
		grpc.WithDisableServiceConfig(),
		grpc.WithIdleTimeout(0),
		grpc.WithReadBufferSize(bufferSize),
		grpc.WithWriteBufferSize(bufferSize),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(t.MaxReceive)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keep, Timeout: 20 * time.Second}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 200 * time.Millisecond, Multiplier: 2, Jitter: 0.2, MaxDelay: 10 * time.Second},
			MinConnectTimeout: 20 * time.Second,
		}),
		grpc.WithStatsHandler(sentMarker{}),
	)
	if err != nil {
		return nil, fmt.Errorf("prepare connection to %s: %w", t.Address, err)
	}
	return c, nil
}

// Clean removes the secrets of this connection from a text.
func (c *Conn) Clean(text string) string { return c.secrets.Clean(text) }

// Fault returns why the latest attempt to connect failed, or nil. The errors
// of crypto/tls and crypto/x509 are in its chain; a failure to get credentials
// is ErrCredentials.
func (c *Conn) Fault() error { return c.faults.get() }

func tlsConfigOf(t Target) (*tls.Config, error) {
	name := t.ServerName
	if name == "" {
		host, _, err := net.SplitHostPort(t.Address)
		if err != nil {
			return nil, fmt.Errorf("address %q: want host:port", t.Address)
		}
		name = host
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: name}
	if t.RootCAs != nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(t.RootCAs) {
			return nil, ErrBadRootCAs
		}
	}
	return config, nil
}
