package ocmap

import (
	"fmt"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// Meaning says what the edit does, for people.
func (e Edit) Meaning() string {
	value, wanted := e.change.After[e.leaf]
	what := ""
	switch {
	case e.leaf == "" && e.Operation == Deletion:
		what = "goes"
	case e.leaf == "":
		what = e.described()
	case e.Operation == Deletion:
		what = e.from(e.leaf) + " is given up"
	case wanted:
		what = e.from(e.leaf) + " becomes " + value
	default: // see shared
		what = e.from(e.leaf) + " becomes false, because it is given up"
	}
	return e.change.Object.String() + " " + what
}

// described lists the leaves of a replacement, each with what it was.
func (e Edit) described() string {
	var b strings.Builder
	b.WriteString("is replaced:")
	if len(e.have) == 0 {
		b.Reset()
		b.WriteString("is made:")
	}
	for _, row := range configRows {
		if row.kind != e.change.Object.Kind {
			continue
		}
		value, ok := e.change.After[row.leaf]
		if !ok {
			if old, had := e.have[row.leaf]; had {
				fmt.Fprintf(&b, "\n    %s is no more (was %s)", row.leaf, old)
			}
			continue
		}
		fmt.Fprintf(&b, "\n    %s %s", row.leaf, value)
		if old, had := e.have[row.leaf]; had && old != value {
			fmt.Fprintf(&b, " (was %s)", old)
		}
	}
	return b.String()
}

// from names a leaf with the value that the device has now.
func (e Edit) from(leaf models.LeafName) string {
	if old, had := e.have[leaf]; had {
		return string(leaf) + " " + old
	}
	return string(leaf) + " (not set)"
}
