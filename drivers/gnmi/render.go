package gnmi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// render writes edits for people: one block per operation, in the order in
// which they are sent, payloads indented.
func render(edits []edit) string {
	if len(edits) == 0 {
		return "nothing to send\n"
	}
	var b strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&b, "%s %s", e.operation, pathText(e.schema, e.keys...))
		var indented bytes.Buffer
		switch {
		case e.payload == "":
		case json.Indent(&indented, []byte(e.payload), "", "  ") == nil:
			b.WriteString(" " + indented.String())
		}
		fmt.Fprintf(&b, "  # for %s\n", e.owner)
	}
	return b.String()
}

// String names the operation as gNMI does.
func (o operation) String() string {
	switch o {
	case deletion:
		return "delete"
	case replacement:
		return "replace"
	}
	return "update"
}

// Path names the leaf of an object as the device's own people do. A leaf that
// is unknown gets the path of its object, an object that is unknown its id.
func (s *Session) Path(id models.ObjectID, leaf models.LeafName) string {
	at, known := objectPaths[id.Kind]
	if !known {
		return id.String()
	}
	row, known := rowOf(id.Kind, leaf)
	if !known {
		return pathText(at.schema, objectKeys(id)...)
	}
	return pathText(row.schema, objectKeys(id)...)
}
