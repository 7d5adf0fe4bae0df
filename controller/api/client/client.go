package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/api/endpoint"
	"github.com/waveplane/waveplane/controller/api/wire"
)

// Config says where the daemon is. Server wins when both are set.
type Config struct {
	StateDir string // the daemon listens at its socket there
	Server   string // http://host:port or unix:/path/to/socket
	Agent    string // what the client calls itself; stands in the daemon's log
}

// Client speaks to one daemon. It is safe for concurrent use.
type Client struct {
	base  string // scheme and host, without a final slash
	where string // for people: the socket's path or the URL
	agent string
	http  *http.Client
}

// New returns a client. It does not dial yet.
func New(cfg Config) (*Client, error) {
	c := &Client{agent: cfg.Agent}
	transport := &http.Transport{
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       30 * time.Second,
		ResponseHeaderTimeout: 2 * time.Minute,
	}
	c.http = &http.Client{Transport: transport}
	socket, isUnix := strings.CutPrefix(cfg.Server, "unix:")
	if cfg.Server != "" && !isUnix {
		u, err := url.Parse(cfg.Server)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			return nil, fmt.Errorf("server %q: want http://host:port, https://host:port or unix:/path", cfg.Server)
		}
		c.base = strings.TrimSuffix(u.Scheme+"://"+u.Host+u.Path, "/")
		c.where = c.base
		return c, nil
	}
	if !isUnix {
		path, err := endpoint.Locate(cfg.StateDir)
		if err != nil {
			return nil, err
		}
		socket = path
	} else if socket = unixPath(socket); socket == "" {
		return nil, fmt.Errorf("server %q: want unix:/path/to/socket", cfg.Server)
	}
	c.base, c.where = "http://waveplane", socket
	transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", socket)
	}
	return c, nil
}

// unixPath reads what stands after "unix:": a path, or as in a URL two slashes
// and a path.
func unixPath(s string) string {
	if rest, ok := strings.CutPrefix(s, "//"); ok {
		s = rest
	}
	if s == "" {
		return ""
	}
	return filepath.Clean(s)
}

// Where says where the client looks for the daemon.
func (c *Client) Where() string { return c.where }

// Close gives up idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// APIError is the daemon's refusal.
type APIError struct {
	*wire.Failure
}

// Error prints the message with every fault and name on a line of its own.
func (e *APIError) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if e.Details == nil {
		return b.String()
	}
	for _, f := range e.Details.Faults {
		b.WriteString("\n  " + f.Error())
	}
	for _, n := range e.Details.Names {
		b.WriteString("\n  " + n)
	}
	for _, ch := range e.Details.Changed {
		fmt.Fprintf(&b, "\n  %s: stored %s, sent %s", ch.Path, orAbsent(ch.Stored), orAbsent(ch.Wanted))
	}
	return b.String()
}

func orAbsent(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// UnreachableError means that no daemon answered.
type UnreachableError struct {
	Where string
	Err   error
}

// Error names where the daemon was looked for and what to do.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no daemon answers at %s: %v (start one with `waveplane serve` or `waveplane up`, or point --state or --server at it)", e.Where, e.Err)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

// maxAnswer bounds what is read of one answer that is not a stream.
const maxAnswer = 256 << 20

// call sends a request and decodes the answer into out, unless out is nil.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, contentType string, body []byte, out any) error {
	resp, err := c.send(ctx, method, path, query, contentType, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return c.broken(ctx, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%s %s: the answer is not what was expected: %w", method, path, err)
	}
	return nil
}

// send returns the answer when it is a success; the caller closes its body.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, contentType string, body []byte) (*http.Response, error) {
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, target, reader)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Accept", "application/json")
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.broken(ctx, err)
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxBody))
	if err != nil {
		return nil, c.broken(ctx, err)
	}
	failure := &wire.Failure{}
	if json.Unmarshal(raw, failure) != nil || failure.Kind != "Status" || failure.Message == "" {
		failure = wire.NewFailure(resp.StatusCode, wire.Internal, fmt.Sprintf("%s %s: %s", method, path, resp.Status))
	}
	return nil, &APIError{failure}
}

// broken turns a transport error into an UnreachableError, unless the caller's
// context ended.
func (c *Client) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return &UnreachableError{Where: c.where, Err: err}
}
