package plan_test

import (
	"fmt"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

func TestFirstLight(t *testing.T) {
	n := p2p(t, 2, 80, true)
	l := plan.NewLedger()
	out := plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{circuit("c1", "a", "b", 400)})
	if out[0].Refusal != nil {
		t.Fatalf("refused: %+v", out[0].Refusal)
	}
	t.Logf("%+v", out[0].Add[0])
	frags, err := plan.Render(n.Catalogue(), &out[0].Add[0], records.PhaseDark, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", frags)
}

// circuit asks for capacity between two sites.
func circuit(name, from, to string, gbps int) plan.Request {
	return plan.Request{
		Intent:  records.IntentRef{Kind: "Circuit", Namespace: "default", Name: name, UID: "uid-" + name, Generation: 1},
		Circuit: &intents.CircuitSpec{From: from, To: to, CapacityGbps: gbps},
	}
}

func doc(kind, name string, spec any) intents.Document {
	return intents.Document{APIVersion: intents.APIVersion, Kind: kind, Metadata: intents.Metadata{Name: name}, Spec: spec}
}

func ptr[T any](v T) *T { return &v }

// pairDocs is two sites with one router each and fibres of km between them,
// with booster and pre-amplifier where amplified is set.
func pairDocs(fibres int, km float64, amplified bool) []intents.Document {
	ports := map[string]intents.Port{}
	docs := []intents.Document{doc("Site", "a", &intents.SiteSpec{Role: "dc"}), doc("Site", "b", &intents.SiteSpec{Role: "dc"})}
	for i := range fibres {
		ports[fmt.Sprintf("et-0/0/%d", i)] = intents.Port{Pluggable: "zrp"}
	}
	for _, s := range []string{"a", "b"} {
		docs = append(docs, doc("Device", "r-"+s, &intents.DeviceSpec{Site: s, Profile: "router", Mode: "manage", Ports: ports}))
	}
	for i := range fibres {
		spans := []intents.Span{{ID: "s1", Km: km}}
		if amplified {
			amp := intents.Span{Amplifier: &intents.AmpSpec{Type: "edfa", GainDb: &intents.PerWay{Az: 10, Za: 10}}}
			spans = []intents.Span{amp, spans[0], amp}
		}
		port := fmt.Sprintf("et-0/0/%d", i)
		docs = append(docs, doc("Link", fmt.Sprintf("f%d", i), &intents.LinkSpec{Ends: [2]string{"r-a/" + port, "r-b/" + port}, Spans: spans}))
	}
	return docs
}

func p2p(t testing.TB, fibres int, km float64, amplified bool) *plan.Network {
	t.Helper()
	n, err := plan.NewNetwork(pairDocs(fibres, km, amplified), smallCatalogue(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
