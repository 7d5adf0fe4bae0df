package plan

import (
	"slices"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// lights is the light of all decisions that hold a place in the ledger: what is
// on every stretch, and how every wavelength fares there. It belongs to one
// ledger and is worked out as far as somebody asks. Everything that is worked
// out holds for one network and one estimator; others start it anew.
type lights struct {
	decisions map[string]*records.Decision // by owner
	net       *Network
	full      *qot.Full
	loads     map[*qot.Stretch]*qot.Load
	lit       map[string]*lit // by owner
	changes   uint64          // of who is on which link
}

// lit is a decision laid out, with what is predicted for it now.
type lit struct {
	path     Path
	channel  Channel
	floor    float64
	estimate *Estimate // nil until asked for
}

func newLights() *lights {
	return &lights{decisions: map[string]*records.Decision{}, loads: map[*qot.Stretch]*qot.Load{}, lit: map[string]*lit{}}
}

// bring makes sure that what is worked out holds for a network and an estimator.
func (x *lights) bring(n *Network, full *qot.Full) {
	if x.net == n && x.full == full {
		return
	}
	x.net, x.full = n, full
	clear(x.loads)
	clear(x.lit)
}

// bind gives every stretch of a path what is on it.
func (x *lights) bind(l *Ledger, path *Path) {
	for _, on := range [][]qot.On{path.AzOn, path.ZaOn} {
		for i := range on {
			on[i].Load = x.load(l, on[i].Stretch)
		}
	}
}

func (x *lights) load(l *Ledger, s *qot.Stretch) *qot.Load {
	if load := x.loads[s]; load != nil {
		return load
	}
	var list []qot.Light
	for _, owner := range l.ownersOn(s.Link) {
		if light, ok := x.lightOn(s, owner); ok {
			list = append(list, light)
		}
	}
	load := qot.NewLoad(s, list)
	x.loads[s] = load
	return load
}

// lightOn is an owner's light as it enters a stretch, at the power that was
// decided: that of the laser, or that of the switch before the stretch.
func (x *lights) lightOn(s *qot.Stretch, owner string) (qot.Light, bool) {
	d := x.decisions[owner]
	if d == nil {
		return qot.Light{}, false
	}
	mode, ok := x.net.topo.Catalogue.Modes[d.Mode]
	if !ok {
		return qot.Light{}, false
	}
	at := slices.IndexFunc(d.Route, func(leg records.Leg) bool { return leg.Link == s.Link })
	if at < 0 {
		return qot.Light{}, false
	}
	way := records.AZ
	if string(d.Route[at].Direction) != s.Direction {
		way = records.ZA
	}
	entry := d.LaunchPower.Dbm() - x.net.lossBefore(d, at, way)
	for _, m := range d.Media {
		if m.Link == s.Link && m.Direction == way {
			entry = m.TargetPower.Dbm()
		}
	}
	return qot.LightOf(&mode, d.Slot, entry), true
}

// of lays a decision out in the network; nil where that no longer holds it.
func (x *lights) of(l *Ledger, owner string) *lit {
	if known, ok := x.lit[owner]; ok {
		return known
	}
	var out *lit
	if d := x.decisions[owner]; d != nil {
		if path, ok := x.net.pathOf(d); ok {
			x.bind(l, &path)
			out = &lit{path: path, channel: Channel{Mode: x.net.topo.Catalogue.Modes[d.Mode], Slot: d.Slot, LaunchDbm: d.LaunchPower.Dbm()}, floor: d.Floor.Db()}
		}
	}
	x.lit[owner] = out
	return out
}

// now predicts a wavelength with the light that is there. Nothing may be on
// trial.
func (x *lights) now(l *Ledger, owner string) (*lit, bool) {
	w := x.of(l, owner)
	if w == nil {
		return nil, false
	}
	if w.estimate == nil {
		e := x.full.Estimate(w.path, w.channel).Ends()
		w.estimate = &e
	}
	return w, true
}

// pathOf lays a decision's path out, and whether the network still has it.
func (n *Network) pathOf(d *records.Decision) (Path, bool) {
	ends, ok := n.walk(d)
	if _, known := n.topo.Catalogue.Modes[d.Mode]; !ok || !known {
		return Path{}, false
	}
	legs := make([]route.Leg, len(d.Route))
	for i, leg := range d.Route {
		legs[i] = route.Leg{Link: n.topo.Links[leg.Link], Direction: leg.Direction}
	}
	lp := n.bare(legs, ends)
	if len(d.Media) > 0 {
		mode := n.topo.Catalogue.Modes[d.Mode]
		lp.limitDrops(&mode)
	}
	return lp.path, true
}

// added puts a decision that was reserved on its stretches. Those beside it
// keep their estimates where they were worked out with it on trial (beside).
func (x *lights) added(l *Ledger, d *records.Decision, beside map[string]Estimate) {
	owner := d.Owner()
	x.changes++
	x.decisions[owner] = d
	delete(x.lit, owner)
	if x.net == nil {
		return
	}
	for _, leg := range d.Route {
		for _, other := range l.ownersOn(leg.Link) {
			if w := x.lit[other]; w != nil && other != owner {
				w.estimate = nil
				if e, ok := beside[other]; ok {
					w.estimate = &e
				}
			}
		}
		x.eachLoad(leg.Link, func(load *qot.Load) {
			if light, ok := x.lightOn(load.Stretch, owner); ok {
				load.Add(light)
			}
		})
	}
}

// removed takes a decision off its stretches. It is called before the ledger
// forgets where it was.
func (x *lights) removed(l *Ledger, owner string, slot models.Slot, links []string) {
	x.changes++
	delete(x.decisions, owner)
	delete(x.lit, owner)
	for _, link := range links {
		for _, other := range l.ownersOn(link) {
			if w := x.lit[other]; w != nil {
				w.estimate = nil
			}
		}
		x.eachLoad(link, func(load *qot.Load) { load.Remove(slot) })
	}
}

// forget drops what is worked out about a link.
func (x *lights) forget(l *Ledger, link string) {
	x.changes++
	for _, owner := range l.ownersOn(link) {
		delete(x.lit, owner)
	}
	x.eachLoad(link, func(load *qot.Load) { delete(x.loads, load.Stretch) })
}

func (x *lights) eachLoad(link string, do func(*qot.Load)) {
	if x.net == nil {
		return
	}
	known := x.net.topo.Links[link]
	if known == nil {
		return
	}
	for _, dir := range []records.Direction{records.AZ, records.ZA} {
		if s := known.Stretches.Of(dir); s != nil {
			if load := x.loads[s]; load != nil {
				do(load)
			}
		}
	}
}
