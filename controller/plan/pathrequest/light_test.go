package pathrequest_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan/pathrequest"
)

// TestWayBack has a mode that is good enough there and not back: between Vannes
// and Lorient light is 0.9 dB worse one way than the other.
func TestWayBack(t *testing.T) {
	r := request("r", "Vannes_KBE", "Lorient_KMA")
	c := asked(t, r)
	c.Transceivers["Voyager"].Modes[0].RequiredOsnrDb = 29.2 - c.Defaults.MarginDb
	if got := serve(t, c)[0]; got.Status != pathrequest.OK || got.Reverse != nil {
		t.Errorf("one way: %s, reverse metrics %v", got.Status, got.Reverse)
	}
	c.Requests[0].Bidirectional = true
	got := serve(t, c)[0]
	if got.Status != pathrequest.ModeNotFeasible || got.Slots != nil || got.Reverse == nil || !(*got.Reverse.WorstDb < 29.2) {
		t.Errorf("both ways: %s with slots %q", got.Status, slots(got.Slots))
	}
	c.Requests[0].Source, c.Requests[0].Destination, c.Requests[0].Bidirectional = r.Destination, r.Source, false
	if diff := cmp.Diff(serve(t, c)[0].Metrics, got.Reverse); diff != "" {
		t.Errorf("the way back is another one than that of a request from there: (-there +back)\n%s", diff)
	}
}

// TestDegrees gives a switch a target towards one neighbour, and figures for one
// way through it.
func TestDegrees(t *testing.T) {
	const beside = "east edfa in Brest_KLA to Quimper"
	c := asked(t, request("r", "Brest_KLA", "Lannion_CAS"))
	plain := serve(t, c)[0]
	toward := plain.Path[2] // behind transceiver and switch
	roadm := element(c, "roadm Brest_KLA")
	c.Tables.Impairments["noisy"] = []pathrequest.Impairment{{OsnrDb: new(float64)}}
	*c.Tables.Impairments["noisy"][0].OsnrDb = 30

	roadm.PathImpairments = []pathrequest.PathImpairments{{From: "trx Brest_KLA", To: beside, Impairments: "noisy"}}
	roadm.DegreeTargets = map[string]pathrequest.Target{beside: {Kind: "power_dbm", Value: -23}}
	if diff := cmp.Diff(plain, serve(t, c)[0]); diff != "" {
		t.Errorf("what is set for another neighbour counts: (-plain +got)\n%s", diff)
	}

	roadm.PathImpairments[0].To = toward
	noise := func(db float64) float64 { return math.Pow(10, -db/10) }
	add := *c.Tables.Impairments[roadm.Impairments["add"]][0].OsnrDb
	want := -10 * math.Log10(noise(plain.Metrics.GsnrIn01nmDb.Min)-noise(add)+noise(30))
	if got := serve(t, c)[0].Metrics.GsnrIn01nmDb.Min; math.Abs(got-want) > 1e-6 {
		t.Errorf("GSNR with a noisy way through the switch is %g dB, want %g", got, want)
	}

	// 3 dB less into the first amplifier is 3 dB more noise from it.
	roadm.PathImpairments = nil
	roadm.DegreeTargets = map[string]pathrequest.Target{toward: {Kind: "power_dbm", Value: -23}}
	lower := serve(t, c)[0].Metrics.OsnrIn01nmDb.Min
	if drop := plain.Metrics.OsnrIn01nmDb.Min - lower; !(drop > 0.5 && drop < 3) {
		t.Errorf("OSNR falls by %g dB with 3 dB less power", drop)
	}
	// As a density over a slot of 50 GHz the same power is the same light.
	roadm.DegreeTargets[toward] = pathrequest.Target{Kind: "psd_mw_per_ghz_of_slot_width", Value: math.Pow(10, -2.3) / 50}
	if got := serve(t, c)[0].Metrics.OsnrIn01nmDb.Min; math.Abs(got-lower) > 1e-9 {
		t.Errorf("OSNR with the target as a density is %g dB, want %g", got, lower)
	}
}
