package reconcile_test

import (
	"testing"

	"github.com/waveplane/waveplane/intents"
)

// TestStoredCircuitsAreKeptApart: of three fibres two lie in one duct. Whoever of
// two circuits comes second, the one that names the other or the one that is
// named, gets the third fibre.
func TestStoredCircuitsAreKeptApart(t *testing.T) {
	for name, order := range map[string][2]string{"the one that names comes second": {"named", "naming"}, "the one that is named comes second": {"naming", "named"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			docs := pair(w, "r1", "r2", 3)
			for _, doc := range docs {
				if s, ok := doc.Spec.(*intents.LinkSpec); ok && doc.Metadata.Name != "r1-r2-2" {
					s.Spans[0].SharedRisks = []string{"duct-river"}
				}
			}
			d := start(t, w, t.TempDir())
			d.put(docs...)
			circuits := map[string]intents.Document{"named": circuit("named", "r1", "r2", 400), "naming": circuit("naming", "r1", "r2", 400)}
			circuits["naming"].Spec.(*intents.CircuitSpec).Diversity = &intents.Diversity{ApartFrom: []string{"named"}}
			for i, want := range []string{"r1-r2-0", "r1-r2-2"} {
				d.put(circuits[order[i]])
				d.status(order[i], "ready", ready)
				e, err := d.st.Tables().Decisions.Get(t.Context(), "uid-"+order[i]+"/1")
				if err != nil {
					t.Fatal(err)
				}
				if got := e.Value.Route[0].Link; got != want {
					t.Errorf("%s is on %s, want %s", order[i], got, want)
				}
			}
		})
	}
}
