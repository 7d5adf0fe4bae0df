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
	for _, tt := range []struct {
		name  string
		acked []models.Object
		found []models.Object
		says  string // "" for nothing
	}{
		{"all is there", []models.Object{laser, tuned}, []models.Object{laser, tuned}, ""},
		{"a laser is off", []models.Object{laser}, []models.Object{dark}, "laser[1] enabled was turned off"},
		{"a laser is gone", []models.Object{laser}, nil, "laser[1] is gone from the device, and its light"},
		{"an amplifier is gone", []models.Object{amplifier}, nil, "amplifier[1] is gone"},
		{"a terminal's line is disabled", []models.Object{line}, []models.Object{blocked}, "admin-state was turned off"},
		{"a terminal's line is gone", []models.Object{tuned, line}, []models.Object{tuned}, "logical-channel[1] is gone"},
		{"a line that was disabled is gone", []models.Object{blocked}, nil, ""},
		{"the line of a router is gone, its laser is on", []models.Object{laser, line}, []models.Object{laser}, ""},
		{"a client is gone", []models.Object{client}, nil, ""},
		{"the tuning is gone", []models.Object{tuned}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			state := models.State{Objects: map[models.ObjectID]models.Leaves{}}
			for _, o := range tt.found {
				state.Objects[o.ObjectID] = o.Leaves
			}
			got := turnedOff(&records.Image{Objects: tt.acked}, state)
			if (tt.says == "") != (got == "") || !strings.Contains(got, tt.says) {
				t.Errorf("says %q, want %q", got, tt.says)
			}
		})
	}
}
