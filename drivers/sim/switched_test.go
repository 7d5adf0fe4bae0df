package sim_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
)

func f(v float64) *float64 { return &v }

// switched is two terminals per side on two ROADMs, joined by one managed
// section: booster, 70 km, pre-amplifier per direction.
func switched() []intents.Document {
	var docs []intents.Document
	for _, side := range []string{"a", "b"} {
		docs = append(docs,
			document(intents.KindDevice, "roadm-"+side, &intents.DeviceSpec{Site: side, Profile: "lab-roadm", Ports: map[string]intents.Port{
				"deg1": {EgressDbmPer50GHz: f(-20)}, "deg2": {EgressDbmPer50GHz: f(-20)}, "add1": {Bank: "srg"}, "add2": {Bank: "srg"},
			}, Banks: map[string]intents.Bank{"srg": {Colourless: true, Degrees: []string{"deg1", "deg2"}}}}),
			document(intents.KindDevice, "ila-"+side, &intents.DeviceSpec{Site: side, Profile: "lab-ila", Ports: map[string]intents.Port{
				"boost": {EgressDbmPer50GHz: f(0)}, "pre": {EgressDbmPer50GHz: f(0)},
			}}),
		)
		for i := 1; i <= 2; i++ {
			name := fmt.Sprintf("t-%s%d", side, i)
			docs = append(docs,
				document(intents.KindDevice, name, &intents.DeviceSpec{Site: side, Profile: "lab-terminal", Ports: map[string]intents.Port{"line1": {Pluggable: "QDD-400G-ZRP-HP"}}}),
				document(intents.KindLink, "patch-"+name, &intents.LinkSpec{Ends: [2]string{name + "/line1", fmt.Sprintf("roadm-%s/add%d", side, i)}}),
			)
		}
	}
	return append(docs, document(intents.KindLink, "north", &intents.LinkSpec{
		Ends: [2]string{"roadm-a/deg1", "roadm-b/deg1"},
		Spans: []intents.Span{
			{Site: "a", Amplifier: &intents.AmpSpec{Az: "ila-a/boost", Za: "ila-a/pre"}},
			{ID: "s1", Km: 70, LossDb: &intents.PerWay{Az: 16, Za: 16}},
			{Site: "b", Amplifier: &intents.AmpSpec{Az: "ila-b/pre", Za: "ila-b/boost"}},
		},
	}))
}

func media(index int) string {
	return fmt.Sprintf("/wavelength-router/media-channels/channel[index=%d]", index)
}

func channel(index int, lower, upper int64, from, to, admin, target string) map[string]any {
	lo, hi := fmt.Sprint(lower), fmt.Sprint(upper)
	return map[string]any{media(index): map[string]any{
		"config": map[string]any{"index": index, "name": "owner x", "lower-frequency": lo, "upper-frequency": hi, "admin-status": admin},
		"source": map[string]any{"config": map[string]any{"port-name": from}},
		"dest":   map[string]any{"config": map[string]any{"port-name": to}},
		"spectrum-power-profile": map[string]any{"distribution": []any{map[string]any{
			"lower-frequency": lo, "upper-frequency": hi, "config": map[string]any{"lower-frequency": lo, "upper-frequency": hi, "target-power": target},
		}}},
	}}
}

const (
	termOC   = "/components/component[name=oc-line1]/optical-channel"
	termLane = "/components/component[name=xcvr-line1]/transceiver/physical-channels/channel[index=1]"
)

