package gnmi_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	gnmipb "github.com/openconfig/gnmi/proto/gnmi"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/models"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func atNoon() *gnmi.Driver { return &gnmi.Driver{Now: func() time.Time { return noon }} }

func ptr[T any](v T) *T { return &v }

// observeScript opens a session to a device that answers as told and observes.
func observeScript(t *testing.T, l *lab, profile string, responses ...*gnmipb.SubscribeResponse) (models.State, *gnmi.Session) {
	t.Helper()
	session := openScript(t, l, &scripted{subscribe: answering(responses...)}, profile)
	state, err := session.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state, session
}

func openScript(t *testing.T, l *lab, s *scripted, profile string) *gnmi.Session {
	t.Helper()
	opened, err := atNoon().Open(t.Context(), l.script(t, s, profile))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	return opened.(*gnmi.Session)
}

// TestReadingsOfSimulatedDevices reads what the four kinds of devices say and
// compares all of it.
func TestReadingsOfSimulatedDevices(t *testing.T) {
	l := newLab(t)
	identity := models.Identity{Vendor: "Example Optics", Model: "EO-4", Serial: "EO4-0001", Software: "9.1"}
	channel := models.ChannelReading{
		At: noon, TxPower: ptr(models.PowerOff), RxPower: ptr(models.Power(-725)), RxTotal: ptr(models.Power(-611)), LossOfSignal: ptr(false),
		LaserOn: ptr(false),
	}
	tests := map[string]struct {
		device devices.Fixture
		want   models.Readings
	}{
		"router": {devices.Router(), models.Readings{
			Channels: map[string]models.ChannelReading{"oc-et-0/0/0": channel, "oc-et-0/0/1": channel},
			Interfaces: map[string]models.InterfaceReading{
				"et-0/0/0": {At: noon, OperUp: ptr(false)}, "et-0/0/1": {At: noon, OperUp: ptr(false)},
			},
		}},
		"amplifier": {devices.Amplifier(), models.Readings{Amplifiers: map[string]models.AmplifierReading{
			"booster": {At: noon, Enabled: ptr(true), Gain: ptr(models.Ratio(1998)), Input: ptr(models.Power(-102)), Output: ptr(models.Power(1896))},
			"preamp":  {At: noon, Enabled: ptr(true)},
		}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := l.start(t, tt.device).open(t, atNoon())
			state, err := s.Observe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(identity, state.Identity); diff != "" {
				t.Errorf("identity (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, state.Readings); diff != "" {
				t.Errorf("readings (-want +got):\n%s", diff)
			}
			if state.Rest == "" {
				t.Error("no digest of the rest although others configured something")
			}
		})
	}
}

// TestMediaChannelPower checks that the monitor at the destination is asked,
// and the slot that overlaps most.
func TestMediaChannelPower(t *testing.T) {
	l := newLab(t)
	b := l.start(t, devices.Roadm())
	s := b.open(t, atNoon())
	if _, err := s.Apply(t.Context(), drivers.Pass{Changes: devices.One("circuit/alpha/1", devices.Media("10000"), nil, devices.Roadm().Alpha.First[0].Leaves)}); err != nil {
		t.Fatal(err)
	}
	if err := b.SetState(map[string]string{
		"/wavelength-router/media-channels/channel[index=10000]/state/oper-status":                                                         "UP",
		"/channel-monitors/channel-monitor[name=ocm-2]/channels/channel[lower-frequency=193150000][upper-frequency=193250000]/state/power": "-3",
		"/channel-monitors/channel-monitor[name=ocm-2]/channels/channel[lower-frequency=193000000][upper-frequency=193070000]/state/power": "-4",
	}); err != nil {
		t.Fatal(err)
	}
	state, err := s.Observe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := models.MediaReading{At: noon, OperUp: ptr(true), Power: ptr(models.Power(-1742))}
	if diff := cmp.Diff(want, state.Readings.Media["10000"]); diff != "" {
		t.Errorf("media channel (-want +got):\n%s", diff)
	}
	if got := state.Readings.Ports["degree-2-in"]; got.Input == nil || *got.Input != -350 {
		t.Errorf("port reading %+v, want input -3.5 dBm", got)
	}
}

// TestSameLeavesInEveryEncoding feeds one configuration in the forms in which
// devices write it; all have to read the same.
func TestSameLeavesInEveryEncoding(t *testing.T) {
	l := newLab(t)
	config := []string{"components", "component", "name=oc-1", "optical-channel", "config"}
	leaf := func(name string) *gnmipb.Path { return at(append(config, name)...) }
	want := map[models.ObjectID]models.Leaves{
		devices.Optical("oc-1"): {models.LeafFrequency: "193106.25 GHz", models.LeafTargetPower: "-10.50 dBm", models.LeafMode: "5003"},
	}
	tests := map[string][]*gnmipb.Update{
		"typed leaves": {let(leaf("frequency"), number(193106250)), let(leaf("target-output-power"), double(-10.5)), let(leaf("operational-mode"), number(5003))},
		"JSON leaves": {
			let(leaf("frequency"), document(`"193106250"`)), let(leaf("target-output-power"), document(`"-10.50"`)),
			let(leaf("operational-mode"), document(`5003`)),
		},
		"container, no modules": {let(at(config...), document(`{"frequency":"193106250","target-output-power":"-10.5","operational-mode":5003}`))},
		"whole device, with modules": {let(at(), document(`{"openconfig-platform:components":{"component":[{"name":"oc-1",
			"openconfig-terminal-device:optical-channel":{"config":{"frequency":"193106250","target-output-power":"-10.5","operational-mode":5003}}}]}}`))},
		"prefixes in paths, exponents in values": {
			let(at("openconfig-platform:components", "component", "name=oc-1", "openconfig-terminal-device:optical-channel", "config", "frequency"), double(1.9310625e8)),
			let(leaf("target-output-power"), text("-1.05e1")), let(leaf("operational-mode"), text("5003")),
		},
		"deprecated types": {
			let(leaf("frequency"), number(193106250)),
			//lint:ignore SA1019 deprecated, and still sent by devices
			let(leaf("target-output-power"), &gnmipb.TypedValue{Value: &gnmipb.TypedValue_FloatVal{FloatVal: -10.5}}),
			let(leaf("operational-mode"), &gnmipb.TypedValue{Value: &gnmipb.TypedValue_IntVal{IntVal: 5003}}),
		},
	}
	for name, updates := range tests {
		t.Run(name, func(t *testing.T) {
			state, _ := observeScript(t, l, "lab-router-zr", notification(noon.UnixNano(), updates...))
			if diff := cmp.Diff(want, state.Objects); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
			if state.Rest != "" {
				t.Error("a leaf of ours was taken for foreign configuration")
			}
		})
	}
}

// TestSenselessAnswers checks that what cannot be used is ignored and counted,
// and what stands beside it is used.
func TestSenselessAnswers(t *testing.T) {
	l := newLab(t)
	state := func(name ...string) *gnmipb.Path {
		return at(append([]string{"components", "component", "name=oc-1", "optical-channel", "state"}, name...)...)
	}
	good := let(state("frequency"), number(193100000))
	tests := map[string]struct {
		response *gnmipb.SubscribeResponse
		ignored  uint64
	}{
		"nothing wrong":     {notification(noon.UnixNano(), good), 0},
		"no such path":      {notification(noon.UnixNano(), good, let(at("flux", "capacitor"), number(1))), 1},
		"empty path":        {notification(noon.UnixNano(), good, let(at(), number(1))), 1},
		"no path, no value": {notification(noon.UnixNano(), good, &gnmipb.Update{}), 1},
		"text for a number": {notification(noon.UnixNano(), good, let(at("components", "component", "name=oc-1", "optical-channel", "config", "frequency"), text("blue"))), 1},
		"number for a truth": {notification(noon.UnixNano(), good,
			let(at("interfaces", "interface", "name=a", "config", "enabled"), number(1))), 1},
		"negative frequency": {notification(noon.UnixNano(), good, let(at("components", "component", "name=oc-1", "optical-channel", "config", "frequency"), double(-1))), 1},
		"list without keys":  {notification(noon.UnixNano(), good, let(at("components", "component", "optical-channel", "config", "frequency"), number(1))), 1},
		"wildcard for a key": {notification(noon.UnixNano(), good, let(at("interfaces", "interface", "name=*", "config", "mtu"), number(1))), 1},
		"broken JSON":        {notification(noon.UnixNano(), good, let(at("components"), document(`{"component":[{`))), 1},
		"two JSON values":    {notification(noon.UnixNano(), good, let(at("components"), document(`{} {}`))), 1},
		"empty JSON":         {notification(noon.UnixNano(), good, let(at("components"), document(``))), 1},
		"leaf-list":          {notification(noon.UnixNano(), good, let(state("mode"), &gnmipb.TypedValue{Value: &gnmipb.TypedValue_LeaflistVal{}})), 1},
		"timestamp zero":     {notification(0, good), 1},
		"timestamp in 2262":  {notification(math.MaxInt64, good), 1},
		"deep nesting":       {notification(noon.UnixNano(), good, let(at(), document(nested(5000)))), 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			state, session := observeScript(t, l, "lab-router-zr", tt.response)
			want := map[string]models.ChannelReading{"oc-1": {At: noon, Frequency: ptr(193_100_000 * models.MHz)}}
			if diff := cmp.Diff(want, state.Readings.Channels); diff != "" {
				t.Errorf("readings (-want +got):\n%s", diff)
			}
			if len(state.Objects) != 0 {
				t.Errorf("objects %v, want none", state.Objects)
			}
			if got := session.Ignored(); got != tt.ignored {
				t.Errorf("%d things were ignored, want %d", got, tt.ignored)
			}
		})
	}
}

