package plan_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// protectedCircuit asks for two routes.
func protectedCircuit(name, from, to string, gbps int, disjoint string) plan.Request {
	req := circuit(name, from, to, gbps)
	req.Circuit.Protection = &intents.Protection{Type: intents.ProtectionPlus, Disjoint: disjoint}
	return req
}

// trap is the network on which the quickest route spoils every pair: a-b-c-d
// alone is quick, but two routes that share nothing are a-b-d and a-c-d.
func trap() []fibre {
	return []fibre{
		{name: "a-b", a: "a", b: "b", km: 40}, {name: "b-c", a: "b", b: "c", km: 40}, {name: "c-d", a: "c", b: "d", km: 40},
		{name: "b-d", a: "b", b: "d", km: 110}, {name: "a-c", a: "a", b: "c", km: 110},
	}
}

func TestPairIsChosenTogether(t *testing.T) {
	n, l := network(t, smallDocs(4, trap()...)), plan.NewLedger()
	out := one(n, l, protectedCircuit("c", "a", "d", 800, intents.DisjointLink))
	if out.Pair == nil || out.Refusal == nil || out.Refusal.Reason != models.Unsupported {
		t.Fatalf("%+v", out)
	}
	var got [][]string
	for _, leg := range out.Pair.Legs {
		got = append(got, leg.Route)
		if len(leg.Wavelengths) != 1 || leg.Wavelengths[0].Mode != "wide-800g" || !slices.Equal(inner(leg.Wavelengths[0]), leg.Route) {
			t.Errorf("leg %+v", leg)
		}
	}
	if diff := cmp.Diff([][]string{{"a-b", "b-d"}, {"a-c", "c-d"}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !out.Pair.Proven || math.Abs(out.Pair.LeastMs-out.Pair.LatencyMs) > 1e-9 {
		t.Errorf("%g ms, least %g ms, proven %v", out.Pair.LatencyMs, out.Pair.LeastMs, out.Pair.Proven)
	}
	if !strings.Contains(out.Refusal.Message, "working over a-b, b-d (") || !strings.Contains(out.Refusal.Message, "write type: none") {
		t.Error(out.Refusal.Message)
	}
	if out.Add != nil || out.NextWL != 1 || snapshotOf(l, trap()) != "" {
		t.Errorf("a pair is not reserved: %+v", out)
	}
	if a, b := out.Pair.Legs[0].Wavelengths[0], out.Pair.Legs[1].Wavelengths[0]; a.WL != 1 || b.WL != 2 || a.Ends[0].Port == b.Ends[0].Port {
		t.Errorf("wavelengths %d and %d at %s and %s", a.WL, b.WL, a.Ends[0].Port, b.Ends[0].Port)
	}
}

func TestNoPairNamesWhatIsInTheWay(t *testing.T) {
	two := func(change func(a, b *fibre)) []intents.Document {
		a, b := fibre{name: "north", a: "a", b: "b", km: 40}, fibre{name: "south", a: "a", b: "b", km: 50}
		change(&a, &b)
		return smallDocs(4, a, b)
	}
	for name, c := range map[string]struct {
		docs     []intents.Document
		disjoint string
		edit     func(*intents.CircuitSpec)
		reason   models.Reason
		message  string
		nearest  string
	}{
		"one fibre": {smallDocs(2, fibre{name: "only", a: "a", b: "b", km: 40}), "link", nil, models.NoDisjointRoute, "every route from site a to site b needs link only", "protection.type: none"},
		"a duct": {
			two(func(a, b *fibre) { a.risks, b.risks = []string{"river"}, []string{"river"} }), "sharedRisk", nil,
			models.NoDisjointRoute, "needs shared risk river (link north span s1, link south span s1)", "protection.disjoint: link",
		},
		"a duct by site": {
			two(func(a, b *fibre) { a.risks, b.risks = []string{"river"}, []string{"river"} }), "site", nil,
			models.NoDisjointRoute, "shared risk river (", "protection.disjoint: link",
		},
		"a hut":   {two(func(a, b *fibre) { a.hut, b.hut = "hut", "hut" }), "site", nil, models.NoDisjointRoute, "needs site hut", "protection.disjoint: sharedRisk"},
		"avoided": {two(func(a, b *fibre) {}), "link", func(s *intents.CircuitSpec) { s.Avoid = []string{"south"} }, models.NoDisjointRoute, "needs link north", "avoid: drop south"},
		"slow": {
			two(func(a, b *fibre) {}), "link", func(s *intents.CircuitSpec) { s.MaxLatencyMs = ptr(0.2) },
			models.LatencyTooHigh, "no two routes from site a to site b are apart (link) and both within 0.2 ms", "maxLatencyMs: 0.25",
		},
		"uneven": {
			two(func(a, b *fibre) {}), "link", func(s *intents.CircuitSpec) { s.MaxSkewMs = ptr(0.01) },
			models.LatencyTooHigh, "0.049 ms apart, at most 0.01 ms asked for", "maxSkewMs: 0.05",
		},
		"too few ports": {
			smallDocs(1, fibre{name: "north", a: "a", b: "b", km: 40}, fibre{name: "south", a: "a", b: "b", km: 50}), "link", nil,
			models.NoPort, "no two routes that are apart (link) carry it: ports and spectrum are too few for 400 Gbit/s twice", "protection.type: none",
		},
		"no light": {
			two(func(a, b *fibre) { b.lossDb = 45 }), "link", nil, models.RxPowerLow, "no two routes that are apart (link) carry it: -24.74 dBm would be received", "protection.type: none",
		},
	} {
		t.Run(name, func(t *testing.T) {
			req := protectedCircuit("c", "a", "b", 400, c.disjoint)
			if c.edit != nil {
				c.edit(req.Circuit)
			}
			out := one(network(t, c.docs), plan.NewLedger(), req)
			if out.Pair != nil || out.Refusal == nil {
				t.Fatalf("a pair: %+v", out.Pair)
			}
			if r := *out.Refusal; r.Reason != c.reason || !strings.Contains(r.Message, c.message) || r.Nearest != c.nearest {
				t.Errorf("got %+v\nwant %s %q nearest %q", r, c.reason, c.message, c.nearest)
			}
		})
	}
}

// TestPairIsBest compares pairs with all pairs of routes there are.
func TestPairIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fibres := drawFibres(t, 8)
		n, err := plan.NewNetwork(smallDocs(2, fibres...), smallCatalogue(), 1)
		if err != nil {
			t.Fatal(err)
		}
		by := rapid.SampledFrom([]string{"link", "sharedRisk", "site"}).Draw(t, "by")
		req := protectedCircuit("c", "n0", "n1", 400, by)
		req.Circuit.MinMarginDb = ptr(0.0)
		if rapid.Bool().Draw(t, "bounded") {
			req.Circuit.MaxLatencyMs = ptr(float64(rapid.IntRange(20, 150).Draw(t, "ms")) / 100)
		}
		at := map[string]fibre{}
		for _, f := range fibres {
			at[f.name] = f
		}
		latency := func(links []string) float64 {
			ms := 0.0
			for _, name := range links {
				ms += at[name].km / 299.792458 * 1.4682
			}
			return ms
		}
		apart := func(a, b []string) bool {
			return !slices.ContainsFunc(exposed(at, by, a), func(x string) bool { return slices.Contains(exposed(at, by, b), x) })
		}
		routes := simpleRoutes(fibres)
		routes = slices.DeleteFunc(routes, func(r []string) bool {
			return req.Circuit.MaxLatencyMs != nil && latency(r) > *req.Circuit.MaxLatencyMs
		})
		best := math.Inf(1)
		for i, a := range routes {
			for _, b := range routes[:i] {
				if apart(a, b) {
					best = min(best, latency(a)+latency(b))
				}
			}
		}
		out := one(n, plan.NewLedger(), req)
		switch {
		case out.Pair == nil && math.IsInf(best, 1):
			if out.Refusal.Reason == models.Unsupported {
				t.Fatalf("%+v", *out.Refusal)
			}
		case out.Pair == nil:
			// Light may not get that far; but then there were two routes.
			if r := out.Refusal.Reason; r == models.NoDisjointRoute || r == models.NoRoute {
				t.Fatalf("refused though a pair of %g ms is there: %+v", best, *out.Refusal)
			}
		case math.Abs(out.Pair.LeastMs-best) > 1e-6 || !out.Pair.Proven:
			t.Fatalf("least %g ms (proven %v), by exhaustion %g ms", out.Pair.LeastMs, out.Pair.Proven, best)
		default:
			a, b := out.Pair.Legs[0], out.Pair.Legs[1]
			if !apart(a.Route, b.Route) || math.Abs(latency(a.Route)+latency(b.Route)-out.Pair.LatencyMs) > 1e-6 {
				t.Fatalf("%v and %v", a.Route, b.Route)
			}
			if out.Pair.LatencyMs > best+1e-6 && len(a.Wavelengths)+len(b.Wavelengths) == 2 && widths(out.Pair) == 12 && lit(n, routes) {
				t.Fatalf("%g ms, by exhaustion %g ms", out.Pair.LatencyMs, best)
			}
		}
	})
}

