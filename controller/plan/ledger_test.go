package plan_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
)

// snapshot is everything a ledger holds of the ring, as records.
func snapshot(l *plan.Ledger) string {
	all := map[string]any{}
	for _, s := range []string{"a", "b", "c", "d"} {
		next := map[string]string{"a": "b", "b": "c", "c": "d", "d": "a"}[s]
		all["link "+s+"-"+next] = l.Spectrum(s + "-" + next)
		all["bank "+s] = l.Bank("roadm-" + s + "/srg1")
		for _, d := range []string{"r-", "roadm-"} {
			all["index "+d+s] = l.Index(d + s)
		}
		for i := 1; i <= 6; i++ {
			p := fmt.Sprintf("p%d", i)
			all["link patch-"+s+"-"+p] = l.Spectrum("patch-" + s + "-" + p)
			all["port r-"+s+"/"+p] = l.Port("r-" + s + "/" + p)
			all["port roadm-"+s+"/add"+p] = l.Port("roadm-" + s + "/add" + p)
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// randomRequest draws a circuit on the ring.
func randomRequest(t *rapid.T, i int) plan.Request {
	site := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	req := circuit(fmt.Sprintf("c%d", i), site.Draw(t, "from"), site.Draw(t, "to"), rapid.SampledFrom([]int{100, 400, 800, 1600}).Draw(t, "gbps"))
	if rapid.Bool().Draw(t, "limited") {
		req.Circuit.MaxLatencyMs = ptr(rapid.Float64Range(0.1, 1).Draw(t, "ms"))
	}
	if rapid.Bool().Draw(t, "avoiding") {
		req.Circuit.Avoid = []string{rapid.SampledFrom([]string{"a-b", "duct-b", "roadm-c", "d"}).Draw(t, "avoid")}
	}
	if rapid.Bool().Draw(t, "moded") {
		req.Circuit.Modes = []string{rapid.SampledFrom([]string{"zrp-400g", "wide-800g"}).Draw(t, "mode")}
	}
	return req
}

// TestPlansHold draws sequences of circuits and releases and checks, after
// each: nothing is used twice, latency and avoid hold, the ledger agrees with
// the decisions, and releasing what was added restores the ledger bit for bit.
func TestPlansHold(t *testing.T) {
	n := network(t, ringDocs(6))
	rapid.Check(t, func(t *rapid.T) {
		l := plan.NewLedger()
		var live []records.Decision
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			if len(live) > 0 && rapid.IntRange(0, 3).Draw(t, "release") == 0 {
				k := rapid.IntRange(0, len(live)-1).Draw(t, "which")
				l.Release(&live[k])
				live = slices.Delete(live, k, k+1)
			}
			req := randomRequest(t, i)
			before := snapshot(l)
			out := one(n, l, req)
			if out.Refusal != nil {
				if out.Refusal.Message == "" || !out.Refusal.Reason.Refusal() || snapshot(l) != before {
					t.Fatalf("refusal %+v left something behind or says nothing", out.Refusal)
				}
				continue
			}
			after := snapshot(l)
			for k := range out.Add {
				l.Release(&out.Add[k])
			}
			if got := snapshot(l); got != before {
				t.Fatalf("release does not restore:\n%s\n%s", before, got)
			}
			for k := range out.Add {
				if _, err := l.Reserve(n, &out.Add[k]); err != nil {
					t.Fatal(err)
				}
				if _, err := l.Reserve(n, &out.Add[k]); err == nil {
					t.Fatal("reserved twice")
				}
			}
			if got := snapshot(l); got != after {
				t.Fatalf("reserving again differs:\n%s\n%s", after, got)
			}
			checkAsked(t, req, out.Add)
			live = append(live, out.Add...)
			checkApart(t, live)
		}
	})
}

func checkAsked(t *rapid.T, req plan.Request, added []records.Decision) {
	sum := 0
	for _, d := range added {
		sum += d.CapacityGbps
		if req.Circuit.MaxLatencyMs != nil && d.LatencyMs > *req.Circuit.MaxLatencyMs {
			t.Fatalf("%s takes %g ms", d.Name, d.LatencyMs)
		}
		for _, a := range req.Circuit.Avoid {
			for _, leg := range d.Route {
				if leg.Link == a || a == "duct-b" && leg.Link == "b-c" {
					t.Fatalf("%s uses %s", d.Name, a)
				}
			}
		}
		if d.Margin < d.Floor {
			t.Fatalf("%s has margin %v", d.Name, d.Margin)
		}
	}
	if sum < req.Circuit.CapacityGbps {
		t.Fatalf("%d of %d Gbit/s", sum, req.Circuit.CapacityGbps)
	}
}

// checkApart: no two decisions share a port, a number, or spectrum on a link
// or in a bank.
func checkApart(t *rapid.T, live []records.Decision) {
	taken := map[string]string{}
	take := func(key, owner string) {
		if other, ok := taken[key]; ok {
			t.Fatalf("%s has %s, and so has %s", owner, key, other)
		}
		taken[key] = owner
	}
	for i := range live {
		d := &live[i]
		granules := func(where string) {
			lo, hi := d.Slot.Granules()
			for g := lo; g < hi; g++ {
				take(fmt.Sprintf("%s granule %d", where, g), d.Name)
			}
		}
		for _, leg := range d.Route {
			granules("link " + leg.Link)
		}
		for _, e := range d.Ends {
			take("port "+e.Device+e.Port, d.Name)
			granules("bank at " + e.Device)
			for _, x := range append([]int{e.OtnIndex}, e.EthIndices...) {
				take(fmt.Sprintf("logical %s %d", e.Device, x), d.Name)
			}
		}
		for _, m := range d.Media {
			take(fmt.Sprintf("media %s %d", m.Device, m.Index), d.Name)
		}
	}
}

// TestDeterminism: the same requests on a network built again give the same
// answers, byte for byte, whatever the order of the documents.
func TestDeterminism(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var reqs []plan.Request
		for i := range rapid.IntRange(1, 8).Draw(t, "requests") {
			reqs = append(reqs, randomRequest(t, i))
		}
		answers := map[string]bool{}
		for k := range 3 {
			docs := ringDocs(4)
			if k == 1 {
				slices.Reverse(docs)
			}
			n, err := plan.NewNetwork(docs, smallCatalogue(), 1)
			if err != nil {
				t.Fatal(err)
			}
			b, err := json.Marshal(plan.Compute(n, plan.NewLedger(), plan.SimpleEstimator(), reqs))
			if err != nil {
				t.Fatal(err)
			}
			answers[string(b)] = true
		}
		if len(answers) != 1 {
			t.Fatalf("%d different answers", len(answers))
		}
	})
}

