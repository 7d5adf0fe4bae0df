package intents

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAllFaultsOfADocument: what cannot be read in one field hides nothing of
// the others, and is not reported a second time as missing or out of range.
func TestAllFaultsOfADocument(t *testing.T) {
	const nameRule = "use a-z, 0-9, '-' and '.', beginning and ending with a letter or digit"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"circuit", `apiVersion: waveplane.dev/v2
kind: Circuit
metadata: {name: ../../etc}
spec:
  from: dc-a
  to: dc-b
  capacityGbps: -1
  maxLatencyMs: NaN
  modes: [openzrplus-500g]
`, []string{
			`1:13: apiVersion: found "waveplane.dev/v2"; write waveplane.dev/v1alpha1`,
			`3:18: metadata.name: name "../../etc" is not allowed; ` + nameRule,
			`7:17: spec.capacityGbps: -1 Gbit/s is out of range; write a whole number from 1 to 10000000`,
			`8:17: spec.maxLatencyMs: found "NaN", which is out of range; write a number`,
			`9:11: spec.modes[0]: mode "openzrplus-500g" is not in the catalogue; did you mean "openzrplus-100g"?`,
		}},
		{"wavelength", header + `kind: Wavelength
metadata: {name: w}
spec:
  from: a/1
  to: b/1
  centreGHz: 193107
  slotGHz: 70
  mode: nothing-like-it
  txDbm: 1e308
`, []string{
			`7:14: spec.centreGHz: 193107 GHz is off the 6.25 GHz grid; the nearest are 193106.25 GHz and 193112.5 GHz`,
			`8:12: spec.slotGHz: 70 GHz is not a multiple of 12.5 GHz; the next is 75 GHz`,
			`9:9: spec.mode: mode "nothing-like-it" is not in the catalogue; only a Mode document can make it right`,
			`10:10: spec.txDbm: 1e+308 dBm is out of range; write a value from -30 to 25 dBm`,
		}},
		{"unknown kind", header + "kind: Circus\nmetadata: {name: A}\nspec: {}\n", []string{
			`2:7: kind: unknown kind "Circus"; did you mean "Circuit"?`,
			`3:18: metadata.name: name "A" has capital letters; write a`,
		}},
		{"no spec", header + "kind: Circuit\nmetadata: {name: A}\n", []string{
			`1:1: spec: is required`,
			`3:18: metadata.name: name "A" has capital letters; write a`,
		}},
		{"site", header + "kind: Site\nmetadata: {name: a}\nspec: {role: cd, latt: 52, lon: 400}\n", []string{
			`4:14: spec.role: unknown value "cd"; write one of dc, pop, hut`,
			`4:18: spec.latt: unknown field; did you mean lat?`,
			`4:33: spec.lon: 400 degrees is out of range; write a value from -180 to 180 degrees`,
		}},
		{"device", header + `kind: Device
metadata: {name: d}
spec:
  site: [a]
  profile: generic-roadm-openconfig
  address: nowhere
  mode: mange
  credentials: admin:hunter2
  ports: {deg1: {tx: 1, rx: A, addDbm: [x, -80]}, add1: {bank: srg9}}
  banks: [srg1]
`, []string{
			`5:9: spec.site: found a list, want text`,
			`7:12: spec.address: found "nowhere", want host:port; write host:port`,
			`8:9: spec.mode: unknown value "mange"; did you mean manage? Known are observe, manage`,
			`9:16: spec.credentials: found a text, want a mapping`,
			`10:22: spec.ports.deg1.tx: found the number 1, want text; write "1" in quotes`,
			`10:41: spec.ports.deg1.addDbm[0]: found text "x", want a number`,
			`10:44: spec.ports.deg1.addDbm[1]: -80 dBm is out of range; write a value from -60 to 30 dBm`,
			`11:10: spec.banks: found a list, want a mapping`,
		}},
		{"degrees of ports that were not read", header + `kind: Device
metadata: {name: d}
spec: {site: a, profile: generic-roadm-openconfig, address: "h:1", ports: [], banks: {b: {colourless: 1, degrees: [deg1]}}}
`, []string{
			`4:75: spec.ports: found a list, want a mapping`,
			`4:103: spec.banks.b.colourless: found the number 1, want a boolean; write true or false`,
		}},
		{"link", header + `kind: Link
metadata: {name: l}
spec:
  ends: [a/1, 7]
  powerControl: manuel
  spans:
    - {kmm: 80, fiber: g.652.z}
    - {km: far, lossDb: {az: 0, za: high}, id: "a b"}
    - {site: hut, amplifer: {az: a/1, za: b/1}}
    - {amplifier: {az: 1, za: b/1}}
    - {amplifier: {type: edfa-25, gainDb: {az: 99, za: x}}}
    - {km: 10, lossDb: {az: 90, za: 0}}
`, []string{
			`5:15: spec.ends[1]: found the number 7, want text; write "7" in quotes`,
			`6:17: spec.powerControl: unknown value "manuel"; did you mean manual? Known are device, manual, controller`,
			`8:8: spec.spans[0].kmm: unknown field; did you mean km?`,
			`8:24: spec.spans[0].fiber: unknown fibre type "g.652.z"; did you mean "g.652.d"?`,
			`9:12: spec.spans[1].km: found text "far", want a number`,
			`9:25: spec.spans[1].lossDb: 0 dB az is no loss of a fibre; write the measured loss, connectors included`,
			`9:37: spec.spans[1].lossDb.za: found text "high", want a number`,
			`9:48: spec.spans[1].id: name "a b" holds ' '`,
			`10:19: spec.spans[2].amplifer: unknown field; did you mean amplifier?`,
			`11:24: spec.spans[3].amplifier.az: found the number 1, want text; write "1" in quotes`,
			`12:43: spec.spans[4].amplifier.gainDb: 99 dB az is no gain of edfa-25; write a value from 10.00 dB to 25.00 dB`,
			`12:56: spec.spans[4].amplifier.gainDb.za: found text "x", want a number`,
			`13:24: spec.spans[5].lossDb: 90 dB az is out of range; write a loss up to 80 dB`,
			`13:24: spec.spans[5].lossDb: 0 dB za is no loss of a fibre; write the measured loss, connectors included`,
		}},
		{"mode", header + `kind: Mode
metadata: {name: m}
spec: {rateGbps: x, hostRates: [400, 0], baudGBd: 1e9, slotGHz: 80, tuneTHz: [196100, 191350], rxDbm: [{atOsnrDb: 24, min: x, max: -5}], penalties: {cdPsPerNm: [[10, 0], [x, 99]]}}
`, []string{
			`4:18: spec.rateGbps: found text "x", want a number`,
			`4:38: spec.hostRates[1]: 0 Gbit/s is out of range; write a rate from 1 to 10000`,
			`4:51: spec.baudGBd: 1000000000 GBd is out of range; write a value from 1 to 1000 GBd`,
			`4:65: spec.slotGHz: 80 GHz is not a multiple of 12.5 GHz; the next is 87.5 GHz`,
			`4:79: spec.tuneTHz[0]: 196100 is GHz; write 196.1`,
			`4:87: spec.tuneTHz[1]: 191350 is GHz; write 191.35`,
			`4:124: spec.rxDbm[0].min: found text "x", want a number`,
			`4:172: spec.penalties.cdPsPerNm[1][0]: found text "x", want a number`,
			`4:175: spec.penalties.cdPsPerNm[1][1]: 99 dB is out of range; write a value from 0 to 60 dB`,
		}},
		{"protection without its type", strings.Replace(goodCircuit, "400", "400\n  protection: {at: line}", 1), []string{
			`8:15: spec.protection.type: is required`,
			`8:20: spec.protection.at: protection.at without protection; write type: 1+1, or leave it out`,
		}},
		{"a name that was not read is not the other's", strings.Replace(goodSite, "dc-a", "[a]", 1) + "---\n" + strings.Replace(goodSite, "dc-a", "{}", 1), []string{
			`3:18: metadata.name: found a list, want text`,
			`8:18: metadata.name: found a mapping, want text`,
		}},
		{"a mode of the set is known beside a fault", strings.Replace(goodCircuit, "400", "-1\n  modes: [my-400g]", 1) + "---\n" + goodMode, []string{
			`7:17: spec.capacityGbps: -1 Gbit/s is out of range; write a whole number from 1 to 10000000`,
		}},
	}
	cat := defaultCatalogue(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode([]byte(tt.text), "f", WithCatalogue(cat))
			if err == nil {
				t.Fatal("accepted")
			}
			got := strings.Split(strings.ReplaceAll("\n"+err.Error(), "\nf:", "\n"), "\n")[1:]
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDigitsThatHelp: how to write a number is said only where the number can
// be right, and never in more digits than a person would write.
func TestDigitsThatHelp(t *testing.T) {
	tests := []struct{ good, old, new, want string }{
		{goodWavelength, "-1.5", "1e1", `spec.txDbm: found "1e1", a number with an exponent; write 10`},
		{goodWavelength, "-1.5", "1e3", `spec.txDbm: 1000 dBm is out of range; write a value from -30 to 25 dBm`},
		{goodWavelength, "-1.5", "-1e308", `spec.txDbm: -1e+308 dBm is out of range; write a value from -30 to 25 dBm`},
		{goodWavelength, "-1.5", "1" + strings.Repeat("0", 300), `spec.txDbm: 1e+300 dBm is out of range; write a value from -30 to 25 dBm`},
		{goodWavelength, "-1.5", "1e999", `spec.txDbm: the number "1e999" is out of range`},
		{goodWavelength, "-1.5", "1E-300", `spec.txDbm: found "1E-300", a number with an exponent`},
		{goodWavelength, "193106.25", "1.93107e5", `spec.centreGHz: 193107 GHz is off the 6.25 GHz grid; the nearest are 193106.25 GHz and 193112.5 GHz`},
		{goodWavelength, "193106.25", "1e308", `spec.centreGHz: frequency 1e+308 GHz is out of range`},
		{goodWavelength, "87.5", "1e308", `spec.slotGHz: 1e+308 GHz is wider than the band; write the width in GHz`},
		{goodCircuit, "400", "1e3", `spec.capacityGbps: found "1e3", a number with an exponent; write 1000`},
		{goodCircuit, "400", "1e9", `spec.capacityGbps: 1000000000 Gbit/s is out of range; write a whole number from 1 to 10000000`},
		{goodCircuit, "400", "1e308", `spec.capacityGbps: the number "1e308" is out of range`},
		{goodCircuit, "400", "15e-1", `spec.capacityGbps: found 15e-1, want a whole number`},
		{goodCircuit, "400", "400.0", `spec.capacityGbps: found 400.0, want a whole number; write 400`},
		{goodCircuit, "400", "-4.0", `spec.capacityGbps: -4 Gbit/s is out of range; write a whole number from 1 to 10000000`},
		{goodCircuit, "400", "0xffffffff", `spec.capacityGbps: 4294967295 Gbit/s is out of range; write a whole number from 1 to 10000000`},
		{goodCircuit, "400", "0" + strings.Repeat("9", 70), `spec.capacityGbps: found "0` + strings.Repeat("9", 70) + `": a leading zero may mean octal`},
		{goodMode, "txDbm: [-5, 0]", "deviceCodes: {generic-router-zr-openconfig: 1e5}", `spec.deviceCodes.generic-router-zr-openconfig: the number "1e5" is out of range; write a whole number from 0 to 65535`},
		{goodMode, "txDbm: [-5, 0]", "txDbm: [-1e2, 0]", `spec.txDbm[0]: -100 dBm is out of range; write a value from -60 to 30 dBm`},
	}
	cat := defaultCatalogue(t)
	for _, tt := range tests {
		text := strings.Replace(tt.good, tt.old, tt.new, 1)
		if text == tt.good {
			t.Fatalf("%q is not in the document", tt.old)
		}
		_, err := Decode([]byte(text), "f", WithCatalogue(cat))
		faults, ok := err.(Faults)
		if !ok || len(faults) != 1 {
			t.Errorf("%.40s: want one fault, got %v", tt.new, err)
			continue
		}
		faults[0].File, faults[0].Line = "", 0
		if diff := cmp.Diff(tt.want, faults[0].Error()); diff != "" {
			t.Errorf("%.40s: %s", tt.new, diff)
		}
	}
}

// TestDescriptionsSayWhatIsNotActedOn: an accepted field that does nothing, or
// is refused, says so where editors show it.
func TestDescriptionsSayWhatIsNotActedOn(t *testing.T) {
	texts := explanations()
	for field, words := range map[string]string{
		"LinkSpec.maxLoadStepDb": "Not supported yet",
		"LinkSpec.noiseLoaded":   "Not supported yet",
		"LinkSpec.powerControl":  "never writes it and verifies only what it can read",
		"LinkSpec.lease":         "Inventory only",
		"SiteSpec.lat":           "Inventory only",
		"SiteSpec.lon":           "Inventory only",
	} {
		if !strings.Contains(texts[field], words) {
			t.Errorf("%s lacks %q: %s", field, words, texts[field])
		}
	}
}
