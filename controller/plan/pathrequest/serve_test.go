package pathrequest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/waveplane/waveplane/controller/plan/pathrequest"
)

const meshCase = "testdata/rmsa/v01-mesh-example.json"

// request is one on the example mesh; sites go without "trx ".
func request(id, from, to string) pathrequest.Request {
	mode, power := "mode 1", 0.0
	return pathrequest.Request{ID: id, Source: "trx " + from, Destination: "trx " + to, Transceiver: "Voyager", Mode: &mode, SpacingHz: 50e9, BandwidthBps: 100e9,
		CombLoHz: 191.35e12, CombHiHz: 196.1e12, TxPowerDbm: &power}
}

func serve(t testing.TB, c *pathrequest.Case) []pathrequest.Answer {
	t.Helper()
	answers, err := planner(t, c, pathrequest.Options{}).Serve(c.Requests, c.Disjunctions)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

// asked is the example mesh with other requests.
func asked(t testing.TB, requests ...pathrequest.Request) *pathrequest.Case {
	t.Helper()
	c := readCase(t, meshCase)
	c.Requests, c.Disjunctions, c.Expected = requests, nil, nil
	return c
}

// TestKeeping serves every case with all that may be kept and with nothing, and
// once more with what the first run left behind: answers are the same to the
// last bit.
func TestKeeping(t *testing.T) {
	for _, file := range caseFiles(t) {
		t.Run(baseName(file), func(t *testing.T) {
			t.Parallel()
			c := readCase(t, file)
			want, err := planner(t, c, pathrequest.Options{Forget: true}).Serve(c.Requests, c.Disjunctions)
			if err != nil {
				t.Fatal(err)
			}
			p := planner(t, c, pathrequest.Options{})
			for range 2 {
				got, err := p.Serve(c.Requests, c.Disjunctions)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("(-forgetful +keeping)\n%s", diff)
				}
			}
		})
	}
}

// TestUnlevelledLight has switches that leave light as weak as it comes, so that
// the same comb enters a stretch with other powers on every route.
func TestUnlevelledLight(t *testing.T) {
	var requests []pathrequest.Request
	for _, from := range []string{"Brest_KLA", "Lannion_CAS", "Lorient_KMA", "Rennes_STA"} {
		for _, power := range []float64{-25, -21} {
			r := request(from+string(rune('a'+int(-power))), from, "Vannes_KBE")
			r.TxPowerDbm = &power
			requests = append(requests, r)
		}
	}
	c := asked(t, requests...)
	for i := range c.Elements {
		if c.Elements[i].Type == "roadm" {
			c.Elements[i].Target.Value = 0
		}
	}
	together := serve(t, c)
	for i, r := range requests {
		c.Requests = []pathrequest.Request{r}
		if diff := cmp.Diff(serve(t, c)[0].Metrics, together[i].Metrics); diff != "" {
			t.Errorf("request %s: (-alone +among others)\n%s", r.ID, diff)
		}
	}
	if cmp.Equal(together[0].Metrics, together[1].Metrics) {
		t.Error("the power at the transmitter makes no difference: the switches level after all")
	}
}

func TestIncludes(t *testing.T) {
	loose := func(uid string) pathrequest.Include { return pathrequest.Include{UID: uid, Hop: "LOOSE"} }
	strict := func(uid string) pathrequest.Include { return pathrequest.Include{UID: uid, Hop: "STRICT"} }
	const fibre, next = "fiber (Lannion_CAS → Corlay)-F061", "fiber (Corlay → Loudeac)-F010"
	for _, tt := range []struct {
		name    string
		include []pathrequest.Include
		want    pathrequest.Status
		route   string
	}{
		{"none", nil, "OK", "Lannion_CAS Lorient_KMA"},
		{"a switch", []pathrequest.Include{strict("roadm Rennes_STA")}, "OK", "Lannion_CAS Rennes_STA Vannes_KBE Lorient_KMA"},
		{"a fibre", []pathrequest.Include{strict(fibre)}, "OK", "Lannion_CAS Lorient_KMA"},
		{"fibres in order", []pathrequest.Include{strict(fibre), strict(next)}, "OK", "Lannion_CAS Lorient_KMA"},
		{"fibres out of order", []pathrequest.Include{strict(next), strict(fibre)}, "NO_PATH_WITH_CONSTRAINT", ""},
		{"fibres out of order, loose", []pathrequest.Include{loose(next), loose(fibre)}, "OK", "Lannion_CAS Lorient_KMA"},
		{"not in this order", []pathrequest.Include{loose("roadm Lorient_KMA"), strict("roadm Rennes_STA")}, "NO_PATH_WITH_CONSTRAINT", ""},
		{"not in this order, loose", []pathrequest.Include{loose("roadm Lorient_KMA"), loose("roadm Rennes_STA")}, "OK", "Lannion_CAS Lorient_KMA"},
		{"the ends", []pathrequest.Include{strict("trx Lannion_CAS"), strict("trx Lorient_KMA")}, "OK", "Lannion_CAS Lorient_KMA"},
		{"unknown, loose", []pathrequest.Include{loose("roadm Atlantis")}, "OK", "Lannion_CAS Lorient_KMA"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := request("r", "Lannion_CAS", "Lorient_KMA")
			r.Include = tt.include
			got := serve(t, asked(t, r))[0]
			route := strings.ReplaceAll(strings.Join(got.RoadmPath, " "), "roadm ", "")
			if got.Status != tt.want || route != tt.route {
				t.Errorf("%s over %q, want %s over %q", got.Status, route, tt.want, tt.route)
			}
		})
	}
}

