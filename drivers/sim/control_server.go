package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const (
	controlSocket = "lab.sock"
	// controlPointer holds the path of the socket where the state directory's
	// own is too long for one.
	controlPointer = "lab.sock.path"
	// longestSocket is what fits into a socket address everywhere.
	longestSocket = 100
	// largestRequest bounds what a command may send.
	largestRequest = 1 << 20
)

// command is what a request carries. Which fields count depends on the path.
type command struct {
	Span
	LossDb float64 `json:"lossDb,omitempty"`
	Other  string  `json:"other,omitempty"`
	Risk   string  `json:"risk,omitempty"`
	Device string  `json:"device,omitempty"`
	Path   string  `json:"path,omitempty"`
	Value  string  `json:"value,omitempty"`
	Delete bool    `json:"delete,omitempty"`
	Fault  *Fault  `json:"fault,omitempty"`
}

// problem is how the laboratory answers what it cannot do.
type problem struct {
	Error string `json:"error"`
	Kind  string `json:"kind"` // unknown | invalid | internal
}

// Serve answers commands on a socket in the state directory until ctx ends. A
// socket left by a laboratory that is no more is replaced; one that answers is
// an error.
func (l *Lab) Serve(ctx context.Context) error {
	listener, remove, err := listenControl(ctx, l.cfg.StateDir)
	if err != nil {
		return fmt.Errorf("laboratory control: %w", err)
	}
	defer remove()
	server := &http.Server{Handler: l.handler(), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("laboratory control: %w", err)
	}
	return nil
}

func (l *Lab) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) { answer(w, l.Status(), nil) })
	mux.HandleFunc("GET /foreign/{device}", func(w http.ResponseWriter, r *http.Request) {
		b, err := l.Foreign(r.PathValue("device"))
		answer(w, string(b), err)
	})
	do := func(name string, run func(ctx context.Context, c command) (any, error)) {
		mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
			var c command
			d := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestRequest))
			d.DisallowUnknownFields()
			if err := d.Decode(&c); err != nil {
				answer(w, nil, fmt.Errorf("%w: request: %w", ErrInvalid, err))
				return
			}
			v, err := run(r.Context(), c)
			answer(w, v, err)
		})
	}
	do("cut", func(_ context.Context, c command) (any, error) {
		if c.Risk != "" {
			return l.CutRisk(c.Risk)
		}
		return nil, l.Cut(c.Span)
	})
	do("restore", func(_ context.Context, c command) (any, error) { return nil, l.Restore(c.Span) })
	do("degrade", func(_ context.Context, c command) (any, error) { return nil, l.Degrade(c.Span, c.LossDb) })
	do("swap-patch", func(_ context.Context, c command) (any, error) { return nil, l.SwapPatch(c.Link, c.Other) })
	do("tamper", func(_ context.Context, c command) (any, error) {
		return nil, l.Tamper(c.Device, c.Path, c.Value, c.Delete)
	})
	do("fault", func(_ context.Context, c command) (any, error) {
		if c.Fault == nil {
			return nil, fmt.Errorf("%w: no fault in the request", ErrInvalid)
		}
		return nil, l.Inject(c.Device, *c.Fault)
	})
	do("clear", func(ctx context.Context, c command) (any, error) { return nil, l.Clear(ctx, c.Device) })
	return mux
}

func answer(w http.ResponseWriter, v any, err error) {
	code := http.StatusOK
	if err != nil {
		p := problem{Error: err.Error(), Kind: "internal"}
		code = http.StatusInternalServerError
		switch {
		case errors.Is(err, ErrUnknown):
			p.Kind, code = "unknown", http.StatusNotFound
		case errors.Is(err, ErrInvalid):
			p.Kind, code = "invalid", http.StatusBadRequest
		}
		v = p
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // a client that has gone needs no answer
}

// listenControl opens the socket, mode 0600.
func listenControl(ctx context.Context, stateDir string) (net.Listener, func(), error) {
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(stateDir, controlSocket)
	pointer := filepath.Join(stateDir, controlPointer)
	if answers(path, pointer) {
		return nil, nil, fmt.Errorf("another laboratory runs in %s", stateDir)
	}
	cleanup := func() { os.Remove(path) }
	if len(path) > longestSocket {
		dir, err := os.MkdirTemp("", "waveplane-lab-")
		if err != nil {
			return nil, nil, err
		}
		cleanup = func() { os.RemoveAll(dir); os.Remove(pointer) }
		path = filepath.Join(dir, controlSocket)
		if err := os.WriteFile(pointer, []byte(path), 0o600); err != nil {
			cleanup()
			return nil, nil, err
		}
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		cleanup()
		return nil, nil, err
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "unix", path)
	if err == nil {
		err = os.Chmod(path, 0o600)
	}
	if err != nil {
		if listener != nil {
			listener.Close()
		}
		cleanup()
		return nil, nil, err
	}
	return listener, cleanup, nil
}

// answers reports whether a laboratory listens at the path, or where the
// pointer says.
func answers(path, pointer string) bool {
	if long, err := os.ReadFile(pointer); err == nil {
		path = string(long)
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
