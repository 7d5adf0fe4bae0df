package plan_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// switchedDocs is two sites with a router of some ports and a circuit switch each, and
// fibres of 10 km between the switches.
func switchedDocs(ports, fibres int) []intents.Document {
	docs := []intents.Document{doc("Site", "a", &intents.SiteSpec{Role: "dc"}), doc("Site", "b", &intents.SiteSpec{Role: "dc"})}
	for _, s := range []string{"a", "b"} {
		router, sw := map[string]intents.Port{}, map[string]intents.Port{}
		for i := range ports {
			router[fmt.Sprintf("et-0/0/%d", i)] = intents.Port{Pluggable: "zrp"}
			sw[fmt.Sprintf("r%d", i)] = intents.Port{Rx: fmt.Sprint(i + 1), Tx: fmt.Sprint(i + 101)}
			docs = append(docs, doc("Link", fmt.Sprintf("patch-%s%d", s, i), &intents.LinkSpec{Ends: [2]string{fmt.Sprintf("r-%s/et-0/0/%d", s, i), fmt.Sprintf("ocs-%s/r%d", s, i)}}))
		}
		for i := range fibres {
			sw[fmt.Sprintf("f%d", i)] = intents.Port{Rx: fmt.Sprint(i + 51), Tx: fmt.Sprint(i + 151)}
		}
		docs = append(docs, doc("Device", "r-"+s, &intents.DeviceSpec{Site: s, Profile: "router", Mode: "manage", Ports: router}),
			doc("Device", "ocs-"+s, &intents.DeviceSpec{Site: s, Profile: "ocs", Mode: "manage", Ports: sw, Switch: &intents.SwitchSpec{LossDb: ptr(1.5)}}))
	}
	for i := range fibres {
		docs = append(docs, doc("Link", fmt.Sprintf("f%d", i), &intents.LinkSpec{Ends: [2]string{fmt.Sprintf("ocs-a/f%d", i), fmt.Sprintf("ocs-b/f%d", i)}, Spans: []intents.Span{{ID: "s1", Km: 10}}}))
	}
	return docs
}

// joins lists the connections of a decision, as device:in>out.
func joins(d *records.Decision) string {
	var out []string
	for _, c := range d.Joins {
		out = append(out, c.Device+":"+c.Source+">"+c.Dest)
	}
	return strings.Join(out, " ")
}

// TestThroughCircuitSwitches: light goes from router to router through the switches at
// both sites, in both directions, at the loss of all it passes; the connections are
// there from Dark on until the light is off.
func TestThroughCircuitSwitches(t *testing.T) {
	n, l := network(t, switchedDocs(2, 2)), plan.NewLedger()
	d := must(t, n, l, circuit("c", "a", "b", 400)).Add[0]
	if got, want := joins(&d), "ocs-a:1>151 ocs-b:51>101 ocs-b:1>151 ocs-a:51>101"; got != want {
		t.Errorf("joins %s, want %s", got, want)
	}
	if plan.Steps(&d) != 0 {
		t.Errorf("%d open steps where nothing is blocked", plan.Steps(&d))
	}
	for _, h := range d.Forecast {
		// 0.5 dB of patch cord and 1.5 dB of switch.
		if want := d.LaunchPower - 200; h.Kind == records.HopPort && h.Device == "ocs-a" && h.Direction == records.AZ && (h.Expected != want || h.Key != "151") {
			t.Errorf("at output %s %v is predicted, want %v at 151", h.Key, h.Expected, want)
		}
	}
	there := func(phase records.PhaseName, step int) int {
		fragments, err := plan.Render(n.Catalogue(), &d, phase, step)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, f := range fragments {
			for _, o := range f.Objects {
				if o.Kind == models.KindCrossConnect {
					count++
				}
			}
		}
		return count
	}
	for phase, want := range map[records.PhaseName]int{
		records.PhasePlanned: 0, records.PhaseDark: 4, records.PhaseLaunch: 4, records.PhaseVerify: 4, records.PhaseInService: 4,
		records.PhaseHeld: 4, records.PhaseDrain: 4, records.PhaseRemove: 0,
	} {
		if got := there(phase, plan.DrainSteps(&d)); got != want {
			t.Errorf("%d connections in %s, want %d", got, phase, want)
		}
	}
}

