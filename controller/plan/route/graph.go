package route

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
)

// graph is the mesh of what light passes (wavelength switches, circuit switches,
// filters): nodes in the order of their names,
// links likewise, so that ties are resolved by name.
type graph struct {
	mesh    *mesh.Mesh
	latency *mesh.Weights
	node    map[string]mesh.Node
	legs    []Leg // by edge
	link    map[string]mesh.Link
}

// hop is a step from one switch to another, over whichever link.
type hop struct{ from, to mesh.Node }

// newGraph takes in the links between switches. The error joins one error per
// link whose latency cannot be reckoned with; the graph lacks those.
func newGraph(net *topo.Network) (*graph, error) {
	g := &graph{node: map[string]mesh.Node{}, link: map[string]mesh.Link{}}
	var b mesh.Builder
	for _, name := range slices.Sorted(maps.Keys(net.Devices)) {
		if net.Devices[name].Joins() {
			g.node[name] = b.Node(name)
		}
	}
	var errs []error
	var latency []float64
	for _, name := range slices.Sorted(maps.Keys(net.Links)) {
		l := net.Links[name]
		if !l.Between() || l.Ends[0].AddDrop() || l.Ends[1].AddDrop() || l.Ends[0].Device == l.Ends[1].Device {
			continue
		}
		if !(l.LatencyMs >= 0) || math.IsInf(l.LatencyMs, 1) {
			errs = append(errs, fmt.Errorf("link %s: latency of %v ms: no route can use it", name, l.LatencyMs))
			continue
		}
		b.Link(name, g.node[l.Ends[0].Device.Name], g.node[l.Ends[1].Device.Name])
		g.link[name] = mesh.Link(len(g.legs) / 2)
		g.legs = append(g.legs, Leg{l, records.AZ}, Leg{l, records.ZA})
		latency = append(latency, l.LatencyMs, l.LatencyMs)
	}
	var err error
	if g.mesh, err = b.Build(); err == nil {
		g.latency, err = g.mesh.Weights(latency)
	}
	return g, errors.Join(append(errs, err)...)
}

// view is the graph without some links. Of links side by side only the quickest
// is open to the search; bundles hold them all, quickest first.
type view struct {
	mask    *mesh.Mask
	bundles map[hop][]Leg
}

func (g *graph) view(without Without) *view {
	v := &view{mask: g.mesh.NewMask(), bundles: map[hop][]Leg{}}
	edges := map[hop][]mesh.Edge{}
	for e, leg := range g.legs {
		if e := mesh.Edge(e); !without.Has(leg.Link.Name) {
			h := hop{g.mesh.Tail(e), g.mesh.Head(e)}
			edges[h] = append(edges[h], e)
		}
	}
	for name := range without.links {
		if l, ok := g.link[name]; ok {
			v.mask.Link(l)
		}
	}
	for h, side := range edges {
		slices.SortFunc(side, func(x, y mesh.Edge) int {
			a, b := g.legs[x].Link, g.legs[y].Link
			return cmp.Or(cmp.Compare(a.LatencyMs, b.LatencyMs), strings.Compare(a.Name, b.Name))
		})
		for i, e := range side {
			v.bundles[h] = append(v.bundles[h], g.legs[e])
			if i > 0 {
				v.mask.Edge(e)
			}
		}
	}
	return v
}

// along returns the bundles that a path passes.
func (v *view) along(m *mesh.Mesh, p mesh.Path) [][]Leg {
	bundles := make([][]Leg, len(p.Edges))
	for i, e := range p.Edges {
		bundles[i] = v.bundles[hop{m.Tail(e), m.Head(e)}]
	}
	return bundles
}
