package gnpy

import (
	"reflect"

	"github.com/waveplane/waveplane/intents"
)

// merged joins an element of one direction with the one that mirrors it in the
// other, when they are of a kind: the same fibre, type of amplifier or passive
// loss. What may differ is given for each way.
func merged(az, za intents.Span) (intents.Span, bool) {
	m := az
	m.Way = ""
	switch {
	case az.Amplifier != nil && za.Amplifier != nil:
		a, ok := mergedAmplifier(*az.Amplifier, *za.Amplifier)
		m.Amplifier = &a
		if m.Site == "" {
			m.Site = za.Site
		}
		return m, ok && (az.Site == "" || za.Site == "" || az.Site == za.Site)
	case az.PatchLossDb != nil && za.PatchLossDb != nil:
		m.PatchLossDb = &intents.PerWay{Az: az.PatchLossDb.Az, Za: za.PatchLossDb.Za}
		return m, az.Site == za.Site
	case az.Km > 0 && za.Km > 0:
		m.PadDb, m.ConnectorInDb, m.ConnectorOutDb = both(az.PadDb, za.PadDb), both(az.ConnectorInDb, za.ConnectorInDb), both(az.ConnectorOutDb, za.ConnectorOutDb)
		m.LossDb = both(az.LossDb, za.LossDb)
		return m, az.Km == za.Km && az.Fiber == za.Fiber && reflect.DeepEqual(az.Lumped, za.Lumped) && reflect.DeepEqual(az.Raman, za.Raman)
	}
	return m, false
}

func mergedAmplifier(az, za intents.AmpSpec) (intents.AmpSpec, bool) {
	if az.Bands == nil && za.Bands == nil {
		b, ok := mergedBand(intents.BandAmp{Type: az.Type, GainDb: az.GainDb, TiltDb: az.TiltDb, InVoaDb: az.InVoaDb, OutVoaDb: az.OutVoaDb},
			intents.BandAmp{Type: za.Type, GainDb: za.GainDb, TiltDb: za.TiltDb, InVoaDb: za.InVoaDb, OutVoaDb: za.OutVoaDb})
		return intents.AmpSpec{Type: b.Type, GainDb: b.GainDb, TiltDb: b.TiltDb, InVoaDb: b.InVoaDb, OutVoaDb: b.OutVoaDb}, ok
	}
	out := intents.AmpSpec{}
	if len(az.Bands) != len(za.Bands) {
		return out, false
	}
	for i := range az.Bands {
		b, ok := mergedBand(az.Bands[i], za.Bands[i])
		if !ok {
			return out, false
		}
		out.Bands = append(out.Bands, b)
	}
	return out, true
}

// mergedBand joins two amplifiers of a type; one with a gain of its own and one
// without stay apart.
func mergedBand(az, za intents.BandAmp) (intents.BandAmp, bool) {
	return intents.BandAmp{Type: az.Type, GainDb: both(az.GainDb, za.GainDb), TiltDb: both(az.TiltDb, za.TiltDb),
			InVoaDb: both(az.InVoaDb, za.InVoaDb), OutVoaDb: both(az.OutVoaDb, za.OutVoaDb)},
		az.Type == za.Type && (az.GainDb == nil) == (za.GainDb == nil)
}

func both(az, za *intents.PerWay) *intents.PerWay {
	if az == nil && za == nil {
		return nil
	}
	out := &intents.PerWay{}
	if az != nil {
		out.Az = az.Az
	}
	if za != nil {
		out.Za = za.Za
	}
	return out
}

// maxAlignment bounds the work of aligning two directions that differ.
const maxAlignment = 1 << 20

// aligned makes one list of elements from those of two directions, both in a→z
// order: as many as possible merged, the others in one way only, those of az
// first. The same two directions come out of the list again.
func aligned(az, za []intents.Span) []intents.Span {
	var out []intents.Span
	for len(az) > 0 && len(za) > 0 {
		m, ok := merged(az[0], za[0])
		if !ok {
			break
		}
		out, az, za = append(out, m), az[1:], za[1:]
	}
	if len(az)*len(za) > maxAlignment {
		return append(append(out, az...), za...)
	}
	// The longest common part of the rest, counted from its end.
	most := make([][]int, len(az)+1)
	for i := range most {
		most[i] = make([]int, len(za)+1)
	}
	for i := len(az) - 1; i >= 0; i-- {
		for j := len(za) - 1; j >= 0; j-- {
			most[i][j] = max(most[i+1][j], most[i][j+1])
			if _, ok := merged(az[i], za[j]); ok {
				most[i][j] = max(most[i][j], 1+most[i+1][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(az) && j < len(za) {
		m, ok := merged(az[i], za[j])
		switch {
		case ok && most[i][j] == 1+most[i+1][j+1]:
			out = append(out, m)
			i, j = i+1, j+1
		case most[i][j] == most[i+1][j]:
			out, i = append(out, az[i]), i+1
		default:
			out, j = append(out, za[j]), j+1
		}
	}
	return append(append(out, az[i:]...), za[j:]...)
}
