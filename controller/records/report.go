package records

import (
	"time"

	"github.com/waveplane/waveplane/models"
)

// PlanReport is the stored network compared with the network after a set of
// documents. Making one writes nothing.
type PlanReport struct {
	Circuits  []CircuitPlan `json:"circuits"`
	Devices   []DevicePlan  `json:"devices,omitempty"`
	Summary   PlanSummary   `json:"summary"`
	Estimator string        `json:"estimator"`
	// Steps says what a replan would do, in order.
	Steps []string `json:"steps,omitempty"`
}

// CircuitPlan is the answer for one Circuit or Wavelength.
type CircuitPlan struct {
	Kind        string              `json:"kind"`
	Namespace   string              `json:"namespace"`
	Name        string              `json:"name"`
	Action      string              `json:"action"` // add | change | remove | none | refused
	Wavelengths []PlannedWavelength `json:"wavelengths,omitempty"`
	Retire      []string            `json:"retire,omitempty"`
	Refusal     *Refusal            `json:"refusal,omitempty"`
	Candidates  []Candidate         `json:"candidates,omitempty"`
	// More counts candidates that are not listed, by reason.
	More map[models.Reason]int `json:"more,omitempty"`
	Pair *PlannedPair          `json:"pair,omitempty"`
	// Objective is by what sets of wavelengths are compared, first things first;
	// in explanations only.
	Objective []string `json:"objective,omitempty"`
}

// PlannedPair is the two routes that a circuit with protection 1+1 would get,
// each with all of its capacity. Nothing of it is lit: such circuits can be
// planned only.
type PlannedPair struct {
	Disjoint string `json:"disjoint"` // link, sharedRisk or site: what the legs do not share
	// LatencyMs is that of both legs together, LeastMs the least that two routes
	// apart have, light and spectrum left aside; with Proven it is known to be.
	LatencyMs float64       `json:"latencyMs"`
	LeastMs   float64       `json:"leastMs"`
	Proven    bool          `json:"proven"`
	Legs      [2]PlannedLeg `json:"legs"` // the quicker one first
}

// PlannedLeg is one of the two routes.
type PlannedLeg struct {
	Route       []string            `json:"route"` // patch cords left out
	LengthKm    float64             `json:"lengthKm"`
	LatencyMs   float64             `json:"latencyMs"`
	Wavelengths []PlannedWavelength `json:"wavelengths"`
}

// PlannedWavelength is one wavelength of a plan.
type PlannedWavelength struct {
	Name         string    `json:"name"`
	Action       string    `json:"action"` // add | keep | remove; plan on the legs of a pair
	Ends         [2]string `json:"ends"`   // device/port
	Route        []string  `json:"route"`
	Mode         string    `json:"mode"`
	CapacityGbps int       `json:"capacityGbps"`
	CentreGHz    float64   `json:"centreGHz"`
	SlotGHz      float64   `json:"slotGHz"`
	LaunchDbm    float64   `json:"launchDbm"`
	LengthKm     float64   `json:"lengthKm"`
	LatencyMs    float64   `json:"latencyMs"`
	OsnrDb       float64   `json:"osnrDb"`
	MarginDb     float64   `json:"marginDb"`
	// WorstNeighbour is who loses the most margin by this light, in dB.
	WorstNeighbour  string  `json:"worstNeighbour,omitempty"`
	NeighbourLossDb float64 `json:"neighbourLossDb,omitempty"`
	Forecast        []Hop   `json:"forecast,omitempty"`
}

// DevicePlan is what a plan would change on one device until InService.
type DevicePlan struct {
	Device  string          `json:"device"`
	Changes []models.Change `json:"changes"`
	Native  string          `json:"native,omitempty"`
}

// PlanSummary counts a plan.
type PlanSummary struct {
	Add         int     `json:"add"`    // wavelengths
	Remove      int     `json:"remove"` // wavelengths
	Keep        int     `json:"keep"`
	Refused     int     `json:"refused"` // documents
	SpectrumGHz float64 `json:"spectrumGHz"`
	Text        string  `json:"text"` // "3 add, 0 remove; spectrum +600 GHz"
}

// DriftReport is what was applied compared with what the devices say.
type DriftReport struct {
	Items   []models.DriftItem `json:"items"`
	Unknown []UnknownDevice    `json:"unknown,omitempty"`
	Checked int                `json:"checked"` // devices compared
	At      time.Time          `json:"at"`
	Live    bool               `json:"live"`
}

// UnknownDevice is a device that could not be asked.
type UnknownDevice struct {
	Device  string    `json:"device"`
	Kind    string    `json:"kind"`
	Message string    `json:"message"`
	Since   time.Time `json:"since"`
}

// WavelengthReport is everything known of one wavelength, for describe and
// for the acceptance record handed to a customer.
type WavelengthReport struct {
	Decision Decision         `json:"decision"`
	Phase    Phase            `json:"phase"`
	Hops     []HopReading     `json:"hops,omitempty"` // measured now
	Ends     [2]EndReading    `json:"ends"`
	Applied  []AppliedSummary `json:"applied,omitempty"`
}

// AppliedSummary tells how far one device is with one owner.
type AppliedSummary struct {
	Device  string    `json:"device"`
	Acked   PhaseName `json:"acked,omitempty"`
	Attempt PhaseName `json:"attempt,omitempty"`
	Refused string    `json:"refused,omitempty"`
}
