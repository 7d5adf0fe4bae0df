package tl1_test

import (
	"context"
	"math"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/tl1d"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
	"github.com/waveplane/waveplane/models/openconfig"
)

// secret is the password of every device in these tests.
const secret = "canary-5be0d1c4"

// fixture is one make with the numbers of its ports.
type fixture struct {
	dialect string
	ports   []tl1d.Port
}

func fixtures() []fixture {
	var numbers, dotted, thousands []tl1d.Port
	for i := range 16 {
		n := strconv.Itoa(i + 1)
		numbers = append(numbers, tl1d.Port{In: n, Out: strconv.Itoa(i + 17)})
		dotted = append(dotted, tl1d.Port{In: "1.1." + n, Out: "1.1." + n})
		thousands = append(thousands, tl1d.Port{In: strconv.Itoa(10001 + i), Out: strconv.Itoa(20001 + i)})
	}
	var sided []tl1d.Port
	for i := range 16 {
		sided = append(sided, tl1d.Port{In: strconv.Itoa(i+1) + "A", Out: strconv.Itoa(i+1) + "B"})
	}
	return []fixture{{"polatis-tl1", numbers}, {"polatis-scpi", numbers}, {"calient-s", dotted}, {"glimmerglass", thousands}, {"sonic-ocs", sided}}
}

// device is a simulated circuit switch.
type device struct {
	fixture fixture
	target  *gnmid.Target
	drivers.Device
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
	config := tl1d.Config{
		Name: "switch", Dialect: f.dialect, Ports: f.ports, User: "waveplane", Password: secret, Part: 5,
		Light: func(fibre string, input bool) float64 {
			if fibre == "1" && input {
				return -3.25
			}
			return math.NaN()
		},
	}
	var face interface {
		gnmid.Face
		Attach(*gnmid.Target)
		HostKey() string
	}
	if f.dialect == "sonic-ocs" {
		face, err = tl1d.NewShell(config)
	} else {
		face, err = tl1d.New(config)
	}
	if err != nil {
		tb.Fatal(err)
	}
	target, err := gnmid.New(gnmid.Config{Name: "switch", Schema: schema, Face: face})
	if err != nil {
		tb.Fatal(err)
	}
	face.Attach(target)
	// Somebody else's connection, which must stay as it is.
	if err := target.LoadStartup(map[string]string{
		tl1d.Channel(9) + "/source/config/port-name": f.ports[9].In, tl1d.Channel(9) + "/dest/config/port-name": f.ports[10].Out,
		tl1d.Channel(9) + "/config/admin-status": models.AdminEnabled,
	}); err != nil {
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
	profile, err := cat.Profile(f.dialect)
	if err != nil {
		tb.Fatal(err)
	}
	profile.Timeout = "3s"
	return &device{fixture: f, target: target, Device: drivers.Device{
		Name: "switch", Address: address, Profile: profile, Manage: true, HostKey: face.HostKey(),
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}}
}

// cross is the connection of the i-th port's input to the j-th port's output.
func (f fixture) cross(i, j int) models.Object {
	return models.Object{
		ObjectID: models.ObjectID{Kind: models.KindCrossConnect, Key: f.ports[i].In}, Leaves: models.Leaves{models.LeafDest: f.ports[j].Out},
	}
}

func (f fixture) work(owner string, i, j int) drivertest.Work {
	list := []models.Object{f.cross(i, j)}
	return drivertest.Work{Owner: owner, First: list, Then: list, Unsupported: &models.Object{
		ObjectID: models.ObjectID{Kind: models.KindOpticalChannel, Key: "1"}, Leaves: models.Leaves{models.LeafFrequency: "193100 GHz"},
	}}
}

// conformance is the device as the suite wants it.
func (d *device) conformance() drivertest.Target {
	f := d.fixture
	alpha := f.cross(0, 1)
	paths, roots := map[models.ObjectID]map[models.LeafName]string{}, map[models.ObjectID]string{}
	for i, p := range f.ports {
		id := models.ObjectID{Kind: models.KindCrossConnect, Key: p.In}
		roots[id] = tl1d.Channel(i)
		paths[id] = map[models.LeafName]string{models.LeafDest: tl1d.Channel(i) + "/dest/config/port-name"}
	}
	return drivertest.Target{
		Device: d.Device, Secret: secret, Alpha: f.work("circuit/alpha/1", 0, 1), Beta: f.work("circuit/beta/1", 2, 3),
		Simulator: devices.Controls{Target: d.target, Fixture: devices.Fixture{Paths: paths, Roots: roots}},
		Fragile:   true, Stepwise: true, Nameless: true, OpenDoor: f.dialect == "polatis-scpi",
		Edit: drivertest.Edit{Object: alpha.ObjectID, Leaf: models.LeafDest, Value: f.ports[7].Out},
	}
}

func (d *device) open(t *testing.T, driver drivers.Driver) drivers.Session {
	t.Helper()
	s, err := driver.Open(t.Context(), d.Device)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (d *device) connected(in, out string) bool {
	i := slices.IndexFunc(d.fixture.ports, func(p tl1d.Port) bool { return p.In == in })
	v, _ := d.target.Value(tl1d.Channel(i) + "/dest/config/port-name")
	return v == out
}

const soon = 5 * time.Second
