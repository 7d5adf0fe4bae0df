package intents

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write docs/schemas/waveplane.dev.json anew")

const schemaFile = "../docs/schemas/waveplane.dev.json"

func TestSchemaIsCurrent(t *testing.T) {
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(schemaFile), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the schema on file is not that of the types; run the test with -update:\n%s", diff)
	}
}

// compiled returns the schema as a validator reads it, in the given draft.
func compiled(t *testing.T, draft *jsonschema.Draft) *jsonschema.Schema {
	t.Helper()
	b, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if draft == jsonschema.Draft2020 {
		b = bytes.Replace(b, []byte("http://json-schema.org/draft-07/schema#"), []byte("https://json-schema.org/draft/2020-12/schema"), 1)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(draft)
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSchemaAcceptsGood(t *testing.T) {
	var parts []string
	for _, file := range []string{"network.yaml", "line.yaml"} {
		text, err := os.ReadFile("testdata/good/" + file)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, strings.Split(string(text), "---\n")...)
	}
	for name, draft := range map[string]*jsonschema.Draft{"draft-07": jsonschema.Draft7, "2020-12": jsonschema.Draft2020} {
		t.Run(name, func(t *testing.T) {
			s := compiled(t, draft)
			for _, part := range parts {
				if err := s.Validate(instance(t, part)); err != nil {
					t.Errorf("refused:\n%s\n%v", part, err)
				}
			}
		})
	}
}

func TestSchemaRefusesBad(t *testing.T) {
	const circuit = `{apiVersion: waveplane.dev/v1alpha1, kind: Circuit, metadata: {name: c1}, spec: {from: dc-a, to: dc-b, capacityGbps: 400}}`
	tests := []struct{ name, old, new string }{
		{"unknown kind", "kind: Circuit", "kind: Circus"},
		{"kind of another spec", "kind: Circuit", "kind: Site"},
		{"unknown field", "capacityGbps: 400", "capacityGbps: 400, colour: red"},
		{"wrong case", "capacityGbps", "CapacityGbps"},
		{"missing field", "from: dc-a, ", ""},
		{"text for a number", "400", `"400"`},
		{"capacity 0", "400", "0"},
		{"bad name", "name: c1", "name: C1"},
		{"unknown top-level field", "metadata:", "meta: 1, metadata:"},
		{"protection that is not built", "capacityGbps: 400", "capacityGbps: 400, protection: {type: restore}"},
		{"another version", "v1alpha1", "v9"},
	}
	s := compiled(t, jsonschema.Draft7)
	if err := s.Validate(instance(t, circuit)); err != nil {
		t.Fatalf("the good one is refused: %v", err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := strings.Replace(circuit, tt.old, tt.new, 1)
			if bad == circuit {
				t.Fatal("nothing was replaced")
			}
			if err := s.Validate(instance(t, bad)); err == nil {
				t.Errorf("accepted: %s", bad)
			}
		})
	}
}

// TestEveryFieldIsExplained also keeps explanations of fields that are gone out.
func TestEveryFieldIsExplained(t *testing.T) {
	texts := explanations()
	used := map[string]bool{}
	var walk func(rt reflect.Type)
	walk = func(rt reflect.Type) {
		for rt.Kind() == reflect.Pointer || rt.Kind() == reflect.Slice || rt.Kind() == reflect.Array || rt.Kind() == reflect.Map {
			rt = rt.Elem()
		}
		if rt.Kind() != reflect.Struct || rt == reflect.TypeFor[PerWay]() || rt.PkgPath() != reflect.TypeFor[Document]().PkgPath() {
			return
		}
		b := binder{}
		for _, f := range b.fields(rt) {
			key := rt.Name() + "." + f.name
			used[key] = true
			if texts[key] == "" {
				t.Errorf("%s has no explanation", key)
			}
			walk(rt.Field(f.index).Type)
		}
	}
	walk(reflect.TypeFor[Metadata]())
	for _, k := range Kinds() {
		used[k.Name] = true
		if texts[k.Name] == "" {
			t.Errorf("kind %s has no explanation", k.Name)
		}
		walk(reflect.TypeOf(k.NewSpec()).Elem())
	}
	for key := range texts {
		if !used[key] {
			t.Errorf("%s is explained but is no field", key)
		}
	}
}

// instance reads one document as a validator wants it.
func instance(t *testing.T, text string) any {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b) {
		t.Fatalf("not JSON: %s", b)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
