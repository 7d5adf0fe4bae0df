package gnmi_test

import (
	"maps"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/models"
)

// fixture is one kind of device: what it is made of, what others configured on
// it, and what two owners want there.
type fixture struct {
	profile     string
	startup     map[string]string
	state       map[string]string
	alpha, beta drivertest.Work
	paths       map[models.ObjectID]map[models.LeafName]string // written by hand, not asked of the driver
	roots       map[models.ObjectID]string
}

func optical(name string) models.ObjectID {
	return models.ObjectID{Kind: models.KindOpticalChannel, Key: name}
}
func laser(key string) models.ObjectID { return models.ObjectID{Kind: models.KindLaser, Key: key} }
func logical(index string) models.ObjectID {
	return models.ObjectID{Kind: models.KindLogicalChannel, Key: index}
}
func media(index string) models.ObjectID {
	return models.ObjectID{Kind: models.KindMediaChannel, Key: index}
}

func join(maps_ ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range maps_ {
		maps.Copy(out, m)
	}
	return out
}

// lineCard is an optical channel with its transceiver and client port, as it
// comes out of the box, and what somebody else configured on it.
func lineCard(port string) map[string]string {
	oc, xcvr := "/components/component[name=oc-"+port+"]", "/components/component[name=xcvr-"+port+"]"
	lane := xcvr + "/transceiver/physical-channels/channel[index=1]"
	return map[string]string{
		oc + "/config/name":                                           "oc-" + port,
		xcvr + "/config/name":                                         "xcvr-" + port,
		lane + "/config/index":                                        "1",
		lane + "/config/tx-laser":                                     "false",
		lane + "/config/description":                                  "patched to panel 7",
		"/interfaces/interface[name=" + port + "]/config/name":        port,
		"/interfaces/interface[name=" + port + "]/config/type":        "iana-if-type:ethernetCsmacd",
		"/interfaces/interface[name=" + port + "]/config/enabled":     "false",
		"/interfaces/interface[name=" + port + "]/config/description": "to the core, do not touch",
		"/interfaces/interface[name=" + port + "]/config/mtu":         "9216",
	}
}

func lineCardState(port string) map[string]string {
	oc := "/components/component[name=oc-" + port + "]/optical-channel/state"
	lane := "/components/component[name=xcvr-" + port + "]/transceiver/physical-channels/channel[index=1]/state"
	return map[string]string{
		oc + "/output-power/instant":                                 "-40",
		oc + "/input-power/instant":                                  "-7.25",
		lane + "/associated-optical-channel":                         "oc-" + port,
		lane + "/input-power/instant":                                "-6.11",
		lane + "/rx-los":                                             "false",
		"/interfaces/interface[name=" + port + "]/state/oper-status": "DOWN",
	}
}

var foreignChannel = map[string]string{
	"/terminal-device/logical-channels/channel[index=77]/config/description":          "leased line, another system",
	"/terminal-device/logical-channels/channel[index=77]/config/logical-channel-type": "openconfig-transport-types:PROT_OTN",
	"/terminal-device/logical-channels/channel[index=77]/config/admin-state":          "ENABLED",
	"/terminal-device/logical-channels/channel[index=77]/config/loopback-mode":        "FACILITY",
}

var chassis = map[string]string{
	"/components/component[name=chassis]/state/type":             "openconfig-platform-types:CHASSIS",
	"/components/component[name=chassis]/state/mfg-name":         "Example Optics",
	"/components/component[name=chassis]/state/part-no":          "EO-4",
	"/components/component[name=chassis]/state/serial-no":        "EO4-0001",
	"/components/component[name=chassis]/state/software-version": "9.1",
}

