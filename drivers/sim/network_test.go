package sim_test

import (
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

func document(kind, name string, spec any) intents.Document {
	return intents.Document{APIVersion: intents.APIVersion, Kind: kind, Metadata: intents.Metadata{Name: name}, Spec: spec}
}

func router(name string, ports ...string) intents.Document {
	s := &intents.DeviceSpec{Site: "dc-" + name, Profile: "lab-router-zr", Mode: "manage", Ports: map[string]intents.Port{}}
	for _, p := range ports {
		s.Ports[p] = intents.Port{Pluggable: "QDD-400G-ZRP"}
	}
	return document(intents.KindDevice, name, s)
}

// p2p is two routers on an 80 km fibre with a booster and a pre-amplifier per
// direction. The amplifiers of a→z are managed, the others are not.
func p2p() []intents.Document {
	loss := &intents.PerWay{Az: 17, Za: 17.5}
	return []intents.Document{
		router("r1", "et-0/0/0", "et-0/0/1"), router("r2", "et-0/0/0", "et-0/0/1"),
		document(intents.KindLink, "a-b", &intents.LinkSpec{
			Ends: [2]string{"r1/et-0/0/0", "r2/et-0/0/0"},
			Spans: []intents.Span{
				{Site: "dc-r1", Amplifier: &intents.AmpSpec{Type: "edfa-20", GainDb: &intents.PerWay{Az: 12, Za: 14}}},
				{ID: "s1", Km: 80, LossDb: loss, SharedRisks: []string{"duct-river"}},
				{Site: "dc-r2", Amplifier: &intents.AmpSpec{Type: "edfa-20", GainDb: &intents.PerWay{Az: 14, Za: 12}}},
			},
		}),
		document(intents.KindLink, "c-d", &intents.LinkSpec{
			Ends:  [2]string{"r1/et-0/0/1", "r2/et-0/0/1"},
			Spans: []intents.Span{{ID: "s1", Km: 5}},
		}),
	}
}

func exact() *light.Plant { return &light.Plant{Exact: true} }

func start(t testing.TB, cfg sim.Config) (*sim.Lab, string) {
	t.Helper()
	cfg.StateDir = t.TempDir()
	return startIn(t, cfg)
}

func startIn(t testing.TB, cfg sim.Config) (*sim.Lab, string) {
	t.Helper()
	var err error
	cfg.Catalogue, err = catalogue.Default()
	must(t, err)
	lab, err := sim.NewLab(t.Context(), cfg)
	must(t, err)
	t.Cleanup(lab.Close)
	return lab, cfg.StateDir
}

const (
	oc   = "/components/component[name=oc-et-0/0/0]/optical-channel"
	lane = "/components/component[name=xcvr-et-0/0/0]/transceiver/physical-channels/channel[index=1]"
)

func logical(index int) string {
	return "/terminal-device/logical-channels/channel[index=" + strconv.Itoa(index) + "]"
}

// light turns a router's first port into a working 400G end: what a driver
// sends, in two steps.
func (c *client) light(mhz string, mode int, dbm string) {
	c.t.Helper()
	c.must(map[string]any{
		oc + "/config": map[string]any{"frequency": mhz, "target-output-power": dbm, "operational-mode": mode},
		logical(10000): map[string]any{
			"config": map[string]any{"index": 10000, "description": "owner x", "logical-channel-type": "openconfig-transport-types:PROT_OTN", "admin-state": "ENABLED"},
			"logical-channel-assignments": map[string]any{"assignment": []any{map[string]any{
				"index": 0, "config": map[string]any{"index": 0, "assignment-type": "OPTICAL_CHANNEL", "optical-channel": "oc-et-0/0/0", "allocation": "400.0"},
			}}},
		},
		logical(10001): map[string]any{
			"config": map[string]any{"index": 10001, "logical-channel-type": "openconfig-transport-types:PROT_ETHERNET", "admin-state": "ENABLED"},
			"logical-channel-assignments": map[string]any{"assignment": []any{map[string]any{
				"index": 0, "config": map[string]any{"index": 0, "assignment-type": "LOGICAL_CHANNEL", "logical-channel": 10000, "allocation": "400.0"},
			}}},
		},
	})
	c.laser(true)
}

func (c *client) laser(on bool) {
	c.t.Helper()
	c.must(map[string]any{lane + "/config": map[string]any{"tx-laser": on}})
}

func (c *client) up() bool { return c.leaf(logical(10000)+"/state/link-state") == "UP" }

// quick is a laboratory in which things take some time, but not much.
func quick() sim.Timing {
	return sim.Timing{
		Light: light.Timing{
			Tune: 20 * time.Millisecond, Rise: 20 * time.Millisecond, Loop: 100 * time.Millisecond,
			Transient: 20 * time.Millisecond, Lock: 20 * time.Millisecond, Reduction: 50 * time.Millisecond,
		},
		Refresh: 100 * time.Millisecond,
	}
}

func planted(seed uint64) *light.Plant { return &light.Plant{Seed: seed} }
