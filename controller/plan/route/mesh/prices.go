package mesh

import "slices"

// prices are the dual prices of a flow of two units: what links, and nodes
// where they must be apart, cost beside their weight because only one route may
// use them. With them added, every route weighs at least as much as the routes
// of the flow.
type prices struct {
	weights *Weights // units with prices, values without
	all     int64    // sum of prices
	least   int64    // no pair weighs less, in units
}

// prices computes the prices of a flow that has run. Any prices give a valid
// bound as long as none is negative; these give the best one.
func (f *flow) prices() prices {
	by := *f.weights
	by.units = slices.Clone(by.units)
	p := prices{weights: &by}
	far := f.least[f.entry(f.sp.to)].w
	distance := func(state int32) int64 {
		if f.status[state] != settled {
			return far
		}
		return min(far, f.least[state].w)
	}
	for _, e := range f.used {
		c, _ := f.reduced(e)
		u, v := f.m.tail[e], f.m.head[e]
		if price := distance(f.entry(v)) - distance(f.exit(u)) - c.w; price > 0 {
			p.all += price
			for _, d := range f.m.EdgesOf(f.m.link[e]) {
				by.units[d] += price
			}
		}
	}
	for _, e := range f.first {
		v := f.m.head[e]
		if !f.between(v) {
			continue
		}
		if price := distance(f.exit(v)) - distance(f.entry(v)); price > 0 {
			p.all += price
			for _, d := range f.m.In(v) {
				by.units[d] += price
			}
		}
	}
	return p
}

// sum returns the priced weight of a route, in units.
func (p *prices) sum(edges []Edge) int64 {
	sum := int64(0)
	for _, e := range edges {
		sum += p.weights.units[e]
	}
	return sum
}
