package traffic_test

import (
	"bytes"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/waveplane/waveplane/controller/plan/traffic"
)

func triangle() traffic.Scenario {
	return traffic.Scenario{
		Network: traffic.Network{
			Nodes: []string{"a", "b", "c"},
			Links: []traffic.Link{{"a", "b", 100}, {"b", "c", 100}, {"c", "a", 100}},
			Slots: 80,
		},
		Pairs:   []traffic.Pair{{From: "a", To: "c", Routes: [][]int{{0, 1}}}},
		Classes: []traffic.Class{{Gbps: 100, Options: []traffic.Option{{Modulation: "QPSK", Slots: 4, ReachKm: 2000}}}},
	}
}

func TestBadScenario(t *testing.T) {
	if _, err := traffic.Compile(triangle()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil func(*traffic.Scenario)
		want  string
	}{
		"nothing":         {func(s *traffic.Scenario) { *s = traffic.Scenario{} }, "the network has no nodes"},
		"no slots":        {func(s *traffic.Scenario) { s.Network.Slots = 0 }, "0 slots on a link: want 1 to 2560"},
		"too many slots":  {func(s *traffic.Scenario) { s.Network.Slots = 2561 }, "2561 slots on a link"},
		"nameless node":   {func(s *traffic.Scenario) { s.Network.Nodes[1] = "" }, "node 1 has no name"},
		"node twice":      {func(s *traffic.Scenario) { s.Network.Nodes[1] = "a" }, `node 1: the name "a" is taken`},
		"missing node":    {func(s *traffic.Scenario) { s.Network.Links[2].To = "x" }, `link 2 from "c" to "x": there is no node "x"`},
		"loop":            {func(s *traffic.Scenario) { s.Network.Links[2].To = "c" }, `link 2 from "c" to "c": it ends where it begins`},
		"negative length": {func(s *traffic.Scenario) { s.Network.Links[1].Km = -1 }, `link 1 from "b" to "c": length -1 km: want zero or more`},
		"NaN length":      {func(s *traffic.Scenario) { s.Network.Links[1].Km = math.NaN() }, "length NaN km"},
		"infinite length": {func(s *traffic.Scenario) { s.Network.Links[1].Km = math.Inf(1) }, "length +Inf km"},
		"no pairs":        {func(s *traffic.Scenario) { s.Pairs = nil }, "there are no pairs"},
		"pair of nobody":  {func(s *traffic.Scenario) { s.Pairs[0].To = "x" }, `pair 0 from "a" to "x": there is no node "x"`},
		"pair of one":     {func(s *traffic.Scenario) { s.Pairs[0].To = "a" }, `pair 0 from "a" to "a": it ends where it begins`},
		"pair twice":      {func(s *traffic.Scenario) { s.Pairs = append(s.Pairs, s.Pairs[0]) }, `pair 1 from "a" to "c" is there twice`},
		"NaN weight":      {func(s *traffic.Scenario) { s.Pairs[0].Weight = math.NaN() }, "weight NaN: want 0 to 1e+12"},
		"negative weight": {func(s *traffic.Scenario) { s.Classes[0].Weight = -2 }, "class 0 of 100 Gb/s: weight -2"},
		"huge weight":     {func(s *traffic.Scenario) { s.Classes[0].Weight = math.Inf(1) }, "weight +Inf"},
		"no such link":    {func(s *traffic.Scenario) { s.Pairs[0].Routes[0][1] = 3 }, "route 0: there is no link 3, only 0 to 2"},
		"negative link":   {func(s *traffic.Scenario) { s.Pairs[0].Routes[0][1] = -1 }, "there is no link -1"},
		"gap in route":    {func(s *traffic.Scenario) { s.Pairs[0].Routes[0][0] = 2 }, `route 0: link 2 begins at "c", the route is at "a"`},
		"short route":     {func(s *traffic.Scenario) { s.Pairs[0].Routes[0] = []int{0} }, `route 0: it ends at "b"`},
		"empty route":     {func(s *traffic.Scenario) { s.Pairs[0].Routes[0] = nil }, `route 0: it ends at "a"`},
		"round trip":      {func(s *traffic.Scenario) { s.Pairs[0].Routes[0] = []int{0, 1, 2, 0, 1} }, `route 0: it passes "a" twice`},
		"no classes":      {func(s *traffic.Scenario) { s.Classes = nil }, "there are no classes"},
		"NaN rate":        {func(s *traffic.Scenario) { s.Classes[0].Gbps = math.NaN() }, "bit rate NaN Gb/s"},
		"no options":      {func(s *traffic.Scenario) { s.Classes[0].Options = nil }, "class 0 of 100 Gb/s: it has no options"},
		"no width":        {func(s *traffic.Scenario) { s.Classes[0].Options[0].Slots = 0 }, "option 0 (QPSK): 0 slots: want 1 to 2560"},
		"NaN reach":       {func(s *traffic.Scenario) { s.Classes[0].Options[0].ReachKm = math.NaN() }, "option 0 (QPSK): reach NaN km"},
	} {
		s := triangle()
		c.spoil(&s)
		if _, err := traffic.Compile(s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestBadRun(t *testing.T) {
	m, err := traffic.Compile(triangle())
	if err != nil {
		t.Fatal(err)
	}
	for want, r := range map[string]traffic.Run{
		"load 0 erlang":       {Requests: 1},
		"load NaN erlang":     {Requests: 1, Erlang: math.NaN()},
		"load +Inf erlang":    {Requests: 1, Erlang: math.Inf(1)},
		"load -5 erlang":      {Requests: 1, Erlang: -5},
		"0 requests: want":    {Erlang: 1},
		"-1 requests of warm": {Erlang: 1, Requests: 1, WarmUp: -1},
		"below NaN times":     {Erlang: 1, Requests: 1, HoldBelow: math.NaN()},
		"below -1 times":      {Erlang: 1, Requests: 1, HoldBelow: -1},
		"below 1e-09 times":   {Erlang: 1, Requests: 1, HoldBelow: 1e-9},
	} {
		if _, err := m.Simulate(t.Context(), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		for range m.Requests(r) {
			t.Fatalf("%+v has requests", r)
		}
	}
	for _, blocking := range []float64{0, 1, -1, math.NaN()} {
		if _, _, err := m.Carries(t.Context(), blocking, traffic.Run{Requests: 1}); err == nil {
			t.Errorf("carries a load with blocking %v", blocking)
		}
	}
	s := triangle()
	s.Pairs[0].Routes = nil
	if m, err = traffic.Compile(s); err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Carries(t.Context(), 0.5, traffic.Run{Requests: 1000}); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("without routes: error %v", err)
	}
	if _, _, err := m.Carries(t.Context(), 0.5, traffic.Run{}); err == nil || !strings.Contains(err.Error(), "0 requests") {
		t.Errorf("without requests: error %v", err)
	}
}

func TestBadRoutes(t *testing.T) {
	s := triangle()
	if _, err := s.Network.Along("a", "c"); err == nil || !strings.Contains(err.Error(), `no link from "a" to "c"`) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Network.Along("a"); err == nil {
		t.Error("a route of one node")
	}
	if _, err := s.Network.ShortestPairs(0); err == nil {
		t.Error("no routes for each pair")
	}
	s.Network.Links[0].Km = math.NaN()
	if _, err := s.Network.ShortestPairs(1); err == nil || !strings.Contains(err.Error(), "length NaN km") {
		t.Errorf("error %v", err)
	}
}

// Ties come by name, and a pair without a route has none.
func TestShortestPairs(t *testing.T) {
	n := traffic.Network{Nodes: []string{"s", "b", "a", "t", "alone"}, Slots: 1, Links: []traffic.Link{
		{"s", "b", 0.1}, {"b", "t", 0.2}, {"s", "a", 0.3}, {"a", "t", 0}, {"s", "t", 0.3}, {"b", "a", 0.1},
	}}
	pairs, err := n.ShortestPairs(3)
	if err != nil {
		t.Fatal(err)
	}
	if len(pairs) != 20 {
		t.Fatalf("%d pairs, want 20", len(pairs))
	}
	for _, p := range pairs {
		switch p.From + p.To {
		case "st": // s-b-a-t is the shortest; the other three are equally long but for rounding
			want := [][]int{{0, 5, 3}, {2, 3}, {0, 1}}
			if !slices.EqualFunc(p.Routes, want, slices.Equal) {
				t.Errorf("routes %v, want %v", p.Routes, want)
			}
		case "salone", "ts":
			if len(p.Routes) != 0 {
				t.Errorf("routes %v, want none", p.Routes)
			}
		}
	}
}

func TestBadCase(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"flexnetsim", `"title"`, `"titel"`, `unknown field "titel"`},
		{"flexnetsim", `"slots_per_link": 320`, `"slots_per_link": -3`, "-3 slots on a link"},
		{"flexnetsim", `[0, 1, 1050.0]`, `[0, 1, -1050.0]`, `link 0 from "0" to "1": length -1050 km`},
		{"flexnetsim", `[0, 1, 1050.0]`, `[0, 1, NaN]`, "invalid character 'N'"},
		{"flexnetsim", `[0, 1, 1050.0]`, `[0, 1, 1e999]`, "directed link 0"},
		{"flexnetsim", `"paths": [[0, 1]`, `"paths": [[0, 99]`, `no link from "0" to "99"`},
		{"flexnetsim", `"src": 0, "dst": 1,`, `"src": 77, "dst": 1,`, `there is no node "77"`},
		{"flexnetsim", `"slots": 2, "reach_km": 560`, `"slots": 2, "reach_km": -560`, "reach -560 km"},
		{"flexnetsim", `"load_erlang": 50,`, `"load": 50,`, `unknown field "load"`},
		{"flexnetsim", `"mean": 0.0009267`, `"mean": 9267`, "expected blocking 9267"},
		{"flexnetsim", `dynamic-rmsa/1`, `dynamic-rmsa/2`, `schema "dynamic-rmsa/2"`},
		{"deeprmsa", `topologies/nsfnet-14`, `topologies/nowhere`, "there is no topology nowhere.json"},
		{"deeprmsa", `1 guard slot`, `some guard slots`, "no network, and no rule says"},
		{"deeprmsa", `uniform on 25..100`, `uniform on 100..25`, "rates from 100 to 25 Gb/s"},
		{"deeprmsa", `links of 100 slots`, `links of 0 slots`, "0 slots on a link"},
		{"deeprmsa", `{"k": 5,`, `{"k": 0,`, "0 routes for each pair"},
	} {
		data, err := os.ReadFile("testdata/dynamic-nsfnet-" + c.file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		spoilt := bytes.Replace(data, []byte(c.old), []byte(c.new), 1)
		if bytes.Equal(spoilt, data) {
			t.Fatalf("%s does not hold %q", c.file, c.old)
		}
		if _, err := readPoints(spoilt, "testdata/topologies"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q instead of %q: error %v, want %q", c.new, c.old, err, c.want)
		}
	}
	for _, text := range []string{"", "{}", "null", "[", `{"schema":"dynamic-rmsa/1"}`, "{} {}"} {
		if p, err := readPoints([]byte(text)); err == nil {
			t.Errorf("%q is a case: %v", text, p)
		}
	}
}
