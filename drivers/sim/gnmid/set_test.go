package gnmid

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	gpb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	och      = "/components/component[name=oc-1]/optical-channel"
	channels = "/terminal-device/logical-channels"
	channel1 = channels + "/channel[index=1]"
	carrier  = channel1 + "/logical-channel-assignments/assignment[index=1]"
)

func scalarUpdate(path string, v *gpb.TypedValue) *gpb.Update {
	return &gpb.Update{Path: wire(path), Val: v}
}

func stringVal(s string) *gpb.TypedValue {
	return &gpb.TypedValue{Value: &gpb.TypedValue_StringVal{StringVal: s}}
}

func uintVal(v uint64) *gpb.TypedValue {
	return &gpb.TypedValue{Value: &gpb.TypedValue_UintVal{UintVal: v}}
}

func doubleVal(v float64) *gpb.TypedValue {
	return &gpb.TypedValue{Value: &gpb.TypedValue_DoubleVal{DoubleVal: v}}
}

// difference of two snapshots, as lines that went and came.
func snapshotDiff(before, after []byte) []string {
	old, new := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	var out []string
	for _, l := range old {
		if !slices.Contains(new, l) {
			out = append(out, "- "+l)
		}
	}
	for _, l := range new {
		if !slices.Contains(old, l) {
			out = append(out, "+ "+l)
		}
	}
	return out
}