func TestLedgerThroughRecords(t *testing.T) {
	n, l := network(t, ringDocs(6)), plan.NewLedger()
	out := must(t, n, l, circuit("c", "a", "c", 1600))
	copied := plan.NewLedger()
	for _, name := range out.Touched.Links {
		copied.SetSpectrum(name, *l.Spectrum(name))
	}
	for _, key := range out.Touched.Ports {
		copied.SetPort(key, *l.Port(key))
	}
	for _, key := range out.Touched.Banks {
		copied.SetBank(key, *l.Bank(key))
	}
	for _, name := range out.Touched.Devices {
		copied.SetIndex(name, *l.Index(name))
	}
	if snapshot(l) != snapshot(copied) {
		t.Fatal("a ledger filled from records differs")
	}
	want := plan.Touched{
		Links: []string{"a-b", "b-c", "patch-a-p1", "patch-c-p1"}, Ports: []string{"r-a/p1", "r-c/p1", "roadm-a/addp1", "roadm-c/addp1"},
		Banks: []string{"roadm-a/srg1", "roadm-c/srg1"}, Devices: []string{"r-a", "r-c", "roadm-a", "roadm-b", "roadm-c"},
	}
	if diff := cmp.Diff(want, copied.Release(&out.Add[0])); diff != "" {
		t.Errorf("released (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(plan.Touched{}, copied.Held(out.Add[0].Owner())); diff != "" {
		t.Error(diff)
	}
	copied.SetSpectrum("a-b", records.SpectrumUse{})
	copied.SetPort("r-a/p2", records.PortUse{})
	copied.SetBank("roadm-a/srg1", records.BankUse{})
	copied.SetIndex("r-a", records.IndexUse{})
	if copied.Spectrum("a-b") != nil || copied.Port("r-a/p2") != nil || copied.Bank("roadm-a/srg1") != nil || copied.Index("r-a") != nil {
		t.Error("empty records clear")
	}
}

func TestCollisionsNameBothOwners(t *testing.T) {
	n := network(t, ringDocs(6))
	first := must(t, n, plan.NewLedger(), circuit("first", "a", "c", 400)).Add[0]
	for name, c := range map[string]struct {
		change func(l *plan.Ledger)
		want   string
	}{
		"spectrum": {func(l *plan.Ledger) {
			l.SetSpectrum("b-c", records.SpectrumUse{Za: []records.SlotUse{{Slot: first.Slot, Owner: "circuit/other/1"}}})
		}, "link b-c: circuit/uid-first/1 wants slot"},
		"port": {func(l *plan.Ledger) { l.SetPort("roadm-c/addp1", records.PortUse{Owner: "circuit/other/1"}) }, "port roadm-c/addp1"},
		"bank": {func(l *plan.Ledger) {
			l.SetBank("roadm-a/srg1", records.BankUse{Slots: []records.SlotUse{{Slot: first.Slot, Owner: "circuit/other/1"}}})
		}, "bank roadm-a/srg1"},
		"logical": {func(l *plan.Ledger) {
			l.SetIndex("r-a", records.IndexUse{Logical: map[int]string{10001: "circuit/other/1"}})
		}, "logical channel 10001"},
		"media": {func(l *plan.Ledger) {
			l.SetIndex("roadm-b", records.IndexUse{Media: map[int]string{101: "circuit/other/1"}})
		}, "media channel 101"},
	} {
		t.Run(name, func(t *testing.T) {
			l := plan.NewLedger()
			c.change(l)
			before := snapshot(l)
			_, err := l.Reserve(n, &first)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "circuit/uid-first/1") || !strings.Contains(err.Error(), "circuit/other/1") {
				t.Errorf("error %v", err)
			}
			if snapshot(l) != before {
				t.Error("a collision must take nothing")
			}
		})
	}
}

