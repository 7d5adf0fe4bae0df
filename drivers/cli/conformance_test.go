package cli_test

import (
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/models"
)

// fixtures are the dialects under test.
func fixtures() []fixture {
	return []fixture{{
		dialect: "cisco-iosxr", profile: "lab-cisco-iosxr", ports: [2]string{"0/0/0/0", "0/0/0/1"}, channels: [2]string{"Optics0/0/0/0", "Optics0/0/0/1"},
		mode: "5005", frequency: "193100 GHz", power: "-10.00 dBm",
		odd: drivertest.Odd{Frequency: 193_106_300 * models.MHz, Power: -1030}, takesBack: true,
	}}
}

func TestConformance(t *testing.T) {
	for _, f := range fixtures() {
		t.Run(f.dialect, func(t *testing.T) {
			drivertest.Run(t, drivertest.Harness{
				Driver: &cli.Driver{Armed: 2 * time.Second},
				Start:  func(t *testing.T) drivertest.Target { return start(t, f).conformance() },
			})
		})
	}
}
