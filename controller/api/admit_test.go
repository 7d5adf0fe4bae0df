package api

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
)

func outcomes(r wire.ChangeReport) []string {
	var out []string
	for _, it := range r.Items {
		out = append(out, fmt.Sprintf("%s %s gen %d", it.Ref(), it.Outcome, it.Generation))
	}
	return out
}

func TestApplyCreatesAndConfigures(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites))
	before, err := b.store.TopologyRevision(b.ctx)
	if err != nil || before == 0 {
		t.Fatalf("topology revision %d, %v: want it moved by the network", before, err)
	}
	want := []string{"circuit/c created gen 1"}
	if diff := cmp.Diff(want, outcomes(b.apply(circuit("c", 400)))); diff != "" {
		t.Error(diff)
	}
	want = []string{"circuit/c unchanged gen 1"}
	if diff := cmp.Diff(want, outcomes(b.apply(circuit("c", 400)))); diff != "" {
		t.Error(diff)
	}
	spelt := document(`{"kind": "Circuit", "metadata": {"name": "c", "namespace": "default"}, "spec": {"to": "dc-b", "from": "dc-a", "capacityGbps": 400, "minMarginDb": 2}}`)
	if diff := cmp.Diff(want, outcomes(b.apply(strings.Replace(spelt, "apiVersion: "+intents.APIVersion+"\n{", `{"apiVersion": "`+intents.APIVersion+`", `, 1)))); diff != "" {
		t.Errorf("the same spelt differently: %s", diff)
	}
	want = []string{"circuit/c configured gen 2"}
	if diff := cmp.Diff(want, outcomes(b.apply(circuit("c", 800)))); diff != "" {
		t.Error(diff)
	}
	after, err := b.store.TopologyRevision(b.ctx)
	if err != nil || after != before {
		t.Errorf("topology revision %d, %v: circuits must not move it from %d", after, err, before)
	}
	labelled := strings.Replace(circuit("c", 800), "{name: c}", "{name: c, labels: {team: x}}", 1)
	want = []string{"circuit/c configured gen 2"}
	if diff := cmp.Diff(want, outcomes(b.apply(labelled))); diff != "" {
		t.Errorf("labels do not count as a change of spec: %s", diff)
	}
	o, err := b.client.Get(b.ctx, kindOf(t, "circuit"), "", "c")
	if err != nil || o.Metadata.Labels["team"] != "x" || o.Metadata.UID == "" || o.Metadata.Generation != 2 {
		t.Errorf("get: %+v, %v", o.Metadata, err)
	}
	list, err := b.client.List(b.ctx, kindOf(t, "circuit"), client.ListOptions{LabelSelector: "team=y"})
	if err != nil || len(list.Items) != 0 {
		t.Errorf("list with a label that nothing has: %d items, %v", len(list.Items), err)
	}
}

func TestApplyIsAllOrNothing(t *testing.T) {
	b := newBench(t)
	bad := circuit("good", 400) + "---\n" + strings.Replace(circuit("bad", 400), "capacityGbps", "capacitygbps", 1)
	_, err := b.client.Apply(b.ctx, files(document(twoSites), bad), client.ChangeOptions{})
	e := refused(t, err, wire.Invalid, "file-1.yaml", "capacityGbps")
	if len(e.Details.Faults) == 0 || e.Details.Faults[0].Line == 0 {
		t.Errorf("want faults with a place, got %+v", e.Details)
	}
	dangling := strings.Replace(circuit("c", 400), "dc-b", "dc-z", 1)
	_, err = b.client.Apply(b.ctx, files(document(twoSites), dangling), client.ChangeOptions{})
	refused(t, err, wire.Invalid, "dc-z")
	for _, kind := range wire.Kinds() {
		list, err := b.client.List(b.ctx, kind, client.ListOptions{})
		if err != nil || len(list.Items) > 0 {
			t.Errorf("%s: %d stored, %v: want none", kind.Plural, len(list.Items), err)
		}
	}
}

