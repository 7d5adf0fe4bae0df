package reconcile

import (
	"fmt"
	"slices"
	"sync"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// difference is one leaf that is not as it should be.
type difference struct {
	id      models.ObjectID
	leaf    models.LeafName // "" when the whole object is missing
	applied string
	found   string
}

func (d difference) String() string {
	if d.leaf == "" {
		return d.id.String() + " is missing"
	}
	found := d.found
	if found == "" {
		found = "nothing"
	}
	return fmt.Sprintf("%s %s: sent %s, found %s", d.id, d.leaf, d.applied, found)
}

// comparisons are what images were found to differ in from one configuration of a
// device. Readings come in many times a second and configuration hardly ever: what has
// been compared once holds until the device tells of another configuration.
type comparisons struct {
	mu    sync.Mutex
	found map[*records.Image][]difference
}

// differences compares an acknowledged image with what the device shows.
func (v *deviceView) differences(acked *records.Image) []difference {
	if v.compared == nil {
		return differences(acked.Objects, v.State)
	}
	v.compared.mu.Lock()
	diffs, known := v.compared.found[acked]
	v.compared.mu.Unlock()
	if known {
		return diffs
	}
	diffs = differences(acked.Objects, v.State)
	v.compared.mu.Lock()
	defer v.compared.mu.Unlock()
	if v.compared.found == nil {
		v.compared.found = map[*records.Image][]difference{}
	}
	v.compared.found[acked] = diffs
	return diffs
}

// differences compares the leaves we own with what the device shows, in a
// stable order. What the device shows beyond them is not ours.
func differences(objects []models.Object, state models.State) []difference {
	var out []difference
	for _, o := range objects {
		found, there := state.Objects[o.ObjectID]
		if !there {
			out = append(out, difference{id: o.ObjectID, applied: "present"})
			continue
		}
		for leaf, want := range o.Leaves {
			if have := found[leaf]; have != want {
				out = append(out, difference{id: o.ObjectID, leaf: leaf, applied: want, found: have})
			}
		}
	}
	slices.SortFunc(out, func(a, b difference) int {
		switch {
		case a.id.String()+string(a.leaf) < b.id.String()+string(b.leaf):
			return -1
		default:
			return 1
		}
	})
	return out
}
