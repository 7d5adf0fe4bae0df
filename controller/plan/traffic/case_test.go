package traffic_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/waveplane/waveplane/controller/plan/traffic"
)

// refCase is a file of testdata. Every field is named here, because unknown
// ones are refused: a case that says more than the reader understands must not
// pass.
type refCase struct {
	Schema, Title string
	Source        map[string]string
	Rules         []string
	Network       *refNetwork
	Flex          []refClass      `json:"bit_rates_flex"`
	Fixed         []refClass      `json:"bit_rates_fixed"`
	ExpectedFlex  []refLoad       `json:"expected_flex"`
	ExpectedFixed []refLoad       `json:"expected_fixed"`
	Expected      []refNominal    `json:"expected"`
	Tolerance     map[string]any  `json:"tolerance"`
	SecondOpinion json.RawMessage `json:"second_opinion"`
}

type refNetwork struct {
	Name   string
	Links  []refLink `json:"directed_links"`
	Slots  int       `json:"slots_per_link"`
	Routes []refRoutes
}

type refRoutes struct {
	Src, Dst json.Number
	Paths    [][]json.Number
}

// refLink is [from, to, km].
type refLink [3]json.Number

type refClass struct {
	Gbps    float64
	Options []struct {
		Modulation string
		Slots      int
		Reach      float64 `json:"reach_km"`
	}
}

type refLoad struct {
	Erlang   float64 `json:"load_erlang"`
	Requests int     `json:"requests_per_run"`
	Runs     []float64
	Mean     float64
	Seconds  float64 `json:"seconds_per_run_median"`
}

type refNominal struct {
	K      int
	Erlang float64 `json:"nominal_erlang"`
	Mean   float64 `json:"mean_blocking"`
}

// point is a blocking that a file expects.
type point struct {
	name  string
	model *traffic.Model
	run   traffic.Run // without Requests
	want  float64
}

// readPoints reads a case and compiles what it asks for. Topologies are looked
// for by name in the directories given.
func readPoints(data []byte, topologies ...string) ([]point, error) {
	var c refCase
	if err := decode(data, &c); err != nil {
		return nil, err
	}
	if c.Schema != "dynamic-rmsa/1" {
		return nil, fmt.Errorf("schema %q: want dynamic-rmsa/1", c.Schema)
	}
	points, err := c.nominalPoints(topologies)
	if c.Network != nil {
		points, err = c.loadPoints()
	}
	if err == nil && len(points) == 0 {
		err = errors.New("the case expects nothing")
	}
	for _, p := range points {
		if !(p.want > 0 && p.want < 1) {
			return nil, fmt.Errorf("%s: expected blocking %v: want more than 0 and less than 1", p.name, p.want)
		}
	}
	return points, err
}

func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("near byte %d: %w", d.InputOffset(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("after byte %d: there is more than one value", d.InputOffset())
	}
	return nil
}

// loadPoints are those of a case with its own network.
func (c *refCase) loadPoints() ([]point, error) {
	s, err := c.Network.scenario()
	if err != nil {
		return nil, err
	}
	var points []point
	for _, table := range []struct {
		name    string
		classes []refClass
		loads   []refLoad
	}{{"flex", c.Flex, c.ExpectedFlex}, {"fixed", c.Fixed, c.ExpectedFixed}} {
		if len(table.loads) == 0 {
			continue
		}
		s.Classes = nil
		for _, r := range table.classes {
			class := traffic.Class{Gbps: r.Gbps}
			for _, o := range r.Options {
				class.Options = append(class.Options, traffic.Option{Modulation: o.Modulation, Slots: o.Slots, ReachKm: o.Reach})
			}
			s.Classes = append(s.Classes, class)
		}
		m, err := traffic.Compile(s)
		if err != nil {
			return nil, fmt.Errorf("bit rates %s: %w", table.name, err)
		}
		for _, l := range table.loads {
			points = append(points, point{fmt.Sprintf("%s-%v", table.name, l.Erlang), m, traffic.Run{Erlang: l.Erlang}, l.Mean})
		}
	}
	return points, nil
}

