package reconcile

import (
	"slices"
	"time"

	"github.com/waveplane/waveplane/controller/records"
)

// idleAfter is how long a device must have been away before others do not wait for it
// any more, and how often those that wait look again. A connection that is dialled
// anew is no reason to change the order.
const idleAfter = 5 * time.Second

// part is what one device's part of a wavelength waits for.
type part struct {
	sent    bool // something was sent a while ago at most, of which the outcome is not known
	acked   bool // the device has acknowledged what the phase wants
	lost    bool // it is away
	away    time.Duration
	stopped bool // a person keeps anything from being sent to it
	written bool // the wavelength has more there than a witness
}

// cannotMove reports whether all that is still to be sent or seen of a wavelength is on
// devices that have been away for a while, or is kept from being sent by a person.
// Where something was sent of which the outcome is not known it may move yet, by itself.
func cannotMove(rising bool, parts []part) bool {
	stands := false
	for _, p := range parts {
		switch {
		case p.sent:
			return false
		case p.acked && !rising: // done with this one
		case p.lost && p.away < idleAfter:
			return false
		case p.lost:
			stands = true
		case p.stopped && (!p.acked || p.written): // on its way up it does not go on either
			stands = true
		case p.acked: // it is about to be seen
		default:
			return false
		}
	}
	return stands
}

// idle reports whether a wavelength that is to hold sections cannot move. Others need
// not wait for it.
func (s *Stages) idle(key string) bool {
	de, ok := get(s.caches.decisions, key)
	p, known := get(s.caches.phases, key)
	if !ok || !known {
		return false
	}
	d, now := &de.Value, s.now()
	wanted, err := s.renderings.of(s.network.catalogue(), de, p)
	if err != nil {
		return false
	}
	var parts []part
	written := d.Devices()
	for _, device := range d.Witnesses() {
		share := s.shareOf(device, d, p.Value, wanted.digest(device))
		a, _ := get(s.caches.applied, device+"/"+d.Owner())
		of := part{
			acked: share.acked, lost: share.lost != "", stopped: s.stopped(device, d) != "", written: slices.Contains(written, device),
			sent: a.Value.Attempt != nil && now.Sub(a.Value.Attempt.At) < passLimit,
		}
		if since := s.board.view(device).Since; of.lost && !since.IsZero() {
			of.away = now.Sub(since)
		}
		parts = append(parts, of)
	}
	return cannotMove(!outgoing(p.Value.Name), parts)
}

// takeSections takes the sections of a wavelength's route for what it does next, and
// returns what people call the wavelength that has one of them.
func (s *Stages) takeSections(l *lightpath) (holder string) {
	d, idle := l.decision, s.idle
	if l.yielded && s.idle(d.Key()) {
		idle = nil // two that cannot move would take them from each other for ever
	}
	holder, fresh := s.loader.acquire(d, idle)
	if holder != "" {
		s.lightQueue.AddAfter(d.Key(), idleAfter) // that one may have become idle by then
		return s.calledByKey(holder)
	}
	l.loading = true
	if l.yielded { // what waits on the devices may be sent now
		for _, device := range d.Devices() {
			s.passQueue.Add(device)
		}
	}
	if fresh { // later its own light is on; what others did meanwhile is not its doing
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
		if !loads(sh.decision, sh.phase.Value.Name) {
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