func nested(depth int) string {
	b := make([]byte, 0, depth*6)
	for range depth {
		b = append(b, `{"a":`...)
	}
	b = append(b, '1')
	for range depth {
		b = append(b, '}')
	}
	return string(b)
}

// TestValuesThatAreNoMeasurement checks the words and numbers that devices
// send when there is nothing to measure.
func TestValuesThatAreNoMeasurement(t *testing.T) {
	l := newLab(t)
	tx := at("components", "component", "name=oc-1", "optical-channel", "state", "output-power", "instant")
	ber := at("terminal-device", "logical-channels", "channel", "index=7", "otn", "state", "pre-fec-ber", "instant")
	tests := map[string]struct {
		update *gnmipb.Update
		tx     *models.Power
		ber    *float64
	}{
		"power":                  {let(tx, double(-3.25)), ptr(models.Power(-325)), nil},
		"the profile's no light": {let(tx, text("-40.00")), ptr(models.PowerOff), nil},
		"-inf as text":           {let(tx, text("-inf")), nil, nil},
		"-inf as a number":       {let(tx, double(math.Inf(-1))), nil, nil},
		"NaN":                    {let(tx, double(math.NaN())), nil, nil},
		"nil":                    {let(tx, text("nil")), nil, nil},
		"JSON null":              {let(tx, document("null")), nil, nil},
		"absurd power":           {let(tx, double(1e30)), nil, nil},
		"bit error rate":         {let(ber, double(1.25e-9)), nil, ptr(1.25e-9)},
		"rate with 18 digits":    {let(ber, document(`"0.000000001250000000"`)), nil, ptr(1.25e-9)},
		"rate when down":         {let(ber, text("0.5")), nil, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			// A good value came before; it must not be taken for the present.
			before := notification(noon.UnixNano(), let(tx, double(-1)), let(ber, double(1e-3)))
			if tt.tx != nil || tt.ber != nil {
				before = notification(noon.UnixNano())
			}
			state, _ := observeScript(t, l, "lab-router-zr", before, notification(noon.UnixNano(), let(tx, double(math.NaN())), let(ber, text("nil")), tt.update))
			if diff := cmp.Diff(tt.tx, state.Readings.Channels["oc-1"].TxPower); diff != "" {
				t.Errorf("transmit power (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.ber, state.Readings.Logical["7"].PreFecBer); diff != "" {
				t.Errorf("bit error rate (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLaneFollowsNameTemplate checks that total power finds its optical channel
// on a device that does not tell which lane carries which.
func TestLaneFollowsNameTemplate(t *testing.T) {
	l := newLab(t)
	lane := []string{"components", "component", "name=xcvr-et-0/0/3", "transceiver", "physical-channels", "channel", "index=1", "state"}
	state, _ := observeScript(t, l, "lab-router-zr", notification(noon.UnixNano(),
		let(at(append(lane, "input-power", "instant")...), double(-8.5)),
		let(at(append(lane, "rx-los")...), document("true")),
		let(at("components", "component", "name=oc-et-0/0/3", "optical-channel", "state", "input-power", "instant"), double(-9)),
	))
	want := map[string]models.ChannelReading{
		"oc-et-0/0/3": {At: noon, RxPower: ptr(models.Power(-900)), RxTotal: ptr(models.Power(-850)), LossOfSignal: ptr(true)},
	}
	if diff := cmp.Diff(want, state.Readings.Channels); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
}

// TestRestDigest checks what moves the digest and what does not.
func TestRestDigest(t *testing.T) {
	l := newLab(t)
	mtu := func(n uint64) *gnmipb.Update {
		return let(at("interfaces", "interface", "name=eth1", "config", "mtu"), number(n))
	}
	about := func(s string) *gnmipb.Update {
		return let(at("interfaces", "interface", "name=eth1", "config", "description"), text(s))
	}
	ours := let(at("interfaces", "interface", "name=eth1", "config", "enabled"), document("true"))
	loop := func(s string) *gnmipb.Update {
		return let(at("terminal-device", "logical-channels", "channel", "index=7", "config", "loopback-mode"), text(s))
	}
	digest := func(updates ...*gnmipb.Update) string {
		state, _ := observeScript(t, l, "lab-router-zr", notification(noon.UnixNano(), updates...))
		return state.Rest
	}
	base := digest(mtu(9000), about("core"))
	if got := digest(about("core"), mtu(9000)); got != base {
		t.Error("the order in which a device tells moves the digest")
	}
	if got := digest(mtu(9000), about("core"), ours, loop("NONE")); got != base {
		t.Error("a leaf of ours or one that says nothing moves the digest")
	}
	for name, got := range map[string]string{
		"another value": digest(mtu(1500), about("core")), "a leaf less": digest(mtu(9000)), "a loop": digest(mtu(9000), about("core"), loop("FACILITY")),
	} {
		if got == base {
			t.Errorf("%s does not move the digest", name)
		}
	}
}

// TestPowerReduction checks how an amplifier looks that is held down.
func TestPowerReduction(t *testing.T) {
	l := newLab(t)
	state := func(name string) *gnmipb.Path {
		return at("optical-amplifier", "amplifiers", "amplifier", "name=a", "state", name, "instant")
	}
	config := notification(noon.UnixNano(),
		let(at("optical-amplifier", "amplifiers", "amplifier", "name=a", "config"), document(
			`{"amp-mode":"openconfig-optical-amplifier:CONSTANT_GAIN","target-gain":"20.00"}`)))
	tests := map[string]struct {
		input, gain float64
		want        *bool
	}{
		"as set":    {-1, 19.7, ptr(false)},
		"saturated": {3, 17, ptr(false)},
		"held down": {-1, -9, ptr(true)},
		"no light":  {-60, 0, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, _ := observeScript(t, l, "lab-ila", config, notification(noon.UnixNano(),
				let(state("input-power-total"), double(tt.input)), let(state("actual-gain"), double(tt.gain))))
			if diff := cmp.Diff(tt.want, got.Readings.Amplifiers["a"].Reduced); diff != "" {
				t.Errorf("reduced (-want +got):\n%s", diff)
			}
		})
	}
}
