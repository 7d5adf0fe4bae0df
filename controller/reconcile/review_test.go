package reconcile_test

import (
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// gloomy is the full model less 20 dB of margin.
type gloomy struct{ plan.Estimator }

func (gloomy) Name() string { return "gloomy" }

func (g gloomy) Estimate(path plan.Path, ch plan.Channel) plan.Estimate {
	e := g.Estimator.Estimate(path, ch)
	e.Az.MarginDb -= 20
	e.Za.MarginDb -= 20
	return e
}

// TestOldLightStandsUnderANewModel lights circuits with the simple estimate and
// goes on with other models: nothing is written, and where the new one would
// not decide the same again, the circuit says so.
func TestOldLightStandsUnderANewModel(t *testing.T) {
	w := newWorld(t)
	docs := pair(w, "r1", "r2", 3)
	dir := t.TempDir()
	d := start(t, w, dir)
	d.put(docs...)
	names := []string{"c1", "c2", "c3"}
	for _, name := range names[:2] {
		d.put(circuit(name, "r1", "r2", 400))
		d.status(name, "ready", ready)
	}
	before := w.writes("r1") + w.writes("r2")
	full, err := plan.FullEstimator()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		est    plan.Estimator
		reason models.Reason
	}{{full, models.Planned}, {gloomy{full}, models.ReplanSuggested}, {full, models.Planned}} {
		d.stop()
		d = startWith(t, w, dir, step.est)
		d.connected("r1", "r2")
		for _, name := range names[:2] {
			s := d.status(name, "ready, planned "+string(step.reason), func(s records.Status) bool {
				return ready(s) && condition(s, models.IsPlanned).Reason == step.reason
			})
			if step.reason != models.ReplanSuggested {
				continue
			}
			if words := condition(s, models.IsPlanned).Message; !strings.Contains(words, name+"-1 is predicted with -") || !strings.Contains(words, "by estimate when it was decided") {
				t.Errorf("%s: %q", name, words)
			}
		}
		if after := w.writes("r1") + w.writes("r2"); after != before {
			t.Errorf("with model %s the devices saw %d writes, want none", step.est.Name(), after-before)
		}
	}
	// What is new is decided with the new model, beside the old light.
	d.put(circuit("c3", "r1", "r2", 400))
	d.status("c3", "ready", ready)
	list, _, err := d.st.Tables().Decisions.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	models := map[string]int{}
	for _, e := range list {
		models[e.Value.Estimator]++
	}
	if models["estimate"] != 2 || models["gn"] != 1 {
		t.Errorf("decided by %v, want two by estimate and one by gn", models)
	}
}
