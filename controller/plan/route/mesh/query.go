package mesh

import (
	"errors"
	"fmt"
	"math"
)

// Query asks for routes from one node to another.
type Query struct {
	From, To Node
	// By is what is to be small.
	By *Weights
	// Without is what must not be used.
	Without *Mask
	// Via is what must be touched, in this order; at most MaxVia items.
	Via []Via
	// Bounds are limits that a route must keep.
	Bounds []Bound
	// MaxEdges is the largest number of edges in a route; 0 sets no limit.
	MaxEdges int
	// Effort is the number of nodes that may be looked at between one route
	// and the next; 0 stands for DefaultEffort.
	Effort int
}

// Limits of a query.
const (
	MaxVia        = 64
	DefaultEffort = 2_000_000 // about a second

	maxStates = 1 << 22 // nodes times stages; holds memory to some hundred megabytes
)

// Via is something that a route must touch: any one of these nodes and edges.
// The place of a site is the list of its nodes and of the edges through its
// huts.
type Via struct {
	Nodes []Node
	Edges []Edge
}

// Bound limits the sum of a weight over a route, the limit itself included.
// Infinity sets no limit.
type Bound struct {
	Of    *Weights
	Limit float64
}

// ErrSameNode is returned for a route from a node to itself.
var ErrSameNode = errors.New("a route needs two different nodes")

func (m *Mesh) check(q *Query) error {
	for _, n := range []Node{q.From, q.To} {
		if n < 0 || int(n) >= len(m.nodes) {
			return fmt.Errorf("there is no node number %d, the mesh has %d", n, len(m.nodes))
		}
	}
	switch {
	case q.From == q.To:
		return fmt.Errorf("from %s to %s: %w", m.nodes[q.From], m.nodes[q.To], ErrSameNode)
	case q.By == nil || q.By.mesh != m:
		return errors.New("query: By must be weights of this mesh")
	case q.Without != nil && q.Without.mesh != m:
		return errors.New("query: Without is a mask of another mesh")
	case len(q.Via) > MaxVia:
		return fmt.Errorf("query: %d items in Via, at most %d", len(q.Via), MaxVia)
	case (len(q.Via)+1)*len(m.nodes) > maxStates:
		return fmt.Errorf("query: %d items in Via are too many for %d nodes; name fewer", len(q.Via), len(m.nodes))
	case q.MaxEdges < 0:
		return fmt.Errorf("query: MaxEdges is %d, want 0 for no limit, or more", q.MaxEdges)
	case q.Effort < 0:
		return fmt.Errorf("query: Effort is %d, want 0 for the default, or more", q.Effort)
	}
	for i, b := range q.Bounds {
		switch {
		case b.Of == nil || b.Of.mesh != m:
			return fmt.Errorf("query: bound %d must be on weights of this mesh", i)
		case math.IsNaN(b.Limit) || b.Limit < 0:
			return fmt.Errorf("query: bound %d is %v: a limit is a number, zero or more", i, b.Limit)
		}
	}
	return m.checkVia(q.Via)
}

func (m *Mesh) checkVia(via []Via) error {
	for i, v := range via {
		if len(v.Nodes)+len(v.Edges) == 0 {
			return fmt.Errorf("query: item %d of Via is empty, no route can touch it", i)
		}
		for _, n := range v.Nodes {
			if n < 0 || int(n) >= len(m.nodes) {
				return fmt.Errorf("query: item %d of Via: there is no node number %d", i, n)
			}
		}
		for _, e := range v.Edges {
			if e < 0 || int(e) >= len(m.edges) {
				return fmt.Errorf("query: item %d of Via: there is no edge number %d", i, e)
			}
		}
	}
	return nil
}

func (q *Query) effort() int {
	if q.Effort == 0 {
		return DefaultEffort
	}
	return q.Effort
}

// keeps reports whether a path keeps all bounds.
func (q *Query) keeps(edges []Edge) bool {
	if q.MaxEdges > 0 && len(edges) > q.MaxEdges {
		return false
	}
	for _, b := range q.Bounds {
		if !b.Of.within(edges, b.Limit) {
			return false
		}
	}
	return true
}