// terminal tunes a terminal with its laser off.
func (c *client) terminal(mhz string) {
	c.t.Helper()
	c.must(map[string]any{
		termOC + "/config": map[string]any{"frequency": mhz, "target-output-power": "0.0", "operational-mode": 21},
		logical(10000): map[string]any{
			"config": map[string]any{"index": 10000, "logical-channel-type": "openconfig-transport-types:PROT_OTN", "admin-state": "DISABLED"},
			"logical-channel-assignments": map[string]any{"assignment": []any{map[string]any{
				"index": 0, "config": map[string]any{"index": 0, "assignment-type": "OPTICAL_CHANNEL", "optical-channel": "oc-line1", "allocation": "400.0"},
			}}},
		},
		logical(10001): map[string]any{
			"config": map[string]any{"index": 10001, "logical-channel-type": "openconfig-transport-types:PROT_ETHERNET", "admin-state": "ENABLED"},
			"logical-channel-assignments": map[string]any{"assignment": []any{map[string]any{
				"index": 0, "config": map[string]any{"index": 0, "assignment-type": "LOGICAL_CHANNEL", "logical-channel": 10000, "allocation": "400.0"},
			}}},
		},
	})
}

func (c *client) admin(state string) {
	c.t.Helper()
	c.must(map[string]any{logical(10000) + "/config": map[string]any{"admin-state": state}})
}

func (c *client) open(index int, admin string) {
	c.t.Helper()
	c.must(map[string]any{media(index) + "/config": map[string]any{"admin-status": admin}})
}

// bench is the switched laboratory with clients to everything.
type bench struct {
	*sim.Lab
	a, b           *client // ROADMs
	a1, a2, b1, b2 *client // terminals
}

func newBench(t *testing.T) bench {
	lab, dir := start(t, sim.Config{Documents: switched(), Plant: exact(), Timing: quick()})
	d := func(name string) *client { return dial(t, dir, lab, name) }
	return bench{lab, d("roadm-a"), d("roadm-b"), d("t-a1"), d("t-a2"), d("t-b1"), d("t-b2")}
}

// channels makes the four media channels of a wavelength, numbered from base.
func (x bench) channels(base int, centre int64, n int, admin string) {
	for _, r := range []*client{x.a, x.b} {
		r.must(channel(base, centre-37_500, centre+37_500, fmt.Sprintf("add%d-in", n), "deg1-out", admin, "-18.2"))
		r.must(channel(base+1, centre-37_500, centre+37_500, "deg1-in", fmt.Sprintf("add%d-out", n), admin, "-8.0"))
	}
}

func (x bench) first(t *testing.T) {
	x.channels(10000, 193_100_000, 1, "DISABLED")
	for _, c := range []*client{x.a1, x.b1} {
		c.terminal("193100000")
		if got := c.leaf(termLane + "/state/tx-laser"); got != "false" {
			t.Errorf("%s: laser %q after tuning", c.name, got)
		}
		c.admin("ENABLED")
		until(t, "laser on", func() bool {
			return c.number(termOC+"/state/output-power/instant") > -1 && c.leaf(termLane+"/state/tx-laser") == "true"
		})
	}
	for _, r := range []*client{x.a, x.b} {
		until(t, "light at the add port", func() bool {
			return math.Abs(r.number("/components/component[name=add1-in]/port/optical-port/state/input-power/instant")+0.5) < 0.2
		})
		if got := r.leaf("/components/component[name=deg1-out]/port/optical-port/state/output-power/instant"); got != "-40.0" {
			t.Errorf("%s: %s dBm leave a blocked port", r.name, got)
		}
		r.open(10000, "ENABLED")
		until(t, "target power at the degree", func() bool { return math.Abs(r.monitor("deg1-out")+18.2) < 0.2 })
		until(t, "media channel up", func() bool { return r.leaf(media(10000)+"/state/oper-status") == "UP" })
	}
	for _, r := range []*client{x.a, x.b} {
		r.open(10001, "ENABLED")
	}
	until(t, "both ends locked", func() bool { return x.a1.up() && x.b1.up() })
}

// monitor reads the channel monitor of a port at the first wavelength.
func (c *client) monitor(port string) float64 {
	c.t.Helper()
	return c.number("/channel-monitors/channel-monitor[name=ocm-" + port + "]/channels/channel[lower-frequency=193062500][upper-frequency=193137500]/state/power")
}

