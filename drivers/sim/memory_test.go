package sim_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"testing"

	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
)

// many is pairs of routers with ten amplified fibres each, and a chain of
// ROADMs with an amplifier device between each two.
func many(routers, roadms int) []intents.Document {
	var docs []intents.Document
	for i := range routers / 2 {
		a, z := fmt.Sprintf("r%da", i), fmt.Sprintf("r%dz", i)
		var ports []string
		for p := range 10 {
			ports = append(ports, fmt.Sprintf("et-0/0/%d", p))
		}
		docs = append(docs, router(a, ports...), router(z, ports...))
		for _, p := range ports {
			docs = append(docs, document(intents.KindLink, a+"-"+p[len(p)-1:], &intents.LinkSpec{
				Ends: [2]string{a + "/" + p, z + "/" + p},
				Spans: []intents.Span{
					{Amplifier: &intents.AmpSpec{Type: "edfa-20", GainDb: &intents.PerWay{Az: 12, Za: 12}}},
					{ID: "s1", Km: 80},
					{Amplifier: &intents.AmpSpec{Type: "edfa-20", GainDb: &intents.PerWay{Az: 14, Za: 14}}},
				},
			}))
		}
	}
	for i := range roadms {
		ports := map[string]intents.Port{"deg1": {EgressDbmPer50GHz: f(-20)}, "deg2": {EgressDbmPer50GHz: f(-20)}}
		for a := range 8 {
			ports[fmt.Sprintf("add%d", a)] = intents.Port{Bank: "srg"}
		}
		docs = append(docs,
			document(intents.KindDevice, fmt.Sprintf("roadm%d", i), &intents.DeviceSpec{Profile: "lab-roadm", Ports: ports}),
			document(intents.KindDevice, fmt.Sprintf("ila%d", i), &intents.DeviceSpec{Profile: "lab-ila"}))
		if i == 0 {
			continue
		}
		docs = append(docs, document(intents.KindLink, fmt.Sprintf("l%d", i), &intents.LinkSpec{
			Ends: [2]string{fmt.Sprintf("roadm%d/deg2", i-1), fmt.Sprintf("roadm%d/deg1", i)},
			Spans: []intents.Span{
				{ID: "s1", Km: 60}, {Amplifier: &intents.AmpSpec{Az: fmt.Sprintf("ila%d/amp1", i), Za: fmt.Sprintf("ila%d/amp2", i)}}, {ID: "s2", Km: 60},
			},
		}))
	}
	return docs
}

// BenchmarkThousandDevices prints what a laboratory of 1,000 devices takes:
// 500 routers with ten coherent ports each, 250 ROADMs with ten ports each,
// 250 amplifier devices. The bound is 250 MB.
func BenchmarkThousandDevices(b *testing.B) {
	for b.Loop() {
		before := memory()
		lab, _ := start(b, sim.Config{Documents: many(500, 250), Plant: exact()})
		after := memory()
		b.ReportMetric(float64(len(lab.Status().Devices)), "devices")
		b.ReportMetric(float64(after["total"]-before["total"])/1e6, "MB-total(bound-250)")
		for _, class := range []string{"heap", "stacks", "other"} {
			b.ReportMetric(float64(after[class]-before[class])/1e6, "MB-"+class)
		}
		b.ReportMetric(float64(after["heap"]-before["heap"])/1000, "heap-B/device")
		runtime.KeepAlive(lab)
		lab.Close()
	}
}

// BenchmarkDeviceClass prints heap and stack per device of each kind.
func BenchmarkDeviceClass(b *testing.B) {
	for _, c := range []struct {
		name            string
		routers, roadms int
		devices         float64
	}{{"router10ports", 200, 0, 200}, {"roadm10ports+ila", 0, 100, 200}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				before := memory()
				lab, _ := start(b, sim.Config{Documents: many(c.routers, c.roadms), Plant: exact()})
				after := memory()
				b.ReportMetric(float64(after["heap"]-before["heap"])/c.devices, "heap-B/device")
				b.ReportMetric(float64(after["stacks"]-before["stacks"])/c.devices, "stack-B/device")
				lab.Close()
			}
		})
	}
}

// memory returns bytes in use by class after a collection.
func memory() map[string]int64 {
	runtime.GC()
	runtime.GC()
	names := map[string]string{"heap": "/memory/classes/heap/objects:bytes", "stacks": "/memory/classes/heap/stacks:bytes", "total": "/memory/classes/total:bytes"}
	out := map[string]int64{}
	for class, name := range names {
		s := []metrics.Sample{{Name: name}}
		metrics.Read(s)
		out[class] = int64(s[0].Value.Uint64())
	}
	out["other"] = out["total"] - out["heap"] - out["stacks"]
	return out
}
