package reconcile_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// A circuit that shrinks gives up the wavelength that is cut, not the one with the
// highest number that carries traffic.
func TestShrinkingKeepsTheGoodLight(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 2)
	d := start(t, w, t.TempDir())
	d.put(docs...)
	d.put(circuit("c1", "r1", "r2", 800))
	d.status("c1", "ready", ready)
	first, err := d.st.Tables().Decisions.Get(t.Context(), records.WavelengthKey("uid-c1", 1))
	if err != nil {
		t.Fatal(err)
	}
	end := first.Value.Ends[1]
	w.with(func() { w.cut[end.Device+"/"+end.Port] = true })
	d.status("c1", "not ready", func(s records.Status) bool { return condition(s, models.Ready).Reason == models.LossOfSignal })
	d.put(circuit("c1", "r1", "r2", 400))
	s := d.status("c1", "refused", func(s records.Status) bool { return condition(s, models.IsPlanned).Status == "False" })
	if c := condition(s, models.IsPlanned); c.Reason != models.OutageNotAllowed || !strings.Contains(c.Message, "light that is on: c1-1;") {
		t.Errorf("planned: %s: %s; want c1-1 to go", c.Reason, c.Message)
	}
}
