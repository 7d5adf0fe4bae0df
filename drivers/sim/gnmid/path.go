package gnmid

import (
	"cmp"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

// Step is one element of a path. Nil keys on a list stand for all its entries,
// and the key "*" for any value. A nil node is a wildcard name, or a name below
// one, which can't be tied to one place in the schema. Paths are kept by the
// hundred thousand, so a step is no longer than it has to be.
type Step struct {
	node *openconfig.Node
	// keys are in the order of node.Keys. Without a node they are the name below a
	// wildcard name, or nothing for the wildcard itself.
	keys []string
}

// belowWildcard is the step of a name below a wildcard name.
func belowWildcard(name string) Step { return Step{keys: []string{name}} }

// Name is the element's name, "" for a wildcard.
func (s Step) Name() string {
	switch {
	case s.node != nil:
		return s.node.Name
	case s.keys != nil:
		return s.keys[0]
	}
	return ""
}

// Keys are the key values of a list entry in the order of the schema. They must
// not be changed.
func (s Step) Keys() []string {
	if s.node == nil {
		return nil
	}
	return s.keys
}

// is says whether the step may be the node.
func (s Step) is(n *openconfig.Node) bool {
	if s.node != nil {
		return s.node == n
	}
	return s.keys == nil || s.keys[0] == n.Name
}

// path is resolved against the schema; the empty path is the root.
type path []Step

const anything = "*"

// concrete says whether the path names one place: no wildcard, no missing key.
func (p path) concrete() bool {
	for _, s := range p {
		if s.node == nil || s.node.Kind == openconfig.List && s.keys == nil {
			return false
		}
		for _, k := range s.keys {
			if k == anything {
				return false
			}
		}
	}
	return true
}

// last is the schema node the path ends at, nil when the last name is a wildcard.
func (p path) last(s *Schema) *openconfig.Node {
	if len(p) == 0 {
		return s.index.Root()
	}
	return p[len(p)-1].node
}

// covers says whether q lies at p or below it, p's wildcards included.
func (p path) covers(q path) bool {
	if len(p) > len(q) {
		return false
	}
	for i, s := range p {
		if q[i].node == nil {
			continue
		}
		if !s.is(q[i].node) || !s.admits(q[i].keys) {
			return false
		}
	}
	return true
}

// overlaps says whether one of the paths covers the other.
func (p path) overlaps(q path) bool {
	n := min(len(p), len(q))
	return p[:n].covers(q[:n])
}

func (s Step) admits(keys []string) bool {
	if s.node == nil || s.keys == nil {
		return true
	}
	if len(s.keys) != len(keys) {
		return keys == nil
	}
	for i, k := range s.keys {
		if k != anything && keys[i] != anything && k != keys[i] {
			return false
		}
	}
	return true
}

func (p path) String() string {
	if len(p) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range p {
		b.WriteByte('/')
		if s.node == nil {
			b.WriteString(cmp.Or(s.Name(), anything))
			continue
		}
		b.WriteString(s.node.Name)
		for i, k := range s.keys {
			b.WriteByte('[')
			b.WriteString(s.node.Keys[i])
			b.WriteByte('=')
			for {
				end := strings.IndexAny(k, `]\`)
				if end < 0 {
					break
				}
				b.WriteString(k[:end])
				b.WriteByte('\\')
				b.WriteByte(k[end])
				k = k[end+1:]
			}
			b.WriteString(k)
			b.WriteByte(']')
		}
	}
	return b.String()
}

func (s *Schema) resolve(elements []element) (path, error) {
	out := make(path, 0, len(elements))
	at := []*openconfig.Node{s.index.Root()} // more than one below a wildcard name
	var next []*openconfig.Node
	for i, e := range elements {
		if e.name == "" {
			return nil, status.Errorf(codes.InvalidArgument, "path element %d has no name", i+1)
		}
		if e.name == "..." {
			return nil, status.Error(codes.Unimplemented, "path element ... is not supported, use *")
		}
		next = next[:0]
		for _, n := range at {
			if e.name == anything {
				next = append(next, n.Children()...)
			} else if c, ok := n.Child(e.name); ok && c.Name == e.name {
				next = append(next, c)
			}
		}
		if len(next) == 0 {
			return nil, status.Errorf(codes.NotFound, "%s/%s: no such path in the schema", out.text(), e.name)
		}
		st, err := resolveStep(e, next)
		if err != nil {
			return nil, err
		}
		out = append(out, st)
		at, next = next, at
	}
	return out, nil
}

// text is String without the lone slash of the root, to hang a name onto.
func (p path) text() string { return strings.TrimSuffix(p.String(), "/") }

func resolveStep(e element, nodes []*openconfig.Node) (Step, error) {
	if e.name == anything || len(nodes) > 1 {
		if len(e.keys) > 0 {
			return Step{}, status.Errorf(codes.InvalidArgument, "element %s: a wildcard name and what follows it take no keys", e.name)
		}
		if e.name == anything {
			return Step{}, nil
		}
		return belowWildcard(e.name), nil
	}
	n := nodes[0]
	if len(e.keys) == 0 {
		return Step{node: n}, nil
	}
	if n.Kind != openconfig.List {
		return Step{}, status.Errorf(codes.InvalidArgument, "%s is no list and takes no key", n.Name)
	}
	keys := make([]string, len(n.Keys))
	found := 0
	for i, name := range n.Keys {
		value, ok := e.key(name)
		if !ok {
			keys[i] = anything
			continue
		}
		found++
		if value == anything {
			keys[i] = anything
			continue
		}
		leaf, ok := n.Child(name)
		if !ok || leaf.Type == nil {
			return Step{}, status.Errorf(codes.Internal, "list %s has no key leaf %s", n.Name, name)
		}
		canonical, err := leaf.Type.CheckText(value)
		if err != nil {
			return Step{}, status.Errorf(codes.InvalidArgument, "key %s of %s: %v", name, n.Name, err)
		}
		keys[i] = canonical
	}
	if found != len(e.keys) {
		return Step{}, status.Errorf(codes.InvalidArgument, "%s has the keys %s only", n.Name, strings.Join(n.Keys, ", "))
	}
	return Step{node: n, keys: keys}, nil
}

// below is a path of its own that goes on from p. It has no room to spare: paths
// are kept by the thousand.
func (p path) below(steps ...Step) path {
	out := make(path, len(p)+len(steps))
	copy(out[copy(out, p):], steps)
	return out
}

// split cuts a concrete path behind its last list entry.
func (p path) split() (entry, below path) {
	end := len(p)
	for end > 0 && p[end-1].keys == nil {
		end--
	}
	return p[:end], p[end:]
}

// same reports whether two steps are written the same.
func (s Step) same(o Step) bool {
	return s.node == o.node && slices.Equal(s.keys, o.keys)
}
