package mesh

import (
	"errors"
	"fmt"
	"slices"
)

// MaxSize is the largest number of nodes, and of edges, in a Mesh. It keeps
// sums of weights within 64 bits.
const MaxSize = 1 << 20

// Builder collects nodes and edges. The zero value is ready for use. Mistakes
// are remembered and returned, all of them, by Build.
type Builder struct {
	m        Mesh
	edgeRisk [][]Risk
	linkID   map[string]Link
	edgeID   map[string]bool
	riskID   map[string]Risk
	errs     []error
}

// EdgeSpec describes one direction of a link.
type EdgeSpec struct {
	Name     string // unique among edges
	From, To Node
	// Link names the link that the edge is a direction of. At most two edges,
	// of opposite directions, make a link. Empty stands for the edge's name.
	Link string
	// Risks names what the edge shares with others. Repetitions count once.
	Risks []string
}

// Node adds a node. Its name must be new.
func (b *Builder) Node(name string) Node {
	if b.m.byName == nil {
		b.m.byName = map[string]Node{}
	}
	n := Node(len(b.m.nodes))
	if _, ok := b.m.byName[name]; ok {
		b.errs = append(b.errs, fmt.Errorf("node %q: there are two of this name", name))
		return n
	}
	b.m.byName[name] = n
	b.m.nodes = append(b.m.nodes, name)
	return n
}

// Risk returns the number of a risk, and adds it where it is new.
func (b *Builder) Risk(name string) Risk {
	if b.riskID == nil {
		b.riskID = map[string]Risk{}
	}
	r, ok := b.riskID[name]
	if !ok {
		r = Risk(len(b.m.risks))
		b.riskID[name] = r
		b.m.risks = append(b.m.risks, name)
	}
	return r
}

// Edge adds one direction of a link.
func (b *Builder) Edge(s EdgeSpec) Edge {
	e := Edge(len(b.m.edges))
	if err := b.check(s); err != nil {
		b.errs = append(b.errs, fmt.Errorf("edge %q: %w", s.Name, err))
		return e
	}
	if b.edgeID == nil {
		b.edgeID, b.linkID = map[string]bool{}, map[string]Link{}
	}
	b.edgeID[s.Name] = true
	name := s.Link
	if name == "" {
		name = s.Name
	}
	l, ok := b.linkID[name]
	if !ok {
		l = Link(len(b.m.links))
		b.linkID[name] = l
		b.m.links = append(b.m.links, name)
		b.m.pairs = append(b.m.pairs, [2]Edge{e, e})
	} else {
		p := &b.m.pairs[l]
		if p[0] != p[1] || b.m.tail[p[0]] != s.To || b.m.head[p[0]] != s.From {
			b.errs = append(b.errs, fmt.Errorf("edge %q: link %q has edge %q already and takes only one more, in the opposite direction; name what they share as a risk", s.Name, name, b.m.edges[p[0]]))
			return e
		}
		p[1] = e
	}
	risks := make([]Risk, 0, len(s.Risks))
	for _, r := range s.Risks {
		risks = append(risks, b.Risk(r))
	}
	slices.Sort(risks)
	b.edgeRisk = append(b.edgeRisk, slices.Compact(risks))
	b.m.edges = append(b.m.edges, s.Name)
	b.m.tail = append(b.m.tail, s.From)
	b.m.head = append(b.m.head, s.To)
	b.m.link = append(b.m.link, l)
	return e
}

// Link adds both directions of a fibre pair as edges "name:az" and "name:za".
func (b *Builder) Link(name string, a, z Node, risks ...string) (az, za Edge) {
	az = b.Edge(EdgeSpec{Name: name + ":az", From: a, To: z, Link: name, Risks: risks})
	za = b.Edge(EdgeSpec{Name: name + ":za", From: z, To: a, Link: name, Risks: risks})
	return az, za
}

func (b *Builder) check(s EdgeSpec) error {
	for _, n := range []Node{s.From, s.To} {
		if n < 0 || int(n) >= len(b.m.nodes) {
			return fmt.Errorf("there is no node number %d", n)
		}
	}
	if b.edgeID[s.Name] {
		return errors.New("there are two of this name")
	}
	if s.From == s.To {
		return fmt.Errorf("it leads from node %q to itself, which no route can use; leave it out", b.m.nodes[s.From])
	}
	return nil
}

// Build makes the mesh. The error joins one error per mistake; there is no mesh
// then. The Builder must not be used afterwards.
func (b *Builder) Build() (*Mesh, error) {
	m := &b.m
	if len(m.nodes) > MaxSize || len(m.edges) > MaxSize {
		b.errs = append(b.errs, fmt.Errorf("%d nodes and %d edges are more than a mesh holds, %d of each", len(m.nodes), len(m.edges), MaxSize))
	}
	if len(b.errs) > 0 {
		return nil, errors.Join(b.errs...)
	}
	m.ones = slices.Repeat([]int64{1}, len(m.edges))
	m.out = tabulate(len(m.nodes), func(put func(int32, Edge)) {
		for e, n := range m.tail {
			put(int32(n), Edge(e))
		}
	})
	m.in = tabulate(len(m.nodes), func(put func(int32, Edge)) {
		for e, n := range m.head {
			put(int32(n), Edge(e))
		}
	})
	m.carries = tabulate(len(m.edges), func(put func(int32, Risk)) {
		for e, risks := range b.edgeRisk {
			for _, r := range risks {
				put(int32(e), r)
			}
		}
	})
	m.carriers = tabulate(len(m.risks), func(put func(int32, Edge)) {
		for e, risks := range b.edgeRisk {
			for _, r := range risks {
				put(int32(r), Edge(e))
			}
		}
	})
	return m, nil
}