// TestAFibreBehindACircuitSwitchCarriesOne: a port of a circuit switch carries one
// wavelength, so that fibres run out like ports do, and come back with the light.
func TestAFibreBehindACircuitSwitchCarriesOne(t *testing.T) {
	n, l := network(t, switchedDocs(4, 2)), plan.NewLedger()
	first := must(t, n, l, circuit("c", "a", "b", 400)).Add[0]
	second := must(t, n, l, circuit("d", "a", "b", 400)).Add[0]
	used := map[string]bool{}
	for _, d := range []records.Decision{first, second} {
		for _, c := range d.Joins {
			for _, key := range []string{c.Device + " in " + c.Source, c.Device + " out " + c.Dest} {
				if used[key] {
					t.Errorf("%s is used twice", key)
				}
				used[key] = true
			}
		}
	}
	out := one(n, l, circuit("e", "a", "b", 400))
	if out.Refusal == nil || out.Refusal.Reason != models.NoPort || !strings.Contains(out.Refusal.Message, "of the circuit switch carries one wavelength") {
		t.Fatalf("a third wavelength on two fibres: %+v", out.Refusal)
	}
	l.Release(&first)
	again := must(t, n, l, circuit("e", "a", "b", 400)).Add[0]
	if joins(&again) != joins(&first) {
		t.Errorf("joins %s, want those that were given back: %s", joins(&again), joins(&first))
	}
	l.Release(&again)
	l.Release(&second)
	if !reflect.DeepEqual(l.Held(again.Owner()), plan.Touched{}) || l.Port("ocs-a/f0") != nil {
		t.Error("something is still held after all was released")
	}
}

// TestManyFibresBehindCircuitSwitches: all fibres side by side are found, not only
// the first ones, and a set takes several.
func TestManyFibresBehindCircuitSwitches(t *testing.T) {
	n, l := network(t, switchedDocs(40, 40)), plan.NewLedger()
	out := must(t, n, l, circuit("c", "a", "b", 40*400))
	if len(out.Add) != 40 {
		t.Errorf("%d wavelengths, want 40", len(out.Add))
	}
}

// TestOneCircuitSwitchBetweenSites: a switch that fibres of both sites end at joins
// them by itself; the length and delay of both fibres count.
func TestOneCircuitSwitchBetweenSites(t *testing.T) {
	docs := switchedDocs(1, 1)
	docs = slices.DeleteFunc(docs, func(d intents.Document) bool {
		return d.Metadata.Name == "ocs-b" || d.Metadata.Name == "patch-b0" || d.Metadata.Name == "f0"
	})
	docs = append(docs, doc("Link", "f0", &intents.LinkSpec{Ends: [2]string{"ocs-a/f0", "r-b/et-0/0/0"}, Spans: []intents.Span{{ID: "s1", Km: 10}}}))
	n, l := network(t, docs), plan.NewLedger()
	d := must(t, n, l, circuit("c", "a", "b", 400)).Add[0]
	if got, want := joins(&d), "ocs-a:1>151 ocs-a:51>101"; got != want || d.LengthKm != 10 || d.LatencyMs < 0.04 {
		t.Errorf("joins %s, want %s; %g km, %g ms", got, want, d.LengthKm, d.LatencyMs)
	}
	if back := must(t, n, plan.NewLedger(), circuit("c", "b", "a", 400)).Add[0]; joins(&back) != "ocs-a:51>101 ocs-a:1>151" {
		t.Errorf("from the other end: %s", joins(&back))
	}
	kept := circuit("c", "a", "b", 400)
	kept.Current, kept.Lit = []records.Decision{d}, map[int]bool{1: true}
	if out := one(n, l, kept); out.Refusal != nil || len(out.Keep) != 1 || len(out.Add) != 0 {
		t.Errorf("a decision that stands is not kept: %+v", out)
	}
	if e := one(n, l, circuit("d", "a", "b", 400)); e.Refusal == nil || e.Refusal.Reason != models.NoPort {
		t.Errorf("a second wavelength: %+v", e.Refusal)
	}
}

// filteredDocs is two sites with a router and a filter of three channels of 75 GHz
// each, and one line between the filters.
func filteredDocs() []intents.Document {
	docs := []intents.Document{doc("Site", "a", &intents.SiteSpec{Role: "dc"}), doc("Site", "b", &intents.SiteSpec{Role: "dc"})}
	for _, s := range []string{"a", "b"} {
		router, mux := map[string]intents.Port{}, map[string]intents.Port{"line": {}}
		for i := range 3 {
			router[fmt.Sprintf("et-0/0/%d", i)] = intents.Port{Pluggable: "zrp"}
			mux[fmt.Sprintf("ch%d", i)] = intents.Port{CentreGHz: ptr(193100 + 75*float64(i)), WidthGHz: ptr(75.0)}
			docs = append(docs, doc("Link", fmt.Sprintf("patch-%s%d", s, i), &intents.LinkSpec{Ends: [2]string{fmt.Sprintf("r-%s/et-0/0/%d", s, i), fmt.Sprintf("mux-%s/ch%d", s, i)}}))
		}
		docs = append(docs, doc("Device", "r-"+s, &intents.DeviceSpec{Site: s, Profile: "router", Mode: "manage", Ports: router}),
			doc("Device", "mux-"+s, &intents.DeviceSpec{Site: s, Profile: "mux", Ports: mux, Switch: &intents.SwitchSpec{LossDb: ptr(1.0)}}))
	}
	return append(docs, doc("Link", "line", &intents.LinkSpec{Ends: [2]string{"mux-a/line", "mux-b/line"}, Spans: []intents.Span{{ID: "s1", Km: 10}}}))
}

