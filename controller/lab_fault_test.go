package controller_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/controller/store"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/examples"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

const channel0 = "/components/component[name=oc-et-0/0/0]/optical-channel/config/"

// stalls waits until a circuit is given up for now and returns why. It must
// never have been Ready before.
func (s *site) stalls(name string, limit time.Duration) (why string) {
	s.t.Helper()
	s.wait("stalled", limit, []string{name}, func(st records.Status) bool {
		if isReady(st) {
			s.t.Error("became Ready")
		}
		why = condition(st, models.Stalled).Message
		return isStalled(st)
	})
	return why
}

// A device that applies another mode or frequency than it was told, and says
// so in its state only or not at all.
func TestAnotherSettingThanAskedForIsNeverReady(t *testing.T) {
	for _, c := range []struct {
		name, part, leaf, value string
		says                    []string
	}{
		{"mode of the part", "QDD-400G-ZRP-HP", "operational-mode", "5", []string{"r2", "mode 5"}},
		{"mode of another part", "QDD-400G-ZRP", "operational-mode", "2", []string{"r2", "mode 2"}},
		{"frequency", "QDD-400G-ZRP", "frequency", "194000000", []string{"r2", "frequency 194"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			docs := pair("r1", "r2", 1)
			for _, d := range docs {
				if spec, ok := d.Spec.(*intents.DeviceSpec); ok {
					spec.Ports["et-0/0/0"] = intents.Port{Pluggable: c.part}
				}
			}
			s := newSite(t, docs)
			if err := s.lab.Inject("r2", sim.Fault{Kind: "alter", Path: channel0 + c.leaf, Value: c.value}); err != nil {
				t.Fatal(err)
			}
			s.apply(circuit("c1", "r1", "r2"))
			why := s.stalls("c1", 40*time.Second)
			t.Log(why)
			for _, word := range c.says {
				if !strings.Contains(why, word) {
					t.Errorf("%q does not name %s", why, word)
				}
			}
		})
	}
}

func TestRebootToStartupConfiguration(t *testing.T) {
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprintf("daemon restarts %t", restart), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, pair("r1", "r2", 1))
			s.apply(circuit("c1", "r1", "r2"))
			s.wait("ready", 20*time.Second, []string{"c1"}, isReady)
			before := s.writes()
			if err := s.lab.Inject("r2", sim.Fault{Kind: sim.FaultReboot, Delay: 300 * time.Millisecond}); err != nil {
				t.Fatal(err)
			}
			if restart {
				s.stop()
				s.serve()
			}
			s.wait("not ready and drifted", 20*time.Second, []string{"c1"}, func(st records.Status) bool {
				return condition(st, models.Ready).Status == "False" && condition(st, models.InSync).Status == "False"
			})
			r, err := s.client.Drift(t.Context(), true, "")
			if err != nil || len(r.Items) == 0 || len(r.Unknown) != 0 {
				t.Fatalf("drift %+v, %v", r, err)
			}
			found := map[string]int{}
			for _, i := range r.Items {
				if i.Device != "r2" {
					t.Errorf("%s drifted too: %+v", i.Device, i)
				}
				found[i.Found]++
			}
			t.Logf("drift items by what was found: %v", found)

			// A repair that is allowed to interrupt, but not to light a laser that
			// somebody may have turned off on purpose, does nothing.
			repair := wire.RequestOptions{Target: "circuit/default/c1", Reason: "test", AllowOutage: true}
			if _, err := s.client.Repair(t.Context(), repair); err != nil {
				t.Fatal(err)
			}
			s.eventually("refused as possibly manned", 10*time.Second, func() bool {
				events, err := s.client.Events(t.Context(), "", 1000)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range events.Items {
					if strings.Contains(e.Message, string(models.PossiblyManned)) {
						return true
					}
				}
				return false
			})
			if s.laser("r2") {
				t.Error("the laser came on by itself")
			}
			if after := s.writes(); after != before {
				t.Errorf("%d writes though nobody permitted any", after-before)
			}
			if _, err := s.client.Repair(t.Context(), wire.RequestOptions{Target: repair.Target, Reason: "test", LasersOn: true}); err == nil {
				t.Error("light may come on but not be disturbed: that makes no sense and was taken")
			}
			repair.LasersOn = true
			if _, err := s.client.Repair(t.Context(), repair); err != nil {
				t.Fatal(err)
			}
			s.wait("ready after the repair", 30*time.Second, []string{"c1"}, isReady)
			if r, err := s.client.Drift(t.Context(), true, ""); err != nil || len(r.Items)+len(r.Unknown) != 0 {
				t.Errorf("drift after the repair: %+v, %v", r, err)
			}
		})
	}
}

// laser reports whether any laser of a device is on.
func (s *site) laser(device string) bool {
	for _, c := range s.lab.Status().Channels {
		if c.Device == device && c.LaserOn {
			return true
		}
	}
	return false
}

// Devices that refuse to sample more often than every 10 s, with a profile that
// knows it and one that does not.
func TestDevicesThatSampleSlowly(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*catalogue.Profile)
	}{
		{"the profile knows", func(p *catalogue.Profile) {
			p.SampleFast, p.SampleSlow, p.Settle, p.Soak = "10s", "10s", "1s", "1s"
		}},
		{"the profile knows the slow rate only", func(p *catalogue.Profile) {
			p.SampleSlow, p.Settle, p.Soak = "10s", "1s", "1s"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, pair("r1", "r2", 1), func(cfg *sim.Config) {
				cfg.MinSample = 10 * time.Second
				changed := *cfg.Catalogue
				changed.Profiles = maps.Clone(changed.Profiles)
				p := changed.Profiles["lab-router-zr"]
				c.change(&p)
				changed.Profiles["lab-router-zr"] = p
				cfg.Catalogue = &changed
			})
			began := time.Now()
			s.apply(circuit("c1", "r1", "r2"))
			s.wait("ready", 60*time.Second, []string{"c1"}, isReady)
			t.Logf("ready after %v", time.Since(began))
		})
	}
}

