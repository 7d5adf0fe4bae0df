package mesh_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

// elements is a network of single elements, as GNPy's planner sees it, and what
// it answers.
type elements struct {
	Elements []struct {
		Name  string
		Roadm bool
	}
	Edges []struct {
		From, To string
		M        float64
	}
	Requests []struct {
		ID, From, To    string
		Include, Roadms []string
	}
	Disjunctions [][]string

	m     *mesh.Mesh
	w     *mesh.Weights
	node  map[string]mesh.Node
	roadm map[string]bool
}

func loadElements(t *testing.T) *elements {
	t.Helper()
	data, err := os.ReadFile("testdata/gnpy-mesh.json")
	if err != nil {
		t.Fatal(err)
	}
	f := &elements{node: map[string]mesh.Node{}, roadm: map[string]bool{}}
	if err := json.Unmarshal(data, f); err != nil {
		t.Fatal(err)
	}
	var b mesh.Builder
	for _, e := range f.Elements {
		f.node[e.Name], f.roadm[e.Name] = b.Node(e.Name), e.Roadm
	}
	var metres []float64
	for i, e := range f.Edges {
		b.Edge(mesh.EdgeSpec{Name: fmt.Sprint(i), From: f.node[e.From], To: f.node[e.To], Risks: f.hops(e.From, e.To)})
		metres = append(metres, e.M)
	}
	f.m, f.w = build(t, &b, metres)
	return f
}

// hops names the hops between switches that the edge from one element to
// another is part of, the same in either direction. Between switches every
// element has one predecessor and one successor.
func (f *elements) hops(from, to string) []string {
	end := func(at, next string, forwards bool) string {
		for !f.roadm[next] {
			found := false
			for _, e := range f.Edges {
				a, z := e.From, e.To
				if !forwards {
					a, z = z, a
				}
				if a == next && z != at {
					at, next, found = next, z, true
					break
				}
			}
			if !found {
				return "" // a transceiver
			}
		}
		return next
	}
	a, z := end(to, from, false), end(from, to, true)
	if a == "" || z == "" {
		return nil
	}
	return []string{min(a, z) + " – " + max(a, z)}
}

func (f *elements) query(t *testing.T, id string) (mesh.Query, []string) {
	t.Helper()
	for _, r := range f.Requests {
		if r.ID != id {
			continue
		}
		q := mesh.Query{From: f.node[r.From], To: f.node[r.To], By: f.w, MaxEdges: 80}
		for _, name := range r.Include {
			q.Via = append(q.Via, mesh.Via{Nodes: []mesh.Node{f.node[name]}})
		}
		return q, r.Roadms
	}
	t.Fatalf("no request %s", id)
	return mesh.Query{}, nil
}

func (f *elements) switches(p mesh.Path) []string {
	var out []string
	for _, n := range f.m.NodesOf(p) {
		if name := f.m.NodeName(n); f.roadm[name] {
			out = append(out, name)
		}
	}
	return out
}

// TestPathRequests answers requests as GNPy's planner does: routes that must
// include nodes in order, and groups that must not share a hop.
func TestPathRequests(t *testing.T) {
	f := loadElements(t)
	grouped := map[string]bool{}
	for _, ids := range f.Disjunctions {
		var g mesh.GroupQuery
		var want [][]string
		for _, id := range slices.Backward(ids) { // GNPy varies the last one slowest
			q, roadms := f.query(t, id)
			g.Routes = append(g.Routes, q)
			want = append(want, roadms)
			grouped[id] = true
		}
		paths, err := f.m.Group(g)
		if err != nil {
			t.Fatalf("%v: %v", ids, err)
		}
		var got [][]string
		for _, p := range paths {
			got = append(got, f.switches(p))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("requests %v from the last: (-want +got)\n%s", ids, diff)
		}
	}
	for _, r := range f.Requests {
		if grouped[r.ID] {
			continue
		}
		q, want := f.query(t, r.ID)
		p, err := f.m.Shortest(q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, f.switches(p)); diff != "" {
			t.Errorf("request %s: (-want +got)\n%s", r.ID, diff)
		}
	}
}
