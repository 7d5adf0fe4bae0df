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
	const leaf = "/components/component[name=xcvr-et-0/0/0]/transceiver/config/module-functional-type"
	run := begin(t, "p2p-dark", strings.NewReplacer("lab-router-zr", "lab-nokia-openconfig"))
	if err := run.lab.Tamper("r2", leaf, "openconfig-transport-types:TYPE_DIGITAL_COHERENT_OPTIC", false); err != nil {
		t.Fatal(err)
	}
	stood := map[string]string{"r1": "", "r2": "openconfig-transport-types:TYPE_DIGITAL_COHERENT_OPTIC"}
	circuits := files(t, "p2p-dark", "intents")
	run.apply(t, circuits)
	run.wait(t, 1, func(o wire.Object) bool { return is(o, models.Ready, "") })
	for name := range stood {
		if value := run.value(t, name, leaf); value != "openconfig-transport-types:TYPE_DIGITAL_COHERENT_OPTIC" {
			t.Errorf("%s carries light with a cage that is %q", name, value)
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
