package gnmi_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openconfig/ygot/ytypes"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/drivertest/golden"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/openconfig"
	"github.com/waveplane/waveplane/models/openconfig/yanglint"
)

var update = flag.Bool("update", false, "write the golden payloads anew")

// TestGoldenPayloads compares, for each kind of change, the request that is
// sent (NAME.json) and how an engineer reads it (NAME.txt), and lints the
// request. Run with -update after a change that is meant.
func TestGoldenPayloads(t *testing.T) {
	l := newLab(t)
	schema, err := openconfig.Schema()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[models.ObjectKind]bool{}
	for _, k := range devices.ChangeKinds() {
		t.Run(k.Name, func(t *testing.T) {
			profile, err := l.catalogue.Profile(k.Device.Profile)
			if err != nil {
				t.Fatal(err)
			}
			p := drivers.Pass{ID: k.Name, Changes: k.Changes}
			request, text, err := gnmi.RequestOf(p, profile)
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, filepath.Join("testdata", "payloads", k.Name+".json"), request.JSON(), *update)
			golden.Check(t, filepath.Join("testdata", "payloads", k.Name+".txt"), text, *update)
			for _, document := range request.Documents(t) {
				yanglint.LintEdit(t, document)
				var tree any
				if err := json.Unmarshal(document, &tree); err != nil {
					t.Fatal(err)
				}
				if err := l.index.CheckDocument(tree); err != nil {
					t.Errorf("the index does not accept the payload: %v\n%s", err, document)
				}
				device := &openconfig.Device{}
				if err := openconfig.Unmarshal(document, device); err != nil {
					t.Errorf("the generated structs do not take the payload: %v\n%s", err, document)
				}
				if err := ytypes.Validate(schema.RootSchema(), device, &ytypes.LeafrefOptions{IgnoreMissingData: true}); err != nil {
					t.Errorf("the payload does not validate: %v", err)
				}
			}
		})
		for _, c := range k.Changes {
			seen[c.Object.Kind] = true
		}
	}
	for _, kind := range []models.ObjectKind{
		models.KindOpticalChannel, models.KindLaser, models.KindLogicalChannel, models.KindMediaChannel,
		models.KindInterface, models.KindAmplifier, models.KindAttenuator, models.KindModule,
	} {
		if !seen[kind] {
			t.Errorf("no golden payload for kind %s", kind)
		}
	}
}

// TestOrder holds the order in which the operations of one wavelength go.
func TestOrder(t *testing.T) {
	l := newLab(t)
	want := map[string][]string{
		"wavelength-create": {
			"replace optical-channel", "replace channel[index=10000]", "replace channel[index=10001]", "update channel[index=1]/config/tx-laser",
		},
		"wavelength-light": {
			"update channel[index=10000]/config/admin-state", "update channel[index=10001]/config/admin-state", "update channel[index=1]/config/tx-laser",
		},
		"wavelength-remove": {
			"delete channel[index=10001]", "delete channel[index=10000]", "delete optical-channel/config/frequency",
			"delete optical-channel/config/target-output-power", "delete optical-channel/config/operational-mode",
			"update channel[index=1]/config/tx-laser",
		},
		"nokia-wavelength-create": {
			"replace transceiver/config/module-functional-type", "replace optical-channel", "replace channel[index=10000]", "replace channel[index=10001]",
			"update channel[index=1]/config/tx-laser",
		},
		"nokia-wavelength-remove": {
			"delete channel[index=10001]", "delete channel[index=10000]", "delete optical-channel/config/frequency",
			"delete optical-channel/config/target-output-power", "delete optical-channel/config/operational-mode",
			"delete transceiver/config/module-functional-type", "update channel[index=1]/config/tx-laser",
		},
	}
	for _, k := range devices.ChangeKinds() {
		expected, ok := want[k.Name]
		if !ok {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			profile, err := l.catalogue.Profile(k.Device.Profile)
			if err != nil {
				t.Fatal(err)
			}
			request, _, err := gnmi.RequestOf(drivers.Pass{Changes: k.Changes}, profile)
			if err != nil {
				t.Fatal(err)
			}
			got := request.Operations()
			if len(got) != len(expected) {
				t.Fatalf("operations:\n%s\nwant %d of them", strings.Join(got, "\n"), len(expected))
			}
			for i, want := range expected {
				verb, place, _ := strings.Cut(want, " ")
				if !strings.HasPrefix(got[i], verb+" ") || !strings.Contains(got[i], place) {
					t.Errorf("operation %d is %q, want %q", i, got[i], fmt.Sprintf("%s … %s", verb, place))
				}
			}
		})
	}
}
