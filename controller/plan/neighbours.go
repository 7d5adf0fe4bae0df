package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/models"
)

// toleratedDb is by how much a new channel may worsen the margin of one that is
// below its floor already: it was accepted under another prediction, and its
// light stands.
const toleratedDb = 0.1

// sameDb is how far below its floor a channel still counts as at it. Losses too
// small to speak of add up to it, and must not open the way for greater ones.
const sameDb = 1e-3

// neighbourhood is what a channel on trial does to those that it shares
// stretches with.
type neighbourhood struct {
	after  map[string]Estimate // of every neighbour, by owner
	worst  float64             // greatest loss of margin, dB; 0 when nobody is disturbed
	name   string              // who loses it
	reason models.Reason       // NeighbourMargin, or empty
	why    string
}

// neighbours re-evaluates every channel that shares a stretch with the one
// that was estimated last, which is still on trial there.
func (p *planner) neighbours(lp lightPath) neighbourhood {
	x := p.ledger.lights
	out := neighbourhood{after: map[string]Estimate{}}
	for _, owner := range p.ledger.besides(lp) {
		w := x.of(p.ledger, owner)
		if w == nil || w.estimate == nil {
			continue // nowhere in this network
		}
		after := *w.estimate
		after.Az = after.Az.Disturbed(x.full.Disturbance(w.path.AzOn, w.channel.Slot))
		after.Za = after.Za.Disturbed(x.full.Disturbance(w.path.ZaOn, w.channel.Slot))
		out.after[owner] = after
		out.weigh(x.decisions[owner].Called(), w, w.estimate.Worst().MarginDb, after.Worst().MarginDb)
	}
	return out
}

// weigh compares a neighbour's margin before and after.
func (h *neighbourhood) weigh(name string, w *lit, before, after float64) {
	if lost := before - after; lost > h.worst {
		h.worst, h.name = lost, name
	}
	least := w.floor
	if before < w.floor-sameDb {
		least = max(min(before-toleratedDb, w.floor), 0)
	}
	if h.reason != "" || after >= least-1e-9 || before-after < 1e-6 {
		return
	}
	h.reason = models.NeighbourMargin
	h.why = fmt.Sprintf("margin of %s on %v would fall from %.2f to %.2f dB, %.2f dB asked for", name, w.channel.Slot.Centre(), before, after, w.floor)
}

// company is who shares stretches with a path, as of a state of the light.
type company struct {
	owners []string
	at     uint64
}

// besides lists the owners that share a stretch with a path, sorted.
func (l *Ledger) besides(lp lightPath) []string {
	c := lp.company
	if c == nil {
		c = &company{}
	}
	if at := l.lights.changes; c.owners == nil || c.at != at {
		c.owners, c.at = l.sharing(lp.path), at
	}
	return c.owners
}

func (l *Ledger) sharing(path Path) []string {
	seen := map[string]bool{}
	for _, on := range path.AzOn {
		for _, owner := range l.ownersOn(on.Stretch.Link) {
			seen[owner] = true
		}
	}
	out := make([]string, 0, len(seen))
	for owner := range seen {
		out = append(out, owner)
	}
	slices.Sort(out)
	return out
}

// predictNeighbours works out how those on a path's stretches fare without the
// candidate. It must be done before anything is tried.
func (p *planner) predictNeighbours(lp lightPath) {
	for _, owner := range p.ledger.besides(lp) {
		p.ledger.lights.now(p.ledger, owner)
	}
}

// settle ends the trial on a path's stretches.
func settle(path Path) {
	for _, on := range [][]qot.On{path.AzOn, path.ZaOn} {
		for _, run := range on {
			if run.Load != nil {
				run.Load.Settle()
			}
		}
	}
}

// lostDb rounds a loss of margin for people.
func lostDb(db float64) models.Ratio { return models.Ratio(math.Ceil(db*100 - 1e-9)) }

// Predicted tells how an owner's light fares by an estimator, beside all that
// has a place in the ledger; false when the network does not hold it any more.
func (l *Ledger) Predicted(n *Network, est Estimator, owner string) (Estimate, bool) {
	if full, ok := est.(*qot.Full); ok {
		l.lights.bring(n, full)
		w, ok := l.lights.now(l, owner)
		if !ok {
			return Estimate{}, false
		}
		return *w.estimate, true
	}
	d := l.lights.decisions[owner]
	if d == nil {
		return Estimate{}, false
	}
	path, ok := n.pathOf(d)
	if !ok {
		return Estimate{}, false
	}
	return est.Estimate(path, Channel{Mode: n.topo.Catalogue.Modes[d.Mode], Slot: d.Slot, LaunchDbm: d.LaunchPower.Dbm()}), true
}
