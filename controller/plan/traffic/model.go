package traffic

import (
	"slices"

	"github.com/waveplane/waveplane/controller/plan/spectrum"
)

// Limits of a scenario.
const (
	MaxSlots   = spectrum.Granules
	MaxLinks   = 1 << 20
	MaxHops    = 1 << 28 // links of all routes together
	MaxClasses = 1 << 16
	MaxWeight  = 1e12
)

// Model is a Scenario made ready. It never changes.
type Model struct {
	slots, links int
	words        int     // of a link
	tail         uint64  // the bits of a link's last word that are no slots
	pairs        []int32 // pair p has routes pairs[p] to pairs[p+1]-1
	routes       []route
	hops         []int32 // the links of all routes, as the place of their first word
	classes      int
	needs        []span   // of tier t and class c at t*classes+c
	widths       []uint16 // what the spans are of
	gbps         []float64
	byPair       *lottery
	byClass      *lottery
}

// route is links hops[first:last] and what of the classes' options reaches that
// far.
type route struct {
	first, last int32
	tier        int32
}

type span struct{ first, last int32 }

// Compile checks a scenario and makes a model of it. The error joins one error
// per mistake. The scenario may be changed afterwards.
func Compile(s Scenario) (*Model, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	m := &Model{
		slots:   s.Network.Slots,
		links:   len(s.Network.Links),
		words:   (s.Network.Slots + 63) / 64,
		classes: len(s.Classes),
	}
	if r := m.slots % 64; r != 0 {
		m.tail = ^uint64(0) << r
	}
	reaches := m.tiers(s.Classes)
	weights := make([]float64, len(s.Pairs))
	for i, p := range s.Pairs {
		weights[i] = p.Weight
		m.pairs = append(m.pairs, int32(len(m.routes)))
		for _, links := range p.Routes {
			r, km := route{first: int32(len(m.hops))}, 0.0
			for _, l := range links {
				km += s.Network.Links[l].Km
				m.hops = append(m.hops, int32(l*m.words))
			}
			r.last = int32(len(m.hops))
			tier, _ := slices.BinarySearch(reaches, km)
			r.tier = int32(tier)
			m.routes = append(m.routes, r)
		}
	}
	m.pairs = append(m.pairs, int32(len(m.routes)))
	m.byPair = newLottery(weights)
	weights = weights[:0]
	for _, c := range s.Classes {
		weights = append(weights, c.Weight)
		m.gbps = append(m.gbps, c.Gbps)
	}
	m.byClass = newLottery(weights)
	return m, nil
}

// tiers works out, for every length of route that makes a difference, the
// widths that each class tries there. Tier t holds the routes that are longer
// than reach t-1 and not longer than reach t of the reaches returned.
//
// A width that is not below one tried before on the same route cannot fit
// where that one did not, and is left out. What is tried stays what it was:
// mostly a single width.
func (m *Model) tiers(classes []Class) (reaches []float64) {
	for _, c := range classes {
		for _, o := range c.Options {
			reaches = append(reaches, o.ReachKm)
		}
	}
	slices.Sort(reaches)
	reaches = slices.Compact(reaches)
	for t := range len(reaches) + 1 {
		for _, c := range classes {
			need, least := span{first: int32(len(m.widths))}, m.slots+1
			for _, o := range c.Options {
				if t < len(reaches) && o.ReachKm >= reaches[t] && o.Slots < least {
					least = o.Slots
					m.widths = append(m.widths, uint16(least))
				}
			}
			need.last = int32(len(m.widths))
			m.needs = append(m.needs, need)
		}
	}
	return reaches
}
