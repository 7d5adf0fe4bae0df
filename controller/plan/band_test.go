package plan_test

import (
	"fmt"
	"testing"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// TestLBand: where modules and amplifiers are made for the L band, light is put
// there, and stays between the edges of both; where one of them is not, none is.
func TestLBand(t *testing.T) {
	l := models.Band{Lower: 186_500_000, Upper: 190_100_000}
	plant := func(modules, amplifiers models.Band) *plan.Network {
		cat := smallCatalogue()
		for name, m := range cat.Modes {
			m.Tune = modules
			cat.Modes[name] = m
		}
		edfa := cat.Amplifiers["edfa"]
		edfa.Band = amplifiers
		cat.Amplifiers = map[string]catalogue.Amplifier{"edfa": edfa}
		roadm := cat.Profiles["roadm"]
		roadm.Band = models.Band{}
		cat.Profiles["roadm"] = roadm
		n, err := plan.NewNetwork(smallDocs(60, fibre{name: "f", a: "n0", b: "n1", km: 60}), cat, 1)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	narrow := models.Band{Lower: 187_000_000, Upper: 188_000_000}
	n, ledger, count := plant(narrow, l), plan.NewLedger(), 0
	for {
		out := one(n, ledger, circuit(fmt.Sprint("c", count), "n0", "n1", 400))
		if out.Refusal != nil {
			if out.Refusal.Reason != models.NoSpectrum && out.Refusal.Reason != models.SpectrumFragmented {
				t.Fatalf("after %d: %+v", count, out.Refusal)
			}
			break
		}
		for _, d := range out.Add {
			if c := d.Slot.Centre(); c < narrow.Lower || c > narrow.Upper {
				t.Fatalf("%v: the modules tune from %v to %v", d.Slot, narrow.Lower, narrow.Upper)
			}
			count++
		}
	}
	// Centres from 187.0 to 188.0 THz, 75 GHz apart.
	if count != 14 {
		t.Errorf("%d wavelengths, 14 centres fit", count)
	}
	req := circuit("c", "n0", "n1", 400)
	c := smallCatalogue().Modes["zrp-400g"].Tune
	if out := one(plant(c, l), plan.NewLedger(), req); out.Refusal == nil || out.Refusal.Reason != models.NoSpectrum {
		t.Errorf("C band modules on L band amplifiers: %+v", out.Refusal)
	}
}
