package cli_test

import (
	"bytes"
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/sim/clid"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/quirks"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
	"github.com/waveplane/waveplane/models/openconfig"
)

// secret is the password of every device in these tests.
const secret = "canary-9c41d7aa"

// device is a simulated device behind a command line.
type device struct {
	fixture fixture
	target  *gnmid.Target
	face    *clid.Face
	drivers.Device
}

// fixture is one dialect: how ports are called, and which values its units can
// and cannot take.
type fixture struct {
	dialect   string
	profile   string
	ports     [2]string
	channels  [2]string // components
	mode      string
	frequency string // of the first stage
	power     string
	odd       drivertest.Odd
	takesBack bool
	stepwise  bool               // no transaction, every line takes effect at once
	runs      bool               // a port always has a mode, here the one wanted
	saves     bool               // what is in effect is lost with a restart unless it is saved
	complaint string             // how words begin that say that something failed
	alter     func(*clid.Config) // of the face; nil: nothing
	cages     bool               // a cage has to be set to coherent optics
	stood     string             // what cages are from the start; empty: not set
	line      bool               // a wavelength switch, which has media channels and no coherent ports
}

func (f fixture) ports_() []clid.Port {
	var out []clid.Port
	for i, p := range f.ports {
		if f.line {
			break
		}
		out = append(out, clid.Port{Name: p, Channel: f.channels[i], Transceiver: f.channels[i], Lane: "1"})
	}
	return out
}

// startup is what other people configured, and the parts that are there.
func (f fixture) startup() map[string]string {
	out := map[string]string{
		"/interfaces/interface[name=MgmtEth0]/config/name":        "MgmtEth0",
		"/interfaces/interface[name=MgmtEth0]/config/type":        "iana-if-type:ethernetCsmacd",
		"/interfaces/interface[name=MgmtEth0]/config/description": "out of band; RP/0/RP0/CPU0:router# is not a prompt here",
		"/interfaces/interface[name=MgmtEth0]/config/mtu":         "1514",
	}
	if f.line {
		maps.Copy(out, lineStartup())
		return out
	}
	for _, c := range f.channels {
		at := "/components/component[name=" + c + "]"
		out[at+"/config/name"] = c
		if f.stood != "" {
			out[at+"/transceiver/config/module-functional-type"] = "openconfig-transport-types:" + f.stood
		}
		if f.runs {
			out[at+"/optical-channel/config/operational-mode"] = f.mode
		}
		out[at+"/transceiver/physical-channels/channel[index=1]/config/index"] = "1"
		out[at+"/transceiver/physical-channels/channel[index=1]/config/tx-laser"] = "false"
	}
	return out
}

