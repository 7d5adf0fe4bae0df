package sim_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
)

// BenchmarkThousandCircuits prints what 1,000 lit fibres between 200 routers
// cost: the time from the last setting until all receivers are locked, memory
// per lit port, and the share of a core that moving readings take when nobody
// listens.
func BenchmarkThousandCircuits(b *testing.B) {
	for b.Loop() {
		lab, _ := start(b, sim.Config{Documents: many(200, 0), Plant: planted(3)})
		before := memory()
		begin := time.Now()
		for _, d := range lab.Status().Devices {
			target, err := lab.Target(d.Name)
			must(b, err)
			must(b, target.Tamper(lightAll(10)...))
		}
		set := time.Since(begin)
		until(b, "all locked", func() bool {
			for _, c := range lab.Status().Channels {
				if !c.Locked {
					return false
				}
			}
			return true
		})
		b.ReportMetric(set.Seconds()*1000, "ms-to-set")
		b.ReportMetric((time.Since(begin)-set).Seconds()*1000, "ms-to-lock")
		after := memory()
		b.ReportMetric(float64(after["heap"]-before["heap"])/2000, "heap-B/lit-port")
		cpu := processor()
		<-time.After(3 * time.Second)
		b.ReportMetric((processor()-cpu).Seconds()/3*100, "%core-idle")
		lab.Close()
	}
}

func lightAll(ports int) []gnmid.Edit {
	var out []gnmid.Edit
	add := func(path, value string) { out = append(out, gnmid.Edit{Path: path, Value: value}) }
	for p := range ports {
		oc := fmt.Sprintf("oc-et-0/0/%d", p)
		c := "/components/component[name=" + oc + "]/optical-channel/config/"
		add(c+"frequency", "193100000")
		add(c+"operational-mode", "1")
		add(c+"target-output-power", "-10.0")
		l := logical(10000 + p)
		add(l+"/config/logical-channel-type", "openconfig-transport-types:PROT_OTN")
		a := l + "/logical-channel-assignments/assignment[index=0]/config/"
		add(a+"assignment-type", "OPTICAL_CHANNEL")
		add(a+"optical-channel", oc)
		add(fmt.Sprintf("/components/component[name=xcvr-et-0/0/%d]/transceiver/physical-channels/channel[index=1]/config/tx-laser", p), "true")
	}
	return out
}

// processor returns the time that this process has spent computing.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
