package intents

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goodSet is the network of testdata, decoded with places and defaults.
func goodSet(tb testing.TB, replace ...string) []Document {
	tb.Helper()
	return goodFile(tb, "network.yaml", replace...)
}

// goodFile is a file of testdata in which texts are replaced.
func goodFile(tb testing.TB, file string, replace ...string) []Document {
	tb.Helper()
	text, err := os.ReadFile("testdata/good/" + file)
	if err != nil {
		tb.Fatal(err)
	}
	changed := string(text)
	for i := 0; i+1 < len(replace); i += 2 {
		before := changed
		if changed = strings.Replace(changed, replace[i], replace[i+1], 1); changed == before {
			tb.Fatalf("%q is not in the network", replace[i])
		}
	}
	docs, err := Decode([]byte(changed), "net.yaml", WithCatalogue(defaultCatalogue(tb)), WithPlaces())
	if err != nil {
		tb.Fatal(err)
	}
	for i := range docs {
		Default(&docs[i])
	}
	return docs
}

func TestCheckAcceptsGood(t *testing.T) {
	if err := Check(goodSet(t), nil, defaultCatalogue(t)); err != nil {
		t.Error(err)
	}
}

// TestCheck breaks one reference of a good network at a time. Rows are those
// of the bad-input catalogue.
func TestCheck(t *testing.T) {
	const more = `
---
apiVersion: waveplane.dev/v1alpha1
`
	tests := []struct {
		row  string
		edit []string
		want string
	}{
		{"31 unknown device", []string{"ends: [roadm-a1/deg1,", "ends: [roadm-a9/deg1,"}, `net.yaml:77:10: spec.ends[0]: unknown device "roadm-a9"; did you mean "roadm-a1"?`},
		{"32 unknown port", []string{"ends: [roadm-a1/deg1,", "ends: [roadm-a1/deg7,"}, `net.yaml:77:10: spec.ends[0]: device "roadm-a1" has no port "deg7"; did you mean "deg1"?`},
		{"33 port already at a link", []string{"ends: [xp-b1/line1, roadm-b1/add3]", "ends: [xp-b1/line1, roadm-a1/add7]"}, `net.yaml:97:28: spec.ends[1]: "roadm-a1/add7" is already at link "patch-a"`},
		{"33 amplifier twice", []string{"amplifier: {type: edfa-25, gainDb: {az: 17, za: 17}}", "amplifier: {az: ila-7/amp1, za: ila-7/amp2}"}, `"ila-7/amp1" stands twice in the link`},
		{"34 unknown site of a device", []string{"  site: dc-a\n", "  site: dc-x\n"}, `net.yaml:21:9: spec.site: unknown site "dc-x"; did you mean "dc-a"?`},
		{"34 unknown site of a circuit", []string{"  to: dc-b\n", "  to: berlin\n"}, `net.yaml:112:7: spec.to: unknown site "berlin"`},
		{"34 unknown site of an amplifier", []string{"site: hut-7, amplifier", "site: hut-8, amplifier"}, `unknown site "hut-8"; did you mean "hut-7"?`},
		{"34 unknown amplifier device", []string{"az: ila-7/amp1", "az: ila-9/amp1"}, `unknown device "ila-9"; did you mean "ila-7"?`},
		{"34 unknown amplifier type", []string{"type: edfa-25", "type: edfa-52"}, `net.yaml:86:25: spec.spans[3].amplifier.type: unknown amplifier type "edfa-52"; did you mean "edfa-17"?`},
		{"38 unknown fibre type", []string{"fiber: G.652.D", "fiber: G.652.Z"}, `net.yaml:82:33: spec.spans[0].fiber: unknown fibre type "g.652.z"; did you mean "g.652.d"?`},
		{"34 unknown link", []string{"route: [a-b-north]", "route: [a-b-south]"}, `spec.route[0]: unknown link "a-b-south"; did you mean "a-b-north"?`},
		{"34 unknown mode", []string{"mode: openroadm-400g-16qam-63", "mode: openroadm-400g-16qam-64"}, `spec.mode: unknown mode "openroadm-400g-16qam-64"; did you mean "openroadm-400g-16qam-63"?`},
		{"34 mode of a document, misspelt", []string{"mode: openroadm-400g-16qam-63", "mode: my-40g"}, `did you mean "my-400g"?`},
		{"34 mode of a circuit", []string{"maxLatencyMs: 2.5", "modes: [oif-900zr]"}, `spec.modes[0]: unknown mode "oif-900zr"; did you mean "oif-400zr"?`},
		{"29 mode without figures", []string{"maxLatencyMs: 2.5", "modes: [oif-1600zr]"}, `mode "oif-1600zr" cannot be planned with: nothing but the rate is public`},
		{"29 mode not offered by the part", []string{"mode: openroadm-400g-16qam-63, txDbm: -1.5", "mode: openzrplus-400g, txDbm: -12"}, `mode "openzrplus-400g" is not offered by TERM-800G-CFP2; it offers openroadm-800g-pcs-131e`},
		{"28 slot too narrow for the mode", []string{"slotGHz: 87.5, mode", "slotGHz: 75, mode"}, `75 GHz is too narrow for mode "openroadm-400g-16qam-63"; write 87.5 or more`},
		{"28 slot too narrow for every mode", []string{"slotGHz: 87.5, mode: openroadm-400g-16qam-63", "slotGHz: 75"}, "75 GHz is too narrow for every mode of TERM-800G-CFP2; write 87.5 or more"},
		{"37 power outside the mode's range", []string{"txDbm: -1.5", "txDbm: 3"}, `spec.txDbm: 3 dBm is outside what mode "openroadm-400g-16qam-63" launches; write a value from -5.00 dBm to 0.00 dBm`},
		{"27 centre outside the tuning range", []string{"centreGHz: 193106.25", "centreGHz: 191300"}, `191300 GHz is outside what mode "openroadm-400g-16qam-63" tunes to`},
		{"30 both ends at one site", []string{"site: dc-b, profile: generic-terminal-openconfig", "site: dc-a, profile: generic-terminal-openconfig"}, `both ends are at site "dc-a"`},
		{"33 port of two wavelengths", []string{"txDbm: -1.5}\n", "txDbm: -1.5}" + more + "kind: Wavelength\nmetadata: {name: other}\nspec: {from: xp-b1/line1, to: xp-a1/line1}\n"}, `spec.from: port "xp-b1/line1" is already taken by wavelength "pinned-17"`},
		{"34 waypoint", []string{"maxLatencyMs: 2.5", "via: [nowhere]"}, `no site, link or device is named "nowhere"`},
		{"34 risk to avoid", []string{"maxLatencyMs: 2.5", "avoid: [duct-rivers]"}, `no site, link, device or shared risk is named "duct-rivers"`},
		{"34 client at another site", []string{"maxLatencyMs: 2.5", "handoff: {from: [xp-b1/client1]}"}, `device "xp-b1" is at site "dc-b", not "dc-a"`},
		{"34 unknown client", []string{"maxLatencyMs: 2.5", "handoff: {from: [xp-a1/client9]}"}, `device "xp-a1" has no port "client9"; did you mean "client1"?`},
	}
	cat := defaultCatalogue(t)
	for _, tt := range tests {
		t.Run(tt.row, func(t *testing.T) {
			err := Check(goodSet(t, tt.edit...), nil, cat)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %s\ngot  %v", tt.want, err)
			}
		})
	}
}

