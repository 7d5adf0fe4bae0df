// Package route finds ways between wavelength switches, shortest latency first.
//
// The graph has one node per switch; parallel links between the same two
// switches form a bundle. The search of plan/route/mesh lists the best sequences
// of switches, and each is then spread over the links of its bundles, so that ten
// fibres side by side are ten ways and not one. Ways are worked out one by one
// as they are asked for, and remembered: a Finder belongs to one network and is
// safe for concurrent use.
package route

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/waveplane/waveplane/controller/plan/route/mesh"
	"github.com/waveplane/waveplane/controller/plan/topo"
	"github.com/waveplane/waveplane/controller/records"
)

// How many ways are looked at.
const (
	Sequences   = 8  // sequences of switches between two of them
	PerSequence = 16 // choices of links for one sequence
	// PerPatched is PerSequence where a circuit switch is passed: a link there
	// carries one wavelength, so that the first ones are soon taken.
	PerPatched   = 512
	viaSequences = 32 // sequences looked at when some must be passed
	liveStreams  = 16 // searches that keep their memory until asked for more
)

// Line is a way from one switch to another.
type Line struct {
	Legs      []Leg
	LatencyMs float64
	LengthKm  float64
	key       string
	ps        int64 // latency in picoseconds: what lines are compared by
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
	graph *graph

	mu    sync.Mutex
	views map[string]*view
	known map[question]*stream
	live  []*stream // with a search that holds memory, oldest first
}

type question struct {
	from, to, without string
	wide              bool
}

// NewFinder makes a finder for the network. The error joins one error per link
// whose latency is not a number of zero or more; the finder can be used all the
// same and lacks those links.
func NewFinder(net *topo.Network) (*Finder, error) {
	g, err := newGraph(net)
	return &Finder{graph: g, views: map[string]*view{}, known: map[question]*stream{}}, err
}

// Between returns the ways from one switch to another that use none of the
// excluded links, lowest latency first, then fewest links, then by name. With
// wide set more sequences are looked at, for callers that throw most away. A
// way is looked for when the loop comes to it; whoever stops early does not pay
// for the rest. The lines are shared: their legs must not be changed.
func (f *Finder) Between(from, to *topo.Device, without Without, wide bool) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		s := f.stream(question{from.Name, to.Name, without.key, wide}, without)
		if s == nil {
			return
		}
		for i := 0; ; i++ {
			line, ok := f.line(s, i)
			if !ok || !yield(line) {
				return
			}
		}
	}
}

// stream returns what is known about a question, or nil where there can be no
// way.
func (f *Finder) stream(q question, without Without) *stream {
	a, okA := f.graph.node[q.from]
	b, okB := f.graph.node[q.to]
	if !okA || !okB || a == b || f.graph.latency == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, ok := f.known[q]; ok {
		return s
	}
	v, ok := f.views[q.without]
	if !ok {
		v = f.graph.view(without)
		f.views[q.without] = v
	}
	s := &stream{graph: f.graph, view: v, limit: Sequences}
	if q.wide {
		s.limit = viaSequences
	}
	s.query = mesh.Query{From: a, To: b, By: f.graph.latency, Without: v.mask}
	f.known[q] = s
	return s
}

// line returns a line by its number.
func (f *Finder) line(s *stream, i int) (Line, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i >= len(s.found) {
		asleep := s.search == nil
		more := s.more()
		if asleep && s.search != nil {
			f.keep(s)
		}
		if !more {
			return Line{}, false
		}
	}
	return s.found[i], true
}

// keep notes a stream that holds memory. The oldest ones are put to rest; they
// repeat their search when somebody asks for more after all.
func (f *Finder) keep(s *stream) {
	f.live = slices.DeleteFunc(f.live, func(x *stream) bool { return x.search == nil || x == s })
	f.live = append(f.live, s)
	if len(f.live) > liveStreams {
		f.live[0].rest()
		f.live = slices.Delete(f.live, 0, 1)
	}
}

// compareLines adds up whole picoseconds: sums of floating point numbers depend
// on their order, and the same links in another order are no quicker.
func compareLines(a, b Line) int {
	return cmp.Or(cmp.Compare(a.ps, b.ps), cmp.Compare(len(a.Legs), len(b.Legs)), strings.Compare(a.key, b.key))
}

func newLine(legs []Leg) Line {
	l := Line{Legs: legs}
	names := make([]string, len(legs))
	for i, leg := range legs {
		l.LatencyMs += leg.Link.LatencyMs
		l.LengthKm += leg.Link.LengthKm
		l.ps += int64(math.Round(leg.Link.LatencyMs * 1e9))
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
