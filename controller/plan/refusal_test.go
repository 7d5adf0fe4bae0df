package plan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
	"github.com/waveplane/waveplane/models/catalogue"
)

// reserveAll leaves windows of the band open on a link.
func reserveAll(docs []intents.Document, link string, open ...[2]float64) []intents.Document {
	return edit(docs, link, func(s *intents.LinkSpec) {
		from := 191_000.0
		for _, o := range open {
			s.Reserved = append(s.Reserved, intents.Reserved{FromGHz: from, ToGHz: o[0]})
			from = o[1]
		}
		s.Reserved = append(s.Reserved, intents.Reserved{FromGHz: from, ToGHz: 197_000})
	})
}

func allPorts(docs []intents.Document, device string, change func(*intents.Port)) []intents.Document {
	return edit(docs, device, func(d *intents.DeviceSpec) {
		ports := map[string]intents.Port{}
		for name, p := range d.Ports {
			change(&p)
			ports[name] = p
		}
		d.Ports = ports
	})
}

func TestRefusals(t *testing.T) {
	spec := func(change func(*intents.CircuitSpec)) func(*intents.CircuitSpec) { return change }
	plain := spec(func(*intents.CircuitSpec) {})
	for name, c := range map[string]struct {
		docs    []intents.Document
		edit    func(*intents.CircuitSpec)
		reason  models.Reason
		message string // part of it
		nearest string
	}{
		"unknown site":      {pairDocs(1, 20, false), func(s *intents.CircuitSpec) { s.To = "z" }, models.NoRoute, `no site "z"`, ""},
		"unknown via":       {pairDocs(1, 20, false), func(s *intents.CircuitSpec) { s.Via = []string{"moon"} }, models.NoRoute, `"moon" is no site, device, link or shared risk`, ""},
		"unknown mode":      {pairDocs(1, 20, false), func(s *intents.CircuitSpec) { s.Modes = []string{"x"} }, models.NoRoute, `no mode "x"`, ""},
		"unknown pin":       {pairDocs(1, 20, false), func(s *intents.CircuitSpec) { s.Handoff = &intents.Handoff{From: []string{"r9/p"}} }, models.NoRoute, `no device "r9"`, ""},
		"disconnected":      {without(pairDocs(1, 20, false), "Link", "f0"), plain, models.NoRoute, "no route from site a to site b", ""},
		"avoided":           {pairDocs(1, 20, false), func(s *intents.CircuitSpec) { s.Avoid = []string{"f0"} }, models.NoRoute, "avoiding f0", "avoid: drop f0"},
		"no pluggable":      {allPorts(pairDocs(1, 20, false), "r-b", func(p *intents.Port) { p.Pluggable = "" }), plain, models.NoTransceiver, "site b has no line port", ""},
		"too slow":          {pairDocs(1, 20, false), func(s *intents.CircuitSpec) { s.MaxLatencyMs = ptr(0.05) }, models.LatencyTooHigh, "0.098 ms, at most 0.05 ms", "maxLatencyMs: 0.1"},
		"reserved port":     {allPorts(pairDocs(1, 20, false), "r-a", func(p *intents.Port) { p.State = "reserved" }), plain, models.NoPort, "no spare line port at a: r-a/et-0/0/0 is reserved", ""},
		"faulty port":       {allPorts(pairDocs(1, 20, false), "r-b", func(p *intents.Port) { p.State = "faulty" }), plain, models.NoPort, "no spare line port at b: r-b/et-0/0/0 is faulty", ""},
		"too few ports":     {pairDocs(2, 20, false), func(s *intents.CircuitSpec) { s.CapacityGbps = 1200 }, models.NoPort, "2 wavelengths of 800 Gbit/s in all would fit, then: ", "capacityGbps: 800"},
		"no mode in common": {allPorts(pairDocs(1, 20, false), "r-b", func(p *intents.Port) { p.Pluggable = "slow" }), plain, models.ModeMismatch, "r-a/et-0/0/0 (zrp) and r-b/et-0/0/0 (slow) have no usable mode in common", ""},
		"client rate":       {pairDocs(1, 20, false), func(s *intents.CircuitSpec) { s.Handoff = &intents.Handoff{RateGbps: 200} }, models.ModeMismatch, "that carries 200 Gbit/s clients", ""},
		"not for switches":  {ringDocs(1), func(s *intents.CircuitSpec) { s.Modes = []string{"short-400"} }, models.ModeMismatch, "among [short-400]", "modes: [short-400, zrp-400g]"},
		"wavelength limit":  {pairDocs(2, 20, false), func(s *intents.CircuitSpec) { s.CapacityGbps, s.MaxWavelengths = 800, 1 }, models.ModeMismatch, "at most 1 wavelength: 400 of 800 Gbit/s", "maxWavelengths: 2"},
		"bare 80 km":        {pairDocs(1, 80, false), plain, models.RxPowerLow, "-21.00 dBm would be received (az) from a launch power of -5.00 dBm, mode zrp-400g needs -16.00 dBm", ""},
		"overload": {
			edit(pairDocs(1, 20, true), "f0", func(s *intents.LinkSpec) { s.Spans = append(s.Spans, s.Spans[0]) }), plain,
			models.RxPowerHigh, "at the lowest launch power of -15.00 dBm", "",
		},
		"dispersion": {
			edit(pairDocs(1, 80, true), "f0", func(s *intents.LinkSpec) { s.Spans[1].Km, s.Spans[1].LossDb = 1300, &intents.PerWay{Az: 16, Za: 16} }), plain,
			models.DispersionTooHigh, "21710 ps/nm (az), mode zrp-400g takes 20000", "",
		},
		"noise": {
			edit(pairDocs(1, 80, true), "f0", func(s *intents.LinkSpec) {
				s.Spans[1].LossDb = &intents.PerWay{Az: 32, Za: 16}
				s.Spans[2].Amplifier = &intents.AmpSpec{Type: "edfa", GainDb: &intents.PerWay{Az: 25, Za: 10}}
			}), plain,
			models.MarginTooLow, "2 dB asked for", "minMarginDb: 1.5",
		},
		"add port": {
			allPorts(ringDocs(1), "roadm-a", func(p *intents.Port) {
				if p.Bank != "" {
					p.AddDbm = &[2]float64{0, 3}
				}
			}), plain, models.RxPowerLow, "add port roadm-a/addp1 takes 0 to 3 dBm", "",
		},
		"full":       {reserveAll(pairDocs(1, 20, false), "f0"), plain, models.NoSpectrum, "0 GHz free on f0, mode zrp-400g needs 75 GHz", ""},
		"fragmented": {reserveAll(pairDocs(1, 20, false), "f0", [2]float64{193_000, 193_050}, [2]float64{194_000, 194_050}), plain, models.SpectrumFragmented, "100 GHz free on f0, but no 75 GHz of it in one piece", ""},
	} {
		t.Run(name, func(t *testing.T) {
			n, l := network(t, c.docs), plan.NewLedger()
			req := circuit("c", "a", "b", 400)
			c.edit(req.Circuit)
			out := one(n, l, req)
			if out.Refusal == nil {
				t.Fatalf("accepted: %+v", out.Add)
			}
			if out.Refusal.Reason != c.reason || !strings.Contains(out.Refusal.Message, c.message) || out.Refusal.Nearest != c.nearest {
				t.Errorf("got %+v\nwant %s %q nearest %q", *out.Refusal, c.reason, c.message, c.nearest)
			}
			if !out.Refusal.Reason.Refusal() {
				t.Errorf("%s is not a refusal", out.Refusal.Reason)
			}
			if out.Add != nil || out.Retire != nil || !empty(l) {
				t.Error("a refusal must leave nothing behind")
			}
		})
	}
}