func TestSetChanges(t *testing.T) {
	f := newFixture(t)
	tests := []struct {
		name string
		req  *gpb.SetRequest
		want []string
	}{
		{
			name: "update merges a container",
			req:  updates(update(och+"/config", `{"frequency":"196100000"}`)),
			want: []string{"- " + och + `/config/frequency = "193100000"`, "+ " + och + `/config/frequency = "196100000"`},
		},
		{
			name: "replace of a container resets what it doesn't name",
			req:  replaces(update(och+"/config", `{"frequency":"196100000","operational-mode":1}`)),
			want: []string{
				"- " + och + `/config/frequency = "193100000"`,
				"- " + och + `/config/target-output-power = "-10.0"`,
				"+ " + och + `/config/frequency = "196100000"`,
			},
		},
		{
			name: "replace of a leaf touches only that",
			req:  replaces(update(och+"/config/frequency", `"196100000"`)),
			want: []string{"- " + och + `/config/frequency = "193100000"`, "+ " + och + `/config/frequency = "196100000"`},
		},
		{
			name: "replace of a list entry resets what it doesn't name",
			req:  replaces(update(channel1, `{"index":1,"config":{"index":1,"admin-state":"ENABLED"}}`)),
			want: []string{
				"- " + channel1 + `/config/description = "of somebody else"`,
				"- " + channel1 + `/config/logical-channel-type = "openconfig-transport-types:PROT_OTN"`,
				"+ " + channel1 + `/config/admin-state = "ENABLED"`,
			},
		},
		{
			name: "replace of a list's container removes other entries",
			req:  replaces(update(channels, `{"channel":[{"index":7,"config":{"index":7,"admin-state":"DISABLED"}}]}`)),
			want: []string{
				"- " + channel1 + `/config/description = "of somebody else"`,
				"- " + channel1 + `/config/index = "1"`,
				"- " + channel1 + `/config/logical-channel-type = "openconfig-transport-types:PROT_OTN"`,
				"+ " + channels + `/channel[index=7]/config/admin-state = "DISABLED"`,
				"+ " + channels + `/channel[index=7]/config/index = "7"`,
			},
		},
		{
			name: "delete of a list entry",
			req:  deletes(channel1),
			want: []string{
				"- " + channel1 + `/config/description = "of somebody else"`,
				"- " + channel1 + `/config/index = "1"`,
				"- " + channel1 + `/config/logical-channel-type = "openconfig-transport-types:PROT_OTN"`,
			},
		},
		{
			name: "delete of what isn't there",
			req:  deletes(channels+"/channel[index=99]", och+"/config/line-port", "/wavelength-router"),
		},
		{
			name: "delete with a wildcard",
			req:  deletes("/components/component[name=*]/optical-channel/config/target-output-power"),
			want: []string{"- " + och + `/config/target-output-power = "-10.0"`},
		},
		{
			name: "delete, then replace, then update",
			req: &gpb.SetRequest{
				Update:  []*gpb.Update{update(och+"/config/frequency", `"196300000"`)},
				Replace: []*gpb.Update{update(och+"/config", `{"frequency":"196200000","target-output-power":"-8.5"}`)},
				Delete:  []*gpb.Path{wire(och + "/config")},
			},
			want: []string{
				"- " + och + `/config/frequency = "193100000"`,
				"- " + och + `/config/operational-mode = "1"`,
				"- " + och + `/config/target-output-power = "-10.0"`,
				"+ " + och + `/config/frequency = "196300000"`,
				"+ " + och + `/config/target-output-power = "-8.5"`,
			},
		},
		{
			name: "an entry made by one leaf gets its key setting",
			req:  updates(update(channels+"/channel[index=5]/config/admin-state", `"ENABLED"`)),
			want: []string{
				"+ " + channels + `/channel[index=5]/config/admin-state = "ENABLED"`,
				"+ " + channels + `/channel[index=5]/config/index = "5"`,
			},
		},
		{
			name: "scalar values",
			req: updates(
				scalarUpdate(och+"/config/frequency", uintVal(196100000)),
				scalarUpdate(och+"/config/target-output-power", doubleVal(-7.25)),
				scalarUpdate(channel1+"/config/logical-channel-type", stringVal("PROT_ETHERNET")),
			),
			want: []string{
				"- " + och + `/config/frequency = "193100000"`,
				"- " + och + `/config/target-output-power = "-10.0"`,
				"- " + channel1 + `/config/logical-channel-type = "openconfig-transport-types:PROT_OTN"`,
				"+ " + och + `/config/frequency = "196100000"`,
				"+ " + och + `/config/target-output-power = "-7.25"`,
				"+ " + channel1 + `/config/logical-channel-type = "openconfig-transport-types:PROT_ETHERNET"`,
			},
		},
		{
			name: "a member of another module carries it",
			req:  updates(update("/components/component[name=oc-1]", `{"name":"oc-1","openconfig-terminal-device:optical-channel":{"config":{"operational-mode":2}}}`)),
			want: []string{"- " + och + `/config/operational-mode = "1"`, "+ " + och + `/config/operational-mode = "2"`},
		},
		{
			name: "an assignment to what the same request makes",
			req: updates(update(channels, `{"channel":[
				{"index":1,"logical-channel-assignments":{"assignment":[{"index":1,"config":{"index":1,"assignment-type":"LOGICAL_CHANNEL","logical-channel":2}}]}},
				{"index":2,"config":{"index":2}}]}`)),
			want: []string{
				"+ " + carrier + `/config/assignment-type = "LOGICAL_CHANNEL"`,
				"+ " + carrier + `/config/index = "1"`,
				"+ " + carrier + `/config/logical-channel = "2"`,
				"+ " + channels + `/channel[index=2]/config/index = "2"`,
			},
		},
		{
			name: "prefix and path are joined",
			req: &gpb.SetRequest{
				Prefix: &gpb.Path{Origin: "openconfig", Target: "r1", Elem: wire(och).Elem},
				Update: []*gpb.Update{update("/config/operational-mode", `2`)},
			},
			want: []string{"- " + och + `/config/operational-mode = "1"`, "+ " + och + `/config/operational-mode = "2"`},
		},
		{
			name: "a deleted leaf with a default goes back to it",
			req:  deletes("/interfaces/interface[name=eth1/1]/config/enabled"),
			want: []string{`- /interfaces/interface[name=eth1/1]/config/enabled = "false"`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target := f.serve(t)
			c := f.dial(t, target)
			before := target.Snapshot(nil)
			c.mustSet(t, tt.req)
			if diff := cmp.Diff(tt.want, snapshotDiff(before, target.Snapshot(nil))); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSetRefuses(t *testing.T) {
	f := newFixture(t)
	good := update(och+"/config/frequency", `"196100000"`)
	tests := []struct {
		name  string
		req   *gpb.SetRequest
		code  codes.Code
		words string
	}{
		{"unknown path", updates(update("/components/component[name=oc-1]/laser", `{"on":true}`)), codes.NotFound, "laser"},
		{"path with a module", updates(update("/openconfig-platform:components", `{"component":[]}`)), codes.NotFound, "no such path"},
		{"unknown field", updates(update(och+"/config", `{"colour":"red"}`)), codes.InvalidArgument, "colour"},
		{"wrong module", updates(update(och+"/config", `{"openconfig-platform:frequency":"1"}`)), codes.InvalidArgument, "unknown field"},
		{"module left out", updates(update("/components/component[name=oc-1]", `{"optical-channel":{"config":{"frequency":"1"}}}`)), codes.InvalidArgument, "openconfig-terminal-device:optical-channel"},
		{"uint64 as number", updates(update(och+"/config", `{"frequency":196100000}`)), codes.InvalidArgument, "frequency"},
		{"uint16 as string", updates(update(och+"/config", `{"operational-mode":"1"}`)), codes.InvalidArgument, "operational-mode"},
		{"uint16 out of range", updates(update(och+"/config", `{"operational-mode":65536}`)), codes.InvalidArgument, "operational-mode"},
		{"decimal with exponent", updates(update(och+"/config", `{"target-output-power":"-1e1"}`)), codes.InvalidArgument, "target-output-power"},
		{"decimal with three digits", updates(update(och+"/config", `{"target-output-power":"-1.234"}`)), codes.InvalidArgument, "fraction digits"},
		{"decimal as number", updates(update(och+"/config", `{"target-output-power":-1.5}`)), codes.InvalidArgument, "target-output-power"},
		{"double with three digits", updates(scalarUpdate(och+"/config/target-output-power", doubleVal(-1.234))), codes.InvalidArgument, "fraction digits"},
		{"decimal from a string", updates(scalarUpdate(och+"/config/target-output-power", stringVal("-1"))), codes.InvalidArgument, "does not fit"},
		{"unknown identity", updates(update(channel1+"/config", `{"logical-channel-type":"openconfig-transport-types:PROT_ATM"}`)), codes.InvalidArgument, "PROT_ATM"},
		{"identity without its module", updates(update(channel1+"/config", `{"logical-channel-type":"PROT_OTN"}`)), codes.InvalidArgument, "PROT_OTN"},
		{"unknown enumeration", updates(update(channel1+"/config", `{"admin-state":"ON"}`)), codes.InvalidArgument, "ON"},
		{"null", updates(update(och+"/config", `{"frequency":null}`)), codes.InvalidArgument, "null"},
		{"broken JSON", updates(update(och+"/config", `{"frequency":`)), codes.InvalidArgument, "JSON"},
		{"text after JSON", updates(update(och+"/config", `{"frequency":"1"} {}`)), codes.InvalidArgument, "after"},
		{"member twice", updates(update(och+"/config", `{"frequency":"1","frequency":"2"}`)), codes.InvalidArgument, "twice"},
		{"member twice by module", updates(update(och+"/config", `{"frequency":"1","openconfig-terminal-device:frequency":"2"}`)), codes.InvalidArgument, "twice"},
		{"replace with nothing", replaces(update(och+"/config", `{}`)), codes.InvalidArgument, "not empty"},
		{"replace with null", replaces(update(och+"/config", `null`)), codes.InvalidArgument, "JSON object"},
		{"no value", updates(&gpb.Update{Path: wire(och + "/config/frequency")}), codes.InvalidArgument, "missing"},
		{"scalar for a container", updates(scalarUpdate(och+"/config", stringVal("x"))), codes.InvalidArgument, "json_ietf_val"},
		{"JSON that isn't IETF", updates(scalarUpdate(och+"/config/frequency", &gpb.TypedValue{Value: &gpb.TypedValue_JsonVal{JsonVal: []byte(`"1"`)}})), codes.Unimplemented, ""},
		{"state leaf", updates(update(och+"/state/frequency", `"1"`)), codes.InvalidArgument, "state"},
		{"state in a payload", updates(update(och, `{"state":{"frequency":"1"}}`)), codes.InvalidArgument, "state"},
		{"delete of state", deletes(och + "/state"), codes.InvalidArgument, "state"},
		{"delete of a key", deletes(channel1 + "/index"), codes.InvalidArgument, "key"},
		{"key against the path", updates(update(channel1, `{"index":2,"config":{"index":2}}`)), codes.InvalidArgument, "agree"},
		{"key setting against the path", updates(update(channel1+"/config", `{"index":2}`)), codes.InvalidArgument, "agree"},
		{"key setting against the path, scalar", updates(scalarUpdate(channel1+"/config/index", uintVal(2))), codes.InvalidArgument, "agree"},
		{"entry without its key", updates(update(channels, `{"channel":[{"config":{"index":2}}]}`)), codes.InvalidArgument, "index"},
		{"second entry without its key", updates(update(channels, `{"channel":[{"index":7,"config":{"index":7}},{"config":{"index":8}}]}`)), codes.InvalidArgument, "channel: key index"},
		{"entry twice", updates(update(channels, `{"channel":[{"index":2},{"index":2}]}`)), codes.InvalidArgument, "twice"},
		{"key missing in the path", updates(update("/terminal-device/logical-channels/channel/config/description", `"x"`)), codes.InvalidArgument, "missing keys"},
		{"wildcard key", replaces(update("/terminal-device/logical-channels/channel[index=*]/config/description", `"x"`)), codes.InvalidArgument, "wildcards"},
		{"key of the wrong type", updates(update("/terminal-device/logical-channels/channel[index=x]/config/description", `"x"`)), codes.InvalidArgument, "index"},
		{"unknown key", updates(update("/terminal-device/logical-channels/channel[number=1]/config/description", `"x"`)), codes.InvalidArgument, "index"},
		{"key on a container", updates(update("/components[name=x]/component[name=oc-1]/config/name", `"oc-1"`)), codes.InvalidArgument, "no list"},
		{"union replace", &gpb.SetRequest{UnionReplace: []*gpb.Update{good}}, codes.Unimplemented, "union_replace"},
		{"foreign origin", &gpb.SetRequest{Prefix: &gpb.Path{Origin: "eos_cli"}, Update: []*gpb.Update{good}}, codes.InvalidArgument, "origin"},
		{"assignment type says otherwise", updates(update(carrier+"/config", `{"index":1,"assignment-type":"LOGICAL_CHANNEL","optical-channel":"oc-1"}`)), codes.InvalidArgument, "must have assignment-type OPTICAL_CHANNEL"},
		{"assignment type missing", updates(update(carrier+"/config", `{"index":1,"logical-channel":1}`)), codes.InvalidArgument, "must have assignment-type LOGICAL_CHANNEL"},
		{"assignment to no optical channel", updates(update(carrier+"/config", `{"index":1,"assignment-type":"OPTICAL_CHANNEL","optical-channel":"oc-9"}`)), codes.InvalidArgument, `no component "oc-9"`},
		{"assignment to no logical channel", updates(update(carrier+"/config", `{"index":1,"assignment-type":"LOGICAL_CHANNEL","logical-channel":9}`)), codes.InvalidArgument, "no logical channel 9"},
		{"new interface without a type", updates(update("/interfaces/interface[name=eth9]/config", `{"enabled":true}`)), codes.InvalidArgument, "mandatory"},
		{"mandatory leaf deleted", deletes("/interfaces/interface[name=eth1/1]/config/type"), codes.InvalidArgument, "mandatory"},
		{"one of several is wrong", updates(good, update(och+"/config", `{"colour":"red"}`)), codes.InvalidArgument, "colour"},
		{"one of several breaks a rule", updates(good, update(carrier+"/config", `{"index":1,"assignment-type":"LOGICAL_CHANNEL","logical-channel":9}`)), codes.InvalidArgument, "no logical channel"},
	}
	target := f.serve(t)
	c := f.dial(t, target)
	before := target.Snapshot(nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := c.Set(c.ctx, tt.req)
			wantCode(t, err, tt.code, tt.words)
			if diff := snapshotDiff(before, target.Snapshot(nil)); diff != nil {
				t.Errorf("a refused Set changed %q", diff)
			}
		})
	}
	if got := target.Counters(); got.RefusedSets != len(tests) || got.ConfigurationCommands != len(tests) {
		t.Errorf("%d refused Sets and %d commands counted, want %d", got.RefusedSets, got.ConfigurationCommands, len(tests))
	}
}

func TestDanglingReferenceCannotBeLeftBehind(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	c.mustSet(t, updates(
		update(channels+"/channel[index=2]/config", `{"index":2}`),
		update(carrier+"/config", `{"index":1,"assignment-type":"LOGICAL_CHANNEL","logical-channel":2}`)))
	_, err := c.Set(c.ctx, deletes(channels+"/channel[index=2]"))
	wantCode(t, err, codes.InvalidArgument, "no logical channel 2")
	c.mustSet(t, deletes(channels+"/channel[index=2]", carrier))
	if got := target.Entries(channel1 + "/logical-channel-assignments/assignment"); len(got) != 0 {
		t.Errorf("assignments %v are left, want none", got)
	}
}

func TestStateFollowsConfiguration(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	wantValue(t, target, och+"/state/frequency", "193100000")
	c.mustSet(t, updates(update(och+"/config/frequency", `"196100000"`)))
	wantValue(t, target, och+"/state/frequency", "196100000")

	if err := target.SetState(map[string]string{channel1 + "/state/link-state": "UP", och + "/state/output-power/instant": "-9.50"}); err != nil {
		t.Fatal(err)
	}
	wantValue(t, target, och+"/state/output-power/instant", "-9.5")
	c.mustSet(t, deletes(channel1, "/components/component[name=oc-1]"))
	wantValue(t, target, channel1+"/state/link-state", "")
	wantValue(t, target, och+"/state/output-power/instant", "-9.5") // the part is still there
	if err := target.SetState(map[string]string{channel1 + "/state/link-state": "DOWN"}); err != nil {
		t.Fatal(err)
	}
	if got := target.Entries(channels + "/channel"); len(got) != 0 {
		t.Errorf("a late reading brought back the entries %v", got)
	}
	c.mustSet(t, deletes("/interfaces/interface[name=eth1/1]/config/enabled"))
	wantValue(t, target, "/interfaces/interface[name=eth1/1]/state/enabled", "true")
}

func TestHooks(t *testing.T) {
	f := newFixture(t)
	var committed []Change
	var after string
	target := f.serve(t, func(c *Config) {
		c.Hooks = Hooks{
			Validate: func(tx *Tx) error {
				after, _ = tx.After(och + "/config/frequency")
				switch after {
				case "1":
					return errors.New("the laser does not tune there")
				case "2":
					return status.Error(codes.ResourceExhausted, "the laser is busy")
				}
				return nil
			},
			Commit: func(tx *Tx) { committed = append(committed, tx.Changes()...) },
			Mirror: func(c Change) (string, bool) {
				return c.New, !strings.HasSuffix(c.Path(), "/target-output-power")
			},
		}
	})
	c := f.dial(t, target)
	_, err := c.Set(c.ctx, updates(update(och+"/config/frequency", `"1"`)))
	wantCode(t, err, codes.InvalidArgument, "does not tune")
	_, err = c.Set(c.ctx, updates(update(och+"/config/frequency", `"2"`)))
	wantCode(t, err, codes.ResourceExhausted, "busy")
	if len(committed) != 0 {
		t.Errorf("Commit was told of refused changes: %v", committed)
	}
	c.mustSet(t, updates(update(och+"/config", `{"frequency":"196100000","target-output-power":"-8.0"}`)))
	type told struct {
		path string
		Change
	}
	var got []told
	for _, c := range committed {
		got = append(got, told{c.Path(), c})
	}
	want := []told{
		{och + "/config/frequency", Change{Old: "193100000", New: "196100000", Had: true, Has: true}},
		{och + "/config/target-output-power", Change{Old: "-10.0", New: "-8.0", Had: true, Has: true}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(told{}), cmpopts.IgnoreUnexported(Change{})); diff != "" {
		t.Errorf("committed (-want +got):\n%s", diff)
	}
	wantValue(t, target, och+"/state/frequency", "196100000")
	// The hook kept the start-up value out of state, and this one too.
	wantValue(t, target, och+"/state/target-output-power", "")
}

func TestCounters(t *testing.T) {
	f := newFixture(t)
	target := f.serve(t)
	c := f.dial(t, target)
	c.mustSet(t, updates(update(och+"/config", `{"frequency":"196100000"}`)))
	c.mustSet(t, updates(update(och+"/config", `{"frequency":"196100000"}`)))
	c.mustSet(t, deletes(channels+"/channel[index=99]"))
	c.mustSet(t, &gpb.SetRequest{})
	_, err := c.Set(c.ctx, updates(update(och+"/config", `{"frequency":1}`)))
	wantCode(t, err, codes.InvalidArgument)
	got := target.Counters()
	want := Counters{
		Sets: 3, NoopSets: 2, EmptySets: 1, RefusedSets: 1, ConfigurationCommands: 5,
		Leaves:      map[string]int{"/components/component/optical-channel/config/frequency": 1},
		Connections: 1, Connected: 1, LastWriter: testUser,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
	var changed []int
	for _, w := range target.Writes() {
		changed = append(changed, w.Changed)
	}
	if diff := cmp.Diff([]int{1, 0, 0, 0}, changed); diff != "" {
		t.Errorf("changed leaves per write (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{och + "/config/frequency"}, target.Writes()[0].Paths); diff != "" {
		t.Errorf("paths of the first write (-want +got):\n%s", diff)
	}
}
