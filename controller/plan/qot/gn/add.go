package gn

import "slices"

// Add adds a channel for good; it is Try, and then the evaluation is what the
// trial was. The index of the channel is returned. After an error the
// evaluation is what it was before.
func (e *Evaluation) Add(candidate Channel, power float64) (int, error) {
	t, err := e.Try(candidate, power)
	if err != nil {
		return 0, err
	}
	at := t.Index
	if t.whole {
		*e, *t.again = *t.again, *e
		e.trial, t.base = t, e
		t.again.trial = nil
		return at, nil
	}
	for k := range e.line.elements {
		if s := e.line.elements[k].span; s != nil {
			y, column := t.y[s.number], t.column[s.index]
			for i := range e.x.row(e.line.elements[k].step) {
				e.x.row(e.line.elements[k].step)[i] += column[i] * y
			}
		}
	}
	e.columns.insert(at, candidate)
	e.shared = false
	e.entrance = slices.Insert(e.entrance, at, power)
	e.power.insert(at, t.power)
	e.x.insert(at, t.x)
	e.y.insert(at, t.y)
	for i, more := range t.totals {
		e.readings[i].total += more
	}
	for f := range e.line.fibres {
		e.carriers[f] = slices.Insert(e.carriers[f], at, t.carriers[f])
	}
	e.ase = slices.Insert(append(e.ase[:0], t.ase...), at, t.own[0])
	e.nli = slices.Insert(append(e.nli[:0], t.nli...), at, t.own[1])
	return at, nil
}

// CopyFrom makes the evaluation a copy of another one of the same solver, so
// that several channels can be added for a trial. An evaluation that is not run
// leaves it empty.
func (e *Evaluation) CopyFrom(from *Evaluation) {
	if e == from {
		return
	}
	e.solver, e.line, e.digest, e.shared = from.solver, from.line, from.digest, from.shared
	e.columns.take(&from.columns)
	e.entrance = append(e.entrance[:0], from.entrance...)
	e.power.take(&from.power)
	e.x.take(&from.x)
	e.y.take(&from.y)
	e.readings = append(e.readings[:0], from.readings...)
	e.ase = append(e.ase[:0], from.ase...)
	e.nli = append(e.nli[:0], from.nli...)
	for len(e.carriers) < len(from.carriers) {
		e.carriers = append(e.carriers, nil)
	}
	for f, c := range from.carriers {
		e.carriers[f] = append(e.carriers[f][:0], c...)
	}
}
