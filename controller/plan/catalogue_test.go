package plan_test

import (
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// smallCatalogue holds one of everything, with round figures.
func smallCatalogue() *catalogue.Catalogue {
	mode := func(name string, rate int, slot models.Frequency, osnr models.Ratio) catalogue.Mode {
		return catalogue.Mode{
			Name: name, RateGbps: rate, HostRates: []int{400, 100}, BaudMBd: 60_140, Modulation: "DP-16QAM", FEC: "oFEC", SlotWidth: slot,
			RequiredOsnr: &osnr, MinTxOsnr: ptr(models.Ratio(3600)), Launch: &catalogue.PowerRange{Min: -1500, Max: -500},
			Receive: []catalogue.ReceiveWindow{
				{AtOsnr: osnr, PowerRange: catalogue.PowerRange{Min: -1400, Max: 100}},
				{AtOsnr: 3000, PowerRange: catalogue.PowerRange{Min: -1600, Max: 100}},
			},
			CentreStep: models.GridStep, Tune: models.Band{Lower: 191_350_000, Upper: 196_100_000}, MaxDispersion: ptr(20000.0),
			CDPenalties: []catalogue.PenaltyPoint{{At: 0}, {At: 20000, Penalty: 50}}, Roadm: true,
			DeviceCodes: map[string]uint16{"router": 5, "terminal": 7, "particular": 5, "gigahertz": 7},
		}
	}
	short := mode("short-400g", 400, 75*models.GHz, 2600)
	short.MaxDispersion, short.Roadm = ptr(500.0), false
	wide := mode("wide-800g", 800, 150*models.GHz, 2400)
	wide.HostRates = []int{400}
	return &catalogue.Catalogue{
		Modes: map[string]catalogue.Mode{
			"zrp-400g":  mode("zrp-400g", 400, 75*models.GHz, 2000),
			"zrp-300g":  mode("zrp-300g", 300, 75*models.GHz, 1800),
			"short-400": short,
			"wide-800g": wide,
		},
		Pluggables: map[string]catalogue.Pluggable{
			"zrp":   {Name: "zrp", Modes: []string{"zrp-400g"}, HostRates: []int{400, 100}},
			"multi": {Name: "multi", Modes: []string{"zrp-400g", "wide-800g", "zrp-300g"}, HostRates: []int{400, 100}},
			"slow":  {Name: "slow", Modes: []string{"zrp-300g"}, HostRates: []int{100}},
		},
		Fibres: map[string]catalogue.Fibre{"g.652.d": {Name: "g.652.d", LossDbPerKm: 0.2, DispersionPsNmKm: 16.7, IndexOfRefraction: 1.4682}},
		Amplifiers: map[string]catalogue.Amplifier{
			"edfa":  {Name: "edfa", Gain: [2]models.Ratio{500, 2500}, NoiseFigure: 550, MaxOutput: 2000, Band: models.Band{Lower: 191_300_000, Upper: 196_100_000}},
			"upper": {Name: "upper", Gain: [2]models.Ratio{500, 2500}, NoiseFigure: 550, MaxOutput: 2000, Band: models.Band{Lower: 194_000_000, Upper: 196_100_000}},
		},
		Profiles: map[string]catalogue.Profile{
			"router": {
				Name: "router", Role: catalogue.RoleRouter, LaserSwitch: "physical-channel", ProvenOffDbm: -30, LogicalIndexBase: 10000, PowerStepDb: 0.1,
				Names:       catalogue.NameTemplates{OpticalChannel: "oc-{port}", Transceiver: "xcvr-{bare}", Interface: "{port}", LinePort: "line-{port}", PhysicalChannel: 1},
				Unsupported: []string{"line-port"},
			},
			"terminal": {
				Name: "terminal", Role: catalogue.RoleTerminal, LaserSwitch: "logical-channel", ProvenOffDbm: -30, AssignmentBase: 1, LogicalIndexBase: 500, PowerStepDb: 0.5,
				Names: catalogue.NameTemplates{OpticalChannel: "oc-{port}", Transceiver: "xcvr-{port}", LinePort: "line-{port}", PhysicalChannel: 1},
			},
			"gigahertz": {
				Name: "gigahertz", Role: catalogue.RoleTerminal, LaserSwitch: "logical-channel", ProvenOffDbm: -30, LogicalIndexBase: 500, PowerStepDb: 0.1,
				Names: catalogue.NameTemplates{OpticalChannel: "optch {port}", Transceiver: "xcvr-{port}", PhysicalChannel: 1}, FrequencyUnit: models.GHz,
			},
			"particular": { // that of a router whose makers wanted more than others
				Name: "particular", Role: catalogue.RoleRouter, LaserSwitch: "physical-channel", ProvenOffDbm: -30, LogicalIndexBase: 10000, PowerStepDb: 0.1,
				Names:             catalogue.NameTemplates{OpticalChannel: "xcvr-{port}-Optical0", Transceiver: "xcvr-{port}", Interface: "{port}", PhysicalChannel: 1},
				Unsupported:       []string{"line-port", "admin-state", "line/trib-protocol", "client/rate-class"},
				ClientAssignments: true, ModuleFunctionalType: models.DigitalCoherentOptic,
			},
			"ocs": {Name: "ocs", Role: catalogue.RoleSwitch, InsertionLossDb: map[string]float64{"through": 2}},
			"mux": {Name: "mux", Role: catalogue.RoleFilter, InsertionLossDb: map[string]float64{"through": 4}},
			"roadm": {
				Name: "roadm", Role: catalogue.RoleRoadm, ProvenOffDbm: -30, MediaIndexBase: 100, PowerStepDb: 0.1, AddDropOsnrDb: 36,
				Band: models.Band{Lower: 191_300_000, Upper: 196_100_000}, InsertionLossDb: map[string]float64{"add": 6, "drop": 6, "express": 10},
			},
			"ila": {Name: "ila", Role: catalogue.RoleAmplifier, ProvenOffDbm: -30},
		},
	}
}
