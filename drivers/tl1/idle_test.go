package tl1_test

import (
	"context"
	"testing"

	"github.com/waveplane/waveplane/drivers"
	"github.com/waveplane/waveplane/drivers/drivertest/idle"
	"github.com/waveplane/waveplane/drivers/tl1"
	"github.com/waveplane/waveplane/models/catalogue"
)

func TestMain(m *testing.M) {
	idle.Main(m, func(tb testing.TB) []idle.Door {
		var doors []idle.Door
		for range 20 {
			doors = append(doors, idle.Door{Address: start(tb, fixtures()[0]).Address})
		}
		return doors
	})
}

func BenchmarkIdleSessions(b *testing.B) {
	cat, err := catalogue.Default()
	if err != nil {
		b.Fatal(err)
	}
	profile, err := cat.Profile("polatis-tl1")
	if err != nil {
		b.Fatal(err)
	}
	driver := &tl1.Driver{}
	idle.Bench(b, func(d idle.Door) (drivers.Session, error) {
		return driver.Open(b.Context(), drivers.Device{
			Name: "switch", Address: d.Address, Manage: true, Profile: profile,
			Credentials: func(context.Context) (string, string, error) { return "waveplane", secret, nil },
		})
	})
}
