package pathrequest

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
)

const (
	// maxChannels bounds a comb: its kernels grow with the square.
	maxChannels = 2048
	// keptBytes bounds what is kept of earlier requests, kernels not counted.
	keptBytes = 128 << 20
)

// comb says which channels are lit: one every spacing above lo, up to hi.
type comb struct{ lo, hi, spacing, rate, rollOff, launch, offset float64 }

// key names a comb and the bands it must fit into.
func (c *comb) key(buffer []byte, bands []band) []byte {
	for _, v := range [...]float64{c.lo, c.hi, c.spacing, c.rate, c.rollOff, c.launch, c.offset} {
		buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(v))
	}
	for _, b := range bands {
		buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(b.lo))
		buffer = binary.LittleEndian.AppendUint64(buffer, math.Float64bits(b.hi))
	}
	return buffer
}

// build makes the channels whose slots lie within one of the bands.
func (c *comb) build(bands []band) (*gn.Comb, error) {
	count := math.Floor((c.hi - c.lo) / c.spacing)
	if !(count >= 1 && count <= maxChannels) {
		return nil, fmt.Errorf("a comb from %g to %g Hz every %g Hz has %g channels; let it have 1 to %d", c.lo, c.hi, c.spacing, count, maxChannels)
	}
	var channels []gn.Channel
	for i := range int(count) {
		ch := gn.Channel{CentreHz: c.lo + float64(i+1)*c.spacing, SymbolRate: c.rate, SlotHz: c.spacing, RollOff: c.rollOff, LaunchDbm: c.launch, OffsetDb: c.offset}
		held := bands == nil
		for _, b := range bands {
			held = held || ch.CentreHz-c.spacing/2 >= b.lo && ch.CentreHz+c.spacing/2 <= b.hi
		}
		if held {
			channels = append(channels, ch)
		}
	}
	if len(channels) == 0 {
		return nil, fmt.Errorf("no channel of a comb from %g to %g Hz is within the bands of all amplifiers; choose another comb or route", c.lo, c.hi)
	}
	return gn.NewComb(channels)
}

// lit is a comb that was built.
type lit struct {
	*gn.Comb
	launch []float64 // W
}

// passage is what a line does to a comb that enters with certain powers. It
// holds, to the last bit, for all light that enters with these powers, whatever
// noise is in it.
type passage struct {
	entrance, exit []float64 // W
	transfers      []gn.Transfer
}

type passageKey struct {
	line *gn.Line
	comb *lit
}

// crossing is a way through a wavelength switch: from one stretch into another.
type crossing struct{ from, to int }

// lighting propagates combs over ways. It keeps kernels of fibre types and
// combs, and the passages of lines, from one request to the next.
type lighting struct {
	network   *Network
	forget    bool
	solver    *gn.Solver
	work      *gn.Evaluation
	crossings map[crossing]*gn.Line
	combs     map[string]*lit
	passages  map[passageKey]*passage
	kept      int
	key       []byte
}

func newLighting(n *Network, forget bool) (*lighting, error) {
	l := &lighting{network: n, forget: forget, crossings: map[crossing]*gn.Line{}}
	return l, l.reset()
}

// reset forgets all that was kept.
func (l *lighting) reset() error {
	solver, err := gn.NewSolver(l.network.model, 0)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	l.solver, l.work = solver, solver.NewEvaluation()
	l.combs, l.passages, l.kept = map[string]*lit{}, map[passageKey]*passage{}, 0
	return nil
}

// way is a route as light takes it.
type way struct {
	stretches []int
	lines     []*gn.Line
	bands     []band
	comb      comb
	transfers []gn.Transfer // of comb; none yet
}

