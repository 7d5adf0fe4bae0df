package traffic

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

// maxTies bounds how many equally long routes of a pair are put in order.
const maxTies = 4096

// ShortestPairs returns every ordered pair of nodes with its k shortest routes
// by length, fewer where there are no more. Of equally long routes the one
// whose nodes' names come first is first, compared as text from the start.
//
// Where lengths are round numbers, ties are many, and their order alone moves
// blocking by several percent. To compare with another program, give it the
// same routes.
func (n *Network) ShortestPairs(k int) ([]Pair, error) {
	if k < 1 {
		return nil, fmt.Errorf("%d routes for each pair: want at least 1", k)
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	var b mesh.Builder
	nodes := map[string]mesh.Node{}
	for _, name := range n.Nodes {
		nodes[name] = b.Node(name)
	}
	lengths := make([]float64, len(n.Links))
	for i, l := range n.Links {
		lengths[i] = l.Km
		b.Edge(mesh.EdgeSpec{Name: fmt.Sprint(i), From: nodes[l.From], To: nodes[l.To]})
	}
	m, err := b.Build()
	if err != nil {
		return nil, err
	}
	byLength, err := m.Weights(lengths)
	if err != nil {
		return nil, err
	}
	var pairs []Pair
	for _, from := range n.Nodes {
		for _, to := range n.Nodes {
			if from == to {
				continue
			}
			p := Pair{From: from, To: to}
			if p.Routes, err = shortest(m, mesh.Query{From: nodes[from], To: nodes[to], By: byLength}, k); err != nil {
				return nil, fmt.Errorf("routes from %q to %q: %w", from, to, err)
			}
			pairs = append(pairs, p)
		}
	}
	return pairs, nil
}

// shortest returns up to k routes of a query. It asks for more until one is
// longer than the k-th, so that all that tie with it are known.
func shortest(m *mesh.Mesh, q mesh.Query, k int) ([][]int, error) {
	search, err := m.Search(q)
	if err != nil {
		return nil, err
	}
	defer search.Close()
	type found struct {
		length float64
		names  []string
		links  []int
	}
	var all []found
	for path := range search.All() {
		// Sums of lengths that are equal in decimals may differ in the last bits.
		length := path.Weight
		if n := len(all); n > 0 && length <= all[n-1].length*(1+1e-12) {
			length = all[n-1].length
		}
		if n := len(all); n >= k && length > all[k-1].length {
			break
		} else if n == k+maxTies {
			return nil, fmt.Errorf("more than %d routes of %v km", maxTies, length)
		}
		f := found{length: length}
		for _, node := range m.NodesOf(path) {
			f.names = append(f.names, m.NodeName(node))
		}
		for _, e := range path.Edges {
			f.links = append(f.links, int(e))
		}
		all = append(all, f)
	}
	var refusal *mesh.Refusal
	if err := search.Err(); err != nil && (!errors.As(err, &refusal) || refusal.Reason == mesh.OutOfEffort) {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.length, b.length), slices.Compare(a.names, b.names))
	})
	var routes [][]int
	for _, f := range all[:min(k, len(all))] {
		routes = append(routes, f.links)
	}
	return routes, nil
}
