package light_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/drivers/sim/light"
)

func TestPlantIsTheSameForTheSameSeed(t *testing.T) {
	spans := []string{"s1", "s2", "s3"}
	a, b := &light.Plant{Seed: 7}, &light.Plant{Seed: 7}
	if d := cmp.Diff(a.SectionLoss("l", spans, light.AZ), b.SectionLoss("l", spans, light.AZ)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(a.SectionLoss("l", spans, light.AZ), a.SectionLoss("l", spans, light.ZA)); d == "" {
		t.Error("both directions deviate alike")
	}
	c := &light.Plant{Seed: 8}
	if d := cmp.Diff(a.SectionLoss("l", spans, light.AZ), c.SectionLoss("l", spans, light.AZ)); d == "" {
		t.Error("another seed makes the same plant")
	}
}

func TestPlantStaysWithinItsLimits(t *testing.T) {
	moved := false
	for seed := range uint64(300) {
		p := &light.Plant{Seed: seed, DirtyConnector: "l/s2/az"}
		var sum float64
		for _, v := range p.SectionLoss("l", []string{"s1", "s2", "s3", "s4"}, light.AZ) {
			sum += v.FibreDb + v.ConnectorDb
			moved = moved || v != light.SpanLoss{}
		}
		if math.Abs(sum) > 2.2+1e-9 {
			t.Errorf("seed %d: section deviates by %.2f dB", seed, sum)
		}
		if v := p.NoiseFigure("a"); math.Abs(v) > 0.7 {
			t.Errorf("seed %d: noise figure deviates by %.2f dB", seed, v)
		}
		if v := p.Reading("tx"); math.Abs(v) > 0.3 {
			t.Errorf("seed %d: reading deviates by %.2f dB", seed, v)
		}
	}
	if !moved {
		t.Error("no plant deviates at all")
	}
}

func TestPlantOverridesAreNotClipped(t *testing.T) {
	p := &light.Plant{Seed: 1, SpanLossDb: map[string]float64{"l/s1/za": 9}, NoiseFigureDb: map[string]float64{"a": -3}, ReadingDb: map[string]float64{"tx": 4}}
	got := []float64{p.SectionLoss("l", []string{"s1"}, light.ZA)[0].FibreDb, p.NoiseFigure("a"), p.Reading("tx")}
	if d := cmp.Diff([]float64{9, -3, 4}, got); d != "" {
		t.Error(d)
	}
}

func TestPickDirtyChoosesOneOnce(t *testing.T) {
	keys := []string{"b/s/az", "a/s/az", "c/s/za"}
	p, q := &light.Plant{Seed: 3}, &light.Plant{Seed: 3}
	p.PickDirty(keys)
	q.PickDirty([]string{keys[2], keys[0], keys[1]})
	if p.DirtyConnector == "" || p.DirtyConnector != q.DirtyConnector {
		t.Errorf("order of keys decides: %q and %q", p.DirtyConnector, q.DirtyConnector)
	}
	exact := &light.Plant{Exact: true}
	exact.PickDirty(keys)
	if exact.DirtyConnector != "" {
		t.Errorf("an exact plant has a dirty connector %s", exact.DirtyConnector)
	}
}
