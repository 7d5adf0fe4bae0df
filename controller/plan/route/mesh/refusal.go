package mesh

import (
	"fmt"
	"strings"
)

// Reason says why there is no answer.
type Reason int

// Reasons, in the order in which they are looked for.
const (
	// Disconnected: nothing leads from one node to the other.
	Disconnected Reason = iota + 1
	// Excluded: every route uses something excluded.
	Excluded
	// NotVia: no route touches the items of Via in their order.
	NotVia
	// OverBound: routes exist, but none keeps all limits. Least is the smallest
	// value that any route has where there is one limit.
	OverBound
	// SharedLink: every route uses the links in Shared.
	SharedLink
	// SharedNode: every route passes the nodes in Shared.
	SharedNode
	// SharedRisk: every route carries the risks in Shared.
	SharedRisk
	// NoPair: no two routes are apart, though nothing is common to all routes.
	NoPair
	// NoPairWithin: no two routes are apart and both within all limits, though
	// single routes are.
	NoPairWithin
	// NoGroup: no routes of a group are apart, though each exists by itself.
	NoGroup
	// OutOfEffort: the search ended early. Whether there is an answer is not
	// known.
	OutOfEffort
)

// Refusal is the error for a well-formed question without an answer.
type Refusal struct {
	Reason   Reason
	From, To string
	Shared   []string // names, in the order of the shortest route, for SharedLink, SharedNode, SharedRisk
	Least    float64  // for OverBound
	Limit    float64  // for OverBound with Least
	Effort   int      // for OutOfEffort
}

func (r *Refusal) Error() string {
	way := fmt.Sprintf("from %s to %s", r.From, r.To)
	shared := strings.Join(r.Shared, ", ")
	switch r.Reason {
	case Disconnected:
		return "nothing leads " + way
	case Excluded:
		return "every route " + way + " uses something excluded"
	case NotVia:
		return "no route " + way + " touches what it must pass in the order given"
	case OverBound:
		if r.Limit > 0 || r.Least > 0 {
			return fmt.Sprintf("no route %s keeps the limit of %g: the least is %g", way, r.Limit, r.Least)
		}
		return "no route " + way + " keeps all limits"
	case SharedLink:
		return "every route " + way + " uses " + plural("link", r.Shared) + shared
	case SharedNode:
		return "every route " + way + " passes " + plural("node", r.Shared) + shared
	case SharedRisk:
		return "every route " + way + " is exposed to " + plural("risk", r.Shared) + shared
	case NoPair:
		return "no two routes " + way + " are apart, though nothing is common to all of them"
	case NoPairWithin:
		return "no two routes " + way + " are apart and both within all limits"
	case NoGroup:
		return "no routes of the group are apart, though each exists by itself; the group begins " + way
	case OutOfEffort:
		return fmt.Sprintf("no answer %s after looking at %d nodes; there may be one: allow more effort or ask for less", way, r.Effort)
	}
	return "no route " + way
}

func plural(what string, of []string) string {
	if len(of) == 1 {
		return what + " "
	}
	return what + "s "
}

func (m *Mesh) refuse(q *Query, why Reason, shared ...string) *Refusal {
	return &Refusal{Reason: why, From: m.nodes[q.From], To: m.nodes[q.To], Shared: shared, Effort: q.effort()}
}

// explain finds out why a query has no route at all. Every relaxation is tried
// in turn, each a plain search for a shortest route.
func (m *Mesh) explain(q Query) error {
	bare := Query{From: q.From, To: q.To, By: q.By, Effort: q.Effort}
	if ok, err := m.exists(bare); !ok {
		return m.because(&q, err, Disconnected)
	}
	if bare.Without = q.Without; bare.Without != nil {
		if ok, err := m.exists(bare); !ok {
			return m.because(&q, err, Excluded)
		}
	}
	if bare.Via = q.Via; len(bare.Via) > 0 {
		if ok, err := m.exists(bare); !ok {
			return m.because(&q, err, NotVia)
		}
	}
	r := m.refuse(&q, OverBound)
	if len(q.Bounds) == 1 && q.MaxEdges == 0 {
		bare.By = q.Bounds[0].Of
		if p, ok, _ := m.first(bare); ok {
			r.Least, r.Limit = p.Weight, q.Bounds[0].Limit
		}
	}
	return r
}

func (m *Mesh) because(q *Query, err error, why Reason) error {
	if err != nil {
		return err
	}
	return m.refuse(q, why)
}

func (m *Mesh) exists(q Query) (bool, error) {
	_, ok, err := m.first(q)
	return ok, err
}

// first returns the first route, whether there is one, and an error where that
// is not known.
func (m *Mesh) first(q Query) (Path, bool, error) {
	s := m.open(q)
	defer s.Close()
	p, ok := s.Next()
	return p, ok, s.Err()
}
