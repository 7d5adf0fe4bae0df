package gn

// Power is a channel's total power after an element in W, with the candidate
// there.
func (t *Trial) Power(element, channel int) float64 {
	switch {
	case t.whole:
		return t.again.power.row(element)[channel]
	case channel == t.Index:
		return t.power[element]
	case channel > t.Index:
		channel--
	}
	return t.base.power.row(element)[channel]
}

// Noise is the share of noise that a channel gathers over the line: the part
// of Transfer that other channels can change.
func (e *Evaluation) Noise(channel int) float64 { return e.ase[channel] + e.nli[channel] }
