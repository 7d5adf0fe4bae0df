package records

import (
	"encoding/json"
	"time"
)

// Adoption is what can be told of a network that somebody else set up: documents
// to review, and what no device tells. Making one changes nothing.
type Adoption struct {
	At        time.Time         `json:"at"`
	Documents []AdoptedDocument `json:"documents"`
	// Seen is what devices have that stands in no document: cross-connects,
	// amplifiers, light whose other end was not found.
	Seen []string `json:"seen,omitempty"`
	// Untold is what a person has to find out.
	Untold  []string        `json:"untold,omitempty"`
	Unknown []UnknownDevice `json:"unknown,omitempty"` // devices that could not be asked
}

// AdoptedDocument is a document with where its fields come from.
type AdoptedDocument struct {
	Kind     string          `json:"kind"`
	Name     string          `json:"name"`
	Document json.RawMessage `json:"document"`
	Fields   []AdoptedField  `json:"fields"`
}

// Confidence is how certain a field is.
type Confidence string

// The confidences. High is read from the device or from its document; medium
// follows from what was read, if nothing odd is going on; low is a guess to start
// from.
const (
	ConfidenceHigh   Confidence = "high"
	ConfidenceMedium Confidence = "medium"
	ConfidenceLow    Confidence = "low"
)

// AdoptedField is one field of a document.
type AdoptedField struct {
	Path       string     `json:"path"`
	Confidence Confidence `json:"confidence"`
	From       string     `json:"from"`
}