// empty reports whether nothing of the test networks is taken.
func empty(l *plan.Ledger) bool {
	for _, name := range []string{"f0", "f1", "a-b", "patch-a-p1"} {
		if l.Spectrum(name) != nil {
			return false
		}
	}
	for _, d := range []string{"r-a", "r-b", "roadm-a", "roadm-b"} {
		if l.Index(d) != nil || l.Port(d+"/et-0/0/0") != nil || l.Port(d+"/p1") != nil || l.Bank(d+"/srg1") != nil {
			return false
		}
	}
	return true
}

func TestWavelengthRefusals(t *testing.T) {
	base := intents.WavelengthSpec{From: "r-a/p1", To: "r-b/p1"}
	for name, c := range map[string]struct {
		edit    func(*intents.WavelengthSpec)
		reason  models.Reason
		message string
	}{
		"unknown port":    {func(s *intents.WavelengthSpec) { s.From = "r-a/p9" }, models.NoRoute, `no port "r-a/p9"`},
		"unknown link":    {func(s *intents.WavelengthSpec) { s.Route = []string{"zz"} }, models.NoRoute, `no link "zz"`},
		"route elsewhere": {func(s *intents.WavelengthSpec) { s.Route = []string{"b-c"} }, models.NoRoute, "over b-c"},
		"narrow slot":     {func(s *intents.WavelengthSpec) { s.Mode, s.SlotGHz = "zrp-400g", ptr(50.0) }, models.ModeMismatch, "slot of 50 GHz pinned, mode zrp-400g needs 75 GHz"},
		"off the grid":    {func(s *intents.WavelengthSpec) { s.CentreGHz = ptr(193101.0) }, models.NoSpectrum, "off the 6.25 GHz grid"},
		"untunable":       {func(s *intents.WavelengthSpec) { s.CentreGHz = ptr(196200.0) }, models.ModeMismatch, "outside the tuning range"},
		"too strong":      {func(s *intents.WavelengthSpec) { s.TxDbm = ptr(3.0) }, models.RxPowerLow, "launch power 3 dBm pinned, mode"},
	} {
		t.Run(name, func(t *testing.T) {
			s := base
			c.edit(&s)
			out := one(network(t, ringDocs(1)), plan.NewLedger(), plan.Request{Intent: records.IntentRef{Kind: "Wavelength", Name: "w", UID: "u"}, Wavelength: &s})
			if out.Refusal == nil || out.Refusal.Reason != c.reason || !strings.Contains(out.Refusal.Message, c.message) {
				t.Errorf("got %+v, want %s %q", out.Refusal, c.reason, c.message)
			}
		})
	}
}

