package plan_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// The generated network of BenchmarkSnapshot: cities on a torus of gridWide by
// gridHigh, each with a line to the next on the right and the next below.
const (
	gridWide, gridHigh = 25, 20
	gridPorts          = 72
	gridWavelengths    = 10_000
	gridMode           = "openroadm-100g-qpsk-31"
	farthestHops       = 6
	// planned is how many circuits are asked for, one after the other, each
	// released before the next.
	planned = 50
	// settled is after how many the light of all lines has been worked out.
	settled = 600
)

// Bounds that BenchmarkSnapshot is to beat.
const (
	snapshotHeapMB = 300
	snapshotPlan   = 50 * time.Millisecond
)

func gridCity(x, y int) string {
	return fmt.Sprintf("n%d-%d", (x+gridWide)%gridWide, (y+gridHigh)%gridHigh)
}

// gridDocs is 500 switches, as many routers, and 1,000 lines of two spans.
func gridDocs(random *rand.Rand) []intents.Document {
	var docs []intents.Document
	amp := func(az, za float64) intents.Span {
		return intents.Span{Amplifier: &intents.AmpSpec{Type: "edfa-25", GainDb: &intents.PerWay{Az: az, Za: za}}}
	}
	for x := range gridWide {
		for y := range gridHigh {
			name := gridCity(x, y)
			degrees := []string{"down", "left", "right", "up"}
			roadm := &intents.DeviceSpec{
				Site: name, Profile: "generic-roadm-openconfig", Mode: "manage", Ports: map[string]intents.Port{},
				Banks: map[string]intents.Bank{"srg1": {Colourless: true, Contentionless: true, Degrees: degrees}},
			}
			for _, d := range degrees {
				roadm.Ports[d] = intents.Port{EgressDbmPer50GHz: ptr(-18.0)}
			}
			router := &intents.DeviceSpec{Site: name, Profile: "generic-router-zr-openconfig", Mode: "manage", Ports: map[string]intents.Port{}}
			docs = append(docs, doc("Site", name, &intents.SiteSpec{Role: "pop"}), doc("Device", "roadm-"+name, roadm), doc("Device", "r-"+name, router))
			for _, to := range []struct{ end, far, city string }{{"right", "left", gridCity(x+1, y)}, {"down", "up", gridCity(x, y+1)}} {
				km := 50 + 30*random.Float64()
				docs = append(docs, doc("Link", name+"-"+to.end, &intents.LinkSpec{
					Ends: [2]string{"roadm-" + name + "/" + to.end, "roadm-" + to.city + "/" + to.far},
					Spans: []intents.Span{
						amp(16.5, km*0.2+1), {ID: "s1", Km: km}, {Amplifier: &intents.AmpSpec{Type: "edfa-25"}}, {ID: "s2", Km: km}, amp(km*0.2+1, 16.5),
					},
				}))
			}
		}
	}
	return append(docs, moreports(docs, gridPorts)...)
}

// gridRequest asks for a circuit between cities by chance that are two to
// farthestHops lines apart.
func gridRequest(random *rand.Rand, name string, modes ...string) plan.Request {
	for {
		x, y := random.IntN(gridWide), random.IntN(gridHigh)
		right, down := random.IntN(farthestHops+1), random.IntN(farthestHops+1)
		if hops := right + down; hops < 2 || hops > farthestHops {
			continue
		}
		req := circuit(name, gridCity(x, y), gridCity(x+right, y+down), 100)
		req.Circuit.Modes = modes
		return req
	}
}

// gridRecords is what the store would give at a start.
type gridRecords struct {
	Decisions []records.Decision
	Spectrum  map[string]records.SpectrumUse
	Ports     map[string]records.PortUse
	Devices   map[string]records.IndexUse
}

