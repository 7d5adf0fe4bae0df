package mesh_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

// load reads a network from testdata, weighed by its lengths.
func load(t testing.TB, name string) (*mesh.Mesh, *mesh.Weights) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Nodes []struct{ ID string }
		Links []struct {
			A, B string
			Km   float64
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	var b mesh.Builder
	ids := map[string]mesh.Node{}
	for _, n := range file.Nodes {
		ids[n.ID] = b.Node(n.ID)
	}
	var km []float64
	for _, l := range file.Links {
		b.Link(l.A+"-"+l.B, ids[l.A], ids[l.B])
		km = append(km, l.Km, l.Km)
	}
	return build(t, &b, km)
}

func build(t testing.TB, b *mesh.Builder, weights []float64) (*mesh.Mesh, *mesh.Weights) {
	t.Helper()
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	w, err := m.Weights(weights)
	if err != nil {
		t.Fatal(err)
	}
	return m, w
}

// random builds a ring with chords thrown in until there are enough links, all
// of them in random ducts.
func random(t testing.TB, nodes, links int) (*mesh.Mesh, *mesh.Weights) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(links)))
	var b mesh.Builder
	for i := range nodes {
		b.Node(fmt.Sprint("n", i))
	}
	var km []float64
	for i := range links {
		a, z := i, (i+1)%nodes
		if i >= nodes {
			a, z = rng.IntN(nodes), rng.IntN(nodes-1)
			if z >= a {
				z++
			}
		}
		b.Link(fmt.Sprint("l", i), mesh.Node(a), mesh.Node(z), fmt.Sprint("duct ", rng.IntN(links)))
		w := 20 + 400*rng.Float64()
		km = append(km, w, w)
	}
	return build(t, &b, km)
}

// TestEveryPairOfTheBackbones asks for two routes between all pairs of nodes.
// Where there are none, the link named must really be a bridge.
func TestEveryPairOfTheBackbones(t *testing.T) {
	for _, name := range []string{"coronet-conus", "nobel-eu"} {
		t.Run(name, func(t *testing.T) {
			m, km := load(t, name)
			for a := range m.Nodes() {
				for z := range m.Nodes() {
					if a == z {
						continue
					}
					q := mesh.PairQuery{Query: mesh.Query{From: mesh.Node(a), To: mesh.Node(z), By: km}}
					p, err := m.Pair(q)
					if err != nil {
						checkBridge(t, m, q.Query, err)
						continue
					}
					if !p.Proven || p.Legs[0].Weight > p.Legs[1].Weight {
						t.Fatalf("%s to %s: %+v", m.NodeName(q.From), m.NodeName(q.To), p)
					}
					// In a network whose links weigh the same both ways, so do pairs.
					q.From, q.To = q.To, q.From
					if back, err := m.Pair(q); err != nil || abs(back.Weight-p.Weight) > 1e-6 {
						t.Fatalf("%s to %s: %v, back %v %v", m.NodeName(q.To), m.NodeName(q.From), p.Weight, back.Weight, err)
					}
				}
			}
		})
	}
}

func abs(x float64) float64 { return max(x, -x) }

func checkBridge(t *testing.T, m *mesh.Mesh, q mesh.Query, err error) {
	t.Helper()
	var r *mesh.Refusal
	if !errors.As(err, &r) || r.Reason != mesh.SharedLink {
		t.Fatalf("%s to %s: %v, want a pair or the link in between", m.NodeName(q.From), m.NodeName(q.To), err)
	}
	for l := range m.Links() {
		if m.LinkName(mesh.Link(l)) == r.Shared[0] {
			q.Without = m.NewMask()
			q.Without.Link(mesh.Link(l))
		}
	}
	if _, err := m.Shortest(q); q.Without == nil || err == nil {
		t.Fatalf("%v, but there is a route without it", r)
	}
}

// ducts is CONUS with its links in random ducts.
func ducts(t testing.TB, rng *rand.Rand) (*mesh.Mesh, *mesh.Weights) {
	t.Helper()
	conus, km := load(t, "coronet-conus")
	var b mesh.Builder
	for n := range conus.Nodes() {
		b.Node(conus.NodeName(mesh.Node(n)))
	}
	var weights []float64
	for l := range conus.Links() {
		e := conus.EdgesOf(mesh.Link(l))[0]
		b.Link(conus.LinkName(mesh.Link(l)), conus.Tail(e), conus.Head(e), fmt.Sprint("duct ", rng.IntN(40)))
		weights = append(weights, km.Of(e), km.Of(e))
	}
	return build(t, &b, weights)
}

