package reconcile_test

import (
	"maps"
	"testing"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// A preview of a deletion shows what the deletion will send: settings that devices had
// before are put back, and nothing is shown where nothing was ever sent.
func TestPlanOfARemoval(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 2)
	tuned := models.ObjectID{Kind: models.KindOpticalChannel, Key: "oc-et-0/0/0"}
	before := models.Leaves{models.LeafFrequency: "193100000", models.LeafTargetPower: "-12.00 dBm"}
	for _, name := range []string{"r1", "r2"} {
		w.devices[name].objects[tuned] = maps.Clone(before)
	}
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 400))
	d.status("c1", "ready", ready)
	d.request("all/1", records.Request{Kind: records.RequestPause, Target: "all", Reason: "test"})
	d.put(circuit("c2", "r1", "r2", 400))
	d.status("c2", "planned", func(s records.Status) bool { return condition(s, models.IsPlanned).Status == "True" })

	ref := func(name string) records.IntentRef {
		return records.IntentRef{Kind: "Circuit", Namespace: "default", Name: name, UID: "uid-" + name}
	}
	report, err := d.stages.Plan(t.Context(), nil, []records.IntentRef{ref("c2")}, false)
	if err != nil || len(report.Devices) != 0 || report.Summary.Remove != 1 {
		t.Errorf("of c2 nothing was sent yet: %+v, %v", report, err)
	}
	report, err = d.stages.Plan(t.Context(), nil, []records.IntentRef{ref("c1")}, false)
	if err != nil || len(report.Devices) != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	got := map[models.ObjectKind]models.Leaves{}
	for _, c := range report.Devices[0].Changes {
		got[c.Object.Kind] = c.After
	}
	tunedBack := got[models.KindOpticalChannel]
	for leaf, value := range before {
		if tunedBack[leaf] != value {
			t.Errorf("the optical channel is left with %v, want %v", tunedBack, before)
		}
	}
	if got[models.KindLaser][models.LeafEnabled] != "false" {
		t.Errorf("the laser is left with %v", got[models.KindLaser])
	}
	if line, listed := got[models.KindLogicalChannel]; !listed || line != nil {
		t.Errorf("the logical channel is left with %v", line)
	}
}
