package mesh_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

// plant is a random network with two weights, and everything about it that can
// be found out by trying.
type plant struct {
	*mesh.Mesh
	by, lag *mesh.Weights
}

// drawPlant draws up to eight nodes and 14 links, one-way streets and parallel
// links among them, small weights so that many sums are equal, and risks. Only
// the sizes are rapid's to shrink, large ones first; the rest comes from a seed,
// because rapid prefers small numbers and these would make one node a hub.
func drawPlant(t *rapid.T) (plant, *rand.Rand) {
	n := 8 - rapid.IntRange(0, 6).Draw(t, "nodes less than 8")
	links := 14 - rapid.IntRange(0, 14).Draw(t, "links less than 14")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	var b mesh.Builder
	for i := range n {
		b.Node(fmt.Sprint("n", i))
	}
	var by, lag []float64
	for i := range links {
		a, z := twoOf(rng, n)
		var risks []string
		for range rng.IntN(3) {
			risks = append(risks, fmt.Sprint("r", rng.IntN(10)))
		}
		name := fmt.Sprint("l", i)
		edges := 2
		if rng.IntN(6) == 0 {
			edges = 1
			b.Edge(mesh.EdgeSpec{Name: name, From: a, To: z, Risks: risks})
		} else {
			b.Link(name, a, z, risks...)
		}
		for range edges { // the directions may differ
			by = append(by, float64(rng.IntN(7))/10)
			lag = append(lag, float64(rng.IntN(7)))
		}
	}
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	p := plant{Mesh: m}
	if p.by, err = m.Weights(by); err != nil {
		t.Fatal(err)
	}
	if p.lag, err = m.Weights(lag); err != nil {
		t.Fatal(err)
	}
	return p, rng
}

func twoOf(rng *rand.Rand, n int) (a, z mesh.Node) {
	i, j := rng.IntN(n), rng.IntN(n-1)
	if j >= i {
		j++
	}
	return mesh.Node(i), mesh.Node(j)
}

// all lists every simple route from one node to another, in no order.
func (p plant) all(from, to mesh.Node) [][]mesh.Edge {
	var out [][]mesh.Edge
	been := map[mesh.Node]bool{from: true}
	var walk func(at mesh.Node, way []mesh.Edge)
	walk = func(at mesh.Node, way []mesh.Edge) {
		if at == to {
			out = append(out, slices.Clone(way))
			return
		}
		for _, e := range p.Out(at) {
			if h := p.Head(e); !been[h] {
				been[h] = true
				walk(h, append(way, e))
				delete(been, h)
			}
		}
	}
	walk(from, nil)
	return out
}

// tenths is the exact weight of a route.
func tenths(w *mesh.Weights, way []mesh.Edge) int {
	sum := 0
	for _, e := range way {
		sum += int(w.Of(e)*10 + 0.5)
	}
	return sum
}

// inOrder sorts routes as the package promises.
func (p plant) inOrder(ways [][]mesh.Edge) {
	slices.SortFunc(ways, func(a, b []mesh.Edge) int {
		return cmp.Or(cmp.Compare(tenths(p.by, a), tenths(p.by, b)), cmp.Compare(len(a), len(b)), slices.Compare(a, b))
	})
}

