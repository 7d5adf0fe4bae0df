package ocmap

import (
	"maps"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// Remove forgets everything at and below the place.
func (v *View) Remove() {
	schema := string(v.at.schema)
	for id, e := range v.entries {
		was := e.leaves
		if id.Kind == models.KindMediaChannel {
			was = maps.Clone(was)
		}
		if v.removeFrom(id, e, schema) {
			v.touched[id] = true
			if _, stays := e.leaves[models.LeafLower]; id.Kind == models.KindMediaChannel && !stays {
				v.forgetSlot(was)
			}
		}
	}
	pattern := v.at.Text()
	for path := range v.rest {
		if under(path, pattern) {
			delete(v.rest, path)
			v.leaves--
			v.restTouched = true
		}
	}
	v.removeReadings(schema, v.at.keys)
}

func (v *View) removeFrom(id models.ObjectID, e *entry, schema string) bool {
	own := ObjectKeys(id)
	keys := v.at.keys
	for i := range min(len(keys), len(own)) {
		if keys[i] != Wildcard && keys[i] != own[i] {
			return false
		}
	}
	removed := false
	for _, row := range configRows {
		if row.kind != id.Kind || !Covers(schema, row.schema) {
			continue
		}
		if _, ok := e.leaves[row.leaf]; ok {
			delete(e.leaves, row.leaf)
			v.leaves--
			removed = true
		}
		for sub, leaves := range e.subs {
			if _, ok := leaves[row.leaf]; !ok || !subMatches(keys[min(len(keys), len(own)):], sub) {
				continue
			}
			delete(leaves, row.leaf)
			v.leaves--
			removed = true
			if len(leaves) == 0 {
				delete(e.subs, sub)
			}
		}
	}
	return removed
}

func subMatches(keys []string, sub string) bool {
	if len(keys) == 0 || slices.Contains(keys, Wildcard) {
		return true
	}
	return strings.Join(keys, "/") == sub
}

// Covers reports whether a path at or above schema is meant.
func Covers(above, schema string) bool {
	return above == "" || schema == above || strings.HasPrefix(schema, above) && schema[len(above)] == '/'
}

// under reports whether a path (as text) lies at or below a pattern, in which
// a key may be a Wildcard.
func under(path, pattern string) bool {
	for {
		i := strings.Index(pattern, "="+Wildcard+"]")
		if i < 0 {
			rest, ok := strings.CutPrefix(path, pattern)
			return ok && (rest == "" || rest[0] == '/')
		}
		rest, ok := strings.CutPrefix(path, pattern[:i+1])
		if !ok {
			return false
		}
		end := KeyEnd(rest)
		if end < 0 {
			return false
		}
		path, pattern = rest[end+1:], pattern[i+len("="+Wildcard+"]"):]
	}
}

// KeyEnd finds the bracket that closes a key value, passing escaped ones.
func KeyEnd(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ']':
			return i
		}
	}
	return -1
}
