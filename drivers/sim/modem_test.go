package sim

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/drivers/sim/light"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models/catalogue"
)

func TestPenaltiesOfModesReachTheModem(t *testing.T) {
	base, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	zr := catalogueModem(base.Modes["oif-400zr"]).light
	want := [3]light.Penalty{{{0, 0}, {2400, 0.5}}, {{0, 0}, {10, 0.5}}, nil}
	if diff := cmp.Diff(want, [3]light.Penalty{zr.DispersionPenalty, zr.PmdPenalty, zr.PdlPenalty}); diff != "" {
		t.Errorf("oif-400zr: want -, got +:\n%s", diff)
	}
	want = [3]light.Penalty{{{0, 0}, {4000, 1}}, {{0, 0}, {8, 2}}, {{1, 0.5}, {2, 1}}}
	own := ownModem("own", &intents.ModeSpec{TxDbm: &[2]float64{-5, 0}, Penalties: &intents.Penalties{CdPsPerNm: want[0], PmdPs: want[1], PdlDb: want[2]}}).light
	if diff := cmp.Diff(want, [3]light.Penalty{own.DispersionPenalty, own.PmdPenalty, own.PdlPenalty}); diff != "" || own.MaxDispersion != 4000 {
		t.Errorf("a document's mode, up to %g ps/nm: want -, got +:\n%s", own.MaxDispersion, diff)
	}
}