func TestDryRunStoresNothing(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	before, err := b.store.Revision(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.client.Apply(b.ctx, files(circuit("c", 800), circuit("d", 400)), client.ChangeOptions{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"circuit/c configured gen 2", "circuit/d created gen 1"}, outcomes(r)); diff != "" {
		t.Error(diff)
	}
	want := []wire.FieldChange{{Path: "spec.capacityGbps", Stored: "400", Wanted: "800"}}
	if diff := cmp.Diff(want, r.Items[0].Fields); diff != "" {
		t.Error(diff)
	}
	if after, err := b.store.Revision(b.ctx); err != nil || after != before {
		t.Errorf("revision %d, %v: want %d as before", after, err, before)
	}
}

func TestDiffShowsValuesOnly(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	r, err := b.client.Diff(b.ctx, files(circuit("c", 400)))
	if err != nil || r.Differences() != 0 {
		t.Errorf("want no difference, got %+v, %v", r.Items, err)
	}
	r, err = b.client.Diff(b.ctx, files(circuit("c", 800), circuit("d", 100)))
	if err != nil || r.Differences() != 2 || len(r.Items[0].Fields) != 1 {
		t.Errorf("want two differences, got %+v, %v", r.Items, err)
	}
}

func TestVersionsConflict(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	o, err := b.client.Get(b.ctx, kindOf(t, "circuit"), "", "c")
	if err != nil {
		t.Fatal(err)
	}
	b.apply(circuit("c", 800))
	stale := strings.Replace(circuit("c", 1200), "{name: c}", fmt.Sprintf("{name: c, resourceVersion: %q}", o.Metadata.ResourceVersion), 1)
	_, err = b.client.Apply(b.ctx, files(stale), client.ChangeOptions{})
	refused(t, err, wire.Conflict, "spec.capacityGbps: stored 800, sent 1200")
	other := strings.Replace(circuit("c", 1200), "{name: c}", `{name: c, uid: "another"}`, 1)
	_, err = b.client.Apply(b.ctx, files(other), client.ChangeOptions{})
	refused(t, err, wire.Conflict, "another one")
	moved := strings.Replace(circuit("c", 800), "from: dc-a, to: dc-b", "from: dc-b, to: dc-a", 1)
	_, err = b.client.Apply(b.ctx, files(moved), client.ChangeOptions{})
	refused(t, err, wire.Invalid, "spec.from")
}

func TestLitCircuitsNeedPermission(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 800))
	b.light("c", 1, records.PhaseInService)
	kind := kindOf(t, "circuit")

	_, err := b.client.Delete(b.ctx, kind, "", "c", client.ChangeOptions{})
	refused(t, err, wire.OutageNotAllowed, "c-1 (InService)")
	b.planner.report = records.PlanReport{Circuits: []records.CircuitPlan{{Name: "c", Retire: []string{"c-1"}}}}
	avoiding := strings.Replace(circuit("c", 800), "capacityGbps", "avoid: [a-b], capacityGbps", 1)
	_, err = b.client.Apply(b.ctx, files(avoiding), client.ChangeOptions{})
	refused(t, err, wire.OutageNotAllowed, "c-1")
	_, err = b.client.Apply(b.ctx, files(circuit("c", 400)), client.ChangeOptions{})
	refused(t, err, wire.OutageNotAllowed, "c-1")
	b.planner.report = records.PlanReport{Circuits: []records.CircuitPlan{{Name: "c", Retire: []string{"c-2"}}}}
	b.apply(circuit("c", 600)) // what would go is dark
	b.planner.report = records.PlanReport{}
	b.apply(circuit("c", 1200)) // growing disturbs nothing

	_, err = b.client.Apply(b.ctx, files(circuit("c", 400)), client.ChangeOptions{AllowOutage: true})
	refused(t, err, wire.BadRequest, "reason")
	r, err := b.client.Apply(b.ctx, files(circuit("c", 400)), client.ChangeOptions{AllowOutage: true, Reason: "customer agreed", Until: "30m"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := b.store.Tables().Intents.Get(b.ctx, store.DocumentKey("Circuit", "default", "c"))
	if err != nil {
		t.Fatal(err)
	}
	p := e.Value.Permission
	if p == nil || p.Reason != "customer agreed" || p.Generation != r.Items[0].Generation || p.Who == "" {
		t.Errorf("want the permission with reason, generation and who, got %+v", p)
	}
	r, err = b.client.Delete(b.ctx, kind, "", "c", client.ChangeOptions{AllowOutage: true, Reason: "gone"})
	if err != nil || r.Items[0].Outcome != wire.Deleting {
		t.Fatalf("delete: %+v, %v", r.Items, err)
	}
	_, err = b.client.Apply(b.ctx, files(circuit("c", 400)), client.ChangeOptions{})
	refused(t, err, wire.Conflict, "being deleted")
	o, err := b.client.Get(b.ctx, kind, "", "c")
	if err != nil || o.Metadata.DeletionTimestamp == nil {
		t.Errorf("want a deletion time, got %+v, %v", o.Metadata, err)
	}
}

func TestNetworkInUseStays(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	for kind, name := range map[string]string{"site": "dc-a", "device": "r1"} {
		_, err := b.client.Delete(b.ctx, kindOf(t, kind), "", name, client.ChangeOptions{})
		refused(t, err, wire.InUse)
	}
	b.light("c", 1, records.PhaseDark)
	_, err := b.client.Delete(b.ctx, kindOf(t, "link"), "", "a-b", client.ChangeOptions{AllowOutage: true, Reason: "x"})
	refused(t, err, wire.InUse, "wavelength/c-1")
	for what, changed := range map[string]string{
		"ends":    strings.Replace(document(twoSites), "ends: [r1/et-0/0/0, r2/et-0/0/0]", "ends: [r2/et-0/0/0, r1/et-0/0/0]", 1),
		"profile": strings.Replace(document(twoSites), "ports: {et-0/0/0: {pluggable: QDD-400G-ZRP}}", "ports: {et-0/0/0: {pluggable: QDD-400G-ZRP}, et-0/0/1: {pluggable: QDD-400G-ZRP}}", 1),
	} {
		_, err := b.client.Apply(b.ctx, files(changed), client.ChangeOptions{})
		if what == "ends" {
			refused(t, err, wire.InUse, "ends")
		} else if err != nil {
			t.Errorf("one more port: %v", err)
		}
	}
	spare := document("kind: Site\nmetadata: {name: spare}\nspec: {role: pop}\n")
	b.apply(spare)
	r, err := b.client.Delete(b.ctx, kindOf(t, "site"), "", "spare", client.ChangeOptions{})
	if err != nil || r.Items[0].Outcome != wire.Removed {
		t.Errorf("delete of an unused site: %+v, %v", r.Items, err)
	}
	_, err = b.client.Delete(b.ctx, kindOf(t, "site"), "", "spare", client.ChangeOptions{})
	refused(t, err, wire.NotFound, "site/spare")
}

func TestWavelengthNamesStayApart(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	b.light("c", 1, records.PhaseDark)
	pinned := func(name string) string {
		return document("kind: Wavelength\nmetadata: {name: " + name + "}\nspec: {from: r1/et-0/0/0, to: r2/et-0/0/0}\n")
	}
	_, err := b.client.Apply(b.ctx, files(pinned("c-7")), client.ChangeOptions{})
	refused(t, err, wire.Invalid, "c-7")
	_, err = b.client.Apply(b.ctx, files(pinned("c")), client.ChangeOptions{})
	refused(t, err, wire.Invalid, `"c"`)
	b.apply(pinned("d-1"))
	_, err = b.client.Apply(b.ctx, files(circuit("d", 400)), client.ChangeOptions{})
	refused(t, err, wire.Invalid, "d-1")

	list, err := b.client.List(b.ctx, kindOf(t, "wl"), client.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, o := range list.Items {
		names = append(names, o.Metadata.Name+" of "+o.Metadata.Labels[wire.LabelCircuit])
	}
	if diff := cmp.Diff([]string{"c-1 of c", "d-1 of "}, names); diff != "" {
		t.Error(diff)
	}
	_, err = b.client.Delete(b.ctx, kindOf(t, "wl"), "", "c-1", client.ChangeOptions{})
	refused(t, err, wire.InUse, "circuit/c")
	o, err := b.client.Get(b.ctx, kindOf(t, "wl"), "", "c-1")
	if err != nil || o.Status.Phase != records.PhaseDark {
		t.Errorf("get wl/c-1: %+v, %v", o.Status, err)
	}
}

func TestConcurrentApplies(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites))
	var wg sync.WaitGroup
	const writers, rounds = 8, 5
	for i := range writers {
		wg.Go(func() {
			for n := range rounds {
				// All write the same one, and each one of its own.
				if _, err := b.client.Apply(b.ctx, files(circuit("same", 100*(1+n))), client.ChangeOptions{}); err != nil && !client.IsReason(err, wire.Conflict) {
					t.Errorf("same: %v", err)
				}
				if _, err := b.client.Apply(b.ctx, files(circuit(fmt.Sprintf("own-%c", 'a'+i), 100*(1+n))), client.ChangeOptions{}); err != nil {
					t.Errorf("own: %v", err)
				}
			}
		})
	}
	wg.Wait()
	list, err := b.client.List(b.ctx, kindOf(t, "circuit"), client.ListOptions{})
	if err != nil || len(list.Items) != writers+1 {
		t.Errorf("want %d circuits, got %d, %v", writers+1, len(list.Items), err)
	}
}

