package reconcile

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// disturbs tells why a share must not be sent: it would touch light that is on
// beyond what its own phase consists of, and nobody permitted that.
func (s *Stages) disturbs(sh *share) string {
	if sh.repair || outgoing(sh.phase.Value.Name) {
		return ""
	}
	lit := func(string) bool { return sh.phase.Value.Name.Lit() }
	for _, c := range sh.changes {
		if plan.Class(c, sh.phase.Value.Name, lit) == models.Hit {
			return fmt.Sprintf("%s of a wavelength in %s would be changed", c.Object, sh.phase.Value.Name)
		}
	}
	return ""
}

// outgoing reports whether a phase takes things away.
func outgoing(p records.PhaseName) bool {
	return p == records.PhaseDrain || p == records.PhaseRemove || p == records.PhaseUndo
}

// lowered is what draining may ask of a device that shows something else than
// was acknowledged: nothing is added, turned on or tuned on the way out. A laser
// that a person turned off stays off, what a reboot lost stays lost, and light
// that was retuned is not moved once more before it goes off.
func lowered(wanted []models.Object, state models.State) []models.Object {
	var out []models.Object
	for _, o := range wanted {
		found, there := state.Objects[o.ObjectID]
		if !there || !tagged(o, found) {
			continue
		}
		leaves := found.Restrict(o.Leaves)
		for leaf, value := range o.Leaves {
			admin := leaf == models.LeafEnabled || leaf == models.LeafAdmin
			if admin && value != "true" && value != models.AdminEnabled {
				leaves[leaf] = value
			}
		}
		out = append(out, models.Object{ObjectID: o.ObjectID, Leaves: leaves})
	}
	return out
}

// tagged reports whether an object on a device carries the owner's name; shared
// objects carry none.
func tagged(o models.Object, found models.Leaves) bool {
	switch o.Kind {
	case models.KindLogicalChannel:
		return found[models.LeafDescription] == o.Leaves[models.LeafDescription]
	case models.KindMediaChannel:
		return found[models.LeafChannelName] == o.Leaves[models.LeafChannelName]
	case models.KindCrossConnect: // it carries no name: somebody else's leads elsewhere
		return found[models.LeafDest] == o.Leaves[models.LeafDest]
	}
	return true
}

// changesFor computes what to send for one owner, from what the device shows
// to what is wanted, and remembers what shared objects carried before.
func changesFor(sh *share, state models.State) ([]models.Change, map[models.ObjectID]models.Leaves) {
	original := map[models.ObjectID]models.Leaves{}
	for id, leaves := range sh.applied.Value.Original {
		original[id] = leaves
	}
	known := map[models.ObjectID]models.Leaves{}
	if acked := sh.applied.Value.Acked; acked != nil {
		for _, o := range acked.Objects {
			known[o.ObjectID] = o.Leaves
		}
	}
	var from, to []models.Object
	for _, o := range sh.wanted {
		found, there := state.Objects[o.ObjectID]
		if _, ours := known[o.ObjectID]; !ours && !o.Kind.Whole() {
			if _, kept := original[o.ObjectID]; !kept {
				original[o.ObjectID] = found.Restrict(o.Leaves)
			}
		}
		if there {
			from = append(from, models.Object{ObjectID: o.ObjectID, Leaves: found.Restrict(o.Leaves)})
		}
		to = append(to, o)
		delete(known, o.ObjectID)
	}
	for id, leaves := range known { // ours until now, not wanted any more
		found, there := state.Objects[id]
		if !there || !tagged(models.Object{ObjectID: id, Leaves: leaves}, found) {
			continue // gone, or somebody else's under the same number by now
		}
		from = append(from, models.Object{ObjectID: id, Leaves: found.Restrict(leaves)})
		if id.Kind.Whole() {
			continue
		}
		back := original[id].Restrict(leaves)
		if _, isLaser := leaves[models.LeafEnabled]; isLaser {
			back[models.LeafEnabled] = "false" // nothing turns light on by itself
		}
		if len(back) > 0 {
			to = append(to, models.Object{ObjectID: id, Leaves: back})
		}
	}
	return plan.Diff(sh.owner, from, to), original
}

// foreign tells why an owner must not be written: an object that it would take, and
// that the device has not acknowledged for it yet, is somebody else's.
func foreign(sh *share, state models.State) string {
	if sh.removal {
		return ""
	}
	ours := map[models.ObjectID]bool{}
	if acked := sh.applied.Value.Acked; acked != nil {
		for _, o := range acked.Objects {
			ours[o.ObjectID] = true
		}
	}
	for _, o := range sh.wanted {
		found, there := state.Objects[o.ObjectID]
		if !there || ours[o.ObjectID] {
			continue
		}
		switch {
		case strings.HasPrefix(found[models.LeafDescription]+found[models.LeafChannelName], ownerTag) && !tagged(o, found):
			return fmt.Sprintf("%s is there already with our tag %s, left by an earlier circuit: clear it on the device (drift lists it), then retry",
				o.ObjectID, cmp.Or(found[models.LeafDescription], found[models.LeafChannelName]))
		case o.Kind == models.KindLogicalChannel && !tagged(o, found):
			return fmt.Sprintf("%s exists and is not ours (description %q)", o.ObjectID, found[models.LeafDescription])
		case o.Kind == models.KindMediaChannel && !tagged(o, found):
			return fmt.Sprintf("%s exists and is not ours (name %q)", o.ObjectID, found[models.LeafChannelName])
		case o.Kind == models.KindCrossConnect && !tagged(o, found):
			return fmt.Sprintf("%s exists and is not ours (it leads to %s)", o.ObjectID, found[models.LeafDest])
		case o.Kind == models.KindOpticalChannel && mapped(o.Key, sh.wanted, state) != "":
			return fmt.Sprintf("%s is used by logical channel %s, which is not ours: unmap it or take the port out of the device's ports", o.ObjectID, mapped(o.Key, sh.wanted, state))
		case o.Kind == models.KindLaser && found[models.LeafEnabled] == "true":
			return fmt.Sprintf("%s is on though no record lights it: turn it off or take it out of the device's ports", o.ObjectID)
		}
	}
	return ""
}

// mapped names a logical channel, not among those wanted, that an optical channel
// carries already: tuning it would move somebody else's light.
func mapped(channel string, wanted []models.Object, state models.State) string {
	ours := map[models.ObjectID]bool{}
	for _, o := range wanted {
		ours[o.ObjectID] = true
	}
	first := ""
	for id, leaves := range state.Objects {
		if id.Kind == models.KindLogicalChannel && leaves[models.LeafAssignOptical] == channel && !ours[id] && (first == "" || id.Key < first) {
			first = id.Key
		}
	}
	return first
}
