package plan_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// widest is the last step of an axis.
func widest(s intents.CircuitSpec, step func(*intents.CircuitSpec, int) bool) int {
	for k := 1; ; k++ {
		if next := s; !step(&next, k) {
			return k - 1
		}
	}
}

// passes reports whether a circuit is accepted with a change, and leaves the
// ledger as it was.
func passes(n *plan.Network, l *plan.Ledger, est plan.Estimator, req plan.Request, change func(*intents.CircuitSpec)) bool {
	s := *req.Circuit
	change(&s)
	req.Circuit = &s
	out := plan.Compute(n, l, est, []plan.Request{req})[0]
	for i := range out.Add {
		l.Release(&out.Add[i])
	}
	return out.Refusal == nil || out.Pair != nil
}

// axes are relaxations in the order in which they are looked for: step k of an
// axis, or false when there is none so wide.
var axes = []struct {
	name string
	step func(s *intents.CircuitSpec, k int) bool
}{
	{"maxLatencyMs", func(s *intents.CircuitSpec, k int) bool {
		return s.MaxLatencyMs != nil && raise(&s.MaxLatencyMs, k, 500)
	}},
	{"maxSkewMs", func(s *intents.CircuitSpec, k int) bool { return s.MaxSkewMs != nil && raise(&s.MaxSkewMs, k, 500) }},
	{"minMarginDb", func(s *intents.CircuitSpec, k int) bool {
		floor := 2.0
		if s.MinMarginDb != nil {
			floor = *s.MinMarginDb
		}
		s.MinMarginDb = ptr(float64(int(math.Round(floor*10))-k) / 10)
		return *s.MinMarginDb >= 0
	}},
	{"modes", func(s *intents.CircuitSpec, k int) bool {
		all := []string{"wide-800g", "zrp-300g", "zrp-400g"}
		all = slices.DeleteFunc(all, func(m string) bool { return slices.Contains(s.Modes, m) })
		if len(s.Modes) == 0 || k > len(all)+1 {
			return false
		}
		if k <= len(all) {
			all = all[k-1 : k]
		}
		s.Modes = slices.Concat(s.Modes, all)
		return true
	}},
	{"avoid", func(s *intents.CircuitSpec, k int) bool {
		if k > len(s.Avoid) {
			return false
		}
		s.Avoid = slices.Delete(slices.Clone(s.Avoid), k-1, k)
		return true
	}},
	{"maxWavelengths", func(s *intents.CircuitSpec, k int) bool {
		limited := s.MaxWavelengths > 0
		s.MaxWavelengths += k
		return limited && k < 10
	}},
	{"diversity.maxSharePercent", func(s *intents.CircuitSpec, k int) bool {
		if s.Diversity == nil || *s.Diversity.MaxSharePercent+k > 100 {
			return false
		}
		d := *s.Diversity
		if d.MaxSharePercent = ptr(*d.MaxSharePercent + k); *d.MaxSharePercent == 100 {
			d.MaxSharePercent = nil
		}
		s.Diversity = &d
		return true
	}},
	{"capacityGbps", func(s *intents.CircuitSpec, k int) bool {
		s.CapacityGbps -= 100 * k
		return s.CapacityGbps > 0
	}},
}

func raise(ms **float64, k, most int) bool {
	*ms = ptr(float64(int(math.Round(**ms*100))+k) / 100)
	return k <= most
}

// value is how a relaxed circuit's axis is written.
func value(name string, was, s *intents.CircuitSpec, k int) string {
	switch name {
	case "maxLatencyMs":
		return fmt.Sprintf("%s: %g", name, *s.MaxLatencyMs)
	case "maxSkewMs":
		return fmt.Sprintf("%s: %g", name, *s.MaxSkewMs)
	case "minMarginDb":
		return fmt.Sprintf("%s: %g", name, *s.MinMarginDb)
	case "avoid":
		return "avoid: drop " + was.Avoid[k-1]
	case "maxWavelengths":
		return fmt.Sprintf("%s: %d", name, s.MaxWavelengths)
	case "diversity.maxSharePercent":
		if s.Diversity.MaxSharePercent == nil {
			return name + ": leave out"
		}
		return fmt.Sprintf("%s: %d", name, *s.Diversity.MaxSharePercent)
	case "capacityGbps":
		return fmt.Sprintf("%s: %d", name, s.CapacityGbps)
	}
	return name + ": [" + strings.Join(s.Modes, ", ") + "]"
}

// TestNearestIsSmallest compares what is said with every step on every axis.
func TestNearestIsSmallest(t *testing.T) {
	for _, est := range []plan.Estimator{plan.SimpleEstimator(), full(t)} {
		t.Run(est.Name(), func(t *testing.T) { nearestIsSmallest(t, est) })
	}
}

