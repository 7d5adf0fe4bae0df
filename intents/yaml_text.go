package intents

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// plainBlock reads text without quotes outside braces. Lines indented deeper
// than parent continue it.
func (r *reader) plainBlock(parent int) node {
	at := r.pos
	text, breaks := "", 0
	var longer strings.Builder
	for first := true; ; first = false {
		line := r.plainLine()
		if first {
			text = line
		} else {
			if longer.Len() == 0 {
				longer.WriteString(text)
			}
			longer.WriteString(strings.Repeat("\n", breaks))
			if breaks == 0 {
				longer.WriteByte(' ')
			}
			longer.WriteString(line)
		}
		if r.err != nil || r.pos >= r.end || r.text[r.pos] == '#' {
			break
		}
		// At the end of a line: look whether the next text continues.
		pos, lineAt := r.pos, r.line
		breaks = -1
		for r.pos < r.end && r.text[r.pos] == '\n' {
			breaks++
			r.pos++
			r.line = r.pos
			r.blanks()
		}
		if r.pos >= r.end || r.column() <= parent || r.text[r.pos] == '#' {
			r.pos, r.line = pos, lineAt
			break
		}
	}
	if longer.Len() > 0 {
		text = longer.String()
	}
	return r.count(node{kind: plainNode, text: text, offset: int32(at)})
}

func (r *reader) plainLine() string {
	at := r.pos
	for ; r.pos < r.end && r.text[r.pos] != '\n'; r.pos++ {
		switch r.text[r.pos] {
		case ':':
			if r.blankAt(r.pos + 1) {
				r.fail(r.pos, "indent the key as its siblings, or quote the text", "a mapping does not belong inside text")
				return ""
			}
		case '#':
			if r.pos > at && (r.text[r.pos-1] == ' ' || r.text[r.pos-1] == '\t') {
				return strings.TrimRight(r.text[at:r.pos], " \t")
			}
		}
	}
	return strings.TrimRight(r.text[at:r.pos], " \t")
}

// quotedText reads '…' or "…". Line ends inside are folded to spaces.
func (r *reader) quotedText() node {
	at := r.pos
	q := r.text[at]
	r.pos++
	from := r.pos
	// Text without escapes and line ends is a slice of the input.
	for r.pos < r.end && r.text[r.pos] != q && r.text[r.pos] != '\n' && !(q == '"' && r.text[r.pos] == '\\') {
		r.pos++
	}
	if r.pos < r.end && r.text[r.pos] == q && !(q == '\'' && r.pos+1 < r.end && r.text[r.pos+1] == q) {
		r.pos++
		return r.count(node{kind: quotedNode, text: r.text[from : r.pos-1], offset: int32(at)})
	}
	b := append(make([]byte, 0, 2*(r.pos-from)+16), r.text[from:r.pos]...)
	kept := 0 // bytes that escapes made: folding leaves their blanks alone
	for r.pos < r.end && len(b) <= maxScalar {
		switch c := r.text[r.pos]; {
		case c == q && q == '\'' && r.pos+1 < r.end && r.text[r.pos+1] == q:
			b = append(b, q)
			r.pos += 2
		case c == q:
			r.pos++
			return r.count(node{kind: quotedNode, text: string(b), offset: int32(at)})
		case c == '\n':
			b = r.fold(b, kept)
		case c == '\\' && q == '"':
			b = r.escape(b)
			kept = len(b)
		default:
			b = append(b, c)
			r.pos++
		}
	}
	if len(b) > maxScalar {
		return r.fail(at, "", "a text of more than %d bytes", maxScalar)
	}
	return r.fail(at, "close it", "a quoted text is never closed")
}

// fold turns line ends and the blanks around them into a space, or into one
// line end for each blank line.
func (r *reader) fold(b []byte, kept int) []byte {
	for len(b) > kept && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	breaks := -1
	for r.pos < r.end && r.text[r.pos] == '\n' {
		breaks++
		r.pos++
		r.line = r.pos
		r.blanks()
	}
	if breaks == 0 {
		return append(b, ' ')
	}
	return append(b, strings.Repeat("\n", breaks)...)
}

