package pathrequest

import (
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
)

// Options say how a Planner works, never what it answers.
type Options struct {
	// Forget keeps no kernels, combs or passages of lines from one propagation
	// to the next. It is there to measure what keeping them is worth.
	Forget bool
}

// Planner answers requests on a network. It is for one goroutine at a time.
type Planner struct {
	network *Network
	light   *lighting
	taken   []spectrum.Set // by stretch
}

// NewPlanner returns a planner for a network.
func NewPlanner(n *Network, o Options) (*Planner, error) {
	light, err := newLighting(n, o.Forget)
	if err != nil {
		return nil, err
	}
	return &Planner{network: n, light: light, taken: make([]spectrum.Set, len(n.stretches))}, nil
}

// Serve answers requests in their order, on a network that nothing is lit in
// yet. Requests that the reference tool would merge are merged.
//
// A request that cannot be served is no error: its answer says why. An error
// names a request, a disjunction or an element that the reference tool would
// stop at too, or light that cannot be computed; there are no answers then.
func (p *Planner) Serve(requests []Request, disjunctions []Disjunction) ([]Answer, error) {
	list, err := p.network.prepared(requests)
	if err != nil {
		return nil, err
	}
	groups, err := distinct(list, disjunctions)
	if err != nil {
		return nil, err
	}
	list, groups = merge(list, groups)
	routes, err := p.network.routes(list, groups)
	if err != nil {
		return nil, err
	}
	for i := range p.taken {
		p.taken[i] = p.network.stretches[i].shut
	}
	answers := make([]Answer, len(list))
	for i, r := range list {
		if answers[i], err = p.answer(r, routes[i]); err != nil {
			return nil, fmt.Errorf("request %q: %w", r.ID, err)
		}
	}
	return answers, nil
}

// distinct copies disjunctions, each set of requests once.
func distinct(list []*Request, disjunctions []Disjunction) ([]Disjunction, error) {
	var groups []Disjunction
	seen := map[string]bool{}
	for _, d := range disjunctions {
		for _, id := range d.Requests {
			if !slices.ContainsFunc(list, func(r *Request) bool { return r.ID == id }) {
				return nil, fault(fmt.Sprintf("disjunction %q", d.ID), "name requests of the list", "there is no request %q", id)
			}
		}
		sorted := slices.Sorted(slices.Values(d.Requests))
		if key := fmt.Sprintf("%q", sorted); !seen[key] {
			seen[key] = true
			d.Requests = slices.Clone(d.Requests)
			groups = append(groups, d)
		}
	}
	return groups, nil
}

func (p *Planner) answer(r *Request, route found) (Answer, error) {
	a := Answer{ID: r.ID, Status: route.status, BandwidthBps: r.BandwidthBps}
	if route.status != OK {
		return a, nil
	}
	back, err := p.network.back(route.stretches)
	if err != nil {
		return a, err
	}
	there, err := p.light.wayOver(route.stretches)
	if err != nil {
		return a, err
	}
	c, err := p.choose(r, there)
	if err != nil {
		return a, err
	}
	a.Status = c.status
	if c.mode == nil {
		return a, nil
	}
	p.network.describe(&a, route.stretches)
	a.Mode, a.BaudRate, a.RequiredOsnrDb, a.Metrics = c.mode.Format, c.mode.BaudRate, p.required(c.mode), c.metrics
	if r.Bidirectional {
		if err := p.reverse(r, c.mode, back, &a); err != nil {
			return a, fmt.Errorf("on the way back: %w", err)
		}
	}
	if a.Status == OK {
		p.occupy(r, c.mode, slices.Concat(route.stretches, back), &a)
	}
	return a, nil
}

// reverse judges the way back with the mode that was chosen on the way there.
func (p *Planner) reverse(r *Request, m *Mode, stretches []int, a *Answer) error {
	w, err := p.light.wayOver(stretches)
	if err != nil {
		return err
	}
	rollOff := m.rollOff(p.network.defaults.AutoRollOff)
	if a.Reverse, err = p.judge(r, m, rollOff, w); err != nil {
		return err
	}
	if a.Status == OK && a.Reverse.rounded() < p.required(m) {
		a.Status = ModeNotFeasible
	}
	return nil
}

// occupy gives slots to a request, the same ones in both directions. A
// transceiver that stands at its switch with nothing between them stands for any
// number of them: there are no slots to give.
func (p *Planner) occupy(r *Request, m *Mode, stretches []int, a *Answer) {
	stretches = slices.DeleteFunc(stretches, func(s int) bool { return p.network.stretches[s].line == nil })
	taken := p.network.shut
	for _, s := range stretches {
		taken.Join(&p.taken[s])
	}
	wavelengths, each := need(r.BandwidthBps, m.BitRate, r.SpacingHz)
	a.Slots, a.Status = assign(taken, r.Slots, wavelengths, each)
	if a.Status != OK {
		return
	}
	a.Pairs = wavelengths
	for _, s := range stretches {
		for _, slot := range a.Slots {
			p.taken[s].Add(slot.slot())
		}
	}
}

// back is the way back over the same hops.
func (n *Network) back(stretches []int) ([]int, error) {
	back := make([]int, 0, len(stretches))
	for _, i := range slices.Backward(stretches) {
		s := &n.stretches[i]
		if s.back < 0 {
			return nil, fault(fmt.Sprintf("from %q to %q", s.from, s.to), "link elements for the opposite direction too", "no way leads back")
		}
		back = append(back, s.back)
	}
	return back, nil
}

// describe names what a route passes.
func (n *Network) describe(a *Answer, stretches []int) {
	a.Path = append(a.Path, n.stretches[stretches[0]].from)
	metres := 0.0
	for _, i := range stretches {
		s := &n.stretches[i]
		a.Path = append(append(a.Path, s.within...), s.to)
		if _, terminal := n.terminals[s.to]; !terminal {
			a.RoadmPath = append(a.RoadmPath, s.to)
		}
		metres += s.fibreM
	}
	a.Elements, a.FibreKm = len(a.Path), metres/1000
}
