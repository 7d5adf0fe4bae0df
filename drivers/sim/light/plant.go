package light

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
)

// Direction of light along a link: AZ from its first end to its second.
type Direction int

// The directions.
const (
	AZ Direction = iota
	ZA
)

// String prints az or za.
func (d Direction) String() string {
	if d == ZA {
		return "za"
	}
	return "az"
}

// Plant is the truth about a network that the documents do not tell: how far
// each figure lies from what was written down. Every deviation is drawn from
// the seed and the thing's name, so that adding a device moves no other; the
// maps override single ones. The zero Plant, with Exact set, deviates nowhere.
//
// Spans deviate by a normal distribution of 0.5 dB, cut at ±1.5 dB, and the
// whole of a link and direction by no more than 2.2 dB, the dirty connector
// included: a plant worse than that fails acceptance, which is for tests to
// ask for by override (overrides are not clipped).
type Plant struct {
	Seed  uint64 `yaml:"seed"`
	Exact bool   `yaml:"exact,omitempty"` // no drawn deviations at all, and no noise in readings

	SpanLossDb map[string]float64 `yaml:"spanLossDb,omitempty"` // "link/span/az" → dB on top of the document
	// NoiseFigureDb is by "device/amplifier" or "link/element/az", of the first
	// of several side by side "link/element/az/1", in dB.
	NoiseFigureDb map[string]float64 `yaml:"noiseFigureDb,omitempty"`
	ReadingDb     map[string]float64 `yaml:"readingDb,omitempty"` // sensor → dB that it shows too much
	// DirtyConnector is "link/span/az"; DirtyDb its extra loss. Empty means
	// that the builder picks one by the seed.
	DirtyConnector string  `yaml:"dirtyConnector,omitempty"`
	DirtyDb        float64 `yaml:"dirtyDb,omitempty"`
	// SwappedPatches lists pairs of links whose second ends are exchanged.
	SwappedPatches [][2]string `yaml:"swappedPatches,omitempty"`
	// SharedRisks tells the true duct of a span, "link/span" → name, where it
	// differs from the document.
	SharedRisks map[string]string `yaml:"sharedRisks,omitempty"`
}

// Limits of what is drawn.
const (
	spanSigmaDb    = 0.5
	spanLimitDb    = 1.5
	sectionLimitDb = 2.2
	noiseSigmaDb   = 0.3
	noiseLimitDb   = 0.7
	sensorSigmaDb  = 0.12
	sensorLimitDb  = 0.3
	defaultDirtyDb = 0.8
)

// SpanLoss is what a span loses beyond its document, in dB.
type SpanLoss struct {
	FibreDb     float64 // along the fibre; may be negative
	ConnectorDb float64 // at the connector where light enters
}

// SectionLoss returns, for the spans of one link and direction in the order
// given, how many dB each loses more than documented. Only spans that stand in
// the direction belong in the list.
func (p *Plant) SectionLoss(link string, spans []string, d Direction) []SpanLoss {
	out := make([]SpanLoss, len(spans))
	var sum, dirty float64
	for i, s := range spans {
		if !p.Exact {
			out[i].FibreDb = p.draw("span/"+spanKey(link, s, d), spanSigmaDb, spanLimitDb)
		}
		if p.DirtyConnector == spanKey(link, s, d) {
			dirty = p.DirtyDb
			if dirty == 0 {
				dirty = defaultDirtyDb
			}
			out[i].ConnectorDb = dirty
		}
		sum += out[i].FibreDb + out[i].ConnectorDb
	}
	if limit := max(sectionLimitDb, dirty); math.Abs(sum) > limit {
		for i := range out {
			out[i].FibreDb *= limit / math.Abs(sum)
			out[i].ConnectorDb *= limit / math.Abs(sum)
		}
	}
	for i, s := range spans {
		if v, ok := p.SpanLossDb[spanKey(link, s, d)]; ok {
			out[i] = SpanLoss{FibreDb: v}
		}
	}
	return out
}

// PickDirty chooses the dirty connector among "link/span/az" keys when none is
// set. With Exact it chooses none.
func (p *Plant) PickDirty(keys []string) {
	if p.Exact || p.DirtyConnector != "" || len(keys) == 0 {
		return
	}
	sorted := slices.Sorted(slices.Values(keys))
	p.DirtyConnector = sorted[rng(p.Seed, "dirty").IntN(len(sorted))]
	p.DirtyDb = defaultDirtyDb
}

// NoiseFigure returns by how many dB the noise figure of the named amplifier
// is worse than its type's.
func (p *Plant) NoiseFigure(name string) float64 {
	if v, ok := p.NoiseFigureDb[name]; ok {
		return v
	}
	if p.Exact {
		return 0
	}
	return p.draw("nf/"+name, noiseSigmaDb, noiseLimitDb)
}

// Reading returns how many dB the named sensor shows too much.
func (p *Plant) Reading(sensor string) float64 {
	if v, ok := p.ReadingDb[sensor]; ok {
		return v
	}
	if p.Exact {
		return 0
	}
	return p.draw("sensor/"+sensor, sensorSigmaDb, sensorLimitDb)
}

// SpanKey names a span and direction as the plant's maps do.
func SpanKey(link, span string, d Direction) string { return spanKey(link, span, d) }

func spanKey(link, span string, d Direction) string { return link + "/" + span + "/" + d.String() }

// draw returns a normal deviate of the named thing, cut at ±limit.
func (p *Plant) draw(name string, sigma, limit float64) float64 {
	v := rng(p.Seed, name).NormFloat64() * sigma
	return max(-limit, min(limit, v))
}

func rng(seed uint64, name string) *rand.Rand {
	return rand.New(rand.NewPCG(seed, hash(name)))
}

func hash(s string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return h.Sum64()
}
