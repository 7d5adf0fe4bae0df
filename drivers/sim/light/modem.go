package light

import "math"

// Mode is what a modem runs: enough to tell whether a receiver understands a
// transmitter and how many errors it sees. Modes are compared by Name and FEC;
// one value may be shared by any number of transceivers.
type Mode struct {
	Name           string
	Modulation     string // DP-QPSK, DP-8QAM, DP-16QAM, DP-64QAM; others count as DP-16QAM
	FEC            string
	BaudGBd        float64
	WidthGHz       float64 // spectrum that the signal fills
	RequiredOsnrDb float64 // in 0.1 nm, at the FEC limit
	TxOsnrDb       float64 // of the transmitter itself; 0 means 40
	MaxDispersion  float64 // ps/nm; 0 means without limit
	Receive        []Window
	// What dispersion (ps/nm, without its sign), PMD (ps) and PDL (dB) cost in
	// dB of OSNR. Beyond the last row of PMD and PDL nothing is received.
	DispersionPenalty, PmdPenalty, PdlPenalty Penalty
}

// Penalty is a table of rows (amount, dB) that rise by amount and are read
// along straight lines from 0 at 0; two rows of one amount are a step up behind
// it. An empty table costs nothing.
type Penalty [][2]float64

// at returns the penalty, and whether the amount is within the table.
func (p Penalty) at(amount float64) (db float64, within bool) {
	var x, y float64
	for _, row := range p {
		if amount <= row[0] {
			if row[0] > x {
				return y + (row[1]-y)*(amount-x)/(row[0]-x), true
			}
			return row[1], true
		}
		x, y = row[0], row[1]
	}
	return y, len(p) == 0
}

// penalty returns what the modem loses to what a wave has gathered, and whether
// it can make up for it at all.
func (m *Mode) penalty(w *Wave) (db float64, within bool) {
	cd, _ := m.DispersionPenalty.at(math.Abs(w.Dispersion))
	pmd, ok1 := m.PmdPenalty.at(math.Sqrt(w.Pmd2))
	pdl, ok2 := m.PdlPenalty.at(math.Sqrt(w.Pdl2))
	return cd + pmd + pdl, ok1 && ok2 && (m.MaxDispersion == 0 || math.Abs(w.Dispersion) <= m.MaxDispersion)
}

// Window is a range of received signal power that works from an OSNR on.
type Window struct{ AtOsnrDb, MinDbm, MaxDbm float64 }

// referenceGHz is the bandwidth that OSNR is counted in: 0.1 nm.
const referenceGHz = 12.5

// Quality is how good a received signal is.
type Quality struct {
	EsnrDb float64
	QDb    float64
	Ber    float64 // before error correction
}

// FecLimit returns the greatest bit error ratio before correction that the
// mode's FEC mends: 2.0e-2 for oFEC, 1.25e-2 for CFEC, 2.0e-2 where unknown.
func (m *Mode) FecLimit() float64 {
	if m.FEC == "CFEC" || m.FEC == "C-FEC" {
		return 1.25e-2
	}
	return 2.0e-2
}

// Quality returns what a receiver measures at an OSNR (dB in 0.1 nm).
//
// The signal-to-noise ratio per symbol is OSNR × 12.5 GHz / baud. The modem
// adds its own noise of two kinds: one that caps the ratio 7 dB above the one
// needed, and one in proportion to the line's, chosen so that the mode's
// required OSNR gives exactly the FEC limit. Bit errors then follow
//
//	QPSK 1/2 erfc √(s/2)   8QAM 5/12 erfc √(s/6)   16QAM 3/8 erfc √(s/10)   64QAM 7/24 erfc √(s/42)
//
// and Q is 20 lg(√2 erfc⁻¹(2 BER)).
func (m *Mode) Quality(osnrDb float64) Quality {
	weight, divisor := m.constellation()
	x := math.Erfcinv(min(m.FecLimit()/weight, 1.9))
	needed := x * x * divisor
	own := needed * math.Pow(10, 0.7)
	perOsnr := referenceGHz / m.BaudGBd
	line := fromDb(osnrDb) * perOsnr
	atLimit := fromDb(m.RequiredOsnrDb) * perOsnr
	share := atLimit * (1/needed - 1/own)
	snr := 1 / (share/line + 1/own)
	ber := weight * math.Erfc(math.Sqrt(snr/divisor))
	return Quality{EsnrDb: toDb(snr), QDb: toDb(2 * sq(math.Erfcinv(2*ber))), Ber: ber}
}

// constellation returns weight and divisor of the bit error formula.
func (m *Mode) constellation() (weight, divisor float64) {
	switch m.Modulation {
	case "DP-QPSK", "QPSK":
		return 1.0 / 2, 2
	case "DP-8QAM", "8QAM":
		return 5.0 / 12, 6
	case "DP-64QAM", "64QAM":
		return 7.0 / 24, 42
	default:
		return 3.0 / 8, 10
	}
}

// accepts reports whether a signal of this power works at this OSNR with this
// penalty.
func (m *Mode) accepts(powerDbm, osnrDb, penaltyDb float64) bool {
	if osnrDb-penaltyDb < m.RequiredOsnrDb {
		return false
	}
	if len(m.Receive) == 0 {
		return true
	}
	for _, w := range m.Receive {
		if osnrDb >= w.AtOsnrDb && powerDbm >= w.MinDbm && powerDbm <= w.MaxDbm {
			return true
		}
	}
	return false
}

func fromDb(db float64) float64 { return math.Pow(10, db/10) }

// toDb returns −100 for nothing.
func toDb(x float64) float64 {
	if x < 1e-10 {
		return -100
	}
	return 10 * math.Log10(x)
}

func sq(x float64) float64 { return x * x }
