package codegen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/openconfig/ygot/ygen"
)

// schemaSource writes the variable that Schema() unpacks: the resolved schema as compressed JSON.
//
// The generator's own version lists, for each node, the augments that were applied to it in the order of a Go map, so
// two runs differ. Nothing reads those lists after the augments are merged, so they are left out; what remains is
// marshalled with sorted keys and comes out the same every time.
func schemaSource(raw []byte) (string, error) {
	var tree map[string]any
	numbers := json.NewDecoder(bytes.NewReader(raw))
	numbers.UseNumber() // range ends of 64-bit types don't fit a float64
	if err := numbers.Decode(&tree); err != nil {
		return "", fmt.Errorf("read generated schema: %w", err)
	}
	dropAugments(tree)
	sorted, err := json.Marshal(tree)
	if err != nil {
		return "", fmt.Errorf("write generated schema: %w", err)
	}
	packed, err := ygen.WriteGzippedByteSlice(sorted)
	if err != nil {
		return "", fmt.Errorf("compress generated schema: %w", err)
	}
	var out strings.Builder
	out.WriteString("\n// ySchema is the resolved schema as gzip-compressed JSON.\nvar ySchema = []byte{\n")
	for _, line := range ygen.BytesToGoByteSlice(packed) {
		out.WriteString("\t" + line + "\n")
	}
	out.WriteString("}\n")
	return out.String(), nil
}

// dropAugments works on one schema entry and everything below it. Children are reached through Dir only, so that a data
// node that happened to be called like one of the lists would survive.
func dropAugments(entry any) {
	fields, ok := entry.(map[string]any)
	if !ok {
		return
	}
	delete(fields, "Augmented")
	delete(fields, "Augments")
	children, ok := fields["Dir"].(map[string]any)
	if !ok {
		return
	}
	for _, child := range children {
		dropAugments(child)
	}
}
