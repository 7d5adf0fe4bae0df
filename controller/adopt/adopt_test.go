package adopt_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/adopt"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// router is a router with one coherent port that is tuned and lit.
func router(t *testing.T, cat *catalogue.Catalogue, name, frequency, mode string, tx, rx models.Power) adopt.Device {
	t.Helper()
	profile, err := cat.Profile("generic-router-zr-openconfig")
	if err != nil {
		t.Fatal(err)
	}
	on, up := true, true
	return adopt.Device{
		Name: name, Profile: profile, Spec: intents.DeviceSpec{Site: "dc-" + name, Profile: profile.Name, Address: "192.0.2.1:9339", Mode: "observe"},
		State: models.State{
			Objects: map[models.ObjectID]models.Leaves{
				{Kind: models.KindOpticalChannel, Key: "oc-et-0/0/0"}: {models.LeafFrequency: frequency, models.LeafMode: mode, models.LeafTargetPower: "-10.00 dBm"},
				{Kind: models.KindLogicalChannel, Key: "7"}:           {models.LeafAssignOptical: "oc-et-0/0/0"},
			},
			Readings: models.Readings{
				Channels: map[string]models.ChannelReading{"oc-et-0/0/0": {LaserOn: &on, TxPower: &tx, RxPower: &rx}},
				Logical:  map[string]models.LogicalReading{"7": {LinkUp: &up}},
			},
		},
	}
}

func read(t *testing.T, devices []adopt.Device, links map[[2]string]string, blind ...string) records.Adoption {
	t.Helper()
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	out, err := adopt.Read(cat, devices, links, blind)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range out.Documents {
		if _, err := intents.Decode(d.Document, d.Name, intents.WithCatalogue(cat)); err != nil {
			t.Errorf("%s %s is no document: %v\n%s", d.Kind, d.Name, err, d.Document)
		}
		if len(d.Fields) == 0 {
			t.Errorf("%s %s says of no field where it is from", d.Kind, d.Name)
		}
	}
	return out
}

func beside(d adopt.Device) adopt.Device {
	d.Beside = true
	return d
}

func names(a records.Adoption) []string {
	var out []string
	for _, d := range a.Documents {
		out = append(out, d.Kind+" "+d.Name)
	}
	return out
}

func TestRead(t *testing.T) {
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	const f, g = "193100 GHz", "193200 GHz"
	r1, r2 := router(t, cat, "r1", f, "1", -1000, -1460), router(t, cat, "r2", f, "1", -1000, -1455)
	r3 := router(t, cat, "r3", f, "1", -1000, -1400)
	other := router(t, cat, "r2", g, "1", -1000, -1455)
	strange := router(t, cat, "r2", f, "999", -1000, -1455)
	lonely := router(t, cat, "r2", f, "1", -1000, -1455)
	lonely.State.Readings.Logical = nil
	amplified := router(t, cat, "r2", f, "1", -1000, -900)
	foreign := router(t, cat, "r2", f, "1", -1000, -1455)
	foreign.Ours = map[models.ObjectID]bool{{Kind: models.KindOpticalChannel, Key: "oc-et-0/0/0"}: true}
	roadmProfile, err := cat.Profile("generic-roadm-openconfig")
	if err != nil {
		t.Fatal(err)
	}
	roadm := adopt.Device{Name: "w1", Profile: roadmProfile, Spec: intents.DeviceSpec{Site: "dc-w", Profile: roadmProfile.Name, Address: "192.0.2.9:9339"}, State: models.State{
		Objects: map[models.ObjectID]models.Leaves{{Kind: models.KindMediaChannel, Key: "3"}: {
			models.LeafChannelName: "by hand", models.LeafLower: "193050 GHz", models.LeafUpper: "193150 GHz", models.LeafSource: "add-1", models.LeafDest: "deg-2",
		}},
	}}
	for name, c := range map[string]struct {
		devices []adopt.Device
		links   map[[2]string]string
		want    []string
		untold  string // a part of what has to be found out
		seen    string
		blind   []string
	}{
		"a fibre with light": {devices: []adopt.Device{r2, r1}, untold: "length, fibre type and duct",
			want: []string{"Device r1", "Device r2", "Link fibre-r1-et-0-0-0-r2-et-0-0-0", "Wavelength r1-et-0-0-0-r2-et-0-0-0-193100"}},
		"a link that has a document": {devices: []adopt.Device{r1, r2}, links: map[[2]string]string{{"r2/et-0/0/0", "r1/et-0/0/0"}: "f1"},
			want: []string{"Device r1", "Device r2", "Wavelength r1-et-0-0-0-r2-et-0-0-0-193100"}},
		"three at one frequency":               {devices: []adopt.Device{r1, r2, r3}, want: []string{"Device r1", "Device r2", "Device r3"}, untold: "which of these light each other"},
		"two frequencies":                      {devices: []adopt.Device{r1, other}, want: []string{"Device r1", "Device r2"}, untold: "an end that was not looked at"},
		"a mode of nobody":                     {devices: []adopt.Device{r1, strange}, want: []string{"Device r1", "Device r2"}, untold: "device mode 999 is none of the catalogue"},
		"no lock":                              {devices: []adopt.Device{r1, lonely}, want: []string{"Device r1", "Device r2"}, seen: "has not locked"},
		"amplified in between":                 {devices: []adopt.Device{r1, amplified}, want: []string{"Device r1", "Device r2", "Wavelength r1-et-0-0-0-r2-et-0-0-0-193100"}, untold: "is no dark fibre"},
		"our own light":                        {devices: []adopt.Device{r1, foreign}, want: []string{"Device r1", "Device r2"}, untold: "an end that was not looked at"},
		"over a switch":                        {devices: []adopt.Device{r1, r2, roadm}, want: []string{"Device r1", "Device r2", "Device w1", "Wavelength r1-et-0-0-0-r2-et-0-0-0-193100"}, untold: "the way between them; w1 carries", seen: `media channel 3 "by hand" from add-1 to deg-2`},
		"one end not asked about":              {devices: []adopt.Device{r1, beside(r2)}, want: []string{"Device r1", "Link fibre-r1-et-0-0-0-r2-et-0-0-0", "Wavelength r1-et-0-0-0-r2-et-0-0-0-193100"}},
		"nobody asked about":                   {devices: []adopt.Device{beside(r1), beside(r2)}},
		"a third one beside":                   {devices: []adopt.Device{r1, r2, beside(r3)}, want: []string{"Device r1", "Device r2"}, untold: "which of these light each other"},
		"a third one in the dark":              {devices: []adopt.Device{r1, r2}, blind: []string{"r9"}, want: []string{"Device r1", "Device r2"}, untold: "r9"},
		"a third one that runs something else": {devices: []adopt.Device{r1, r3, strange}, want: []string{"Device r1", "Device r2", "Device r3"}, untold: "r2/et-0/0/0"},
		"nothing":                              {},
	} {
		t.Run(name, func(t *testing.T) {
			out := read(t, c.devices, c.links, c.blind...)
			if got := names(out); !slices.Equal(got, c.want) {
				t.Errorf("documents %q, want %q", got, c.want)
			}
			if all := strings.Join(out.Untold, "\n"); !strings.Contains(all, c.untold) {
				t.Errorf("to be found out:\n%s\nwant %q in it", all, c.untold)
			}
			if all := strings.Join(out.Seen, "\n"); !strings.Contains(all, c.seen) {
				t.Errorf("seen:\n%s\nwant %q in it", all, c.seen)
			}
		})
	}
}

