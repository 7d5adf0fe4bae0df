package plan

import (
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// Class says what a change of a device pass can do to light that is on. The
// phase is the one that the change is sent for; lit tells whether an owner's
// light may be on.
//
//   - Amplifiers and attenuators carry everybody's light: hit.
//   - An owner that is not lit, in a phase without light: dark.
//   - An owner's own steps of launching, opening, draining and of raising or
//     lowering its clients touch no light but its own, in the order that keeps
//     the neighbours safe: hitless.
//   - Anything else on a lit owner (another frequency, mode, power, edge, an
//     object deleted): hit.
func Class(c models.Change, phase records.PhaseName, lit func(owner string) bool) models.Impact {
	switch c.Object.Kind {
	case models.KindAmplifier, models.KindAttenuator:
		return models.Hit
	}
	if !lit(c.Owner) && !phase.Lit() {
		return models.Dark
	}
	if ownStep(c, phase) {
		return models.Hitless
	}
	return models.Hit
}

// ownStep reports whether a change is one that the phase itself consists of.
func ownStep(c models.Change, phase records.PhaseName) bool {
	switch c.Object.Kind {
	case models.KindInterface:
		return true // raised in service, given back when leaving it
	case models.KindLaser:
		return onlyLeaf(c, models.LeafEnabled) && (phase == records.PhaseLaunch || phase == records.PhaseDrain)
	case models.KindMediaChannel:
		return onlyLeaf(c, models.LeafAdmin) && (phase == records.PhaseOpen || phase == records.PhaseDrain)
	case models.KindLogicalChannel:
		if !onlyLeaf(c, models.LeafAdmin) {
			return false
		}
		if c.After[models.LeafLogicalType] == "PROT_ETHERNET" {
			return true
		}
		return phase == records.PhaseLaunch || phase == records.PhaseDrain
	}
	return false
}

// onlyLeaf reports whether the change alters an object that is there in no
// other leaf.
func onlyLeaf(c models.Change, leaf models.LeafName) bool {
	if c.Before == nil || c.After == nil {
		return false
	}
	for name, value := range c.After {
		if name != leaf && c.Before[name] != value {
			return false
		}
	}
	for name := range c.Before {
		if _, ok := c.After[name]; !ok && name != leaf {
			return false
		}
	}
	return true
}