// TestCentresThatDevicesCanBeGiven: where a device counts in whole gigahertz, no
// other centre is chosen, and one pinned by hand is refused before it gets there.
func TestCentresThatDevicesCanBeGiven(t *testing.T) {
	docs := edit(ringDocs(4), "r-a", func(d *intents.DeviceSpec) { d.Profile = "gigahertz" })
	n := network(t, docs)
	for ghz, reason := range map[float64]models.Reason{193106.25: models.ModeMismatch, 193112.5: models.ModeMismatch, 193125: ""} {
		for profile, n := range map[string]*plan.Network{"gigahertz": n, "terminal": network(t, edit(docs, "r-a", func(d *intents.DeviceSpec) { d.Profile = "terminal" }))} {
			want := reason
			if profile == "terminal" {
				want = ""
			}
			out := one(n, plan.NewLedger(), plan.Request{
				Intent:     records.IntentRef{Kind: "Wavelength", Name: "w", UID: "u"},
				Wavelength: &intents.WavelengthSpec{From: "r-a/p1", To: "r-b/p1", CentreGHz: ptr(ghz)},
			})
			switch {
			case want == "" && out.Refusal != nil:
				t.Errorf("%g GHz on %s: %+v", ghz, profile, out.Refusal)
			case want != "" && (out.Refusal == nil || out.Refusal.Reason != want || !strings.Contains(out.Refusal.Message, "raster of 25 GHz that mode and devices have; nearest: 193100 GHz, 193125 GHz")):
				t.Errorf("%g GHz on %s: %+v, want %s", ghz, profile, out.Refusal, want)
			}
		}
	}
	// Slots of 100 GHz would start 6.25 GHz off after one of 87.5 GHz.
	l := plan.NewLedger()
	for i := range 4 {
		w := intents.WavelengthSpec{From: fmt.Sprintf("r-a/p%d", i+1), To: fmt.Sprintf("r-b/p%d", i+1), Route: []string{"a-b"}, SlotGHz: ptr([]float64{87.5, 75}[i%2])}
		out := one(n, l, plan.Request{Intent: records.IntentRef{Kind: "Wavelength", Name: fmt.Sprint("w", i), UID: fmt.Sprint("u", i)}, Wavelength: &w})
		if out.Refusal != nil {
			t.Fatal(out.Refusal)
		}
		for _, d := range out.Add {
			if c := d.Slot.Centre(); c%models.GHz != 0 {
				t.Errorf("centre %v chosen", c)
			}
		}
	}
}

