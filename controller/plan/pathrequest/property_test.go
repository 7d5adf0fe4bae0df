package pathrequest_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan/pathrequest"
)

// drawRequests draws a list on the example mesh in which no two are alike.
func drawRequests(t *rapid.T) []pathrequest.Request {
	sites := []string{"Lannion_CAS", "Lorient_KMA", "Vannes_KBE", "Rennes_STA", "Brest_KLA"}
	index := rapid.IntRange(-300, 500)
	width := rapid.IntRange(1, 40)
	optional := func(g *rapid.Generator[int], name string) *int {
		if rapid.Bool().Draw(t, name+" free") {
			return nil
		}
		v := g.Draw(t, name)
		return &v
	}
	var list []pathrequest.Request
	for i := range rapid.IntRange(1, 30).Draw(t, "requests") {
		from := rapid.SampledFrom(sites).Draw(t, "from")
		to := rapid.SampledFrom(sites).Filter(func(s string) bool { return s != from }).Draw(t, "to")
		r := request(fmt.Sprint(i), from, to)
		r.PowerDbm = float64(i)
		r.SpacingHz = rapid.SampledFrom([]float64{37.5e9, 50e9, 75e9}).Draw(t, "spacing")
		r.BandwidthBps = float64(rapid.IntRange(1, 20).Draw(t, "bandwidth")) * 100e9
		if rapid.Bool().Draw(t, "chosen") {
			r.Mode = nil
		}
		for range rapid.IntRange(0, 2).Draw(t, "slots") {
			r.Slots = append(r.Slots, pathrequest.Slot{N: optional(index, "N"), M: optional(width, "M")})
		}
		list = append(list, r)
	}
	return list
}

// TestServing checks what must hold of any list: slots overlap nowhere, are
// inside the band and wide enough; the same list has the same answers; and what
// comes later changes nothing before.
func TestServing(t *testing.T) {
	p := planner(t, asked(t), pathrequest.Options{})
	rapid.Check(t, func(t *rapid.T) {
		list := drawRequests(t)
		got, err := p.Serve(list, nil)
		if err != nil {
			t.Fatal(err)
		}
		taken := map[[2]string]map[int]string{}
		for i, a := range got {
			width := 0
			for _, s := range a.Slots {
				width += *s.M
				if *s.N-*s.M < -288 || *s.N+*s.M > 481 {
					t.Fatalf("request %s: %s is outside the band", a.ID, slots(a.Slots))
				}
				for k := 1; k < len(a.RoadmPath); k++ {
					hop := [2]string{min(a.RoadmPath[k-1], a.RoadmPath[k]), max(a.RoadmPath[k-1], a.RoadmPath[k])}
					if taken[hop] == nil {
						taken[hop] = map[int]string{}
					}
					for g := *s.N - *s.M; g < *s.N+*s.M; g++ {
						if by, used := taken[hop][g]; used {
							t.Fatalf("request %s and %s share granule %d on %v", a.ID, by, g, hop)
						}
						taken[hop][g] = a.ID
					}
				}
			}
			if each := int((list[i].SpacingHz + 12.5e9 - 1) / 12.5e9); (a.Status == pathrequest.OK) != (width > 0) || width < a.Pairs*each {
				t.Fatalf("request %s: %s with %d pairs in %q", a.ID, a.Status, a.Pairs, slots(a.Slots))
			}
		}
		k := rapid.IntRange(0, len(list)).Draw(t, "first")
		before, err := p.Serve(list[:k], nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got[:k], before); diff != "" {
			t.Fatalf("answers depend on what comes later: (-all +first)\n%s", diff)
		}
	})
}
