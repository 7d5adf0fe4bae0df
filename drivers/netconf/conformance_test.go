package netconf_test

import (
	"testing"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/netconf"
	"github.com/waveplane/waveplane/drivers/sim/netconfd"
)

func TestConformance(t *testing.T) {
	lab := newLab(t)
	for _, f := range []devices.Fixture{devices.Router(), devices.Terminal(), devices.Roadm(), devices.Amplifier()} {
		t.Run(f.Profile, func(t *testing.T) {
			drivertest.Run(t, drivertest.Harness{
				Driver: &netconf.Driver{Armed: armed},
				Start: func(t *testing.T) drivertest.Target {
					return lab.start(t, f, netconfd.Config{}).target(true)
				},
			})
		})
	}
}
