package cli_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// caged are the dialects of devices whose cages have to be set to coherent optics.
func caged(t *testing.T) []fixture {
	t.Helper()
	all := slices.DeleteFunc(fixtures(), func(f fixture) bool { return !f.cages })
	if len(all) != 2 {
		t.Fatalf("%d dialects with cages", len(all))
	}
	return all
}

// created is the pass that makes what alpha wants first.
func (f fixture) created() drivers.Pass {
	work := f.work("circuit/alpha/1", 0)
	p := drivers.Pass{ID: "test"}
	for _, o := range work.First {
		p.Changes = append(p.Changes, models.Change{Owner: work.Owner, Object: o.ObjectID, After: o.Leaves})
	}
	return p
}

// TestCageComesFirst: without its cage a wavelength is refused, in the device's
// words and with nothing changed; with it the cage is shown, and sending the same
// again sends nothing.
func TestCageComesFirst(t *testing.T) {
	for _, f := range caged(t) {
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			s := open(t, d.Device)
			whole := f.created()
			bare := whole
			bare.Changes = slices.DeleteFunc(slices.Clone(whole.Changes), func(c models.Change) bool { return c.Object.Kind == models.KindModule })
			before := string(simulator{d}.Configuration())
			_, err := s.Apply(t.Context(), bare)
			wantKind(t, err, drivers.KindRejected, map[string]string{
				"nokia-sros": "digital-coherent-optics must be set first", "nokia-srlinux": "not set to digital coherent optics",
			}[f.dialect])
			if after := string(simulator{d}.Configuration()); after != before {
				t.Error("a refused pass changed something")
			}
			if _, err := s.Apply(t.Context(), whole); err != nil {
				t.Fatalf("the whole pass: %v", err)
			}
			if got := observed(t, s, f.cage(0)); got[models.LeafFunctionalType] != models.DigitalCoherentOptic {
				t.Errorf("the cage is observed as %v", got)
			}
			if again, err := s.Apply(t.Context(), whole); err != nil || again.Sent {
				t.Errorf("the same again: sent %v, %v", again.Sent, err)
			}
		})
	}
}

// TestCageIsGivenBack: a cage is what it was before, whatever that was, once the
// wavelength is gone; one that stood is not written at all.
func TestCageIsGivenBack(t *testing.T) {
	for _, f := range caged(t) {
		for name, stood := range map[string]string{"not set": "", "coherent": models.DigitalCoherentOptic, "standard": "TYPE_STANDARD_OPTIC"} {
			t.Run(f.dialect+"/"+name, func(t *testing.T) {
				f.stood = stood
				original := models.Leaves{}
				if stood != "" {
					original[models.LeafFunctionalType] = stood
				}
				d := start(t, f)
				s := open(t, d.Device)
				if got := observed(t, s, f.cage(0)); !got.Equal(original) {
					t.Fatalf("observed before: %v, want %v", got, original)
				}
				configuration := string(simulator{d}.Configuration())
				there := f.created()
				if _, err := s.Apply(t.Context(), there); err != nil {
					t.Fatal(err)
				}
				var back drivers.Pass
				for i, c := range there.Changes {
					c.Before, c.After = c.After, nil
					if c.Object == f.cage(0) {
						there.Changes[i].Before = original
						if stood != "" {
							c.After = original
						}
					}
					back.Changes = append(back.Changes, c)
				}
				if _, err := s.Apply(t.Context(), back); err != nil {
					t.Fatal(err)
				}
				if got := string(simulator{d}.Configuration()); got != configuration {
					t.Errorf("the device is another than before:\n%s\nwas\n%s", got, configuration)
				}
				for what, p := range map[string]drivers.Pass{"made": there, "taken away": back} {
					text, err := s.(drivers.Previewer).Preview(p)
					if err != nil {
						t.Fatal(err)
					}
					written := strings.Contains(text, "digital-coherent-optics") || strings.Contains(text, "functional-type")
					if written != (stood != models.DigitalCoherentOptic) {
						t.Errorf("of a cage that was %q is written, when the wavelength is %s:\n%s", stood, what, text)
					}
				}
			})
		}
	}
}

// TestNoCageElsewhere: a dialect without rows for modules takes none.
func TestNoCageElsewhere(t *testing.T) {
	for _, f := range fixtures() {
		if f.cages {
			continue
		}
		t.Run(f.dialect, func(t *testing.T) {
			d := start(t, f)
			s := open(t, d.Device)
			set := models.Change{Owner: "o", Object: f.cage(0), After: models.Leaves{models.LeafFunctionalType: models.DigitalCoherentOptic}}
			for name, c := range map[string]models.Change{"set": set, "given up": {Owner: "o", Object: set.Object, Before: set.After}} {
				if _, err := s.Apply(t.Context(), drivers.Pass{ID: "test", Changes: []models.Change{c}}); drivers.KindOf(err) != drivers.KindUnsupported {
					t.Errorf("%s: got %v, want Unsupported", name, err)
				}
			}
			state, err := s.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, there := state.Objects[f.cage(0)]; there {
				t.Error("a cage is observed")
			}
		})
	}
}

// observed is what the device shows of an object.
func observed(t *testing.T, s drivers.Session, id models.ObjectID) models.Leaves {
	t.Helper()
	state, err := s.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	leaves, there := state.Objects[id]
	if !there {
		t.Fatalf("%v is not observed", id)
	}
	return leaves
}
