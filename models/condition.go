package models

import "time"

// ConditionType is one of the five conditions a document's status carries.
type ConditionType string

// The conditions. Stalled=True means: nothing more will be tried until the
// intent or the device changes.
const (
	Ready      ConditionType = "Ready"
	IsPlanned  ConditionType = "Planned"
	Programmed ConditionType = "Programmed"
	InSync     ConditionType = "InSync"
	Stalled    ConditionType = "Stalled"
)

// Condition is one statement of status, made for a person.
type Condition struct {
	Type               ConditionType `json:"type"`
	Status             string        `json:"status"` // True | False | Unknown
	Reason             Reason        `json:"reason"`
	Message            string        `json:"message,omitempty"`
	LastTransitionTime time.Time     `json:"lastTransitionTime"`
	ObservedGeneration int64         `json:"observedGeneration"`
}

// Reason is a word of the closed list below, so that refusals can be counted
// and alerted on.
type Reason string

// The reasons. Refusals of the planner first, then failures on the way, then
// states.
const (
	NoRoute            Reason = "NoRoute"
	NoDisjointRoute    Reason = "NoDisjointRoute"
	NoSpectrum         Reason = "NoSpectrum"
	SpectrumFragmented Reason = "SpectrumFragmented"
	MarginTooLow       Reason = "MarginTooLow"
	RxPowerLow         Reason = "RxPowerLow"
	RxPowerHigh        Reason = "RxPowerHigh"
	DispersionTooHigh  Reason = "DispersionTooHigh"
	NeighbourMargin    Reason = "NeighbourMargin"
	LatencyTooHigh     Reason = "LatencyTooHigh"
	NoTransceiver      Reason = "NoTransceiver"
	NoPort             Reason = "NoPort"
	ModeMismatch       Reason = "ModeMismatch"
	NeedsRegeneration  Reason = "NeedsRegeneration"
	QuotaExceeded      Reason = "QuotaExceeded"
	PolicyDenied       Reason = "PolicyDenied"
	WindowClosed       Reason = "WindowClosed"
	DeviceUnreachable  Reason = "DeviceUnreachable"
	DeviceRejected     Reason = "DeviceRejected"
	OutcomeUnknown     Reason = "OutcomeUnknown"
	LightNotSeen       Reason = "LightNotSeen"
	PlantMismatch      Reason = "PlantMismatch"
	LossOfSignal       Reason = "LossOfSignal"
	MarginLow          Reason = "MarginLow"
	Paused             Reason = "Paused"
	Deleting           Reason = "Deleting"
	LightVerified      Reason = "LightVerified"
	Planned            Reason = "Planned"
	AllAcknowledged    Reason = "AllDevicesAcknowledged"
	NoDrift            Reason = "NoDrift"
	Progressing        Reason = "Progressing"
	PossiblyManned     Reason = "PossiblyManned"
	AdoptionNeeded     Reason = "AdoptionNeeded"
	OwnedByOther       Reason = "OwnedByOther"
	OutageNotAllowed   Reason = "OutageNotAllowed"
	DriftHeld          Reason = "DriftHeld"
	ReplanSuggested    Reason = "ReplanSuggested"
	UndoFailed         Reason = "UndoFailed"
	Unsupported        Reason = "Unsupported"
)

// Refusal reports whether a reason means that the planner said no.
func (r Reason) Refusal() bool {
	switch r {
	case NoRoute, NoDisjointRoute, NoSpectrum, SpectrumFragmented, MarginTooLow, RxPowerLow, RxPowerHigh, DispersionTooHigh,
		NeighbourMargin, LatencyTooHigh, NoTransceiver, NoPort, ModeMismatch, NeedsRegeneration:
		return true
	}
	return false
}

// SetCondition puts c into the list. The transition time moves only when the
// status changes; it reports whether anything but the times did.
func SetCondition(list []Condition, c Condition) ([]Condition, bool) {
	for i, old := range list {
		if old.Type != c.Type {
			continue
		}
		if old.Status == c.Status && !old.LastTransitionTime.IsZero() {
			c.LastTransitionTime = old.LastTransitionTime
		}
		list[i] = c
		return list, old != c
	}
	return append(list, c), true
}

// Impact classes a change by what it can do to light that is on.
type Impact string

// The classes.
const (
	Dark    Impact = "dark"    // touches no lit channel
	Hitless Impact = "hitless" // touches a lit channel; the profile guarantees no hit
	Hit     Impact = "hit"     // may disturb light that is on
)

// DriftClass says what sort of difference a drift item is.
type DriftClass string

// The classes of drift.
const (
	DriftConfiguration DriftClass = "configuration" // a leaf has another value
	DriftMissing       DriftClass = "missing"       // an object we made is gone
	DriftExtra         DriftClass = "extra"         // an object that carries our name but is in no record
	DriftLight         DriftClass = "light"         // light left the baseline taken when it went in service
	DriftPending       DriftClass = "pending"       // wanted and acknowledged differ
)

// DriftItem is one difference between what was applied and what is there.
type DriftItem struct {
	Device     string     `json:"device"`
	Owner      string     `json:"owner"`
	Wavelength string     `json:"wavelength,omitempty"` // the owner's name for people
	Path       string     `json:"path"`                 // the device's own path of the leaf
	Applied    string     `json:"applied"`
	Found      string     `json:"found"`
	Since      time.Time  `json:"since"`
	Class      DriftClass `json:"class"`
	Impact     Impact     `json:"impact"`
	Message    string     `json:"message,omitempty"`
}