func TestRightOrderThroughRoadms(t *testing.T) {
	x := newBench(t)
	x.first(t)
	x.channels(10002, 193_200_000, 2, "DISABLED")
	for _, c := range []*client{x.a2, x.b2} {
		c.terminal("193200000")
		c.admin("ENABLED")
		until(t, "laser on", func() bool { return c.number(termOC+"/state/output-power/instant") > -1 })
	}
	for _, index := range []int{10002, 10003} {
		for _, r := range []*client{x.a, x.b} {
			r.open(index, "ENABLED")
			until(t, "media channel up", func() bool { return r.leaf(media(index)+"/state/oper-status") == "UP" })
		}
	}
	until(t, "second wavelength locked", func() bool { return x.a2.up() && x.b2.up() })
	if s := x.Status(); s.LostLightSeconds != 0 {
		t.Errorf("right order lost %.3f s: %+v", s.LostLightSeconds, s.Channels)
	}
}

func TestWrongOrderThroughRoadmsCostsTheNeighbour(t *testing.T) {
	x := newBench(t)
	x.first(t)
	x.channels(10002, 193_200_000, 2, "ENABLED") // opened in the dark
	for _, c := range []*client{x.a2, x.b2} {
		c.terminal("193200000")
		c.admin("ENABLED")
	}
	until(t, "second wavelength locked", func() bool { return x.a2.up() && x.b2.up() })
	for _, c := range x.Status().Channels {
		if strings.HasSuffix(c.Device, "1") && c.LostLightSeconds == 0 {
			t.Errorf("neighbour %s/%s lost nothing", c.Device, c.Port)
		}
	}
}

func TestCutBetweenRoadms(t *testing.T) {
	x := newBench(t)
	x.first(t)
	must(t, x.Cut(sim.Span{Link: "north", Span: "s1", Direction: "az"}))
	ila, err := x.Target("ila-a")
	must(t, err)
	boost := "/optical-amplifier/amplifiers/amplifier[name=boost]/state/"
	until(t, "b dark, booster reduced and still enabled", func() bool {
		out, _ := ila.Value(boost + "output-power-total/instant")
		on, _ := ila.Value(boost + "enabled")
		return !x.b1.up() && x.a1.up() && strings.HasPrefix(out, "-1") && on == "true"
	})
	must(t, x.Restore(sim.Span{Link: "north"}))
	until(t, "b locked", x.b1.up)
	until(t, "booster back", func() bool {
		out, _ := ila.Value(boost + "output-power-total/instant")
		return !strings.HasPrefix(out, "-1")
	})
}

func TestMediaChannelGoesWithItsReadings(t *testing.T) {
	x := newBench(t)
	x.first(t)
	x.a.open(10000, "DISABLED")
	until(t, "dark", func() bool { return x.a.monitor("deg1-out") == -40 && !x.b1.up() })
	x.a.remove(media(10000))
	until(t, "monitor entry gone", func() bool { return x.a.monitor("deg1-out") == 0 })
	x.a.must(channel(10000, 193_062_500, 193_137_500, "add1-in", "deg1-out", "ENABLED", "-18.2"))
	until(t, "readings of the new channel", func() bool {
		return math.Abs(x.a.monitor("deg1-out")+18.2) < 0.2 && x.a.leaf(media(10000)+"/state/oper-status") == "UP"
	})
	until(t, "b locked", x.b1.up)
}