// All that carries light is named at once, and nothing goes.
func TestDeleteNamesAllLitCircuits(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400), circuit("d", 400), circuit("dark", 400))
	b.light("c", 1, records.PhaseInService)
	b.light("d", 3, records.PhaseHeld)
	set := files(circuit("dark", 400), circuit("c", 400), circuit("d", 400))
	_, err := b.client.DeleteFiles(b.ctx, set, client.ChangeOptions{})
	refused(t, err, wire.OutageNotAllowed, "circuit/c, circuit/d carry light", "c-1 (InService)", "d-3 (Held)")
	list, err := b.client.List(b.ctx, kindOf(t, "circuit"), client.ListOptions{})
	if err != nil || len(list.Items) != 3 {
		t.Fatalf("want three circuits, got %d, %v", len(list.Items), err)
	}
	for _, o := range list.Items {
		if o.Metadata.DeletionTimestamp != nil {
			t.Errorf("%s is being deleted", o.Ref())
		}
	}
	if _, err := b.client.DeleteFiles(b.ctx, set, client.ChangeOptions{AllowOutage: true, Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	events, err := b.client.Events(b.ctx, "circuit/c", 1)
	if err != nil || len(events.Items) != 1 || !strings.HasPrefix(events.Items[0].Message, "1 wavelength carries light") {
		t.Errorf("want an event in the singular, got %+v, %v", events.Items, err)
	}
}

// Who looks in the wrong namespace is told the right one.
func TestAbsentNamesTheNamespace(t *testing.T) {
	b := newBench(t)
	there := strings.Replace(circuit("c", 400), "{name: c}", "{name: c, namespace: tenant-x}", 1)
	b.apply(document(twoSites), there)
	const hint = "it exists in namespace tenant-x"
	_, err := b.client.Get(b.ctx, kindOf(t, "circuit"), "", "c")
	refused(t, err, wire.NotFound, "circuit/c does not exist; "+hint)
	_, err = b.client.Delete(b.ctx, kindOf(t, "circuit"), "", "c", client.ChangeOptions{})
	refused(t, err, wire.NotFound, hint)
	_, err = b.client.Get(b.ctx, kindOf(t, "wl"), "", "c-1")
	refused(t, err, wire.NotFound, "wavelength/c-1 does not exist; circuit/c exists in namespace tenant-x")
	_, err = b.client.Why(b.ctx, kindOf(t, "circuit"), "", "c")
	refused(t, err, wire.NotFound, hint)
	_, err = b.client.Retry(b.ctx, wire.RequestOptions{Target: "circuit/c"})
	refused(t, err, wire.NotFound, hint)
	_, err = b.client.Get(b.ctx, kindOf(t, "circuit"), "", "d")
	if e := refused(t, err, wire.NotFound); strings.Contains(e.Message, "namespace") {
		t.Errorf("there is no such circuit anywhere: %s", e.Message)
	}
}

// A socket is named as a path or as in a URL.
func TestServerAsUnixSocket(t *testing.T) {
	for server, want := range map[string]string{"unix:/run/x.sock": "/run/x.sock", "unix:///run/x.sock": "/run/x.sock", "unix:x.sock": "x.sock"} {
		cl, err := client.New(client.Config{Server: server})
		if err != nil {
			t.Errorf("%s: %v", server, err)
			continue
		}
		if cl.Where() != want {
			t.Errorf("%s: want %s, got %s", server, want, cl.Where())
		}
		cl.Close()
	}
	if _, err := client.New(client.Config{Server: "unix://"}); err == nil {
		t.Error("a socket without a path was taken")
	}
}
