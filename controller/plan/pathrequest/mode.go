package pathrequest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
)

func (t Transceiver) check(name string) error {
	at := fmt.Sprintf("transceiver %q", name)
	if len(t.Hz) != 2 || !finite(t.Hz...) || t.Hz[0] >= t.Hz[1] {
		return fault(at, "give the lowest and the highest frequency", "its range %v Hz is none", t.Hz)
	}
	formats := map[string]bool{}
	for _, m := range t.Modes {
		at := fmt.Sprintf("mode %q of transceiver %q", m.Format, name)
		if formats[m.Format] {
			return fault(at, "give every mode a name of its own", "two modes have this name")
		}
		formats[m.Format] = true
		switch {
		case !finite(m.BaudRate, m.RequiredOsnrDb, m.BitRate, m.MinSpacingHz, m.OffsetDb, m.TxOsnrDb):
			return fault(at, "correct it", "a figure is no number")
		case m.BaudRate <= 0 || m.BitRate <= 0:
			return fault(at, "give rates above 0", "its rates are %g Bd and %g bit/s", m.BaudRate, m.BitRate)
		case m.RollOff != nil && !(*m.RollOff >= 0 && *m.RollOff <= 1):
			return fault(at, "give a roll-off from 0 to 1", "its roll-off is %g", *m.RollOff)
		}
		for what, p := range m.Penalties {
			if known := kinds(); !slices.Contains(known[:], what) {
				return fault(at, `use "chromatic_dispersion", "pmd" and "pdl"`, "there are penalties for %q", what)
			}
			if err := p.check(); err != nil {
				return fault(at, "correct the table", "penalties for %s: %v", what, err)
			}
		}
	}
	return nil
}

func (p Penalty) check() error {
	if len(p.UpTo) != len(p.Db) || len(p.UpTo) == 0 {
		return fmt.Errorf("%d limits and %d penalties", len(p.UpTo), len(p.Db))
	}
	if !finite(p.UpTo...) || !finite(p.Db...) {
		return fmt.Errorf("a figure is no number")
	}
	for i := 1; i < len(p.UpTo); i++ {
		if p.UpTo[i] < p.UpTo[i-1] {
			return fmt.Errorf("limits must rise")
		}
	}
	return nil
}

// at is the penalty in dB of an impairment: linear between rows, nothing at 0
// where all rows are above, plus infinity outside.
func (p Penalty) at(x float64) float64 {
	n := len(p.UpTo)
	if p.UpTo[0] > 0 && x >= 0 && x < p.UpTo[0] {
		return p.Db[0] * x / p.UpTo[0]
	}
	if !(x >= p.UpTo[0] && x <= p.UpTo[n-1]) {
		return math.Inf(1)
	}
	i := 1
	for i < n && p.UpTo[i] < x {
		i++
	}
	if i >= n || p.UpTo[i] == x {
		return p.Db[min(i, n-1)]
	}
	share := (x - p.UpTo[i-1]) / (p.UpTo[i] - p.UpTo[i-1])
	return p.Db[i-1] + share*(p.Db[i]-p.Db[i-1])
}

// mode finds a mode by name.
func (t Transceiver) mode(format string) (*Mode, bool) {
	for i := range t.Modes {
		if t.Modes[i].Format == format {
			return &t.Modes[i], true
		}
	}
	return nil, false
}

// candidates are the modes that fit a spacing, in the order in which they are
// tried: by falling symbol rate, power offset and bit rate.
func (t Transceiver) candidates(spacing float64) []*Mode {
	var fitting []*Mode
	for i := range t.Modes {
		if t.Modes[i].MinSpacingHz <= spacing {
			fitting = append(fitting, &t.Modes[i])
		}
	}
	slices.SortStableFunc(fitting, func(a, b *Mode) int {
		return cmp.Or(cmp.Compare(b.BaudRate, a.BaudRate), cmp.Compare(b.OffsetDb, a.OffsetDb), cmp.Compare(b.BitRate, a.BitRate))
	})
	return fitting
}

// chosen is the outcome of looking for a mode.
type chosen struct {
	mode    *Mode // nil if none fits the spacing
	metrics *Metrics
	status  Status
}

// choose takes the mode that a request names, or the first candidate that is
// better than it must be; among several that are not, the last one tried stands.
// A named mode may be exactly as good as it must be.
func (p *Planner) choose(r *Request, w *way) (chosen, error) {
	t := p.network.transceivers[r.Transceiver]
	if r.Mode != nil {
		m, _ := t.mode(*r.Mode)
		metrics, err := p.judge(r, m, m.rollOff(p.network.defaults.AutoRollOff), w)
		c := chosen{m, metrics, OK}
		if err == nil && metrics.rounded() < p.required(m) {
			c.status = ModeNotFeasible
		}
		return c, err
	}
	c := chosen{status: NoFeasibleBaudRateWithSpacing}
	for _, m := range t.candidates(r.SpacingHz) {
		metrics, err := p.judge(r, m, p.network.defaults.AutoRollOff, w)
		if err != nil {
			return c, err
		}
		c = chosen{m, metrics, NoFeasibleMode}
		if metrics.rounded() > p.required(m) {
			c.status = OK
			break
		}
	}
	return c, nil
}

// required is the OSNR in 0.1 nm that a mode needs, margin included.
func (p *Planner) required(m *Mode) float64 { return m.RequiredOsnrDb + p.network.defaults.MarginDb }

func (m *Mode) rollOff(otherwise float64) float64 {
	if m.RollOff != nil {
		return *m.RollOff
	}
	return otherwise
}

// rounded is the worst GSNR in 0.1 nm, penalties taken off, as it is compared:
// with two decimals, those exactly between to the even one.
func (m *Metrics) rounded() float64 {
	if m.WorstDb == nil {
		return math.Inf(-1)
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(*m.WorstDb, 'f', 2, 64), 64)
	if err != nil {
		return math.Inf(-1)
	}
	return r
}
