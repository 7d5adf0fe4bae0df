package intents

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/waveplane/waveplane/models/catalogue"
)

// binder fills Go values from nodes and collects every fault on the way. What
// it accepts is given by the types: the json names of the fields, omitempty
// for those that may be left out, and the Go type for what a scalar means.
type binder struct {
	src     *source
	faults  *Faults
	structs map[reflect.Type][]field
	bound   *bound // of the document that is being read
}

type field struct {
	name     string
	index    int
	optional bool
	date     bool // a calendar date, kept as text
}

// path is where a binder is; it becomes text only for a fault.
type path struct {
	up    *path
	name  string
	index int // of a list item, when name is empty
}

func (p *path) steps() []any {
	if p == nil {
		return nil
	}
	if p.name == "" {
		return append(p.up.steps(), p.index)
	}
	return append(p.up.steps(), p.name)
}

// fieldName prints a path: spec.ports.deg1.addDbm[0].
func fieldName(steps []any) string {
	var b strings.Builder
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s)
		case int:
			fmt.Fprintf(&b, "[%d]", s)
		}
	}
	return b.String()
}

func (b *binder) fault(n *node, at *path, message, remedy string) {
	if len(*b.faults) >= maxFaults {
		return
	}
	line, column := b.src.place(int(n.offset))
	*b.faults = append(*b.faults, Fault{File: b.src.name, Line: line, Column: column, Field: fieldName(at.steps()), Message: message, Remedy: remedy})
}

// refuse reports a field that cannot be read.
func (b *binder) refuse(n *node, at *path, message, remedy string) {
	b.bound.lose(at.steps())
	b.fault(n, at, message, remedy)
}

// wrongKind says what was found where something else is wanted. Below
// credentials nothing of what was found is repeated: it may be the secret.
func (b *binder) wrongKind(n *node, at *path, want, remedy string) {
	found := n.what()
	if found == "" {
		found = "text " + quoted(n.text)
		if m := meaning(n.text); m != "" && n.kind == plainNode {
			found = m
		}
		for p := at; p != nil; p = p.up {
			if p.name == "credentials" {
				found = "a text"
			}
		}
	}
	b.refuse(n, at, "found "+found+", want "+want, remedy)
}

func (b *binder) bind(n *node, v reflect.Value, at *path) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		b.bindTime(n, v, at)
	case v.Type() == reflect.TypeFor[PerWay]() && (n.kind == plainNode || n.kind == quotedNode):
		b.bindNumber(n, v.Field(0), at)
		v.Field(1).SetFloat(v.Field(0).Float())
	default:
		b.bindKind(n, v, at)
	}
}

func (b *binder) bindKind(n *node, v reflect.Value, at *path) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		b.bind(n, v.Elem(), at)
	case reflect.Struct:
		b.bindStruct(n, v, at)
	case reflect.Map:
		b.bindMap(n, v, at)
	case reflect.Slice, reflect.Array:
		b.bindList(n, v, at)
	case reflect.String:
		if b.isText(n, at) {
			v.SetString(strings.Clone(n.text))
		}
	case reflect.Bool:
		if n.kind != plainNode || n.text != "true" && n.text != "false" {
			b.wrongKind(n, at, "a boolean", "write true or false")
			return
		}
		v.SetBool(n.text == "true")
	default:
		b.bindNumber(n, v, at)
	}
}

// isText accepts quoted text and plain text that cannot be taken for anything else.
func (b *binder) isText(n *node, at *path) bool {
	switch n.kind {
	case plainNode:
		if m := meaning(n.text); m != "" && m != "nothing" {
			b.refuse(n, at, "found "+m+", want text", "write "+quoted(n.text)+" in quotes")
			return false
		} else if m != "" {
			b.wrongKind(n, at, "text", "")
			return false
		}
	case quotedNode:
		if i := strings.IndexFunc(n.text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }); i >= 0 {
			b.refuse(n, at, fmt.Sprintf("control character 0x%02x in the text", n.text[i]), "leave it out")
			return false
		}
	default:
		b.wrongKind(n, at, "text", "")
		return false
	}
	return true
}

func (b *binder) bindNumber(n *node, v reflect.Value, at *path) {
	if n.kind == quotedNode && plainDecimal(n.text) {
		b.wrongKind(n, at, "a number", "leave the quotes out")
		return
	}
	if n.kind != plainNode || n.text == "" {
		b.wrongKind(n, at, "a number", "")
		return
	}
	var no *misfit
	switch v.Kind() {
	case reflect.Float64:
		var f float64
		if f, no = decimal(n.text); no == nil || no.meant {
			v.SetFloat(f)
		}
	case reflect.Uint16:
		var i int64
		if i, no = integer(n.text, 0, math.MaxUint16); no == nil || no.meant {
			v.SetUint(uint64(i))
		}
	case reflect.Int, reflect.Int64:
		var i int64
		if i, no = integer(n.text, math.MinInt64, math.MaxInt64); no == nil || no.meant {
			v.SetInt(i)
		}
	default:
		no = &misfit{message: "fields of type " + v.Type().String() + " cannot be read"}
	}
	switch {
	case no == nil:
	case no.meant && len(*b.faults) < maxFaults:
		b.bound.misspell(at.steps(), len(*b.faults))
		b.fault(n, at, no.message, no.remedy)
	default:
		b.refuse(n, at, no.message, no.remedy)
	}
}