// drawQuery draws a query with any of its restrictions.
func (p plant) drawQuery(rng *rand.Rand) mesh.Query {
	n := p.Nodes()
	node := func() mesh.Node { return mesh.Node(rng.IntN(n)) }
	q := mesh.Query{By: p.by}
	q.From, q.To = twoOf(rng, n)
	if rng.IntN(4) == 0 {
		q.Without = p.NewMask()
		q.Without.Node(node())
		if p.Links() > 0 {
			q.Without.Link(mesh.Link(rng.IntN(p.Links())))
		}
	}
	if rng.IntN(3) == 0 {
		for range 1 + rng.IntN(3) {
			var v mesh.Via
			if p.Edges() > 0 && rng.IntN(2) == 0 {
				v.Edges = append(v.Edges, mesh.Edge(rng.IntN(p.Edges())))
			}
			if len(v.Edges) == 0 || rng.IntN(2) == 0 {
				v.Nodes = append(v.Nodes, node())
			}
			q.Via = append(q.Via, v)
		}
	}
	if rng.IntN(4) == 0 {
		q.Bounds = append(q.Bounds, mesh.Bound{Of: p.by, Limit: float64(rng.IntN(20)) / 10})
	}
	if rng.IntN(4) == 0 {
		q.Bounds = append(q.Bounds, mesh.Bound{Of: p.lag, Limit: float64(rng.IntN(20))})
	}
	if rng.IntN(4) == 0 {
		q.MaxEdges = 1 + rng.IntN(6)
	}
	return q
}

// allowed reports what a query permits, in the plainest words.
func (p plant) allowed(q mesh.Query, way []mesh.Edge) bool {
	if q.MaxEdges > 0 && len(way) > q.MaxEdges {
		return false
	}
	for _, b := range q.Bounds {
		if tenths(b.Of, way) > int(b.Limit*10+0.5) {
			return false
		}
	}
	var touched []any
	touched = append(touched, q.From)
	for _, e := range way {
		if q.Without.HasEdge(e) {
			return false
		}
		touched = append(touched, e, p.Head(e))
	}
	item := 0
	for _, x := range touched {
		n, isNode := x.(mesh.Node)
		if isNode && q.Without.HasNode(n) {
			return false
		}
		e, isEdge := x.(mesh.Edge)
		for item < len(q.Via) && (isNode && slices.Contains(q.Via[item].Nodes, n) || isEdge && slices.Contains(q.Via[item].Edges, e)) {
			item++
		}
	}
	return item == len(q.Via)
}

func TestSearchAgreesWithExhaustion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, rng := drawPlant(t)
		for range 100 { // memory is reused from one query to the next
			q := p.drawQuery(rng)
			want := slices.DeleteFunc(p.all(q.From, q.To), func(w []mesh.Edge) bool { return !p.allowed(q, w) })
			p.inOrder(want)
			s, err := p.Search(q)
			if err != nil {
				t.Fatal(err)
			}
			var got [][]mesh.Edge
			for path := range s.All() {
				got = append(got, path.Edges)
				if path.Weight != p.by.Sum(path.Edges) || !p.Passes(path, q.Via) {
					t.Fatalf("%v: weight %v, passes %v", path.Edges, path.Weight, p.Passes(path, q.Via))
				}
			}
			if s.Err() != nil {
				t.Fatal(s.Err())
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("from %d to %d:\n got %v\nwant %v", q.From, q.To, got, want)
			}
			first, err := p.Shortest(q)
			if len(want) == 0 {
				p.checkRefusal(t, q, err)
			} else if err != nil || !slices.Equal(first.Edges, want[0]) {
				t.Fatalf("shortest: %v %v, want %v", first.Edges, err, want[0])
			}
		}
	})
}

// checkRefusal relaxes a query step by step to see whether the reason is true.
func (p plant) checkRefusal(t *rapid.T, q mesh.Query, err error) {
	r, ok := err.(*mesh.Refusal)
	if !ok {
		t.Fatalf("no refusal but %v", err)
	}
	ways := p.all(q.From, q.To)
	left := func(q mesh.Query) int {
		n := 0
		for _, w := range ways {
			if p.allowed(q, w) {
				n++
			}
		}
		return n
	}
	bare := mesh.Query{From: q.From, To: q.To}
	masked := bare
	masked.Without = q.Without
	via := masked
	via.Via = q.Via
	want := mesh.OverBound
	switch {
	case left(bare) == 0:
		want = mesh.Disconnected
	case left(masked) == 0:
		want = mesh.Excluded
	case left(via) == 0:
		want = mesh.NotVia
	}
	if r.Reason != want {
		t.Fatalf("reason %d (%v), want %d", r.Reason, r, want)
	}
}
