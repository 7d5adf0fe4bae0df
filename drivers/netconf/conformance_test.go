package netconf_test

import (
	"testing"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/netconf"
	"github.com/waveplane/waveplane/drivers/sim/netconfd"
)

// TestConformance holds each kind of device to the suite, those of makers with
// wishes of their own, and a router besides on a server of base 1.0 and on one
// that has no candidate configuration.
func TestConformance(t *testing.T) {
	lab := newLab(t)
	for name, c := range map[string]struct {
		fixture devices.Fixture
		server  netconfd.Config
	}{
		"router": {fixture: devices.Router()}, "terminal": {fixture: devices.Terminal()}, "roadm": {fixture: devices.Roadm()}, "amplifier": {fixture: devices.Amplifier()},
		"nokia": {fixture: devices.Nokia("lab-nokia-openconfig-netconf")}, "teraflex": {devices.TeraFlex(), netconfd.Config{RunningOnly: true}},
		"base 1.0": {devices.Router(), netconfd.Config{Old: true}}, "running only": {devices.Router(), netconfd.Config{RunningOnly: true}},
	} {
		t.Run(name, func(t *testing.T) {
			drivertest.Run(t, drivertest.Harness{
				Driver: &netconf.Driver{Armed: armed},
				Start: func(t *testing.T) drivertest.Target {
					return lab.start(t, c.fixture, c.server).target(!c.server.RunningOnly)
				},
			})
		})
	}
}
