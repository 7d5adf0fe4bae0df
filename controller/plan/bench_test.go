package plan_test

import (
	"fmt"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// pairsDocs is 100 pairs of routers with ten amplified fibres each.
func pairsDocs() []intents.Document {
	var docs []intents.Document
	for k := range 100 {
		rename := func(s string) string { return fmt.Sprintf("%s-%d", s, k) }
		for _, d := range pairDocs(10, 80, true) {
			switch s := d.Spec.(type) {
			case *intents.DeviceSpec:
				s.Site = rename(s.Site)
			case *intents.LinkSpec:
				for i, e := range s.Ends {
					s.Ends[i] = rename(e[:3]) + e[3:]
				}
			}
			d.Metadata.Name = rename(d.Metadata.Name)
			docs = append(docs, d)
		}
	}
	return docs
}

// BenchmarkPlanPairs plans 1,000 circuits on 200 routers with 1,000 links, from
// an empty ledger to a full one. The bound to beat is 1,000 circuits/s.
func BenchmarkPlanPairs(b *testing.B) {
	n := network(b, pairsDocs())
	var reqs []plan.Request
	for i := range 1000 {
		k := i % 100
		reqs = append(reqs, circuit(fmt.Sprintf("c%d", i), fmt.Sprintf("a-%d", k), fmt.Sprintf("b-%d", k), 400))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		for _, out := range plan.Compute(n, plan.NewLedger(), plan.SimpleEstimator(), reqs) {
			if out.Refusal != nil {
				b.Fatal(out.Refusal)
			}
		}
	}
	b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "circuits/s")
}

// BenchmarkPlanRing plans circuits over wavelength switches until the ring's
// ports are used up.
func BenchmarkPlanRing(b *testing.B) {
	n := network(b, ringDocs(16))
	var reqs []plan.Request
	for i := range 24 {
		reqs = append(reqs, circuit(fmt.Sprintf("c%d", i), string("abcd"[i%4]), string("bcda"[i%4]), 400))
	}
	b.ResetTimer()
	for range b.N {
		plan.Compute(n, plan.NewLedger(), plan.SimpleEstimator(), reqs)
	}
	b.ReportMetric(float64(b.N*len(reqs))/b.Elapsed().Seconds(), "circuits/s")
}

// BenchmarkNewNetwork builds the picture of the 200 routers.
func BenchmarkNewNetwork(b *testing.B) {
	docs := pairsDocs()
	b.ResetTimer()
	for range b.N {
		if _, err := plan.NewNetwork(docs, smallCatalogue(), 1); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRender renders one wavelength's Dark.
func BenchmarkRender(b *testing.B) {
	n := p2p(b, 1, 80, true)
	d := must(b, n, plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
	b.ResetTimer()
	for range b.N {
		if _, err := plan.Render(n.Catalogue(), &d, records.PhaseDark, 0); err != nil {
			b.Fatal(err)
		}
	}
}
