package wire

import (
	"strings"

	"github.com/waveplane/waveplane/intents"
)

// FailureReason is a word that says what sort of failure it is; clients act
// on it, never on the message.
type FailureReason string

// The reasons of failures with the HTTP status each comes with.
const (
	BadRequest       FailureReason = "BadRequest"         // 400: the request makes no sense
	Invalid          FailureReason = "Invalid"            // 422: documents have faults
	Unsupported      FailureReason = "Unsupported"        // 422: asks for what is not built yet
	NotFound         FailureReason = "NotFound"           // 404
	MethodNotAllowed FailureReason = "MethodNotAllowed"   // 405
	OutageNotAllowed FailureReason = "OutageNotAllowed"   // 403: would disturb light; needs allowOutage and a reason
	InUse            FailureReason = "InUse"              // 403: others depend on what is to be deleted
	Conflict         FailureReason = "Conflict"           // 409: newer revision, or being deleted
	TooLarge         FailureReason = "TooLarge"           // 413
	Gone             FailureReason = "Gone"               // 410: the resourceVersion to watch from is too old
	Timeout          FailureReason = "Timeout"            // 408, 504
	Unavailable      FailureReason = "ServiceUnavailable" // 503: not serving yet, or shutting down
	Internal         FailureReason = "InternalError"      // 500
)

// Failure is the body of every answer that is not a success.
type Failure struct {
	APIVersion string        `json:"apiVersion"`
	Kind       string        `json:"kind"`   // Status
	Status     string        `json:"status"` // Failure
	Reason     FailureReason `json:"reason"`
	Message    string        `json:"message"`
	Code       int           `json:"code"`
	Details    *Details      `json:"details,omitempty"`
}

// Details say what exactly is wrong.
type Details struct {
	Faults []intents.Fault `json:"faults,omitempty"`
	// Names lists what stands in the way: wavelengths that are lit, documents
	// that refer to what is to be deleted.
	Names []string `json:"names,omitempty"`
	// Changed tells, for a Conflict, which fields differ from what was sent.
	Changed []FieldChange `json:"changed,omitempty"`
}

// NewFailure returns a failure with its fixed fields set.
func NewFailure(code int, reason FailureReason, message string) *Failure {
	return &Failure{APIVersion: intents.APIVersion, Kind: "Status", Status: "Failure", Reason: reason, Message: message, Code: code}
}

// Error prints the message.
func (f *Failure) Error() string { return f.Message }

// GetStatus returns the HTTP status.
func (f *Failure) GetStatus() int { return f.Code }

// Ref prints a document as people name it: circuit/NAME, or
// circuit/NAMESPACE/NAME outside the default namespace.
func Ref(kind, namespace, name string) string {
	if namespace != "" && namespace != DefaultNamespace {
		name = namespace + "/" + name
	}
	return strings.ToLower(kind) + "/" + name
}
