package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
)

// Client commands a laboratory that runs in another process. Its methods do
// what those of Lab of the same name do; errors wrap ErrUnknown, ErrInvalid or
// ErrNoLab.
type Client struct{ http *http.Client }

// ErrNoLab means that no laboratory runs in the state directory.
var ErrNoLab = errors.New("no laboratory runs here")

// NewClient finds the laboratory of a state directory. It does not talk to it
// yet.
func NewClient(stateDir string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		path := filepath.Join(stateDir, controlSocket)
		if long, err := os.ReadFile(filepath.Join(stateDir, controlPointer)); err == nil {
			path = string(long)
		}
		var d net.Dialer
		conn, err := d.DialContext(ctx, "unix", path)
		if err != nil && ctx.Err() == nil {
			return nil, fmt.Errorf("%w (state directory %s)", ErrNoLab, stateDir)
		}
		return conn, err
	}
	return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Status asks for the state of the laboratory.
func (c *Client) Status(ctx context.Context) (Status, error) {
	var s Status
	err := c.call(ctx, http.MethodGet, "status", nil, &s)
	return s, err
}

// Foreign asks for the configuration of a device that is not the controller's.
func (c *Client) Foreign(ctx context.Context, device string) ([]byte, error) {
	var s string
	err := c.call(ctx, http.MethodGet, "foreign/"+device, nil, &s)
	return []byte(s), err
}

// Cut opens fibre.
func (c *Client) Cut(ctx context.Context, s Span) error {
	return c.call(ctx, http.MethodPost, "cut", command{Span: s}, nil)
}

// CutRisk opens every span that truly lies in a duct.
func (c *Client) CutRisk(ctx context.Context, risk string) ([]string, error) {
	var out []string
	err := c.call(ctx, http.MethodPost, "cut", command{Risk: risk}, &out)
	return out, err
}

// Restore closes fibre and takes extra loss away.
func (c *Client) Restore(ctx context.Context, s Span) error {
	return c.call(ctx, http.MethodPost, "restore", command{Span: s}, nil)
}

// Degrade sets extra loss.
func (c *Client) Degrade(ctx context.Context, s Span, lossDb float64) error {
	return c.call(ctx, http.MethodPost, "degrade", command{Span: s, LossDb: lossDb}, nil)
}

// SwapPatch exchanges the second ends of two links.
func (c *Client) SwapPatch(ctx context.Context, a, b string) error {
	return c.call(ctx, http.MethodPost, "swap-patch", command{Span: Span{Link: a}, Other: b}, nil)
}

// Tamper changes a device's configuration behind the controller's back.
func (c *Client) Tamper(ctx context.Context, device, path, value string, remove bool) error {
	return c.call(ctx, http.MethodPost, "tamper", command{Device: device, Path: path, Value: value, Delete: remove}, nil)
}

// Inject makes a device misbehave.
func (c *Client) Inject(ctx context.Context, device string, f Fault) error {
	return c.call(ctx, http.MethodPost, "fault", command{Device: device, Fault: &f}, nil)
}

// Clear takes all faults of a device away.
func (c *Client) Clear(ctx context.Context, device string) error {
	return c.call(ctx, http.MethodPost, "clear", command{Device: device}, nil)
}

func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://lab/"+path, body)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if errors.Is(err, ErrNoLab) {
			return errors.Unwrap(err)
		}
		return fmt.Errorf("laboratory: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var p problem
		if err := json.NewDecoder(resp.Body).Decode(&p); err != nil {
			return fmt.Errorf("laboratory: %s", resp.Status)
		}
		return remoteError{p}
	}
	if out == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("laboratory: %w", err)
	}
	return nil
}

// remoteError is a laboratory's error in this process.
type remoteError struct{ problem }

func (e remoteError) Error() string { return e.problem.Error }

func (e remoteError) Is(target error) bool {
	return target == ErrUnknown && e.Kind == "unknown" || target == ErrInvalid && e.Kind == "invalid"
}
