package mesh

// Mask is a set of nodes and edges that a route must not use. A nil Mask is
// empty. It may be shared by queries that run at the same time, as long as
// nobody changes it.
type Mask struct {
	mesh  *Mesh
	nodes []uint64
	edges []uint64
}

// NewMask returns an empty mask.
func (m *Mesh) NewMask() *Mask {
	return &Mask{m, make([]uint64, (len(m.nodes)+63)/64), make([]uint64, (len(m.edges)+63)/64)}
}

// Node excludes a node and with it all its edges.
func (k *Mask) Node(n Node) { k.nodes[n/64] |= 1 << (n % 64) }

// Edge excludes one direction.
func (k *Mask) Edge(e Edge) { k.edges[e/64] |= 1 << (e % 64) }

// Link excludes both directions of a link.
func (k *Mask) Link(l Link) {
	k.Edge(k.mesh.pairs[l][0])
	k.Edge(k.mesh.pairs[l][1])
}

// Risk excludes all edges that carry the risk.
func (k *Mask) Risk(r Risk) {
	for _, e := range k.mesh.Carriers(r) {
		k.Edge(e)
	}
}

// HasNode reports whether the node is excluded.
func (k *Mask) HasNode(n Node) bool { return k != nil && k.nodes[n/64]>>(n%64)&1 != 0 }

// HasEdge reports whether the edge itself is excluded; its ends may be besides.
func (k *Mask) HasEdge(e Edge) bool { return k != nil && k.edges[e/64]>>(e%64)&1 != 0 }

// set makes k what other is.
func (k *Mask) set(other *Mask) {
	if other == nil {
		clear(k.nodes)
		clear(k.edges)
		return
	}
	copy(k.nodes, other.nodes)
	copy(k.edges, other.edges)
}

// Clone returns a copy that may be changed. The mesh is needed for a nil mask.
func (k *Mask) Clone(m *Mesh) *Mask {
	c := m.NewMask()
	c.set(k)
	return c
}
