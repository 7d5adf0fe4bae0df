package gnmid

import (
	"unicode/utf8"

	"github.com/waveplane/waveplane/models/openconfig"
)

// render writes the branch as an RFC 7951 document. Members of the outermost
// object carry their module; further down only where it changes. Leaves that
// want refuses are left out, and so is what holds nothing else; list entries
// keep their keys.
func render(b *branch, want func(*openconfig.Node) bool) []byte {
	return appendObject(nil, b, want, true)
}

// holds says whether the branch has a leaf that want admits.
func holds(b *branch, want func(*openconfig.Node) bool) bool {
	for _, l := range b.leaves {
		if !ownKey(b.node, l.node) && want(l.node) {
			return true
		}
	}
	for _, kid := range b.kids {
		if holds(kid, want) {
			return true
		}
	}
	return false
}

func appendObject(out []byte, b *branch, want func(*openconfig.Node) bool, outermost bool) []byte {
	out = append(out, '{')
	first := true
	member := func(n *openconfig.Node) {
		if !first {
			out = append(out, ',')
		}
		first = false
		name := n.QualifiedName()
		if outermost {
			name = n.Module + ":" + n.Name
		}
		out = appendString(out, name)
		out = append(out, ':')
	}
	for _, l := range b.leaves {
		if ownKey(b.node, l.node) || want(l.node) {
			member(l.node)
			out = appendLeaf(out, l.node, l.value)
		}
	}
	for i := 0; i < len(b.kids); {
		kid := b.kids[i]
		if kid.node.Kind != openconfig.List {
			if holds(kid, want) {
				member(kid.node)
				out = appendObject(out, kid, want, false)
			}
			i++
			continue
		}
		opened := false
		for ; i < len(b.kids) && b.kids[i].node == kid.node; i++ {
			if !holds(b.kids[i], want) {
				continue
			}
			if opened {
				out = append(out, ',')
			} else {
				member(kid.node)
				out = append(out, '[')
				opened = true
			}
			out = appendObject(out, b.kids[i], want, false)
		}
		if opened {
			out = append(out, ']')
		}
	}
	return append(out, '}')
}

// appendLeaf writes a leaf's canonical text as RFC 7951 section 6 has it.
func appendLeaf(out []byte, n *openconfig.Node, text string) []byte {
	if n.Kind != openconfig.LeafList {
		return appendScalar(out, n.Type, text)
	}
	out = append(out, '[')
	for i, entry := range splitList(text) {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendScalar(out, n.Type, entry)
	}
	return append(out, ']')
}

func appendScalar(out []byte, t *openconfig.Type, text string) []byte {
	switch t.Base {
	case "boolean", "int8", "int16", "int32", "uint8", "uint16", "uint32":
		return append(out, text...)
	}
	return appendString(out, text)
}

func appendString(out []byte, text string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < 0x20:
			out = append(out, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return append(out, '"')
}
