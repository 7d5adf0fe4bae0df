package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

func TestRing(t *testing.T) {
	n, l := network(t, ringDocs(4)), plan.NewLedger()
	out := must(t, n, l, circuit("c", "a", "c", 1600))
	if len(out.Add) != 2 {
		t.Fatalf("%d wavelengths, want two of 800", len(out.Add))
	}
	d := out.Add[0]
	if diff := cmp.Diff([]string{"patch-a-p1:az", "a-b:az", "b-c:az", "patch-c-p1:za"}, links(d)); diff != "" {
		t.Errorf("route (-want +got)\n%s", diff)
	}
	type channel struct {
		Device, Source, Dest, Link string
		Direction                  records.Direction
		Index, Step                int
	}
	var got []channel
	for _, m := range d.Media {
		got = append(got, channel{m.Device, m.Source, m.Dest, m.Link, m.Direction, m.Index, m.Step})
	}
	want := []channel{
		{"roadm-a", "addp1-in", "EAST-OUT", "a-b", "az", 100, 1},
		{"roadm-b", "WEST-IN", "EAST-OUT", "b-c", "az", 100, 2},
		{"roadm-c", "WEST-IN", "addp1-out", "", "az", 100, 3},
		{"roadm-c", "addp1-in", "WEST-OUT", "b-c", "za", 101, 1},
		{"roadm-b", "EAST-IN", "WEST-OUT", "a-b", "za", 101, 2},
		{"roadm-a", "EAST-IN", "addp1-out", "", "za", 101, 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("media (-want +got)\n%s", diff)
	}
	if out.Add[1].Slot.Overlaps(d.Slot) || out.Add[1].Media[0].Index != 102 || out.Add[1].Ends[0].Port != "p2" {
		t.Errorf("second wavelength: %+v", out.Add[1])
	}
	if plan.Steps(&d) != 3 || plan.DrainSteps(&d) != 3 {
		t.Errorf("steps %d, drain steps %d", plan.Steps(&d), plan.DrainSteps(&d))
	}
	wantHops := []string{
		"az tx r-a ", "az media roadm-a patch patch-a-p1", "az media roadm-b link a-b span s1 az", "az media roadm-c link b-c span s1 az", "az rx r-c patch patch-c-p1",
		"za tx r-c ", "za media roadm-c patch patch-c-p1", "za media roadm-b link b-c span s1 za", "za media roadm-a link a-b span s1 za", "za rx r-a patch patch-a-p1",
	}
	var hops []string
	for _, h := range d.Forecast {
		hops = append(hops, string(h.Direction)+" "+string(h.Kind)+" "+h.Device+" "+h.Via)
	}
	if diff := cmp.Diff(wantHops, hops); diff != "" {
		t.Errorf("forecast (-want +got)\n%s", diff)
	}
	// -5 dBm, less 0.5 dB patch, 6 dB add: the degree holds -18 dBm per 50 GHz.
	if add := d.Forecast[1]; add.Expected != -1323 || d.Media[0].TargetPower != -1320 || d.LaunchPower != -500 {
		t.Errorf("launch %v, add %v, target %v", d.LaunchPower, add.Expected, d.Media[0].TargetPower)
	}
}

// TestBankTakesASlotOnce: two wavelengths that leave by different degrees may
// share a slot, unless their bank is not contentionless.
func TestBankTakesASlotOnce(t *testing.T) {
	for name, contentionless := range map[string]bool{"contention": false, "contentionless": true} {
		t.Run(name, func(t *testing.T) {
			docs := ringDocs(4)
			for _, s := range []string{"a", "b", "c", "d"} {
				docs = edit(docs, "roadm-"+s, func(d *intents.DeviceSpec) {
					b := d.Banks["srg1"]
					b.Contentionless = contentionless
					d.Banks["srg1"] = b
				})
			}
			n, l := network(t, docs), plan.NewLedger()
			east := must(t, n, l, circuit("east", "a", "b", 400)).Add[0]
			west := must(t, n, l, circuit("west", "a", "d", 400)).Add[0]
			if got := east.Slot == west.Slot; got != contentionless {
				t.Errorf("slots %v and %v over one bank", east.Slot, west.Slot)
			}
			if use := l.Bank("roadm-a/srg1"); (use == nil) != contentionless {
				t.Errorf("bank record %+v", use)
			}
		})
	}
}

func TestCapacityAndModes(t *testing.T) {
	for name, c := range map[string]struct {
		gbps int
		edit func(*intents.CircuitSpec)
		want []string // modes
	}{
		"least spectrum that carries it": {400, nil, []string{"zrp-400g"}},
		"fewest wavelengths":             {800, nil, []string{"wide-800g"}},
		"split":                          {1200, nil, []string{"wide-800g", "zrp-400g"}},
		"small need":                     {100, nil, []string{"zrp-300g"}},
		"modes asked for":                {800, func(s *intents.CircuitSpec) { s.Modes = []string{"zrp-400g"} }, []string{"zrp-400g", "zrp-400g"}},
		"host rate asked for":            {300, func(s *intents.CircuitSpec) { s.Handoff = &intents.Handoff{RateGbps: 400} }, []string{"zrp-400g"}},
		"margin drops the wide one":      {800, func(s *intents.CircuitSpec) { s.MinMarginDb = ptr(8.0) }, []string{"zrp-400g", "zrp-400g"}},
	} {
		t.Run(name, func(t *testing.T) {
			req := circuit("c", "a", "b", c.gbps)
			if c.edit != nil {
				c.edit(req.Circuit)
			}
			out := must(t, network(t, ringDocs(4)), plan.NewLedger(), req)
			var got []string
			for _, d := range out.Add {
				got = append(got, d.Mode)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestHostMapping(t *testing.T) {
	req := circuit("c", "a", "b", 400)
	req.Circuit.Handoff = &intents.Handoff{RateGbps: 100, From: []string{"r-a/p3"}, To: []string{"r-b/p2"}}
	d := must(t, network(t, ringDocs(4)), plan.NewLedger(), req).Add[0]
	if d.Ends[0].Port != "p3" || d.Ends[1].Port != "p2" {
		t.Errorf("pins not kept: %s, %s", d.Ends[0].Port, d.Ends[1].Port)
	}
	if diff := cmp.Diff([]int{10001, 10002, 10003, 10004}, d.Ends[0].EthIndices); diff != "" || d.Ends[0].HostRateGbps != 100 {
		t.Errorf("four clients of 100: %+v", d.Ends[0])
	}
}

func TestRoutesThatIntentsAskFor(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*intents.CircuitSpec)
		want string
	}{
		"shortest":       {func(*intents.CircuitSpec) {}, "a-b b-c"},
		"via site":       {func(s *intents.CircuitSpec) { s.Via = []string{"d"} }, "d-a c-d"},
		"via device":     {func(s *intents.CircuitSpec) { s.Via = []string{"roadm-d"} }, "d-a c-d"},
		"avoid link":     {func(s *intents.CircuitSpec) { s.Avoid = []string{"b-c"} }, "d-a c-d"},
		"avoid risk":     {func(s *intents.CircuitSpec) { s.Avoid = []string{"duct-a"} }, "d-a c-d"},
		"avoid site":     {func(s *intents.CircuitSpec) { s.Avoid = []string{"b"} }, "d-a c-d"},
		"latency allows": {func(s *intents.CircuitSpec) { s.MaxLatencyMs = ptr(0.5) }, "a-b b-c"},
	} {
		t.Run(name, func(t *testing.T) {
			req := circuit("c", "a", "c", 400)
			c.edit(req.Circuit)
			d := must(t, network(t, ringDocs(2)), plan.NewLedger(), req).Add[0]
			var got []string
			for _, l := range d.Route[1 : len(d.Route)-1] {
				got = append(got, l.Link)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

// TestDirectLinkCarriesOne: every one of ten parallel fibres between two
// routers carries one wavelength, and the eleventh is refused.
func TestDirectLinkCarriesOne(t *testing.T) {
	n, l := p2p(t, 10, 80, true), plan.NewLedger()
	out := must(t, n, l, circuit("c", "a", "b", 4000))
	seen := map[string]bool{}
	for _, d := range out.Add {
		seen[d.Route[0].Link] = true
		if len(d.Route) != 1 || len(d.Media) != 0 || plan.Steps(&d) != 0 || plan.DrainSteps(&d) != 2 {
			t.Errorf("%s: %+v", d.Name, d)
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d fibres used, want 10", len(seen))
	}
	if r := one(n, l, circuit("d", "b", "a", 400)).Refusal; r == nil || r.Reason != models.NoPort {
		t.Errorf("eleventh: %+v", r)
	}
}

// TestBackwards: a circuit from the far end of a link uses it in the link's own
// other direction, and its losses with it.
func TestBackwards(t *testing.T) {
	docs := pairDocs(1, 20, false)
	docs = edit(docs, "f0", func(s *intents.LinkSpec) { s.Spans[0].LossDb = &intents.PerWay{Az: 4, Za: 6} })
	d := must(t, network(t, docs), plan.NewLedger(), circuit("c", "b", "a", 400)).Add[0]
	if d.Route[0].Direction != records.ZA || d.Ends[0].Device != "r-b" {
		t.Errorf("%+v", d.Route)
	}
	rx := map[records.Direction]models.Power{}
	for _, h := range d.Forecast {
		if h.Kind == records.HopRx {
			rx[h.Direction] = h.Expected
			if h.LinkDirection == h.Direction {
				t.Errorf("hop %+v: the link runs the other way", h)
			}
		}
	}
	if want := map[records.Direction]models.Power{"az": -1100, "za": -900}; cmp.Diff(want, rx) != "" {
		t.Errorf("received %v, want %v", rx, want)
	}
}

func TestWavelengthByHand(t *testing.T) {
	n, l := network(t, ringDocs(4)), plan.NewLedger()
	req := plan.Request{
		Intent: records.IntentRef{Kind: "Wavelength", Namespace: "default", Name: "pinned", UID: "u", Generation: 1},
		Wavelength: &intents.WavelengthSpec{
			From: "r-a/p2", To: "r-c/p3", Route: []string{"d-a", "c-d"}, CentreGHz: ptr(193106.25), SlotGHz: ptr(100.0), Mode: "zrp-400g", TxDbm: ptr(-8.0),
		},
	}
	out := must(t, n, l, req)
	d := out.Add[0]
	if d.Name != "pinned" || d.Slot != (models.Slot{N: 1, M: 8}) || d.LaunchPower != -800 || d.Mode != "zrp-400g" {
		t.Errorf("%+v", d)
	}
	if diff := cmp.Diff([]string{"patch-a-p2:az", "d-a:za", "c-d:za", "patch-c-p3:za"}, links(d)); diff != "" {
		t.Error(diff)
	}
	again := req
	again.Current = out.Add
	if out := must(t, n, l, again); len(out.Add) != 0 || len(out.Retire) != 0 || len(out.Keep) != 1 {
		t.Errorf("unchanged: %+v", out)
	}
	moved := *req.Wavelength
	moved.CentreGHz = ptr(193206.25)
	moved.From = "r-a/p1"
	moved.To = "r-c/p1"
	again.Wavelength, again.Intent.Generation = &moved, 2
	if out := must(t, n, l, again); len(out.Add) != 1 || cmp.Diff([]int{1}, out.Retire) != "" || out.Add[0].WL != 2 {
		t.Errorf("moved: %+v", out)
	}
	free := plan.Request{Intent: records.IntentRef{Kind: "Wavelength", Name: "free", UID: "f"}, Wavelength: &intents.WavelengthSpec{From: "r-b/p1", To: "r-d/p1"}}
	if d := must(t, n, l, free).Add[0]; d.Mode != "wide-800g" || d.Ends[0].Port != "p1" {
		t.Errorf("only the ends are pinned: %+v", d)
	}
}
