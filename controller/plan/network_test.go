package plan_test

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
)

// TestOneNetworkManyLedgers: a preview may plan on the network that the planner
// is working on; each has its own ledger and gets the same answers.
func TestOneNetworkManyLedgers(t *testing.T) {
	n := network(t, ringDocs(4))
	reqs := []plan.Request{circuit("c", "a", "c", 1600), circuit("d", "b", "d", 800)}
	reqs[1].Circuit.Avoid = []string{"a"}
	answers := make([]string, 4)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() {
			b, err := json.Marshal(plan.Compute(n, plan.NewLedger(), plan.SimpleEstimator(), reqs))
			if err != nil {
				t.Error(err)
			}
			answers[i] = string(b)
		})
	}
	wg.Wait()
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("answers differ:\n%s\n%s", answers[0], a)
		}
	}
}

func TestNetworkTellsOfDevices(t *testing.T) {
	n := network(t, ringDocs(1))
	spec, profile, ok := n.Device("roadm-a")
	if !ok || spec.Site != "a" || profile.Name != "roadm" || n.Profile("roadm-a").Name != "roadm" {
		t.Errorf("%+v %s %v", spec, profile.Name, ok)
	}
	if _, _, ok := n.Device("nobody"); ok || n.TopologyRev() != 7 {
		t.Error("an unknown device, or another revision")
	}
}
