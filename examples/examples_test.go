package examples_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller"
	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/drivers/all"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/examples"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// Every example does in the laboratory what its README says: applied, it
// becomes Ready (or is refused for the reason given); deleted, it leaves
// nothing behind. Nobody's light is hurt and nobody's configuration touched.
func TestExamples(t *testing.T) {
	for _, c := range []struct {
		name     string
		devices  int
		circuits int
		refused  models.Reason
		instead  *strings.Replacer // of profiles
	}{
		{"p2p-dark", 2, 1, "", nil},
		{"p2p", 2, 1, "", nil},
		{"p2p-refused", 2, 1, models.RxPowerLow, nil},
		{"metro", 16, 4, "", nil},
		{"metro", 16, 4, "", strings.NewReplacer(
			"lab-router-zr", "lab-router-netconf", "lab-terminal", "lab-terminal-netconf", "lab-roadm", "lab-roadm-netconf", "lab-ila", "lab-ila-netconf")},
		{"p2p", 2, 1, "", strings.NewReplacer("lab-router-zr", "lab-cisco-iosxr-openconfig")},
		{"p2p", 2, 1, "", strings.NewReplacer("lab-router-zr", "lab-juniper-junos-openconfig")},
		{"p2p", 2, 1, "", strings.NewReplacer("lab-router-zr", "lab-nokia-openconfig")},
		{"p2p", 2, 1, "", strings.NewReplacer("lab-router-zr", "lab-nokia-openconfig-netconf")},
		{"p2p", 2, 1, "", strings.NewReplacer("lab-router-zr", "lab-arista-eos-openconfig")},
		{"metro", 16, 4, "", strings.NewReplacer("lab-terminal", "lab-adva-teraflex-netconf")},
		{"multivendor", 23, 8, "", nil},
		{"metro", 16, 4, "", strings.NewReplacer("lab-roadm", "lab-nokia-gx-ols", "EAST-OUT", "oms-1-5-L1", "EAST-IN", "oms-1-5-L1", "WEST-OUT", "oms-1-6-L1", "WEST-IN", "oms-1-6-L1")},
	} {
		name := c.name
		if c.instead != nil {
			name += " as " + c.instead.Replace("lab-router-zr") + " and " + c.instead.Replace("lab-terminal")
		}
		t.Run(name, func(t *testing.T) {
			run := begin(t, c.name, c.instead)
			before := run.lab.Status()
			if len(before.Devices) != c.devices {
				t.Errorf("%d devices, want %d", len(before.Devices), c.devices)
			}
			circuits := files(t, c.name, "intents")
			run.apply(t, circuits)
			run.wait(t, c.circuits, func(o wire.Object) bool {
				if c.refused == "" {
					return is(o, models.Ready, "")
				}
				return is(o, models.Stalled, "") && has(o, models.Ready, c.refused)
			})
			if s := run.lab.Status(); s.LostLightSeconds != 0 {
				t.Errorf("%.3f s of light lost while it was set up", s.LostLightSeconds)
			}
			if _, err := run.client.DeleteFiles(t.Context(), circuits, client.ChangeOptions{AllowOutage: true, Reason: "end of the test"}); err != nil {
				t.Fatal(err)
			}
			run.wait(t, 0, nil)
			after := run.lab.Status()
			for i, d := range after.Devices {
				if d.Foreign != before.Devices[i].Foreign {
					t.Errorf("foreign configuration of %s changed", d.Name)
				}
				if d.Writes.Unneeded != 0 || c.refused != "" && d.Writes.Sets != 0 {
					t.Errorf("%s saw needless writes: %+v", d.Name, d.Writes)
				}
				if d.Writes.ConfigurationCommands < d.Writes.Sets {
					t.Errorf("%s was written to by commands that were not counted: %+v", d.Name, d.Writes)
				}
			}
			for _, ch := range after.Channels {
				if ch.LaserOn {
					t.Errorf("laser %s/%s is on after all was deleted", ch.Device, ch.Port)
				}
			}
		})
	}
}

