package plan_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Constants of the benchmarks on the national backbone.
const (
	nationalDir  = "../../examples/national/network"
	benchSeed    = 1
	benchPorts   = 160               // of every router, so that ports are never what is short
	filledTarget = 0.6               // of the spectrum of the busiest line
	filledOnMean = 0.6               // of all lines: three of four requests by chance then meet a full one
	bandGHz      = 196_100 - 191_300 // of switches and amplifiers
	// enoughRefused ends the filling where so many requests in a row find no place.
	enoughRefused = 100
	// farthestKm is the longest way between two cities that a request is made
	// for: no mode of the pluggable takes the dispersion of more.
	farthestKm = 2500
)

// backbone is a generated network, what may be asked of it, and who is on it.
type backbone struct {
	net    *plan.Network
	led    *plan.Ledger
	est    plan.Estimator
	random *rand.Rand
	pairs  []demandPair
	lines  int // between switches
	lit    []*records.Decision
	asked  int
	// refused counts requests without a place, by reason.
	refused map[models.Reason]int
}

// demandPair is two cities, and what one wavelength carries between them.
type demandPair struct {
	from, to string
	gbps     int
	modes    []string // of what is lit: others would keep too little margin for neighbours
}

// nationalDocs reads the example and gives every router benchPorts ports.
func nationalDocs(b testing.TB, cat *catalogue.Catalogue) []intents.Document {
	b.Helper()
	docs, err := intents.DecodeFiles([]string{nationalDir}, false, nil, intents.WithCatalogue(cat))
	if err != nil {
		b.Fatal(err)
	}
	docs = slices.DeleteFunc(docs, func(d intents.Document) bool { return strings.HasPrefix(d.Metadata.Name, "patch-") })
	return append(docs, moreports(docs, benchPorts)...)
}

// moreports gives every router so many ports and patches them to the bank of
// its switch.
func moreports(docs []intents.Document, ports int) (patches []intents.Document) {
	for _, d := range docs {
		spec, ok := d.Spec.(*intents.DeviceSpec)
		if !ok {
			continue
		}
		if site, isRouter := strings.CutPrefix(d.Metadata.Name, "r-"); isRouter {
			for i := range ports {
				spec.Ports[fmt.Sprintf("et-0/0/%d", i)] = intents.Port{Pluggable: "QDD-400G-ZRP-HP"}
				ends := [2]string{fmt.Sprintf("%s/et-0/0/%d", d.Metadata.Name, i), fmt.Sprintf("roadm-%s/add%d", site, i+1)}
				patches = append(patches, doc("Link", fmt.Sprintf("patch-%s-%d", site, i+1), &intents.LinkSpec{Ends: ends}))
			}
			continue
		}
		for i := range ports {
			spec.Ports[fmt.Sprintf("add%d", i+1)] = intents.Port{Bank: "srg1"}
		}
	}
	return patches
}

// newBackbone builds the picture. Requests are made between all pairs of cities
// that are no more than farthestKm apart by fibre, for what one wavelength
// carries over that distance.
func newBackbone(b testing.TB, docs []intents.Document, cat *catalogue.Catalogue) *backbone {
	b.Helper()
	net, err := plan.NewNetwork(docs, cat, 1)
	if err != nil {
		b.Fatal(err)
	}
	x := &backbone{net: net, led: plan.NewLedger(), est: full(b), random: rand.New(rand.NewPCG(benchSeed, 0)), refused: map[models.Reason]int{}}
	km := map[string]map[string]float64{}
	for _, d := range docs {
		if _, ok := d.Spec.(*intents.SiteSpec); ok {
			km[d.Metadata.Name] = map[string]float64{}
		}
	}
	for _, d := range docs {
		spec, ok := d.Spec.(*intents.LinkSpec)
		if !ok || len(spec.Spans) == 0 {
			continue
		}
		x.lines++
		sum := 0.0
		for _, s := range spec.Spans {
			sum += s.Km
		}
		var at [2]string
		for i, end := range spec.Ends {
			device, _, _ := strings.Cut(end, "/")
			at[i] = strings.TrimPrefix(device, "roadm-")
		}
		km[at[0]][at[1]], km[at[1]][at[0]] = sum, sum
	}
	for _, from := range slices.Sorted(maps.Keys(km)) {
		away := distances(km, from)
		for _, to := range slices.Sorted(maps.Keys(away)) {
			if d := away[to]; from < to && d <= farthestKm {
				gbps, modes := carried(d)
				x.pairs = append(x.pairs, demandPair{from, to, gbps, modes})
			}
		}
	}
	return x
}

// carried is what one wavelength of the pluggable carries so far, in Gbit/s, and
// the modes that it is asked for with, as in the example.
func carried(km float64) (gbps int, modes []string) {
	switch {
	case km <= 250:
		return 400, nil
	case km <= 500:
		return 200, nil
	case km <= 1200:
		return 200, []string{"openroadm-200g-qpsk-63"}
	}
	return 100, nil
}

