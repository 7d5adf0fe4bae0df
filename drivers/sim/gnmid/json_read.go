package gnmid

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waveplane/waveplane/models/openconfig"
)

const (
	maxJSONBytes = 4 << 20
	maxJSONDepth = 32
)

// object is a JSON object with its members in order and repetitions refused.
type object []member

type member struct {
	name  string
	value any // object, []any, string, bool, json.Number or nil
}

// parseJSON reads one JSON value and nothing after it. Whether it is one is left to
// encoding/json; what is taken apart here is known to be valid.
func parseJSON(raw []byte) (any, error) {
	if len(raw) > maxJSONBytes {
		return nil, fmt.Errorf("the JSON value has more than %d bytes", maxJSONBytes)
	}
	if !utf8.Valid(raw) {
		return nil, errors.New("the JSON value is not UTF-8")
	}
	if !json.Valid(raw) {
		var v any
		return nil, fmt.Errorf("the JSON value cannot be read: %w", json.Unmarshal(raw, &v))
	}
	r := jsonReader{rest: string(raw)}
	v, err := r.value(0)
	if err != nil {
		return nil, fmt.Errorf("the JSON value cannot be read: %w", err)
	}
	return v, nil
}

// jsonReader takes a valid JSON text apart, from its front.
type jsonReader struct{ rest string }

func (r *jsonReader) value(depth int) (any, error) {
	if depth > maxJSONDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxJSONDepth)
	}
	switch c := r.next(); c {
	case '{':
		return r.object(depth)
	case '[':
		list := []any{}
		for r.more(']') {
			v, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case '"':
		text, err := r.text()
		return strings.Clone(text), err // what is kept of a payload is not to keep all of it
	default:
		end := strings.IndexAny(r.rest, ",]} \t\r\n")
		if end < 0 {
			end = len(r.rest)
		}
		word := r.rest[:end]
		r.rest = r.rest[end:]
		switch c {
		case 't', 'f':
			return c == 't', nil
		case 'n':
			return nil, nil
		}
		return json.Number(strings.Clone(word)), nil
	}
}

func (r *jsonReader) object(depth int) (any, error) {
	o := object{}
	seen := map[string]bool{}
	for r.more('}') {
		r.next()
		name, err := r.text()
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("member %q stands twice", name)
		}
		seen[name] = true
		r.next() // the colon
		r.rest = r.rest[1:]
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o = append(o, member{name: name, value: v})
	}
	return o, nil
}

// next passes over white space and returns what follows it.
func (r *jsonReader) next() byte {
	r.rest = strings.TrimLeft(r.rest, " \t\r\n")
	return r.rest[0]
}

// more goes on to the next element of a list or object; it is false, and the text
// behind it, when that ends here.
func (r *jsonReader) more(end byte) bool {
	switch r.next() {
	case '[', '{', ',': // before the first, or between two
		r.rest = r.rest[1:]
	}
	if r.next() == end {
		r.rest = r.rest[1:]
		return false
	}
	return true
}

// text reads a string, of which the opening quote is next.
func (r *jsonReader) text() (string, error) {
	end := 1
	for escaped := false; ; end++ {
		switch c := r.rest[end]; {
		case c == '"' && escaped:
			quoted := r.rest[:end+1]
			r.rest = r.rest[end+1:]
			var s string
			err := json.Unmarshal([]byte(quoted), &s)
			return s, err
		case c == '"':
			s := r.rest[1:end]
			r.rest = r.rest[end+1:]
			return s, nil
		case c == '\\':
			escaped = true
			end++
		}
	}
}

// flatten turns a payload at a path into leaves. Everything in it has to be
// writable and of its type; keys have to agree with the path. The paths given to
// put are valid during the call only.
func (s *Schema) flatten(at path, raw []byte, put func(at path, value string)) error {
	v, err := parseJSON(raw)
	if err != nil {
		return status.Errorf(codes.InvalidArgument, "%s: %v", at, err)
	}
	f := flattener{schema: s, put: put}
	node := at.last(s)
	if node.Type != nil {
		return f.leaf(at, v)
	}
	o, ok := v.(object)
	if !ok || len(o) == 0 {
		return status.Errorf(codes.InvalidArgument, "%s: want a JSON object that is not empty", at)
	}
	return f.object(append(make(path, 0, len(at)+8), at...), node, o)
}

// flattener walks a payload. The paths it is at lie in one room, each step over
// that of the sibling before it.
type flattener struct {
	schema *Schema
	put    func(at path, value string)
}

