package gnmid

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/waveplane/waveplane/models/openconfig"
)

// Ref is a leaf's path, resolved once for repeated use.
type Ref struct{ at path }

// String is the path as text.
func (r Ref) String() string { return r.at.String() }

// Ref resolves the path of one leaf.
func (s *Schema) Ref(text string) (Ref, error) {
	p, err := s.parse(text)
	if err != nil {
		return Ref{}, err
	}
	if n := p.last(s); !p.concrete() || n == nil || n.Type == nil {
		return Ref{}, fmt.Errorf("path %q: want one leaf", text)
	}
	return Ref{at: p}, nil
}

// Ref resolves the path of one leaf; it serves for every target of the schema.
func (t *Target) Ref(text string) (Ref, error) { return t.schema.Ref(text) }

// Reading is a state leaf and its value.
type Reading struct {
	Ref   Ref
	Value string
}

// Publish sets state leaves, all at once, and tells the subscribers. Readings of
// list entries that have gone with their configuration are dropped silently:
// they were overtaken. It fails, changing nothing, for leaves that are not
// state and values that don't fit.
func (t *Target) Publish(readings []Reading) error {
	values := make([]string, len(readings))
	for i, r := range readings {
		n := r.Ref.at.last(t.schema)
		if n == nil || n.Type == nil || n.Config {
			return fmt.Errorf("publish %s: is not a state leaf", r.Ref)
		}
		value, err := checkText(n, r.Value)
		if err != nil {
			return fmt.Errorf("publish %s: %w", r.Ref, err)
		}
		values[i] = value
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := &edit{schema: t.schema}
	root := t.current().root
	for i, r := range readings {
		if !t.ghost(root, r.Ref.at) {
			root = e.put(root, r.Ref.at, values[i])
		}
	}
	t.publish(root)
	return nil
}

// ghost says whether a state leaf belongs to a list entry that has no
// configuration any more: writing it would bring the entry back.
func (t *Target) ghost(root *branch, p path) bool {
	for i, s := range p {
		if s.keys != nil && s.node.Config && !t.schema.hardware[s.node] && root.at(p[:i+1]) == nil {
			return true
		}
	}
	return false
}

// SetState is Publish with paths as text.
func (t *Target) SetState(values map[string]string) error {
	readings := make([]Reading, 0, len(values))
	for text, value := range values {
		ref, err := t.schema.Ref(text)
		if err != nil {
			return fmt.Errorf("set state: %w", err)
		}
		readings = append(readings, Reading{Ref: ref, Value: value})
	}
	return t.Publish(readings)
}

// DeleteState removes the state at and below the paths, wildcards included.
// What isn't there needs no removing.
func (t *Target) DeleteState(paths ...string) error {
	resolved := make([]path, len(paths))
	for i, text := range paths {
		p, err := t.schema.parse(text)
		if err != nil {
			return fmt.Errorf("delete state: %w", err)
		}
		resolved[i] = p
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	e := &edit{schema: t.schema}
	root := t.current().root
	for _, p := range resolved {
		root = e.cutRoot(root, p, func(n *openconfig.Node) bool { return !n.Config })
	}
	t.publish(root)
	return nil
}

// Value is what a leaf, configuration or state, says now.
func (t *Target) Value(path string) (string, bool) {
	return lookup(t.schema, t.current().root, path)
}

// Applied is the value in force for a configuration leaf. It differs from Value
// where a fault keeps the device from doing what it shows.
func (t *Target) Applied(path string) (string, bool) {
	p, err := t.schema.parse(path)
	if err != nil || !p.concrete() || p.last(t.schema).Type == nil {
		return "", false
	}
	v := t.inForce(p)
	return v.value, v.has
}

// Entries lists the keys of a list's entries, each in the order of the schema.
func (t *Target) Entries(path string) [][]string {
	return entries(t.schema, t.current().root, path)
}

// Walk calls each for the leaves at and below a pattern, wildcards included,
// sorted, all from one moment.
func (t *Target) Walk(pattern string, each func(path, value string)) error {
	p, err := t.schema.parse(pattern)
	if err != nil {
		return fmt.Errorf("walk: %w", err)
	}
	list(t.current().root, p, nil, func(at path, value string) { each(at.String(), value) })
	return nil
}

// Snapshot writes all configuration leaves that keep admits (nil for all), one
// "path = value" line each, sorted: equal configurations give equal bytes. A
// leaf with its default value counts as not there.
func (t *Target) Snapshot(keep func(at []Step) bool) []byte {
	var lines []string
	list(t.current().root, nil, writable, func(at path, value string) {
		n := at[len(at)-1].node
		if n.Default == value && n.Default != "" || len(at) > 1 && ownKey(at[len(at)-2].node, n) {
			return
		}
		if keep == nil || keep(at) {
			lines = append(lines, fmt.Sprintf("%s = %q\n", at, value))
		}
	})
	slices.Sort(lines)
	var out bytes.Buffer
	for _, l := range lines {
		out.WriteString(l)
	}
	return out.Bytes()
}

// Configured lists all configuration leaves as changes from nothing.
func (t *Target) Configured() []Change {
	var out []Change
	list(t.current().root, nil, writable, func(at path, value string) {
		out = append(out, Change{New: value, Has: true, at: at.below()})
	})
	return out
}

// LoadStartup makes leaves the start-up and the running configuration, in place
// of any other. State twins follow; the Commit hook is not called.
func (t *Target) LoadStartup(leaves map[string]string) error {
	load := op{verb: verbReplace}
	for _, text := range slices.Sorted(maps.Keys(leaves)) {
		l, err := t.setting(text, leaves[text])
		if err != nil {
			return fmt.Errorf("load start-up configuration: %w", err)
		}
		load.leaves = append(load.leaves, l)
	}
	if _, err := t.transact(SourceStartup, "startup", []op{load}, nil, nil); err != nil {
		return fmt.Errorf("load start-up configuration: %w", err)
	}
	t.SaveStartup()
	return nil
}

// SaveStartup makes the running configuration the one to start with.
func (t *Target) SaveStartup() {
	e := &edit{schema: t.schema}
	saved := e.settingsOnly(t.current().root)
	if saved == nil {
		saved = &branch{node: t.schema.index.Root()}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.startup = saved
}

// setting checks one configuration leaf given as text.
func (t *Target) setting(text, value string) (setting, error) {
	p, err := t.schema.parse(text)
	if err != nil {
		return setting{}, err
	}
	n := p.last(t.schema)
	if !p.concrete() || n == nil || n.Type == nil || !n.Config {
		return setting{}, fmt.Errorf("path %q: want one configuration leaf", text)
	}
	canonical, err := checkText(n, value)
	if err != nil {
		return setting{}, fmt.Errorf("path %q: %w", text, err)
	}
	if key, ok := t.schema.keyAbove(p); ok && key != canonical {
		return setting{}, fmt.Errorf("path %q: %q does not agree with the key", text, canonical)
	}
	return setting{at: p, value: canonical}, nil
}

// Edit is one out-of-band change: a leaf and its value, or a path to delete.
type Edit struct {
	Path   string
	Value  string
	Delete bool
}

// Tamper changes the configuration as another user of the device would, in one
// transaction: types are checked, the Validate hook and faults are not asked.
// Subscribers are told as of any change.
func (t *Target) Tamper(edits ...Edit) error {
	ops, err := t.ops(edits)
	if err != nil {
		return fmt.Errorf("tamper: %w", err)
	}
	if _, err := t.transact(SourceTamper, "another user", ops, nil, nil); err != nil {
		return fmt.Errorf("tamper: %w", err)
	}
	return nil
}
