package mesh_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
)

func take(b *testing.B, m *mesh.Mesh, q mesh.Query, k int) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		s, err := m.Search(q)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for range s.All() {
			if n++; n == k {
				break
			}
		}
		if n != k {
			b.Fatalf("%d routes, want %d", n, k)
		}
	}
}

func between(b *testing.B, m *mesh.Mesh, w *mesh.Weights, from, to string) mesh.Query {
	b.Helper()
	a, ok := m.Lookup(from)
	z, ok2 := m.Lookup(to)
	if !ok || !ok2 {
		b.Fatalf("no %s or %s", from, to)
	}
	return mesh.Query{From: a, To: z, By: w}
}

// BenchmarkConus20 lists 20 routes across CORONET CONUS. GNPy 2.14.1 takes 12 ms.
func BenchmarkConus20(b *testing.B) {
	m, km := load(b, "coronet-conus")
	take(b, m, between(b, m, km, "Seattle", "Miami"), 20)
}

func BenchmarkConusPair(b *testing.B) {
	m, km := load(b, "coronet-conus")
	q := mesh.PairQuery{Query: between(b, m, km, "Seattle", "Miami"), Nodes: true}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Pair(q); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRandom500(b *testing.B) {
	m, km := random(b, 500, 1000)
	q := mesh.Query{From: 3, To: 480, By: km}
	b.Run("shortest", func(b *testing.B) { take(b, m, q, 1) })
	b.Run("k=10", func(b *testing.B) { take(b, m, q, 10) })
	b.Run("pair with risks", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := m.Pair(mesh.PairQuery{Query: q, Nodes: true, Risks: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkConusPairWithRisks asks for all pairs from one city, with ducts
// shared at random: many of them need the enumeration, some have no answer.
func BenchmarkConusPairWithRisks(b *testing.B) {
	m, w := ducts(b, rand.New(rand.NewPCG(3, 4)))
	b.ReportAllocs()
	for b.Loop() {
		for to := 1; to < m.Nodes(); to++ {
			q := mesh.PairQuery{Query: mesh.Query{From: 0, To: mesh.Node(to), By: w}, Nodes: true, Risks: true}
			var r *mesh.Refusal
			if _, err := m.Pair(q); err != nil && (!errors.As(err, &r) || r.Reason == mesh.OutOfEffort) {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*(m.Nodes()-1)), "µs/pair")
}
