package mesh_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

func TestBadWeightsAreNamed(t *testing.T) {
	var b mesh.Builder
	x, y := b.Node("x"), b.Node("y")
	b.Link("xy", x, y)
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []float64{-1, math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := m.Weights([]float64{1, bad})
		var w *mesh.WeightError
		if !errors.As(err, &w) || w.Edge != "xy:za" {
			t.Errorf("%v: got %v, want the edge named", bad, err)
		}
	}
	if _, err := m.Weights([]float64{1}); err == nil {
		t.Error("one weight for two edges was taken")
	}
	for _, good := range []float64{0, math.SmallestNonzeroFloat64, 1e-300, 1e-9, 1, 1e20, math.MaxFloat64} {
		w, err := m.Weights([]float64{good, good})
		if err != nil {
			t.Fatal(err)
		}
		if p, err := m.Shortest(mesh.Query{From: x, To: y, By: w, Bounds: []mesh.Bound{{Of: w, Limit: good}}}); err != nil || p.Weight != good {
			t.Errorf("%v: %v %v", good, p, err)
		}
	}
}

func TestBadNetworksAreNamed(t *testing.T) {
	for want, add := range map[string]func(b *mesh.Builder){
		`node "x": there are two`:             func(b *mesh.Builder) { b.Node("x") },
		`edge "e": there is no node number 7`: func(b *mesh.Builder) { b.Edge(mesh.EdgeSpec{Name: "e", To: 7}) },
		`edge "l:za": it leads from`:          func(b *mesh.Builder) { b.Link("l", 1, 1) },
		`edge "xy:az": there are two`:         func(b *mesh.Builder) { b.Link("xy", 0, 1) },
		`edge "e": link "xy" has edge`:        func(b *mesh.Builder) { b.Edge(mesh.EdgeSpec{Name: "e", From: 0, To: 1, Link: "xy"}) },
		`1048577 nodes and 2 edges`: func(b *mesh.Builder) {
			for i := range mesh.MaxSize - 1 {
				b.Node(fmt.Sprint(i))
			}
		},
	} {
		var b mesh.Builder
		b.Link("xy", b.Node("x"), b.Node("y"))
		add(&b)
		if m, err := b.Build(); err == nil || m != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %.200v, want %s", err, want)
		}
	}
}

func TestBadQueriesAreNamed(t *testing.T) {
	m, w := random(t, 10, 20)
	other, otherW := random(t, 10, 20)
	for name, c := range map[string]struct {
		change func(q *mesh.Query)
		want   string
	}{
		"same node":     {func(q *mesh.Query) { q.To = q.From }, "two different nodes"},
		"no node":       {func(q *mesh.Query) { q.To = 10 }, "no node number 10"},
		"negative node": {func(q *mesh.Query) { q.From = -1 }, "no node number -1"},
		"no weights":    {func(q *mesh.Query) { q.By = nil }, "By must be"},
		"other weights": {func(q *mesh.Query) { q.By = otherW }, "By must be"},
		"other mask":    {func(q *mesh.Query) { q.Without = other.NewMask() }, "another mesh"},
		"NaN":           {func(q *mesh.Query) { q.Bounds = []mesh.Bound{{w, math.NaN()}} }, "bound 0 is NaN"},
		"negative":      {func(q *mesh.Query) { q.Bounds = []mesh.Bound{{w, -1}} }, "bound 0 is -1"},
		"bound on none": {func(q *mesh.Query) { q.Bounds = []mesh.Bound{{nil, 1}} }, "bound 0 must be"},
		"empty via":     {func(q *mesh.Query) { q.Via = make([]mesh.Via, 1) }, "item 0 of Via is empty"},
		"via nowhere":   {func(q *mesh.Query) { q.Via = []mesh.Via{{Nodes: []mesh.Node{99}}} }, "no node number 99"},
		"via no edge":   {func(q *mesh.Query) { q.Via = []mesh.Via{{Edges: []mesh.Edge{99}}} }, "no edge number 99"},
		"much via":      {func(q *mesh.Query) { q.Via = make([]mesh.Via, 65) }, "at most 64"},
		"no edges":      {func(q *mesh.Query) { q.MaxEdges = -1 }, "MaxEdges is -1"},
		"no effort":     {func(q *mesh.Query) { q.Effort = -1 }, "Effort is"},
	} {
		q := mesh.Query{From: 0, To: 5, By: w}
		c.change(&q)
		_, err := m.Search(q)
		_, err2 := m.Shortest(q)
		_, err3 := m.Pair(mesh.PairQuery{Query: q})
		_, err4 := m.Group(mesh.GroupQuery{Routes: []mesh.Query{q}})
		if q.Effort < 0 {
			_, err4 = m.Group(mesh.GroupQuery{Routes: []mesh.Query{q}, Effort: q.Effort})
		}
		for i, err := range []error{err, err2, err3, err4} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, asked in way %d: got %v, want %s", name, i+1, err, c.want)
			}
		}
	}
	if _, err := m.Pair(mesh.PairQuery{Query: mesh.Query{From: 0, To: 5, By: w, Via: []mesh.Via{{Nodes: []mesh.Node{2}}}}}); err == nil || !strings.Contains(err.Error(), "single routes") {
		t.Errorf("via for a pair: %v", err)
	}
	if _, err := m.Pair(mesh.PairQuery{Query: mesh.Query{From: 0, To: 5, By: w}, Share: []mesh.Risk{1000}}); err == nil {
		t.Error("a risk that does not exist was taken")
	}
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	var b mesh.Builder
	for _, n := range strings.Fields("a b c d lone") {
		b.Node(n)
	}
	b.Link("ab", 0, 1, "east duct")
	b.Link("bc", 1, 2, "hut 7")
	b.Link("ca", 2, 0, "hut 7")
	b.Link("cd", 2, 3)
	m, w := build(t, &b, []float64{1, 1, 2, 2, 4, 4, 8, 8})
	without := m.NewMask()
	without.Link(3)
	for want, ask := range map[string]func() error{
		"nothing leads from a to lone": func() error { _, err := m.Shortest(mesh.Query{From: 0, To: 4, By: w}); return err },
		"every route from a to d uses something excluded": func() error {
			_, err := m.Shortest(mesh.Query{From: 0, To: 3, By: w, Without: without})
			return err
		},
		"no route from a to c touches what it must pass in the order given": func() error {
			_, err := m.Shortest(mesh.Query{From: 0, To: 2, By: w, Via: []mesh.Via{{Nodes: []mesh.Node{3}}}})
			return err
		},
		"no route from a to d keeps the limit of 10: the least is 11": func() error {
			_, err := m.Shortest(mesh.Query{From: 0, To: 3, By: w, Bounds: []mesh.Bound{{w, 10}}})
			return err
		},
		"every route from a to d uses link cd": func() error {
			_, err := m.Pair(mesh.PairQuery{Query: mesh.Query{From: 0, To: 3, By: w}})
			return err
		},
		"every route from a to c is exposed to risk hut 7": func() error {
			_, err := m.Pair(mesh.PairQuery{Query: mesh.Query{From: 0, To: 2, By: w}, Risks: true})
			return err
		},
		"no two routes from a to c are apart and both within all limits": func() error {
			_, err := m.Pair(mesh.PairQuery{Query: mesh.Query{From: 0, To: 2, By: w, Bounds: []mesh.Bound{{w, 3.5}}}})
			return err
		},
		"no answer from a to d after looking at 2 nodes; there may be one: allow more effort or ask for less": func() error {
			_, err := m.Shortest(mesh.Query{From: 0, To: 3, By: w, Effort: 2})
			return err
		},
		"route 1 of the group: nothing leads from a to lone": func() error {
			_, err := m.Group(mesh.GroupQuery{Routes: []mesh.Query{{From: 0, To: 4, By: w}}})
			return err
		},
	} {
		if err := ask(); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	if p, err := m.Pair(mesh.PairQuery{Query: mesh.Query{From: 0, To: 2, By: w}, Risks: true, Share: []mesh.Risk{1}}); err != nil || p.Weight != 7 {
		t.Errorf("with the hut shared: %v %v, want 3 + 4", p, err)
	}
}