// wavelength is a coherent line side with a client: dark first, then lit.
func wavelength(owner, port, line, client string, byLaser bool) drivertest.Work {
	first := []models.Object{
		{ObjectID: optical("oc-" + port), Leaves: models.Leaves{
			models.LeafFrequency: "193106.25 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: "5003",
		}},
		{ObjectID: logical(line), Leaves: models.Leaves{
			models.LeafDescription: owner, models.LeafAdmin: models.AdminDisabled, models.LeafLogicalType: "PROT_OTN",
			models.LeafTribProtocol: "PROT_400GE", models.LeafAssignIndex: "0", models.LeafAssignOptical: "oc-" + port,
			models.LeafAllocation: "400",
		}},
		{ObjectID: logical(client), Leaves: models.Leaves{
			models.LeafDescription: owner, models.LeafAdmin: models.AdminDisabled, models.LeafLogicalType: "PROT_ETHERNET",
			models.LeafTribProtocol: "PROT_400GE", models.LeafRateClass: "TRIB_RATE_400G", models.LeafIngressXcvr: "xcvr-" + port,
			models.LeafIngressIf: port, models.LeafAssignIndex: "0", models.LeafAssignLogical: line, models.LeafAllocation: "400",
		}},
	}
	lit := map[models.ObjectID]models.Leaves{
		logical(line):   {models.LeafAdmin: models.AdminEnabled},
		logical(client): {models.LeafAdmin: models.AdminEnabled},
	}
	if byLaser {
		first = append(first, models.Object{ObjectID: laser("xcvr-" + port + "/1"), Leaves: models.Leaves{models.LeafEnabled: "false"}})
		lit[laser("xcvr-"+port+"/1")] = models.Leaves{models.LeafEnabled: "true"}
	}
	w := drivertest.Work{Owner: owner, First: first, Then: with(first, lit)}
	if byLaser {
		w.Unsupported = &models.Object{ObjectID: optical("oc-" + port), Leaves: models.Leaves{
			models.LeafFrequency: "193106.25 GHz", models.LeafLinePort: "port-" + port,
		}}
	} else {
		w.Unsupported = &models.Object{ObjectID: laser("xcvr-" + port + "/1"), Leaves: models.Leaves{models.LeafEnabled: "true"}}
	}
	return w
}

func linePaths(ports ...string) (map[models.ObjectID]map[models.LeafName]string, map[models.ObjectID]string) {
	paths, roots := map[models.ObjectID]map[models.LeafName]string{}, map[models.ObjectID]string{}
	for _, port := range ports {
		oc := "/components/component[name=oc-" + port + "]/optical-channel/config"
		paths[optical("oc-"+port)] = map[models.LeafName]string{models.LeafFrequency: oc + "/frequency"}
		roots[optical("oc-"+port)] = oc
	}
	return paths, roots
}

func transponder(profile string, byLaser bool) fixture {
	f := fixture{
		profile: profile,
		startup: join(lineCard("et-0/0/0"), lineCard("et-0/0/1"), foreignChannel),
		state:   join(lineCardState("et-0/0/0"), lineCardState("et-0/0/1"), chassis),
		alpha:   wavelength("circuit/alpha/1", "et-0/0/0", "10000", "10001", byLaser),
		beta:    wavelength("circuit/beta/1", "et-0/0/1", "10002", "10003", byLaser),
	}
	f.paths, f.roots = linePaths("et-0/0/0", "et-0/0/1")
	return f
}

