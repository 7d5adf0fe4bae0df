package devices

import (
	"fmt"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/models"
)

// card is a coherent port by the names that it has on its device.
type card struct{ port, channel, xcvr string }

// cardOf is the card of a port where names are as most have them here.
func cardOf(port string) card { return card{port, "oc-" + port, "xcvr-" + port} }

// lineCard is an optical channel with its transceiver and client port, as it
// comes out of the box, and what somebody else configured on it.
func (c card) lineCard() map[string]string {
	port, oc, xcvr := c.port, "/components/component[name="+c.channel+"]", "/components/component[name="+c.xcvr+"]"
	lane := xcvr + "/transceiver/physical-channels/channel[index=1]"
	return map[string]string{
		oc + "/config/name":                                           c.channel,
		xcvr + "/config/name":                                         c.xcvr,
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

func (c card) lineCardState() map[string]string {
	oc := "/components/component[name=" + c.channel + "]/optical-channel/state"
	lane := "/components/component[name=" + c.xcvr + "]/transceiver/physical-channels/channel[index=1]/state"
	return map[string]string{
		oc + "/output-power/instant":                                   "-40",
		oc + "/input-power/instant":                                    "-7.25",
		lane + "/associated-optical-channel":                           c.channel,
		lane + "/input-power/instant":                                  "-6.11",
		lane + "/rx-los":                                               "false",
		"/interfaces/interface[name=" + c.port + "]/state/oper-status": "DOWN",
	}
}

// wavelength is a coherent line side with a client: dark first, then lit.
func wavelength(owner string, c card, line, client string, byLaser bool) drivertest.Work {
	first := []models.Object{
		{ObjectID: Optical(c.channel), Leaves: models.Leaves{
			models.LeafFrequency: "193106.25 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: "5003",
		}},
		{ObjectID: Logical(line), Leaves: models.Leaves{
			models.LeafDescription: owner, models.LeafAdmin: models.AdminDisabled, models.LeafLogicalType: "PROT_OTN",
			models.LeafTribProtocol: "PROT_400GE", models.LeafAssignIndex: "0", models.LeafAssignOptical: c.channel,
			models.LeafAllocation: "400",
		}},
		{ObjectID: Logical(client), Leaves: models.Leaves{
			models.LeafDescription: owner, models.LeafAdmin: models.AdminDisabled, models.LeafLogicalType: "PROT_ETHERNET",
			models.LeafTribProtocol: "PROT_400GE", models.LeafRateClass: "TRIB_RATE_400G", models.LeafIngressXcvr: c.xcvr,
			models.LeafIngressIf: c.port, models.LeafAssignIndex: "0", models.LeafAssignLogical: line, models.LeafAllocation: "400",
		}},
	}
	lit := map[models.ObjectID]models.Leaves{
		Logical(line):   {models.LeafAdmin: models.AdminEnabled},
		Logical(client): {models.LeafAdmin: models.AdminEnabled},
	}
	if byLaser {
		first = append(first, models.Object{ObjectID: Laser(c.xcvr + "/1"), Leaves: models.Leaves{models.LeafEnabled: "false"}})
		lit[Laser(c.xcvr+"/1")] = models.Leaves{models.LeafEnabled: "true"}
	}
	w := drivertest.Work{Owner: owner, First: first, Then: With(first, lit)}
	if byLaser {
		w.Unsupported = &models.Object{ObjectID: Optical(c.channel), Leaves: models.Leaves{
			models.LeafFrequency: "193106.25 GHz", models.LeafLinePort: "port-" + c.port,
		}}
	} else {
		w.Unsupported = &models.Object{ObjectID: Laser(c.xcvr + "/1"), Leaves: models.Leaves{models.LeafEnabled: "true"}}
	}
	return w
}

func linePaths(cards ...card) (map[models.ObjectID]map[models.LeafName]string, map[models.ObjectID]string) {
	paths, roots := map[models.ObjectID]map[models.LeafName]string{}, map[models.ObjectID]string{}
	for _, c := range cards {
		oc := "/components/component[name=" + c.channel + "]/optical-channel/config"
		paths[Optical(c.channel)] = map[models.LeafName]string{models.LeafFrequency: oc + "/frequency"}
		roots[Optical(c.channel)] = oc
	}
	return paths, roots
}

// Large is a router with that many line cards and nothing wanted.
func Large(cards int) Fixture {
	f := Fixture{Profile: "lab-router-zr", Startup: foreignChannel(), State: chassis()}
	for i := range cards {
		port := fmt.Sprintf("et-0/0/%d", i)
		f.Startup, f.State = join(f.Startup, cardOf(port).lineCard()), join(f.State, cardOf(port).lineCardState())
	}
	return f
}

func transponder(profile string, byLaser bool) Fixture {
	return onCards(profile, cardOf("et-0/0/0"), cardOf("et-0/0/1"), byLaser)
}

// onCards is a device with two cards, each of them with a wavelength of its own.
func onCards(profile string, a, b card, byLaser bool) Fixture {
	f := Fixture{
		Profile: profile,
		Startup: join(a.lineCard(), b.lineCard(), foreignChannel()),
		State:   join(a.lineCardState(), b.lineCardState(), chassis()),
		Alpha:   wavelength("circuit/alpha/1", a, "10000", "10001", byLaser),
		Beta:    wavelength("circuit/beta/1", b, "10002", "10003", byLaser),
	}
	f.Paths, f.Roots = linePaths(a, b)
	return f
}

// Router is a router with coherent pluggables.
func Router() Fixture { return transponder("lab-router-zr", true) }

// Terminal is a transponder.
func Terminal() Fixture { return transponder("lab-terminal", false) }
