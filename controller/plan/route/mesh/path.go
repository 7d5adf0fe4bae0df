package mesh

import "slices"

// Path is a route without loops. Its edges belong to the receiver.
type Path struct {
	Edges  []Edge
	Weight float64 // by the query's By, summed from the start
}

// NodesOf returns the nodes of a path, both ends included.
func (m *Mesh) NodesOf(p Path) []Node {
	if len(p.Edges) == 0 {
		return nil
	}
	nodes := make([]Node, 0, len(p.Edges)+1)
	nodes = append(nodes, m.tail[p.Edges[0]])
	for _, e := range p.Edges {
		nodes = append(nodes, m.head[e])
	}
	return nodes
}

// Passes reports whether the path touches the items in this order. An edge is
// touched before the node that it leads to, and what is touched once may serve
// several items in a row.
func (m *Mesh) Passes(p Path, via []Via) bool {
	at := 0
	touch := func(has func(Via) bool) {
		for at < len(via) && has(via[at]) {
			at++
		}
	}
	node := func(n Node) { touch(func(v Via) bool { return slices.Contains(v.Nodes, n) }) }
	for i, e := range p.Edges {
		if i == 0 {
			node(m.tail[e])
		}
		touch(func(v Via) bool { return slices.Contains(v.Edges, e) })
		node(m.head[e])
	}
	return at == len(via)
}