func TestCheckAgainstStored(t *testing.T) {
	cat := defaultCatalogue(t)
	set := goodSet(t)
	network, circuit := set[:len(set)-2], set[len(set)-2:]
	if err := Check(circuit, network, cat); err != nil {
		t.Errorf("a circuit and a wavelength in a stored network: %v", err)
	}
	if err := Check(circuit, nil, cat); err == nil || !strings.Contains(err.Error(), `unknown site "dc-a"`) {
		t.Errorf("without the network: %v", err)
	}
	wave := circuit[1]
	wave.Metadata.Name = "ai-east-west-3"
	wave.Places = nil
	err := Check([]Document{wave}, append(network, circuit[0]), cat)
	if err == nil || !strings.Contains(err.Error(), `one that circuit "ai-east-west" gives`) {
		t.Errorf("name of a stored circuit's wavelength: %v", err)
	}
	if faults, ok := err.(Faults); ok && faults[0].Line != 117 {
		t.Errorf("without places the origin gives the line: %v", faults)
	}
}

// TestOneAddressIsOneDevice: two devices of a set, or one of a set and a stored one,
// cannot have the same address; they may change them with each other in one set.
func TestOneAddressIsOneDevice(t *testing.T) {
	cat := defaultCatalogue(t)
	const has = "spec.address: device \"%s\" has this address already"
	set := goodSet(t, "ila-7.example.net:9339", `"127.0.0.1:9340"`)
	if err := Check(set, nil, cat); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("net.yaml:59:68: "+has, "ila-7")) {
		t.Errorf("two of a set: %v", err)
	}
	if err := Check(goodSet(t, "ila-7.example.net:9339", "ILA-8.example.net:9339", `"127.0.0.1:9340"`, "ila-8.example.net:9339"), nil, cat); err == nil {
		t.Error("names that differ in case alone are let through")
	}
	good := goodSet(t)
	var a, b int
	for i := range good {
		switch good[i].Metadata.Name {
		case "ila-7":
			a = i
		case "roadm-a1":
			b = i
		}
	}
	one, other := *good[a].Spec.(*DeviceSpec), *good[b].Spec.(*DeviceSpec)
	one.Address, other.Address = other.Address, one.Address
	changed := []Document{good[a], good[b]}
	changed[0].Spec, changed[1].Spec = &one, &other
	beside := func(gone ...int) []Document {
		var out []Document
		for i := range good {
			if !slices.Contains(gone, i) {
				out = append(out, good[i])
			}
		}
		return out
	}
	if err := Check(changed, beside(a, b), cat); err != nil {
		t.Errorf("changed with each other: %v", err)
	}
	if err := Check(changed[:1], beside(a), cat); err == nil || !strings.Contains(err.Error(), fmt.Sprintf(has, "roadm-a1")) {
		t.Errorf("one of a set and a stored one: %v", err)
	}
}

