package gnmi

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"time"

	gnmipb "github.com/openconfig/gnmi/proto/gnmi"
)

// maxSkew is how far in the future a device's timestamp may lie before it is
// counted as nonsense. Timestamps are never used: readings carry the time at
// which they arrived, by our own clock.
const maxSkew = time.Hour

// notify takes one notification apart. Deletes come before updates, as the
// gNMI specification has it.
func (v *view) notify(n *gnmipb.Notification, now time.Time) {
	v.now = now
	if ts := n.GetTimestamp(); ts <= 0 || time.Unix(0, ts).After(now.Add(maxSkew)) {
		v.ignored++
	}
	for _, path := range n.GetDelete() {
		v.goTo(n.GetPrefix(), path)
		v.remove()
	}
	for _, u := range n.GetUpdate() {
		v.goTo(n.GetPrefix(), u.GetPath())
		v.update(u.GetVal())
	}
}

func (v *view) goTo(prefix, path *gnmipb.Path) {
	v.at.reset()
	v.at.walk(prefix)
	v.at.walk(path)
}

func (v *view) update(value *gnmipb.TypedValue) {
	switch x := value.GetValue().(type) {
	case *gnmipb.TypedValue_JsonIetfVal:
		v.document(x.JsonIetfVal)
	case *gnmipb.TypedValue_JsonVal:
		v.document(x.JsonVal)
	case *gnmipb.TypedValue_LeaflistVal:
		v.ignored++ // no leaf-list is of interest
	default:
		v.leaf(scalarOf(value))
	}
}

// maxDepth bounds the nesting of JSON values.
const maxDepth = 24

// document reads a JSON value, which may be one leaf or a whole subtree.
func (v *view) document(raw []byte) {
	if len(raw) == 0 {
		v.ignored++
		return
	}
	if raw[0] != '{' && raw[0] != '[' {
		v.leaf(jsonScalar(raw))
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		v.ignored++
		return
	}
	if _, err := decoder.Token(); err != io.EOF {
		v.ignored++
		return
	}
	v.tree(tree, 0)
}

func (v *view) tree(node any, depth int) {
	if depth > maxDepth {
		v.ignored++
		return
	}
	switch x := node.(type) {
	case map[string]any:
		for name, child := range x {
			m := v.at.mark()
			v.at.enter(name)
			if list, ok := child.([]any); ok {
				v.list(list, depth)
			} else {
				v.tree(child, depth+1)
			}
			v.at.back(m)
		}
	case []any:
		v.list(x, depth)
	case json.Number:
		v.leaf(scalar{formNumber, x.String()})
	case string:
		v.leaf(textScalar(x))
	case bool:
		v.leaf(scalar{formBool, jsonBool(x)})
	default:
		v.leaf(scalar{})
	}
}

// list descends into the entries of a list; the keys stand in each entry. A
// leaf-list has none and is dropped.
func (v *view) list(entries []any, depth int) {
	names := listKeys[string(v.at.schema)]
	if names == nil {
		v.ignored++
		return
	}
	for _, e := range entries {
		members, ok := e.(map[string]any)
		if !ok {
			v.ignored++
			continue
		}
		m := v.at.mark()
		for _, name := range names {
			key, ok := member(members, name)
			if !ok {
				key, v.at.complete = wildcard, false
			}
			v.at.keys = append(v.at.keys, key)
		}
		v.tree(members, depth+1)
		v.at.back(m)
	}
}

func member(members map[string]any, name string) (string, bool) {
	for k, value := range members {
		if withoutModule(k) != name {
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

func jsonScalar(raw []byte) scalar {
	switch {
	case raw[0] == '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return scalar{}
		}
		return textScalar(s)
	case string(raw) == "true" || string(raw) == "false":
		return scalar{formBool, string(raw)}
	}
	var n json.Number
	if json.Unmarshal(raw, &n) != nil || n == "" {
		return scalar{}
	}
	return scalar{formNumber, n.String()}
}

func jsonBool(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// leaf files the value at the current place.
func (v *view) leaf(value scalar) {
	if !v.at.complete || value.form == formNone && !readings.has(v.at.schema) {
		v.ignored++
		return
	}
	if row, ok := configBySchema[string(v.at.schema)]; ok {
		v.setConfig(row, v.at.keys, value)
		return
	}
	if set, ok := readings[string(v.at.schema)]; ok {
		set(v, v.at.keys, value)
		v.measured = v.measured || bytes.HasSuffix(v.at.schema, []byte("/instant"))
		return
	}
	schema := string(v.at.schema)
	if nothing, ok := impliedLeaves[schema]; ok && (nothing == "" || nothing == value.text) {
		return
	}
	if !strings.Contains(schema, "/config/") {
		v.ignored++
		return
	}
	v.setRest(value)
}
