package gn

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Trial is a comb with one channel more, on the line of an evaluation that
// itself stays as it is. It is valid until the evaluation is run, added to or
// asked to try again.
type Trial struct {
	// Index is the candidate's place among the channels. Channels from there
	// on have an index greater by one than in the evaluation.
	Index int

	base    *Evaluation
	again   *Evaluation // evaluated as a whole
	whole   bool        // again counts, and not what follows
	channel Channel
	enters  float64

	power, x, y []float64   // of the candidate: per element, per noise step, per span
	totals      []float64   // per amplifier: what it adds to the total input
	column, row [][]float64 // per fibre type: kernel against and from each channel
	self        []float64   // per fibre type
	carriers    []carrier   // per fibre type: the candidate in it
	ase, nli    []float64   // shares of the channels of the evaluation
	own         [2]float64  // shares of the candidate
}

// Try says what would become of all channels if one more entered the line with
// a power in W. Only what changes is worked out: as long as no amplifier on the
// line runs at its limit of power, has tilt or ripple, or a noise figure that
// depends on its load, the candidate changes nothing but interference. In all
// other cases, and with numerical models or Raman scattering, the line is
// evaluated anew; Whole tells.
//
// An error says why the candidate does not fit, as NewComb and Run do.
func (e *Evaluation) Try(candidate Channel, power float64) (*Trial, error) {
	if e.line == nil {
		return nil, errors.New("try: nothing has been evaluated; call Run first")
	}
	at, err := e.columns.place(candidate)
	if err != nil {
		return nil, fmt.Errorf("try: %w", err)
	}
	if !(power > 0 && power < 1e6) {
		return nil, fmt.Errorf("try: %s enters with %g W; give a power above 0", candidate.Name(), power)
	}
	if e.trial == nil {
		e.trial = &Trial{base: e}
	}
	t := e.trial
	t.Index, t.channel, t.enters, t.whole = at, candidate, power, false
	alone, err := t.follow()
	if err != nil {
		return nil, fmt.Errorf("try: %w", err)
	}
	if alone {
		return t, t.settle()
	}
	if t.again == nil {
		t.again = e.solver.NewEvaluation()
	}
	t.whole = true
	a := t.again
	a.columns.take(&e.columns)
	a.columns.insert(at, candidate)
	a.shared = false
	a.entrance = append(a.entrance[:0], e.entrance...)
	a.entrance = slices.Insert(a.entrance, at, power)
	if err := a.run(e.line); err != nil {
		return nil, fmt.Errorf("try: %w", err)
	}
	return t, nil
}

// Whole tells whether the line had to be evaluated anew.
func (t *Trial) Whole() bool { return t.whole }

// Len is the number of channels, the candidate included.
func (t *Trial) Len() int { return t.base.Len() + 1 }

// Transfer is that of the whole line for a channel, with the candidate there.
func (t *Trial) Transfer(channel int) Transfer {
	if t.whole {
		return t.again.Transfer(channel)
	}
	if channel == t.Index {
		r := t.base.line.passive(t.channel.CentreHz, t.channel.SlotHz)
		r.PowerW = t.enters
		if n := len(t.power); n > 0 {
			r.PowerW = t.power[n-1]
		}
		r.AseShare, r.NliShare = t.own[0], t.own[1]
		return r
	}
	if channel > t.Index {
		channel--
	}
	r := t.base.Transfer(channel)
	r.AseShare, r.NliShare = t.ase[channel], t.nli[channel]
	return r
}

// Noise is the share of ASE and NLI that a channel gathers over the line: the
// part of Transfer that a candidate changes on a line with power to spare.
func (t *Trial) Noise(channel int) (ase, nli float64) {
	switch {
	case t.whole:
		return t.again.ase[channel], t.again.nli[channel]
	case channel == t.Index:
		return t.own[0], t.own[1]
	case channel > t.Index:
		channel--
	}
	return t.ase[channel], t.nli[channel]
}