func nearestIsSmallest(t *testing.T, est plan.Estimator) {
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		fibres, n := drawNetwork(t, rapid.IntRange(3, 8).Draw(t, "sites"))
		l := plan.NewLedger()
		plan.Compute(n, l, est, []plan.Request{drawCircuit(t, "other")})
		req := drawCircuit(t, "c")
		if rapid.IntRange(0, 3).Draw(t, "avoids") == 0 {
			req.Circuit.Avoid = []string{fibres[0].name, fibres[rapid.IntRange(0, len(fibres)-1).Draw(t, "which")].name}
			req.Circuit.Avoid = slices.Compact(req.Circuit.Avoid)
		}
		before := snapshotOf(l, fibres)
		out := plan.Compute(n, l, est, []plan.Request{req})[0]
		if out.Refusal == nil {
			return
		}
		if snapshotOf(l, fibres) != before {
			t.Fatal("looking for the nearest changed the ledger")
		}
		want := ""
		for _, axis := range axes {
			relaxed := func(k int) (s intents.CircuitSpec, ok bool) {
				s = *req.Circuit
				axis.step(&s, k)
				return s, passes(n, l, est, req, func(r *intents.CircuitSpec) { *r = s })
			}
			last := widest(*req.Circuit, axis.step)
			if last > 0 && axis.name != "avoid" {
				if _, ok := relaxed(last); !ok {
					continue // nor does any step before it, see TestMoreFreedomIsNeverWorse
				}
			}
			for k := 1; k <= last && want == ""; k++ {
				if s, ok := relaxed(k); ok {
					want = value(axis.name, req.Circuit, &s, k)
				}
			}
		}
		if strings.HasPrefix(want, "modes") && strings.HasPrefix(out.Refusal.Nearest, "modes") && strings.Count(want, ",") == strings.Count(out.Refusal.Nearest, ",") {
			want = out.Refusal.Nearest // several are as near; the objective decides
		}
		name, _, _ := strings.Cut(want, ":")
		seen[name]++
		if out.Refusal.Nearest != want {
			t.Fatalf("%s (%s): nearest %q, by exhaustion %q\n%+v", out.Refusal.Reason, out.Refusal.Message, out.Refusal.Nearest, want, *req.Circuit)
		}
	})
	t.Log(seen)
}

// TestMoreFreedomIsNeverWorse: what the search for the nearest rests on.
func TestMoreFreedomIsNeverWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, n := drawNetwork(t, 5)
		l := plan.NewLedger()
		req := drawCircuit(t, "c")
		axis := axes[rapid.IntRange(0, len(axes)-1).Draw(t, "axis")]
		last := widest(*req.Circuit, axis.step)
		if last == 0 || axis.name == "modes" {
			return
		}
		narrow, wide := *req.Circuit, *req.Circuit
		k := rapid.IntRange(1, last).Draw(t, "step")
		axis.step(&narrow, k)
		axis.step(&wide, rapid.IntRange(k, last).Draw(t, "wider"))
		if passes(n, l, plan.SimpleEstimator(), req, func(r *intents.CircuitSpec) { *r = narrow }) && !passes(n, l, plan.SimpleEstimator(), req, func(r *intents.CircuitSpec) { *r = wide }) {
			t.Fatalf("%s: accepted %+v, refused %+v", axis.name, narrow, wide)
		}
	})
}

func TestNearestOfWavelengthsByHand(t *testing.T) {
	for name, c := range map[string]struct {
		edit    func(*intents.WavelengthSpec)
		nearest string
	}{
		"taken":        {func(s *intents.WavelengthSpec) { s.Route, s.CentreGHz = []string{"a-b"}, ptr(191_387.5) }, "centreGHz: leave out"},
		"narrow":       {func(s *intents.WavelengthSpec) { s.Mode, s.SlotGHz = "zrp-400g", ptr(50.0) }, "slotGHz: leave out"},
		"too strong":   {func(s *intents.WavelengthSpec) { s.TxDbm = ptr(3.0) }, "txDbm: leave out"},
		"elsewhere":    {func(s *intents.WavelengthSpec) { s.Route = []string{"b-c"} }, "route: leave out"},
		"high margin":  {func(s *intents.WavelengthSpec) { s.Mode, s.MinMarginDb = "zrp-400g", ptr(20.0) }, "minMarginDb: 9.1"},
		"mode too far": {func(s *intents.WavelengthSpec) { s.Mode, s.MinMarginDb = "short-400", ptr(0.0) }, "mode: leave out"},
	} {
		t.Run(name, func(t *testing.T) {
			n, l := network(t, ringDocs(2)), plan.NewLedger()
			must(t, n, l, circuit("c", "a", "b", 400))
			s := intents.WavelengthSpec{From: "r-a/p2", To: "r-b/p2"}
			c.edit(&s)
			out := one(n, l, plan.Request{Intent: records.IntentRef{Kind: "Wavelength", Name: "w", UID: "u"}, Wavelength: &s})
			if out.Refusal == nil || out.Refusal.Nearest != c.nearest {
				t.Errorf("got %+v, want nearest %q", out.Refusal, c.nearest)
			}
		})
	}
}

// TestNearestHasALimit: a batch of hopeless circuits is answered in time that
// does not grow beyond the limit, and the later ones are refused all the same.
func TestNearestHasALimit(t *testing.T) {
	n := network(t, ringDocs(1))
	var reqs []plan.Request
	for i := range 2000 {
		req := circuit(fmt.Sprint("c", i), "a", "c", 40_000)
		req.Circuit.MaxLatencyMs = ptr(0.01)
		reqs = append(reqs, req)
	}
	said := 0
	for _, out := range plan.Compute(n, plan.NewLedger(), plan.SimpleEstimator(), reqs) {
		if out.Refusal == nil || out.Refusal.Reason != models.LatencyTooHigh {
			t.Fatalf("%+v", out.Refusal)
		}
		if out.Refusal.Nearest != "" {
			said++
		}
	}
	if said != 0 {
		t.Errorf("%d are told that one axis is enough, but two stand in the way", said)
	}
}
