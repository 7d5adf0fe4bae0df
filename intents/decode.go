package intents

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/waveplane/waveplane/models/catalogue"
)

// Option changes what Decode does.
type Option func(*options)

type options struct {
	catalogue *catalogue.Catalogue
	places    bool
}

// WithCatalogue also checks the names of profiles and parts, and the gains of
// amplifier types that the catalogue knows. Without it they are taken as they
// stand, as for documents that were checked when they were stored. The names of
// fibre and amplifier types, which documents may define, are for Check.
func WithCatalogue(cat *catalogue.Catalogue) Option {
	return func(o *options) { o.catalogue = cat }
}

// WithPlaces keeps in each document where its fields stand, so that Check can
// name line and column. It also keeps the input in memory as long as one of
// its documents.
func WithPlaces() Option { return func(o *options) { o.places = true } }

// Decode reads the documents of one input, YAML or JSON: one or many, or a
// List of them. name stands for the input in faults and origins. Fields that
// the document leaves out stay empty; see Default.
//
// The error is a Faults with everything that is wrong, and then no document is
// returned. Decode is safe for concurrent use and keeps no part of data.
func Decode(data []byte, name string, opts ...Option) ([]Document, error) {
	return DecodeSet([]File{{Name: name, Data: data}}, opts...)
}

// File is one input of a set.
type File struct {
	Name string
	Data []byte
}

// DecodeSet is Decode for documents that stand in several files.
func DecodeSet(files []File, opts ...Option) ([]Document, error) {
	d := &decoder{}
	for _, opt := range opts {
		opt(&d.options)
	}
	size := 0
	for _, f := range files {
		if size += len(f.Data); size > MaxSet {
			d.tooLarge(f.Name)
			break
		}
		d.input(f.Data, f.Name)
	}
	return d.finish()
}

// decoder collects the documents and faults of a run.
type decoder struct {
	options
	docs   []Document
	faults Faults
}

// input reads one text.
func (d *decoder) input(data []byte, name string) {
	src, refused := newSource(data, name)
	if refused != nil {
		d.faults = append(d.faults, *refused)
		return
	}
	nodes, found := 0, false
	b := &binder{src: src, faults: &d.faults, bound: &bound{}}
	for _, s := range documents(src.text) {
		r := reader{text: src.text, pos: s.from, end: s.to, nodes: &nodes, budget: aliasRatio * (s.to - s.from)}
		root, something := r.document()
		switch {
		case r.err != nil:
			line, column := src.place(r.err.offset)
			d.faults = append(d.faults, Fault{File: name, Line: line, Column: column, Message: r.err.message, Remedy: r.err.remedy})
			found = true
		case something && !root.isNull():
			d.document(b, root)
			found = true
		}
		if nodes > maxNodes || len(d.faults) >= maxFaults {
			break
		}
	}
	if !found {
		d.faults = append(d.faults, Fault{File: name, Line: 1, Column: 1, Message: "there is no document in it", Remedy: "begin with apiVersion: " + APIVersion})
	}
}

// document binds one document, or the items of a List.
func (d *decoder) document(b *binder, root node) {
	if root.kind != mapNode {
		b.wrongKind(&root, nil, "a document (a mapping)", "begin with apiVersion: "+APIVersion)
		return
	}
	kind := root.get("kind")
	if kind != nil && kind.text == "List" && root.get("items") != nil {
		d.list(b, root)
		return
	}
	b.bound = &bound{}
	doc := Document{Places: &Places{src: b.src, root: root}}
	line, _ := b.src.place(int(root.offset))
	doc.Origin = fmt.Sprintf("%s:%d", b.src.name, line)
	c := &checker{doc: &doc, cat: d.catalogue, faults: &d.faults, bound: b.bound}
	k, ok := d.header(b, &root, &doc)
	if !ok {
		c.metadata(Kind{Namespaced: true})
		return
	}
	if spec := root.get("spec"); spec != nil {
		b.bind(spec, reflect.ValueOf(doc.Spec).Elem(), &path{name: "spec"})
	}
	// What could not be read does not keep the rest from being judged: b.bound
	// tells the checks which fields are empty for that reason only.
	c.metadata(k)
	k.check(c, doc.Spec)
	if c.read("metadata", "name") && c.read("metadata", "namespace") {
		d.docs = append(d.docs, doc)
	}
}

func (d *decoder) list(b *binder, root node) {
	for i := 0; i < len(root.kids); i += 2 {
		key, value := &root.kids[i], &root.kids[i+1]
		switch key.text {
		case "apiVersion":
			if value.text != APIVersion && value.text != "v1" {
				b.fault(value, &path{name: "apiVersion"}, "found "+quoted(value.text), "write "+APIVersion)
			}
		case "items":
			if value.kind != listNode {
				b.wrongKind(value, &path{name: "items"}, "a list", "")
				continue
			}
			for _, item := range value.kids {
				d.document(b, item)
			}
		case "kind", "metadata":
		default:
			b.fault(key, &path{name: key.text}, "unknown field", "a List has apiVersion, kind, metadata and items")
		}
	}
}

