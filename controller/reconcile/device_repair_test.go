package reconcile

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// TestRepairTellsWhatWouldLight checks what a repair may not put back without
// being asked twice: whatever turns light on, whether it was turned off or is gone.
func TestRepairTellsWhatWouldLight(t *testing.T) {
	object := func(kind models.ObjectKind, leaves models.Leaves) models.Object {
		return models.Object{ObjectID: models.ObjectID{Kind: kind, Key: "1"}, Leaves: leaves}
	}
	laser := object(models.KindLaser, models.Leaves{models.LeafEnabled: "true"})
	dark := object(models.KindLaser, models.Leaves{models.LeafEnabled: "false"})
	line := object(models.KindLogicalChannel, models.Leaves{models.LeafAdmin: models.AdminEnabled, models.LeafAssignOptical: "oc-1"})
	blocked := object(models.KindLogicalChannel, models.Leaves{models.LeafAdmin: models.AdminDisabled, models.LeafAssignOptical: "oc-1"})
	client := object(models.KindLogicalChannel, models.Leaves{models.LeafAdmin: models.AdminEnabled, models.LeafAssignLogical: "2"})
	amplifier := object(models.KindAmplifier, models.Leaves{models.LeafEnabled: "true"})
	tuned := object(models.KindOpticalChannel, models.Leaves{models.LeafFrequency: "193100 GHz"})
	cross := object(models.KindCrossConnect, models.Leaves{models.LeafDest: "2"})
	open := object(models.KindMediaChannel, models.Leaves{models.LeafAdmin: models.AdminEnabled})
	shut := object(models.KindMediaChannel, models.Leaves{models.LeafAdmin: models.AdminDisabled})
	for _, tt := range []struct {
		name  string
		acked []models.Object
		found []models.Object
		says  string // "" for nothing
		lit   bool
	}{
		{"all is there", []models.Object{laser, tuned}, []models.Object{laser, tuned}, "", false},
		{"a laser is off", []models.Object{laser}, []models.Object{dark}, "laser[1] enabled was turned off", false},
		{"a laser is gone", []models.Object{laser}, nil, "laser[1] is gone from the device, and its light", false},
		{"an amplifier is gone", []models.Object{amplifier}, nil, "amplifier[1] is gone", false},
		{"a terminal's line is disabled", []models.Object{line}, []models.Object{blocked}, "admin-state was turned off", false},
		{"a terminal's line is gone", []models.Object{tuned, line}, []models.Object{tuned}, "logical-channel[1] is gone", false},
		{"a line that was disabled is gone", []models.Object{blocked}, nil, "", false},
		{"the line of a router is gone, its laser is on", []models.Object{laser, line}, []models.Object{laser}, "", false},
		{"a client is gone", []models.Object{client}, nil, "", false},
		{"the tuning is gone in the dark", []models.Object{tuned}, nil, "", false},
		{"the tuning of lit light is gone", []models.Object{tuned}, nil, "optical-channel[1] is gone", true},
		{"so is its frequency alone", []models.Object{tuned}, []models.Object{object(models.KindOpticalChannel, models.Leaves{models.LeafTargetPower: "-10.00 dBm"})}, "has no frequency any more", true},
		{"a connection that light went through is gone", []models.Object{cross}, nil, "cross-connect[1] is gone", true},
		{"a connection is gone in the dark", []models.Object{cross}, nil, "", false},
		{"an open media channel is gone", []models.Object{open}, nil, "media-channel[1] is gone", true},
		{"a blocked one is", []models.Object{shut}, nil, "", true},
		{"lit light is tuned elsewhere, and on", []models.Object{laser, tuned}, []models.Object{laser, object(models.KindOpticalChannel, models.Leaves{models.LeafFrequency: "193200 GHz"})}, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			state := models.State{Objects: map[models.ObjectID]models.Leaves{}}
			for _, o := range tt.found {
				state.Objects[o.ObjectID] = o.Leaves
			}
			got := turnedOff(&records.Image{Objects: tt.acked}, state, tt.lit)
			if (tt.says == "") != (got == "") || !strings.Contains(got, tt.says) {
				t.Errorf("says %q, want %q", got, tt.says)
			}
		})
	}
}

// TestMaybeTurnedOff: only what brings light onto a fibre takes a person after a
// launch that nobody answered for.
func TestMaybeTurnedOff(t *testing.T) {
	object := func(kind models.ObjectKind, leaves models.Leaves) models.Object {
		return models.Object{ObjectID: models.ObjectID{Kind: kind, Key: "1"}, Leaves: leaves}
	}
	on, off := models.Leaves{models.LeafEnabled: "true"}, models.Leaves{models.LeafEnabled: "false"}
	laser, dark := object(models.KindLaser, on), object(models.KindLaser, off)
	port, down := object(models.KindInterface, on), object(models.KindInterface, off)
	for name, c := range map[string]struct {
		phase       records.PhaseName
		acked, next []models.Object
		found       []models.Object
		says        string
	}{
		"launch, laser off":               {records.PhaseLaunch, []models.Object{dark}, []models.Object{laser}, []models.Object{dark}, "laser[1] enabled was turned off"},
		"launch, laser on":                {records.PhaseLaunch, []models.Object{dark}, []models.Object{laser}, []models.Object{laser}, ""},
		"in service, interface down":      {records.PhaseInService, []models.Object{laser, down}, []models.Object{laser, port}, []models.Object{laser, down}, ""},
		"dark":                            {records.PhaseDark, nil, []models.Object{dark}, nil, ""},
		"it was on before: that is drift": {records.PhaseVerify, []models.Object{laser}, []models.Object{laser}, []models.Object{dark}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			state := models.State{Objects: map[models.ObjectID]models.Leaves{}}
			for _, o := range c.found {
				state.Objects[o.ObjectID] = o.Leaves
			}
			attempt := &records.Attempt{Image: records.Image{Objects: c.next, Phase: c.phase}}
			got := maybeTurnedOff(&records.Image{Objects: c.acked}, attempt, state)
			if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
				t.Errorf("says %q, want %q", got, c.says)
			}
		})
	}
}
