package gnmi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// render writes edits for people: for whom and what it means, as comments, then
// the operation as it is sent, payload indented.
func render(edits []edit) string {
	if len(edits) == 0 {
		return "# nothing to send\n"
	}
	var b strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&b, "# %s: %s\n", e.owner, strings.ReplaceAll(e.meaning, "\n", "\n#"))
		fmt.Fprintf(&b, "%s %s", e.operation, pathText(e.schema, e.keys...))
		var indented bytes.Buffer
		if e.payload != "" && json.Indent(&indented, []byte(e.payload), "", "  ") == nil {
			b.WriteString(" " + indented.String())
		}
		b.WriteString("\n")
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
