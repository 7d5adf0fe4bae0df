package openconfig

import (
	"sort"
	"strings"

	"github.com/openconfig/goyang/pkg/yang"
)

// Index finds schema nodes by path. It is read-only after NewIndex, so any number of goroutines and simulated devices
// may share one.
//
// Paths are names from the root without keys: ["components", "component", "state", "name"]. A name may carry its module
// ("openconfig-platform:components"), which then has to be the right one.
type Index struct {
	root    *Node
	modules []Module
	nodes   int
}

// NewIndex builds an index from the embedded modules. It costs some tens of milliseconds: make one and share it.
func NewIndex() (*Index, error) {
	set, err := parseModules()
	if err != nil {
		return nil, err
	}
	b := indexBuilder{types: map[typeKey]*Type{}}
	root := &Node{Kind: Container, Config: true}
	modules := describeModules(set)
	for _, m := range modules {
		// The set is resolved already; its GetModule would do all of it again for each module.
		for _, e := range yang.ToEntry(set.Modules[m.Name]).Dir {
			if e.RPC != nil || e.Kind == yang.NotificationEntry {
				continue
			}
			n, err := b.node(e, root)
			if err != nil {
				return nil, err
			}
			root.children = append(root.children, n)
		}
	}
	sortByName(root.children)
	return &Index{root: root, modules: modules, nodes: b.nodes}, nil
}

// Root is the unnamed container above the top-level nodes.
func (x *Index) Root() *Node { return x.root }

// Len is the number of data nodes.
func (x *Index) Len() int { return x.nodes }

// Modules lists the modules of the subset by name, types-only modules included.
func (x *Index) Modules() []Module { return append([]Module(nil), x.modules...) }

// Module finds a module by name.
func (x *Index) Module(name string) (Module, bool) {
	i := sort.Search(len(x.modules), func(i int) bool { return x.modules[i].Name >= name })
	if i == len(x.modules) || x.modules[i].Name != name {
		return Module{}, false
	}
	return x.modules[i], true
}

// Lookup finds the node at path. The empty path is the root.
func (x *Index) Lookup(path []string) (*Node, bool) {
	n := x.root
	for _, name := range path {
		child, ok := n.Child(name)
		if !ok {
			return nil, false
		}
		n = child
	}
	return n, true
}

// Children lists the nodes directly below path by name, or nothing when there is no such path.
func (x *Index) Children(path []string) []*Node {
	n, ok := x.Lookup(path)
	if !ok {
		return nil
	}
	return n.Children()
}

// QualifiedName is the RFC 7951 member name of the node at path.
func (x *Index) QualifiedName(path []string) (string, bool) {
	n, ok := x.Lookup(path)
	if !ok {
		return "", false
	}
	return n.QualifiedName(), true
}

// SplitPath turns "/components/component/state" into the names Lookup takes. Keys in brackets are dropped.
func SplitPath(path string) []string {
	var names []string
	depth := 0
	start := -1
	end := func(i int) {
		if start >= 0 {
			names = append(names, path[start:i])
			start = -1
		}
	}
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '\\' && depth > 0:
			i++
		case c == '[':
			if depth == 0 {
				end(i)
			}
			depth = 1
		case c == ']':
			depth = 0
		case depth > 0:
		case c == '/':
			end(i)
		case start < 0:
			start = i
		}
	}
	end(len(path))
	return names
}

// splitQualified cuts "module:name" in two; the module is empty when there is none.
func splitQualified(name string) (module, local string) {
	if module, local, ok := strings.Cut(name, ":"); ok {
		return module, local
	}
	return "", name
}
