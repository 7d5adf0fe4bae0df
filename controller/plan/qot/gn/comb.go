package gn

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Channel is one channel of a comb.
type Channel struct {
	CentreHz   float64
	SymbolRate float64 // symbols per second; also the bandwidth that noise is counted in
	SlotHz     float64 // width of the slot, at least the symbol rate
	RollOff    float64 // of the raised-cosine shape, 0 to 1; matters to the generalised model only
	LaunchDbm  float64 // total power where the line begins, unless Run is told otherwise
	OffsetDb   float64 // added to the target of every wavelength switch
}

// Name is what errors call the channel: its centre in THz.
func (c Channel) Name() string { return fmt.Sprintf("channel at %.6g THz", c.CentreHz/1e12) }

func (c Channel) check() error {
	switch {
	case !finite(c.CentreHz, c.SymbolRate, c.SlotHz, c.RollOff, c.LaunchDbm, c.OffsetDb):
		return fmt.Errorf("%s: a figure is no number", c.Name())
	case c.CentreHz < 1e13 || c.CentreHz > 1e15:
		return fmt.Errorf("%s: the centre must be between 10 and 1000 THz; give it in Hz", c.Name())
	case c.SymbolRate <= 0:
		return fmt.Errorf("%s: symbol rate %g Bd must be above 0", c.Name(), c.SymbolRate)
	case c.SlotHz < c.SymbolRate:
		return fmt.Errorf("%s: a slot of %g GHz is narrower than %g GBd; widen the slot", c.Name(), c.SlotHz/1e9, c.SymbolRate/1e9)
	case c.RollOff < 0 || c.RollOff > 1:
		return fmt.Errorf("%s: roll-off %g must be from 0 to 1", c.Name(), c.RollOff)
	case math.Abs(c.LaunchDbm) > 60 || math.Abs(c.OffsetDb) > 60:
		return fmt.Errorf("%s: launch %g dBm with offset %g dB is out of range", c.Name(), c.LaunchDbm, c.OffsetDb)
	}
	return nil
}

// Comb is the set of channels that share a line, by rising frequency. It does
// not change once made.
type Comb struct {
	columns
	digest digest
}

// columns is a comb as a structure of arrays.
type columns struct {
	centre, rate, slot, roll []float64
	launch                   []float64 // W
	offset                   []float64 // factor on targets
	quantum                  []float64 // h f B: the noise power of a noise figure of 0 dB, W
}

// digest identifies a comb or a fibre type in the cache.
type digest [sha256.Size]byte

// NewComb makes a comb of at least one channel, given in any order. An error
// names the channel that has a bad figure or whose slot overlaps another's.
func NewComb(channels []Channel) (*Comb, error) {
	if len(channels) == 0 {
		return nil, fmt.Errorf("a comb needs at least one channel")
	}
	sorted := slices.Clone(channels)
	slices.SortStableFunc(sorted, func(a, b Channel) int {
		if a.CentreHz < b.CentreHz {
			return -1
		} else if a.CentreHz > b.CentreHz {
			return 1
		}
		return 0
	})
	c := &Comb{}
	c.grow(len(sorted))
	for i, ch := range sorted {
		if _, err := c.place(ch); err != nil {
			return nil, err
		}
		c.insert(i, ch)
	}
	c.digest = c.sum()
	return c, nil
}

// FullComb fills a band with equal channels: floor((hi-lo)/spacing) of them at
// lo + i spacing, counting i from 1, which is how the reference tool loads a
// line. Like gives everything but the centres.
func FullComb(lo, hi, spacing float64, like Channel) (*Comb, error) {
	const most = 10_000
	count := (hi - lo) / spacing
	if !(count >= 1 && count <= most) || spacing <= 0 {
		return nil, fmt.Errorf("a comb from %g to %g Hz every %g Hz: the band must hold from 1 to %d channels", lo, hi, spacing, most)
	}
	channels := make([]Channel, int(count))
	for i := range channels {
		channels[i] = like
		channels[i].CentreHz = lo + float64(i+1)*spacing
	}
	return NewComb(channels)
}

// Len is the number of channels.
func (c *columns) Len() int { return len(c.centre) }

// Channel returns a channel by its index in order of frequency.
func (c *columns) Channel(i int) Channel {
	return Channel{CentreHz: c.centre[i], SymbolRate: c.rate[i], SlotHz: c.slot[i], RollOff: c.roll[i],
		LaunchDbm: Dbm(c.launch[i]), OffsetDb: Decibel(c.offset[i])}
}

// place returns the index at which a channel belongs, or why it does not fit.
func (c *columns) place(ch Channel) (int, error) {
	if err := ch.check(); err != nil {
		return 0, err
	}
	at := sort.SearchFloat64s(c.centre, ch.CentreHz)
	for _, i := range []int{at - 1, at} {
		// A tenth of a kilohertz forgives centres that are not whole numbers.
		if i >= 0 && i < c.Len() && math.Abs(c.centre[i]-ch.CentreHz) < (c.slot[i]+ch.SlotHz)/2-100 {
			return 0, fmt.Errorf("%s: its slot of %g GHz overlaps that of the %s; move or remove one", ch.Name(), ch.SlotHz/1e9, c.Channel(i).Name())
		}
	}
	return at, nil
}

func (c *columns) insert(i int, ch Channel) {
	c.centre = slices.Insert(c.centre, i, ch.CentreHz)
	c.rate = slices.Insert(c.rate, i, ch.SymbolRate)
	c.slot = slices.Insert(c.slot, i, ch.SlotHz)
	c.roll = slices.Insert(c.roll, i, ch.RollOff)
	c.launch = slices.Insert(c.launch, i, Watt(ch.LaunchDbm))
	c.offset = slices.Insert(c.offset, i, Linear(ch.OffsetDb))
	c.quantum = slices.Insert(c.quantum, i, planck*ch.CentreHz*ch.SymbolRate)
}

func (c *columns) grow(n int) {
	for _, column := range c.all() {
		*column = slices.Grow(*column, n)
	}
}

// take copies another set of columns into this one's memory.
func (c *columns) take(from *columns) {
	src := from.all()
	for i, column := range c.all() {
		*column = append((*column)[:0], *src[i]...)
	}
}

func (c *columns) all() [7]*[]float64 {
	return [...]*[]float64{&c.centre, &c.rate, &c.slot, &c.roll, &c.launch, &c.offset, &c.quantum}
}

// sum identifies what kernels depend on.
func (c *columns) sum() digest {
	buffer := make([]byte, 0, 32*c.Len())
	for i := range c.centre {
		for _, v := range [...]float64{c.centre[i], c.rate[i], c.slot[i], c.roll[i]} {
			buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(v))
		}
	}
	return sha256.Sum256(buffer)
}

// spacing is the distance between neighbours if all are equally far from each
// other and equal in rate, and 0 otherwise.
func (c *columns) spacing() float64 {
	n := c.Len()
	if n < 2 {
		return 0
	}
	step := c.centre[1] - c.centre[0]
	for i := 1; i < n; i++ {
		if c.centre[i]-c.centre[i-1] != step || c.rate[i] != c.rate[0] {
			return 0
		}
	}
	return step
}
