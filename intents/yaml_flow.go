package intents

import "strings"

// flow reads "{…}" or "[…]", which is all there is of JSON.
func (r *reader) flow() node {
	n := node{kind: mapNode, offset: int32(r.pos)}
	closing := byte('}')
	if r.text[r.pos] == '[' {
		n.kind, closing = listNode, ']'
	}
	r.enter()
	r.pos++
	merged := false
	for r.err == nil {
		r.toContentFlow()
		if r.pos >= r.end {
			r.fail(int(n.offset), "", "%q is never closed", r.text[n.offset:n.offset+1])
			break
		}
		if r.text[r.pos] == closing {
			r.pos++
			break
		}
		if n.kind == mapNode {
			key := r.flowKey()
			merged = merged || key.kind == plainNode && key.text == "<<"
			n.add(key, r.flowAfterKey())
		} else {
			n.add(r.flowValue())
		}
		if len(n.kids) > 2*maxKeys || n.kind == listNode && len(n.kids) > maxKeys {
			r.fail(int(n.offset), "split it", "%s of more than %d entries", n.what(), maxKeys)
		}
		r.toContentFlow()
		if r.err != nil || r.pos >= r.end {
			continue
		}
		switch c := r.text[r.pos]; {
		case c == ',':
			r.pos++
		case c == closing:
		case c == ':' && n.kind == listNode:
			r.fail(r.pos, "put it in braces: {key: value}", "a key in a list")
		default:
			r.fail(r.pos, "", "found %s, want %q or %q", quoted(r.text[r.pos:r.pos+1]), ",", string(closing))
		}
	}
	r.leave()
	if merged && r.err == nil {
		n = r.merge(n)
	}
	return r.weigh(n)
}

func (r *reader) flowKey() node {
	switch c := r.text[r.pos]; c {
	case '"', '\'':
		return r.quotedText()
	case '{', '[', '*', '&', '!', '?', ',', ':':
		return r.fail(r.pos, "write key: value", "found %q where a key is wanted", string(c))
	}
	return r.plainFlow()
}

func (r *reader) flowAfterKey() node {
	r.toContentFlow()
	if r.err != nil || r.pos >= r.end {
		return node{}
	}
	if r.text[r.pos] != ':' {
		return r.fail(r.pos, "write key: value", "a key without a colon")
	}
	r.pos++
	r.toContentFlow()
	if r.pos < r.end && (r.text[r.pos] == ',' || r.text[r.pos] == '}') {
		return r.count(node{offset: int32(r.pos)})
	}
	return r.flowValue()
}

func (r *reader) flowValue() node {
	if r.err != nil || r.pos >= r.end {
		return node{}
	}
	at := r.pos
	switch c := r.text[r.pos]; c {
	case '{', '[':
		return r.flow()
	case '"', '\'':
		return r.quotedText()
	case '*':
		return r.aliasValue()
	case '&':
		r.pos++
		name := r.word()
		r.pos += len(name)
		r.toContentFlow()
		if name == "" || r.pos >= r.end {
			return r.fail(at, "write &name value", "an anchor without a name or value")
		}
		return r.remember(name, r.flowValue())
	case '!':
		return r.fail(at, "leave it out: fields know their types", "tag %s is not supported", quoted(r.word()))
	case ',', ']', '}', '|', '>', '@', '`', '%', '#':
		return r.fail(at, "put text in quotes", "found %q where a value is wanted", string(c))
	case '-', '?':
		if r.blankAt(r.pos + 1) {
			return r.fail(at, "put text in quotes", "found %q where a value is wanted", string(c))
		}
	case ':':
		if r.endsPlainFlow() { // else it begins a text, as in :name
			return r.fail(at, "put text in quotes", "found %q where a value is wanted", string(c))
		}
	}
	return r.plainFlow()
}

// plainFlow reads text without quotes inside braces; it may run over lines,
// which are joined by a space.
func (r *reader) plainFlow() node {
	at := r.pos
	var joined []string
	for {
		from := r.pos
		for r.pos < r.end && !r.endsPlainFlow() {
			r.pos++
		}
		joined = append(joined, strings.TrimRight(r.text[from:r.pos], " \t"))
		if r.pos >= r.end || r.text[r.pos] != '\n' {
			break
		}
		r.toContentFlow()
		if r.err != nil || r.pos >= r.end || r.endsPlainFlow() {
			break
		}
	}
	if len(joined) == 1 && joined[0] == "" {
		return r.fail(at, "put text in quotes", "found %s where a value is wanted", quoted(r.text[at:min(at+1, r.end)]))
	}
	return r.count(node{kind: plainNode, text: strings.Join(joined, " "), offset: int32(at)})
}

func (r *reader) endsPlainFlow() bool {
	switch c := r.text[r.pos]; c {
	case ',', '[', ']', '{', '}', '\n':
		return true
	case ':':
		if r.blankAt(r.pos + 1) {
			return true
		}
		return strings.IndexByte(",[]{}", r.text[r.pos+1]) >= 0
	case '#':
		return r.text[r.pos-1] == ' ' || r.text[r.pos-1] == '\t'
	}
	return false
}

// toContentFlow moves over blanks, line ends and comments; indentation means
// nothing inside braces.
func (r *reader) toContentFlow() {
	for r.pos < r.end {
		switch r.text[r.pos] {
		case ' ', '\t':
			r.pos++
		case '\n':
			r.pos++
			r.line = r.pos
		case '#':
			if r.pos > r.line && r.text[r.pos-1] != ' ' && r.text[r.pos-1] != '\t' {
				return
			}
			r.skipLine()
		default:
			return
		}
	}
}