func (b *binder) bindTime(n *node, v reflect.Value, at *path) {
	if n.kind != plainNode && n.kind != quotedNode {
		b.wrongKind(n, at, "a time", "")
		return
	}
	t, err := time.Parse(time.RFC3339Nano, n.text)
	if err != nil {
		b.wrongKind(n, at, "a time", "write it as 2026-12-01T10:00:00Z")
		return
	}
	v.Set(reflect.ValueOf(t.UTC()))
}

func (b *binder) bindList(n *node, v reflect.Value, at *path) {
	if n.kind != listNode {
		remedy := ""
		if n.kind == plainNode || n.kind == quotedNode {
			remedy = "put it in brackets: [" + n.text + "]"
		}
		b.wrongKind(n, at, "a list", remedy)
		return
	}
	if v.Kind() == reflect.Slice {
		if len(n.kids) == 0 { // an empty list is no list: there is one way to say nothing
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.kids), len(n.kids)))
	} else if len(n.kids) != v.Len() {
		b.refuse(n, at, fmt.Sprintf("found %d items, want %d", len(n.kids), v.Len()), "")
		return
	}
	for i := range n.kids {
		b.bind(&n.kids[i], v.Index(i), &path{up: at, index: i})
	}
}

func (b *binder) bindMap(n *node, v reflect.Value, at *path) {
	if n.kind != mapNode {
		b.wrongKind(n, at, "a mapping", "")
		return
	}
	if len(n.kids) == 0 {
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.kids)/2)
	seen := map[string]*node{}
	for i := 0; i < len(n.kids); i += 2 {
		key, value := &n.kids[i], &n.kids[i+1]
		here := &path{up: at, name: key.text}
		if b.twice(seen[key.text], key, here) {
			continue
		}
		seen[key.text] = key
		elem := reflect.New(v.Type().Elem()).Elem()
		if value.kind != nullNode || elem.Kind() != reflect.Struct {
			b.bind(value, elem, here)
		}
		m.SetMapIndex(reflect.ValueOf(strings.Clone(key.text)), elem)
	}
	v.Set(m)
}

func (b *binder) twice(before, key *node, at *path) bool {
	if before == nil {
		return false
	}
	line, _ := b.src.place(int(before.offset))
	b.fault(key, at, fmt.Sprintf("stands twice, first in line %d", line), "leave one out")
	return true
}

func (b *binder) bindStruct(n *node, v reflect.Value, at *path) {
	if n.kind != mapNode {
		b.wrongKind(n, at, "a mapping", "")
		return
	}
	fields := b.fields(v.Type())
	seen := make([]*node, len(fields))
	var strangers map[string]*node
	var meant []string // fields that an unknown one is near to
	for i := 0; i < len(n.kids); i += 2 {
		key, value := &n.kids[i], &n.kids[i+1]
		here := &path{up: at, name: key.text}
		f := indexOf(fields, key.text)
		if f < 0 {
			if !b.twice(strangers[key.text], key, here) {
				if near := b.stranger(key, here, v.Type(), fields); near != "" {
					meant = append(meant, near)
				}
			}
			if strangers == nil {
				strangers = map[string]*node{}
			}
			strangers[key.text] = key
			continue
		}
		if b.twice(seen[f], key, here) {
			continue
		}
		seen[f] = key
		to := v.Field(fields[f].index)
		if value.isNull() && fields[f].optional && nullable(to.Kind()) {
			continue
		}
		if fields[f].date && value.kind == plainNode && dateLike(value.text) {
			to.SetString(strings.Clone(value.text))
			continue
		}
		b.bind(value, to, here)
	}
	for i, f := range fields {
		switch {
		case seen[i] != nil:
		case slices.Contains(meant, f.name):
			b.bound.lose((&path{up: at, name: f.name}).steps())
		case !f.optional:
			b.refuse(n, &path{up: at, name: f.name}, "is required", "")
		}
	}
}

func (n *node) isNull() bool {
	return n.kind == nullNode || n.kind == plainNode && meaning(n.text) == "nothing"
}

func nullable(k reflect.Kind) bool {
	return k == reflect.Pointer || k == reflect.Map || k == reflect.Slice
}

func indexOf(fields []field, name string) int {
	for i := range fields {
		if fields[i].name == name {
			return i
		}
	}
	return -1
}

// stranger reports a field that is not known, and returns the one that was
// probably meant.
func (b *binder) stranger(key *node, at *path, t reflect.Type, fields []field) (meant string) {
	if len(*b.faults) >= maxFaults {
		return ""
	}
	if slices.Contains(unbuiltFields(t.Name()), key.text) {
		b.fault(key, at, "not supported yet: "+key.text, "leave it out")
		return ""
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	near := catalogue.Nearest(key.text, names)
	if near == "" {
		b.fault(key, at, "unknown field", "known are "+strings.Join(names, ", "))
	} else {
		b.fault(key, at, "unknown field", "did you mean "+near+"?")
	}
	return near
}

// fields lists a struct's fields by their json tags. Booleans may always be
// left out: false is what they are then.
func (b *binder) fields(t reflect.Type) []field {
	if known, ok := b.structs[t]; ok {
		return known
	}
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields = append(fields, field{name: name, index: i,
			optional: strings.Contains(options, "omitempty") || f.Type.Kind() == reflect.Bool,
			date:     strings.Contains(f.Tag.Get("jsonschema"), "format=date")})
	}
	if b.structs == nil {
		b.structs = map[reflect.Type][]field{}
	}
	b.structs[t] = fields
	return fields
}