func start(tb testing.TB, f fixture) *device {
	tb.Helper()
	index, err := openconfig.NewIndex()
	if err != nil {
		tb.Fatal(err)
	}
	schema, err := gnmid.NewSchema(index)
	if err != nil {
		tb.Fatal(err)
	}
	config := clid.Config{
		Name: "router", Dialect: f.dialect, Ports: f.ports_(), User: "waveplane", Password: secret, Minute: armed,
		Optics: func(string) clid.Reading {
			return clid.Reading{TxDbm: -40, RxDbm: -7.25, RxTotalDbm: -6.11, OsnrDb: math.NaN(), QDb: math.NaN(), EsnrDb: math.NaN(), Ber: math.NaN()}
		},
	}
	if f.line {
		config.Facilities, config.Media = lineFacilities(), func(string) clid.MediaReading { return clid.MediaReading{PowerDbm: -17.42, Up: true} }
	}
	if f.alter != nil {
		f.alter(&config)
	}
	face, err := clid.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	var rules []quirks.Rule
	if f.cages {
		rules = append(rules, quirks.CoherentCages(func(channel string) string {
			if slices.Contains(f.channels[:], channel) {
				return channel // here the transceiver's name too
			}
			return ""
		}))
	}
	target, err := gnmid.New(gnmid.Config{Name: "router", Schema: schema, Face: face, Hooks: gnmid.Hooks{Validate: quirks.All(rules...)}})
	if err != nil {
		tb.Fatal(err)
	}
	face.Attach(target)
	if err := target.LoadStartup(f.startup()); err != nil {
		tb.Fatal(err)
	}
	address, err := target.Start(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(target.Stop)
	cat, err := catalogue.Default()
	if err != nil {
		tb.Fatal(err)
	}
	profile, err := cat.Profile(f.profile)
	if err != nil {
		tb.Fatal(err)
	}
	profile.Timeout = "3s" // as long as an unanswered commit is waited for, besides its own time
	return &device{fixture: f, target: target, face: face, Device: drivers.Device{
		Name: "router", Address: address, Profile: profile, HostKey: face.HostKey(), Manage: true, Ports: f.ports[:],
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}}
}

// work is a wavelength on a port: dark, then lit.
func (f fixture) work(owner string, i int) drivertest.Work {
	if f.line {
		return lineWork(owner, i)
	}
	oc := models.ObjectID{Kind: models.KindOpticalChannel, Key: f.channels[i]}
	laser := models.ObjectID{Kind: models.KindLaser, Key: f.channels[i] + "/1"}
	channel := models.Object{ObjectID: oc, Leaves: models.Leaves{models.LeafFrequency: f.frequency, models.LeafTargetPower: f.power, models.LeafMode: f.mode}}
	work := drivertest.Work{
		Owner: owner,
		First: []models.Object{channel, {ObjectID: laser, Leaves: models.Leaves{models.LeafEnabled: "false"}}},
		Then:  []models.Object{channel, {ObjectID: laser, Leaves: models.Leaves{models.LeafEnabled: "true"}}},
		Unsupported: &models.Object{ObjectID: oc, Leaves: models.Leaves{
			models.LeafFrequency: f.frequency, models.LeafLinePort: "port-1",
		}},
	}
	if f.cages {
		cage := models.Object{ObjectID: f.cage(i), Leaves: models.Leaves{models.LeafFunctionalType: models.DigitalCoherentOptic}}
		work.First, work.Then = append(work.First, cage), append(work.Then, cage)
	}
	return work
}

// cage is the module of a port.
func (f fixture) cage(i int) models.ObjectID {
	return models.ObjectID{Kind: models.KindModule, Key: f.channels[i]}
}

// conformance is the device as the suite wants it.
func (d *device) conformance() drivertest.Target {
	return drivertest.Target{
		Device: d.Device, Secret: secret, Alpha: d.fixture.work("circuit/alpha/1", 0), Beta: d.fixture.work("circuit/beta/1", 1),
		Simulator: simulator{d}, Odd: d.fixture.odd, Fragile: true, TakesBack: d.fixture.takesBack, Stepwise: d.fixture.stepwise,
	}
}

// simulator is the suite's hand on the device.
type simulator struct{ *device }

func (s simulator) Configuration() []byte {
	// A laser that is off is written down or not: it is the same.
	return bytes.ReplaceAll(s.target.Snapshot(nil), []byte("\r"), nil)
}

func (s simulator) Writes() int {
	c := s.target.Counters()
	return c.Sets + c.RefusedSets
}

func (s simulator) Commands() int { return s.target.Counters().ConfigurationCommands }

func (s simulator) root(id models.ObjectID) string {
	if id.Kind == models.KindMediaChannel {
		return "/wavelength-router/media-channels/channel[index=" + id.Key + "]"
	}
	name := id.Key
	if id.Kind == models.KindLaser {
		name = strings.TrimSuffix(name, "/1")
	}
	return "/components/component[name=" + name + "]/optical-channel/config"
}

func (s simulator) Tamper(id models.ObjectID, leaf models.LeafName, value string) error {
	if id.Kind == models.KindMediaChannel {
		return s.tamperLine(id, value)
	}
	f, err := models.ParseFrequency(value)
	if err != nil {
		return err
	}
	return s.target.Tamper(gnmid.Edit{Path: s.root(id) + "/frequency", Value: decimal(int64(f / models.MHz))})
}

func decimal(n int64) string {
	text := ""
	for ; n > 0; n /= 10 {
		text = string(rune('0'+n%10)) + text
	}
	return text
}

func (s simulator) inject(f gnmid.Fault) error {
	_, err := s.target.Inject(f)
	return err
}

func (s simulator) Refuse(id models.ObjectID, words string) error {
	return s.inject(gnmid.Fault{Kind: gnmid.FaultRefuse, Path: s.root(id), Words: s.root(id) + ": " + words})
}

func (s simulator) Stall(d time.Duration) error {
	return s.inject(gnmid.Fault{Kind: gnmid.FaultDelay, Delay: d})
}

func (s simulator) StallWrites(d time.Duration) error {
	return s.inject(gnmid.Fault{Kind: gnmid.FaultDelay, RPC: "Set", Delay: d})
}

func (s simulator) CutBefore() error {
	return s.inject(gnmid.Fault{Kind: gnmid.FaultDropBefore, RPC: "Set", Times: 1})
}

func (s simulator) CutAfter() error {
	return s.inject(gnmid.Fault{Kind: gnmid.FaultDropAfter, RPC: "Set", Times: 1})
}

func (s simulator) Heal() { s.target.ClearAll() }
func (s simulator) Stop() { s.target.Stop() }