// files reads one directory of an example.
func files(t *testing.T, name, dir string) []wire.File {
	t.Helper()
	entries, err := fs.ReadDir(examples.FS, path.Join(name, dir))
	if err != nil {
		t.Fatal(err)
	}
	var out []wire.File
	for _, e := range entries {
		raw, err := fs.ReadFile(examples.FS, path.Join(name, dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, wire.File{Name: e.Name(), Content: string(raw)})
	}
	return out
}

// running is an example in a laboratory, with a daemon.
type running struct {
	lab    *sim.Lab
	client *client.Client
	dir    string
	stop   func() // ends the daemon; the laboratory goes on
}

func begin(t *testing.T, name string, instead *strings.Replacer) *running {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	return beginWith(t, cat, name, instead)
}

func beginLogged(t *testing.T, name string, log *slog.Logger) *running {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	return beginAs(t, cat, name, nil, log)
}

func beginWith(t *testing.T, cat *catalogue.Catalogue, name string, instead *strings.Replacer) *running {
	t.Helper()
	return beginAs(t, cat, name, instead, slog.New(slog.DiscardHandler))
}

func beginAs(t *testing.T, cat *catalogue.Catalogue, name string, instead *strings.Replacer, log *slog.Logger) *running {
	t.Helper()
	var err error
	var docs []intents.Document
	for _, f := range files(t, name, "network") {
		if instead != nil {
			f.Content = instead.Replace(f.Content)
		}
		d, err := intents.Decode([]byte(f.Content), f.Name, intents.WithCatalogue(cat))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d...)
	}
	dir := t.TempDir()
	r := &running{dir: dir}
	r.lab, err = sim.NewLab(t.Context(), sim.Config{
		Documents: docs, Catalogue: cat, StateDir: dir, Name: name, Timing: sim.DefaultTiming(), Plant: &light.Plant{Seed: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.lab.Close)
	daemon, err := controller.New(controller.Config{StateDir: dir, Version: "test", Catalogue: cat}, all.Registry(), log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- daemon.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the daemon ended with %v", err)
		}
	})
	t.Cleanup(r.stop)
	if r.client, err = client.New(client.Config{StateDir: dir, Agent: "test"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.client.Close)
	select {
	case <-daemon.Ready():
	case <-time.After(20 * time.Second):
		t.Fatal("the daemon does not serve after 20 s")
	}
	text, err := intents.EncodeYAML(r.lab.Documents()...)
	if err != nil {
		t.Fatal(err)
	}
	r.apply(t, []wire.File{{Name: "network.yaml", Content: string(text)}})
	return r
}

func (r *running) apply(t *testing.T, files []wire.File) {
	t.Helper()
	if _, err := r.client.Apply(t.Context(), files, client.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
}

// wait waits until there are just so many circuits, and all are as wanted.
func (r *running) wait(t *testing.T, count int, as func(wire.Object) bool) {
	t.Helper()
	kind, err := wire.KindNamed(intents.KindCircuit)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	var list wire.List
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		var now wire.List
		if now, err = r.client.List(ctx, kind, client.ListOptions{Namespace: "tenant-x"}); err == nil {
			list = now
		}
		if err == nil && len(list.Items) == count {
			ok := true
			for _, o := range list.Items {
				ok = ok && as(o)
			}
			if ok {
				tick.Stop()
				return
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			for _, o := range list.Items {
				t.Logf("%s: %+v", o.Metadata.Name, o.Status)
			}
			t.Fatalf("after 40 s there are %d circuits, want %d; last error %v", len(list.Items), count, err)
		}
	}
}

// is reports whether a condition of the generation stored holds.
func is(o wire.Object, kind models.ConditionType, reason models.Reason) bool {
	if o.Status == nil {
		return false
	}
	for _, c := range o.Status.Conditions {
		if c.Type == kind {
			return c.Status == "True" && (reason == "" || c.Reason == reason)
		}
	}
	return false
}

// has reports whether a condition is False for the reason.
func has(o wire.Object, kind models.ConditionType, reason models.Reason) bool {
	for _, c := range o.Status.Conditions {
		if c.Type == kind {
			return c.Status == "False" && c.Reason == reason
		}
	}
	return false
}
