package intents

import (
	"fmt"
	"strings"
)

// bound is what the binder leaves for the checks of a document: which fields
// say nothing, because what stands there could not be read, and which were read
// although they are misspelt. A nil bound is that of a document that was not
// read from text.
type bound struct {
	unfit    map[string]bool
	misspelt map[string]int // index of the fault, or -1 when it was replaced
}

// lose notes a field that could not be read.
func (b *bound) lose(path []any) {
	if b.unfit == nil {
		b.unfit = map[string]bool{}
	}
	b.unfit[pathKey(path)] = true
}

// misspell notes a field whose number is known although it is written in a way
// that is refused, with the place of that fault among the faults.
func (b *bound) misspell(path []any, fault int) {
	if b.misspelt == nil {
		b.misspelt = map[string]int{}
	}
	b.misspelt[pathKey(path)] = fault
}

// lost reports whether the field, or one that it stands in, could not be read.
func (b *bound) lost(path []any) bool {
	if b == nil || len(b.unfit) == 0 {
		return false
	}
	for i := 1; i <= len(path); i++ {
		if b.unfit[pathKey(path[:i])] {
			return true
		}
	}
	return false
}

// replace gives up the fault of a misspelt field for one of its value: how to
// write a number that is refused anyway helps nobody.
func (b *bound) replace(path []any) (fault int, ok bool) {
	if b == nil || len(b.misspelt) == 0 {
		return 0, false
	}
	key := pathKey(path)
	fault, ok = b.misspelt[key]
	if !ok || fault < 0 {
		return 0, false
	}
	b.misspelt[key] = -1
	return fault, true
}

// whole reports whether everything was read as it stands.
func (b *bound) whole() bool { return b == nil || len(b.unfit) == 0 && len(b.misspelt) == 0 }

// pathKey makes a path comparable. Names may hold points, so that the printed
// form will not do.
func pathKey(path []any) string {
	var b strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case string:
			b.WriteString(step)
		default:
			fmt.Fprint(&b, step)
		}
		b.WriteByte(0)
	}
	return b.String()
}
