package route_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan/route"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

func doc(kind, name string, spec any) intents.Document {
	return intents.Document{Kind: kind, Metadata: intents.Metadata{Name: name}, Spec: spec}
}

// switches builds switches joined by links given as "name a b km".
func switches(t testing.TB, links ...string) *topo.Network {
	t.Helper()
	cat := &catalogue.Catalogue{
		Fibres:   map[string]catalogue.Fibre{"g.652.d": {LossDbPerKm: 0.2, IndexOfRefraction: 1.4682}},
		Profiles: map[string]catalogue.Profile{"roadm": {Name: "roadm", Role: catalogue.RoleRoadm}},
	}
	docs := []intents.Document{doc("Site", "s", &intents.SiteSpec{})}
	devices := map[string]*intents.DeviceSpec{}
	for _, line := range links {
		var name, a, b string
		var km float64
		if _, err := fmt.Sscan(line, &name, &a, &b, &km); err != nil {
			t.Fatal(err)
		}
		for _, d := range []string{a, b} {
			if devices[d] == nil {
				devices[d] = &intents.DeviceSpec{Site: "s", Profile: "roadm", Ports: map[string]intents.Port{}}
				docs = append(docs, doc("Device", d, devices[d]))
			}
			devices[d].Ports[name] = intents.Port{}
		}
		docs = append(docs, doc("Link", name, &intents.LinkSpec{Ends: [2]string{a + "/" + name, b + "/" + name}, Spans: []intents.Span{{Km: km}}}))
	}
	n, err := topo.Build(docs, cat)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func finder(t testing.TB, n *topo.Network) *route.Finder {
	t.Helper()
	f, err := route.NewFinder(n)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func names(lines iter.Seq[route.Line]) []string {
	var out []string
	for l := range lines {
		var legs []string
		for _, leg := range l.Legs {
			legs = append(legs, leg.Link.Name+":"+string(leg.Direction))
		}
		out = append(out, strings.Join(legs, " "))
	}
	return out
}

func TestBetween(t *testing.T) {
	ring := []string{"ab a b 10", "bc b c 10", "cd c d 10", "da d a 10"}
	for name, c := range map[string]struct {
		links   []string
		from    string
		to      string
		without []string
		want    []string
	}{
		"both ways round":    {ring, "a", "b", nil, []string{"ab:az", "da:za cd:za bc:za"}},
		"one way closed":     {ring, "a", "b", []string{"cd"}, []string{"ab:az"}},
		"all closed":         {ring, "a", "b", []string{"ab", "cd"}, nil},
		"parallel by length": {[]string{"n a b 12", "m a b 10", "k b a 11"}, "a", "b", nil, []string{"m:az", "k:za", "n:az"}},
		"bundles in a row": {
			[]string{"p a b 10", "q a b 20", "x b c 10", "y b c 11"}, "a", "c", nil,
			[]string{"p:az x:az", "p:az y:az", "q:az x:az", "q:az y:az"},
		},
		"same switch":    {ring, "a", "a", nil, nil},
		"apart":          {[]string{"ab a b 1", "cd c d 1"}, "a", "d", nil, nil},
		"tie is by name": {[]string{"z a b 10", "y a b 10"}, "a", "b", nil, []string{"y:az", "z:az"}},
	} {
		t.Run(name, func(t *testing.T) {
			n := switches(t, c.links...)
			f := finder(t, n)
			for range 2 { // the second answer comes from memory
				got := f.Between(n.Devices[c.from], n.Devices[c.to], route.WithoutLinks(c.without), false)
				if diff := cmp.Diff(c.want, names(got)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			}
		})
	}
}

func TestTenParallelFibresAreTenWays(t *testing.T) {
	var links []string
	for i := range 10 {
		links = append(links, fmt.Sprintf("f%d a b %d", i, 10+i))
	}
	n := switches(t, links...)
	if got := names(finder(t, n).Between(n.Devices["a"], n.Devices["b"], route.Without{}, false)); len(got) != 10 {
		t.Fatalf("%d ways, want 10", len(got))
	}
}

// TestAgreesWithExhaustion compares the first answers with a search of all
// simple ways, on random small meshes.
func TestAgreesWithExhaustion(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var links []string
		for i := range 9 {
			a, b := rng.IntN(6), rng.IntN(6)
			if a != b {
				links = append(links, fmt.Sprintf("l%d n%d n%d %d", i, a, b, 1+rng.IntN(1000)))
			}
		}
		links = append(links, "x n0 n1 500", "y n4 n5 300")
		n := switches(t, links...)
		got := names(finder(t, n).Between(n.Devices["n0"], n.Devices["n5"], route.Without{}, false))
		want := exhaust(n, n.Devices["n0"], n.Devices["n5"])
		k := min(len(want), 4)
		if diff := cmp.Diff(want[:k], got[:min(k, len(got))]); diff != "" {
			t.Fatalf("%v: (-want +got)\n%s", links, diff)
		}
	}
}

func exhaust(n *topo.Network, from, to *topo.Device) []string {
	type found struct {
		ms   float64
		name string
	}
	var all []found
	var walk func(at *topo.Device, been map[string]bool, ms float64, name []string)
	walk = func(at *topo.Device, been map[string]bool, ms float64, name []string) {
		if at == to {
			all = append(all, found{ms, strings.Join(name, " ")})
			return
		}
		for _, l := range n.Links {
			for i, dir := range []string{"az", "za"} {
				far := l.Ends[1-i].Device
				if l.Ends[i].Device == at && !been[far.Name] {
					been[far.Name] = true
					walk(far, been, ms+l.LatencyMs, append(slices.Clone(name), l.Name+":"+dir))
					delete(been, far.Name)
				}
			}
		}
	}
	walk(from, map[string]bool{from.Name: true}, 0, nil)
	slices.SortFunc(all, func(a, b found) int {
		if a.ms < b.ms {
			return -1
		}
		return 1
	})
	var out []string
	for _, f := range all {
		out = append(out, f.name)
	}
	return out
}

func TestFollow(t *testing.T) {
	n := switches(t, "ab a b 10", "bc b c 10", "cd c d 10")
	links := func(names ...string) []*topo.Link {
		var out []*topo.Link
		for _, name := range names {
			out = append(out, n.Links[name])
		}
		return out
	}
	line, ok := route.Follow(n.Devices["c"], n.Devices["a"], links("bc", "ab"))
	if !ok || cmp.Diff([]string{"bc:za ab:za"}, names(slices.Values([]route.Line{line}))) != "" {
		t.Errorf("got %v %v", names(slices.Values([]route.Line{line})), ok)
	}
	for _, broken := range [][]string{{"ab", "cd"}, {"ab"}, {}, {"cd"}} {
		if _, ok := route.Follow(n.Devices["a"], n.Devices["c"], links(broken...)); ok {
			t.Errorf("%v does not lead from a to c", broken)
		}
	}
}
