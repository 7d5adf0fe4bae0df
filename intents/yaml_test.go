package intents

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// parse reads one document to plain values: every scalar is text.
func parse(tb testing.TB, text string) any {
	tb.Helper()
	nodes := 0
	r := reader{text: text, end: len(text), nodes: &nodes, budget: aliasRatio * len(text)}
	n, _ := r.document()
	if r.err != nil {
		tb.Fatalf("%q: offset %d: %s", text, r.err.offset, r.err.message)
	}
	return plain(n)
}

func plain(n node) any {
	switch n.kind {
	case mapNode:
		m := map[string]any{}
		for i := 0; i < len(n.kids); i += 2 {
			m[n.kids[i].text] = plain(n.kids[i+1])
		}
		return m
	case listNode:
		l := []any{}
		for _, k := range n.kids {
			l = append(l, plain(k))
		}
		return l
	case nullNode:
		return nil
	}
	return n.text
}

type m = map[string]any
type l = []any

func TestYAML(t *testing.T) {
	tests := []struct {
		name, text string
		want       any
	}{
		{"block mapping", "a: 1\nb: x y\n", m{"a": "1", "b": "x y"}},
		{"nested", "a:\n  b:\n    c: d\n  e: f\ng: h", m{"a": m{"b": m{"c": "d"}, "e": "f"}, "g": "h"}},
		{"list at the key's column", "a:\n- 1\n- 2\nb: c", m{"a": l{"1", "2"}, "b": "c"}},
		{"list deeper", "a:\n  - x: 1\n    y: 2\n  -\n    z: 3\n  -\n", m{"a": l{m{"x": "1", "y": "2"}, m{"z": "3"}, nil}}},
		{"list in list", "- - a\n  - b\n- c", l{l{"a", "b"}, "c"}},
		{"empty value", "a:\nb: 1", m{"a": nil, "b": "1"}},
		{"flow", `{a: [1, "x, y", {b: c}], d: , "e":f}`, m{"a": l{"1", "x, y", m{"b": "c"}}, "d": nil, "e": "f"}},
		{"flow over lines", "a: {b: c, # note\n\n  d: e f\n g,}\n", m{"a": m{"b": "c", "d": "e f g"}}},
		{"JSON with tabs", "{\n\t\"a\": [1,2.5],\n\t\"b\": null\n}", m{"a": l{"1", "2.5"}, "b": "null"}},
		{"colons inside text", "a: http://x:80/y\nb: 10:20:30\nc::d: e", m{"a": "http://x:80/y", "b": "10:20:30", "c::d": "e"}},
		{"colon that begins text", "a: [:x, {b: ::y}, :/z]\nc: :d", m{"a": l{":x", m{"b": "::y"}, ":/z"}, "c": ":d"}},
		{"hash inside text", "a: b#c # note\n#d\ne: f", m{"a": "b#c", "e": "f"}},
		{"plain over lines", "a: one\n  two\n\n  three\nb: x", m{"a": "one two\nthree", "b": "x"}},
		{"single quotes", "a: 'it''s # ok: yes'", m{"a": "it's # ok: yes"}},
		{"double quotes", `a: "x\ty\u00e9\x41\"\/ \ud83d\ude00"`, m{"a": "x\tyéA\"/ 😀"}},
		{"quotes over lines", "a: \"one\n  two\n\n  three \\\n  four\"", m{"a": "one two\nthree four"}},
		{"quoted keys", "\"a b\": 1\n'c: d': 2", m{"a b": "1", "c: d": "2"}},
		{"literal", "a: |\n  one\n   two\n\n  three\nb: x", m{"a": "one\n two\n\nthree\n", "b": "x"}},
		{"literal, stripped", "a: |-\n  one\n\nb: x", m{"a": "one", "b": "x"}},
		{"literal, kept", "a: |+\n  one\n\nb: x", m{"a": "one\n\n", "b": "x"}},
		{"literal with a given indent", "a: |2\n    one\n  two\n", m{"a": "  one\ntwo\n"}},
		{"folded", "a: >\n  one\n  two\n\n  three\n", m{"a": "one two\nthree\n"}},
		{"anchors", "a: &x {b: c}\nd: *x\ne: [*x, *x]", m{"a": m{"b": "c"}, "d": m{"b": "c"}, "e": l{m{"b": "c"}, m{"b": "c"}}}},
		{"anchored blocks", "a: &x\n  b: c\nd: &y\n- 1\ne: *x\nf: *y", m{"a": m{"b": "c"}, "d": l{"1"}, "e": m{"b": "c"}, "f": l{"1"}}},
		{"merge", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3", m{"a": m{"b": "1", "c": "2"}, "d": m{"b": "1", "c": "3"}}},
		{"merge of several", "- &x {a: 1}\n- &y {a: 2, b: 2}\n- {<<: [*x, *y], c: 3}", l{m{"a": "1"}, m{"a": "2", "b": "2"}, m{"a": "1", "b": "2", "c": "3"}}},
		{"marker with content", "--- {a: b}\n", m{"a": "b"}},
		{"marker with a comment", "--- # note\na: b\n", m{"a": "b"}},
		{"dashes in text", "a: -b\nc: --- d\ne: - f-", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == nil {
				nodes := 0
				r := reader{text: tt.text, end: len(tt.text), nodes: &nodes}
				if n, _ := r.document(); r.err == nil {
					t.Errorf("accepted as %v", plain(n))
				}
				return
			}
			if diff := cmp.Diff(tt.want, parse(t, tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestYAMLRefuses(t *testing.T) {
	tests := []struct{ text, says string }{
		{"a: b: c", "inside text"},
		{"a: b\n  c: d", "inside text"},
		{"a:\n    b: 1\n  c: 2", "does not belong here"},
		{"a: b\n c: d", "inside text"},
		{"- a\nb: c", "does not belong here"},
		{"? a\n: b", "complex keys"},
		{"[a: b]", "a key in a list"},
		{"{a b}", "without a colon"},
		{"{a: b c: d}", "want"},
		{"{a: : b}", "where a value is wanted"},
		{"[:]", "where a value is wanted"},
		{"a: @b", "cannot begin"},
		{"a: \"x\" y", "does not belong"},
		{"a: [b] c", "does not belong"},
		{"a: | b\n  c", "next line"},
		{`a: "\q"`, "unknown escape"},
		{`a: "\ud83d"`, "surrogate"},
		{"a: &x [*x]", "stands for nothing"},
		{"a: *\n", "stands for nothing"},
		{"<<: 1", "merges mappings only"},
		{"- a\n -b\n- c: [", "never closed"},
		{"a: 'x", "never closed"},
		{"%TAG ! x\n", "directive"},
		{"a: !!int 3", "tag"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			_, err := Decode([]byte(tt.text), "")
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("want %q, got %v", tt.says, err)
			}
		})
	}
}

// TestYAMLAgreesWithAnotherReader compares our reader with an independent one,
// on documents made at random and printed by the other.
func TestYAMLAgreesWithAnotherReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := value(3).Draw(t, "value")
		options := []yaml.EncodeOption{yaml.Flow(rapid.Bool().Draw(t, "flow")), yaml.IndentSequence(rapid.Bool().Draw(t, "indent"))}
		b, err := yaml.MarshalWithOptions(map[string]any{"root": want}, options...)
		if err != nil {
			t.Fatal(err)
		}
		nodes := 0
		r := reader{text: string(b), end: len(b), nodes: &nodes, budget: aliasRatio * len(b)}
		n, _ := r.document()
		if r.err != nil {
			t.Fatalf("%s\noffset %d: %s", b, r.err.offset, r.err.message)
		}
		if diff := cmp.Diff(map[string]any{"root": want}, plain(n)); diff != "" {
			t.Fatalf("%s\n%s", b, diff)
		}
	})
}

func value(depth int) *rapid.Generator[any] {
	text := rapid.Map(rapid.StringMatching(`[a-z:#\-/."' ]{0,6}[a-z]`), func(s string) any { return s })
	if depth == 0 {
		return text
	}
	deeper := rapid.Deferred(func() *rapid.Generator[any] { return value(depth - 1) })
	return rapid.OneOf(text,
		rapid.Map(rapid.SliceOfN(deeper, 1, 4), func(v []any) any { return v }),
		rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-z][a-z0-9/.-]{0,8}`), deeper, 1, 4), func(v map[string]any) any { return v }))
}

// TestRoundTrip: what is printed is read back as the same document, in both
// forms, with default values or without.
func TestRoundTrip(t *testing.T) {
	text, err := os.ReadFile("testdata/good/network.yaml")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := Decode(text, "network.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range docs {
		for _, fill := range []bool{false, true} {
			doc := doc
			if fill {
				Default(&doc)
			}
			roundTrip(t, doc)
		}
	}
}

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func roundTrip(t fataler, doc Document) {
	t.Helper()
	doc.Origin = ""
	j, err := Encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	y, err := EncodeYAML(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{j, y} {
		back, err := Decode(b, "")
		if err != nil {
			t.Fatalf("%s\n%v", b, err)
		}
		back[0].Origin = ""
		if diff := cmp.Diff(doc, back[0]); diff != "" {
			t.Fatalf("%s\n%s", b, diff)
		}
	}
}

func TestRoundTripOfAnyLink(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?`)
		db := rapid.Map(rapid.IntRange(1000, 2000), func(n int) float64 { return float64(n) / 100 })
		s := &LinkSpec{Ends: [2]string{"a-" + name.Draw(t, "a") + "/x", "z-" + name.Draw(t, "z") + "/et-0/0/1"}}
		for range rapid.IntRange(0, 3).Draw(t, "spans") {
			s.Spans = append(s.Spans, Span{Km: db.Draw(t, "km"), LossDb: &PerWay{Az: db.Draw(t, "az"), Za: db.Draw(t, "za")},
				SharedRisks: rapid.SliceOfNDistinct(name, 0, 3, func(s string) string { return s }).Draw(t, "risks")})
			if last := &s.Spans[len(s.Spans)-1]; len(last.SharedRisks) == 0 {
				last.SharedRisks = nil
			}
		}
		note := rapid.StringOf(rapid.RuneFrom([]rune("abc :#-'\"\\{}[],&*!|>%@`0123456789.eExyno\n\té"))).Draw(t, "note")
		roundTrip(t, Document{APIVersion: APIVersion, Kind: KindLink, Spec: s,
			Metadata: Metadata{Name: name.Draw(t, "name"), Annotations: map[string]string{"note": note}}})
	})
}

