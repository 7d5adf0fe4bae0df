package plan

import (
	"maps"
	"slices"

	"github.com/waveplane/waveplane/models"
)

// Diff lists what brings an owner's objects on one device from one set to
// another, sorted by object. Objects that are the same in both are left out.
// An object that has gone gives a change without After: whole entries are
// deleted, leaves of shared ones given up.
func Diff(owner string, from, to []models.Object) []models.Change {
	before, after := byID(from), byID(to)
	var out []models.Change
	for _, o := range to {
		if old, ok := before[o.ObjectID]; !ok || !old.Equal(o.Leaves) {
			out = append(out, models.Change{Owner: owner, Object: o.ObjectID, Before: maps.Clone(old), After: maps.Clone(o.Leaves)})
		}
	}
	for _, o := range from {
		if _, ok := after[o.ObjectID]; !ok {
			out = append(out, models.Change{Owner: owner, Object: o.ObjectID, Before: maps.Clone(o.Leaves)})
		}
	}
	slices.SortFunc(out, func(a, b models.Change) int {
		return compareObjects(models.Object{ObjectID: a.Object}, models.Object{ObjectID: b.Object})
	})
	return out
}

func byID(objects []models.Object) map[models.ObjectID]models.Leaves {
	m := make(map[models.ObjectID]models.Leaves, len(objects))
	for _, o := range objects {
		m[o.ObjectID] = o.Leaves
	}
	return m
}
