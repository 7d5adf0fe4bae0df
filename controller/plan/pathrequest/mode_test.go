package pathrequest_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/pathrequest"
)

// oneMode is a case whose transceiver has a single mode, and its worst GSNR.
func oneMode(t *testing.T) (c *pathrequest.Case, worst float64) {
	t.Helper()
	c = asked(t, request("r", "Brest_KLA", "Vannes_KBE"))
	c.Transceivers["Voyager"] = pathrequest.Transceiver{Hz: c.Transceivers["Voyager"].Hz, Modes: c.Transceivers["Voyager"].Modes[:1]}
	return c, *serve(t, c)[0].Metrics.WorstDb
}

// TestThreshold has a mode that needs exactly what there is, to the hundredth
// of a decibel that counts: good enough if it was asked for, not if it is to be
// chosen.
func TestThreshold(t *testing.T) {
	for _, tt := range []struct {
		more   float64 // required beyond what there is
		chosen bool
		want   pathrequest.Status
	}{
		{0, false, "OK"}, {0, true, "NO_FEASIBLE_MODE"},
		{-0.01, false, "OK"}, {-0.01, true, "OK"},
		{0.01, false, "MODE_NOT_FEASIBLE"}, {0.01, true, "NO_FEASIBLE_MODE"},
	} {
		t.Run(fmt.Sprintf("%+g dB, chosen %t", tt.more, tt.chosen), func(t *testing.T) {
			c, worst := oneMode(t)
			c.Defaults.MarginDb = 0
			c.Transceivers["Voyager"].Modes[0].RequiredOsnrDb = math.Round(worst*100+tt.more*100) / 100
			if tt.chosen {
				c.Requests[0].Mode = nil
			}
			got := serve(t, c)[0]
			if got.Status != tt.want || got.Mode != "mode 1" {
				t.Errorf("%s with %q, want %s", got.Status, got.Mode, tt.want)
			}
		})
	}
}

// TestPenalties moves a table over the 2.6 ns/nm or so of a route.
func TestPenalties(t *testing.T) {
	c, worst := oneMode(t)
	cd := serve(t, c)[0].Metrics.DispersionPsNm
	none := math.Inf(1)
	for _, tt := range []struct {
		name     string
		upTo, db []float64
		want     float64
	}{
		{"between rows", []float64{0, cd / 2, cd * 3 / 2}, []float64{0, 1, 2}, 1.5},
		{"on the last row", []float64{0, cd}, []float64{0, 0.7}, 0.7},
		{"below the first row, all above 0", []float64{2 * cd, 3 * cd}, []float64{0.4, 0.8}, 0.2},
		{"a single row", []float64{4 * cd}, []float64{0.4}, 0.1},
		{"beyond the last row", []float64{0, cd / 2}, []float64{0, 1}, none},
		{"below the first row", []float64{-2 * cd, -cd}, []float64{0, 1}, none},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c.Transceivers["Voyager"].Modes[0].Penalties = map[string]pathrequest.Penalty{"chromatic_dispersion": {UpTo: tt.upTo, Db: tt.db}}
			got := serve(t, c)[0]
			penalty := got.Metrics.PenaltiesDb["chromatic_dispersion"]
			if math.IsInf(tt.want, 1) {
				if penalty != nil || got.Metrics.WorstDb != nil || got.Status != pathrequest.ModeNotFeasible {
					t.Errorf("%s with penalty %v, want MODE_NOT_FEASIBLE with none", got.Status, deref(penalty))
				}
				return
			}
			if penalty == nil || math.Abs(*penalty-tt.want) > 1e-6 || math.Abs(worst-*got.Metrics.WorstDb-tt.want) > 1e-6 {
				t.Errorf("penalty %v, worst GSNR %v down to %v; want %v", deref(penalty), worst, deref(got.Metrics.WorstDb), tt.want)
			}
		})
	}
}

// TestOrderOfModes has every mode good enough and sees the order in which they
// are preferred: symbol rate, power offset, bit rate.
func TestOrderOfModes(t *testing.T) {
	c, _ := oneMode(t)
	base := c.Transceivers["Voyager"].Modes[0]
	base.RequiredOsnrDb = -20
	var modes []pathrequest.Mode
	for _, m := range []struct {
		name              string
		baud, offset, bps float64
		spacing           float64
	}{{"slow", 28e9, 0, 100e9, 37.5e9}, {"fast", 32e9, 0, 100e9, 50e9}, {"faster", 32e9, 0, 200e9, 50e9}, {"stronger", 32e9, 1, 100e9, 50e9}, {"wide", 64e9, 0, 400e9, 75e9}} {
		mode := base
		mode.Format, mode.BaudRate, mode.OffsetDb, mode.BitRate, mode.MinSpacingHz = m.name, m.baud, m.offset, m.bps, m.spacing
		modes = append(modes, mode)
	}
	for _, want := range []string{"stronger", "faster", "fast", "slow"} {
		c.Transceivers["Voyager"] = pathrequest.Transceiver{Hz: []float64{191e12, 196e12}, Modes: modes}
		c.Requests[0].Mode = nil
		if got := serve(t, c)[0]; got.Mode != want {
			t.Fatalf("mode %q is taken before %q", got.Mode, want)
		}
		for i := range modes {
			if modes[i].Format == want {
				modes = append(modes[:i:i], modes[i+1:]...)
				break
			}
		}
	}
	c.Transceivers["Voyager"] = pathrequest.Transceiver{Hz: []float64{191e12, 196e12}, Modes: modes}
	if got := serve(t, c)[0]; got.Status != pathrequest.NoFeasibleBaudRateWithSpacing || got.Metrics != nil || got.RoadmPath != nil {
		t.Errorf("only the wide mode is left: %+v", got)
	}
}
