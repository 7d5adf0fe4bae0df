package wire

import (
	"github.com/waveplane/waveplane/controller/records"
)

// Outcome says what became, or would become, of one document.
type Outcome string

// The outcomes. Deleting means that the controller first takes the light
// down; Deleted that nothing was left to do.
const (
	Created    Outcome = "created"
	Configured Outcome = "configured"
	Unchanged  Outcome = "unchanged"
	Deleting   Outcome = "deleting"
	Removed    Outcome = "deleted"
	Absent     Outcome = "absent" // asked to delete what is not there
)

// ChangeReport answers apply, diff and delete.
type ChangeReport struct {
	APIVersion string       `json:"apiVersion"`
	Kind       string       `json:"kind"` // ChangeReport
	DryRun     bool         `json:"dryRun,omitempty"`
	Revision   string       `json:"revision"` // of the store, after the change
	Items      []ItemChange `json:"items"`
}

// Differences counts the items that are not unchanged.
func (r ChangeReport) Differences() int {
	n := 0
	for _, it := range r.Items {
		if it.Outcome != Unchanged && it.Outcome != Absent {
			n++
		}
	}
	return n
}

// ItemChange is what became of one document.
type ItemChange struct {
	Kind            string        `json:"kind"`
	Namespace       string        `json:"namespace,omitempty"`
	Name            string        `json:"name"`
	Outcome         Outcome       `json:"outcome"`
	UID             string        `json:"uid,omitempty"`
	ResourceVersion string        `json:"resourceVersion,omitempty"`
	Generation      int64         `json:"generation,omitempty"`
	Fields          []FieldChange `json:"fields,omitempty"` // diff and dry run only
	Warnings        []string      `json:"warnings,omitempty"`
}

// Ref prints the document as people name it.
func (c ItemChange) Ref() string { return Ref(c.Kind, c.Namespace, c.Name) }

// FieldChange is one field that differs; an empty side means that the field is
// absent there.
type FieldChange struct {
	Path   string `json:"path"`
	Stored string `json:"stored,omitempty"`
	Wanted string `json:"wanted,omitempty"`
}

// RequestOptions is the body of repair, retry, pause and resume. Target is
// "all", device/NAME, or circuit/NAMESPACE/NAME.
type RequestOptions struct {
	Target      string `json:"target"`
	Reason      string `json:"reason,omitempty"`
	AllowOutage bool   `json:"allowOutage,omitempty"`
	// LasersOn lets a repair turn on light that was found off, beside
	// AllowOutage: whoever sets it has made sure that nobody works on the fibre.
	LasersOn bool `json:"lasersOn,omitempty"`
	// Until is when a permission or pause ends: a time (RFC 3339) or a
	// duration from now.
	Until string `json:"until,omitempty"`
}

// RequestReport answers repair, retry, pause and resume.
type RequestReport struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind"` // RequestReport
	ID         string          `json:"id,omitempty"`
	Request    records.Request `json:"request"`
	Removed    []string        `json:"removed,omitempty"` // pauses that resume took away
	// Idle lists, as far as is known, the devices on which a repair finds nothing to
	// do, or the document of which a retry finds nothing held, failed or refused.
	Idle []string `json:"idle,omitempty"`
}

// Version answers which program serves.
type Version struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	State   string `json:"state,omitempty"` // the state directory served
	PID     int    `json:"pid"`
}
