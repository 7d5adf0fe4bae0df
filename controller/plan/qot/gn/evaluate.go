package gn

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	blasimpl "gonum.org/v1/gonum/blas/gonum"
)

// Evaluation is what becomes of a comb on a line: total powers after every
// element, and the noise that is added on the way. It is also the workspace:
// run again, it reuses its memory, and once warm the analytic model without
// Raman scattering allocates nothing. It is for one goroutine at a time.
type Evaluation struct {
	solver *Solver
	line   *Line
	columns
	digest digest
	shared bool // the comb is one of NewComb: kernels come from the cache

	entrance []float64
	power    table       // after each element, W
	x        table       // per noise step: noise added over power after it
	y        table       // per span: (effective length × power)², m² W²
	readings []reading   // per amplifier
	ase, nli []float64   // shares at the exit of light that enters clean
	kernels  []*kernel   // per fibre type of the line
	own      []kernel    // memory of kernels that do not come from the cache
	carriers [][]carrier // per fibre type: the channels in it

	row, gains []float64 // of one element at a time
	trial      *Trial
}

// reading is what an amplifier does.
type reading struct {
	gainDb, nfDb float64
	total        float64 // at its input, W
}

// NewEvaluation returns an empty workspace.
func (s *Solver) NewEvaluation() *Evaluation { return &Evaluation{solver: s} }

// Run evaluates a comb on a line. Entrance is the total power of every channel
// at the beginning of the line in W, noise included; nil stands for the comb's
// launch powers.
//
// The interference, the noise and the saturation of amplifiers depend on total
// powers only, so what Run finds holds whatever the noise of the light that
// enters; see Transfer. An error names element and channel and leaves the
// evaluation empty.
func (e *Evaluation) Run(line *Line, comb *Comb, entrance []float64) error {
	e.line = nil
	if line == nil || comb == nil {
		return errors.New("evaluate: line or comb is missing")
	}
	if entrance == nil {
		entrance = comb.launch
	}
	if len(entrance) != comb.Len() {
		return fmt.Errorf("evaluate: %d entrance powers for %d channels", len(entrance), comb.Len())
	}
	e.columns.take(&comb.columns)
	e.digest, e.shared = comb.digest, true
	e.entrance = append(e.entrance[:0], entrance...)
	if err := e.run(line); err != nil {
		return fmt.Errorf("evaluate: %w", err)
	}
	return nil
}

func (e *Evaluation) run(line *Line) error {
	e.line = nil
	for i, p := range e.entrance {
		if !(p > 0 && p < 1e6) {
			return fmt.Errorf("%s enters with %g W; give a power above 0", e.Channel(i).Name(), p)
		}
	}
	n := e.Len()
	e.power.shape(len(line.elements), n)
	e.x.shape(len(line.steps), n)
	e.y.shape(line.spans, n)
	e.row, e.gains = resize(e.row, n), resize(e.gains, n)
	if cap(e.readings) < line.amps {
		e.readings = make([]reading, line.amps)
	}
	e.readings = e.readings[:line.amps]
	if err := e.prepare(line); err != nil {
		return err
	}
	in := e.entrance
	for k := range line.elements {
		out := e.power.row(k)
		if err := e.pass(&line.elements[k], in, out); err != nil {
			return fmt.Errorf("element %d %q: %w", k+1, line.elements[k].name, err)
		}
		in = out
	}
	clear(e.kernels) // the cache decides how long they live
	for i, p := range in {
		if !(p > 0) || math.IsInf(p, 1) {
			return fmt.Errorf("the %s leaves the line with %g W; put amplifiers or less loss into it, or limit their output", e.Channel(i).Name(), p)
		}
	}
	e.line = line
	e.ase, e.nli = resize(e.ase, n), resize(e.nli, n)
	e.share(e.ase, e.nli, len(line.steps))
	return nil
}

// prepare fetches the kernels.
func (e *Evaluation) prepare(line *Line) error {
	e.kernels = e.kernels[:0]
	if e.solver.model.Method != Analytic {
		return nil // they belong to spans
	}
	for len(e.own) < len(line.fibres) {
		e.own = append(e.own, kernel{})
	}
	for i, f := range line.fibres {
		if !e.shared {
			if err := e.own[i].fill(f, &e.columns); err != nil {
				return err
			}
			e.keep(i, &e.own[i])
			continue
		}
		key := cacheKey{kind: kindAnalytic, fibre: f.digest, comb: e.digest}
		k := e.solver.cache.peek(&key)
		if k == nil {
			var err error
			if k, err = e.analyticKernel(key, f); err != nil {
				return err
			}
		}
		e.keep(i, k)
	}
	return nil
}

// keep notes a kernel, and the channels in its fibre type where Add can change
// them.
func (e *Evaluation) keep(i int, k *kernel) {
	e.kernels = append(e.kernels, k)
	if i == len(e.carriers) {
		e.carriers = append(e.carriers, nil)
	}
	e.carriers[i] = append(e.carriers[i][:0], k.carriers...)
}

func (e *Evaluation) analyticKernel(key cacheKey, f *fibre) (*kernel, error) {
	return e.solver.cache.get(key, func() (*kernel, error) {
		k := &kernel{}
		return k, k.fill(f, &e.columns)
	})
}

