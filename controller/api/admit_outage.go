package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

// defaultPermission is how long a permission lasts when no end is given.
const defaultPermission = time.Hour

// longestPermission keeps a forgotten permission from lasting.
const longestPermission = 30 * 24 * time.Hour

// permission reads the three parameters that allow an outage.
func (a *API) permission(allow bool, reason, until, who string) (*records.Permission, error) {
	if !allow {
		if until != "" {
			return nil, badRequest("until goes with allowOutage")
		}
		return nil, nil
	}
	if strings.TrimSpace(reason) == "" {
		return nil, badRequest("allowOutage needs a reason")
	}
	end, err := endOf(until, a.now(), defaultPermission)
	if err != nil {
		return nil, err
	}
	return &records.Permission{Reason: reason, Until: end, Who: who}, nil
}

// endOf reads a time (RFC 3339) or a duration from now.
func endOf(s string, now time.Time, otherwise time.Duration) (time.Time, error) {
	if s == "" {
		return now.Add(otherwise).UTC(), nil
	}
	end, err := time.Parse(time.RFC3339, s)
	if err != nil {
		d, derr := time.ParseDuration(s)
		if derr != nil {
			return end, badRequest(fmt.Sprintf("until %q: want a time such as 2026-12-01T01:00:00Z or a duration such as 1h", s))
		}
		end = now.Add(d)
	}
	if !end.After(now) {
		return end, badRequest(fmt.Sprintf("until %q is over already", s))
	}
	if end.Sub(now) > longestPermission {
		return end, badRequest(fmt.Sprintf("until %q is more than 30 days away", s))
	}
	return end.UTC(), nil
}

// disturbs refuses a change that would take light down without permission, or
// pull the network from under it.
func (w *work) disturbs(ctx context.Context, kind wire.Kind, before, after *intents.Document, cur *store.Entry[records.Intent]) error {
	if kind.Topology() {
		return w.pulls(ctx, before, after)
	}
	light, err := w.light(ctx, cur.Value.UID, w.terms.permission == nil)
	if err != nil || len(light.lit) == 0 || w.terms.permission != nil {
		return err
	}
	planned, err := w.cfg.Planner.Plan(ctx, []intents.Document{*after}, nil, false)
	if err != nil {
		return fmt.Errorf("plan %s: %w", refOf(after), err)
	}
	var lost []string
	for _, c := range planned.Circuits {
		for _, name := range c.Retire {
			if light.byWL[name] && !slices.Contains(lost, name) {
				lost = append(lost, name)
			}
		}
	}
	if len(lost) > 0 {
		return outage(refOf(after)+" would give up wavelengths that carry light", lost)
	}
	return nil
}

func outage(message string, names []string) error {
	f := wire.NewFailure(http.StatusForbidden, wire.OutageNotAllowed, message+"; allow it with --allow-outage and --reason")
	f.Details = &wire.Details{Names: names}
	return f
}

// pulls refuses changes of a Link or Device that would leave wavelengths which
// stand on it without a port, a fibre or a way to be written.
func (w *work) pulls(ctx context.Context, before, after *intents.Document) error {
	var what string
	var names []string
	u, err := w.usage(ctx)
	if err != nil {
		return err
	}
	name := after.Metadata.Name
	switch b := before.Spec.(type) {
	case *intents.LinkSpec:
		if a := after.Spec.(*intents.LinkSpec); a.Ends != b.Ends {
			what, names = "the ends", u.links[name]
		}
		if err := w.holdLink(ctx, name); err != nil {
			return err
		}
	case *intents.DeviceSpec:
		a := after.Spec.(*intents.DeviceSpec)
		switch {
		case a.Profile != b.Profile:
			what, names = "the profile", u.devices[name]
		case (a.Address == "") != (b.Address == ""):
			what, names = "the address", u.devices[name]
		default:
			for port, p := range b.Ports {
				q, ok := a.Ports[port]
				if users := u.ports[name+"/"+port]; len(users) > 0 && (!ok || moved(p, q)) {
					what, names = "port "+port, append(names, users...)
				}
			}
		}
		if err := w.holdDevice(ctx, name); err != nil {
			return err
		}
	}
	if len(names) == 0 {
		return nil
	}
	return inUse(fmt.Sprintf("%s: %s cannot change while wavelengths stand on it", refOf(after), what), names)
}

// moved reports whether a port is another one in the same place: other glass, other
// fibres, another channel.
func moved(p, q intents.Port) bool {
	same := func(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }
	return p.Pluggable != q.Pluggable || p.Rx != q.Rx || p.Tx != q.Tx || !same(p.CentreGHz, q.CentreGHz) || !same(p.WidthGHz, q.WidthGHz)
}

func inUse(message string, names []string) error {
	f := wire.NewFailure(http.StatusForbidden, wire.InUse, message)
	names = slices.Clone(names)
	slices.Sort(names)
	f.Details = &wire.Details{Names: slices.Compact(names)}
	return f
}