// TestWhatDevicesCanBeSetTo: powers and centres beyond what a device takes are not
// planned, and the refusal says which device and what it takes.
func TestWhatDevicesCanBeSetTo(t *testing.T) {
	limited := func(profile string, change func(*catalogue.Profile)) *catalogue.Catalogue {
		cat := smallCatalogue()
		p := cat.Profiles[profile]
		change(&p)
		cat.Profiles[profile] = p
		return cat
	}
	powers := func(profile string, least, most models.Power) *catalogue.Catalogue {
		return limited(profile, func(p *catalogue.Profile) { p.ChannelPower = catalogue.PowerRange{Min: least, Max: most} })
	}
	tune := func(lower, upper models.Frequency) *catalogue.Catalogue {
		return limited("router", func(p *catalogue.Profile) { p.Tune = models.Band{Lower: lower, Upper: upper} })
	}
	for name, c := range map[string]struct {
		cat     *catalogue.Catalogue
		edit    func(*intents.WavelengthSpec)
		reason  models.Reason
		message string
	}{
		"a switch that cannot go so low":  {powers("roadm", -1200, 1500), nil, models.RxPowerLow, "takes -12.00 dBm to 15.00 dBm"},
		"a switch that cannot go so high": {powers("roadm", -4000, -2500), nil, models.RxPowerHigh, "takes -40.00 dBm to -25.00 dBm"},
		"a switch that can":               {powers("roadm", -4000, 1500), nil, "", ""},
		"a router that is too strong":     {powers("router", 0, 400), nil, models.RxPowerLow, "r-a can be set to 0.00 dBm to 4.00 dBm, which mode"},
		"a pin beyond the router":         {powers("router", -1200, -800), func(s *intents.WavelengthSpec) { s.TxDbm = ptr(-7.0) }, models.RxPowerLow, "take -12.00 dBm to -8.00 dBm"},
		"a pin between the steps":         {smallCatalogue(), func(s *intents.WavelengthSpec) { s.TxDbm = ptr(-9.95) }, models.RxPowerLow, "launch power -9.95 dBm pinned, the devices take steps of 0.10 dB; nearest: -10.00 dBm, -9.90 dBm"},
		"a pin on a step":                 {smallCatalogue(), func(s *intents.WavelengthSpec) { s.TxDbm = ptr(-9.9) }, "", ""},
		"a centre beyond the router":      {tune(193_000*models.GHz, 193_500*models.GHz), func(s *intents.WavelengthSpec) { s.CentreGHz = ptr(193_600.0) }, models.ModeMismatch, "outside the tuning range 193000 GHz to 193500 GHz"},
		"nowhere that both can be tuned":  {tune(180_000*models.GHz, 180_500*models.GHz), nil, models.NoSpectrum, ""},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := plan.NewNetwork(ringDocs(1), c.cat, 7)
			if err != nil {
				t.Fatal(err)
			}
			s := intents.WavelengthSpec{From: "r-a/p1", To: "r-b/p1"}
			if c.edit != nil {
				c.edit(&s)
			}
			out := one(n, plan.NewLedger(), plan.Request{Intent: records.IntentRef{Kind: "Wavelength", Name: "w", UID: "u"}, Wavelength: &s})
			switch {
			case c.reason == "" && out.Refusal != nil:
				t.Errorf("refused: %+v", out.Refusal)
			case c.reason != "" && (out.Refusal == nil || out.Refusal.Reason != c.reason || !strings.Contains(out.Refusal.Message, c.message)):
				t.Errorf("got %+v, want %s %q", out.Refusal, c.reason, c.message)
			}
		})
	}
	n, err := plan.NewNetwork(ringDocs(1), tune(193_000*models.GHz, 193_500*models.GHz), 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range must(t, n, plan.NewLedger(), circuit("c", "a", "b", 400)).Add {
		if c := d.Slot.Centre(); c < 193_000*models.GHz || c > 193_500*models.GHz {
			t.Errorf("centre %v chosen, the router is tuned from 193 to 193.5 THz", c)
		}
	}
}

