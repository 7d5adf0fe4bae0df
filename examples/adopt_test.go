package examples_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller"
	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/drivers/all"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// TestAdopt: a network that one daemon lit is read by another that only observes
// it. No device sees a write, whatever way it is spoken to, and the documents that
// come out are taken by the decoder and describe the network.
func TestAdopt(t *testing.T) {
	for _, profile := range []string{
		"lab-router-zr", "lab-router-netconf", "lab-cisco-iosxr", "lab-arista-eos", "lab-juniper-junos", "lab-nokia-sros", "lab-nokia-srlinux", "lab-nokia-gx", "lab-sonic",
	} {
		t.Run(profile, func(t *testing.T) {
			port := map[string]string{
				"lab-cisco-iosxr": "0/0/0/0", "lab-arista-eos": "Ethernet1/1", "lab-nokia-sros": "1/1/c1", "lab-nokia-srlinux": "ethernet-1/1", "lab-nokia-gx": "1-4-L1-1", "lab-sonic": "Ethernet0",
			}[profile]
			if port == "" {
				port = "et-0/0/0"
			}
			part := "QDD-400G-ZRP"
			if profile == "lab-sonic" { // which has no command for a mode, and so takes parts of one
				part = "QDD-400G-ZR"
			}
			run := begin(t, "p2p-dark", strings.NewReplacer("lab-router-zr", profile, "et-0/0/0", port, "QDD-400G-ZRP", part))
			run.apply(t, files(t, "p2p-dark", "intents"))
			run.wait(t, 1, func(o wire.Object) bool { return is(o, models.Ready, "") })
			run.stop() // what the devices see from now on is the second daemon's
			before := run.lab.Status()

			second := observe(t, run)
			await(t, func() bool { return reachable(t, second) == len(before.Devices) })
			report, err := second.Adopt(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			count := map[string]int{}
			for _, d := range report.Documents {
				count[d.Kind]++
				if _, err := intents.Decode(d.Document, d.Name); err != nil {
					t.Errorf("%s %s: %v\n%s", d.Kind, d.Name, err, d.Document)
				}
				if d.Kind == intents.KindWavelength && !strings.Contains(string(d.Document), port) {
					t.Errorf("the wavelength ends elsewhere: %s", d.Document)
				}
			}
			if count[intents.KindDevice] != 2 || count[intents.KindLink] != 1 || count[intents.KindWavelength] != 1 || len(report.Unknown) != 0 {
				t.Errorf("documents %v, unknown %v, untold %q", count, report.Unknown, report.Untold)
			}
			drift, err := second.Drift(t.Context(), true, "")
			if err != nil || drift.Checked != 2 {
				t.Errorf("drift of observed devices: %+v, %v", drift, err)
			}
			for _, it := range drift.Items { // what the first daemon set up carries its name
				if it.Class != models.DriftExtra {
					t.Errorf("drift of observed devices: %+v", it)
				}
			}
			untouched(t, before, run.lab.Status())
			for _, d := range before.Devices {
				if d.Writes.ConfigurationCommands == 0 {
					t.Errorf("%s counted nothing while it was lit: %+v", d.Name, d.Writes)
				}
			}
		})
	}
}

// observe runs a second daemon that knows the devices of a laboratory by address
// only, and observes them.
func observe(t *testing.T, run *running) *client.Client {
	t.Helper()
	var docs []intents.Document
	for _, doc := range run.lab.Documents() {
		switch s := doc.Spec.(type) {
		case *intents.DeviceSpec:
			spec := *s
			spec.Mode, spec.Ports, spec.Banks = "observe", nil, nil
			if strings.HasPrefix(s.Profile, "lab-") && s.SSH != nil && s.Profile != "lab-router-netconf" && s.Profile != "lab-sonic-ocs" {
				// A command line is asked about the ports that are named.
				spec.Ports = map[string]intents.Port{}
				for name := range s.Ports {
					spec.Ports[name] = intents.Port{}
				}
			}
			spec.Credentials = &intents.CredentialsRef{Ref: "file:" + filepath.Join(run.dir, strings.TrimPrefix(s.Credentials.Ref, "file:"))}
			if s.TLS != nil {
				tls := *s.TLS
				tls.CAFile = filepath.Join(run.dir, tls.CAFile)
				spec.TLS = &tls
			}
			doc.Spec = &spec
			docs = append(docs, doc)
		case *intents.SiteSpec:
			docs = append(docs, doc)
		}
	}
	dir := t.TempDir()
	daemon, err := controller.New(controller.Config{StateDir: dir, Version: "test"}, all.Registry(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- daemon.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the second daemon ended with %v", err)
		}
	})
	select {
	case <-daemon.Ready():
	case <-time.After(20 * time.Second):
		t.Fatal("the second daemon does not serve after 20 s")
	}
	c, err := client.New(client.Config{StateDir: dir, Agent: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	text, err := intents.EncodeYAML(docs...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Apply(t.Context(), []wire.File{{Name: "devices.yaml", Content: string(text)}}, client.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	return c
}

// await waits until something is so.
func await(t *testing.T, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); !ok(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it did not come true within 20 s")
		}
	}
}
