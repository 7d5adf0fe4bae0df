package openconfig_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/openconfig/goyang/pkg/yang"

	"github.com/waveplane/waveplane/models/openconfig"
)

func newIndex(t testing.TB) *openconfig.Index {
	t.Helper()
	index, err := openconfig.NewIndex()
	if err != nil {
		t.Fatal(err)
	}
	return index
}

func TestLookup(t *testing.T) {
	index := newIndex(t)
	node := func(path string) *openconfig.Node {
		t.Helper()
		n, ok := index.Lookup(openconfig.SplitPath(path))
		if !ok {
			t.Fatalf("%s is not in the schema", path)
		}
		return n
	}

	frequency := node("/components/component[name=och-1]/optical-channel/config/frequency")
	if frequency.Kind != openconfig.Leaf || !frequency.Config || frequency.Units != "MHz" || frequency.Type.Base != "uint64" {
		t.Errorf("frequency is %+v with type %+v, want a config leaf in MHz of type uint64", frequency, frequency.Type)
	}
	if got := node("/components/component/state/oper-status"); got.Config || got.Prefixed {
		t.Errorf("oper-status is %+v, want state without a prefix", got)
	}
	distribution := node("/wavelength-router/media-channels/channel/spectrum-power-profile/distribution")
	if diff := cmp.Diff([]string{"lower-frequency", "upper-frequency"}, distribution.Keys); diff != "" {
		t.Errorf("keys of distribution (-want +got):\n%s", diff)
	}
	if !distribution.IsKey("upper-frequency") || distribution.IsKey("config") {
		t.Error("IsKey is wrong about distribution")
	}
	if key := node("/components/component/name"); key.Type.Base != "string" {
		t.Errorf("the key's leafref resolves to %s, want string", key.Type.Base)
	}
	if hold := node("/interfaces/interface/hold-time/config/up"); hold.Default != "0" {
		t.Errorf("default of hold-time up is %q, want 0", hold.Default)
	}
	if typ := node("/interfaces/interface/config/type"); !typ.Mandatory {
		t.Error("interface type is not mandatory")
	}
	for _, path := range []string{"/nothing", "/components/component/nothing", "/components/component/config/name/deeper"} {
		if n, ok := index.Lookup(openconfig.SplitPath(path)); ok {
			t.Errorf("%s found %+v, want nothing", path, n)
		}
	}
	if root, ok := index.Lookup(nil); !ok || root != index.Root() || len(root.Children()) != 7 {
		t.Errorf("the empty path found %+v, %v, want the root with its 7 children", root, ok)
	}
	if got := index.Children([]string{"optical-amplifier"}); len(got) != 2 || got[0].Name != "amplifiers" {
		t.Errorf("children of optical-amplifier are %v, want amplifiers and supervisory-channels", got)
	}
	if got := index.Children([]string{"nothing"}); got != nil {
		t.Errorf("children of a missing node are %v", got)
	}
}

func TestQualifiedName(t *testing.T) {
	index := newIndex(t)
	for path, want := range map[string]string{
		"/components":                                   "openconfig-platform:components",
		"/components/component":                         "component",
		"/components/component/optical-channel":         "openconfig-terminal-device:optical-channel",
		"/components/component/optical-channel/config":  "config",
		"/components/component/transceiver":             "openconfig-platform-transceiver:transceiver",
		"/components/component/port/optical-port":       "openconfig-transport-line-common:optical-port",
		"/components/component/port/optical-port/state": "state",
		"/interfaces/interface/state/hardware-port":     "openconfig-platform-port:hardware-port",
		"/interfaces/interface/ethernet":                "openconfig-if-ethernet:ethernet",
		"/openconfig-platform:components/component/openconfig-terminal-device:optical-channel": "openconfig-terminal-device:optical-channel",
	} {
		if got, ok := index.QualifiedName(openconfig.SplitPath(path)); !ok || got != want {
			t.Errorf("QualifiedName(%s) = %q, %v, want %q", path, got, ok, want)
		}
	}
	for _, path := range []string{"/openconfig-interfaces:components", "/components/component/openconfig-platform:optical-channel", "/x"} {
		if got, ok := index.QualifiedName(openconfig.SplitPath(path)); ok {
			t.Errorf("QualifiedName(%s) = %q, want nothing", path, got)
		}
	}
}

