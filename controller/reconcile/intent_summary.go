package reconcile

import (
	"fmt"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

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
	refused     string // first device that would not take the repair of what differs
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
		if s.writtenOff(device, d, p.Value.Name) {
			continue
		}
		if o, ok := get(s.caches.observed, device+"/"+d.Owner()); ok {
			sum.drift = append(sum.drift, o.Value.Drift...)
			if a, _ := get(s.caches.applied, device+"/"+d.Owner()); len(o.Value.Drift) > 0 && a.Value.Refused != nil && p.Value.Name == records.PhaseInService {
				sum.refused = first(sum.refused, device+" refused: "+a.Value.Refused.Words)
			}
		}
		if view := s.board.view(device); !view.Synced && !view.Since.IsZero() && (live || s.has(device, d)) {
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
		if _, why, ok := strings.Cut(p.Value.Message, waits); ok {
			sum.pending = first(sum.pending, d.Name+": "+why)
		} else if p.Value.Reason == models.Progressing { // what it waits for
			sum.pending = first(sum.pending, d.Name+": "+p.Value.Message)
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

// has reports whether something of a wavelength is on a device, or may be.
func (s *Stages) has(device string, d *records.Decision) bool {
	a, _ := get(s.caches.applied, device+"/"+d.Owner())
	return a.Value.Acked != nil || a.Value.Attempt != nil
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

// noteStuck notes what takes a person to go on.
func (s *Stages) noteStuck(sum *summary, d *records.Decision, p records.Phase) {
	switch p.Name {
	case records.PhaseHeld, records.PhaseStuck, records.PhaseFailed:
	case records.PhaseDark:
		if p.Reason != models.DriftHeld && p.Reason != models.OutageNotAllowed {
			return
		}
	default:
		return
	}
	if sum.stalled == "" {
		sum.stalled, sum.stalledWhy = fmt.Sprintf("%s is %s: %s", d.Name, p.Name, p.Message), p.Reason
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
	reason := models.LossOfSignal
	hop, message := plan.FirstBadHop(d, s.verdicts(d))
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
