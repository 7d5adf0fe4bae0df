package intents

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/invopop/jsonschema"
	orderedmap "github.com/pb33f/ordered-map/v2"
)

// SchemaID is the address by which the schema calls itself.
const SchemaID = "https://waveplane.dev/schemas/waveplane.dev.json"

const namePattern = `^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$`

// Schema returns the JSON Schema of all documents, made from the Go types, for
// editors and other programs. It uses keywords that mean the same in draft-07
// and 2020-12. It is looser than Decode, which also judges how values belong
// together.
func Schema() ([]byte, error) {
	kinds := Kinds()
	names := make([]any, 0, len(kinds))
	definitions := jsonschema.Definitions{}
	var branches []*jsonschema.Schema
	for _, k := range kinds {
		names = append(names, k.Name)
		definitions[k.Name+"Spec"] = specSchema(k)
		branches = append(branches, branch(k))
	}
	definitions["Metadata"] = metadataSchema()
	document := object(map[string]*jsonschema.Schema{
		"apiVersion": {Const: APIVersion, Description: "Version of the document language."},
		"kind":       {Enum: names, Description: "What the document describes."},
		"metadata":   {Ref: "#/definitions/Metadata"},
		"spec":       {Type: "object", Description: "What is wanted."},
		"status":     {Description: "Written by the server; ignored on input."},
	}, "apiVersion", "kind", "metadata", "spec")
	document.AllOf = branches
	definitions["Document"] = document
	definitions["List"] = object(map[string]*jsonschema.Schema{
		"apiVersion": {Enum: []any{APIVersion, "v1"}},
		"kind":       {Const: "List"},
		"metadata":   {Type: "object"},
		"items":      {Type: "array", Items: &jsonschema.Schema{Ref: "#/definitions/Document"}},
	}, "kind", "items")
	root := &jsonschema.Schema{
		Version: "http://json-schema.org/draft-07/schema#", ID: SchemaID,
		Title: "Waveplane intent documents", Type: "object",
		If:   &jsonschema.Schema{Properties: ordered(map[string]*jsonschema.Schema{"kind": {Const: "List"}}), Required: []string{"kind"}},
		Then: &jsonschema.Schema{Ref: "#/definitions/List"},
		Else: &jsonschema.Schema{Ref: "#/definitions/Document"},
	}
	b, err := json.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("make schema: %w", err)
	}
	// The library keeps definitions under the newer keyword "$defs" only.
	var whole map[string]any
	if err := json.Unmarshal(b, &whole); err != nil {
		return nil, fmt.Errorf("make schema: %w", err)
	}
	whole["definitions"] = definitions
	out, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("make schema: %w", err)
	}
	return append(out, '\n'), nil
}

// branch says: if the kind is this one, the spec is its spec.
func branch(k Kind) *jsonschema.Schema {
	then := map[string]*jsonschema.Schema{"spec": {Ref: "#/definitions/" + k.Name + "Spec"}}
	if !k.Namespaced {
		then["metadata"] = &jsonschema.Schema{Properties: ordered(map[string]*jsonschema.Schema{"namespace": {Not: &jsonschema.Schema{}}})}
	}
	return &jsonschema.Schema{
		If:   &jsonschema.Schema{Properties: ordered(map[string]*jsonschema.Schema{"kind": {Const: k.Name}}), Required: []string{"kind"}},
		Then: &jsonschema.Schema{Properties: ordered(then)},
	}
}

func specSchema(k Kind) *jsonschema.Schema {
	s := reflectSchema(reflect.TypeOf(k.NewSpec()).Elem())
	s.Description = explanations()[k.Name]
	return s
}

func metadataSchema() *jsonschema.Schema {
	s := reflectSchema(reflect.TypeFor[Metadata]())
	for _, field := range []string{"name", "namespace"} {
		if p, ok := s.Properties.Get(field); ok {
			p.Pattern = namePattern
		}
	}
	return s
}

// reflectSchema makes the schema of a type from its fields and their tags, and
// gives every field its explanation.
func reflectSchema(t reflect.Type) *jsonschema.Schema {
	r := jsonschema.Reflector{Anonymous: true, DoNotReference: true, Mapper: func(t reflect.Type) *jsonschema.Schema {
		if t != reflect.TypeFor[PerWay]() {
			return nil
		}
		number := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "number"} }
		return &jsonschema.Schema{Description: "One number for both ways, or one for each.", OneOf: []*jsonschema.Schema{number(),
			object(map[string]*jsonschema.Schema{"az": number(), "za": number()}, "az", "za")}}
	}}
	s := r.ReflectFromType(t)
	s.Version = ""
	explain(s, t, explanations())
	return s
}

// explain walks a schema beside its type: it adds what fields mean, and lets
// booleans be left out.
func explain(s *jsonschema.Schema, t reflect.Type, texts map[string]string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		if s.Items != nil {
			explain(s.Items, t.Elem(), texts)
		}
		return
	case reflect.Map:
		if s.AdditionalProperties != nil {
			explain(s.AdditionalProperties, t.Elem(), texts)
		}
		return
	case reflect.Struct:
	default:
		return
	}
	if s.Properties == nil {
		return
	}
	b := binder{}
	for _, f := range b.fields(t) {
		p, ok := s.Properties.Get(f.name)
		if !ok {
			continue
		}
		if text := texts[t.Name()+"."+f.name]; text != "" {
			p.Description = text
		}
		if f.optional {
			s.Required = slices.DeleteFunc(s.Required, func(name string) bool { return name == f.name })
		}
		explain(p, t.Field(f.index).Type, texts)
	}
}

func object(properties map[string]*jsonschema.Schema, required ...string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Properties: ordered(properties), Required: required, AdditionalProperties: jsonschema.FalseSchema}
}

func ordered(properties map[string]*jsonschema.Schema) *orderedmap.OrderedMap[string, *jsonschema.Schema] {
	out := jsonschema.NewProperties()
	for _, name := range sortedKeys(properties) {
		out.Set(name, properties[name])
	}
	return out
}
