package gn

import (
	"math"

	"github.com/waveplane/waveplane/models/catalogue"
)

// PenaltyDb is what dispersion, PMD and PDL of the line cost a mode, in dB, by
// its tables: linear between rows; the first row's penalty holds below it; plus
// infinity beyond the last, where the mode does not work. Signs do not matter.
// The sum comes off the final GSNR before it is compared with what the mode
// requires.
func (a Arrival) PenaltyDb(m catalogue.Mode) float64 {
	return penaltyOf(m.CDPenalties, a.DispersionPsNm) + penaltyOf(m.PMDPenalties, a.PmdPs) + penaltyOf(m.PDLPenalties, a.PdlDb)
}

// MarginDb is how far the final GSNR in 0.1 nm, penalties taken off, is above
// what a mode requires; plus infinity if it requires nothing.
func (a Arrival) MarginDb(m catalogue.Mode) float64 {
	if m.RequiredOsnr == nil {
		return math.Inf(1)
	}
	return a.FinalGsnrDb + a.Per01nmDb - a.PenaltyDb(m) - m.RequiredOsnr.Db()
}

func penaltyOf(table []catalogue.PenaltyPoint, at float64) float64 {
	at = math.Abs(at)
	if len(table) == 0 {
		return 0
	}
	for i, row := range table {
		switch {
		case at > row.At:
			continue
		case i == 0 || at == row.At:
			return row.Penalty.Db()
		}
		before := table[i-1]
		share := (at - before.At) / (row.At - before.At)
		return before.Penalty.Db() + share*(row.Penalty.Db()-before.Penalty.Db())
	}
	return math.Inf(1)
}
