package wire

import (
	"encoding/json"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// Object is a document with its status.
type Object struct {
	APIVersion string           `json:"apiVersion"`
	Kind       string           `json:"kind"`
	Metadata   intents.Metadata `json:"metadata"`
	Spec       json.RawMessage  `json:"spec"`
	Status     *Status          `json:"status,omitempty"`
}

// Status is what the controller says about a document.
type Status struct {
	records.Status
	// Device tells whether a Device answers and what it says it is.
	Device *records.DeviceHealth `json:"device,omitempty"`
	// Phase and what follows are set for a Wavelength that the planner made.
	Phase        records.PhaseName `json:"phase,omitempty"`
	Since        *time.Time        `json:"since,omitempty"`
	Reason       models.Reason     `json:"reason,omitempty"`
	Message      string            `json:"message,omitempty"`
	CapacityGbps int               `json:"capacityGbps,omitempty"`
	LatencyMs    float64           `json:"latencyMs,omitempty"`
	MarginDb     float64           `json:"marginDb,omitempty"`
	Estimator    string            `json:"estimator,omitempty"`
}

// LabelCircuit is the label of a Wavelength that the planner made; its value
// is the name of the Circuit.
const LabelCircuit = "waveplane.dev/circuit"

// Condition returns the condition of a type, nil when the status has none.
func (o Object) Condition(t models.ConditionType) *models.Condition {
	if o.Status == nil {
		return nil
	}
	for i, c := range o.Status.Conditions {
		if c.Type == t {
			return &o.Status.Conditions[i]
		}
	}
	return nil
}

// Ref prints the object as people name it: circuit/NAME, with the namespace
// before the name unless it is the default one.
func (o Object) Ref() string { return Ref(o.Kind, o.Metadata.Namespace, o.Metadata.Name) }

// ListMeta says at which revision of the store a list was read.
type ListMeta struct {
	ResourceVersion string `json:"resourceVersion"`
}

// List is an answer with documents.
type List struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"` // List
	Metadata   ListMeta `json:"metadata"`
	Items      []Object `json:"items"`
}

// EventList is an answer with events, oldest first.
type EventList struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind"` // List
	Metadata   ListMeta        `json:"metadata"`
	Items      []records.Event `json:"items"`
}

// WatchType says what a watch event tells.
type WatchType string

// The types of watch events. A BOOKMARK carries only a resourceVersion: all
// that happened up to there has been sent. An ERROR carries a Failure and ends
// the watch.
const (
	Added    WatchType = "ADDED"
	Modified WatchType = "MODIFIED"
	Deleted  WatchType = "DELETED"
	Bookmark WatchType = "BOOKMARK"
	Error    WatchType = "ERROR"
)

// WatchEvent is one line of a watch. Object is an Object, an Event of the
// records, or a Failure.
type WatchEvent struct {
	Type   WatchType       `json:"type"`
	Object json.RawMessage `json:"object"`
}
