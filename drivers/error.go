package drivers

import (
	"errors"
	"strings"
)

// Kind is what a caller acts on.
type Kind string

// The kinds. Unreachable and Conflict are retried by themselves;
// OutcomeUnknown is read back first; the rest stall until the intent or the
// device changes.
const (
	KindInvalid        Kind = "Invalid"        // the request makes no sense; a fault of ours
	KindUnsupported    Kind = "Unsupported"    // the device or profile cannot do it; nothing was sent
	KindRejected       Kind = "Rejected"       // the device refused the content; nothing took effect
	KindDenied         Kind = "Denied"         // credentials, authorisation or a later term
	KindUnreachable    Kind = "Unreachable"    // no connection, or it broke before anything was sent
	KindConflict       Kind = "Conflict"       // somebody else's lock or pending commit
	KindOutcomeUnknown Kind = "OutcomeUnknown" // sent, and no answer
	KindInternal       Kind = "Internal"       // a fault of ours
)

// Error is an error of a driver. Secrets never stand in it.
type Error struct {
	Op     string // "open", "apply", ...
	Device string
	Kind   Kind
	Words  string // the device's own words, cleaned of control characters
	Err    error
}

// Error prints operation, device, kind and cause on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Device != "" {
		b.WriteString(" " + e.Device)
	}
	b.WriteString(": " + string(e.Kind))
	if e.Words != "" {
		b.WriteString(": device says: " + e.Words)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first *Error in err's chain, KindInternal for
// any other error and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Retryable reports whether trying the same again may help by itself.
func (k Kind) Retryable() bool { return k == KindUnreachable || k == KindConflict }

// CleanWords makes a device's words safe to show and store: control characters
// become spaces and the length is bounded.
func CleanWords(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) || r == '\u202e' || r == '\u200f' {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 400 {
		s = strings.ToValidUTF8(s[:400], "") + "…"
	}
	return s
}
