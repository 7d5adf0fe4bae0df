package gnmi_test

import (
	"testing"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/drivertest/devices"
	"github.com/waveplane/waveplane/drivers/gnmi"
)

func TestConformance(t *testing.T) {
	lab := newLab(t)
	for _, f := range []devices.Fixture{
		devices.Router(), devices.Terminal(), devices.Roadm(), devices.Amplifier(),
		devices.Arista(), devices.Cisco(), devices.Juniper(), devices.Nokia("lab-nokia-openconfig"),
	} {
		t.Run(f.Profile, func(t *testing.T) {
			drivertest.Run(t, drivertest.Harness{
				Driver: &gnmi.Driver{},
				Start:  func(t *testing.T) drivertest.Target { return lab.start(t, f).target() },
			})
		})
	}
}
