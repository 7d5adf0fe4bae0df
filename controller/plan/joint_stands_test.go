package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// chainDocs is a router at each of two sites, and two circuit switches at the first,
// each with a patch cord to the router there and a fibre to the other.
func chainDocs(spans ...intents.Span) []intents.Document {
	docs := []intents.Document{doc("Site", "a", &intents.SiteSpec{Role: "dc"}), doc("Site", "b", &intents.SiteSpec{Role: "dc"})}
	for _, s := range []string{"a", "b"} {
		ports := map[string]intents.Port{"et-0/0/0": {Pluggable: "zrp"}, "et-0/0/1": {Pluggable: "zrp"}}
		docs = append(docs, doc("Device", "r-"+s, &intents.DeviceSpec{Site: s, Profile: "router", Mode: "manage", Ports: ports}))
	}
	for i := range 2 {
		docs = append(docs,
			doc("Device", fmt.Sprintf("ocs%d", i), &intents.DeviceSpec{Site: "a", Profile: "ocs", Mode: "manage", Ports: map[string]intents.Port{"r": {Rx: "1", Tx: "101"}, "f": {Rx: "2", Tx: "102"}}}),
			doc("Link", fmt.Sprintf("p%d", i), &intents.LinkSpec{Ends: [2]string{fmt.Sprintf("r-a/et-0/0/%d", i), fmt.Sprintf("ocs%d/r", i)}}),
			doc("Link", fmt.Sprintf("f%d", i), &intents.LinkSpec{Ends: [2]string{fmt.Sprintf("ocs%d/f", i), fmt.Sprintf("r-b/et-0/0/%d", i)}, Spans: spans}))
	}
	return docs
}

// TestPairsOverChains: two chains that share nothing protect each other, whatever must
// not be shared; where they meet in a duct they do not.
func TestPairsOverChains(t *testing.T) {
	for _, disjoint := range []string{intents.DisjointLink, intents.DisjointRisk, intents.DisjointSite} {
		out := one(network(t, chainDocs(intents.Span{ID: "s1", Km: 10})), plan.NewLedger(), protectedCircuit("c", "a", "b", 400, disjoint))
		if out.Pair == nil || out.Refusal == nil || !strings.Contains(out.Refusal.Message, "working over p0, f0") || !strings.Contains(out.Refusal.Message, "protecting over p1, f1") {
			t.Errorf("%s: pair %+v, %+v", disjoint, out.Pair, out.Refusal)
		}
		out = one(network(t, chainDocs(intents.Span{ID: "s1", Km: 10, SharedRisks: []string{"duct"}})), plan.NewLedger(), protectedCircuit("c", "a", "b", 400, disjoint))
		if found := out.Pair != nil; found != (disjoint == intents.DisjointLink) {
			t.Errorf("%s, in one duct: pair found: %v, %+v", disjoint, found, out.Refusal)
		}
	}
}

// TestFibreToTheTerminalCounts: where a terminal reaches its circuit switch over fibre,
// its length and delay belong to the route.
func TestFibreToTheTerminalCounts(t *testing.T) {
	docs := edit(switchedDocs(1, 1), "patch-a0", func(s *intents.LinkSpec) { s.Spans = []intents.Span{{ID: "s1", Km: 15}} })
	d := must(t, network(t, docs), plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
	if d.LengthKm != 25 || d.LatencyMs < 0.12 || d.LatencyMs > 0.13 {
		t.Errorf("%g km, %g ms for 25 km", d.LengthKm, d.LatencyMs)
	}
	quick := circuit("c", "a", "b", 400)
	quick.Circuit.MaxLatencyMs = ptr(0.06)
	if out := one(network(t, docs), plan.NewLedger(), quick); out.Refusal == nil || out.Refusal.Reason != models.LatencyTooHigh {
		t.Errorf("25 km within 0.06 ms: %+v", out.Refusal)
	}
}

// TestASwitchThatIsReadJoinsNothing: no way is planned through an element that cannot
// be told anything.
func TestASwitchThatIsReadJoinsNothing(t *testing.T) {
	cat := smallCatalogue()
	p := cat.Profiles["ocs"]
	p.Unsupported = []string{string(models.KindCrossConnect)}
	cat.Profiles["ocs"] = p
	n, err := plan.NewNetwork(switchedDocs(1, 1), cat, 7)
	if err != nil {
		t.Fatal(err)
	}
	if out := one(n, plan.NewLedger(), circuit("c", "a", "b", 400)); out.Refusal == nil || out.Refusal.Reason != models.NoRoute {
		t.Errorf("planned through it: %+v", out.Refusal)
	}
}

// TestWhatWasDecidedStands: a decision over circuit switches is kept as long as nothing
// that it stands on has changed, however it was asked for; before it is lit it moves
// when a port is faulty or its fibres have other numbers.
func TestWhatWasDecidedStands(t *testing.T) {
	fibre := intents.Span{ID: "s1", Km: 10}
	for name, c := range map[string]struct {
		docs []intents.Document
		ask  func(*intents.CircuitSpec)
	}{
		"via a switch":                   {chainDocs(fibre), func(s *intents.CircuitSpec) { s.Via = []string{"ocs1"} }},
		"via a switch, patch cords only": {chainDocs(), func(s *intents.CircuitSpec) { s.Via = []string{"ocs1"} }},
		"avoiding a switch":              {chainDocs(fibre), func(s *intents.CircuitSpec) { s.Avoid = []string{"ocs0"} }},
		"avoiding a patch cord":          {switchedDocs(2, 2), func(s *intents.CircuitSpec) { s.Avoid = []string{"patch-a0"} }},
		"avoiding a chain's patch cord":  {chainDocs(fibre), func(s *intents.CircuitSpec) { s.Avoid = []string{"p0"} }},
	} {
		t.Run(name, func(t *testing.T) {
			n, l := network(t, c.docs), plan.NewLedger()
			req := circuit("c", "a", "b", 400)
			c.ask(req.Circuit)
			d := must(t, n, l, req).Add[0]
			for _, lit := range []bool{false, true} {
				req.Current, req.Lit = []records.Decision{d}, map[int]bool{d.WL: lit}
				if out := one(n, l, req); out.Refusal != nil || len(out.Keep) != 1 || len(out.Add) != 0 {
					t.Errorf("lit %v: %v is not kept: %+v", lit, links(d), out)
				}
			}
		})
	}
	for name, change := range map[string]func(*intents.DeviceSpec){
		"other fibres":  func(s *intents.DeviceSpec) { s.Ports["f0"] = intents.Port{Rx: "77", Tx: "177"} },
		"a faulty port": func(s *intents.DeviceSpec) { s.Ports["f0"] = intents.Port{Rx: "51", Tx: "151", State: "faulty"} },
	} {
		t.Run(name, func(t *testing.T) {
			d := must(t, network(t, switchedDocs(1, 2)), plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
			req := circuit("c", "a", "b", 400)
			req.Current = []records.Decision{d}
			n := network(t, edit(switchedDocs(1, 2), "ocs-a", change))
			if out := one(n, plan.NewLedger(), req); len(out.Keep) != 0 || len(out.Add) != 1 {
				t.Errorf("in the dark %s is kept: %+v", joins(&d), out)
			}
			req.Lit = map[int]bool{d.WL: true}
			if out := one(n, plan.NewLedger(), req); len(out.Keep) != 1 {
				t.Errorf("light that is on is moved: %+v", out)
			}
		})
	}
}