func (n *refNetwork) scenario() (s traffic.Scenario, err error) {
	s.Network.Slots = n.Slots
	known := map[string]bool{}
	for i, l := range n.Links {
		km, err := l[2].Float64()
		if err != nil {
			return s, fmt.Errorf("directed link %d %v: length: %w", i, l, err)
		}
		for _, end := range l[:2] {
			if !known[end.String()] {
				known[end.String()] = true
				s.Network.Nodes = append(s.Network.Nodes, end.String())
			}
		}
		s.Network.Links = append(s.Network.Links, traffic.Link{From: l[0].String(), To: l[1].String(), Km: km})
	}
	for _, r := range n.Routes {
		p := traffic.Pair{From: r.Src.String(), To: r.Dst.String()}
		for _, path := range r.Paths {
			nodes := make([]string, len(path))
			for i, node := range path {
				nodes[i] = node.String()
			}
			route, err := s.Network.Along(nodes...)
			if err != nil {
				return s, err
			}
			p.Routes = append(p.Routes, route)
		}
		s.Pairs = append(s.Pairs, p)
	}
	return s, nil
}

// nominalPoints are those of a case whose numbers are in its rules.
func (c *refCase) nominalPoints(topologies []string) ([]point, error) {
	rules := strings.Join(c.Rules, "\n")
	find := func(pattern string) ([]string, error) {
		if found := regexp.MustCompile(pattern).FindStringSubmatch(rules); found != nil {
			return found[1:], nil
		}
		return nil, fmt.Errorf("no network, and no rule says %q", pattern)
	}
	var numbers []int
	var graph string
	for _, pattern := range []string{
		`Graph: topologies/([\w-]+), two directed links of (\d+) slots`,
		`integer of Gb/s uniform on (\d+)\.\.(\d+)`,
		`ceil\(rate / \(12\.5 \* m\)\) \+ (\d+) guard slot, m = 4, 3, 2, 1 bits/symbol for path length up to (\d+), up to (\d+), up to (\d+), above`,
		`(\d+) requests of warm-up`,
	} {
		found, err := find(pattern)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if n, err := strconv.Atoi(f); err == nil {
				numbers = append(numbers, n)
			} else {
				graph = f
			}
		}
	}
	slots, low, high, guard, warmUp := numbers[0], numbers[1], numbers[2], numbers[3], numbers[7]
	reach := []float64{float64(numbers[4]), float64(numbers[5]), float64(numbers[6]), 1e9} // for 4, 3, 2, 1 bits/symbol
	if low < 1 || high < low || high > 10_000 {
		return nil, fmt.Errorf("rates from %d to %d Gb/s: want 1 to 10,000, lower first", low, high)
	}
	run := traffic.Run{WarmUp: warmUp}
	if strings.Contains(rules, "redrawn while it is at least twice the mean") {
		run.HoldBelow = 2
	}
	var s traffic.Scenario
	if err := readTopology(&s.Network, graph, topologies); err != nil {
		return nil, err
	}
	s.Network.Slots = slots
	for rate := low; rate <= high; rate++ {
		class := traffic.Class{Gbps: float64(rate)}
		for i, km := range reach {
			each := 25 * (4 - i) // half Gb/s in a slot
			class.Options = append(class.Options, traffic.Option{Modulation: fmt.Sprint(4-i, " bits"), Slots: (2*rate+each-1)/each + guard, ReachKm: km})
		}
		// On one route only the densest modulation that reaches is tried; the
		// others are wider and cannot fit where it did not.
		s.Classes = append(s.Classes, class)
	}
	var points []point
	for _, e := range c.Expected {
		var err error
		if s.Pairs, err = s.Network.ShortestPairs(e.K); err != nil {
			return nil, err
		}
		m, err := traffic.Compile(s)
		if err != nil {
			return nil, err
		}
		run.Erlang = e.Erlang
		points = append(points, point{fmt.Sprintf("k%d-%v", e.K, e.Erlang), m, run, e.Mean})
	}
	return points, nil
}

// readTopology reads nodes and undirected links.
func readTopology(n *traffic.Network, name string, dirs []string) error {
	var data []byte
	for _, dir := range dirs {
		if found, err := os.ReadFile(filepath.Join(dir, name+".json")); err == nil {
			data = found
			break
		}
	}
	if data == nil {
		return fmt.Errorf("there is no topology %s.json in %q", name, dirs)
	}
	var t struct {
		Nodes []struct{ ID string }
		Links []struct {
			A, B string
			Km   float64
		}
	}
	if err := json.Unmarshal(data, &t); err != nil {
		return fmt.Errorf("topology %s: %w", name, err)
	}
	for _, node := range t.Nodes {
		n.Nodes = append(n.Nodes, node.ID)
	}
	for _, l := range t.Links {
		n.Links = append(n.Links, traffic.Link{From: l.A, To: l.B, Km: l.Km}, traffic.Link{From: l.B, To: l.A, Km: l.Km})
	}
	return nil
}
