package store

import (
	"errors"
	"fmt"
	"strings"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
)

// Errors to be told apart with errors.Is.
var (
	// ErrNotFound says that a key does not exist.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that a comparison of a transaction failed; see ConflictError.
	ErrConflict = errors.New("conflict")
	// ErrNotOwner says that the grant under which a transaction was sent is over.
	// The holder must stop. It is also an ErrConflict.
	ErrNotOwner = errors.New("no longer the owner")
	// ErrFull says that the database has reached its quota: reading works,
	// writing does not until something is deleted and compacted.
	ErrFull = errors.New("the store is full")
	// ErrTooLarge says that a transaction is over the limits of the server.
	ErrTooLarge = errors.New("transaction too large")
	// ErrLocked says that another process has the state directory.
	ErrLocked = errors.New("state directory in use")
	// ErrClosed says that the store was closed meanwhile.
	ErrClosed = errors.New("store closed")
	// ErrKey says that a key cannot be used in a table.
	ErrKey = errors.New("invalid key")
	// ErrVersion says that a record was written by a version that this one
	// cannot read.
	ErrVersion = errors.New("record of an unknown version")
	// ErrRecord says that a stored record cannot be decoded.
	ErrRecord = errors.New("unreadable record")
)

// ConflictError says which comparisons of a transaction failed. Nothing was written.
type ConflictError struct {
	// Keys are the keys that were not as expected, each as <table>/<key>, in the
	// order of the operations. Empty when only the guard failed.
	Keys []string
	// Guard is the granting key if it is no longer the holder's; else empty.
	Guard string
}

// Error names the keys.
func (e *ConflictError) Error() string {
	var parts []string
	if e.Guard != "" {
		parts = append(parts, fmt.Sprintf("%v of %s", ErrNotOwner, e.Guard))
	}
	switch n := len(e.Keys); {
	case n > 3:
		parts = append(parts, fmt.Sprintf("%v on %s and %d more", ErrConflict, strings.Join(e.Keys[:3], ", "), n-3))
	case n > 0:
		parts = append(parts, fmt.Sprintf("%v on %s", ErrConflict, strings.Join(e.Keys, ", ")))
	}
	return "store: " + strings.Join(parts, "; ")
}

// Is matches ErrConflict, and ErrNotOwner when the guard failed.
func (e *ConflictError) Is(target error) bool {
	return target == ErrConflict || target == ErrNotOwner && e.Guard != ""
}

// named turns errors of etcd that callers act upon into this package's own.
func named(op string, err error) error {
	switch {
	case errors.Is(err, rpctypes.ErrNoSpace):
		return fmt.Errorf("store: %s: %w: %w", op, ErrFull, err)
	case errors.Is(err, rpctypes.ErrTooManyOps), errors.Is(err, rpctypes.ErrRequestTooLarge):
		return fmt.Errorf("store: %s: %w: %w", op, ErrTooLarge, err)
	}
	return fmt.Errorf("store: %s: %w", op, err)
}
