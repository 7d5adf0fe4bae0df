package devices

import (
	"strings"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/sim/quirks"
	"github.com/waveplane/waveplane/models"
)

// Arista is a switch with coherent pluggables that tells nowhere which optical
// channel a transceiver has, and wants the line assigned to its client.
func Arista() Fixture {
	a, b := cardOf("et-0/0/0"), cardOf("et-0/0/1")
	a.channel, b.channel = a.xcvr+"-Optical0", b.xcvr+"-Optical0"
	f := onCards("lab-arista-eos-openconfig", a, b, true)
	for path := range f.State {
		if strings.HasSuffix(path, "/associated-optical-channel") {
			delete(f.State, path)
		}
	}
	for w, line := range map[*drivertest.Work]string{&f.Alpha: "10000", &f.Beta: "10002"} {
		client := map[string]string{"10000": "10001", "10002": "10003"}[line]
		f.adjust(w, func(o models.Object) {
			switch o.ObjectID {
			case Logical(line):
				drop(o, models.LeafAdmin, models.LeafTribProtocol)
				o.Leaves[models.LeafAssignClients] = client + ":400"
			case Logical(client):
				drop(o, models.LeafAdmin, models.LeafRateClass)
			}
		})
	}
	f.Refuses = quirks.All(quirks.Unsupported("line-port", "PROT_OTN/admin-state", "PROT_ETHERNET/admin-state", "PROT_OTN/trib-protocol", "PROT_ETHERNET/rate-class"), quirks.ClientAssignments)
	return f
}

// Cisco is a router that counts the assignments of logical channels from 1, and
// has neither their admin-state nor what their clients come from.
func Cisco() Fixture {
	f := onCards("lab-cisco-iosxr-openconfig", cardOf("et-0/0/0"), cardOf("et-0/0/1"), true)
	for w, line := range map[*drivertest.Work]string{&f.Alpha: "10000", &f.Beta: "10002"} {
		f.adjust(w, func(o models.Object) {
			if o.Kind != models.KindLogicalChannel {
				return
			}
			o.Leaves[models.LeafAssignIndex] = "1"
			drop(o, models.LeafAdmin, models.LeafIngressXcvr, models.LeafIngressIf)
			if o.ObjectID == Logical(line) {
				drop(o, models.LeafTribProtocol)
			}
		})
		w.Unsupported = &models.Object{ObjectID: Logical(line), Leaves: models.Leaves{models.LeafAdmin: models.AdminEnabled}}
	}
	f.Refuses = quirks.All(quirks.Unsupported("PROT_OTN/admin-state", "PROT_ETHERNET/admin-state", "PROT_OTN/trib-protocol", "transceiver", "interface"), quirks.AssignmentsFrom(1))
	return f
}

// Juniper is a router that does not take what the clients of logical channels
// come from.
func Juniper() Fixture {
	f := onCards("lab-juniper-junos-openconfig", cardOf("et-0/0/0"), cardOf("et-0/0/1"), true)
	for w, client := range map[*drivertest.Work]string{&f.Alpha: "10001", &f.Beta: "10003"} {
		f.adjust(w, func(o models.Object) { drop(o, models.LeafIngressXcvr, models.LeafIngressIf) })
		w.Unsupported = &models.Object{ObjectID: Logical(client), Leaves: models.Leaves{models.LeafIngressXcvr: "xcvr-et-0/0/0"}}
	}
	f.Refuses = quirks.Unsupported("PROT_ETHERNET/transceiver", "PROT_ETHERNET/interface")
	return f
}

// Nokia is a router whose cages have to be set to coherent optics first.
func Nokia(profile string) Fixture {
	a, b := cardOf("et-0/0/0"), cardOf("et-0/0/1")
	f := onCards(profile, a, b, true)
	for w, c := range map[*drivertest.Work]card{&f.Alpha: a, &f.Beta: b} {
		f.adjust(w, func(o models.Object) { drop(o, models.LeafIngressXcvr, models.LeafIngressIf) })
		cage := models.Object{ObjectID: Module(c.xcvr), Leaves: models.Leaves{models.LeafFunctionalType: "TYPE_DIGITAL_COHERENT_OPTIC"}}
		w.First, w.Then = append(w.First, cage), append(w.Then, cage)
	}
	cages := map[string]string{a.channel: a.xcvr, b.channel: b.xcvr}
	f.Refuses = quirks.All(
		quirks.Unsupported("line-port", "interface"),
		quirks.CoherentCages(func(channel string) string { return cages[channel] }),
	)
	return f
}

// TeraFlex is a terminal with frequencies in whole GHz and powers in tenths of a
// dBm. 191.15 to 196.1 THz is what its lines are tuned over.
func TeraFlex() Fixture {
	a, b := cardOf("1/1/n1"), cardOf("1/2/n1")
	a.channel, b.channel = "optch 1/1/n1", "optch 1/2/n1"
	f := onCards("lab-adva-teraflex-netconf", a, b, false)
	for _, w := range []*drivertest.Work{&f.Alpha, &f.Beta} {
		f.adjust(w, func(o models.Object) {
			if o.Kind == models.KindOpticalChannel {
				o.Leaves[models.LeafFrequency], o.Leaves[models.LeafTargetPower] = "193100 GHz", "-1.50 dBm"
			}
		})
	}
	f.GHz, f.Odd = true, drivertest.Odd{Frequency: 193_107 * models.GHz, Power: -130}
	f.Refuses = quirks.All(quirks.Gigahertz(191_150, 196_100), quirks.PowerDecimals(1))
	return f
}

// adjust changes what is wanted, in both stages.
func (f Fixture) adjust(w *drivertest.Work, change func(models.Object)) {
	for _, stage := range [][]models.Object{w.First, w.Then} {
		for _, o := range stage {
			change(o)
		}
	}
}

func drop(o models.Object, leaves ...models.LeafName) {
	for _, l := range leaves {
		delete(o.Leaves, l)
	}
}
