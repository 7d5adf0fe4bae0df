package intents

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/waveplane/waveplane/models/catalogue"
)

func defaultCatalogue(tb testing.TB) *catalogue.Catalogue {
	tb.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		tb.Fatal(err)
	}
	return cat
}

// Documents that are right; the tests below break them.
const (
	header = "apiVersion: waveplane.dev/v1alpha1\n"

	goodSite = header + `kind: Site
metadata: {name: dc-a}
spec: {role: dc}
`
	goodDevice = header + `kind: Device
metadata: {name: roadm-a1}
spec:
  site: dc-a
  profile: generic-roadm-openconfig
  address: 127.0.0.1:9339
  credentials: {ref: "env:WAVEPLANE_LAB"}
  ports:
    deg1: {tx: LINE-1-OUT, rx: LINE-1-IN}
    add7: {bank: srg1, addDbm: [-18, -3]}
  banks: {srg1: {colourless: true, degrees: [deg1]}}
`
	goodFilter = header + `kind: Device
metadata: {name: mux-a}
spec:
  site: dc-a
  profile: passive-filter
  ports:
    ch17: {centreGHz: 193106.25, widthGHz: 75}
    line: {}
`
	goodCrossbar = header + `kind: Device
metadata: {name: ocs-a}
spec:
  site: dc-a
  profile: polatis-tl1
  address: 127.0.0.1:3082
  ports:
    p1: {rx: "1", tx: "17"}
  switch: {lossDb: 1.5}
`
	goodLink = header + `kind: Link
metadata: {name: a-b}
spec:
  ends: [roadm-a1/deg1, roadm-b1/deg2]
  spans:
    - {id: s1, km: 78.4, fiber: G.652.D, lossDb: {az: 16.9, za: 17.6}}
    - {amplifier: {type: edfa-25, gainDb: 17}}
`
	goodMode = header + `kind: Mode
metadata: {name: my-400g}
spec: {rateGbps: 400, baudGBd: 63.1, modulation: DP-16QAM, slotGHz: 87.5, txDbm: [-5, 0]}
`
	goodCircuit = header + `kind: Circuit
metadata: {name: c1, namespace: tenant-x}
spec:
  from: dc-a
  to: dc-b
  capacityGbps: 400
`
	goodWavelength = header + `kind: Wavelength
metadata: {name: pinned}
spec:
  from: xp-a1/line1
  to: xp-b1/line1
  centreGHz: 193106.25
  slotGHz: 87.5
  txDbm: -1.5
`
)

