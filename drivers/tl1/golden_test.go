package tl1_test

import (
	"flag"
	"path/filepath"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/golden"
	"github.com/waveplane/waveplane/drivers/tl1"
	"github.com/waveplane/waveplane/models"
)

var update = flag.Bool("update", false, "write testdata/golden anew")

// TestGolden holds what is sent for every kind of change, in every dialect.
// `-update` writes the files anew.
func TestGolden(t *testing.T) {
	for _, f := range fixtures() {
		d := start(t, f)
		s := d.open(t, &tl1.Driver{})
		there, back, other := f.cross(0, 1), f.cross(1, 0), f.cross(0, 2)
		for name, changes := range map[string][]models.Change{
			"connect":    {{Object: there.ObjectID, After: there.Leaves}, {Object: back.ObjectID, After: back.Leaves}},
			"disconnect": {{Object: there.ObjectID, Before: there.Leaves}, {Object: back.ObjectID, Before: back.Leaves}},
			"mend":       {{Object: there.ObjectID, Before: other.Leaves, After: there.Leaves}},
			"nothing":    {{Object: there.ObjectID, Before: there.Leaves, After: there.Leaves}},
		} {
			for i := range changes {
				changes[i].Owner = "circuit/golden/1"
			}
			t.Run(f.dialect+"/"+name, func(t *testing.T) {
				text, err := s.(drivers.Previewer).Preview(drivers.Pass{Changes: changes})
				if err != nil {
					t.Fatal(err)
				}
				golden.Check(t, filepath.Join("testdata", "golden", f.dialect, name+".txt"), text, *update)
			})
		}
	}
}

// TestEveryPort: any input of a switch can be brought to any output, and what is
// observed is what was asked for.
func TestEveryPort(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			s := d.open(t, &tl1.Driver{})
			var pass drivers.Pass
			var want []models.Object
			for i := range f.ports {
				j := (i*5 + 3) % len(f.ports) // every output once
				if i == 9 || j == 10 {
					continue // somebody else's
				}
				o := f.cross(i, j)
				want = append(want, o)
				pass.Changes = append(pass.Changes, models.Change{Owner: "circuit/all/1", Object: o.ObjectID, After: o.Leaves})
			}
			if _, err := s.Apply(t.Context(), pass); err != nil {
				t.Fatal(err)
			}
			state, err := s.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range want {
				if !state.Objects[o.ObjectID].Equal(o.Leaves) || !d.connected(o.Key, o.Leaves[models.LeafDest]) {
					t.Errorf("%v is %v, want %v", o.ObjectID, state.Objects[o.ObjectID], o.Leaves)
				}
			}
			if theirs := f.cross(9, 10); !d.connected(theirs.Key, theirs.Leaves[models.LeafDest]) {
				t.Error("somebody else's connection is gone")
			}
		})
	}
}
