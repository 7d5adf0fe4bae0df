package reconcile_test

import (
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// A retry that was asked for before something failed is not a retry of it.
func TestAnOldRetryDoesNotPlanAgain(t *testing.T) {
	w, d, _ := lit(t, 3)
	d.request("circuit/default/c1/1", records.Request{Kind: records.RequestRetry, Target: "circuit/default/c1", Reason: "test"})
	w.with(func() {
		w.devices["r2"].refuse = func(c models.Change) string {
			if c.Object.Kind == models.KindOpticalChannel && c.Object.Key != "oc-et-0/0/0" && c.After[models.LeafFrequency] != "193100 GHz" {
				return "not licensed"
			}
			return ""
		}
	})
	d.put(circuit("c1", "r1", "r2", 800))
	d.until("one is left", func() bool {
		e, err := d.st.Tables().Circuits.Get(t.Context(), "uid-c1")
		return err == nil && len(e.Value.Live) == 1 && len(e.Value.Tombstones) >= 1
	})
	began := time.Now()
	d.until("settled", func() bool { return time.Since(began) > 1500*time.Millisecond })
	e, err := d.st.Tables().Circuits.Get(t.Context(), "uid-c1")
	if err != nil || e.Value.NextWL != 3 {
		t.Errorf("next wavelength %d, want 3: planned once (%v)", e.Value.NextWL, err)
	}
}
