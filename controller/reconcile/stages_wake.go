package reconcile

import (
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
)

// connectTables says which key of which queue a change of a table wakes.
func (s *Stages) connectTables() {
	s.caches.intents.OnChange(func(key string, old, new *store.Entry[records.Intent]) {
		kind, _, _ := strings.Cut(key, "/")
		switch kind {
		case "Circuit", "Wavelength":
			if new == nil {
				s.cfg.Documents.Forget(key)
			}
			s.planQueue.Add(key)
			s.statusQueue.Add(key)
			if new != nil && len(new.Value.WrittenOff) > 0 {
				for _, d := range s.caches.decisions.List(new.Value.UID) {
					s.lightQueue.Add(d.Key)
				}
			}
		default:
			s.network.note(key, old, new)
			s.statusQueue.Add(key)
		}
	})
	s.caches.circuits.OnChange(func(_ string, old, new *store.Entry[records.Circuit]) {
		for _, e := range []*store.Entry[records.Circuit]{old, new} {
			if e == nil {
				continue
			}
			for _, wl := range append(append([]int(nil), e.Value.Live...), e.Value.Retiring...) {
				s.lightQueue.Add(records.WavelengthKey(e.Value.Intent.UID, wl))
			}
			s.wakeIntent(e.Value.Intent)
		}
	})
	s.caches.decisions.OnChange(func(key string, old, new *store.Entry[records.Decision]) {
		if old != nil {
			s.owners.remove(&old.Value)
		}
		if new == nil {
			s.renderings.forget(key)
			if old != nil {
				s.memory.forget(&old.Value)
			}
			return
		}
		s.owners.add(&new.Value)
		s.lightQueue.Add(key)
		// The caches run apart: the phase may have moved before the devices knew of
		// this owner, and the passes that it woke have found nothing to do.
		if p, ok := get(s.caches.phases, key); ok && p.Value.Name != records.PhasePlanned {
			s.wakeDevices(&new.Value)
		}
	})
	s.caches.phases.OnChange(func(key string, _, new *store.Entry[records.Phase]) {
		d, ok := get(s.caches.decisions, key)
		if !ok {
			return
		}
		s.lightQueue.Add(key)
		s.wakeDevices(&d.Value)
		s.statusQueue.Add(intentKey(d.Value.Intent))
		if new != nil && new.Value.Name.Ended() {
			s.planQueue.Add(intentKey(d.Value.Intent))
		}
	})
	s.caches.applied.OnChange(func(key string, old, new *store.Entry[records.Applied]) {
		s.countLeft(old, new)
		if onlyAttempted(old, new) {
			return
		}
		device, owner := splitOwnerKey(key)
		s.judgeQueue.Add(device)
		s.wakeOwner(owner)
	})
	s.caches.evidence.OnChange(func(key string, _, _ *store.Entry[records.Evidence]) {
		_, owner := splitOwnerKey(key)
		s.wakeOwner(owner)
	})
	s.caches.observed.OnChange(func(key string, _, _ *store.Entry[records.Observed]) {
		_, owner := splitOwnerKey(key)
		s.wakeOwner(owner)
	})
	s.caches.health.OnChange(func(device string, _, _ *store.Entry[records.DeviceHealth]) {
		s.statusQueue.Add("Device/_/" + device)
		for _, owner := range s.owners.on(device) {
			s.wakeOwner(owner)
		}
	})
	s.caches.requests.OnChange(func(key string, old, new *store.Entry[records.Request]) {
		s.wakeRequest(old)
		s.wakeRequest(new)
	})
}

// onlyAttempted reports whether nothing but an attempt was put on record: its
// outcome, which the pass that wrote it is about to learn, is what matters.
func onlyAttempted(old, new *store.Entry[records.Applied]) bool {
	if new == nil || new.Value.Attempt == nil || new.Value.Refused != nil {
		return false
	}
	if old == nil {
		return new.Value.Acked == nil
	}
	was := old.Value
	return was.Attempt == nil && was.Refused == nil && (was.Acked == nil) == (new.Value.Acked == nil) &&
		(was.Acked == nil || was.Acked.Digest == new.Value.Acked.Digest)
}

// wakeOwner wakes what depends on one wavelength.
func (s *Stages) wakeOwner(owner string) {
	key, ok := strings.CutPrefix(owner, "circuit/")
	if !ok {
		return
	}
	s.lightQueue.Add(key)
	if d, ok := get(s.caches.decisions, key); ok {
		s.statusQueue.Add(intentKey(d.Value.Intent))
	}
}

// wakeDevices wakes the passes and the judging of a wavelength's devices.
func (s *Stages) wakeDevices(d *records.Decision) {
	for _, device := range d.Witnesses() {
		s.passQueue.Add(device)
		s.judgeQueue.Add(device)
	}
}

func (s *Stages) wakeIntent(ref records.IntentRef) {
	s.planQueue.Add(intentKey(ref))
	s.statusQueue.Add(intentKey(ref))
}

// enqueueAll looks at everything once; used at start.
func (s *Stages) enqueueAll() {
	for _, e := range s.caches.intents.List("") {
		kind, _, _ := strings.Cut(e.Key, "/")
		if kind == "Circuit" || kind == "Wavelength" {
			s.planQueue.Add(e.Key)
		}
		s.statusQueue.Add(e.Key)
	}
	for _, e := range s.caches.decisions.List("") {
		s.lightQueue.Add(e.Key)
	}
}
