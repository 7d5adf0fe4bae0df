package netconf

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/drivers/internal/ocmap"
	"github.com/waveplane/waveplane/models/openconfig"
)

// schema knows the namespaces of what is written. Building it takes a while, so
// a driver has one.
type schema struct {
	index *openconfig.Index
	names map[string]string // module → namespace
}

func newSchema() (*schema, error) {
	index, err := openconfig.NewIndex()
	if err != nil {
		return nil, err
	}
	s := &schema{index: index, names: map[string]string{}}
	for _, m := range index.Modules() {
		s.names[m.Name] = m.Namespace
	}
	return s, nil
}

// config makes the configuration that carries out edits. What touches the same
// entry stands in it once.
func (s *schema) config(edits []ocmap.Edit) (*element, error) {
	root := base("config")
	for _, e := range edits {
		at, node, err := s.place(root, e.Schema, e.Keys)
		if err != nil {
			return nil, err
		}
		switch e.Operation {
		case ocmap.Deletion:
			at.operation = "remove" // not "delete": that nothing is there is fine
		case ocmap.Replacement:
			at.operation = "replace"
			fallthrough
		default:
			d := json.NewDecoder(strings.NewReader(e.Payload))
			d.UseNumber()
			var value any
			if err := d.Decode(&value); err != nil {
				return nil, fmt.Errorf("payload of %s: %w", ocmap.PathText(e.Schema, e.Keys...), err)
			}
			if err := s.fill(at, node, value); err != nil {
				return nil, fmt.Errorf("payload of %s: %w", ocmap.PathText(e.Schema, e.Keys...), err)
			}
		}
	}
	return root, nil
}

// place finds or makes the element of a schema path. List entries are told apart
// by their keys; where none are left, every entry is meant, and its keys are asked
// for, because a device need not tell them unasked (RFC 6241, section 6.2.5).
func (s *schema) place(root *element, path string, keys []string) (*element, *openconfig.Node, error) {
	at, node := root, s.index.Root()
	for name := range strings.SplitSeq(path, "/") {
		next, ok := node.Child(name)
		if !ok {
			return nil, nil, fmt.Errorf("no node %s in the schema", path)
		}
		node = next
		var own []string
		if len(node.Keys) > 0 && len(keys) >= len(node.Keys) {
			own, keys = keys[:len(node.Keys)], keys[len(node.Keys):]
		}
		at = s.step(at, node, own)
	}
	return at, node, nil
}

func (s *schema) step(parent *element, node *openconfig.Node, keys []string) *element {
	for _, k := range parent.kids {
		if k.name == node.Name && sameKeys(k, node, keys) {
			return k
		}
	}
	e := parent.add(&element{space: s.names[node.Module], name: node.Name})
	for i, name := range node.Keys {
		k := e.add(&element{space: s.names[node.Module], name: name})
		if len(keys) > 0 {
			k.text = keys[i]
		}
	}
	return e
}

func sameKeys(e *element, node *openconfig.Node, keys []string) bool {
	for i, key := range keys {
		if e.textOf(node.Keys[i]) != key {
			return false
		}
	}
	return true
}

// fill writes an RFC 7951 value into an element.
func (s *schema) fill(e *element, node *openconfig.Node, value any) error {
	switch v := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			child, ok := node.Child(name)
			if !ok {
				return fmt.Errorf("no node %s in %s", name, node.Name)
			}
			if node.IsKey(child.Name) && e.child(child.Name) != nil {
				continue
			}
			if list, ok := v[name].([]any); ok {
				if err := s.fillList(e, child, list); err != nil {
					return err
				}
				continue
			}
			if err := s.fill(e.add(&element{space: s.names[child.Module], name: child.Name}), child, v[name]); err != nil {
				return err
			}
		}
		return nil
	case string:
		return s.text(e, node, v)
	case json.Number:
		return s.text(e, node, v.String())
	case bool:
		return s.text(e, node, fmt.Sprint(v))
	}
	return fmt.Errorf("a value of no known form in %s", node.Name)
}

// fillList adds the entries of a list, their keys first, as XML wants it.
func (s *schema) fillList(e *element, node *openconfig.Node, list []any) error {
	for _, entry := range list {
		members, ok := entry.(map[string]any)
		if !ok {
			return fmt.Errorf("an entry of %s is no object", node.Name)
		}
		k := e.add(&element{space: s.names[node.Module], name: node.Name})
		for _, key := range node.Keys {
			child, _ := node.Child(key)
			if err := s.fill(k.add(&element{space: s.names[child.Module], name: key}), child, members[key]); err != nil {
				return err
			}
		}
		if err := s.fill(k, node, entry); err != nil {
			return err
		}
	}
	return nil
}

// text writes a leaf. The prefix of an identity is ours; the namespace that it
// stands for is that of the identity's module, not of the leaf's.
func (s *schema) text(e *element, node *openconfig.Node, text string) error {
	e.text = text
	if node.Type == nil || node.Type.Base != "identityref" {
		return nil
	}
	module, name, ok := strings.Cut(text, ":")
	if !ok || s.names[module] == "" {
		return fmt.Errorf("identity %q of %s is of no known module", text, node.Name)
	}
	e.prefixed, e.text = s.names[module], "i:"+name
	return nil
}
