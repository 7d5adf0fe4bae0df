package cli_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/cli"
)

// BenchmarkIdleSessions holds 200 sessions for some seconds and reports what they
// cost, both ends in this process: bounds are 2 % of a core and 100 KiB each for
// our end.
func BenchmarkIdleSessions(b *testing.B) {
	const sessions, each = 200, 10
	f, driver := fixtures()[0], &cli.Driver{}
	for b.Loop() {
		var devices []*device
		for range sessions / each {
			devices = append(devices, start(b, f))
		}
		before := heap()
		var open []drivers.Session
		for i := range sessions {
			d := devices[i/each].Device
			d.Profile.Keepalive = "30s"
			s, err := driver.Open(b.Context(), d)
			if err != nil {
				b.Fatal(err)
			}
			open = append(open, s)
		}
		after := heap()
		began, cpu := time.Now(), cpuTime(b)
		<-time.After(10 * time.Second) // idleness is what is measured
		used := cpuTime(b) - cpu
		b.ReportMetric(100*used.Seconds()/time.Since(began).Seconds(), "%core/200")
		b.ReportMetric(2, "%core-bound")
		b.ReportMetric(float64(after-before)/sessions/1024, "KiB/both-ends")
		b.ReportMetric(100, "KiB-bound")
		for _, s := range open {
			_ = s.Close()
		}
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
