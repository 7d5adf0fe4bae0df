package catalogue

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/models"
)

func standard(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestUsableModesAreComplete: what planning needs is there, and is sane.
func TestUsableModesAreComplete(t *testing.T) {
	usable := 0
	for name, m := range standard(t).Modes {
		if m.Name != name {
			t.Errorf("%s calls itself %s", name, m.Name)
		}
		if !m.Usable() {
			continue
		}
		usable++
		if m.RateGbps <= 0 || m.BaudMBd <= 0 || m.SlotWidth <= 0 || m.RequiredOsnr == nil || m.MinTxOsnr == nil || m.Launch == nil || len(m.Receive) == 0 ||
			m.Tune.Empty() || m.CentreStep <= 0 || m.MaxDispersion == nil || len(m.CDPenalties) == 0 || m.Modulation == "" || m.FEC == "" || len(m.DeviceCodes) == 0 {
			t.Errorf("%s lacks something: %+v", name, m)
			continue
		}
		if *m.RequiredOsnr > 4000 || *m.MinTxOsnr > 6000 {
			t.Errorf("%s: OSNR %v or %v is a placeholder", name, *m.RequiredOsnr, *m.MinTxOsnr)
		}
		if m.SlotWidth%models.SlotWidthStep != 0 || m.SignalWidth > m.SlotWidth || m.BaudMBd > int64(m.SlotWidth) {
			t.Errorf("%s: signal of %v (%d MBd) in a slot of %v", name, m.SignalWidth, m.BaudMBd, m.SlotWidth)
		}
		if m.LineRateGbps != 0 && m.LineRateGbps < float64(m.RateGbps) {
			t.Errorf("%s: line rate %v below client rate %d", name, m.LineRateGbps, m.RateGbps)
		}
		for i, w := range m.Receive {
			if w.AtOsnr < *m.RequiredOsnr || w.Min >= w.Max || i > 0 && (w.AtOsnr <= m.Receive[i-1].AtOsnr || w.Min >= m.Receive[i-1].Min) {
				t.Errorf("%s: receive windows %v", name, m.Receive)
			}
		}
		for _, r := range m.HostRates {
			if r > m.RateGbps || !slices.Contains([]int{100, 200, 400, 800}, r) {
				t.Errorf("%s: host rate %d is no client rate of %d", name, r, m.RateGbps)
			}
		}
	}
	if usable < 20 {
		t.Errorf("only %d usable modes", usable)
	}
}

func TestUnknownFiguresAreNeverPlannedWith(t *testing.T) {
	c := standard(t)
	for _, name := range []string{"openroadm-600g-pcs-124", "openroadm-600g-pcs-118", "openroadm-600g-pcs-124-t2", "openroadm-600g-pcs-118-t2",
		"openzrplus-300g", "openzrplus-200g", "openzrplus-100g", "oif-800zr", "oif-1600zr"} {
		m, err := c.Mode(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if m.Usable() {
			t.Errorf("%s counts as usable", name)
		}
		if m.RequiredOsnr != nil {
			t.Errorf("%s has a required OSNR of %v that no source gives", name, m.RequiredOsnr)
		}
	}
	placeholder, osnr := Mode{Name: "x", RateGbps: 600}, models.Ratio(9999)
	placeholder.RequiredOsnr = &osnr
	if m := placeholder.Judged(); !strings.Contains(m.Unusable, "requiredOsnrDb") {
		t.Errorf("99.99 dB counts as a figure: %q", m.Unusable)
	}
}

// TestEverythingHasASource: no number without saying where it is from and how
// certain it is.
func TestEverythingHasASource(t *testing.T) {
	c := standard(t)
	tags := []Tag{TagStandard, TagSheet, TagManifest, TagMeasured, TagUncertain, TagAssumed}
	check := func(what, name, source string, given map[string]Tag) {
		if source == "" || given[""] == "" {
			t.Errorf("%s %s: source %q, tags %v", what, name, source, given)
		}
		for field, tag := range given {
			if !slices.Contains(tags, tag) {
				t.Errorf("%s %s: tag %q of %q is unknown", what, name, tag, field)
			}
		}
	}
	for _, m := range c.Modes {
		check("mode", m.Name, m.Source, m.Tags)
	}
	for _, p := range c.Pluggables {
		check("pluggable", p.Name, p.Source, p.Tags)
	}
	for _, f := range c.Fibres {
		check("fibre", f.Name, f.Source, f.Tags)
		if f.LossDbPerKm <= 0 || f.DispersionPsNmKm <= 0 || f.EffectiveAreaUm2 <= 0 || f.IndexOfRefraction < 1.4 || f.ConnectorDb <= 0 || f.PmdPsPerSqrtKm <= 0 {
			t.Errorf("fibre lacks something: %+v", f)
		}
	}
	for _, a := range c.Amplifiers {
		check("amplifier", a.Name, a.Source, a.Tags)
		quiet := a.Noise.Kind == NoiseOpenRoadmBooster || a.Noise.NfDb < 0 || strings.HasPrefix(a.Noise.Preamp, "raman-")
		if a.Gain[0] > a.Gain[1] || a.Gain[1] <= 0 || a.NoiseFigure <= 300 && !quiet || a.Noise.Kind == "" || a.MaxOutput <= 0 || a.Band.Empty() {
			t.Errorf("amplifier lacks something: %+v", a)
		}
	}
	for _, p := range c.Profiles {
		check("profile", p.Name, p.Source, p.Tags)
	}
}

func TestPluggables(t *testing.T) {
	c := standard(t)
	for _, p := range c.Pluggables {
		if p.Name == "planning-line" {
			if len(p.Modes) > 0 {
				t.Errorf("%s offers %v; it stands for Mode documents only", p.Name, p.Modes)
			}
			continue
		}
		usable := false
		for _, name := range p.Modes {
			m, err := c.Mode(name)
			if err != nil {
				t.Error(err)
				continue
			}
			usable = usable || m.Usable()
			if m.Usable() && len(m.SharesHost(p, p)) == 0 {
				t.Errorf("%s offers %s but shares no host rate with it: %v and %v", p.Name, name, p.HostRates, m.HostRates)
			}
		}
		if !usable {
			t.Errorf("%s has no usable mode", p.Name)
		}
		for _, r := range p.HostRates {
			if !slices.Contains([]int{100, 200, 400, 800}, r) {
				t.Errorf("%s: %d is no client rate", p.Name, r)
			}
		}
	}
}

func TestProfiles(t *testing.T) {
	c := standard(t)
	roles := map[Role]int{}
	for name, p := range c.Profiles {
		if p.Driver == "gnmi" {
			roles[p.Role]++
		}
		joins := p.Role == RoleSwitch || p.Role == RoleFilter
		if _, ok := p.InsertionLossDb["through"]; ok != joins {
			t.Errorf("%s: loss from port to port given: %v", name, ok)
		}
		if p.Passive() {
			if p.Driver != "" || p.Timeout != "" {
				t.Errorf("%s: nobody talks to glass: %+v", name, p)
			}
			continue
		}
		if p.Driver == "" || p.Safety == "" || p.ProvenOffDbm != -30 || p.PowerStepDb <= 0 || len(p.DownValues) == 0 {
			t.Errorf("%s lacks something: %+v", name, p)
		}
		for _, text := range []string{p.Soak, p.Settle, p.SampleFast, p.SampleSlow, p.Timeout, p.Keepalive} {
			if d, err := time.ParseDuration(text); err != nil || d <= 0 {
				t.Errorf("%s: duration %q", name, text)
			}
		}
		packet := p.Role == RoleRouter || p.Role == RoleTerminal
		if packet != (p.Names.OpticalChannel != "") || packet != (p.LaserSwitch != "") || !packet && p.Band.Empty() != joins {
			t.Errorf("%s: fields of another role: %+v", name, p)
		}
	}
	if diff := cmp.Diff(map[Role]int{RoleRouter: 10, RoleTerminal: 2, RoleRoadm: 2, RoleAmplifier: 2}, roles); diff != "" {
		t.Error(diff)
	}

	lab, generic := c.Profiles["lab-terminal"], c.Profiles["generic-terminal-openconfig"]
	if lab.Soak != "1s" || generic.Soak != "60s" || lab.LaserSwitch != "logical-channel" || lab.Names != generic.Names || lab.LogicalIndexBase != generic.LogicalIndexBase {
		t.Errorf("the laboratory's profile is the generic one but for its waits:\n%+v\n%+v", lab, generic)
	}
}

// TestCodes: a device code names one mode, and profiles that inherit share it.
func TestCodes(t *testing.T) {
	c := standard(t)
	taken := map[string]map[uint16]string{}
	for name, m := range c.Modes {
		for profile, code := range m.DeviceCodes {
			if taken[profile] == nil {
				taken[profile] = map[uint16]string{}
			}
			if other := taken[profile][code]; other != "" {
				t.Errorf("%s calls both %s and %s %d", profile, name, other, code)
			}
			taken[profile][code] = name
		}
	}
	for _, pair := range [][2]string{{"lab-router-zr", "generic-router-zr-openconfig"}, {"lab-terminal", "generic-terminal-openconfig"}} {
		if diff := cmp.Diff(taken[pair[1]], taken[pair[0]]); diff != "" {
			t.Error(diff)
		}
	}
	m, err := c.Mode("openroadm-400g-16qam-63")
	if err != nil {
		t.Fatal(err)
	}
	if code, ok := m.Code("lab-router-zr"); !ok || code != 5 {
		t.Errorf("code %d %v, want 5", code, ok)
	}
	if code, ok := m.Code("lab-router-netconf"); !ok || code != 5 {
		t.Errorf("code %d %v of a grandchild, want 5", code, ok)
	}
	for _, profile := range []string{"lab-roadm", "juniper-junos-openconfig", "lab-juniper-junos-openconfig"} {
		if code, ok := m.Code(profile); ok {
			t.Errorf("%s has code %d: a wavelength switch has none, and Junos means another mode by it", profile, code)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	c := standard(t)
	tests := []struct {
		err  func() error
		want string
	}{
		{func() error { _, err := c.Mode("openzrplus-40g"); return err }, `unknown mode "openzrplus-40g"; did you mean "openzrplus-400g"?`},
		{func() error { _, err := c.Mode("quantum"); return err }, `unknown mode "quantum"`},
		{func() error { _, err := c.Pluggable("qdd-400g-zrp"); return err }, `unknown pluggable "qdd-400g-zrp"; did you mean "QDD-400G-ZRP"?`},
		{func() error { _, err := c.Fibre("g.652"); return err }, `unknown fibre type "g.652"; did you mean "g.652.d"?`},
		{func() error { _, err := c.Amplifier("edfa-26"); return err }, `unknown amplifier type "edfa-26"; did you mean "edfa-20"?`},
		{func() error { _, err := c.Profile("lab-rotuer-zr"); return err }, `unknown profile "lab-rotuer-zr"; did you mean "lab-router-zr"?`},
	}
	for _, tt := range tests {
		err := tt.err()
		var unknown *UnknownError
		if !errors.As(err, &unknown) || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	if f, err := c.Fibre("G.652.D"); err != nil || f.Name != "g.652.d" {
		t.Errorf("fibre types are found in any case: %v %v", f, err)
	}
}

func TestWithModes(t *testing.T) {
	c := standard(t)
	own := c.Modes["openroadm-400g-16qam-63"]
	own.DeviceCodes = map[string]uint16{"generic-router-zr-openconfig": 99}
	d := c.WithModes(map[string]Mode{"mine": own, "half": {RateGbps: 100}})
	if _, err := c.Mode("mine"); err == nil {
		t.Errorf("the original changed")
	}
	m, err := d.Mode("mine")
	if err != nil || m.Name != "mine" || !m.Usable() {
		t.Errorf("%+v %v", m, err)
	}
	if code, ok := m.Code("lab-router-zr"); !ok || code != 99 {
		t.Errorf("code of the inheriting profile: %d %v", code, ok)
	}
	if m, err := d.Mode("half"); err != nil || m.Usable() {
		t.Errorf("a mode without figures is usable: %+v %v", m, err)
	}
	if len(own.DeviceCodes) != 1 {
		t.Errorf("the given mode changed: %v", own.DeviceCodes)
	}
}

func TestReceiveRange(t *testing.T) {
	m := standard(t).Modes["openroadm-400g-16qam-63"]
	for _, tt := range []struct {
		osnr models.Ratio
		min  models.Power
		ok   bool
	}{{2399, 0, false}, {2400, -1400, true}, {2499, -1400, true}, {2500, -1600, true}, {3500, -1800, true}} {
		got, ok := m.ReceiveRange(tt.osnr)
		if got.Min != tt.min || ok != tt.ok {
			t.Errorf("at %v: %v %v, want %v %v", tt.osnr, got.Min, ok, tt.min, tt.ok)
		}
	}
}

// TestSpansOfPluggables: a bare 80 km span is too much for a module that
// launches -10 dBm, 25 km of dark fibre is not.
func TestSpansOfPluggables(t *testing.T) {
	c := standard(t)
	fibre := c.Fibres["g.652.d"]
	m := c.Modes["openzrplus-400g"]
	window, ok := m.ReceiveRange(*m.MinTxOsnr)
	if !ok {
		t.Fatal("no window")
	}
	at := func(km float64) float64 { return m.Launch.Max.Dbm() - fibre.SpanLossDb(km) }
	if at(25) < window.Min.Dbm() {
		t.Errorf("25 km arrive with %v dBm, below %v", at(25), window.Min)
	}
	if at(80) >= window.Min.Dbm() {
		t.Errorf("80 km arrive with %v dBm, not below %v", at(80), window.Min)
	}
}

// TestBadData: mistakes in the data files are found when they are read.
func TestBadData(t *testing.T) {
	const head = "source: s\ntags: {\"\": assumed}\n"
	tests := []struct{ name, text, want string }{
		{"unknown field", head + "modes: [{name: a, colour: red}]", "colour"},
		{"twice", head + "fibres: [{name: a}, {name: a}]", `fibre "a" stands twice`},
		{"no name", head + "fibres: [{lossDbPerKm: 1}]", "without a name"},
		{"range turned round", head + "modes: [{name: a, txDbm: [3, 1]}]", "txDbm"},
		{"unknown mode of a part", head + "pluggables: [{name: p, modes: [nope]}]", `unknown mode "nope"`},
		{"unknown parent", head + "profiles: [{name: p, inherits: q}]", `unknown profile "q"`},
		{"functional type", head + "profiles: [{name: p, moduleFunctionalType: laser}]", `moduleFunctionalType "laser"`},
		{"frequency unit", head + "profiles: [{name: p, frequencyUnit: nm}]", `frequencyUnit "nm"`},
		{"decimals", head + "profiles: [{name: p, powerDecimals: 3}]", "powerDecimals 3"},
		{"duration", head + "profiles: [{name: p, soak: soon}]", "soon"},
		{"unsorted penalties", head + "modes: [{name: a, penalties: {cdPsPerNm: [[2, 1], [1, 1]]}}]", "not sorted"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &Catalogue{Modes: map[string]Mode{}, Pluggables: map[string]Pluggable{}, Fibres: map[string]Fibre{},
				Amplifiers: map[string]Amplifier{}, Profiles: map[string]Profile{}, TiltShapes: map[string][]float64{}}
			err := c.read(fstest.MapFS{"data/x.yaml": {Data: []byte(tt.text)}}, "data/*.yaml")
			if err == nil {
				err = c.close()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q, got %v", tt.want, err)
			}
		})
	}
}
