package wire

import (
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// DriftReport answers drift.
type DriftReport struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"` // DriftReport
	records.DriftReport
}

// NewDriftReport returns a report with its fixed fields set and no list that
// is null.
func NewDriftReport(r records.DriftReport) DriftReport {
	if r.Items == nil {
		r.Items = []models.DriftItem{}
	}
	return DriftReport{APIVersion: intents.APIVersion, Kind: "DriftReport", DriftReport: r}
}

// AdoptionReport answers adopt.
type AdoptionReport struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"` // AdoptionReport
	records.Adoption
}

// NewAdoptionReport returns a report with its fixed fields set and no list that
// is null.
func NewAdoptionReport(r records.Adoption) AdoptionReport {
	if r.Documents == nil {
		r.Documents = []records.AdoptedDocument{}
	}
	return AdoptionReport{APIVersion: intents.APIVersion, Kind: "AdoptionReport", Adoption: r}
}

// PlanReport answers plan.
type PlanReport struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"` // PlanReport
	records.PlanReport
}

// NewPlanReport returns a report with its fixed fields set and no list that is
// null.
func NewPlanReport(r records.PlanReport) PlanReport {
	if r.Circuits == nil {
		r.Circuits = []records.CircuitPlan{}
	}
	return PlanReport{APIVersion: intents.APIVersion, Kind: "PlanReport", PlanReport: r}
}

// SpectrumReport answers spectrum.
type SpectrumReport struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"` // SpectrumReport
	records.SpectrumReport
}

// NewSpectrumReport returns a report with its fixed fields set and no list that
// is null.
func NewSpectrumReport(r records.SpectrumReport) SpectrumReport {
	if r.Links == nil {
		r.Links = []records.LinkSpectrum{}
	}
	if r.Capacity == nil {
		r.Capacity = []records.Placements{}
	}
	return SpectrumReport{APIVersion: intents.APIVersion, Kind: "SpectrumReport", SpectrumReport: r}
}

// Explanation answers why: the plan of one document made again with every
// candidate, and what stands in the way of the stored one.
type Explanation struct {
	records.CircuitPlan
	// Conditions are those of the document's status, Faults what is wrong with
	// its wavelengths now.
	Conditions []models.Condition `json:"conditions,omitempty"`
	Faults     []WavelengthFault  `json:"faults,omitempty"`
	// Refused lists the choices that devices refused; they are not made again
	// until a retry or a new generation.
	Refused []records.Tombstone `json:"refused,omitempty"`
}

// WavelengthFault is what is wrong with one wavelength.
type WavelengthFault struct {
	Name    string            `json:"name"`
	Phase   records.PhaseName `json:"phase"`
	Reason  models.Reason     `json:"reason,omitempty"`
	Message string            `json:"message"`
}
