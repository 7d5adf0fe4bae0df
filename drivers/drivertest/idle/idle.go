// Package idle measures what sessions cost that nobody uses. The devices are in
// another process, so that the other end is not counted as ours: a test binary
// that is started again with a variable set becomes the devices.
package idle

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
)

// asDevices makes the test binary the devices.
const asDevices = "WAVEPLANE_TEST_IDLE_DEVICES"

// Door is where a device listens.
type Door struct{ Address, HostKey string }

// Main is the TestMain of a package with such a benchmark; start starts the
// devices, which live as long as its tb.
func Main(m *testing.M, start func(testing.TB) []Door) {
	if os.Getenv(asDevices) == "" {
		os.Exit(m.Run())
	}
	// A benchmark is what gives a testing.TB outside of a test. It is asked once,
	// and ends when nobody holds our standard input any more.
	testing.Benchmark(func(b *testing.B) {
		if err := json.NewEncoder(os.Stdout).Encode(start(b)); err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	})
}

// The bounds of two hundred idle sessions: all of them together, and each.
const (
	Sessions  = 200
	boundCore = 2.0 // percent of one core
	boundKiB  = 100.0
	duration  = 10 * time.Second
)

// Bench opens the sessions, lets them idle for ten seconds and reports what our
// end costs, beside the bounds.
func Bench(b *testing.B, open func(Door) (drivers.Session, error)) {
	for b.Loop() {
		doors := devices(b)
		var sessions []drivers.Session
		dial := func(i int) {
			s, err := open(doors[i%len(doors)])
			if err != nil {
				b.Fatal(err)
			}
			sessions = append(sessions, s)
		}
		dial(0) // what all share is not counted as one's own
		before := heap()
		for i := range Sessions {
			dial(i + 1)
		}
		after := heap()
		began, cpu := time.Now(), cpuTime(b)
		<-time.After(duration) // idleness is what is measured
		used := cpuTime(b) - cpu
		b.ReportMetric(100*used.Seconds()/time.Since(began).Seconds(), "%core/200")
		b.ReportMetric(boundCore, "%core-bound")
		b.ReportMetric(float64(after-before)/Sessions/1024, "KiB/session")
		b.ReportMetric(boundKiB, "KiB-bound")
		for _, s := range sessions {
			if err := s.Close(); err != nil {
				b.Error(err)
			}
		}
	}
}

// devices starts the other process.
func devices(b *testing.B) []Door {
	b.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), asDevices+"=1")
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var doors []Door
	if err == nil {
		err = json.Unmarshal(line, &doors)
	}
	if err != nil {
		b.Fatal(err)
	}
	return doors
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