// TestCircuitSwitch: what a circuit switch connects is told, fibres that no document
// names are asked for, and light that may pass it is not said to go from port to port.
func TestCircuitSwitch(t *testing.T) {
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := cat.Profile("polatis-tl1")
	if err != nil {
		t.Fatal(err)
	}
	ocs := adopt.Device{
		Name: "ocs", Profile: profile,
		Spec: intents.DeviceSpec{Site: "dc-r1", Profile: profile.Name, Address: "192.0.2.2:3082", Mode: "observe", Ports: map[string]intents.Port{"p1": {Rx: "1", Tx: "17"}}},
		State: models.State{Objects: map[models.ObjectID]models.Leaves{
			{Kind: models.KindCrossConnect, Key: "1"}: {models.LeafDest: "18"},
		}},
	}
	const f = "193100 GHz"
	r1, r2 := router(t, cat, "r1", f, "1", -1000, -1460), router(t, cat, "r2", f, "1", -1000, -1455)
	out := read(t, []adopt.Device{r1, r2, ocs}, nil)
	if want := "ocs: input 1 is connected to output 18"; !slices.Contains(out.Seen, want) {
		t.Errorf("seen %q, want %q", out.Seen, want)
	}
	if want := "ocs: which port output 18 belongs to, and which fibre is in it"; !slices.Contains(out.Untold, want) {
		t.Errorf("untold %q, want %q", out.Untold, want)
	}
	if strings.Contains(strings.Join(out.Untold, "\n"), "input 1 belongs") {
		t.Errorf("untold %q: input 1 is in the document", out.Untold)
	}
	if list := names(out); slices.ContainsFunc(list, func(n string) bool { return strings.HasPrefix(n, "Link ") }) {
		t.Errorf("documents %v: a fibre from router to router, although a circuit switch may be between them", list)
	}
}

// TestBehindFilters: two routers whose ports have links to something else already are
// not joined by another.
func TestBehindFilters(t *testing.T) {
	cat, err := catalogue.Default()
	if err != nil {
		t.Fatal(err)
	}
	r1, r2 := router(t, cat, "r1", "193100 GHz", "1", -1000, -1460), router(t, cat, "r2", "193100 GHz", "1", -1000, -1455)
	known := map[[2]string]string{{"r1/et-0/0/0", "mux-a/ch1"}: "patch-a", {"mux-b/ch1", "r2/et-0/0/0"}: "patch-b"}
	if list := names(read(t, []adopt.Device{r1, r2}, nil)); !slices.ContainsFunc(list, func(n string) bool { return strings.HasPrefix(n, "Link ") }) {
		t.Fatalf("without those links there is none: %v", list)
	}
	out := read(t, []adopt.Device{r1, r2}, known)
	if list := names(out); slices.ContainsFunc(list, func(n string) bool { return strings.HasPrefix(n, "Link ") }) {
		t.Errorf("documents %v: a second link at ports that have one", list)
	}
	if !strings.Contains(strings.Join(out.Untold, "\n"), "leads elsewhere") {
		t.Errorf("untold %q", out.Untold)
	}
}
