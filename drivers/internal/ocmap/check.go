package ocmap

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// The two ways of switching a laser that a profile may name.
const (
	LaserByPhysicalChannel = "physical-channel"
	LaserByLogicalChannel  = "logical-channel"
)

// Check refuses what makes no sense or what the profile says the device cannot
// do. It looks at the pass alone, so nothing has been asked of the device yet.
func Check(p drivers.Pass, profile catalogue.Profile) (drivers.Kind, error) {
	owners := map[models.ObjectID]string{}
	for _, c := range p.Changes {
		if other, twice := owners[c.Object]; twice {
			return drivers.KindInvalid, fmt.Errorf("%v is changed twice in one pass, for %q and %q", c.Object, other, c.Owner)
		}
		owners[c.Object] = c.Owner
		if kind, err := checkChange(c, profile); err != nil {
			return kind, fmt.Errorf("%v of %q: %w", c.Object, c.Owner, err)
		}
	}
	return "", nil
}

func checkChange(c models.Change, profile catalogue.Profile) (drivers.Kind, error) {
	if _, known := ObjectPaths[c.Object.Kind]; !known {
		return drivers.KindInvalid, fmt.Errorf("no object kind %q", c.Object.Kind)
	}
	if c.Object.Kind.Whole() {
		if _, err := strconv.ParseUint(c.Object.Key, 10, 32); err != nil {
			return drivers.KindInvalid, fmt.Errorf("index %q is not a 32-bit number", c.Object.Key)
		}
	} else if slices.Contains(ObjectKeys(c.Object), "") || len(ObjectKeys(c.Object)) != ObjectPaths[c.Object.Kind].Keys {
		return drivers.KindInvalid, fmt.Errorf("key %q is not complete", c.Object.Key)
	}
	if c.Object.Kind == models.KindLaser && profile.LaserSwitch == LaserByLogicalChannel {
		return drivers.KindUnsupported, fmt.Errorf("profile %s switches the laser by the logical channel's admin-state", profile.Name)
	}
	if c.Object.Kind == models.KindModule && profile.ModuleFunctionalType == "" {
		return drivers.KindUnsupported, fmt.Errorf("profile %s leaves the functional type of modules alone", profile.Name)
	}
	if c.After == nil {
		return "", nil
	}
	for leaf, value := range c.After {
		row, known := rowOf(c.Object.Kind, leaf)
		if !known {
			return drivers.KindInvalid, fmt.Errorf("no leaf %q", leaf)
		}
		if profile.Refuses(sideOf(c), string(leaf)) || leaf == models.LeafAssignClients && !profile.ClientAssignments {
			return drivers.KindUnsupported, fmt.Errorf("profile %s does not support %s", profile.Name, leaf)
		}
		if _, err := row.codecOn(profile).write(value); err != nil {
			return drivers.KindInvalid, fmt.Errorf("%s: %w", leaf, err)
		}
	}
	return checkWhole(c)
}

// sideOf tells which side of a transponder a logical channel is on.
func sideOf(c models.Change) string {
	switch {
	case c.Object.Kind != models.KindLogicalChannel:
		return ""
	case isClient(c.After):
		return catalogue.SideClient
	}
	return catalogue.SideLine
}

// checkWhole holds the rules that OpenConfig states as must, and those without
// which an entry cannot be written at all.
func checkWhole(c models.Change) (drivers.Kind, error) {
	switch c.Object.Kind {
	case models.KindLogicalChannel:
		_, optical := c.After[models.LeafAssignOptical]
		_, logical := c.After[models.LeafAssignLogical]
		if optical && logical {
			return drivers.KindInvalid, fmt.Errorf("assigned both to an optical and to a logical channel")
		}
		if _, allocated := c.After[models.LeafAllocation]; allocated && !optical && !logical {
			return drivers.KindInvalid, fmt.Errorf("allocation without an assignment")
		}
		if _, clients := c.After[models.LeafAssignClients]; clients && !optical {
			return drivers.KindInvalid, fmt.Errorf("assigned to clients and not to an optical channel")
		}
	case models.KindMediaChannel:
		lower, err := models.ParseFrequency(c.After[models.LeafLower])
		if err != nil {
			return drivers.KindInvalid, fmt.Errorf("%s: %w", models.LeafLower, err)
		}
		upper, err := models.ParseFrequency(c.After[models.LeafUpper])
		if err != nil {
			return drivers.KindInvalid, fmt.Errorf("%s: %w", models.LeafUpper, err)
		}
		if lower >= upper {
			return drivers.KindInvalid, fmt.Errorf("lower edge %v is not below upper edge %v", lower, upper)
		}
	}
	return "", nil
}
