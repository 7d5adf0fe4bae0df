package preview_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/preview"
	"github.com/waveplane/waveplane/examples"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// example reads an example's network and circuits.
func example(t testing.TB, name string) ([]intents.Document, *catalogue.Catalogue) {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	var files []intents.File
	err = fs.WalkDir(examples.FS, name, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		data, err := examples.FS.ReadFile(path)
		files = append(files, intents.File{Name: path, Data: data})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	docs, err := intents.DecodeSet(files, intents.WithCatalogue(cat))
	if err != nil {
		t.Fatal(err)
	}
	for i := range docs {
		intents.Default(&docs[i])
	}
	return docs, cat
}

func TestOfflineAnswersForTheExamples(t *testing.T) {
	for name, want := range map[string]string{"p2p": "add", "metro": "add", "p2p-refused": "refused"} {
		t.Run(name, func(t *testing.T) {
			docs, cat := example(t, name)
			report, err := preview.Offline(docs, cat, plan.SimpleEstimator(), true)
			if err != nil {
				t.Fatal(err)
			}
			actions := map[string]int{}
			for _, c := range report.Circuits {
				actions[c.Action]++
			}
			if len(report.Circuits) == 0 || actions[want] == 0 {
				t.Errorf("want circuits with action %q, got %v", want, actions)
			}
			if report.Summary.Refused != actions["refused"] {
				t.Errorf("%d refused by the summary, %d circuits are", report.Summary.Refused, actions["refused"])
			}
			for _, d := range report.Devices {
				if d.Native != preview.NotConnected || len(d.Changes) == 0 {
					t.Errorf("device %s: %q with %d changes, want changes and that it is not connected", d.Device, d.Native, len(d.Changes))
				}
			}
			again, err := preview.Offline(docs, cat, plan.SimpleEstimator(), true)
			if diff := cmp.Diff(report, again); err != nil || diff != "" {
				t.Errorf("the second answer differs: %v\n%s", err, diff)
			}
		})
	}
}

// A preview on a ledger in use leaves it as it was, whatever is asked.
func TestPlanLeavesTheLedgerAsItWas(t *testing.T) {
	docs, cat := example(t, "metro")
	network, err := preview.Overlay(nil, docs, cat)
	if err != nil {
		t.Fatal(err)
	}
	ledger, requests := plan.NewLedger(), preview.Requests(docs)
	outcomes := plan.Compute(network, ledger, plan.SimpleEstimator(), requests)
	state := func() string { return ledgerText(docs, ledger) }
	before := state()
	if before == "" {
		t.Fatal("nothing is reserved to begin with")
	}
	world := preview.World{Network: network, Ledger: ledger, Estimator: plan.SimpleEstimator(), Devices: empty{}}
	again := requests[0]
	again.Current = outcomes[0].Add
	second := requests[1]
	second.Intent.UID, second.Intent.Name = "another", "another"
	report, err := preview.Plan(world, preview.Change{
		Remove:   []preview.Removal{{Intent: requests[1].Intent, Decisions: outcomes[1].Add}},
		Requests: []plan.Request{again, second},
	})
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, c := range report.Circuits {
		actions = append(actions, c.Name+" "+c.Action)
	}
	want := []string{requests[1].Intent.Name + " remove", requests[0].Intent.Name + " none", "another add"}
	if diff := cmp.Diff(want, actions); diff != "" {
		t.Errorf("actions (-want +got)\n%s", diff)
	}
	gone := map[string]int{}
	for _, d := range report.Devices {
		for _, ch := range d.Changes {
			if ch.Object.Key == "l" && ch.Owner == outcomes[1].Add[0].Owner() {
				gone[d.Device]++
			}
		}
	}
	for _, device := range outcomes[1].Add[0].Devices() {
		if gone[device] == 0 {
			t.Errorf("%s is not said to lose anything: %v", device, gone)
		}
	}
	if report.Summary.Remove != len(outcomes[1].Add) || report.Summary.Keep != len(outcomes[0].Add) || report.Summary.Add == 0 {
		t.Errorf("summary %+v", report.Summary)
	}
	if diff := cmp.Diff(before, state()); diff != "" {
		t.Errorf("the ledger after Plan (-before +after)\n%s", diff)
	}
	cp := preview.Explain(world, again)
	reasons := map[models.Reason]int{}
	for _, c := range cp.Candidates {
		reasons[c.Reason]++
		if c.Reason == "" && (c.Lost == "" || c.CentreGHz == 0 || c.SlotGHz == 0) {
			t.Errorf("a candidate that would do without saying where and why not: %+v", c)
		}
	}
	if len(cp.Wavelengths) != len(again.Current) || reasons[models.Planned] == 0 || reasons[""] == 0 || len(cp.Objective) == 0 {
		t.Errorf("explained with %d wavelengths and candidates %v by %v", len(cp.Wavelengths), reasons, cp.Objective)
	}
	if diff := cmp.Diff(before, state()); diff != "" {
		t.Errorf("the ledger after Explain (-before +after)\n%s", diff)
	}
}

func ledgerText(docs []intents.Document, l *plan.Ledger) string {
	var b strings.Builder
	for _, d := range docs {
		switch spec := d.Spec.(type) {
		case *intents.LinkSpec:
			if u := l.Spectrum(d.Metadata.Name); u != nil {
				fmt.Fprintln(&b, d.Metadata.Name, *u)
			}
		case *intents.DeviceSpec:
			if u := l.Index(d.Metadata.Name); u != nil {
				fmt.Fprintln(&b, d.Metadata.Name, *u)
			}
			for port := range spec.Ports {
				if u := l.Port(d.Metadata.Name + "/" + port); u != nil {
					fmt.Fprintln(&b, d.Metadata.Name, port, *u)
				}
			}
		}
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	slices.Sort(lines) // ports come from a map
	return strings.Join(lines, "\n")
}

// A circuit with protection shows both its routes, and that they are not lit.
func TestPlanShowsAPair(t *testing.T) {
	docs, cat := example(t, "metro")
	network, err := preview.Overlay(nil, docs, cat)
	if err != nil {
		t.Fatal(err)
	}
	req, ok := preview.Request(intents.Document{Kind: intents.KindCircuit, Metadata: intents.Metadata{Name: "p"}, Spec: &intents.CircuitSpec{
		From: "dc-a", To: "dc-c", CapacityGbps: 400, Protection: &intents.Protection{Type: intents.ProtectionPlus, Disjoint: "link"},
	}})
	if !ok {
		t.Fatal("a circuit is not planned")
	}
	world := preview.World{Network: network, Ledger: plan.NewLedger(), Estimator: plan.SimpleEstimator()}
	report, err := preview.Plan(world, preview.Change{Requests: []plan.Request{req}})
	if err != nil {
		t.Fatal(err)
	}
	c := report.Circuits[0]
	if c.Pair == nil || c.Action != "refused" || c.Refusal.Reason != models.Unsupported || report.Summary.Add != 0 || len(report.Devices) != 0 {
		t.Fatalf("%+v, want a pair that is not lit", c)
	}
	for i, leg := range c.Pair.Legs {
		if len(leg.Route) == 0 || len(leg.Wavelengths) != 1 || leg.Wavelengths[0].Action != "plan" || leg.LatencyMs <= 0 {
			t.Errorf("leg %d: %+v", i+1, leg)
		}
		if slices.ContainsFunc(leg.Route, func(l string) bool { return slices.Contains(c.Pair.Legs[1-i].Route, l) }) {
			t.Errorf("the legs share a link: %v and %v", leg.Route, c.Pair.Legs[1-i].Route)
		}
	}
}

// What stands over a stored document replaces it, and only that one.
func TestOverlay(t *testing.T) {
	docs, cat := example(t, "p2p")
	var link intents.Document
	for _, d := range docs {
		if d.Kind == intents.KindLink {
			link = d
			break
		}
	}
	spec := *link.Spec.(*intents.LinkSpec)
	spec.Spans = append([]intents.Span{}, spec.Spans...)
	for i := range spec.Spans {
		if spec.Spans[i].Km > 0 {
			spec.Spans[i].Km = 1
		}
	}
	link.Spec = &spec
	shorter, err := preview.Overlay(docs, []intents.Document{link}, cat)
	if err != nil {
		t.Fatal(err)
	}
	out := plan.Compute(shorter, plan.NewLedger(), plan.SimpleEstimator(), preview.Requests(docs))
	found := false
	for _, o := range out {
		for _, d := range o.Add {
			found = found || d.Route[0].Link == link.Metadata.Name && d.LengthKm < 5
		}
	}
	if !found {
		t.Errorf("no wavelength over the shortened link %s: %+v", link.Metadata.Name, out)
	}
}

// A fault of the network is an error that names the document.
func TestOfflineNamesWhatIsInconsistent(t *testing.T) {
	docs, cat := example(t, "p2p")
	for i, d := range docs {
		if d.Kind == intents.KindDevice {
			spec := *d.Spec.(*intents.DeviceSpec)
			spec.Site = "nowhere"
			docs[i].Spec = &spec
			_, err := preview.Offline(docs, cat, plan.SimpleEstimator(), false)
			if err == nil || !strings.Contains(err.Error(), "device "+d.Metadata.Name) || !strings.Contains(err.Error(), "nowhere") {
				t.Errorf("want an error that names device %s and site nowhere, got %v", d.Metadata.Name, err)
			}
			return
		}
	}
	t.Fatal("no device")
}

// shown is a device that shows everything as it is wanted, and on which a laser was
// ours.
type shown struct{}

func (shown) Removed(_, owner string) []models.Change {
	return []models.Change{{Owner: owner, Object: models.ObjectID{Kind: models.KindLaser, Key: "l"}, Before: models.Leaves{models.LeafEnabled: "true"}, After: models.Leaves{models.LeafEnabled: "false"}}}
}

func (shown) Found(f models.Fragment) []models.Object        { return f.Objects }
func (shown) Native(device string, _ []models.Change) string { return "form of " + device }

func TestPlanAsksTheDevices(t *testing.T) {
	docs, cat := example(t, "p2p")
	network, err := preview.Overlay(nil, docs, cat)
	if err != nil {
		t.Fatal(err)
	}
	world := preview.World{Network: network, Ledger: plan.NewLedger(), Estimator: plan.SimpleEstimator(), Devices: shown{}}
	report, err := preview.Plan(world, preview.Change{Requests: preview.Requests(docs), Native: true})
	if err != nil || len(report.Devices) == 0 {
		t.Fatalf("%d devices: %v", len(report.Devices), err)
	}
	for _, d := range report.Devices {
		if len(d.Changes) != 0 || d.Native != "form of "+d.Device {
			t.Errorf("device %s: %d changes and %q, want none and its form", d.Device, len(d.Changes), d.Native)
		}
	}
}

// BenchmarkOffline plans 1,000 documents: 100 pairs of routers with five
// fibres each, and 100 circuits.
func BenchmarkOffline(b *testing.B) {
	cat, err := catalogue.Default()
	if err != nil {
		b.Fatal(err)
	}
	docs := many()
	b.ReportAllocs()
	for b.Loop() {
		report, err := preview.Offline(docs, cat, plan.SimpleEstimator(), false)
		if err != nil || report.Summary.Refused > 0 || report.Summary.Add == 0 {
			b.Fatal(report.Summary, err)
		}
	}
	b.ReportMetric(float64(len(docs)), "documents")
}

func many() []intents.Document {
	doc := func(kind, name string, spec any) intents.Document {
		return intents.Document{APIVersion: intents.APIVersion, Kind: kind, Metadata: intents.Metadata{Name: name}, Spec: spec}
	}
	var docs []intents.Document
	for k := range 100 {
		n := func(s string) string { return fmt.Sprintf("%s-%d", s, k) }
		ports := map[string]intents.Port{}
		for i := range 5 {
			ports[fmt.Sprintf("et-0/0/%d", i)] = intents.Port{Pluggable: "QDD-400G-ZRP"}
			port := fmt.Sprintf("/et-0/0/%d", i)
			docs = append(docs, doc("Link", n(fmt.Sprintf("f%d", i)), &intents.LinkSpec{
				Ends: [2]string{n("ra") + port, n("rb") + port}, Spans: []intents.Span{{ID: "s1", Km: 20}},
			}))
		}
		for _, s := range []string{"a", "b"} {
			docs = append(docs, doc("Site", n(s), &intents.SiteSpec{Role: "dc"}),
				doc("Device", n("r"+s), &intents.DeviceSpec{Site: n(s), Profile: "lab-router-zr", Mode: "manage", Ports: ports}))
		}
		docs = append(docs, doc("Circuit", n("c"), &intents.CircuitSpec{From: n("a"), To: n("b"), CapacityGbps: 800}))
	}
	return docs
}

// What goes is listed before what comes, as it is sent.
func TestPlanListsWhatGoesFirst(t *testing.T) {
	docs, cat := example(t, "p2p")
	network, err := preview.Overlay(nil, docs, cat)
	if err != nil {
		t.Fatal(err)
	}
	ledger := plan.NewLedger()
	requests := preview.Requests(docs)
	now := plan.Compute(network, ledger, plan.SimpleEstimator(), requests)[0].Add
	world := preview.World{Network: network, Ledger: ledger, Estimator: plan.SimpleEstimator(), Devices: empty{}}
	report, err := preview.Plan(world, preview.Change{Requests: requests[:1], Remove: []preview.Removal{{Intent: requests[0].Intent, Decisions: now}}})
	if err != nil || len(report.Devices) != 2 {
		t.Fatalf("%+v: %v", report, err)
	}
	for _, d := range report.Devices {
		if len(d.Changes) < 2 || d.Changes[0].Object.Key != "l" || d.Changes[1].After == nil {
			t.Errorf("%s: %v", d.Device, d.Changes)
		}
	}
}

// empty is a device that shows nothing.
type empty struct{ shown }

func (empty) Found(models.Fragment) []models.Object { return nil }
