package intents

import (
	"fmt"
	"strings"
)

// The reader below takes YAML 1.2 as people write it in documents: block and
// flow mappings and lists, plain, quoted and block text, comments, anchors,
// aliases and merge keys. JSON is the flow part of it. Tags, complex keys and
// directives other than %YAML are refused with a fault, so that nothing is
// read in two ways. It is our own because the limits must hold while reading
// and its time must be linear in the input; scalars stay text, and what they
// mean is decided by the field they are bound to.

// syntaxError is a fault of the text; reading of the document stops there.
type syntaxError struct {
	offset          int
	message, remedy string
}

// reader reads one YAML document, text[pos:end]. The first fault is kept in
// err and moves pos to the end, so that every loop finishes.
type reader struct {
	text    string
	pos     int
	end     int
	line    int // offset of the current line's first byte
	depth   int
	nodes   *int // read so far in the whole input
	budget  int  // of weight that aliases may still expand to
	anchors map[string]node
	err     *syntaxError
}

func (r *reader) fail(offset int, remedy, format string, args ...any) node {
	if r.err == nil {
		r.err = &syntaxError{offset: offset, message: fmt.Sprintf(format, args...), remedy: remedy}
	}
	r.pos = r.end
	return node{offset: int32(offset)}
}

// document reads the whole range. The second result is false when there is
// nothing in it but blanks and comments.
func (r *reader) document() (node, bool) {
	r.line = r.pos
	marked := false
	if r.marker("---") {
		r.pos += 3
		marked = true
		r.blanks()
	}
	r.toContent()
	for !marked && r.pos < r.end && r.text[r.pos] == '%' && r.column() == 0 {
		if !strings.HasPrefix(r.text[r.pos:r.end], "%YAML 1.") {
			r.fail(r.pos, "leave it out", "directive %s is not supported", quoted(r.restOfLine()))
			break
		}
		r.skipLine()
		r.toContent()
	}
	if r.pos >= r.end {
		return node{}, r.err != nil
	}
	var n node
	if marked && r.line < r.pos && strings.HasPrefix(r.text[r.line:], "---") {
		n = r.inline(-1, -1)
	} else {
		n = r.block(-1)
	}
	r.toContent()
	if r.err == nil && r.pos < r.end {
		r.unexpected()
	}
	return n, true
}

func (r *reader) unexpected() node {
	if c := r.text[r.pos]; c == '{' || c == '[' {
		return r.fail(r.pos, "put a line --- between documents", "a second value in one document")
	}
	return r.fail(r.pos, "check the indentation, and quote text that holds \": \" or \" #\"", "%s does not belong here", quoted(r.restOfLine()))
}

// block reads a value that begins at pos, first on its line or after "- ".
// Lines that belong to it are indented deeper than parent.
func (r *reader) block(parent int) node {
	if r.pos >= r.end {
		return node{offset: int32(r.pos)}
	}
	col := r.column()
	switch c := r.text[r.pos]; {
	case c == '-' && r.blankAt(r.pos+1):
		return r.list(col)
	case c == '?' && r.blankAt(r.pos+1):
		return r.fail(r.pos, "write key: value", "complex keys are not supported")
	case r.keyAhead():
		return r.mapping(col)
	}
	return r.inline(parent, parent)
}

// inline reads a value that is not a block mapping beginning at pos. After an
// anchor the value may stand on the next lines, deeper than indent.
func (r *reader) inline(parent, indent int) node {
	at := r.pos
	switch c := r.text[r.pos]; c {
	case '&':
		return r.anchored(parent, indent)
	case '*':
		return r.alias()
	case '!':
		return r.fail(at, "leave it out: fields know their types", "tag %s is not supported", quoted(r.word()))
	case '{', '[':
		n := r.flow()
		r.endOfValue()
		return n
	case '"', '\'':
		n := r.quotedText()
		r.endOfValue()
		return n
	case '|', '>':
		return r.blockText(parent)
	case '@', '`', '%', ',', ']', '}':
		return r.fail(at, "put the text in quotes", "text cannot begin with %q", string(c))
	case '-':
		if r.blankAt(r.pos + 1) {
			return r.fail(at, "begin the list on a line of its own", "a list cannot begin on the line of its key")
		}
	}
	return r.plainBlock(parent)
}

func (r *reader) mapping(col int) node {
	m := node{kind: mapNode, offset: int32(r.pos)}
	r.enter()
	merged := false
	for r.err == nil {
		key := r.key()
		merged = merged || key.kind == plainNode && key.text == "<<"
		r.blanks()
		if r.pos >= r.end || r.text[r.pos] != ':' {
			r.fail(r.pos, "write key: value", "no colon after key %s", quoted(key.text))
			break
		}
		r.pos++
		m.add(key, r.afterColon(col))
		if len(m.kids) > 2*maxKeys {
			r.fail(int(m.offset), "split the document", "a mapping of more than %d entries", maxKeys)
		}
		r.toContent()
		if r.pos >= r.end || r.column() < col {
			break
		}
		if r.column() > col || !r.keyAhead() {
			r.unexpected()
		}
	}
	r.leave()
	if merged {
		m = r.merge(m)
	}
	return r.weigh(m)
}

