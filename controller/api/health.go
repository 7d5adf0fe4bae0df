package api

import (
	"encoding/json"
	"net/http"
	"os"
	"runtime"
	"strconv"

	"github.com/waveplane/waveplane/controller/api/wire"
)

// healthz says that the process answers.
func (a *API) healthz(w http.ResponseWriter, _ *http.Request) { writePlain(w, "ok\n") }

// readyz says whether the controller serves: the store answers and the stages
// run.
func (a *API) readyz(w http.ResponseWriter, r *http.Request) {
	if err := a.cfg.Prober.Ready(); err != nil {
		writeFailure(w, wire.NewFailure(http.StatusServiceUnavailable, wire.Unavailable, "not ready: "+err.Error()))
		return
	}
	if _, err := a.cfg.Store.Revision(r.Context()); err != nil {
		writeFailure(w, wire.NewFailure(http.StatusServiceUnavailable, wire.Unavailable, "not ready: "+plain(err)))
		return
	}
	writePlain(w, "ok\n")
}

// version says which program serves which state directory.
func (a *API) version(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(wire.Version{Version: a.cfg.Version, Go: runtime.Version(), State: a.cfg.StateDir, PID: os.Getpid()})
}

func writePlain(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(text)) // the client may be gone
}

func itoa(n int) string { return strconv.Itoa(n) }
