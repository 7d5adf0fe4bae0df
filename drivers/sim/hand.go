package sim

import (
	"cmp"
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

// Span names fibre: one span of a link or, with Span empty, the first one that
// stands in the direction; one direction ("az", "za") or, with Direction empty
// or "both", both. A span that stands in one direction only has no other.
type Span struct {
	Link      string `json:"link"`
	Span      string `json:"span,omitempty"`
	Direction string `json:"direction,omitempty"`
}

// strand is one direction of a span.
type strand struct {
	span string
	way  light.Direction
}

// strands resolves a Span; an empty Span.Span with all means every one.
func (l *Lab) strands(s Span, all bool) ([]strand, error) {
	spans, ok := l.spans[s.Link]
	if !ok {
		return nil, fmt.Errorf("%w: link %q is not in the laboratory", ErrUnknown, s.Link)
	}
	if s.Span != "" && !slices.Contains(spans, s.Span) {
		return nil, fmt.Errorf("%w: link %s has no span %q, but %s", ErrUnknown, s.Link, s.Span, cmp.Or(strings.Join(spans, ", "), "none at all"))
	}
	if !slices.Contains([]string{"", "both", "az", "za"}, s.Direction) {
		return nil, fmt.Errorf("%w: direction %q, want az, za or both", ErrInvalid, s.Direction)
	}
	var out []strand
	for _, d := range directions() {
		if s.Direction == "az" && d != light.AZ || s.Direction == "za" && d != light.ZA {
			continue
		}
		for _, span := range spans {
			if (s.Span != "" && s.Span != span) || !l.stands[light.SpanKey(s.Link, span, d)] {
				continue
			}
			out = append(out, strand{span, d})
			if !all {
				break
			}
		}
	}
	switch {
	case len(out) > 0:
		return out, nil
	case s.Span == "":
		return nil, fmt.Errorf("%w: link %s has no fibre in that direction", ErrUnknown, s.Link)
	}
	return nil, fmt.Errorf("%w: span %s of link %s does not stand in direction %s", ErrUnknown, s.Span, s.Link, s.Direction)
}

// each does something to the strands that a Span names.
func (l *Lab) each(s Span, all bool, f func(key string, x strand) error) error {
	strands, err := l.strands(s, all)
	if err != nil {
		return err
	}
	for _, x := range strands {
		if err := f(light.SpanKey(s.Link, x.span, x.way), x); err != nil {
			return err
		}
	}
	return nil
}

// Cut opens fibre.
func (l *Lab) Cut(s Span) error {
	l.handMu.Lock()
	defer l.handMu.Unlock()
	return l.each(s, false, func(key string, x strand) error {
		l.cuts[key] = true
		return l.light.Cut(s.Link, x.span, x.way, true)
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
	return l.each(s, true, func(key string, x strand) error {
		delete(l.cuts, key)
		delete(l.losses, key)
		return errors.Join(l.light.Cut(s.Link, x.span, x.way, false), l.light.ExtraLoss(s.Link, x.span, x.way, 0))
	})
}

// Degrade sets how many dB fibre loses beyond its normal loss.
func (l *Lab) Degrade(s Span, lossDb float64) error {
	if !(lossDb >= 0 && lossDb <= 60) {
		return fmt.Errorf("%w: loss %g dB, want 0 to 60", ErrInvalid, lossDb)
	}
	l.handMu.Lock()
	defer l.handMu.Unlock()
	return l.each(s, false, func(key string, x strand) error {
		l.losses[key] = lossDb
		return l.light.ExtraLoss(s.Link, x.span, x.way, lossDb)
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
