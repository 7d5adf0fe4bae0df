package topo

import (
	"math"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/qot"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// half is what an add and a drop each count with when their OSNR is given for
// both together, in dB.
const half = 3.01

// Crossings tells what light meets inside a wavelength switch on its way from
// one port to another: the document's paths that fit, those that name a port
// first, then the figures of the switch as a whole.
func (d *Device) Crossings(kind qot.Kind, from, to string) []qot.Crossing {
	whole := qot.Crossing{LossDb: d.Profile.InsertionLossDb[string(kind)]}
	osnr := d.Profile.AddDropOsnrDb
	spec := d.Spec.Switch
	if spec != nil {
		set(&osnr, spec.AddDropOsnrDb)
		set(&whole.PmdPs, spec.PmdPs)
		set(&whole.PdlDb, spec.PdlDb)
	}
	if osnr > 0 && kind != qot.Express {
		whole.OsnrDb = osnr + half
	}
	if spec == nil {
		return []qot.Crossing{whole}
	}
	paths := slices.DeleteFunc(slices.Clone(spec.Paths), func(p intents.SwitchPath) bool {
		return p.Path != string(kind) || p.From != "" && p.From != from || p.To != "" && p.To != to
	})
	slices.SortStableFunc(paths, func(a, b intents.SwitchPath) int { return named(b) - named(a) })
	var out []qot.Crossing
	for _, p := range paths {
		x := whole
		x.LossDb = p.InsertionLossDb
		set(&x.OsnrDb, p.OsnrDb)
		set(&x.PmdPs, p.PmdPs)
		set(&x.PdlDb, p.PdlDb)
		if p.BandTHz != nil {
			x.Band = models.Band{Lower: mhz(p.BandTHz[0]), Upper: mhz(p.BandTHz[1])}
		}
		out = append(out, x)
	}
	return append(out, whole)
}

// FilterGuard is by how much a passage through the switch narrows what a signal
// may fill of its slot.
func (d *Device) FilterGuard() models.Frequency {
	if s := d.Spec.Switch; s != nil && s.FilterGuardGHz != nil {
		return models.Frequency(math.Round(*s.FilterGuardGHz * 1000))
	}
	return 0
}

// named says whether a path names a port.
func named(p intents.SwitchPath) int {
	if p.From != "" || p.To != "" {
		return 1
	}
	return 0
}

func set(to *float64, value *float64) {
	if value != nil {
		*to = *value
	}
}

func mhz(thz float64) models.Frequency {
	return models.Frequency(math.Round(thz * 1e6))
}
