package gnmi_test

import (
	"context"
	"crypto/tls"
	"slices"
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/gnmi"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
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
	fixture fixture
	device  drivers.Device
}

// start runs a device until the test ends.
func (l *lab) start(tb testing.TB, f fixture) *bench {
	tb.Helper()
	target, err := gnmid.New(gnmid.Config{
		Name: "device", Schema: l.schema, Certificate: l.certificate, User: "waveplane", Password: secret,
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := target.LoadStartup(f.startup); err != nil {
		tb.Fatal(err)
	}
	if err := target.SetState(f.state); err != nil {
		tb.Fatal(err)
	}
	address, err := target.Start(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(target.Stop)
	profile, err := l.catalogue.Profile(f.profile)
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
		Device: b.device, Secret: secret, Alpha: b.fixture.alpha, Beta: b.fixture.beta, Simulator: controls{b},
	}
}

// controls are the simulator's, by the names that the conformance suite uses.
type controls struct{ *bench }

func (c controls) Configuration() []byte { return c.Snapshot(nil) }

func (c controls) Writes() int {
	n := c.Counters()
	return n.Sets + n.RefusedSets
}

// Tamper sets the leaf at the path that the fixture gives by hand: asking the
// driver for it would hide a mistake in the driver's table.
func (c controls) Tamper(id models.ObjectID, leaf models.LeafName, value string) error {
	path := c.fixture.paths[id][leaf]
	return c.Target.Tamper(gnmid.Edit{Path: path, Value: wire(value)})
}

// wire writes a canonical value as the simulated device takes it.
func wire(value string) string {
	if f, err := models.ParseFrequency(value); err == nil {
		return openconfig.FormatDecimal(int64(f/models.MHz), 0)
	}
	if p, err := models.ParsePower(value); err == nil {
		return openconfig.FormatDecimal(int64(p), 2)
	}
	if r, err := models.ParseRatio(value); err == nil {
		return openconfig.FormatDecimal(int64(r), 2)
	}
	return value
}

func (c controls) Refuse(id models.ObjectID, words string) error {
	path := c.fixture.roots[id]
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultRefuse, Path: path, Words: path + ": " + words})
	return err
}

func (c controls) Stall(d time.Duration) error {
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultDelay, Delay: d})
	return err
}

func (c controls) StallWrites(d time.Duration) error {
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultDelay, RPC: "Set", Delay: d})
	return err
}

func (c controls) CutBefore() error {
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultDropBefore, Times: 1})
	return err
}

func (c controls) CutAfter() error {
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultDropAfter, Times: 1})
	return err
}

func (c controls) Heal() { c.ClearAll() }

// with returns objects with some leaves replaced.
func with(objects []models.Object, change map[models.ObjectID]models.Leaves) []models.Object {
	out := slices.Clone(objects)
	for i, o := range out {
		leaves := models.Leaves{}
		for name, value := range o.Leaves {
			leaves[name] = value
		}
		for name, value := range change[o.ObjectID] {
			leaves[name] = value
		}
		out[i].Leaves = leaves
	}
	return out
}
