package pathrequest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

const (
	// groupLinks is the longest route that requests with a disjunction may take,
	// in links of the case: the reference tool lists no longer ones.
	groupLinks = 80
	// groupSize bounds a disjunction, and requests tied together by several.
	groupSize = 64
)

// found is a route, or why there is none.
type found struct {
	stretches []int
	status    Status
}

// routes finds the routes of all requests, disjunctions first.
func (n *Network) routes(list []*Request, groups []Disjunction) ([]found, error) {
	routes := make([]found, len(list))
	done := make([]bool, len(list))
	for _, group := range tied(list, groups) {
		if err := n.routeGroup(list, group, groups, routes); err != nil {
			return nil, err
		}
		for _, i := range group {
			done[i] = true
		}
	}
	for i, r := range list {
		if done[i] {
			continue
		}
		var err error
		if routes[i], err = n.route(r); err != nil {
			return nil, err
		}
	}
	return routes, nil
}

// route is the shortest one that passes the includes in their order. If there
// is none and all of them may be passed over, it is the shortest one.
func (n *Network) route(r *Request) (found, error) {
	q := mesh.Query{From: n.terminals[r.Source].source, To: n.terminals[r.Destination].sink, By: n.weight}
	via, possible := n.via(r)
	q.Via = via
	p, err := mesh.Path{}, error(&mesh.Refusal{Reason: mesh.NotVia})
	if possible {
		p, err = n.mesh.Shortest(q)
	}
	no := new(mesh.Refusal)
	if errors.As(err, &no) && no.Reason == mesh.NotVia {
		if r.strict() {
			return found{status: NoPathWithConstraint}, nil
		}
		q.Via = nil
		p, err = n.mesh.Shortest(q)
	}
	switch {
	case err == nil:
		return found{numbers(p), OK}, nil
	case errors.As(err, &no) && no.Reason == mesh.Disconnected:
		return found{status: NoPath}, nil
	}
	return found{}, effort(fmt.Sprintf("request %q", r.ID), err)
}

// via says what a route must touch, and whether any could: two elements of one
// stretch are passed one right after the other, in the order they stand in.
func (n *Network) via(r *Request) (via []mesh.Via, possible bool) {
	last := place{edge: -1}
	for _, include := range r.Include {
		at := n.places[include.UID]
		if at.edge < 0 {
			via = append(via, mesh.Via{Nodes: []mesh.Node{at.node}})
		} else {
			via = append(via, mesh.Via{Edges: []mesh.Edge{at.edge}})
		}
		if at.edge >= 0 && at.edge == last.edge && at.number < last.number {
			return via, false
		}
		last = at
	}
	return via, true
}

func numbers(p mesh.Path) []int {
	list := make([]int, len(p.Edges))
	for i, e := range p.Edges {
		list[i] = int(e)
	}
	return list
}

// tied collects requests that disjunctions tie together, by their places.
func tied(list []*Request, groups []Disjunction) [][]int {
	var sets [][]int
	for _, g := range groups {
		var set []int
		for _, id := range g.Requests {
			if i := slices.IndexFunc(list, func(r *Request) bool { return r.ID == id }); i >= 0 && !slices.Contains(set, i) {
				set = append(set, i)
			}
		}
		for j := 0; j < len(sets); {
			if !slices.ContainsFunc(sets[j], func(i int) bool { return slices.Contains(set, i) }) {
				j++
				continue
			}
			for _, i := range set {
				if !slices.Contains(sets[j], i) {
					sets[j] = append(sets[j], i)
				}
			}
			set, sets = sets[j], slices.Delete(sets, j, j+1)
		}
		if len(set) > 0 {
			sets = append(sets, set)
		}
	}
	return sets
}

// routeGroup takes the first combination of routes that share no hop: that in
// which the last request of the group has its shortest possible route, with it
// the one before, and so on. Combinations that pass all includes go first; if
// there are none, those that pass the includes of strict requests.
func (n *Network) routeGroup(list []*Request, group []int, groups []Disjunction, routes []found) error {
	first := list[group[0]]
	at := fmt.Sprintf("disjunction of request %q", first.ID)
	if len(group) > groupSize {
		return fault(at, "take it apart", "%d requests are tied together, more than %d", len(group), groupSize)
	}
	order := slices.Clone(group)
	slices.Reverse(order)
	apart := func(i, j int) bool {
		a, b := list[order[i]].ID, list[order[j]].ID
		return slices.ContainsFunc(groups, func(g Disjunction) bool { return slices.Contains(g.Requests, a) && slices.Contains(g.Requests, b) })
	}
	for _, strictOnly := range []bool{false, true} {
		q := mesh.GroupQuery{Apart: apart}
		possible := true
		for _, i := range order {
			r := list[i]
			route := mesh.Query{From: n.terminals[r.Source].source, To: n.terminals[r.Destination].sink, By: n.weight,
				Bounds: []mesh.Bound{{Of: n.links, Limit: groupLinks}}}
			if !strictOnly || r.strict() {
				via, inOrder := n.via(r)
				route.Via, possible = via, possible && inOrder
			}
			q.Routes = append(q.Routes, route)
		}
		if !possible {
			continue
		}
		paths, err := n.mesh.Group(q)
		if err == nil {
			for k, i := range order {
				routes[i] = found{numbers(paths[k]), OK}
			}
			return nil
		}
		if no := new(mesh.Refusal); !errors.As(err, &no) || no.Reason == mesh.OutOfEffort {
			return effort(at, err)
		}
	}
	return fault(at, "relax the disjunction or the includes, or shorten the routes", "no routes of %d links at most share no hop", groupLinks)
}

// effort turns what the mesh could not answer into an error of ours.
func effort(at string, err error) error {
	if r := new(mesh.Refusal); errors.As(err, &r) && r.Reason == mesh.OutOfEffort {
		return fault(at, "include fewer elements or take a disjunction apart", "the search for a route was given up after looking at %d nodes", r.Effort)
	}
	return fmt.Errorf("%s: %w", at, err)
}
