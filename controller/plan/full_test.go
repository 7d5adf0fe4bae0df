package plan_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

func full(t testing.TB) plan.Estimator {
	t.Helper()
	est, err := plan.FullEstimator()
	if err != nil {
		t.Fatal(err)
	}
	return est
}

// again is a ledger filled from what another one would store.
func again(l *plan.Ledger, n *plan.Network, decisions []*records.Decision) *plan.Ledger {
	out := plan.NewLedger()
	for _, d := range decisions {
		held := l.Held(d.Owner())
		for _, link := range held.Links {
			out.SetSpectrum(link, *l.Spectrum(link))
		}
	}
	for _, d := range decisions {
		out.SetDecision(d)
	}
	return out
}

func worst(t testing.TB, n *plan.Network, l *plan.Ledger, est plan.Estimator, d *records.Decision) float64 {
	t.Helper()
	e, ok := l.Predicted(n, est, d.Owner())
	if !ok {
		t.Fatalf("%s has no place", d.Owner())
	}
	return e.Worst().MarginDb
}

// TestNeighboursLoseMargin: the second channel of a link costs the first one a
// little, and the decision says whom and how much.
func TestNeighboursLoseMargin(t *testing.T) {
	n, l, est := network(t, ringDocs(4)), plan.NewLedger(), full(t)
	first := plan.Compute(n, l, est, []plan.Request{circuit("c1", "a", "b", 400)})[0]
	if first.Refusal != nil {
		t.Fatal(first.Refusal)
	}
	a := &first.Add[0]
	before := worst(t, n, l, est, a)
	if got := a.Margin.Db(); math.Abs(got-before) > 0.3 {
		t.Errorf("decided with %.2f dB, predicted with %.2f dB: powers are rounded to steps, not more", got, before)
	}
	if a.WorstNeighbour != "" || a.Estimator != "gn" {
		t.Errorf("the first light: %q %q", a.WorstNeighbour, a.Estimator)
	}
	second := plan.Compute(n, l, est, []plan.Request{circuit("c2", "a", "b", 400)})[0]
	b := &second.Add[0]
	after := worst(t, n, l, est, a)
	lost := before - after
	if b.WorstNeighbour != a.Called() || lost <= 0 || math.Abs(b.NeighbourLoss.Db()-lost) > 0.011 {
		t.Errorf("%s loses %.4f dB, the decision says %s loses %v", a.Owner(), lost, b.WorstNeighbour, b.NeighbourLoss)
	}
	if fresh := worst(t, n, again(l, n, []*records.Decision{a, b}), est, a); math.Abs(fresh-after) > 1e-9 {
		t.Errorf("from scratch %.12f dB, updated %.12f dB", fresh, after)
	}
	l.Release(b)
	if back := worst(t, n, l, est, a); math.Abs(back-before) > 1e-9 {
		t.Errorf("alone again %.12f dB, before %.12f dB", back, before)
	}
}

// TestNeighbourBelowItsFloor: a channel that asked for all of its margin stands
// against another one beside it.
func TestNeighbourBelowItsFloor(t *testing.T) {
	docs := ringDocs(4)
	for _, d := range docs {
		if dev, ok := d.Spec.(*intents.DeviceSpec); ok {
			for name, p := range dev.Ports {
				if p.EgressDbmPer50GHz != nil {
					p.EgressDbmPer50GHz = ptr(-6.0) // 12 dB more than there should be
					dev.Ports[name] = p
				}
			}
		}
	}
	n, l, est := network(t, docs), plan.NewLedger(), full(t)
	alone := plan.Compute(n, plan.NewLedger(), est, []plan.Request{circuit("c1", "a", "b", 400)})[0].Add[0]
	picky := circuit("c1", "a", "b", 400)
	picky.Circuit.MinMarginDb = ptr(alone.Margin.Db())
	picky.Circuit.Modes = []string{alone.Mode}
	kept := plan.Compute(n, l, est, []plan.Request{picky})[0]
	if kept.Refusal != nil {
		t.Fatal(kept.Refusal)
	}
	second := circuit("c2", "a", "b", 400)
	second.Circuit.Avoid = []string{"c"} // the other way round the ring
	out := plan.Compute(n, l, est, []plan.Request{second})[0]
	if out.Refusal == nil || out.Refusal.Reason != models.NeighbourMargin {
		t.Fatalf("accepted, or refused for another reason: %+v %+v", out.Refusal, out.Add)
	}
	if got := l.Held("circuit/default/c2/1"); len(got.Links) > 0 {
		t.Errorf("a refused circuit holds %v", got)
	}
	out = plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{second})[0]
	if out.Refusal != nil {
		t.Errorf("the simple estimate knows no neighbours: %v", out.Refusal.Message)
	}
}

// TestUpdatedEqualsFresh adds and removes circuits at random: what is predicted
// for each is what a ledger filled from the records predicts.
func TestUpdatedEqualsFresh(t *testing.T) {
	n, est := network(t, ringDocs(6)), full(t)
	sites := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		l := plan.NewLedger()
		lit := map[string]*records.Decision{}
		var order []string
		for i := range rapid.IntRange(2, 8).Draw(t, "steps") {
			if len(order) > 0 && rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				k := rapid.IntRange(0, len(order)-1).Draw(t, "who")
				l.Release(lit[order[k]])
				delete(lit, order[k])
				order = append(order[:k], order[k+1:]...)
				continue
			}
			from := rapid.IntRange(0, 3).Draw(t, "from")
			to := (from + rapid.IntRange(1, 3).Draw(t, "to")) % 4
			out := plan.Compute(n, l, est, []plan.Request{circuit(fmt.Sprintf("c%d", i), sites[from], sites[to], 400)})[0]
			for k := range out.Add {
				lit[out.Add[k].Owner()] = &out.Add[k]
				order = append(order, out.Add[k].Owner())
			}
			if rapid.Bool().Draw(t, "ask") {
				for _, owner := range order {
					l.Predicted(n, est, owner)
				}
			}
		}
		var all []*records.Decision
		for _, owner := range order {
			all = append(all, lit[owner])
		}
		fresh := again(l, n, all)
		for _, owner := range order {
			a, ok := l.Predicted(n, est, owner)
			b, _ := fresh.Predicted(n, est, owner)
			if !ok || math.Abs(a.Worst().MarginDb-b.Worst().MarginDb) > 1e-9 || math.Abs(a.Za.OsnrDb-b.Za.OsnrDb) > 1e-9 {
				t.Fatalf("%s: updated %.12f dB, from scratch %.12f dB", owner, a.Worst().MarginDb, b.Worst().MarginDb)
			}
		}
	})
}
