package intents

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Encode prints a document as canonical JSON on one line: fields in the order
// of the types, nothing that is empty. Decode reads it back to an equal document.
func Encode(doc Document) ([]byte, error) {
	b, err := plainJSON(doc)
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", doc.Kind, doc.Metadata.Name, err)
	}
	return b, nil
}

// EncodeYAML prints documents as YAML, with a line "---" between them. Text
// that a YAML reader could take for a number, a boolean or a date is quoted.
func EncodeYAML(docs ...Document) ([]byte, error) {
	var out bytes.Buffer
	for i, doc := range docs {
		if i > 0 {
			out.WriteString("---\n")
		}
		b, err := Encode(doc)
		if err != nil {
			return nil, err
		}
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		if err := writeYAML(&out, d, 0, false); err != nil {
			return nil, fmt.Errorf("encode %s %s: %w", doc.Kind, doc.Metadata.Name, err)
		}
	}
	return out.Bytes(), nil
}

// EqualSpec reports whether two documents of one kind ask for the same: the
// same values, however they are spelt. Defaults count as written, the case of
// fibre types and the order of shared risks do not count.
func EqualSpec(a, b Document) bool {
	if a.Kind != b.Kind {
		return false
	}
	x, err1 := canonicalSpec(a)
	y, err2 := canonicalSpec(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// canonicalSpec prints a defaulted copy of the spec.
func canonicalSpec(doc Document) ([]byte, error) {
	k, ok := KindByName(doc.Kind)
	if !ok {
		return nil, fmt.Errorf("unknown kind %q", doc.Kind)
	}
	b, err := plainJSON(doc.Spec)
	if err != nil {
		return nil, err
	}
	spec := k.NewSpec()
	if err := json.Unmarshal(b, spec); err != nil {
		return nil, err
	}
	k.fill(spec)
	if s, ok := spec.(*LinkSpec); ok {
		for i := range s.Spans {
			s.Spans[i].Fiber = strings.ToLower(s.Spans[i].Fiber)
			slices.Sort(s.Spans[i].SharedRisks)
		}
	}
	return plainJSON(spec)
}

func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// UnmarshalJSON reads both spellings of a PerWay: one number, or {az, za}.
func (p *PerWay) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '{' {
		if err := json.Unmarshal(b, &p.Az); err != nil {
			return err
		}
		p.Za = p.Az
		return nil
	}
	type both PerWay
	return json.Unmarshal(b, (*both)(p))
}

// writeYAML prints the next JSON value. Lists of scalars and empty values stand
// on one line, everything else in blocks.
func writeYAML(w *bytes.Buffer, d *json.Decoder, indent int, inList bool) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch t {
	case json.Delim('{'):
		return writeMapping(w, d, indent, inList)
	case json.Delim('['):
		return writeList(w, d, indent)
	}
	w.WriteString(" " + yamlScalar(t) + "\n")
	return nil
}

func writeMapping(w *bytes.Buffer, d *json.Decoder, indent int, inList bool) error {
	if !d.More() {
		w.WriteString(" {}\n")
		_, err := d.Token()
		return err
	}
	first := true
	if indent > 0 && !inList {
		w.WriteByte('\n')
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		switch {
		case first && inList:
			w.WriteByte(' ')
		default:
			w.WriteString(strings.Repeat(" ", indent))
		}
		first = false
		w.WriteString(yamlScalar(key) + ":")
		if err := writeYAML(w, d, indent+2, false); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func writeList(w *bytes.Buffer, d *json.Decoder, indent int) error {
	var raw []json.RawMessage
	for d.More() {
		var r json.RawMessage
		if err := d.Decode(&r); err != nil {
			return err
		}
		raw = append(raw, r)
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if !slices.ContainsFunc(raw, func(r json.RawMessage) bool { return r[0] == '{' }) {
		line, err := flowList(raw)
		w.WriteString(" " + line + "\n")
		return err
	}
	w.WriteByte('\n')
	for _, r := range raw {
		w.WriteString(strings.Repeat(" ", indent) + "-")
		inner := json.NewDecoder(bytes.NewReader(r))
		inner.UseNumber()
		if err := writeYAML(w, inner, indent+2, true); err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

func flowList(raw []json.RawMessage) (string, error) {
	parts := make([]string, len(raw))
	for i, r := range raw {
		if r[0] == '[' {
			var inner []json.RawMessage
			if err := json.Unmarshal(r, &inner); err != nil {
				return "", err
			}
			line, err := flowList(inner)
			if err != nil {
				return "", err
			}
			parts[i] = line
			continue
		}
		d := json.NewDecoder(bytes.NewReader(r))
		d.UseNumber()
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		parts[i] = yamlScalar(t)
	}
	return "[" + strings.Join(parts, ", ") + "]", nil
}

func yamlScalar(t json.Token) string {
	switch t := t.(type) {
	case string:
		if safePlain(t) {
			return t
		}
		b, err := plainJSON(t)
		if err != nil {
			return `""`
		}
		return string(b)
	case json.Number:
		return t.String()
	case bool:
		if t {
			return "true"
		}
		return "false"
	}
	return "null"
}

// safePlain reports whether text can stand without quotes anywhere, in any
// reader.
func safePlain(s string) bool {
	if s == "" || meaning(s) != "" || s == "<<" || s[0] == '-' || s[0] == '.' || s[0] == '/' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		inner := i > 0 && i < len(s)-1
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' || c == '/' || c == ' ' && inner) {
			return false
		}
	}
	return true
}
