package ocmap

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// maxDepth bounds the nesting of JSON values.
const maxDepth = 24

// Document files a JSON value at the current place, which may be one leaf or a whole subtree.
func (v *View) Document(raw []byte) {
	if len(raw) == 0 {
		v.Ignored++
		return
	}
	if raw[0] != '{' && raw[0] != '[' {
		v.Leaf(jsonScalar(raw))
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		v.Ignored++
		return
	}
	if _, err := decoder.Token(); err != io.EOF {
		v.Ignored++
		return
	}
	v.tree(tree, 0)
}

func (v *View) tree(node any, depth int) {
	if depth > maxDepth {
		v.Ignored++
		return
	}
	switch x := node.(type) {
	case map[string]any:
		for name, child := range x {
			m := v.at.Mark()
			v.at.Enter(name)
			if list, ok := child.([]any); ok {
				v.list(list, depth)
			} else {
				v.tree(child, depth+1)
			}
			v.at.Back(m)
		}
	case []any:
		v.list(x, depth)
	case json.Number:
		v.Leaf(Scalar{formNumber, x.String()})
	case string:
		v.Leaf(TextScalar(x))
	case bool:
		v.Leaf(Scalar{formBool, jsonBool(x)})
	default:
		v.Leaf(Scalar{})
	}
}

// list descends into the entries of a list; the keys stand in each entry. A
// leaf-list has none and is dropped.
func (v *View) list(entries []any, depth int) {
	names := ListKeys[string(v.at.schema)]
	if names == nil {
		v.Ignored++
		return
	}
	for _, e := range entries {
		members, ok := e.(map[string]any)
		if !ok {
			v.Ignored++
			continue
		}
		m := v.at.Mark()
		for _, name := range names {
			key, ok := member(members, name)
			if !ok {
				key, v.at.complete = Wildcard, false
			}
			v.at.keys = append(v.at.keys, key)
		}
		v.tree(members, depth+1)
		v.at.Back(m)
	}
}

func member(members map[string]any, name string) (string, bool) {
	for k, value := range members {
		if WithoutModule(k) != name {
			continue
		}
		switch x := value.(type) {
		case string:
			return x, true
		case json.Number:
			return x.String(), true
		}
	}
	return "", false
}

func jsonScalar(raw []byte) Scalar {
	switch {
	case raw[0] == '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return Scalar{}
		}
		return TextScalar(s)
	case string(raw) == "true" || string(raw) == "false":
		return Scalar{formBool, string(raw)}
	}
	var n json.Number
	if json.Unmarshal(raw, &n) != nil || n == "" {
		return Scalar{}
	}
	return Scalar{formNumber, n.String()}
}

func jsonBool(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// Leaf files the value at the current place.
func (v *View) Leaf(value Scalar) {
	if !v.at.complete || value.form == formNone && !readings.has(v.at.schema) {
		v.Ignored++
		return
	}
	if row, ok := configBySchema[string(v.at.schema)]; ok {
		v.setConfig(row, v.at.keys, value)
		return
	}
	if set, ok := readings[string(v.at.schema)]; ok {
		set(v, v.at.keys, value)
		v.Measured = v.Measured || bytes.HasSuffix(v.at.schema, []byte("/instant"))
		return
	}
	schema := string(v.at.schema)
	if nothing, ok := impliedLeaves[schema]; ok && (nothing == "" || nothing == value.text) {
		return
	}
	if !strings.Contains(schema, "/config/") {
		v.Ignored++
		return
	}
	v.setRest(value)
}
