package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
	"github.com/waveplane/waveplane/models"
)

func view(t *testing.T, n *plan.Network, l *plan.Ledger, q plan.SpectrumQuery) records.SpectrumReport {
	t.Helper()
	v, err := plan.ViewSpectrum(n, l, q)
	if err != nil {
		t.Fatal(err)
	}
	return v.Report(plan.SimpleEstimator())
}

// placements returns the count of a mode.
func placements(t *testing.T, list []records.Placements, mode string) records.Placements {
	t.Helper()
	for _, p := range list {
		if p.Mode == mode {
			return p
		}
	}
	t.Fatalf("no mode %s among %+v", mode, list)
	return records.Placements{}
}

func TestSpectrumOfALink(t *testing.T) {
	docs := edit(ringDocs(4), "a-b", func(l *intents.LinkSpec) {
		l.Reserved = []intents.Reserved{{FromGHz: 195_000, ToGHz: 195_100}}
	})
	n, l := network(t, docs), plan.NewLedger()
	must(t, n, l, circuit("c", "a", "b", 1200))
	got := view(t, n, l, plan.SpectrumQuery{Link: "a-b"})
	if len(got.Links) != 1 || got.Link != "a-b" || got.Routes != nil {
		t.Fatalf("%+v", got)
	}
	link := got.Links[0]
	if diff := cmp.Diff([]records.SpectrumRange{{Band: "C", LowerGHz: 191_300, UpperGHz: 196_100}}, link.Bands); diff != "" {
		t.Errorf("bands (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]records.SpectrumRange{{LowerGHz: 195_000, UpperGHz: 195_100}}, link.Reserved); diff != "" {
		t.Errorf("reserved (-want +got)\n%s", diff)
	}
	var width float64
	for _, o := range link.Occupied {
		width += o.WidthGHz
		if o.Direction != "both" || o.Intent != "Circuit/default/c" || o.Mode == "" || !strings.HasPrefix(o.Name, "c-") {
			t.Errorf("occupied: %+v", o)
		}
	}
	if len(link.Occupied) == 0 || link.UsableGHz != 4700 || link.FreeGHz != 4700-width {
		t.Errorf("usable %g, free %g, want 4700 and %g", link.UsableGHz, link.FreeGHz, 4700-width)
	}
	// 4,800 GHz less the tuning edge: centres from 191.35 THz on.
	p := placements(t, got.Capacity, "wide-800g")
	if p.Reason != "" || p.Placements == 0 || p.Placements >= p.WhenEmpty || p.WhenEmpty != 30 {
		t.Errorf("wide-800g: %+v, want fewer than the 30 of the empty link", p)
	}
	for _, p := range got.Capacity {
		if p.Mode == "short-400" {
			t.Errorf("mode %s cannot pass switches", p.Mode)
		}
	}
}

// Too little and wrong shape are told apart by what is free, not by a quotient.
func TestSpectrumSaysWhyNothingFits(t *testing.T) {
	n := network(t, ringDocs(4))
	take := func(from, to, step, m int) *plan.Ledger {
		l, u := plan.NewLedger(), records.SpectrumUse{}
		for g := from; g < to; g += step {
			u.Az = append(u.Az, records.SlotUse{Slot: models.Slot{N: g + m, M: m}, Owner: "other"})
		}
		l.SetSpectrum("a-b", u)
		return l
	}
	for name, c := range map[string]struct {
		ledger *plan.Ledger
		reason models.Reason
		says   string
	}{
		// Every 100 GHz a slot of 50: half of the band is free.
		"wrong shape": {take(-288, 480, 16, 4), models.SpectrumFragmented, "wrong shape: "},
		"too little":  {take(-288, 476, 4, 2), models.NoSpectrum, "too little: 25 GHz free"},
	} {
		t.Run(name, func(t *testing.T) {
			got := view(t, n, c.ledger, plan.SpectrumQuery{Link: "a-b"})
			p := placements(t, got.Capacity, "zrp-400g")
			if p.Placements != 0 || p.Reason != c.reason || !strings.HasPrefix(p.Message, c.says) {
				t.Errorf("%+v, want %s and %q", p, c.reason, c.says)
			}
			if o := got.Links[0].Occupied[0]; o.Direction != "az" || o.Owner != "other" || o.Name != "" {
				t.Errorf("occupied: %+v", o)
			}
		})
	}
}

// A port carries one wavelength, however much room its fibre has.
func TestSpectrumFromPortToPort(t *testing.T) {
	n, l := p2p(t, 2, 80, true), plan.NewLedger()
	before := placements(t, view(t, n, l, plan.SpectrumQuery{Link: "f0"}).Capacity, "zrp-400g")
	if before.Placements != 1 || before.WhenEmpty != 1 {
		t.Errorf("empty: %+v, want one wavelength", before)
	}
	pair := view(t, n, l, plan.SpectrumQuery{Between: []string{"b", "a"}})
	if p := placements(t, pair.Capacity, "zrp-400g"); p.Placements != 2 || p.WhenEmpty != 2 || len(pair.Routes) != 2 {
		t.Errorf("two fibres: %+v over %d routes, want two wavelengths", p, len(pair.Routes))
	}
	out := must(t, n, l, circuit("c", "a", "b", 400))
	link := out.Add[0].Route[0].Link
	after := placements(t, view(t, n, l, plan.SpectrumQuery{Link: link}).Capacity, "zrp-400g")
	if after.Placements != 0 || after.Reason != models.NoPort || !strings.Contains(after.Message, "c-1 has it") {
		t.Errorf("with a wavelength: %+v, want NoPort and who has it", after)
	}
	pair = view(t, n, l, plan.SpectrumQuery{Between: []string{"a", "b"}})
	if p := placements(t, pair.Capacity, "zrp-400g"); p.Placements != 1 || p.WhenEmpty != 2 {
		t.Errorf("one fibre left: %+v", p)
	}
	if diff := cmp.Diff([]records.SitePorts{{Site: "a", Free: 1, All: 2}, {Site: "b", Free: 1, All: 2}}, pair.Ports); diff != "" {
		t.Errorf("ports (-want +got)\n%s", diff)
	}
}

// What a pair can still carry is what the planner then accepts, one after the
// other, until it refuses for want of spectrum. A bank that takes each slot
// once is as much a limit as a link.
func TestSpectrumBetweenSitesAgreesWithThePlanner(t *testing.T) {
	for name, c := range map[string]struct {
		contentionless     bool
		placements, onEach int
	}{"contentionless banks": {true, 13, 6}, "banks that take a slot once": {false, 6, 6}} {
		t.Run(name, func(t *testing.T) {
			docs := ringDocs(16)
			for _, link := range []string{"a-b", "b-c", "c-d", "d-a"} {
				docs = edit(docs, link, func(l *intents.LinkSpec) { l.Reserved = []intents.Reserved{{FromGHz: 191_900, ToGHz: 196_100}} })
			}
			for _, s := range []string{"a", "b", "c", "d"} {
				docs = edit(docs, "roadm-"+s, func(d *intents.DeviceSpec) {
					b := d.Banks["srg1"]
					b.Contentionless = c.contentionless
					d.Banks["srg1"] = b
				})
			}
			n, l := network(t, docs), plan.NewLedger()
			between := circuit("between", "b", "c", 400)
			between.Circuit.Modes = []string{"zrp-400g"}
			must(t, n, l, between)
			got := view(t, n, l, plan.SpectrumQuery{Between: []string{"a", "c"}})
			if len(got.Routes) != 2 || got.MoreRoutes || got.Estimator != "estimate" {
				t.Fatalf("%d routes by %s, more %v; want the two ways round", len(got.Routes), got.Estimator, got.MoreRoutes)
			}
			want := placements(t, got.Capacity, "zrp-400g")
			if want.Placements != c.placements || want.Placements >= want.WhenEmpty {
				t.Errorf("%+v, want %d placements, fewer than when empty", want, c.placements)
			}
			for _, r := range got.Routes {
				if p := placements(t, r.Capacity, "zrp-400g"); p.Placements < c.onEach {
					t.Errorf("route %v: %+v, want %d or more", r.Links, p, c.onEach)
				}
			}
			accepted := 0
			for i := range 20 {
				req := circuit("c"+string(rune('a'+i)), "a", "c", 400)
				req.Circuit.Modes = []string{"zrp-400g"}
				out := plan.Compute(n, l, plan.SimpleEstimator(), []plan.Request{req})[0]
				if out.Refusal != nil {
					if r := out.Refusal.Reason; r != models.NoSpectrum && r != models.SpectrumFragmented {
						t.Fatalf("refused for another reason: %+v", out.Refusal)
					}
					break
				}
				accepted++
			}
			if accepted != want.Placements {
				t.Errorf("%d placements reported, the planner accepts %d", want.Placements, accepted)
			}
			full := placements(t, view(t, n, l, plan.SpectrumQuery{Between: []string{"a", "c"}}).Capacity, "zrp-400g")
			if full.Placements != 0 || full.Reason == "" || full.WhenEmpty != want.WhenEmpty {
				t.Errorf("full: %+v", full)
			}
		})
	}
}

// Links that have room each, in other slots, are wrong in shape.
func TestSpectrumWithoutContinuity(t *testing.T) {
	n, l := network(t, ringDocs(4)), plan.NewLedger()
	fillRange := func(link string, from, to int) {
		var u records.SpectrumUse
		for g := from; g < to; g += 4 {
			u.Az = append(u.Az, records.SlotUse{Slot: models.Slot{N: g + 2, M: 2}, Owner: "other"})
		}
		u.Za = u.Az
		l.SetSpectrum(link, u)
	}
	fillRange("a-b", -288, 100)
	fillRange("b-c", 100, 480)
	fillRange("c-d", -288, 480)
	got := view(t, n, l, plan.SpectrumQuery{Between: []string{"a", "c"}})
	p := placements(t, got.Capacity, "zrp-400g")
	if p.Placements != 0 || p.Reason != models.SpectrumFragmented || !strings.Contains(p.Message, "not in the same slots") {
		t.Errorf("%+v, want that the slots are not the same", p)
	}
	over := view(t, n, l, plan.SpectrumQuery{Link: "c-d", Between: []string{"a", "c"}})
	if len(over.Routes) != 1 || len(over.Links) != 2 {
		t.Errorf("over c-d: %d routes and %d links, want the one way round", len(over.Routes), len(over.Links))
	}
}

// A mode that does not reach has no capacity, however much is free.
func TestSpectrumCountsOnlyWhatReaches(t *testing.T) {
	n := p2p(t, 1, 400, true)
	p := placements(t, view(t, n, plan.NewLedger(), plan.SpectrumQuery{Between: []string{"a", "b"}}).Capacity, "zrp-400g")
	if p.Placements != 0 || p.WhenEmpty != 0 || p.Reason == "" || p.Reason == models.NoSpectrum || p.Message == "" {
		t.Errorf("400 km: %+v, want why the light does not arrive", p)
	}
}

func TestSpectrumOfNothing(t *testing.T) {
	n := network(t, ringDocs(4))
	for says, q := range map[string]plan.SpectrumQuery{
		`no link "a-x"; did you mean a-b?`: {Link: "a-x"},
		`no site "z"`:                      {Between: []string{"a", "z"}},
		"two different sites":              {Between: []string{"a", "a"}},
		"want two":                         {Between: []string{"a"}},
		"neither a link nor two sites":     {},
	} {
		if _, err := plan.ViewSpectrum(n, plan.NewLedger(), q); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %q", q, err, says)
		}
	}
}

// Where nothing on a link sets a band, what can be tuned does.
func TestSpectrumOfABareFibre(t *testing.T) {
	for band, tune := range map[string]models.Band{
		"L":   {Lower: 186_100 * models.GHz, Upper: 190_900 * models.GHz},
		"C":   {Lower: 191_350 * models.GHz, Upper: 196_100 * models.GHz},
		"C+L": {Lower: 186_100 * models.GHz, Upper: 196_100 * models.GHz},
		"S":   {Lower: 197_000 * models.GHz, Upper: 200_000 * models.GHz},
	} {
		cat := smallCatalogue()
		m := cat.Modes["zrp-400g"]
		m.Tune = tune
		cat.Modes["zrp-400g"] = m
		n, err := plan.NewNetwork(pairDocs(1, 20, false), cat, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := view(t, n, plan.NewLedger(), plan.SpectrumQuery{Link: "f0"}).Links[0].Bands
		want := []records.SpectrumRange{{Band: band, LowerGHz: tune.Lower.GHz() - 37.5, UpperGHz: tune.Upper.GHz() + 37.5}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
