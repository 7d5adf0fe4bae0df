package cli_test

import (
	"context"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/drivertest/idle"
	"github.com/waveplane/waveplane/models/catalogue"
)

func TestMain(m *testing.M) {
	idle.Main(m, func(tb testing.TB) []idle.Door {
		var doors []idle.Door
		for range 20 {
			d := start(tb, fixtures()[0])
			doors = append(doors, idle.Door{Address: d.Address, HostKey: d.HostKey})
		}
		return doors
	})
}

func BenchmarkIdleSessions(b *testing.B) {
	cat, err := catalogue.Default()
	if err != nil {
		b.Fatal(err)
	}
	f := fixtures()[0]
	profile, err := cat.Profile("arista-eos")
	if err != nil {
		b.Fatal(err)
	}
	driver := &cli.Driver{}
	idle.Bench(b, func(d idle.Door) (drivers.Session, error) {
		return driver.Open(b.Context(), drivers.Device{
			Name: "router", Address: d.Address, HostKey: d.HostKey, Manage: true, Profile: profile, Ports: f.ports[:],
			Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
		})
	})
}
