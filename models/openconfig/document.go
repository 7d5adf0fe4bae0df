package openconfig

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// CheckDocument checks a whole RFC 7951 document, decoded by encoding/json into any, against the schema: every member
// exists and carries its module where the RFC wants it, lists are arrays whose entries have all their keys, and every
// leaf passes CheckLeaf. It returns all complaints joined, in the order of their paths, each wrapping ErrNoNode or
// ErrBadValue. References, must conditions, mandatory leaves and whether state may be written are not its business.
func (x *Index) CheckDocument(doc any) error {
	return x.CheckSubtree(nil, doc)
}

// CheckSubtree checks what belongs at path the way CheckDocument does: an object for a container or one list entry, an
// array for a whole list, a value for a leaf.
func (x *Index) CheckSubtree(path []string, doc any) error {
	n, ok := x.Lookup(path)
	if !ok {
		return fmt.Errorf("/%s: %w", strings.Join(path, "/"), ErrNoNode)
	}
	var c documentCheck
	at := strings.Join(path, "/")
	if at != "" {
		at = "/" + at
	}
	if _, isEntry := doc.(map[string]any); isEntry && n.Kind == List {
		c.object(n, at, doc)
	} else {
		c.value(n, at, doc)
	}
	return errors.Join(c.complaints...)
}

type documentCheck struct{ complaints []error }

func (c *documentCheck) refuse(at, format string, args ...any) {
	if at == "" {
		at = "/"
	}
	c.complaints = append(c.complaints, fmt.Errorf("%s: "+format, append([]any{at}, args...)...))
}

func (c *documentCheck) value(n *Node, at string, value any) {
	switch n.Kind {
	case Container:
		c.object(n, at, value)
	case List:
		entries, ok := value.([]any)
		if !ok {
			c.refuse(at, "%w: a list is an array, not a JSON %s", ErrBadValue, jsonKind(value))
			return
		}
		for i, entry := range entries {
			c.object(n, fmt.Sprintf("%s[%d]", at, i), entry)
		}
	case Leaf:
		c.leaf(n, at, value)
	case LeafList:
		entries, ok := value.([]any)
		if !ok {
			c.refuse(at, "%w: a leaf-list is an array, not a JSON %s", ErrBadValue, jsonKind(value))
			return
		}
		for i, entry := range entries {
			c.leaf(n, fmt.Sprintf("%s[%d]", at, i), entry)
		}
	}
}

func (c *documentCheck) leaf(n *Node, at string, value any) {
	if _, err := n.Type.CheckJSON(value); err != nil {
		c.refuse(at, "%w", err)
	}
}

func (c *documentCheck) object(n *Node, at string, value any) {
	members, ok := value.(map[string]any)
	if !ok {
		c.refuse(at, "%w: a %s holds objects, not a JSON %s", ErrBadValue, n.Kind, jsonKind(value))
		return
	}
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	present := map[string]bool{}
	for _, name := range names {
		child, ok := n.Child(name)
		if !ok {
			c.refuse(at+"/"+name, "%w", ErrNoNode)
			continue
		}
		if module, _ := splitQualified(name); module == "" && child.Prefixed {
			c.refuse(at+"/"+name, "%w: the member has to be called %s", ErrNoNode, child.QualifiedName())
		}
		if present[child.Name] {
			c.refuse(at+"/"+name, "%w: the member is there twice", ErrBadValue)
		}
		present[child.Name] = true
		c.value(child, at+"/"+name, members[name])
	}
	for _, key := range n.Keys {
		if !present[key] {
			c.refuse(at, "%w: key %s is missing", ErrBadValue, key)
		}
	}
}
