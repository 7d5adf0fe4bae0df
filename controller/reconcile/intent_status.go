package reconcile

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// statusBatch brings the status of many documents up to date. It writes only
// what changed.
func (s *Stages) statusBatch(ctx context.Context, keys []string) error {
	var ops []store.Op
	var told, paced []string
	for _, key := range keys {
		e, ok := get(s.caches.intents, key)
		if !ok {
			s.pace.told(key)
			continue
		}
		old, exists := get(s.caches.status, key)
		var st records.Status
		switch kind, _, name := parseIntentKey(key); kind {
		case intents.KindCircuit, intents.KindWavelength:
			st = s.circuitStatus(e, old.Value)
		case intents.KindDevice:
			st = s.deviceStatus(name, e, old.Value)
		default:
			st = s.plainStatus(e, old.Value)
		}
		if exists && reflect.DeepEqual(old.Value, st) {
			s.pace.told(key)
			continue
		}
		var before *records.Status
		if exists {
			before = &old.Value
		}
		if onlyProgress(before, st) {
			if wait := s.pace.wait(key, s.now()); wait > 0 {
				s.statusQueue.AddAfter(key, wait)
				continue
			}
			paced = append(paced, key)
		} else {
			told = append(told, key)
		}
		if exists {
			ops = append(ops, s.tables.Status.Update(key, st, old.Revision))
			ops = append(ops, s.outageEvent(e, old.Value, st)...)
		} else {
			ops = append(ops, s.tables.Status.Create(key, st), s.tables.Intents.Exists(key, e.Revision))
		}
	}
	if len(ops) == 0 {
		return nil
	}
	rev, err := s.commit(ctx, ops...)
	if errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotOwner) {
		for _, key := range keys {
			s.statusQueue.Add(key)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("store status: %w", err)
	}
	s.pace.take(paced, s.now())
	for _, key := range told {
		s.pace.told(key)
	}
	return s.caches.status.WaitWritten(ctx, rev)
}

// outageEvent tells when light that was in service is lost, and when it is back.
// How a circuit comes and goes is told by its phases.
func (s *Stages) outageEvent(e *store.Entry[records.Intent], old, next records.Status) []store.Op {
	kind, namespace, name := parseIntentKey(e.Key)
	if kind != intents.KindCircuit && kind != intents.KindWavelength || e.Value.Deletion != nil {
		return nil
	}
	was, is := conditionOf(old, models.Ready), conditionOf(next, models.Ready)
	lost := was.Status == "True" && is.Status != "True"
	back := was.Status != "True" && is.Status == "True"
	if !lost && !back || was.Reason == models.Progressing || is.Reason == models.Progressing {
		return nil
	}
	ref := records.IntentRef{Kind: kind, Namespace: namespace, Name: name, UID: e.Value.UID}
	return []store.Op{s.event(ref, string(is.Reason), is.Message, "")}
}

func conditionOf(st records.Status, t models.ConditionType) models.Condition {
	for _, c := range st.Conditions {
		if c.Type == t {
			return c
		}
	}
	return models.Condition{}
}

