package plan

import (
	"fmt"
	"math"
	"strings"

	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/models"
)

// Loss of spans as measured between the total powers of two amplifiers.
const (
	// lossToleranceDb is how far a span's loss may be off the documents. Each
	// of the two readings may err by some tenths of a dB.
	lossToleranceDb = 1.0
	// lossReturnDb is what a loss that was off must come back to: readings that
	// move must not make the same fibre good and bad by turns.
	lossReturnDb = 0.7
	// leastTotalDbm is the total power below which a reading says little.
	leastTotalDbm = -30.0
)

// OffDocument compares, for every amplifier of a device on a wavelength's way,
// the loss of the fibre before it with the documents: what the amplifier before
// sends less what this one gets. It returns those that are off by more than
// 1 dB, worded, in the order of light; was tells what it returned last.
//
// Everything that is on the fibre counts on both sides, so other channels make
// no difference.
func OffDocument(d *records.Decision, device, was string, at func(device, key string) (models.AmplifierReading, bool)) string {
	var out []string
	for _, h := range d.Forecast {
		if h.Kind != records.HopAmplifier || h.Device != device || h.Before == "" {
			continue
		}
		from, key, _ := strings.Cut(h.Before, "/")
		sent, ok1 := at(from, key)
		got, ok2 := at(h.Device, h.Key)
		if !ok1 || !ok2 || sent.Output == nil || got.Input == nil || sent.Output.Dbm() < leastTotalDbm || sent.Reduced != nil && *sent.Reduced {
			continue
		}
		measured := sent.Output.Dbm() - got.Input.Dbm()
		least := lossToleranceDb
		if strings.Contains(was, h.Via+" loses") {
			least = lossReturnDb
		}
		if math.Abs(measured-h.LossDb) > least {
			out = append(out, fmt.Sprintf("%s loses %.1f dB, %.1f dB in the documents", h.Via, measured, h.LossDb))
		}
	}
	return strings.Join(out, "; ")
}
