package gnmid

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseJSON(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`[`, n) + strings.Repeat(`]`, n) }
	for text, want := range map[string]any{
		` {"a" : 1 , "b":[ ], "c":{ }, "a:b":[true,false,null, "x" ,-1.5e3]} `: object{
			{"a", json.Number("1")}, {"b", []any{}}, {"c", object{}}, {"a:b", []any{true, false, nil, "x", json.Number("-1.5e3")}},
		},
		`"plain"`: "plain", `""`: "",
		`"\"q\\\" \u00e9\n\ud83d\ude00"`: "\"q\\\" é\n😀",
		`{"\u0061":"]}, "}`:              object{{"a", "]}, "}},
		`[[],[{}],[[1],2]]`:              []any{[]any{}, []any{object{}}, []any{[]any{json.Number("1")}, json.Number("2")}},
		`0`:                              json.Number("0"), "\t-0.10\r\n": json.Number("-0.10"), "null": nil, "true": true,
	} {
		got, err := parseJSON([]byte(text))
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(member{})); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
	if _, err := parseJSON([]byte(deep(maxJSONDepth))); err != nil {
		t.Errorf("as deep as allowed: %v", err)
	}
	for text, want := range map[string]string{
		``: "unexpected end", `{`: "unexpected end", `{"a":1,}`: "invalid character", `[1 2]`: "invalid character", `01`: "invalid character",
		`nul`: "invalid character", `{"a":1} x`: "after top-level value", `'a'`: "invalid character", "\"\x01\"": "invalid character", "\"\xff\"": "not UTF-8",
		`{"a":1,"a":2}`: `member "a" stands twice`, `{"a":1,"\u0061":2}`: `member "a" stands twice`, `{"x":{"b":1,"b":1}}`: `member "b" stands twice`,
		deep(maxJSONDepth + 2):                 "nested deeper than 32",
		`"` + strings.Repeat("x", 4<<20) + `"`: "more than",
	} {
		if v, err := parseJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, %v; want an error with %q", text, v, err, want)
		}
	}
}

// FuzzParseJSON holds what is taken apart against what encoding/json makes of it.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"\"",{"b":null}],"c":{}}`, `[[],[ ],{}]`, `"\u00e9\\"`, ` -1e5 `, `{"a":1,"a":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := parseJSON(raw)
		if err != nil {
			return
		}
		want := json.NewDecoder(strings.NewReader(string(raw)))
		want.UseNumber()
		var v any
		if err := want.Decode(&v); err != nil {
			t.Fatalf("%q was taken: %v", raw, err)
		}
		if diff := cmp.Diff(v, plain(got)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", raw, diff)
		}
	})
}

// plain is what encoding/json would have made of a value.
func plain(v any) any {
	switch v := v.(type) {
	case object:
		out := map[string]any{}
		for _, m := range v {
			out[m.name] = plain(m.value)
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, plain(e))
		}
		return out
	}
	return v
}