func TestOneNodeHasNoRoutes(t *testing.T) {
	var b mesh.Builder
	m, w := build(t, &b, nil)
	if _, err := m.Shortest(mesh.Query{By: w}); err == nil || !strings.Contains(err.Error(), "the mesh has 0") {
		t.Errorf("no node: %v", err)
	}
	b = mesh.Builder{}
	b.Node("only")
	m, w = build(t, &b, nil)
	if _, err := m.Shortest(mesh.Query{By: w}); !errors.Is(err, mesh.ErrSameNode) {
		t.Errorf("one node: %v", err)
	}
}

// TestEffortIsALimit asks a ladder for a route over its far end and back, which
// has none: without a limit the search would try all of some 2⁴⁰ routes.
func TestEffortIsALimit(t *testing.T) {
	var b mesh.Builder
	for i := range 80 {
		b.Node(fmt.Sprint("n", i))
	}
	var weights []float64
	add := func(a, z int) {
		b.Link(fmt.Sprint(a, "-", z), mesh.Node(a), mesh.Node(z), fmt.Sprint("duct ", a%5))
		weights = append(weights, 1, 1)
	}
	for i := range 40 {
		add(2*i, 2*i+1)
		if i > 0 {
			add(2*i-2, 2*i)
			add(2*i-1, 2*i+1)
			add(2*i-1, 2*i)
		}
	}
	tail := b.Node("tail")
	b.Link("tail", 79, tail)
	m, w := build(t, &b, append(weights, 1, 1))
	impossible := mesh.Query{From: 0, To: 78, By: w, Via: []mesh.Via{{Nodes: []mesh.Node{tail}}}, Effort: 20_000}
	s, err := m.Search(impossible)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := s.Next(); ok {
		t.Fatalf("%v passes the tail", p)
	}
	var r *mesh.Refusal
	if !errors.As(s.Err(), &r) || r.Reason != mesh.OutOfEffort {
		t.Errorf("search: %v", s.Err())
	}
	if _, err := m.Shortest(impossible); !errors.As(err, &r) || r.Reason != mesh.OutOfEffort {
		t.Errorf("shortest: %v", err)
	}
	q := mesh.Query{From: 0, To: 79, By: w}
	if _, err := m.Group(mesh.GroupQuery{Routes: []mesh.Query{q, q, q, q}, Effort: 20_000}); !errors.As(err, &r) || r.Reason != mesh.OutOfEffort {
		t.Errorf("group: %v", err)
	}
}

func TestClosedSearchIsOver(t *testing.T) {
	m, w := random(t, 10, 20)
	s, err := m.Search(mesh.Query{From: 0, To: 5, By: w})
	if err != nil {
		t.Fatal(err)
	}
	first, ok := s.Next()
	if !ok {
		t.Fatal("no route")
	}
	keep := slices.Clone(first.Edges)
	s.Close()
	s.Close()
	if _, ok := s.Next(); ok || s.Err() != nil {
		t.Error("a closed search goes on")
	}
	if _, err := m.Shortest(mesh.Query{From: 5, To: 0, By: w}); err != nil || !slices.Equal(keep, first.Edges) {
		t.Errorf("a route handed out has changed: %v", err)
	}
}
