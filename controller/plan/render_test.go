package plan_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

var update = flag.Bool("update", false, "write the golden files anew")

// station is a phase with its step.
type station struct {
	phase records.PhaseName
	step  int
}

// life lists every station of a decision, in order.
func life(d *records.Decision) []station {
	out := []station{{records.PhasePlanned, 0}, {records.PhaseDark, 0}, {records.PhaseLaunch, 0}}
	for k := range plan.Steps(d) {
		out = append(out, station{records.PhaseOpen, k + 1})
	}
	out = append(out, station{records.PhaseVerify, 0}, station{records.PhaseInService, 0})
	for k := range plan.DrainSteps(d) {
		out = append(out, station{records.PhaseDrain, k + 1})
	}
	return append(out, station{records.PhaseRemove, 0})
}

// story tells what every phase changes on every device, as an engineer would
// read it.
func story(t *testing.T, n *plan.Network, d *records.Decision) string {
	t.Helper()
	var b strings.Builder
	have := map[string][]models.Object{}
	for _, s := range life(d) {
		fmt.Fprintf(&b, "== %s %d\n", s.phase, s.step)
		fragments, err := plan.Render(n.Catalogue(), d, s.phase, s.step)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fragments {
			for _, c := range plan.Diff(f.Owner, have[f.Device], f.Objects) {
				fmt.Fprintf(&b, "%s %s\n", f.Device, c.Object)
				if c.After == nil {
					b.WriteString("    gone\n")
				}
				for _, leaf := range slices.Sorted(maps.Keys(c.After)) {
					if old, ok := c.Before[leaf]; !ok {
						fmt.Fprintf(&b, "    %s: %s\n", leaf, c.After[leaf])
					} else if old != c.After[leaf] {
						fmt.Fprintf(&b, "    %s: %s -> %s\n", leaf, old, c.After[leaf])
					}
				}
			}
			have[f.Device] = f.Objects
		}
	}
	return b.String()
}

// terminals replaces the routers of the pair by terminals.
func terminals(docs []intents.Document) []intents.Document {
	for _, name := range []string{"r-a", "r-b"} {
		docs = edit(docs, name, func(d *intents.DeviceSpec) { d.Profile = "terminal" })
	}
	return docs
}

func TestRenderGolden(t *testing.T) {
	owned := edit(pairDocs(1, 20, false), "r-a", func(d *intents.DeviceSpec) { d.OwnsInterface = true })
	muxed := circuit("mux", "a", "b", 400)
	muxed.Circuit.Handoff = &intents.Handoff{RateGbps: 100}
	particular := edit(pairDocs(1, 20, false), "r-b", func(d *intents.DeviceSpec) { d.Profile = "particular" })
	for name, c := range map[string]struct {
		docs []intents.Document
		req  plan.Request
	}{
		"particular": {particular, muxed},
		"p2p":        {owned, circuit("p2p", "a", "b", 400)},
		"terminal":   {terminals(pairDocs(1, 20, false)), muxed},
		"ring":       {ringDocs(1), circuit("ring", "a", "c", 400)},
	} {
		t.Run(name, func(t *testing.T) {
			n := network(t, c.docs)
			d := must(t, n, plan.NewLedger(), c.req).Add[0]
			got := story(t, n, &d)
			file := filepath.Join("testdata", "render_"+name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestRenderNeverOpensOnTheWayDown: whatever is closed when a wavelength is
// held or drained stays closed.
func TestRenderNeverOpensOnTheWayDown(t *testing.T) {
	n := network(t, ringDocs(1))
	d := must(t, n, plan.NewLedger(), circuit("c", "a", "c", 400)).Add[0]
	open := func(s station) map[string]bool {
		fragments, err := plan.Render(n.Catalogue(), &d, s.phase, s.step)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, f := range fragments {
			for _, o := range f.Objects {
				if o.Kind == models.KindMediaChannel && o.Leaves[models.LeafAdmin] == models.AdminEnabled {
					out[f.Device+o.Key] = true
				}
			}
		}
		return out
	}
	for from, want := range map[station]int{
		{records.PhaseLaunch, 0}: 0, {records.PhaseOpen, 1}: 1, {records.PhaseOpen, 2}: 2, {records.PhaseOpen, 3}: 3, {records.PhaseVerify, 0}: 3, {records.PhaseInService, 0}: 3,
	} {
		before := open(from)
		if len(before) != 2*want {
			t.Errorf("%v: %d channels open, want %d", from, len(before), 2*want)
		}
		held := station{records.PhaseHeld, plan.HeldStep(&d, from.phase, from.step)}
		if diff := cmp.Diff(before, open(held)); diff != "" {
			t.Errorf("%v then held (-want +got)\n%s", from, diff)
		}
		if again := plan.HeldStep(&d, held.phase, held.step); again != held.step {
			t.Errorf("held again at step %d, was %d", again, held.step)
		}
		for step := plan.FirstDrainStep(&d, from.phase, from.step); step <= plan.DrainSteps(&d); step++ {
			for key := range open(station{records.PhaseDrain, step}) {
				if !before[key] {
					t.Errorf("%v then drain %d opens %s", from, step, key)
				}
			}
		}
		if a, b := plan.FirstDrainStep(&d, from.phase, from.step), plan.FirstDrainStep(&d, held.phase, held.step); a != b {
			t.Errorf("%v: drain starts at %d, through held at %d", from, a, b)
		}
	}
}

func TestRenderNamesWhatTheCatalogueLacks(t *testing.T) {
	n := p2p(t, 1, 20, false)
	d := must(t, n, plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
	d.Mode = "gone"
	if _, err := plan.Render(n.Catalogue(), &d, records.PhaseDark, 0); err == nil || !strings.Contains(err.Error(), `no mode "gone"`) {
		t.Errorf("error %v", err)
	}
	if _, err := plan.Render(n.Catalogue(), &d, records.PhaseRemove, 0); err != nil {
		t.Errorf("removing needs no catalogue: %v", err)
	}
	d.Mode, d.Ends[1].Profile = "zrp-400g", "gone"
	if _, err := plan.Render(n.Catalogue(), &d, records.PhaseDark, 0); err == nil || !strings.Contains(err.Error(), `no profile "gone"`) {
		t.Errorf("error %v", err)
	}
}

func TestDiff(t *testing.T) {
	obj := func(key string, leaves models.Leaves) models.Object {
		return models.Object{ObjectID: models.ObjectID{Kind: models.KindLogicalChannel, Key: key}, Leaves: leaves}
	}
	from := []models.Object{obj("9", models.Leaves{"a": "1"}), obj("10", models.Leaves{"a": "1"}), obj("11", models.Leaves{"a": "1"})}
	to := []models.Object{obj("11", models.Leaves{"a": "2"}), obj("10", models.Leaves{"a": "1"}), obj("12", models.Leaves{"b": "1"})}
	id := func(key string) models.ObjectID { return models.ObjectID{Kind: models.KindLogicalChannel, Key: key} }
	want := []models.Change{
		{Owner: "o", Object: id("9"), Before: models.Leaves{"a": "1"}},
		{Owner: "o", Object: id("11"), Before: models.Leaves{"a": "1"}, After: models.Leaves{"a": "2"}},
		{Owner: "o", Object: id("12"), After: models.Leaves{"b": "1"}},
	}
	if diff := cmp.Diff(want, plan.Diff("o", from, to)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := plan.Diff("o", to, to); len(got) != 0 {
		t.Errorf("nothing differs, got %v", got)
	}
}