// gridSnapshot lights wavelengths until there are enough, and returns their
// records as they come back from the store.
func gridSnapshot(b *testing.B, docs []intents.Document, cat *catalogue.Catalogue, random *rand.Rand) []byte {
	b.Helper()
	net, err := plan.NewNetwork(docs, cat, 1)
	if err != nil {
		b.Fatal(err)
	}
	led := plan.NewLedger()
	s := gridRecords{Spectrum: map[string]records.SpectrumUse{}, Ports: map[string]records.PortUse{}, Devices: map[string]records.IndexUse{}}
	for i := 0; len(s.Decisions) < gridWavelengths; i++ {
		if i > 2*gridWavelengths {
			b.Fatalf("only %d of %d wavelengths find a place", len(s.Decisions), gridWavelengths)
		}
		out := plan.Compute(net, led, plan.SimpleEstimator(), []plan.Request{gridRequest(random, fmt.Sprintf("c%d", i), gridMode)})[0]
		s.Decisions = append(s.Decisions, out.Add...)
	}
	for i := range s.Decisions {
		held := led.Held(s.Decisions[i].Owner())
		for _, k := range held.Links {
			s.Spectrum[k] = *led.Spectrum(k)
		}
		for _, k := range held.Ports {
			s.Ports[k] = *led.Port(k)
		}
		for _, k := range held.Devices {
			s.Devices[k] = *led.Index(k)
		}
	}
	raw, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	return raw
}

func readSnapshot(b *testing.B, raw []byte) (*plan.Ledger, []records.Decision) {
	b.Helper()
	var s gridRecords
	if err := json.Unmarshal(raw, &s); err != nil {
		b.Fatal(err)
	}
	led := plan.NewLedger()
	for k, v := range s.Spectrum {
		led.SetSpectrum(k, v)
	}
	for k, v := range s.Ports {
		led.SetPort(k, v)
	}
	for k, v := range s.Devices {
		led.SetIndex(k, v)
	}
	for i := range s.Decisions {
		led.SetDecision(&s.Decisions[i])
	}
	return led, s.Decisions
}

// heapMB is what is alive after a collection.
func heapMB() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// BenchmarkSnapshot loads 500 cities, 1,000 lines and 10,000 wavelengths from
// their records and measures the heap then (all of the process: documents,
// picture, ledger, decisions) and after planning, and how long one circuit
// takes: the first, which finds nothing worked out, and those after it.
func BenchmarkSnapshot(b *testing.B) {
	cat := defaultCatalogue(b)
	random := rand.New(rand.NewPCG(benchSeed, 1))
	docs := gridDocs(random)
	raw := gridSnapshot(b, docs, cat, random)
	b.ResetTimer()
	for b.Loop() {
		text := float64(len(raw)) / (1 << 20) // the records as text are no part of what is loaded
		began := time.Now()
		net, err := plan.NewNetwork(docs, cat, 1)
		if err != nil {
			b.Fatal(err)
		}
		led, decisions := readSnapshot(b, raw)
		est := full(b)
		loaded := time.Since(began)
		heap := heapMB() - text
		was := runtime.GOMAXPROCS(1)
		var took []time.Duration
		refused := 0
		after := 0.0
		for i := range settled {
			if i == planned {
				after = heapMB() - text
			}
			req := gridRequest(random, fmt.Sprintf("new%d", i))
			began := time.Now()
			out := plan.Compute(net, led, est, []plan.Request{req})[0]
			took = append(took, time.Since(began))
			if out.Refusal != nil {
				refused++
			}
			for k := range out.Add {
				led.Release(&out.Add[k])
			}
		}
		runtime.GOMAXPROCS(was)
		all := heapMB() - text
		first := took[0]
		slices.Sort(took)
		median, slowest := took[settled/2], took[settled-1]
		b.ReportMetric(heap, "MB-loaded")
		b.ReportMetric(after, "MB-planned")
		b.ReportMetric(all, "MB-settled")
		b.ReportMetric(float64(first.Microseconds())/1000, "ms/first")
		b.ReportMetric(float64(median.Microseconds())/1000, "ms/median")
		b.ReportMetric(float64(slowest.Microseconds())/1000, "ms/slowest")
		b.Logf("%d cores (one for planning), %s; %d cities, %d lines, %d wavelengths, %d ports a city, circuits of 2 to %d lines, seed %d, estimator gn; bounds %d MB and %v",
			runtime.NumCPU(), runtime.Version(), gridWide*gridHigh, 2*gridWide*gridHigh, len(decisions), gridPorts, farthestHops, benchSeed, snapshotHeapMB, snapshotPlan)
		b.Logf("loaded in %v, heap %.0f MB, after %d circuits %.0f MB, after %d (%d refused; the light of all lines worked out) %.0f MB; one circuit: first %v, median %v, slowest %v",
			loaded.Round(time.Millisecond), heap, planned, after, settled, refused, all, first.Round(time.Microsecond), median.Round(time.Microsecond), slowest.Round(time.Microsecond))
		runtime.KeepAlive(decisions)
		runtime.KeepAlive(led)
		runtime.KeepAlive(net)
	}
}
