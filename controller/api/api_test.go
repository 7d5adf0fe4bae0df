package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/endpoint"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// planner answers what a test tells it to.
type planner struct {
	report records.PlanReport
	err    error
	docs   []intents.Document
	remove []records.IntentRef
}

func (p *planner) Plan(_ context.Context, docs []intents.Document, remove []records.IntentRef, _ bool) (records.PlanReport, error) {
	p.docs, p.remove = docs, remove
	return p.report, p.err
}

func (p *planner) Why(_ context.Context, kind, namespace, name string) (records.CircuitPlan, error) {
	return records.CircuitPlan{Kind: kind, Namespace: namespace, Name: name, Action: "none"}, p.err
}

func (p *planner) Spectrum(_ context.Context, link string, between []string) (records.SpectrumReport, error) {
	return records.SpectrumReport{Link: link, Between: between}, p.err
}

func (p *planner) Replan(_ context.Context, kind, namespace, name string) (records.PlanReport, error) {
	return records.PlanReport{Circuits: []records.CircuitPlan{{Kind: kind, Namespace: namespace, Name: name, Action: "change"}}, Steps: []string{"light it"}}, p.err
}

// prober likewise.
type prober struct {
	drift records.DriftReport
	err   error
	ready error
	away  map[string]bool // devices that cannot be asked
}

func (p *prober) Adopt(_ context.Context, devices []string) (records.Adoption, error) {
	return records.Adoption{Untold: devices}, nil
}

func (p *prober) Drift(_ context.Context, _ bool, device string) (records.DriftReport, error) {
	r := p.drift
	if device != "" {
		r.Items = slices.DeleteFunc(slices.Clone(r.Items), func(it models.DriftItem) bool { return it.Device != device })
		switch {
		case p.away[device]:
			r.Checked, r.Items, r.Unknown = 0, nil, []records.UnknownDevice{{Device: device}}
		case r.Checked == 0:
			r.Checked = 1
		}
	}
	return r, p.err
}

func (p *prober) Wavelength(_ context.Context, _, name string) (records.WavelengthReport, error) {
	if p.err != nil {
		return records.WavelengthReport{}, p.err
	}
	return records.WavelengthReport{Decision: records.Decision{Name: name}}, nil
}

func (p *prober) Ready() error { return p.ready }

// bench is an API on a real store behind a real socket.
type bench struct {
	t       testing.TB
	ctx     context.Context
	store   *store.Store
	client  *client.Client
	planner *planner
	prober  *prober
	api     *API
	dir     string
}

func newBench(t testing.TB) *bench {
	t.Helper()
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	st, err := store.OpenEmbedded(ctx, store.Config{Dir: filepath.Join(dir, "store")})
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, ctx: ctx, store: st, planner: &planner{}, prober: &prober{}, dir: dir}
	b.api, err = New(Config{Store: st, Catalogue: cat, Planner: b.planner, Prober: b.prober, Version: "test", StateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	l, err := endpoint.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	serving, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- b.api.Serve(serving, l) }()
	if b.client, err = client.New(client.Config{StateDir: dir}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.client.Close()
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := st.Close(); err != nil {
			t.Errorf("close store: %v", err)
		}
	})
	return b
}

// twoSites is two sites with a router each and a fibre between them.
const twoSites = `
kind: Site
metadata: {name: dc-a}
spec: {role: dc}
---
kind: Site
metadata: {name: dc-b}
spec: {role: dc}
---
kind: Device
metadata: {name: r1}
spec: {site: dc-a, profile: generic-router-zr-openconfig, address: "127.0.0.1:9340", credentials: {ref: "env:X"}, mode: manage, ports: {et-0/0/0: {pluggable: QDD-400G-ZRP}}}
---
kind: Device
metadata: {name: r2}
spec: {site: dc-b, profile: generic-router-zr-openconfig, address: "127.0.0.1:9341", credentials: {ref: "env:X"}, mode: manage, ports: {et-0/0/0: {pluggable: QDD-400G-ZRP}}}
---
kind: Link
metadata: {name: a-b}
spec: {ends: [r1/et-0/0/0, r2/et-0/0/0], spans: [{id: s1, km: 20}]}
`

