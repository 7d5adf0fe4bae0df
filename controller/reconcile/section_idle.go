package reconcile

import (
	"slices"

	"github.com/waveplane/waveplane/controller/records"
)

// idle reports whether a wavelength that holds sections cannot move: all that is
// still to be sent or seen is on devices that are away, observed or paused. Others
// need not wait for it.
func (s *Stages) idle(key string) bool {
	de, ok := get(s.caches.decisions, key)
	p, known := get(s.caches.phases, key)
	if !ok || !known {
		return false
	}
	d := &de.Value
	wanted, err := s.renderings.of(s.network.catalogue(), de, p)
	if err != nil {
		return false
	}
	idle, rising := false, !outgoing(p.Value.Name)
	for _, device := range d.Witnesses() {
		share, stopped := s.shareOf(device, d, p.Value, wanted.digest(device)), s.stopped(device, d) != ""
		a, _ := get(s.caches.applied, device+"/"+d.Owner())
		switch {
		case share.acked && !rising: // done with this one
		case share.lost != "":
			idle = true
		case !share.acked && (!stopped || a.Value.Attempt != nil):
			return false // it is about to change, or has been told to
		case stopped:
			idle = true
		}
	}
	return idle
}

// takeSections takes the sections of a wavelength's route for what it does next, and
// returns what people call the wavelength that has one of them.
func (s *Stages) takeSections(l *lightpath) (holder string) {
	d, take := l.decision, s.idle
	if l.yielded && s.idle(d.Key()) {
		take = nil // two that cannot move would take them from each other for ever
	}
	holder, fresh := s.loader.acquire(d, take)
	if holder != "" {
		return s.calledByKey(holder)
	}
	l.loading = true
	switch {
	case l.yielded: // what waits on the devices may be sent now
		for _, device := range d.Devices() {
			s.passQueue.Add(device)
		}
	case fresh: // later its own light is on
		s.rememberNeighbours(d)
	}
	return ""
}

// admitLoads leaves out of a pass what would change the load of sections that the
// owner has not got, and keeps those that stay from losing theirs before leave is
// called.
func (s *Stages) admitLoads(due []*share) (admitted []*share, leave func()) {
	var begun []*records.Decision
	admitted = slices.DeleteFunc(due, func(sh *share) bool {
		if sh.repair || !loads(sh.decision, sh.phase.Value.Name) {
			return false
		}
		if !s.loader.begin(sh.decision) {
			return true
		}
		begun = append(begun, sh.decision)
		return false
	})
	return admitted, func() {
		for _, d := range begun {
			s.loader.done(d)
		}
	}
}
