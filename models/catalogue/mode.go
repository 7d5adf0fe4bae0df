package catalogue

import (
	"slices"
	"strings"

	"github.com/waveplane/waveplane/models"
)

// placeholderOsnr and above is no figure: sources write 99.999 dB for unknown.
const placeholderOsnr models.Ratio = 9000

// Judged returns the mode with Unusable set when it lacks a number that
// planning needs; a reason already given stays.
func (m Mode) Judged() Mode {
	if m.Unusable != "" {
		return m
	}
	var lacks []string
	need := func(what string, ok bool) {
		if !ok {
			lacks = append(lacks, what)
		}
	}
	need("rateGbps", m.RateGbps > 0)
	need("hostRates", len(m.HostRates) > 0)
	need("baudGBd", m.BaudMBd > 0)
	need("slotGHz", m.SlotWidth > 0)
	need("requiredOsnrDb", m.RequiredOsnr != nil && *m.RequiredOsnr < placeholderOsnr)
	need("txDbm", m.Launch != nil)
	need("rxDbm", len(m.Receive) > 0)
	need("tuneTHz", !m.Tune.Empty())
	if len(lacks) > 0 {
		m.Unusable = "no figure for " + strings.Join(lacks, ", ")
	}
	return m
}

// Usable reports whether the mode may be planned with.
func (m Mode) Usable() bool { return m.Unusable == "" }

// Code returns the number by which devices of a profile call the mode.
func (m Mode) Code(profile string) (uint16, bool) {
	code, ok := m.DeviceCodes[profile]
	return code, ok
}

// SharesHost returns the host rates, greatest first, that the mode and the
// parts at both ends have in common.
func (m Mode) SharesHost(a, z Pluggable) []int {
	var rates []int
	for _, r := range m.HostRates {
		if slices.Contains(a.HostRates, r) && slices.Contains(z.HostRates, r) {
			rates = append(rates, r)
		}
	}
	slices.SortFunc(rates, func(x, y int) int { return y - x })
	return rates
}

// ReceiveRange returns the power range the receiver works in at an OSNR, and
// false when the OSNR is below every window.
func (m Mode) ReceiveRange(osnr models.Ratio) (PowerRange, bool) {
	found := false
	var at PowerRange
	for _, w := range m.Receive {
		if osnr >= w.AtOsnr {
			at, found = w.PowerRange, true
		}
	}
	return at, found
}

// Has reports whether the part offers the mode.
func (p Pluggable) Has(mode string) bool { return slices.Contains(p.Modes, mode) }

// DefaultRollOff is the roll-off of modes that give none.
const DefaultRollOff = 0.15

// Shape returns the roll-off of the mode's spectrum.
func (m Mode) Shape() float64 {
	if m.RollOff == nil {
		return DefaultRollOff
	}
	return *m.RollOff
}
