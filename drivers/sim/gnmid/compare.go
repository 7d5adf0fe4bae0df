package gnmid

import (
	"slices"

	"github.com/waveplane/waveplane/models/openconfig"
)

// difference is told leaf by leaf. The path is valid during the call only.
type difference struct {
	// leaf reports a leaf that is new, has another value or is gone.
	leaf func(at path, old, new string, had, has bool)
	// branch, if set, reports a branch that is gone as a whole instead of its
	// leaves.
	branch func(at path)
	// want, if set, limits the leaves.
	want func(*openconfig.Node) bool
}

// compare tells what differs between two trees within a scope. Either may be
// nil. Subtrees that the trees share cost nothing.
func compare(old, new *branch, in *scope, d difference) {
	w := comparer{difference: d, at: make(path, 0, 12)}
	w.run(old, new, in)
}

// list tells the leaves of a tree at and below p.
func list(b *branch, p path, want func(*openconfig.Node) bool, each func(at path, value string)) {
	compare(nil, b, scopeOf(p), difference{
		want: want,
		leaf: func(at path, _, value string, _, _ bool) { each(at, value) },
	})
}

type comparer struct {
	difference
	at path
}

func (w *comparer) run(old, new *branch, in *scope) {
	if old == new {
		return
	}
	if new == nil && in.whole && w.branch != nil && len(w.at) > 0 {
		w.branch(w.at)
		return
	}
	if in.hasLeaves() {
		w.leaves(old, new, in)
	}
	if in.whole {
		w.kids(kidsOf(old), kidsOf(new), Step{}, in)
		return
	}
	for _, part := range in.parts {
		w.kids(narrow(kidsOf(old), part.step), narrow(kidsOf(new), part.step), part.step, part)
	}
}

func (w *comparer) leaves(old, new *branch, in *scope) {
	a, b := leavesOf(old), leavesOf(new)
	for len(a)+len(b) > 0 {
		var o, n leaf
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].node.Name < b[0].node.Name:
			o, a = a[0], a[1:]
		case len(a) == 0 || b[0].node.Name < a[0].node.Name:
			n, b = b[0], b[1:]
		default:
			o, n, a, b = a[0], b[0], a[1:], b[1:]
		}
		node := n.node
		if node == nil {
			node = o.node
		}
		if !in.admitsLeaf(node) || w.want != nil && !w.want(node) {
			continue
		}
		if o.node != nil && n.node != nil && o.value == n.value {
			continue
		}
		w.at = append(w.at, Step{node: node})
		w.leaf(w.at, o.value, n.value, o.node != nil, n.node != nil)
		w.at = w.at[:len(w.at)-1]
	}
}

// kids goes on with those of the branches a and b that one step admits; in is
// the scope there.
func (w *comparer) kids(a, b []*branch, one Step, in *scope) {
	for len(a)+len(b) > 0 {
		var o, n *branch
		order := 0
		switch {
		case len(b) == 0:
			order = -1
		case len(a) == 0:
			order = 1
		case a[0] != b[0]:
			order = compareBranch(a[0], b[0].node, b[0].keys)
		}
		if order <= 0 {
			o, a = a[0], a[1:]
		}
		if order >= 0 {
			n, b = b[0], b[1:]
		}
		kid := n
		if kid == nil {
			kid = o
		}
		if !one.is(kid.node) || !one.admits(kid.keys) {
			continue
		}
		w.at = append(w.at, Step{node: kid.node, keys: kid.keys})
		w.run(o, n, in)
		w.at = w.at[:len(w.at)-1]
	}
}

// narrow cuts sorted branches to those that the step can mean, so that one
// entry of a long list is found without looking at the others.
func narrow(kids []*branch, s Step) []*branch {
	if s.node == nil || len(kids) == 0 {
		return kids
	}
	one := path{s}.concrete()
	first, found := slices.BinarySearchFunc(kids, s, func(k *branch, s Step) int {
		if one {
			return compareBranch(k, s.node, s.keys)
		}
		return compareBranch(k, s.node, nil)
	})
	if one {
		if !found {
			return nil
		}
		return kids[first : first+1]
	}
	end := first
	for end < len(kids) && kids[end].node == s.node {
		end++
	}
	return kids[first:end]
}

func leavesOf(b *branch) []leaf {
	if b == nil {
		return nil
	}
	return b.leaves
}

func kidsOf(b *branch) []*branch {
	if b == nil {
		return nil
	}
	return b.kids
}
