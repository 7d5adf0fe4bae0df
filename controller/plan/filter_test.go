package plan_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// TestFiltersWidenSlots: every switch on the way narrows what a signal may fill,
// so that the same mode needs a wider slot on a longer way.
func TestFiltersWidenSlots(t *testing.T) {
	docs := ringDocs(4)
	for _, d := range docs {
		if dev, ok := d.Spec.(*intents.DeviceSpec); ok && strings.HasPrefix(d.Metadata.Name, "roadm-") {
			dev.Switch = &intents.SwitchSpec{FilterGuardGHz: ptr(5.0)}
		}
	}
	n := network(t, docs)
	two := must(t, n, plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
	four := circuit("d", "a", "b", 400)
	four.Circuit.Avoid = []string{"a-b"}
	four.Circuit.Modes = []string{two.Mode}
	long := must(t, n, plan.NewLedger(), four).Add[0]
	plain := must(t, network(t, ringDocs(4)), plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
	if two.Slot.Width() < plain.Slot.Width() || long.Slot.Width() <= two.Slot.Width() {
		t.Errorf("slots of %v without filters, %v behind two, %v behind four", plain.Slot.Width(), two.Slot.Width(), long.Slot.Width())
	}
	pinned := must(t, network(t, ringDocs(4)), plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
	if pinned.Slot != plain.Slot {
		t.Errorf("the same question has two answers: %v, %v", pinned.Slot, plain.Slot)
	}
}

// TestFixedFilterBoundsThePort: behind an add/drop port with a fixed filter only
// its passband can be used.
func TestFixedFilterBoundsThePort(t *testing.T) {
	docs := ringDocs(2)
	for _, d := range docs {
		if dev, ok := d.Spec.(*intents.DeviceSpec); ok && d.Metadata.Name == "roadm-a" {
			dev.Ports["addp1"] = intents.Port{Bank: "srg1", PassbandTHz: &[2]float64{193.95, 194.05}}
			dev.Ports["addp2"] = intents.Port{Bank: "srg1", PassbandTHz: &[2]float64{194.00, 194.03}}
		}
	}
	n, l := network(t, docs), plan.NewLedger()
	d := must(t, n, l, circuit("c", "a", "b", 400)).Add[0]
	lower, upper := d.Slot.Centre()-d.Slot.Width()/2, d.Slot.Centre()+d.Slot.Width()/2
	if lower < 193_950_000*models.MHz || upper > 194_050_000*models.MHz {
		t.Errorf("slot %v is not inside the filter's 193.95 to 194.05 THz", d.Slot)
	}
	out := one(n, l, circuit("d", "a", "c", 400))
	if out.Refusal == nil || out.Refusal.Reason != models.NoSpectrum && out.Refusal.Reason != models.SpectrumFragmented {
		t.Errorf("a port with a filter of 30 GHz took a channel: %+v", out.Refusal)
	}
}
