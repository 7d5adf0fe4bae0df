package sim

import (
	"cmp"
	"math"
	"slices"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

// crossings tells what light meets inside a wavelength switch: the paths of the
// document, those that name a port first, then the switch's own figures, or its
// profile's.
func crossings(spec *intents.DeviceSpec, profile catalogue.Profile) []light.RoadmPath {
	sw := cmp.Or(spec.Switch, &intents.SwitchSpec{})
	own := light.RoadmPath{PmdPs: either(sw.PmdPs, 0), PdlDb: either(sw.PdlDb, 0)}
	whole := map[light.PathKind]light.RoadmPath{}
	for _, kind := range []light.PathKind{light.Add, light.Drop, light.Express} {
		p := own
		p.Kind, p.LossDb = kind, profile.InsertionLossDb[string(kind)]
		if osnr := either(sw.AddDropOsnrDb, profile.AddDropOsnrDb); osnr > 0 && kind != light.Express {
			// Adding and dropping together leave what is given; each alone is
			// 3 dB better.
			p.OsnrDb = osnr + 10*math.Log10(2)
		}
		whole[kind] = p
	}
	var out []light.RoadmPath
	for _, s := range sw.Paths {
		p := whole[light.PathKind(s.Path)]
		p.From, p.To, p.LossDb = s.From, s.To, s.InsertionLossDb
		p.OsnrDb, p.PmdPs, p.PdlDb = either(s.OsnrDb, p.OsnrDb), either(s.PmdPs, p.PmdPs), either(s.PdlDb, p.PdlDb)
		if s.BandTHz != nil {
			p.LowerMHz, p.UpperMHz = int64(math.Round(s.BandTHz[0]*1e6)), int64(math.Round(s.BandTHz[1]*1e6))
		}
		out = append(out, p)
	}
	general := func(p light.RoadmPath) int {
		if p.From == "" && p.To == "" {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b light.RoadmPath) int { return general(a) - general(b) })
	return append(out, whole[light.Add], whole[light.Drop], whole[light.Express])
}

func either(given *float64, otherwise float64) float64 {
	if given != nil {
		return *given
	}
	return otherwise
}
