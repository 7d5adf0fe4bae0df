package gnmid

import (
	"context"
	"testing"
	"time"

	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
)

func (tg *Target) mustInject(t testing.TB, f Fault) FaultID {
	t.Helper()
	id, err := tg.Inject(f)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// retune asks for another frequency, power and mode.
func retune() *gpb.SetRequest {
	return updates(update(och+"/config", `{"frequency":"196100000","target-output-power":"-8.37","operational-mode":2}`))
}

func TestContentFaults(t *testing.T) {
	f := newFixture(t)
	const frequency, txPower = "/config/frequency", "/config/target-output-power"
	type seen struct{ config, state, applied, told string }
	tests := []struct {
		name  string
		fault Fault
		leaf  string
		want  seen
	}{
		{"ignore", Fault{Kind: FaultIgnore, Path: och}, frequency, seen{"193100000", "193100000", "193100000", ""}},
		{"ignore one leaf", Fault{Kind: FaultIgnore, Path: och + txPower}, frequency, seen{"196100000", "196100000", "196100000", "196100000"}},
		{"config only", Fault{Kind: FaultConfigOnly, Path: "/components/component[name=*]/optical-channel/config/frequency"}, frequency, seen{"196100000", "193100000", "193100000", ""}},
		{"inert", Fault{Kind: FaultInert}, frequency, seen{"196100000", "196100000", "193100000", ""}},
		{"alter", Fault{Kind: FaultAlter, Path: och + frequency, Value: "196200000"}, frequency, seen{"196100000", "196200000", "196200000", "196200000"}},
		{"alter and show", Fault{Kind: FaultAlter, Path: och + frequency, Value: "196200000", Shown: true}, frequency, seen{"196200000", "196200000", "196200000", "196200000"}},
		{"round", Fault{Kind: FaultRound, Path: och + txPower, Step: 0.5}, txPower, seen{"-8.37", "-8.5", "-8.5", "-8.5"}},
		{"round and show", Fault{Kind: FaultRound, Path: och + txPower, Step: 0.1, Shown: true}, txPower, seen{"-8.4", "-8.4", "-8.4", "-8.4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			told := map[string]string{}
			target := f.serve(t, func(c *Config) {
				c.Hooks.Commit = func(tx *Tx) {
					for _, c := range tx.Changes() {
						told[c.Path()] = c.New
					}
				}
			})
			c := f.dial(t, target)
			target.mustInject(t, tt.fault)
			c.mustSet(t, retune())
			var got seen
			got.config, _ = target.Value(och + tt.leaf)
			got.state, _ = target.Value(och + "/state" + tt.leaf[len("/config"):])
			got.applied, _ = target.Applied(och + tt.leaf)
			got.told = told[och+tt.leaf]
			if got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
			target.ClearAll()
			c.mustSet(t, retune())
			if tt.fault.Kind == FaultConfigOnly || tt.fault.Kind == FaultInert || tt.fault.Kind == FaultIgnore {
				if applied, _ := target.Applied(och + frequency); applied != "196100000" || told[och+frequency] != "196100000" {
					t.Errorf("after the fault was cleared a second write left %s applied and told %q", applied, told[och+frequency])
				}
			}
		})
	}
}

func TestCountedContentFault(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	target.mustInject(t, Fault{Kind: FaultIgnore, Path: och, Times: 2})
	for range 2 { // three leaves each time, one use each time
		c.mustSet(t, retune())
		wantValue(t, target, och+"/config/frequency", "193100000")
	}
	c.mustSet(t, retune())
	wantValue(t, target, och+"/config/frequency", "196100000")
	if got := target.Faults(); len(got) != 0 {
		t.Errorf("faults %v are in force, want none", got)
	}
}

func TestRefuseFault(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	before := target.Snapshot(nil)
	target.mustInject(t, Fault{Kind: FaultRefuse, Path: och + "/config/frequency", Code: codes.FailedPrecondition, Words: "the module is not tunable", Times: 2})
	for range 2 {
		_, err := c.Set(c.ctx, retune())
		wantCode(t, err, codes.FailedPrecondition, "the module is not tunable")
	}
	if diff := snapshotDiff(before, target.Snapshot(nil)); diff != nil {
		t.Errorf("a refused Set changed %q", diff)
	}
	c.mustSet(t, retune())
	target.mustInject(t, Fault{Kind: FaultRefuse, Path: channels + "/channel[index=*]"})
	_, err := c.Set(c.ctx, updates(update(channels+"/channel[index=3]/config", `{"index":3}`)))
	wantCode(t, err, codes.Aborted, "channel[index=3]")
	c.mustSet(t, updates(update(och+"/config/operational-mode", `3`)))
	target.mustInject(t, Fault{Kind: FaultRefuse, Path: "/components/component[name=oc-2]", Times: 1})
	c.mustSet(t, updates(update(och+"/config/operational-mode", `4`)))
	_, err = c.Set(c.ctx, updates(update("/components/component[name=oc-2]/optical-channel/config/operational-mode", `3`)))
	wantCode(t, err, codes.Aborted, "oc-2")
	if got := len(target.Faults()); got != 1 {
		t.Errorf("%d faults in force, want 1", got)
	}
}

func TestDropFaults(t *testing.T) {
	f := newFixture(t)
	for _, tt := range []struct {
		kind FaultKind
		want string
	}{{FaultDropBefore, "193100000"}, {FaultDropAfter, "196100000"}} {
		t.Run(string(tt.kind), func(t *testing.T) {
			target := f.serve(t)
			c := f.dial(t, target)
			target.mustInject(t, Fault{Kind: tt.kind, Path: och, Times: 1})
			_, err := c.Set(c.ctx, retune())
			wantCode(t, err, codes.Unavailable)
			wantValue(t, target, och+"/config/frequency", tt.want)
			c.mustSet(t, retune()) // over a new connection
			wantValue(t, target, och+"/config/frequency", "196100000")
			if got := target.Counters().Connections; got != 2 {
				t.Errorf("%d connections, want 2", got)
			}
		})
	}
}

func TestDelayFault(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	id := target.mustInject(t, Fault{Kind: FaultDelay, RPC: "Set", Delay: time.Hour})
	ctx, cancel := context.WithTimeout(c.ctx, 50*time.Millisecond)
	defer cancel()
	_, err := c.Set(ctx, retune())
	wantCode(t, err, codes.DeadlineExceeded)
	c.get(t, och, gpb.GetRequest_ALL) // only Set waits
	wantValue(t, target, och+"/config/frequency", "193100000")
	if !target.Clear(id) {
		t.Error("the fault was gone before it was cleared")
	}
	c.mustSet(t, retune())
	target.SetCommitTime(60 * time.Millisecond)
	start := time.Now()
	c.mustSet(t, updates(update(och+"/config/operational-mode", `4`)))
	if took := time.Since(start); took < 60*time.Millisecond {
		t.Errorf("a Set took %s, want the commit time at least", took)
	}
}

func TestInjectRefuses(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	for _, bad := range []Fault{
		{Kind: "explode"},
		{Kind: FaultRefuse, Path: "components"},
		{Kind: FaultRefuse, Path: "/components/fan"},
		{Kind: FaultAlter, Path: och, Value: "1"},
		{Kind: FaultAlter, Path: och + "/config/frequency", Value: "red"},
		{Kind: FaultRound, Path: och},
		{Kind: FaultDelay, RPC: "Reboot"},
		{Kind: FaultDelay, Times: -1},
	} {
		if _, err := target.Inject(bad); err == nil {
			t.Errorf("%+v was taken, want an error", bad)
		}
	}
}
