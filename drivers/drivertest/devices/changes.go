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
	return []ChangeKind{
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
	}
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
