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

// target names a document to delete.
type target struct {
	kind            wire.Kind
	namespace, name string
}

func (t target) key() string { return store.DocumentKey(t.kind.Name, t.namespace, t.name) }
func (t target) ref() string { return wire.Ref(t.kind.Name, t.namespace, t.name) }

// remove deletes documents, all or none. Circuits and Wavelengths get a
// deletion time and go when their light is down and their leaves are off the
// devices; the others go at once, if nothing depends on them. What is not
// there is Absent, or with strict an error.
func (m *admission) remove(ctx context.Context, targets []target, t terms, strict bool) (wire.ChangeReport, error) {
	keys, alone := make([]string, 0, len(targets)), false
	for _, tg := range targets {
		keys = append(keys, tg.key())
		alone = alone || tg.kind.Topology()
	}
	return m.change(ctx, t, alone, keys, func(ctx context.Context, w *work) error { return w.removeAll(ctx, targets, strict) })
}

func (w *work) removeAll(ctx context.Context, targets []target, strict bool) error {
	going := map[string]bool{}
	for _, t := range targets {
		if t.kind.Topology() && w.current[t.key()] != nil {
			going[t.key()] = true
		}
	}
	if len(going) > 0 {
		if err := w.spared(ctx, targets, going); err != nil {
			return err
		}
	}
	var refs, lit []string // what carries light, and which light that is
	for _, t := range targets {
		cur := w.current[t.key()]
		if cur == nil {
			if strict {
				return absent(ctx, w.tables, t.kind.Name, t.namespace, t.name)
			}
			w.items = append(w.items, wire.ItemChange{Kind: t.kind.Name, Namespace: t.namespace, Name: t.name, Outcome: wire.Absent})
			continue
		}
		names, err := w.removeOne(ctx, t, cur)
		if err != nil {
			return err
		}
		if len(names) > 0 {
			refs, lit = append(refs, t.ref()), append(lit, names...)
		}
	}
	switch len(refs) {
	case 0:
		return nil
	case 1:
		return outage(refs[0]+" carries light", lit)
	}
	return outage(strings.Join(refs, ", ")+" carry light", lit)
}

