package plan_test

import (
	"fmt"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// grid is rows of columns of sites, joined to those beside and below.
func grid(rows, columns int) []fibre {
	var out []fibre
	site := func(r, c int) string { return fmt.Sprintf("s%02d%02d", r, c) }
	for r := range rows {
		for c := range columns {
			if c+1 < columns {
				out = append(out, fibre{name: fmt.Sprintf("h%02d%02d", r, c), a: site(r, c), b: site(r, c+1), km: float64(40 + (7*r+3*c)%30)})
			}
			if r+1 < rows {
				out = append(out, fibre{name: fmt.Sprintf("v%02d%02d", r, c), a: site(r, c), b: site(r+1, c), km: float64(40 + (5*r+11*c)%30)})
			}
		}
	}
	return out
}

// BenchmarkPlanGrid asks one thing of a network of 500 sites and 955 links: a
// circuit, a circuit in eight wavelengths, one that is refused, with its nearest,
// and one on two routes. Every question is asked of a network that knows nothing
// yet; then again.
func BenchmarkPlanGrid(b *testing.B) {
	docs := smallDocs(12, grid(20, 25)...)
	for _, c := range []struct {
		name   string
		gbps   int
		edit   func(*intents.CircuitSpec)
		reason models.Reason
	}{
		{"one", 400, func(*intents.CircuitSpec) {}, ""},
		{"eight", 6400, func(*intents.CircuitSpec) {}, ""},
		{"refused", 20_000, func(s *intents.CircuitSpec) { s.MaxLatencyMs = ptr(3.0) }, models.NoPort},
		{"far", 400, func(s *intents.CircuitSpec) {}, models.NeedsRegeneration},
		{"pair", 400, func(s *intents.CircuitSpec) { s.Protection = &intents.Protection{Type: "1+1", Disjoint: "site"} }, models.Unsupported},
	} {
		req := circuit("c", "s0909", "s1011", c.gbps)
		if c.name == "far" {
			req.Circuit.From, req.Circuit.To = "s0000", "s1924"
		}
		c.edit(req.Circuit)
		for _, cold := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s cold=%v", c.name, cold), func(b *testing.B) {
				n := network(b, docs)
				for b.Loop() {
					if cold {
						b.StopTimer()
						n = network(b, docs)
						b.StartTimer()
					}
					out := one(n, plan.NewLedger(), req)
					if out.Refusal == nil != (c.reason == "") || out.Refusal != nil && out.Refusal.Reason != c.reason {
						b.Fatalf("%+v", out.Refusal)
					}
				}
			})
		}
	}
}