func (r *reader) escape(b []byte) []byte {
	at := r.pos
	r.pos++
	if r.pos >= r.end {
		return b
	}
	c := r.text[r.pos]
	r.pos++
	if i := strings.IndexByte(`abtnvfre0"/\ N_`, c); i >= 0 {
		return append(b, []string{"\a", "\b", "\t", "\n", "\v", "\f", "\r", "\x1b", "\x00", `"`, "/", `\`, " ", "\u0085", "\u00a0"}[i]...)
	}
	switch c {
	case 'x':
		return utf8.AppendRune(b, r.hex(at, 2))
	case 'u':
		u := r.hex(at, 4)
		if utf16.IsSurrogate(u) && strings.HasPrefix(r.text[r.pos:r.end], `\u`) {
			r.pos += 2
			u = utf16.DecodeRune(u, r.hex(at, 4))
			if u == utf8.RuneError {
				r.fail(at, "", "half of a surrogate pair")
			}
		}
		if utf16.IsSurrogate(u) {
			r.fail(at, "", "half of a surrogate pair")
		}
		return utf8.AppendRune(b, u)
	case 'U':
		return utf8.AppendRune(b, r.hex(at, 8))
	case '\n':
		r.line = r.pos
		r.blanks()
		return b
	}
	r.fail(at, `write \\ for a backslash`, "unknown escape %s", quoted(`\`+string(rune(c))))
	return b
}

func (r *reader) hex(at, digits int) rune {
	if r.pos+digits <= r.end {
		if u, err := strconv.ParseUint(r.text[r.pos:r.pos+digits], 16, 32); err == nil && u <= utf8.MaxRune {
			r.pos += digits
			return rune(u)
		}
	}
	r.fail(at, "", "want %d hexadecimal digits of a character", digits)
	return utf8.RuneError
}

// blockText reads "|" (lines as they are) or ">" (lines joined).
func (r *reader) blockText(parent int) node {
	at := r.pos
	fold := r.text[r.pos] == '>'
	r.pos++
	chomp, indent := byte(0), 0
	for ; r.pos < r.end && !r.blankAt(r.pos); r.pos++ {
		switch c := r.text[r.pos]; {
		case c == '-' || c == '+':
			chomp = c
		case c >= '1' && c <= '9' && indent == 0:
			indent = max(parent, 0) + int(c-'0')
		default:
			return r.fail(r.pos, "write | or > and begin the text on the next line", "found %s", quoted(string(c)))
		}
	}
	r.blanks()
	if !r.endOfLine() {
		return r.fail(r.pos, "begin the text on the next line", "text on the line of %q", r.text[at:at+1])
	}
	r.skipLine()
	var lines []string
	for r.pos < r.end {
		rest := r.restOfLine()
		depth := len(rest) - len(strings.TrimLeft(rest, " "))
		blank := depth == len(rest)
		if indent == 0 && !blank {
			indent = depth
		}
		if !blank && (depth < indent || depth <= parent) {
			break
		}
		if blank {
			rest = rest[min(len(rest), max(indent, 0)):]
			if indent == 0 {
				rest = ""
			}
		} else {
			rest = rest[indent:]
		}
		lines = append(lines, rest)
		if len(lines) > maxScalar {
			break
		}
		r.skipLine()
	}
	return r.count(node{kind: quotedNode, text: joinBlock(lines, fold, chomp), offset: int32(at)})
}

func joinBlock(lines []string, fold bool, chomp byte) string {
	last := len(lines)
	for last > 0 && lines[last-1] == "" {
		last--
	}
	var b strings.Builder
	for i, line := range lines[:last] {
		b.WriteString(line)
		if i == last-1 {
			break
		}
		next := lines[i+1]
		deep := line != "" && line[0] == ' ' || next != "" && next[0] == ' '
		switch {
		case fold && !deep && line != "" && next != "":
			b.WriteByte(' ')
		case fold && !deep && line != "" && next == "":
			// The blank lines that follow give the line ends.
		default:
			b.WriteByte('\n')
		}
	}
	if last > 0 && chomp != '-' {
		b.WriteByte('\n')
	}
	if chomp == '+' {
		b.WriteString(strings.Repeat("\n", len(lines)-last))
	}
	return b.String()
}
