package plan_test

import (
	"fmt"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// ringKm are the lengths of a-b, b-c, c-d and d-a.
var ringKm = []float64{60, 40, 50, 70}

// ringDocs is four sites with a wavelength switch and a router each, in a ring.
// Every router has as many ports as asked for, patched to one bank.
func ringDocs(ports int) []intents.Document {
	sites := []string{"a", "b", "c", "d"}
	var docs []intents.Document
	for _, s := range sites {
		docs = append(docs, doc("Site", s, &intents.SiteSpec{Role: "dc"}))
		router := &intents.DeviceSpec{Site: s, Profile: "router", Mode: "manage", Ports: map[string]intents.Port{}}
		roadm := &intents.DeviceSpec{
			Site: s, Profile: "roadm", Mode: "manage",
			Ports: map[string]intents.Port{
				"east": {Tx: "EAST-OUT", Rx: "EAST-IN", EgressDbmPer50GHz: ptr(-18.0)},
				"west": {Tx: "WEST-OUT", Rx: "WEST-IN", EgressDbmPer50GHz: ptr(-18.0)},
			},
			Banks: map[string]intents.Bank{"srg1": {Colourless: true, Degrees: []string{"east", "west"}}},
		}
		for i := range ports {
			p := fmt.Sprintf("p%d", i+1)
			router.Ports[p] = intents.Port{Pluggable: "multi"}
			roadm.Ports["add"+p] = intents.Port{Bank: "srg1", AddDbm: &[2]float64{-18, -3}}
			docs = append(docs, doc("Link", fmt.Sprintf("patch-%s-%s", s, p), &intents.LinkSpec{Ends: [2]string{"r-" + s + "/" + p, "roadm-" + s + "/add" + p}}))
		}
		docs = append(docs, doc("Device", "r-"+s, router), doc("Device", "roadm-"+s, roadm))
	}
	amp := func(gain float64) intents.Span {
		return intents.Span{Amplifier: &intents.AmpSpec{Type: "edfa", GainDb: &intents.PerWay{Az: gain, Za: gain}}}
	}
	for i, s := range sites {
		next := sites[(i+1)%4]
		docs = append(docs, doc("Link", s+"-"+next, &intents.LinkSpec{
			Ends:  [2]string{"roadm-" + s + "/east", "roadm-" + next + "/west"},
			Spans: []intents.Span{amp(18), {ID: "s1", Km: ringKm[i], SharedRisks: []string{"duct-" + s}}, amp(ringKm[i] * 0.2)},
		}))
	}
	return docs
}

func network(t testing.TB, docs []intents.Document) *plan.Network {
	t.Helper()
	n, err := plan.NewNetwork(docs, smallCatalogue(), 7)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// one computes a single request.
func one(n *plan.Network, l *plan.Ledger, req plan.Request) plan.Outcome {
	return plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{req})[0]
}

// must computes a request that has to succeed.
func must(t testing.TB, n *plan.Network, l *plan.Ledger, req plan.Request) plan.Outcome {
	t.Helper()
	out := one(n, l, req)
	if out.Refusal != nil {
		t.Fatalf("refused: %s: %s", out.Refusal.Reason, out.Refusal.Message)
	}
	return out
}

func links(d records.Decision) []string {
	var out []string
	for _, l := range d.Route {
		out = append(out, l.Link+":"+string(l.Direction))
	}
	return out
}

// edit changes one document of a set.
func edit[S any](docs []intents.Document, name string, change func(S)) []intents.Document {
	for _, d := range docs {
		if s, ok := d.Spec.(S); ok && d.Metadata.Name == name {
			change(s)
		}
	}
	return docs
}

// without drops a document.
func without(docs []intents.Document, kind, name string) []intents.Document {
	var out []intents.Document
	for _, d := range docs {
		if d.Kind != kind || d.Metadata.Name != name {
			out = append(out, d)
		}
	}
	return out
}

// managed is the pair with an amplifier device in the middle of each fibre.
func managed(km float64) []intents.Document {
	docs := append(pairDocs(1, km/2, false), doc("Device", "ila", &intents.DeviceSpec{Site: "a", Profile: "ila", Ports: map[string]intents.Port{"amp1": {}, "amp2": {}}}))
	return edit(docs, "f0", func(s *intents.LinkSpec) {
		s.Spans = []intents.Span{s.Spans[0], {Site: "hut", Amplifier: &intents.AmpSpec{Az: "ila/amp1", Za: "ila/amp2"}}, {ID: "s2", Km: km / 2}}
	})
}
