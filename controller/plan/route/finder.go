// Package route finds ways between wavelength switches, shortest latency first.
//
// The graph has one node per switch; parallel links between the same two
// switches form a bundle. Yen's algorithm lists the best sequences of
// switches, and each is then spread over the links of its bundles, so that ten
// fibres side by side are ten ways and not one. Answers are remembered: a
// Finder belongs to one network and is safe for concurrent use.
package route

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"gonum.org/v1/gonum/graph/path"

	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
)

// How many ways are looked at.
const (
	Sequences    = 8  // sequences of switches between two of them
	PerSequence  = 16 // choices of links for one sequence
	viaSequences = 32 // sequences looked at when some must be passed
)

// Line is a way from one switch to another.
type Line struct {
	Legs      []Leg
	LatencyMs float64
	LengthKm  float64
	key       string
}

// Leg is a link with the direction in which the line crosses it.
type Leg struct {
	Link      *topo.Link
	Direction records.Direction
}

// Enter returns the port at which light enters the link, Exit the one at which
// it leaves.
func (l Leg) Enter() *topo.Port { return l.Link.Ends[end(l.Direction)] }

// Exit returns the port at which light leaves the link.
func (l Leg) Exit() *topo.Port { return l.Link.Ends[1-end(l.Direction)] }

func end(d records.Direction) int {
	if d == records.AZ {
		return 0
	}
	return 1
}

// Without names links that must not be used. The zero value excludes nothing.
type Without struct {
	links map[string]bool
	key   string
}

// WithoutLinks excludes links by name.
func WithoutLinks(names []string) Without {
	if len(names) == 0 {
		return Without{}
	}
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	w := Without{links: make(map[string]bool, len(sorted)), key: strings.Join(sorted, "\x00")}
	for _, n := range sorted {
		w.links[n] = true
	}
	return w
}

// Has reports whether the link is excluded.
func (w Without) Has(link string) bool { return w.links[link] }

// Finder finds ways in one network.
type Finder struct {
	net *topo.Network

	mu     sync.Mutex
	graphs map[string]*graphOf
	known  map[question][]Line
}

type question struct {
	from, to, without string
	wide              bool
}

// NewFinder makes a finder for the network.
func NewFinder(net *topo.Network) *Finder {
	return &Finder{net: net, graphs: map[string]*graphOf{}, known: map[question][]Line{}}
}

// Between returns the ways from one switch to another that use none of the
// excluded links, lowest latency first, then fewest links, then by name. With
// wide set more sequences are looked at, for callers that throw most away.
// The slice is shared: it must not be changed.
func (f *Finder) Between(from, to *topo.Device, without Without, wide bool) []Line {
	f.mu.Lock()
	defer f.mu.Unlock()
	q := question{from.Name, to.Name, without.key, wide}
	if lines, ok := f.known[q]; ok {
		return lines
	}
	lines := f.find(from, to, without, wide)
	f.known[q] = lines
	return lines
}

func (f *Finder) find(from, to *topo.Device, without Without, wide bool) []Line {
	g, ok := f.graphs[without.key]
	if !ok {
		g = newGraph(f.net, without)
		f.graphs[without.key] = g
	}
	a, okA := g.index[from.Name]
	b, okB := g.index[to.Name]
	if !okA || !okB || a == b {
		return nil
	}
	k := Sequences
	if wide {
		k = viaSequences
	}
	var lines []Line
	for _, nodes := range path.YenKShortestPaths(g, k, math.Inf(1), node(a), node(b)) {
		bundles := make([][]Leg, 0, len(nodes)-1)
		for i := 1; i < len(nodes); i++ {
			bundles = append(bundles, g.bundle(nodes[i-1].ID(), nodes[i].ID()))
		}
		lines = append(lines, spread(bundles, PerSequence)...)
	}
	slices.SortFunc(lines, compareLines)
	return lines
}

func compareLines(a, b Line) int {
	return cmp.Or(cmp.Compare(a.LatencyMs, b.LatencyMs), cmp.Compare(len(a.Legs), len(b.Legs)), strings.Compare(a.key, b.key))
}

// spread lists the best choices of one link per bundle, up to limit. Bundles
// are sorted, so the next best choice always differs from one already taken by
// a step in a single bundle.
func spread(bundles [][]Leg, limit int) []Line {
	type choice struct {
		pick []int
		line Line
	}
	make1 := func(pick []int) choice {
		legs := make([]Leg, len(pick))
		for i, p := range pick {
			legs[i] = bundles[i][p]
		}
		return choice{pick, newLine(legs)}
	}
	open := []choice{make1(make([]int, len(bundles)))}
	seen := map[string]bool{open[0].line.key: true}
	var out []Line
	for len(open) > 0 && len(out) < limit {
		best := 0
		for i := range open {
			if compareLines(open[i].line, open[best].line) < 0 {
				best = i
			}
		}
		c := open[best]
		open = slices.Delete(open, best, best+1)
		out = append(out, c.line)
		for i := range c.pick {
			if c.pick[i]+1 >= len(bundles[i]) {
				continue
			}
			pick := slices.Clone(c.pick)
			pick[i]++
			if next := make1(pick); !seen[next.line.key] {
				seen[next.line.key] = true
				open = append(open, next)
			}
		}
	}
	return out
}

func newLine(legs []Leg) Line {
	l := Line{Legs: legs}
	names := make([]string, len(legs))
	for i, leg := range legs {
		l.LatencyMs += leg.Link.LatencyMs
		l.LengthKm += leg.Link.LengthKm
		names[i] = leg.Link.Name
	}
	l.key = strings.Join(names, " ")
	return l
}

// Follow walks the links in order from one switch to another. It reports false
// when they do not join up.
func Follow(from, to *topo.Device, links []*topo.Link) (Line, bool) {
	at := from
	var legs []Leg
	for _, l := range links {
		leg := Leg{l, records.AZ}
		if leg.Enter().Device != at {
			leg.Direction = records.ZA
		}
		if leg.Enter().Device != at {
			return Line{}, false
		}
		legs = append(legs, leg)
		at = leg.Exit().Device
	}
	if at != to || len(legs) == 0 {
		return Line{}, false
	}
	return newLine(legs), true
}