func document(body string) string {
	var out []string
	for part := range strings.SplitSeq(body, "\n---") {
		out = append(out, "apiVersion: "+intents.APIVersion+"\n"+strings.TrimPrefix(part, "\n"))
	}
	return strings.Join(out, "\n---\n")
}

func circuit(name string, gbps int) string {
	return document(fmt.Sprintf("kind: Circuit\nmetadata: {name: %s}\nspec: {from: dc-a, to: dc-b, capacityGbps: %d}\n", name, gbps))
}

func files(bodies ...string) []wire.File {
	var out []wire.File
	for i, b := range bodies {
		out = append(out, wire.File{Name: fmt.Sprintf("file-%d.yaml", i), Content: b})
	}
	return out
}

func (b *bench) apply(bodies ...string) wire.ChangeReport {
	b.t.Helper()
	r, err := b.client.Apply(b.ctx, files(bodies...), client.ChangeOptions{})
	if err != nil {
		b.t.Fatalf("apply: %v", err)
	}
	return r
}

func kindOf(t testing.TB, name string) wire.Kind {
	t.Helper()
	k, err := wire.KindNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// refused checks that err is a refusal for a reason and returns it.
func refused(t testing.TB, err error, reason wire.FailureReason, words ...string) *client.APIError {
	t.Helper()
	var e *client.APIError
	if !errors.As(err, &e) {
		t.Fatalf("want a refusal for %s, got %v", reason, err)
	}
	if e.Reason != reason {
		t.Fatalf("want reason %s, got %s: %v", reason, e.Reason, e)
	}
	for _, w := range words {
		if !strings.Contains(e.Error(), w) {
			t.Errorf("want %q in:\n%v", w, e)
		}
	}
	return e
}

// light writes what the planner and the lightpath stage would: one wavelength
// of a circuit, over link a-b, in a phase.
func (b *bench) light(circuit string, wl int, phase records.PhaseName) {
	b.t.Helper()
	t := b.store.Tables()
	e, err := t.Intents.Get(b.ctx, store.DocumentKey(intents.KindCircuit, "default", circuit))
	if err != nil {
		b.t.Fatal(err)
	}
	uid := e.Value.UID
	key := records.WavelengthKey(uid, wl)
	slot, err := models.SlotOf(193_106_250, 87_500)
	if err != nil {
		b.t.Fatal(err)
	}
	d := records.Decision{
		Intent: records.IntentRef{Kind: intents.KindCircuit, Namespace: "default", Name: circuit, UID: uid, Generation: 1}, WL: wl,
		Name: fmt.Sprintf("%s-%d", circuit, wl), Rev: 1, Mode: "m", CapacityGbps: 400, Slot: slot, LatencyMs: 0.1,
		Ends:  [2]records.End{{Device: "r1", Port: "et-0/0/0"}, {Device: "r2", Port: "et-0/0/0"}},
		Route: []records.Leg{{Link: "a-b", Direction: records.AZ}},
	}
	owner := d.Owner()
	_, err = b.store.Commit(b.ctx, nil,
		t.Decisions.Put(key, d), t.Phases.Put(key, records.Phase{Name: phase, Since: time.Now(), DecisionRev: 1}),
		t.Circuits.Put(uid, records.Circuit{Intent: d.Intent, Live: []int{wl}, NextWL: wl + 1, Generation: 1}),
		t.Spectrum.Put(store.Key("a-b"), records.SpectrumUse{Az: []records.SlotUse{{Slot: slot, Owner: owner}}}))
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestHealth(t *testing.T) {
	b := newBench(t)
	if err := b.client.Ready(b.ctx); err != nil {
		t.Errorf("ready: %v", err)
	}
	b.prober.ready = errors.New("still reading")
	refused(t, b.client.Ready(b.ctx), wire.Unavailable, "still reading")
	v, err := b.client.Version(b.ctx)
	if err != nil || v.Version != "test" || v.State != b.dir {
		t.Errorf("version: %+v, %v", v, err)
	}
}

func TestOpenAPI(t *testing.T) {
	b := newBench(t)
	req, err := http.NewRequest(http.MethodGet, "/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	w := newRecorder()
	b.api.ServeHTTP(w, req)
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(w.body.Bytes(), &doc); err != nil {
		t.Fatalf("%v in %.200s", err, w.body.String())
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("want OpenAPI 3.1, got %q", doc.OpenAPI)
	}
	for _, path := range []string{"/apply", "/plan", "/drift", "/circuits", "/namespaces/{namespace}/circuits/{name}", "/devices/{name}", "/repair"} {
		if doc.Paths[wire.Base+path] == nil {
			t.Errorf("path %s is not described", path)
		}
	}
}

func TestPlan(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	b.planner.report = records.PlanReport{Circuits: []records.CircuitPlan{{Name: "d", Action: "add"}}, Summary: records.PlanSummary{Add: 1}}
	got, err := b.client.Plan(b.ctx, files(circuit("d", 800)), []string{"circuit/c"}, false)
	if err != nil || got.Summary.Add != 1 || got.APIVersion != intents.APIVersion || got.Kind != "PlanReport" {
		t.Fatalf("plan: %+v, %v", got, err)
	}
	if len(b.planner.docs) != 1 || b.planner.docs[0].Metadata.Namespace != "default" {
		t.Errorf("want the document with its defaults, got %+v", b.planner.docs)
	}
	if len(b.planner.remove) != 1 || b.planner.remove[0].UID == "" {
		t.Errorf("want the stored circuit with its uid, got %+v", b.planner.remove)
	}
	if _, err := b.client.Plan(b.ctx, nil, []string{"circuit/c"}, false); err != nil {
		t.Errorf("plan of a removal alone: %v", err)
	}
	_, err = b.client.Plan(b.ctx, nil, nil, false)
	refused(t, err, wire.BadRequest, "empty")
	_, err = b.client.Plan(b.ctx, nil, []string{"circuit/none"}, false)
	refused(t, err, wire.NotFound, "circuit/none")
	if _, err := b.client.Plan(b.ctx, nil, []string{"circuit/c", "circuit/default/c"}, false); err != nil || len(b.planner.remove) != 1 {
		t.Errorf("named twice: %v, %v", b.planner.remove, err)
	}
	_, err = b.client.Plan(b.ctx, files(circuit("c", 800)), []string{"circuit/c"}, false)
	refused(t, err, wire.BadRequest, "circuit/c is among the documents and is to be left out")
	_, err = b.client.Plan(b.ctx, nil, []string{"link/a-b"}, false)
	refused(t, err, wire.BadRequest, "link/a-b: a plan leaves out circuits and wavelengths")
	_, err = b.client.Plan(b.ctx, files(strings.Replace(circuit("d", 800), "dc-a", "dc-x", 1)), nil, false)
	refused(t, err, wire.Invalid, "dc-x")
	_, err = b.client.Plan(b.ctx, files(strings.Replace(circuit("c", 400), "from: dc-a, to: dc-b", "from: dc-b, to: dc-a", 1)), nil, false)
	refused(t, err, wire.Invalid, "spec.to: cannot change from")
	var failure *client.APIError
	if errors.As(err, &failure) && (failure.Details == nil || len(failure.Details.Faults) != 2 || failure.Details.Faults[0].Column < 10) {
		t.Errorf("want two faults where the fields stand, got %+v", failure.Details)
	}
	list, err := b.client.List(b.ctx, kindOf(t, "circuit"), client.ListOptions{})
	if err != nil || len(list.Items) != 1 {
		t.Errorf("want plan to store nothing, got %d circuits, %v", len(list.Items), err)
	}
}

func TestDriftAndReports(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	b.prober.drift = records.DriftReport{Checked: 2}
	r, err := b.client.Drift(b.ctx, false, "r1")
	if err != nil || r.Checked != 2 || r.Items == nil || r.APIVersion != intents.APIVersion || r.Kind != "DriftReport" {
		t.Errorf("want an empty list and not null, with version and kind, got %+v, %v", r, err)
	}
	_, err = b.client.Drift(b.ctx, true, "r9")
	refused(t, err, wire.NotFound, "device/r9")
	if w, err := b.client.Wavelength(b.ctx, "default", "c-1"); err != nil || w.Decision.Name != "c-1" {
		t.Errorf("report: %+v, %v", w, err)
	}
	b.prober.err = store.ErrNotFound
	_, err = b.client.Wavelength(b.ctx, "default", "c-9")
	refused(t, err, wire.NotFound, "wavelength/c-9")
	b.prober.err = errors.New("a fault of ours")
	_, err = b.client.Drift(b.ctx, false, "")
	refused(t, err, wire.Internal)
	if p, err := b.client.Why(b.ctx, kindOf(t, "circuit"), "", "c"); err != nil || p.Name != "c" {
		t.Errorf("why: %+v, %v", p, err)
	}
	if r, err := b.client.Replan(b.ctx, kindOf(t, "circuit"), "", "c"); err != nil || len(r.Circuits) != 1 || r.Circuits[0].Name != "c" || len(r.Steps) != 1 {
		t.Errorf("replan: %+v, %v", r, err)
	}
	if _, err := b.client.Replan(b.ctx, kindOf(t, "circuit"), "", "none"); !client.IsReason(err, wire.NotFound) {
		t.Errorf("replan of what is not there: %v", err)
	}
	_, err = b.client.Why(b.ctx, kindOf(t, "circuit"), "", "none")
	refused(t, err, wire.NotFound)
}

// Spectrum passes on what was asked, and refuses what makes no sense.
func TestSpectrum(t *testing.T) {
	b := newBench(t)
	got, err := b.client.Spectrum(b.ctx, "a-b", []string{"dc-a", "dc-b"})
	if err != nil || got.Kind != "SpectrumReport" || got.Link != "a-b" || len(got.Between) != 2 || got.Links == nil || got.Capacity == nil {
		t.Errorf("%+v: %v", got, err)
	}
	_, err = b.client.Spectrum(b.ctx, "", nil)
	refused(t, err, wire.BadRequest, "neither a link nor two sites")
	for _, between := range [][]string{{"dc-a"}, {"dc-a", "dc-a"}} {
		_, err = b.client.Spectrum(b.ctx, "", between)
		refused(t, err, wire.BadRequest, "two different sites")
	}
	_, err = b.client.Spectrum(b.ctx, "", []string{"dc-a", "dc-b", "dc-c"})
	refused(t, err, wire.BadRequest, "between")
	b.planner.err = fmt.Errorf("there is no link: %w", store.ErrNotFound)
	_, err = b.client.Spectrum(b.ctx, "a-x", nil)
	refused(t, err, wire.NotFound, "there is no link")
}

// Why tells what is so beside how it came to be.
func TestWhyTellsWhatIsSo(t *testing.T) {
	b := newBench(t)
	b.apply(document(twoSites), circuit("c", 400))
	b.light("c", 1, records.PhaseInService)
	tables := b.store.Tables()
	key := store.DocumentKey(intents.KindCircuit, "default", "c")
	e, err := tables.Intents.Get(b.ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := tables.Circuits.Get(b.ctx, e.Value.UID)
	if err != nil {
		t.Fatal(err)
	}
	c.Value.Tombstones = []records.Tombstone{{WL: 3, Reason: models.DeviceRejected, Words: "r2: no such grid"}}
	cut := records.WavelengthStatus{Name: "c-1", Phase: records.PhaseInService, Reason: models.LossOfSignal, Message: "r2 rx: -60.00 dBm"}
	good := records.WavelengthStatus{Name: "c-2", Phase: records.PhaseInService, Reason: models.LightVerified, Message: "as predicted"}
	status := records.Status{Wavelengths: []records.WavelengthStatus{cut, good}, Conditions: []models.Condition{{Type: models.Ready, Status: "False", Reason: models.LossOfSignal}}}
	if _, err := b.store.Commit(b.ctx, nil, tables.Circuits.Put(e.Value.UID, c.Value), tables.Status.Put(key, status)); err != nil {
		t.Fatal(err)
	}
	for kind, name := range map[string]string{"circuit": "c", "wl": "c-1"} {
		got, err := b.client.Why(b.ctx, kindOf(t, kind), "", name)
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind != intents.KindCircuit || got.Name != "c" || len(got.Conditions) != 1 {
			t.Errorf("%s/%s: want the plan and conditions of the circuit, got %+v", kind, name, got)
		}
		if diff := cmp.Diff(c.Value.Tombstones, got.Refused); diff != "" {
			t.Errorf("%s/%s: refused: %s", kind, name, diff)
		}
		want := []wire.WavelengthFault{{Name: cut.Name, Phase: cut.Phase, Reason: cut.Reason, Message: cut.Message}}
		if diff := cmp.Diff(want, got.Faults); diff != "" {
			t.Errorf("%s/%s: faults: %s", kind, name, diff)
		}
	}
}