func TestMerging(t *testing.T) {
	a, b, c := request("a", "Brest_KLA", "Rennes_STA"), request("b", "Brest_KLA", "Rennes_STA"), request("c", "Brest_KLA", "Rennes_STA")
	other := request("other", "Brest_KLA", "Rennes_STA")
	other.SpacingHz = 75e9
	stronger := request("stronger", "Brest_KLA", "Rennes_STA")
	stronger.PowerDbm = 1
	free := request("free", "Brest_KLA", "Rennes_STA")
	free.Mode = nil
	free2 := free
	free2.ID = "free2"
	p := planner(t, asked(t), pathrequest.Options{})
	for _, tt := range []struct {
		name   string
		apart  []pathrequest.Disjunction
		list   []pathrequest.Request
		want   string
		demand float64
	}{
		{"three of a kind", nil, []pathrequest.Request{a, other, b, c}, "other, c | b | a", 300e9},
		{"designed for another power", nil, []pathrequest.Request{a, stronger}, "a, stronger", 100e9},
		{"without a mode", nil, []pathrequest.Request{free, free2}, "free, free2", 100e9},
		{"one apart from another", []pathrequest.Disjunction{{ID: "d", Requests: []string{"a", "other"}}}, []pathrequest.Request{a, other, b}, "a, other, b", 100e9},
		{"both apart from another", []pathrequest.Disjunction{{ID: "d", Requests: []string{"a", "other"}}, {ID: "e", Requests: []string{"b", "other"}}},
			[]pathrequest.Request{a, b, other}, "b | a, other", 100e9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := p.Serve(tt.list, tt.apart)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, g := range got {
				ids = append(ids, g.ID)
			}
			if s := strings.Join(ids, ", "); s != tt.want || got[len(got)-1].BandwidthBps != tt.demand {
				t.Errorf("served %s, the last one with %g bit/s; want %s with %g", s, got[len(got)-1].BandwidthBps, tt.want, tt.demand)
			}
		})
	}
	if *a.Mode != "mode 1" || a.ID != "a" || a.BandwidthBps != 100e9 {
		t.Error("the caller's requests were changed")
	}
}

// TestNoWay cuts a site off: in both directions a request there has no path; in
// one direction there is no way back, where the reference tool stops too.
func TestNoWay(t *testing.T) {
	cut := func(c *pathrequest.Case, from string) {
		var kept []pathrequest.Link
		for _, l := range c.Links {
			if l.From != from {
				kept = append(kept, l)
			}
		}
		c.Links = kept
	}
	c := asked(t, request("r", "Lannion_CAS", "Brest_KLA"), request("s", "Lannion_CAS", "Rennes_STA"))
	cut(c, "trx Brest_KLA")
	if _, err := planner(t, c, pathrequest.Options{}).Serve(c.Requests, nil); !isFault(err, "roadm Brest_KLA") {
		t.Errorf("without a way back: %v", err)
	}
	var kept []pathrequest.Link
	for _, l := range c.Links {
		if l.To != "trx Brest_KLA" {
			kept = append(kept, l)
		}
	}
	c.Links = kept
	got := serve(t, c)
	if got[0].Status != pathrequest.NoPath || got[0].Metrics != nil || got[1].Status != pathrequest.OK {
		t.Errorf("cut off: %s and %s, want NO_PATH and OK", got[0].Status, got[1].Status)
	}
}

func isFault(err error, at string) bool {
	f := new(pathrequest.Fault)
	return errors.As(err, &f) && strings.Contains(f.At, at) && f.Problem != "" && f.Remedy != ""
}

func TestImpossibleDisjunction(t *testing.T) {
	c := asked(t, request("1", "Brest_KLA", "Lannion_CAS"), request("2", "Brest_KLA", "Lannion_CAS"), request("3", "Brest_KLA", "Lannion_CAS"))
	for i, spacing := range []float64{37.5e9, 50e9, 75e9} {
		c.Requests[i].SpacingHz = spacing
	}
	_, err := planner(t, c, pathrequest.Options{}).Serve(c.Requests, []pathrequest.Disjunction{{ID: "all", Requests: []string{"1", "2", "3"}}})
	if !isFault(err, `disjunction of request "1"`) {
		t.Errorf("Brest has two ways out, three were asked for: %v", err)
	}
}

// TestRoundTrip writes a case and reads it again.
func TestRoundTrip(t *testing.T) {
	for _, file := range caseFiles(t) {
		c := readCase(t, file)
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := pathrequest.Read(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("%s: (-read +again)\n%s", file, diff)
		}
	}
}

// TestSharedNetwork has two planners at work on one network.
func TestSharedNetwork(t *testing.T) {
	c := readCase(t, meshCase)
	network, err := pathrequest.Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	want := serve(t, c)
	for range 2 {
		t.Run("planner", func(t *testing.T) {
			t.Parallel()
			p, err := pathrequest.NewPlanner(network, pathrequest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Serve(c.Requests, c.Disjunctions)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-alone +beside another)\n%s", diff)
			}
		})
	}
}