// afterColon reads the value of a key in column col, or nothing.
func (r *reader) afterColon(col int) node {
	r.blanks()
	if !r.endOfLine() {
		return r.inline(col, col)
	}
	at := r.pos
	r.toContent()
	if r.pos < r.end {
		switch c := r.column(); {
		case c > col:
			return r.block(col)
		case c == col && r.text[r.pos] == '-' && r.blankAt(r.pos+1):
			return r.list(col)
		}
	}
	return r.count(node{offset: int32(at)})
}

func (r *reader) list(col int) node {
	l := node{kind: listNode, offset: int32(r.pos)}
	r.enter()
	for r.err == nil {
		at := r.pos
		r.pos++
		r.blanks()
		switch {
		case !r.endOfLine():
			l.add(r.block(col))
		default:
			r.toContent()
			if r.pos < r.end && r.column() > col {
				l.add(r.block(col))
			} else {
				l.add(r.count(node{offset: int32(at)}))
			}
		}
		if len(l.kids) > maxKeys {
			r.fail(int(l.offset), "split it", "a list of more than %d items", maxKeys)
		}
		r.toContent()
		if r.pos >= r.end || r.column() < col {
			break
		}
		if r.column() > col {
			r.unexpected()
		}
		if r.err != nil || r.text[r.pos] != '-' || !r.blankAt(r.pos+1) {
			break
		}
	}
	r.leave()
	return r.weigh(l)
}

// key reads a mapping's key; keyAhead has seen it.
func (r *reader) key() node {
	switch r.text[r.pos] {
	case '"', '\'':
		return r.quotedText()
	}
	at := r.pos
	for r.pos < r.end && !(r.text[r.pos] == ':' && r.blankAt(r.pos+1)) {
		r.pos++
	}
	text := strings.TrimRight(r.text[at:r.pos], " \t")
	return r.count(node{kind: plainNode, text: text, offset: int32(at)})
}

// keyAhead reports whether the line goes on with "key:".
func (r *reader) keyAhead() bool {
	switch r.text[r.pos] {
	case '{', '[', '&', '*', '!', '|', '>', '#', '@', '`', '%', ',', ']', '}':
		return false
	case '"', '\'':
		i := r.pos + 1
		for q := r.text[r.pos]; i < r.end && r.text[i] != '\n'; i++ {
			if r.text[i] == '\\' && q == '"' {
				i++
			} else if r.text[i] == q {
				if q == '"' || i+1 >= r.end || r.text[i+1] != q {
					break
				}
				i++
			}
		}
		for i++; i < r.end && (r.text[i] == ' ' || r.text[i] == '\t'); i++ {
		}
		return i < r.end && r.text[i] == ':' && r.blankAt(i+1)
	}
	for i := r.pos; i < r.end && r.text[i] != '\n'; i++ {
		switch {
		case r.text[i] == ':' && r.blankAt(i+1):
			return true
		case r.text[i] == '#' && i > r.pos && (r.text[i-1] == ' ' || r.text[i-1] == '\t'):
			return false
		}
	}
	return false
}

// toContent moves over blank lines and comments to the next text.
func (r *reader) toContent() {
	for r.pos < r.end {
		r.blanks()
		if r.pos >= r.end {
			return
		}
		switch r.text[r.pos] {
		case '\n':
			r.pos++
			r.line = r.pos
		case '#':
			r.skipLine()
		default:
			if strings.IndexByte(r.text[r.line:r.pos], '\t') >= 0 && strings.TrimLeft(r.text[r.line:r.pos], " \t") == "" {
				r.fail(r.pos, "indent with spaces", "a tab in the indentation")
			}
			return
		}
	}
}

// endOfValue checks that nothing follows on the line but a comment.
func (r *reader) endOfValue() {
	r.blanks()
	if r.err == nil && !r.endOfLine() {
		if r.text[r.pos] == ':' {
			r.fail(r.pos, "begin the mapping on a line of its own", "a mapping does not belong here")
			return
		}
		r.unexpected()
	}
}

func (r *reader) column() int { return r.pos - r.line }

func (r *reader) blanks() {
	for r.pos < r.end && (r.text[r.pos] == ' ' || r.text[r.pos] == '\t') {
		r.pos++
	}
}

// endOfLine reports whether only a comment can follow on the line.
func (r *reader) endOfLine() bool {
	if r.pos >= r.end || r.text[r.pos] == '\n' {
		return true
	}
	return r.text[r.pos] == '#' && (r.pos == r.line || r.text[r.pos-1] == ' ' || r.text[r.pos-1] == '\t')
}

func (r *reader) blankAt(i int) bool {
	return i >= r.end || r.text[i] == ' ' || r.text[i] == '\n' || r.text[i] == '\t'
}

func (r *reader) marker(m string) bool {
	return strings.HasPrefix(r.text[r.pos:r.end], m) && r.blankAt(r.pos+len(m))
}

func (r *reader) skipLine() {
	if i := strings.IndexByte(r.text[r.pos:r.end], '\n'); i >= 0 {
		r.pos += i + 1
		r.line = r.pos
		return
	}
	r.pos = r.end
}

func (r *reader) restOfLine() string {
	rest, _, _ := strings.Cut(r.text[r.pos:r.end], "\n")
	return rest
}

func (r *reader) word() string {
	rest := r.restOfLine()
	if i := strings.IndexAny(rest, " ,]}"); i >= 0 {
		return rest[:i]
	}
	return rest
}

func (r *reader) enter() {
	if r.depth++; r.depth > maxDepth {
		r.fail(r.pos, "", "more than %d mappings and lists inside each other", maxDepth)
	}
}

func (r *reader) leave() { r.depth-- }
