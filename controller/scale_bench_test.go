package controller_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// laboratoryDir makes the test binary a laboratory with that state directory,
// of as many pairs of routers with ten fibres each as the other variable says.
const (
	laboratoryDir   = "WAVEPLANE_TEST_LABORATORY"
	laboratoryPairs = "WAVEPLANE_TEST_PAIRS"
)

// What the devices of the scale benchmark take, and what light must soak: the
// bound of one circuit is two commits, one settling and one soak.
const (
	benchCommit = 300 * time.Millisecond
	benchSettle = 2 * time.Second
	benchSoak   = time.Second // of the profile
	benchFibres = 10
)

func beLaboratory(dir string) int {
	var pairs int
	fmt.Sscan(os.Getenv(laboratoryPairs), &pairs)
	cat, err := catalogue.Default()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cfg := sim.Config{
		Catalogue: cat, StateDir: dir, Plant: &light.Plant{Seed: 7},
		Timing: sim.Timing{Commit: benchCommit, Light: light.Timing{Lock: benchSettle}},
	}
	for i := range pairs {
		cfg.Documents = append(cfg.Documents, pair(fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i), benchFibres)...)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	lab, err := sim.NewLab(ctx, cfg)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer lab.Close()
	raw, err := json.Marshal(lab.Documents())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "documents.json"), raw, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go untilParentEnds()
	fmt.Println("ready")
	if err := lab.Serve(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// BenchmarkThousandCircuits lights one circuit and then the other 999 of 100
// router pairs with ten fibres each, and prints both makespans, the bound, and
// what laboratory and daemon, each a process of its own, took of the CPUs.
func BenchmarkThousandCircuits(b *testing.B) {
	const pairs = 100
	for b.Loop() {
		s := &site{t: b, dir: b.TempDir(), foreign: map[string]string{}}
		lab := spawnWith(b, laboratoryDir+"="+s.dir, fmt.Sprintf("%s=%d", laboratoryPairs, pairs))
		lab.await(b)
		daemon := spawn(b, s.dir)
		daemon.await(b)
		s.connect()
		s.applyRaw(filepath.Join(s.dir, "documents.json"))
		s.settled()
		s.connected(2 * pairs)

		began := time.Now()
		s.apply(circuit("one", "a0", "b0"))
		s.wait("ready", time.Minute, []string{"one"}, isReady)
		one := time.Since(began)

		var docs []intents.Document
		var names []string
		for i := range pairs * benchFibres {
			if i == 0 {
				continue
			}
			name := fmt.Sprintf("c%d", i)
			names = append(names, name)
			docs = append(docs, circuit(name, fmt.Sprintf("a%d", i/benchFibres), fmt.Sprintf("b%d", i/benchFibres)))
		}
		if profiled() {
			daemon.profile()
			lab.profile()
		}
		began = time.Now()
		s.apply(docs...)
		accepted := time.Since(began)
		s.wait("ready", time.Minute, names, isReady)
		all := time.Since(began)

		timeline := s.timeline(began)
		control := sim.NewClient(s.dir)
		status, err := control.Status(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		control.Close()
		sets, unneeded := 0, 0
		for _, d := range status.Devices {
			sets += d.Writes.Sets
			unneeded += d.Writes.Unneeded
		}
		stop(daemon)
		stop(lab)
		bound := 2*benchCommit + benchSettle + benchSoak
		b.ReportMetric(one.Seconds(), "s/one")
		b.ReportMetric(all.Seconds(), "s/999")
		b.ReportMetric(all.Seconds()/one.Seconds(), "ratio")
		b.ReportMetric(float64(unneeded), "unneeded-writes")
		b.Logf("%d cores, %s; bound of one circuit %v (2 commits of %v, settle %v, soak %v)", runtime.NumCPU(), runtime.Version(), bound, benchCommit, benchSettle, benchSoak)
		b.Logf("one %v, 999 more %v (accepted after %v), ratio %.2f; %d writes to %d devices, %d unneeded",
			one.Round(time.Millisecond), all.Round(time.Millisecond), accepted.Round(time.Millisecond), all.Seconds()/one.Seconds(), sets, len(status.Devices), unneeded)
		b.Logf("by phase, seconds after apply (first/median/nine in ten/last): %s", timeline)
		b.Logf("CPU: daemon %v, laboratory %v", cpu(daemon), cpu(lab))
	}
}

// connected waits until so many devices are connected: one circuit that has to
// wait for its devices would flatter the many.
func (s *site) connected(devices int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	ready := map[string]bool{}
	var err error
	for again := true; again && ctx.Err() == nil; again = client.IsReason(err, wire.Gone) {
		err = s.client.Watch(ctx, kind(s.t, "Device"), client.ListOptions{}, "", func(_ wire.WatchType, o wire.Object) error {
			if o.Status != nil && isReady(o.Status.Status) {
				ready[o.Metadata.Name] = true
			}
			if len(ready) == devices {
				cancel()
			}
			return nil
		})
	}
	if len(ready) < devices {
		s.t.Fatalf("%d of %d devices are connected (%v)", len(ready), devices, err)
	}
}

// profiled tells whether profiles of daemon and laboratory are asked for, from
// the moment when the many circuits are applied.
func profiled() bool { return os.Getenv("WAVEPLANE_TEST_PROFILE") != "" }

// stop kills the daemon, or lets it write its profile where one is asked for.
func stop(p *process) {
	if profiled() {
		p.end()
		return
	}
	p.kill()
}

// timeline tells when the wavelengths entered each phase.
func (s *site) timeline(began time.Time) string {
	events, err := s.client.Events(s.t.Context(), "", 10000)
	if err != nil {
		s.t.Fatal(err)
	}
	at := map[string][]float64{}
	for _, e := range events.Items {
		if e.Time.After(began) {
			at[e.Reason] = append(at[e.Reason], e.Time.Sub(began).Seconds())
		}
	}
	text := ""
	for _, phase := range []string{"Planned", "Dark", "Launch", "Verify", "InService", "Held", "Failed"} {
		if list := at[phase]; len(list) > 0 {
			slices.Sort(list)
			text += fmt.Sprintf("%s %d× %.1f/%.1f/%.1f/%.1f  ", phase, len(list), list[0], list[len(list)/2], list[len(list)*9/10], list[len(list)-1])
		}
	}
	return text
}

// cpu is what a process that has ended took of the CPUs, and how much of that
// in the kernel.
func cpu(p *process) string {
	user, system := p.cmd.ProcessState.UserTime(), p.cmd.ProcessState.SystemTime()
	return fmt.Sprintf("%v (%v of it system)", (user + system).Round(time.Millisecond), system.Round(time.Millisecond))
}

// phases counts the wavelengths by what they say of themselves.
func (s *site) phases() map[string]int {
	out := map[string]int{}
	list, err := s.client.List(s.t.Context(), kind(s.t, "Circuit"), client.ListOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, o := range list.Items {
		if o.Status == nil || len(o.Status.Wavelengths) == 0 {
			out["nothing"]++
			continue
		}
		for _, w := range o.Status.Wavelengths {
			out[string(w.Phase)+" "+w.Message]++
		}
	}
	return out
}

func (s *site) applyRaw(path string) {
	s.t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	var docs []json.RawMessage
	if err := json.Unmarshal(raw, &docs); err != nil {
		s.t.Fatal(err)
	}
	text := ""
	for _, d := range docs {
		text += "---\n" + string(d) + "\n"
	}
	if _, err := s.client.Apply(s.t.Context(), []wire.File{{Name: "network.yaml", Content: text}}, client.ChangeOptions{}); err != nil {
		s.t.Fatal(err)
	}
}

// BenchmarkIntents applies 1,000 circuits to a network that can hold them and
// whose devices do not answer, and measures until every one of them is planned
// and stored; then how long a daemon with all of that takes to serve again
// after kill -9.
func BenchmarkIntents(b *testing.B) {
	const pairs = 100
	for b.Loop() {
		s := &site{t: b, dir: b.TempDir(), foreign: map[string]string{}}
		daemon := spawn(b, s.dir)
		daemon.await(b)
		empty := daemon.took
		s.connect()
		var network, circuits []intents.Document
		var names []string
		for i := range pairs {
			for _, d := range pair(fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i), benchFibres) {
				if spec, ok := d.Spec.(*intents.DeviceSpec); ok {
					spec.Address = fmt.Sprintf("127.0.%d.%d:1", 1+i, len(network)%200) // nobody answers
					spec.Credentials = &intents.CredentialsRef{Ref: "env:NOBODY"}
				}
				network = append(network, d)
			}
			for f := range benchFibres {
				name := fmt.Sprintf("c-%d-%d", i, f)
				names = append(names, name)
				circuits = append(circuits, circuit(name, fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)))
			}
		}
		s.apply(network...)
		if profiled() {
			daemon.profile()
		}
		began := time.Now()
		s.apply(circuits...)
		accepted := time.Since(began)
		s.wait("planned", time.Minute, names, func(st records.Status) bool { return condition(st, "Planned").Status == "True" })
		planned := time.Since(began)
		stop(daemon)
		again := spawn(b, s.dir)
		again.await(b)
		again.kill()
		rate := float64(len(names)) / planned.Seconds()
		b.ReportMetric(rate, "intents/s")
		b.Logf("%d cores: %d circuits accepted after %v, all planned, stored and told after %v: %.0f/s", runtime.NumCPU(), len(names), accepted.Round(time.Millisecond), planned.Round(time.Millisecond), rate)
		b.Logf("start to serving: empty %v, with %d circuits after kill -9 %v", empty.Round(time.Millisecond), len(names), again.took.Round(time.Millisecond))
	}
}
