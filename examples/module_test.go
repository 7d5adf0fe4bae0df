package examples_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/models"
)

// TestCagesAreGivenBack: a cage that has to be set to coherent optics is so as
// long as a wavelength needs it, and then again what it was.
func TestCagesAreGivenBack(t *testing.T) {
	for profile, port := range map[string]struct{ name, transceiver string }{
		"lab-nokia-openconfig": {"et-0/0/0", "xcvr-et-0/0/0"}, "lab-nokia-sros": {"1/1/c1", "1/1/c1"}, "lab-nokia-srlinux": {"ethernet-1/1", "ethernet-1/1"},
	} {
		t.Run(profile, func(t *testing.T) {
			const coherent = "openconfig-transport-types:TYPE_DIGITAL_COHERENT_OPTIC"
			leaf := "/components/component[name=" + port.transceiver + "]/transceiver/config/module-functional-type"
			run := begin(t, "p2p-dark", strings.NewReplacer("lab-router-zr", profile, "et-0/0/0", port.name))
			if err := run.lab.Tamper("r2", leaf, coherent, false); err != nil {
				t.Fatal(err)
			}
			stood := map[string]string{"r1": "", "r2": coherent}
			circuits := files(t, "p2p-dark", "intents")
			run.apply(t, circuits)
			run.wait(t, 1, func(o wire.Object) bool { return is(o, models.Ready, "") })
			for name := range stood {
				if value := run.value(t, name, leaf); value != coherent {
					t.Errorf("%s carries light with a cage that is %q", name, value)
				}
			}
			for _, d := range run.lab.Status().Devices {
				if d.Writes.Sets == 0 || d.Writes.Unneeded != 0 || d.Writes.Refused != 0 {
					t.Errorf("%s: %+v", d.Name, d.Writes)
				}
			}
			if _, err := run.client.DeleteFiles(t.Context(), circuits, client.ChangeOptions{AllowOutage: true, Reason: "end of the test"}); err != nil {
				t.Fatal(err)
			}
			run.wait(t, 0, nil)
			for name, want := range stood {
				if value := run.value(t, name, leaf); value != want {
					t.Errorf("the cage of %s is left as %q, it was %q", name, value, want)
				}
			}
		})
	}
}

// value is a leaf of a device's configuration; empty when it is not set.
func (r *running) value(t *testing.T, device, leaf string) string {
	t.Helper()
	target, err := r.lab.Target(device)
	if err != nil {
		t.Fatal(err)
	}
	value, _ := target.Value(leaf)
	return value
}
