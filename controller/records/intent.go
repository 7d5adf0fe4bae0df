package records

import (
	"encoding/json"
	"time"

	"github.com/waveplane/waveplane/models"
)

// Intent is a stored document. Its resourceVersion is the mod revision of its key.
type Intent struct {
	Document   json.RawMessage `json:"document"` // as intents encodes it, without status
	UID        string          `json:"uid"`
	Generation int64           `json:"generation"` // counts changes of spec
	Created    time.Time       `json:"created"`
	Deletion   *time.Time      `json:"deletion,omitempty"`
	Who        string          `json:"who,omitempty"`
	When       time.Time       `json:"when"`
	Why        string          `json:"why,omitempty"`
	// WrittenOff are devices that will not come back: the deletion goes on without
	// them for as long as they do not answer.
	WrittenOff []string `json:"writtenOff,omitempty"`
	// Permission allows the change of this generation to disturb light.
	Permission *Permission `json:"permission,omitempty"`
}

// Permission lets a change disturb light that is on.
type Permission struct {
	Reason     string    `json:"reason"`
	Until      time.Time `json:"until"`
	Generation int64     `json:"generation"`
	Who        string    `json:"who,omitempty"`
}

// RequestKind is what a person asked for beside intents.
type RequestKind string

// The requests.
const (
	RequestRetry  RequestKind = "retry"  // forget refusals and failures and try again
	RequestRepair RequestKind = "repair" // send the acknowledged fragments once more
	RequestPause  RequestKind = "pause"  // send nothing (target "all", a device or a circuit)
)

// Request is one wish of a person. Pause stays until resumed; the others are
// removed once served.
type Request struct {
	Kind        RequestKind `json:"kind"`
	Target      string      `json:"target"` // all | device/NAME | circuit/NAMESPACE/NAME
	Reason      string      `json:"reason,omitempty"`
	Who         string      `json:"who,omitempty"`
	At          time.Time   `json:"at"`
	AllowOutage bool        `json:"allowOutage,omitempty"`
	// LasersOn permits a repair to turn on light that was found off. Without it
	// a laser found off counts as possibly manned and is left alone.
	LasersOn bool       `json:"lasersOn,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	// Served lists the devices that have done their part, Refused those that
	// would not, with the reason.
	Served  []string          `json:"served,omitempty"`
	Refused map[string]string `json:"refused,omitempty"`
}

// Status is the status of a document.
type Status struct {
	ObservedGeneration int64              `json:"observedGeneration"`
	Capacity           *Capacity          `json:"capacity,omitempty"`
	Wavelengths        []WavelengthStatus `json:"wavelengths,omitempty"`
	Conditions         []models.Condition `json:"conditions,omitempty"`
	Nearest            string             `json:"nearest,omitempty"`
}

// Capacity compares what was asked with what carries light.
type Capacity struct {
	AskedGbps int `json:"askedGbps"`
	ReadyGbps int `json:"readyGbps"`
}

// WavelengthStatus sums up one wavelength.
type WavelengthStatus struct {
	Name      string        `json:"name"`
	Phase     PhaseName     `json:"phase"`
	Reason    models.Reason `json:"reason,omitempty"`
	Message   string        `json:"message,omitempty"`
	Links     []string      `json:"links"`
	Mode      string        `json:"mode"`
	CentreGHz float64       `json:"centreGHz"`
	SlotGHz   float64       `json:"slotGHz"`
	LatencyMs float64       `json:"latencyMs"`
	MarginDb  float64       `json:"marginDb"`
}

// Event is something that happened.
type Event struct {
	Time      time.Time `json:"time"`
	Kind      string    `json:"kind"`
	Namespace string    `json:"namespace,omitempty"`
	Name      string    `json:"name"`
	Reason    string    `json:"reason"`
	Message   string    `json:"message"`
	Who       string    `json:"who,omitempty"`
	Device    string    `json:"device,omitempty"`
}
