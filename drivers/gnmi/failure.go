package gnmi

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/internal/dial"
)

// stage says how far an exchange had come when it failed, which decides what
// may have happened on the device.
type stage byte

const (
	reading stage = iota // nothing that changes the device was under way
	unsent               // a Set was to be sent and did not leave
	sent                 // a Set left
)

// failure makes an error of this contract out of one of gRPC.
func (s *Session) failure(op string, err error, at stage) error {
	e := &drivers.Error{Op: op, Device: s.device.Name}
	var own *drivers.Error
	if errors.As(err, &own) {
		return err
	}
	st, ok := status.FromError(err)
	if !ok {
		e.Kind, e.Err = drivers.KindUnreachable, err
		if at == sent {
			e.Kind = drivers.KindOutcomeUnknown
		}
		return e
	}
	e.Kind = kindOf(st.Code(), at)
	e.Err = &rpcError{code: st.Code(), cause: contextCause(st.Code())}
	if fault := s.conn.Fault(); st.Code() == codes.Unavailable && fault != nil && at != sent {
		if dial.Untrusted(fault) || errors.Is(fault, dial.ErrCredentials) {
			e.Kind = drivers.KindDenied
		}
		e.Err = errors.New(s.conn.Clean(drivers.CleanWords(fault.Error())))
		return e
	}
	e.Words = drivers.CleanWords(s.conn.Clean(st.Message()))
	return e
}

// kindOf maps the codes that gNMI gives for each kind of error. Once a Set
// has left, a code that does not say that the device refused it leaves the
// outcome open.
func kindOf(code codes.Code, at stage) drivers.Kind {
	switch code {
	case codes.Unauthenticated, codes.PermissionDenied:
		return drivers.KindDenied
	case codes.InvalidArgument, codes.NotFound, codes.Aborted, codes.OutOfRange, codes.AlreadyExists, codes.ResourceExhausted:
		return drivers.KindRejected
	case codes.Unimplemented:
		return drivers.KindUnsupported
	case codes.FailedPrecondition:
		return drivers.KindConflict
	}
	if at == sent {
		return drivers.KindOutcomeUnknown
	}
	return drivers.KindUnreachable
}

// rpcError is the cause of an error: the code, and the context's error when
// that ended the exchange. The device's words stand beside it, not in it.
type rpcError struct {
	code  codes.Code
	cause error
}

// Error names the code as gRPC does.
func (e *rpcError) Error() string { return fmt.Sprintf("gRPC code %v", e.code) }

// Unwrap returns the context's error, or nil.
func (e *rpcError) Unwrap() error { return e.cause }

// contextCause returns the error of package context that a code stands for.
func contextCause(code codes.Code) error {
	switch code {
	case codes.Canceled:
		return context.Canceled
	case codes.DeadlineExceeded:
		return context.DeadlineExceeded
	}
	return nil
}
