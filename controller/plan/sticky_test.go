package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// set is what an outcome says about numbers.
type set struct{ Add, Keep, Retire []int }

func numbers(out plan.Outcome) set {
	var s set
	for _, d := range out.Add {
		s.Add = append(s.Add, d.WL)
	}
	s.Keep, s.Retire = out.Keep, out.Retire
	return s
}

// TestSticky decides a circuit of 1600 Gbit/s a–b (wavelengths 1 and 2 over
// a-b), changes the network or the intent, and asks again.
func TestSticky(t *testing.T) {
	lit := map[int]bool{1: true, 2: true}
	less := func(s *intents.CircuitSpec) { s.CapacityGbps = 800 }
	for name, c := range map[string]struct {
		docs func([]intents.Document) []intents.Document
		spec func(*intents.CircuitSpec)
		lit  map[int]bool
		good map[int]bool
		want set
	}{
		"nothing changed":         {want: set{Keep: []int{1, 2}}},
		"more capacity":           {spec: func(s *intents.CircuitSpec) { s.CapacityGbps = 2000 }, want: set{Add: []int{5}, Keep: []int{1, 2}}},
		"less capacity":           {spec: less, want: set{Keep: []int{1}, Retire: []int{2}}},
		"less, one dark":          {spec: less, lit: map[int]bool{2: true}, want: set{Keep: []int{2}, Retire: []int{1}}},
		"less, one bad":           {spec: less, lit: lit, good: map[int]bool{2: true}, want: set{Keep: []int{2}, Retire: []int{1}}},
		"less, one bad, one dark": {spec: less, lit: map[int]bool{1: true}, want: set{Keep: []int{1}, Retire: []int{2}}},
		"less, both good":         {spec: less, lit: lit, good: lit, want: set{Keep: []int{1}, Retire: []int{2}}},
		"a little less":           {spec: func(s *intents.CircuitSpec) { s.CapacityGbps = 900 }, want: set{Keep: []int{1, 2}}},
		"a worse margin is kept": {
			docs: func(d []intents.Document) []intents.Document {
				return edit(d, "a-b", func(s *intents.LinkSpec) { s.Spans[1].LossDb = &intents.PerWay{Az: 30, Za: 30} })
			}, lit: lit, want: set{Keep: []int{1, 2}},
		},
		"a higher floor is kept": {spec: func(s *intents.CircuitSpec) { s.MinMarginDb = ptr(20.0) }, lit: lit, want: set{Keep: []int{1, 2}}},
		"link gone":              {docs: func(d []intents.Document) []intents.Document { return without(d, "Link", "a-b") }, lit: lit, want: set{Add: []int{5, 6}, Retire: []int{1, 2}}},
		"port gone": {
			docs: func(d []intents.Document) []intents.Document {
				d = without(d, "Link", "patch-a-p2")
				return edit(d, "r-a", func(s *intents.DeviceSpec) { delete(s.Ports, "p2") })
			}, lit: lit, want: set{Add: []int{5}, Keep: []int{1}, Retire: []int{2}},
		},
		"device on the way replaced": {
			docs: func(d []intents.Document) []intents.Document {
				return edit(d, "a-b", func(s *intents.LinkSpec) { s.Ends[1] = "roadm-c/spare" })
			}, lit: lit, want: set{Add: []int{5, 6}, Retire: []int{1, 2}},
		},
		"out of band": {
			docs: func(d []intents.Document) []intents.Document {
				return edit(d, "a-b", func(s *intents.LinkSpec) { s.Spans[0].Amplifier.Type = "upper" })
			}, lit: lit, want: set{Add: []int{5, 6}, Retire: []int{1, 2}},
		},
		"range reserved, dark": {
			docs: func(d []intents.Document) []intents.Document {
				return edit(d, "a-b", func(s *intents.LinkSpec) { s.Reserved = []intents.Reserved{{FromGHz: 191400, ToGHz: 191450}} })
			}, want: set{Add: []int{5}, Keep: []int{2}, Retire: []int{1}},
		},
		"range reserved, lit": {
			docs: func(d []intents.Document) []intents.Document {
				return edit(d, "a-b", func(s *intents.LinkSpec) { s.Reserved = []intents.Reserved{{FromGHz: 191400, ToGHz: 191450}} })
			}, lit: lit, want: set{Keep: []int{1, 2}},
		},
		"port faulty, dark": {
			docs: func(d []intents.Document) []intents.Document { return faulty(d, "r-a", "p1") },
			want: set{Add: []int{5}, Keep: []int{2}, Retire: []int{1}},
		},
		"port faulty, lit": {docs: func(d []intents.Document) []intents.Document { return faulty(d, "r-a", "p1") }, lit: lit, want: set{Keep: []int{1, 2}}},
		"another end":      {spec: func(s *intents.CircuitSpec) { s.To = "d" }, lit: lit, want: set{Add: []int{5, 6}, Retire: []int{1, 2}}},
		"avoiding it":      {spec: func(s *intents.CircuitSpec) { s.Avoid = []string{"duct-a"} }, lit: lit, want: set{Add: []int{5, 6}, Retire: []int{1, 2}}},
		"another mode":     {spec: func(s *intents.CircuitSpec) { s.Modes = []string{"zrp-400g"} }, lit: lit, want: set{Add: []int{5, 6, 7, 8}, Retire: []int{1, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			docs := func() []intents.Document {
				return edit(ringDocs(8), "roadm-c", func(d *intents.DeviceSpec) { d.Ports["spare"] = intents.Port{} })
			}
			l := plan.NewLedger()
			req := circuit("c", "a", "b", 1600)
			req.Current = must(t, network(t, docs()), l, req).Add
			req.Lit, req.Carrying, req.NextWL, req.Intent.Generation = c.lit, c.good, 5, 2
			if c.spec != nil {
				c.spec(req.Circuit)
			}
			changed := docs()
			if c.docs != nil {
				changed = c.docs(changed)
			}
			out := must(t, network(t, changed), l, req)
			if diff := cmp.Diff(c.want, numbers(out)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if out.NextWL != 5+len(out.Add) {
				t.Errorf("next wavelength %d", out.NextWL)
			}
			for _, d := range req.Current {
				if l.Held(d.Owner()).Links == nil {
					t.Errorf("%s lost its reservation; that is for Release", d.Name)
				}
			}
		})
	}
}

// TestShrinkingPassesOverWhatIsNeeded: one that is too large to go does not
// keep a smaller one of the same worth, and nothing worth more goes in its place.
func TestShrinkingPassesOverWhatIsNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		lit  map[int]bool
		want set
	}{
		"both dark":               {nil, set{Keep: []int{2}, Retire: []int{1}}},
		"both lit":                {map[int]bool{1: true, 2: true}, set{Keep: []int{2}, Retire: []int{1}}},
		"the one needed is dark":  {map[int]bool{1: true}, set{Keep: []int{1, 2}}},
		"the other one is darker": {map[int]bool{2: true}, set{Keep: []int{2}, Retire: []int{1}}},
	} {
		n, l := network(t, ringDocs(3)), plan.NewLedger()
		req := circuit("c", "a", "b", 400)
		req.Current = must(t, n, l, req).Add
		req.Circuit.CapacityGbps, req.Intent.Generation, req.NextWL = 1200, 2, 2
		req.Current = append(req.Current, must(t, n, l, req).Add...)
		if len(req.Current) != 2 || req.Current[1].CapacityGbps != 800 {
			t.Fatalf("%s: want 400 and 800 Gbit/s, got %+v", name, req.Current)
		}
		req.Circuit.CapacityGbps, req.Intent.Generation, req.NextWL = 800, 3, 3
		req.Lit, req.Carrying = c.lit, c.lit
		if diff := cmp.Diff(c.want, numbers(must(t, n, l, req))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func faulty(docs []intents.Document, device, port string) []intents.Document {
	return edit(docs, device, func(s *intents.DeviceSpec) {
		p := s.Ports[port]
		p.State = "faulty"
		s.Ports[port] = p
	})
}

// TestRefusedUpdateKeepsAll: an update that cannot be met changes nothing, not
// even a part that could be.
func TestRefusedUpdateKeepsAll(t *testing.T) {
	n, l := network(t, ringDocs(3)), plan.NewLedger()
	req := circuit("c", "a", "b", 1600)
	req.Current = must(t, n, l, req).Add
	before := snapshot(l)
	req.Circuit.CapacityGbps, req.Intent.Generation = 8000, 2
	out := one(n, l, req)
	if out.Refusal == nil || out.Refusal.Reason != models.NoPort {
		t.Fatalf("got %+v", out.Refusal)
	}
	if diff := cmp.Diff(set{Keep: []int{1, 2}}, numbers(out)); diff != "" || snapshot(l) != before {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestMarginOfADecisionIsRecorded(t *testing.T) {
	req := circuit("c", "a", "b", 400)
	req.Circuit.MinMarginDb, req.Circuit.OnVerifyFailure = ptr(1.5), "undo"
	d := must(t, network(t, ringDocs(1)), plan.NewLedger(), req).Add[0]
	want := records.Decision{Floor: 150, Estimator: "estimate", OnVerifyFailure: "undo", TopologyRev: 7, Rev: 1, WL: 1, Name: "c-1"}
	got := records.Decision{Floor: d.Floor, Estimator: d.Estimator, OnVerifyFailure: d.OnVerifyFailure, TopologyRev: d.TopologyRev, Rev: d.Rev, WL: d.WL, Name: d.Name}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
