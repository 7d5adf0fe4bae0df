package main

import (
	"container/heap"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// backbone is the topology, in names that documents take.
type backbone struct {
	cities []city // by name
	lines  []line // by name
}

type city struct {
	name     string
	lat, lon float64
	degrees  []string // neighbours, by name
}

// line is a fibre pair between two cities, the first of them by name first.
type line struct {
	ends [2]string
	km   float64
}

func (l line) name() string { return l.ends[0] + "-" + l.ends[1] }

func (l line) far(city string) string {
	if l.ends[0] == city {
		return l.ends[1]
	}
	return l.ends[0]
}

// readBackbone reads a topology file. Every city must have two links or more,
// and every length must be that of a fibre.
func readBackbone(raw []byte) (*backbone, error) {
	var file struct {
		Nodes []struct {
			ID       string
			Lat, Lon float64
		}
		Links []struct {
			A, B string
			Km   float64
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, err
	}
	b := &backbone{}
	known := map[string]int{}
	for _, n := range file.Nodes {
		c := city{name: documentName(n.ID), lat: n.Lat, lon: n.Lon}
		if c.name == "" || math.Abs(c.lat) > 90 || math.Abs(c.lon) > 180 {
			return nil, fmt.Errorf("node %q at %g, %g: want a name and degrees", n.ID, n.Lat, n.Lon)
		}
		b.cities = append(b.cities, c)
	}
	slices.SortFunc(b.cities, func(x, y city) int { return strings.Compare(x.name, y.name) })
	for i, c := range b.cities {
		if _, twice := known[c.name]; twice {
			return nil, fmt.Errorf("node %s stands twice", c.name)
		}
		known[c.name] = i
	}
	for _, l := range file.Links {
		ends := [2]string{documentName(l.A), documentName(l.B)}
		slices.Sort(ends[:])
		for i, end := range ends {
			at, ok := known[end]
			if !ok {
				return nil, fmt.Errorf("link %s to %s: there is no node %s", l.A, l.B, end)
			}
			if slices.Contains(b.cities[at].degrees, ends[1-i]) || ends[0] == ends[1] {
				return nil, fmt.Errorf("link %s to %s: parallel links and loops cannot be named", l.A, l.B)
			}
			b.cities[at].degrees = append(b.cities[at].degrees, ends[1-i])
		}
		if !(l.Km > 0 && l.Km < 10_000) {
			return nil, fmt.Errorf("link %s to %s: %g km is no length", l.A, l.B, l.Km)
		}
		b.lines = append(b.lines, line{ends, l.Km})
	}
	slices.SortFunc(b.lines, func(x, y line) int { return strings.Compare(x.name(), y.name()) })
	for i := range b.cities {
		slices.Sort(b.cities[i].degrees)
		if len(b.cities[i].degrees) < 2 {
			return nil, fmt.Errorf("node %s has fewer than two links", b.cities[i].name)
		}
	}
	if len(b.lines) == 0 {
		return nil, errors.New("no links")
	}
	return b, nil
}

// documentName makes "New_York" "new-york".
func documentName(id string) string {
	return strings.ReplaceAll(strings.ToLower(id), "_", "-")
}

// bearing is the direction of a great circle where it starts, in degrees.
func bearing(from, to city) float64 {
	const rad = math.Pi / 180
	turn := (to.lon - from.lon) * rad
	y := math.Sin(turn) * math.Cos(to.lat*rad)
	x := math.Cos(from.lat*rad)*math.Sin(to.lat*rad) - math.Sin(from.lat*rad)*math.Cos(to.lat*rad)*math.Cos(turn)
	return math.Mod(math.Atan2(y, x)/rad+360, 360)
}

// ductDegrees is the angle below which two lines are taken to leave a city in
// one duct. The topology knows no ducts; lines that leave in one direction
// along the same road or railway are where backbones share them.
const ductDegrees = 30

// ducts names the shared risks of a line at one of its ends: one duct for each
// other line that leaves the city in nearly the same direction.
func (b *backbone) ducts(at city, l line) []string {
	var out []string
	mine := bearing(at, b.city(l.far(at.name)))
	for _, neighbour := range at.degrees {
		if neighbour == l.far(at.name) {
			continue
		}
		apart := math.Abs(mine - bearing(at, b.city(neighbour)))
		if min(apart, 360-apart) < ductDegrees {
			pair := []string{l.far(at.name), neighbour}
			slices.Sort(pair)
			out = append(out, "duct-"+at.name+"-"+pair[0]+"-"+pair[1])
		}
	}
	return out
}

func (b *backbone) city(name string) city {
	i, _ := slices.BinarySearchFunc(b.cities, name, func(c city, name string) int { return strings.Compare(c.name, name) })
	return b.cities[i]
}

// switchKm is what a switch with its booster counts beside the fibre: it adds
// about the noise of one more span.
const switchKm = 80

// route is a way through the backbone, by the names of its lines.
type route struct {
	effort float64 // km of fibre, and switchKm for each line
	lines  []string
}

// routes gives the way of least effort from a city to every other.
func (b *backbone) routes(from string) map[string]route {
	out := map[string]route{}
	queue := &fringe{{city: from}}
	for queue.Len() > 0 {
		next := heap.Pop(queue).(reached)
		if _, done := out[next.city]; done {
			continue
		}
		out[next.city] = next.by
		for _, l := range b.lines {
			if l.ends[0] == next.city || l.ends[1] == next.city {
				way := route{next.by.effort + l.km + switchKm, append(slices.Clone(next.by.lines), l.name())}
				heap.Push(queue, reached{l.far(next.city), way})
			}
		}
	}
	return out
}

type reached struct {
	city string
	by   route
}

// fringe is a heap, the nearest first.
type fringe []reached

func (f fringe) Len() int           { return len(f) }
func (f fringe) Less(i, j int) bool { return f[i].by.effort < f[j].by.effort }
func (f fringe) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *fringe) Push(x any)        { *f = append(*f, x.(reached)) }
func (f *fringe) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}