func TestModule(t *testing.T) {
	index := newIndex(t)
	amplifier, ok := index.Module("openconfig-optical-amplifier")
	if !ok || amplifier.Namespace != "http://openconfig.net/yang/optical-amplfier" || amplifier.Prefix != "oc-opt-amp" {
		t.Errorf("amplifier module is %+v, %v, want the misspelt namespace", amplifier, ok)
	}
	if m, ok := index.Module("openconfig-bgp"); ok {
		t.Errorf("found %+v, want nothing", m)
	}
}

func TestSplitPath(t *testing.T) {
	for path, want := range map[string][]string{
		"":                         nil,
		"/":                        nil,
		"/a/b":                     {"a", "b"},
		"a/b/":                     {"a", "b"},
		"/a[k=1/2]/b":              {"a", "b"},
		"/a[k=1][l=x]/b[m=]":       {"a", "b"},
		`/a[k=x\]/y]/b`:            {"a", "b"},
		"/m:a/b[name=port-1/0/1]":  {"m:a", "b"},
		"/a[k=open/never/closed/b": {"a"},
	} {
		if diff := cmp.Diff(want, openconfig.SplitPath(path)); diff != "" {
			t.Errorf("SplitPath(%q) (-want +got):\n%s", path, diff)
		}
	}
}

const (
	frequencyLeaf = "/components/component/optical-channel/config/frequency"
	powerLeaf     = "/components/component/optical-channel/config/target-output-power"
	modeLeaf      = "/components/component/optical-channel/config/operational-mode"
	berLeaf       = "/terminal-device/logical-channels/channel/otn/state/pre-fec-ber/instant"
	tribLeaf      = "/terminal-device/logical-channels/channel/config/trib-protocol"
	ampModeLeaf   = "/optical-amplifier/amplifiers/amplifier/config/amp-mode"
	gainLeaf      = "/optical-amplifier/amplifiers/amplifier/config/target-gain"
	adminLeaf     = "/wavelength-router/media-channels/channel/config/admin-status"
	enabledLeaf   = "/interfaces/interface/config/enabled"
	kindLeaf      = "/components/component/state/type"
	vendorLeaf    = "/components/component/transceiver/state/vendor"
	laneLeaf      = "/components/component/transceiver/host-lanes/lane/state/lane-number"
	macLeaf       = "/interfaces/interface/ethernet/config/mac-address"
	slotLeaf      = "/terminal-device/logical-channels/channel/logical-channel-assignments/assignment/config/tributary-slot-index"
	nameLeaf      = "/components/component/name"
)

