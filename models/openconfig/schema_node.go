package openconfig

import (
	"regexp"
	"sort"
)

// Kind says what sort of data node a Node is.
type Kind int

// The kinds of data node the subset uses.
const (
	Container Kind = iota + 1
	List
	Leaf
	LeafList
)

// String returns the YANG keyword.
func (k Kind) String() string {
	switch k {
	case Container:
		return "container"
	case List:
		return "list"
	case Leaf:
		return "leaf"
	case LeafList:
		return "leaf-list"
	}
	return "unknown"
}

// Node is one data node of the schema. Nodes are shared by everyone who uses an Index: read them, don't change them.
type Node struct {
	Name   string
	Module string // module whose namespace the node is in
	Kind   Kind
	Config bool     // false for state
	Keys   []string // leaf names in the order of the key statement, for lists

	// Prefixed says that the module differs from the parent's, so that RFC 7951 wants it in the member name.
	Prefixed bool

	Type      *Type // of leaves and leaf-lists; nil for the others
	Default   string
	Units     string
	Mandatory bool

	children []*Node // by name
}

// QualifiedName is the member name RFC 7951 section 4 asks for: "openconfig-terminal-device:optical-channel" where the
// module changes, plain "config" where it doesn't.
func (n *Node) QualifiedName() string {
	if n.Prefixed {
		return n.Module + ":" + n.Name
	}
	return n.Name
}

// Children lists the nodes directly below, by name. The slice is shared.
func (n *Node) Children() []*Node { return n.children }

// Child finds a node directly below by its name, with or without its module ("openconfig-platform:state").
func (n *Node) Child(name string) (*Node, bool) {
	module, local := splitQualified(name)
	i := sort.Search(len(n.children), func(i int) bool { return n.children[i].Name >= local })
	if i == len(n.children) || n.children[i].Name != local {
		return nil, false
	}
	if module != "" && module != n.children[i].Module {
		return nil, false
	}
	return n.children[i], true
}

// IsKey says whether a leaf called name is a key of this list.
func (n *Node) IsKey(name string) bool {
	for _, k := range n.Keys {
		if k == name {
			return true
		}
	}
	return false
}

// Type is a leaf's type with typedefs and leafrefs resolved.
type Type struct {
	Base           string   // YANG built-in type: "uint64", "decimal64", "identityref", "union"
	FractionDigits int      // for decimal64
	Ranges         []string // allowed parts, as YANG writes them ("0..100"), when narrower than the built-in type
	Lengths        []string // likewise for strings
	Enums          []string // names, sorted
	IdentityBase   string   // "openconfig-transport-types:OPTICAL_PORT_TYPE"
	Identities     []string // permitted identities with their module, sorted
	Union          []*Type  // members in order

	module   string // module of the leaf, where identities may be written without a prefix
	values   []span
	lengths  []span
	patterns []*regexp.Regexp
}