func TestTakenSlotIsRefusedByHand(t *testing.T) {
	n, l := network(t, ringDocs(2)), plan.NewLedger()
	d := must(t, n, l, circuit("c", "a", "b", 400)).Add[0]
	out := one(n, l, plan.Request{
		Intent:     records.IntentRef{Kind: "Wavelength", Name: "w", UID: "u"},
		Wavelength: &intents.WavelengthSpec{From: "r-a/p2", To: "r-b/p2", Route: []string{"a-b"}, CentreGHz: ptr(d.Slot.Centre().GHz())},
	})
	if out.Refusal == nil || out.Refusal.Reason != models.NoSpectrum || !strings.Contains(out.Refusal.Message, "not free on a-b") {
		t.Errorf("got %+v", out.Refusal)
	}
}

func TestNetworkOfNothing(t *testing.T) {
	n, err := plan.NewNetwork(nil, smallCatalogue(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if r := one(n, plan.NewLedger(), circuit("c", "a", "b", 400)).Refusal; r == nil || r.Reason != models.NoRoute || r.Message != `no site "a"` {
		t.Errorf("got %+v", r)
	}
}

func TestInconsistentDocumentsAreNamedAndLeftOut(t *testing.T) {
	docs := append(pairDocs(1, 20, false), doc("Link", "loose", &intents.LinkSpec{Ends: [2]string{"r-a/p9", "r-b/p9"}}))
	n, err := plan.NewNetwork(docs, smallCatalogue(), 1)
	if err == nil || !strings.Contains(err.Error(), `link loose: end r-a/p9: device r-a has no port "p9"`) {
		t.Errorf("error %v", err)
	}
	must(t, n, plan.NewLedger(), circuit("c", "a", "b", 400))
}

func TestDarkFibreAccepted(t *testing.T) {
	for _, km := range []float64{1, 10, 25} {
		d := must(t, p2p(t, 1, km, false), plan.NewLedger(), circuit("c", "a", "b", 400)).Add[0]
		if d.Margin < 200 {
			t.Errorf("%g km: margin %v", km, d.Margin)
		}
	}
}

// TestReasonsStaySmall: sixteen refused candidates are counted, not listed.
func TestReasonsStaySmall(t *testing.T) {
	n, l := p2p(t, 40, 90, false), plan.NewLedger()
	out := one(n, l, circuit("c", "a", "b", 400))
	b, err := json.Marshal(out.Reasons)
	if err != nil || len(b) > 1024 {
		t.Fatalf("%d bytes, %v", len(b), err)
	}
	more := 0
	for _, k := range out.Reasons.More {
		more += k
	}
	if got := len(out.Reasons.Candidates) + more; got != 40 || len(out.Reasons.Candidates) == 0 || len(out.Reasons.Candidates) > 8 {
		t.Errorf("%d candidates listed, %d counted, want 40 in all", len(out.Reasons.Candidates), more)
	}
	if diff := cmp.Diff([]string{"f0"}, out.Reasons.Candidates[0].Route); diff != "" {
		t.Error(diff)
	}
	if out.Reasons.Candidates[0].Reason != models.RxPowerLow {
		t.Error(fmt.Sprint(out.Reasons.Candidates[0]))
	}
}

// TestRegenerationIsNamed: light that reaches b but not c says so; light that
// reaches no switch is refused for its margin.
func TestRegenerationIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		floor  float64
		reason models.Reason
		part   string
	}{
		"as far as b": {8.5, models.NeedsRegeneration, "light of mode zrp-400g gets as far as roadm-b at site b (1 of 2 sections of a-b b-c, margin 10.21 dB one way); beyond: margin 7."},
		"nowhere":     {20, models.MarginTooLow, "20 dB asked for"},
	} {
		req := circuit("c", "a", "c", 400)
		req.Circuit.MinMarginDb, req.Circuit.Modes = ptr(c.floor), []string{"zrp-400g"}
		out := one(network(t, ringDocs(1)), plan.NewLedger(), req)
		if out.Refusal == nil || out.Refusal.Reason != c.reason || !strings.Contains(out.Refusal.Message, c.part) {
			t.Errorf("%s: got %+v, want %s %q", name, out.Refusal, c.reason, c.part)
		}
	}
}
