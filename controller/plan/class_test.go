package plan_test

import (
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

func TestClass(t *testing.T) {
	change := func(kind models.ObjectKind, before, after models.Leaves) models.Change {
		return models.Change{Owner: "circuit/u/1", Object: models.ObjectID{Kind: kind, Key: "1"}, Before: before, After: after}
	}
	off, on := models.Leaves{"enabled": "false"}, models.Leaves{"enabled": "true"}
	media := func(admin, lower string) models.Leaves { return models.Leaves{"admin-state": admin, "lower": lower} }
	logical := func(kind, admin string) models.Leaves {
		return models.Leaves{"logical-type": kind, "admin-state": admin}
	}
	for name, c := range map[string]struct {
		change models.Change
		phase  records.PhaseName
		lit    bool
		want   models.Impact
	}{
		"tuning in the dark":       {change(models.KindOpticalChannel, nil, models.Leaves{"frequency": "1"}), records.PhaseDark, false, models.Dark},
		"removing":                 {change(models.KindMediaChannel, media("DISABLED", "1"), nil), records.PhaseRemove, false, models.Dark},
		"retuning what is lit":     {change(models.KindOpticalChannel, models.Leaves{"frequency": "1"}, models.Leaves{"frequency": "2"}), records.PhaseInService, true, models.Hit},
		"launch":                   {change(models.KindLaser, off, on), records.PhaseLaunch, true, models.Hitless},
		"laser off in drain":       {change(models.KindLaser, on, off), records.PhaseDrain, true, models.Hitless},
		"laser on in service":      {change(models.KindLaser, off, on), records.PhaseInService, true, models.Hit},
		"open":                     {change(models.KindMediaChannel, media("DISABLED", "1"), media("ENABLED", "1")), records.PhaseOpen, true, models.Hitless},
		"open and widen":           {change(models.KindMediaChannel, media("DISABLED", "1"), media("ENABLED", "2")), records.PhaseOpen, true, models.Hit},
		"close in service":         {change(models.KindMediaChannel, media("ENABLED", "1"), media("DISABLED", "1")), records.PhaseInService, true, models.Hit},
		"delete while lit":         {change(models.KindMediaChannel, media("ENABLED", "1"), nil), records.PhaseInService, true, models.Hit},
		"create while lit":         {change(models.KindMediaChannel, nil, media("ENABLED", "1")), records.PhaseInService, true, models.Hit},
		"line channel on":          {change(models.KindLogicalChannel, logical("PROT_OTN", "DISABLED"), logical("PROT_OTN", "ENABLED")), records.PhaseLaunch, true, models.Hitless},
		"line channel off":         {change(models.KindLogicalChannel, logical("PROT_OTN", "ENABLED"), logical("PROT_OTN", "DISABLED")), records.PhaseHeld, true, models.Hit},
		"clients down":             {change(models.KindLogicalChannel, logical("PROT_ETHERNET", "ENABLED"), logical("PROT_ETHERNET", "DISABLED")), records.PhaseHeld, true, models.Hitless},
		"interface up":             {change(models.KindInterface, nil, on), records.PhaseInService, true, models.Hitless},
		"amplifier, nobody lit":    {change(models.KindAmplifier, models.Leaves{"target-gain": "1"}, models.Leaves{"target-gain": "2"}), records.PhaseDark, false, models.Hit},
		"attenuator":               {change(models.KindAttenuator, models.Leaves{"attenuation": "1"}, models.Leaves{"attenuation": "2"}), records.PhaseDark, false, models.Hit},
		"dark phase, owner is lit": {change(models.KindOpticalChannel, nil, models.Leaves{"frequency": "1"}), records.PhaseDark, true, models.Hit},
	} {
		if got := plan.Class(c.change, c.phase, func(string) bool { return c.lit }); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