func (f flattener) object(at path, node *openconfig.Node, o object) error {
	seen := map[*openconfig.Node]bool{}
	for _, m := range o {
		child, err := memberNode(at, node, m.name)
		if err != nil {
			return err
		}
		below := append(at, Step{node: child})
		if seen[child] {
			return status.Errorf(codes.InvalidArgument, "%s: stands twice in the payload", below)
		}
		seen[child] = true
		if !child.Config {
			return status.Errorf(codes.InvalidArgument, "%s: is state and cannot be written", below)
		}
		switch child.Kind {
		case openconfig.Leaf, openconfig.LeafList:
			err = f.leaf(below, m.value)
		case openconfig.Container:
			inner, ok := m.value.(object)
			if !ok {
				return status.Errorf(codes.InvalidArgument, "%s: want a JSON object", below)
			}
			err = f.object(below, child, inner)
		case openconfig.List:
			err = f.list(at, child, m.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// memberNode finds the node a member name means. RFC 7951 wants the module in
// it where the module differs from the parent's. It also wants it in all of the
// outermost object; real devices take that easily, and so does this one.
func memberNode(at path, node *openconfig.Node, name string) (*openconfig.Node, error) {
	child, ok := node.Child(name)
	if !ok {
		return nil, status.Errorf(codes.InvalidArgument, "%s: unknown field %q in the payload", at, name)
	}
	if child.Prefixed && !strings.Contains(name, ":") {
		return nil, status.Errorf(codes.InvalidArgument, "%s: field %q has to be written %q, its module is not its parent's", at, name, child.QualifiedName())
	}
	return child, nil
}

func (f flattener) list(at path, node *openconfig.Node, value any) error {
	whole := at.below(Step{node: node}) // beside the entries, for what is said of them
	entries, ok := value.([]any)
	if !ok {
		return status.Errorf(codes.InvalidArgument, "%s: want a JSON array", whole)
	}
	seen := map[string]bool{}
	for _, v := range entries {
		o, ok := v.(object)
		if !ok {
			return status.Errorf(codes.InvalidArgument, "%s: want JSON objects in the array", whole)
		}
		keys := make([]string, len(node.Keys))
		for i, name := range node.Keys {
			key, _ := node.Child(name)
			text, err := "", errors.New("is missing")
			for _, m := range o {
				if m.name == name || m.name == node.Module+":"+name {
					text, err = key.Type.CheckJSON(m.value)
				}
			}
			if err != nil {
				return status.Errorf(codes.InvalidArgument, "%s: key %s: %v", whole, name, err)
			}
			keys[i] = text
		}
		entry := append(at, Step{node: node, keys: keys})
		if seen[entry.String()] {
			return status.Errorf(codes.InvalidArgument, "%s: stands twice in the payload", entry)
		}
		seen[entry.String()] = true
		if err := f.object(entry, node, o); err != nil {
			return err
		}
	}
	return nil
}

func (f flattener) leaf(at path, value any) error {
	node := at.last(f.schema)
	text, err := leafText(node, value)
	if err != nil {
		return status.Errorf(codes.InvalidArgument, "%s: %v", at, err)
	}
	if key, ok := f.schema.keyAbove(at); ok && key != text {
		return status.Errorf(codes.InvalidArgument, "%s: %q does not agree with the key %q", at, text, key)
	}
	f.put(at, text)
	return nil
}

func leafText(node *openconfig.Node, value any) (string, error) {
	if node.Kind != openconfig.LeafList {
		return node.Type.CheckJSON(value)
	}
	list, ok := value.([]any)
	if !ok {
		return "", errors.New("want a JSON array")
	}
	entries := make([]string, 0, len(list))
	for _, v := range list {
		text, err := node.Type.CheckJSON(v)
		if err != nil {
			return "", err
		}
		entries = append(entries, text)
	}
	return strings.Join(entries, ","), nil
}

// keyAbove finds the key that a leaf repeats: its own entry's, or that of the
// entry around its config container.
func (s *Schema) keyAbove(at path) (string, bool) {
	node := at.last(s)
	if !s.keyed[node] || len(at) < 2 {
		return "", false
	}
	entry := at[len(at)-2]
	if entry.keys == nil && len(at) >= 3 {
		entry = at[len(at)-3]
	}
	for i, name := range entry.node.Keys {
		if name == node.Name && i < len(entry.keys) {
			return entry.keys[i], true
		}
	}
	return "", false
}
