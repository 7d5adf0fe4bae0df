package mesh

import "math/bits"

// stages splits every node into one state per number of Via items touched so
// far. State = stage · nodes + node.
type stages struct {
	nodes  int32
	count  int32    // number of items
	byNode []uint64 // bit i: the node is in item i; nil without items
	byEdge []uint64
}

func (g *stages) prepare(m *Mesh, via []Via) {
	g.nodes, g.count = int32(len(m.nodes)), int32(len(via))
	if len(via) == 0 {
		return
	}
	g.byNode = zeroed(g.byNode, len(m.nodes))
	g.byEdge = zeroed(g.byEdge, len(m.edges))
	for i, v := range via {
		for _, n := range v.Nodes {
			g.byNode[n] |= 1 << i
		}
		for _, e := range v.Edges {
			g.byEdge[e] |= 1 << i
		}
	}
}

// size is the number of states.
func (g *stages) size() int { return int(g.nodes) * int(g.count+1) }

// touch returns the stage after touching what mask stands for.
func touch(stage int32, mask uint64) int32 {
	return stage + int32(bits.TrailingZeros64(^(mask >> uint(stage))))
}

// begin returns the stage in which a route from the node starts.
func (g *stages) begin(n Node) int32 {
	if g.count == 0 {
		return 0
	}
	return min(touch(0, g.byNode[n]), g.count)
}

// cross returns the stage after an edge, with the node that it leads to.
func (g *stages) cross(stage int32, e Edge, head Node) int32 {
	if g.count == 0 {
		return 0
	}
	stage = min(touch(stage, g.byEdge[e]), g.count)
	if stage == g.count {
		return stage
	}
	return min(touch(stage, g.byNode[head]), g.count)
}

func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// sized returns a slice of length n with whatever it held before.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
