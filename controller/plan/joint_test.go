package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// chosen says in short what a circuit is given.
func chosen(list []records.Decision) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Mode+" "+strings.Join(inner(d), ","))
	}
	return out
}

// noisy is two ways from a to b: a short fibre with much loss, on which only 400
// Gbit/s arrive, and a longer one for 800.
func noisy() []fibre {
	return []fibre{{name: "short", a: "a", b: "b", km: 50, lossDb: 29.5}, {name: "long", a: "a", b: "b", km: 70}}
}

func TestWavelengthsAreChosenAsASet(t *testing.T) {
	shorter := []fibre{{name: "first", a: "a", b: "b", km: 40}, {name: "second", a: "a", b: "b", km: 60}}
	room := func(docs []intents.Document, link string, ghz float64) []intents.Document {
		return reserveAll(docs, link, [2]float64{193_000, 193_000 + ghz})
	}
	for name, c := range map[string]struct {
		docs      []intents.Document
		gbps      int
		edit      func(*intents.CircuitSpec)
		objective plan.Objective
		want      []string
	}{
		"one of 800 the long way beats two of 400":   {smallDocs(4, noisy()...), 800, nil, nil, []string{"wide-800g long"}},
		"latency is that of every wavelength":        {smallDocs(4, noisy()...), 800, nil, plan.Objective{plan.LeastLatency}, []string{"wide-800g long"}},
		"one of 400 goes the short way":              {smallDocs(4, noisy()...), 400, nil, nil, []string{"zrp-400g short"}},
		"800 and 400, not three of 400":              {smallDocs(4, noisy()...), 1200, nil, nil, []string{"wide-800g long", "zrp-400g short"}},
		"least spectrum among as many":               {smallDocs(4, shorter...), 1100, nil, nil, []string{"wide-800g first", "zrp-300g first"}},
		"what is left over goes another way":         {room(smallDocs(4, shorter...), "first", 150), 1600, nil, nil, []string{"wide-800g first", "wide-800g second"}},
		"the wide one moves for the narrow one":      {room(room(smallDocs(4, shorter...), "first", 75), "second", 150), 1200, nil, nil, []string{"wide-800g second", "zrp-400g first"}},
		"few ports":                                  {smallDocs(1, noisy()...), 800, nil, nil, []string{"wide-800g long"}},
		"close together":                             {smallDocs(4, noisy()...), 1200, func(s *intents.CircuitSpec) { s.MaxSkewMs = ptr(0.05) }, nil, []string{"wide-800g long", "zrp-400g long"}},
		"spread, though one would do":                {smallDocs(4, shorter...), 400, func(s *intents.CircuitSpec) { s.Diversity = &intents.Diversity{MaxSharePercent: ptr(50)} }, nil, []string{"zrp-300g first", "zrp-300g second"}},
		"spread no further than asked for":           {smallDocs(4, shorter...), 800, func(s *intents.CircuitSpec) { s.Diversity = &intents.Diversity{MaxSharePercent: ptr(50)} }, nil, []string{"zrp-400g first", "zrp-400g second"}},
		"wavelengths are cheap, spectrum is not":     {smallDocs(4, shorter...), 1000, nil, plan.Objective{plan.LeastExcess}, []string{"zrp-400g first", "zrp-300g first", "zrp-300g first"}},
		"spectrum first makes no more of them":       {smallDocs(4, shorter...), 800, nil, plan.Objective{plan.LeastSpectrum}, []string{"wide-800g first"}},
		"latency first takes the short way for each": {smallDocs(4, noisy()...), 400, nil, plan.Objective{plan.LeastLatency, plan.LeastSpectrum}, []string{"zrp-400g short"}},
	} {
		t.Run(name, func(t *testing.T) {
			req := circuit("c", "a", "b", c.gbps)
			req.Objective = c.objective
			if c.edit != nil {
				c.edit(req.Circuit)
			}
			out := must(t, network(t, c.docs), plan.NewLedger(), req)
			if diff := cmp.Diff(c.want, chosen(out.Add)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestObjectivesThatAreNone(t *testing.T) {
	for _, c := range []struct {
		objective plan.Objective
		says      string
	}{
		{plan.Objective{"cheapest"}, `no criterion "cheapest"; there are [wavelengths spectrum latency excess occupancy]`},
		{plan.Objective{plan.LeastLatency, plan.LeastLatency}, `"latency" stands twice`},
	} {
		req := circuit("c", "a", "b", 400)
		req.Objective = c.objective
		out := one(network(t, ringDocs(1)), plan.NewLedger(), req)
		if out.Refusal == nil || !strings.Contains(out.Refusal.Message, c.says) {
			t.Errorf("got %+v, want %q", out.Refusal, c.says)
		}
	}
	if err := plan.DefaultObjective().Check(); err != nil {
		t.Error(err)
	}
}

// TestCircuitsKeptApart: a circuit shares nothing with those that it names, nor
// with those that name it, be they planned beside it or before.
func TestCircuitsKeptApart(t *testing.T) {
	fibres := []fibre{
		{name: "first", a: "a", b: "b", km: 40, risks: []string{"river"}}, {name: "second", a: "a", b: "b", km: 60, risks: []string{"river"}},
		{name: "third", a: "a", b: "b", km: 80, hut: "hut"}, {name: "fourth", a: "a", b: "b", km: 90, hut: "hut"},
	}
	n := network(t, smallDocs(4, fibres...))
	apart := func(by string) *intents.Diversity {
		return &intents.Diversity{By: by, ApartFrom: []string{"c1"}}
	}
	for by, want := range map[string]string{"link": "zrp-400g second", "sharedRisk": "zrp-400g third", "": "zrp-400g third", "site": "zrp-400g third"} {
		c1, c2 := circuit("c1", "a", "b", 400), circuit("c2", "a", "b", 400)
		c2.Circuit.Diversity = apart(by)
		for name, order := range map[string][]plan.Request{"named before": {c1, c2}, "naming before": {c2, c1}} {
			outs := plan.Compute(n, plan.NewLedger(), plan.SimpleEstimator(), order)
			if got := []string{chosen(outs[0].Add)[0], chosen(outs[1].Add)[0]}; !slices.Equal(got, []string{"zrp-400g first", want}) {
				t.Errorf("by %q, %s: %v, want the second over %s", by, name, got, want)
			}
		}
		l := plan.NewLedger()
		must(t, n, l, c1)
		c2.Apart = []plan.Apart{{Name: "c1", UID: c1.Intent.UID, By: by}}
		if got := chosen(must(t, n, l, c2).Add); got[0] != want {
			t.Errorf("by %q, stored: %v, want %s", by, got, want)
		}
	}
	// Three circuits apart from each other by site: there are two ways.
	c1, c2, c3 := circuit("c1", "a", "b", 400), circuit("c2", "a", "b", 400), circuit("c3", "a", "b", 400)
	c2.Circuit.Diversity, c3.Circuit.Diversity = apart("site"), &intents.Diversity{By: "site", ApartFrom: []string{"c1", "c2"}}
	r := plan.Compute(n, plan.NewLedger(), plan.SimpleEstimator(), []plan.Request{c1, c2, c3})[2].Refusal
	if r == nil || r.Reason != models.NoDisjointRoute || !strings.Contains(r.Message, "link first is shared with circuit c1, which is to be kept apart") || r.Nearest != "diversity.apartFrom: drop c1" {
		t.Errorf("got %+v", r)
	}
}

// TestSetsStick: what a circuit has stays as long as it goes with what is asked
// for, also where another set would be chosen today.
func TestSetsStick(t *testing.T) {
	fibres := []fibre{{name: "first", a: "a", b: "b", km: 40}, {name: "second", a: "a", b: "b", km: 60}}
	n := network(t, smallDocs(8, fibres...))
	for name, c := range map[string]struct {
		edit func(*intents.CircuitSpec)
		want set
		add  []string
	}{
		"a set that is worse today": {func(s *intents.CircuitSpec) { s.Modes = nil }, set{Keep: []int{1, 2}}, nil},
		"more":                      {func(s *intents.CircuitSpec) { s.Modes, s.CapacityGbps = nil, 1600 }, set{Add: []int{3}, Keep: []int{1, 2}}, []string{"wide-800g first"}},
		"spread":                    {func(s *intents.CircuitSpec) { s.Diversity = &intents.Diversity{MaxSharePercent: ptr(50)} }, set{Add: []int{3}, Keep: []int{1, 2}}, []string{"zrp-400g second"}},
		"less, but spread": {func(s *intents.CircuitSpec) {
			s.CapacityGbps, s.Diversity = 400, &intents.Diversity{MaxSharePercent: ptr(99)}
		}, set{Keep: []int{1}, Retire: []int{2}, Add: []int{3}}, []string{"zrp-400g second"}},
	} {
		t.Run(name, func(t *testing.T) {
			l := plan.NewLedger()
			req := circuit("c", "a", "b", 800)
			req.Circuit.Modes = []string{"zrp-400g"}
			req.Current = must(t, n, l, req).Add
			req.Intent.Generation = 2
			c.edit(req.Circuit)
			out := must(t, n, l, req)
			if diff := cmp.Diff(c.want, numbers(out)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.add, chosen(out.Add)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestSetThatDisturbsItself: two wavelengths that arrive alone, but not beside
// each other, are no set; one way round each is. Nothing is left of what was
// tried.
func TestSetThatDisturbsItself(t *testing.T) {
	docs := ringDocs(4)
	for _, s := range []string{"a", "b", "c", "d"} {
		docs = edit(docs, "roadm-"+s, func(d *intents.DeviceSpec) {
			for name, p := range d.Ports {
				if p.EgressDbmPer50GHz != nil {
					p.EgressDbmPer50GHz = ptr(-6.0) // 12 dB more than there should be
					d.Ports[name] = p
				}
			}
		})
	}
	n, est := network(t, docs), full(t)
	alone := circuit("c", "a", "b", 400)
	alone.Circuit.Modes = []string{"zrp-400g"}
	d := plan.Compute(n, plan.NewLedger(), est, []plan.Request{alone})[0].Add[0]
	two := circuit("c", "a", "b", 800)
	two.Circuit.Modes, two.Circuit.MinMarginDb, two.Circuit.Avoid = alone.Circuit.Modes, ptr(d.Margin.Db()), []string{"c"}
	l := plan.NewLedger()
	out := plan.Compute(n, l, est, []plan.Request{two})[0]
	if out.Refusal == nil || !strings.Contains(out.Refusal.Message, "1 wavelength of 400 Gbit/s in all would fit, then: margin") || !empty(l) {
		t.Fatalf("%+v, ledger empty %v", out, empty(l))
	}
	if r := out.Refusal; r.Reason != models.NeighbourMargin && r.Reason != models.MarginTooLow || !strings.HasPrefix(r.Nearest, "minMarginDb: ") {
		t.Errorf("got %+v", r)
	}
}

func TestExplain(t *testing.T) {
	fibres := append(noisy(), fibre{name: "far", a: "a", b: "b", km: 100})
	n, l := network(t, smallDocs(4, fibres...)), plan.NewLedger()
	must(t, n, l, circuit("other", "a", "b", 400))
	before := snapshotOf(l, fibres)
	req := circuit("c", "a", "b", 800)
	req.Circuit.MaxLatencyMs = ptr(0.4)
	x := plan.Explain(n, l, plan.SimpleEstimator(), req)
	if snapshotOf(l, fibres) != before {
		t.Error("the ledger has changed")
	}
	got := map[string]string{}
	for _, c := range x.Candidates {
		if c.LengthKm == 0 || c.LatencyMs == 0 || c.Mode != "" && c.Margin == nil {
			t.Errorf("incomplete: %+v", c)
		}
		got[c.Mode+" "+strings.Join(c.Route, ",")] = string(c.Reason) + "|" + c.Lost
	}
	want := map[string]string{
		" far":            "LatencyTooHigh|",
		"wide-800g short": "MarginTooLow|",
		"zrp-400g short":  "|2 wavelengths instead of 1",
		"zrp-300g short":  "|3 wavelengths instead of 1",
		"wide-800g long":  "Planned|",
		"zrp-400g long":   "|2 wavelengths instead of 1",
		"zrp-300g long":   "|3 wavelengths instead of 1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if x.Refusal != nil || len(x.Chosen) != 1 || !slices.Equal(x.Objective, plan.DefaultObjective()) {
		t.Errorf("%+v", x)
	}

	// With decisions the candidates are judged against those.
	req.Circuit.Modes = []string{"zrp-400g"}
	req.Current = must(t, n, l, req).Add
	req.Circuit.Modes = nil
	before = snapshotOf(l, fibres)
	x = plan.Explain(n, l, plan.SimpleEstimator(), req)
	if snapshotOf(l, fibres) != before {
		t.Error("the ledger has changed")
	}
	for _, c := range x.Candidates {
		if c.Mode == "wide-800g" && c.Route[0] == "long" && c.Lost != "better by itself, but does not go with the rest of what is asked for" {
			t.Errorf("%+v", c)
		}
		if (c.Mode == "zrp-400g" && c.Route[0] == "short") != (c.Reason == models.Planned) {
			t.Errorf("%+v", c)
		}
	}

	// A refusal has its nearest there too.
	req.Current, req.Circuit.MaxLatencyMs = nil, ptr(0.1)
	if x = plan.Explain(n, l, plan.SimpleEstimator(), req); x.Refusal == nil || x.Refusal.Nearest != "maxLatencyMs: 0.25" {
		t.Errorf("%+v", x.Refusal)
	}
}
