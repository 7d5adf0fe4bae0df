package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/route/mesh"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// meshes are the network as the search for pairs sees it, one for each level of
// what must not be shared, made when first asked for.
type meshes struct {
	mu    sync.Mutex
	known map[string]*pairMesh
}

// pairMesh has a node for each switch, and two for each site: light leaves
// terminals at the one and arrives at the other, so that no route passes
// through a site's terminals.
type pairMesh struct {
	mesh    *mesh.Mesh
	latency *mesh.Weights
	out, in map[string]mesh.Node // by site
	node    map[string]mesh.Node // by switch
	edges   []pairEdge
	risks   map[string]mesh.Risk
}

// pairEdge is one leg, or the legs of a chain, or a stub between a site's terminals
// and a switch.
type pairEdge struct {
	legs []route.Leg
	risk []string
}

func (n *Network) pairMesh(level string) (*pairMesh, error) {
	n.meshes.mu.Lock()
	defer n.meshes.mu.Unlock()
	if m, ok := n.meshes.known[level]; ok {
		return m, nil
	}
	m, err := n.buildPairMesh(level)
	if err != nil {
		return nil, err
	}
	if n.meshes.known == nil {
		n.meshes.known = map[string]*pairMesh{}
	}
	n.meshes.known[level] = m
	return m, nil
}

func (n *Network) buildPairMesh(level string) (*pairMesh, error) {
	m := &pairMesh{out: map[string]mesh.Node{}, in: map[string]mesh.Node{}, node: map[string]mesh.Node{}, risks: map[string]mesh.Risk{}}
	var b mesh.Builder
	for _, name := range slices.Sorted(maps.Keys(n.topo.Devices)) {
		if n.topo.Devices[name].Joins() {
			m.node[name] = b.Node("switch " + name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.sites)) {
		m.out[name], m.in[name] = b.Node("out of "+name), b.Node("into "+name)
	}
	var latency []float64
	add := func(s mesh.EdgeSpec, ms float64, legs ...route.Leg) {
		for _, r := range s.Risks {
			m.risks[r] = b.Risk(r)
		}
		b.Edge(s)
		m.edges = append(m.edges, pairEdge{legs, s.Risks})
		latency = append(latency, ms)
	}
	for _, name := range slices.Sorted(maps.Keys(n.topo.Links)) {
		l := n.topo.Links[name]
		if !(l.LatencyMs >= 0) {
			continue
		}
		risks := n.risks(level, l)
		for _, dir := range []records.Direction{records.AZ, records.ZA} {
			leg := route.Leg{Link: l, Direction: dir}
			from, to := leg.Enter().Device, leg.Exit().Device
			if l.Between() && !leg.Enter().AddDrop() && !leg.Exit().AddDrop() && from != to {
				add(mesh.EdgeSpec{Name: name + ":" + string(dir), Link: name, Risks: risks, From: m.node[from.Name], To: m.node[to.Name]}, l.LatencyMs, leg)
			}
		}
	}
	for _, sites := range slices.SortedFunc(maps.Keys(n.direct), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		if sites[0] == sites[1] {
			continue
		}
		// The two directions join different nodes, so that they are two links to the
		// mesh; no route can use both.
		for _, c := range n.direct[sites] {
			spec := mesh.EdgeSpec{Name: "chain " + sites[0] + " " + sites[1], From: m.out[sites[0]], To: m.in[sites[1]]}
			for _, leg := range c.legs {
				spec.Name += " " + leg.Link.Name
				spec.Risks = append(spec.Risks, n.risks(level, leg.Link)...)
				if len(c.legs) > 1 { // chains meet in a link
					spec.Risks = append(spec.Risks, "link "+leg.Link.Name)
				}
			}
			add(spec, c.latencyMs, c.legs...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(n.sites)) {
		for _, roadm := range n.sites[name].roadms {
			if n.reachedFrom(roadm) > 1 && roadm.Site != name {
				continue // what enters and leaves one switch is a chain, and no pair of stubs
			}
			for i := range 2 { // both legs may begin at the same switch
				add(mesh.EdgeSpec{Name: fmt.Sprintf("add %s %s %d", name, roadm.Name, i), From: m.out[name], To: m.node[roadm.Name]}, 0)
				add(mesh.EdgeSpec{Name: fmt.Sprintf("drop %s %s %d", name, roadm.Name, i), From: m.node[roadm.Name], To: m.in[name]}, 0)
			}
		}
	}
	var err error
	if m.mesh, err = b.Build(); err != nil {
		return nil, err
	}
	m.latency, err = m.mesh.Weights(latency)
	return m, err
}

// reachedFrom counts the sites whose terminals a switch takes light from.
func (n *Network) reachedFrom(d *topo.Device) int {
	count := 0
	for _, s := range n.sites {
		if slices.Contains(s.roadms, d) {
			count++
		}
	}
	return count
}

// risks lists what a link shares with others at a level, beside itself.
func (n *Network) risks(level string, l *topo.Link) []string {
	var out []string
	if level == intents.DisjointLink {
		return nil
	}
	for _, r := range l.Risks {
		out = append(out, "shared risk "+r)
	}
	if level == intents.DisjointSite {
		for _, s := range sitesOf(l) {
			out = append(out, "site "+s)
		}
	}
	return out
}

// way makes a way of a path from site to site.
func (m *pairMesh) way(path mesh.Path) *way {
	var legs []route.Leg
	for _, e := range path.Edges {
		legs = append(legs, m.edges[e].legs...)
	}
	w := &way{}
	if len(legs) > 0 && legs[0].Enter().Line() {
		w.direct = legs
	} else {
		w.line.Legs = legs
	}
	for _, leg := range legs {
		w.latencyMs += leg.Link.LatencyMs
		w.lengthKm += leg.Link.LengthKm
	}
	w.name = strings.Join(w.links(), " ")
	return w
}