// TestBadInput is the catalogue of bad input: numbers are its rows. Each case
// names where the fault stands and words that its text must hold.
func TestBadInput(t *testing.T) {
	cat := defaultCatalogue(t)
	tests := []struct {
		row      string
		text     string // the whole text, or…
		good     string // …a right document in which…
		old, new string // …this is replaced
		at       string // line:column
		field    string
		says     []string
	}{
		{row: "1 empty body", text: "", at: "1:1", says: []string{"no document"}},
		{row: "2 blank file", text: "\n  \n\n", at: "1:1", says: []string{"no document"}},
		{row: "3 only comments", text: "# nothing\n---\n# here\n", at: "1:1", says: []string{"no document"}},
		{row: "4 UTF-16", text: "\xff\xfea\x00", at: "1:1", says: []string{"UTF-16", "UTF-8"}},
		{row: "5 invalid UTF-8", text: "kind: Site\nname: a\xc3(b", at: "2:8", says: []string{"invalid UTF-8", "0xc3", "offset 18"}},
		{row: "6 NUL in name", text: "metadata: {name: a\x00b}", at: "1:19", says: []string{"NUL", "offset 18"}},
		{row: "6 NUL as an escape", good: goodSite, old: "dc-a", new: `"a\0b"`, at: "3:18", field: "metadata.name", says: []string{"control character 0x00"}},
		{row: "9 text over 64 KiB", good: goodSite, old: "dc-a", new: strings.Repeat("a", 1<<16+1), at: "3:18", says: []string{"65537 bytes", "65536"}},
		{row: "11 YAML key twice", good: goodCircuit, old: "  to: dc-b\n", new: "  to: dc-b\n  to: dc-c\n", at: "7:3", field: "spec.to", says: []string{"twice", "line 6"}},
		{row: "11 JSON key twice", text: `{"apiVersion":"waveplane.dev/v1alpha1","kind":"Site","metadata":{"name":"a"},"spec":{"role":"dc","role":"pop"}}`, at: "1:98", field: "spec.role", says: []string{"twice"}},
		{row: "11 unknown key twice", good: goodSite, old: "role: dc", new: "role: dc, x: 1, x: 2", at: "4:18", field: "spec.x", says: []string{"twice"}},
		{row: "12 unknown field", good: goodCircuit, old: "capacityGbps", new: "capacityGbit", at: "7:3", field: "spec.capacityGbit", says: []string{"unknown field", "did you mean capacityGbps?"}},
		{row: "12 unknown field, nothing near", good: goodSite, old: "role: dc", new: "role: dc, elevation: 3", at: "4:18", field: "spec.elevation", says: []string{"known are role, lat, lon"}},
		{row: "13 wrong case", good: goodCircuit, old: "capacityGbps", new: "capacitygbps", at: "7:3", field: "spec.capacitygbps", says: []string{"did you mean capacityGbps?"}},
		{row: "14 no as text", good: goodSite, old: "dc-a", new: "no", at: "3:18", field: "metadata.name", says: []string{"the boolean no", `write "no" in quotes`}},
		{row: "14 on as text", good: goodCircuit, old: "dc-a", new: "on", at: "5:9", field: "spec.from", says: []string{"the boolean on"}},
		{row: "14 yes as a boolean", good: goodDevice, old: "colourless: true", new: "colourless: yes", at: "12:30", field: "spec.banks.srg1.colourless", says: []string{"the boolean yes", "write true or false"}},
		{row: "15 1e3 as text", good: goodSite, old: "dc-a", new: "1e3", at: "3:18", field: "metadata.name", says: []string{"the number 1e3", "quotes"}},
		{row: "15 1e3 as a number", good: goodCircuit, old: "400", new: "1e3", at: "7:17", field: "spec.capacityGbps", says: []string{"exponent", "write 1000"}},
		{row: "15 0x10 as text", good: goodSite, old: "dc-a", new: "0x10", at: "3:18", field: "metadata.name", says: []string{"the number 0x10"}},
		{row: "15 0x10 as a number", good: goodCircuit, old: "400", new: "0x10", at: "7:17", field: "spec.capacityGbps", says: []string{"0x10", "write 16"}},
		{row: "15 012 as text", good: goodSite, old: "dc-a", new: "012", at: "3:18", field: "metadata.name", says: []string{"the number 012"}},
		{row: "15 012 as a number", good: goodCircuit, old: "400", new: "012", at: "7:17", field: "spec.capacityGbps", says: []string{"octal", "write 12"}},
		{row: "15 1_000 as a number", good: goodCircuit, old: "400", new: "1_000", at: "7:17", field: "spec.capacityGbps", says: []string{"write 1000"}},
		{row: "16 date as text", good: goodSite, old: "dc-a", new: "2026-12-01", at: "3:18", field: "metadata.name", says: []string{"the date 2026-12-01"}},
		{row: "16 date as a number", good: goodCircuit, old: "400", new: "2026-12-01", at: "7:17", field: "spec.capacityGbps", says: []string{"the date", "want a number"}},
		{row: "16 base 60", good: goodSite, old: "dc-a", new: "12:30:45", at: "3:18", field: "metadata.name", says: []string{"the number 12:30:45"}},
		{row: "16 number in quotes", good: goodCircuit, old: "400", new: `"400"`, at: "7:17", field: "spec.capacityGbps", says: []string{`found text "400", want a number`, "leave the quotes out"}},
		{row: "17 one bad of three", text: goodSite + "---\n" + strings.Replace(goodCircuit, "dc-a", "DC-A", 1) + "---\n" + goodDevice, at: "10:9", field: "spec.from", says: []string{"capital letters", "write dc-a"}},
		{row: "18 name too long", good: goodSite, old: "dc-a", new: strings.Repeat("a", 64), at: "3:18", field: "metadata.name", says: []string{"64 characters", "at most 63"}},
		{row: "19 name with a path", good: goodSite, old: "dc-a", new: "../../etc", at: "3:18", field: "metadata.name", says: []string{"not allowed", "a-z"}},
		{row: "19 name with a slash", good: goodSite, old: "dc-a", new: "a/b", at: "3:18", field: "metadata.name", says: []string{"not allowed"}},
		{row: "20 percent escapes", good: goodSite, old: "dc-a", new: `"%2e%2e"`, at: "3:18", field: "metadata.name", says: []string{"not allowed"}},
		{row: "20 look-alike", good: goodSite, old: "dc-a", new: "dc-а", at: "3:18", field: "metadata.name", says: []string{`dc-\u0430`}},
		{row: "20 right-to-left mark", good: goodSite, old: "dc-a", new: "dc-a\u200f", at: "3:18", field: "metadata.name", says: []string{`\u200f`}},
		{row: "21 case fold", text: goodSite + "---\n" + strings.Replace(goodSite, "dc-a", "DC-A", 1), at: "8:18", field: "metadata.name", says: []string{"capital letters"}},
		{row: "22 centre 0", good: goodWavelength, old: "193106.25", new: "0", at: "7:14", field: "spec.centreGHz", says: []string{"0 GHz is no frequency", "193100"}},
		{row: "23 centre negative", good: goodWavelength, old: "193106.25", new: "-193100", at: "7:14", field: "spec.centreGHz", says: []string{"no frequency"}},
		{row: "24 centre NaN", good: goodWavelength, old: "193106.25", new: ".nan", at: "7:14", field: "spec.centreGHz", says: []string{"out of range"}},
		{row: "24 centre Inf", good: goodWavelength, old: "193106.25", new: "Infinity", at: "7:14", field: "spec.centreGHz", says: []string{"out of range"}},
		{row: "25 centre in THz", good: goodWavelength, old: "193106.25", new: "193.1", at: "7:14", field: "spec.centreGHz", says: []string{"193.1 is THz", "write 193100"}},
		{row: "25 centre in MHz", good: goodWavelength, old: "193106.25", new: "193100000", at: "7:14", field: "spec.centreGHz", says: []string{"is MHz", "write 193100"}},
		{row: "25 centre in nm", good: goodWavelength, old: "193106.25", new: "1550.12", at: "7:14", field: "spec.centreGHz", says: []string{"nm", "about 193400"}},
		{row: "26 off the grid", good: goodWavelength, old: "193106.25", new: "193107", at: "7:14", field: "spec.centreGHz", says: []string{"6.25 GHz grid", "193106.25 GHz and 193112.5 GHz"}},
		{row: "27 slot below the band", good: goodWavelength, old: "193106.25", new: "191250", at: "7:14", field: "spec.centreGHz", says: []string{"below the band's edge of 191250 GHz", "nearest centre is 191293.75 GHz"}},
		{row: "27 slot above the band", good: goodWavelength, old: "193106.25", new: "196150", at: "7:14", field: "spec.centreGHz", says: []string{"above the band's edge of 196150 GHz", "nearest centre is 196106.25 GHz"}},
		{row: "28 slot 0", good: goodWavelength, old: "87.5", new: "0", at: "8:12", field: "spec.slotGHz", says: []string{"0 GHz is no width", "12.5"}},
		{row: "28 slot off the grid", good: goodWavelength, old: "87.5", new: "80", at: "8:12", field: "spec.slotGHz", says: []string{"multiple of 12.5", "next is 87.5 GHz"}},
		{row: "29 modulation unknown", good: goodMode, old: "DP-16QAM", new: "DP-16QUAM", at: "4:50", field: "spec.modulation", says: []string{"did you mean DP-16QAM?", "DP-QPSK"}},
		{row: "30 same site twice", good: goodCircuit, old: "to: dc-b", new: "to: dc-a", at: "6:7", field: "spec.to", says: []string{`both "dc-a"`}},
		{row: "30 same port twice", good: goodWavelength, old: "xp-b1/line1", new: "xp-a1/line1", at: "6:7", field: "spec.to", says: []string{`both "xp-a1/line1"`}},
		{row: "30 same device twice", good: goodWavelength, old: "xp-b1/line1", new: "xp-a1/line2", at: "6:7", field: "spec.to", says: []string{"from one device to another"}},
		{row: "32 no port", good: goodWavelength, old: "xp-b1/line1", new: "xp-b1", at: "6:7", field: "spec.to", says: []string{`"xp-b1", want device/port`}},
		{row: "34 unknown bank", good: goodDevice, old: "bank: srg1", new: "bank: srg2", at: "11:18", field: "spec.ports.add7.bank", says: []string{`did you mean "srg1"?`}},
		{row: "34 unknown degree", good: goodDevice, old: "degrees: [deg1]", new: "degrees: [deg2]", at: "12:46", field: "spec.banks.srg1.degrees[0]", says: []string{`did you mean "deg1"?`}},
		{row: "34 unknown profile", good: goodDevice, old: "generic-roadm-openconfig", new: "generic-rodam-openconfig", at: "6:12", field: "spec.profile", says: []string{`did you mean "generic-roadm-openconfig"?`}},
		{row: "35 protection at the line is not built", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  protection: {type: 1+1, at: line}", at: "8:31", field: "spec.protection.at", says: []string{"not supported yet: protection at line"}},
		{row: "35 restoration is not built", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  protection: {type: restore}", at: "8:22", field: "spec.protection.type", says: []string{"not supported yet: protection restore"}},
		{row: "35 disjoint by what", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  protection: {type: 1+1, disjoint: sites}", at: "8:37", field: "spec.protection.disjoint", says: []string{`did you mean site?`}},
		{row: "35 disjoint without protection", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  protection: {type: none, disjoint: site}", at: "8:38", field: "spec.protection.disjoint", says: []string{"without protection", "type: 1+1"}},
		{row: "35 via and protection", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  via: [dc-c]\n  protection: {type: 1+1}", at: "8:8", field: "spec.via", says: []string{"which of the two routes"}},
		{row: "35 one wavelength on two routes", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  maxWavelengths: 1\n  protection: {type: 1+1}", at: "8:19", field: "spec.maxWavelengths", says: []string{"two routes", "2 or more"}},
		{row: "35 apart from itself", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  diversity: {apartFrom: [c1]}", at: "8:27", field: "spec.diversity.apartFrom[0]", says: []string{"apart from itself"}},
		{row: "35 diversity of nothing", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  diversity: {by: site}", at: "8:14", field: "spec.diversity", says: []string{"asks for nothing", "maxSharePercent or apartFrom"}},
		{row: "35 share of 0", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  diversity: {maxSharePercent: 0}", at: "8:32", field: "spec.diversity.maxSharePercent", says: []string{"0 % is out of range", "from 1 to 99"}},
		{row: "35 share of one wavelength", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  maxWavelengths: 1\n  diversity: {maxSharePercent: 50}", at: "9:32", field: "spec.diversity.maxSharePercent", says: []string{"1 wavelength is all of the capacity"}},
		{row: "35 share and protection", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  protection: {type: 1+1}\n  diversity: {maxSharePercent: 50}", at: "9:32", field: "spec.diversity.maxSharePercent", says: []string{"no failure takes any"}},
		{row: "35 diversity by what", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  diversity: {by: duct, maxSharePercent: 50}", at: "8:19", field: "spec.diversity.by", says: []string{`unknown value "duct"`, "sharedRisk"}},
		{row: "skew below 0", good: goodCircuit, old: "  to: dc-b", new: "  to: dc-b\n  maxSkewMs: -1", at: "7:14", field: "spec.maxSkewMs", says: []string{"below 0 ms"}},
		{row: "skew NaN", good: goodCircuit, old: "  to: dc-b", new: "  to: dc-b\n  maxSkewMs: .nan", at: "7:14", field: "spec.maxSkewMs", says: []string{"out of range"}},
		{row: "36 latency 0", good: goodCircuit, old: "capacityGbps: 400", new: "capacityGbps: 400\n  maxLatencyMs: 0", at: "8:17", field: "spec.maxLatencyMs", says: []string{"no latency"}},
		{row: "37 power out of range", good: goodWavelength, old: "-1.5", new: "99", at: "9:10", field: "spec.txDbm", says: []string{"99 dBm is out of range", "from -30 to 25 dBm"}},
		{row: "37 power NaN", good: goodWavelength, old: "-1.5", new: "NaN", at: "9:10", field: "spec.txDbm", says: []string{"out of range"}},
		{row: "37 power 1e308", good: goodWavelength, old: "-1.5", new: "1e+308", at: "9:10", field: "spec.txDbm", says: []string{"out of range"}},
		{row: "37 range turned round", good: goodDevice, old: "[-18, -3]", new: "[-3, -18]", at: "11:32", field: "spec.ports.add7.addDbm", says: []string{"above its end"}},
		{row: "38 length 0", good: goodLink, old: "78.4", new: "0", at: "7:20", field: "spec.spans[0].km", says: []string{"0 km is no length"}},
		{row: "38 length negative", good: goodLink, old: "78.4", new: "-3", at: "7:20", field: "spec.spans[0].km", says: []string{"-3 km"}},
		{row: "38 loss 0", good: goodLink, old: "az: 16.9", new: "az: 0", at: "7:50", field: "spec.spans[0].lossDb", says: []string{"0 dB az is no loss"}},
		{row: "38 loss too small", good: goodLink, old: "za: 17.6", new: "za: 1.7", at: "7:50", field: "spec.spans[0].lossDb", says: []string{"less than 0.1 dB/km"}},
		{row: "38 one way only", good: goodLink, old: "lossDb: {az: 16.9, za: 17.6}", new: "lossDb: {az: 16.9}", at: "7:50", field: "spec.spans[0].lossDb.za", says: []string{"is required"}},
		{row: "38 self-loop", good: goodLink, old: "roadm-b1/deg2", new: "roadm-a1/deg1", at: "5:9", field: "spec.ends", says: []string{"both ends"}},
		{row: "38 one end", good: goodLink, old: "[roadm-a1/deg1, roadm-b1/deg2]", new: "[roadm-a1/deg1]", at: "5:9", field: "spec.ends", says: []string{"found 1 items, want 2"}},
		{row: "38 link twice", text: goodLink + "---\n" + goodLink, at: "12:18", field: "metadata.name", says: []string{"twice", "bad.yaml:1"}},
		{row: "40 2^63", good: goodCircuit, old: "400", new: "9223372036854775808", at: "7:17", field: "spec.capacityGbps", says: []string{"out of range"}},
		{row: "40 -1", good: goodCircuit, old: "400", new: "-1", at: "7:17", field: "spec.capacityGbps", says: []string{"-1 Gbit/s is out of range"}},
		{row: "40 1e400 in JSON", text: `{"apiVersion":"waveplane.dev/v1alpha1","kind":"Circuit","metadata":{"name":"a"},"spec":{"from":"a","to":"b","capacityGbps":1,"maxLatencyMs":1e400}}`, at: "1:141", field: "spec.maxLatencyMs", says: []string{"out of range"}},
		{row: "40 device code over 16 bits", good: goodMode, old: "txDbm: [-5, 0]", new: "deviceCodes: {generic-router-zr-openconfig: 65536}", at: "4:119", field: "spec.deviceCodes.generic-router-zr-openconfig", says: []string{"from 0 to 65535"}},
		{row: "41 no such day", good: goodLink, old: "  spans:", new: "  lease: {expires: 2041-02-30}\n  spans:", at: "6:20", field: "spec.lease.expires", says: []string{"want a date"}},
		{row: "41 year 9999", good: goodLink, old: "  spans:", new: "  lease: {expires: 9999-01-01}\n  spans:", at: "6:20", field: "spec.lease.expires", says: []string{"year of 9999-01-01 is out of range"}},
		{row: "41 time without zone", good: goodSite, old: "name: dc-a", new: `name: dc-a, creationTimestamp: "2026-12-01T01:00:00"`, at: "3:43", field: "metadata.creationTimestamp", says: []string{"want a time", "Z"}},
		{row: "46 terminal control", good: goodSite, old: "dc-a", new: `"\e[2Jx"`, at: "3:18", field: "metadata.name", says: []string{"control character 0x1b"}},
		{row: "46 line end in a reason", good: goodLink, old: "  spans:", new: "  reserved: [{fromGHz: 195000, toGHz: 195300, reason: \"a\\nb\"}]\n  spans:", at: "6:55", field: "spec.reserved[0].reason", says: []string{"one line"}},
		{row: "a secret as reference", good: goodDevice, old: `"env:WAVEPLANE_LAB"`, new: "admin:hunter2", at: "8:22", field: "spec.credentials.ref", says: []string{"neither env: nor file:"}},
		{row: "a secret in place of the mapping", good: goodDevice, old: `{ref: "env:WAVEPLANE_LAB"}`, new: "admin:hunter2", at: "8:16", field: "spec.credentials", says: []string{"found a text, want a mapping"}},
		{row: "a kind that is not built", good: goodSite, old: "kind: Site", new: "kind: Tenant", at: "2:7", field: "kind", says: []string{"not supported yet: kind Tenant"}},
		{row: "an unknown kind", good: goodSite, old: "kind: Site", new: "kind: Sites", at: "2:7", field: "kind", says: []string{`did you mean "Site"?`}},
		{row: "another version", good: goodSite, old: "v1alpha1", new: "v2", at: "1:13", field: "apiVersion", says: []string{"write waveplane.dev/v1alpha1"}},
		{row: "power control that is not built", good: goodLink, old: "  spans:", new: "  powerControl: controller\n  spans:", at: "6:17", field: "spec.powerControl", says: []string{"not supported yet"}},
		{row: "load steps are not built", good: goodLink, old: "  spans:", new: "  maxLoadStepDb: 1\n  spans:", at: "6:18", field: "spec.maxLoadStepDb", says: []string{"not supported yet: maxLoadStepDb", "leave it out"}},
		{row: "filter port of a wavelength switch", good: goodDevice, old: "  banks:", new: "    ch17: {centreGHz: 193106.25, widthGHz: 75}\n  banks:", at: "12:23", field: "spec.ports.ch17.centreGHz", says: []string{"a port of a roadm has no centreGHz", "no widthGHz"}},
		{row: "filter with an address", good: goodFilter, old: "  ports:", new: "  address: 10.0.0.1:830\n  ports:", at: "7:12", field: "spec.address", says: []string{"passive", "leave it out"}},
		{row: "filter that is managed", good: goodFilter, old: "  ports:", new: "  mode: manage\n  ports:", at: "7:9", field: "spec.mode", says: []string{"passive"}},
		{row: "filter port without a width", good: goodFilter, old: ", widthGHz: 75", new: "", at: "8:11", field: "spec.ports.ch17", says: []string{"only one of centreGHz and widthGHz"}},
		{row: "filter with two common ports", good: goodFilter, old: "    line: {}", new: "    line: {}\n    monitor: {}", at: "10:14", field: "spec.ports.monitor", says: []string{"one common port", "line"}},
		{row: "circuit switch with a fibre twice", good: goodCrossbar, old: `tx: "17"}`, new: "tx: \"17\"}\n    p2: {rx: \"2\", tx: \"17\"}", at: "10:23", field: "spec.ports.p2.tx", says: []string{"already belongs to port", "p1"}},
		{row: "filter port off the grid", good: goodFilter, old: "193106.25", new: "193107", at: "8:23", field: "spec.ports.ch17.centreGHz", says: []string{"off the 6.25 GHz grid", "193106.25 GHz"}},
		{row: "filter port with an odd width", good: goodFilter, old: "widthGHz: 75", new: "widthGHz: 70", at: "8:44", field: "spec.ports.ch17.widthGHz", says: []string{"not a multiple of 12.5 GHz", "75 GHz"}},
		{row: "circuit switch without numbers of fibres", good: goodCrossbar, old: `{rx: "1", tx: "17"}`, new: "{}", at: "9:9", field: "spec.ports.p1", says: []string{"numbers of the fibres", "give rx"}},
		{row: "circuit switch with one number", good: goodCrossbar, old: `, tx: "17"`, new: "", at: "9:9", field: "spec.ports.p1", says: []string{"only one of tx and rx"}},
		{row: "circuit switch with a loss below 0", good: goodCrossbar, old: "lossDb: 1.5", new: "lossDb: -1.5", at: "10:20", field: "spec.switch.lossDb", says: []string{"from 0 to 60 dB"}},
		{row: "circuit switch with a filter guard", good: goodCrossbar, old: "lossDb: 1.5", new: "filterGuardGHz: 6", at: "10:11", field: "spec.switch", says: []string{"only lossDb is known"}},
		{row: "circuit switch with a power density", good: goodCrossbar, old: `tx: "17"`, new: `tx: "17", egressDbmPer50GHz: -1`, at: "9:48", field: "spec.ports.p1.egressDbmPer50GHz", says: []string{"a port of a switch has no egressDbmPer50GHz"}},
		{row: "noise loading is not built", good: goodLink, old: "  spans:", new: "  noiseLoaded: true\n  spans:", at: "6:16", field: "spec.noiseLoaded", says: []string{"not supported yet"}},
		{row: "hold is not built", good: goodCircuit, old: "  to: dc-b", new: "  to: dc-b\n  hold: true", at: "7:9", field: "spec.hold", says: []string{"not supported yet"}},
		{row: "priority is not built", good: goodCircuit, old: "  to: dc-b", new: "  to: dc-b\n  priority: 1", at: "7:3", field: "spec.priority", says: []string{"not supported yet"}},
		{row: "namespace of a cluster kind", good: goodSite, old: "name: dc-a", new: "name: dc-a, namespace: x", at: "3:35", field: "metadata.namespace", says: []string{"no namespace"}},
		{row: "name that a circuit gives", text: goodCircuit + "---\n" + strings.Replace(goodWavelength, "{name: pinned}", "{name: c1-12, namespace: tenant-x}", 1), at: "11:18", field: "metadata.name", says: []string{`circuit "c1"`}},
		{row: "margin below 0", good: goodCircuit, old: "  to: dc-b", new: "  to: dc-b\n  minMarginDb: -1", at: "7:16", field: "spec.minMarginDb", says: []string{"below 0 dB"}},
		{row: "address without port", good: goodDevice, old: "127.0.0.1:9339", new: "router1", at: "7:12", field: "spec.address", says: []string{"want host:port"}},
		{row: "address with a shell in it", good: goodDevice, old: "127.0.0.1:9339", new: `"r;reboot:22"`, at: "7:12", field: "spec.address", says: []string{"neither an address nor a name"}},
		{row: "tab in the indentation", good: goodCircuit, old: "  to: dc-b", new: "\tto: dc-b", at: "6:2", says: []string{"tab", "spaces"}},
		{row: "YAML tag", good: goodSite, old: "dc-a", new: "!!str dc-a", at: "3:18", says: []string{"tag", "not supported"}},
		{row: "two JSON values", text: `{"kind":"Site"} {"kind":"Site"}`, at: "1:17", says: []string{"---"}},
		{row: "brace never closed", text: "kind: {a: b\n", at: "1:7", says: []string{"never closed"}},
		{row: "quote never closed", text: "kind: \"abc\n", at: "1:7", says: []string{"never closed"}},
		{row: "a list instead of a document", text: "- a\n- b\n", at: "1:1", says: []string{"found a list, want a document"}},
		{row: "alias of nothing", good: goodSite, old: "dc-a", new: "*a", at: "3:18", says: []string{"stands for nothing"}},
		{row: "empty field", good: goodCircuit, old: "from: dc-a", new: "from:", at: "5:8", field: "spec.from", says: []string{"found nothing, want text"}},
	}
	for _, tt := range tests {
		t.Run(tt.row, func(t *testing.T) {
			text := tt.text
			if tt.good != "" {
				if _, err := Decode([]byte(tt.good), "good.yaml", WithCatalogue(cat)); err != nil {
					t.Fatalf("the document to break is not right: %v", err)
				}
				text = strings.Replace(tt.good, tt.old, tt.new, 1)
				if text == tt.good {
					t.Fatalf("%q is not in the document", tt.old)
				}
			}
			docs, err := Decode([]byte(text), "bad.yaml", WithCatalogue(cat))
			var faults Faults
			if !errors.As(err, &faults) || len(faults) == 0 {
				t.Fatalf("accepted, or no Faults: %v", err)
			}
			if docs != nil {
				t.Errorf("documents returned beside faults")
			}
			f := faults[0]
			if got := fmt.Sprintf("%d:%d", f.Line, f.Column); got != tt.at || f.Field != tt.field || f.File != "bad.yaml" {
				t.Errorf("fault at %s %s field %q, want %s field %q\n%v", f.File, got, f.Field, tt.at, tt.field, faults)
			}
			for _, word := range tt.says {
				if !strings.Contains(faults.Error(), word) {
					t.Errorf("text lacks %q:\n%v", word, faults)
				}
			}
			if strings.Contains(faults.Error(), "hunter2") {
				t.Errorf("a secret is repeated: %v", faults)
			}
			if strings.ContainsAny(f.Error(), "\x1b\n\u200f") {
				t.Errorf("raw control characters in %q", f.Error())
			}
		})
	}
}

// TestHostileSizes holds the limits: refused fast and in little memory.
func TestHostileSizes(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	var merges strings.Builder
	merges.WriteString("base: &base\n")
	for i := range 10_000 {
		fmt.Fprintf(&merges, "  k%d: 1\n", i)
	}
	merges.WriteString("many:\n" + strings.Repeat("  - <<: *base\n", 50_000))
	var keys strings.Builder
	for i := range 1_000_000 {
		fmt.Fprintf(&keys, "k%d: 1\n", i)
	}
	tests := []struct{ name, text, says string }{
		{"7 alias bomb", bomb.String(), "aliases expand"},
		{"7 merge bomb", merges.String(), "aliases expand"},
		{"8 deep brackets", strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "inside each other"},
		{"8 deep JSON", strings.Repeat(`{"a":`, 10_000), "inside each other"},
		{"8 deep list", strings.Repeat("- ", 10_000) + "a", "inside each other"},
		{"8 deep indentation", deepBlocks(300), "inside each other"},
		{"9 text of 2 MB", "a: " + strings.Repeat("x", 2<<20), "at most 65536"},
		{"9 quoted text of 2 MB", `a: "` + strings.Repeat("x", 2<<20) + `"`, "at most 65536"},
		{"9 escaped text of 2 MB", `a: "\n` + strings.Repeat("x", 2<<20) + `"`, "more than 65536"},
		{"9 block text of 2 MB", "a: |\n" + strings.Repeat("  x\n", 1<<19), "at most 65536"},
		{"10 map of 1 M keys", keys.String(), "more than 100000 entries"},
		{"10 JSON map of 1 M keys", "{" + strings.Repeat(`"k":1,`, 1_000_000) + "}", "more than 100000 entries"},
		{"44 over 16 MiB", strings.Repeat("#", 16<<20+1), "at most 16777216"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := []byte(tt.text)
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := Decode(data, "bad.yaml")
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("want %q, got %.300v", tt.says, err)
			}
			used := (after.TotalAlloc - before.TotalAlloc) >> 20
			t.Logf("%v, %d MiB allocated for %d KiB of input", took, used, len(data)>>10)
			if used > 50 {
				t.Errorf("allocated %d MiB, want at most 50", used)
			}
			// The aim is 100 ms; a loaded machine gets ten times as long.
			if took > time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func deepBlocks(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// TestAllFaultsAtOnce: one run reports everything, in the order of the text.
func TestAllFaultsAtOnce(t *testing.T) {
	text := strings.NewReplacer("dc-a", "DC A", "400", "0x10").Replace(goodCircuit) + "---\n[broken\n---\n" + strings.Replace(goodWavelength, "193106.25", "193.1", 1)
	_, err := Decode([]byte(text), "set.yaml")
	want := []string{
		`set.yaml:5:9: spec.from: name "DC A" is not allowed; use a-z, 0-9, '-' and '.', beginning and ending with a letter or digit`,
		`set.yaml:7:17: spec.capacityGbps: found "0x10", want a decimal number; write 16`,
		`set.yaml:9:1: "[" is never closed`,
		`set.yaml:17:14: spec.centreGHz: 193.1 is THz; write 193100`,
	}
	if err == nil {
		t.Fatal("accepted")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestByteOrderMarkIsAccepted(t *testing.T) {
	for _, text := range []string{"\ufeff" + goodSite, strings.ReplaceAll(goodSite, "\n", "\r\n"), goodSite + "---\n", "%YAML 1.2\n---\n" + goodSite + "...\n"} {
		docs, err := Decode([]byte(text), "site.yaml")
		if err != nil || len(docs) != 1 || docs[0].Metadata.Name != "dc-a" {
			t.Errorf("%q: %v %v", text, docs, err)
		}
	}
}

// TestHostileContent: documents that are large and wrong in every place are
// refused without a search that grows with the square of their size. Row 39.
func TestHostileContent(t *testing.T) {
	cat := defaultCatalogue(t)
	names := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	links := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "---\n%skind: Link\nmetadata: {name: l%d}\nspec: {ends: [a%d/x, b%d/x]}\n", header, i, i, i)
		}
		return b.String()
	}
	tests := []struct{ name, text, says string }{
		{"ports and banks that do not fit", strings.Replace(strings.Replace(goodDevice, "  banks: {", "  banks: {"+names("bank%d: {colourless: true, degrees: [port%[1]d]}, ", 40_000), 1),
			"  ports:\n", "  ports:\n"+names("    x%d: {bank: y%[1]d}\n", 40_000), 1), `unknown bank "y`},
		{"many names", strings.Replace(goodCircuit, "  to:", "  via: ["+names("site%d, ", 90_000)+"]\n  to:", 1), "a list of 90000 names; write at most 512"},
		{"unknown fields", strings.Replace(goodCircuit, "  to:", names("  field%d: 1\n", 90_000)+"  to:", 1), "unknown field"},
		{"links of nothing", links(30_000), `unknown device "a0"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			docs, err := Decode([]byte(tt.text), "bad.yaml", WithCatalogue(cat), WithPlaces())
			if err == nil {
				err = Check(docs, nil, cat)
			}
			took := time.Since(start)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("want %q, got %.500v", tt.says, err)
			}
			var faults Faults
			if !errors.As(err, &faults) || len(faults) > maxFaults {
				t.Errorf("%d faults", len(faults))
			}
			t.Logf("%v for %d KiB", took, len(tt.text)>>10)
			if took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
