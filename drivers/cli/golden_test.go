package cli

import (
	"flag"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/golden"
	"github.com/waveplane/waveplane/models"
)

var update = flag.Bool("update", false, "write testdata/golden anew")

// TestGolden holds what is typed for every kind of change, in every dialect, and
// what an engineer reads it as. `-update` writes both anew.
func TestGolden(t *testing.T) {
	all, cat := known(t)
	for dialect, p := range all {
		profile, err := cat.Profile(dialect)
		if err != nil {
			t.Fatal(err)
		}
		port := map[string]string{"cisco-iosxr": "0/0/0/5", "arista-eos": "Ethernet5/1", "juniper-junos": "et-0/0/5", "nokia-gx": "1-4-L1-1", "nokia-srlinux": "ethernet-1/5", "nokia-sros": "1/1/c5", "sonic": "Ethernet40"}[dialect]
		if port == "" {
			t.Fatalf("dialect %s has no port here", dialect)
		}
		s := &Session{platform: p, device: drivers.Device{Profile: profile}, names: namesOf(profile, []string{port})}
		n := s.names[0]
		oc := models.ObjectID{Kind: models.KindOpticalChannel, Key: n.channel}
		lkey, _ := n.of(models.KindLaser)
		laser := models.ObjectID{Kind: models.KindLaser, Key: lkey}
		code := ""
		for _, name := range []string{"oif-400zr", "openzrplus-400g"} {
			if n, ok := cat.Modes[name].DeviceCodes[dialect]; ok {
				code = strconv.Itoa(int(n))
			}
		}
		tuned := models.Leaves{models.LeafFrequency: "193100 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: code}
		retuned := models.Leaves{models.LeafFrequency: "195650 GHz", models.LeafTargetPower: "-9.50 dBm", models.LeafMode: code}
		on, off := models.Leaves{models.LeafEnabled: "true"}, models.Leaves{models.LeafEnabled: "false"}
		kinds := map[string][]models.Change{
			"tune":     {{Object: oc, After: tuned}, {Object: laser, After: off, Before: on}},
			"laser-on": {{Object: laser, Before: off, After: on}},
			"retune":   {{Object: laser, Before: on, After: off}, {Object: oc, Before: tuned, After: retuned}},
			"give-up":  {{Object: oc, Before: tuned}, {Object: laser, Before: on}},
		}
		if p.has(models.KindModule) {
			// The cage comes last here, so that its place among the lines is the driver's.
			mkey, _ := n.of(models.KindModule)
			cage := models.ObjectID{Kind: models.KindModule, Key: mkey}
			coherent, standard := models.Leaves{models.LeafFunctionalType: models.DigitalCoherentOptic}, models.Leaves{models.LeafFunctionalType: "TYPE_STANDARD_OPTIC"}
			kinds["cage-back"] = append(slices.Clone(kinds["give-up"]), models.Change{Object: cage, Before: coherent, After: standard})
			kinds["tune"] = append(kinds["tune"], models.Change{Object: cage, After: coherent})
			kinds["give-up"] = append(kinds["give-up"], models.Change{Object: cage, Before: coherent})
		}
		if p.has(models.KindMediaChannel) {
			channel := func(index, source, dest, admin, power string) (models.ObjectID, models.Leaves) {
				return models.ObjectID{Kind: models.KindMediaChannel, Key: index}, models.Leaves{
					models.LeafChannelName: "circuit/golden/1", models.LeafAdmin: admin, models.LeafLower: "193056.25 GHz", models.LeafUpper: "193143.75 GHz",
					models.LeafSource: source, models.LeafDest: dest, models.LeafTargetPower: power,
				}
			}
			az, dark := channel("10000", "trib-1-7-1", "oms-1-5-L1", models.AdminDisabled, "-17.57 dBm")
			za, back := channel("10001", "oms-1-5-L1", "trib-1-7-1", models.AdminDisabled, "-9.20 dBm")
			_, open := channel("10000", "trib-1-7-1", "oms-1-5-L1", models.AdminEnabled, "-17.57 dBm")
			_, louder := channel("10000", "trib-1-7-1", "oms-1-5-L1", models.AdminEnabled, "-16.50 dBm")
			kinds["media-channel-create"] = []models.Change{{Object: az, After: dark}, {Object: za, After: back}}
			kinds["media-channel-enable"] = []models.Change{{Object: az, Before: dark, After: open}}
			kinds["media-channel-equalise"] = []models.Change{{Object: az, Before: open, After: louder}}
			kinds["media-channel-block"] = []models.Change{{Object: az, Before: open, After: dark}}
			kinds["media-channel-delete"] = []models.Change{{Object: az, Before: dark}, {Object: za, Before: back}}
		}
		for name, changes := range kinds {
			for i := range changes {
				changes[i].Owner = "circuit/golden/1"
			}
			t.Run(dialect+"/"+name, func(t *testing.T) {
				pass := drivers.Pass{Changes: changes}
				if kind, err := s.check(pass); err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				edits := s.edits(pass, p.pictureOf(pass.Before()))
				meaning := ""
				for _, e := range edits {
					meaning += e.meaning + "\n"
				}
				commit := p.Commit
				typed := strings.TrimPrefix(commit.Enter+"\n", "\n") + p.render(edits)
				after := append([]string{commit.Arm, commit.Look, commit.Confirm}, commit.Leave...)
				if commit.Direct {
					after = append(commit.Leave, p.Config.Show)
				}
				for _, line := range append(after, commit.Save...) {
					if line != "" {
						typed += line + "\n"
					}
				}
				golden.Check(t, filepath.Join("testdata", "golden", dialect, name+".cli"), typed, *update)
				golden.Check(t, filepath.Join("testdata", "golden", dialect, name+".txt"), meaning, *update)
			})
		}
	}
}