func widths(p *plan.Pair) int {
	sum := 0
	for _, leg := range p.Legs {
		for _, d := range leg.Wavelengths {
			sum += d.Slot.M
		}
	}
	return sum
}

// lit reports whether light of 400 Gbit/s gets through every route.
func lit(n *plan.Network, routes [][]string) bool {
	req := circuit("x", "n0", "n1", 400)
	req.Circuit.MinMarginDb = ptr(0.0)
	ok := map[string]bool{}
	for _, c := range plan.Explain(n, plan.NewLedger(), plan.SimpleEstimator(), req).Candidates {
		if c.Mode == "zrp-400g" && (c.Reason == "" || c.Reason == models.Planned) {
			ok[fmt.Sprint(c.Route)] = true
		}
	}
	return !slices.ContainsFunc(routes, func(r []string) bool { return !ok[fmt.Sprint(r)] })
}

// simpleRoutes lists all routes from n0 to n1 that pass no site twice.
func simpleRoutes(fibres []fibre) [][]string {
	var out [][]string
	var walk func(at string, been map[string]bool, links []string)
	walk = func(at string, been map[string]bool, links []string) {
		if at == "n1" {
			out = append(out, slices.Clone(links))
			return
		}
		for _, f := range fibres {
			next := ""
			switch at {
			case f.a:
				next = f.b
			case f.b:
				next = f.a
			}
			if next != "" && !been[next] {
				been[next] = true
				walk(next, been, append(links, f.name))
				delete(been, next)
			}
		}
	}
	walk("n0", map[string]bool{"n0": true}, nil)
	return out
}