func TestTombstonesShutOutPortsAndSlots(t *testing.T) {
	n := network(t, ringDocs(3))
	req := circuit("c", "a", "b", 400)
	d := must(t, n, plan.NewLedger(), req).Add[0]
	req.Tombstones = []records.Tombstone{
		{Generation: 1, WL: 1, Ports: []string{"r-a/p1"}, Slot: d.Slot},
		{Generation: 0, WL: 1, Ports: []string{"r-b/p1"}}, // an older generation's
	}
	again := must(t, n, plan.NewLedger(), req).Add[0]
	if again.Ends[0].Port != "p2" || again.Ends[1].Port != "p1" || again.Slot != d.Slot {
		t.Errorf("%+v", again)
	}
	req.Tombstones = []records.Tombstone{{Generation: 1, WL: 1, Slot: d.Slot}}
	again = must(t, n, plan.NewLedger(), req).Add[0]
	if again.Slot.Overlaps(d.Slot) {
		t.Errorf("slot %v was refused before", again.Slot)
	}
}

// TestEitherDirectionTakesASlot: light in one direction alone keeps the slot
// from a wavelength, which needs both.
func TestEitherDirectionTakesASlot(t *testing.T) {
	n := network(t, ringDocs(2))
	req := circuit("c", "a", "b", 400)
	first := must(t, n, plan.NewLedger(), req).Add[0].Slot
	use := []records.SlotUse{{Slot: first, Owner: "circuit/other/1"}}
	for name, u := range map[string]records.SpectrumUse{"az": {Az: use}, "za": {Za: use}} {
		l := plan.NewLedger()
		l.SetSpectrum("a-b", u)
		if got := must(t, n, l, req).Add[0].Slot; got.Overlaps(first) {
			t.Errorf("%s: slot %v is taken", name, got)
		}
	}
}

// TestReleasedRoomIsFoundAgain: also while others stay on the same link and in
// the same bank.
func TestReleasedRoomIsFoundAgain(t *testing.T) {
	n, l := network(t, ringDocs(4)), plan.NewLedger()
	first := must(t, n, l, circuit("first", "a", "b", 400)).Add[0]
	must(t, n, l, circuit("second", "a", "b", 400))
	l.Release(&first)
	again := must(t, n, l, circuit("third", "a", "b", 400)).Add[0]
	if again.Slot != first.Slot || again.Ends[0].Port != first.Ends[0].Port || again.Media[0].Index != first.Media[0].Index {
		t.Errorf("slot %v, port %s, channel %d; %v, %s, %d were free", again.Slot, again.Ends[0].Port, again.Media[0].Index,
			first.Slot, first.Ends[0].Port, first.Media[0].Index)
	}
}
