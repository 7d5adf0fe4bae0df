package intents

import (
	"slices"
	"strings"
	"unicode/utf8"
)

type nodeKind uint8

const (
	nullNode nodeKind = iota
	plainNode
	quotedNode // "…", '…' or a block of text: always text
	mapNode
	listNode
)

// node is a value as it was written. A mapping's kids are key, value, key,
// value…; a list's are its items. Aliased nodes share their kids.
type node struct {
	text   string
	kids   []node
	offset int32 // of the first byte, in the source
	weight int32 // bytes that it stands for once aliases are expanded
	kind   nodeKind
}

// what names the kind of a node for a person.
func (n *node) what() string {
	switch n.kind {
	case nullNode:
		return "nothing"
	case mapNode:
		return "a mapping"
	case listNode:
		return "a list"
	}
	return ""
}

// add appends to kids. It doubles the room, as append does not for long lists:
// what was copied away from is garbage that counts.
func (n *node) add(kids ...node) {
	if room := len(n.kids) + len(kids); room > cap(n.kids) && cap(n.kids) >= 64 {
		n.kids = slices.Grow(n.kids, room)
	}
	n.kids = append(n.kids, kids...)
}

// source is one input with what is needed to turn an offset into a place.
type source struct {
	name  string
	text  string
	lines []int32 // offsets of line starts, made on first use
}

// place returns line and column (in characters), both from 1.
func (s *source) place(offset int) (line, column int) {
	if s.lines == nil {
		s.lines = make([]int32, 1, 1+strings.Count(s.text, "\n"))
		for i := range len(s.text) {
			if s.text[i] == '\n' {
				s.lines = append(s.lines, int32(i+1))
			}
		}
	}
	offset = min(max(offset, 0), len(s.text))
	line, _ = slices.BinarySearch(s.lines, int32(offset+1))
	return line, utf8.RuneCountInString(s.text[s.lines[line-1]:offset]) + 1
}

// Places knows where the fields of a document stand in the text it was read
// from. It is no part of the document's value: all Places are equal.
type Places struct {
	src  *source
	root node
}

// Equal reports true: where a document was written does not tell it from another.
func (p *Places) Equal(*Places) bool { return true }

// find returns the position of the field at the path of names and indices, or
// of the nearest field above it that was written.
func (p *Places) find(path []any) (file string, line, column int) {
	if p == nil || p.src == nil {
		return "", 0, 0
	}
	at := p.root
	offset := at.offset
walk:
	for _, step := range path {
		switch step := step.(type) {
		case string:
			if at.kind != mapNode {
				break walk
			}
			found := false
			for i := 0; i+1 < len(at.kids); i += 2 {
				if at.kids[i].text == step {
					offset = at.kids[i].offset
					at, found = at.kids[i+1], true
					break
				}
			}
			if !found {
				break walk
			}
			if at.kind != nullNode {
				offset = at.offset
			}
		case int:
			if at.kind != listNode || step >= len(at.kids) {
				break walk
			}
			at = at.kids[step]
			offset = at.offset
		}
	}
	line, column = p.src.place(int(offset))
	return p.src.name, line, column
}
