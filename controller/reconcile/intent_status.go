package reconcile

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
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

// summary is what the wavelengths of a circuit add up to.
type summary struct {
	wavelengths []records.WavelengthStatus
	live        int
	liveGbps    int // what the live ones carry once they are lit
	inService   int
	readyGbps   int
	retiring    int
	dark        string        // first message of a live wavelength that is not ready
	darkReason  models.Reason // and its reason word
	unknown     string        // first device that could not be asked
	stalled     string
	stalledWhy  models.Reason
	pending     string
	plant       string // fibres whose loss is off the documents, though the light is good
	drift       []models.DriftItem
}

func (s *Stages) sumWavelengths(rec *records.Circuit) *summary {
	sum := &summary{}
	for _, wl := range rec.Live {
		s.sumOne(sum, records.WavelengthKey(rec.Intent.UID, wl), true)
	}
	for _, wl := range rec.Retiring {
		s.sumOne(sum, records.WavelengthKey(rec.Intent.UID, wl), false)
	}
	return sum
}

func (s *Stages) sumOne(sum *summary, key string, live bool) {
	de, ok := get(s.caches.decisions, key)
	p, ok2 := get(s.caches.phases, key)
	if !ok || !ok2 {
		return
	}
	d := &de.Value
	ws := records.WavelengthStatus{
		Name: d.Name, Phase: p.Value.Name, Reason: p.Value.Reason, Message: p.Value.Message, Mode: d.Mode, CentreGHz: d.Slot.Centre().GHz(),
		SlotGHz: d.Slot.Width().GHz(), LatencyMs: d.LatencyMs, MarginDb: d.Margin.Db(),
	}
	for _, leg := range d.Route {
		ws.Links = append(ws.Links, leg.Link)
	}
	for _, device := range d.Witnesses() {
		if o, ok := get(s.caches.observed, device+"/"+d.Owner()); ok {
			sum.drift = append(sum.drift, o.Value.Drift...)
		}
		if view := s.board.view(device); !view.Synced && !view.Since.IsZero() {
			sum.unknown = first(sum.unknown, view.away())
		}
		if out := s.waiting.heldWhy(device, d.Owner()); out.why != "" {
			sum.pending = first(sum.pending, device+": "+out.why)
		}
	}
	if !live {
		for _, device := range d.Devices() {
			if why := s.stopped(device, d); why != "" {
				sum.pending = first(sum.pending, device+": "+why)
			}
		}
		sum.retiring++
		s.noteStuck(sum, d, p.Value)
		sum.wavelengths = append(sum.wavelengths, ws)
		return
	}
	sum.live++
	sum.liveGbps += d.CapacityGbps
	reason, fault := s.lightFault(d, p.Value)
	plant := s.plantOf(d)
	if fault != "" && reason != models.LossOfSignal && plant != "" {
		reason, fault = models.PlantMismatch, fault+"; "+plant
	}
	switch {
	case p.Value.Name == records.PhaseInService && fault == "":
		sum.inService++
		sum.readyGbps += d.CapacityGbps
		if plant != "" { // the light is good all the same
			ws.Reason, ws.Message = models.PlantMismatch, plant
			sum.plant = first(sum.plant, plant)
		}
	case p.Value.Name == records.PhaseInService:
		ws.Reason, ws.Message = reason, fault
		if sum.dark == "" {
			sum.dark, sum.darkReason = d.Name+": "+fault, reason
		}
	default:
		if sum.dark == "" {
			sum.dark, sum.darkReason = fmt.Sprintf("%s is in %s: %s", d.Name, p.Value.Name, p.Value.Message), p.Value.Reason
		}
		if p.Value.Name != records.PhaseHeld {
			sum.pending = first(sum.pending, fmt.Sprintf("%s is in %s", d.Name, p.Value.Name))
		}
	}
	s.noteStuck(sum, d, p.Value)
	sum.wavelengths = append(sum.wavelengths, ws)
}

// stopped tells why nothing is sent to a device though it could be reached.
func (s *Stages) stopped(device string, d *records.Decision) string {
	if why, stop := s.paused("device/"+device, targetOf(d.Intent)); stop {
		return why
	}
	if w := s.worker(device); w != nil && !w.device.Manage {
		return "it is in mode observe, and nothing is sent to it"
	}
	return ""
}

func (s *Stages) noteStuck(sum *summary, d *records.Decision, p records.Phase) {
	switch p.Name {
	case records.PhaseHeld, records.PhaseStuck, records.PhaseFailed:
		if sum.stalled == "" {
			sum.stalled, sum.stalledWhy = fmt.Sprintf("%s is %s: %s", d.Name, p.Name, p.Message), p.Reason
		}
	}
}

func first(old, new string) string {
	if old != "" {
		return old
	}
	return new
}

// lightFault tells what is wrong with the light of a wavelength in service,
// naming link, span and direction; "" when nothing is.
func (s *Stages) lightFault(d *records.Decision, p records.Phase) (models.Reason, string) {
	if p.Name != records.PhaseInService {
		return "", ""
	}
	verdicts := map[string]plan.Verdict{}
	bad := ""
	for _, device := range d.Witnesses() {
		e, ok := get(s.caches.evidence, device+"/"+d.Owner())
		if !ok || e.Value.OKSince != nil || !evidenceCounts(e.Value, p) {
			continue
		}
		if e.Value.Session != s.board.view(device).Session {
			continue // what an earlier connection saw no longer counts
		}
		bad = first(bad, device+": "+e.Value.Fault)
	}
	if bad == "" {
		return "", ""
	}
	for _, device := range d.Witnesses() {
		verdicts[device] = s.memory.verdict(device, d.Owner())
	}
	reason := models.LossOfSignal
	hop, message := plan.FirstBadHop(d, verdicts)
	if message == "" {
		return models.MarginLow, bad
	}
	if hop.Verdict == plan.VerdictLow || hop.Verdict == plan.VerdictHigh {
		reason = models.PlantMismatch
	}
	return reason, message
}

// plantOf tells which fibres on a wavelength's way lose another amount than the
// documents say, in the order of its devices.
func (s *Stages) plantOf(d *records.Decision) string {
	var out []string
	for _, device := range d.Witnesses() {
		if text := s.memory.offDocument(device, d.Owner()); text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, "; ")
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