// distances is Dijkstra's walk, without a heap.
func distances(km map[string]map[string]float64, from string) map[string]float64 {
	out, open := map[string]float64{}, map[string]float64{from: 0}
	for len(open) > 0 {
		next, least := "", math.Inf(1)
		for city, d := range open {
			if d < least || d == least && city < next {
				next, least = city, d
			}
		}
		delete(open, next)
		out[next] = least
		for city, d := range km[next] {
			if _, done := out[city]; done {
				continue
			}
			if known, ok := open[city]; !ok || least+d < known {
				open[city] = least + d
			}
		}
	}
	return out
}

// ask plans a circuit between a pair by chance, with the pair's modes or with
// any, and returns its wavelengths.
func (x *backbone) ask(pinned bool) []records.Decision {
	p := x.pairs[x.random.IntN(len(x.pairs))]
	x.asked++
	req := circuit(fmt.Sprintf("c%d", x.asked), p.from, p.to, p.gbps)
	if pinned {
		req.Circuit.Modes = p.modes
	}
	out := plan.Compute(x.net, x.led, x.est, []plan.Request{req})[0]
	if out.Refusal != nil {
		x.refused[out.Refusal.Reason]++
	}
	return out.Add
}

// askAndRelease leaves everything as it was. The mode is the planner's choice.
func (x *backbone) askAndRelease() {
	got := x.ask(false)
	for i := range got {
		x.led.Release(&got[i])
	}
}

// add keeps what a request by chance gets.
func (x *backbone) add() bool {
	got := x.ask(true)
	for i := range got {
		x.lit = append(x.lit, &got[i])
	}
	return len(got) > 0
}

// fill is the part of the band that is taken, on the mean of all lines and on
// the busiest.
func (x *backbone) fill() (mean, busiest float64) {
	taken := map[string]float64{}
	for _, d := range x.lit {
		for _, leg := range d.Route[1 : len(d.Route)-1] {
			taken[leg.Link] += d.Slot.Width().GHz() / bandGHz
		}
	}
	for _, part := range taken {
		mean += part / float64(x.lines)
		busiest = max(busiest, part)
	}
	return mean, busiest
}

// load lights circuits until enough is full, or nothing more finds a place.
func (x *backbone) load(enough func(mean, busiest float64) bool) {
	for row := 0; row < enoughRefused && !enough(x.fill()); row++ {
		if x.add() {
			row = -1
		}
	}
}

// measure times requests on one core, the collector's work too, logs what the
// figures stand for, and holds that nobody who is lit has less margin than the
// floor.
func (x *backbone) measure(b *testing.B) {
	was := runtime.GOMAXPROCS(1)
	b.Cleanup(func() { runtime.GOMAXPROCS(was) })
	x.refused = map[models.Reason]int{}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		x.askAndRelease()
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	least := math.Inf(1)
	for _, d := range x.lit {
		least = min(least, worst(b, x.net, x.led, x.est, d))
	}
	if least < plan.DefaultMinMarginDb-2e-3 {
		b.Errorf("a lit wavelength has a margin of %.3f dB, the floor is %g dB", least, plan.DefaultMinMarginDb)
	}
	mean, busiest := x.fill()
	b.Logf("%d of %d cores, %s; CORONET CONUS, %d lines, %d pairs of cities up to %d km apart, %d ports a city, seed %d, estimator gn; "+
		"%d requests, refused %v; %d wavelengths lit, %.0f %% of the band taken on the mean of the lines and %.0f %% on the busiest, least margin %.2f dB",
		runtime.GOMAXPROCS(0), runtime.NumCPU(), runtime.Version(), x.lines, len(x.pairs), farthestKm, benchPorts, benchSeed,
		b.N, x.refused, len(x.lit), 100*mean, 100*busiest, least)
}

// BenchmarkNationalEmpty plans circuits between random cities of an empty
// backbone, each released before the next. The bound to beat is 1,000
// requests/s on one core. "first" asks a picture that has never been asked;
// "again" asks one that knows the ways of every pair.
func BenchmarkNationalEmpty(b *testing.B) {
	cat := defaultCatalogue(b)
	docs := nationalDocs(b, cat)
	b.Run("first", func(b *testing.B) { newBackbone(b, docs, cat).measure(b) })
	warm := newBackbone(b, docs, cat)
	for range 4 * len(warm.pairs) {
		warm.askAndRelease()
	}
	b.Run("again", warm.measure)
}

// BenchmarkNationalFilled plans and releases circuits between random cities of
// a backbone that carries circuits already, made the same way: as many as fill
// the busiest line to filledTarget, or all lines to filledOnMean. The bound to beat is 300 requests/s on one
// core.
func BenchmarkNationalFilled(b *testing.B) {
	cat := defaultCatalogue(b)
	docs := nationalDocs(b, cat)
	b.Run("busiest", func(b *testing.B) {
		x := newBackbone(b, docs, cat)
		x.load(func(_, busiest float64) bool { return busiest >= filledTarget })
		x.measure(b)
	})
	b.Run("mean", func(b *testing.B) {
		x := newBackbone(b, docs, cat)
		x.load(func(mean, _ float64) bool { return mean >= filledOnMean })
		x.measure(b)
	})
}

func defaultCatalogue(b testing.TB) *catalogue.Catalogue {
	b.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		b.Fatal(err)
	}
	return cat
}
