package sim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/light"
)

// Errors of the commands.
var (
	ErrUnknown = errors.New("unknown")
	ErrInvalid = errors.New("invalid")
)

// Span names fibre: one span of a link or, with Span empty, the first one; one
// direction ("az", "za") or, with Direction empty or "both", both.
type Span struct {
	Link      string `json:"link"`
	Span      string `json:"span,omitempty"`
	Direction string `json:"direction,omitempty"`
}

func (l *Lab) each(s Span, f func(span string, d light.Direction) error) error {
	spans, ok := l.spans[s.Link]
	if !ok {
		return fmt.Errorf("%w: link %q is not in the laboratory", ErrUnknown, s.Link)
	}
	if s.Span == "" {
		s.Span = spans[0]
	}
	if !slices.Contains(spans, s.Span) {
		return fmt.Errorf("%w: link %s has no span %q, but %s", ErrUnknown, s.Link, s.Span, strings.Join(spans, ", "))
	}
	directions := []light.Direction{light.AZ, light.ZA}
	switch s.Direction {
	case "", "both":
	case "az":
		directions = directions[:1]
	case "za":
		directions = directions[1:]
	default:
		return fmt.Errorf("%w: direction %q, want az, za or both", ErrInvalid, s.Direction)
	}
	for _, d := range directions {
		if err := f(s.Span, d); err != nil {
			return err
		}
	}
	return nil
}

// Cut opens fibre.
func (l *Lab) Cut(s Span) error {
	l.handMu.Lock()
	defer l.handMu.Unlock()
	return l.each(s, func(span string, d light.Direction) error {
		l.cuts[light.SpanKey(s.Link, span, d)] = true
		return l.light.Cut(s.Link, span, d, true)
	})
}

// CutRisk opens every span that truly lies in the duct, whatever the documents
// say, and returns them as "link/span".
func (l *Lab) CutRisk(risk string) ([]string, error) {
	var out []string
	for key, r := range l.risks {
		link, span, _ := strings.Cut(key, "/")
		if r != risk {
			continue
		}
		if err := l.Cut(Span{Link: link, Span: span}); err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	slices.Sort(out)
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: no span lies in %q", ErrUnknown, risk)
	}
	return out, nil
}

// Restore closes fibre and takes extra loss away. With Span empty it does so
// for all spans of the link.
func (l *Lab) Restore(s Span) error {
	l.handMu.Lock()
	defer l.handMu.Unlock()
	spans := []string{s.Span}
	if s.Span == "" && len(l.spans[s.Link]) > 0 {
		spans = l.spans[s.Link]
	}
	for _, span := range spans {
		s.Span = span
		err := l.each(s, func(span string, d light.Direction) error {
			delete(l.cuts, light.SpanKey(s.Link, span, d))
			delete(l.losses, light.SpanKey(s.Link, span, d))
			return errors.Join(l.light.Cut(s.Link, span, d, false), l.light.ExtraLoss(s.Link, span, d, 0))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Degrade sets how many dB fibre loses beyond its normal loss.
func (l *Lab) Degrade(s Span, lossDb float64) error {
	if !(lossDb >= 0 && lossDb <= 60) {
		return fmt.Errorf("%w: loss %g dB, want 0 to 60", ErrInvalid, lossDb)
	}
	l.handMu.Lock()
	defer l.handMu.Unlock()
	return l.each(s, func(span string, d light.Direction) error {
		l.losses[light.SpanKey(s.Link, span, d)] = lossDb
		return l.light.ExtraLoss(s.Link, span, d, lossDb)
	})
}

// SwapPatch exchanges the second ends of two links. Again puts them right.
func (l *Lab) SwapPatch(a, b string) error {
	l.handMu.Lock()
	defer l.handMu.Unlock()
	if err := l.light.SwapPatch(a, b); err != nil {
		if errors.Is(err, light.ErrUnknown) {
			return fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		return err
	}
	same := func(p [2]string) bool { return p == [2]string{a, b} || p == [2]string{b, a} }
	if slices.ContainsFunc(l.swaps, same) {
		l.swaps = slices.DeleteFunc(l.swaps, same)
	} else {
		l.swaps = append(l.swaps, [2]string{a, b})
	}
	return nil
}

// Tamper changes a device's configuration as another user of it would. With
// remove, path and everything below goes.
func (l *Lab) Tamper(device, path, value string, remove bool) error {
	d, err := l.device(device)
	if err != nil {
		return err
	}
	if err := d.target.Tamper(gnmid.Edit{Path: path, Value: value, Delete: remove}); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// Fault is a misbehaviour of a device. Kind is one of
//
//	delay        requests wait for Delay
//	refuse       a Set that touches Path is refused with Words
//	drop-before  the connection breaks before a Set has any effect
//	lost-reply   the connection breaks after a Set took effect
//	ignore       a Set is acknowledged and nothing happens
//	config-only  the configuration changes, the device does not
//	inert        configuration and state change, the device does not
//	alter        Value is applied instead of what was asked for at Path
//	round        values at Path are rounded to Step
//	unreachable  the device answers nobody until the fault is cleared
//	reboot       the device goes away for Delay and comes back with its
//	             start-up configuration; needs no clearing
type Fault struct {
	Kind  string        `json:"kind"`
	RPC   string        `json:"rpc,omitempty"`  // Set, Get, Subscribe, Capabilities; empty: see gnmid.Fault
	Path  string        `json:"path,omitempty"` // empty: everything
	Delay time.Duration `json:"delay,omitempty"`
	Words string        `json:"words,omitempty"`
	Value string        `json:"value,omitempty"`
	Step  float64       `json:"step,omitempty"`
	Times int           `json:"times,omitempty"` // uses until it goes away; 0: it stays
}

// Kinds of faults that are not gnmid's own.
const (
	FaultUnreachable = "unreachable"
	FaultReboot      = "reboot"
	FaultLostReply   = "lost-reply"
)

// defaultAway is how long a reboot takes when nobody says.
const defaultAway = 2 * time.Second

// Inject makes a device misbehave.
func (l *Lab) Inject(device string, f Fault) error {
	d, err := l.device(device)
	if err != nil {
		return err
	}
	switch f.Kind {
	case FaultUnreachable:
		d.target.Unreachable()
		d.away.Store(true)
		return nil
	case FaultReboot:
		if f.Delay <= 0 {
			f.Delay = defaultAway
		}
		if _, err = d.target.Reboot(f.Delay); err != nil {
			return fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		return nil
	case FaultLostReply:
		f.Kind = string(gnmid.FaultDropAfter)
	}
	_, err = d.target.Inject(gnmid.Fault{
		Kind: gnmid.FaultKind(f.Kind), RPC: f.RPC, Path: f.Path, Delay: f.Delay, Code: codes.InvalidArgument, Words: f.Words, Value: f.Value, Step: f.Step, Times: f.Times,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return nil
}

// Clear takes all faults of a device away.
func (l *Lab) Clear(ctx context.Context, device string) error {
	d, err := l.device(device)
	if err != nil {
		return err
	}
	d.target.ClearAll()
	if d.away.Swap(false) {
		return d.target.Reachable(ctx)
	}
	return nil
}
