package api

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/api/wire"
)

// Deadlines and bounds that keep a slow or hostile client from holding the
// daemon: headers within 5 s and 16 KiB, a body within 30 s.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	writeTimeout  = 2 * time.Minute // watches extend theirs line by line
	maxHeader     = 16 << 10
	smallBody     = 64 << 10 // of requests that carry no documents
	closeTimeout  = 5 * time.Second
)

// Serve answers on l until ctx ends, then ends the watches, lets requests in
// flight finish and closes l.
func (a *API) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           a,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout + headerTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(quoting{a.log.Handler()}, slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, callerKey{}, a.people.of(c))
		},
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		a.Close()
		return err
	case <-ctx.Done():
	}
	a.Close()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	err := server.Shutdown(stop)
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	if serveErr := <-done; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}

// quoting keeps raw bytes of a client out of the log: whatever the server says
// about a connection is logged as one quoted attribute.
type quoting struct{ slog.Handler }

func (q quoting) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, "connection", r.PC)
	clean.AddAttrs(slog.String("err", strconv.Quote(strings.TrimSpace(r.Message))))
	return q.Handler.Handle(ctx, clean)
}

// guarded wraps everything: refuses what no client of ours sends, counts, and
// gives answers of the router the shape of all others.
func (a *API) guarded(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := a.now()
		if !strings.HasPrefix(r.URL.Path, "/") {
			writeFailure(w, badRequest("the path must start with a slash"))
			return
		}
		if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
			// Never unpacked: what is small on the wire stays small in memory.
			writeFailure(w, wire.NewFailure(http.StatusUnsupportedMediaType, wire.BadRequest, "compressed bodies are not read"))
			return
		}
		rc := http.NewResponseController(w)
		if r.ContentLength == 0 {
			_ = rc.SetReadDeadline(time.Time{}) // nothing more is to be read
		}
		r = r.WithContext(context.WithValue(r.Context(), connKey{}, rc))
		_, pattern := mux.Handler(r)
		seen := &statusWriter{ResponseWriter: w}
		if pattern == "" {
			a.unrouted(seen, r, mux)
		} else {
			mux.ServeHTTP(seen, r)
		}
		if !seen.streamed {
			a.metrics.served(r.Method, pattern, seen.status, a.now().Sub(begin))
		}
	})
}

// unrouted answers where no route is: another method may be served.
func (a *API) unrouted(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := mux.Handler(probe); pattern != "" && method != r.Method {
			writeFailure(w, wire.NewFailure(http.StatusMethodNotAllowed, wire.MethodNotAllowed, "this path does not take that method"))
			return
		}
	}
	writeFailure(w, wire.NewFailure(http.StatusNotFound, wire.NotFound, "nothing is served here; /openapi.json lists what is"))
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status   int
	streamed bool
}

func (w *statusWriter) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// people finds the names of callers on a unix socket, once per user.
type people struct{ names sync.Map }

type callerKey struct{}

// callerOf returns who sends the request; "" when that cannot be told.
func callerOf(ctx context.Context) string {
	who, _ := ctx.Value(callerKey{}).(string)
	return who
}

func (p *people) of(c net.Conn) string {
	uid, ok := peerUID(c)
	if !ok {
		return ""
	}
	if name, ok := p.names.Load(uid); ok {
		return name.(string)
	}
	name := "uid " + uid
	if u, err := user.LookupId(uid); err == nil {
		name = u.Username
	}
	p.names.Store(uid, name)
	return name
}
