package netconfd

import (
	"strings"

	"github.com/waveplane/waveplane/models/openconfig"
)

// item is a node of the device's data.
type item struct {
	node  *openconfig.Node
	value string // of a leaf
	kids  []*item
}

// data is the device's tree: configuration only, or with state.
func (f *Face) data(configOnly bool) (*item, error) {
	root := &item{node: f.cfg.Index.Root()}
	err := f.cfg.Target.Walk("/", func(path, value string) {
		at := root
		for _, step := range steps(path) {
			if at = at.enter(step); at == nil {
				return
			}
		}
		at.value = value
	})
	if configOnly {
		root.prune()
	}
	return root, err
}

// step is a name and the keys of a list entry, in the order of the schema.
type step struct {
	name string
	keys []string
}

// steps takes a path apart: /a/b[k=v]/c, with \ before ] and \ in values.
func steps(path string) []step {
	var out []step
	for i := 0; i < len(path); {
		i++ // the slash
		j := i
		for j < len(path) && path[j] != '/' && path[j] != '[' {
			j++
		}
		s := step{name: path[i:j]}
		for j < len(path) && path[j] == '[' {
			j += strings.IndexByte(path[j:], '=') + 1
			var b strings.Builder
			for ; path[j] != ']'; j++ {
				if path[j] == '\\' {
					j++
				}
				b.WriteByte(path[j])
			}
			j++
			s.keys = append(s.keys, b.String())
		}
		out = append(out, s)
		i = j
	}
	return out
}

// enter finds or makes the node that a step leads to; nil if the schema has none.
func (t *item) enter(s step) *item {
	for _, k := range t.kids {
		if k.node.Name == s.name && k.has(s.keys) {
			return k
		}
	}
	n, ok := t.node.Child(s.name)
	if !ok {
		return nil
	}
	k := &item{node: n}
	for i, key := range s.keys {
		if leaf, ok := n.Child(n.Keys[i]); ok {
			k.kids = append(k.kids, &item{node: leaf, value: key})
		}
	}
	t.kids = append(t.kids, k)
	return k
}

func (t *item) has(keys []string) bool {
	for i, key := range keys {
		if k := t.kid(t.node.Keys[i]); k == nil || k.value != key {
			return false
		}
	}
	return true
}

func (t *item) kid(name string) *item {
	for _, k := range t.kids {
		if k.node.Name == name {
			return k
		}
	}
	return nil
}

// prune drops state, and entries that are nothing but state; it reports whether
// anything is left.
func (t *item) prune() bool {
	if t.node.Type != nil {
		return t.node.Config
	}
	var kept []*item
	left := false
	for _, k := range t.kids {
		switch {
		case t.node.IsKey(k.node.Name):
			kept = append(kept, k)
		case k.prune():
			kept = append(kept, k)
			left = true
		}
	}
	t.kids = kept
	return left
}

// selected is what a subtree filter leaves of a node (RFC 6241, section 6.2); nil
// for nothing.
func (f *Face) selected(t *item, filter *node) *item {
	if len(filter.Kids) == 0 {
		return t
	}
	out := &item{node: t.node, value: t.value}
	var rest []*node
	for _, want := range filter.Kids {
		if want.text() == "" {
			rest = append(rest, want)
			continue
		}
		k := t.kid(want.XMLName.Local)
		if k == nil || k.value != want.text() {
			return nil
		}
		out.kids = append(out.kids, k)
	}
	if len(rest) == 0 {
		return t
	}
	found := false
	for _, k := range t.kids {
		for _, want := range rest {
			if want.XMLName.Local != k.node.Name || want.XMLName.Space != "" && want.XMLName.Space != f.namespace(k.node.Module) {
				continue
			}
			if s := f.selected(k, want); s != nil {
				out.kids = append(out.kids, s)
				found = found || !t.node.IsKey(k.node.Name)
				break
			}
		}
	}
	if !found {
		return nil
	}
	return out
}

func (f *Face) namespace(module string) string {
	if m, ok := f.cfg.Index.Module(module); ok {
		return m.Namespace
	}
	return "urn:" + module // of a module that only lends identities
}

// write appends the node as XML; within is the namespace around it.
func (f *Face) write(b *strings.Builder, t *item, within string) {
	space := f.namespace(t.node.Module)
	b.WriteString("<" + t.node.Name)
	if space != within {
		b.WriteString(` xmlns="` + space + `"`)
	}
	if t.node.Type != nil {
		value := t.value
		if module, name, ok := strings.Cut(value, ":"); ok && t.node.Type.Base == "identityref" {
			b.WriteString(` xmlns:idx="` + f.namespace(module) + `"`)
			value = "idx:" + name
		}
		b.WriteString(">" + quoted(value) + "</" + t.node.Name + ">")
		return
	}
	b.WriteString(">")
	for _, k := range t.kids {
		f.write(b, k, space)
	}
	b.WriteString("</" + t.node.Name + ">")
}
