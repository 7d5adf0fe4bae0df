package sim

import (
	"cmp"
	"errors"
	"slices"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// No glass loses less, and none that carries light loses more: what a plant
// adds beyond that is at the far connector.
const (
	leastGlassDbPerKm = 0.1
	mostGlassDbPerKm  = 5.0
)

// fibre returns a fibre as one direction of light truly meets it.
func (b *sections) fibre(p place, d light.Direction, more light.SpanLoss) (light.Fibre, error) {
	if p.Raman != nil {
		return light.Fibre{}, errors.New("the laboratory has no model of Raman pumps; leave raman out, and let an amplifier of a hybrid type stand behind the fibre")
	}
	t, err := b.catalogue.Fibre(cmp.Or(p.Fiber, defaultFibre))
	if err != nil {
		return light.Fibre{}, err
	}
	f := light.Fibre{
		Km: p.Km, DispersionPsNmKm: t.DispersionPsNmKm, DispersionSlope: t.DispersionSlope, DispersionTable: table(t.DispersionTable, 0),
		LossTable:        table(t.LossTable, t.LossDbPerKm),
		EffectiveAreaUm2: t.EffectiveAreaUm2, PmdPsPerSqrtKm: t.PmdPsPerSqrtKm, ReferenceMHz: int64(t.ReferenceFrequency() / models.MHz),
	}
	f.InDb, f.OutDb = t.ConnectorDb, t.ConnectorDb
	if p.LossDb != nil { // connectors that nobody gives are somewhere in it
		f.InDb, f.OutDb = 0, 0
	}
	if p.ConnectorInDb != nil {
		f.InDb = perWay(p.ConnectorInDb, d)
	}
	if p.ConnectorOutDb != nil {
		f.OutDb = perWay(p.ConnectorOutDb, d)
	}
	f.InDb += perWay(p.PadDb, d)
	var lumped float64
	for _, l := range p.Lumped {
		at := l.AtKm
		if d == light.ZA {
			at = p.Km - at
		}
		switch {
		case at <= 0:
			f.InDb += l.LossDb
		case at >= p.Km:
			f.OutDb += l.LossDb
		default:
			f.Lumped = append(f.Lumped, light.Lumped{AtKm: at, LossDb: l.LossDb})
			lumped += l.LossDb
		}
	}
	slices.SortFunc(f.Lumped, func(a, b light.Lumped) int { return cmp.Compare(a.AtKm, b.AtKm) })
	glass := p.Km * t.LossDbPerKm
	if p.LossDb != nil {
		glass = perWay(p.LossDb, d) - f.InDb - f.OutDb - lumped
	}
	spoil(&f, glass, more)
	f.LossDb += lumped
	return mergeLumped(f), nil
}

// spoil makes the losses of a fibre those of the plant; glass is the
// document's loss of the glass. The whole deviates by as much as the plant says
// as long as the glass stays one.
func spoil(f *light.Fibre, glass float64, more light.SpanLoss) {
	least, most := min(leastGlassDbPerKm*f.Km, glass), max(mostGlassDbPerKm*f.Km, glass)
	f.InDb += more.ConnectorDb
	truth := glass + more.FibreDb
	if truth > most {
		f.OutDb += truth - most
		truth = most
	}
	if missing := least - truth; missing > 0 {
		truth = least
		for _, end := range []*float64{&f.OutDb, &f.InDb} {
			part := min(*end, missing)
			*end -= part
			missing -= part
		}
	}
	f.LossDb = f.InDb + f.OutDb + truth
}

// mergeLumped joins lumped losses at one place.
func mergeLumped(f light.Fibre) light.Fibre {
	var out []light.Lumped
	for _, l := range f.Lumped {
		if n := len(out); n > 0 && out[n-1].AtKm == l.AtKm {
			out[n-1].LossDb += l.LossDb
			continue
		}
		out = append(out, l)
	}
	f.Lumped = out
	return f
}

// table takes a table of the catalogue, less a figure.
func table(rows []catalogue.FrequencyPoint, less float64) []light.Point {
	var out []light.Point
	for _, r := range rows {
		out = append(out, light.Point{FrequencyMHz: int64(r.Frequency / models.MHz), Value: r.Value - less})
	}
	return out
}
