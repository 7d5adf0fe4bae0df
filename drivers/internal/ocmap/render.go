package ocmap

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// Render writes edits for people: for whom and what it means, as comments, then
// the operation as it is sent, payload indented.
func Render(edits []Edit) string {
	if len(edits) == 0 {
		return "# nothing to send\n"
	}
	var b strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&b, "# %s: %s\n", e.Owner, strings.ReplaceAll(e.Meaning(), "\n", "\n#"))
		fmt.Fprintf(&b, "%s %s", e.Operation, PathText(e.Schema, e.Keys...))
		var indented bytes.Buffer
		if e.Payload != "" && json.Indent(&indented, []byte(e.Payload), "", "  ") == nil {
			b.WriteString(" " + indented.String())
		}
		b.WriteString("\n")
	}
	return b.String()
}

// String names the operation as gNMI does.
func (o Operation) String() string {
	switch o {
	case Deletion:
		return "delete"
	case Replacement:
		return "replace"
	}
	return "update"
}

// PathName names the leaf of an object as an OpenConfig device's own people do. A
// leaf that is unknown gets the path of its object, an object that is unknown
// its id.
func PathName(id models.ObjectID, leaf models.LeafName) string {
	at, known := ObjectPaths[id.Kind]
	if !known {
		return id.String()
	}
	row, known := rowOf(id.Kind, leaf)
	if !known {
		return PathText(at.Schema, ObjectKeys(id)...)
	}
	return PathText(row.schema, ObjectKeys(id)...)
}