func TestCheckOffline(t *testing.T) {
	cat := defaultCatalogue(t)
	set := goodSet(t)
	circuit, wave := set[len(set)-2:len(set)-1], set[len(set)-1:]
	unchecked, err := CheckOffline(append(circuit, wave...), cat)
	if err != nil {
		t.Errorf("references that cannot be checked are no faults: %v", err)
	}
	want := []string{
		"Circuit ai-east-west refers to site dc-a",
		"Circuit ai-east-west refers to site dc-b",
		"Wavelength pinned-17 refers to device xp-a1",
		"Wavelength pinned-17 refers to device xp-b1",
		"Wavelength pinned-17 refers to link a-b-north",
	}
	if diff := cmp.Diff(want, unchecked); diff != "" {
		t.Error(diff)
	}
	// With one site in the set, sites are checked.
	_, err = CheckOffline(append(set[:1:1], circuit...), cat)
	if err == nil || !strings.Contains(err.Error(), `unknown site "dc-b"`) {
		t.Errorf("a missing site beside another: %v", err)
	}
}

func TestDefaultTwiceIsOnce(t *testing.T) {
	for _, doc := range goodSet(t) {
		once, err := Encode(doc)
		if err != nil {
			t.Fatal(err)
		}
		Default(&doc)
		twice, err := Encode(doc)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(once), string(twice)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestEqualSpec(t *testing.T) {
	one := func(text string) Document {
		docs, err := Decode([]byte(text), "")
		if err != nil {
			t.Fatal(err)
		}
		return docs[0]
	}
	tests := []struct {
		name, good, old, new string
		equal                bool
	}{
		{"zeros behind the point", goodLink, "16.9", "16.900", true},
		{"case of the fibre type", goodLink, "G.652.D", "g.652.d", true},
		{"default fibre type", goodLink, ", fiber: G.652.D", "", true},
		{"default power control", goodLink, "  spans:", "  powerControl: device\n  spans:", true},
		{"one number for both ways", goodLink, "gainDb: 17", "gainDb: {az: 17, za: 17}", true},
		{"default mode", goodDevice, "  ports:", "  mode: observe\n  ports:", true},
		{"default margin", goodCircuit, "  to: dc-b", "  to: dc-b\n  minMarginDb: 2", true},
		{"no protection", goodCircuit, "  to: dc-b", "  to: dc-b\n  protection: {type: none}", true},
		{"what 1+1 leaves out", strings.Replace(goodCircuit, "  to: dc-b", "  to: dc-b\n  protection: {type: 1+1, at: client}", 1), ", at: client", ", disjoint: sharedRisk", true},
		{"diversity by shared risk", strings.Replace(goodCircuit, "  to: dc-b", "  to: dc-b\n  diversity: {maxSharePercent: 50}", 1), "{max", "{by: sharedRisk, max", true},
		{"skew", goodCircuit, "  to: dc-b", "  to: dc-b\n  maxSkewMs: 0.2", false},
		{"labels", goodCircuit, "name: c1", "name: c1, labels: {a: b}", true},
		{"another loss", goodLink, "16.9", "16.8", false},
		{"another capacity", goodCircuit, "400", "800", false},
		{"another mode", goodDevice, "  ports:", "  mode: manage\n  ports:", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := one(tt.good), one(strings.Replace(tt.good, tt.old, tt.new, 1))
			if got := EqualSpec(a, b); got != tt.equal {
				t.Errorf("EqualSpec = %v, want %v", got, tt.equal)
			}
		})
	}
}

// manyDocuments is a set as large as the command line is measured with.
func manyDocuments(n int) []byte {
	var b strings.Builder
	for i := range n {
		name := fmt.Sprintf("name: c%d", i)
		fmt.Fprintf(&b, "---\n%s", strings.Replace(goodCircuit, "name: c1", name, 1))
	}
	return []byte(b.String())
}

func BenchmarkDecodeThousand(b *testing.B) {
	cat, text := defaultCatalogue(b), manyDocuments(1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		docs, err := Decode(text, "many.yaml", WithCatalogue(cat), WithPlaces())
		if err != nil {
			b.Fatal(err)
		}
		for i := range docs {
			Default(&docs[i])
		}
		if _, err := CheckOffline(docs, cat); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeNetwork(b *testing.B) {
	cat := defaultCatalogue(b)
	text, err := os.ReadFile("testdata/good/network.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(text, "network.yaml", WithCatalogue(cat)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeOneJSON(b *testing.B) {
	docs, err := Decode([]byte(goodCircuit), "")
	if err != nil {
		b.Fatal(err)
	}
	text, err := Encode(docs[0])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(text, ""); err != nil {
			b.Fatal(err)
		}
	}
}
