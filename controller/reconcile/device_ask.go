package reconcile

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models/catalogue"
)

// justLocked reports whether a receiver says that it has locked while what was
// sampled of its light is still from before.
func justLocked(device string, sh *share, view *deviceView, e records.Evidence) bool {
	if sh.phase.Value.Name != records.PhaseVerify || !e.ReadBack || e.OKSince != nil {
		return false
	}
	for _, end := range sh.decision.Ends {
		if up := view.State.Readings.Logical[end.Receiver()].LinkUp; end.Device == device && up != nil && *up {
			return true
		}
	}
	return false
}

// litLimit is how long light that was just turned on is asked for out of turn;
// then the samples tell.
const litLimit = 3 * time.Second

// justLit reports whether light was turned on a moment ago and is not seen yet:
// lasers and switches take their time, and the next sample may be a while off.
func (s *Stages) justLit(sh *share, e records.Evidence) bool {
	name := sh.phase.Value.Name
	return (name == records.PhaseLaunch || name == records.PhaseOpen) && e.ReadBack && e.OKSince == nil && s.rising(sh) > 0
}

// rising is for how much longer light that is being brought up may be expected
// not to be there yet, counted from when the device took what brings it up.
func (s *Stages) rising(sh *share) time.Duration {
	p := sh.phase.Value
	since := p.Since
	if acked := sh.applied.Value.Acked; acked != nil && acked.At.After(since) {
		since = acked.At
	}
	switch p.Name {
	case records.PhaseLaunch, records.PhaseOpen, records.PhaseVerify:
		return max(0, litLimit-s.now().Sub(since))
	}
	return 0
}

// darkness tells what is known of a laser that is to be off: lit is what the device
// measures of it, unseen why it is not proven off. Both are "" of one that is proven
// off, and of a device that ends no light.
func (s *Stages) darkness(cat *catalogue.Catalogue, device string, d *records.Decision, p records.Phase) (lit, unseen string) {
	if !slices.ContainsFunc(d.Ends[:], func(e records.End) bool { return e.Device == device }) {
		return "", ""
	}
	view, w := s.board.view(device), s.worker(device)
	if !view.Synced || w == nil {
		return "", view.away()
	}
	v := plan.Judge(d, cat.Modes[d.Mode], w.device.Profile, device, p.Name, p.Step, &view.State)
	switch {
	case v.Good:
		return "", ""
	case v.Lit:
		return v.Fault, ""
	}
	return "", v.Fault
}

// justDrained reports whether a laser was acknowledged off and is not proven to be:
// what was sampled may be from before, and a new connection may have told nothing yet.
func (s *Stages) justDrained(sh *share, e records.Evidence) bool {
	device, _ := splitOwnerKey(sh.key)
	return sh.phase.Value.Name == records.PhaseDrain && e.ReadBack && !s.memory.verdict(device, sh.owner).Good
}

// askNow measures the light of some owners out of turn. A session that cannot be asked
// for just that tells in its own time; for the darkness that a deletion waits for it is
// read as a whole.
func (s *Stages) askNow(ctx context.Context, w *deviceWorker, shares []*share) {
	if _, can := w.current().(drivers.Sampler); !can {
		if slices.ContainsFunc(shares, func(sh *share) bool { return sh.phase.Value.Name == records.PhaseDrain }) {
			s.refresh(ctx, w.device.Name)
		}
		return
	}
	if err := s.measure(ctx, w, shares); err != nil {
		w.condemn(err)
	}
}

// refreshLimit bounds the question a judge asks a device out of turn.
const refreshLimit = 2 * time.Second

// wentDark reports whether a wavelength in service that was good on this
// device at the last look is not any more.
func (s *Stages) wentDark(device string, w *deviceWorker, view *deviceView) bool {
	cat := s.network.catalogue()
	for _, owner := range s.owners.on(device) {
		key := strings.TrimPrefix(owner, "circuit/")
		p, ok := get(s.caches.phases, key)
		if !ok || p.Value.Name != records.PhaseInService || !s.memory.verdict(device, owner).Good {
			continue
		}
		e, ok := s.caches.decisions.Get(key)
		if !ok {
			continue
		}
		d := &e.Value
		if v := plan.Judge(d, cat.Modes[d.Mode], w.device.Profile, device, p.Value.Name, 0, &view.State); !v.Good {
			return true
		}
	}
	return false
}

// refreshAround asks every device that can tell about the wavelengths of a
// device, all at once; one that was asked a moment ago is not asked again.
func (s *Stages) refreshAround(ctx context.Context, device string) {
	ctx, stop := context.WithTimeout(ctx, refreshLimit)
	defer stop()
	around := map[string]bool{device: true}
	for _, owner := range s.owners.on(device) {
		if d, ok := get(s.caches.decisions, strings.TrimPrefix(owner, "circuit/")); ok {
			for _, witness := range d.Value.Witnesses() {
				around[witness] = true
			}
		}
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for name := range around {
		if s.memory.mayAsk(name, s.now()) {
			wg.Go(func() { s.refresh(ctx, name) })
		}
	}
}

// askPause is how long a device is left alone that was asked out of turn.
const askPause = 250 * time.Millisecond

// mayAsk reports whether a device, or about an owner on a device, was not asked
// out of turn a moment ago, and notes that it is now.
func (m *judgeMemory) mayAsk(device string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.asked[device]) < askPause {
		return false
	}
	m.asked[device] = now
	return true
}