// TestBehindFilters: every channel port has its place in the spectrum, the slot is
// the filter's, and the line behind is shared.
func TestBehindFilters(t *testing.T) {
	n, l := network(t, filteredDocs()), plan.NewLedger()
	d := must(t, n, l, circuit("c", "a", "b", 3*400))
	if len(d.Add) != 3 {
		t.Fatalf("%d wavelengths, want 3", len(d.Add))
	}
	for _, w := range d.Add {
		i := int(w.Ends[0].Port[len(w.Ends[0].Port)-1] - '0')
		want := models.Frequency(193_100_000+75_000*i) * models.MHz
		if w.Slot.Centre() != want || w.Slot.Width() != 75_000*models.MHz || w.Ends[1].Port != w.Ends[0].Port {
			t.Errorf("%s to %s in %v, want 75 GHz at %v", w.Ends[0].Port, w.Ends[1].Port, w.Slot, want)
		}
		if len(w.Devices()) != 2 || !slices.Equal(w.Shared, []string{"line from mux-a", "line from mux-b"}) {
			t.Errorf("devices %v, shared sections %v", w.Devices(), w.Shared)
		}
	}
	if out := one(n, l, circuit("e", "a", "b", 400)); out.Refusal == nil || out.Refusal.Reason != models.NoPort {
		t.Errorf("a fourth wavelength: %+v", out.Refusal)
	}
}

// TestFilterTooNarrow: a mode that needs more than the filter lets pass is refused,
// and so are ends whose filters differ.
func TestFilterTooNarrow(t *testing.T) {
	narrow := filteredDocs()
	for _, d := range narrow {
		if dev, ok := d.Spec.(*intents.DeviceSpec); ok && dev.Profile == "mux" {
			for name, p := range dev.Ports {
				if p.WidthGHz != nil {
					p.WidthGHz = ptr(50.0)
					dev.Ports[name] = p
				}
			}
		}
	}
	out := one(network(t, narrow), plan.NewLedger(), circuit("c", "a", "b", 400))
	if out.Refusal == nil || out.Refusal.Reason != models.ModeMismatch || !strings.Contains(out.Refusal.Message, "passes 50 GHz") {
		t.Errorf("behind 50 GHz: %+v", out.Refusal)
	}
	apart := filteredDocs()
	for _, d := range apart {
		if dev, ok := d.Spec.(*intents.DeviceSpec); ok && d.Metadata.Name == "mux-b" {
			for name, p := range dev.Ports {
				if p.CentreGHz != nil {
					p.CentreGHz = ptr(*p.CentreGHz + 1500)
					dev.Ports[name] = p
				}
			}
		}
	}
	out = one(network(t, apart), plan.NewLedger(), circuit("c", "a", "b", 400))
	if out.Refusal == nil || out.Refusal.Reason != models.NoSpectrum {
		t.Errorf("between filters that have no channel in common: %+v", out.Refusal)
	}
}

// TestNeighboursBehindFilters: what is already on a line counts there with the power
// that is left of it behind the filter. The planner sets both lasers so that the fibre
// gets the same behind a filter that loses more, so that the neighbour loses the same.
func TestNeighboursBehindFilters(t *testing.T) {
	est := full(t)
	lost := func(filterDb float64) models.Ratio {
		docs := edit(filteredDocs(), "mux-a", func(s *intents.DeviceSpec) { s.Switch.LossDb = ptr(filterDb) })
		docs = edit(edit(docs, "mux-b", func(s *intents.DeviceSpec) { s.Switch.LossDb = ptr(filterDb) }), "line", func(s *intents.LinkSpec) {
			amp := intents.Span{Amplifier: &intents.AmpSpec{Type: "edfa", GainDb: &intents.PerWay{Az: 15, Za: 15}}}
			s.Spans = []intents.Span{amp, {ID: "s1", Km: 80}, amp}
		})
		n, l := network(t, docs), plan.NewLedger()
		var last plan.Outcome
		for _, name := range []string{"c", "d"} {
			if last = plan.Compute(n, l, est, []plan.Request{circuit(name, "a", "b", 400)})[0]; last.Refusal != nil {
				t.Fatalf("%s: %+v", name, last.Refusal)
			}
		}
		return last.Add[0].NeighbourLoss
	}
	near, far := lost(1), lost(5)
	if near < 5 || (near-far).Abs() > 2 {
		t.Errorf("a neighbour loses %v behind filters of 1 dB, %v behind those of 5 dB; want the same, and something", near, far)
	}
}