// wayOver strings the lines of stretches and switches together.
func (l *lighting) wayOver(stretches []int) (*way, error) {
	w := &way{stretches: stretches, lines: make([]*gn.Line, 0, 2*len(stretches))}
	for i, s := range stretches {
		if i > 0 {
			line, err := l.cross(crossing{stretches[i-1], s})
			if err != nil {
				return nil, err
			}
			w.lines = append(w.lines, line)
		}
		at := &l.network.stretches[s]
		if at.line != nil {
			w.lines = append(w.lines, at.line)
		}
		if at.bands != nil && !slices.Equal(w.bands, at.bands) {
			w.bands = common(w.bands, at.bands)
			if len(w.bands) == 0 {
				return nil, fault(fmt.Sprintf("route by way of %q", at.from), "include or exclude other elements", "its amplifiers have no band in common")
			}
		}
	}
	return w, nil
}

// cross is the line of a way through a switch.
func (l *lighting) cross(c crossing) (*gn.Line, error) {
	if line, known := l.crossings[c]; known {
		return line, nil
	}
	n := l.network
	before, behind := &n.stretches[c.from], &n.stretches[c.to]
	from, to := before.last(), behind.next()
	pathType := pathExpress
	switch {
	case n.elements[from].Type == typeTransceiver:
		pathType = pathAdd
	case n.elements[to].Type == typeTransceiver:
		pathType = pathDrop
	}
	part, err := n.parts.roadm(n.elements[behind.from], from, to, pathType)
	if err != nil {
		return nil, err
	}
	line, err := gn.Compile(part)
	if err != nil {
		return nil, err
	}
	l.crossings[c] = line
	return line, nil
}

// shine propagates a comb over a way. The transfers are those of the whole way,
// and valid until the next call.
func (l *lighting) shine(w *way, c comb) ([]gn.Transfer, error) {
	if w.transfers != nil && w.comb == c {
		return w.transfers, nil
	}
	if l.forget || l.kept > keptBytes {
		if err := l.reset(); err != nil {
			return nil, err
		}
	}
	l.key = c.key(l.key[:0], w.bands)
	lit, err := l.light(&c, w.bands)
	if err != nil {
		return nil, err
	}
	total := slices.Grow(w.transfers[:0], lit.Len())[:lit.Len()]
	clear(total)
	powers := lit.launch
	for i := range total {
		total[i].PowerW = powers[i]
	}
	for _, line := range w.lines {
		passed, err := l.pass(line, lit, powers)
		if err != nil {
			return nil, err
		}
		powers = passed.exit
		for i := range total {
			total[i] = total[i].Then(passed.transfers[i])
		}
	}
	w.comb, w.transfers = c, total
	return total, nil
}

func (l *lighting) light(c *comb, bands []band) (*lit, error) {
	if known, ok := l.combs[string(l.key)]; ok {
		return known, nil
	}
	built, err := c.build(bands)
	if err != nil {
		return nil, err
	}
	made := &lit{Comb: built, launch: make([]float64, built.Len())}
	for i := range made.launch {
		made.launch[i] = gn.Watt(c.launch)
	}
	l.combs[string(l.key)] = made
	l.kept += 128 * built.Len()
	return made, nil
}

// pass is the passage of a line; the one kept if powers at the entrance are the
// same as then. They are as long as switches level all channels.
func (l *lighting) pass(line *gn.Line, comb *lit, entrance []float64) (*passage, error) {
	key := passageKey{line, comb}
	p, known := l.passages[key]
	if known && slices.Equal(p.entrance, entrance) {
		return p, nil
	}
	if err := l.work.Run(line, comb.Comb, entrance); err != nil {
		return nil, err
	}
	n := comb.Len()
	if !known {
		p = &passage{}
		l.passages[key] = p
		l.kept += n * (2*8 + 72)
	}
	// Not in the memory of the old one: a way may still stand on its powers.
	p.entrance = slices.Clone(entrance)
	p.exit = slices.Clone(l.work.Powers(line.Len() - 1))
	p.transfers = make([]gn.Transfer, n)
	for i := range p.transfers {
		p.transfers[i] = l.work.Transfer(i)
	}
	return p, nil
}
