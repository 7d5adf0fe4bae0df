package gnpy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/intents"
)

// Limits of what is read.
const (
	maxFile  = intents.MaxSet // bytes
	maxDepth = 32             // objects and lists inside each other
)

// object is a JSON object that knows where it stands and what of it was asked
// for: what nobody asked for is told.
type object struct {
	report *report
	place  string
	keys   []string
	values map[string]any // *object, []any, json.Number, string, bool, nil
	asked  map[string]bool
}

// readTree reads a file whose top is an object.
func readTree(f intents.File, r *report) *object {
	if len(f.Data) > maxFile {
		r.fault(f.Name, fmt.Sprintf("the file has more than %d MiB", maxFile>>20), "import a part of the network at a time")
		return nil
	}
	data := bytes.TrimPrefix(f.Data, []byte("\xef\xbb\xbf"))
	t := treeReader{d: json.NewDecoder(bytes.NewReader(data)), report: r, name: f.Name}
	t.d.UseNumber()
	v, err := t.value(f.Name, 0)
	if err == nil {
		if _, more := t.d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something stands behind the end")
		}
	}
	if err != nil {
		r.fault(f.Name+position(data, t.d.InputOffset()), err.Error(), notJSON(data, t.d.InputOffset()))
		return nil
	}
	top, ok := v.(*object)
	if !ok {
		r.fault(f.Name, "found "+what(v)+", want an object", "")
		return nil
	}
	return top
}

// position turns an offset into ":line".
func position(data []byte, offset int64) string {
	return ":" + strconv.Itoa(1+bytes.Count(data[:min(int(offset), len(data))], []byte("\n")))
}

// notJSON recognises the numbers that some writers put into JSON.
func notJSON(data []byte, offset int64) string {
	rest := bytes.TrimLeft(data[min(int(offset), len(data)):], " \t\r\n:,[-")
	for _, word := range []string{"NaN", "Infinity"} {
		if bytes.HasPrefix(rest, []byte(word)) {
			return word + " is no number of JSON: write the figure, or null"
		}
	}
	return ""
}

type treeReader struct {
	d      *json.Decoder
	report *report
	name   string
}

func (t *treeReader) value(place string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("more than %d objects and lists inside each other", maxDepth)
	}
	token, err := t.d.Token()
	if err != nil {
		return nil, cleaned(err)
	}
	switch token {
	case json.Delim('{'):
		return t.object(place, depth)
	case json.Delim('['):
		var list []any
		for i := 0; t.d.More(); i++ {
			v, err := t.value(place+"["+strconv.Itoa(i)+"]", depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := t.d.Token()
		return list, cleaned(err)
	}
	return token, nil
}

func (t *treeReader) object(place string, depth int) (any, error) {
	o := &object{report: t.report, place: place, values: map[string]any{}, asked: map[string]bool{}}
	for t.d.More() {
		token, err := t.d.Token()
		if err != nil {
			return nil, cleaned(err)
		}
		key, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("found %v, want the name of a field", token)
		}
		inner := place + "." + printable(key)
		if depth == 0 {
			inner = place + ": " + printable(key)
		}
		v, err := t.value(inner, depth+1)
		if err != nil {
			return nil, err
		}
		if _, twice := o.values[key]; twice {
			t.report.fault(inner, "stands twice", "leave one out")
			continue
		}
		o.keys = append(o.keys, key)
		o.values[key] = v
	}
	_, err := t.d.Token()
	return o, cleaned(err)
}

func cleaned(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the file ends too early")
	}
	return err
}

// printable shortens text of a file for messages and keeps it to one line.
func printable(s string) string {
	if len(s) > 100 {
		s = strings.ToValidUTF8(s[:100], "") + "…"
	}
	quoted := strconv.Quote(s)
	if plain := quoted[1 : len(quoted)-1]; plain == s {
		return s
	}
	return quoted
}

func what(v any) string {
	switch v := v.(type) {
	case *object:
		return "an object"
	case []any:
		return "a list"
	case json.Number:
		return "the number " + v.String()
	case string:
		return "text " + strconv.Quote(printable(v))
	case bool:
		return fmt.Sprint(v)
	}
	return "null"
}

// get returns a field and remembers that it was asked for; null is not there.
func (o *object) get(key string) any {
	if o == nil {
		return nil
	}
	o.asked[key] = true
	return o.values[key]
}

func (o *object) at(key string) string { return o.place + "." + key }

// text returns a text, or "".
func (o *object) text(key string) string {
	switch v := o.get(key).(type) {
	case nil:
	case string:
		return v
	default:
		o.report.fault(o.at(key), "found "+what(v)+", want text", "")
	}
	return ""
}

// number returns a number, or nil.
func (o *object) number(key string) *float64 {
	v := o.get(key)
	if v == nil {
		return nil
	}
	f, ok := o.report.asNumber(v, o.at(key))
	if !ok {
		return nil
	}
	return &f
}

func (r *report) asNumber(v any, place string) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		r.fault(place, "found "+what(v)+", want a number", "")
		return 0, false
	}
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || math.IsInf(f, 0) {
		r.fault(place, "the number "+printable(n.String())+" is out of range", "")
		return 0, false
	}
	return f, true
}

// numberOr returns a number, or the given one where the field is not there.
func (o *object) numberOr(key string, otherwise float64) float64 {
	if f := o.number(key); f != nil {
		return *f
	}
	return otherwise
}

// needed returns a number that must be there.
func (o *object) needed(key string) (float64, bool) {
	if o.get(key) == nil {
		o.report.fault(o.at(key), "is required", "")
		return 0, false
	}
	f := o.number(key)
	if f == nil {
		return 0, false
	}
	return *f, true
}

// numbers returns a list of numbers. A single number is a list of one.
func (o *object) numbers(key string) []float64 {
	v := o.get(key)
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	out := make([]float64, 0, len(list))
	for i, item := range list {
		f, ok := o.report.asNumber(item, o.at(key)+"["+strconv.Itoa(i)+"]")
		if !ok {
			return nil
		}
		out = append(out, f)
	}
	return out
}

// object returns an object, or nil.
func (o *object) object(key string) *object {
	switch v := o.get(key).(type) {
	case nil:
	case *object:
		return v
	default:
		o.report.fault(o.at(key), "found "+what(v)+", want an object", "")
	}
	return nil
}

// objects returns the objects of a list.
func (o *object) objects(key string) []*object {
	v := o.get(key)
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		o.report.fault(o.at(key), "found "+what(v)+", want a list", "")
		return nil
	}
	out := make([]*object, 0, len(list))
	for i, item := range list {
		inner, ok := item.(*object)
		if !ok {
			o.report.fault(o.at(key)+"["+strconv.Itoa(i)+"]", "found "+what(item)+", want an object", "")
			continue
		}
		out = append(out, inner)
	}
	return out
}

// passOver tells of fields that are known and have no counterpart.
func (o *object) passOver(why string, keys ...string) {
	for _, key := range keys {
		if v := o.get(key); v != nil && !empty(v) {
			o.report.note(why, o.at(key))
		}
	}
}

// empty reports whether a value says nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case *object:
		for _, inner := range v.values {
			if !empty(inner) {
				return false
			}
		}
		return true
	case string:
		return v == ""
	}
	return false
}

// rest tells of all fields that nobody asked for.
func (o *object) rest() {
	if o == nil {
		return
	}
	for _, key := range o.keys {
		if !o.asked[key] && !empty(o.values[key]) {
			o.report.note("unknown fields are left out", o.at(printable(key)))
		}
	}
}