// circuitStatus sums up a circuit from its records.
func (s *Stages) circuitStatus(e *store.Entry[records.Intent], old records.Status) records.Status {
	st := records.Status{ObservedGeneration: e.Value.Generation}
	c := s.conditionsOf(e, old)
	rec, _ := get(s.caches.circuits, e.Value.UID)
	sum := s.sumWavelengths(&rec.Value)
	st.Wavelengths = sum.wavelengths
	asked := s.askedGbps(e)
	st.Capacity = &records.Capacity{AskedGbps: asked, ReadyGbps: sum.readyGbps}

	answered := rec.Value.Generation == e.Value.Generation
	refusal := rec.Value.Refusal
	switch {
	case e.Value.Deletion != nil:
		c.set(models.IsPlanned, "False", models.Deleting, "being deleted")
	case answered && refusal != nil:
		c.set(models.IsPlanned, "False", refusal.Reason, refusal.Message)
		st.Nearest = refusal.Nearest
	case answered && len(rec.Value.Tombstones) > 0 && len(rec.Value.Live) == 0:
		t := rec.Value.Tombstones[len(rec.Value.Tombstones)-1]
		c.set(models.IsPlanned, "False", t.Reason, t.Words)
	case answered && rec.Value.Suggestion != "" && len(rec.Value.Live) > 0:
		c.set(models.IsPlanned, "True", models.ReplanSuggested, rec.Value.Suggestion)
	case answered:
		c.set(models.IsPlanned, "True", models.Planned, plural(len(rec.Value.Live), "wavelength"))
	default:
		c.set(models.IsPlanned, "Unknown", models.Progressing, "waiting for the planner")
	}
	s.setProgrammed(c, sum)
	s.setReady(c, e, rec.Value, sum, asked)
	s.setInSync(c, sum)
	s.setStalled(c, e, rec.Value, sum, asked)
	st.Conditions = c.list
	return st
}

func (s *Stages) askedGbps(e *store.Entry[records.Intent]) int {
	doc, err := s.cfg.Documents.Of(e)
	if err != nil {
		return 0
	}
	switch spec := doc.Spec.(type) {
	case *intents.CircuitSpec:
		return spec.CapacityGbps
	case *intents.WavelengthSpec:
		if rec, ok := get(s.caches.circuits, e.Value.UID); ok {
			total := 0
			for _, wl := range rec.Value.Live {
				if d, ok := get(s.caches.decisions, records.WavelengthKey(e.Value.UID, wl)); ok {
					total += d.Value.CapacityGbps
				}
			}
			return total
		}
	}
	return 0
}

// deviceStatus tells whether a device answers and is as we left it.
func (s *Stages) deviceStatus(name string, e *store.Entry[records.Intent], old records.Status) records.Status {
	st := records.Status{ObservedGeneration: e.Value.Generation}
	c := s.conditionsOf(e, old)
	h, ok := get(s.caches.health, name)
	spec, known := s.network.device(name)
	switch {
	case !ok && known && spec.Address == "":
		c.set(models.Ready, "True", "Accepted", "passive: there is nothing to talk to")
		c.set(models.InSync, "True", models.NoDrift, "")
	case !ok:
		c.set(models.Ready, "Unknown", models.Progressing, "not connected yet")
		c.set(models.InSync, "Unknown", models.Progressing, "not connected yet")
	case !h.Value.Reachable:
		c.set(models.Ready, "False", models.DeviceUnreachable, h.Value.Message)
		c.set(models.InSync, "Unknown", models.DeviceUnreachable, h.Value.Message)
	default:
		c.set(models.Ready, "True", "Connected", strings.TrimSpace(h.Value.Identity.Vendor+" "+h.Value.Identity.Model+" "+h.Value.Identity.Software))
		items := append([]models.DriftItem(nil), h.Value.Foreign...)
		for _, owner := range s.owners.on(name) {
			if o, ok := get(s.caches.observed, name+"/"+owner); ok {
				items = append(items, o.Value.Drift...)
			}
		}
		if len(items) > 0 {
			c.set(models.InSync, "False", models.DriftHeld, fmt.Sprintf("%s, first %s applied %s, found %s", plural(len(items), "difference"), items[0].Path, items[0].Applied, items[0].Found))
		} else {
			c.set(models.InSync, "True", models.NoDrift, "")
		}
	}
	st.Conditions = c.list
	return st
}

// plainStatus is for documents that only describe: they are accepted or not.
func (s *Stages) plainStatus(e *store.Entry[records.Intent], old records.Status) records.Status {
	c := s.conditionsOf(e, old)
	c.set(models.Ready, "True", "Accepted", "")
	return records.Status{ObservedGeneration: e.Value.Generation, Conditions: c.list}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
