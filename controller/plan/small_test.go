package plan_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/waveplane/waveplane/controller/plan"
	"github.com/waveplane/waveplane/controller/records"
	"github.com/waveplane/waveplane/intents"
)

// fibre is a line between two sites of a small network.
type fibre struct {
	name, a, b string
	km         float64
	lossDb     float64 // 0 means that of the fibre
	risks      []string
	hut        string
}

// smallDocs is sites with a wavelength switch and a router each, joined by
// amplified fibres. Every router has as many ports as asked for.
func smallDocs(ports int, fibres ...fibre) []intents.Document {
	degrees := map[string][]string{}
	var docs []intents.Document
	for _, f := range fibres {
		degrees[f.a] = append(degrees[f.a], f.name)
		degrees[f.b] = append(degrees[f.b], f.name)
		loss := f.lossDb
		if loss == 0 {
			loss = f.km * 0.2
		}
		if f.hut != "" && degrees[f.hut] == nil {
			degrees[f.hut] = []string{}
		}
		amp := func(gain float64, site string) intents.Span {
			return intents.Span{Site: site, Amplifier: &intents.AmpSpec{Type: "edfa", GainDb: &intents.PerWay{Az: gain, Za: gain}}}
		}
		docs = append(docs, doc("Link", f.name, &intents.LinkSpec{
			Ends:  [2]string{"roadm-" + f.a + "/" + f.name, "roadm-" + f.b + "/" + f.name},
			Spans: []intents.Span{amp(18, ""), {ID: "s1", Km: f.km, LossDb: &intents.PerWay{Az: loss, Za: loss}, SharedRisks: f.risks}, amp(min(max(loss, 5), 25), f.hut)},
		}))
	}
	for _, s := range slices.Sorted(maps.Keys(degrees)) {
		docs = append(docs, doc("Site", s, &intents.SiteSpec{Role: "dc"}))
		if len(degrees[s]) == 0 {
			continue // a hut
		}
		router := &intents.DeviceSpec{Site: s, Profile: "router", Mode: "manage", Ports: map[string]intents.Port{}}
		roadm := &intents.DeviceSpec{
			Site: s, Profile: "roadm", Mode: "manage", Ports: map[string]intents.Port{},
			Banks: map[string]intents.Bank{"srg1": {Colourless: true, Contentionless: true, Degrees: degrees[s]}},
		}
		for _, name := range degrees[s] {
			roadm.Ports[name] = intents.Port{Tx: name + "-OUT", Rx: name + "-IN", EgressDbmPer50GHz: ptr(-18.0)}
		}
		for i := range ports {
			p := fmt.Sprintf("p%d", i+1)
			router.Ports[p] = intents.Port{Pluggable: "multi"}
			roadm.Ports["add"+p] = intents.Port{Bank: "srg1", AddDbm: &[2]float64{-18, -3}}
			docs = append(docs, doc("Link", fmt.Sprintf("patch-%s-%s", s, p), &intents.LinkSpec{Ends: [2]string{"r-" + s + "/" + p, "roadm-" + s + "/add" + p}}))
		}
		docs = append(docs, doc("Device", "r-"+s, router), doc("Device", "roadm-"+s, roadm))
	}
	return docs
}

// drawFibres draws a network of at most n sites. Site n0 and n1 are in it.
func drawFibres(t *rapid.T, n int) []fibre {
	sites := rapid.IntRange(2, n).Draw(t, "sites")
	count := rapid.IntRange(1, 11).Draw(t, "fibres")
	fibres := []fibre{{name: "f-a", a: "n0", b: fmt.Sprint("n", sites-1), km: 40}, {name: "f-b", a: "n1", b: fmt.Sprint("n", sites/2), km: 50}}
	for i := range count {
		a, b := rapid.IntRange(0, sites-1).Draw(t, "a"), rapid.IntRange(0, sites-1).Draw(t, "b")
		f := fibre{name: fmt.Sprintf("f%02d", i), a: fmt.Sprint("n", a), b: fmt.Sprint("n", b), km: float64(rapid.IntRange(30, 110).Draw(t, "km"))}
		if rapid.IntRange(0, 2).Draw(t, "some risk") == 0 {
			f.risks = []string{fmt.Sprint("duct", rapid.IntRange(0, 3).Draw(t, "risk"))}
		}
		if rapid.IntRange(0, 3).Draw(t, "some hut") == 0 {
			f.hut = fmt.Sprint("hut", rapid.IntRange(0, 2).Draw(t, "hut"))
		}
		fibres = append(fibres, f)
	}
	return slices.DeleteFunc(fibres, func(f fibre) bool { return f.a == f.b })
}

