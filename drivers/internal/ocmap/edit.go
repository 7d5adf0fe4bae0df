package ocmap

import (
	"cmp"
	"slices"

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
	rank      int    // place in the pass, see order.go

	// What it does, see Meaning.
	change models.Change
	have   models.Leaves
	leaf   models.LeafName // empty for the whole object
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
	wanted = make([]configRow, 0, len(e.change.After))
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
		return []Edit{e.edit(Deletion, schema, "", "")}
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
		return []Edit{e.edit(Replacement, schema, entryPayload(e.change.Object, e.change.After, e.profile), "")}
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
			edits = append(edits, e.edit(Deletion, row.schema, "", row.leaf))
		}
		return edits
	}
	if len(given)+len(wanted) == 0 {
		return nil
	}
	return []Edit{e.edit(Replacement, OpticalPath+"/config", opticalPayload(e.change.After, e.profile), "")}
}

// shared updates the single leaves of an entry that is not ours. What is given
// up is deleted, except for "enabled", whose default is on: a laser or an
// interface is switched off, an amplifier or attenuator is left as it is.
//
// What a module is for is a replacement of one leaf: gNMI carries those out
// before updates, and the optical channel, which needs it, is replaced too.
func (e changeEditor) shared() []Edit {
	given, wanted := e.differences()
	edits := e.leafUpdates(wanted)
	for _, row := range given {
		switch {
		case row.leaf != models.LeafEnabled:
			edits = append(edits, e.edit(Deletion, row.schema, "", row.leaf))
		case e.change.Object.Kind == models.KindLaser || e.change.Object.Kind == models.KindInterface:
			if e.have[row.leaf] != "false" {
				edits = append(edits, e.edit(Update, row.schema, "false", row.leaf))
			}
		}
	}
	return edits
}

func (e changeEditor) leafUpdates(rows []configRow) []Edit {
	edits := make([]Edit, 0, len(rows))
	op := Update
	if e.change.Object.Kind == models.KindModule {
		op = Replacement
	}
	for _, row := range rows {
		edits = append(edits, e.edit(op, row.schema, mustWrite(row, e.change.After[row.leaf], e.profile), row.leaf))
	}
	return edits
}

func (e changeEditor) edit(op Operation, schema, payload string, leaf models.LeafName) Edit {
	keys := e.keys
	if Covers(DistributionPath, schema) {
		keys = append(slices.Clone(keys), rawMHz(e.change.After[models.LeafLower]), rawMHz(e.change.After[models.LeafUpper]))
	}
	return Edit{
		Operation: op, rank: rankOf(op, e.change, e.have, schema, payload), Owner: e.change.Owner,
		Schema: schema, Keys: keys, Payload: payload, change: e.change, have: e.have, leaf: leaf,
	}
}
