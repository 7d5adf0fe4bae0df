package netconf_test

import (
	"context"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/drivers/sim/netconfd"
	"github.com/waveplane/waveplane/models/catalogue"
	"github.com/waveplane/waveplane/models/openconfig"
)

// secret is the password of every device in these tests.
const secret = "canary-7f31ab90"

// armed is how long an unconfirmed commit lasts in these tests.
const armed = 2 * time.Second

// lab is what simulated devices share.
type lab struct {
	index     *openconfig.Index
	schema    *gnmid.Schema
	catalogue *catalogue.Catalogue
}

func newLab(tb testing.TB) *lab {
	tb.Helper()
	index, err := openconfig.NewIndex()
	if err != nil {
		tb.Fatal(err)
	}
	schema, err := gnmid.NewSchema(index)
	if err != nil {
		tb.Fatal(err)
	}
	cat, err := catalogue.Default()
	if err != nil {
		tb.Fatal(err)
	}
	return &lab{index, schema, cat}
}

// bench is one simulated device with its document.
type bench struct {
	*gnmid.Target
	fixture devices.Fixture
	device  drivers.Device
}

// start runs a device until the test ends.
func (l *lab) start(tb testing.TB, f devices.Fixture, how netconfd.Config) *bench {
	tb.Helper()
	how.Index, how.User, how.Password = l.index, "waveplane", secret
	face, err := netconfd.New(how)
	if err != nil {
		tb.Fatal(err)
	}
	target, err := gnmid.New(gnmid.Config{Name: "device", Schema: l.schema, Face: face, Hooks: gnmid.Hooks{Validate: f.Refuses}})
	if err != nil {
		tb.Fatal(err)
	}
	face.Attach(target)
	if err := target.LoadStartup(f.Startup); err != nil {
		tb.Fatal(err)
	}
	if err := target.SetState(f.State); err != nil {
		tb.Fatal(err)
	}
	address, err := target.Start(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(target.Stop)
	profile, err := l.catalogue.Profile(f.Profile)
	if err != nil {
		tb.Fatal(err)
	}
	profile.Timeout = "3s"
	return &bench{Target: target, fixture: f, device: drivers.Device{
		Name: "device", Address: address, Profile: profile, HostKey: face.HostKey(), Manage: true,
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}}
}

func (b *bench) target(takesBack bool) drivertest.Target {
	return drivertest.Target{
		Device: b.device, Secret: secret, Alpha: b.fixture.Alpha, Beta: b.fixture.Beta, Odd: b.fixture.Odd,
		Simulator: b.controls(), Fragile: true, TakesBack: takesBack,
	}
}

func (b *bench) controls() devices.Controls {
	return devices.Controls{Target: b.Target, Fixture: b.fixture}
}
