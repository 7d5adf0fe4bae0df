package gnmid

import (
	"fmt"
	"strings"
)

// element is a path element before the schema has been asked.
type element struct {
	name string
	keys []keyValue
}

type keyValue struct{ name, value string }

func (e element) key(name string) (string, bool) {
	for _, k := range e.keys {
		if k.name == name {
			return k.value, true
		}
	}
	return "", false
}

// maxRemembered bounds how many paths a schema remembers, and how many entries
// of lists.
const maxRemembered = 1 << 16

// parse reads the text form of a path. The owner of the devices names the same
// places over and over, so paths that could be read are remembered. Nobody
// changes a path in place.
func (s *Schema) parse(text string) (path, error) {
	if p, ok := s.parsed.Load(text); ok {
		return p.(path), nil
	}
	elements, err := splitText(text)
	if err != nil {
		return nil, fmt.Errorf("path %q: %w", text, err)
	}
	p, err := s.resolve(elements)
	if err == nil && s.parsedCount.Add(1) <= maxRemembered {
		s.parsed.Store(strings.Clone(text), p.below())
	}
	return p, err
}

func splitText(text string) ([]element, error) {
	if !strings.HasPrefix(text, "/") {
		return nil, fmt.Errorf("want a leading slash")
	}
	out := make([]element, 0, strings.Count(text, "/"))
	for rest := text; rest != "" && rest != "/"; {
		rest = rest[1:]
		end := strings.IndexAny(rest, "/[")
		if end < 0 {
			end = len(rest)
		}
		e := element{name: rest[:end]}
		if e.name == "" {
			return nil, fmt.Errorf("an element has no name")
		}
		rest = rest[end:]
		for strings.HasPrefix(rest, "[") {
			name, value, after, ok := cutKey(rest[1:])
			if !ok {
				return nil, fmt.Errorf("key of %s: want [name=value]", e.name)
			}
			if _, twice := e.key(name); twice {
				return nil, fmt.Errorf("key %s of %s stands twice", name, e.name)
			}
			e.keys = append(e.keys, keyValue{name, value})
			rest = after
		}
		if rest != "" && rest[0] != '/' {
			return nil, fmt.Errorf("text after the keys of %s", e.name)
		}
		out = append(out, e)
	}
	return out, nil
}

func cutKey(text string) (name, value, rest string, ok bool) {
	name, text, ok = strings.Cut(text, "=")
	if !ok || name == "" {
		return "", "", "", false
	}
	if end := strings.IndexAny(text, `]\`); end >= 0 && text[end] == ']' {
		return name, text[:end], text[end+1:], true
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
			if i == len(text) {
				return "", "", "", false
			}
			b.WriteByte(text[i])
		case ']':
			return name, b.String(), text[i+1:], true
		default:
			b.WriteByte(text[i])
		}
	}
	return "", "", "", false
}