// TestBackbonePairsWithRisks holds pairs against the best that can be made of
// the first thousand routes. With the usual effort every answer is proven; with
// little effort the bound must hold all the same.
func TestBackbonePairsWithRisks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	m, w := ducts(t, rng)
	pairs, open := 0, 0
	for range 40 {
		q := mesh.PairQuery{Query: mesh.Query{From: mesh.Node(rng.IntN(m.Nodes())), To: mesh.Node(rng.IntN(m.Nodes())), By: w}, Risks: true, Nodes: true}
		if q.From == q.To {
			continue
		}
		best := bestOfThousand(t, m, q)
		p, err := m.Pair(q)
		if err != nil {
			var r *mesh.Refusal
			if !errors.As(err, &r) || r.Reason == mesh.OutOfEffort || best > 0 {
				t.Errorf("%v, but the best of a thousand routes is %v", err, best)
			}
			continue
		}
		pairs++
		if !p.Proven || best > 0 && p.Weight > best+1e-6 {
			t.Errorf("%s to %s: %v, proven %v; the best of a thousand routes is %v", m.NodeName(q.From), m.NodeName(q.To), p.Weight, p.Proven, best)
		}
		for q.Effort = 200; q.Effort < 2000; q.Effort += 100 {
			some, err := m.Pair(q)
			if err != nil {
				continue // too little for any
			}
			if some.Proven && some.Weight > p.Weight+1e-6 || some.Least > p.Weight+1e-6 || some.Weight < p.Weight-1e-6 {
				t.Errorf("effort %d: %v, at least %v, proven %v; the best is %v", q.Effort, some.Weight, some.Least, some.Proven, p.Weight)
			}
			if !some.Proven {
				open++
			}
		}
	}
	if pairs < 20 || open == 0 {
		t.Errorf("%d pairs and %d open answers are too few to tell", pairs, open)
	}
}

func bestOfThousand(t *testing.T, m *mesh.Mesh, q mesh.PairQuery) float64 {
	t.Helper()
	s, err := m.Search(q.Query)
	if err != nil {
		t.Fatal(err)
	}
	best, n := 0.0, 0
	for first := range s.All() {
		if n++; n > 1000 {
			break
		}
		second := q.Query
		second.Without = m.NewMask()
		for i, e := range first.Edges {
			second.Without.Link(m.LinkOf(e))
			for _, r := range m.RisksOf(e) {
				second.Without.Risk(r)
			}
			if i < len(first.Edges)-1 {
				second.Without.Node(m.Head(e))
			}
		}
		if p, err := m.Shortest(second); err == nil && (best == 0 || p.Weight+first.Weight < best) {
			best = p.Weight + first.Weight
		}
	}
	return best
}

func TestAnswersRepeatFromManyGoroutines(t *testing.T) {
	m, km := load(t, "nobel-eu")
	ask := func() string {
		out := ""
		for a := range m.Nodes() {
			z := (a + 11) % m.Nodes()
			q := mesh.Query{From: mesh.Node(a), To: mesh.Node(z), By: km}
			s, err := m.Search(q)
			if err != nil {
				return err.Error()
			}
			n := 0
			for p := range s.All() {
				if out += fmt.Sprint(p); n == 15 {
					break
				}
				n++
			}
			p, err := m.Pair(mesh.PairQuery{Query: q, Nodes: true, Even: true})
			out += fmt.Sprint(p, err)
		}
		return out
	}
	want := ask()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if got := ask(); got != want {
				t.Error("another answer to the same question")
			}
		})
	}
	wg.Wait()
}

// TestHundredThousandLinks asks everything of a network that nobody has.
func TestHundredThousandLinks(t *testing.T) {
	m, km := random(t, 40_000, 100_000)
	q := mesh.Query{From: 5, To: 39_000, By: km}
	s, err := m.Search(q)
	if err != nil {
		t.Fatal(err)
	}
	last, n := 0.0, 0
	for p := range s.All() {
		if p.Weight < last {
			t.Fatalf("%v after %v", p.Weight, last)
		}
		if last, n = p.Weight, n+1; n == 50 {
			break
		}
	}
	if n != 50 {
		t.Fatalf("%d routes, want 50: %v", n, s.Err())
	}
	p, err := m.Pair(mesh.PairQuery{Query: q, Nodes: true, Risks: true})
	if err != nil {
		t.Fatal(err)
	}
	if p.Least > p.Weight || p.Least <= 0 || p.Proven != (p.Least == p.Weight) {
		t.Errorf("weight %v, at least %v, proven %v", p.Weight, p.Least, p.Proven)
	}
	q.Via = []mesh.Via{{Nodes: []mesh.Node{20_000}}, {Nodes: []mesh.Node{7}}}
	if via, err := m.Shortest(q); err != nil || !slices.Contains(m.NodesOf(via), 20_000) {
		t.Errorf("%v %v", via, err)
	}
}
