package traffic_test

import (
	"runtime"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/traffic"
)

// BenchmarkDynamicFlexNetSim serves a million requests an operation at 75
// erlang, on one core. The simulator that the scenario comes from served
// 196,000 a second on the machine where its figures were measured.
func BenchmarkDynamicFlexNetSim(b *testing.B) {
	benchmark(b, "testdata/dynamic-nsfnet-flexnetsim.json", "flex-75")
}

// BenchmarkDynamicDeepRMSA does the same for five shortest routes at a nominal
// load of 250 erlang.
func BenchmarkDynamicDeepRMSA(b *testing.B) {
	benchmark(b, "testdata/dynamic-nsfnet-deeprmsa.json", "k5-250")
}

func benchmark(b *testing.B, file, name string) {
	for _, p := range pointsOf(b, file) {
		if p.name != name {
			continue
		}
		b.Logf("%d CPUs, %s, one of them used", runtime.NumCPU(), runtime.Version())
		p.run.Requests = 1_000_000
		blocked, runs := 0, 0
		b.ReportAllocs()
		for b.Loop() {
			p.run.Seed++
			r, err := p.model.Simulate(b.Context(), p.run)
			if err != nil {
				b.Fatal(err)
			}
			blocked += r.Blocked
			runs++
		}
		served := float64(runs) * float64(p.run.Requests+p.run.WarmUp)
		b.ReportMetric(served/b.Elapsed().Seconds(), "requests/s")
		b.ReportMetric(float64(blocked)/float64(runs)/float64(p.run.Requests), "blocking")
		return
	}
	b.Fatalf("%s has no point %s", file, name)
}

// BenchmarkDynamicLoads shows how speed goes with load.
func BenchmarkDynamicLoads(b *testing.B) {
	for _, p := range pointsOf(b, "testdata/dynamic-nsfnet-flexnetsim.json") {
		b.Run(p.name, func(b *testing.B) {
			served := 0
			for b.Loop() {
				if _, err := p.model.Simulate(b.Context(), traffic.Run{Erlang: p.run.Erlang, Requests: 200_000}); err != nil {
					b.Fatal(err)
				}
				served += 200_000
			}
			b.ReportMetric(float64(served)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}
