package mesh

import "sync"

// Node, Edge, Link and Risk are numbers from 0 in the order of their addition
// to the Builder. They mean something only together with their Mesh.
type (
	Node int32
	Edge int32
	Link int32
	Risk int32
)

// Mesh is a directed multigraph. It never changes and is safe for concurrent
// use.
type Mesh struct {
	nodes, edges, links, risks []string // names

	tail, head []Node
	link       []Link
	out, in    rows[Edge] // by node, ascending
	pairs      [][2]Edge  // by link; twice the same edge where there is one direction only
	carries    rows[Risk] // by edge, ascending
	carriers   rows[Edge] // by risk, ascending
	ones       []int64    // by edge: the weights that count edges
	byName     map[string]Node

	idle sync.Pool // of *space
}

// rows is a table of rows of different lengths in two flat arrays.
type rows[T any] struct {
	at    []int32
	cells []T
}

func (r *rows[T]) row(i int32) []T { return r.cells[r.at[i]:r.at[i+1]] }

// tabulate makes rows out of n·each pairs: visit calls put once for every cell,
// the same ones in the same order each time it is called.
func tabulate[T any](n int, visit func(put func(row int32, cell T))) rows[T] {
	r := rows[T]{at: make([]int32, n+1)}
	visit(func(row int32, _ T) { r.at[row+1]++ })
	for i := range n {
		r.at[i+1] += r.at[i]
	}
	r.cells = make([]T, r.at[n])
	next := append([]int32(nil), r.at[:n]...)
	visit(func(row int32, cell T) {
		r.cells[next[row]] = cell
		next[row]++
	})
	return r
}

// Nodes returns the number of nodes.
func (m *Mesh) Nodes() int { return len(m.nodes) }

// Edges returns the number of directed edges.
func (m *Mesh) Edges() int { return len(m.edges) }

// Links returns the number of links.
func (m *Mesh) Links() int { return len(m.links) }

// Risks returns the number of risks.
func (m *Mesh) Risks() int { return len(m.risks) }

// NodeName returns the name that the node was added under.
func (m *Mesh) NodeName(n Node) string { return m.nodes[n] }

// EdgeName returns the name that the edge was added under.
func (m *Mesh) EdgeName(e Edge) string { return m.edges[e] }

// LinkName returns the name of a link.
func (m *Mesh) LinkName(l Link) string { return m.links[l] }

// RiskName returns the name of a risk.
func (m *Mesh) RiskName(r Risk) string { return m.risks[r] }

// Lookup finds a node by name.
func (m *Mesh) Lookup(node string) (Node, bool) {
	n, ok := m.byName[node]
	return n, ok
}

// Tail returns the node at which the edge begins.
func (m *Mesh) Tail(e Edge) Node { return m.tail[e] }

// Head returns the node to which the edge leads.
func (m *Mesh) Head(e Edge) Node { return m.head[e] }

// LinkOf returns the link that the edge is a direction of.
func (m *Mesh) LinkOf(e Edge) Link { return m.link[e] }

// EdgesOf returns both directions of a link, or its only edge.
func (m *Mesh) EdgesOf(l Link) []Edge {
	p := m.pairs[l]
	if p[0] == p[1] {
		return []Edge{p[0]}
	}
	return []Edge{p[0], p[1]}
}

// Out returns the edges that leave a node, in ascending order. The slice is
// shared: it must not be changed.
func (m *Mesh) Out(n Node) []Edge { return m.out.row(int32(n)) }

// In returns the edges that lead to a node, in ascending order. The slice is
// shared: it must not be changed.
func (m *Mesh) In(n Node) []Edge { return m.in.row(int32(n)) }

// RisksOf returns the risks that an edge carries, in ascending order. The slice
// is shared: it must not be changed.
func (m *Mesh) RisksOf(e Edge) []Risk { return m.carries.row(int32(e)) }

// Carriers returns the edges that carry a risk, in ascending order. The slice
// is shared: it must not be changed.
func (m *Mesh) Carriers(r Risk) []Edge { return m.carriers.row(int32(r)) }

// reversed returns the mesh with every edge turned round. Numbers stay the same.
func (m *Mesh) reversed() *Mesh {
	return &Mesh{
		nodes: m.nodes, edges: m.edges, links: m.links, risks: m.risks,
		tail: m.head, head: m.tail, link: m.link, out: m.in, in: m.out,
		pairs: m.pairs, carries: m.carries, carriers: m.carriers, ones: m.ones, byName: m.byName,
	}
}
