package netconf

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// baseNS is the namespace of NETCONF itself.
const baseNS = "urn:ietf:params:xml:ns:netconf:base:1.0"

// maxDepth bounds the nesting of what a device sends, maxTokens how much there may
// be of it.
const (
	maxDepth  = 64
	maxTokens = 4_000_000
)

// element is a piece of XML: a name in a namespace, and text or children.
type element struct {
	space, name string
	operation   string // of edit-config; empty: as the parent
	subtree     bool   // a filter of that type
	prefixed    string // namespace that the prefix "i" in text stands for
	text        string
	kids        []*element
	attributes  []xml.Attr // as read
}

var errXML = errors.New("the device sends what is no XML of ours")

// parse reads one document. Document types are refused: nobody needs them, and
// entities are how a parser is made to work for somebody else.
func parse(message []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(message))
	d.CharsetReader = func(label string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("encoding %q", label)
	}
	var open []*element
	var texts []*strings.Builder // of the open elements
	var root *element
	for count := 0; ; count++ {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && root != nil && len(open) == 0 {
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errXML, err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, fmt.Errorf("%w: a document type", errXML)
		case xml.StartElement:
			if count > maxTokens || len(open) >= maxDepth {
				return nil, fmt.Errorf("%w: too large or too deep", errXML)
			}
			e := &element{space: t.Name.Space, name: t.Name.Local, attributes: t.Attr}
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.kids = append(parent.kids, e)
			case root != nil:
				return nil, fmt.Errorf("%w: two documents in one message", errXML)
			default:
				root = e
			}
			open, texts = append(open, e), append(texts, &strings.Builder{})
		case xml.CharData:
			if len(open) > 0 {
				texts[len(texts)-1].Write(t)
			}
		case xml.EndElement:
			last := len(open) - 1
			open[last].text = strings.TrimSpace(texts[last].String())
			open, texts = open[:last], texts[:last]
		}
	}
}

// child finds the first child of that name.
func (e *element) child(name string) *element {
	if e == nil {
		return nil
	}
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// textOf is the text of a child; empty if there is none.
func (e *element) textOf(name string) string {
	if k := e.child(name); k != nil {
		return k.text
	}
	return ""
}

func (e *element) attribute(name string) string {
	for _, a := range e.attributes {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// add appends a child and returns it.
func (e *element) add(k *element) *element {
	e.kids = append(e.kids, k)
	return k
}

// base makes an element of NETCONF's own.
func base(name string, kids ...*element) *element {
	return &element{space: baseNS, name: name, kids: kids}
}

func baseText(name, text string) *element { return &element{space: baseNS, name: name, text: text} }

// write appends the element; within is the namespace around it. With an indent
// it is for people.
func (e *element) write(b *strings.Builder, within, indent string) {
	b.WriteString("<" + e.name)
	if e.space != within {
		b.WriteString(` xmlns="` + escape(e.space) + `"`)
	}
	if e.subtree {
		b.WriteString(` type="subtree"`)
	}
	if e.operation != "" {
		b.WriteString(` nc:operation="` + e.operation + `" xmlns:nc="` + baseNS + `"`)
	}
	if e.prefixed != "" {
		b.WriteString(` xmlns:i="` + escape(e.prefixed) + `"`)
	}
	switch {
	case len(e.kids) > 0:
		b.WriteString(">")
		for _, k := range e.kids {
			deeper := indent
			if indent != "" {
				deeper += "  "
				b.WriteString(deeper)
			}
			k.write(b, e.space, deeper)
		}
		b.WriteString(indent + "</" + e.name + ">")
	case e.text != "":
		b.WriteString(">" + escape(e.text) + "</" + e.name + ">")
	default:
		b.WriteString("/>")
	}
}

func (e *element) String() string {
	var b strings.Builder
	e.write(&b, "", "")
	return b.String()
}

// indented is the element for people.
func (e *element) indented() string {
	var b strings.Builder
	e.write(&b, "", "\n")
	return b.String()
}

func escape(text string) string {
	var b strings.Builder
	// A Builder takes everything.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
