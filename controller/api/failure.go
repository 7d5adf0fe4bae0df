package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// failureOf turns any error into what a client sees. Only what is a fault of
// ours stays an internal error, and its text goes to the log as well.
func (a *API) failureOf(op string, err error) error {
	var failure *wire.Failure
	var faults intents.Faults
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failure):
		return failure
	case errors.As(err, &faults):
		return invalid(faults)
	case errors.Is(err, errEmptySet):
		return badRequest(err.Error())
	case errors.Is(err, store.ErrNotFound):
		return wire.NewFailure(http.StatusNotFound, wire.NotFound, plain(err))
	case errors.Is(err, store.ErrConflict):
		return wire.NewFailure(http.StatusConflict, wire.Conflict, plain(err))
	case errors.Is(err, store.ErrTooLarge):
		return wire.NewFailure(http.StatusRequestEntityTooLarge, wire.TooLarge, plain(err)+"; apply fewer documents at a time")
	case errors.Is(err, store.ErrFull):
		return wire.NewFailure(http.StatusInsufficientStorage, wire.Unavailable, plain(err))
	case errors.Is(err, context.DeadlineExceeded):
		return wire.NewFailure(http.StatusGatewayTimeout, wire.Timeout, op+" took too long")
	case errors.Is(err, context.Canceled):
		return wire.NewFailure(http.StatusServiceUnavailable, wire.Unavailable, op+" was given up: the client left or the daemon is stopping")
	}
	a.log.Error("request failed", "op", op, "err", err)
	return wire.NewFailure(http.StatusInternalServerError, wire.Internal, plain(err))
}

func plain(err error) string { return strings.TrimPrefix(err.Error(), "store: ") }

// invalid reports faults of documents.
func invalid(faults intents.Faults) *wire.Failure {
	message := "1 fault in the documents; nothing was stored"
	if n := len(faults); n != 1 {
		message = itoa(n) + " faults in the documents; nothing was stored"
	}
	f := wire.NewFailure(http.StatusUnprocessableEntity, wire.Invalid, message)
	f.Details = &wire.Details{Faults: faults}
	return f
}

func badRequest(message string) *wire.Failure {
	return wire.NewFailure(http.StatusBadRequest, wire.BadRequest, message)
}

// asFailure gives huma's own refusals (a body too large, a query parameter of
// the wrong type) the shape of all others.
func asFailure(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	reason := wire.BadRequest
	switch m.Status {
	case http.StatusRequestEntityTooLarge:
		reason = wire.TooLarge
	case http.StatusRequestTimeout:
		reason = wire.Timeout
	case http.StatusNotFound:
		reason = wire.NotFound
	case http.StatusInternalServerError:
		reason = wire.Internal
	}
	words := []string{m.Detail}
	for _, e := range m.Errors {
		words = append(words, strings.TrimSpace(e.Location+": "+e.Message))
	}
	if reason == wire.TooLarge {
		words = []string{"the request is larger than " + itoa(wire.MaxBody>>20) + " MiB; apply the documents in parts"}
	}
	return wire.NewFailure(m.Status, reason, strings.Join(words, "; ")), nil
}

// writeFailure answers outside of huma.
func writeFailure(w http.ResponseWriter, f *wire.Failure) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.Code)
	// The client may be gone; there is nobody else to tell.
	_ = json.NewEncoder(w).Encode(f)
}