// header binds what stands around the spec and finds the kind. It reports
// false when the spec cannot be read for want of a kind.
func (d *decoder) header(b *binder, root *node, doc *Document) (Kind, bool) {
	type envelope struct {
		APIVersion string   `json:"apiVersion"`
		Kind       string   `json:"kind"`
		Metadata   Metadata `json:"metadata"`
	}
	var e envelope
	outer := node{kind: mapNode, offset: root.offset}
	var specs, status *node
	for i := 0; i < len(root.kids); i += 2 {
		key := &root.kids[i]
		switch key.text {
		case "spec":
			b.twice(specs, key, &path{name: "spec"})
			specs = key
		case "status": // of documents that come back from the server; not read
			b.twice(status, key, &path{name: "status"})
			status = key
		default:
			outer.kids = append(outer.kids, root.kids[i], root.kids[i+1])
		}
	}
	b.bindStruct(&outer, reflect.ValueOf(&e).Elem(), nil)
	doc.APIVersion, doc.Kind, doc.Metadata = e.APIVersion, e.Kind, e.Metadata
	if v := root.get("apiVersion"); v != nil && e.APIVersion != "" && e.APIVersion != APIVersion {
		b.fault(v, &path{name: "apiVersion"}, "found "+quoted(e.APIVersion), "write "+APIVersion)
	}
	if specs == nil {
		b.refuse(root, &path{name: "spec"}, "is required", "")
	}
	if e.Kind == "" {
		return Kind{}, false
	}
	k, ok := KindByName(e.Kind)
	if !ok {
		d.unknownKind(b, root.get("kind"), e.Kind)
		return Kind{}, false
	}
	doc.Spec = k.NewSpec()
	return k, true
}

func (d *decoder) unknownKind(b *binder, at *node, kind string) {
	if slices.Contains(unbuilt(), kind) {
		b.fault(at, &path{name: "kind"}, "not supported yet: kind "+kind, "")
		return
	}
	var names []string
	for _, k := range Kinds() {
		names = append(names, k.Name)
	}
	b.fault(at, &path{name: "kind"}, "unknown kind "+quoted(kind), nearRemedy(kind, append(names, unbuilt()...), "write one of "+join(names)))
}

func (d *decoder) tooLarge(name string) {
	d.faults = append(d.faults, Fault{File: name, Line: 1, Column: 1, Message: fmt.Sprintf("the files are more than %d bytes together", MaxSet), Remedy: "apply them in parts"})
}

// finish checks the documents of all inputs against each other.
func (d *decoder) finish() ([]Document, error) {
	if len(d.docs) > 1 {
		checkSet(d.docs, &d.faults)
	}
	if len(d.faults) > 0 && d.catalogue != nil {
		checkModes(d.docs, d.catalogue, &d.faults)
		checkTypes(d.docs, d.catalogue, &d.faults)
	}
	d.faults.sort()
	if !d.places {
		for i := range d.docs {
			d.docs[i].Places = nil
		}
	}
	if len(d.faults) > 0 {
		return nil, d.faults
	}
	return d.docs, nil
}

// Validate judges a document that was not read from text as Decode would:
// metadata and fields, not what it refers to. cat may be nil.
func Validate(doc Document, cat *catalogue.Catalogue) error {
	var faults Faults
	c := &checker{doc: &doc, cat: cat, faults: &faults}
	k, ok := KindByName(doc.Kind)
	if !ok {
		c.fault("unknown kind "+quoted(doc.Kind), "", "kind")
		return faults
	}
	if doc.APIVersion != APIVersion {
		c.fault("found "+quoted(doc.APIVersion), "write "+APIVersion, "apiVersion")
	}
	if doc.Spec == nil || reflect.TypeOf(doc.Spec) != reflect.TypeOf(k.NewSpec()) {
		c.fault("is not a spec of "+k.Name, "", "spec")
		return faults
	}
	c.metadata(k)
	k.check(c, doc.Spec)
	return faults.Err()
}

// metadata checks what all kinds have.
func (c *checker) metadata(k Kind) {
	m := c.doc.Metadata
	c.checkName(m.Name, "metadata", "name")
	switch {
	case m.Namespace == "":
	case !k.Namespaced:
		c.fault("a "+k.Name+" belongs to no namespace", "leave it out", "metadata", "namespace")
	default:
		c.checkName(m.Namespace, "metadata", "namespace")
	}
	for _, key := range sortedKeys(m.Labels) {
		if problem := labelProblem(key); problem != "" {
			c.fault(problem, "", "metadata", "labels", key)
		}
		if v := m.Labels[key]; len(v) > maxName || strings.ContainsFunc(v, notLabel) {
			c.fault("label value "+quoted(v)+" is not allowed", "use at most 63 letters, digits and -_.", "metadata", "labels", key)
		}
	}
	for _, key := range sortedKeys(m.Annotations) {
		if problem := labelProblem(key); problem != "" {
			c.fault(problem, "", "metadata", "annotations", key)
		}
	}
}

func labelProblem(key string) string {
	if key == "" || len(key) > 253 || strings.ContainsFunc(key, func(r rune) bool { return r != '/' && notLabel(r) }) {
		return "key " + quoted(key) + " is not allowed: use at most 253 letters, digits and -_./"
	}
	return ""
}

func notLabel(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}

func (n *node) get(key string) *node {
	for i := 0; i < len(n.kids); i += 2 {
		if n.kids[i].text == key {
			return &n.kids[i+1]
		}
	}
	return nil
}