func (e *Evaluation) pass(el *element, in, out []float64) error {
	switch {
	case el.span != nil:
		return e.passFibre(el, in, out)
	case el.sw != nil:
		return e.passSwitch(el.sw, in, out)
	case el.bank:
		return e.passBank(el, in, out)
	case len(el.amps) > 0:
		return e.amplify(&el.amps[0], 0, e.Len(), in, out, e.x.row(el.step))
	}
	for i, p := range in {
		out[i] = p * el.factor
	}
	return nil
}

func (e *Evaluation) passSwitch(s *Switch, in, out []float64) error {
	for i, p := range in {
		f, ok := s.figures(e.centre[i])
		if !ok {
			return fmt.Errorf("the switch has no figures for the %s; extend its frequency ranges", e.Channel(i).Name())
		}
		if f.MinLossDb > 0 {
			p *= Linear(-f.MinLossDb)
		}
		out[i] = p
	}
	if s.Target.Kind == PerChannel {
		level := s.Target.watt(0, 0)
		for i, p := range out {
			out[i] = min(p, level*e.offset[i])
		}
		return nil
	}
	for i, p := range out {
		out[i] = min(p, s.Target.watt(e.rate[i], e.slot[i])*e.offset[i])
	}
	return nil
}

func (e *Evaluation) passFibre(el *element, in, out []float64) error {
	s := el.span
	x := e.x.row(el.step)
	if e.solver.model.Method != Analytic || e.raman(s) {
		return e.passFibreNumerical(el, in, out)
	}
	k := e.kernels[s.index]
	carriers := k.carriers
	y := e.y.row(s.number)
	if s.transmission > 0 {
		through := s.transmission * s.in * s.out
		reach2 := s.reach2 * s.in * s.in
		for i, p := range in {
			y[i] = reach2 * p * p
			out[i] = p * through
		}
	} else {
		for i, p := range in {
			transmission, reach2 := s.plain(carriers[i].alpha)
			p *= s.in
			y[i] = reach2 * p * p
			out[i] = p * transmission * s.out
		}
	}
	k.apply(y, x)
	return e.sane(x)
}

// apply multiplies: x = eta y.
func (k *kernel) apply(y, x []float64) {
	rows := len(k.eta) / k.n
	blasimpl.Implementation{}.Dgemv(blas.NoTrans, rows, k.n, 1, k.eta, k.n, y, 1, 0, x, 1)
}

// raman tells whether light in a span exchanges power by Raman scattering.
func (e *Evaluation) raman(s *span) bool {
	return len(s.Pumps) > 0 || e.solver.model.Raman && s.fibre.Raman != nil
}

// sane refuses interference that exceeds the power it is taken out of: the
// model is one of small perturbations.
func (e *Evaluation) sane(x []float64) error {
	for i, r := range x {
		if !(r < 1) {
			return fmt.Errorf("nonlinear noise of the %s would be %.3g times its power; lower the power into the fibre", e.Channel(i).Name(), r)
		}
	}
	return nil
}

// share works out the shares of noise that light gathers over the first steps.
func (e *Evaluation) share(ase, nli []float64, steps int) {
	clear(ase)
	clear(nli)
	for s := range steps {
		x := e.x.row(s)
		if e.line.steps[s] == interference {
			gather(x, nli, ase)
		} else {
			gather(x, ase, nli)
		}
	}
}

// gather adds noise of one kind: all that was there shrinks by the share x that
// the new noise takes.
func gather(x, grows, shrinks []float64) {
	grows = grows[:len(x)]
	shrinks = shrinks[:len(x)]
	for i, r := range x {
		keep := 1 - r
		grows[i] = grows[i]*keep + r
		shrinks[i] *= keep
	}
}

// Powers are the total powers of all channels after an element, in W. The slice
// is valid until the evaluation changes.
func (e *Evaluation) Powers(element int) []float64 { return e.power.row(element) }

// Shares are the parts of a channel's power after an element if it entered the
// line clean; they sum to 1.
func (e *Evaluation) Shares(element, channel int) (signal, ase, nli float64) {
	end := len(e.line.steps)
	if element+1 < len(e.line.elements) {
		end = e.line.elements[element+1].step
	}
	for s := range end {
		r := e.x.row(s)[channel]
		ase *= 1 - r
		nli *= 1 - r
		if e.line.steps[s] == interference {
			nli += r
		} else {
			ase += r
		}
	}
	return 1 - ase - nli, ase, nli
}

// Gain is the gain in dB that an amplifier applies (of the amplifier of a bank
// whose band holds the channel), and its noise figure for that channel; false
// if the element amplifies no such channel. Attenuators do not count.
func (e *Evaluation) Gain(element, channel int) (gainDb, noiseFigureDb float64, ok bool) {
	for i := range e.line.elements[element].amps {
		a := &e.line.elements[element].amps[i]
		if e.line.elements[element].bank && !a.holds(&e.columns, channel) {
			continue
		}
		r := e.readings[a.number]
		return r.gainDb, r.nfDb + evenly(a.NoiseRippleDb, a.LoHz, a.HiHz, e.centre[channel]), true
	}
	return 0, math.Inf(-1), false
}
