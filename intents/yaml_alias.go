package intents

// count enters a scalar (or nothing) into the limits.
func (r *reader) count(n node) node {
	if len(n.text) > maxScalar {
		return r.fail(int(n.offset), "", "a text of %d bytes; at most %d are allowed", len(n.text), maxScalar)
	}
	n.weight = int32(len(n.text) + 1)
	return r.within(n)
}

// weigh enters a mapping or list whose kids are complete.
func (r *reader) weigh(n node) node {
	sum := 1
	for i := range n.kids {
		sum = min(sum+int(n.kids[i].weight), 1<<30)
	}
	n.weight = int32(sum)
	return r.within(n)
}

func (r *reader) within(n node) node {
	if *r.nodes++; *r.nodes > maxNodes {
		return r.fail(int(n.offset), "split the input", "more than %d values in one input", maxNodes)
	}
	return n
}

// anchored reads "&name value".
func (r *reader) anchored(parent, indent int) node {
	at := r.pos
	r.pos++
	name := r.word()
	if name == "" {
		return r.fail(at, "write &name", "an anchor without a name")
	}
	r.pos += len(name)
	r.blanks()
	var n node
	if r.endOfLine() {
		r.toContent()
		switch {
		case r.pos >= r.end:
		case r.column() > indent:
			n = r.block(indent)
		case r.column() == indent && r.text[r.pos] == '-' && r.blankAt(r.pos+1):
			n = r.list(indent)
		}
	} else {
		n = r.inline(parent, indent)
	}
	return r.remember(name, n)
}

func (r *reader) remember(name string, n node) node {
	if r.anchors == nil {
		r.anchors = map[string]node{}
	}
	r.anchors[name] = n
	return n
}

// alias reads "*name". An anchor is known only once its value is complete, so
// that no value can hold itself.
func (r *reader) alias() node {
	n := r.aliasValue()
	r.endOfValue()
	return n
}

func (r *reader) aliasValue() node {
	at := r.pos
	r.pos++
	name := r.word()
	n, ok := r.anchors[name]
	if !ok {
		return r.fail(at, "write &name before the value it stands for", "alias %s stands for nothing", quoted("*"+name))
	}
	r.pos += len(name)
	n.offset = int32(at)
	return r.expand(n)
}

// expand takes what an alias stands for out of the document's budget.
func (r *reader) expand(n node) node {
	if r.budget -= int(n.weight); r.budget < 0 {
		return r.fail(int(n.offset), "write the values out", "aliases expand the document to more than %d times its size", aliasRatio)
	}
	return n
}

// mergeCost is the weight of an entry that is copied, beyond its text: what it
// takes in memory.
const mergeCost = 48

// merge replaces the entries "<<: mapping" by those of the mapping; keys that
// are there already win.
func (r *reader) merge(m node) node {
	out := node{kind: mapNode, offset: m.offset}
	known := make(map[string]bool, len(m.kids)/2)
	var from []node
	for i := 0; i < len(m.kids); i += 2 {
		if key := m.kids[i]; key.kind != plainNode || key.text != "<<" {
			known[key.text] = true
			out.kids = append(out.kids, key, m.kids[i+1])
			continue
		}
		switch v := m.kids[i+1]; v.kind {
		case mapNode:
			from = append(from, v)
		case listNode:
			from = append(from, v.kids...)
		default:
			return r.fail(int(v.offset), "write <<: *name", "the key << merges mappings only")
		}
	}
	for _, f := range from {
		if f.kind != mapNode {
			return r.fail(int(f.offset), "write <<: *name", "the key << merges mappings only")
		}
		f.weight = int32(min(int(f.weight)+mergeCost*len(f.kids), 1<<30))
		r.expand(f)
		for i := 0; i < len(f.kids) && r.err == nil; i += 2 {
			if key := f.kids[i]; !known[key.text] {
				known[key.text] = true
				out.add(key, f.kids[i+1])
			}
		}
	}
	return out
}