func TestCheckLeafAccepts(t *testing.T) {
	index := newIndex(t)
	for _, c := range []struct{ path, json, want string }{
		{frequencyLeaf, `"193100000"`, "193100000"},
		{frequencyLeaf, `"18446744073709551615"`, "18446744073709551615"},
		{powerLeaf, `"-10.00"`, "-10.0"},
		{powerLeaf, `"-10"`, "-10.0"},
		{powerLeaf, `"0.50"`, "0.5"},
		{powerLeaf, `"-0.00"`, "0.0"},
		{modeLeaf, `5003`, "5003"},
		{berLeaf, `"0.000000001230000000"`, "0.00000000123"},
		{tribLeaf, `"openconfig-transport-types:PROT_400GE"`, "openconfig-transport-types:PROT_400GE"},
		{ampModeLeaf, `"openconfig-optical-amplifier:CONSTANT_GAIN"`, "openconfig-optical-amplifier:CONSTANT_GAIN"},
		{ampModeLeaf, `"CONSTANT_GAIN"`, "openconfig-optical-amplifier:CONSTANT_GAIN"},
		{gainLeaf, `"0"`, "0.0"},
		{adminLeaf, `"MAINT"`, "MAINT"},
		{enabledLeaf, `false`, "false"},
		{kindLeaf, `"openconfig-transport-types:OPTICAL_CHANNEL"`, "openconfig-transport-types:OPTICAL_CHANNEL"},
		{kindLeaf, `"openconfig-platform-types:OPERATING_SYSTEM"`, "openconfig-platform-types:OPERATING_SYSTEM"},
		{vendorLeaf, `"0123456789abcdef"`, "0123456789abcdef"},
		{laneLeaf, `255`, "255"},
		{macLeaf, `"00:1b:2C:3d:4e:5f"`, "00:1b:2C:3d:4e:5f"},
		{slotLeaf, `-1`, "-1"},
		{nameLeaf, `"port-1/0/1"`, "port-1/0/1"},
	} {
		for kind, value := range decodeBothWays(t, c.json) {
			got, err := index.CheckLeaf(openconfig.SplitPath(c.path), value)
			if err != nil || got != c.want {
				t.Errorf("CheckLeaf(%s, %s as %s) = %q, %v, want %q", c.path, c.json, kind, got, err, c.want)
			}
		}
	}
}

func TestCheckLeafRefuses(t *testing.T) {
	index := newIndex(t)
	for _, c := range []struct{ path, json, why string }{
		{frequencyLeaf, `193100000`, "uint64 has to be a string"},
		{frequencyLeaf, `"-1"`, "negative"},
		{frequencyLeaf, `"193.1"`, "fraction"},
		{frequencyLeaf, `"18446744073709551616"`, "too large"},
		{powerLeaf, `-10.0`, "decimal64 has to be a string"},
		{powerLeaf, `"-1e1"`, "exponent"},
		{powerLeaf, `"-10.123"`, "surplus fraction digits"},
		{powerLeaf, `"-10."`, "point without digits"},
		{powerLeaf, `".5"`, "point without digits"},
		{powerLeaf, `"nil"`, "no number"},
		{powerLeaf, `""`, "empty"},
		{berLeaf, `"1.23e-09"`, "exponent"},
		{berLeaf, `"9.3"`, "beyond 64 bits at 18 digits"},
		{modeLeaf, `"5003"`, "uint16 has to be a number"},
		{modeLeaf, `65536`, "too large"},
		{modeLeaf, `1.5`, "fraction"},
		{tribLeaf, `"PROT_400GE"`, "identity of another module needs its prefix"},
		{tribLeaf, `"openconfig-transport-types:PROT_ETHERNET"`, "identity of another base"},
		{tribLeaf, `"openconfig-transport-types:NO_SUCH"`, "unknown identity"},
		{tribLeaf, `"oc-opt-types:PROT_400GE"`, "YANG prefix in place of the module name"},
		{ampModeLeaf, `"openconfig-optical-attenuator:CONSTANT_POWER"`, "same name, other base"},
		{gainLeaf, `"-0.01"`, "below the range"},
		{adminLeaf, `"enabled"`, "enum names are case sensitive"},
		{enabledLeaf, `"false"`, "boolean has to be a boolean"},
		{enabledLeaf, `null`, "null"},
		{kindLeaf, `"OPTICAL_CHANNEL"`, "union of identities of other modules"},
		{vendorLeaf, `"0123456789abcdefg"`, "too long"},
		{vendorLeaf, `""`, "too short"},
		{vendorLeaf, `["x"]`, "array"},
		{laneLeaf, `0`, "below the range"},
		{macLeaf, `"00:1b:2c"`, "pattern"},
		{slotLeaf, `{}`, "object"},
	} {
		for kind, value := range decodeBothWays(t, c.json) {
			got, err := index.CheckLeaf(openconfig.SplitPath(c.path), value)
			if !errors.Is(err, openconfig.ErrBadValue) {
				t.Errorf("CheckLeaf(%s, %s as %s) = %q, %v, want ErrBadValue: %s", c.path, c.json, kind, got, err, c.why)
			}
		}
	}
	for _, path := range []string{"/components/component/config", "/nothing", ""} {
		if _, err := index.CheckLeaf(openconfig.SplitPath(path), "x"); !errors.Is(err, openconfig.ErrNoNode) {
			t.Errorf("CheckLeaf(%s): %v, want ErrNoNode", path, err)
		}
		if _, err := index.CheckText(openconfig.SplitPath(path), "x"); !errors.Is(err, openconfig.ErrNoNode) {
			t.Errorf("CheckText(%s): %v, want ErrNoNode", path, err)
		}
		if _, err := index.JSONValue(openconfig.SplitPath(path), "x"); !errors.Is(err, openconfig.ErrNoNode) {
			t.Errorf("JSONValue(%s): %v, want ErrNoNode", path, err)
		}
	}
}

