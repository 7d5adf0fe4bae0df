package sim_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/waveplane/waveplane/drivers/sim"
)

func TestLaserBecomesLightBecomesReadings(t *testing.T) {
	lab, dir := start(t, sim.Config{Documents: p2p(), Plant: exact(), Timing: quick()})
	a, b := dial(t, dir, lab, "r1"), dial(t, dir, lab, "r2")
	until(t, "dark readings", func() bool { return a.leaf(oc+"/state/output-power/instant") == "-40.0" })
	before := lab.Status()
	for _, c := range []*client{a, b} {
		c.light("193100000", 1, "-10.0")
	}
	until(t, "both ends up", func() bool { return a.up() && b.up() })
	for path, want := range map[string]float64{
		oc + "/state/output-power/instant":  -10,
		oc + "/state/input-power/instant":   -10 + 12 - 17 + 14,
		lane + "/state/input-power/instant": -0.6, // the amplifiers' noise comes on top
	} {
		if got := b.number(path); math.Abs(got-want) > 0.3 {
			t.Errorf("%s: %.2f dBm, want %.2f", path, got, want)
		}
	}
	otn := logical(10000) + "/otn/state/"
	if ber, q := b.number(otn+"pre-fec-ber/instant"), b.number(otn+"q-value/instant"); ber <= 0 || ber > 2e-2 || q < 6.5 || q > 14 {
		t.Errorf("bit errors %g, Q %g dB", ber, q)
	}
	if b.leaf(otn+"fec-uncorrectable-blocks") != "0" || b.leaf(lane+"/state/tx-laser") != "true" || b.leaf(lane+"/state/rx-los") != "false" {
		t.Error("uncorrectable blocks, laser or loss of signal are wrong")
	}
	until(t, "interface up", func() bool { return b.leaf("/interfaces/interface[name=et-0/0/0]/state/oper-status") == "UP" })
	after := lab.Status()
	for i, d := range after.Devices {
		if d.Writes.Sets != 2 || d.Writes.Unneeded != 0 || d.Foreign != before.Devices[i].Foreign {
			t.Errorf("device %s: %+v, foreign %s before %s", d.Name, d.Writes, d.Foreign, before.Devices[i].Foreign)
		}
	}
	a.laser(false)
	until(t, "far end down", func() bool { return !b.up() && b.leaf(lane+"/state/rx-los") == "true" })
	until(t, "laser off", func() bool { return a.leaf(oc+"/state/output-power/instant") == "-40.0" })
	b.remove(logical(10001))
	b.remove(logical(10000))
	if b.leaf(logical(10000)+"/state/link-state") != "" {
		t.Error("state of a logical channel that is gone")
	}
}

func TestFilesOfTheLaboratory(t *testing.T) {
	lab, dir := start(t, sim.Config{Documents: p2p(), Name: "p2p"})
	info, err := os.Stat(filepath.Join(dir, "lab", "p2p", "credential"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("credential file has mode %v", info.Mode().Perm())
	}
	if n := len(lab.Documents()); n != len(p2p()) {
		t.Errorf("%d documents came back", n)
	}
}