// TestNumbers: every number that is written plainly is read to the same value.
func TestNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return
		}
		text := strconv.FormatFloat(f, 'f', -1, 64)
		got, no := decimal(text)
		if no != nil || got != f {
			t.Fatalf("%s read as %v (%v)", text, got, no)
		}
	})
}

// FuzzDecode: whatever the input, there is an answer; what was accepted is
// printed and read back the same.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{goodSite, goodDevice, goodLink, goodMode, goodCircuit, goodWavelength, goodSite + "---\n" + goodLink,
		`{"apiVersion":"waveplane.dev/v1alpha1","kind":"Site","metadata":{"name":"a"},"spec":{"role":"dc"}}`,
		`{"apiVersion":"v1","kind":"List","items":[]}`, "a: &x [1]\nb: *x\n<<: {c: d}", "- |\n a\n- >-\n b\n\n c", "\ufeff# x\r\n---\r\n...", "a: \"\\u00e9\\\n b\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := Decode(data, "fuzz", WithPlaces())
		if err != nil {
			if faults, ok := err.(Faults); !ok || len(faults) == 0 || len(docs) != 0 {
				t.Fatalf("not Faults alone: %T %v", err, err)
			}
			return
		}
		for _, doc := range docs {
			doc.Places = nil
			roundTrip(t, doc)
		}
	})
}
