package netconf_test

import (
	"context"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/drivertest/idle"
	"github.com/waveplane/waveplane/drivers/netconf"
	"github.com/waveplane/waveplane/drivers/sim/netconfd"
)

func TestMain(m *testing.M) {
	idle.Main(m, func(tb testing.TB) []idle.Door {
		l := newLab(tb)
		var doors []idle.Door
		for range 20 {
			bench := l.start(tb, devices.Router(), netconfd.Config{MaxSessions: 32})
			doors = append(doors, idle.Door{Address: bench.device.Address, HostKey: bench.device.HostKey})
		}
		return doors
	})
}

func BenchmarkIdleSessions(b *testing.B) {
	profile, err := newLab(b).catalogue.Profile("generic-router-zr-netconf")
	if err != nil {
		b.Fatal(err)
	}
	driver := &netconf.Driver{}
	idle.Bench(b, func(d idle.Door) (drivers.Session, error) {
		return driver.Open(b.Context(), drivers.Device{
			Name: "device", Address: d.Address, HostKey: d.HostKey, Manage: true, Profile: profile,
			Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
		})
	})
}