// drawNetwork draws a small network, with some of its spectrum reserved.
func drawNetwork(t *rapid.T, n int) ([]fibre, *plan.Network) {
	fibres := drawFibres(t, n)
	docs := smallDocs(rapid.IntRange(1, 4).Draw(t, "ports"), fibres...)
	for _, f := range fibres {
		if rapid.Bool().Draw(t, "narrow") {
			width := float64(75 * rapid.IntRange(0, 4).Draw(t, "slots"))
			docs = edit(docs, f.name, func(s *intents.LinkSpec) {
				s.Reserved = []intents.Reserved{{FromGHz: 191_000, ToGHz: 193_000}, {FromGHz: 193_000 + width, ToGHz: 197_000}}
			})
		}
	}
	net, err := plan.NewNetwork(docs, smallCatalogue(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return fibres, net
}

// drawCircuit draws a circuit from n0 to n1.
func drawCircuit(t *rapid.T, name string) plan.Request {
	req := circuit(name, "n0", "n1", 100*rapid.IntRange(1, 24).Draw(t, "capacity"))
	s := req.Circuit
	if rapid.IntRange(0, 2).Draw(t, "bounded") == 0 {
		s.MaxLatencyMs = ptr(float64(rapid.IntRange(10, 200).Draw(t, "latency")) / 100)
	}
	if rapid.IntRange(0, 2).Draw(t, "even") == 0 {
		s.MaxSkewMs = ptr(float64(rapid.IntRange(0, 50).Draw(t, "skew")) / 100)
	}
	if rapid.IntRange(0, 3).Draw(t, "limited") == 0 {
		s.MaxWavelengths = rapid.IntRange(1, 3).Draw(t, "wavelengths")
	}
	if rapid.IntRange(0, 3).Draw(t, "spread") == 0 {
		s.Diversity = &intents.Diversity{MaxSharePercent: ptr(rapid.IntRange(20, 99).Draw(t, "share")), By: rapid.SampledFrom([]string{"link", "sharedRisk", "site"}).Draw(t, "by")}
		s.MaxWavelengths = 0
	}
	if rapid.IntRange(0, 3).Draw(t, "picky") == 0 {
		s.Modes = rapid.SampledFrom([][]string{{"zrp-400g"}, {"wide-800g"}, {"zrp-300g", "wide-800g"}}).Draw(t, "modes")
	}
	if rapid.IntRange(0, 3).Draw(t, "margin") == 0 {
		s.MinMarginDb = ptr(float64(rapid.IntRange(0, 120).Draw(t, "dB")) / 10)
	}
	return req
}

// snapshotOf is everything that the ledger of a small network would store.
func snapshotOf(l *plan.Ledger, fibres []fibre) string {
	var b strings.Builder
	say := func(key string, v any) { fmt.Fprintf(&b, "%s %+v\n", key, v) }
	for _, f := range fibres {
		if u := l.Spectrum(f.name); u != nil {
			say(f.name, *u)
		}
	}
	for i := range 8 {
		for _, d := range []string{fmt.Sprint("r-n", i), fmt.Sprint("roadm-n", i)} {
			if u := l.Index(d); u != nil {
				say(d, *u)
			}
			for p := range 4 {
				for _, key := range []string{fmt.Sprintf("%s/p%d", d, p+1), fmt.Sprintf("%s/addp%d", d, p+1)} {
					if u := l.Port(key); u != nil {
						say(key, *u)
					}
				}
				if u := l.Spectrum(fmt.Sprintf("patch-n%d-p%d", i, p+1)); u != nil {
					say(fmt.Sprintf("patch-n%d-p%d", i, p+1), *u)
				}
			}
		}
	}
	return b.String()
}

// inner lists the links of a decision between switches.
func inner(d records.Decision) []string {
	var out []string
	for _, l := range d.Route {
		if !strings.HasPrefix(l.Link, "patch-") {
			out = append(out, l.Link)
		}
	}
	return out
}
