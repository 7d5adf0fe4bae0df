package sim

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

func TestCrossings(t *testing.T) {
	profile := catalogue.Profile{InsertionLossDb: map[string]float64{"add": 8, "drop": 7, "express": 12}, AddDropOsnrDb: 33}
	each := 10 * math.Log10(2)
	for name, c := range map[string]struct {
		spec *intents.SwitchSpec
		want []light.RoadmPath
	}{
		"the profile's": {nil, []light.RoadmPath{
			{Kind: light.Add, LossDb: 8, OsnrDb: 33 + each}, {Kind: light.Drop, LossDb: 7, OsnrDb: 33 + each}, {Kind: light.Express, LossDb: 12},
		}},
		"the switch's own": {&intents.SwitchSpec{AddDropOsnrDb: at(both(38)), PmdPs: at(both(1)), PdlDb: at(both(0.5))}, []light.RoadmPath{
			{Kind: light.Add, LossDb: 8, OsnrDb: 38 + each, PmdPs: 1, PdlDb: 0.5}, {Kind: light.Drop, LossDb: 7, OsnrDb: 38 + each, PmdPs: 1, PdlDb: 0.5},
			{Kind: light.Express, LossDb: 12, PmdPs: 1, PdlDb: 0.5},
		}},
		"by path": {&intents.SwitchSpec{Paths: []intents.SwitchPath{
			{Path: "express", BandTHz: &[2]float64{191.3, 193.7}, InsertionLossDb: 16, OsnrDb: at(both(45)), PmdPs: at(both(3))},
			{Path: "add", From: "add1", InsertionLossDb: 9},
		}}, []light.RoadmPath{
			{Kind: light.Add, From: "add1", LossDb: 9, OsnrDb: 33 + each},
			{Kind: light.Express, LowerMHz: 191_300_000, UpperMHz: 193_700_000, LossDb: 16, OsnrDb: 45, PmdPs: 3},
			{Kind: light.Add, LossDb: 8, OsnrDb: 33 + each}, {Kind: light.Drop, LossDb: 7, OsnrDb: 33 + each}, {Kind: light.Express, LossDb: 12},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, crossings(&intents.DeviceSpec{Switch: c.spec}, profile), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}
