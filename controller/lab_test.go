package controller_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller"
	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/all"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// site is a laboratory and a daemon in one process, joined by real sockets.
type site struct {
	t       testing.TB
	dir     string
	cat     *catalogue.Catalogue
	lab     *sim.Lab
	client  *client.Client
	foreign map[string]string // device → digest of foreign configuration
	drivers drivers.Registry  // what the daemon reaches devices with
	stop    func()
}

func newSite(t testing.TB, docs []intents.Document, change ...func(*sim.Config)) *site {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: t.TempDir(), foreign: map[string]string{}, drivers: all.Registry()}
	cfg := sim.Config{Documents: docs, Catalogue: cat, StateDir: s.dir, Timing: sim.DefaultTiming(), Plant: &light.Plant{Seed: 7}}
	for _, c := range change {
		c(&cfg)
	}
	s.cat = cfg.Catalogue
	s.lab, err = sim.NewLab(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.lab.Close)
	for _, d := range s.lab.Status().Devices {
		s.foreign[d.Name] = d.Foreign
	}
	s.serve()
	t.Cleanup(func() { s.untouched() })
	t.Cleanup(func() { s.stop() })
	s.apply(s.lab.Documents()...)
	return s
}

// serve starts the daemon on the site's state directory.
func (s *site) serve() {
	s.t.Helper()
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(testWriter{s.t}, nil))
	}
	c, err := controller.New(controller.Config{StateDir: s.dir, Version: "test", Catalogue: s.cat}, s.drivers, log)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	var once sync.Once
	s.stop = func() {
		once.Do(func() {
			s.client.Close()
			cancel()
			<-done
		})
	}
	s.client, err = client.New(client.Config{StateDir: s.dir, Agent: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-c.Ready():
	case err := <-done:
		s.t.Fatalf("the daemon ended: %v", err)
	case <-time.After(20 * time.Second):
		s.t.Fatal("the daemon does not serve")
	}
}

// untouched checks that the configuration of others is byte for byte what it
// was when the laboratory started.
func (s *site) untouched() {
	for _, d := range s.lab.Status().Devices {
		if d.Foreign != s.foreign[d.Name] {
			s.t.Errorf("foreign configuration of %s changed", d.Name)
		}
		if d.Writes.Unneeded != 0 {
			s.t.Errorf("%s saw %d unneeded writes", d.Name, d.Writes.Unneeded)
		}
	}
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(b)))
	return len(b), nil
}

func files(t testing.TB, docs []intents.Document) []wire.File {
	t.Helper()
	var b bytes.Buffer
	for _, d := range docs {
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "---\n%s\n", raw)
	}
	return []wire.File{{Name: "test.yaml", Content: b.String()}}
}

func (s *site) apply(docs ...intents.Document) {
	s.t.Helper()
	if _, err := s.client.Apply(s.t.Context(), files(s.t, docs), client.ChangeOptions{}); err != nil {
		s.t.Fatal(err)
	}
}

func kind(t testing.TB, name string) wire.Kind {
	t.Helper()
	k, err := wire.KindNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// wait watches circuits until all of them satisfy ok.
func (s *site) wait(what string, limit time.Duration, names []string, ok func(records.Status) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	open := map[string]records.Status{}
	for _, n := range names {
		open[n] = records.Status{}
	}
	var err error
	for again := true; again && ctx.Err() == nil; again = client.IsReason(err, wire.Gone) {
		// A watch that fell behind is started anew, as every client does.
		err = s.watchOnce(ctx, cancel, open, ok)
	}
	if len(open) > 0 {
		text, _ := json.MarshalIndent(open, "", " ")
		if len(text) > 3000 {
			text = text[:3000]
		}
		s.t.Fatalf("%d not %s (%v); all: %v\n%s", len(open), what, err, s.phases(), text)
	}
}

func (s *site) watchOnce(ctx context.Context, cancel func(), open map[string]records.Status, ok func(records.Status) bool) error {
	return s.client.Watch(ctx, kind(s.t, "Circuit"), client.ListOptions{}, "", func(_ wire.WatchType, o wire.Object) error {
		if _, waiting := open[o.Metadata.Name]; !waiting || o.Status == nil {
			return nil
		}
		open[o.Metadata.Name] = o.Status.Status
		if ok(o.Status.Status) {
			delete(open, o.Metadata.Name)
		}
		if len(open) == 0 {
			cancel()
		}
		return nil
	})
}

func condition(st records.Status, t models.ConditionType) models.Condition {
	for _, c := range st.Conditions {
		if c.Type == t {
			return c
		}
	}
	return models.Condition{}
}

func isReady(st records.Status) bool   { return condition(st, models.Ready).Status == "True" }
func isStalled(st records.Status) bool { return condition(st, models.Stalled).Status == "True" }

func (s *site) writes() int {
	n := 0
	for _, d := range s.lab.Status().Devices {
		n += d.Writes.Sets
	}
	return n
}

// pair is two sites with a router each and amplified 80 km fibres between
// every two ports of the same name.
func pair(a, b string, fibres int) []intents.Document {
	var docs []intents.Document
	ports := map[string]intents.Port{}
	for i := range fibres {
		p := fmt.Sprintf("et-0/0/%d", i)
		ports[p] = intents.Port{Pluggable: "QDD-400G-ZRP"}
		docs = append(docs, document(intents.KindLink, fmt.Sprintf("%s-%s-%d", a, b, i), &intents.LinkSpec{
			Ends: [2]string{a + "/" + p, b + "/" + p},
			Spans: []intents.Span{
				{Site: "dc-" + a, Amplifier: &intents.AmpSpec{Type: "edfa-20", GainDb: &intents.PerWay{Az: 12, Za: 12}}},
				{ID: "s1", Km: 80, LossDb: &intents.PerWay{Az: 17, Za: 17}},
				{Site: "dc-" + b, Amplifier: &intents.AmpSpec{Type: "edfa-20", GainDb: &intents.PerWay{Az: 12, Za: 12}}},
			},
		}))
	}
	for _, name := range []string{a, b} {
		docs = append(docs, document(intents.KindSite, "dc-"+name, &intents.SiteSpec{Role: "dc"}), document(intents.KindDevice, name, &intents.DeviceSpec{
			Site: "dc-" + name, Profile: "lab-router-zr", Mode: "manage", Ports: ports,
		}))
	}
	return docs
}

func document(kind, name string, spec any) intents.Document {
	return intents.Document{APIVersion: intents.APIVersion, Kind: kind, Metadata: intents.Metadata{Name: name}, Spec: spec}
}

func circuit(name, a, b string) intents.Document {
	return document(intents.KindCircuit, name, &intents.CircuitSpec{From: "dc-" + a, To: "dc-" + b, CapacityGbps: 400})
}
