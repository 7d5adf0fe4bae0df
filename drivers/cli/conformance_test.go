package cli_test

import (
	"testing"
	"time"

	"github.com/waveplane/waveplane/drivers/cli"
	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/models"
)

// armed is how long an unconfirmed commit lasts in these tests.
const armed = 2 * time.Second

// fixtures are the dialects under test, on devices with coherent ports.
func fixtures() []fixture {
	return []fixture{{
		dialect: "arista-eos", profile: "lab-arista-eos", ports: [2]string{"Ethernet1/1", "Ethernet2/1"}, channels: [2]string{"Ethernet1/1", "Ethernet2/1"},
		mode: "1", frequency: "193106.25 GHz", power: "-10.00 dBm",
		odd: drivertest.Odd{Frequency: 193_106_251 * models.MHz, Power: -1037}, takesBack: true, saves: true, complaint: "% Error: ",
	}, {
		dialect: "cisco-iosxr", profile: "lab-cisco-iosxr", ports: [2]string{"0/0/0/0", "0/0/0/1"}, channels: [2]string{"Optics0/0/0/0", "Optics0/0/0/1"},
		mode: "5005", frequency: "193100 GHz", power: "-10.00 dBm",
		odd: drivertest.Odd{Frequency: 193_106_300 * models.MHz, Power: -1030}, takesBack: true,
	}, {
		dialect: "juniper-junos", profile: "lab-juniper-junos", ports: [2]string{"et-0/0/0", "et-0/0/1"}, channels: [2]string{"et-0/0/0", "et-0/0/1"},
		mode: "1", frequency: "193100 GHz", power: "-10.00 dBm",
		odd: drivertest.Odd{Frequency: 193_106_250 * models.MHz, Power: -1037}, takesBack: true,
	}, {
		dialect: "nokia-gx", profile: "lab-nokia-gx", ports: [2]string{"1-4-L1-1", "1-4-L2-1"}, channels: [2]string{"1-4-L1-1", "1-4-L2-1"},
		mode: "1", frequency: "193106.25 GHz", power: "-10.00 dBm",
		odd: drivertest.Odd{Frequency: 193_106_251 * models.MHz, Power: -1037}, takesBack: true,
	}, {
		dialect: "nokia-sros", profile: "lab-nokia-sros", ports: [2]string{"1/1/c1", "1/1/c2"}, channels: [2]string{"1/1/c1", "1/1/c2"},
		mode: "1", frequency: "193106.25 GHz", power: "-10.00 dBm",
		odd: drivertest.Odd{Frequency: 193_106_251 * models.MHz, Power: -1037}, takesBack: true, cages: true,
	}, {
		dialect: "nokia-srlinux", profile: "lab-nokia-srlinux", ports: [2]string{"ethernet-1/1", "ethernet-1/2"}, channels: [2]string{"ethernet-1/1", "ethernet-1/2"},
		mode: "1085", frequency: "193106.25 GHz", power: "-10.00 dBm",
		odd: drivertest.Odd{Frequency: 193_106_251 * models.MHz, Power: -1037}, takesBack: true, cages: true,
	}, {
		dialect: "sonic", profile: "lab-sonic", ports: [2]string{"Ethernet0", "Ethernet8"}, channels: [2]string{"Ethernet0", "Ethernet8"},
		mode: "400", frequency: "193100 GHz", power: "-10.00 dBm",
		odd: drivertest.Odd{Frequency: 196_025 * models.GHz, Power: -1030}, stepwise: true, runs: true, saves: true, complaint: "Error: ",
	}}
}

// lineFixture is a wavelength switch.
func lineFixture() fixture {
	return fixture{
		dialect: "nokia-gx", profile: "lab-nokia-gx-ols", line: true, takesBack: true,
		odd: drivertest.Odd{Frequency: 193_106_251 * models.MHz, Width: 87_500 * models.MHz, Power: -1037},
	}
}

func TestConformance(t *testing.T) {
	for _, f := range append(fixtures(), lineFixture()) {
		t.Run(f.profile, func(t *testing.T) {
			drivertest.Run(t, drivertest.Harness{
				Driver: &cli.Driver{Armed: armed},
				Start:  func(t *testing.T) drivertest.Target { return start(t, f).conformance() },
			})
		})
	}
}
