// Package devices are simulated OpenConfig devices for the tests of drivers: what
// they are made of, what others configured on them, what two owners want there,
// and the suite's hand on them. None of it goes through a driver.
package devices

import (
	"maps"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
)

// Fixture is one kind of device: what it is made of, what others configured on
// it, and what two owners want there.
type Fixture struct {
	Profile     string
	Startup     map[string]string
	State       map[string]string
	Alpha, Beta drivertest.Work
	Paths       map[models.ObjectID]map[models.LeafName]string // written by hand, not asked of the driver
	Roots       map[models.ObjectID]string
	// Refuses is what devices of this make refuse beyond the models; nil for
	// nothing.
	Refuses func(*gnmid.Tx) error
	// GHz devices have the frequency of optical channels in that unit.
	GHz bool
	Odd drivertest.Odd // see drivertest.Target
}

func Optical(name string) models.ObjectID {
	return models.ObjectID{Kind: models.KindOpticalChannel, Key: name}
}
func Laser(key string) models.ObjectID { return models.ObjectID{Kind: models.KindLaser, Key: key} }
func Module(name string) models.ObjectID {
	return models.ObjectID{Kind: models.KindModule, Key: name}
}
func Logical(index string) models.ObjectID {
	return models.ObjectID{Kind: models.KindLogicalChannel, Key: index}
}
func Media(index string) models.ObjectID {
	return models.ObjectID{Kind: models.KindMediaChannel, Key: index}
}

func join(maps_ ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range maps_ {
		maps.Copy(out, m)
	}
	return out
}

func foreignChannel() map[string]string {
	return map[string]string{
		"/terminal-device/logical-channels/channel[index=77]/config/description":          "leased line, another system",
		"/terminal-device/logical-channels/channel[index=77]/config/logical-channel-type": "openconfig-transport-types:PROT_OTN",
		"/terminal-device/logical-channels/channel[index=77]/config/admin-state":          "ENABLED",
		"/terminal-device/logical-channels/channel[index=77]/config/loopback-mode":        "FACILITY",
	}
}

func chassis() map[string]string {
	return map[string]string{
		"/components/component[name=chassis]/state/type":             "openconfig-platform-types:CHASSIS",
		"/components/component[name=chassis]/state/mfg-name":         "Example Optics",
		"/components/component[name=chassis]/state/part-no":          "EO-4",
		"/components/component[name=chassis]/state/serial-no":        "EO4-0001",
		"/components/component[name=chassis]/state/software-version": "9.1",
	}
}

// Roadm is a wavelength switch.
func Roadm() Fixture {
	return Fixture{
		Profile: "lab-roadm",
		Startup: map[string]string{
			"/wavelength-router/media-channels/channel[index=3]/config/name":            "laid by hand",
			"/wavelength-router/media-channels/channel[index=3]/config/lower-frequency": "191500000",
			"/wavelength-router/media-channels/channel[index=3]/config/upper-frequency": "191587500",
			"/channel-monitors/channel-monitor[name=ocm-2]/config/name":                 "ocm-2",
			"/channel-monitors/channel-monitor[name=ocm-2]/config/monitor-port":         "degree-2-out",
			"/components/component[name=degree-2-out]/config/name":                      "degree-2-out",
			"/components/component[name=degree-2-in]/config/name":                       "degree-2-in",
			"/components/component[name=add-1]/config/name":                             "add-1",
		},
		State: join(chassis(), map[string]string{
			"/channel-monitors/channel-monitor[name=ocm-2]/channels/channel[lower-frequency=193050000][upper-frequency=193150000]/state/power": "-17.42",
			"/components/component[name=degree-2-in]/port/optical-port/state/input-power/instant":                                              "-3.5",
		}),
		Alpha: crossConnect("circuit/alpha/1", "10000", "193062.5 GHz", "193150 GHz"),
		Beta:  crossConnect("circuit/beta/1", "10001", "193200 GHz", "193287.5 GHz"),
		Paths: map[models.ObjectID]map[models.LeafName]string{
			Media("10000"): {models.LeafTargetPower: "/wavelength-router/media-channels/channel[index=10000]/spectrum-power-profile/" +
				"distribution[lower-frequency=193062500][upper-frequency=193150000]/config/target-power"},
		},
		Roots: map[models.ObjectID]string{
			Media("10000"): "/wavelength-router/media-channels/channel[index=10000]",
			Media("10001"): "/wavelength-router/media-channels/channel[index=10001]",
		},
	}
}

// Amplifier is a line amplifier.
func Amplifier() Fixture {
	return Fixture{
		Profile: "lab-ila",
		Startup: join(gainBlock("booster"), gainBlock("preamp")),
		State: join(chassis(), map[string]string{
			"/optical-amplifier/amplifiers/amplifier[name=booster]/state/enabled":                    "true",
			"/optical-amplifier/amplifiers/amplifier[name=booster]/state/actual-gain/instant":        "19.98",
			"/optical-amplifier/amplifiers/amplifier[name=booster]/state/input-power-total/instant":  "-1.02",
			"/optical-amplifier/amplifiers/amplifier[name=booster]/state/output-power-total/instant": "18.96",
		}),
		Alpha: gain("controller/line-1", "booster"),
		Beta:  gain("controller/line-2", "preamp"),
		Paths: map[models.ObjectID]map[models.LeafName]string{
			EDFA("booster"): {models.LeafTargetGain: "/optical-amplifier/amplifiers/amplifier[name=booster]/config/target-gain"},
		},
		Roots: map[models.ObjectID]string{
			EDFA("booster"): "/optical-amplifier/amplifiers/amplifier[name=booster]/config",
			EDFA("preamp"):  "/optical-amplifier/amplifiers/amplifier[name=preamp]/config",
		},
	}
}

func crossConnect(owner, index, lower, upper string) drivertest.Work {
	first := []models.Object{{ObjectID: Media(index), Leaves: models.Leaves{
		models.LeafChannelName: owner, models.LeafAdmin: models.AdminDisabled, models.LeafLower: lower, models.LeafUpper: upper,
		models.LeafSource: "add-1", models.LeafDest: "degree-2-out", models.LeafTargetPower: "-18.00 dBm",
	}}}
	return drivertest.Work{
		Owner: owner, First: first,
		Then: With(first, map[models.ObjectID]models.Leaves{Media(index): {models.LeafAdmin: models.AdminEnabled}}),
	}
}

func EDFA(name string) models.ObjectID {
	return models.ObjectID{Kind: models.KindAmplifier, Key: name}
}

func gainBlock(name string) map[string]string {
	at := "/optical-amplifier/amplifiers/amplifier[name=" + name + "]/config"
	return map[string]string{at + "/name": name, at + "/enabled": "true", at + "/max-output-power": "21.00"}
}

func gain(owner, name string) drivertest.Work {
	first := []models.Object{{ObjectID: EDFA(name), Leaves: models.Leaves{
		models.LeafAmpMode: "CONSTANT_GAIN", models.LeafTargetGain: "20.00 dB", models.LeafTargetTilt: "-0.50 dB",
	}}}
	return drivertest.Work{
		Owner: owner, First: first,
		Then: With(first, map[models.ObjectID]models.Leaves{EDFA(name): {models.LeafTargetGain: "20.50 dB"}}),
	}
}
