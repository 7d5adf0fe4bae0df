package traffic

import (
	"errors"
	"fmt"
	"math"
)

// Scenario is what a Model is made of.
type Scenario struct {
	Network Network
	Pairs   []Pair
	Classes []Class
}

// Network is nodes and directed links. A fibre pair is two links.
type Network struct {
	Nodes []string
	Links []Link
	Slots int // on every link, 1 to MaxSlots
}

// Link is one direction of a fibre. There may be several from one node to
// another.
type Link struct {
	From, To string
	Km       float64 // 0 or more
}

// Pair is a source and a destination, and the ways between them.
type Pair struct {
	From, To string
	// Weight is the share of requests that are for this pair, relative to the
	// other pairs. When all are zero, all are alike.
	Weight float64
	// Routes are tried in this order. Each is the numbers of its links in
	// Network.Links, from From to To, no node twice. Without any, every request of
	// the pair is blocked.
	Routes [][]int
}

// Class is a kind of request.
type Class struct {
	Gbps float64 // 0 or more; only for the blocking of bandwidth
	// Weight is the share of requests of this class, relative to the other
	// classes. When all are zero, all are alike.
	Weight float64
	// Options are tried in this order on each route. Without one that reaches,
	// the route is not used.
	Options []Option
}

// Option is a way to carry a request.
type Option struct {
	Modulation string
	Slots      int     // side by side, guard slots included; at least 1
	ReachKm    float64 // of the longest route, that length included; may be infinite
}

// Along returns the links of a route that is given by its nodes. Of several
// links from one node to the next it takes the first.
func (n *Network) Along(nodes ...string) ([]int, error) {
	if len(nodes) < 2 {
		return nil, fmt.Errorf("route %q: want at least two nodes", nodes)
	}
	var links []int
	for i, from := range nodes[:len(nodes)-1] {
		found := -1
		for k, l := range n.Links {
			if l.From == from && l.To == nodes[i+1] {
				found = k
				break
			}
		}
		if found < 0 {
			return nil, fmt.Errorf("route %q: there is no link from %q to %q", nodes, from, nodes[i+1])
		}
		links = append(links, found)
	}
	return links, nil
}

// check returns one error per mistake in the network.
func (n *Network) check() error {
	var faults []error
	add := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if len(n.Nodes) == 0 {
		add("the network has no nodes")
	}
	if len(n.Links) > MaxLinks {
		add("the network has %d links: want at most %d", len(n.Links), MaxLinks)
	}
	if n.Slots < 1 || n.Slots > MaxSlots {
		add("%d slots on a link: want 1 to %d", n.Slots, MaxSlots)
	}
	known := map[string]bool{}
	for i, name := range n.Nodes {
		if name == "" {
			add("node %d has no name", i)
		} else if known[name] {
			add("node %d: the name %q is taken", i, name)
		}
		known[name] = true
	}
	for i, l := range n.Links {
		where := fmt.Sprintf("link %d from %q to %q", i, l.From, l.To)
		for _, end := range []string{l.From, l.To} {
			if !known[end] {
				add("%s: there is no node %q", where, end)
			}
		}
		if l.From == l.To {
			add("%s: it ends where it begins", where)
		}
		if !(l.Km >= 0) || math.IsInf(l.Km, 0) {
			add("%s: length %v km: want zero or more, and finite", where, l.Km)
		}
	}
	return errors.Join(faults...)
}
