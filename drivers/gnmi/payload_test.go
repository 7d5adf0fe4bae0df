package gnmi_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/openconfig/ygot/ytypes"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/openconfig"
	"github.com/waveplane/waveplane/models/openconfig/yanglint"
)

var update = flag.Bool("update", false, "write the golden payloads anew")

// changeKind is one kind of change with what an engineer would say of it.
type changeKind struct {
	name    string
	device  fixture
	changes []models.Change
}

func one(owner string, id models.ObjectID, before, after models.Leaves) []models.Change {
	return []models.Change{{Owner: owner, Object: id, Before: before, After: after}}
}

// changeKinds is every kind of change that the driver writes.
func changeKinds() []changeKind {
	const owner = "circuit/alpha/1"
	first, then := map[models.ObjectID]models.Leaves{}, map[models.ObjectID]models.Leaves{}
	for _, w := range []fixture{router, roadm} {
		for i, o := range w.alpha.First {
			first[o.ObjectID], then[o.ObjectID] = o.Leaves, w.alpha.Then[i].Leaves
		}
	}
	oc, line, client, channel := optical("oc-et-0/0/0"), logical("10000"), logical("10001"), media("10000")
	light, port := laser("xcvr-et-0/0/0/1"), models.ObjectID{Kind: models.KindInterface, Key: "et-0/0/0"}
	on, off := models.Leaves{models.LeafEnabled: "true"}, models.Leaves{models.LeafEnabled: "false"}
	pad := models.ObjectID{Kind: models.KindAttenuator, Key: "voa-1"}
	gainLeaves := amplifier.alpha.First[0].Leaves
	all := func(before, after map[models.ObjectID]models.Leaves) (list []models.Change) {
		for _, id := range []models.ObjectID{client, light, line, oc} { // not the order in which they have to go
			list = append(list, models.Change{Owner: owner, Object: id, Before: before[id], After: after[id]})
		}
		return list
	}
	return []changeKind{
		{"optical-channel-tune", router, one(owner, oc, nil, first[oc])},
		{"optical-channel-retune", router, one(owner, oc, first[oc], models.Leaves{
			models.LeafFrequency: "193200 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: "5003",
		})},
		{"optical-channel-give-up", router, one(owner, oc, first[oc], nil)},
		{"laser-on", router, one(owner, light, off, on)},
		{"laser-give-up", router, one(owner, light, on, nil)},
		{"logical-channel-line-create", router, one(owner, line, nil, first[line])},
		{"logical-channel-client-create", router, one(owner, client, nil, first[client])},
		{"logical-channel-enable", router, one(owner, line, first[line], then[line])},
		{"logical-channel-remap", router, one(owner, client, first[client], models.Leaves{
			models.LeafDescription: owner, models.LeafAdmin: models.AdminDisabled, models.LeafLogicalType: "PROT_ETHERNET",
			models.LeafAssignLogical: "10004", models.LeafAllocation: "100.5",
		})},
		{"logical-channel-delete", router, one(owner, line, first[line], nil)},
		{"media-channel-create", roadm, one(owner, channel, nil, first[channel])},
		{"media-channel-enable", roadm, one(owner, channel, first[channel], then[channel])},
		{"media-channel-equalise", roadm, one(owner, channel, then[channel], edited(then[channel], models.LeafTargetPower, "-18.35 dBm"))},
		{"media-channel-delete", roadm, one(owner, channel, then[channel], nil)},
		{"interface-enable", router, one(owner, port, off, on)},
		{"interface-give-up", router, one(owner, port, on, nil)},
		{"amplifier-set", amplifier, one(owner, edfa("booster"), nil, gainLeaves)},
		{"amplifier-give-up", amplifier, one(owner, edfa("booster"), edited(gainLeaves, models.LeafEnabled, "true"), nil)},
		{"attenuator-set", roadm, one(owner, pad, nil, models.Leaves{models.LeafAttenuation: "3.25 dB", models.LeafEnabled: "true"})},
		{"wavelength-create", router, all(nil, first)},
		{"wavelength-light", router, all(first, then)},
		{"wavelength-remove", router, all(then, nil)},
	}
}

func edited(l models.Leaves, leaf models.LeafName, value string) models.Leaves {
	out := models.Leaves{leaf: value}
	for name, v := range l {
		if name != leaf {
			out[name] = v
		}
	}
	return out
}

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
	for _, k := range changeKinds() {
		t.Run(k.name, func(t *testing.T) {
			profile, err := l.catalogue.Profile(k.device.profile)
			if err != nil {
				t.Fatal(err)
			}
			p := drivers.Pass{ID: k.name, Changes: k.changes}
			request, text, err := gnmi.RequestOf(p, profile)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, k.name+".json", request.JSON())
			golden(t, k.name+".txt", text)
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
		for _, c := range k.changes {
			seen[c.Object.Kind] = true
		}
	}
	for _, kind := range []models.ObjectKind{
		models.KindOpticalChannel, models.KindLaser, models.KindLogicalChannel, models.KindMediaChannel,
		models.KindInterface, models.KindAmplifier, models.KindAttenuator,
	} {
		if !seen[kind] {
			t.Errorf("no golden payload for kind %s", kind)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "payloads", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run with -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
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
	}
	for _, k := range changeKinds() {
		expected, ok := want[k.name]
		if !ok {
			continue
		}
		t.Run(k.name, func(t *testing.T) {
			profile, err := l.catalogue.Profile(k.device.profile)
			if err != nil {
				t.Fatal(err)
			}
			request, _, err := gnmi.RequestOf(drivers.Pass{Changes: k.changes}, profile)
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