// decodeBothWays reads a JSON value with numbers as float64 and as json.Number.
func decodeBothWays(t *testing.T, text string) map[string]any {
	t.Helper()
	var plain, exact any
	if err := json.Unmarshal([]byte(text), &plain); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&exact); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"float64": plain, "json.Number": exact}
}

func TestTextToJSON(t *testing.T) {
	index := newIndex(t)
	for _, c := range []struct {
		path, text string
		want       any
	}{
		{frequencyLeaf, "193100000", "193100000"},
		{powerLeaf, "-10.00", "-10.0"},
		{modeLeaf, "5003", json.Number("5003")},
		{enabledLeaf, "true", true},
		{ampModeLeaf, "CONSTANT_GAIN", "openconfig-optical-amplifier:CONSTANT_GAIN"},
		{kindLeaf, "openconfig-platform-types:PORT", "openconfig-platform-types:PORT"},
	} {
		path := openconfig.SplitPath(c.path)
		got, err := index.JSONValue(path, c.text)
		if err != nil {
			t.Errorf("JSONValue(%s, %s): %v", c.path, c.text, err)
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("JSONValue(%s, %s) (-want +got):\n%s", c.path, c.text, diff)
		}
		if _, err := index.CheckLeaf(path, got); err != nil {
			t.Errorf("CheckLeaf refuses what JSONValue made: %v", err)
		}
	}
	for _, c := range [][2]string{{modeLeaf, "x"}, {enabledLeaf, "1"}, {kindLeaf, "PORT"}, {powerLeaf, "1e1"}, {nameLeaf, "\xff"}} {
		if got, err := index.JSONValue(openconfig.SplitPath(c[0]), c[1]); !errors.Is(err, openconfig.ErrBadValue) {
			t.Errorf("JSONValue(%s, %q) = %v, %v, want ErrBadValue", c[0], c[1], got, err)
		}
	}
}

// TestIndexAgreesWithGeneratedSchema walks the schema inside generated.go and looks each node up.
func TestIndexAgreesWithGeneratedSchema(t *testing.T) {
	index := newIndex(t)
	schema, err := openconfig.Schema()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	var walk func(e *yang.Entry, path []string)
	walk = func(e *yang.Entry, path []string) {
		for name, child := range e.Dir {
			at := append(append([]string(nil), path...), name)
			n, ok := index.Lookup(at)
			if !ok {
				t.Errorf("%v is generated but not in the index", at)
				continue
			}
			count++
			if n.Config == child.ReadOnly() || n.Kind == openconfig.List != child.IsList() {
				t.Errorf("%v: index says %v config=%v, generated schema differs", at, n.Kind, n.Config)
			}
			walk(child, at)
		}
	}
	walk(schema.RootSchema(), nil)
	if count != index.Len() {
		t.Errorf("the generated schema has %d nodes, the index %d", count, index.Len())
	}
}

func BenchmarkNewIndex(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newIndex(b)
	}
}

func BenchmarkCheckLeaf(b *testing.B) {
	index := newIndex(b)
	path := openconfig.SplitPath(powerLeaf)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := index.CheckLeaf(path, "-10.00"); err != nil {
			b.Fatal(err)
		}
	}
}
