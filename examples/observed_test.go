package examples_test

import (
	"reflect"
	"testing"

	"github.com/waveplane/waveplane/controller/api/client"
	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/drivers/sim"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

// TestObserved: whole networks that carry traffic are observed by a daemon that knows
// nothing of them: ROADMs, amplifiers, circuit switches of every make, and routers
// over every way of talking. From its first connection to its end, through a broken
// connection and an audit, no device gets a command that belongs to configuring.
func TestObserved(t *testing.T) {
	for _, c := range []struct {
		name     string
		circuits int
	}{{"metro", 4}, {"multivendor", 8}} {
		t.Run(c.name, func(t *testing.T) {
			run := begin(t, c.name, nil)
			run.apply(t, files(t, c.name, "intents"))
			run.wait(t, c.circuits, func(o wire.Object) bool { return is(o, models.Ready, "") })
			run.stop() // what the devices see from now on is the second daemon's
			before := run.lab.Status()
			// Cleanups run last first: this one after the second daemon has hung up.
			t.Cleanup(func() { untouched(t, before, run.lab.Status()) })

			second := observe(t, run)
			await(t, func() bool { return reachable(t, second) == len(before.Devices) })
			for _, d := range before.Devices {
				if err := run.lab.Inject(d.Name, sim.Fault{Kind: sim.FaultUnreachable}); err != nil {
					t.Fatal(err)
				}
			}
			await(t, func() bool { return reachable(t, second) == 0 })
			for _, d := range before.Devices {
				if err := run.lab.Clear(t.Context(), d.Name); err != nil {
					t.Fatal(err)
				}
			}
			await(t, func() bool { return reachable(t, second) == len(before.Devices) })
			if drift, err := second.Drift(t.Context(), true, ""); err != nil || drift.Checked != len(before.Devices) {
				t.Errorf("audit of observed devices: %+v, %v", drift, err)
			}
			if _, err := second.Adopt(t.Context(), nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// reachable counts the devices that a daemon reaches.
func reachable(t *testing.T, c *client.Client) int {
	t.Helper()
	kind, err := wire.KindNamed(intents.KindDevice)
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.List(t.Context(), kind, client.ListOptions{})
	n := 0
	if err == nil {
		for _, o := range list.Items {
			if o.Status != nil && o.Status.Device != nil && o.Status.Device.Reachable {
				n++
			}
		}
	}
	return n
}

// untouched holds that no device saw anything of configuring between two looks.
func untouched(t *testing.T, before, after sim.Status) {
	t.Helper()
	for i, d := range after.Devices {
		was := before.Devices[i]
		d.Writes.Connections, d.Writes.Connected = was.Writes.Connections, was.Writes.Connected
		if !reflect.DeepEqual(d.Writes, was.Writes) || d.Foreign != was.Foreign {
			t.Errorf("%s was written to while it was observed: %+v, before %+v", d.Name, d.Writes, was.Writes)
		}
	}
}