func TestDevicesRefuseWhatTheyCannotDo(t *testing.T) {
	x := newBench(t)
	x.channels(10000, 193_100_000, 1, "DISABLED")
	ok := func(index int, change func(lower, upper *int64, from, to *string)) map[string]any {
		lower, upper, from, to := int64(193_262_500), int64(193_337_500), "add2-in", "deg1-out"
		change(&lower, &upper, &from, &to)
		return channel(index, lower, upper, from, to, "DISABLED", "-20.0")
	}
	for _, c := range []struct {
		name string
		dev  *client
		set  map[string]any
		want string
	}{
		{"frequency out of range", x.a1, map[string]any{termOC + "/config/frequency": "150000000"}, "tuning range"},
		{"unknown mode", x.a1, map[string]any{termOC + "/config/operational-mode": 777}, "mode 777 is not supported"},
		{"power out of range", x.a1, map[string]any{termOC + "/config": map[string]any{"operational-mode": 21, "target-output-power": "9.0"}}, "outside -10 to 1 dBm"},
		{"no such optical channel", x.a1, map[string]any{"/components/component[name=oc-line9]/optical-channel/config/frequency": "193100000"}, "not an optical channel"},
		{"unsupported leaf", x.a1, map[string]any{termOC + "/config/line-port": "line1"}, "not supported on this platform"},
		{"no such interface", x.a1, map[string]any{"/interfaces/interface[name=et-9]/config": map[string]any{"name": "et-9", "type": "iana-if-type:ethernetCsmacd"}}, "no interface"},
		{"overlap at the degree", x.a, ok(10009, func(l, u *int64, _, _ *string) { *l, *u = 193_125_000, 193_200_000 }), "overlaps media channel 10000"},
		{"edges in the wrong order", x.a, ok(10009, func(l, u *int64, _, _ *string) { *l, *u = *u, *l }), "not above"},
		{"off the grid", x.a, ok(10009, func(l, _ *int64, _, _ *string) { *l++ }), "grid"},
		{"out of band", x.a, ok(10009, func(l, _ *int64, _, _ *string) { *l = 180_000_000 }), "outside the band"},
		{"no input port", x.a, ok(10009, func(_, _ *int64, from, _ *string) { *from = "add9-in" }), `no input port "add9-in"`},
		{"no output port", x.a, ok(10009, func(_, _ *int64, _, to *string) { *to = "deg1-in" }), `no output port "deg1-in"`},
		{"same port", x.a, ok(10009, func(_, _ *int64, from, _ *string) { *from = "deg1-in" }), "same port"},
	} {
		if err := c.dev.set(c.set); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: answer %v, want %q", c.name, err, c.want)
		}
	}
	x.a.must(ok(10009, func(_, _ *int64, _, _ *string) {}))
	if s := x.Status(); s.Devices[2].Writes.Refused != 7 {
		t.Errorf("%s counted %d refused writes, want 7", s.Devices[2].Name, s.Devices[2].Writes.Refused)
	}
}

func TestPlantWithinTolerance(t *testing.T) {
	for seed := range uint64(4) {
		lab, dir := start(t, sim.Config{Documents: p2p(), Plant: planted(seed), Timing: quick()})
		a, b := dial(t, dir, lab, "r1"), dial(t, dir, lab, "r2")
		a.light("193100000", 1, "-10.0")
		b.light("193100000", 1, "-10.0")
		until(t, "both ends up", func() bool { return a.up() && b.up() })
		for _, c := range []struct {
			*client
			want float64
		}{{b, -10 + 12 - 17 + 14}, {a, -10 + 12 - 17.5 + 14}} {
			if got := c.number(oc + "/state/input-power/instant"); math.Abs(got-c.want) > 3 {
				t.Errorf("seed %d: %s receives %.2f dBm, predicted %.2f", seed, c.name, got, c.want)
			}
			if tx := c.number(oc + "/state/output-power/instant"); math.Abs(tx+10) > 1 {
				t.Errorf("seed %d: %s sends %.2f dBm", seed, c.name, tx)
			}
		}
	}
}

func TestSlowSamplingIsRefused(t *testing.T) {
	lab, dir := start(t, sim.Config{Documents: p2p(), Plant: exact(), MinSample: 10 * time.Second})
	if err := dial(t, dir, lab, "r1").sample(oc+"/state/output-power/instant", 100*time.Millisecond); err == nil || !strings.Contains(err.Error(), "InvalidArgument") {
		t.Errorf("sampling at 100 ms: %v", err)
	}
	if err := dial(t, dir, lab, "r1").sample(oc+"/state/output-power/instant", 10*time.Second); err != nil {
		t.Errorf("sampling at 10 s: %v", err)
	}
}
