package gn

import (
	"errors"
	"fmt"
	"math"
)

// Transfer is what a line does to one channel: the power at its exit, and how
// the shares of signal, ASE and NLI in that power follow from those at the
// entrance. As long as total powers at the entrance are the same, it does not
// depend on the noise that comes with them; so stretches between wavelength
// switches, each with the channels that are on it, are evaluated one by one,
// and the transfers of a channel are strung together with Then.
//
// The zero value is light at a perfect transmitter.
type Transfer struct {
	PowerW float64 // at the exit
	// AseShare and NliShare are the noise gathered on the way; what was there
	// at the entrance keeps the rest, 1 - AseShare - NliShare.
	AseShare, NliShare float64
	DispersionPsNm     float64
	PmdPs2             float64 // squares of PMD and PDL, which sum
	PdlDb2             float64
	LatencyMs          float64
	// AddDropNoise is the noise over signal in 0.1 nm of add and drop stages,
	// which is charged at the receiver.
	AddDropNoise float64
}

// Then is the transfer over this stretch and the next one.
func (t Transfer) Then(next Transfer) Transfer {
	keep := 1 - next.AseShare - next.NliShare
	next.AseShare += t.AseShare * keep
	next.NliShare += t.NliShare * keep
	next.DispersionPsNm += t.DispersionPsNm
	next.PmdPs2 += t.PmdPs2
	next.PdlDb2 += t.PdlDb2
	next.LatencyMs += t.LatencyMs
	next.AddDropNoise += t.AddDropNoise
	return next
}

// Transfer is that of the whole line for a channel.
func (e *Evaluation) Transfer(channel int) Transfer {
	t := e.line.passive(e.centre[channel], e.slot[channel])
	t.PowerW = e.entrance[channel]
	if k := len(e.line.elements); k > 0 {
		t.PowerW = e.power.row(k - 1)[channel]
	}
	t.AseShare, t.NliShare = e.ase[channel], e.nli[channel]
	return t
}

// passive is the part of a transfer that no power plays a part in.
func (l *Line) passive(hz, slot float64) Transfer {
	var t Transfer
	for k := range l.elements {
		el := &l.elements[k]
		if s := el.span; s != nil {
			t.DispersionPsNm += s.fibre.dispersion(hz) * s.metres * 1e3
			t.PmdPs2 += square(s.fibre.PmdPsPerSqrtKm) * s.Km
			t.LatencyMs += s.metres * s.fibre.index / lightSpeed * 1e3
		}
		if el.sw != nil {
			f, _ := el.sw.figures(hz)
			t.PmdPs2 += square(f.PmdPs)
			t.PdlDb2 += square(f.PdlDb)
			if f.OsnrDb > 0 {
				t.AddDropNoise += Linear(-f.OsnrDb)
			}
		}
		for i := range el.amps {
			if a := &el.amps[i]; a.within(hz, slot) {
				t.PmdPs2 += square(a.PmdPs)
				t.PdlDb2 += square(a.PdlDb)
			}
		}
	}
	return t
}

// Arrival is the quality of a channel at a receiver. Ratios are in dB, in the
// bandwidth of the signal; add Per01nmDb for 0.1 nm. A ratio that nothing
// limits is plus infinity.
type Arrival struct {
	PowerDbm, SignalDbm, AseDbm, NliDbm float64
	// Of the line alone.
	OsnrDb, SnrNliDb, GsnrDb float64
	// With the noise of transmitter, add and drop stages.
	FinalOsnrDb, FinalGsnrDb float64
	Per01nmDb                float64
	DispersionPsNm           float64
	PmdPs, PdlDb             float64
	LatencyMs                float64
}

// Arrive is the quality at the end of a whole path for a symbol rate in Bd and
// a transmitter's OSNR in 0.1 nm; plus infinity is a transmitter without noise.
func (t Transfer) Arrive(symbolRate, txOsnrDb float64) (Arrival, error) {
	if !(symbolRate > 0) || math.IsInf(symbolRate, 1) || math.IsNaN(txOsnrDb) || math.IsInf(txOsnrDb, -1) {
		return Arrival{}, fmt.Errorf("arrive: symbol rate %g Bd with a transmitter of %g dB OSNR is out of range", symbolRate, txOsnrDb)
	}
	if !(t.PowerW > 0) {
		return Arrival{}, errors.New("arrive: the transfer is empty; take it from an evaluation")
	}
	signal := 1 - t.AseShare - t.NliShare
	perSignal := symbolRate / bandwidth01nm
	ends := (Linear(-txOsnrDb) + t.AddDropNoise) * perSignal
	ratio := func(noise float64) float64 { return -Decibel(noise) }
	return Arrival{
		PowerDbm: Dbm(t.PowerW), SignalDbm: Dbm(t.PowerW * signal), AseDbm: Dbm(t.PowerW * t.AseShare), NliDbm: Dbm(t.PowerW * t.NliShare),
		OsnrDb: ratio(t.AseShare / signal), SnrNliDb: ratio(t.NliShare / signal), GsnrDb: ratio((t.AseShare + t.NliShare) / signal),
		FinalOsnrDb: ratio(t.AseShare/signal + ends), FinalGsnrDb: ratio((t.AseShare+t.NliShare)/signal + ends),
		Per01nmDb:      Decibel(perSignal),
		DispersionPsNm: t.DispersionPsNm, PmdPs: math.Sqrt(t.PmdPs2), PdlDb: math.Sqrt(t.PdlDb2), LatencyMs: t.LatencyMs,
	}, nil
}