// Whatever becomes of a request or its answer, all circuits come up, and
// nothing is asked for twice.
func TestBrokenExchangesConverge(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault sim.Fault
	}{
		{"lost reply", sim.Fault{Kind: sim.FaultLostReply, Times: 2}},
		{"dropped before effect", sim.Fault{Kind: "drop-before", RPC: "Set", Times: 3}},
		{"slow", sim.Fault{Kind: "delay", RPC: "Set", Delay: 3 * time.Second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, pair("r1", "r2", 2))
			if err := s.lab.Inject("r2", c.fault); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			s.apply(circuit("c1", "r1", "r2"), circuit("c2", "r1", "r2"))
			s.wait("ready", 60*time.Second, []string{"c1", "c2"}, isReady)
			took := time.Since(began)
			t.Logf("ready after %v", took)
			if took < 2*c.fault.Delay { // to go dark, and to launch
				t.Error("no request was slow")
			}
			for _, d := range s.lab.Status().Devices {
				for _, f := range d.Faults {
					if f.Times > 0 {
						t.Errorf("%s: fault %+v never struck", d.Name, f)
					}
				}
			}
			if r, err := s.client.Drift(t.Context(), true, ""); err != nil || len(r.Items)+len(r.Unknown) != 0 {
				t.Errorf("drift: %+v, %v", r, err)
			}
		})
	}
}

func TestNothingIsLeftAfterACampaign(t *testing.T) {
	for _, c := range []struct {
		name      string
		network   []intents.Document
		circuits  []intents.Document
		namespace string
	}{
		{"p2p", pair("r1", "r2", 3), []intents.Document{circuit("c1", "r1", "r2"), circuit("c2", "r1", "r2"), circuit("c3", "r1", "r2")}, "default"},
		{"metro", example(t, "metro", "network"), example(t, "metro", "intents"), "tenant-x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, c.network)
			start := s.configuration()
			for range 2 { // what was given back can be taken again
				s.campaign(c.circuits, c.namespace)
				if diff := cmp.Diff(start, s.configuration()); diff != "" {
					t.Errorf("configuration of devices (- at the start, + now):\n%s", diff)
				}
				for _, ch := range s.lab.Status().Channels {
					if ch.LaserOn {
						t.Errorf("laser of %s/%s is still on", ch.Device, ch.Port)
					}
				}
			}
			s.stop()
			ledgerEmpty(t, s.dir)
		})
	}
}

// campaign brings circuits up and deletes them again.
func (s *site) campaign(circuits []intents.Document, namespace string) {
	s.t.Helper()
	s.apply(circuits...)
	var names []string
	for _, c := range circuits {
		names = append(names, c.Metadata.Name)
	}
	s.wait("ready", 40*time.Second, names, isReady)
	if lost := s.lab.Status().LostLightSeconds; lost != 0 {
		s.t.Errorf("%.3f s of light lost", lost)
	}
	for _, name := range names {
		if _, err := s.client.Delete(s.t.Context(), kind(s.t, "Circuit"), namespace, name, client.ChangeOptions{AllowOutage: true, Reason: "test"}); err != nil {
			s.t.Fatal(err)
		}
	}
	s.eventually("without circuits", 30*time.Second, func() bool {
		l, err := s.client.List(s.t.Context(), kind(s.t, "Circuit"), client.ListOptions{Namespace: namespace})
		if err != nil {
			s.t.Fatal(err)
		}
		return len(l.Items) == 0
	})
}

// configuration is all configuration of all devices.
func (s *site) configuration() map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	for _, d := range s.lab.Status().Devices {
		target, err := s.lab.Target(d.Name)
		if err != nil {
			s.t.Fatal(err)
		}
		for line := range bytes.Lines(target.Snapshot(nil)) {
			out[d.Name] = append(out[d.Name], string(line))
		}
	}
	return out
}

// ledgerEmpty looks into the store of a daemon that has ended.
func ledgerEmpty(t *testing.T, dir string) {
	t.Helper()
	st, err := store.OpenEmbedded(t.Context(), store.Config{Dir: path.Join(dir, "store")})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	tables := st.Tables()
	empty(t, "circuits", tables.Circuits)
	empty(t, "decisions", tables.Decisions)
	empty(t, "phases", tables.Phases)
	empty(t, "spectrum", tables.Spectrum)
	empty(t, "ports", tables.Ports)
	empty(t, "banks", tables.Banks)
	empty(t, "indices", tables.Indices)
	empty(t, "applied", tables.Applied)
	empty(t, "observed", tables.Observed)
	empty(t, "evidence", tables.Evidence)
	empty(t, "requests", tables.Requests)
	empty(t, "reasons", tables.Reasons)
}

func empty[T any](t *testing.T, name string, table *store.Table[T]) {
	t.Helper()
	entries, _, err := table.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Errorf("left in %s: %s = %+v", name, e.Key, e.Value)
	}
}

// example reads one directory of an example.
func example(t *testing.T, name, dir string) []intents.Document {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	var docs []intents.Document
	entries, err := fs.ReadDir(examples.FS, path.Join(name, dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := fs.ReadFile(examples.FS, path.Join(name, dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		d, err := intents.Decode(raw, e.Name(), intents.WithCatalogue(cat))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d...)
	}
	return docs
}
