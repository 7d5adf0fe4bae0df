package openconfig

import (
	"fmt"
	"math/big"
	"regexp"
	"sort"
	"strings"

	"github.com/openconfig/goyang/pkg/yang"
)

// typeKey tells apart uses of a type whose leaves accept different identity spellings.
type typeKey struct {
	source *yang.YangType
	module string
}

// indexBuilder converts parsed entries; equal types are converted once and shared.
type indexBuilder struct {
	types map[typeKey]*Type
	nodes int
}

func (b *indexBuilder) node(e *yang.Entry, parent *Node) (*Node, error) {
	b.nodes++
	module, err := e.InstantiatingModule()
	if err != nil {
		return nil, fmt.Errorf("module of %s: %w", e.Path(), err)
	}
	n := &Node{
		Name:      e.Name,
		Module:    module,
		Prefixed:  module != parent.Module,
		Config:    !e.ReadOnly(),
		Mandatory: e.Mandatory == yang.TSTrue,
		Kind:      kindOf(e),
	}
	if n.Kind == List {
		n.Keys = strings.Fields(e.Key)
	}
	if e.Type != nil {
		if err := b.describeLeaf(n, e); err != nil {
			return nil, fmt.Errorf("type of %s: %w", e.Path(), err)
		}
	}
	for _, child := range e.Dir {
		c, err := b.node(child, n)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, c)
	}
	sortByName(n.children)
	return n, nil
}

func (b *indexBuilder) describeLeaf(n *Node, e *yang.Entry) error {
	if defaults := e.DefaultValues(); len(defaults) == 1 {
		n.Default = defaults[0]
	}
	n.Units = unitsOf(e)
	source := e.Type
	for range 8 { // a leafref may point at a leafref; the subset nests them twice at most
		if source.Kind != yang.Yleafref {
			break
		}
		target := e.Find(source.Path)
		if target == nil || target.Type == nil {
			return fmt.Errorf("leafref %s leads nowhere", source.Path)
		}
		e, source = target, target.Type
	}
	t, err := b.convert(source, n.Module)
	if err != nil {
		return err
	}
	n.Type = t
	return nil
}

// unitsOf looks at the statement itself: goyang doesn't carry units over to the entry. A typedef's units are the second
// choice.
func unitsOf(e *yang.Entry) string {
	switch statement := e.Node.(type) {
	case *yang.Leaf:
		if statement.Units != nil {
			return statement.Units.Name
		}
	case *yang.LeafList:
		if statement.Units != nil {
			return statement.Units.Name
		}
	}
	return e.Type.Units
}

func (b *indexBuilder) convert(source *yang.YangType, module string) (*Type, error) {
	key := typeKey{source: source, module: module}
	if t, ok := b.types[key]; ok {
		return t, nil
	}
	t := &Type{Base: source.Kind.String(), FractionDigits: source.FractionDigits, module: module}
	if source.Kind == yang.Yunion {
		for _, member := range source.Type {
			m, err := b.convert(member, module)
			if err != nil {
				return nil, err
			}
			t.Union = append(t.Union, m)
		}
	}
	if source.Enum != nil {
		t.Enums = append([]string(nil), source.Enum.Names()...)
		sort.Strings(t.Enums)
	}
	if source.IdentityBase != nil {
		t.IdentityBase = qualifiedIdentity(source.IdentityBase)
		for _, identity := range source.IdentityBase.Values {
			t.Identities = append(t.Identities, qualifiedIdentity(identity))
		}
		sort.Strings(t.Identities)
	}
	for _, pattern := range source.Pattern {
		p, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return nil, fmt.Errorf("pattern: %w", err)
		}
		t.patterns = append(t.patterns, p)
	}
	t.values, t.Ranges = spans(narrowed(source))
	t.lengths, t.Lengths = spans(source.Length)
	b.types[key] = t
	return t, nil
}

// narrowed returns the range of a numeric type, or nothing when it is the built-in type's own.
func narrowed(source *yang.YangType) yang.YangRange {
	var full yang.YangRange
	switch source.Kind {
	case yang.Yint8:
		full = yang.Int8Range
	case yang.Yint16:
		full = yang.Int16Range
	case yang.Yint32:
		full = yang.Int32Range
	case yang.Yint64:
		full = yang.Int64Range
	case yang.Yuint8:
		full = yang.Uint8Range
	case yang.Yuint16:
		full = yang.Uint16Range
	case yang.Yuint32:
		full = yang.Uint32Range
	case yang.Yuint64:
		full = yang.Uint64Range
	case yang.Ydecimal64:
		full = yang.YangRange{{
			Min: yang.FromInt(-1 << 63),
			Max: yang.FromInt(1<<63 - 1),
		}}
		full[0].Min.FractionDigits = uint8(source.FractionDigits)
		full[0].Max.FractionDigits = uint8(source.FractionDigits)
	}
	if source.Range.Equal(full) {
		return nil
	}
	return source.Range
}

func kindOf(e *yang.Entry) Kind {
	switch {
	case e.IsList():
		return List
	case e.IsLeafList():
		return LeafList
	case e.IsLeaf():
		return Leaf
	}
	return Container
}

func qualifiedIdentity(i *yang.Identity) string { return yang.RootNode(i).Name + ":" + i.Name }

func sortByName(nodes []*Node) {
	sort.Slice(nodes, func(i, j int) bool { return nodes[i].Name < nodes[j].Name })
}

// span is one part of a range or length: both ends belong to it. Ends of decimal64 ranges are unscaled.
type span struct{ low, high *big.Int }

func (s span) holds(v *big.Int) bool { return v.Cmp(s.low) >= 0 && v.Cmp(s.high) <= 0 }

func spans(r yang.YangRange) ([]span, []string) {
	var parts []span
	var text []string
	for _, p := range r {
		parts = append(parts, span{low: wholeNumber(p.Min), high: wholeNumber(p.Max)})
		text = append(text, p.Min.String()+".."+p.Max.String())
	}
	return parts, text
}

func wholeNumber(n yang.Number) *big.Int {
	v := new(big.Int).SetUint64(n.Value)
	if n.Negative {
		v.Neg(v)
	}
	return v
}
