package cli

import (
	"testing"

	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// known is every dialect, and the catalogue.
func known(t *testing.T) (map[string]*platform, *catalogue.Catalogue) {
	t.Helper()
	all, err := platforms()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	return all, cat
}

// TestProfilesKnowTheRaster: every centre of the 6.25 GHz grid that a dialect's
// profile lets the planner choose is one that the dialect can type, and every other
// is one that it refuses: nothing that is planned stalls for want of digits.
func TestProfilesKnowTheRaster(t *testing.T) {
	all, cat := known(t)
	for name, p := range all {
		profile, err := cat.Profile(name)
		if err != nil {
			t.Fatal(err)
		}
		raster := max(profile.FrequencyRaster, models.MHz)
		chosen := 0
		for f := models.GridAnchor - 200*models.GridStep; f <= models.GridAnchor+200*models.GridStep; f += models.GridStep {
			_, err := p.lines(models.KindOpticalChannel, models.LeafFrequency, f.String())
			planned := (f-models.GridAnchor)%raster == 0
			if planned {
				chosen++
			}
			if planned != (err == nil) {
				t.Errorf("%s: %v is chosen: %v, typed: %v", name, f, planned, err)
			}
		}
		if chosen == 0 {
			t.Errorf("%s: no centre can be chosen", name)
		}
	}
}

// TestProfilesKnowTheCage: a profile asks for a coherent cage where its dialect has
// rows for one, and nowhere else: a planner that asked for more would stall.
func TestProfilesKnowTheCage(t *testing.T) {
	all, cat := known(t)
	for name, p := range all {
		for _, profiled := range []string{name, "lab-" + name} {
			profile, err := cat.Profile(profiled)
			if err != nil {
				t.Fatal(err)
			}
			if asked := profile.ModuleFunctionalType != ""; asked != p.takes(models.KindModule, models.LeafFunctionalType) {
				t.Errorf("%s asks for a cage: %v, which is not what dialect %s can", profiled, asked, name)
			}
		}
	}
}