// spared refuses to delete parts of the network that others need.
func (w *work) spared(ctx context.Context, targets []target, going map[string]bool) error {
	u, err := w.usage(ctx)
	if err != nil {
		return err
	}
	dependants, err := w.dependants(ctx, going)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if !going[t.key()] {
			continue
		}
		if names := u.onNetwork(t.kind.Name, t.name); len(names) > 0 {
			return inUse(t.ref()+" cannot be deleted: wavelengths stand on it", names)
		}
		if names := dependants[t.key()]; len(names) > 0 {
			return inUse(t.ref()+" cannot be deleted: other documents refer to it", names)
		}
		switch t.kind.Name {
		case intents.KindLink:
			err = w.holdLink(ctx, t.name)
		case intents.KindDevice:
			err = w.holdDevice(ctx, t.name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeOne returns the names of what carries light when that stands in the way.
func (w *work) removeOne(ctx context.Context, t target, cur *store.Entry[records.Intent]) ([]string, error) {
	item := wire.ItemChange{Kind: t.kind.Name, Namespace: t.namespace, Name: t.name, UID: cur.Value.UID, Generation: cur.Value.Generation}
	if t.kind.Topology() {
		w.ops = append(w.ops, w.tables.Intents.DeleteAt(t.key(), cur.Revision), w.tables.Status.Delete(t.key()))
		w.event(t.kind.Name, t.namespace, t.name, "Deleted", w.because("deleted"))
		w.bump = true
		item.Outcome = wire.Removed
		w.items = append(w.items, item)
		return nil, nil
	}
	item.Outcome = wire.Deleting
	light, err := w.light(ctx, cur.Value.UID, w.terms.permission == nil)
	if err != nil {
		return nil, err
	}
	off, err := w.writeOff(ctx, t, cur)
	if err != nil {
		return nil, err
	}
	if cur.Value.Deletion != nil { // it is on its way already
		if len(off) > len(cur.Value.WrittenOff) {
			rec := cur.Value
			rec.WrittenOff = off
			w.ops = append(w.ops, w.tables.Intents.Update(t.key(), rec, cur.Revision))
		}
		w.items = append(w.items, item)
		return nil, nil
	}
	if len(light.lit) > 0 && w.terms.permission == nil {
		return light.lit, nil
	}
	rec := cur.Value
	deletion := w.now
	rec.Deletion, rec.WrittenOff = &deletion, off
	rec.Who, rec.When, rec.Why = w.terms.who, w.now, w.terms.why
	rec.Permission = w.terms.permissionFor(rec.Generation)
	w.ops = append(w.ops, w.tables.Intents.Update(t.key(), rec, cur.Revision))
	w.event(t.kind.Name, t.namespace, t.name, "Deleting", w.because(carrying(len(light.lit))))
	w.items = append(w.items, item)
	return nil, nil
}

// writeOff adds the devices that the caller gives up to those of a document, and tells
// it. Only what has something of the document's on it and does not answer can be given
// up: light that can be turned off is not left on.
func (w *work) writeOff(ctx context.Context, t target, cur *store.Entry[records.Intent]) ([]string, error) {
	off := slices.Clone(cur.Value.WrittenOff)
	if len(w.terms.writeOff) == 0 {
		return off, nil
	}
	decisions, _, err := w.tables.Decisions.List(ctx, cur.Value.UID)
	if err != nil {
		return nil, err
	}
	for _, device := range w.terms.writeOff {
		if slices.Contains(off, device) {
			continue
		}
		if !slices.ContainsFunc(decisions, func(d store.Entry[records.Decision]) bool { return slices.Contains(d.Value.Devices(), device) }) {
			return nil, badRequest(fmt.Sprintf("%s has nothing on a device %q to write off", t.ref(), device))
		}
		health, err := entry(ctx, w.tables.Health, store.Key(device))
		if err != nil {
			return nil, err
		}
		if why := w.mayAnswer(health); why != "" {
			return nil, wire.NewFailure(http.StatusForbidden, wire.InUse, fmt.Sprintf("%s %s: only a device that is out of reach is written off; delete without --write-off takes the light down in order", device, why))
		}
		w.guard("health/"+device, unchangedSince(w.tables.Health, store.Key(device), health))
		w.ops = append(w.ops, w.tables.Events.Append(records.Event{
			Time: w.now, Kind: t.kind.Name, Namespace: t.namespace, Name: t.name, Reason: "WrittenOff", Who: w.terms.who, Device: device,
			Message: w.because(device + " is given up: the deletion ends without it, and what is on it then stays there"),
		}))
		off = append(off, device)
	}
	if len(off) > len(cur.Value.WrittenOff) { // what was refused there stands in nobody's way any more
		target := strings.ToLower(intents.KindCircuit) + "/" + t.namespace + "/" + t.name
		w.ops = append(w.ops, w.tables.Requests.Create(store.Key("retry", target, "write-off-"+newUID()),
			records.Request{Kind: records.RequestRetry, Target: target, Reason: w.terms.why, Who: w.terms.who, At: w.now}))
	}
	return off, nil
}

// awayFor is how long a device must have been out of reach to be written off: one that
// is only dialled anew is not given up.
const awayFor = 10 * time.Second

// mayAnswer tells why a device is not out of reach for all that is known; "" when it is.
func (w *work) mayAnswer(health *store.Entry[records.DeviceHealth]) string {
	switch {
	case health == nil:
		return "has yet to be asked"
	case health.Value.Reachable:
		return "answers"
	case health.Value.Kind != records.Unreachable:
		return fmt.Sprintf("is there (%s: %s)", health.Value.Kind, health.Value.Message)
	case w.now.Sub(health.Value.Since) < awayFor:
		return fmt.Sprintf("was in reach until %v ago, and may come back; ask again after %v", w.now.Sub(health.Value.Since).Round(time.Second), awayFor)
	}
	return ""
}

func carrying(lit int) string {
	switch lit {
	case 0:
		return "no wavelength carries light"
	case 1:
		return "1 wavelength carries light"
	}
	return fmt.Sprintf("%d wavelengths carry light", lit)
}

// notMade refuses to delete a wavelength that belongs to a circuit.
func notMade(o wire.Object) error {
	circuit := o.Metadata.Labels[wire.LabelCircuit]
	if circuit == "" {
		return nil
	}
	return wire.NewFailure(http.StatusForbidden, wire.InUse, fmt.Sprintf("%s was made for %s; shrink or delete that",
		o.Ref(), wire.Ref(intents.KindCircuit, o.Metadata.Namespace, circuit)))
}
