package cli_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
)

// lineFacilities are the ports of a wavelength switch: two of the line, two where
// light is added and dropped.
func lineFacilities() map[string]bool {
	return map[string]bool{"oms-1-5-L1": true, "oms-1-6-L1": true, "trib-1-7-1": false, "trib-1-7-2": false}
}

// lineStartup is somebody else's channel.
func lineStartup() map[string]string {
	at := "/wavelength-router/media-channels/channel[index=3]"
	return map[string]string{
		at + "/config/name": "laid by hand; router# is not a prompt here", at + "/config/admin-status": "ENABLED",
		at + "/config/lower-frequency": "191500000", at + "/config/upper-frequency": "191587500",
		at + "/source/config/port-name": "oms-1-5-L1", at + "/dest/config/port-name": "oms-1-6-L1",
	}
}

// lineWork is a wavelength through the switch, both ways: blocked, then open.
func lineWork(owner string, i int) drivertest.Work {
	lower := (193_056_250 + models.Frequency(i)*100_000) * models.MHz
	trib := fmt.Sprintf("trib-1-7-%d", i+1)
	at := func(admin string) []models.Object {
		var out []models.Object
		for k, ends := range [][2]string{{trib, "oms-1-5-L1"}, {"oms-1-5-L1", trib}} {
			out = append(out, models.Object{ObjectID: models.ObjectID{Kind: models.KindMediaChannel, Key: fmt.Sprint(10000 + 2*i + k)}, Leaves: models.Leaves{
				models.LeafChannelName: owner, models.LeafAdmin: admin, models.LeafLower: lower.String(), models.LeafUpper: (lower + 87_500*models.MHz).String(),
				models.LeafSource: ends[0], models.LeafDest: ends[1], models.LeafTargetPower: "-17.50 dBm",
			}})
		}
		return out
	}
	strange := models.Object{ObjectID: models.ObjectID{Kind: models.KindAmplifier, Key: "edfa-1"}, Leaves: models.Leaves{models.LeafTargetGain: "20.00 dB"}}
	return drivertest.Work{Owner: owner, First: at(models.AdminDisabled), Then: at(models.AdminEnabled), Unsupported: &strange}
}

// tamperLine sets the power of a channel as another user would.
func (s simulator) tamperLine(id models.ObjectID, value string) error {
	keys := s.target.Entries(s.root(id) + "/spectrum-power-profile/distribution")
	if len(keys) != 1 {
		return fmt.Errorf("%v has %d powers", id, len(keys))
	}
	return s.target.Tamper(gnmid.Edit{
		Path:  fmt.Sprintf("%s/spectrum-power-profile/distribution[lower-frequency=%s][upper-frequency=%s]/config/target-power", s.root(id), keys[0][0], keys[0][1]),
		Value: strings.TrimSuffix(value, " dBm"),
	})
}

// TestLineForgetsAndLearns: after a restart that lost everything a switch shows
// nothing of ours, and takes it again as it did at first.
func TestLineForgetsAndLearns(t *testing.T) {
	d := start(t, lineFixture())
	before := string(simulator{d}.Configuration())
	work := lineWork("circuit/alpha/1", 0)
	var pass drivers.Pass
	for _, o := range work.Then {
		pass.Changes = append(pass.Changes, models.Change{Owner: work.Owner, Object: o.ObjectID, After: o.Leaves})
	}
	for range 2 {
		s := open(t, d.Device)
		state, err := s.Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range work.Then {
			if found, there := state.Objects[o.ObjectID]; there {
				t.Fatalf("%v is shown: %v", o.ObjectID, found)
			}
		}
		if now := string(simulator{d}.Configuration()); now != before {
			t.Fatalf("the configuration is\n%s, it was\n%s", now, before)
		}
		if _, err := s.Apply(t.Context(), pass); err != nil {
			t.Fatal(err)
		}
		if state, err = s.Observe(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, o := range work.Then {
			if found := state.Objects[o.ObjectID]; !found.Equal(o.Leaves) {
				t.Fatalf("%v is %v, want %v", o.ObjectID, found, o.Leaves)
			}
			if r := state.Readings.Media[o.Key]; r.Power == nil || *r.Power != -1742 || r.OperUp == nil || !*r.OperUp {
				t.Errorf("%v is measured as %+v", o.ObjectID, r)
			}
		}
		_ = s.Close()
		back, err := d.target.Reboot(10 * time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		<-back
	}
}
