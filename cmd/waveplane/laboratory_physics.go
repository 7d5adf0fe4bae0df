package main

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/waveplane/waveplane/controller/plan/qot/gn"
	"github.com/waveplane/waveplane/drivers/sim/light"
)

// physicsName names a model of nonlinear noise that a laboratory may have. It is
// a flag; empty is the first of them.
type physicsName string

const (
	physicsGn         physicsName = "gn"
	physicsThirdOrder physicsName = "third-order"
)

// String returns the name.
func (n *physicsName) String() string { return string(*n) }

// Type is what help calls the flag's value.
func (n *physicsName) Type() string { return "model" }

// Set takes one of the names.
func (n *physicsName) Set(name string) error {
	switch physicsName(name) {
	case physicsGn, physicsThirdOrder:
		*n = physicsName(name)
		return nil
	}
	return fmt.Errorf("there are %s and %s", physicsGn, physicsThirdOrder)
}

// physics returns the model.
func (n *physicsName) physics() (light.Physics, error) {
	if *n == physicsThirdOrder {
		return light.ThirdOrder{}, nil
	}
	return newGaussianPhysics()
}

// gaussianPhysics computes the nonlinear noise of a laboratory's fibres by the
// planner's Gaussian-noise model in closed form. It is the formula that the two
// share and nothing else: fibres are the plant's, powers those of the
// laboratory's light, and everything linear is worked out by the laboratory.
//
// It is safe for concurrent use, one fibre at a time: all of them share one
// workspace.
type gaussianPhysics struct {
	solver *gn.Solver

	mu       sync.Mutex
	work     *gn.Evaluation
	combs    map[string]*gn.Comb // by the centres and symbol rates in them
	order    []int               // memory of one computation, as is what follows
	bands    []band
	key      []byte
	channels []gn.Channel
	powers   []float64
}

// band is the spectrum that one wave fills, or several that overlap.
type band struct {
	upper    float64 // edge, MHz
	wave     int     // the strongest
	strength float64 // of that one, mW
	power    float64 // of all, mW
	members  int
}

const (
	// labKernelBytes is how much memory the kernels of a laboratory may take.
	labKernelBytes = 32 << 20
	// labCombs is how many sets of channels are kept.
	labCombs = 512
	// faintest is the power in mW below which a wave plays no part.
	faintest = 1e-9
	// faint is the factor on powers for which noise is worked out. Nonlinear
	// noise over power grows with the square of all powers exactly, and for
	// faint light it stays within the bounds that the model is valid in however
	// strong the light of a laboratory may get.
	faint = 1e-3
	// noiseGHz is the bandwidth of 0.1 nm that noise is counted in.
	noiseGHz = 12.5
)

func newGaussianPhysics() (*gaussianPhysics, error) {
	solver, err := gn.NewSolver(gn.Model{}, labKernelBytes)
	if err != nil {
		return nil, err
	}
	return &gaussianPhysics{solver: solver, work: solver.NewEvaluation(), combs: map[string]*gn.Comb{}}, nil
}

// Nonlinear implements light.Physics.
func (p *gaussianPhysics) Nonlinear(f light.Fibre) (light.Nonlinear, error) {
	glass := f.GlassDbPerKm()
	fibre := gn.Fibre{Name: "fibre", Km: f.Km, Type: &gn.FibreType{
		Name: "as laid", LossDbPerKm: everywhere(f.LossTable, glass), DispersionPsNm: gn.Constant(f.DispersionPsNmKm), SlopePsNm2: f.DispersionSlope,
		AreaUm2: f.EffectiveAreaUm2, PmdPsPerSqrtKm: f.PmdPsPerSqrtKm, ReferenceHz: float64(f.Reference()) * 1e6,
	}}
	if len(f.DispersionTable) > 0 {
		fibre.Type.DispersionPsNm, fibre.Type.SlopePsNm2 = everywhere(f.DispersionTable, 0), nil
	}
	for _, l := range f.Lumped {
		fibre.Lumped = append(fibre.Lumped, gn.LumpedLoss{Km: l.AtKm, LossDb: l.LossDb})
	}
	line, err := gn.Compile(fibre)
	var fault *gn.ElementError
	if errors.As(err, &fault) {
		return nil, fmt.Errorf("the Gaussian-noise model cannot have it: %s; %s", fault.Problem, fault.Remedy)
	}
	if err != nil {
		return nil, err
	}
	return func(waves []light.Wave, noise []float64) { p.add(line, waves, noise) }, nil
}

