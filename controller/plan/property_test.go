package plan_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// TestPlansAreSound plans circuits at random and looks at what comes out as
// somebody would who knows only what was asked for.
func TestPlansAreSound(t *testing.T) {
	estimators := []plan.Estimator{plan.SimpleEstimator(), full(t)}
	rapid.Check(t, func(t *rapid.T) {
		fibres, n := drawNetwork(t, 6)
		l, est := plan.NewLedger(), rapid.SampledFrom(estimators).Draw(t, "estimator")
		at := map[string]fibre{}
		for _, f := range fibres {
			at[f.name] = f
		}
		taken := map[string][]models.Slot{} // by link; both directions have the same
		var reqs []plan.Request
		for i := range rapid.IntRange(1, 4).Draw(t, "circuits") {
			reqs = append(reqs, drawCircuit(t, fmt.Sprint("c", i)))
		}
		outs := plan.Compute(n, l, est, reqs)
		for i, out := range outs {
			if out.Refusal != nil {
				continue
			}
			s := reqs[i].Circuit
			carried := 0
			least, greatest := 1e9, 0.0
			lost := map[string]int{}
			by := ""
			if s.Diversity != nil {
				by = s.Diversity.By
			}
			for _, d := range out.Add {
				carried += d.CapacityGbps
				least, greatest = min(least, d.LatencyMs), max(greatest, d.LatencyMs)
				here := "n0"
				for _, link := range inner(d) {
					f := at[link]
					switch here {
					case f.a:
						here = f.b
					case f.b:
						here = f.a
					default:
						t.Fatalf("%v: link %s does not go on from %s", inner(d), link, here)
					}
					for _, other := range taken[link] {
						if other.Overlaps(d.Slot) {
							t.Fatalf("link %s: slots %v and %v", link, other, d.Slot)
						}
					}
					taken[link] = append(taken[link], d.Slot)
				}
				if here != "n1" {
					t.Fatalf("%v ends at %s", inner(d), here)
				}
				if s.MaxLatencyMs != nil && d.LatencyMs > *s.MaxLatencyMs {
					t.Fatalf("%g ms, at most %g ms", d.LatencyMs, *s.MaxLatencyMs)
				}
				if s.MinMarginDb != nil && d.Margin.Db() < *s.MinMarginDb-1e-9 || len(s.Modes) > 0 && !slices.Contains(s.Modes, d.Mode) {
					t.Fatalf("margin %v with mode %s", d.Margin, d.Mode)
				}
				for _, thing := range exposed(at, by, inner(d)) {
					lost[thing] += d.CapacityGbps
				}
			}
			if carried < s.CapacityGbps || s.MaxWavelengths > 0 && len(out.Add) > s.MaxWavelengths {
				t.Fatalf("%d wavelengths carry %d of %d Gbit/s", len(out.Add), carried, s.CapacityGbps)
			}
			if s.MaxSkewMs != nil && greatest-least > *s.MaxSkewMs+1e-9 {
				t.Fatalf("skew of %g ms, at most %g ms", greatest-least, *s.MaxSkewMs)
			}
			if s.Diversity != nil {
				for thing, gbps := range lost {
					if 100*(carried-gbps) < s.CapacityGbps*(100-*s.Diversity.MaxSharePercent) {
						t.Fatalf("%d of %d Gbit/s are lost with %s, at most %d %% of %d", gbps, carried, thing, *s.Diversity.MaxSharePercent, s.CapacityGbps)
					}
				}
			}
		}
		// The same again, byte for byte.
		a, err := json.Marshal(outs)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(plan.Compute(n, plan.NewLedger(), est, reqs))
		if string(a) != string(b) {
			t.Fatalf("another answer:\n%s\n%s", a, b)
		}
	})
}

// exposed lists what can fail on a route, for a circuit from n0 to n1.
func exposed(at map[string]fibre, by string, links []string) []string {
	var out []string
	for _, name := range links {
		f := at[name]
		out = append(out, "link "+name)
		if by != "link" {
			out = append(out, f.risks...)
		}
		if by == "site" {
			for _, s := range []string{f.a, f.b, f.hut} {
				if s != "n0" && s != "n1" && s != "" {
					out = append(out, "site "+s)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestAddAndRemoveRestores: what a circuit took is given back bit for bit, in
// whatever order circuits come and go.
func TestAddAndRemoveRestores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fibres, n := drawNetwork(t, 6)
		l := plan.NewLedger()
		before := plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{drawCircuit(t, "c0")})
		kept := snapshotOf(l, fibres)
		var added []records.Decision
		for _, out := range plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{drawCircuit(t, "c1"), drawCircuit(t, "c2")}) {
			added = append(added, out.Add...)
		}
		for len(added) > 0 {
			i := rapid.IntRange(0, len(added)-1).Draw(t, "which")
			l.Release(&added[i])
			added = slices.Delete(added, i, i+1)
		}
		if after := snapshotOf(l, fibres); after != kept {
			t.Fatalf("before\n%safter\n%s", kept, after)
		}
		for i := range before[0].Add {
			l.Release(&before[0].Add[i])
		}
		if rest := snapshotOf(l, fibres); rest != "" {
			t.Fatalf("left behind:\n%s", rest)
		}
	})
}

// TestMoreRoomIsNeverWorse: a circuit that is accepted is accepted as well when
// light that was in its way is gone.
func TestMoreRoomIsNeverWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, n := drawNetwork(t, 5)
		l := plan.NewLedger()
		var lit []records.Decision
		for i := range rapid.IntRange(1, 4).Draw(t, "others") {
			other := circuit(fmt.Sprint("o", i), "n0", "n1", 400)
			other.Circuit.Modes = []string{rapid.SampledFrom([]string{"zrp-400g", "wide-800g"}).Draw(t, "mode")}
			lit = append(lit, plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{other})[0].Add...)
		}
		req := drawCircuit(t, "c")
		out := plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{req})[0]
		if out.Refusal != nil || len(lit) == 0 {
			return
		}
		for i := range out.Add {
			l.Release(&out.Add[i])
		}
		for i := range lit {
			if rapid.Bool().Draw(t, "goes") {
				l.Release(&lit[i])
			}
		}
		if again := plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{req})[0]; again.Refusal != nil {
			t.Fatalf("accepted on a fuller network, now %+v", *again.Refusal)
		}
	})
}
