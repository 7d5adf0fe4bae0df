package gnmid

import (
	"slices"
	"strings"

	"github.com/waveplane/waveplane/models/openconfig"
)

// branch is a container or a list entry that has something below it. Branches
// are never changed once they are part of a published tree: an edit copies
// those on its way.
type branch struct {
	node   *openconfig.Node
	keys   []string  // of a list entry, in the order of node.Keys
	leaves []leaf    // by name
	kids   []*branch // by name, then by keys
	owner  *edit     // the edit that may still change this copy in place
}

type leaf struct {
	node  *openconfig.Node
	value string
}

// edit is one series of changes to a tree. What it has copied once it changes
// in place; when it is dropped, its tree is frozen.
type edit struct {
	schema *Schema
	// configuration makes the edit keep list entries whole: a setting written
	// below an entry also writes the entry's key settings, and an entry without
	// settings goes. Without it leaves are put and taken as told, and an entry
	// goes with its last setting.
	configuration bool
}

func compareBranch(b *branch, node *openconfig.Node, keys []string) int {
	if b.node != node {
		if c := strings.Compare(b.node.Name, node.Name); c != 0 {
			return c
		}
	}
	return slices.Compare(b.keys, keys)
}

// findKid searches by hand: every leaf of a request passes here once per level, and
// the closure of a library's search is most of the cost.
func (b *branch) findKid(node *openconfig.Node, keys []string) (int, bool) {
	low, high := 0, len(b.kids)
	for low < high {
		middle := int(uint(low+high) >> 1)
		switch order := compareBranch(b.kids[middle], node, keys); {
		case order == 0:
			return middle, true
		case order < 0:
			low = middle + 1
		default:
			high = middle
		}
	}
	return low, false
}

func (b *branch) findLeaf(name string) (int, bool) {
	return slices.BinarySearchFunc(b.leaves, name, func(l leaf, name string) int {
		return strings.Compare(l.node.Name, name)
	})
}

// value finds the leaf at a concrete path.
func (b *branch) value(p path) (string, bool) {
	if len(p) == 0 {
		return "", false
	}
	at := b.at(p[:len(p)-1])
	if at == nil {
		return "", false
	}
	i, ok := at.findLeaf(p[len(p)-1].node.Name)
	if !ok {
		return "", false
	}
	return at.leaves[i].value, true
}

// at finds the branch at a concrete path, nil when there is none.
func (b *branch) at(p path) *branch {
	for _, s := range p {
		i, ok := b.findKid(s.node, s.keys)
		if !ok {
			return nil
		}
		b = b.kids[i]
	}
	return b
}

// own returns the copy of b that the edit may change.
func (e *edit) own(b *branch) *branch {
	if b.owner == e {
		return b
	}
	c := *b
	c.owner = e
	c.leaves = slices.Clone(b.leaves)
	c.kids = slices.Clone(b.kids)
	return &c
}

// put sets the leaf at a concrete path, making what is missing above it.
func (e *edit) put(b *branch, p path, value string) *branch {
	s := p[0]
	if len(p) == 1 {
		return e.putLeaf(b, s.node, value)
	}
	i, found := b.findKid(s.node, s.keys)
	var kid *branch
	if found {
		kid = b.kids[i]
	} else {
		kid = e.sprout(s)
	}
	kid = e.put(kid, p[1:], value)
	if e.configuration {
		kid = e.repeatKeys(kid)
	}
	if found && kid == b.kids[i] {
		return b
	}
	b = e.own(b)
	if found {
		b.kids[i] = kid
	} else {
		b.kids = slices.Insert(b.kids, i, kid)
	}
	return b
}

// sprout is a new empty branch; a list entry has its keys.
func (e *edit) sprout(s Step) *branch {
	b := &branch{node: s.node, keys: s.keys, owner: e}
	for i, k := range s.keys {
		if key, ok := s.node.Child(s.node.Keys[i]); ok {
			b = e.putLeaf(b, key, k)
		}
	}
	return b
}

func (e *edit) putLeaf(b *branch, node *openconfig.Node, value string) *branch {
	i, found := b.findLeaf(node.Name)
	if found && b.leaves[i].value == value {
		return b
	}
	b = e.own(b)
	if found {
		b.leaves[i].value = value
	} else {
		b.leaves = slices.Insert(b.leaves, i, leaf{node: node, value: value})
	}
	return b
}

// repeatKeys gives a list entry the copies of its keys in config.
func (e *edit) repeatKeys(b *branch) *branch {
	config, ok := e.schema.settings[b.node]
	if !ok {
		return b
	}
	for i, name := range b.node.Keys {
		repeated, ok := childLeaf(config, name)
		if !ok {
			continue
		}
		j, found := b.findKid(config, nil)
		if found {
			if _, there := b.kids[j].findLeaf(name); there {
				continue
			}
		}
		kid := &branch{node: config, owner: e}
		if found {
			kid = b.kids[j]
		}
		kid = e.putLeaf(kid, repeated, b.keys[i])
		b = e.own(b)
		if found {
			b.kids[j] = kid
		} else {
			b.kids = slices.Insert(b.kids, j, kid)
		}
	}
	return b
}

// cut removes the leaves that take admits at and below p, wildcards included,
// and then what has become empty. It returns nil when nothing is left of b, and
// whether anything was removed.
func (e *edit) cut(b *branch, p path, take func(leaf *openconfig.Node) bool) (*branch, bool) {
	lost := func(l leaf) bool {
		return (len(p) == 0 || len(p) == 1 && p[0].is(l.node)) && !ownKey(b.node, l.node) && take(l.node)
	}
	changed := slices.ContainsFunc(b.leaves, lost)
	if changed {
		b = e.own(b)
		b.leaves = slices.DeleteFunc(b.leaves, lost)
	}
	var rest path
	if len(p) > 0 {
		rest = p[1:]
	}
	for i := 0; i < len(b.kids); {
		kid := b.kids[i]
		if len(p) > 0 && (!p[0].is(kid.node) || !p[0].admits(kid.keys)) {
			i++
			continue
		}
		after, less := e.cut(kid, rest, take)
		if !less {
			i++
			continue
		}
		changed = true
		b = e.own(b)
		if after == nil {
			b.kids = slices.Delete(b.kids, i, i+1)
			continue
		}
		b.kids[i] = after
		i++
	}
	if !changed {
		return b, false
	}
	return e.settle(b), true
}

// settle decides what becomes of a branch that has lost something.
func (e *edit) settle(b *branch) *branch {
	if b.node.Kind != openconfig.List {
		if len(b.leaves)+len(b.kids) == 0 {
			return nil
		}
		return b
	}
	if b.node.Config && e.hasSettings(b) {
		if e.configuration {
			return e.repeatKeys(b)
		}
		return b
	}
	if b.node.Config && !e.schema.hardware[b.node] {
		return nil
	}
	if len(b.leaves) <= len(b.node.Keys) && len(b.kids) == 0 {
		return nil
	}
	return b
}

// hasSettings says whether any configuration stands at or below b.
func (e *edit) hasSettings(b *branch) bool {
	for _, l := range b.leaves {
		if l.node.Config && !ownKey(b.node, l.node) {
			return true
		}
	}
	for _, kid := range b.kids {
		if kid.node.Config && e.hasSettings(kid) {
			return true
		}
	}
	return false
}

// settingsOnly is a copy of the tree without state, nil when nothing is left.
// Branches that hold no state are shared, not copied.
func (e *edit) settingsOnly(b *branch) *branch {
	b, _ = e.cut(b, nil, func(l *openconfig.Node) bool { return !l.Config })
	return b
}