// everywhere makes a table of the laboratory, which goes on at its ends, one
// that holds for all light; plus is added to all values.
func everywhere(table []light.Point, plus float64) gn.Curve {
	if len(table) == 0 {
		return gn.Constant(plus)
	}
	const lowest, highest = 10e12, 1000e12 // Hz
	first, last := table[0], table[len(table)-1]
	c := gn.Curve{Hz: []float64{lowest}, Value: []float64{first.Value + plus}}
	for _, row := range table {
		c.Hz, c.Value = append(c.Hz, float64(row.FrequencyMHz)*1e6), append(c.Value, row.Value+plus)
	}
	return gn.Curve{Hz: append(c.Hz, highest), Value: append(c.Value, last.Value+plus)}
}

// add is a light.Nonlinear. Waves that overlap count as one channel with the
// power of all: where the strongest is, and as wide as that one.
func (p *gaussianPhysics) add(line *gn.Line, waves []light.Wave, noise []float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	order := p.arrange(waves)
	if len(p.bands) == 0 {
		return
	}
	comb, err := p.comb(waves)
	if err == nil {
		p.powers = p.powers[:0]
		for _, b := range p.bands {
			p.powers = append(p.powers, b.power/1000*faint)
		}
		err = p.work.Run(line, comb, p.powers)
	}
	if err != nil {
		// The model has no answer: such light is of no use to anybody.
		for _, i := range order {
			noise[i] += perReference(&waves[i], 1)
		}
		return
	}
	for k, b := range p.bands {
		_, _, share := p.work.Shares(0, k)
		share = min(share/(faint*faint), 1) // no more noise than light
		for _, i := range order[:b.members] {
			noise[i] += perReference(&waves[i], share)
		}
		order = order[b.members:]
	}
}

// perReference is a share of a wave's power as noise in 0.1 nm.
func perReference(w *light.Wave, share float64) float64 {
	return w.TotalMw() * share * noiseGHz / w.BaudGBd
}

// arrange gathers the waves that have power in bands that do not overlap. It
// returns the waves in the order of the bands.
func (p *gaussianPhysics) arrange(waves []light.Wave) []int {
	p.order, p.bands = p.order[:0], p.bands[:0]
	for i := range waves {
		if waves[i].TotalMw() > faintest {
			p.order = append(p.order, i)
		}
	}
	half := func(i int) float64 { return waves[i].BaudGBd * 500 }
	lower := func(i int) float64 { return float64(waves[i].FrequencyMHz) - half(i) }
	slices.SortStableFunc(p.order, func(i, j int) int { return cmp.Compare(lower(i), lower(j)) })
	for _, i := range p.order {
		power, upper := waves[i].TotalMw(), lower(i)+2*half(i)
		if n := len(p.bands); n == 0 || lower(i) >= p.bands[n-1].upper {
			p.bands = append(p.bands, band{upper: upper, wave: i, strength: power, power: power, members: 1})
			continue
		}
		b := &p.bands[len(p.bands)-1]
		b.upper = max(b.upper, upper)
		b.power += power
		b.members++
		if power > b.strength {
			b.wave, b.strength = i, power
		}
	}
	return p.order
}

// comb returns the channels of the bands.
func (p *gaussianPhysics) comb(waves []light.Wave) (*gn.Comb, error) {
	p.key = p.key[:0]
	for _, b := range p.bands {
		w := &waves[b.wave]
		p.key = binary.LittleEndian.AppendUint64(p.key, uint64(w.FrequencyMHz))
		p.key = binary.LittleEndian.AppendUint64(p.key, uint64(w.BaudGBd*1e6))
	}
	if c := p.combs[string(p.key)]; c != nil {
		return c, nil
	}
	p.channels = p.channels[:0]
	for _, b := range p.bands {
		w := &waves[b.wave]
		p.channels = append(p.channels, gn.Channel{CentreHz: float64(w.FrequencyMHz) * 1e6, SymbolRate: w.BaudGBd * 1e9, SlotHz: w.BaudGBd * 1e9})
	}
	c, err := gn.NewComb(p.channels)
	if err != nil {
		return nil, err
	}
	if len(p.combs) >= labCombs {
		clear(p.combs)
	}
	p.combs[string(p.key)] = c
	return c, nil
}
