package gnmid

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// FaultKind is a way to misbehave.
type FaultKind string

// The kinds of fault. Those about a Set's content concern the leaves at or
// below Path only; the rest of the Set goes its usual way.
const (
	// FaultDelay makes RPCs wait for Delay before they do anything.
	FaultDelay FaultKind = "delay"
	// FaultRefuse refuses a Set that touches Path, with Code and Words.
	FaultRefuse FaultKind = "refuse"
	// FaultDropBefore resets the connection before a request has any effect.
	FaultDropBefore FaultKind = "drop-before"
	// FaultDropAfter resets the connection after a Set took effect: the reply is lost.
	FaultDropAfter FaultKind = "drop-after"
	// FaultIgnore acknowledges a Set and does nothing.
	FaultIgnore FaultKind = "ignore"
	// FaultConfigOnly shows the new configuration but doesn't apply it: state
	// stays and Commit isn't told.
	FaultConfigOnly FaultKind = "config-only"
	// FaultInert shows the new value in configuration and in state, but
	// nothing happens: Commit isn't told and Applied gives the old value.
	FaultInert FaultKind = "inert"
	// FaultAlter applies Value instead of the one asked for.
	FaultAlter FaultKind = "alter"
	// FaultRound applies the nearest multiple of Step.
	FaultRound FaultKind = "round"
)

// Fault is one misbehaviour on command.
type Fault struct {
	Kind FaultKind
	// RPC limits delays and drops to "Set", "Get", "Subscribe" or
	// "Capabilities"; empty means Set for drops and all for delays.
	RPC string
	// Path limits it to Sets that write there or below; wildcards are allowed.
	// Empty means everything.
	Path  string
	Delay time.Duration
	// Code and Words answer a refused Set; they default to ABORTED and a
	// sentence naming the path.
	Code  codes.Code
	Words string
	Value string  // for FaultAlter
	Step  float64 // for FaultRound
	// Shown makes FaultAlter and FaultRound visible in the configuration too,
	// as on devices that write down what they did.
	Shown bool
	// Times is after how many uses the fault goes away; zero means it stays.
	Times int
}

// FaultID names an injected fault.
type FaultID int

type injected struct {
	Fault
	id   FaultID
	at   path
	left int
}

// Inject adds a fault. It works on requests that arrive from now on.
func (t *Target) Inject(f Fault) (FaultID, error) {
	at, err := t.schema.checkFault(f)
	if err != nil {
		return 0, fmt.Errorf("inject %s: %w", f.Kind, err)
	}
	t.faultMu.Lock()
	defer t.faultMu.Unlock()
	t.lastFault++
	t.faults = append(t.faults, &injected{Fault: f, id: t.lastFault, at: at, left: f.Times})
	return t.lastFault, nil
}

func (s *Schema) checkFault(f Fault) (path, error) {
	var at path
	if f.Path != "" {
		var err error
		if at, err = s.parse(f.Path); err != nil {
			return nil, err
		}
	}
	switch f.Kind {
	case FaultDelay, FaultRefuse, FaultDropBefore, FaultDropAfter, FaultIgnore, FaultConfigOnly, FaultInert:
	case FaultAlter:
		n := at.last(s)
		if n == nil || n.Type == nil {
			return nil, fmt.Errorf("path %q: want one leaf", f.Path)
		}
		if _, err := checkText(n, f.Value); err != nil {
			return nil, err
		}
	case FaultRound:
		if !(f.Step > 0) {
			return nil, fmt.Errorf("step %v: want more than zero", f.Step)
		}
	default:
		return nil, fmt.Errorf("unknown kind of fault")
	}
	switch f.RPC {
	case "", "Set", "Get", "Subscribe", "Capabilities":
	default:
		return nil, fmt.Errorf("rpc %q: want Set, Get, Subscribe or Capabilities", f.RPC)
	}
	if f.Times < 0 {
		return nil, fmt.Errorf("times %d: want zero or more", f.Times)
	}
	return at, nil
}

// Clear takes a fault away again. It reports whether the fault was still there.
func (t *Target) Clear(id FaultID) bool {
	t.faultMu.Lock()
	defer t.faultMu.Unlock()
	n := len(t.faults)
	t.faults = slices.DeleteFunc(t.faults, func(f *injected) bool { return f.id == id })
	return len(t.faults) < n
}

// ClearAll takes all faults away.
func (t *Target) ClearAll() {
	t.faultMu.Lock()
	defer t.faultMu.Unlock()
	t.faults = nil
}

// Faults lists the faults in force; Times is what is left of it.
func (t *Target) Faults() []Fault {
	t.faultMu.Lock()
	defer t.faultMu.Unlock()
	out := make([]Fault, len(t.faults))
	for i, f := range t.faults {
		out[i] = f.Fault
		out[i].Times = f.left
	}
	return out
}

// use finds the first fault that fits and counts one use of it.
func (t *Target) use(fits func(*injected) bool) (Fault, bool) {
	t.faultMu.Lock()
	defer t.faultMu.Unlock()
	for i, f := range t.faults {
		if !fits(f) {
			continue
		}
		if f.Times > 0 {
			if f.left--; f.left == 0 {
				t.faults = slices.Delete(t.faults, i, i+1)
			}
		}
		return f.Fault, true
	}
	return Fault{}, false
}

// onRPC finds a delay or drop for a request; a Set also has what it writes.
func (t *Target) onRPC(kind FaultKind, rpc string, written []path) (Fault, bool) {
	return t.use(func(f *injected) bool {
		if f.Kind != kind {
			return false
		}
		wanted := f.RPC
		if wanted == "" && kind != FaultDelay {
			wanted = "Set"
		}
		if wanted != "" && wanted != rpc {
			return false
		}
		return len(f.at) == 0 || slices.ContainsFunc(written, f.at.overlaps)
	})
}

// refusal answers a Set that a fault doesn't let pass.
func (t *Target) refusal(ops []op, changes []Change) error {
	written := pathsWritten(ops)
	for _, c := range changes {
		written = append(written, c.at)
	}
	touched := ""
	f, ok := t.use(func(f *injected) bool {
		if f.Kind != FaultRefuse {
			return false
		}
		i := slices.IndexFunc(written, f.at.covers)
		if i < 0 {
			return false
		}
		touched = written[i].String()
		return true
	})
	if !ok {
		return nil
	}
	if f.Code == codes.OK {
		f.Code = codes.Aborted
	}
	if f.Words == "" {
		f.Words = touched + ": refused by the device"
	}
	return status.Error(f.Code, f.Words)
}

// pathsWritten lists what operations name: the leaves they write and the paths
// they delete or replace.
func pathsWritten(ops []op) []path {
	var out []path
	for _, o := range ops {
		if o.verb != verbUpdate {
			out = append(out, o.at)
		}
		for _, l := range o.leaves {
			out = append(out, l.at)
		}
	}
	return out
}

// delay waits as long as a fault says.
func (t *Target) delay(ctx context.Context, rpc string, written []path) error {
	f, ok := t.onRPC(FaultDelay, rpc, written)
	if !ok {
		return nil
	}
	timer := time.NewTimer(f.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
}
