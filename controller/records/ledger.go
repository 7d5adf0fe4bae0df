package records

import "github.com/waveplane/waveplane/models"

// SlotUse is a slot taken by an owner.
type SlotUse struct {
	Slot  models.Slot `json:"slot"`
	Owner string      `json:"owner"`
}

// SpectrumUse is what is taken on one link. Both directions are kept, each in
// the link's own sense.
type SpectrumUse struct {
	Az []SlotUse `json:"az,omitempty"`
	Za []SlotUse `json:"za,omitempty"`
}

// PortUse says who has a port.
type PortUse struct {
	Owner string `json:"owner"`
}

// BankUse lists the slots taken in an add/drop bank.
type BankUse struct {
	Slots []SlotUse `json:"slots,omitempty"`
}

// IndexUse lists the numbers taken on one device, number → owner.
type IndexUse struct {
	Logical map[int]string `json:"logical,omitempty"`
	Media   map[int]string `json:"media,omitempty"`
}
