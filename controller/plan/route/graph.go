package route

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/iterator"

	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
)

// linkCost is added to the latency of every link, in milliseconds, so that of
// two ways that take the same time the one over fewer switches comes first.
const linkCost = 1e-6

// graphOf is the graph of wavelength switches as gonum wants it. Nodes and
// neighbours come in a fixed order, which makes its answers repeatable.
type graphOf struct {
	index      map[string]int64
	nodes      []graph.Node
	neighbours map[int64][]graph.Node
	bundles    map[[2]int64][]Leg
}

type node int64

func (n node) ID() int64 { return int64(n) }

type edge struct{ from, to graph.Node }

func (e edge) From() graph.Node         { return e.from }
func (e edge) To() graph.Node           { return e.to }
func (e edge) ReversedEdge() graph.Edge { return edge{e.to, e.from} }

func newGraph(net *topo.Network, without Without) *graphOf {
	g := &graphOf{index: map[string]int64{}, neighbours: map[int64][]graph.Node{}, bundles: map[[2]int64][]Leg{}}
	for _, name := range slices.Sorted(maps.Keys(net.Devices)) {
		if net.Devices[name].Roadm() {
			id := int64(len(g.nodes))
			g.index[name] = id
			g.nodes = append(g.nodes, node(id))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(net.Links)) {
		l := net.Links[name]
		if !l.Between() || l.Ends[0].AddDrop() || l.Ends[1].AddDrop() || without.Has(name) {
			continue
		}
		a, b := g.index[l.Ends[0].Device.Name], g.index[l.Ends[1].Device.Name]
		if a == b {
			continue
		}
		g.join(a, b, Leg{l, records.AZ})
		g.join(b, a, Leg{l, records.ZA})
	}
	for _, legs := range g.bundles {
		slices.SortFunc(legs, func(x, y Leg) int {
			return cmp.Or(cmp.Compare(x.Link.LatencyMs, y.Link.LatencyMs), strings.Compare(x.Link.Name, y.Link.Name))
		})
	}
	return g
}

func (g *graphOf) join(a, b int64, leg Leg) {
	key := [2]int64{a, b}
	if len(g.bundles[key]) == 0 {
		g.neighbours[a] = append(g.neighbours[a], node(b))
	}
	g.bundles[key] = append(g.bundles[key], leg)
}

func (g *graphOf) bundle(a, b int64) []Leg { return g.bundles[[2]int64{a, b}] }

// Node implements graph.Graph.
func (g *graphOf) Node(id int64) graph.Node {
	if id < 0 || id >= int64(len(g.nodes)) {
		return nil
	}
	return g.nodes[id]
}

// Nodes implements graph.Graph.
func (g *graphOf) Nodes() graph.Nodes { return iterator.NewOrderedNodes(g.nodes) }

// From implements graph.Graph. It hands out a copy: Yen's algorithm strikes
// nodes out of what it gets.
func (g *graphOf) From(id int64) graph.Nodes {
	return iterator.NewOrderedNodes(slices.Clone(g.neighbours[id]))
}

// HasEdgeBetween implements graph.Graph.
func (g *graphOf) HasEdgeBetween(a, b int64) bool { return len(g.bundle(a, b)) > 0 }

// Edge implements graph.Graph.
func (g *graphOf) Edge(a, b int64) graph.Edge {
	if !g.HasEdgeBetween(a, b) {
		return nil
	}
	return edge{node(a), node(b)}
}

// Weight implements path.Weighted: the latency of the quickest link.
func (g *graphOf) Weight(a, b int64) (float64, bool) {
	if a == b {
		return 0, true
	}
	legs := g.bundle(a, b)
	if len(legs) == 0 {
		return 0, false
	}
	return legs[0].Link.LatencyMs + linkCost, true
}