// follow takes the candidate along the line by itself. It reports false when
// the other channels' powers or amplifier noise would change.
func (t *Trial) follow() (alone bool, err error) {
	e, line := t.base, t.base.line
	if e.solver.model.Method != Analytic {
		return false, nil
	}
	t.power, t.x = resize(t.power, len(line.elements)), resize(t.x, len(line.steps))
	t.y, t.totals = resize(t.y, line.spans), resize(t.totals, line.amps)
	clear(t.totals)
	if err := t.kernels(); err != nil {
		return false, err
	}
	p := t.enters
	hz, slot := t.channel.CentreHz, t.channel.SlotHz
	offset, quantum := Linear(t.channel.OffsetDb), planck*hz*t.channel.SymbolRate
	for k := range line.elements {
		el := &line.elements[k]
		switch {
		case el.span != nil:
			if e.raman(el.span) {
				return false, nil
			}
			p = t.pass(el.span, el.step, p)
		case el.sw != nil:
			f, ok := el.sw.figures(hz)
			if !ok {
				return false, fmt.Errorf("element %d %q: the switch has no figures for the %s; extend its frequency ranges", k+1, el.name, t.channel.Name())
			}
			if f.MinLossDb > 0 {
				p *= Linear(-f.MinLossDb)
			}
			p = min(p, el.sw.Target.watt(t.channel.SymbolRate, slot)*offset)
		case len(el.amps) > 0:
			a := el.holder(hz, slot)
			if a == nil {
				return false, fmt.Errorf("element %d %q: %w", k+1, el.name, outOfBand(t.channel, "is outside the amplifier's band"))
			}
			p *= a.in
			total := e.readings[a.number].total + p
			if a.shaped || a.Stage.reads() || total*a.gain > a.limit*a.out {
				return false, nil
			}
			t.totals[a.number] = p
			ase := quantum * a.noise
			if a.noiseVar {
				ase *= Linear(evenly(a.NoiseRippleDb, a.LoHz, a.HiHz, hz))
			}
			p += ase
			t.x[el.step] = ase / p
			p *= a.gain
		default:
			p *= el.factor
		}
		t.power[k] = p
	}
	if !(p > 0) || math.IsInf(p, 1) {
		return false, fmt.Errorf("the %s leaves the line with %g W; put amplifiers or less loss into it, or limit their output", t.channel.Name(), p)
	}
	return true, nil
}

// holder is the amplifier whose band holds a slot.
func (el *element) holder(hz, slot float64) *amp {
	for i := range el.amps {
		if el.amps[i].within(hz, slot) {
			return &el.amps[i]
		}
	}
	return nil
}

// kernels works out the candidate's row and column for every fibre type.
func (t *Trial) kernels() error {
	e := t.base
	for len(t.row) < len(e.line.fibres) {
		t.row, t.column = append(t.row, nil), append(t.column, nil)
	}
	t.self, t.carriers = t.self[:0], t.carriers[:0]
	for f, fibre := range e.line.fibres {
		m, err := fibre.medium(t.channel.CentreHz)
		if err != nil {
			return err
		}
		own := carrier{m, t.channel.CentreHz, t.channel.SymbolRate}
		t.carriers = append(t.carriers, own)
		t.self = append(t.self, own.gamma2*pair(&own, &own, true))
		row, column := resize(t.row[f], e.Len()), resize(t.column[f], e.Len())
		t.row[f], t.column[f] = row, column
		for j := range e.carriers[f] {
			other := &e.carriers[f][j]
			eta := pair(other, &own, false)
			column[j] = other.gamma2 * eta
			if !fibre.flat || other.rate != own.rate {
				eta = pair(&own, other, false)
			}
			row[j] = own.gamma2 * eta
		}
	}
	return nil
}

// pass takes the candidate through a fibre.
func (t *Trial) pass(s *span, step int, p float64) float64 {
	p *= s.in
	transmission, reach2 := s.transmission, s.reach2
	if transmission == 0 {
		transmission, reach2 = s.plain(t.carriers[s.index].alpha)
	}
	y := reach2 * p * p
	t.y[s.number] = y
	t.x[step] = t.self[s.index]*y + dot(t.row[s.index], t.base.y.row(s.number))
	return p * transmission * s.out
}

// settle works out the shares at the exit.
func (t *Trial) settle() error {
	e := t.base
	n := e.Len()
	t.ase, t.nli = resize(t.ase, n), resize(t.nli, n)
	clear(t.ase)
	clear(t.nli)
	ase, nli := 0.0, 0.0
	for k := range e.line.elements {
		el := &e.line.elements[k]
		switch {
		case el.span != nil:
			x := t.x[el.step]
			if !gatherMore(e.x.row(el.step), t.column[el.span.index], t.y[el.span.number], t.nli, t.ase) || !(x < 1) {
				return fmt.Errorf("try: element %d %q: nonlinear noise would exceed a channel's power; lower the power into the fibre", k+1, el.name)
			}
			ase, nli = ase*(1-x), nli*(1-x)+x
		case len(el.amps) > 0:
			x := t.x[el.step]
			gather(e.x.row(el.step), t.ase, t.nli)
			ase, nli = ase*(1-x)+x, nli*(1-x)
		}
	}
	t.own = [2]float64{ase, nli}
	return nil
}

// gatherMore is gather with interference raised by y times the column of the
// channel that causes it. It reports false if that exceeds the power of one.
func gatherMore(x, column []float64, y float64, grows, shrinks []float64) bool {
	grows = grows[:len(x)]
	shrinks = shrinks[:len(x)]
	column = column[:len(x)]
	small := true
	for i, r := range x {
		r += column[i] * y
		keep := 1 - r
		grows[i] = grows[i]*keep + r
		shrinks[i] *= keep
		small = small && r < 1
	}
	return small
}

// dot is the sum of products, in four sums that do not wait for each other.
func dot(a, b []float64) float64 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}
