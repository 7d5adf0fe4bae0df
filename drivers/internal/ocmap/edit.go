package ocmap

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Operation is what can be done to a path.
type Operation byte

// The operations.
const (
	Deletion Operation = iota
	Replacement
	Update
)

// Edit is one operation with the owner it is made for.
type Edit struct {
	Operation Operation
	Owner     string
	Schema    string
	Keys      []string
	Payload   string // RFC 7951 JSON; empty for a deletion
	Meaning   string // what it does, for people
	rank      int    // place in the pass, see order.go
}

// EditsOf returns what brings a device from have, which is what it has now, to
// what the changes of a pass want, in the order in which devices take it.
// Nothing is returned for what is so already. The pass has been checked.
func EditsOf(p drivers.Pass, have map[models.ObjectID]models.Leaves, profile catalogue.Profile) []Edit {
	var edits []Edit
	for _, c := range p.Changes {
		edits = append(edits, editsOf(c, have[c.Object], profile)...)
	}
	slices.SortStableFunc(edits, func(a, b Edit) int { return cmp.Compare(a.rank, b.rank) })
	return edits
}

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
	if c.After == nil {
		return "", nil
	}
	for leaf, value := range c.After {
		row, known := rowOf(c.Object.Kind, leaf)
		if !known {
			return drivers.KindInvalid, fmt.Errorf("no leaf %q", leaf)
		}
		if profile.Refuses(sideOf(c), string(leaf)) {
			return drivers.KindUnsupported, fmt.Errorf("profile %s does not support %s", profile.Name, leaf)
		}
		if _, err := row.codec.write(value); err != nil {
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

// gentle are the leaves of a whole object that are updated in place when
// nothing else differs, because replacing the entry of a lit channel may
// disturb it.
var gentle = []models.LeafName{models.LeafAdmin, models.LeafDescription, models.LeafChannelName, models.LeafTargetPower}

// editsOf returns what brings one object from have, which is what the device
// has now, to what the change wants. Nothing is returned when that is so
// already. The change has been checked.
func editsOf(c models.Change, have models.Leaves, profile catalogue.Profile) []Edit {
	e := changeEditor{change: c, have: have, profile: profile, keys: ObjectKeys(c.Object)}
	switch {
	case c.Object.Kind.Whole():
		return e.whole()
	case c.Object.Kind == models.KindOpticalChannel:
		return e.optical()
	}
	return e.shared()
}

type changeEditor struct {
	change  models.Change
	have    models.Leaves
	profile catalogue.Profile
	keys    []string
}

// given returns the leaves given up that the device still has, and those that
// are wanted and differ, each in the order of the table.
func (e changeEditor) differences() (given, wanted []configRow) {
	for _, row := range configRows {
		if row.kind != e.change.Object.Kind {
			continue
		}
		now, there := e.have[row.leaf]
		want, asked := e.change.After[row.leaf]
		_, owned := e.change.Before[row.leaf]
		switch {
		case asked && (!there || now != want):
			wanted = append(wanted, row)
		case !asked && owned && there:
			given = append(given, row)
		}
	}
	return given, wanted
}

func (e changeEditor) whole() []Edit {
	schema := ObjectPaths[e.change.Object.Kind].Schema
	if e.change.After == nil {
		if len(e.have) == 0 {
			return nil
		}
		return []Edit{e.edit(Deletion, schema, "", "goes")}
	}
	given, wanted := e.differences()
	if len(given)+len(wanted) == 0 {
		return nil
	}
	inPlace := len(e.have) > 0 && len(given) == 0 && !slices.ContainsFunc(wanted, func(r configRow) bool {
		_, there := e.have[r.leaf]
		return !there || !slices.Contains(gentle, r.leaf)
	})
	if !inPlace {
		return []Edit{e.edit(Replacement, schema, entryPayload(e.change.Object, e.change.After, e.profile), e.described())}
	}
	return e.leafUpdates(wanted)
}

// optical replaces the configuration of an optical channel as a whole: mode,
// frequency and power constrain each other, and a device may refuse one of
// them changed alone.
func (e changeEditor) optical() []Edit {
	given, wanted := e.differences()
	if e.change.After == nil {
		edits := make([]Edit, 0, len(given))
		for _, row := range given {
			edits = append(edits, e.edit(Deletion, row.schema, "", e.from(row.leaf)+" is given up"))
		}
		return edits
	}
	if len(given)+len(wanted) == 0 {
		return nil
	}
	return []Edit{e.edit(Replacement, OpticalPath+"/config", opticalPayload(e.change.After), e.described())}
}

// shared updates the single leaves of an entry that is not ours. What is given
// up is deleted, except for "enabled", whose default is on: a laser or an
// interface is switched off, an amplifier or attenuator is left as it is.
func (e changeEditor) shared() []Edit {
	given, wanted := e.differences()
	edits := e.leafUpdates(wanted)
	for _, row := range given {
		switch {
		case row.leaf != models.LeafEnabled:
			edits = append(edits, e.edit(Deletion, row.schema, "", e.from(row.leaf)+" is given up"))
		case e.change.Object.Kind == models.KindLaser || e.change.Object.Kind == models.KindInterface:
			if e.have[row.leaf] != "false" {
				edits = append(edits, e.edit(Update, row.schema, "false", e.from(row.leaf)+" becomes false, because it is given up"))
			}
		}
	}
	return edits
}

func (e changeEditor) leafUpdates(rows []configRow) []Edit {
	edits := make([]Edit, 0, len(rows))
	for _, row := range rows {
		value := e.change.After[row.leaf]
		edits = append(edits, e.edit(Update, row.schema, mustWrite(row, value), e.from(row.leaf)+" becomes "+value))
	}
	return edits
}

func (e changeEditor) edit(op Operation, schema, payload, meaning string) Edit {
	keys := e.keys
	if Covers(DistributionPath, schema) {
		keys = append(slices.Clone(keys), rawMHz(e.change.After[models.LeafLower]), rawMHz(e.change.After[models.LeafUpper]))
	}
	return Edit{
		Operation: op, rank: rankOf(op, e.change, e.have, schema, payload), Owner: e.change.Owner,
		Schema: schema, Keys: keys, Payload: payload, Meaning: e.change.Object.String() + " " + meaning,
	}
}

// described lists the leaves of a replacement, each with what it was.
func (e changeEditor) described() string {
	var b strings.Builder
	b.WriteString("is replaced:")
	if len(e.have) == 0 {
		b.Reset()
		b.WriteString("is made:")
	}
	for _, row := range configRows {
		if row.kind != e.change.Object.Kind {
			continue
		}
		value, ok := e.change.After[row.leaf]
		if !ok {
			if old, had := e.have[row.leaf]; had {
				fmt.Fprintf(&b, "\n    %s is no more (was %s)", row.leaf, old)
			}
			continue
		}
		fmt.Fprintf(&b, "\n    %s %s", row.leaf, value)
		if old, had := e.have[row.leaf]; had && old != value {
			fmt.Fprintf(&b, " (was %s)", old)
		}
	}
	return b.String()
}

// from names a leaf with the value that the device has now.
func (e changeEditor) from(leaf models.LeafName) string {
	if old, had := e.have[leaf]; had {
		return string(leaf) + " " + old
	}
	return string(leaf) + " (not set)"
}

// The two ways of switching a laser that a profile may name.
const (
	LaserByPhysicalChannel = "physical-channel"
	LaserByLogicalChannel  = "logical-channel"
)
