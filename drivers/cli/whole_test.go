package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/models"
)

// TestEntriesWithMandatoryLeaves: an entry that cannot be without some of its leaves
// goes as a whole, and where somebody else has settings in it, those leaves stay.
func TestEntriesWithMandatoryLeaves(t *testing.T) {
	all, cat := known(t)
	p := all["nokia-srlinux"]
	profile, err := cat.Profile("nokia-srlinux")
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{platform: p, device: drivers.Device{Profile: profile}, names: namesOf(profile, []string{"ethernet-1/1"})}
	const at = "set / interface ethernet-1/1 transceiver "
	ours := at + "optical-channel 1 frequency 193100000\n" + at + "optical-channel 1 operational-mode 1085\n" + at + "optical-channel 1 target-power -10.00\n"
	oc := models.ObjectID{Kind: models.KindOpticalChannel, Key: "ethernet-1/1"}
	before := models.Leaves{models.LeafFrequency: "193100 GHz", models.LeafMode: "1085", models.LeafTargetPower: "-10.00 dBm"}
	const whole, power = "delete / interface ethernet-1/1 transceiver optical-channel 1", "delete / interface ethernet-1/1 transceiver optical-channel 1 target-power"
	for name, c := range map[string]struct {
		config string
		after  models.Leaves
		want   []string
	}{
		"all of it is ours":       {ours, nil, []string{whole}},
		"a module that must stay": {ours + at + "functional-type digital-coherent-optics\n" + at + "optical-channel 1 rx-los-thresh -20.00\n", nil, []string{power}},
		"somebody else's too":     {ours + at + "optical-channel 1 rx-los-thresh -20.00\n", nil, []string{power}},
		"beside it is another's":  {ours + at + "optical-channel 11 frequency 1\n" + at + "ddm-events true\n", nil, []string{whole}},
		"the mode is kept":        {ours, models.Leaves{models.LeafMode: "1085", models.LeafFrequency: "193100 GHz"}, []string{power}},
		"there is nothing":        {"set / interface mgmt0 mtu 1500\n", nil, nil},
		"only the power is there": {at + "optical-channel 1 target-power -10.00\n", nil, []string{whole}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			pass := drivers.Pass{Changes: []models.Change{{Owner: "circuit/a/1", Object: oc, Before: before, After: c.after}}}
			if strings.Contains(c.config, "functional-type") {
				pass.Changes = append(pass.Changes, models.Change{
					Owner: "circuit/a/1", Object: models.ObjectID{Kind: models.KindModule, Key: "ethernet-1/1"},
					Before: models.Leaves{models.LeafFunctionalType: models.DigitalCoherentOptic}, After: models.Leaves{models.LeafFunctionalType: "TYPE_STANDARD_OPTIC"},
				})
				if what := s.missing(drivers.Pass{Changes: pass.Changes[1:]}, c.config); what != "" {
					t.Errorf("the module that stays is missed: %s", what)
				}
			}
			for _, e := range p.typed(s.edits(pass, s.have(c.config))) {
				got = append(got, e.line)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("typed %q, want %q", got, c.want)
			}
		})
	}
}
