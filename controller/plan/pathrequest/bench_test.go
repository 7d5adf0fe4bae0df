package pathrequest_test

import (
	"runtime"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/pathrequest"
)

const conus = "testdata/rmsa/v03-conus-60.json.gz"

// BenchmarkReferenceCONUS serves the 60 requests of v03 again and again on one
// core, each time on an empty network: routing, propagation both ways, choice of
// mode and spectrum. The network is compiled before, once.
//
//   - kept: kernels by fibre type and comb, and passages of stretches and
//     switches, are there from the runs before;
//   - first: they are kept within a run, but every run begins with none;
//   - forgetful: nothing is kept from one propagation to the next.
func BenchmarkReferenceCONUS(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	c := readCase(b, conus)
	for _, run := range []struct {
		name    string
		anew    bool
		options pathrequest.Options
	}{{"kept", false, pathrequest.Options{}}, {"first", true, pathrequest.Options{}}, {"forgetful", false, pathrequest.Options{Forget: true}}} {
		b.Run(run.name, func(b *testing.B) {
			b.Logf("%s, %d CPUs, %s/%s, GOMAXPROCS 1, case %s", runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, conus)
			network, err := pathrequest.Compile(c)
			if err != nil {
				b.Fatal(err)
			}
			var p *pathrequest.Planner
			for b.Loop() {
				if p == nil || run.anew {
					if p, err = pathrequest.NewPlanner(network, run.options); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := p.Serve(c.Requests, c.Disjunctions); err != nil {
					b.Fatal(err)
				}
			}
			each := b.Elapsed().Seconds() / float64(b.N*len(c.Requests))
			b.ReportMetric(1/each, "requests/s")
			b.ReportMetric(each*1e3, "ms/request")
		})
	}
}

// BenchmarkCompile reads nothing: it checks and compiles the network of v03.
func BenchmarkCompile(b *testing.B) {
	c := readCase(b, conus)
	for b.Loop() {
		if _, err := pathrequest.Compile(c); err != nil {
			b.Fatal(err)
		}
	}
}
