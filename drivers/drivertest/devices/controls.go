package devices

import (
	"slices"
	"time"

	"github.com/waveplane/waveplane/drivers/drivertest"
	"github.com/waveplane/waveplane/drivers/sim/gnmid"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/openconfig"
)

var _ drivertest.Simulator = Controls{}

// Controls are the simulator's, by the names that the conformance suite uses.
type Controls struct {
	*gnmid.Target
	Fixture Fixture
}

func (c Controls) Configuration() []byte { return c.Snapshot(nil) }

func (c Controls) Writes() int {
	n := c.Counters()
	return n.Sets + n.RefusedSets
}

func (c Controls) Commands() int { return c.Counters().ConfigurationCommands }

// Tamper sets the leaf at the path that the fixture gives by hand: asking the
// driver for it would hide a mistake in the driver's table.
func (c Controls) Tamper(id models.ObjectID, leaf models.LeafName, value string) error {
	path := c.Fixture.Paths[id][leaf]
	return c.Target.Tamper(gnmid.Edit{Path: path, Value: c.Fixture.wire(value)})
}

// wire writes a canonical value as the simulated device takes it.
func (f Fixture) wire(value string) string {
	if hertz, err := models.ParseFrequency(value); err == nil {
		if f.GHz {
			return openconfig.FormatDecimal(int64(hertz/models.GHz), 0)
		}
		return openconfig.FormatDecimal(int64(hertz/models.MHz), 0)
	}
	if p, err := models.ParsePower(value); err == nil {
		return openconfig.FormatDecimal(int64(p), 2)
	}
	if r, err := models.ParseRatio(value); err == nil {
		return openconfig.FormatDecimal(int64(r), 2)
	}
	return value
}

func (c Controls) Refuse(id models.ObjectID, words string) error {
	path := c.Fixture.Roots[id]
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultRefuse, Path: path, Words: path + ": " + words})
	return err
}

func (c Controls) Stall(d time.Duration) error {
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultDelay, Delay: d})
	return err
}

func (c Controls) StallWrites(d time.Duration) error {
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultDelay, RPC: "Set", Delay: d})
	return err
}

func (c Controls) CutBefore() error {
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultDropBefore, Times: 1})
	return err
}

func (c Controls) CutAfter() error {
	_, err := c.Inject(gnmid.Fault{Kind: gnmid.FaultDropAfter, Times: 1})
	return err
}

func (c Controls) Heal() { c.ClearAll() }

// With returns objects with some leaves replaced.
func With(objects []models.Object, change map[models.ObjectID]models.Leaves) []models.Object {
	out := slices.Clone(objects)
	for i, o := range out {
		leaves := models.Leaves{}
		for name, value := range o.Leaves {
			leaves[name] = value
		}
		for name, value := range change[o.ObjectID] {
			leaves[name] = value
		}
		out[i].Leaves = leaves
	}
	return out
}