// The four kinds of devices that the driver is for.
var (
	router   = transponder("lab-router-zr", true)
	terminal = transponder("lab-terminal", false)

	roadm = fixture{
		profile: "lab-roadm",
		startup: map[string]string{
			"/wavelength-router/media-channels/channel[index=3]/config/name":            "laid by hand",
			"/wavelength-router/media-channels/channel[index=3]/config/lower-frequency": "191500000",
			"/wavelength-router/media-channels/channel[index=3]/config/upper-frequency": "191587500",
			"/channel-monitors/channel-monitor[name=ocm-2]/config/name":                 "ocm-2",
			"/channel-monitors/channel-monitor[name=ocm-2]/config/monitor-port":         "degree-2-out",
			"/components/component[name=degree-2-out]/config/name":                      "degree-2-out",
			"/components/component[name=degree-2-in]/config/name":                       "degree-2-in",
			"/components/component[name=add-1]/config/name":                             "add-1",
		},
		state: join(chassis, map[string]string{
			"/channel-monitors/channel-monitor[name=ocm-2]/channels/channel[lower-frequency=193050000][upper-frequency=193150000]/state/power": "-17.42",
			"/components/component[name=degree-2-in]/port/optical-port/state/input-power/instant":                                              "-3.5",
		}),
		alpha: crossConnect("circuit/alpha/1", "10000", "193062.5 GHz", "193150 GHz"),
		beta:  crossConnect("circuit/beta/1", "10001", "193200 GHz", "193287.5 GHz"),
		paths: map[models.ObjectID]map[models.LeafName]string{
			media("10000"): {models.LeafTargetPower: "/wavelength-router/media-channels/channel[index=10000]/spectrum-power-profile/" +
				"distribution[lower-frequency=193062500][upper-frequency=193150000]/config/target-power"},
		},
		roots: map[models.ObjectID]string{
			media("10000"): "/wavelength-router/media-channels/channel[index=10000]",
			media("10001"): "/wavelength-router/media-channels/channel[index=10001]",
		},
	}

	amplifier = fixture{
		profile: "lab-ila",
		startup: join(gainBlock("booster"), gainBlock("preamp")),
		state: join(chassis, map[string]string{
			"/optical-amplifier/amplifiers/amplifier[name=booster]/state/enabled":                    "true",
			"/optical-amplifier/amplifiers/amplifier[name=booster]/state/actual-gain/instant":        "19.98",
			"/optical-amplifier/amplifiers/amplifier[name=booster]/state/input-power-total/instant":  "-1.02",
			"/optical-amplifier/amplifiers/amplifier[name=booster]/state/output-power-total/instant": "18.96",
		}),
		alpha: gain("controller/line-1", "booster"),
		beta:  gain("controller/line-2", "preamp"),
		paths: map[models.ObjectID]map[models.LeafName]string{
			edfa("booster"): {models.LeafTargetGain: "/optical-amplifier/amplifiers/amplifier[name=booster]/config/target-gain"},
		},
		roots: map[models.ObjectID]string{
			edfa("booster"): "/optical-amplifier/amplifiers/amplifier[name=booster]/config",
			edfa("preamp"):  "/optical-amplifier/amplifiers/amplifier[name=preamp]/config",
		},
	}
)

func crossConnect(owner, index, lower, upper string) drivertest.Work {
	first := []models.Object{{ObjectID: media(index), Leaves: models.Leaves{
		models.LeafChannelName: owner, models.LeafAdmin: models.AdminDisabled, models.LeafLower: lower, models.LeafUpper: upper,
		models.LeafSource: "add-1", models.LeafDest: "degree-2-out", models.LeafTargetPower: "-18.00 dBm",
	}}}
	return drivertest.Work{
		Owner: owner, First: first,
		Then: with(first, map[models.ObjectID]models.Leaves{media(index): {models.LeafAdmin: models.AdminEnabled}}),
	}
}

func edfa(name string) models.ObjectID {
	return models.ObjectID{Kind: models.KindAmplifier, Key: name}
}

func gainBlock(name string) map[string]string {
	at := "/optical-amplifier/amplifiers/amplifier[name=" + name + "]/config"
	return map[string]string{at + "/name": name, at + "/enabled": "true", at + "/max-output-power": "21.00"}
}

func gain(owner, name string) drivertest.Work {
	first := []models.Object{{ObjectID: edfa(name), Leaves: models.Leaves{
		models.LeafAmpMode: "CONSTANT_GAIN", models.LeafTargetGain: "20.00 dB", models.LeafTargetTilt: "-0.50 dB",
	}}}
	return drivertest.Work{
		Owner: owner, First: first,
		Then: with(first, map[models.ObjectID]models.Leaves{edfa(name): {models.LeafTargetGain: "20.50 dB"}}),
	}
}
