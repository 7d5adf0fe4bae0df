package gnmi_test

import (
	"context"
	"crypto/tls"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models/catalogue"
	"github.com/waveplane/waveplane/models/openconfig"
)

// secret is the password of every device in these tests.
const secret = "canary-5f1c0e77"

// lab is what simulated devices share.
type lab struct {
	index       *openconfig.Index
	schema      *gnmid.Schema
	authority   *gnmid.Authority
	certificate tls.Certificate
	catalogue   *catalogue.Catalogue
}

func newLab(tb testing.TB) *lab {
	tb.Helper()
	var l lab
	var err error
	must := func() {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
	}
	l.index, err = openconfig.NewIndex()
	must()
	l.schema, err = gnmid.NewSchema(l.index)
	must()
	l.authority, err = gnmid.NewAuthority("laboratory")
	must()
	l.certificate, err = l.authority.Issue("device.example", "127.0.0.1")
	must()
	l.catalogue, err = catalogue.Default()
	must()
	return &l
}

// bench is one simulated device with its document.
type bench struct {
	*gnmid.Target
	fixture devices.Fixture
	device  drivers.Device
}

// start runs a device until the test ends.
func (l *lab) start(tb testing.TB, f devices.Fixture) *bench {
	tb.Helper()
	target, err := gnmid.New(gnmid.Config{
		Name: "device", Schema: l.schema, Certificate: l.certificate, User: "waveplane", Password: secret,
		Hooks: gnmid.Hooks{Validate: f.Refuses},
	})
	if err != nil {
		tb.Fatal(err)
	}
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
	return &bench{Target: target, fixture: f, device: drivers.Device{
		Name: "device", Address: address, Profile: profile, RootCAs: l.authority.PEM(), ServerName: "device.example", Manage: true,
		Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
	}}
}

// open opens a session that is closed before the device stops.
func (b *bench) open(tb testing.TB, d *gnmi.Driver) drivers.Session {
	tb.Helper()
	s, err := d.Open(tb.Context(), b.device)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func (b *bench) target() drivertest.Target {
	return drivertest.Target{
		Device: b.device, Secret: secret, Alpha: b.fixture.Alpha, Beta: b.fixture.Beta, Odd: b.fixture.Odd, Simulator: b.controls(),
	}
}

func (b *bench) controls() devices.Controls {
	return devices.Controls{Target: b.Target, Fixture: b.fixture}
}
