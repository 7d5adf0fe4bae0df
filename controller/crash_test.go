package controller_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/controller"
	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/drivers/all"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/models/catalogue"
)

// daemonDir makes the test binary a daemon on that state directory.
const daemonDir = "WAVEPLANE_TEST_DAEMON"

func TestMain(m *testing.M) {
	if dir := os.Getenv(daemonDir); dir != "" {
		os.Exit(beDaemon(dir))
	}
	if dir := os.Getenv(laboratoryDir); dir != "" {
		os.Exit(beLaboratory(dir))
	}
	os.Exit(m.Run())
}

func beDaemon(dir string) int {
	level := slog.LevelWarn
	if os.Getenv("WAVEPLANE_TEST_LOG") != "" {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	c, err := controller.New(controller.Config{StateDir: dir, Version: "test"}, all.Registry(), log)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go untilParentEnds()
	go func() {
		<-c.Ready()
		fmt.Println("ready")
	}()
	if err := c.Run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// untilParentEnds ends the process when its standard input ends. A line there
// starts a CPU profile.
func untilParentEnds() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		f, err := os.Create(fmt.Sprintf("%s.%d", os.Getenv("WAVEPLANE_TEST_PROFILE"), os.Getpid()))
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	pprof.StopCPUProfile()
	os.Exit(3)
}

// process is a daemon in a process of its own.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	ready chan struct{}
	took  time.Duration
}

func spawn(t testing.TB, dir string) *process {
	t.Helper()
	return spawnWith(t, daemonDir+"="+dir)
}

func spawnWith(t testing.TB, env ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0]), ready: make(chan struct{})}
	p.cmd.Env = append(append(os.Environ(), "GOGC=200"), env...) // as the command sets it
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe() // the daemon ends when we do
	if err != nil {
		t.Fatal(err)
	}
	p.in = in
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		scan := bufio.NewScanner(out)
		for scan.Scan() {
			if strings.TrimSpace(scan.Text()) == "ready" {
				p.took = time.Since(began)
				close(p.ready)
			}
		}
	}()
	return p
}

// profile has the process profile itself from now on.
func (p *process) profile() { _, _ = fmt.Fprintln(p.in) }

// end lets the process end by itself, as when its parent is gone.
func (p *process) end() {
	_ = p.in.Close()
	_ = p.cmd.Wait()
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // SIGKILL
	_ = p.cmd.Wait()
}

func (p *process) await(t testing.TB) {
	t.Helper()
	select {
	case <-p.ready:
	case <-time.After(30 * time.Second):
		p.kill()
		t.Fatal("the daemon process does not serve")
	}
}

func TestKillNineWhileFiftyCircuitsAreSetUp(t *testing.T) {
	const pairs, fibres, kills = 5, 10, 20
	s := newLab(t, pairs, fibres, func(c *sim.Config) { c.Timing.Commit = 50 * time.Millisecond })
	p := spawn(t, s.dir)
	p.await(t)
	s.connect()
	s.apply(s.lab.Documents()...)

	var all []string
	for i := range pairs {
		for f := range fibres {
			all = append(all, fmt.Sprintf("c-%d-%d", i, f))
		}
	}
	random := rand.New(rand.NewPCG(20260301, 3))
	applied := 0
	var starts []time.Duration
	for range kills {
		// A few more circuits in every life, so that each kill meets some in
		// every phase.
		for ; applied < len(all) && applied < (len(starts)+1)*3; applied++ {
			var i, f int
			fmt.Sscanf(all[applied], "c-%d-%d", &i, &f)
			s.apply(circuit(all[applied], fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)))
		}
		moment := time.NewTimer(time.Duration(random.IntN(900)) * time.Millisecond)
		<-moment.C
		p.kill()
		p = spawn(t, s.dir)
		p.await(t)
		starts = append(starts, p.took)
		s.connect()
	}
	defer func() { p.kill() }()
	s.wait("ready", 90*time.Second, all, isReady)
	t.Logf("starts after kill -9: %v", starts)

	ports := map[string]string{}
	for _, name := range all {
		r, err := s.client.Wavelength(t.Context(), "default", name+"-1")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Decision.Ends {
			port := e.Device + "/" + e.Port
			if other := ports[port]; other != "" {
				t.Errorf("port %s is used by %s and %s", port, other, name)
			}
			ports[port] = name
		}
	}
	drift, err := s.client.Drift(t.Context(), true, "")
	if err != nil || len(drift.Items)+len(drift.Unknown) != 0 {
		t.Errorf("drift: %+v, %v", drift, err)
	}
	events, err := s.client.Events(t.Context(), "", 10000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events.Items {
		if e.Reason == "Drift" {
			t.Errorf("an attempt was reported as drift: %s", e.Message)
		}
	}
	// Needed: one write per device for going dark and one for launching, for
	// each time circuits of its own came up; unneeded ones are counted by the
	// devices themselves (see untouched).
	before := s.writes()
	p.kill()
	p = spawn(t, s.dir)
	p.await(t)
	s.connect()
	s.wait("ready after the last restart", 30*time.Second, all, isReady)
	s.settled()
	if after := s.writes(); after != before {
		t.Errorf("a restart with everything ready wrote %d times", after-before)
	}
}

// newLab is a site whose daemon runs elsewhere.
func newLab(t testing.TB, pairs, fibres int, change ...func(*sim.Config)) *site {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: t.TempDir(), cat: cat, foreign: map[string]string{}}
	cfg := sim.Config{Catalogue: cat, StateDir: s.dir, Timing: sim.DefaultTiming(), Plant: &light.Plant{Seed: 7}}
	for i := range pairs {
		cfg.Documents = append(cfg.Documents, pair(fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i), fibres)...)
	}
	for _, c := range change {
		c(&cfg)
	}
	s.lab, err = sim.NewLab(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.lab.Close)
	for _, d := range s.lab.Status().Devices {
		s.foreign[d.Name] = d.Foreign
	}
	t.Cleanup(func() { s.untouched() })
	return s
}

func (s *site) connect() {
	s.t.Helper()
	if s.client != nil {
		s.client.Close()
	}
	var err error
	s.client, err = client.New(client.Config{StateDir: s.dir, Agent: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
}

// settled waits until every device is connected and has been compared.
func (s *site) settled() {
	s.t.Helper()
	for range 100 {
		r, err := s.client.Drift(s.t.Context(), false, "")
		if err != nil {
			s.t.Fatal(err)
		}
		if len(r.Unknown) == 0 {
			return
		}
		s.lookAgain()
	}
	s.t.Fatal("not all devices came back")
}
