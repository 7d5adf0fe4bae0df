package examples_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/waveplane/waveplane/controller/api/wire"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// TestADeviceModelWithoutCode brings up light between two routers whose profile
// and pluggable stand in a document and nowhere in the code.
func TestADeviceModelWithoutCode(t *testing.T) {
	raw, err := os.ReadFile("../docs/writing-a-driver.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(raw), "### A device model without code")
	_, text, ok2 := strings.Cut(text, "```yaml\n")
	sheet, _, ok3 := strings.Cut(text, "```")
	if !ok || !ok2 || !ok3 {
		t.Fatal("the document has no such sheet")
	}
	cat, err := catalogue.Load(fstest.MapFS{"acme.yaml": {Data: []byte(sheet)}})
	if err != nil {
		t.Fatal(err)
	}
	run := beginWith(t, cat, "p2p-dark", strings.NewReplacer("lab-router-zr", "acme-x1", "QDD-400G-ZRP", "ACME-ZRP"))
	run.apply(t, files(t, "p2p-dark", "intents"))
	run.wait(t, 1, func(o wire.Object) bool { return is(o, models.Ready, "") })
	for _, d := range run.lab.Status().Devices {
		if d.Profile != "acme-x1" || d.Writes.Sets == 0 || d.Writes.Unneeded != 0 || d.Writes.Refused != 0 {
			t.Errorf("%s (%s): %+v", d.Name, d.Profile, d.Writes)
		}
	}
}

// TestSheetsOfOnesOwnAreChecked: what is wrong with a sheet is said with its name.
func TestSheetsOfOnesOwnAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		"profiles: [{name: lab-terminal, inherits: lab-router-zr, source: x}]":                      `x.yaml: profile "lab-terminal"`,
		"source: x\nprofiles: [{name: a, inherits: lab-router-zr, modeCodes: {openzrplus-40g: 1}}]": `did you mean "openzrplus-400g"`,
		"source: x\nprofiles: [{name: a, inherits: lab-ruoter-zr}]":                                 `did you mean "lab-router-zr"`,
		"source: x\nprofiles: [{name: a, inherit: lab-router-zr}]":                                  "x.yaml",
	} {
		_, err := catalogue.Load(fstest.MapFS{"x.yaml": {Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s in it", text, err, want)
		}
	}
}
