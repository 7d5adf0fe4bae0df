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

// TestProfilesKnowTheLimits: what a profile lets the planner choose at the ends of
// its range is what the dialect takes, and not a step more.
func TestProfilesKnowTheLimits(t *testing.T) {
	all, cat := known(t)
	limited := 0
	for name, p := range all {
		profile, err := cat.Profile(name)
		if err != nil {
			t.Fatal(err)
		}
		takes := func(leaf models.LeafName, value string) bool {
			_, err := p.lines(models.KindOpticalChannel, leaf, value)
			return err == nil
		}
		for _, leaf := range []models.LeafName{models.LeafFrequency, models.LeafTargetPower} {
			row := p.row(models.KindOpticalChannel, leaf)
			ranged := leaf == models.LeafFrequency && !profile.Tune.Empty() || leaf == models.LeafTargetPower && profile.ChannelPower != (catalogue.PowerRange{})
			if len(row.Limits) > 0 != ranged && row.Codec != "nm" { // the list of wavelengths is the limit
				t.Errorf("%s %s: the dialect has limits %v, the profile has some: %v", name, leaf, row.Limits, ranged)
			}
			if !ranged {
				continue
			}
			limited++
			for _, c := range []struct {
				inside, outside string
			}{
				{profile.Tune.Lower.String(), (profile.Tune.Lower - models.GridStep).String()}, {profile.Tune.Upper.String(), (profile.Tune.Upper + 100*models.GridStep).String()},
			} {
				if leaf == models.LeafFrequency && (!takes(leaf, c.inside) || takes(leaf, c.outside)) {
					t.Errorf("%s takes %s: %v, %s: %v", name, c.inside, takes(leaf, c.inside), c.outside, takes(leaf, c.outside))
				}
			}
			if leaf != models.LeafTargetPower {
				continue
			}
			for value, want := range map[models.Power]bool{
				profile.ChannelPower.Min: true, profile.ChannelPower.Max: true, profile.ChannelPower.Min - 1: false, profile.ChannelPower.Max + 1: false,
			} {
				if takes(leaf, value.String()) != want {
					t.Errorf("%s takes %v: %v", name, value, !want)
				}
			}
		}
	}
	if limited == 0 {
		t.Error("no dialect has limits")
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
