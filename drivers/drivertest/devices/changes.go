package devices

import "github.com/waveplane/waveplane/models"

// ChangeKind is one kind of change with what an engineer would say of it.
type ChangeKind struct {
	Name    string
	Device  Fixture
	Changes []models.Change
}

// One is one change.
func One(owner string, id models.ObjectID, before, after models.Leaves) []models.Change {
	return []models.Change{{Owner: owner, Object: id, Before: before, After: after}}
}

// ChangeKinds is every kind of change that a driver for OpenConfig writes.
func ChangeKinds() []ChangeKind {
	const owner = "circuit/alpha/1"
	first, then := map[models.ObjectID]models.Leaves{}, map[models.ObjectID]models.Leaves{}
	for _, w := range []Fixture{Router(), Roadm()} {
		for i, o := range w.Alpha.First {
			first[o.ObjectID], then[o.ObjectID] = o.Leaves, w.Alpha.Then[i].Leaves
		}
	}
	oc, line, client, channel := Optical("oc-et-0/0/0"), Logical("10000"), Logical("10001"), Media("10000")
	light, port := Laser("xcvr-et-0/0/0/1"), models.ObjectID{Kind: models.KindInterface, Key: "et-0/0/0"}
	on, off := models.Leaves{models.LeafEnabled: "true"}, models.Leaves{models.LeafEnabled: "false"}
	pad := models.ObjectID{Kind: models.KindAttenuator, Key: "voa-1"}
	gainLeaves := Amplifier().Alpha.First[0].Leaves
	all := func(before, after map[models.ObjectID]models.Leaves) (list []models.Change) {
		for _, id := range []models.ObjectID{client, light, line, oc} { // not the order in which they have to go
			list = append(list, models.Change{Owner: owner, Object: id, Before: before[id], After: after[id]})
		}
		return list
	}
	return append([]ChangeKind{
		{"optical-channel-tune", Router(), One(owner, oc, nil, first[oc])},
		{"optical-channel-retune", Router(), One(owner, oc, first[oc], models.Leaves{
			models.LeafFrequency: "193200 GHz", models.LeafTargetPower: "-10.00 dBm", models.LeafMode: "5003",
		})},
		{"optical-channel-give-up", Router(), One(owner, oc, first[oc], nil)},
		{"laser-on", Router(), One(owner, light, off, on)},
		{"laser-give-up", Router(), One(owner, light, on, nil)},
		{"logical-channel-line-create", Router(), One(owner, line, nil, first[line])},
		{"logical-channel-client-create", Router(), One(owner, client, nil, first[client])},
		{"logical-channel-enable", Router(), One(owner, line, first[line], then[line])},
		{"logical-channel-remap", Router(), One(owner, client, first[client], models.Leaves{
			models.LeafDescription: owner, models.LeafAdmin: models.AdminDisabled, models.LeafLogicalType: "PROT_ETHERNET",
			models.LeafAssignLogical: "10004", models.LeafAllocation: "100.5",
		})},
		{"logical-channel-delete", Router(), One(owner, line, first[line], nil)},
		{"media-channel-create", Roadm(), One(owner, channel, nil, first[channel])},
		{"media-channel-enable", Roadm(), One(owner, channel, first[channel], then[channel])},
		{"media-channel-equalise", Roadm(), One(owner, channel, then[channel], edited(then[channel], models.LeafTargetPower, "-18.35 dBm"))},
		{"media-channel-delete", Roadm(), One(owner, channel, then[channel], nil)},
		{"interface-enable", Router(), One(owner, port, off, on)},
		{"interface-give-up", Router(), One(owner, port, on, nil)},
		{"amplifier-set", Amplifier(), One(owner, EDFA("booster"), nil, gainLeaves)},
		{"amplifier-give-up", Amplifier(), One(owner, EDFA("booster"), edited(gainLeaves, models.LeafEnabled, "true"), nil)},
		{"attenuator-set", Roadm(), One(owner, pad, nil, models.Leaves{models.LeafAttenuation: "3.25 dB", models.LeafEnabled: "true"})},
		{"wavelength-create", Router(), all(nil, first)},
		{"wavelength-light", Router(), all(first, then)},
		{"wavelength-remove", Router(), all(then, nil)},
	}, particularKinds(owner)...)
}

// particularKinds is what devices of some makers get in a manner of their own.
func particularKinds(owner string) []ChangeKind {
	arista, cisco, juniper, nokia, teraflex := Arista(), Cisco(), Juniper(), Nokia("lab-nokia-openconfig"), TeraFlex()
	cage := nokia.Alpha.First[len(nokia.Alpha.First)-1]
	standard := models.Leaves{models.LeafFunctionalType: "TYPE_STANDARD_OPTIC"}
	return []ChangeKind{
		{"arista-wavelength-create", arista, list(arista.Alpha.Owner, nil, arista.Alpha.First)},
		{"arista-wavelength-remove", arista, list(arista.Alpha.Owner, arista.Alpha.Then, nil)},
		{"cisco-wavelength-create", cisco, list(cisco.Alpha.Owner, nil, cisco.Alpha.First)},
		{"cisco-wavelength-remove", cisco, list(cisco.Alpha.Owner, cisco.Alpha.Then, nil)},
		{"juniper-wavelength-create", juniper, list(juniper.Alpha.Owner, nil, juniper.Alpha.First)},
		{"nokia-wavelength-create", nokia, list(nokia.Alpha.Owner, nil, nokia.Alpha.First)},
		{"nokia-wavelength-remove", nokia, list(nokia.Alpha.Owner, nokia.Alpha.Then, nil)},
		{"nokia-module-back", nokia, One(owner, cage.ObjectID, cage.Leaves, standard)},
		{"teraflex-wavelength-create", teraflex, list(teraflex.Alpha.Owner, nil, teraflex.Alpha.First)},
		{"teraflex-optical-channel-retune", teraflex, One(owner, teraflex.Alpha.First[0].ObjectID, teraflex.Alpha.First[0].Leaves, models.Leaves{
			models.LeafFrequency: "196100 GHz", models.LeafTargetPower: "0.30 dBm", models.LeafMode: "5",
		})},
	}
}

// list is the changes from some objects to others, in no order that matters.
func list(owner string, before, after []models.Object) (out []models.Change) {
	for _, o := range before {
		out = append(out, models.Change{Owner: owner, Object: o.ObjectID, Before: o.Leaves})
	}
	for _, o := range after {
		out = append(out, models.Change{Owner: owner, Object: o.ObjectID, After: o.Leaves})
	}
	return out
}

// edited returns leaves with one of them replaced.
func edited(l models.Leaves, leaf models.LeafName, value string) models.Leaves {
	out := models.Leaves{leaf: value}
	for name, v := range l {
		if name != leaf {
			out[name] = v
		}
	}
	return out
}
